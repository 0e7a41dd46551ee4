"""`detente panel`: from folders of readings to dyad-day tables."""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.bulk import wrong_calls
from detente.cli.console import reported_failures, tell

_ISO = "%Y-%m-%d"


def panel_command(
    readings: Annotated[
        list[str], typer.Argument(metavar="READINGS...", help="Parquet files of readings, or folders of them.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write .parquet or .csv; CSV goes to stdout without it.")
    ] = None,
    pair: Annotated[tuple[str, str] | None, typer.Option(metavar="STATE STATE", help="Only between these two (codes).")] = None,
    since: Annotated[datetime | None, typer.Option(formats=[_ISO], help="Only days from this one on.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=[_ISO], help="The last day; without it the last one printed on.")
    ] = None,
    window: Annotated[int, typer.Option(min=0, help="Days within which the same act, told again, is one happening.")] = 1,
    memory: Annotated[int, typer.Option(min=128, help="MB of memory; beyond them the disk is used.")] = 2_048,
) -> None:
    """Make a table of tension and counts for each pair of states and day, in the columns of the ledger's export of days.

    Reports are merged by type, pair, status and day, not by their words as in a ledger; see docs/scale.md.
    """
    from detente.panel import COLUMNS, Wanted, panel_rows, write_panel

    wanted = Wanted(pair, _day(since), _day(until), window, memory)
    with reported_failures(), wrong_calls():
        if out is not None:
            tell(f"{out}: {write_panel(readings, out, wanted):,} rows")
            return
        rows = panel_rows(readings, wanted)
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _day(value: datetime | None) -> date | None:
    return value.date() if value is not None else None
