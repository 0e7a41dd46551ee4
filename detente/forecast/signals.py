"""A stated, bounded adjustment for what only a ledger knows: off by default, logged and scored apart."""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from detente.forecast.odds import log_odds, probability


@dataclass(frozen=True, slots=True)
class Signals:
    """How many of each there are between two states, as known before the day of issue."""

    open_threats: int = 0
    unmet_demands: int = 0
    refusals: int = 0
    cancelled_meetings: int = 0
    held_meetings: int = 0
    scheduled_meetings: int = 0
    kept_promises: int = 0
    contested_happenings: int = 0


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A probability before and after, and what each signal added in log odds before the bound."""

    before: float
    after: float
    steps: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        steps = {k: round(v, 4) for k, v in self.steps.items()}
        return {"before": round(self.before, 5), "after": round(self.after, 5), "steps": steps}


def adjusted(before: float, signals: Signals) -> Adjustment:
    """Log odds moved by the steps of signals.toml, within their bound.

    >>> adjusted(0.1, Signals()).after == 0.1
    True
    """
    table = _table()
    steps = {k: table["steps"][k] * math.log2(1 + n) for k, n in asdict(signals).items() if n}
    if not steps:
        return Adjustment(before, before, {})
    moved = max(-table["bound"], min(table["bound"], sum(steps.values())))
    return Adjustment(before, float(probability(log_odds(np.array([before])) + moved)[0]), steps)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads((files("detente.data") / "forecast" / "signals.toml").read_text(encoding="utf-8"))
