"""Readers for worker processes: what a test article asks for, happens."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detente.errors import ModelMissing
from detente.intake.sealed import Sealed, open_sealed
from detente.types import Reading, Refusal


def obedient(actors: str | None) -> Any:
    """Reads nothing in an article, but does what its text says: crash, loop, hang, eat, fail, or wait."""

    def read_group(items: Sequence[Any]) -> list[Reading | Refusal]:
        return [_read(item) for item in items]

    return read_group


def _read(item: Any) -> Reading | Refusal:
    found = open_sealed(item) if isinstance(item, Sealed) else item
    if isinstance(found, Refusal):
        return found
    text = found.article.text
    if text == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    while text == "loop":
        pass
    if text == "hang":
        time.sleep(600)
    if text == "eat":
        bytearray(1 << 40)
    if text == "fail":
        raise KeyError("no such thing")
    if text == "wait":
        time.sleep(0.2)
    return Reading(found.article, f"read by {os.getpid()}", refusals=found.notes)


def missing(actors: str | None) -> Any:
    raise ModelMissing("no model here")


def stillborn(actors: str | None) -> Any:
    os._exit(3)


def once(actors: str | None) -> Any:
    """Like `obedient`, noting each article that it read in a file beside that of the actors."""

    def read_group(items: Sequence[Any]) -> list[Reading | Refusal]:
        with (Path(str(actors)).parent / "read.txt").open("a", encoding="utf-8") as stream:
            for item in items:
                stream.write(f"{item.article.id}\n")
        return [_read(item) for item in items]

    return read_group
