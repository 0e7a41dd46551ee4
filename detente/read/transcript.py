"""Turns of interviews and transcripts: "Q: ...", "TORVEK: ...", one speaker to each labelled paragraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from detente.read.words import Shape, Word, iterate_paragraphs

MAX_LABEL = 4  # words
QUESTION, ANSWER = {"q", "question"}, {"a", "answer"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: the words of its label and of what is said, both half-open ranges of words."""

    label: tuple[int, int]
    said: tuple[int, int]


def find_turns(words: Sequence[Word]) -> list[Turn]:
    """Turns in order; none where the article is no transcript.

    It is one when labels come back: a label twice, or a question with an answer; then labels in capitals count though
    they come once. A paragraph without a label
    goes on with the turn before only inside the transcript, which ends with its last label's paragraph.
    """
    starts = [(a, b, stop) for a, b in iterate_paragraphs(list(words)) if (stop := _label_end(words, a, b)) is not None]
    labels = [_key(words, a, stop) for a, _, stop in starts]
    counts = Counter(labels)
    asked = bool(QUESTION & set(labels)) and bool(ANSWER & set(labels))
    real = [k for k, label in enumerate(labels) if counts[label] > 1 or (asked and label in QUESTION | ANSWER)]
    if len(real) < 2:
        return []
    loud = [k for k, (a, _, _) in enumerate(starts) if words[a].shape == Shape.UPPER]
    real = sorted({*real, *loud})
    turns = []
    for n, k in enumerate(real):
        a, end, stop = starts[k]
        until = starts[real[n + 1]][0] if n + 1 < len(real) else end
        if until - stop > 1:
            turns.append(Turn((a, stop), (stop + 1, until)))
    return turns


def _key(words: Sequence[Word], a: int, stop: int) -> str:
    return " ".join(w.text for w in words[a:stop]).lower()


def _label_end(words: Sequence[Word], a: int, b: int) -> int | None:
    """Where the label of a paragraph ends: its colon, behind one to four capitalised words."""
    for i in range(a, min(b, a + MAX_LABEL + 1)):
        if words[i].text == ":":
            return i if i > a else None
        if words[i].shape not in (Shape.TITLE, Shape.UPPER, Shape.SINGLE_UPPER, Shape.MIXED) and words[i].text != ".":
            return None
    return None
