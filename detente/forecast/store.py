"""The history folder: imported event data as Parquet, one folder for each source, with a list of the files it came from.

A forecast uses one source at a time, since densities of sources differ up to twelvefold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import DetenteError
from detente.forecast.database import connect, failures
from detente.forecast.days import DyadDays, Pair
from detente.forecast.formats import Format
from detente.forecast.importing import Imported, Progress, checked_digest, import_file
from detente.forecast.rows import HistoryRow, class_bits

if TYPE_CHECKING:
    import duckdb

MANIFEST = "files.jsonl"
_OLD_MANIFEST = "files.json"  # one list, written anew for each file: slow with many
SCRATCH = ".adding-"
_LONGEST_LINE = 1 << 16
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


class HistoryMissing(DetenteError, ValueError):
    """No history where one is needed, or several where one must be chosen."""


@dataclass(frozen=True, slots=True)
class Source:
    """One imported source: its name, folder and the files it is made of."""

    name: str
    folder: Path
    files: tuple[Imported, ...]

    @property
    def first(self) -> str | None:
        return min((f.first for f in self.files if f.first), default=None)

    @property
    def last(self) -> str | None:
        return max((f.last for f in self.files if f.last), default=None)

    @property
    def rows(self) -> int:
        return sum(f.kept for f in self.files)

    def days(self) -> DyadDays:
        """All its rows as dyad days."""
        with self._rows() as db:
            return _dyad_days(db)

    def events(self, pair: Pair, *, known_by: date, since: date = date.min) -> list[HistoryRow]:
        """Events of a pair, in either direction, dated in [since, known_by) and published before `known_by`; oldest first."""
        with self._rows() as db:
            found = db.execute(_EVENTS_OF_PAIR, {"a": pair[0], "b": pair[1], "by": known_by, "since": since}).fetchall()
        return [HistoryRow(*row) for row in found]

    def all_rows(self, *, known_by: date, since: date = date.min) -> list[HistoryRow]:
        """Events of all pairs, dated in [since, known_by) and published before `known_by`; in no order."""
        with self._rows() as db:
            found = db.execute(_EVENTS_OF_ALL, {"by": known_by, "since": since}).fetchall()
        return [HistoryRow(*row) for row in found]

    @contextmanager
    def _rows(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in which `history` is all rows of the source."""
        paths = [str(self.folder / f"{f.digest[:16]}.parquet") for f in self.files]
        with connect() as db:
            listed = ", ".join("'" + p.replace("'", "''") + "'" for p in paths)
            try:
                db.execute(f"CREATE VIEW history AS SELECT * FROM read_parquet([{listed}])")
            except failures() as error:
                raise HistoryMissing(
                    f"history {self.name!r} is damaged: {str(error).splitlines()[0]}; `detente history check` tells more"
                ) from error
            yield db


_COLUMNS = "date, published_at, actor, recipient, code, status, publishers, reference"
_EVENTS_OF_PAIR = f"""
    SELECT {_COLUMNS} FROM history
    WHERE least(actor, recipient) = $a AND greatest(actor, recipient) = $b
      AND date >= $since AND date < $by AND published_at < $by
    ORDER BY date, published_at, code, actor, reference"""
_EVENTS_OF_ALL = f"SELECT {_COLUMNS} FROM history WHERE date >= $since AND date < $by AND published_at < $by"
_DAYS = """
    SELECT p.id AS pair, h.date, h.known, c.id AS code
    FROM (SELECT least(actor, recipient) AS a, greatest(actor, recipient) AS b, date, left(code, 3) AS code,
                 min(published_at) AS known
          FROM history WHERE status = 'happened' GROUP BY ALL) h
    JOIN pairs p ON p.a = h.a AND p.b = h.b JOIN codes c ON c.code = h.code"""


def _dyad_days(db: duckdb.DuckDBPyConnection) -> DyadDays:
    """Grouped in the database, so that a hundred million rows need no more memory than their dyad days."""
    db.execute(
        "CREATE TEMP TABLE pairs AS SELECT row_number() OVER (ORDER BY a, b) - 1 AS id, a, b FROM "
        "(SELECT DISTINCT least(actor, recipient) AS a, greatest(actor, recipient) AS b FROM history WHERE status = 'happened')"
    )
    db.execute(
        "CREATE TEMP TABLE codes AS SELECT row_number() OVER (ORDER BY code) - 1 AS id, code FROM "
        "(SELECT DISTINCT left(code, 3) AS code FROM history)"
    )
    pairs = [(a, b) for a, b in db.execute("SELECT a, b FROM pairs ORDER BY id").fetchall()]
    bits = np.array([class_bits(c) for (c,) in db.execute("SELECT code FROM codes ORDER BY id").fetchall()], dtype=np.int64)
    found = db.execute(_DAYS).fetchnumpy()
    codes = np.asarray(found["code"], dtype=np.int64)
    return DyadDays.of_arrays(
        pairs, np.asarray(found["pair"], dtype=np.int64), _ordinals(found["date"]), _ordinals(found["known"]),
        bits[codes] if len(codes) else codes,
    )  # fmt: skip


def _ordinals(days: Any) -> Any:
    epoch = date(1970, 1, 1).toordinal()
    return np.asarray(days).astype("datetime64[D]").astype(np.int64) + epoch


def sources(folder: Path) -> list[Source]:
    """The sources in a history folder, by name; none where there is no such folder."""
    listed = (MANIFEST, _OLD_MANIFEST)
    found = sorted({p.parent for name in listed for p in folder.glob(f"*/{name}")}) if folder.is_dir() else []
    return [_source(f) for f in found]


def source_named(folder: Path, name: str | None) -> Source:
    """The source of that name, or the only one. Raises HistoryMissing."""
    known = sources(folder)
    if not known:
        raise HistoryMissing(f"there is no history in {folder}; add some with `detente history add FILE...`")
    if name is None and len(known) == 1:
        return known[0]
    for one in known:
        if one.name == name:
            return one
    names = ", ".join(s.name for s in known)
    found = "several histories" if name is None else f"no history {name!r}"
    raise HistoryMissing(f"{found} in {folder}; choose one with --source: {names}")


def add_file(
    folder: Path,
    file: Path,
    *,
    name: str | None = None,
    form: Format | None = None,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> tuple[Source, Imported, bool]:
    """Import a file into a source (by default named after its format). The last value is False where it was there already.

    A source holds files of one family of formats. Nothing is changed if the file is refused or the import broken off, and the
    same call goes on with the next file: those that are there already are known by their digest and not read again.
    """  # fmt: skip
    fresh = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _added(folder, file, name, form, skip_bad, progress)
    except BaseException:
        if fresh and not any(folder.iterdir()):
            folder.rmdir()
        raise


def _added(
    folder: Path, file: Path, name: str | None, form: Format | None, skip_bad: bool, progress: Progress | None
) -> tuple[Source, Imported, bool]:
    if name is not None and not _NAME.fullmatch(name):
        raise HistoryMissing(f"{name!r} cannot name a history; use small letters, digits, - and _, as 'icews'")
    digest = checked_digest(file)
    if known := _known(sources(folder), name, digest):
        return known[0], known[1], False
    _clear_broken_off(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=f"{SCRATCH}{os.getpid()}-") as scratch:
        rows = Path(scratch) / "rows.parquet"
        done = import_file(file, rows, form=form, skip_bad=skip_bad, digest=digest, progress=progress)
        source = _existing(folder / (name or _family(done.format)))
        others = {_family(f.format) for f in source.files} - {_family(done.format)}
        if others:
            raise HistoryMissing(
                f"history {source.name!r} holds {others.pop()}, and {file} is {done.format}; densities differ, so give it "
                "another --name"
            )
        source.folder.mkdir(exist_ok=True)
        os.replace(rows, source.folder / f"{done.digest[:16]}.parquet")
    _append_to_manifest(source, done)
    return Source(source.name, source.folder, (*source.files, done)), done, True


def _known(found: Sequence[Source], name: str | None, digest: str) -> tuple[Source, Imported] | None:
    """Where a file is already: in the source of that name, or else in the one that its format would name."""
    for source in found:
        for file in source.files:
            there = (source.folder / f"{digest[:16]}.parquet").exists()
            if file.digest == digest and source.name == (name or _family(file.format)) and there:
                return source, file
    return None


def _clear_broken_off(folder: Path) -> None:
    """What killed imports left; those that still run are left alone."""
    for left in folder.glob(f"{SCRATCH}*"):
        owner = left.name.removeprefix(SCRATCH).split("-")[0]
        if not owner.isdigit() or not _runs(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's
    return True


def remove_source(folder: Path, name: str) -> None:
    """Forget an imported source. Raises HistoryMissing."""
    shutil.rmtree(source_named(folder, name).folder)


def _family(form: str) -> str:
    return "gdelt" if form.startswith("gdelt") else "icews" if form.startswith("icews") else form.removesuffix("-raw")


def _existing(folder: Path) -> Source:
    listed = any((folder / name).exists() for name in (MANIFEST, _OLD_MANIFEST))
    return _source(folder) if listed else Source(folder.name, folder, ())


def _source(folder: Path) -> Source:
    old, path = folder / _OLD_MANIFEST, folder / MANIFEST
    try:
        rows = json.loads(old.read_text(encoding="utf-8"))["files"] if old.exists() else []
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # a last line without end was broken off
        rows += [json.loads(line) for line in whole.splitlines()]
        found = {row["digest"]: Imported(**row) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HistoryMissing(f"{path} cannot be read ({error}); remove the folder and add the files again") from error
    return Source(folder.name, folder, tuple(found.values()))


def _append_to_manifest(source: Source, done: Imported) -> None:
    """One line in one write, so that neither a crash nor another process that adds files loses what is there."""
    line = (json.dumps(asdict(done)) + "\n").encode()
    with (source.folder / MANIFEST).open("ab+", buffering=0) as stream:
        end = stream.seek(0, os.SEEK_END)
        whole = _whole_lines(stream, end)
        if whole < end:
            stream.truncate(whole)
        if (stream.write(line) or 0) < len(line):
            stream.truncate(whole)
            raise HistoryMissing(f"{source.folder / MANIFEST}: the disk is full; free some space and add the file again")


def _whole_lines(stream: Any, end: int) -> int:
    """Where the last whole line ends; what comes after it was broken off in the middle."""
    at = max(0, end - _LONGEST_LINE)
    stream.seek(at)
    return at + bytes(stream.read()).rfind(b"\n") + 1
