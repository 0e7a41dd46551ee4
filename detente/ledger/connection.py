"""Opening a ledger, and the one way to change it: a transaction that waits for others and says so."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from detente.errors import LedgerBusy, LedgerMissing, LedgerTooNew, LedgerUnwritable, NotALedger
from detente.ledger.schema import APPLICATION_ID, NEWEST, migrate, version_of

WAIT_S = 600.0  # how long a writer waits for another one
_TRY_S = 1.0
Tell = Callable[[str], None]


def open_ledger(path: Path | str, *, create: bool = False) -> sqlite3.Connection:
    """The ledger at `path`, brought up to date where an older version wrote it.

    create: make it where there is none. Opens read-only what cannot be written. Raises LedgerMissing, NotALedger,
    LedgerTooNew or LedgerUnwritable. Close it with `.close()`; a connection belongs to one thread.
    """
    path = Path(path)
    _check_place(path, create)
    db = _connected(path, create)
    try:
        _check_kind(db, path, create)
        if version_of(db) < NEWEST:
            _bring_up_to_date(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _check_place(path: Path, create: bool) -> None:
    if path.is_dir():
        raise NotALedger(f"{path} is a folder; name the file of a ledger, for instance {path / 'relations.ledger'}")
    if not path.exists() and not create:
        raise LedgerMissing(f"there is no ledger at {path}; make one with `detente read ARTICLE... --to {path}`")
    if not path.parent.exists():
        raise LedgerMissing(f"{path} cannot be made: there is no folder {path.parent}")


def _connected(path: Path, create: bool) -> sqlite3.Connection:
    writable = os.access(path if path.exists() else path.parent, os.W_OK) and os.access(path.parent, os.W_OK)
    if not writable and create:
        raise LedgerUnwritable(f"{path} cannot be written: no permission for the file or its folder")
    flags = "mode=rwc" if writable else "mode=ro" if Path(f"{path}-wal").exists() else "immutable=1"
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?{flags}", uri=True, isolation_level=None, timeout=_TRY_S)
    except sqlite3.Error as error:
        raise LedgerUnwritable(f"{path} cannot be opened: {error}") from error
    db.row_factory = sqlite3.Row
    return db


def _check_kind(db: sqlite3.Connection, path: Path, create: bool) -> None:
    try:
        application = db.execute("PRAGMA application_id").fetchone()[0]
        empty = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise NotALedger(f"{path} is not a ledger: {error}; it was left as it is") from error
    if application != APPLICATION_ID and not (empty and application == 0):
        raise NotALedger(f"{path} is a SQLite file of something else, not a ledger; it was left as it is")
    if empty and not create:
        raise NotALedger(f"{path} is empty, not a ledger; make one with `detente read ARTICLE... --to {path}`")
    if (found := version_of(db)) > NEWEST:
        raise LedgerTooNew(
            f"{path} was written by a newer version of detente (its tables are of version {found}, this one knows {NEWEST});"
            " install a newer detente. The ledger was left as it is"
        )


def _bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    try:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db)
    except sqlite3.OperationalError as error:
        raise _unwritable(db, error) from error


def path_of(db: sqlite3.Connection) -> str:
    """The file of a connection."""
    return str(db.execute("PRAGMA database_list").fetchone()[2])


def once(tell: Tell | None) -> Tell:
    """A way to tell that tells each line only the first time, for a writer that waits again and again."""
    told: set[str] = set()

    def first(line: str) -> None:
        if tell is not None and line not in told:
            told.add(line)
            tell(line)

    return first


@contextmanager
def writing(db: sqlite3.Connection, *, tell: Tell | None = None, wait_s: float = WAIT_S) -> Iterator[None]:
    """A transaction that changes the ledger: all of it or nothing, on the disk when the block ends.

    Where another process writes, waits and says so once. Raises LedgerBusy after `wait_s`, LedgerUnwritable where the disk
    is full or the file may not be written.
    """
    _begin(db, tell, wait_s)
    try:
        yield
        db.execute("UPDATE facts SET value = value + 1 WHERE name = 'generation'")
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError):
            raise _unwritable(db, error) from error
        raise


def _begin(db: sqlite3.Connection, tell: Tell | None, wait_s: float) -> None:
    started = time.monotonic()
    while True:
        try:
            db.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) and "busy" not in str(error):
                raise _unwritable(db, error) from error
        if time.monotonic() - started > wait_s:
            raise LedgerBusy(f"another process has been writing to {path_of(db)} for {wait_s:.0f} s; try again when it is done")
        if tell is not None:
            tell(f"another process is writing to {path_of(db)}; waiting for it")
            tell = None


def _unwritable(db: sqlite3.Connection, error: sqlite3.OperationalError) -> Exception:
    why = str(error)
    if "full" in why or "disk I/O" in why:
        why = "the disk is full or failing; free some space and go on with the same command"
    elif "readonly" in why or "unable to open" in why:
        why = "no permission for the file or its folder"
    return LedgerUnwritable(f"{path_of(db)} cannot be written: {why}. What was reported as written is in it")
