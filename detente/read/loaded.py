"""Words by which a voice judges rather than reports: loaded language, slurs and nicknames, doubt, scare quotes.

The model was fitted to sentences of news from all sides in which people marked biased words (BABE); names of any
side weigh nothing by themselves. Who uses the words is told with them: the statement they stand in, or the narrator.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np

from detente.read.actors import Mention
from detente.read.decoding import Floats
from detente.read.encoder import Encoded
from detente.read.syntax import Syntax
from detente.read.voices import innermost
from detente.types import Loaded, LoadedKind, Quotation, Span, Statement

SENTENCE = 0.4  # probability that a sentence judges, from which its words are looked at
WORD = 0.3  # probability from which a word of such a sentence is loaded
ALONE = 0.85  # the same in any sentence
BEST = 0.06  # probability from which the likeliest word of a judging sentence is given when none else is
_JUDGING = {"NOUN", "VERB", "ADJ", "ADV", "INTJ"}


def find_loaded(
    text: str,
    syntax: Syntax,
    encoded: Encoded,
    mentions: Sequence[Mention],
    statements: Sequence[Statement],
    unattributed: Sequence[Quotation],
) -> tuple[Loaded, ...]:
    """Loaded spans in order, without overlaps."""
    found: dict[Span, LoadedKind] = {m.epithet: "name-calling" for m in mentions if m.epithet is not None}
    for q in unattributed:
        if q.reason.startswith("scare"):
            _add(found, q.span, "scare quotes")
    if len(syntax.words):
        for span in _spans(syntax, encoded):
            _add(found, span, _kind(span.of(text)))
    return tuple(Loaded(s, s.of(text), found[s], _voice(s, statements)) for s in sorted(found))


def _voice(span: Span, statements: Sequence[Statement]) -> str | None:
    holding = innermost(statements, span)
    return holding.id if holding else None


def _add(found: dict[Span, LoadedKind], span: Span, kind: LoadedKind) -> None:
    if not any(span.overlaps(other) for other in found):
        found[span] = kind


def sentence_chances(syntax: Syntax, encoded: Encoded) -> list[float]:
    """Probability that each sentence judges: log-mean-exp over its words, as the head was fitted."""
    scores = encoded["loaded_sentence"][:, 0].astype(np.float64)
    out = []
    for a, b in syntax.sentences:
        top = scores[a:b].max()
        pooled = top + np.log(np.exp(scores[a:b] - top).mean())
        out.append(float(1 / (1 + np.exp(-pooled))))
    return out


def _spans(syntax: Syntax, encoded: Encoded) -> list[Span]:
    """Neighbouring loaded words of one sentence as one span."""
    chances = 1 / (1 + np.exp(-encoded["loaded"][:, 0].clip(-30, 30)))
    spans: list[Span] = []
    for (a, b), judging in zip(syntax.sentences, sentence_chances(syntax, encoded), strict=True):
        words = _loaded_words(syntax, chances, a, b, judging)
        for k, i in enumerate(words):
            if k and i == words[k - 1] + 1:
                spans[-1] = Span(spans[-1].start, syntax.words[i].end)
            else:
                spans.append(Span(syntax.words[i].start, syntax.words[i].end))
    return spans


def _loaded_words(syntax: Syntax, chances: Floats, a: int, b: int, judging: float) -> list[int]:
    real = [i for i in range(a, b) if _may_judge(syntax, i)]
    least = WORD if judging > SENTENCE else ALONE
    words = [i for i in real if chances[i] > least or syntax.words[i].text.lower() in _always()]
    if not words and real and judging > SENTENCE:
        best = max(real, key=lambda i: float(chances[i]))
        words = [best] if chances[best] > BEST else []
    return words


def _may_judge(syntax: Syntax, i: int) -> bool:
    """A noun, verb, adjective or adverb of three letters or more, no sign of the author's hand ("(sic)", "(I)n")."""
    word = syntax.words[i]
    touching = i > 0 and syntax.words[i - 1].end == word.start and syntax.words[i - 1].text in "()[]"
    return len(word.text) >= 3 and word.text[0].isalpha() and syntax.upos[i] in _JUDGING and not touching


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[LoadedKind, frozenset[str], bool], ...]:
    lines = (files("detente.data") / "loaded.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple((c[0], frozenset(c[1].split()), c[2] == "1") for c in cells)  # type: ignore[misc]


@lru_cache(maxsize=1)
def _always() -> frozenset[str]:
    return frozenset(w for _, words, always in _rows() if always for w in words)


def _kind(text: str) -> LoadedKind:
    words = set(text.lower().split())
    return next((kind for kind, known, _ in _rows() if words & known), "loaded word")
