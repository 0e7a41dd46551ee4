"""The forecasts room as pages need it; without the room, or without a record, there are simply no forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Driver:
    """A day of events that moves a forecast, and by how much."""

    day: str
    adds: float
    what: str


@dataclass(frozen=True)
class ForecastCard:
    """A stored forecast: the question in words, its number beside the base rate, what moves it, what became of it."""

    number: int
    one: str
    other: str
    question: str
    issued: str
    until: str
    probability: float
    base_rate: float | None
    drivers: tuple[Driver, ...]
    outcome: str | None
    reason: str | None
    rule: str | None


@dataclass(frozen=True)
class Bin:
    """Forecasts of about one probability: their mean, the share that came true, and how many they are."""

    mean: float
    share: float
    number: int


@dataclass(frozen=True)
class Score:
    """How well resolved forecasts did; lower is better. None where none are resolved."""

    resolved: int
    brier: float | None
    brier_of_base_rate: float | None
    bins: tuple[Bin, ...]


def available() -> bool:
    """Whether this installation has the forecasts room."""
    from importlib.util import find_spec

    return find_spec("detente.forecast") is not None


def forecasts_of(record: Path | None, pair: tuple[str, str] | None, *, known_by: datetime) -> tuple[ForecastCard, ...]:
    """Forecasts recorded by then, the latest first; of one pair, or of all."""
    if record is None or not record.exists() or not available():
        return ()
    return ()


def scored(cards: tuple[ForecastCard, ...]) -> Score:
    """Brier score of the resolved ones beside that of the base rates, and their reliability in ten bins."""
    done = [c for c in cards if c.outcome in ("yes", "no")]
    if not done:
        return Score(0, None, None, ())
    came = [1.0 if c.outcome == "yes" else 0.0 for c in done]
    brier = sum((c.probability - y) ** 2 for c, y in zip(done, came)) / len(done)
    based = [(c.base_rate, y) for c, y in zip(done, came) if c.base_rate is not None]
    base = sum((b - y) ** 2 for b, y in based) / len(based) if len(based) == len(done) else None
    return Score(len(done), round(brier, 4), None if base is None else round(base, 4), _bins(done, came))


def _bins(done: list[ForecastCard], came: list[float]) -> tuple[Bin, ...]:
    groups: dict[int, list[tuple[float, float]]] = {}
    for c, y in zip(done, came):
        groups.setdefault(min(9, int(c.probability * 10)), []).append((c.probability, y))
    return tuple(
        Bin(round(sum(p for p, _ in g) / len(g), 4), round(sum(y for _, y in g) / len(g), 4), len(g))
        for _, g in sorted(groups.items())
    )
