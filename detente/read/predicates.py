"""The lexicon of political predicates as features of words: which event types a word often carries.

`data/plover/predicates.tsv` can be read and extended by people; what a hit is worth in its context the model has learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from detente.read.codebook import event_types

WIDTH = 32  # two columns per type: strong, weak


@lru_cache(maxsize=1)
def _hits() -> dict[str, tuple[int, ...]]:
    """Columns of each inflected form."""
    columns: dict[str, set[int]] = {}
    order = {kind: k for k, kind in enumerate(event_types())}
    for kind, strength, words in _rows():
        column = 2 * order[kind] + (strength == "weak")
        for form in (f for word in words.split() for f in inflected(word)):
            columns.setdefault(form, set()).add(column)
    return {form: tuple(sorted(found)) for form, found in columns.items()}


def _rows() -> Iterator[list[str]]:
    lines = (files("detente.data") / "plover" / "predicates.tsv").read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in [x for x in lines if x and not x.startswith("#")][1:])


def inflected(word: str) -> Iterable[str]:
    """Regular forms of a verb or noun; too many do no harm, they are words nobody writes.

    >>> sorted(inflected("deny"))
    ['denied', 'denies', 'deny', 'denyed', 'denying', 'denys']
    """
    stem = word[:-1] if word.endswith("e") else word
    forms = {word, word + "s", stem + "ed", stem + "ing"}
    if word.endswith(("s", "x", "ch", "sh", "z")):
        forms.add(word + "es")
    if word.endswith("y"):
        forms |= {word[:-1] + "ies", word[:-1] + "ied"}
    if len(word) > 2 and word[-1] in "bdgmnprt" and word[-2] in "aeiou":
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return forms


def lexicon_features(words: Sequence[str]) -> npt.NDArray[np.float32]:
    """One row per word, 1 in the columns of the types it often carries, (words, WIDTH)."""
    out = np.zeros((len(words), WIDTH), dtype=np.float32)
    hits = _hits()
    for i, word in enumerate(words):
        for column in hits.get(word.lower(), ()):
            out[i, column] = 1
    return out
