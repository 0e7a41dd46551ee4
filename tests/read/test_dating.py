"""Dates of events: beside the trigger, ahead for what is still to come, carried on within an occasion."""

from __future__ import annotations

from datetime import date

import pytest
from handmade import syntax, text_of

from detente.read.dating import Dater, ahead
from detente.types import Event, EventDate, Party, Span, Timex

MET = """
They   PRON  PRP 2 nsubj
met    VERB  VBD 0 root
Monday PROPN NNP 2 obl
before SCONJ IN  5 mark
leaving VERB VBG 2 advcl
Friday PROPN NNP 5 obl
.      PUNCT .   2 punct
"""
DAY = EventDate("2031-05-05", "2031-05-05", "2031-05-05", "Monday")


def timex(text: str, words: str, value: str) -> Timex:
    at = text.index(words)
    return Timex(Span(at, at + len(words)), words, "DATE", value)


def dater(*values: tuple[str, str], published: date | None = date(2031, 5, 8)) -> Dater:
    text = text_of(MET)
    return Dater(syntax(MET), [timex(text, words, value) for words, value in values], published)


def event(kind: str, actor: str | None = None, day: EventDate | None = None) -> Event:
    parties = (Party(actor, actor, None, Span(0, 1)),) if actor else ()
    return Event("e1", kind, Span(0, 1), "x", parties, date=day)


@pytest.mark.parametrize(("trigger", "value"), [(1, "2031-05-05"), (4, "2031-05-09")])
def test_the_nearest_time_in_the_tree_dates_an_event(trigger: int, value: str) -> None:
    found = dater(("Monday", "2031-05-05"), ("Friday", "2031-05-09")).date(trigger, "happened")
    assert found is not None
    assert found.value == value


def spanned(first: str, joint: str, last: str, values: dict[str, str]) -> EventDate:
    """The date of "They met from FIRST JOINT LAST."; `values` of the times in it."""
    head, *rest = last.split()
    rows = (
        f"They PRON PRP 2 nsubj\nmet VERB VBD 0 root\nfrom ADP IN 4 case\n{first} NOUN NN 2 obl\n{joint} ADP IN 6 case\n"
        f"{head} PROPN NNP 2 obl\n" + "".join(f"{word} PROPN NNP 6 flat\n" for word in rest) + ". PUNCT . 2 punct\n"
    )
    times = sorted((timex(text_of(rows), words, value) for words, value in values.items()), key=lambda t: t.span)
    found = Dater(syntax(rows), times, date(2031, 5, 10)).date(5, "happened")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("first", "joint", "last", "values"),
    [
        ("7th", "to", "9 May", {"9 May": "2031-05-09"}),
        ("7", "-", "9 May", {"9 May": "2031-05-09"}),
        ("Wednesday", "and", "Friday", {"Wednesday": "2031-05-07", "Friday": "2031-05-09"}),
    ],
)
def test_a_span_of_days_is_dated_from_its_first(first: str, joint: str, last: str, values: dict[str, str]) -> None:
    found = spanned(first, joint, last, values)
    assert (found.value, found.start, found.end) == ("2031-05-07", "2031-05-07", "2031-05-09")
    assert found.text == f"{first} {joint} {last}"


@pytest.mark.parametrize(("first", "last"), [("7", "Friday"), ("12", "9 May"), ("seven", "9 May")])
def test_a_number_before_a_date_is_not_always_a_day(first: str, last: str) -> None:
    assert spanned(first, "and", last, {last: "2031-05-09"}).start == "2031-05-09"


def test_without_a_time_in_the_sentence_there_is_no_date() -> None:
    assert dater().date(1, "happened") is None


def test_a_vague_time_dates_nothing() -> None:
    assert dater(("Monday", "PAST_REF")).date(1, "happened") is None


@pytest.mark.parametrize(
    ("words", "value", "expected"),
    [
        ("Friday", "2031-05-02", "2031-05-09"),
        ("on Friday", "2031-05-02TMO", "2031-05-09TMO"),
        ("Friday", "2031-05-09", "2031-05-09"),
        ("last Friday", "2031-05-02", "2031-05-02"),
        ("late March", "2031-03", "2032-03"),
        ("March 2031", "2031-03", "2031-03"),
        ("June", "2031-06", "2031-06"),
    ],
)
def test_what_is_to_come_lies_ahead(words: str, value: str, expected: str) -> None:
    assert ahead(words, value, date(2031, 5, 8)) == expected


def test_a_scheduled_event_lies_ahead_and_a_past_one_does_not() -> None:
    found = dater(("Monday", "2031-05-05"))
    scheduled, happened = found.date(1, "scheduled"), found.date(1, "happened")
    assert scheduled is not None
    assert happened is not None
    assert (scheduled.start, happened.start) == ("2031-05-12", "2031-05-05")


def test_what_lies_ahead_has_not_happened_unless_its_verb_is_past() -> None:
    later = dater(("Monday", "2031-05-12"), ("Friday", "2031-05-16"))
    assert later.settled(1, "CONSULT", "happened") == ("happened", None)
    status, when = later.settled(4, "CONSULT", "happened")
    assert (status, when and when.value) == ("scheduled", "2031-05-16")
    assert dater(("Friday", "2031-05-02")).settled(4, "CONSULT", "happened")[0] == "happened"
    assert later.settled(4, "REQUEST", "happened") == ("happened", None)


@pytest.mark.parametrize(("start", "end"), [("2031-05-01", "2031-05-31"), ("2031-01-01", "2031-12-31")])
def test_a_month_or_a_year_is_not_borrowed(start: str, end: str) -> None:
    long = EventDate(start[:7], start, end, "May")
    assert carried(event("ASSAULT", "ARV", long), event("ASSAULT", "ARV")) == [long, None]


def carried(*events: Event) -> list[EventDate | None]:
    return [e.date for e in dater().carried(events, range(5, 5 + len(events)))]


def test_the_same_act_told_again_has_the_same_date() -> None:
    assert carried(event("ASSAULT", "ARV", DAY), event("ASSAULT", "ARV")) == [DAY, DAY]


def test_more_said_by_the_same_speaker_has_the_same_date() -> None:
    assert carried(event("ACCUSE", "ARV", DAY), event("REQUEST", "ARV")) == [DAY, DAY]


@pytest.mark.parametrize("other", [event("ASSAULT", "BMR"), event("CONSULT", "ARV")])
def test_another_act_has_no_borrowed_date(other: Event) -> None:
    assert carried(event("ASSAULT", "ARV", DAY), other) == [DAY, None]


@pytest.mark.parametrize(
    ("published", "status", "value"),
    [(date(2031, 5, 9), "happened", "2031-05-08"), (date(2031, 5, 12), "scheduled", "2031-05-15")],
)
def test_talks_of_the_day_before_are_over(published: date, status: str, value: str) -> None:
    rows = """
Ahead    ADV   RB   7 advmod
of       ADP   IN   5 case
Thursday PROPN NNP  5 nmod:poss
’s       PART  POS  3 case
talks    NOUN  NNS  1 obl
Arvania  PROPN NNP  7 nsubj
spoke    VERB  VBD  0 root
.        PUNCT .    7 punct
"""
    found = Dater(syntax(rows), [timex(text_of(rows), "Thursday", "2031-05-08")], published).settled(4, "CONSULT", "scheduled")
    assert found[1] is not None
    assert (found[0], found[1].value) == (status, value)
