"""Stretches between double quotation marks: balanced, nested, never closed, opened again at each paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from detente.read.words import DOUBLE, QuoteState, Word
from detente.types import Span


@dataclass(frozen=True, slots=True)
class Quoted:
    """One stretch of quoted words within one paragraph.

    `first` and `stop` are the half-open range of its words with the marks; `inner` without them.
    `continues` says that it opens a paragraph inside a quotation which the paragraph before did not close.
    """

    first: int
    stop: int
    closed: bool
    continues: bool = False
    nested: bool = False

    @property
    def inner(self) -> range:
        """Word indexes between the marks."""
        return range(self.first + 1, self.stop - 1 if self.closed else self.stop)

    def size(self, words: Sequence[Word]) -> int:
        """Number of words with a letter or digit."""
        return sum(words[i].text[0].isalnum() for i in self.inner)

    def span(self, words: Sequence[Word]) -> Span:
        """Characters with the marks."""
        return Span(words[self.first].start, words[self.stop - 1].end)


def find_quotations(words: Sequence[Word]) -> list[Quoted]:
    """Quoted stretches in order of their start; a stretch inside another follows it.

    A stretch that is never closed ends with its paragraph. A closing mark that nothing opened is ignored.
    """
    found: list[Quoted] = []
    still_open: list[tuple[int, bool]] = []
    for i, word in enumerate(words):
        if i and word.paragraph != words[i - 1].paragraph:
            _abandon(found, still_open, i)
        if not (len(word.text) == 1 and word.text in DOUBLE):
            continue
        if word.quote in (QuoteState.OPENING, QuoteState.REOPENING):
            still_open.append((i, word.quote == QuoteState.REOPENING))
        elif still_open:
            first, continues = still_open.pop()
            found.append(Quoted(first, i + 1, True, continues, nested=bool(still_open)))
    _abandon(found, still_open, len(words))
    return sorted((q for q in found if len(q.inner)), key=lambda q: (q.first, -q.stop))


def _abandon(found: list[Quoted], still_open: list[tuple[int, bool]], stop: int) -> None:
    """Close at `stop` what is open."""
    while still_open:
        first, continues = still_open.pop()
        found.append(Quoted(first, stop, False, continues, nested=bool(still_open)))


def quoted_flags(words: Sequence[Word], quotations: Sequence[Quoted]) -> list[bool]:
    """Per word, whether it stands inside a quotation or is one of its marks."""
    flags = [False] * len(words)
    for q in quotations:
        flags[q.first : q.stop] = [True] * (q.stop - q.first)
    return flags
