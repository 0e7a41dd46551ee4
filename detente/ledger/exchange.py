"""Readings from JSON lines, as `detente read --format jsonl` and `detente export` write them."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from detente.errors import ReadingInvalid, WrongCall
from detente.ledger.revive import reading_from
from detente.types import Reading


def readings_of(file: str) -> Iterator[Reading]:
    """Readings of a file, or of standard input for "-", one by one. Raises ReadingInvalid at the first bad line."""
    with _opened(file) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield reading_from(_parsed(line, f"{file}:{number}"), f"{file}:{number}")


@contextmanager
def _opened(file: str) -> Iterator[IO[str]]:
    if file == "-":
        yield sys.stdin
        return
    try:
        with gzip.open(file, "rt", encoding="utf-8") if file.endswith(".gz") else open(file, encoding="utf-8") as stream:
            yield stream
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise WrongCall(
            f"{file} cannot be read: {error}; expected JSON lines of readings, gzipped where it ends in .gz"
        ) from error


def _parsed(line: str, where: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ReadingInvalid(f"{where}: is not JSON ({error}); expected one reading a line") from error
