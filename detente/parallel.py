"""Reading on several processes: one model in each, results in the order of the articles, memory with a bound.

Articles go to the workers in small batches. A batch that fails, because a worker crashed, ran out of time or of memory, is
tried again article by article, so that only the one that is to blame is refused. Needs `if __name__ == "__main__":` in a
script that calls it, as every use of processes does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from detente.errors import DetenteError
from detente.intake.sealed import Sealed, open_sealed
from detente.read.article import Received
from detente.types import Article, Reading, Refusal

Item = Article | Received | Sealed | Refusal
Result = Reading | Refusal
GroupReader = Callable[[Sequence[Item]], list[Result]]

BATCH_WORDS = 3_000  # that a worker gets at one go: enough to fill the model's batches
BATCH_ARTICLES = 24
AHEAD = 6  # batches for each worker that may be finished or in hand beyond the one waited for
WORDS_PER_LIMIT = 10_000  # a longer article gets as much more time
_BYTES_PER_WORD = 60  # of an unopened page, most of it markup
_PATIENCE = 10  # times the limit by the clock: other work may take the cores, and what only waits is ended too
_TICK_S = 0.25


class WorkersLost(DetenteError):
    """The worker processes cannot start."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one article may take: `time_s` for each 10,000 words begun, `memory_mb` beyond the model's own.

    Seconds are those that the process computes, where the system tells them (Linux), else those of the clock.
    """

    time_s: float = 60.0
    memory_mb: int = 4_096


USUAL_BOUNDS = Bounds()


@dataclass(slots=True)
class _Batch:
    """Articles that travel together, and what became of them: None while that is open."""

    items: list[Item]
    results: list[Result | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.results = [item if isinstance(item, Refusal) else None for item in self.items]

    @property
    def finished(self) -> bool:
        return None not in self.results


@dataclass(slots=True)
class _Task:
    """Some of a batch's articles on their way through a worker."""

    batch: _Batch
    positions: list[int]

    @property
    def items(self) -> list[Item]:
        return [self.batch.items[n] for n in self.positions]

    def seconds(self, bounds: Bounds) -> float:
        return bounds.time_s * max(1.0, sum(map(_words, self.items)) / WORDS_PER_LIMIT)


def read_parallel(
    items: Iterable[Item],
    *,
    workers: int,
    actors: Path | str | None = None,
    bounds: Bounds = USUAL_BOUNDS,
    stopping: Callable[[], bool] = lambda: False,
    reader: Callable[[str | None], GroupReader] | None = None,
) -> Iterator[Result]:
    """One result for each item, in order. An article that crashes, hangs or takes too much memory becomes a Refusal.

    stopping: asked again and again; once true, what is in hand is finished and given, and nothing new is begun.
    reader: makes, in each worker, the function that reads a group; the shipped model's where none is given.
    Raises WorkersLost where workers cannot start, and what the model raises when it is loaded (ModelMissing).
    """
    pool = _Pool(workers, (reader or shipped_reader, str(actors) if actors else None, bounds.memory_mb), bounds)
    try:
        yield from pool.run(_batches(items), stopping)
    finally:
        pool.close()


def shipped_reader(actors: str | None) -> GroupReader:
    """The shipped model on one thread, opening documents and refusing other languages on the way."""
    from detente.read.encoder import shipped_encoder
    from detente.read.reader import actor_table, read_many

    shipped_encoder(1)
    actor_table(actors)

    def read_group(items: Sequence[Item]) -> list[Result]:
        return list(read_many((_opened(item) for item in items), threads=1, actors=actors))

    return read_group


def _opened(item: Item) -> Article | Received | Refusal:
    from detente.intake.languages import refused_for_language

    if not isinstance(item, Sealed):
        return item
    found = open_sealed(item)
    return found if isinstance(found, Refusal) else refused_for_language(found.article) or found


def _batches(items: Iterable[Item]) -> Iterator[_Batch]:
    group: list[Item] = []
    size = 0
    for item in items:
        group.append(item)
        size += _words(item)
        if size >= BATCH_WORDS or len(group) >= BATCH_ARTICLES:
            yield _Batch(group)
            group, size = [], 0
    if group:
        yield _Batch(group)


def _words(item: Item) -> int:
    """About how many words an item has; counting characters is quick."""
    if isinstance(item, Refusal):
        return 0
    if isinstance(item, Sealed):
        return len(item.data) // _BYTES_PER_WORD
    text = item.article.text if isinstance(item, Received) else item.text
    return len(text) // 6


def _name(item: Item) -> str:
    if isinstance(item, Received):
        return item.article.id
    return item.id if isinstance(item, Article) else item.name


class _Worker:
    """One process with its own model, and the task it has in hand."""

    def __init__(self, setup: tuple[Any, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, *setup), daemon=True, name="detente-reader")
        self.process.start()
        theirs.close()
        self.ready = False
        self.task: _Task | None = None
        self.given_at = 0.0
        self.given_used: float | None = None

    def give(self, task: _Task) -> None:
        self.task, self.given_at, self.given_used = task, time.monotonic(), _computed_s(self.process.pid)
        self.connection.send(task.items)

    def is_overdue(self, bounds: Bounds) -> bool:
        """Whether the task in hand has had its time."""
        if self.task is None:
            return False
        limit, waited = self.task.seconds(bounds), time.monotonic() - self.given_at
        if waited <= limit:
            return False
        used = _computed_s(self.process.pid)
        computed = waited if used is None or self.given_used is None else used - self.given_used
        return computed > limit or waited > _PATIENCE * limit

    def take(self) -> _Task:
        """The task in hand, no longer in hand."""
        task, self.task = self.task, None
        assert task is not None
        return task

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _computed_s(pid: int | None) -> float | None:
    """Seconds that a process has computed so far; None where the system does not tell (all but Linux), or it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


class _Pool:
    """The workers, what they have in hand, and what is done but not yet due."""

    def __init__(self, number: int, setup: tuple[Any, ...], bounds: Bounds) -> None:
        self.setup, self.bounds = setup, bounds
        self.workers = [_Worker(setup) for _ in range(max(1, number))]
        self.order: deque[_Batch] = deque()  # all that was begun and not given yet
        self.waiting: deque[_Task] = deque()

    def run(self, batches: Iterator[_Batch], stopping: Callable[[], bool]) -> Iterator[Result]:
        more = True
        while more or self.order:
            more = more and not stopping() and self._fill(batches)
            self._hand_out()
            if not (self.order and self.order[0].finished):
                self._listen()
            while self.order and self.order[0].finished:
                yield from (r for r in self.order.popleft().results if r is not None)

    def _fill(self, batches: Iterator[_Batch]) -> bool:
        """Begin batches as long as workers would stand idle and there is room; False at the end."""
        while len(self.waiting) < len(self.workers) and len(self.order) < AHEAD * len(self.workers):
            batch = next(batches, None)
            if batch is None:
                return False
            self.order.append(batch)
            if not batch.finished:
                self.waiting.append(_Task(batch, [n for n, r in enumerate(batch.results) if r is None]))
        return True

    def _hand_out(self) -> None:
        for worker in self.workers:
            if self.waiting and worker.ready and worker.task is None:
                task = self.waiting.popleft()
                try:
                    worker.give(task)
                except (BrokenPipeError, OSError):  # it died between two tasks
                    worker.take()
                    self.waiting.appendleft(task)
                    self._replace(worker)

    def _listen(self) -> None:
        """Wait for a worker to say something or die; then see whose time is up."""
        busy = [w for w in self.workers if w.task is not None or not w.ready]
        heard = wait([w.connection for w in busy], timeout=_TICK_S) if busy else []
        for worker in busy:
            if worker.connection in heard:
                self._hear(worker)
            elif worker.is_overdue(self.bounds):
                task = worker.take()
                self._failed(task, f"took longer than {task.seconds(self.bounds):g} s, the time limit for its length")
                self._replace(worker)

    def _hear(self, worker: _Worker) -> None:
        try:
            kind, value = worker.connection.recv()
        except (EOFError, OSError):
            self._lost(worker)
            return
        if kind == "ready":
            worker.ready = True
        elif kind == "broken":
            raise value
        elif kind == "done":
            task = worker.take()
            for position, result in zip(task.positions, value, strict=True):
                task.batch.results[position] = result
        else:
            self._failed(worker.take(), value)
            if kind == "exhausted":
                self._replace(worker)

    def _lost(self, worker: _Worker) -> None:
        worker.process.join()
        code = worker.process.exitcode
        if not worker.ready:
            raise WorkersLost(f"a reading process ended before it had begun (exit code {code}); try --workers 0")
        if worker.task is not None:
            how = signal.Signals(-code).name if code and code < 0 else f"exit code {code}"
            self._failed(worker.take(), f"made the reading process crash ({how})")
        self._replace(worker)

    def _failed(self, task: _Task, reason: str) -> None:
        """Refuse the article of a task; of several, try each by itself, before anything else."""
        if len(task.positions) == 1:
            position = task.positions[0]
            task.batch.results[position] = Refusal(_name(task.batch.items[position]), reason)
        else:
            self.waiting.extendleft(_Task(task.batch, [position]) for position in reversed(task.positions))

    def _replace(self, worker: _Worker) -> None:
        worker.kill()
        self.workers[self.workers.index(worker)] = _Worker(self.setup)

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()


# In the worker process ---------------------------------------------------------------------------------------------------


def _serve(connection: Connection, make: Callable[[str | None], GroupReader], actors: str | None, memory_mb: int) -> None:
    """Reads what comes until nothing comes any more. Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        read_group = make(actors)
        _limit_memory(memory_mb)
    except DetenteError as error:
        connection.send(("broken", type(error)(str(error))))
        return
    connection.send(("ready", None))
    while True:
        try:
            items = connection.recv()
        except (EOFError, OSError):  # the parent is gone
            return
        connection.send(_answer(read_group, items))


def _answer(read_group: GroupReader, items: Sequence[Item]) -> tuple[str, Any]:
    try:
        return "done", read_group(items)
    except MemoryError:
        return "exhausted", "needs more memory than one article may take"
    except Exception as error:  # a fault of ours must not cost the other articles
        return "failed", f"met a fault in the reader ({type(error).__name__}: {str(error)[:200]}); please report it"


def _limit_memory(memory_mb: int) -> None:
    """From here on so much more, where the system can hold a process to it (Linux)."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as stream:
            now = int(stream.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = now + memory_mb * (1 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
