"""How alike two sentences are by their words, and what they are about.

Words are compared by their first six letters, which brings most forms of an English word together (withdraw, withdrawal;
prisoner, prisoners) and needs no other data. Words that say nothing are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from detente.relations.tables import items_of, lines_of, rows

STEM = 6  # letters
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_DATELINE = re.compile(r"^[A-Z][A-Z .’'-]+(?:, [A-Z]\w+\.? \d+)?(?: \([^)]{2,30}\))? [-–—] ")
Stems = frozenset[str]
Sign = tuple[tuple[str, ...], ...]  # each part must stand in a sentence, by one of its beginnings


def tokens(text: str) -> list[str]:
    """The words in lower case; hyphened ones stay together."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    return frozenset(word for line in lines_of("common_words.txt") for word in line.split())


def without_dateline(text: str) -> str:
    """A sentence without the place and agency before it.

    >>> without_dateline("SARN (Northern Wire) - The talks failed.")
    'The talks failed.'
    """
    return _DATELINE.sub("", text)


@lru_cache(maxsize=1 << 14)
def stems(text: str) -> Stems:
    """The stems of the words that say something.

    >>> sorted(stems("They released the prisoners; the prisoners were released."))
    ['prison', 'releas']
    """
    common = common_words()
    return frozenset(w[:STEM] for w in tokens(without_dateline(text)) if w not in common and len(w) > 1)


def without(found: Stems, names: Iterable[str]) -> Stems:
    """The stems that do not come from these names."""
    return found - frozenset(w[:STEM] for name in names for w in tokens(name))


def dice(one: Stems, other: Stems) -> float:
    """Share of stems in common, 0 to 1; 0 where one has none.

    >>> dice(frozenset({"ship", "strait"}), frozenset({"strait"})) == 2 / 3
    True
    """
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def overlap(one: Stems, other: Stems) -> float:
    """Share of the smaller one's stems that the other has too, 0 to 1; 0 where one has none."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


@lru_cache(maxsize=1)
def _topics() -> tuple[tuple[str, tuple[Sign, ...]], ...]:
    return tuple((r["topic"], tuple(map(_sign, items_of(r["words"])))) for r in rows("topics"))


def _sign(cell: str) -> Sign:
    return tuple(tuple(part.split("/")) for part in cell.split("+"))


@lru_cache(maxsize=1 << 14)
def topics(text: str) -> frozenset[str]:
    """What a sentence is about, in the names of `topics.tsv`.

    >>> sorted(topics("Belmora must free the sailors."))
    ['release']
    """
    words = tokens(text)
    return frozenset(name for name, signs in _topics() if any(_shown(sign, words) for sign in signs))


def _shown(sign: Sign, words: list[str]) -> bool:
    return all(any(w.startswith(part) for w in words) for part in sign)
