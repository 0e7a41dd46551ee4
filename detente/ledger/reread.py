"""Reading again all that is stored, with a newer reader: the old readings stay until the last new one is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from detente.ledger.clocks import stamp
from detente.ledger.connection import Tell, once, writing
from detente.ledger.queries import ARTICLE, article_of, unpacked
from detente.ledger.write import BATCH, insert_event, insert_statements, packed, sentence_at
from detente.types import Article, Event, Reading


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
            _replace(db, row, now)
        db.execute("DELETE FROM staged_readings WHERE reader = ?", (label,))
        db.execute("UPDATE facts SET value = value + 1 WHERE name = 'rereads'")
    return len(rows)


def _replace(db: sqlite3.Connection, row: int, now: datetime) -> None:
    text = db.execute("SELECT text FROM articles WHERE row = ?", (row,)).fetchone()[0]
    old = unpacked(db.execute("SELECT body FROM readings WHERE article = ?", (row,)).fetchone()[0], text)
    body = db.execute("SELECT body FROM staged_readings WHERE article = ?", (row,)).fetchone()[0]
    new = unpacked(body, text)
    numbers = _numbers(db, row, old, new)
    _delete_found(db, row)
    db.execute(
        "UPDATE readings SET reader = ?, body = ?, recorded_at = ? WHERE article = ?", (new.reader, body, stamp(now), row)
    )
    for event, number in zip(new.events, numbers, strict=True):
        insert_event(db, row, new, event, number)
    insert_statements(db, row, new)


def _numbers(db: sqlite3.Connection, row: int, old: Reading, new: Reading) -> list[int | None]:
    """For each new event the number of the old one that it is; None for one that is new."""
    numbers = [r[0] for r in db.execute("SELECT number FROM events WHERE article = ? ORDER BY number", (row,))]
    known = {e.id: n for e, n in zip(old.events, _by_event(db, row, old, numbers), strict=True)}
    free = list(old.events)
    found: list[int | None] = []
    for event in new.events:
        best = max(free, key=lambda o: _sameness(o, event, old, new), default=None)
        if best is None or _sameness(best, event, old, new) < 2:
            found.append(None)
        else:
            free.remove(best)
            found.append(known[best.id])
    return found


def _by_event(db: sqlite3.Connection, row: int, old: Reading, numbers: Sequence[int]) -> Sequence[int]:
    """Numbers of the old events in the order of the reading."""
    import json

    stored = {
        json.loads(r["body"])["id"]: r["number"]
        for r in db.execute("SELECT number, body FROM events WHERE article = ?", (row,))
    }
    return [stored[e.id] for e in old.events]


def _sameness(old: Event, new: Event, old_reading: Reading, new_reading: Reading) -> int:
    """How surely two events are one: 0 or 1 not, from 2 on they are, more is better."""
    same_type = old.event_type == new.event_type
    if old.trigger.overlaps(new.trigger):
        return 3 + 2 * same_type
    same_sentence = sentence_at(old_reading, old.trigger)[1].overlaps(sentence_at(new_reading, new.trigger)[1])
    return 2 if same_type and same_sentence else 0


def _delete_found(db: sqlite3.Connection, row: int) -> None:
    """All that came from the present reading of an article."""
    db.execute("DELETE FROM parties WHERE event IN (SELECT number FROM events WHERE article = ?)", (row,))
    db.execute("DELETE FROM events WHERE article = ?", (row,))
    for s in db.execute("SELECT row, content, speaker FROM statements WHERE article = ?", (row,)).fetchall():
        db.execute(
            "INSERT INTO statement_words (statement_words, rowid, content, speaker) VALUES ('delete', ?, ?, ?)", tuple(s)
        )
    db.execute("DELETE FROM statements WHERE article = ?", (row,))
    db.execute("DELETE FROM loaded_words WHERE article = ?", (row,))
