"""Readings from files: JSON lines of `detente read --format jsonl` and `detente export`, Parquet of `detente read --out`."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from detente.errors import ReadingInvalid, WrongCall
from detente.ledger.revive import reading_from
from detente.types import Reading

ROWS = 256  # of a Parquet file that are in memory at a time


def readings_of(file: str) -> Iterator[Reading]:
    """Readings of a file, of the Parquet files of a folder, or of standard input for "-", one by one.

    Raises ReadingInvalid at the first bad line or row, WrongCall for a file that is not what its name says.
    """
    if Path(file).is_dir():
        yield from _of_folder(file)
    elif file.endswith(".parquet"):
        yield from _of_parquet(file)
    else:
        yield from _of_lines(file)


def _of_folder(folder: str) -> Iterator[Reading]:
    files = sorted(str(p) for p in Path(folder).glob("*.parquet"))
    if not files:
        raise WrongCall(f"{folder} holds no Parquet files; expected a folder that `detente read --out` wrote")
    for file in files:
        yield from _of_parquet(file)


def _of_parquet(file: str) -> Iterator[Reading]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise WrongCall("Parquet needs pyarrow; install it with pip install 'detente[parquet]'") from error
    try:
        with pq.ParquetFile(file) as table:
            if "reading" not in table.schema_arrow.names:
                raise ReadingInvalid(f'{file}: has no column "reading"; expected a file that `detente read --out` wrote')
            rows = (text for batch in table.iter_batches(ROWS, columns=["reading"]) for text in batch.column(0).to_pylist())
            for number, text in enumerate(rows, 1):
                yield reading_from(_parsed(text, f"{file}, row {number}"), f"{file}, row {number}")
    except (OSError, pa.ArrowException) as error:
        raise WrongCall(f"{file} cannot be read as Parquet: {str(error)[:200]}") from error


def _of_lines(file: str) -> Iterator[Reading]:
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
