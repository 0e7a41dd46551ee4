"""A page object as HTML or as JSON."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from pydantic import TypeAdapter

from detente.report.outline import STATUS_SIGNS, day, one_line
from detente.version import __version__
from detente.web import charts
from detente.web.links import Links
from detente.web.names import Names
from detente.web.pages.page import Page

SIGNS: dict[str, str] = {str(k): v for k, v in STATUS_SIGNS.items()} | {"postponed": "↷", "cancelled": "⊘"}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates in which everything that comes from an article is escaped."""
    made = Environment(
        loader=PackageLoader("detente.web", "templates"), autoescape=select_autoescape(default=True), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals.update(
        signs=SIGNS, spark=charts.spark, last_point=charts.last_point, version=__version__,
    )  # fmt: skip
    for own in (day, signed, percent, percent_points, one_line, plural, web_address):
        made.filters[own.__name__] = own
    return made


def as_html(page: Page, links: Links, names: Names, **more: Any) -> str:
    """The page drawn with its template. `more`: what belongs to the visit, as the token of forms."""
    given = {"p": page, "to": links, "names": names, "path": "", "choices": {}, "csrf": "", "can_write": False, **more}
    return environment().get_template(page.template).render(**given, **page.drawn())


def error_page(status: int, message: str) -> str:
    """A page that says in one sentence what went wrong."""
    return environment().get_template("error.html").render(status=status, message=message)


@lru_cache(maxsize=64)
def adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def as_json(page: Page) -> bytes:
    """The page as JSON; every field of the page object, in order."""
    kind: Any = type(page)
    return json.dumps(adapter(kind).dump_python(page, mode="json"), ensure_ascii=False).encode("utf-8", "replace")


def signed(value: float | None) -> str:
    """A tension or its change: "+3.2", "−1.0", "0.0"; a dash without data."""
    if value is None:
        return "–"
    text = f"{value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def percent(value: float | None) -> str:
    """A share or probability; below one in ten with one digit more. Only what is whole or nothing is shown so."""
    if value is None:
        return "–"
    if 0.995 <= value < 1:
        return "over 99%"
    if 0 < value < 0.0005:
        return "under 0.1%"
    return f"{100 * value:.1f}%" if 0 < value < 0.0995 else f"{100 * value:.0f}%"


def percent_points(value: float) -> str:
    """What a piece of evidence adds to a probability: "+1.2 points"."""
    return f"{signed(100 * value)} points"


def plural(number: int, noun: str) -> str:
    """ "1 report", "2 reports", "3 copies"."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


def web_address(url: str | None) -> str | None:
    """The address where it is one of the web; other schemes could run something."""
    return url if url and url.lower().startswith(("http://", "https://")) else None
