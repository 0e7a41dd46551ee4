"""The track record: forecasts stored before the fact, and what became of them, in a file that only grows.

Each entry carries the SHA-256 of the one before it, so that none can be changed, left out or slipped in without breaking
the chain; the last hash, published anywhere, vouches for all. The file refuses updates and deletions by itself.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from detente.errors import DetenteError
from detente.forecast.resolution import Resolution

APPLICATION_ID = 0x44657452  # "DetR"
VERSION = 1
NO_HASH = "0" * 64
LATE_DAYS = 1  # a forecast recorded later than that after its day of issue was made with hindsight
Kind = Literal["forecast", "resolution", "adjustment"]

_SCHEMA = """
CREATE TABLE entries (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, recorded_at TEXT NOT NULL, body TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE);
CREATE TRIGGER no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries of the record cannot be changed'); END;
CREATE TRIGGER no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries of the record cannot be removed'); END;
"""


class RecordInvalid(DetenteError, ValueError):
    """A file that is no track record, is newer than this version, or whose chain is broken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as stored. `hash` covers number, kind, time, body and the hash before."""

    number: int
    kind: Kind
    recorded_at: str
    body: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A forecast of the record and what became of it; `resolution` is None while it is open.

    live: recorded before its window had begun; otherwise it was made with hindsight and is scored apart.
    adjustment: the first one by a ledger's signals that was recorded as much in time as the forecast itself.
    """

    number: int
    recorded_at: str
    body: Mapping[str, Any]
    resolution: Mapping[str, Any] | None
    adjustment: Mapping[str, Any] | None = None

    @property
    def live(self) -> bool:
        return _in_time(self.recorded_at, self.body)

    @property
    def outcome(self) -> str | None:
        return self.resolution["outcome"] if self.resolution else None


class TrackRecord:
    """An open record file, made where there is none. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(path, timeout=10.0, isolation_level=None)
            self._open()
        except sqlite3.Error as error:
            raise RecordInvalid(f"{path}: cannot be used as a track record: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def add_forecast(self, forecast: Mapping[str, Any], *, now: datetime) -> tuple[int, bool]:
        """Number of the entry, and False where the same question had an answer by the same model from the same source already.

        forecast: as `Forecast.to_dict` gives it. The first answer stays.
        """
        with self._writing():
            for known in self.forecasts():
                if _key(known.body) == _key(forecast):
                    return known.number, False
            return self._append("forecast", forecast, now), True

    def add_resolution(self, number: int, resolution: Resolution, *, now: datetime) -> int:
        """Raises RecordInvalid where there is no such forecast, or it is decided already."""
        with self._writing():
            found = {f.number: f for f in self.forecasts()}.get(number)
            if found is None:
                raise RecordInvalid(f"{self._path}: entry {number} is not a forecast")
            if found.resolution is not None:
                raise RecordInvalid(f"{self._path}: forecast {number} was decided already: {found.outcome}")
            body = {
                "forecast": number, "outcome": resolution.outcome, "reason": resolution.reason,
                "decided_on": str(resolution.decided_on), "references": list(resolution.references),
            }  # fmt: skip
            return self._append("resolution", body, now)

    def add_adjustment(self, number: int, adjustment: Mapping[str, Any], *, now: datetime) -> tuple[int, bool]:
        """What a ledger's signals make of a forecast, as an entry of its own; the first one stays. Raises RecordInvalid.

        adjustment: as `Adjustment.to_dict` gives it. Returns the number of the entry, and False where there was one already.
        """
        with self._writing():
            found = {f.number: f for f in self.forecasts()}.get(number)
            if found is None:
                raise RecordInvalid(f"{self._path}: entry {number} is not a forecast")
            for entry in self.entries():
                if entry.kind == "adjustment" and entry.body["forecast"] == number:
                    return entry.number, False
            return self._append("adjustment", {"forecast": number, **adjustment}, now), True

    def forecasts(self) -> list[Recorded]:
        """All forecasts with their resolutions and adjustments, in the order of recording."""
        entries = list(self.entries())
        decided = {e.body["forecast"]: e.body for e in entries if e.kind == "resolution"}
        moved = {e.body["forecast"]: e for e in entries if e.kind == "adjustment"}
        return [
            Recorded(e.number, e.recorded_at, e.body, decided.get(e.number), _adjustment_in_time(e, moved.get(e.number)))
            for e in entries if e.kind == "forecast"
        ]  # fmt: skip

    def entries(self) -> Iterator[Entry]:
        """All entries, each checked against the one before it. Raises RecordInvalid at the first that does not fit."""
        previous = NO_HASH
        rows = self._db.execute(
            "SELECT number, kind, recorded_at, body, previous, hash FROM entries ORDER BY number"
        ).fetchall()
        for expected, (number, kind, recorded_at, body, before, given) in enumerate(rows, 1):
            if number != expected or before != previous or given != _hash(number, kind, recorded_at, body, before):
                raise RecordInvalid(
                    f"{self._path}: entry {expected} was changed, removed or slipped in; the record cannot be trusted"
                )
            yield Entry(number, kind, recorded_at, json.loads(body), before, given)
            previous = given

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry: published, it vouches for all entries up to it."""
        row = self._db.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else (0, NO_HASH)

    def _append(self, kind: Kind, body: Mapping[str, Any], now: datetime) -> int:
        last, previous = self.head()
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        at = now.astimezone(UTC).isoformat(timespec="seconds")
        row = (last + 1, kind, at, text, previous, _hash(last + 1, kind, at, text, previous))
        self._db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
        return last + 1

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time, all or nothing."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise RecordInvalid(f"{self._path}: cannot be written: {error}") from error
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _open(self) -> None:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables and not application:
            self._db.executescript(f"{_SCHEMA} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};")
        elif application != APPLICATION_ID:
            raise RecordInvalid(f"{self._path}: is not a track record of forecasts; give another --record")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise RecordInvalid(f"{self._path}: was written by a newer Détente (version {version}; this one knows {VERSION})")


def read_record(path: Path) -> list[Recorded]:
    """The forecasts of a record that must exist. Raises RecordInvalid."""
    if not path.exists():
        raise RecordInvalid(f"{path}: there is no track record; `detente forecast A B --record` begins one")
    with TrackRecord(path) as record:
        return record.forecasts()


def _in_time(recorded_at: str, forecast: Mapping[str, Any]) -> bool:
    """Whether an entry was recorded before the window of a forecast had begun."""
    recorded = datetime.fromisoformat(recorded_at).date()
    return (recorded - date.fromisoformat(forecast["issued"])).days <= LATE_DAYS


def _adjustment_in_time(forecast: Entry, moved: Entry | None) -> Mapping[str, Any] | None:
    """Hindsight may not adjust what was said before the fact."""
    if moved is None or (_in_time(forecast.recorded_at, forecast.body) and not _in_time(moved.recorded_at, forecast.body)):
        return None
    return moved.body


def _key(body: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(json.dumps(body.get(k)) for k in ("question", "pair", "issued", "source", "model"))


def _hash(number: int, kind: str, recorded_at: str, body: str, previous: str) -> str:
    text = "\n".join((str(number), kind, recorded_at, body, previous))
    return hashlib.sha256(text.encode()).hexdigest()
