"""How far a run has come: a line on stderr with rate and time left, where a person can see it without harm."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from detente.intake.origins import Gauge

FEW_BYTES = 40_000  # of articles that need no progress line
Step = Callable[[str, int], None]


@contextmanager
def progress(gauge: Gauge, stream: IO[str] | None, *, unsized: bool) -> Iterator[Step]:
    """Something to call with each finished article's name and words.

    stream: where readings go; None for nowhere a person looks. unsized: articles come whose size is not known beforehand.
    """
    if not sys.stderr.isatty() or (stream is not None and stream.isatty()) or (gauge.total < FEW_BYTES and not unsized):
        yield lambda name, words: None
        return
    begun, done, read = time.monotonic(), 0, 0
    bar = _bar()
    with bar:
        task = bar.add_task("", total=gauge.total if gauge.total and not unsized else None, articles="", rate="")

        def step(name: str, words: int) -> None:
            nonlocal done, read
            done, read = done + 1, read + words
            rate = read / max(0.1, time.monotonic() - begun)
            bar.update(
                task, completed=gauge.done, description=name[:32], articles=f"{done:,} articles", rate=f"{rate:,.0f} words/s"
            )

        yield step


@contextmanager
def share_of(name: str) -> Iterator[Callable[[float], None] | None]:
    """Something to call with the share that is done of one long step, 0 to 1; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    with _bar() as bar:
        task = bar.add_task(name[:32], total=1.0, articles="", rate="")
        yield lambda share: bar.update(task, completed=share)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        BarColumn(bar_width=24), TextColumn("{task.fields[articles]}"), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.description}", markup=False),
    )  # fmt: skip
    return Progress(*columns, console=Console(stderr=True), transient=True)
