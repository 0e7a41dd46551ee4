"""Where the time goes, stage by stage, on one core.

    python -m benchmarks.speed.stages FILE [--articles 500]

FILE is JSON lines of articles, or anything else that `detente read` takes. Stages follow each other here, so that each can be
timed by itself; `read_many` runs the model beside the rest. Seconds are those that the process computes, so that other work on
the machine weighs little. Prints seconds, share and words per second of each stage.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.speed.stages")
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", type=int, default=500)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:1]))
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        seconds[name] = seconds.get(name, 0.0) + time.process_time() - begun

    words = run(given.file, given.articles, stage)
    total = sum(seconds.values())
    for name, taken in seconds.items():
        print(f"{name:<28}{taken:>8.2f} s{100 * taken / total:>7.1f} %{words / taken:>14,.0f} words/s")
    print(f"{'all':<28}{total:>8.2f} s{100:>7.1f} %{words / total:>14,.0f} words/s")


def run(file: Path, number: int, stage: Callable[[str], object]) -> int:
    """The whole way of `number` articles; gives their words."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from detente.intake.duplicates import Duplicates
    from detente.intake.languages import language_of
    from detente.intake.origins import find_articles
    from detente.intake.sealed import Sealed, open_sealed
    from detente.read import reader
    from detente.read.encoder import shipped_encoder
    from detente.shards import row_of
    from detente.types import Article

    encoder, table = shipped_encoder(1), reader.actor_table(None)
    list(reader.read_many([Article("warm-up", "Ilan Torvek said the talks had failed.")], threads=1))
    with stage("take in"):  # type: ignore[attr-defined]
        items = list(islice(find_articles([file]), number))
    with stage("open documents"):  # type: ignore[attr-defined]
        opened = [open_sealed(one) if isinstance(one, Sealed) else one for one in items]
    received = [one for one in opened if hasattr(one, "article")]
    words = sum(len(one.article.text.split()) for one in received)
    with stage("language and duplicates"):  # type: ignore[attr-defined]
        known = Duplicates()
        for one in received:
            language_of(one.article.text)
            known.refused(one.article)
    readings = []
    for group in reader._groups(received, table):
        prepared = [one for one in group if isinstance(one, reader._Prepared)]
        with stage("model"):  # type: ignore[attr-defined]
            rows = encoder.encode([one.shown for one in prepared])
        with stage("everything after the model"):  # type: ignore[attr-defined]
            readings += [reader._assemble(one, row, encoder, table) for one, row in zip(prepared, rows, strict=True)]
    with stage("JSON"):  # type: ignore[attr-defined]
        found = [row_of("0", reading) for reading in readings]
    with stage("Parquet"):  # type: ignore[attr-defined]
        pq.write_table(pa.Table.from_pylist(found), io.BytesIO(), compression="zstd")
    assert json.loads(found[0]["reading"])
    return words


if __name__ == "__main__":
    main()
