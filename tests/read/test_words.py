"""Words: where a text is cut, their shape, and where they stand to quotation marks."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.read.words import QuoteState, Shape, find_words, iterate_paragraphs, shape_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They don't.", ["They", "do", "n't", "."]),
        ("Arvania’s U.S. envoy", ["Arvania", "’s", "U.S.", "envoy"]),
        ("cease-fire at 10:30", ["cease", "-", "fire", "at", "10:30"]),
        ("Mr. Torvek, John F. Kennedy", ["Mr.", "Torvek", ",", "John", "F.", "Kennedy"]),
        ("see https://a.example/b?c=d …", ["see", "https://a.example/b?c=d", "…"]),
        ("the 7th, 1,200 men", ["the", "7th", ",", "1,200", "men"]),
        ("", []), (" \n ", []),
    ],
)  # fmt: skip
def test_where_a_text_is_cut(text: str, words: list[str]) -> None:
    assert [w.text for w in find_words(text)] == words


@given(st.text(max_size=300))
def test_words_are_their_text_in_order_and_leave_out_only_spaces(text: str) -> None:
    words = find_words(text)
    assert all(text[w.start : w.end] == w.text for w in words)
    assert all(a.end <= b.start for a, b in itertools.pairwise(words))
    left = "".join(text[a:b] for a, b in zip([0, *(w.end for w in words)], [*(w.start for w in words), len(text)]))
    assert not left.strip()


@pytest.mark.parametrize(
    ("word", "shape"),
    [("talks", Shape.LOWER), ("Sarn", Shape.TITLE), ("NATO", Shape.UPPER), ("McKay", Shape.MIXED), ("1987", Shape.NUMBER),
     ("—", Shape.PUNCTUATION), ("A", Shape.SINGLE_UPPER)],
)  # fmt: skip
def test_shapes(word: str, shape: Shape) -> None:
    assert shape_of(word) == shape


def states(text: str) -> str:
    """A letter for each word: outside, opening, inside, closing, reopening."""
    letters = {QuoteState.OUTSIDE: "o", QuoteState.OPENING: "O", QuoteState.INSIDE: "i", QuoteState.CLOSING: "C"}
    return "".join(letters.get(w.quote, "R") for w in find_words(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('He said "no way" twice', "ooOiiCo"),
        ("He said “no” twice", "ooOiCo"),
        ("“One lost mark\n\nNothing here", "Oiiioo"),  # a lost mark does not turn the rest inside out
        ("“First part\n\n“Second part” he said", "OiiRiiCoo"),
        ('gone" he said', "oCoo"),
    ],
)
def test_quote_states(text: str, wanted: str) -> None:
    assert states(text) == wanted


def test_paragraphs_are_ranges_of_words() -> None:
    words = find_words("One two.\n\nThree.\n\n\nFour")
    assert list(iterate_paragraphs(words)) == [(0, 3), (3, 5), (5, 6)]
    assert list(iterate_paragraphs([])) == []
