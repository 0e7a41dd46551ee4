"""What all commands share: failures as one line with the right exit status, streams, and holding Ctrl-C back."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

import typer

from detente.errors import ActorFileInvalid, DetenteError, UnknownCode, WrongCall

INTERRUPTED = 130
WRONG_CALL = 2


@contextmanager
def reported_failures() -> Iterator[None]:
    """Failures as one line for people and the right exit status."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the last flush has somewhere to go
        raise typer.Exit(0) from None
    except ActorFileInvalid as error:
        raise typer.BadParameter(str(error), param_hint="--actors") from error
    except (WrongCall, UnknownCode) as error:
        tell(str(error))
        raise typer.Exit(WRONG_CALL) from error
    except DetenteError as error:
        tell(str(error))
        raise typer.Exit(1) from error


@contextmanager
def opened(out: Path | None, *, append: bool = False) -> Iterator[IO[str]]:
    """The stream to write to, in UTF-8; opened before anything is read, so that a wrong path fails at once."""
    if out is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        yield sys.stdout
        return
    try:
        stream = out.open("a" if append else "w", encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {(error.strerror or '').lower()}", param_hint="--out") from error
    with stream:
        yield stream


def tell(line: str) -> None:
    from detente.report.outline import one_line

    print(one_line(line), file=sys.stderr)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the block is done."""
    arrived: list[int] = []

    def hold(number: int, frame: FrameType | None) -> Any:
        arrived.append(number)

    before = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if arrived and callable(before):
        before(signal.SIGINT, None)  # raises KeyboardInterrupt, unless `finishing` has a milder way
    elif arrived:
        raise KeyboardInterrupt


@contextmanager
def finishing() -> Iterator[Callable[[], bool]]:
    """Something to ask whether Ctrl-C was pressed: the first time it asks to finish what is in hand, the second time it ends.

    Raises KeyboardInterrupt at the end of the block if it was pressed.
    """
    pressed: list[int] = []

    def ask(number: int, frame: FrameType | None) -> Any:
        pressed.append(number)
        if len(pressed) > 1:
            raise KeyboardInterrupt
        tell("finishing what is in hand; Ctrl-C again ends at once")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
