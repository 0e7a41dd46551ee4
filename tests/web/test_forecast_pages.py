"""Stored forecasts on the pages, without the forecasts room itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from site_of_crisis import client

from detente.web import forecasting
from detente.web.forecasting import forecasts_of, scored

APRIL = datetime(2024, 4, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Stored:
    """A forecast of the record, as the forecasts room gives it."""

    number: int
    recorded_at: str
    body: dict[str, Any]
    resolution: dict[str, Any] | None = None
    live: bool = True


def stored(
    number: int, day: str, probability: float, outcome: str | None = None, decided: str = "2024-04-10", **more: Any
) -> Stored:
    body = {
        "title": "material conflict within 30 days", "pair": ["ARV", "BLM"], "issued": day, "until": "2024-04-30",
        "probability": probability, "base_rate": 0.5,
        "evidence": [{"date": "2024-03-05", "adds": 0.021, "events": [{"actor": "BLM", "recipient": "ARV", "code": "17"}]}],
    }  # fmt: skip
    told = {"outcome": outcome, "reason": "2 days", "decided_on": decided} if outcome else None
    return Stored(number, f"{day}T12:00:00+00:00", body, told, **more)


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "forecasts.record"
    path.write_bytes(b"")
    found = [stored(1, "2024-03-06", 0.8, "yes"), stored(2, "2024-03-13", 0.4, "no"), stored(3, "2024-04-01", 0.031)]
    monkeypatch.setattr(forecasting, "available", lambda: True)
    monkeypatch.setattr(forecasting, "_recorded", lambda path: found)
    return path


def test_the_page_shows_open_and_resolved_ones_and_how_good_they_were(crisis: Path, record: Path) -> None:
    web = client(crisis, record=record)
    data = web.get("/forecasts.json?as_of=2024-04-14").json()
    assert ([f["number"] for f in data["open"]], [f["number"] for f in data["resolved"]]) == ([3], [2, 1])
    assert data["score"]["brier"] == pytest.approx((0.2**2 + 0.4**2) / 2)
    assert data["score"]["brier_of_base_rate"] == 0.25
    page = web.get("/dyad/ARV/BLM?as_of=2024-04-14").text
    assert "3.1%" in page
    assert "BLM → ARV (17), +2.1 points" in page


def test_what_was_stored_or_decided_later_is_not_seen(record: Path) -> None:
    early = forecasts_of(record, ("BLM", "ARV"), known_by=datetime(2024, 3, 20, tzinfo=UTC))
    assert [(f.number, f.outcome) for f in early] == [(2, None), (1, None)]


def test_forecasts_made_with_hindsight_are_not_scored(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "_recorded", lambda path: [stored(1, "2024-03-06", 0.9, "yes", live=False)])
    assert scored(forecasts_of(record, None, known_by=APRIL)).resolved == 0


def test_without_a_record_there_are_none(tmp_path: Path) -> None:
    assert forecasts_of(tmp_path / "none", None, known_by=APRIL) == ()
