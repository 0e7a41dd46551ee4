"""The forecasts room as pages need it; without the room, or without a record, there are simply no forecasts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

Mark = tuple[int, ...]  # of what a ledger knew by a moment
_HAPPENING = re.compile(r"happening (\d+)\b")  # so references to a ledger begin


@dataclass(frozen=True)
class Driver:
    """A day of events that moves a forecast, and by how much; the happenings of the ledger that they are."""

    day: str
    adds: float
    what: str
    happenings: tuple[int, ...] = ()


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
class LiveCard:
    """A forecast made for this page from all that is known: its number beside its base rates, and what moves it.

    base_rate: of all active pairs; pair_rate: of these two in this ledger, None before any window is over; long_run: of these
    two by the shipped history, which may not know them. small_ledger: whether there is too little news to go by it alone;
    if_fair, if_chosen: then the number if that news is a fair sample, or was chosen because of conflict.
    """

    question: str
    issued: str
    until: str
    probability: float
    base_rate: float
    pair_rate: float | None
    long_run: float
    long_run_known: bool
    small_ledger: bool
    if_fair: float
    if_chosen: float
    model: str
    drivers: tuple[Driver, ...]


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


@dataclass(frozen=True)
class LiveOutlook:
    """Live forecasts, why others cannot be made, and how good all recorded ones were.

    waiting: so many events must be gone through that nothing is made unless somebody asks for it.
    """

    forecasts: tuple[LiveCard, ...]
    reasons: tuple[str, ...]
    score: Score
    waiting: int = 0


def available() -> bool:
    """Whether this installation has the forecasts room."""
    from importlib.util import find_spec

    return find_spec("detente.forecast") is not None


def outlook_of(
    ledger: Path | None, pair: tuple[str, str], *, known_by: datetime, mark: Mark, record: Path | None, waiting: int = 0
) -> LiveOutlook:
    """The forecasts that a brief of the two tells, with how good recorded ones of all pairs were.

    mark: of what is known by then; made once for each. waiting: put off, since there are so many events.
    """
    score = scored(forecasts_of(record, None, known_by=known_by))
    if ledger is None or not available() or waiting:
        return LiveOutlook((), (), score, waiting)
    return LiveOutlook(*_made(ledger, mark, (min(pair), max(pair)), known_by), score)


@lru_cache(maxsize=256)
def _made(ledger: Path, mark: Mark, pair: tuple[str, str], known_by: datetime) -> tuple[tuple[LiveCard, ...], tuple[str, ...]]:
    """Live forecasts, and reasons for missing ones."""
    room: Any = import_module("detente.forecast.outlook")
    found = room.outlook(partial(_source, ledger, mark), *pair, known_by=known_by)
    return tuple(_live(f.to_dict()) for f in found.forecasts), found.reasons


@lru_cache(maxsize=4)
def _source(ledger: Path, mark: Mark, known_by: date) -> Any:
    """What the ledger knew before a day, as a history."""
    return import_module("detente.forecast.ledger").open_source(ledger, known_by=known_by)


def _live(body: Mapping[str, Any]) -> LiveCard:
    return LiveCard(
        body["title"], body["issued"], body["until"], body["probability"], body["base_rate"], body["dyad_rate"], body["prior"],
        body["prior_known"], body["small_ledger"], body["if_fair_sample"], body["if_chosen_for_conflict"], body["model"],
        tuple(map(_driver, body["evidence"])),
    )  # fmt: skip


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
        tuple(map(_driver, body.get("evidence", ()))), bool(r.live),
        decided["outcome"] if decided else None, decided["reason"] if decided else None,
    )  # fmt: skip


def _driver(evidence: Mapping[str, Any]) -> Driver:
    told = (_HAPPENING.match(e.get("reference") or "") for e in evidence["events"])
    return Driver(evidence["date"], evidence["adds"], _events(evidence["events"]), tuple({int(m[1]): None for m in told if m}))


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
