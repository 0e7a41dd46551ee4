"""Reading again all that is stored, with a newer reader: the old readings stay until the last new one is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from detente.ledger.connection import Tell, once, writing
from detente.ledger.found import packed, replace_reading, unpacked
from detente.ledger.queries import ARTICLE, article_of
from detente.ledger.write import BATCH
from detente.types import Article, Reading


def articles_to_read(db: sqlite3.Connection, label: str, *, anew: bool = False) -> Iterator[tuple[int, Article]]:
    """Rows and articles that wait for a reading by `label`: all but those staged by it, or already its own.

    anew: also those whose present reading is by `label`, as after a change of an actor file.
    """
    rows = [r[0] for r in db.execute("SELECT row FROM articles ORDER BY row")]
    for row in rows:
        if not _done(db, row, label, anew):
            found = db.execute(f"SELECT {ARTICLE}, a.text, a.language FROM articles a WHERE a.row = ?", (row,)).fetchone()
            yield row, _article(found)


def _done(db: sqlite3.Connection, row: int, label: str, anew: bool) -> bool:
    staged = db.execute("SELECT 1 FROM staged_readings WHERE article = ? AND reader = ?", (row, label)).fetchone()
    present = db.execute("SELECT 1 FROM readings WHERE article = ? AND reader = ?", (row, label)).fetchone()
    return staged is not None or (present is not None and not anew)


def _article(row: sqlite3.Row) -> Article:
    ref = article_of(row)
    return Article(ref.name, row["text"], ref.title, ref.published_at, ref.publisher, ref.author, ref.url, row["language"])


def stage(
    db: sqlite3.Connection, readings: Iterable[tuple[int, Reading]], label: str, *, tell: Tell | None = None
) -> Iterator[int]:
    """Lay new readings beside the old ones, in batches; yields the rows that are on the disk.

    What another label staged before is dropped. Killed on the way, the same call goes on where it stopped.
    """
    tell = once(tell)
    with writing(db, tell=tell):
        db.execute("DELETE FROM staged_readings WHERE reader != ?", (label,))
    waiting = iter(readings)
    while group := list(islice(waiting, BATCH)):
        with writing(db, tell=tell):
            rows = [(row, label, packed(reading)) for row, reading in group]
            db.executemany("INSERT OR REPLACE INTO staged_readings VALUES (?, ?, ?)", rows)
        yield from (row for row, _ in group)


def adopt(db: sqlite3.Connection, label: str, *, now: datetime, tell: Tell | None = None) -> int:
    """Put all staged readings of `label` in the place of the old ones, in one transaction; gives their number.

    Events keep their numbers where the new reading has them too, so that decisions about them hold.
    """
    with writing(db, tell=tell):
        rows = [r[0] for r in db.execute("SELECT article FROM staged_readings WHERE reader = ? ORDER BY article", (label,))]
        for row in rows:
            text = db.execute("SELECT text FROM articles WHERE row = ?", (row,)).fetchone()[0]
            staged = db.execute("SELECT body FROM staged_readings WHERE article = ?", (row,)).fetchone()[0]
            replace_reading(db, row, unpacked(staged, text), now)
        db.execute("DELETE FROM staged_readings WHERE reader = ?", (label,))
    return len(rows)
