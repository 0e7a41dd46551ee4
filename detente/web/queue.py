"""What waits to be read, in a file beside the ledger: an upload that was acknowledged is there after any crash."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from detente.errors import NotALedger, WrongCall
from detente.ledger.clocks import stamp

APPLICATION_ID = 0x44544E55  # "DTNU"
MOST_LINES = 500  # outcomes kept of one upload
KEEP_DAYS = 30
TRIES = 2
MOST_WAITING, MOST_WAITING_BYTES = 2000, 1 << 30
Kind = Literal["file", "text", "url"]
State = Literal["waiting", "reading", "done"]

_TABLES = """
CREATE TABLE IF NOT EXISTS uploads (
  number INTEGER PRIMARY KEY AUTOINCREMENT, batch TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, given TEXT NOT NULL,
  data BLOB, state TEXT NOT NULL DEFAULT 'waiting', tries INTEGER NOT NULL DEFAULT 0, articles INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0, lines TEXT NOT NULL DEFAULT '[]', added_at TEXT NOT NULL, finished_at TEXT)
"""
_AGAIN = "UPDATE uploads SET state = 'waiting', articles = 0, refused = 0, lines = '[]'"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, pasted text or address. `given` is what the reader said about it: date, publisher, title."""

    kind: Kind
    name: str
    data: bytes
    given: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one article: `row` is its place in the ledger, None where it was refused."""

    name: str
    outcome: str
    row: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of one upload is."""

    number: int
    kind: Kind
    name: str
    state: State
    articles: int
    refused: int
    outcomes: tuple[Outcome, ...]
    added_at: str
    finished_at: str | None


class Queue:
    """The queue's file. Every call opens it anew, so that it may be used from any thread or process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def beside(cls, ledger: Path) -> Queue:
        """The queue of a ledger."""
        return cls(ledger.with_name(f"{ledger.name}-uploads"))

    def add(self, batch: str, uploads: Iterable[Upload], *, now: datetime | None = None) -> None:
        """Take uploads in; they are on the disk when this returns. Raises WrongCall where too much waits."""
        at = now or datetime.now(UTC)
        self._check_room()
        rows = [(batch, u.kind, u.name, json.dumps(u.given), u.data, stamp(at)) for u in uploads]
        with closing(self._db()) as db, db:
            db.execute("DELETE FROM uploads WHERE state = 'done' AND finished_at < ?", (stamp(at - timedelta(days=KEEP_DAYS)),))
            db.executemany("INSERT INTO uploads (batch, kind, name, given, data, added_at) VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _check_room(self) -> None:
        """Raises WrongCall where so much waits that more would only fill the disk."""
        with closing(self._db()) as db:
            number, size = db.execute(
                "SELECT count(*), coalesce(sum(length(data)), 0) FROM uploads WHERE state != 'done'"
            ).fetchone()
        if number >= MOST_WAITING or size >= MOST_WAITING_BYTES:
            raise WrongCall(f"{number:,} uploads wait to be read already; try again when some of them are done")

    def take(self) -> tuple[int, Upload] | None:
        """The next upload to read, now marked as being read; None where none waits."""
        with closing(self._db()) as db, db:
            row = db.execute(
                "UPDATE uploads SET state = 'reading', tries = tries + 1 WHERE number ="
                " (SELECT min(number) FROM uploads WHERE state = 'waiting') RETURNING number, kind, name, data, given"
            ).fetchone()
        return (row[0], Upload(row[1], row[2], row[3] or b"", json.loads(row[4]))) if row else None

    def put_back(self, number: int) -> None:
        """Let an upload wait again, as if nobody had begun to read it."""
        with closing(self._db()) as db, db:
            db.execute(f"{_AGAIN}, tries = tries - 1 WHERE number = ?", (number,))

    def note(self, number: int, outcomes: Sequence[Outcome], *, done: bool = False, now: datetime | None = None) -> None:
        """Add what became of some of an upload's articles; its bytes go when it is done."""
        with closing(self._db()) as db, db:
            lines = json.loads(db.execute("SELECT lines FROM uploads WHERE number = ?", (number,)).fetchone()[0])
            lines += [[o.name, o.outcome, o.row, o.reason] for o in outcomes]
            refused = sum(o.row is None for o in outcomes)
            db.execute(
                "UPDATE uploads SET lines = ?, articles = articles + ?, refused = refused + ? WHERE number = ?",
                (json.dumps(lines[:MOST_LINES]), len(outcomes) - refused, refused, number),
            )
            if done:
                finished = stamp(now or datetime.now(UTC))
                db.execute(
                    "UPDATE uploads SET state = 'done', data = NULL, finished_at = ? WHERE number = ?", (finished, number)
                )

    def revive(self) -> int:
        """Put back what was being read when its reader stopped; what stopped it twice is refused. Gives how many wait."""
        with closing(self._db()) as db, db:
            broken = db.execute("SELECT number, name FROM uploads WHERE state = 'reading' AND tries >= ?", (TRIES,)).fetchall()
            db.execute(f"{_AGAIN} WHERE state = 'reading' AND tries < ?", (TRIES,))
            waiting = db.execute("SELECT count(*) FROM uploads WHERE state = 'waiting'").fetchone()[0]
        for number, name in broken:
            self.note(number, [Outcome(name, "refused", None, f"the reader stopped at it {TRIES} times")], done=True)
        return int(waiting)

    def waiting(self) -> int:
        """How many uploads nobody has begun to read."""
        with closing(self._db()) as db:
            return int(db.execute("SELECT count(*) FROM uploads WHERE state = 'waiting'").fetchone()[0])

    def progress(self, batch: str | None = None, limit: int = 300) -> list[Progress]:
        """The uploads of a batch in order; without one the latest of all, newest first."""
        columns = "SELECT number, kind, name, state, articles, refused, lines, added_at, finished_at FROM uploads"
        with closing(self._db()) as db:
            if batch is not None:
                rows = db.execute(f"{columns} WHERE batch = ? ORDER BY number LIMIT ?", (batch, limit)).fetchall()
            else:
                rows = db.execute(f"{columns} ORDER BY number DESC LIMIT ?", (limit,)).fetchall()
        return [Progress(r[0], r[1], r[2], r[3], r[4], r[5], _outcomes(r[6]), r[7], r[8]) for r in rows]

    def _db(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=20.0)
        try:
            if db.execute("PRAGMA application_id").fetchone()[0] not in (0, APPLICATION_ID):
                raise NotALedger(f"{self._path} is a file of something else; it was left as it is")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            with db:
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(_TABLES)
        except BaseException:
            db.close()
            raise
        return db


def _outcomes(lines: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(*line) for line in json.loads(lines))
