"""A stated, bounded adjustment for what only a ledger knows: off by default, logged and scored apart."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np

from detente.forecast.odds import log_odds, probability
from detente.forecast.questions import Question

THAW = "material cooperation"  # a question about it is moved the other way round
Signals = Mapping[str, tuple[int, ...]]  # by the names of signals.toml, the numbers of the items or happenings that count


class Known(Protocol):
    """What a ledger knows of a pair, as `relations.pair.PairState`."""

    @property
    def items(self) -> Iterable[Any]: ...
    @property
    def happenings(self) -> Iterable[Any]: ...


@dataclass(frozen=True, slots=True)
class Signal:
    """One row of signals.toml: what counts, and what the first one adds in log odds."""

    name: str
    step: float
    of: str
    status: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    contested: bool = False
    recent: bool = False


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A probability before and after, what each signal added in log odds before the bound, and which items those are."""

    before: float
    after: float
    steps: Mapping[str, float]
    numbers: Signals

    def to_dict(self) -> dict[str, Any]:
        return {
            "before": round(self.before, 5), "after": round(self.after, 5),
            "steps": {k: round(v, 4) for k, v in self.steps.items()}, "numbers": {k: list(v) for k, v in self.numbers.items()},
        }  # fmt: skip


def signals_of(known: Known, on: date) -> Signals:
    """What a ledger gives of each signal as of a day; signals without any are left out."""
    found = {signal.name: tuple(sorted(_numbers(signal, known, on))) for signal in _signals()}
    return {name: numbers for name, numbers in found.items() if numbers}


def adjusted(before: float, question: Question, signals: Signals) -> Adjustment:
    """Log odds moved by the steps of signals.toml, within their bound; without signals nothing changes.

    >>> from detente.forecast.questions import question_of
    >>> round(adjusted(0.1, question_of("conflict"), {"open threats": (3,)}).after, 3)
    0.125
    """
    sign = -1.0 if question.outcome == THAW else 1.0
    steps = {s.name: sign * s.step * math.log2(1 + len(signals[s.name])) for s in _signals() if signals.get(s.name)}
    if not steps:
        return Adjustment(before, before, {}, {})
    bound = _table()["bound"]
    moved = max(-bound, min(bound, sum(steps.values())))
    return Adjustment(before, float(probability(log_odds(np.array([before])) + moved)[0]), steps, signals)


def _numbers(signal: Signal, known: Known, on: date) -> Iterator[int]:
    """Of the items or happenings that count."""
    for one in known.happenings if signal.of == "happening" else known.items:
        if signal.of == "happening":
            kind_fits = (not signal.contested or one.contested) and (not signal.type or one.event_type in signal.type)
            since = one.day
        else:
            kind_fits, since = one.kind == signal.of, _since(one)
        status_fits = not signal.status or one.status in signal.status
        if kind_fits and status_fits and (not signal.recent or (on - since).days <= _table()["recent_days"]):
            yield one.number


def _since(item: Any) -> date:
    """Since when an item has had its status."""
    return date.fromisoformat((item.answer.known_at if item.answer else item.known_at)[:10])


@lru_cache(maxsize=1)
def _signals() -> tuple[Signal, ...]:
    return tuple(Signal(**_frozen(row)) for row in _table()["signal"])


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads((files("detente.data") / "forecast" / "signals.toml").read_text(encoding="utf-8"))
