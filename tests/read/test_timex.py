"""Time expressions: what is found, and what it means."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.read.timex import find_timexes, interval
from detente.read.timex_calendar import easter, holiday, shift
from detente.read.timex_grammar import Rule, grammar
from detente.read.timex_value import RESOLVERS
from detente.types import Span, Timex

WEDNESDAY = "2022-01-12"
RULES = grammar().rules


def only(text: str, published_at: str | None = WEDNESDAY) -> Timex:
    (found,) = find_timexes(text, published_at)
    return found


def values(text: str, published_at: str | None = WEDNESDAY) -> list[str | None]:
    return [found.value for found in find_timexes(text, published_at)]


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_every_rule_reads_its_own_example(rule: Rule) -> None:
    start, end = rule.example.index("["), rule.example.index("]") - 1
    text = rule.example.replace("[", "").replace("]", "")
    found = only(text)
    assert (found.span, found.type, found.value) == (Span(start, end), rule.type, rule.value)


def test_every_rule_names_a_resolver() -> None:
    assert {rule.resolve for rule in RULES} <= set(RESOLVERS)


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Envoys met on Thursday.", "2022-01-06"),
        ("Envoys will meet on Thursday.", "2022-01-13"),
        ("Arvania said on Tuesday that it will not sign.", "2022-01-11"),
        ("Talks begin on Monday.", "2022-01-17"),
        ("Envoys met on Wednesday.", "2022-01-12"),
        ("Envoys met last Wednesday.", "2022-01-05"),
        ("Envoys meet next Wednesday.", "2022-01-19"),
        ("The Thursday deadline is due.", "2022-01-13"),
        ("Friday's ceremony will be remembered.", "2022-01-07"),
    ],
)
def test_weekday_follows_the_tense_of_its_clause(text: str, expected: str) -> None:
    assert values(text) == [expected]


def test_tense_told_by_the_parser_beats_the_words_nearby() -> None:
    (found,) = find_timexes("Envoys met on Thursday.", WEDNESDAY, tense_at=lambda offset: "future")
    assert found.value == "2022-01-13"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Belmora closed the port on Dec. 20.", "2021-12-20"),
        ("The fleet will sail on Feb. 3.", "2022-02-03"),
        ("Belmora closed the port in August.", "2021-08"),
        ("The fleet will sail in August.", "2022-08"),
        ("They met on Saturday, Jan. 15, to talk.", "2022-01-15"),
        ("They met on Friday, Jan. 15, to talk.", "2021-01-15"),
        ("It must be signed by spring.", "2022-SP"),
        ("They met between 1997 and 2003.", "1997"),
    ],
)
def test_date_without_a_year_takes_the_one_that_fits(text: str, expected: str) -> None:
    assert values(text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They met on 3 March 2019. Two days later Costavera left.", ["2019-03-03", "2019-03-05"]),
        ("They met on 3 March 2019. The same day Costavera left.", ["2019-03-03", "2019-03-03"]),
        ("They met on 3 March 2019. The next morning Costavera left.", ["2019-03-03", "2019-03-04TMO"]),
        ("They met in March 2019. That year Costavera left.", ["2019-03", "2019"]),
        ("They met in March 2019, a year earlier they had not.", ["2019-03", "2018"]),
        ("They met in 2015 and the following year.", ["2015", "2016"]),
        ("They met on 3 March 2019, in May 2019 it fell. The same day Belmora left.", ["2019-03-03", "2019-05", "2019-03-03"]),
    ],
)
def test_anaphor_starts_from_the_last_date(text: str, expected: list[str]) -> None:
    assert values(text) == expected


def test_comparison_with_a_year_earlier_does_not_move_the_last_date() -> None:
    text = "Trade fell in the third quarter of 2021 from a year earlier; imports fell, too, from a year earlier."
    assert values(text) == ["2021-Q3", "2020-Q3", "2020-Q3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It lasted two and a half years.", "P2Y6M"),
        ("It lasted 2 1/2 hours.", "PT2H30M"),
        ("It lasted for a hundred days.", "P100D"),
        ("It lasted two dozen weeks.", "P24W"),
        ("It lasted thirty-six hours.", "PT36H"),
        ("It lasted several days.", "PXD"),
        ("It lasted half an hour.", "PT30M"),
        ("It lasted half a century.", "P50Y"),
        ("It lasted three decades.", "P30Y"),
        ("It lasted 1,000 days.", "P1000D"),
        ("It lasted twelve years.", "P12Y"),
    ],
)
def test_duration_counts_its_unit(text: str, expected: str) -> None:
    found = only(text)
    assert (found.type, found.value) == ("DURATION", expected)


@pytest.mark.parametrize(
    "text",
    [
        "Belmora sent 2000 troops and 1,990 tons of grain for $2010.",
        "You may march nowhere near Augusta.",
        "The 52 years old Ilan Torvek saw the fall of Kestrel.",
        "He is a 52-year-old envoy.",
        "Shares rose 1990 percent.",
    ],
)
def test_words_that_only_look_like_times_are_left_alone(text: str) -> None:
    assert find_timexes(text, WEDNESDAY) == []


@pytest.mark.parametrize(
    "text", ["They met on Friday.", "They met last week.", "They met yesterday.", "They met two years ago."]
)
def test_relative_expression_without_publication_date_is_found_but_has_no_value(text: str) -> None:
    assert only(text, published_at=None).value is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("It was signed on 3 May 1994.", "1994-05-03"), ("It lasted six days.", "P6D"), ("It began in the 1990s.", "199")],
)
def test_absolute_expression_needs_no_publication_date(text: str, expected: str) -> None:
    assert only(text, published_at=None).value == expected


def test_publication_date_may_be_a_date_time() -> None:
    assert only("They met yesterday.", "2022-01-12T23:30:00+01:00").value == "2022-01-11"


def test_publication_date_that_is_no_iso_date_counts_as_unknown() -> None:
    assert only("They met yesterday.", "12 January 2022").value is None


def test_day_that_the_month_does_not_have_gets_no_value() -> None:
    assert only("It was signed on 31 April 1994.").value is None


def test_nothing_is_found_inside_boilerplate() -> None:
    text = "They met on Friday. Published on Monday"
    assert [t.text for t in find_timexes(text, WEDNESDAY, boilerplate=[Span(20, len(text))])] == ["Friday"]


def test_expression_does_not_run_over_a_sentence_end() -> None:
    text = "They met on Friday, 3 May. 1994 they left."
    spans = [t.span for t in find_timexes(text, WEDNESDAY, sentences=[Span(0, 26), Span(27, len(text))])]
    assert all(not (s.start < 26 < s.end) for s in spans)


def test_expression_does_not_run_over_a_paragraph_end() -> None:
    assert [t.text for t in find_timexes("They met last\n\nFriday they left.", WEDNESDAY)] == ["Friday"]


def test_expression_may_run_over_a_line_end() -> None:
    assert only("They met last\nFriday again.").text == "last\nFriday"


def test_empty_text_has_no_times() -> None:
    assert find_timexes("", WEDNESDAY) == []


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("2022-01-10", "2022-01-10", "2022-01-10"),
        ("2022-01-10TEV", "2022-01-10", "2022-01-10"),
        ("2022-01-10T14:30", "2022-01-10", "2022-01-10"),
        ("2022-W02", "2022-01-10", "2022-01-16"),
        ("2022-W01-WE", "2022-01-08", "2022-01-09"),
        ("2022-02", "2022-02-01", "2022-02-28"),
        ("2022", "2022-01-01", "2022-12-31"),
        ("2022-Q1", "2022-01-01", "2022-03-31"),
        ("2022-H2", "2022-07-01", "2022-12-31"),
        ("2022-SU", "2022-06-01", "2022-08-31"),
        ("2022-WI", "2022-12-01", "2023-02-28"),
        ("199", "1990-01-01", "1999-12-31"),
        ("19", "1900-01-01", "1999-12-31"),
    ],
)
def test_interval_covers_the_days_of_a_value(value: str, start: str, end: str) -> None:
    assert interval(value) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    "value",
    [
        "P3D",
        "PXY",
        "PAST_REF",
        "PRESENT_REF",
        "XXXX-WXX-3",
        "XXXX",
        "1989-WXX",
        "2022-13",
        "2022-02-30",
        "2021-W53",
        "0000",
        "",
    ],
)
def test_interval_of_what_has_no_place_in_the_calendar_is_none(value: str) -> None:
    assert interval(value) is None


@pytest.mark.parametrize(
    ("year", "day"), [(2000, "2000-04-23"), (2019, "2019-04-21"), (2022, "2022-04-17"), (2038, "2038-04-25")]
)
def test_easter_falls_on_the_known_days(year: int, day: str) -> None:
    assert easter(year).isoformat() == day


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("09-1-1", "2022-09-05"), ("11-4-4", "2022-11-24"), ("05--1-1", "2022-05-30"), ("easter-2", "2022-04-15")],
)
def test_holiday_that_moves_falls_on_its_weekday(rule: str, expected: str) -> None:
    day = holiday(rule, 2022)
    assert day is not None
    assert day.isoformat() == expected


def test_month_counted_back_from_its_last_day_stays_in_the_month_before() -> None:
    assert shift(date(2022, 3, 31), -1, "M") == date(2022, 2, 28)


VOCABULARY = """the a last next this two 24 1997 2022 '97 few day days week weeks years year ago later earlier Monday Friday,
May March 3 31 early mid- end of quarter third p.m. 10 noon night morning weekend Christmas fall now recent and in for since $
1/2 12/3/2021 said will . second hundred thousand dozen decades every Easter half first 9/11 14:30 Q3 1990s 999999 to 31st"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n", "\n\n", "    "])
TEXTS = st.one_of(st.lists(WORDS, max_size=30).map(" ".join), st.text(max_size=80))
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(TEXTS, st.one_of(st.none(), DAYS.map(date.isoformat)))
def test_spans_show_their_words_in_order_without_overlap(text: str, published_at: str | None) -> None:
    found = find_timexes(text, published_at)
    assert all(t.span.of(text) == t.text != "" for t in found)
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))


@given(TEXTS, DAYS)
def test_every_value_with_days_starts_before_it_ends(text: str, published: date) -> None:
    for found in find_timexes(text, published.isoformat()):
        days = interval(found.value) if found.value else None
        assert days is None or days[0] <= days[1]


@given(st.text(alphabet="0123456789-WQHSUFAIPEX", max_size=12))
def test_interval_never_fails_and_starts_before_it_ends(value: str) -> None:
    days = interval(value)
    assert days is None or days[0] <= days[1]


@given(
    DAYS,
    st.sampled_from(
        ["{0:%B} {0.day}, {0.year}", "{0.day} {0:%B} {0.year}", "{0:%A}, {0:%B} {0.day}, {0.year}", "{0:%Y-%m-%d}"]
    ),
)
def test_written_date_reads_back(day: date, form: str) -> None:
    assert values(f"They met on {form.format(day)}.", None) == [day.isoformat()]


@given(DAYS, st.integers(1, 400))
def test_days_ago_counts_back_from_publication(published: date, n_days: int) -> None:
    text = f"They met {n_days} days ago." if n_days > 1 else "They met a day ago."
    assert values(text, published.isoformat()) == [(published - timedelta(days=n_days)).isoformat()]


@given(DAYS, st.sampled_from(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]))
def test_weekday_told_in_the_past_lies_in_the_week_up_to_publication(published: date, weekday: str) -> None:
    (value,) = values(f"They met on {weekday}.", published.isoformat())
    assert value is not None
    assert timedelta(0) <= published - date.fromisoformat(value) < timedelta(days=7)
