"""Analyses of sentences written by hand, in place of what the model would find."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from detente.read.actors import ActorTable
from detente.read.attribution import Attributed, directness
from detente.read.cast import Cast, find_cast
from detente.read.decoding import Floats
from detente.read.encoder import Encoded, Encoder
from detente.read.quotations import find_quotations, quoted_flags
from detente.read.roles import ROLES, Draft, Layer, Role, find_parts
from detente.read.speakers import Resolver
from detente.read.syntax import Syntax
from detente.read.words import Word, find_words
from detente.types import Part, Span

ACTORS = Path(__file__).parents[2] / "examples" / "actors.toml"
TAGS = {"O": 0, "S": 1, "s": 2, "Q": 3, "q": 4, "C": 5, "c": 6}  # source, cue, content; a capital begins a part


@cache
def actors() -> ActorTable:
    """The shipped actors with the invented ones of the examples."""
    return ActorTable.shipped().extended(ACTORS)


def text_of(rows: str) -> str:
    """The words of `syntax` as running text: a blank line is a new sentence, a line of "---" a new paragraph."""
    forms = [line.split()[0] for line in rows.splitlines() if line.strip()]
    joined = " ".join("\n\n" if form == "---" else form for form in forms)
    return re.sub(r"\s*\n\s*", "\n\n", re.sub(r" ([,.;:”?!)]|['’]s\b)", r"\1", re.sub(r"([“(]) ", r"\1", joined)))


def syntax(rows: str) -> Syntax:
    """Rows "form UPOS XPOS head relation [name]"; heads count from 1 within the sentence, 0 is the root."""
    words = find_words(text_of(rows))
    sentences: list[tuple[int, int]] = []
    table: list[list[str]] = []
    heads: list[int] = []
    for block in re.split(r"\n\s*(?:---)?\s*\n", rows.strip()):
        start = len(table)
        lines = [line.split() for line in block.splitlines() if line.strip() not in ("", "---")]
        table += lines
        heads += [start + k if int(line[3]) == 0 else start + int(line[3]) - 1 for k, line in enumerate(lines)]
        sentences.append((start, len(table)))
    assert [w.text for w in words] == [line[0] for line in table], "the rows must be the words of their text"
    names = [line[5] if len(line) > 5 else "O" for line in table]
    return Syntax(words, sentences, heads, [r[4] for r in table], [r[1] for r in table], [r[2] for r in table], names)


def cast_of(rows: str) -> tuple[Syntax, Cast]:
    """The persons of an article given as rows."""
    tree = syntax(rows)
    return tree, find_cast(tree, actors().find(text_of(rows), tree.words, None), actors(), None)


def resolver(rows: str) -> Resolver:
    tree, persons = cast_of(rows)
    return Resolver.of(tree, persons, actors().find(text_of(rows), tree.words, None))


def find(words: Sequence[Word], phrase: str, nth: int = 0) -> tuple[int, ...]:
    """Indexes of the words of `phrase`."""
    wanted = [w.text for w in find_words(phrase)]
    starts = [i for i in range(len(words)) if [w.text for w in words[i : i + len(wanted)]] == wanted]
    return tuple(range(starts[nth], starts[nth] + len(wanted)))


def attributed(words: Sequence[Word], text: str, content: str, source: str = "", cue: str = "", **rest: Any) -> Attributed:
    """A statement whose parts are given by their words."""
    parts = [find(words, phrase) if phrase else () for phrase in (source, cue, content)]
    quotations = find_quotations(words)
    flags = quoted_flags(words, quotations)
    said = parts[2]
    part = Part.at(text, (Span(words[said[0]].start, words[said[-1]].end),))
    draft = Draft(parts[0], parts[1], said, 0.9, rest.get("inner", False))
    quoted = any(flags[i] for i in said)
    return Attributed(draft, directness(said, words, flags), None, None, part, rest.get("within"), (), None, quoted)


def encoder(**matrices: Floats) -> Encoder:
    """An encoder without a graph, for what decodes its rows."""
    return Encoder(cast(Any, None), cast(Any, None), dict(matrices), {}, {})


def rows_of(**heads: npt.NDArray[Any]) -> Encoded:
    """Rows of a few heads side by side."""
    fields: dict[str, tuple[int, int]] = {}
    at = 0
    for name, values in heads.items():
        fields[name] = (at, at + values.shape[1])
        at += values.shape[1]
    return Encoded(np.concatenate([v.astype(np.float32) for v in heads.values()], axis=1), fields)


def emissions(tags: str) -> Floats:
    """Scores that make each word's tag nearly certain; `tags` is a letter of TAGS per word."""
    out = np.zeros((len(tags), len(TAGS)), dtype=np.float32)
    out[np.arange(len(tags)), [TAGS[t] for t in tags]] = 12
    return out


def layer(text: str, tags: str, links: Mapping[str, Sequence[tuple[int, int]]]) -> Layer:
    """A layer with these tags; `links` names, per role, pairs of a cue's first word and a word that it takes."""
    words = find_words(text)
    assert len(words) == len(tags), f"{len(words)} words, {len(tags)} tags"
    encoded, fitted = linked(len(words), tags, links)
    scores = encoded["tags"]
    sure = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return Layer(encoded, fitted, words, sure, *(_parts(scores, sure, role) for role in ROLES))


def _parts(scores: Floats, sure: Floats, role: str) -> list[Role]:
    return find_parts(scores.argmax(1), sure, role)


def linked(n: int, tags: str, links: Mapping[str, Sequence[tuple[int, int]]]) -> tuple[Encoded, Encoder]:
    """Rows and matrices by which exactly the linked pairs are likely: left rows are one-hot, right rows list the cues."""
    heads: dict[str, Floats] = {"tags": emissions(tags)}
    matrices: dict[str, Floats] = {"tags.transitions": np.zeros((len(TAGS), len(TAGS)), dtype=np.float32)}
    for role in ("source", "content"):
        right = np.zeros((n, n), dtype=np.float32)
        for cue, word in links.get(role, ()):
            right[word, cue] = 1
        heads[f"{role}_link.left"], heads[f"{role}_link.right"] = np.eye(n, dtype=np.float32), right
        matrices[f"{role}_link.weight"] = 16 * np.eye(n, dtype=np.float32)
        matrices[f"{role}_link.bias"] = np.zeros(n, dtype=np.float32)
        matrices[f"{role}_link.offset"] = np.array(-8, dtype=np.float32)
    return rows_of(**heads), encoder(**matrices)
