"""All stored forecasts: open, resolved, and how good they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from detente.web.forecasting import ForecastCard, Score, available, forecasts_of, scored
from detente.web.pages.page import Asked, Page

MOST = 200


@dataclass(frozen=True, kw_only=True)
class ForecastsPage(Page):
    """Forecasts recorded by then. `room`: whether this installation makes forecasts at all; `record`: whether there is one.

    open, resolved: the latest 200 at most; `score` is of all."""

    template: ClassVar[str] = "forecasts.html"
    room: bool
    record: bool
    open: tuple[ForecastCard, ...]
    resolved: tuple[ForecastCard, ...]
    score: Score


def forecasts_page(ask: Asked) -> ForecastsPage:
    """The track record as known by then."""
    found = forecasts_of(ask.record, None, known_by=ask.known_by)
    return ForecastsPage(
        title="Forecasts", known=ask.known, room=available(), record=ask.record is not None and ask.record.exists(),
        open=tuple(f for f in found if f.outcome is None)[:MOST],
        resolved=tuple(f for f in found if f.outcome is not None)[:MOST],
        score=scored(found),
    )  # fmt: skip
