"""Options that several commands share, and how they are understood."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT = Path("relations.ledger")
LedgerPath = Annotated[
    Path, typer.Option("--ledger", "-l", envvar="DETENTE_LEDGER", help="The ledger's file.", show_default=True, dir_okay=True)
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Only what was known by then (ISO date or date-time); now if not given."),
]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only from this ISO date on.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Only up to this ISO date.")]


@contextmanager
def asked(ledger: Path, as_of: str | None = None) -> Iterator[tuple[sqlite3.Connection, datetime]]:
    """The open ledger and the moment of knowledge; failures become one line and the right exit status."""
    from detente.cli.console import reported_failures, tell
    from detente.ledger.clocks import as_of as moment_of
    from detente.ledger.clocks import unstamp
    from detente.ledger.connection import open_ledger
    from detente.ledger.queries import stock

    with reported_failures():
        db = open_ledger(ledger)
        try:
            now = datetime.now(UTC)
            held = stock(db, known_by=now)
            last = unstamp(held.last_of_all) if held.last_of_all else None
            if as_of is None and held.later and last:
                tell(f"{held.later} of the articles are dated later than now; --as-of {last.date()} sees them all")
            yield db, moment_of(as_of, now=now, last_known=last)
        finally:
            db.close()


def codes_of(db: sqlite3.Connection, given: Sequence[str]) -> list[str]:
    """Actor codes from codes or names in any case. Raises UnknownCode, or WrongCall for a pair of one."""
    from detente.errors import WrongCall
    from detente.relations.codes import code_of

    found = [code_of(db, one) for one in given]
    if len(found) == 2 and found[0] == found[1]:
        raise WrongCall(f"{given[0]} and {given[1]} are the same actor; give two")
    return found
