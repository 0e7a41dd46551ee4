"""What people decide about items, kept for good: a later decision takes an earlier one back, nothing is erased."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from detente.ledger.clocks import stamp
from detente.ledger.connection import Tell, writing


def write_decision(
    db: sqlite3.Connection,
    *,
    event: int,
    place: dict[str, object],
    verb: str,
    status: str | None,
    reason: str,
    effective_at: datetime,
    now: datetime,
    tell: Tell | None = None,
) -> int:
    """Record a decision about the item of an event; gives its number.

    place: article row, sentence, kind, actor and recipient of the item, to find it again after a reread.
    effective_at: answers as of earlier moments do not see it.
    """
    values = (event, json.dumps(place), verb, status, reason, stamp(effective_at), stamp(now))
    with writing(db, tell=tell):
        number = db.execute(
            "INSERT INTO decisions (event, place, verb, status, reason, effective_at, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        ).lastrowid
    assert number is not None
    return number
