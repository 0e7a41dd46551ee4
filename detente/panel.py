"""From readings to dyad-day tables at scale: DuckDB over Parquet, in the columns of the ledger's export of days.

The ledger compares words to tell which reports belong to one happening, and does so anew for each day. This merges by type,
dyad, status and day alone, so it counts fewer happenings where the same two do the same thing twice within the window; and
it takes the voice of the first report for all. Who knew what when is kept: a day's value counts only what was printed by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from detente.errors import DetenteError

COLUMNS = (
    "date", "actor", "recipient", "actor_cow", "recipient_cow", "tension", "verbal_cooperation", "material_cooperation",
    "verbal_conflict", "material_conflict",
)  # fmt: skip
FORMS = {".parquet": "FORMAT parquet, COMPRESSION zstd", ".csv": "FORMAT csv, HEADER"}


class PanelImpossible(DetenteError, ValueError):
    """No panel can be made of what was given: names it and says what was expected."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the panel holds. `pair`: only between these two. `since`, `until`: inclusive; until the last printing day if None.

    window_days: reports of the same act whose days lie so close are one happening. memory_mb: DuckDB goes to disk beyond it.
    """

    pair: tuple[str, str] | None = None
    since: date | None = None
    until: date | None = None
    window_days: int = 1
    memory_mb: int = 2_048
    threads: int = 0


def write_panel(places: Sequence[str], out: Path, wanted: Wanted) -> int:
    """Write the table to a Parquet or CSV file, whole or not at all; gives the number of rows. Raises PanelImpossible."""
    if out.suffix not in FORMS:
        raise PanelImpossible(f"{out} is no form for a panel; the file may end in {', '.join(FORMS)}")
    partial = out.with_name(out.name + ".part")
    with _connected(wanted) as db:
        _make(db, _files(places), wanted)
        try:
            db.execute(
                f"COPY (SELECT {', '.join(COLUMNS)} FROM panel ORDER BY actor, recipient, date) TO ? ({FORMS[out.suffix]})",
                [str(partial)],
            )
            partial.replace(out)
        except OSError as error:
            raise PanelImpossible(f"{out} cannot be written: {(error.strerror or str(error)).lower()}") from None
        finally:
            partial.unlink(missing_ok=True)
        return int(db.execute("SELECT count(*) FROM panel").fetchone()[0])


def panel_rows(places: Sequence[str], wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The rows of the table, by actor, recipient and date; dates as ISO strings, as the ledger exports them."""
    with _connected(wanted) as db:
        _make(db, _files(places), wanted)
        found = db.execute(f"SELECT {', '.join(COLUMNS)} FROM panel ORDER BY actor, recipient, date")
        while row := found.fetchone():
            yield dict(zip(COLUMNS, row, strict=True))


def _connected(wanted: Wanted) -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise PanelImpossible("panels need duckdb; install it with: pip install 'detente[scale]'") from error
    config: dict[str, Any] = {"memory_limit": f"{wanted.memory_mb}MB"}
    if wanted.threads:
        config["threads"] = wanted.threads
    return duckdb.connect(":memory:", config=config)


def _files(places: Sequence[str]) -> list[str]:
    """Files of readings: those named, and those in folders."""
    found = [f for p in places for f in (sorted(map(str, Path(p).glob("*.parquet"))) if os.path.isdir(p) else [p])]
    missing = [f for f in found if "://" not in f and not os.path.isfile(f)]
    if missing or not found:
        where = (missing or list(places))[0]
        raise PanelImpossible(f"{where}: no readings there; expected Parquet files, as `detente read --out readings/` writes")
    return found


def _make(db: Any, found: list[str], wanted: Wanted) -> None:
    """Build the table `panel` step by step; each step is a view or table that can be looked at."""
    import duckdb

    db.execute("CREATE TABLE cow (code VARCHAR, number INTEGER)")
    db.executemany("INSERT INTO cow VALUES (?, ?)", [(r["code"], int(r["cow"])) for r in _rows("cow")])
    db.execute("CREATE TABLE weights (part VARCHAR, name VARCHAR, weight DOUBLE)")
    db.executemany(
        "INSERT INTO weights VALUES (?, ?, ?)", [(r["part"], r["name"], float(r["weight"])) for r in _rows("tension")]
    )
    one, other = wanted.pair or (None, None)
    db.execute("CREATE TABLE asked (one VARCHAR, other VARCHAR, since DATE, until DATE, window_days INTEGER)")
    db.execute("INSERT INTO asked VALUES (?, ?, ?, ?, ?)", [one, other, wanted.since, wanted.until, wanted.window_days])
    try:
        first, *steps = (files("detente.data") / "panel.sql").read_text(encoding="utf-8").split(";\n")
        db.execute(first, [found])
        for step in steps:
            if step.strip():
                db.execute(step)
    except duckdb.Error as error:
        raise PanelImpossible(f"the readings cannot be read: {str(error).splitlines()[0][:300]}") from None


def _rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a table of the relations; lines with # are remarks."""
    text = (files("detente.data") / "relations" / f"{name}.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]
    return (dict(zip(lines[0], row)) for row in lines[1:])
