"""Commands about the ledger itself: reread, search, actors, publishers, export, import."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import reported_failures, tell
from detente.cli.options import DEFAULT, AsOf, LedgerPath, Since, Until, asked
from detente.cli.relations import AsJson, Limit, as_json

if TYPE_CHECKING:
    from detente.types import Reading


class Table(StrEnum):
    """What can be exported."""

    events = "events"
    days = "days"
    statements = "statements"
    readings = "readings"


def search_command(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help='Words, "a phrase" in quotation marks, or a begin*.')],
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    speaker: Annotated[str | None, typer.Option(help="Only what speakers whose name holds this said.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    json_: AsJson = False,
) -> None:
    """Search what was said, and the texts: places with all the words, the newest first."""
    from detente.ledger.clocks import moment, start_of
    from detente.ledger.search import search
    from detente.report.tables import hits_text

    with asked(ledger, as_of) as (db, known_by):
        phrase = " ".join(f'"{w}"' if " " in w and '"' not in w else w for w in words)
        first, last = start_of(since) if since else None, moment(until) if until else None
        found = search(db, phrase, known_by=known_by, speaker=speaker, since=first, until=last, limit=limit)
        sys.stdout.write(as_json([h.to_dict() for h in found]) if json_ else hits_text(found))


def actors_command(ledger: LedgerPath = DEFAULT, as_of: AsOf = None, limit: Limit = 40, json_: AsJson = False) -> None:
    """List who acts, is acted upon and speaks, the busiest first."""
    from detente.ledger.queries import actors
    from detente.relations.codes import shipped_codes
    from detente.report.tables import actors_text

    with asked(ledger, as_of) as (db, known_by):
        found = actors(db, known_by=known_by)[:limit]
        sys.stdout.write(as_json([a.to_dict() for a in found]) if json_ else actors_text(found, shipped_codes()))


def publishers_command(ledger: LedgerPath = DEFAULT, as_of: AsOf = None, json_: AsJson = False) -> None:
    """List who printed how much, how much of it in another publisher's words, and how loaded their own words are."""
    from detente.ledger.queries import publishers
    from detente.report.tables import publishers_text

    with asked(ledger, as_of) as (db, known_by):
        found = publishers(db, known_by=known_by)
        sys.stdout.write(as_json([p.to_dict() for p in found]) if json_ else publishers_text(found))


def import_command(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="JSON lines (.gz too) or Parquet of readings, a folder of Parquet, or - for stdin."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", "-l", "--ledger", envvar="DETENTE_LEDGER", help="The ledger's file.")] = DEFAULT,
) -> None:
    """Write readings into a ledger: what `detente read` (--format jsonl, --out) or `detente export readings` made."""
    from detente.ledger.exchange import readings_of

    with reported_failures():
        write_to(to, (r for file in files for r in readings_of(file)))


def write_to(ledger: Path, readings: Iterable[Reading]) -> int:
    """Write readings, naming on stdout each article that is on the disk; gives how many there were."""
    from detente.ledger.write import write_readings

    counts: dict[str, int] = {}
    with writable(ledger) as db:
        for done in write_readings(db, readings, now=datetime.now(UTC), tell=tell):
            counts[done.outcome] = counts.get(done.outcome, 0) + 1
            print(f"{done.outcome:<12} {done.name}", flush=True)
    tell(f"{ledger}: {', '.join(f'{n} {outcome}' for outcome, n in counts.items()) or 'nothing to write'}")
    return sum(counts.values())


@contextmanager
def writable(ledger: Path) -> Iterator[Any]:
    """A ledger to write to, made where there is none."""
    from detente.ledger.connection import open_ledger

    db = open_ledger(ledger, create=True)
    try:
        yield db
    finally:
        db.close()


def reread_command(
    ledger: LedgerPath = DEFAULT,
    actors: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="TOML file of actors to add.")] = None,
    threads: Annotated[int, typer.Option(min=0, help="Cores to use; 0 for all.")] = 0,
    anew: Annotated[bool, typer.Option("--all", help="Also what this version of the reader has read already.")] = False,
) -> None:
    """Read all stored articles again with this version; the old readings stay until all new ones are there.

    Killed on the way, the same command goes on where it stopped.
    """
    from detente.ledger.connection import open_ledger
    from detente.ledger.reread import adopt, articles_to_read, stage

    with reported_failures():
        db = open_ledger(ledger)
        label = _label(actors)
        waiting = list(articles_to_read(db, label, anew=anew or actors is not None))
        for number, _ in enumerate(stage(db, _reread(waiting, actors, threads), label, tell=tell), 1):
            if number % 100 == 0:
                tell(f"{number:,} of {len(waiting):,} read")
        print(f"{adopt(db, label, now=datetime.now(UTC), tell=tell):,} articles read again")
        db.close()


def _label(actors: Path | None) -> str:
    """What made a reading: the reader, and the actor file by its contents."""
    import hashlib

    from detente.version import READER

    return READER + (f"+{hashlib.sha256(actors.read_bytes()).hexdigest()[:8]}" if actors else "")


def _reread(waiting: list[tuple[int, Any]], actors: Path | None, threads: int) -> Iterator[tuple[int, Reading]]:
    from detente import read_many
    from detente.read.article import Received
    from detente.types import Refusal

    for (row, _), found in zip(
        waiting, read_many((Received(a) for _, a in waiting), threads=threads, actors=actors), strict=True
    ):
        if isinstance(found, Refusal):
            tell(f"refused {found.name}: {found.reason}; its old reading stays")
        else:
            yield row, found


def export_command(
    what: Annotated[Table, typer.Argument(help="events, days (dyad-days), statements, or whole readings.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file; its ending is the form: .csv, .parquet, .jsonl, .jsonld")],
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    pair: Annotated[
        tuple[str, str] | None, typer.Option("--pair", metavar="STATE STATE", help="Only between these two; needed for days.")
    ] = None,
    since: Since = None,
    until: Until = None,
    columns: Annotated[str, typer.Option(help="Whose columns events get first: polecat, gdelt or icews.")] = "polecat",
    everything: Annotated[bool, typer.Option("--all", help="Also events that have not happened, with their status.")] = False,
) -> None:
    """Write what the ledger knows to a file for other programs."""
    from detente.cli.options import codes_of
    from detente.relations.export import Selection, export

    with asked(ledger, as_of) as (db, known_by):
        one_other = codes_of(db, pair) if pair else []
        codes = (one_other[0], one_other[1]) if pair else None
        number = export(db, what.value, out, Selection(known_by, codes, since, until, columns, everything))
        print(f"{number:,} rows to {out}")
