"""DuckDB, which only imported histories need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from detente.errors import DetenteError

if TYPE_CHECKING:
    import duckdb


class DatabaseMissing(DetenteError, ImportError):
    """DuckDB is not installed."""


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory. Raises DatabaseMissing."""
    try:
        import duckdb
    except ImportError as error:
        raise DatabaseMissing("imported histories need DuckDB; install it with: pip install 'detente[history]'") from error
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")  # it would draw into what we print
    return db


def failures() -> tuple[type[Exception], ...]:
    """What DuckDB raises."""
    import duckdb

    return (duckdb.Error,)


@contextmanager
def breaking_off() -> Iterator[None]:
    """Ctrl-C while DuckDB computes comes out of it as an error of its own; out of this block it comes as Ctrl-C."""
    try:
        yield
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise
