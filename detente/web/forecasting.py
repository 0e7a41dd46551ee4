"""The forecasts room as pages need it; without the room, or without a record, there are simply no forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Driver:
    """A day of events that moves a forecast, and by how much."""

    day: str
    adds: float
    what: str


@dataclass(frozen=True)
class ForecastCard:
    """A stored forecast: the question in words, its number beside the base rate, what moves it, what became of it.

    live: stored before its window began; the others were made with hindsight, and are not scored.
    """

    number: int
    one: str
    other: str
    question: str
    issued: str
    until: str
    probability: float
    base_rate: float | None
    drivers: tuple[Driver, ...]
    live: bool
    outcome: str | None
    reason: str | None


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
    """Forecasts recorded by then, the latest first, with what had become of them by then; of one pair, or of all."""
    if record is None or not record.exists() or not available():
        return ()
    found = [r for r in _recorded(record) if datetime.fromisoformat(r.recorded_at) <= known_by]
    wanted = [r for r in found if pair is None or set(r.body["pair"]) == set(pair)]
    return tuple(_card(r, known_by) for r in sorted(wanted, key=lambda r: (r.body["issued"], r.number), reverse=True))


def _recorded(record: Path) -> list[Any]:
    """All forecasts of the record; RecordInvalid where somebody changed it."""
    return list(import_module("detente.forecast.record").read_record(record))


def _card(r: Any, known_by: datetime) -> ForecastCard:
    body, decided = r.body, r.resolution
    if decided and date.fromisoformat(decided["decided_on"]) > known_by.date():
        decided = None
    one, other = body["pair"]
    return ForecastCard(
        r.number, one, other, body["title"], body["issued"], body["until"], body["probability"], body.get("base_rate"),
        tuple(Driver(e["date"], e["adds"], _events(e["events"])) for e in body.get("evidence", ())), bool(r.live),
        decided["outcome"] if decided else None, decided["reason"] if decided else None,
    )  # fmt: skip


def _events(events: Sequence[Mapping[str, Any]], most: int = 3) -> str:
    """Events of a day in a few words, with their CAMEO codes."""
    shown = [f"{e['actor']} → {e['recipient']} ({e['code']})" for e in events[:most]]
    return ", ".join(shown) + (f" and {len(events) - most} more" if len(events) > most else "")


def scored(cards: tuple[ForecastCard, ...]) -> Score:
    """Brier score of the live and decided ones beside that of the base rates, and their reliability in ten bins."""
    done = [c for c in cards if c.live and c.outcome in ("yes", "no")]
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
