"""Overlapping spans become nested ones, and nothing is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.report.layers import Mark, Nested, nest, over_paragraphs
from detente.types import Span

marks = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from(["content", "loaded", "time"])).map(
        lambda m: Mark(Span(m[0], m[0] + m[1]), m[2], classes=f"{m}")
    ),
    max_size=8,
)


def covered(node: Nested) -> set[tuple[int, str]]:
    """Every (offset, mark) of a tree."""
    own = {(at, node.mark.classes) for at in range(node.span.start, node.span.end)} if node.mark else set()
    return own.union(*(covered(piece) for piece in node.pieces))


def spans(node: Nested) -> list[tuple[int, int]]:
    return [(p.span.start, p.span.end) for p in node.pieces]


def test_a_span_inside_another_becomes_its_piece() -> None:
    root = nest([Mark(Span(2, 4), "loaded"), Mark(Span(0, 9), "content")], Span(0, 10))
    assert spans(root) == [(0, 9)]
    assert spans(root.pieces[0]) == [(2, 4)]


def test_a_span_that_crosses_an_end_is_cut_there() -> None:
    root = nest([Mark(Span(0, 5), "content"), Mark(Span(3, 8), "content")], Span(0, 10))
    assert spans(root) == [(0, 5), (5, 8)]
    assert spans(root.pieces[0]) == [(3, 5)]


def test_only_the_first_piece_has_the_anchor() -> None:
    root = nest([Mark(Span(0, 5), "content"), Mark(Span(3, 8), "content", anchor="s2", number=2)], Span(0, 10))
    inner, rest = root.pieces[0].pieces[0].mark, root.pieces[1].mark
    assert inner is not None
    assert rest is not None
    assert (inner.anchor, inner.number) == ("s2", 2)
    assert (rest.anchor, rest.number) == ("", None)


def test_on_one_span_the_outer_statement_is_outside() -> None:
    root = nest([Mark(Span(0, 5), "content", "inner", depth=1), Mark(Span(0, 5), "content", "outer")], Span(0, 5))
    assert root.pieces[0].mark is not None
    assert root.pieces[0].mark.classes == "outer"


@given(marks)
def test_every_character_keeps_its_marks(some: list[Mark]) -> None:
    whole = Span(0, 50)
    assert covered(nest(some, whole)) == {(at, m.classes) for m in some for at in range(m.span.start, m.span.end)}


@given(marks)
def test_pieces_lie_in_order_inside_their_node(some: list[Mark]) -> None:
    waiting = [nest(some, Span(0, 50))]
    while waiting:
        node = waiting.pop()
        assert all(node.span.covers(p.span) for p in node.pieces)
        assert all(a.span.end <= b.span.start for a, b in zip(node.pieces, node.pieces[1:], strict=False))
        waiting += node.pieces


@given(marks)
def test_marks_are_cut_at_paragraphs(some: list[Mark]) -> None:
    paragraphs = [Span(0, 10), Span(12, 25), Span(25, 50)]
    for paragraph, pieces in over_paragraphs(some, paragraphs):
        assert all(paragraph.covers(piece.span) for piece in pieces)
        inside = range(paragraph.start, paragraph.end)
        expected = {(at, m.classes) for m in some for at in range(m.span.start, m.span.end) if at in inside}
        assert {(at, p.classes) for p in pieces for at in range(p.span.start, p.span.end)} == expected
