"""The command line: parse, call the package, show. Programs get stdout; people get progress and refusals on stderr."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from detente.cli import forecast, history, ledger, relations, web
from detente.cli.panel import panel_command
from detente.cli.read import read_command
from detente.cli.watch import watch_command

app = typer.Typer(name="detente", add_completion=True, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from detente.version import __version__

        print(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def detente(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Read news about relations between states: who said what, who did what to whom, and did it really happen."""


@app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a reading."""
    from detente.schema import schema_text

    sys.stdout.write(schema_text())


app.command("read")(read_command)
app.add_typer(history.app)
for _name, _command in (
    ("reread", ledger.reread_command),
    ("brief", relations.brief_command),
    ("tension", relations.tension_command),
    ("timeline", relations.timeline_command),
    ("items", relations.items_command),
    ("item", relations.item_command),
    ("quotes", relations.quotes_command),
    ("search", ledger.search_command),
    ("actors", ledger.actors_command),
    ("publishers", ledger.publishers_command),
    ("export", ledger.export_command),
    ("import", ledger.import_command),
    ("forecast", forecast.forecast_command),
    ("next", forecast.next_command),
    ("backtest", forecast.backtest_command),
    ("resolve", forecast.resolve_command),
    ("score", forecast.score_command),
    ("serve", web.serve_command),
    ("export-site", web.export_site_command),
    ("panel", panel_command),
    ("watch", watch_command),
):
    app.command(_name)(_command)


def main() -> None:
    """Entry point of the `detente` command."""
    app()
