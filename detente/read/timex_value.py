"""Values of time expressions: one resolver per kind of rule, named in the column `resolve` of rules.tsv.

A resolver gets the parts of the expression and the moment at which it is read, and gives a TIMEX3 value, or None where
the moment does not say enough. Nothing here asks what day it is today.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from detente.read.timex_calendar import DAYS_PER_UNIT, Days, holiday, interval, shift, value_of
from detente.read.timex_grammar import grammar

Tense = Literal["past", "present", "future"]
Resolver = Callable[["Parts", "Moment"], str | None]
NEAR_PAST_DAYS, NEAR_FUTURE_DAYS = 75, 45  # a date this near to publication is meant, whatever the tense
PARTS_OF_DAY_ONLY = {"TH", "TM", "TS"}


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known where an expression stands.

    `published` is the day of publication, None where unknown; `mentioned` the value of the last date before the
    expression, `mentioned_day` that of the last single day; `tense` says how the clause stands in time, and is only
    asked where the answer matters.
    """

    published: date | None
    tense: Callable[[], Tense | None]
    mentioned: str | None = None
    mentioned_day: str | None = None

    def spoken_of(self, unit: str) -> date | None:
        """Where "that day" or "two years later" starts: for days and parts of them the last single day, else the last date.

        The day of publication where the text has named none.
        """
        value = self.mentioned_day if unit == "D" else self.mentioned
        days = interval(value) if value else None
        return days[0] if days else self.published


class Parts:
    """The pieces of one matched expression: `get` gives the words of a piece, `value` what the tables say of them."""

    def __init__(self, match: re.Match[str]) -> None:
        self.text = re.sub(r"\s+", " ", match[0].lower().replace("’", "'"))
        self._found: dict[str, str] = {}
        for name, words in match.groupdict().items():
            if words is not None:
                self._found.setdefault(name.split("__")[0], re.sub(r"\s+", " ", words.lower().replace("’", "'")))

    def get(self, name: str) -> str | None:
        return self._found.get(name)

    def value(self, name: str, of_class: str | None = None) -> str | None:
        """What the table of the class (the piece's own unless named) says of the piece's words; None without the piece."""
        words = self.get(name)
        if words is None:
            return None
        of_class = (of_class or name).replace("_", " ")
        known: Mapping[str, str] = grammar().holidays if of_class == "holiday" else grammar().values[of_class]
        return known.get(words, known.get(words.rstrip(".")))


def resolve(name: str, match: re.Match[str], moment: Moment) -> str | None:
    """Value of a match by the resolver called `name`; None where it cannot be resolved."""
    value = RESOLVERS[name](Parts(match), moment)
    if value and re.fullmatch(r"\d{4}-\d\d-\d\d.*", value) and interval(value) is None:
        return None  # 31 April
    return value


# -- dates that name their year, and dates that leave it out ----------------------------------------------------------


def _calendar(parts: Parts, moment: Moment) -> str | None:
    year, month, day = _year(parts), parts.value("month") or parts.get("mm"), _day_of_month(parts)
    if year and month:
        return f"{year}-{month}-{day:02}" if day else f"{year}-{month}"
    if year or not month:
        return year
    suffix = f"-{month}-{day:02}" if day else f"-{month}"
    return _nearest_year(moment, lambda y: f"{y}{suffix}", parts.value("weekday"))


def _year(parts: Parts) -> str | None:
    if written := parts.get("year"):
        return written
    if short := parts.get("shortyear"):
        return _full_year(short[-2:])
    words = parts.get("yearword")
    return _spoken_year(words) if words else None


def _full_year(two_digits: str) -> str:
    """'97 is 1997 and '14 is 2014: the century turns at 40, which no article of our time outlives."""
    return ("20" if int(two_digits) < 40 else "19") + two_digits


def _spoken_year(words: str) -> str | None:
    century, _, rest = words.replace("-", " ").partition(" ")
    if century == "two":
        rest = rest.removeprefix("thousand").strip().removeprefix("and ")
        return str(2000 + int(_number(rest) or 0))
    tail = _number(rest)
    return f"{18 if century == 'eighteen' else 19}{int(tail):02}" if tail is not None else None


def _day_of_month(parts: Parts) -> int | None:
    words = parts.get("dom") or parts.get("domnum") or parts.get("dd")
    if words is None:
        return None
    digits = re.match(r"\d+", words)
    return int(digits[0]) if digits else int(grammar().values["ordinal"].get(words, 0)) or None


def _nearest_year(moment: Moment, value_in: Callable[[int], str], weekday: str | None = None) -> str | None:
    """Of the years about publication the one in which `value_in` is nearest or fits the tense, and falls on `weekday`."""
    if moment.published is None:
        return None
    spans = [(value, days) for value in map(value_in, _years_about(moment.published)) if (days := interval(value))]
    spans = [span for span in spans if span[1][0].isoweekday() == int(weekday or 0)] or spans
    return _fitting(spans, moment.published, moment.tense()) if spans else None


def _years_about(published: date) -> range:
    return range(published.year - 1, published.year + 2)


def _fitting(spans: list[tuple[str, Days]], published: date, tense: Tense | None) -> str:
    past = [value for value, (start, _) in spans if start <= published]
    future = [value for value, (_, end) in spans if end >= published]
    nearest = min(spans, key=lambda span: _days_between(span[1], published))
    ahead = nearest[1][0] > published and tense != "future"
    if _days_between(nearest[1], published) < (NEAR_FUTURE_DAYS if ahead else NEAR_PAST_DAYS):
        return nearest[0]
    if past and (tense == "past" or ahead):
        return past[-1]
    if tense == "future" and future:
        return future[0]
    return nearest[0]


def _days_between(days: Days, published: date) -> int:
    return max(0, (days[0] - published).days, (published - days[1]).days)


def _slashed(parts: Parts, moment: Moment) -> str | None:
    month, day, year = parts.text.split("/")
    if int(month) > 12:
        month, day = day, month
    year = year if len(year) == 4 else _full_year(year)
    return f"{year}-{int(month):02}-{int(day):02}"


def _september_11(parts: Parts, moment: Moment) -> str | None:
    return "2001-09-11"


def _month_of_relation(parts: Parts, moment: Moment) -> str | None:
    day = _moved(parts, moment, "Y")
    return f"{day.year}-{parts.value('month')}" if day else None


def _month_by_relation(parts: Parts, moment: Moment) -> str | None:
    spans = [] if moment.published is None else [
        (f"{year}-{parts.value('month')}", interval(f"{year}-{parts.value('month')}"))
        for year in _years_about(moment.published)
    ]  # fmt: skip
    return _by_relation([(value, days) for value, days in spans if days], parts.value("relation"), moment)


def _by_relation(spans: list[tuple[str, Days]], relation: str | None, moment: Moment) -> str | None:
    """A "last" May is over, a "next" one has not begun, "this" one is of the year or as the tense says."""
    published = moment.published
    if published is None:
        return None
    if relation == "-1":
        return max((value for value, (_, end) in spans if end < published), default=None)
    if relation == "1":
        return min((value for value, (start, _) in spans if start > published), default=None)
    return _fitting(spans, published, moment.tense()) if spans else None


def _week_of(parts: Parts, moment: Moment) -> str | None:
    days = interval(_calendar(parts, moment) or "")
    return value_of(days[0], "W") if days else None


def _decade(parts: Parts, moment: Moment) -> str | None:
    if named := parts.value("decade"):
        return named
    digits = re.search(r"\d{2,4}(?=['s])", parts.text)
    if digits is None:
        return None
    return digits[0][:3] if len(digits[0]) == 4 else _full_year(digits[0])[:3]


def _century(parts: Parts, moment: Moment) -> str | None:
    digits = re.search(r"\d+", parts.text)
    number = int(digits[0]) if digits else int(parts.value("ordinal") or 0)
    return f"{number - 1:02}" if 0 < number < 100 else None


# -- quarters, halves, seasons, holidays ------------------------------------------------------------------------------


def _half(parts: Parts, moment: Moment) -> str | None:
    number = 1 if parts.get("halford") == "first" else 2
    return _in_year(parts, moment, lambda year: f"{year}-H{number}")


def _quarter(parts: Parts, moment: Moment) -> str | None:
    named = parts.get("quarterord")
    digit = re.search(r"[1-4]", parts.get("numbered") or "")
    number = digit[0] if digit else {"first": 1, "second": 2, "third": 3}.get(named or "", 4)
    if re.search(r"year[- ](ago|earlier)", parts.text):
        value = _nearest_year(moment, lambda year: f"{year}-Q{number}")
        return _year_before(value) if value else None
    return _in_year(parts, moment, lambda year: f"{year}-Q{number}", latest=True)


def _season(parts: Parts, moment: Moment) -> str | None:
    def value_in(year: int) -> str:
        return f"{year}-{parts.value('season')}"

    if _year(parts) or "year" in parts.text:
        return _in_year(parts, moment, value_in)
    if (relation := parts.value("relation")) and moment.published:
        near = _years_about(moment.published)
        return _by_relation([(v, days) for v in map(value_in, near) if (days := interval(v))], relation, moment)
    return _nearest_year(moment, value_in)


def _in_year(parts: Parts, moment: Moment, value_in: Callable[[int], str], *, latest: bool = False) -> str | None:
    """A part of the year that the words name, or stand in relation to, or else of the year that fits the tense.

    With `latest`, words without a tense mean the last one that is over or running, as companies report it.
    """
    if year := parts.get("year2") or _year(parts):
        return value_in(int(year))
    if relation := parts.value("yearly", "relation") or parts.value("ofrelation", "relation") or parts.value("relation"):
        return value_in(moment.published.year + int(relation)) if moment.published else None
    value = _nearest_year(moment, value_in)
    days = interval(value) if value else None
    if latest and value and days and moment.published and days[0] > moment.published and moment.tense() != "future":
        return value_in(int(value[:4]) - 1)
    return value


def _holiday(parts: Parts, moment: Moment) -> str | None:
    rule = parts.value("holiday") or "?"
    if year := _year(parts):
        day = holiday(rule, int(year))
        return day.isoformat() if day else None
    if moment.published is None or rule == "?":
        return None
    days = [day for year in _years_about(moment.published) if (day := holiday(rule, year))]
    spans = [(day.isoformat(), (day, day)) for day in days]
    if relation := parts.value("relation"):
        return _by_relation(spans, relation, moment)
    return _fitting(spans, moment.published, moment.tense())


# -- weekdays and days about publication ------------------------------------------------------------------------------


def _weekday(parts: Parts, moment: Moment) -> str | None:
    weekday = parts.value("weekday")
    relation = parts.get("relation")
    base = moment.spoken_of("D") if relation in {"previous", "preceding", "following"} else moment.published
    if weekday is None or base is None:
        return None
    return _with_part(_weekday_near(base, int(weekday), parts.value("relation"), moment), parts)


def _weekday_near(base: date, weekday: int, relation: str | None, moment: Moment) -> date:
    back, ahead = (base.isoweekday() - weekday) % 7, (weekday - base.isoweekday()) % 7
    if relation == "-1":
        return base - timedelta(days=back or 7)
    if relation == "1":
        return base + timedelta(days=ahead or 7)
    future = moment.tense() == "future" or (relation == "0" and moment.tense() is None)
    return base + timedelta(days=ahead) if future else base - timedelta(days=back)


def _with_part(day: date | None, parts: Parts) -> str | None:
    part = parts.value("part")
    return f"{day.isoformat()}{'T' + part if part else ''}" if day else None


def _weekend(parts: Parts, moment: Moment) -> str | None:
    relation = parts.value("therelation", "relation") or parts.value("relation")
    base = moment.published
    if base is None:
        return None
    on_weekend = base.isoweekday() >= 6
    if relation is None:
        relation = "1" if moment.tense() == "future" else "0" if on_weekend else "-1"
    if relation == "1" and not on_weekend and parts.get("relation") is None:
        relation = "0"
    return value_of(base + timedelta(days=7 * int(relation)), "WE")


def _deictic(parts: Parts, moment: Moment) -> str | None:
    if moment.published is None:
        return None
    day = moment.published + timedelta(days=int(parts.value("deictic") or 0))
    if re.search(r"day (before|after) ", parts.text):
        day += timedelta(days=-1 if "before" in parts.text else 1)
    return _with_part(day, parts)


def _part(parts: Parts, moment: Moment) -> str | None:
    relation = parts.get("relation") or parts.get("therelation")
    if relation is None:
        part = "AF" if "afternoon" in parts.text else "MO" if "morning" in parts.text else "NI"
        return f"{moment.published.isoformat()}T{part}" if moment.published else None
    step = int(grammar().values["relation"].get(relation, 0))
    base = moment.published if relation in {"this", "last"} else moment.spoken_of("D")
    if relation == "past":
        base = moment.published
    return _with_part(base + timedelta(days=step), parts) if base else None


# -- units: last year, the following month, two days later ------------------------------------------------------------

ANAPHORIC = {"that", "the same", "that same", "the very same", "following", "previous", "preceding", "prior"}


def _unit(parts: Parts, moment: Moment) -> str | None:
    if "the day " in parts.text or "next day" in parts.text:
        start = moment.spoken_of("D")
        day = shift(start, -1 if "before" in parts.text else 1, "D") if start else None
        return value_of(day, "D") if day else None
    unit = parts.value("unit") or ("Q" if "quarter" in parts.text else "W" if "week" in parts.text else "Y")
    if unit == "Q" and parts.get("relation") is None:
        return _last_quarter(parts, moment)
    day = _moved(parts, moment, unit)
    return value_of(day, unit) if day else None


def _moved(parts: Parts, moment: Moment, unit: str) -> date | None:
    """The day that "last", "this" or "next" plus a unit leads to; "that" and "the following" start from the last date."""
    relation = parts.get("relation")
    anaphoric = relation in ANAPHORIC
    base = moment.spoken_of(unit) if anaphoric else moment.published
    step = int(parts.value("relation") or 0)
    return shift(base, step, unit) if base else None


def _last_quarter(parts: Parts, moment: Moment) -> str | None:
    """The quarter last spoken of, or the last one that was over at publication."""
    if moment.mentioned and re.fullmatch(r"\d{4}-Q[1-4]", moment.mentioned):
        return moment.mentioned
    day = shift(moment.published, -1, "Q") if moment.published else None
    return value_of(day, "Q") if day else None


def _year_earlier(parts: Parts, moment: Moment) -> str | None:
    if moment.mentioned and "-Q" in moment.mentioned:
        return _year_before(moment.mentioned)
    base = moment.spoken_of("Y") if "earlier" in parts.text else moment.published
    return f"{base.year - 1}" if base else None


def _year_before(value: str) -> str:
    return f"{int(value[:4]) - 1}{value[4:]}"


def _offset(parts: Parts, moment: Moment) -> str | None:
    """Two weeks ago, from publication; two weeks later, from the last mentioned date. As fine as its unit."""
    direction = parts.value("from_now") or parts.value("from_then") or "-1"
    amount, unit = _amount(parts), _unit_of(parts)
    if amount is None or unit is None:
        return "PAST_REF" if direction == "-1" else "FUTURE_REF"
    if unit == "Y" and amount == 1 and direction == "-1" and moment.mentioned and "-Q" in moment.mentioned:
        return _year_before(moment.mentioned)
    fine = "D" if moment.mentioned_day and unit in DAYS_PER_UNIT else "Y"
    base = moment.published if parts.get("from_now") else moment.spoken_of(fine)
    day = shift(base, amount * int(direction), unit) if base else None
    return value_of(day, _shown_as(unit, amount)) if day else None


def _shown_as(unit: str, amount: float) -> str:
    if unit in PARTS_OF_DAY_ONLY:
        return "D"
    if amount % 1 and unit == "Y":
        return "M"
    return "Y" if unit in {"DE", "CE", "ML"} else "W" if unit == "WE" else unit


def _vague_offset(parts: Parts, moment: Moment) -> str | None:
    return "PAST_REF" if parts.value("from_now") == "-1" else "FUTURE_REF"


def _reference(parts: Parts, moment: Moment) -> str | None:
    if value := parts.value("reference"):
        return value
    if parts.text.startswith("current"):
        return "PRESENT_REF"
    return "PAST_REF" if parts.text.startswith(("recent", "then")) else "FUTURE_REF"


# -- durations and sets -----------------------------------------------------------------------------------------------

HALVES = {"Y": "6M", "Q": "45D", "W": "3D", "M": "15D", "DE": "60M", "TH": "30M", "TM": "30S", "D": "T12H"}
MULTIPLES = {"DE": (10, "Y"), "CE": (100, "Y"), "ML": (1000, "Y"), "F": (2, "W")}


def _duration(parts: Parts, moment: Moment) -> str | None:
    unit = _unit_of(parts)
    return _period(_amount(parts), unit) if unit else None


def _unit_of(parts: Parts) -> str | None:
    return parts.value("units") or parts.value("unit") or parts.value("more", "units")


def _period(amount: float | None, unit: str) -> str:
    """P3D, PT36H, P2Y6M; PXY where the amount is vague."""
    if amount is None:
        return _vague_period(unit)
    factor, unit = MULTIPLES.get(unit, (1, unit))
    whole, half = int(amount * factor), amount * factor % 1
    if unit == "WE":
        return f"P{whole}WE"
    rest = HALVES.get(unit, "") if half else ""
    head = f"{whole}{unit[-1]}" if whole or not rest else ""
    return f"{'PT' if unit.startswith('T') else 'P'}{head}{rest}"


def _vague_period(unit: str) -> str:
    return f"PTX{unit[-1]}" if unit in PARTS_OF_DAY_ONLY else f"PX{unit}"


def _vague_duration(parts: Parts, moment: Moment) -> str | None:
    unit = _unit_of(parts)
    return _vague_period(unit) if unit else None


def _long_time(parts: Parts, moment: Moment) -> str | None:
    return "PXX"


def _every(parts: Parts, moment: Moment) -> str | None:
    part = f"T{parts.value('part')}" if parts.get("part") else ""
    for words, ending in (("mornings", "TMO"), ("afternoons", "TAF"), ("evenings", "TEV"), ("nights", "TNI")):
        part = ending if parts.text.endswith(words) else part
    if weekday := parts.value("weekday") or parts.value("weekdays"):
        return f"XXXX-WXX-{weekday}{part}"
    if month := parts.value("month"):
        day = _day_of_month(parts)
        return f"XXXX-{month}-{day:02}" if day else f"XXXX-{month}"
    if part:
        return f"XXXX-XX-XX{part}"
    if unit := parts.value("other", "unit"):
        return _period(2, unit)
    return _period(_amount(parts), _unit_of(parts) or "D")


def _frequency(parts: Parts, moment: Moment) -> str | None:
    return parts.value("frequency")


def _amount(parts: Parts) -> float | None:
    """How many; None where the words are vague ("several"). One where the words say nothing, as in "every month"."""
    words = parts.get("count") or parts.get("number_of")
    if words is None:
        single = (parts.get("one") or "one") + (" and a half" if "and a half" in parts.text else "")
        return 0.5 if single.startswith("half") else 1.5 if single.endswith("half") else 1.0
    return _number(words)


def _number(words: str) -> float | None:
    """Value of a count in words or digits; of a range its first number; None where it is vague.

    "2 1/2", "twenty-four", "a hundred", "two and a half", "3,000", "a couple of".
    """
    words = re.split(r" to | or |-to-", words)[0].removesuffix(" of").strip()
    half = 0.5 if re.search(r"half$|\b1/2$", words) else 0.0
    words = re.sub(r" and (a|one)[- ]half$|[ -]?1/2$", "", words).replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", words):
        return float(words) + half
    if words in {"a couple", "the couple", "couple"}:
        return 2.0
    if words.endswith("dozen"):
        return 12 * (_number(words.removesuffix("dozen").removeprefix("a ").strip()) or 1.0)
    numbers = [grammar().values["number"].get(word) for word in words.replace("-", " ").split() if word not in {"a", "and"}]
    if not words:
        return half or None
    return _total(float(n) for n in numbers if n) + half if numbers and all(numbers) else None


def _total(numbers: Iterable[float]) -> float:
    """The sum of number words, where a hundred and a thousand multiply what stands before them."""
    total = 0.0
    for number in numbers:
        total = max(total, 1.0) * number if number in {100, 1000} else total + number
    return total


# -- times of day -----------------------------------------------------------------------------------------------------


def _clock(parts: Parts, moment: Moment) -> str | None:
    day = _day_of_clock(parts, moment)
    time = _time_of_day(parts)
    return f"{day}T{time}" if day and time else None


def _day_of_clock(parts: Parts, moment: Moment) -> str | None:
    if parts.get("month"):
        return _calendar(parts, moment)
    if parts.get("weekday"):
        found = _weekday(parts, moment)
        return found[:10] if found else None
    if parts.get("deictic"):
        found = _deictic(parts, moment)
        return found[:10] if found else None
    day = moment.spoken_of("D")
    return day.isoformat() if day else None


def _time_of_day(parts: Parts) -> str | None:
    clock = parts.get("clock") or parts.get("clock24") or parts.get("hour") or ""
    if clock in {"noon", "midday", "midnight"}:
        return "24:00" if clock == "midnight" else "12:00"
    found = re.match(r"(\d\d)(\d\d)$|(\d+)(?:[:.](\d\d))?", clock)
    if found is None:
        return None
    hour, minute = int(found[1] or found[3]), found[2] or found[4] or "00"
    afternoon = "p" in clock or parts.value("part") in {"AF", "EV"} or (parts.value("part") == "NI" and hour > 5)
    if "m" in clock or parts.get("part"):
        hour = hour % 12 + (12 if afternoon else 0)
    return f"{hour:02}:{minute}" if hour < 25 else None


RESOLVERS: dict[str, Resolver] = {
    "calendar": _calendar, "slashed": _slashed, "september 11": _september_11, "week of": _week_of,
    "month of relation": _month_of_relation, "month by relation": _month_by_relation,
    "decade": _decade, "century": _century, "half": _half, "quarter": _quarter, "season": _season, "holiday": _holiday,
    "weekday": _weekday, "weekend": _weekend, "deictic": _deictic, "part": _part, "unit": _unit,
    "last quarter": _last_quarter, "year earlier": _year_earlier, "offset": _offset, "vague offset": _vague_offset,
    "reference": _reference, "duration": _duration, "vague duration": _vague_duration, "long time": _long_time,
    "every": _every, "frequency": _frequency, "clock": _clock,
}  # fmt: skip
