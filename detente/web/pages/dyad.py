"""Where things stand between two states: the brief as a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, ClassVar

from detente.errors import WrongCall
from detente.ledger.overview import event_count, known_mark
from detente.ledger.queries import statements_known
from detente.relations.brief import Brief, Tension, brief
from detente.relations.codes import code_of
from detente.relations.happenings import Happening
from detente.relations.items import Item
from detente.relations.likeness import REAL
from detente.relations.pair import PairState
from detente.relations.quotations import find_quotes
from detente.relations.rules import check_kind
from detente.relations.tension import both_ways
from detente.report.outline import EVENT_WORDS, STATUS_SIGNS
from detente.web.charts import Drawing, Mark, draw
from detente.web.forecasting import ForecastCard, LiveOutlook, Score, forecasts_of, outlook_of, scored
from detente.web.pages.cards import (
    HappeningCard,
    ItemCard,
    QuoteCard,
    cards_of,
    happening_card,
    is_conflict,
    item_card,
    line_card,
    quote_card,
)
from detente.web.pages.page import Asked, Page
from detente.web.pages.start import Direction

HALF_YEAR = 182
SPANS = (91, HALF_YEAR, 364, 1092)
POINTS = 26  # of a line, whatever its span: each costs a look at what was known on its day
MOST_MARKS = 60
MOST_QUOTES = 6
MOST_PAST = 40
MOST_PUBLISHERS = 12
MOST_OPEN = 8  # items of a column; all of a kind stand on pages of their own
MOST_CONTESTED = 20
MOST_ON_PAGE = 60
MOST_EVENTS_UNASKED = 15_000  # a live forecast looks at all pairs; from a larger ledger it is made where a reader asks for it
BOARD = (("demand", "Demands"), ("threat", "Threats"), ("promise", "Promises"), ("offer", "Offers"), ("meeting", "Meetings"),
         ("refusal", "Refusals"), ("accusation", "Accusations"), ("prediction", "Predictions"))  # fmt: skip


@dataclass(frozen=True)
class Column:
    """Items of a kind: those that can still move, and those that came to an end, latest first; and how many there are."""

    kind: str
    title: str
    open: tuple[ItemCard, ...]
    past: tuple[ItemCard, ...]
    open_number: int
    past_number: int


@dataclass(frozen=True)
class Chart:
    """Tension in both directions on some days; None for no data."""

    days: tuple[str, ...]
    there: tuple[float | None, ...]
    back: tuple[float | None, ...]
    marks: tuple[Mark, ...]
    left_out: int


@dataclass(frozen=True)
class Day:
    """A day of a calendar with what happened or is planned on it."""

    day: str
    number: int
    inside: bool
    today: bool
    happenings: tuple[HappeningCard, ...]


@dataclass(frozen=True)
class Month:
    """Weeks from Monday to Sunday."""

    title: str
    weeks: tuple[tuple[Day, ...], ...]


@dataclass(frozen=True, kw_only=True)
class DyadPage(Page):
    """All about a pair: both directions of tension, chart, calendar, items, quotations, contested happenings, forecasts.

    kind: the one kind whose items are listed, on `page` of `pages`; None for some of each.
    """

    template: ClassVar[str] = "dyad.html"
    one: str
    other: str
    names: tuple[str, str]
    days: int
    until: str
    brief: Brief
    directions: tuple[Direction, ...]
    chart: Chart
    lately: tuple[HappeningCard, ...]
    past: tuple[HappeningCard, ...]
    past_left_out: int
    coming: tuple[HappeningCard, ...]
    contested: tuple[HappeningCard, ...]
    contested_left_out: int
    months: tuple[Month, ...]
    kind: str | None
    page: int
    pages: int
    board: tuple[Column, ...]
    quotes: tuple[QuoteCard, ...]
    outlook: LiveOutlook
    forecasts: tuple[ForecastCard, ...]
    score: Score

    def drawn(self) -> dict[str, Any]:
        turned = [f"{_after(date.fromisoformat(f'{self.until}-01'), n):%Y-%m}" for n in (-3, 3)]
        return {"drawing": drawing_of(self.chart), "data": chart_data(self), "spans": SPANS, "turned": turned,
                "publishers_shown": MOST_PUBLISHERS}  # fmt: skip


def dyad_page(
    ask: Asked, one: str, other: str, days: int = HALF_YEAR, until: str | None = None, kind: str | None = None, page: int = 1,
    outlook: bool = False,
) -> DyadPage:  # fmt: skip
    """The page of a pair, by codes or names.

    days: how far the chart looks back. until: the calendar's last month (YYYY-MM), the one after the moment if not given.
    kind, page: list all items of one kind, as demand, so many pages on. outlook: make live forecasts also from a large ledger.
    """
    a, b = code_of(ask.db, one), code_of(ask.db, other)
    if a == b:
        raise WrongCall(f"{one} and {other} are the same actor; give two")
    days = min(max(days, 28), 3660)
    last = _month(until) or _after(ask.known_by.date().replace(day=1), 1)
    foreseen = forecasts_of(ask.record, (a, b), known_by=ask.known_by)
    made = brief(ask.db, a, b, known_by=ask.known_by, state=partial(ask.pair, a, b))
    state = ask.pair(a, b)
    by_number = {h.number: h for h in state.happenings}
    real = sorted((h for h in state.happenings if h.status in ("happened", "denied")), key=_latest)
    lately = [by_number[x.number] for x in made.lately if x.number in by_number]
    shown = {h.number for h in lately}
    past = [h for h in real if h.number not in shown]
    contested = [by_number[x.number] for x in made.contested if x.number in by_number]
    board, page, pages = _board(state.items, kind, page)
    return DyadPage(
        title=f"{ask.names(a)} and {ask.names(b)}", known=ask.known, one=a, other=b, names=(ask.names(a), ask.names(b)),
        days=days, until=f"{last:%Y-%m}", brief=made, directions=tuple(map(_direction, made.tension)),
        chart=_chart(ask, state, made, days),
        lately=cards_of(state, lately, ask.names), past=cards_of(state, past[:MOST_PAST], ask.names),
        past_left_out=max(0, len(past) - MOST_PAST), coming=_coming(ask, state, made),
        contested=cards_of(state, contested[-MOST_CONTESTED:], ask.names),
        contested_left_out=max(0, len(contested) - MOST_CONTESTED),
        months=_months(ask, state, last), kind=kind or None, page=page, pages=pages, board=board, quotes=_quotes(ask, state),
        outlook=_outlook(ask, (a, b), outlook),
        forecasts=foreseen, score=scored(foreseen),
    )  # fmt: skip


def _outlook(ask: Asked, pair: tuple[str, str], wanted: bool) -> LiveOutlook:
    events = event_count(ask.db)
    return outlook_of(
        ask.ledger, pair, known_by=ask.known_by, mark=known_mark(ask.db, known_by=ask.known_by), record=ask.record,
        waiting=events if events > MOST_EVENTS_UNASKED and not wanted else 0,
    )  # fmt: skip


def _latest(h: Happening) -> tuple[int, int]:
    return -h.day.toordinal(), h.number


def _coming(ask: Asked, state: PairState, made: Brief) -> tuple[HappeningCard, ...]:
    """Plans of the two, and of bodies in which one sits with the other, each with its track."""
    known = {h.number: h for h in state.happenings}
    told = {r.number: r for r in made.references}
    found = []
    for line in made.coming:
        h = known.get(line.number)
        card = happening_card(h, ask.names, state.standing(h)) if h else None
        first = told.get(line.references[0]) if line.references else None
        found.append(replace(card, track=line.track) if card else line_card(line, first, ask.names))
    return tuple(found)


def _direction(t: Tension) -> Direction:
    return Direction(t.actor, t.recipient, t.value, t.change, t.unusual, t.weeks)


def _chart(ask: Asked, state: PairState, made: Brief, days: int) -> Chart:
    last, step = ask.known_by.date(), max(1, round(days / POINTS))
    on = [last - timedelta(days=n) for n in range(0, days + 1, step)][::-1]
    there, back = _values(ask, made, days, step)
    shown = [h for h in state.happenings if h.status in REAL and on[0] <= h.day <= last]
    telling = sorted(shown, key=lambda h: (-abs(h.score) * h.publishers, h.number))[:MOST_MARKS]
    return Chart(
        tuple(d.isoformat() for d in on), there, back,
        tuple(_mark(ask, h) for h in sorted(telling, key=lambda h: (h.day, h.number))), len(shown) - len(telling),
    )  # fmt: skip


def _values(ask: Asked, made: Brief, days: int, step: int) -> tuple[tuple[float | None, ...], ...]:
    """Both directions; those of half a year stand in the brief already."""
    if days == HALF_YEAR:
        return tuple(t.weeks for t in made.tension)
    first = made.tension[0]
    found = both_ways(ask.db, first.actor, first.recipient, known_by=ask.known_by, days=days, step_days=step)
    return tuple(tuple(p.tension for p in points) for points in found)


def _mark(ask: Asked, h: Happening) -> Mark:
    what = EVENT_WORDS.get(h.event_type, h.event_type.lower())
    parties = " → ".join(filter(None, (ask.names.all_of(h.actors), ask.names.all_of(h.recipients))))
    label = f"{h.day.day} {h.day:%b}: {what}, {parties}"
    return Mark(h.number, h.day.isoformat(), f"{label} ({h.status})", _sign(h.status), is_conflict(h), abs(h.score))


def _sign(status: str) -> str:
    return STATUS_SIGNS.get(status, "·")  # type: ignore[call-overload,no-any-return]


def _months(ask: Asked, state: PairState, last: date) -> tuple[Month, ...]:
    """Three months up to the one that begins on `last`."""
    today = ask.known_by.date()
    found: dict[str, list[Happening]] = {}
    for h in state.happenings:
        first, end, named = h.when
        if h.status in ("happened", "denied", "scheduled") and (named or h.status != "scheduled") and (end - first).days < 8:
            for n in range((end - first).days + 1):
                found.setdefault((first + timedelta(days=n)).isoformat(), []).append(h)
    return tuple(_month_of(ask, state, _after(last, n), found, today) for n in (-2, -1, 0))


def _month(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None
    return found if found and 1000 < found.year < 3000 else None


def _after(first: date, months: int) -> date:
    number = max(12, first.year * 12 + first.month - 1 + months)
    return date(number // 12, number % 12 + 1, 1)


def _month_of(ask: Asked, state: PairState, first: date, found: dict[str, list[Happening]], today: date) -> Month:
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < _after(first, 1):
        weeks.append(tuple(_day(ask, state, monday + timedelta(days=n), first, found, today) for n in range(7)))
        monday += timedelta(days=7)
    return Month(f"{first:%B} {first.year}", tuple(weeks))


def _day(ask: Asked, state: PairState, on: date, first: date, found: dict[str, list[Happening]], today: date) -> Day:
    inside = on.month == first.month
    here = found.get(on.isoformat(), []) if inside else []
    return Day(on.isoformat(), on.day, inside, on == today, cards_of(state, here, ask.names))


def _board(items: Sequence[Item], kind: str | None, page: int) -> tuple[tuple[Column, ...], int, int]:
    """A column for each kind of which there are items, or a page of all of one kind; which page, and of how many."""
    if not kind:
        found = (_column(k, title, *_parted(items, k)) for k, title in BOARD)
        return tuple(c for c in found if c.open_number + c.past_number), 1, 1
    check_kind(kind)
    live, past = _parted(items, kind)
    pages = max(1, -(-(len(live) + len(past)) // MOST_ON_PAGE))
    page = min(max(1, page), pages)
    start, stop = (page - 1) * MOST_ON_PAGE, page * MOST_ON_PAGE
    before = len(live)
    shown = tuple(map(item_card, live[start:stop]))
    done = tuple(map(item_card, past[max(0, start - before) : max(0, stop - before)]))
    return (Column(kind, dict(BOARD)[kind], shown, done, before, len(past)),), page, pages


def _parted(items: Sequence[Item], kind: str) -> tuple[list[Item], list[Item]]:
    """Those that can still move and those that came to an end, the latest first."""
    own = [i for i in items if i.kind == kind]
    live = sorted((i for i in own if i.live), key=lambda i: (i.opened, i.number), reverse=True)
    return live, sorted((i for i in own if not i.live), key=lambda i: (i.changes[-1].known_at, i.number), reverse=True)


def _column(kind: str, title: str, live: list[Item], past: list[Item]) -> Column:
    shown, done = (tuple(map(item_card, part[:MOST_OPEN])) for part in (live, past))
    return Column(kind, title, shown, done, len(live), len(past))


def _quotes(ask: Asked, state: PairState) -> tuple[QuoteCard, ...]:
    """The latest quotations of both sides in the articles about the two."""
    rows = {r.article.row for r in state.reports.values()}
    since = ask.known_by - timedelta(days=182)
    said = statements_known(ask.db, known_by=ask.known_by, codes=state.pair, since=since, quoted=True)
    found = find_quotes([s for s in said if s.article.row in rows])
    return tuple(quote_card(q) for q in found[::-1][:MOST_QUOTES])


def drawing_of(chart: Chart) -> Drawing:
    return draw([date.fromisoformat(d) for d in chart.days], [chart.there, chart.back], chart.marks)


def chart_data(page: DyadPage) -> str:
    """What the chart's script needs, as JSON."""
    c = page.chart
    names = [f"{page.names[0]} toward {page.names[1]}", f"{page.names[1]} toward {page.names[0]}"]
    return json.dumps({"days": c.days, "series": [c.there, c.back], "names": names})
