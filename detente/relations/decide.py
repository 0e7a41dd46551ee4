"""A person decides about an item."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from detente.errors import NoSuchItem, WrongCall
from detente.ledger.decide import write_decision
from detente.ledger.queries import reports_numbered
from detente.relations.items import Item
from detente.relations.pair import PairState, find_item, pair_at
from detente.relations.rules import check_status


def item_numbered(db: sqlite3.Connection, number: int, *, known_by: datetime) -> tuple[Item, PairState]:
    """The item of a number, with the state of its pair. Raises NoSuchItem where it is unknown at that moment."""
    report = reports_numbered(db, [number], known_by=known_by).get(number)
    if report is None:
        raise NoSuchItem(f"there is no item {number} known by {known_by:%Y-%m-%d}; `detente items STATE STATE` lists them")
    codes = sorted(report.codes)
    for i, one in enumerate(codes):
        for other in codes[i + 1 :]:
            state = pair_at(db, one, other, known_by=known_by)
            if (item := find_item(state.items, number)) is not None:
                return item, state
    raise NoSuchItem(f"event {number} opened no item; `detente items STATE STATE` lists those that are known")


def decide(
    db: sqlite3.Connection,
    number: int,
    *,
    known_by: datetime,
    set_to: str | None = None,
    confirm: bool = False,
    undo: bool = False,
    because: str | None = None,
    now: datetime | None = None,
) -> int:
    """Record what a person decided about an item, from `known_by` on; gives the decision's number.

    Exactly one of `set_to` (a status of its kind), `confirm` and `undo`. Raises WrongCall or NoSuchItem.
    """
    if (set_to is not None) + confirm + undo != 1:
        raise WrongCall("give one of --set, --confirm and --undo")
    if not because or not because.strip():
        raise WrongCall('a decision needs its reason: --because "…"')
    item, state = item_numbered(db, number, known_by=known_by)
    verb = "set" if set_to is not None else "confirm" if confirm else "undo"
    if verb == "undo" and item.answer is None:
        raise WrongCall(f"{item.kind} {item.number} has not changed since it was opened; there is nothing to undo")
    report = state.reports[item.number]
    place: dict[str, object] = {
        "article": report.article.row, "sentence": report.sentence_number, "kind": item.kind, "actor": item.actor,
        "recipient": item.recipient,
    }  # fmt: skip
    return write_decision(
        db, event=item.number, place=place, verb=verb, status=check_status(item.kind, set_to) if set_to else None,
        reason=because.strip(), effective_at=known_by, now=now or datetime.now(UTC),
    )  # fmt: skip
