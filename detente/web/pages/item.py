"""One demand, promise, threat … with its history, and what a person can decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from detente.ledger.records import Report
from detente.relations.board import Change
from detente.relations.decide import item_numbered
from detente.relations.items import Item
from detente.relations.pair import PairState
from detente.relations.rules import kinds
from detente.report.outline import one_line
from detente.web.pages.cards import ItemCard, item_card, voice_of
from detente.web.pages.page import Asked, Page


@dataclass(frozen=True)
class Evidence:
    """A sentence of an article behind a step. `anchor`: the event's place on the article's page."""

    article: int
    anchor: str
    publisher: str
    day: str
    title: str
    sentence: str
    told_by: str
    happening: int | None


@dataclass(frozen=True)
class Step:
    """A step in the life of an item; `counts` is false where a person undid it."""

    status: str
    day: str
    rule: str
    confidence: float
    decided: bool
    confirmed: bool
    counts: bool
    evidence: Evidence | None


@dataclass(frozen=True, kw_only=True)
class ItemPage(Page):
    """An item, its steps in order, its other reports, and the statuses that a person can give it."""

    template: ClassVar[str] = "item.html"
    item: ItemCard
    names: tuple[str, str]
    place: str | None
    steps: tuple[Step, ...]
    reports: tuple[Evidence, ...]
    statuses: tuple[str, ...]
    can_undo: bool

    def drawn(self) -> dict[str, Any]:
        return {"kind_word": self.item.kind.capitalize()}


def item_page(ask: Asked, number: int) -> ItemPage:
    """The item of a number. Raises NoSuchItem."""
    item, state = item_numbered(ask.db, number, known_by=ask.known_by)
    return made(ask, item, state)


def made(ask: Asked, item: Item, state: PairState) -> ItemPage:
    card = item_card(item)
    names = ask.names(item.actor), ask.names(item.recipient)
    used = {c.evidence for c in item.changes}
    others = [state.reports[n] for n in item.numbers if n not in used and n in state.reports]
    return ItemPage(
        title=f"{item.kind.capitalize()}: {names[0]} → {names[1]}", known=ask.known, item=card, names=names, place=item.place,
        steps=tuple(_step(c, state) for c in item.changes), reports=tuple(evidence(r, state) for r in others),
        statuses=kinds()[item.kind].statuses, can_undo=item.answer is not None,
    )  # fmt: skip


def _step(c: Change, state: PairState) -> Step:
    report = state.reports.get(c.evidence) if c.evidence is not None else None
    return Step(
        c.status, c.known_at[:10], one_line(c.rule), c.confidence, c.decision is not None, c.confirmed, c.counts,
        evidence(report, state) if report else None,
    )  # fmt: skip


def evidence(r: Report, state: PairState | None = None) -> Evidence:
    """A report as a page shows it."""
    found = state.happening_of(r.number) if state else None
    a = r.article
    return Evidence(
        a.row, f"a-{r.event.id}", one_line(a.printed_by), a.day.isoformat(), one_line(a.headline), one_line(r.sentence),
        voice_of(r), found.number if found else None,
    )  # fmt: skip
