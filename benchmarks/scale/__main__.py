"""Many articles from JSON lines to Parquet: words per second from start to end, memory over time, and being killed.

    python -m benchmarks.scale FILE [--articles 100000] [--workers 2] [--kills 10] [--keep FOLDER]
                                    [--cluster local | --nodes 2] [--victims all driver actor] [--seed N]

FILE is JSON lines of articles ({"id", "text"}), gzipped or not, repeated with other ids until there are enough. The command
`detente read` runs as a user would run it. The memory is that of all its processes together (proportional set size), looked
at every second. With --kills the run is killed (SIGKILL) so often at random moments and resumed; in the end every article
must be there exactly once. --nodes makes a Ray cluster of so many nodes on this machine and reads through ray://. With --keep,
Ctrl-C costs nothing: the same command goes on. Runs on Linux; exits with 1 where an article is missing or there twice.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.scale.articles import check, make
from benchmarks.scale.cluster import nodes
from benchmarks.scale.course import Course, Runner, planned
from benchmarks.scale.processes import KILLERS

READ = "from detente.cli import main; main()"


def command(articles: Path, out: Path, workers: int, cluster: str | None) -> list[str]:
    how = ["--cluster", cluster] if cluster else []
    options = ["--out", str(out), "--workers", str(workers), "--keep-duplicates", *how]
    return [sys.executable, "-c", READ, "read", str(articles), *options]


def report(course: Course, number: int, kills: int) -> None:
    """What the whole course shows."""
    words, seconds = course.words, course.seconds
    print(f"{words:,} words in {seconds:,.0f} s: {words / seconds:,.0f} words/s from start to Parquet, all starts counted")
    print(f"{course.steady_rate(number):,.0f} words/s between the first and the last file of each start")
    quarters = " ".join(f"{mib:,.0f}" for mib in course.quarters())
    highest = max(value for one in course.stretches for value in one.mib)
    print(f"memory of all processes: highest {highest:,.0f} MiB; mean of each quarter {quarters} MiB")
    if kills:
        told = ", ".join(f"{name} {times}" for name, times in course.killed.items())
        print(f"killed {sum(course.killed.values())} times ({told}); {kills} were asked for")


def measure(given: argparse.Namespace, folder: Path) -> bool:
    """The whole course, from the articles to the check."""
    cluster = f"{given.nodes} nodes" if given.nodes else given.cluster
    asked = {"articles": given.articles, "per_file": given.per_file, "kills": given.kills, "seed": given.seed}
    course = Course.gone_on(folder / "course.json", {**asked, "file": given.file.name, "cluster": cluster})
    if not course.words:
        course.words = make(given.file, given.articles, folder / "articles", given.per_file)
        course.keep(folder / "course.json")
    kills = planned(given.kills, given.articles, given.longest, given.victims or _usual(cluster), given.seed)
    own: Any = nodes(given.nodes, folder / "nodes.txt") if given.nodes else nullcontext((given.cluster, []))
    with own as (address, pids):
        call = command(folder / "articles", folder / "readings", given.workers, address)
        Runner(call, folder, given.articles, course, kills, pids).run()
    report(course, given.articles, given.kills)
    return check(folder / "articles", folder / "readings")


def _usual(cluster: str | None) -> list[str]:
    return ["actor", "driver", "all"] if cluster else ["all", "driver"]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.scale")
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--per-file", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cluster")
    parser.add_argument("--nodes", type=int, default=0, help="make a Ray cluster of so many nodes here and use it")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--victims", nargs="*", choices=list(KILLERS), help="who is killed, by turns")
    parser.add_argument("--longest", type=float, default=20.0, help="a kill comes at most so many seconds after it is due")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep articles, readings and course in this folder, and go on with it")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return 0 if measure(given, folder.absolute()) else 1


if __name__ == "__main__":
    sys.exit(main())
