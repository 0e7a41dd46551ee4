"""Two states and all that the ledger knows of them by a moment: the one place where happenings and items are made."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from detente.ledger import cache, queries
from detente.ledger.clocks import stamp
from detente.ledger.records import Decision, Report
from detente.relations.happenings import Happening, independent_publishers, merge
from detente.relations.items import Item, trace_items
from detente.relations.tables import rules_digest

Pairs = Collection[tuple[int, int]]


@dataclass(frozen=True)
class PairState:
    """What is known between two states by a moment. `lost`: decisions whose item no reading has any more."""

    pair: tuple[str, str]
    known_by: datetime
    happenings: tuple[Happening, ...]
    items: tuple[Item, ...]
    reports: dict[int, Report]
    lost: tuple[Decision, ...] = ()

    def standing(self, happening: Happening) -> str:
        """Its status; of a meeting's day that was given up "postponed", of one that will not be "cancelled"."""
        if happening.status != "scheduled":
            return happening.status
        for item in self.items:
            if item.kind == "meeting" and any(r.number in item.numbers for r in happening.reports):
                if item.status == "cancelled":
                    return "cancelled"
                moved = any(c.status == "postponed" for c in item.changes) and not item.falls_on(*happening.when[:2])
                return "postponed" if moved else happening.status
        return happening.status

    def happening_of(self, number: int) -> Happening | None:
        """The happening that has a report of this number."""
        return next((h for h in self.happenings if any(r.number == number for r in h.reports)), None)


def pair_at(db: sqlite3.Connection, one: str, other: str, *, known_by: datetime) -> PairState:
    """Happenings and items between two states (codes, in any order), as known by a moment."""
    reports = queries.reports_between(db, (one,), (other,), known_by=known_by)
    alone = [r for a, b in ((one, other), (other, one)) for r in queries.reports_alone(db, a, b, known_by=known_by)]
    happenings = merged(db, reports, label=f"{min(one, other)} {max(one, other)}")
    solo = merged(db, alone, label=f"alone {min(one, other)} {max(one, other)}")
    decisions = queries.decisions(db, known_by=known_by)
    ours = [d for d in decisions if {d.actor, d.recipient} == {one, other}]
    items, lost = trace_items(happenings, (one, other), known_by=known_by, alone=solo, decisions=ours)
    known = {r.number: r for r in (*reports, *alone)}
    return PairState((one, other), known_by, tuple(happenings), tuple(items), known, tuple(lost))


def merged(db: sqlite3.Connection, reports: Sequence[Report], *, label: str) -> list[Happening]:
    """Happenings of some reports; which reports belong together is remembered by the ledger."""
    if not reports:
        return []
    copies = queries.copies_among(db, {r.article.row for r in reports})
    key = _key(db, reports, copies, label)
    groups = cache.recall(db, key)
    if groups is None:
        found = merge(reports, copies)
        cache.keep(db, {key: [[r.number for r in h.reports] for h in found]})
        return found
    known = {r.number: r for r in reports}
    return [_again([known[n] for n in group], copies) for group in groups]


def _again(reports: Sequence[Report], copies: Pairs) -> Happening:
    return Happening(tuple(reports), independent_publishers(reports, copies))


def _key(db: sqlite3.Connection, reports: Sequence[Report], copies: Pairs, label: str) -> str:
    return cache.key_of("merge", rules_digest(), queries.rereads(db), label, [r.number for r in reports], copies)


def known_then(reports: Sequence[Report], at: datetime) -> list[Report]:
    """Those of the reports that an earlier moment knew."""
    then = stamp(at)
    return [
        r for r in reports if r.article.known_at <= then and (r.article.replaced_at is None or r.article.replaced_at > then)
    ]


def find_item(items: Sequence[Item], number: int) -> Item | None:
    """The item of a number: its own, or that of any of its reports."""
    return next((i for i in items if i.number == number), None) or next((i for i in items if number in i.numbers), None)


def as_json(state: PairState) -> dict[str, Any]:
    """All of a state as JSON."""
    return {
        "pair": list(state.pair), "known_by": stamp(state.known_by), "happenings": [h.to_dict() for h in state.happenings],
        "items": [i.to_dict() for i in state.items],
    }  # fmt: skip
