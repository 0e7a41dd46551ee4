"""Pages that take long to draw: their readers are told, and nobody else waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from site_of_crisis import client

from detente.web.app import _add_page
from detente.web.kept import Drawers, Kept, TookTooLong
from detente.web.pages.page import Asked
from detente.web.pages.start import StartPage, start_page

SOON, LONG = 0.05, 30.0


@dataclass
class Gate:
    """Where drawing waits until a test lets it go on; `begun` counts the drawings."""

    opened: threading.Event = field(default_factory=threading.Event)
    begun: int = 0

    def draw(self) -> bytes:
        self.begun += 1
        assert self.opened.wait(LONG)
        return b"drawn"


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


@pytest.fixture
def slow(crisis: Path, gate: Gate) -> TestClient:
    """A site with pages that are drawn only when the gate is opened."""
    web = client(crisis, reads_per_s=0, page_timeout_s=SOON)

    def slow_page(ask: Asked, number: int) -> StartPage:
        """A page that takes long."""
        gate.draw()
        return start_page(ask)

    _add_page(web.app, web.app.state.site, "/slow/{number}", slow_page, StartPage)  # type: ignore[arg-type, attr-defined]
    return web


def drawn(web: TestClient, path: str) -> None:
    """Wait until what is being drawn for an address is there."""
    entry = web.app.state.site.kept._entries[True, path, ""]  # type: ignore[attr-defined]
    assert entry.drawing.result(LONG)


def test_a_page_that_takes_too_long_says_what_why_and_what_to_try(slow: TestClient) -> None:
    answer = slow.get("/slow/1")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "20"
    for words in ("took longer than 0.05 seconds", "much is known", "ask for it again", "earlier day", "--page-timeout"):
        assert words in answer.text
    told = slow.get("/slow/1.json")
    assert told.status_code == 503
    assert told.json()["error"]["status"] == 503


def wait(web: TestClient, limit_s: float) -> None:
    """From now on readers of the site wait so long."""
    site = web.app.state.site  # type: ignore[attr-defined]
    site.settings = replace(site.settings, page_timeout_s=limit_s)


def test_other_pages_are_answered_meanwhile(slow: TestClient) -> None:
    assert slow.get("/slow/1").status_code == 503
    wait(slow, LONG)
    assert slow.get("/article/1").status_code == 200
    assert slow.get("/forecasts").status_code == 200


def test_it_goes_on_being_drawn_once_and_is_there_later(slow: TestClient, gate: Gate) -> None:
    assert [slow.get("/slow/1").status_code for _ in range(3)] == [503, 503, 503]
    assert gate.begun == 1
    gate.opened.set()
    drawn(slow, "/slow/1")
    assert slow.get("/slow/1").status_code == 200


def test_more_slow_pages_than_threads_leave_kept_ones_as_they_are(slow: TestClient) -> None:
    wait(slow, LONG)
    assert slow.get("/article/1").status_code == 200
    wait(slow, SOON)
    assert [slow.get(f"/slow/{n}").status_code for n in range(12)] == [503] * 12
    assert slow.get("/article/1").status_code == 200
    assert slow.get("/article/2").status_code == 503


def test_a_page_that_fails_is_drawn_again(gate: Gate) -> None:
    kept = Kept(drawers=Drawers(1))

    def broken() -> bytes:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(kept.get("a", 1, broken, limit_s=LONG))
    assert asyncio.run(kept.get("a", 1, lambda: b"whole", limit_s=LONG)) == b"whole"


def test_readers_get_the_page_of_a_moment_ago_while_one_has_it_made_anew(gate: Gate) -> None:
    now = [0.0]
    kept = Kept(clock=lambda: now[0], patience_s=20.0)

    def ask(state: int, make: Callable[[], bytes]) -> bytes:
        return asyncio.run(kept.get("a", state, make, limit_s=SOON))

    assert ask(1, lambda: b"old") == b"old"
    with pytest.raises(TookTooLong):
        ask(2, gate.draw)
    assert ask(2, gate.draw) == b"old"
    now[0] = 60.0
    with pytest.raises(TookTooLong):
        ask(2, gate.draw)
    assert gate.begun == 1
