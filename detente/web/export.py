"""The pages as files: everything that can be reached, with addresses between files, as known at one moment."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from detente.errors import WrongCall
from detente.ledger.connection import open_ledger
from detente.ledger.overview import pair_counts, speakers
from detente.ledger.queries import all_reports, articles
from detente.relations.happenings import Happening
from detente.web.links import Files, article_file, dyad_file, slug
from detente.web.pages import happening, item
from detente.web.pages.article import OTHER_VIEWS, article_page
from detente.web.pages.dyad import dyad_page
from detente.web.pages.forecasts import forecasts_page
from detente.web.pages.page import Asked, NotThere, Page
from detente.web.pages.publisher import publisher_page
from detente.web.pages.speaker import speaker_page
from detente.web.pages.start import start_page
from detente.web.show import as_html, as_json

MOST_PAIRS = 2000
_STATIC = ("site.css", "site.js", "icon.svg", "vendor/uPlot.iife.min.js", "vendor/uPlot.min.css", "vendor/uPlot.LICENSE")
_MARK = ".detente-site"  # tells a folder that an export made, and may make anew, from others


@dataclass(frozen=True, slots=True)
class _File:
    """A page and the file it becomes, without its ending."""

    name: str
    page: Page


def export_site(
    ledger: Path, out: Path, *, as_of: str | None = None, actors: Path | None = None, record: Path | None = None
) -> int:
    """Write all pages as HTML and JSON; gives how many pages there are.

    A folder with other things in it is left alone (WrongCall); an earlier export in it is replaced.
    """
    with closing(open_ledger(ledger)) as db:
        ask = Asked(db, given=as_of, links=Files(), actors=actors, record=record, ledger=ledger)
        _clear(out)
        written: set[str] = set()
        for file in _pages(ask, written):
            _write(ask, out, file)
            written.add(file.name)
    _copy_static(out)
    return len(written)


def _clear(out: Path) -> None:
    """An empty folder, if it is ours to empty."""
    if out.exists() and any(out.iterdir()):
        if not (out / _MARK).exists():
            raise WrongCall(f"{out} holds other things; name a new folder, or one that an earlier export made")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text("An export of detente; `detente export-site` replaces it.\n", encoding="utf-8")


def _pages(ask: Asked, written: set[str]) -> Iterator[_File]:
    yield _File("index", start_page(ask))
    for pair in pair_counts(ask.db, known_by=ask.known_by, limit=MOST_PAIRS):
        yield from _of_pair(ask, pair.one, pair.other)
        ask.forget_pairs()
    for report in all_reports(ask.db, known_by=ask.known_by):
        if f"happening/{report.number}" not in written:
            yield _File(f"happening/{report.number}", happening.made(ask, Happening((report,)), None))
    for ref in articles(ask.db, known_by=ask.known_by):
        yield from _versions(ask, ref.row)
    for s in speakers(ask.db, known_by=ask.known_by, limit=10_000):
        yield from _speaker(ask, s.name, s.code)
    everyone = publisher_page(ask)
    yield _File("speakers", speaker_page(ask))
    yield _File("publishers", everyone)
    for row in everyone.others:
        yield _File(f"publisher/{slug(row.publisher)}", publisher_page(ask, row.publisher))
    yield _File("forecasts", forecasts_page(ask))


def _of_pair(ask: Asked, one: str, other: str) -> Iterator[_File]:
    """A pair with its happenings and items."""
    yield _File(_name(dyad_file(one, other)), dyad_page(ask, one, other, outlook=True))
    state = ask.pair(one, other)
    for h in state.happenings:
        page = happening.made(ask, h, state)
        for report in h.reports:
            yield _File(f"happening/{report.number}", page)
    for i in state.items:
        yield _File(f"item/{i.number}", item.made(ask, i, state))


def _versions(ask: Asked, row: int) -> Iterator[_File]:
    """An article with its earlier texts."""
    page = article_page(ask, row, loaded=True)
    for v in page.versions or (page.article,):
        yield from _views(ask, v.row)


def _views(ask: Asked, row: int) -> Iterator[_File]:
    """An article whole, only what happened, the narrator's own words, and what each voice says."""
    whole = article_page(ask, row, loaded=True)
    yield _File(_name(article_file(row)), whole)
    for view in OTHER_VIEWS:
        yield _File(_name(article_file(row, view)), replace(whole, view=view))
    for voice in whole.voices():
        yield _File(_name(article_file(row, "voice", voice)), replace(whole, view="voice", voice=voice))


def _name(file: str) -> str:
    return file.removesuffix(".html")


def _speaker(ask: Asked, name: str, code: str | None) -> Iterator[_File]:
    """A speaker, under the name alone and with the code; links have either."""
    try:
        yield _File(f"speaker/{slug(name, code)}", speaker_page(ask, name, code or ""))
        if code:
            yield _File(f"speaker/{slug(name)}", speaker_page(ask, name))
    except NotThere:
        return


def _write(ask: Asked, out: Path, file: _File) -> None:
    path = out / f"{file.name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    links = Files(file.name.count("/"), ask.given)
    path.write_bytes(as_html(file.page, links, ask.names).encode("utf-8", "replace"))
    path.with_suffix(".json").write_bytes(as_json(file.page))


def _copy_static(out: Path) -> None:
    static: Any = files("detente.web") / "static"
    for name in _STATIC:
        target = out / "static" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((static / name).read_bytes())
    css = files("detente.report") / "templates" / "report.css"
    (out / "static" / "report.css").write_bytes(css.read_bytes())
