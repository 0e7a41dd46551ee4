"""Two states and all that the ledger knows of them by a moment: the one place where happenings and items are made."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from detente.ledger import cache, queries
from detente.ledger.clocks import stamp
from detente.ledger.records import Decision, Report
from detente.relations.happenings import Happening, happenings_of, neighbours
from detente.relations.items import Item, trace_items
from detente.relations.merging import Group, group_many
from detente.relations.tables import rules_digest


@dataclass(frozen=True)
class PairState:
    """What is known between two states by a moment. `lost`: decisions whose item no reading has any more."""

    pair: tuple[str, str]
    known_by: datetime
    happenings: tuple[Happening, ...]
    items: tuple[Item, ...]
    reports: dict[int, Report]
    lost: tuple[Decision, ...] = ()

    @cached_property
    def _meetings(self) -> dict[int, int]:
        """Of each report the place of the first meeting that it opened or moved."""
        found: dict[int, int] = {}
        for place, item in enumerate(self.items):
            for number in item.numbers if item.kind == "meeting" else ():
                found.setdefault(number, place)
        return found

    @cached_property
    def _by_report(self) -> dict[int, Happening]:
        return {r.number: h for h in self.happenings for r in h.reports}

    def standing(self, happening: Happening) -> str:
        """Its status; of a meeting's day that was given up "postponed", of one that will not be "cancelled"."""
        if happening.status != "scheduled":
            return happening.status
        found = [self._meetings[r.number] for r in happening.reports if r.number in self._meetings]
        if not found:
            return happening.status
        item = self.items[min(found)]
        if item.status == "cancelled":
            return "cancelled"
        moved = any(c.status == "postponed" for c in item.changes) and not item.falls_on(*happening.when[:2])
        return "postponed" if moved else happening.status

    def happening_of(self, number: int) -> Happening | None:
        """The happening that has a report of this number."""
        return self._by_report.get(number)


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
    return merged_many(db, [reports], label=label)[0]


def merged_many(db: sqlite3.Connection, moments: Sequence[Sequence[Report]], *, label: str) -> list[list[Happening]]:
    """The happenings of each of several moments from the reports known at it; one that stays the same is one object."""
    reports = {r.number: r for known in moments for r in known}
    copies = queries.copies_among(db, {r.article.row for r in reports.values()}) if reports else []
    keys = [_key(db, known, copies, label) for known in moments]
    groups: dict[str, list[Group]] = {}
    for key in dict.fromkeys(keys):
        if (kept := cache.recall(db, key)) is not None:
            groups[key] = [tuple(group) for group in kept]
    missing = {key: known for key, known in zip(keys, moments, strict=True) if key not in groups}
    new = dict(zip(missing, group_many(list(missing.values())), strict=True)) if missing else {}
    cache.keep(db, new)
    groups |= new
    near, made = neighbours(copies), dict[Group, Happening]()
    return [happenings_of(groups[key], reports, near, made) for key in keys]


def _key(db: sqlite3.Connection, reports: Sequence[Report], copies: Collection[tuple[int, int]], label: str) -> str:
    rows = {r.article.row for r in reports}
    ours = [pair for pair in copies if rows.issuperset(pair)]
    return cache.key_of("merge", rules_digest(), queries.rereads(db), label, [r.number for r in reports], ours)


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
