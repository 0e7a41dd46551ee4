"""Words per second and peak memory of reading, beside a parser of the same text in the same run.

    python -m benchmarks.speed FILE [--spacy PYTHON] [--documents N] [--cores 1 2] [--rounds N]

FILE is JSON lines of articles ({"id", "text"}), gzipped or not. Words are those between blanks. Every run is a process of
its own, held to the given number of cores; the rounds of reader and yardstick alternate and the fastest counts. With
twice the articles a third run shows whether memory grows with their number.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    """One timed run; `peak_mib` is the largest resident size of its process."""

    words: int
    seconds: float
    peak_mib: float
    found: int

    @property
    def words_per_s(self) -> float:
        return self.words / self.seconds


def run(python: str, script: str, file: Path, cores: int) -> Run:
    """A run in a process of its own."""
    command = [python, str(HERE / script), str(file), str(cores)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1], env=_environment())
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def _environment() -> dict[str, str]:
    """The caller's, with the package of this checkout first."""
    return {**os.environ, "PYTHONPATH": str(HERE.parents[1])}


def articles(path: Path, limit: int | None) -> list[dict[str, object]]:
    """The articles of a file, without what annotators added."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    found = [json.loads(line) for line in text.split("\n") if line.strip()]
    return [{"id": row["id"], "text": row["text"]} for row in found[:limit]]


def written(rows: Sequence[dict[str, object]], folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def compare(file: Path, cores: int, rounds: int, spacy: str | None) -> None:
    """Prints a line for the reader, one for the yardstick, and their ratio."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(run(sys.executable, "reader_run.py", file, cores))
        if spacy:
            theirs.append(run(spacy, "spacy_run.py", file, cores))
    best = max(ours, key=lambda r: r.words_per_s)
    show("detente", cores, best)
    if theirs:
        yardstick = max(theirs, key=lambda r: r.words_per_s)
        show("spaCy", cores, yardstick)
        print(f"{'ratio':<10}{cores:>5}{best.words_per_s / yardstick.words_per_s:>12.2f}")


def show(name: str, cores: int, found: Run) -> None:
    print(f"{name:<10}{cores:>5}{found.words_per_s:>12,.0f}{found.seconds:>10.1f}{found.peak_mib:>12.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.speed")
    parser.add_argument("file", type=Path)
    parser.add_argument("--spacy", help="python of an environment with spaCy; without it there is no yardstick")
    parser.add_argument("--documents", type=int)
    parser.add_argument("--cores", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    found = articles(given.file, given.documents)
    print(f"{len(found)} articles, {sum(len(str(a['text']).split()) for a in found):,} words")
    print(f"{'':<10}{'cores':>5}{'words/s':>12}{'seconds':>10}{'peak MiB':>12}")
    with tempfile.TemporaryDirectory() as folder:
        once = written(found, Path(folder), "once.jsonl")
        for cores in given.cores:
            compare(once, cores, given.rounds, given.spacy)
        twice = written([*found, *({**a, "id": f"{a['id']}-again"} for a in found)], Path(folder), "twice.jsonl")
        show("twice", given.cores[-1], run(sys.executable, "reader_run.py", twice, given.cores[-1]))


if __name__ == "__main__":
    main()
