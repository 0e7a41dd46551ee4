"""A site over the example crisis, without a network and without the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from news import RECORDED

from detente.ledger.connection import open_ledger
from detente.ledger.exchange import readings_of
from detente.ledger.write import write_readings
from detente.types import Reading, Refusal
from detente.web.app import make_app
from detente.web.settings import Settings

CRISIS = Path(__file__).parents[2] / "examples" / "crisis"
ACTORS = CRISIS / "actors.toml"
DAY = "2024-04-14"
HERE = "http://localhost"


def crisis_ledger(path: Path) -> Path:
    """A ledger with the readings of the crisis."""
    return ledger_with(path, readings_of(str(CRISIS / "readings.jsonl")))


def ledger_with(path: Path, readings: Iterable[Reading]) -> Path:
    db = open_ledger(path, create=True)
    list(write_readings(db, readings, now=RECORDED))
    db.close()
    return path


def client(ledger: Path, **settings: Any) -> TestClient:
    """A browser without scripts; the worker is not started, tests read by hand."""
    app = make_app(Settings(ledger, **{"actors": ACTORS, **settings}))
    app.state.site.uploads.wake = lambda: None
    return TestClient(app, base_url=HERE, follow_redirects=False)


def token_of(page: str) -> str:
    """The token of the page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]


def fake_read_many(articles: Iterable[Any], *, threads: int = 0, actors: Path | None = None) -> Iterator[Reading | Refusal]:
    """Readings with nothing in them."""
    for one in articles:
        yield one if isinstance(one, Refusal) else Reading(one.article, "0.1.0", refusals=one.notes)
