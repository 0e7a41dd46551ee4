"""`detente history`: imported event data that forecasts learn from."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.console import reported_failures, tell

if TYPE_CHECKING:
    from detente.forecast.formats import Format

app = typer.Typer(
    name="history", no_args_is_help=True, help="Event data (ICEWS, GDELT, POLECAT, KEDS, Phoenix) that forecasts use."
)
HistoryFolder = Annotated[
    Path, typer.Option("--history", envvar="DETENTE_HISTORY", help="The history folder.", file_okay=False, show_default=True)
]
DEFAULT = Path("history")


@app.command("add")
def add_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Tables of events (.gz, .zip and Parquet too).")],
    history: HistoryFolder = DEFAULT,
    name: Annotated[str | None, typer.Option(help="What to call the source; default: after its format.")] = None,
    form: Annotated[str | None, typer.Option("--format", "-f", help="Format, where it is not to be found out.")] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out lines with too few or too many columns.")] = False,
) -> None:
    """Import events between states. A file is taken whole or not at all; the same file twice changes nothing.

    Exit status: 0 when every file was taken, 1 when one was refused, 2 for a wrong call.
    """
    from detente.forecast.formats import format_named

    with reported_failures():
        chosen = format_named(form) if form else None
        refused = 0
        for number, file in enumerate(files, 1):
            count = f"[{number}/{len(files)}] " if len(files) > 1 else ""
            try:
                refused += not _add(history, file, name, chosen, skip_bad, count)
            except KeyboardInterrupt:
                tell(f"{count}{file.name}: broken off, nothing of it was kept; the same command goes on with it")
                raise
        if refused:
            raise typer.Exit(1)


def _add(history: Path, file: Path, name: str | None, form: Format | None, skip_bad: bool, count: str) -> bool:
    """Import one file and tell of it; false where it was refused."""
    from detente.cli.progress import share_of
    from detente.errors import DetenteError
    from detente.forecast.store import add_file

    try:
        with share_of(file.name) as progress:
            source, done, new = add_file(history, file, name=name, form=form, skip_bad=skip_bad, progress=progress)
    except DetenteError as error:
        tell(f"{count}refused {error}")
        return False
    left_out = ", ".join(f"{n} {why}" for why, n in done.dropped.items())
    what = f"{done.kept} of {done.read} rows, {done.first} to {done.last}" if new else "was there already; nothing added"
    rest = f"; left out: {left_out}" if new and left_out else ""
    tell(f"{count}{source.name}: {file.name} ({done.format}): {what}{rest}")
    return True


@app.command("list")
def list_command(
    history: HistoryFolder = DEFAULT, json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """The imported sources: rows, days, files."""
    from detente.forecast.store import sources

    with reported_failures():
        found = sources(history)
        if json_:
            rows = [{"name": s.name, "rows": s.rows, "first": s.first, "last": s.last, "files": len(s.files)} for s in found]
            print(json.dumps(rows, indent=2))
            return
        if not found:
            tell(f"there is no history in {history}; add some with `detente history add FILE...`")
        for s in found:
            print(f"{s.name:<16} {s.rows:>10} rows  {s.first} to {s.last}  {len(s.files)} files")


@app.command("check")
def check_command(
    history: HistoryFolder = DEFAULT,
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
) -> None:
    """Look for damage, gaps, and states that a source hardly sees. Exit status 1 when a file is damaged."""
    from detente.forecast.checks import check
    from detente.forecast.store import source_named, sources

    with reported_failures():
        wanted = [source_named(history, source)] if source else sources(history) or [source_named(history, None)]
        sound = [_show_check(s.name, check(s).lines(), check(s).damaged) for s in wanted]
        if not all(sound):
            raise typer.Exit(1)


def _show_check(name: str, lines: Sequence[str], damaged: Sequence[str]) -> bool:
    sys.stdout.write("\n".join([f"{name}:", *(f"  {line}" for line in lines)]) + "\n")
    return not damaged


@app.command("remove")
def remove_command(source: Annotated[str, typer.Argument(metavar="SOURCE")], history: HistoryFolder = DEFAULT) -> None:
    """Forget an imported source."""
    from detente.forecast.store import remove_source

    with reported_failures():
        remove_source(history, source)
        tell(f"{source} is gone from {history}")
