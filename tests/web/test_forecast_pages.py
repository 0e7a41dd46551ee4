"""Forecasts on the pages: stored ones without the forecasts room itself, live ones from the function that briefs use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from site_of_crisis import client

from detente.forecast.issue import Forecast, ForecastImpossible, forecast
from detente.forecast.ledger import open_source
from detente.forecast.outlook import outlook
from detente.forecast.questions import Question, question_of
from detente.ledger.clocks import moment
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
        "title": "material conflict within 30 days", "pair": ["ARV", "BMR"], "issued": day, "until": "2024-04-30",
        "probability": probability, "base_rate": 0.5,
        "evidence": [{"date": "2024-03-05", "adds": 0.021, "events": [{"actor": "BMR", "recipient": "ARV", "code": "17"}]}],
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
    page = web.get("/dyad/ARV/BMR?as_of=2024-04-14").text
    assert "3.1%" in page
    assert "BMR → ARV (17), +2.1 points" in page


def test_what_was_stored_or_decided_later_is_not_seen(record: Path) -> None:
    early = forecasts_of(record, ("BMR", "ARV"), known_by=datetime(2024, 3, 20, tzinfo=UTC))
    assert [(f.number, f.outcome) for f in early] == [(2, None), (1, None)]


def test_forecasts_made_with_hindsight_are_not_scored(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "_recorded", lambda path: [stored(1, "2024-03-06", 0.9, "yes", live=False)])
    assert scored(forecasts_of(record, None, known_by=APRIL)).resolved == 0


def test_without_a_record_there_are_none(tmp_path: Path) -> None:
    assert forecasts_of(tmp_path / "none", None, known_by=APRIL) == ()


def test_the_page_makes_the_forecasts_of_the_brief_with_base_rates_and_what_moves_them(crisis: Path) -> None:
    web = client(crisis)
    shown = web.get("/dyad/BMR/ARV.json?as_of=2024-04-14").json()["outlook"]
    told = outlook(lambda day: open_source(crisis, known_by=day), "ARV", "BMR", known_by=moment("2024-04-14"))
    assert [f["question"] for f in shown["forecasts"]] == [f.question.title for f in told.forecasts]
    assert [f["probability"] for f in shown["forecasts"]] == [f.to_dict()["probability"] for f in told.forecasts]
    assert [f["base_rate"] for f in shown["forecasts"]] == [f.to_dict()["base_rate"] for f in told.forecasts]
    driver = shown["forecasts"][0]["drivers"][0]
    assert web.get(f"/happening/{driver['happenings'][0]}?as_of=2024-04-14").status_code == 200
    page = web.get("/dyad/ARV/BMR?as_of=2024-04-14").text
    assert "all active pairs" in page
    assert "so there is no track record here" in page


def test_the_page_says_why_there_is_no_live_forecast(crisis: Path) -> None:
    web = client(crisis)
    assert web.get("/dyad/ARV/BMR.json?as_of=2025-04-14").json()["outlook"]["forecasts"] == []
    assert "No forecast: ledger crisis.ledger ends on" in web.get("/dyad/ARV/BMR?as_of=2025-04-14").text


def test_the_live_forecast_is_scored_by_all_recorded_ones(crisis: Path, record: Path) -> None:
    page = client(crisis, record=record).get("/dyad/ARV/CSV.json?as_of=2024-04-14").json()
    assert page["outlook"]["score"]["resolved"] == 2
    assert page["score"]["resolved"] == 0


def test_the_live_forecast_stands_in_the_description_of_the_pages(site: TestClient) -> None:
    known = site.get("/openapi.json").json()["components"]["schemas"]
    assert set(known["DyadPage"]["properties"]) >= {"outlook", "forecasts"}
    assert set(known["LiveCard"]["properties"]) >= {"probability", "base_rate", "long_run", "drivers"}


def test_a_question_that_cannot_be_answered_costs_only_its_own_answer(crisis: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_conflict(source: object, pair: object, asked: list[Question], **rest: object) -> list[Forecast]:
        if any(q.id != question_of("conflict").id for q in asked):
            raise ForecastImpossible("rupture is asked only of quiet pairs")
        return forecast(source, pair, asked, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("detente.forecast.outlook.forecast", only_conflict)
    found = outlook(lambda day: open_source(crisis, known_by=day), "ARV", "BMR", known_by=moment("2024-04-14"))
    assert [f.question.id for f in found.forecasts] == [question_of("conflict").id]
    assert found.reasons == ("rupture is asked only of quiet pairs",)


def test_a_large_ledger_makes_a_live_forecast_where_a_reader_asks_for_it(crisis: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.web.pages.dyad.MOST_EVENTS_UNASKED", 10)
    web = client(crisis)
    put_off = web.get("/dyad/ARV/BMR?as_of=2024-04-14").text
    assert "all active pairs" not in put_off
    assert "outlook=true" in put_off
    assert "all active pairs" in web.get("/dyad/ARV/BMR?as_of=2024-04-14&outlook=true").text
