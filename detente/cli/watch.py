"""`detente watch`: follow feeds into a ledger or a file of readings."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.bulk import fetcher, wrong_calls
from detente.cli.console import finishing, reported_failures, tell

if TYPE_CHECKING:
    from detente.intake.watch import Found, State
    from detente.types import Reading

Store = Callable[["Reading"], str]
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BATCH = 16  # articles read at one go


def _seconds(value: str) -> float:
    m = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", value.strip())
    if m is None or float(m[1]) <= 0:
        raise typer.BadParameter(f"{value!r} is no stretch of time; give a number and a unit, as 90s, 15m, 2h or 1d")
    return float(m[1]) * _UNITS[m[2]]


def watch_command(
    feeds: Annotated[list[str], typer.Argument(metavar="FEED...", help="OPML files, or addresses of RSS and Atom feeds.")],
    to: Annotated[Path | None, typer.Option("--to", metavar="LEDGER", help="Write the readings into this ledger.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", dir_okay=False, help="Or append them to this file of JSON lines.")
    ] = None,
    every: Annotated[str, typer.Option(help="How long to wait between two rounds, as 15m or 2h.")] = "15m",
    once: Annotated[bool, typer.Option("--once", help="Make one round and end, as for cron.")] = False,
    state: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where to remember what was seen; beside the readings without it.")
    ] = None,
    actors: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="TOML file of actors to add; see docs/actors.md.")
    ] = None,
) -> None:
    """Follow feeds: read what is new, politely, again and again, and go on where it was after a break.

    Obeys robots.txt, asks only for what has changed, waits between two requests to a host, and backs off where a server is in
    trouble. Ctrl-C ends it after the articles in hand.
    """
    if (to is None) == (out is None):
        raise typer.BadParameter("name one place for the readings: --to LEDGER or --out FILE", param_hint="--to")
    pause = _seconds(every)
    from detente.intake.polite import Polite
    from detente.intake.watch import State, feeds_in

    place = to or out
    assert place is not None
    with reported_failures(), wrong_calls(), finishing() as stopping, _store(to, out) as store:
        found, known = feeds_in(feeds), State.load(state or place.with_name(place.name + ".feeds.json"))
        tell(f"following {len(found)} feeds into {place}")
        polite = Polite(fetcher())
        while True:
            _round(found, known, polite, store, actors, stopping)
            if once or stopping():
                break
            _wait(pause, stopping)
            if stopping():
                break


def _round(
    feeds: list[str], state: State, polite: object, store: Store, actors: Path | None, stopping: Callable[[], bool]
) -> None:
    """Read all that is new; what is stored is remembered at once."""
    from detente.intake.watch import new_in

    number = 0
    news = new_in(feeds, state, polite, now=datetime.now(UTC))  # type: ignore[arg-type]
    try:
        for group in _groups(news, stopping):
            number += _read(group, state, store, actors)
            state.save()
    finally:
        state.forget(datetime.now(UTC))
        state.save()
    tell(f"{datetime.now().strftime('%H:%M')}  {number} new articles")


def _groups(news: Iterator[Found], stopping: Callable[[], bool]) -> Iterator[list[Found]]:
    group: list[Found] = []
    for found in news:
        group.append(found)
        if len(group) >= _BATCH or stopping():
            yield group
            group = []
        if stopping():
            return
    if group:
        yield group


def _read(group: list[Found], state: State, store: Store, actors: Path | None) -> int:
    """Read and store a group; gives how many were stored. What is refused is remembered too: it would be refused again."""
    from detente import read_many
    from detente.intake.languages import refused_for_language
    from detente.types import Refusal

    items = [f.item if isinstance(f.item, Refusal) else refused_for_language(f.item.article) or f.item for f in group]
    number = 0
    for found, one in zip(group, read_many(items, actors=actors), strict=True):
        if isinstance(one, Refusal):
            tell(f"refused {one.name}: {one.reason}")
        else:
            print(f"{store(one):<12} {one.article.id}", flush=True)
            number += 1
        if found.key:
            state.stored(found.key, datetime.now(UTC))
    return number


def _wait(seconds: float, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stopping():
        time.sleep(min(0.5, seconds))


@contextmanager
def _store(to: Path | None, out: Path | None) -> Iterator[Store]:
    """What stores a reading and says what became of it; the reading is on the disk when it returns."""
    if to is not None:
        with _ledger(to) as store:
            yield store
        return
    assert out is not None
    try:
        stream = out.open("a", encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {(error.strerror or '').lower()}", param_hint="--out") from error

    def append(reading: Reading) -> str:
        stream.write(json.dumps(reading.to_dict(), ensure_ascii=False) + "\n")
        stream.flush()
        return "written"

    with stream:
        yield append


@contextmanager
def _ledger(path: Path) -> Iterator[Store]:
    try:
        from detente.ledger.connection import open_ledger
        from detente.ledger.write import write_readings
    except ImportError as error:
        raise typer.BadParameter("this installation has no ledger; use --out FILE", param_hint="--to") from error

    db = open_ledger(path, create=True)

    def write(reading: Reading) -> str:
        (done,) = write_readings(db, [reading], now=datetime.now(UTC), tell=tell)
        return str(done.outcome)

    try:
        yield write
    finally:
        db.close()
