"""Seconds to write readings, milliseconds of briefs and searches, and bytes for each article.

    python -m benchmarks.ledger READINGS.jsonl [--pairs N] [--as-of DATE]

READINGS are JSON lines of `detente read --format jsonl`, gzipped or not. Briefs are asked for of the busiest pairs of states,
once with an empty cache and once more; searches are for words that stand in many statements and in few.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from detente.ledger import queries
from detente.ledger.clocks import moment, unstamp
from detente.ledger.connection import open_ledger
from detente.ledger.exchange import readings_of
from detente.ledger.search import search
from detente.ledger.write import write_readings
from detente.read.actor_tables import shipped_rows
from detente.relations.brief import brief

SEARCHES = (
    "talks",
    "said",
    "trade deficit",
    '"interest rates"',
    "oil pric*",
    "ceasefire",
    "security guarantees",
    "wheat subsidies",
)


def milliseconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - started)


def show(what: str, found: Iterable[float]) -> None:
    values = sorted(found)
    worst = values[int(0.95 * (len(values) - 1))]
    print(f"{what:<34}{statistics.median(values):>10.1f}{worst:>10.1f}{values[-1]:>10.1f}{len(values):>6}", flush=True)


def busiest(db: sqlite3.Connection, known_by: datetime, most: int) -> list[tuple[str, str]]:
    """The pairs of states with the most reports."""
    states = {row["code"] for row in shipped_rows("states")}
    counts: Counter[tuple[str, str]] = Counter()
    for report in queries.all_reports(db, known_by=known_by):
        codes = sorted(report.codes & states)
        counts.update((a, b) for i, a in enumerate(codes) for b in codes[i + 1 :])
    return [pair for pair, _ in counts.most_common(most)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.ledger")
    parser.add_argument("readings")
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--as-of")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.ledger"
        db = open_ledger(path, create=True)
        started = time.perf_counter()
        number = sum(1 for _ in write_readings(db, readings_of(given.readings), now=datetime.now(UTC)))
        took = time.perf_counter() - started
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        print(f"{number:,} readings written in {took:.1f} s, {number / took:,.0f} in a second")
        print(f"{path.stat().st_size / 1e6:,.1f} MB, {path.stat().st_size / number / 1000:.1f} kB for each article")
        ask(db, path, given.pairs, given.as_of)


def ask(db: sqlite3.Connection, path: Path, pairs: int, as_of: str | None) -> None:
    """Prints a line for each kind of question: median, 95th percentile and slowest in milliseconds, number of questions."""
    last = queries.stock(db, known_by=datetime.now(UTC)).last_of_all
    known_by = moment(as_of) if as_of else unstamp(last or "2000-01-01T00:00:00Z")
    chosen = busiest(db, known_by, pairs)
    print(f"{'milliseconds':<34}{'median':>10}{'95 %':>10}{'slowest':>10}{'n':>6}")
    for what in ("brief, first time", "brief, again"):
        show(what, [milliseconds(lambda p=p: brief(db, *p, known_by=known_by)) for p in chosen])  # type: ignore[misc]
    show("search", [milliseconds(lambda w=w: search(db, w, known_by=known_by)) for w in SEARCHES for _ in range(5)])  # type: ignore[misc]
    show("open", [milliseconds(lambda: open_ledger(path).close()) for _ in range(10)])


if __name__ == "__main__":
    main()
