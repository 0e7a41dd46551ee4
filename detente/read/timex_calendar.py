"""Values of TIMEX3 as calendar days: `interval`, and the arithmetic on days, weeks, months, quarters and years.

A value is a string as in TIMEX3: "2022-01-10", "2022-W02", "2022-W01-WE", "2022-01", "2022-Q1", "2022-H2",
"2022-SU", "2022", "202" (a decade), "20" (a century), each day also with a time ("2022-01-10TEV").
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

Days = tuple[date, date]

SEASONS = {"SP": (3, 5), "SU": (6, 8), "FA": (9, 11), "WI": (12, 2)}
_VALUE = re.compile(
    r"(?P<year>\d{4})(?:-(?:W(?P<week>\d\d)(?P<weekend>-WE)?|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<season>SP|SU|FA|WI)"
    r"|(?P<month>\d\d)(?:-(?P<day>\d\d))?))?(?:T.*)?"
    r"|(?P<decade>\d{3})|(?P<century>\d\d)"
)


def interval(value: str) -> Days | None:
    """First and last day (inclusive) that `value` covers; None for durations, references, sets and impossible dates.

    >>> interval("2022-W02")
    (datetime.date(2022, 1, 10), datetime.date(2022, 1, 16))
    """
    found = _VALUE.fullmatch(value)
    if found is None:
        return None
    parts = {name: text for name, text in found.groupdict().items() if text}
    try:
        return _days_of(parts)
    except ValueError:  # as 2022-02-30, 2021-W53 or the year 0000
        return None


def _days_of(parts: dict[str, str]) -> Days:
    if "decade" in parts or "century" in parts:
        return _years(parts)
    year = int(parts["year"])
    if "day" in parts:
        day = date(year, int(parts["month"]), int(parts["day"]))
        return day, day
    if "month" in parts:
        return _months(year, int(parts["month"]), 1)
    if "week" in parts:
        return _week(year, int(parts["week"]), weekend="weekend" in parts)
    if "quarter" in parts:
        return _months(year, 3 * int(parts["quarter"]) - 2, 3)
    if "half" in parts:
        return _months(year, 6 * int(parts["half"]) - 5, 6)
    if "season" in parts:
        return _months(year, SEASONS[parts["season"]][0], 3)
    return _months(year, 1, 12)


def _years(parts: dict[str, str]) -> Days:
    if "decade" in parts:
        first = 10 * int(parts["decade"])
        return date(first, 1, 1), date(first + 9, 12, 31)
    first = 100 * int(parts["century"])
    return date(first, 1, 1), date(first + 99, 12, 31)


def _months(year: int, month: int, n_months: int) -> Days:
    start = date(year, month, 1)
    end_year, end_month = divmod(year * 12 + month - 1 + n_months - 1, 12)
    return start, date(end_year, end_month + 1, monthrange(end_year, end_month + 1)[1])


def _week(year: int, week: int, *, weekend: bool) -> Days:
    monday = date.fromisocalendar(year, week, 1)
    return monday + timedelta(days=5 if weekend else 0), monday + timedelta(days=6)


def value_of(day: date, unit: str) -> str | None:
    """The day, week, month, quarter, year, decade or century that holds `day`; None for another unit."""
    match unit:
        case "D":
            return day.isoformat()
        case "W" | "F":
            return "{}-W{:02}".format(*day.isocalendar()[:2])
        case "WE":
            return "{}-W{:02}-WE".format(*day.isocalendar()[:2])
        case "M":
            return f"{day:%Y-%m}"
        case "Q":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "Y":
            return f"{day.year:04}"
        case "DE":
            return f"{day.year:04}"[:3]
        case "CE":
            return f"{day.year:04}"[:2]
    return None


MONTHS_PER_UNIT = {"M": 1, "Q": 3, "Y": 12, "DE": 120, "CE": 1200, "ML": 12000}
DAYS_PER_UNIT = {"D": 1.0, "W": 7.0, "WE": 7.0, "F": 14.0, "TH": 1 / 24, "TM": 1 / 1440, "TS": 1 / 86400}


def shift(day: date, amount: float, unit: str) -> date | None:
    """`day` moved by `amount` units, the day of the month cut to the month's length; None outside the calendar."""
    try:
        if unit in DAYS_PER_UNIT:
            return day + timedelta(days=round(amount * DAYS_PER_UNIT[unit]))
        year, month = divmod(day.year * 12 + day.month - 1 + round(amount * MONTHS_PER_UNIT[unit]), 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None


def easter(year: int) -> date:
    """Western Easter Sunday (the Gregorian computus of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday(rule: str, year: int) -> date | None:
    """The day of a holiday in `year`; `rule` as in data/times/holidays.tsv, None for "?"."""
    if rule == "?":
        return None
    if rule.startswith("easter"):
        return easter(year) + timedelta(days=int(rule.removeprefix("easter")))
    fixed = re.fullmatch(r"(\d\d)-(\d\d)", rule)
    if fixed:
        return date(year, int(fixed[1]), int(fixed[2]))
    month, nth, weekday = (int(n) for n in re.findall(r"(?<!\d)(\d\d)-(-?\d)-(\d)", rule)[0])
    return nth_weekday(year, month, nth, weekday)


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    """The nth (1 first, -1 last) ISO weekday (1 Monday) of a month."""
    start, end = _months(year, month, 1)
    if nth < 0:
        return end - timedelta(days=(end.isoweekday() - weekday) % 7 - 7 * (nth + 1))
    return start + timedelta(days=(weekday - start.isoweekday()) % 7 + 7 * (nth - 1))
