"""What was found, laid over the text: overlapping spans turned into properly nested ones.

HTML elements must nest; found spans need not: a quotation may run over paragraphs, be interrupted by its own cue,
or overlap another. A span that would cross the end of an open one is cut there and goes on behind it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Literal

from detente.types import Span

Layer = Literal["shade", "content", "source", "cue", "quotation", "condition", "loaded", "event", "time", "alteration"]
# Of two marks on the same span, the earlier one in this list is the outer one.
ORDER: tuple[Layer, ...] = (
    "shade", "content", "source", "cue", "quotation", "condition", "loaded", "event", "time", "alteration",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to show at a span: its layer, the classes it is drawn with, and what it says when pointed at.

    `number` is shown before the first piece, `anchor` is its id there; `depth` orders contents of one span, outer first.
    """

    span: Span
    layer: Layer
    classes: str = ""
    tip: str = ""
    number: int | None = None
    anchor: str = ""
    depth: int = 0

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Outer marks first among those that begin together."""
        return self.span.start, -self.span.end, ORDER.index(self.layer), self.depth

    def cut(self, start: int, end: int) -> Mark:
        """The piece of this mark between two offsets; only the piece with its beginning keeps number and anchor."""
        first = start == self.span.start
        return Mark(
            Span(start, end), self.layer, self.classes, self.tip,
            self.number if first else None, self.anchor if first else "", self.depth,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nested:
    """A stretch of text: words of its own between its `pieces`. `mark` is None for the whole."""

    span: Span
    mark: Mark | None = None
    pieces: list[Nested] = field(default_factory=list)


def nest(marks: Sequence[Mark], whole: Span) -> Nested:
    """The marks within `whole` as a tree; every character keeps all the marks it had. Empty marks are left out."""
    queue = [(m.rank, n, m) for n, m in enumerate(marks) if m.span.start < m.span.end and whole.covers(m.span)]
    heapify(queue)
    root = Nested(whole)
    opened, serial = [root], len(marks)
    while queue:
        mark = heappop(queue)[2]
        while opened[-1].span.end <= mark.span.start and len(opened) > 1:
            opened.pop()
        end = opened[-1].span.end
        if mark.span.end > end:
            rest = mark.cut(end, mark.span.end)
            heappush(queue, (rest.rank, serial, rest))
            serial, mark = serial + 1, mark.cut(mark.span.start, end)
        node = Nested(mark.span, mark)
        opened[-1].pieces.append(node)
        opened.append(node)
    return root


def over_paragraphs(marks: Sequence[Mark], paragraphs: Sequence[Span]) -> Iterator[tuple[Span, list[Mark]]]:
    """Each paragraph with the marks on it, cut at its ends. `paragraphs` are in order and do not overlap."""
    on: list[list[Mark]] = [[] for _ in paragraphs]
    starts = [p.start for p in paragraphs]
    for mark in marks:
        k = max(bisect_right(starts, mark.span.start) - 1, 0)
        begun = False
        while k < len(paragraphs) and paragraphs[k].start < mark.span.end:
            piece = Span(max(mark.span.start, paragraphs[k].start), min(mark.span.end, paragraphs[k].end))
            if piece.start < piece.end:
                cut = mark.cut(piece.start, piece.end)
                on[k].append(cut if begun else _begun(mark, cut))
                begun = True
            k += 1
    yield from zip(paragraphs, on, strict=True)


def _begun(mark: Mark, piece: Mark) -> Mark:
    """The first visible piece carries number and anchor even where the mark begins in white space before it."""
    return Mark(piece.span, piece.layer, piece.classes, piece.tip, mark.number, mark.anchor, piece.depth)
