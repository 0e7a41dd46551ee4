"""Stretches between quotation marks: what is inside them, however badly they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.read.quotations import Quoted, find_quotations, quoted_flags
from detente.read.words import find_words


def quotations(text: str) -> list[Quoted]:
    return find_quotations(find_words(text))


def spans(text: str) -> list[str]:
    words = find_words(text)
    return [q.span(words).of(text) for q in find_quotations(words)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("He said “we will not sign” on Monday.", ["“we will not sign”"]),
        ('He said "we will not sign" on Monday.', ['"we will not sign"']),
        ('"One," he said, "and two."', ['"One,"', '"and two."']),
        ("He said «we will not sign» then.", ["«we will not sign»"]),
        ("Nothing is quoted here.", []),
        ("", []),
    ],
    ids=["curly", "straight", "interrupted", "guillemets", "none", "empty"],
)
def test_a_stretch_runs_from_mark_to_mark(text: str, wanted: list[str]) -> None:
    assert spans(text) == wanted


def test_the_inner_words_are_those_between_the_marks() -> None:
    text = "He called it “a farce” then."
    words = find_words(text)
    (found,) = find_quotations(words)
    assert [words[i].text for i in found.inner] == ["a", "farce"]
    assert found.size(words) == 2


def test_punctuation_does_not_count_as_a_word() -> None:
    words = find_words("“No, never!”")
    (found,) = find_quotations(words)
    assert found.size(words) == 2


def test_a_stretch_that_is_never_closed_ends_with_its_paragraph() -> None:
    text = "He said “we will not sign.\n\nBelmora did not answer."
    (found,) = quotations(text)
    assert spans(text) == ["“we will not sign."]
    assert not found.closed
    assert not found.continues


def test_a_stretch_that_is_never_closed_ends_with_the_text() -> None:
    assert spans("He said “we will not sign") == ["“we will not sign"]


def test_a_closing_mark_that_nothing_opened_is_ignored() -> None:
    assert spans("We will not sign,” he said.") == []


def test_a_mark_at_each_paragraph_goes_on_with_the_quotation() -> None:
    text = "“We waited.\n\n“We asked twice.\n\n“Now we leave,” Torvek said."
    assert spans(text) == ["“We waited.", "“We asked twice.", "“Now we leave,”"]
    assert [q.continues for q in quotations(text)] == [False, True, True]
    assert [q.closed for q in quotations(text)] == [False, False, True]


def test_straight_marks_at_each_paragraph_go_on_too() -> None:
    text = '"We waited.\n\n"Now we leave," Torvek said.'
    assert spans(text) == ['"We waited.', '"Now we leave,"']
    assert [q.continues for q in quotations(text)] == [False, True]


def test_a_new_quotation_in_the_next_paragraph_does_not_go_on() -> None:
    assert [q.continues for q in quotations("“We waited.”\n\n“We leave,” he said.")] == [False, False]


def test_a_lost_mark_does_not_turn_the_next_paragraph_inside_out() -> None:
    text = 'He said "we will not sign.\n\nBelmora spoke of "open water" again.'
    assert spans(text) == ['"we will not sign.', '"open water"']


def test_a_stretch_inside_another_follows_it_and_is_nested() -> None:
    text = "He said “they wrote “leave the strait” to us” then."
    assert spans(text) == ["“they wrote “leave the strait” to us”", "“leave the strait”"]
    assert [q.nested for q in quotations(text)] == [False, True]


def test_single_quotes_inside_double_ones_are_not_stretches() -> None:
    assert spans("“They wrote ‘leave’ to us,” he said.") == ["“They wrote ‘leave’ to us,”"]


def test_marks_with_nothing_between_them_are_no_stretch() -> None:
    assert spans("He said “” and left.") == []


def test_ten_thousand_marks_are_read() -> None:
    assert len(quotations('"' * 10_000)) < 10_000
    assert len(quotations("“a” " * 5_000)) == 5_000


def test_ten_thousand_open_marks_nest() -> None:
    assert sum(not q.nested for q in quotations("“a " * 10_000)) == 1


@given(st.lists(st.sampled_from(["“", "”", '"', "«", "»", "a", "said", ".", " ", "\n\n"]), max_size=60).map("".join))
def test_stretches_stay_within_one_paragraph_and_hold_something(text: str) -> None:
    words = find_words(text)
    for q in find_quotations(words):
        assert 0 <= q.first < q.stop <= len(words)
        assert len(q.inner) > 0
        assert {words[i].paragraph for i in range(q.first, q.stop)} == {words[q.first].paragraph}


def test_flags_mark_the_words_of_quotations_and_their_marks() -> None:
    words = find_words("He said “not now” again")
    assert quoted_flags(words, find_quotations(words)) == [False, False, True, True, True, True, False]
