"""One file of event data into one Parquet file of rows between states: streamed by DuckDB, whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import re
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError
from detente.forecast.database import breaking_off, connect, failures
from detente.forecast.fold import States, shipped_states
from detente.forecast.formats import SEPARATOR, Format, recognise
from detente.read.actor_tables import fold as folded
from detente.read.codebook import plover_cameo

if TYPE_CHECKING:
    import duckdb

MEMORY = "1GB"
_TICK_S = 0.5
_CHUNK = 1 << 20
_LEDGER_PUBLISHERS = 'coalesce(try_cast(trim("independent_publishers") AS INTEGER), 1)'
Progress = Callable[[float], None]
_DROPPED = ("no date", "no known event code", "no state on one side or both", "a state with itself")


class HistoryRefused(DetenteError, ValueError):
    """A file of event data that was not imported. Nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: rows read, rows kept, rows dropped by reason; the days that the kept ones span."""

    file: str
    digest: str
    format: str
    read: int
    kept: int
    dropped: dict[str, int]
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A text file that DuckDB can read, with what its first line says."""

    path: Path
    format: Format
    header: tuple[str, ...]
    delimiter: str


def import_file(
    source: Path,
    target: Path,
    *,
    form: Format | None = None,
    states: States | None = None,
    skip_bad: bool = False,
    digest: str | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Write the rows between states of `source` to the Parquet file `target`. Raises HistoryRefused.

    skip_bad: leave out lines that have too few or too many columns, instead of refusing the file. digest: of the file, where it
    has been checked already. progress: told now and then which share has been read.
    """  # fmt: skip
    digest = digest or checked_digest(source)
    with breaking_off(), _opened(source, form) as opened, _connection(target.parent) as db:
        try:
            with _watched(db, progress):
                db.execute(f"COPY ({_given(opened, skip_bad)}) TO '{_quoted(_staged(target))}' (FORMAT parquet)")
            return _imported(db, opened, source, target, digest, states or shipped_states())
        except failures() as error:
            raise HistoryRefused(f"{source}: {_explained(error, opened)}; nothing was imported") from error


def _staged(target: Path) -> Path:
    """The text is read once; its columns wait beside the target for what comes after."""
    return target.with_suffix(".staged")


@contextmanager
def _watched(db: duckdb.DuckDBPyConnection, progress: Progress | None) -> Iterator[None]:
    """Tell how far the statement in the block is."""
    if progress is None:
        yield
        return
    db.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_TICK_S):
            progress(max(0.0, min(1.0, db.query_progress() / 100)))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _imported(
    db: duckdb.DuckDBPyConnection, opened: _Opened, source: Path, target: Path, digest: str, states: States
) -> Imported:
    db.execute(f"CREATE VIEW given AS SELECT * FROM read_parquet('{_quoted(_staged(target))}')")
    form = opened.format
    _write_actors(db, form, states)
    _write_codes(db, form)
    db.execute(f"COPY ({_ROWS}) TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd)")
    counts = _one(db, _COUNTS)
    kept, first, last = _one(db, f"SELECT count(*), min(date), max(date) FROM read_parquet('{_quoted(target)}')")
    if counts[0] and counts[1] == counts[0]:
        raise HistoryRefused(f"{source}: no row has a date that can be read; is it really {form.title}? nothing was imported")
    _staged(target).unlink()
    dropped = dict(zip(_DROPPED, counts[1:], strict=True))
    return Imported(
        source.name, digest, form.name, counts[0], kept, {k: v for k, v in dropped.items() if v},
        str(first) if first else None, str(last) if last else None,
    )  # fmt: skip


_EVENTS = """
    SELECT g.*, c.cameo, a.state AS actor_state, r.state AS recipient_state
    FROM given g LEFT JOIN codes c ON c.code = g.code
    LEFT JOIN actors a ON a.key = g.actor AND g.date BETWEEN a.since AND a.until
    LEFT JOIN actors r ON r.key = g.recipient AND g.date BETWEEN r.since AND r.until"""
_ROWS = f"""
    SELECT date, greatest(coalesce(published_at, date), date) AS published_at, actor_state AS actor,
           recipient_state AS recipient, cameo AS code, status, publishers, reference
    FROM ({_EVENTS})
    WHERE date IS NOT NULL AND cameo IS NOT NULL AND actor_state <> recipient_state"""
_COUNTS = f"""
    SELECT count(*), count(*) FILTER (date IS NULL), count(*) FILTER (date IS NOT NULL AND cameo IS NULL),
           count(*) FILTER (date IS NOT NULL AND cameo IS NOT NULL AND (actor_state IS NULL OR recipient_state IS NULL)),
           count(*) FILTER (date IS NOT NULL AND cameo IS NOT NULL AND actor_state = recipient_state)
    FROM ({_EVENTS})"""


def _given(opened: _Opened, skip_bad: bool) -> str:
    """The file as columns of our own names; nothing is interpreted but dates."""
    form = opened.format
    quote = '"' if opened.delimiter == "," else form.quote
    columns = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}': 'VARCHAR'" for name in opened.header)
    reader = (
        f"read_parquet('{_quoted(opened.path)}')" if opened.path.suffix == ".parquet" else
        f"read_csv('{_quoted(opened.path)}', delim='{opened.delimiter}', header={str(not form.columns).lower()}, "
        f"quote='{quote}', escape='{quote}', auto_detect=false, ignore_errors={str(skip_bad).lower()}, "
        f"encoding='{form.encoding}', columns={{{columns}}})"
    )  # fmt: skip
    # What a ledger writes in the columns of others tells more than they do.
    status = '"status"' if "status" in opened.header else form.status
    publishers = _LEDGER_PUBLISHERS if "independent_publishers" in opened.header else form.publishers
    return (
        f"SELECT CAST({form.date} AS DATE) AS date, CAST({form.published} AS DATE) AS published_at, {form.actor} AS actor, "
        f"{form.recipient} AS recipient, {form.code} AS code, {status} AS status, {publishers} AS publishers, "
        f"{form.reference} AS reference FROM {reader}"
    )


def _write_actors(db: duckdb.DuckDBPyConnection, form: Format, states: States) -> None:
    """Fold every actor of the file once. Terms of office of one name in one state are joined, so that no row doubles."""
    db.execute("CREATE TABLE actors (key VARCHAR, state VARCHAR, since DATE, until DATE)")
    keys = db.execute(
        "SELECT DISTINCT k FROM (SELECT actor AS k FROM given UNION ALL SELECT recipient FROM given) WHERE k <> ''"
    )
    found: list[tuple[Any, ...]] = []
    while some := keys.fetchmany(10_000):
        found += [(key, m.state, m.since, m.until) for (key,) in some for m in _distinct(form.fold(states, key))]
    if found:
        db.executemany("INSERT INTO actors VALUES (?, ?, ?, ?)", found)


def _distinct(members: Iterable[Any]) -> list[Any]:
    """Memberships whose days do not overlap: of two that do, the one that begins first is kept."""
    kept: list[Any] = []
    for member in sorted(members, key=lambda m: (m.since, m.until)):
        if not any(member.since <= k.until and k.since <= member.until for k in kept):
            kept.append(member)
    return kept


def _write_codes(db: duckdb.DuckDBPyConnection, form: Format) -> None:
    db.execute("CREATE TABLE codes (code VARCHAR, cameo VARCHAR)")
    codes = [code for (code,) in db.execute("SELECT DISTINCT code FROM given WHERE code IS NOT NULL").fetchall()]
    weis = form.codes == "keds" and any(code[:2] in ("21", "22") for code in codes)
    read = _plover if form.codes == "plover" else _weis if weis else _cameo
    rows = [(code, cameo) for code in codes if (cameo := read(code))]
    if rows:
        db.executemany("INSERT INTO codes VALUES (?, ?)", rows)


def _cameo(code: str) -> str | None:
    """CAMEO written with or without its leading zero ("40" is 040, "190" is 190)."""
    digits = code.strip()
    if not re.fullmatch(r"\d{1,4}", digits):
        return None
    padded = digits if len(digits) > 1 and 1 <= int(digits[:2]) <= 20 else f"0{digits}"
    return padded if 1 <= int(padded[:2]) <= 20 else None


def _weis(code: str) -> str | None:
    table = _weis_table()
    return next((table[code[:n]] for n in (3, 2) if code[:n] in table), None)


def _weis_table() -> dict[str, str]:
    lines = (files("detente.data") / "forecast" / "weis.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in [x for x in lines if x and not x.startswith("#")][1:])


def _plover(code: str) -> str | None:
    kind, _, mode = code.partition(SEPARATOR)
    return plover_cameo(kind, folded(mode) or None)


def checked_digest(source: Path) -> str:
    """SHA-256 of the file; refuses archives that are broken or cut off before anything is read from them."""
    try:
        if source.suffix == ".gz":
            with gzip.open(source, "rb") as packed:
                _read_through(packed)
        digest = hashlib.sha256()
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()
    except FileNotFoundError as error:
        raise HistoryRefused(f"{source}: there is no such file") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise HistoryRefused(
            f"{source}: the gzip archive is broken or cut off ({error}); fetch it again; nothing was imported"
        ) from error
    except OSError as error:
        raise HistoryRefused(f"{source}: cannot be read: {(error.strerror or str(error)).lower()}") from error


def _read_through(stream: Any) -> None:
    while stream.read(_CHUNK):
        pass


@contextmanager
def _opened(source: Path, form: Format | None) -> Iterator[_Opened]:
    """The file, unpacked where it is a ZIP archive, with its format found out."""
    if source.suffix != ".zip":
        yield _recognised(source, source, form)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield _recognised(_unzipped(source, Path(folder)), source, form)


def _unzipped(source: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(source) as archive:
            names = [n for n in archive.namelist() if not n.endswith("/")]
            if len(names) != 1:
                raise HistoryRefused(
                    f"{source}: the archive holds {len(names)} files; expected one; unpack it and add the files"
                )
            unpacked = folder / f"unpacked{Path(names[0]).suffix}"
            with archive.open(names[0]) as packed, unpacked.open("wb") as plain:
                while chunk := packed.read(_CHUNK):
                    plain.write(chunk)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise HistoryRefused(f"{source}: the ZIP archive is broken or cut off ({error}); nothing was imported") from error
    return unpacked


def _recognised(path: Path, source: Path, form: Format | None) -> _Opened:
    if path.suffix == ".parquet":
        names = _parquet_columns(path)
        return _Opened(path, form or recognise(str(source), "\t".join(names), "\t"), names, "\t")
    line = _first_line(path)
    if not line.strip():
        raise HistoryRefused(f"{source}: the file is empty")
    delimiter = "\t" if "\t" in line else ","
    found = form or recognise(str(source), line, delimiter)
    cells = tuple(c.strip().strip('"').lstrip("\ufeff") for c in line.rstrip("\r\n").split(delimiter))
    if set(found.needs) - set(cells):
        lacking = ", ".join(sorted(set(found.needs) - set(cells)))
        raise HistoryRefused(f"{source}: not {found.title}: the first line lacks {lacking}")
    if found.columns and found.columns[0] == "GLOBALEVENTID" and len(cells) != len(found.columns):
        raise HistoryRefused(f"{source}: not {found.title}: {len(cells)} columns; expected {len(found.columns)}")
    return _Opened(path, found, found.columns[: len(cells)] or cells, delimiter)


def _first_line(path: Path) -> str:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", errors="replace") as stream:
        return str(stream.readline(_CHUNK))


def _parquet_columns(path: Path) -> tuple[str, ...]:
    try:
        with connect() as db:
            described = db.execute(f"DESCRIBE SELECT * FROM read_parquet('{_quoted(path)}')").fetchall()
    except failures() as error:
        raise HistoryRefused(f"{path}: the Parquet file is broken or cut off; nothing was imported") from error
    return tuple(str(row[0]) for row in described)


@contextmanager
def _connection(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that spills to disk beside the target when it needs more."""
    with tempfile.TemporaryDirectory(dir=folder) as spill, connect() as db:
        db.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{_quoted(Path(spill))}'")
        db.execute("SET preserve_insertion_order = false")
        yield db


def _one(db: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = db.execute(query).fetchone()
    assert row is not None
    return tuple(row)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _explained(error: Exception, opened: _Opened) -> str:
    """DuckDB's long message as one sentence for people."""
    text = str(error)
    line = re.search(r"on Line: (\d+)", text)
    columns = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if line and columns:
        expected, found = columns.groups()
        return (
            f"line {line[1]} has {found} columns where {opened.format.title} has {expected}; the file is cut off or mixes "
            "formats (--skip-bad leaves such lines out)"
        )
    first = text.splitlines()[0].strip()
    return f"line {line[1]} cannot be read: {first}" if line else f"cannot be read: {first}"
