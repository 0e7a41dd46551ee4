"""Rolling recalibration: slope and intercept in log odds, drawn to identity, fitted on matured windows only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.forecast.days import Floats, Ints
from detente.forecast.odds import probability

ENOUGH_OUTCOMES = 30  # times it came true before anything is changed
RIDGE = 10.0
MEMORY_DAYS = 730.0  # half-life of what a matured window weighs
_WEEK = 7.0
_STEPS, _CLOSE = 25, 1e-8


@dataclass(frozen=True, slots=True)
class Calibration:
    """What log odds become: intercept + slope x. `outcomes`: how many came true among those it was fitted on."""

    intercept: float = 0.0
    slope: float = 1.0
    outcomes: int = 0

    @property
    def identity(self) -> bool:
        return self.intercept == 0.0 and self.slope == 1.0

    def __call__(self, log_odds: Floats) -> Floats:
        return np.asarray(self.intercept + self.slope * log_odds)


def calibration(
    log_odds: Floats, outcome: Floats, age_days: Floats, horizon_days: int, near: Calibration | None = None
) -> Calibration:
    """From matured forecasts; identity until enough outcomes. Overlapping windows weigh as the week that is new in each.

    near: where to look first; the answer does not depend on it.
    """
    came_true = int(outcome.sum())
    if came_true < ENOUGH_OUTCOMES:
        return Calibration(outcomes=came_true)
    weights = np.exp2(-age_days / MEMORY_DAYS) * min(1.0, _WEEK / horizon_days)
    a, b = (near.intercept, near.slope) if near else (0.0, 1.0)
    for _ in range(_STEPS):
        step = _newton_step(log_odds, outcome, weights, a, b)
        a, b = a - float(step[0]), b - float(step[1])
        if abs(step).max() < _CLOSE:
            break
    return Calibration(a, b, came_true)


def _newton_step(x: Floats, y: Floats, w: Floats, a: float, b: float) -> Floats:
    p = probability(a + b * x)
    error, curve = w * (p - y), w * p * (1 - p)
    gradient = np.array([error.sum() + RIDGE * a, (error * x).sum() + RIDGE * (b - 1)])
    cross = (curve * x).sum()
    hessian = np.array([[curve.sum() + RIDGE, cross], [cross, (curve * x * x).sum() + RIDGE]])
    return np.asarray(np.linalg.solve(hessian, gradient))


def rolling(log_odds: Floats, outcome: Floats, issued: Ints, horizon_days: int) -> Floats:
    """Each forecast recalibrated by those that had matured when it was issued. outcome: NaN where not known."""
    changed = log_odds.copy()
    known, found = ~np.isnan(outcome), Calibration()
    for day in np.unique(issued):
        past = known & (issued + horizon_days <= day)
        now = issued == day
        ages = (day - issued[past]).astype(np.float64)
        found = calibration(log_odds[past], outcome[past], ages, horizon_days, near=found)
        changed[now] = found(log_odds[now])
    return changed
