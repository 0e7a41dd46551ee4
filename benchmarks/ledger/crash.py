"""Kills a writer again and again and looks what the ledger holds.

    python -m benchmarks.ledger.crash [--kills 200] [--seed 1]

A process imports 4,000 invented readings; it is killed (SIGKILL) after a random time, the ledger is opened, and then the next
process goes on. After each kill: every article that was reported as written is there, every article has its whole reading, all
of its events and statements, and SQLite finds no damage. A full ledger is put aside and a new one begun.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from detente.ledger import queries
from detente.ledger.clocks import moment
from detente.ledger.connection import open_ledger
from detente.ledger.exchange import readings_of
from detente.types import Reading

CRISIS = Path(__file__).parents[2] / "examples" / "crisis" / "readings.jsonl"
MANY = 4_000
WRITE = "import sys; from detente.cli import main; sys.argv = ['detente', 'import', sys.argv[1], '--to', sys.argv[2]]; main()"


def many_readings(number: int) -> list[Reading]:
    """Readings of the example crisis, each with its own id and address."""
    known = list(readings_of(str(CRISIS)))
    out = []
    for n in range(number):
        reading = known[n % len(known)]
        article = replace(
            reading.article, id=f"r{n}", url=f"https://example.org/{n}", publisher=f"{reading.article.publisher} {n}"
        )
        out.append(replace(reading, article=article))
    return out


def killed_run(readings: Path, ledger: Path, after_s: float) -> tuple[list[str], bool]:
    """Names that a writer reported before it was killed, and whether it was done before that."""
    command = [sys.executable, "-c", WRITE, str(readings), str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as writer:
        timer = threading.Timer(after_s, writer.kill)
        timer.start()
        assert writer.stdout is not None
        lines = writer.stdout.read().split("\n")[:-1]  # what follows the last line end was cut off by the kill
        timer.cancel()
    return [line.split()[-1] for line in lines], writer.returncode == 0


def check(ledger: Path, reported: set[str], expected: dict[str, Reading]) -> int:
    """How many articles the ledger holds. Raises AssertionError where one that was reported is missing, or one is not whole."""
    db = open_ledger(ledger, create=True)  # the kill may have come before the tables were made
    at = moment("2030-01-01")
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    rows = {a.name: a.row for a in queries.articles(db, known_by=at)}
    assert reported <= rows.keys(), f"missing: {sorted(reported - rows.keys())[:5]}"
    events = dict(db.execute("SELECT article, count(*) FROM events GROUP BY article").fetchall())
    statements = dict(db.execute("SELECT article, count(*) FROM statements GROUP BY article").fetchall())
    for name, row in rows.items():
        whole = expected[name]
        assert (events.get(row, 0), statements.get(row, 0)) == (len(whole.events), len(whole.statements)), name
    for name in random.sample(sorted(rows), min(20, len(rows))):
        assert queries.reading_in(db, rows[name], known_by=at) == expected[name], name
    db.close()
    return len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.ledger.crash")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    expected = {r.article.id: r for r in many_readings(MANY)}
    with tempfile.TemporaryDirectory() as folder:
        kills = killed_again_and_again(Path(folder), expected, given.kills)
    print(f"{kills} kills: nothing that was reported as written is missing, nothing half-written shows")


def killed_again_and_again(folder: Path, expected: dict[str, Reading], wanted: int) -> int:
    readings = folder / "readings.jsonl"
    readings.write_text("".join(json.dumps(r.to_dict()) + "\n" for r in expected.values()), encoding="utf-8")
    kills, full, reported = 0, 0, set[str]()
    while kills < wanted:
        ledger = folder / f"{full}.ledger"
        names, done = killed_run(readings, ledger, random.uniform(0.2, 3.0))
        reported |= set(names)
        kills += not done
        held = check(ledger, reported, expected) if ledger.exists() and ledger.stat().st_size else 0
        print(f"kill {kills}: {held:,} articles whole", flush=True)
        if done:
            full, reported = full + 1, set()
    return kills


if __name__ == "__main__":
    main()
