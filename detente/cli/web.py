"""Commands of the web pages: serve, export-site."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.console import WRONG_CALL, reported_failures, tell
from detente.cli.options import DEFAULT, AsOf, LedgerPath

Actors = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="TOML file of actors to add; see docs/actors.md.")
]
Record = Annotated[Path, typer.Option(dir_okay=False, help="File with the track record of forecasts.", show_default=True)]
RECORD = Path("forecasts.record")


def serve_command(
    ledger: Annotated[
        Path, typer.Argument(envvar="DETENTE_LEDGER", help="The ledger's file; made if there is none.")
    ] = DEFAULT,
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine's need a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8765,
    token_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="File with the token that readers must give; or set DETENTE_TOKEN."),
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A further name under which browsers reach the site.")
    ] = None,
    actors: Actors = None,
    record: Record = RECORD,
    fetch: Annotated[bool, typer.Option("--fetch/--no-fetch", help="Whether readers may have addresses fetched.")] = True,
    upload_mb: Annotated[int, typer.Option(min=1, max=2000, help="Most that one upload may hold, in MB.")] = 25,
    requests_per_s: Annotated[
        float, typer.Option(min=0, help="Pages a second for each reader's address, 0 for no limit.")
    ] = 50.0,
    page_timeout: Annotated[float, typer.Option(min=1, help="Seconds that a reader waits for a page to be drawn.")] = 20.0,
) -> None:
    """Show the ledger as web pages, on this machine only if nothing else is said."""
    with reported_failures(), web_parts():
        from detente.web.settings import MEGABYTE, Settings

        settings = Settings(
            ledger, host=host, port=port, token=_token(token_file), hosts=tuple(allow_host or ()), actors=actors,
            record=record, fetch=fetch, upload_bytes=upload_mb * MEGABYTE, reads_per_s=requests_per_s,
            page_timeout_s=page_timeout,
        ).checked()  # fmt: skip
        from detente.ledger.connection import open_ledger
        from detente.web.serve import bound, serve

        open_ledger(ledger, create=True).close()
        listening = bound(settings)
        name = f"[{host}]" if ":" in host else host
        at = f"http://{name}:{listening.getsockname()[1]}/"
        tell(f"{ledger} at {at}{' (with a token)' if settings.token else ''}; stop with Ctrl-C")
        serve(settings, listening)


def _token(file: Path | None) -> str | None:
    """The token of a file or of the environment; never of the command line, which every user of the machine can see."""
    given = file.read_text(encoding="utf-8").strip() if file else os.environ.get("DETENTE_TOKEN", "").strip()
    return given or None


def export_site_command(
    out: Annotated[Path, typer.Argument(file_okay=False, help="Folder to write to; made if there is none.")],
    ledger: LedgerPath = DEFAULT,
    as_of: AsOf = None,
    actors: Actors = None,
    record: Record = RECORD,
) -> None:
    """Write the pages as files that any web server, or a browser alone, can show; the texts of all articles are among them."""
    with reported_failures(), web_parts():
        from detente.web.export import export_site

        number = export_site(ledger, out, as_of=as_of, actors=actors, record=record)
        print(f"{number:,} pages; begin with {out / 'index.html'}")


class web_parts:  # noqa: N801 - reads as what it is where it is used
    """A missing part of `detente[web]` becomes one sentence."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] != "detente":
            tell(f"the web pages need {error.name}: pip install 'detente[web]'")
            raise typer.Exit(WRONG_CALL) from error
