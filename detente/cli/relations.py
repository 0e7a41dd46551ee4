"""Commands about two states: brief, tension, timeline, items, item, quotes."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import opened
from detente.cli.options import DEFAULT, AsOf, LedgerPath, Since, Until, asked, codes_of

if TYPE_CHECKING:
    from datetime import date

    from detente.forecast.outlook import Outlook
    from detente.relations.brief import Brief

One = Annotated[str, typer.Argument(metavar="STATE", help="Code (ISO 3166 alpha-3) or name of an actor.")]
Other = Annotated[str, typer.Argument(metavar="STATE", help="The other one.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", dir_okay=False, help="Write to this file, not to stdout.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many.")]


class BriefFormat(StrEnum):
    """How a brief is written."""

    text = "text"
    markdown = "markdown"
    html = "html"
    json = "json"


def brief_command(
    one: One,
    other: Other,
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    form: Annotated[BriefFormat, typer.Option("--format", "-f", help="How to write it.")] = BriefFormat.text,
    out: Out = None,
) -> None:
    """Tell where things stand between two states, every line with its evidence."""
    from detente.relations.brief import brief

    with asked(ledger, as_of) as (db, known_by):
        codes = codes_of(db, (one, other))
        made = brief(db, *codes, known_by=known_by)
        with opened(out) as stream:
            likely = _outlook(ledger, codes, known_by)
            if form is BriefFormat.json:
                stream.write(as_json({**made.to_dict(), "outlook": likely.to_dict()}))
            else:
                stream.write(_drawn(made, form, stream, _told(likely)))


def _outlook(ledger: Path, codes: Sequence[str], known_by: datetime) -> Outlook:
    from detente.forecast.ledger import open_source
    from detente.forecast.outlook import outlook

    return outlook(lru_cache(lambda issued: open_source(ledger, known_by=issued)), *codes, known_by=known_by)


def _told(likely: Outlook) -> list[str]:
    """How likely conflict and a rupture are, each beside its base rates; the reason where no forecast can be made."""
    from detente.forecast.showing import forecast_line

    return [*map(forecast_line, likely.forecasts), *(f"No forecast: {reason}" for reason in likely.reasons)]


def _drawn(made: Brief, form: BriefFormat, stream: IO[str], likely: Sequence[str]) -> str:
    from textwrap import fill

    from detente.report import brief as report

    if form is BriefFormat.html:
        return report.as_html(made, likely)
    if form is BriefFormat.markdown:
        return report.as_markdown(made) + "\n## How likely\n\n" + "".join(f"- {line}\n" for line in likely)
    colour = (stream.isatty() and "NO_COLOR" not in os.environ) or "FORCE_COLOR" in os.environ
    width = shutil.get_terminal_size((80, 24)).columns if stream.isatty() else 80
    lines = "".join(fill(line, 80, initial_indent="  ", subsequent_indent="    ") + "\n" for line in likely)
    return report.as_text(made, width=width, colour=colour) + "\nHOW LIKELY\n" + lines


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def tension_command(
    one: One,
    other: Other,
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How far back to look.")] = 182,
    daily: Annotated[bool, typer.Option("--daily", help="A value for each day, not for each week.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="List the happenings behind the last day's value.")] = False,
    json_: AsJson = False,
) -> None:
    """Show the tension between two states, each direction on its own; up is conflict."""
    from detente.relations.tension import series
    from detente.report.tables import tension_text

    with asked(ledger, as_of) as (db, known_by):
        a, b = codes_of(db, (one, other))
        step = 1 if daily else 7
        both = [series(db, x, y, known_by=known_by, days=days, step_days=step) for x, y in ((a, b), (b, a))]
        if json_:
            sys.stdout.write(as_json([[day.to_dict() for day in points] for points in both]))
        else:
            sys.stdout.write(tension_text(both, explain=explain, step_days=step))


def timeline_command(
    one: One,
    other: Other,
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only this PLOVER type, as REQUEST.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is only supposed or demanded.")] = False,
    json_: AsJson = False,
) -> None:
    """List what happened between two states, and what is planned, by day."""
    from detente.relations.likeness import REAL
    from detente.relations.pair import pair_at
    from detente.report.tables import timeline_text

    with asked(ledger, as_of) as (db, known_by):
        state = pair_at(db, *codes_of(db, (one, other)), known_by=known_by)
        wanted = _event_type(kind)
        found = [
            h for h in state.happenings
            if (everything or h.status in REAL) and wanted in (None, h.event_type) and within(h.when[1], since, until)
        ]  # fmt: skip
        found.sort(key=lambda h: (h.when[1], h.number))
        sys.stdout.write(as_json([h.to_dict() for h in found]) if json_ else timeline_text(found, state))


def _event_type(name: str | None) -> str | None:
    from detente.errors import UnknownCode
    from detente.read.codebook import event_types

    if name is not None and name.upper() not in event_types():
        raise UnknownCode("PLOVER event type", name, event_types())
    return name.upper() if name else None


def within(on: date, since: str | None, until: str | None) -> bool:
    """Whether a day lies between two ISO dates, either of which may be missing."""
    from detente.ledger.clocks import moment

    first = moment(since).date() if since else None
    last = moment(until).date() if until else None
    return (first is None or on >= first) and (last is None or on <= last)


def items_command(
    one: One,
    other: Other,
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind: demand, offer, promise, threat, refusal, …")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status, as open or refused.")] = None,
    live: Annotated[bool, typer.Option("--open", help="Only those that later events can still move.")] = False,
    json_: AsJson = False,
) -> None:
    """List demands, offers, promises, threats, refusals, accusations, meetings and predictions between two states."""
    from detente.relations.pair import pair_at
    from detente.relations.rules import check_kind
    from detente.report.tables import items_text

    with asked(ledger, as_of) as (db, known_by):
        wanted = check_kind(kind).name if kind else None
        state = pair_at(db, *codes_of(db, (one, other)), known_by=known_by)
        found = [
            i for i in state.items
            if (wanted is None or i.kind == wanted) and (status is None or i.status == status) and (i.live or not live)
        ]  # fmt: skip
        sys.stdout.write(as_json([i.to_dict() for i in found]) if json_ else items_text(found))


def item_command(
    number: Annotated[int, typer.Argument(help="Number of the item, as `detente items` shows it.")],
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    set_: Annotated[str | None, typer.Option("--set", metavar="STATUS", help="Give it this status.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Say that its last change is right.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take its last change back.")] = False,
    because: Annotated[str | None, typer.Option("--because", metavar="REASON", help="Why; needed for a decision.")] = None,
    json_: AsJson = False,
) -> None:
    """Show an item with all its changes and their evidence, or decide about it.

    A decision holds from the moment of --as-of on (from now on if not given) and survives a reread.
    """
    from detente.relations.decide import decide, item_numbered
    from detente.report.tables import item_text

    with asked(ledger, as_of) as (db, known_by):
        if set_ or confirm or undo:
            decide(db, number, known_by=known_by, set_to=set_, confirm=confirm, undo=undo, because=because)
        item, state = item_numbered(db, number, known_by=known_by)
        sys.stdout.write(as_json(item.to_dict()) if json_ else item_text(item, state))


def quotes_command(
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    speaker: Annotated[str | None, typer.Option(help="Only of speakers whose name holds this.")] = None,
    of: Annotated[list[str] | None, typer.Option("--of", metavar="STATE", help="Only of speakers of these states.")] = None,
    altered: Annotated[bool, typer.Option("--altered", help="Only where a publisher altered words.")] = False,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    json_: AsJson = False,
) -> None:
    """List quotations, each once, with the variants in which publishers print it, compared word by word."""
    from detente.ledger.queries import statements_known
    from detente.relations.quotations import find_quotes
    from detente.report.tables import quotes_text

    with asked(ledger, as_of) as (db, known_by):
        codes = codes_of(db, of) if of else None
        said = statements_known(db, known_by=known_by, codes=codes, speaker=speaker, quoted=True)
        found = [q for q in find_quotes(said) if q.altered or not altered]
        found = [q for q in found if any(within(v.said.article.day, since, until) for v in q.variants)][-limit:]
        sys.stdout.write(as_json([q.to_dict() for q in found]) if json_ else quotes_text(found))
