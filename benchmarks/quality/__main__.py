"""How good readings are against annotated corpora, and whether they stay as good as they were.

    python -m benchmarks.quality CORPORA [--only NAME ...] [--documents N] [--threads N] [--raise-floors]

CORPORA is a folder of corpora; one that is not there is skipped by name. Prints a table of rates in percent beside their
floors (`floors.json`) and exits with 1 where one is below. Floors hold for whole corpora: with --documents they are shown
and not enforced. --raise-floors writes what was reached, less a margin for noise, where that is above the floor.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality import events, spans, statements, status
from benchmarks.quality.rates import Rates, Row, rows
from detente.read.reader import read_many
from detente.types import Article, Reading

FLOORS = Path(__file__).with_name("floors.json")
MARGIN = 0.5  # points: threads and library versions move a rate by less
LOWER_IS_BETTER = {"without an event"}
HELD_OUT = 10  # of corpora without a dev half every tenth row is not trained on


@dataclass(frozen=True)
class Task:
    """A corpus, its articles, and how readings of them are measured."""

    path: str
    load: Callable[[Path], list[Row]]
    measure: Callable[[Path, Sequence[Row], Sequence[Row]], Rates]
    read: bool = True  # whether whole readings are measured


def _held_out(path: Path) -> list[Row]:
    return rows(path)[::HELD_OUT]


def _pairs(path: Path) -> list[Row]:
    return [{**row, "id": str(k), "text": row["sentence"]} for k, row in enumerate(_held_out(path))]


def _labelled(path: Path) -> list[Row]:
    """Sentences of BABE on which its annotators agreed; training counts every tenth of these."""
    return [row for row in rows(path) if row["bias"] in {"Biased", "Non-biased"}][::HELD_OUT]


def _events(path: Path, articles: Sequence[Row], readings: Sequence[Row]) -> Rates:
    by_id = {a["id"]: r for a, r in zip(articles, readings, strict=True)}
    return events.events([g for g in rows(path.with_name("dev.jsonl")) if g["doc"] in by_id], by_id)


def _statements(_: Path, golds: Sequence[Row], readings: Sequence[Row]) -> Rates:
    return statements.attribution(golds, readings) | statements.speakers(golds, readings)


TASKS = {
    "polnear": Task("polnear/dev.jsonl.gz", rows, lambda _, g, r: statements.attribution(g, r)),
    "statements": Task("statements/dev.jsonl", rows, _statements),
    "times": Task("timeml/aquaint.jsonl.gz", rows, lambda _, g, r: spans.times(g, r)),
    "events": Task("events/dev_articles.jsonl", rows, _events),
    "pairs": Task("plover/plv_train.jsonl", _pairs, lambda _, g, r: events.pairs(g, r)),
    "uds": Task("factuality/uds_ih2_dev.jsonl.gz", rows, lambda _, g, r: status.uds(g), False),
    "meantime": Task("factuality/meantime.jsonl.gz", rows, lambda _, g, r: status.meantime(g), False),
    "loaded": Task("bias/babe_sg2.jsonl", _labelled, lambda _, g, r: spans.loaded(g, r)),
}


def read_rows(golds: Sequence[Row], threads: int) -> list[Row]:
    """Readings of gold rows as JSON, in their order; a refusal counts as an empty reading."""
    articles = [Article(g["id"], g["text"], g.get("title"), published_at(g)) for g in golds]
    found = read_many(articles, threads=threads)
    return [r.to_dict() if isinstance(r, Reading) else Reading(a, "").to_dict() for a, r in zip(articles, found, strict=True)]


def published_at(row: Row) -> str | None:
    """When a document was published: under the name that its corpus gives it."""
    value = row.get("published_at") or row.get("date") or (row.get("dct") or {}).get("value")
    return str(value) if value and len(str(value)) >= 10 else None


def report(name: str, measured: Rates, floors: Rates) -> list[str]:
    """Prints the rates of one task; the names of those below their floor."""
    below = []
    print(f"\n{name}")
    for rate, value in measured.items():
        floor = floors.get(rate)
        missed = floor is not None and (value > floor if rate in LOWER_IS_BETTER else value < floor)
        print(
            f"  {rate:<26}{value:6.1f}"
            + (f"   floor {floor:.1f}" if floor is not None else "")
            + ("   BELOW" if missed else "")
        )
        below += [f"{name}: {rate}"] if missed else []
    return below


def raised(floors: dict[str, Rates], measured: dict[str, Rates]) -> dict[str, Rates]:
    """Floors moved up to what was reached, never down."""
    out = {name: dict(rates) for name, rates in floors.items()}
    for name, rates in measured.items():
        own = out.setdefault(name, {})
        for rate, value in rates.items():
            down = rate in LOWER_IS_BETTER
            reached = round(value + MARGIN if down else max(0.0, value - MARGIN), 1)
            own[rate] = (min if down else max)(reached, own.get(rate, reached))
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.quality", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--only", nargs="*", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--documents", type=int, help="only the first N of each corpus; floors are not enforced")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--raise-floors", action="store_true")
    given = parser.parse_args(arguments)
    floors: dict[str, Rates] = json.loads(FLOORS.read_text(encoding="utf-8"))
    measured, below = _run(given.corpora, given.only, given.documents, given.threads, floors)
    if given.raise_floors and not given.documents:
        FLOORS.write_text(json.dumps(raised(floors, measured), indent=1) + "\n", encoding="utf-8")
    for line in below:
        print(f"below its floor: {line}", file=sys.stderr)
    return 1 if (below and not given.documents) or not measured else 0


def _run(
    corpora: Path, names: Sequence[str], documents: int | None, threads: int, floors: dict[str, Rates]
) -> tuple[dict[str, Rates], list[str]]:
    measured: dict[str, Rates] = {}
    below: list[str] = []
    for name in names:
        task, path = TASKS[name], corpora / TASKS[name].path
        if not path.exists():
            print(f"\n{name}: skipped, {path} is not there", file=sys.stderr)
            continue
        golds = task.load(path)[:documents]
        start = time.perf_counter()
        readings = read_rows(golds, threads) if task.read else []
        seconds = time.perf_counter() - start
        measured[name] = task.measure(path, golds, readings)
        below += report(f"{name} ({len(golds)} documents, {seconds:.0f} s)", measured[name], floors.get(name, {}))
    return measured, below


if __name__ == "__main__":
    sys.exit(main())
