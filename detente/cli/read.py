"""`detente read`: articles in, readings out."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from detente.cli.console import opened, reported_failures, uninterrupted

if TYPE_CHECKING:
    from detente.cli.bulk import Call
    from detente.types import Reading


class Format(StrEnum):
    """How readings are written."""

    text = "text"
    json = "json"
    jsonl = "jsonl"
    html = "html"


def _date(value: str | None) -> str | None:
    from detente.read.article import is_iso_date

    if value is not None and not is_iso_date(value):
        raise typer.BadParameter(f"{value!r} is not an ISO date; give YYYY-MM-DD, as 2022-01-09, or 2022-01-09T14:30+01:00")
    return value


_Workers = Annotated[
    int, typer.Option(min=0, help="Processes to read in, each with its own model and within limits; 0: in this process.")
]
_TimeLimit = Annotated[
    float, typer.Option(min=0.1, help="Seconds for each 10,000 words begun, after which a worker gives an article up.")
]
_MemoryLimit = Annotated[int, typer.Option(min=64, help="MB that a worker may take for an article.")]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on with the JSON lines in --out; done articles are skipped.")]
_KeepDuplicates = Annotated[bool, typer.Option("--keep-duplicates", help="Read the same article again.")]
_SetAside = Annotated[
    Path | None, typer.Option(dir_okay=False, help="Keep articles in other languages in this file (JSON lines).")
]
_Cluster = Annotated[
    str | None, typer.Option(metavar="local|ADDRESS", help="Read on Ray: on this machine or at ray://host:10001.")
]


def read_command(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files (text, HTML, PDF, DOCX, EML, JSON lines, CSV, Parquet, WARC, RSS, ZIP; .gz too), folders, addresses,"
            " or - for stdin.",
        ),
    ],
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write readings.")] = Format.text,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write to this file, not to stdout; a folder (readings/) gets Parquet files."),
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", callback=_date, help="Publication date (ISO) of articles that do not say theirs.")
    ] = None,
    publisher: Annotated[str | None, typer.Option(help="Publisher of articles that do not say theirs.")] = None,
    title: Annotated[str | None, typer.Option(help="Title, where one article is read.")] = None,
    actors: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="TOML file of actors to add; see docs/actors.md.")
    ] = None,
    threads: Annotated[int, typer.Option(min=0, help="Cores to use; 0 for all.")] = 0,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="LEDGER", help="Write the readings into this ledger, and show nothing else.")
    ] = None,
    workers: _Workers = 0,
    time_limit: _TimeLimit = 60.0,
    memory_limit: _MemoryLimit = 4_096,
    resume: _Resume = False,
    keep_duplicates: _KeepDuplicates = False,
    set_aside: _SetAside = None,
    cluster: _Cluster = None,
) -> None:
    """Read articles: who said what, in whose words, altered where.

    Articles that cannot be read are named on stderr with the reason. Exit status: 0 when something was read,
    1 when nothing was, 2 for a wrong call.
    """
    if title is not None and len(articles) > 1:
        raise typer.BadParameter(f"one title cannot fit {len(articles)} articles; leave it out", param_hint="--title")
    from detente.cli import bulk
    from detente.parallel import Bounds
    from detente.read.article import Given

    given, bounds = Given(date, publisher, title), Bounds(time_limit, memory_limit)
    call = bulk.Call(articles, given, workers, threads, actors, bounds, keep_duplicates, set_aside)
    if to is not None:
        raise typer.Exit(0 if bulk.into_ledger(call, to) else 1)
    if cluster is not None:
        raise typer.Exit(0 if bulk.on_cluster(call, cluster, out) else 1)
    if out is not None and (out.is_dir() or (form is Format.text and bulk.names_folder(out))):
        raise typer.Exit(0 if bulk.into_folder(call, out) else 1)
    if resume and (form is not Format.jsonl or out is None):
        raise typer.BadParameter("goes on with a file of JSON lines: add --format jsonl --out FILE", param_hint="--resume")
    raise typer.Exit(0 if _stream(call, form, out, resume) else 1)


def _stream(call: Call, form: Format, out: Path | None, resume: bool) -> int:
    """Write readings as they come; gives how many."""
    from detente.cli import bulk

    with (
        reported_failures(),
        bulk.wrong_calls(),
        opened(out, append=resume) as stream,
        bulk.reading(call, stream, out if resume else None) as found,
    ):
        return _WRITERS[form](found, stream)


def _write_text(readings: Iterable[Reading], stream: IO[str]) -> int:
    from detente.report.text import render

    colour = (stream.isatty() and "NO_COLOR" not in os.environ) or "FORCE_COLOR" in os.environ
    width = shutil.get_terminal_size((80, 24)).columns if stream.isatty() else 80
    return _write_each((("\n\n" if n else "") + render(r, colour=colour, width=width) for n, r in enumerate(readings)), stream)


def _write_json(readings: Iterable[Reading], stream: IO[str]) -> int:
    return _write_each((json.dumps(r.to_dict(), ensure_ascii=False, indent=2) + "\n" for r in readings), stream)


def _write_jsonl(readings: Iterable[Reading], stream: IO[str]) -> int:
    return _write_each((json.dumps(r.to_dict(), ensure_ascii=False) + "\n" for r in readings), stream)


def _write_html(readings: Iterable[Reading], stream: IO[str]) -> int:
    """One page with all readings; no page where there are none."""
    from detente.report.html import page

    shown = list(readings)
    return len(shown) if shown and _write_each([page(shown)], stream) else 0


_WRITERS = {Format.text: _write_text, Format.json: _write_json, Format.jsonl: _write_jsonl, Format.html: _write_html}


def _write_each(parts: Iterable[str], stream: IO[str]) -> int:
    """How many were written, each one whole: Ctrl-C waits for the end of the one in hand."""
    number = 0
    for part in parts:
        with uninterrupted():
            stream.write(part)
            stream.flush()
        number += 1
    return number
