"""Answers kept for speed, never as the truth: a key names all that an answer depends on, and any answer may be thrown away."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

MOST = 20_000  # answers kept; beyond that all are thrown away


def key_of(*parts: object) -> str:
    """A key for what an answer depends on."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def recall(db: sqlite3.Connection, key: str) -> Any:
    """The answer kept under a key, None where there is none."""
    row = db.execute("SELECT value FROM cache WHERE key = ?", (key,)).fetchone()
    return json.loads(row[0]) if row else None


def keep(db: sqlite3.Connection, answers: dict[str, Any]) -> None:
    """Keep answers, unless somebody is writing or the ledger cannot be written: then they are simply made again."""
    if not answers:
        return
    patience = db.execute("PRAGMA busy_timeout").fetchone()[0]
    db.execute("PRAGMA busy_timeout = 0")
    db.execute("PRAGMA synchronous = NORMAL")  # a lost answer is made again; no need to wait for the disk
    try:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("SELECT count(*) FROM cache").fetchone()[0] > MOST:
            db.execute("DELETE FROM cache")
        rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in answers.items()]
        db.executemany("INSERT OR REPLACE INTO cache VALUES (?, ?)", rows)
        db.execute("COMMIT")
    except sqlite3.OperationalError:
        if db.in_transaction:
            db.execute("ROLLBACK")
    finally:
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA busy_timeout = {patience}")
