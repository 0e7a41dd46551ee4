"""One happening: all reports side by side, who says and who denies it, and quotations of these articles compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from detente.ledger.overview import said_in
from detente.ledger.queries import reports_numbered
from detente.ledger.records import Report
from detente.relations.happenings import Happening
from detente.relations.pair import PairState
from detente.relations.quotations import find_quotes
from detente.report.outline import one_line
from detente.types import EventDate
from detente.web.pages.cards import HappeningCard, ItemCard, QuoteCard, days_in_words, happening_card, item_card, quote_card
from detente.web.pages.item import Evidence, evidence
from detente.web.pages.page import Asked, NotThere, Page


@dataclass(frozen=True)
class ReportCard:
    """One report beside the others: what this article says differently. `copied`: the text of another publisher."""

    number: int
    status: str
    when: str | None
    place: str | None
    condition: str | None
    confidence: float
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class HappeningPage(Page):
    """A happening with its reports in the order they became known, items it moved, and compared quotations."""

    template: ClassVar[str] = "happening.html"
    happening: HappeningCard
    pair: tuple[str, str] | None
    told: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[str, str], ...]
    reports: tuple[ReportCard, ...]
    items: tuple[ItemCard, ...]
    quotes: tuple[QuoteCard, ...]


def happening_page(ask: Asked, number: int) -> HappeningPage:
    """The happening that has the report of a number."""
    report = reports_numbered(ask.db, [number], known_by=ask.known_by).get(number)
    if report is None:
        raise NotThere(f"there is no happening {number} known by {ask.known_by:%Y-%m-%d}")
    for one, other in combinations(sorted(report.codes), 2):
        state = ask.pair(one, other)
        if (found := state.happening_of(number)) is not None:
            return made(ask, found, state)
    return made(ask, Happening((report,)), None)


def made(ask: Asked, h: Happening, state: PairState | None) -> HappeningPage:
    card = happening_card(h, ask.names, state.standing(h) if state else None)
    numbers = {r.number for r in h.reports}
    moved = [i for i in state.items if numbers & {c.evidence for c in i.changes}] if state else []
    title = f"{card.what.capitalize()}: {card.parties}" if card.parties else card.what.capitalize()
    return HappeningPage(
        title=title, known=ask.known, happening=card, pair=state.pair if state else None, told=_told(h),
        statuses=tuple((status, known_at[:10]) for status, known_at, _ in h.statuses),
        reports=tuple(_report(r, state) for r in h.reports), items=tuple(map(item_card, moved)), quotes=_quotes(ask, h),
    )  # fmt: skip


def _told(h: Happening) -> tuple[tuple[str, int], ...]:
    """How many reports each voice stands behind, "narrator" for the publishers themselves."""
    counts: dict[str, int] = {}
    for r in h.reports:
        name = one_line(r.teller.name) if r.teller else "narrator"
        counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def _report(r: Report, state: PairState | None) -> ReportCard:
    on: EventDate | None = r.event.date
    place = r.event.place
    return ReportCard(
        r.number, r.event.status, _days(on) if on else None, one_line(place.name) if place else None,
        one_line(r.condition) if r.condition else None, round(r.event.confidence, 2), evidence(r, state),
    )  # fmt: skip


def _days(on: EventDate) -> str:
    from datetime import date

    try:
        return days_in_words(date.fromisoformat(on.start), date.fromisoformat(on.end))
    except ValueError:
        return one_line(on.text)


def _quotes(ask: Asked, h: Happening) -> tuple[QuoteCard, ...]:
    """Quotations of these articles that more than one publisher prints, or that one altered."""
    said = said_in(ask.db, {r.article.row for r in h.reports}, known_by=ask.known_by)
    return tuple(quote_card(q) for q in find_quotes(said) if q.publishers > 1 or q.altered)
