"""How near a panel comes to the ledger's own days.

    python -m benchmarks.scale.panel READINGS --pair STATE STATE

READINGS is JSON lines as `detente read --format jsonl` writes them. Both ways are told the same readings and asked for the
tension and counts of each day; printed are the days on which both have a value, how they correlate, and how far they are apart.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import correlation, mean
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scale.panel")
    parser.add_argument("readings")
    parser.add_argument("--pair", nargs=2, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ledger, panel = both(given.readings, tuple(given.pair), Path(folder))
    days = [key for key in ledger if key in panel and None not in (ledger[key]["tension"], panel[key]["tension"])]
    ours, theirs = ([rows[key]["tension"] for key in days] for rows in (panel, ledger))
    apart = mean(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    print(f"{len(days)} days with a value in both; correlation {correlation(ours, theirs):.3f}")
    print(f"mean distance {apart:.2f}, where the ledger's mean size is {mean(map(abs, theirs)):.2f}")
    for name, rows in (("ledger", ledger), ("panel", panel)):
        print(f"happenings of the {name}: {[sum(row[quad] for row in rows.values()) for quad in QUADS]}")


QUADS = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")


def both(file: str, pair: Any, folder: Path) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Rows by date and actor: of a ledger's export, and of a panel, as of the last day on which something was printed."""
    from detente.ledger.clocks import moment
    from detente.ledger.connection import open_ledger
    from detente.ledger.exchange import readings_of
    from detente.ledger.write import write_readings
    from detente.panel import Wanted, panel_rows
    from detente.read.article import Received
    from detente.relations.export import Selection, day_rows
    from detente.shards import Shards, read_into

    readings = list(readings_of(file))
    last = max(r.article.published_at[:10] for r in readings if r.article.published_at)
    found = iter(readings)
    items = [Received(r.article) for r in readings]
    list(read_into(Shards(str(folder / "readings")), items, lambda given: (next(found) for _ in given), done=set()))
    db = open_ledger(folder / "a.ledger", create=True)
    list(write_readings(db, readings, now=datetime.now(UTC)))
    exported = day_rows(db, Selection(moment(last), pair))
    panel = panel_rows([str(folder / "readings")], Wanted(pair=pair, until=date.fromisoformat(last)))
    return tuple({(row["date"], row["actor"]): row for row in rows} for rows in (exported, panel))  # type: ignore[return-value]


if __name__ == "__main__":
    main()
