"""Turns of interviews and transcripts."""

from __future__ import annotations

from detente.read.transcript import find_turns
from detente.read.words import find_words


def turns(text: str) -> list[tuple[str, str]]:
    words = find_words(text)
    spell = lambda span: text[words[span[0]].start : words[span[1] - 1].end]  # noqa: E731
    return [(spell(t.label), spell(t.said)) for t in find_turns(words)]


def test_questions_and_answers_are_turns() -> None:
    text = "An interview.\n\nQ: Will you sign?\n\nA: We will not."
    assert turns(text) == [("Q", "Will you sign?"), ("A", "We will not.")]


def test_a_paragraph_without_a_label_goes_on_with_the_turn() -> None:
    text = "TORVEK: We will not.\n\nNot ever.\n\nDRAY: You will.\n\nTORVEK: No chance of that."
    assert turns(text)[0] == ("TORVEK", "We will not.\n\nNot ever.")


def test_one_label_makes_no_transcript() -> None:
    assert turns("Correction: the name was wrong.\n\nThe ministry said nothing more.") == []


def test_a_colon_deep_in_a_paragraph_is_no_label() -> None:
    assert turns("Torvek then said the following: no.\n\nTorvek then said the following: yes.") == []


def test_no_words_have_no_turns() -> None:
    assert turns("") == []
