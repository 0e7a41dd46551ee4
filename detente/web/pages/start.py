"""The first page: pairs by tension, what is coming this week, what was read last, and a place to put an article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from detente.ledger.overview import PairCount, latest_articles, pair_counts
from detente.relations.tension import DyadDay, both_ways, trend_of
from detente.web.pages.cards import ArticleCard, HappeningCard, article_card, happening_card
from detente.web.pages.page import Asked, Page

MOST_PAIRS, MOST_ARTICLES = 12, 12
RECENT = timedelta(days=365)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Direction:
    """The tension of one side toward the other: now, the week's change, and a value a week for half a year."""

    actor: str
    recipient: str
    value: float | None
    change: float | None
    unusual: bool | None
    weeks: tuple[float | None, ...]


@dataclass(frozen=True)
class PairRow:
    """A pair with both directions; `peak` is the higher tension of the two, None without data."""

    one: str
    other: str
    names: tuple[str, str]
    reports: int
    peak: float | None
    directions: tuple[Direction, ...]


@dataclass(frozen=True, kw_only=True)
class StartPage(Page):
    """Pairs of the last year by tension, plans of the coming week, and the latest articles.

    recent: false where the last year has no pair, and those of all years are listed.
    """

    template: ClassVar[str] = "start.html"
    recent: bool
    pairs: tuple[PairRow, ...]
    more_pairs: tuple[PairCount, ...]
    coming: tuple[HappeningCard, ...]
    articles: tuple[ArticleCard, ...]


def start_page(ask: Asked) -> StartPage:
    """Where to begin."""
    lately = pair_counts(ask.db, known_by=ask.known_by, since=ask.known_by - RECENT, limit=60)
    found = lately or pair_counts(ask.db, known_by=ask.known_by, limit=60)
    rows = [_row(ask, p) for p in found[:MOST_PAIRS]]
    rows.sort(key=lambda r: (r.peak is None, -(r.peak or 0.0), -r.reports, r.one, r.other))
    return StartPage(
        title="Relations", known=ask.known, recent=bool(lately), pairs=tuple(rows), more_pairs=tuple(found[MOST_PAIRS:]),
        coming=tuple(_coming(ask, found[:MOST_PAIRS])),
        articles=tuple(map(article_card, latest_articles(ask.db, known_by=ask.known_by, limit=MOST_ARTICLES))),
    )  # fmt: skip


def _row(ask: Asked, pair: PairCount) -> PairRow:
    ways = tuple(map(_direction, both_ways(ask.db, pair.one, pair.other, known_by=ask.known_by)))
    peak = max((w.value for w in ways if w.value is not None), default=None)
    return PairRow(pair.one, pair.other, (ask.names(pair.one), ask.names(pair.other)), pair.reports, peak, ways)


def _direction(points: Sequence[DyadDay]) -> Direction:
    now, trend = points[-1], trend_of(points)
    return Direction(now.actor, now.recipient, now.tension, trend.change, trend.unusual, tuple(p.tension for p in points))


def _coming(ask: Asked, pairs: Iterable[PairCount]) -> list[HappeningCard]:
    """Plans of the next seven days, each once."""
    on = ask.known_by.date()
    found: dict[int, HappeningCard] = {}
    for pair in pairs:
        state = ask.pair(pair.one, pair.other)
        for h in state.happenings:
            if state.standing(h) == "scheduled" and h.when[2] and h.when[0] <= on + WEEK and h.when[1] >= on:
                found.setdefault(h.number, happening_card(h, ask.names, "scheduled"))
    return sorted(found.values(), key=lambda c: (c.first_day, c.number))
