"""The course of a run that is killed and resumed: when, who, and what was seen.

It is kept in a file, so that Ctrl-C costs nothing.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.scale.articles import Folder
from benchmarks.scale.processes import KILLERS, called, kill_all, memory_mib, start, tree

TICK_S, TOLD_EVERY_S, KEPT_EVERY_S = 1.0, 30.0, 10.0


@dataclass(frozen=True)
class Kill:
    """Once `articles` are in the folder, and `after_s` seconds later, `victim` is killed."""

    articles: int
    after_s: float
    victim: str


@dataclass
class Stretch:
    """One run of the command up to its end or its death: each second, how many articles there were and the MiB it took."""

    articles: list[int] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)
    pid: int = 0


@dataclass
class Course:
    """What happened so far. `asked` is what the run was begun with; another question is not gone on with."""

    asked: dict[str, object]
    words: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=dict)
    done: int = 0  # kills that were due, whether or not they came in time

    def keep(self, path: Path) -> None:
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self)))
        os.replace(part, path)

    @classmethod
    def gone_on(cls, path: Path, asked: dict[str, object]) -> Course:
        """What the file holds, or a new course. A run that outlived the benchmark is ended."""
        if not path.exists():
            return cls(asked)
        data = json.loads(path.read_text())
        if data["asked"] != asked:
            raise SystemExit(f"{path.parent} holds a run of {data['asked']}, asked for is {asked}; name another folder")
        course = cls(**{**data, "stretches": [Stretch(**one) for one in data["stretches"]]})
        for one in course.stretches[-1:]:
            if str(path.parent / "readings") in called(one.pid):
                kill_all(one.pid)
        return course

    @property
    def seconds(self) -> float:
        return sum(len(one.mib) for one in self.stretches) * TICK_S

    def steady_rate(self, number: int) -> float:
        """Words per second between the first and the last file of each stretch: without starts, and what a kill cost."""
        spans = [_span(one.articles) for one in self.stretches]
        seconds = sum(seconds for seconds, _ in spans) * TICK_S
        return sum(grown for _, grown in spans) / number * self.words / seconds if seconds else 0.0

    def quarters(self) -> list[float]:
        """Mean MiB in each quarter of all seconds."""
        mib = [value for one in self.stretches for value in one.mib]
        size = max(1, len(mib) // 4)
        return [sum(part) / len(part) for part in (mib[n * size : (n + 1) * size] or [0.0] for n in range(4))]


def _span(articles: Sequence[int]) -> tuple[int, int]:
    """Seconds and articles from the first to the last growth."""
    grew = [n for n in range(1, len(articles)) if articles[n] > articles[n - 1]]
    return (grew[-1] - grew[0], articles[grew[-1]] - articles[grew[0]]) if len(grew) > 1 else (0, 0)


def planned(kills: int, number: int, longest_s: float, victims: Sequence[str], seed: int) -> list[Kill]:
    """Kills spread at random over the run, each a random while after an article count; victims by turns."""
    chance = random.Random(seed)
    counts = sorted(chance.randrange(int(number * 0.9) or 1) for _ in range(kills))
    return [Kill(count, chance.uniform(0.5, longest_s), victims[n % len(victims)]) for n, count in enumerate(counts)]


@dataclass
class Runner:
    """Runs the command again and again until it ends by itself. nodes: processes of a cluster that it uses."""

    call: Sequence[str]
    folder: Path
    number: int
    course: Course
    kills: Sequence[Kill]
    nodes: Sequence[int] = ()
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True)

    def __post_init__(self) -> None:
        self.log, self.kept = self.folder / "log.txt", self.folder / "course.json"
        self.held, self.chance = Folder(self.folder / "readings"), random.Random(self.number)

    def run(self) -> None:
        while self._stretch():
            pass
        self.course.keep(self.kept)

    def _stretch(self) -> bool:
        """One run of the command; whether it was killed."""
        process, stretch = start(self.call, self.log), Stretch()
        stretch.pid = process.pid
        self.course.stretches.append(stretch)
        try:
            return self._watched(process, stretch)
        finally:
            if process.poll() is None:
                kill_all(process.pid)
            process.wait()
            self.course.keep(self.kept)

    def _watched(self, process: subprocess.Popen[bytes], stretch: Stretch) -> bool:
        ripe_s: float | None = None
        while process.poll() is None:
            began = time.monotonic()
            self._look(process, stretch)
            due = self.kills[self.course.done] if self.course.done < len(self.kills) else None
            if due and stretch.articles[-1] >= due.articles:
                ripe_s = (ripe_s or 0.0) + TICK_S
                if ripe_s >= due.after_s:
                    ripe_s = None
                    if self._kill(process, due):
                        return True
            time.sleep(max(0.0, TICK_S - (time.monotonic() - began)))
        if process.returncode:
            raise SystemExit(f"the run failed:\n{self.log.read_text(errors='replace')[-2000:]}")
        return False

    def _look(self, process: subprocess.Popen[bytes], stretch: Stretch) -> None:
        stretch.articles.append(self.held.held())
        stretch.mib.append(memory_mib([pid for root in (process.pid, *self.nodes) for pid in tree(root)]))
        if len(stretch.mib) * TICK_S % KEPT_EVERY_S == 0:
            self.course.keep(self.kept)
        if len(stretch.mib) * TICK_S % TOLD_EVERY_S == 0:
            self.say(self._progress(stretch))

    def _progress(self, stretch: Stretch) -> str:
        held, course = stretch.articles[-1], self.course
        left_s = course.seconds * (self.number - held) / held if held else float("nan")
        kills = f"{sum(course.killed.values())} of {len(self.kills)} kills, " if self.kills else ""
        return f"{held:,} of {self.number:,} articles, {kills}{stretch.mib[-1]:,.0f} MiB, {left_s / 60:.0f} min left"

    def _kill(self, process: subprocess.Popen[bytes], due: Kill) -> bool:
        """Kill the victim; whether the run has to be started again."""
        if not KILLERS[due.victim](process.pid, self.nodes, self.chance):
            return False  # no such process yet; looked for again
        self.course.done += 1
        self.course.killed[due.victim] = self.course.killed.get(due.victim, 0) + 1
        self.say(f"killed: {due.victim}, at {self.held.held():,} articles")
        return due.victim != "actor"
