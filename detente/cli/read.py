"""`detente read`: articles in, readings out."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import opened, reported_failures, tell, uninterrupted

if TYPE_CHECKING:
    from rich.progress import Progress

    from detente.read.article import Received
    from detente.types import Reading, Refusal

FEW = 3  # articles that need no progress bar


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


def read_command(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Text files, JSON lines (.jsonl, .json; .gz too), or - for stdin.")
    ],
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write readings.")] = Format.text,
    out: Annotated[Path | None, typer.Option("--out", "-o", dir_okay=False, help="Write to this file, not to stdout.")] = None,
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
) -> None:
    """Read articles: who said what, in whose words, altered where.

    Articles that cannot be read are named on stderr with the reason. Exit status: 0 when something was read,
    1 when nothing was, 2 for a wrong call.
    """
    if title is not None and len(articles) > 1:
        raise typer.BadParameter(f"one title cannot fit {len(articles)} articles; leave it out", param_hint="--title")
    from detente.read.article import load_articles

    loaded = load_articles(articles, published_at=date, publisher=publisher, title=title)
    if to is not None:
        raise typer.Exit(0 if _to_ledger(to, loaded, threads, actors) else 1)
    with reported_failures(), opened(out) as stream, _progress(articles, stream) as progress:
        from detente import read_many

        found = read_many(loaded, threads=threads, actors=actors)
        number = _WRITERS[form](_readings(found, progress), stream)
    raise typer.Exit(0 if number else 1)


def _to_ledger(ledger: Path, loaded: Iterable[Received | Refusal], threads: int, actors: Path | None) -> int:
    """Read into a ledger what it does not hold yet; gives how many articles it holds of those given."""
    from detente.cli.ledger import writable, write_to
    from detente.ledger.write import stored_row

    known: list[str] = []

    def new(db: Any) -> Iterator[Received | Refusal]:
        for one in loaded:
            if hasattr(one, "article") and stored_row(db, one.article) is not None:
                known.append(one.article.id)
                print(f"{'known':<12} {one.article.id}", flush=True)
            else:
                yield one

    with reported_failures():
        from detente import read_many

        with writable(ledger) as db:  # looks up what is known while the other connection writes
            found = _readings(read_many(new(db), threads=threads, actors=actors), lambda name: None)
            return write_to(ledger, found) + len(known)


@contextmanager
def _progress(articles: list[str], stream: IO[str]) -> Iterator[Callable[[str], None]]:
    """Something to call with each finished article's name: moves a bar where a person can see it without harm."""
    from detente.read.article import JSON_SUFFIXES, STDIN

    many = len(articles) > FEW or any(a == STDIN or a.removesuffix(".gz").endswith(JSON_SUFFIXES) for a in articles)
    if not (many and sys.stderr.isatty() and not stream.isatty()):
        yield lambda name: None
        return
    bar = _bar()
    files_only = not any(a == STDIN or a.removesuffix(".gz").endswith(JSON_SUFFIXES) for a in articles)
    with bar:
        task = bar.add_task("reading", total=len(articles) if files_only else None)
        yield lambda name: bar.update(task, advance=1, description=name[:40])


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _readings(found: Iterable[Reading | Refusal], progress: Callable[[str], None]) -> Iterator[Reading]:
    """The readings; refusals and notes are told on the way."""
    from detente.types import Refusal

    for one in found:
        if isinstance(one, Refusal):
            tell(f"refused {one.name}: {one.reason}")
            progress(one.name)
            continue
        for note in one.refusals:
            tell(f"note {note.name}: {note.reason}")
        progress(one.article.id)
        yield one


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
