"""Whatever the text, the reader gives a reading that keeps the contract."""

from __future__ import annotations

import pytest
from contracts import check_reading
from hypothesis import given, settings
from strategies import texts

import detente
from detente.types import Article, Reading

ODD = (
    "",
    " \n\n ",
    "“",
    "”",
    "(sic)",
    "\x00",
    "Leave a Reply",
    "He said “",
    "“A” said “B” said “C”",
    "x" * 5_000,
    "said " * 600,
    "😀 said.",
)


def read(text: str) -> Reading:
    (found,) = detente.read_many([Article("a", text, published_at="2031-03-04")], threads=1)
    assert isinstance(found, Reading)
    return found


@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text[:20]))
def test_odd_texts_are_read(text: str) -> None:
    check_reading(read(text))


@settings(max_examples=40, deadline=None)
@given(texts)
def test_any_text_is_read(text: str) -> None:
    check_reading(read(text.encode("utf-8", "replace").decode()))


def test_the_same_text_gives_the_same_reading() -> None:
    text = "“We will not sign,” Ilan Torvek said. Belmora denied that it had sent ships."
    assert read(text).to_dict() == read(text).to_dict()
