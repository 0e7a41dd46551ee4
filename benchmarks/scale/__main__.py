"""Many articles from JSON lines to Parquet: words per second from start to end, memory over time, and being killed.

    python -m benchmarks.scale FILE [--articles 100000] [--workers 2] [--cluster local] [--kills 10] [--seed N] [--keep FOLDER]

FILE is JSON lines of articles ({"id", "text"}), gzipped or not, repeated with other ids until there are enough. The command
`detente read` runs as a user would run it. The memory is that of all its processes together (proportional set size), looked
at every second; the last quarter beside the second one shows whether it grows. With --kills the run is killed so often at
random moments (SIGKILL, all processes at once) and resumed; then every article must be there exactly once. Runs on Linux.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Memory:
    """MiB of a process and all below it, each second."""

    mib: list[float] = field(default_factory=list)

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            self.mib.append(sum(_pss(pid) for pid in _tree(process.pid)) / 1024)
            time.sleep(1.0)

    def quarter(self, n: int) -> float:
        size = max(1, len(self.mib) // 4)
        part = self.mib[n * size : (n + 1) * size] or [0.0]
        return sum(part) / len(part)


def _tree(pid: int) -> list[int]:
    """The process and its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


def make(source: Path, number: int, target: Path) -> int:
    """Write `number` articles, those of `source` again and again under other ids; gives the number of words."""
    data = source.read_bytes()
    rows = [
        json.loads(line) for line in (gzip.decompress(data) if source.suffix == ".gz" else data).splitlines() if line.strip()
    ]
    words = 0
    with target.open("w", encoding="utf-8") as stream:
        for n, row in enumerate(islice(cycle(rows), number)):
            words += len(row["text"].split())
            stream.write(json.dumps({"id": f"{row['id']}-{n}", "title": row.get("title"), "text": row["text"]}) + "\n")
    return words


def command(articles: Path, out: Path, given: Any) -> list[str]:
    how = ["--cluster", given.cluster] if given.cluster else []
    options = ["--out", str(out), "--workers", str(given.workers), "--keep-duplicates", *how]
    return [sys.executable, "-c", "from detente.cli import main; main()", "read", str(articles), *options]


def start(call: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with log.open("ab") as stream:
        return subprocess.Popen(call, stdout=stream, stderr=stream, env=environment, start_new_session=True)


def measure(call: Sequence[str], words: int, log: Path) -> None:
    """One run from start to end."""
    begun = time.monotonic()
    process, memory = start(call, log), Memory()
    watcher = threading.Thread(target=memory.watch, args=(process,))
    watcher.start()
    if process.wait():
        raise SystemExit(f"the run failed:\n{log.read_text(errors='replace')[-2000:]}")
    seconds = time.monotonic() - begun
    watcher.join()
    print(f"{words:,} words in {seconds:,.0f} s: {words / seconds:,.0f} words/s from start to Parquet")
    quarters = " ".join(f"{memory.quarter(n):,.0f}" for n in range(4))
    print(f"memory of all processes: highest {max(memory.mib):,.0f} MiB; mean of each quarter {quarters} MiB", flush=True)


def kill_and_resume(call: Sequence[str], kills: int, longest_s: float, log: Path, chance: random.Random) -> None:
    """Kill the run so often, each time after a random while; then let it end."""
    for n in range(kills):
        process = start(call, log)
        try:
            process.wait(timeout=chance.uniform(1.0, longest_s))
            print(f"run {n + 1} ended before it was killed")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if start(call, log).wait():
        raise SystemExit(f"the last run failed:\n{log.read_text(errors='replace')[-2000:]}")


def check(articles: Path, out: Path) -> None:
    """Every article is there exactly once, each in a shard that can be read."""
    import pyarrow.parquet as pq

    with articles.open(encoding="utf-8") as stream:
        wanted = sorted(json.loads(line)["id"] for line in stream)
    shards = sorted(out.glob("*.parquet"))
    found = sorted(name for shard in shards for name in pq.read_table(shard, columns=["id"])["id"].to_pylist())
    print(f"{len(found):,} readings of {len(wanted):,} articles in {len(shards)} files; exactly once: {found == wanted}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scale")
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cluster")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--longest", type=float, default=30.0, help="seconds after which a run is killed at the latest")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep articles and readings in this folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        articles, out, log = folder / "articles.jsonl", folder / "readings", folder / "log.txt"
        words = make(given.file, given.articles, articles)
        call = command(articles, out, given)
        if given.kills:
            kill_and_resume(call, given.kills, given.longest, log, random.Random(given.seed))
        else:
            measure(call, words, log)
        check(articles, out)


if __name__ == "__main__":
    main()
