"""Rolling recalibration, fitted on matured windows only: slope and intercept in log odds, in a rich source an offset a pair.

All are drawn to where they change nothing. A pair whose windows come true more often than was said is raised, one whose windows
come true less often is lowered, the less the fewer windows it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from detente.forecast.days import Floats, Ints
from detente.forecast.odds import probability

ENOUGH_OUTCOMES = 30  # times it came true before anything is changed
RIDGE = 10.0
MEMORY_DAYS = 730.0  # half-life of what a matured window weighs
ENOUGH_FOR_PAIRS = 300  # times it came true before pairs are told apart
SPREAD = 0.3  # variance of offsets over pairs, in squared log odds
PAIR_MEMORY_DAYS = 1095.0
_PAIR_STEPS = 3
_WEEK = 7.0
_STEPS, _CLOSE = 25, 1e-8


@dataclass(frozen=True, slots=True)
class Calibration:
    """What log odds become: intercept + slope x + offset of the pair. `outcomes`: how many came true where it was fitted."""

    intercept: float = 0.0
    slope: float = 1.0
    outcomes: int = 0
    offset: float = 0.0

    @property
    def identity(self) -> bool:
        return self.intercept == 0.0 and self.slope == 1.0

    def __call__(self, log_odds: Floats) -> Floats:
        return np.asarray(self.intercept + self.slope * log_odds + self.offset)


@dataclass(frozen=True, slots=True)
class Calibrations:
    """The calibration of every pair. `offsets`: by index of pair; pairs beyond it have none."""

    common: Calibration = field(default_factory=Calibration)
    offsets: Floats = field(default_factory=lambda: np.zeros(0))

    def of(self, pair: int) -> Calibration:
        return replace(self.common, offset=float(self._offsets(np.array([pair]))[0]))

    def __call__(self, log_odds: Floats, pairs: Ints) -> Floats:
        return self.common(log_odds) + self._offsets(pairs)

    def _offsets(self, pairs: Ints) -> Floats:
        known = (pairs >= 0) & (pairs < len(self.offsets))
        return np.where(known, np.append(self.offsets, 0.0)[np.where(known, pairs, -1)], 0.0)


def calibrations(
    log_odds: Floats, outcome: Floats, age_days: Floats, pairs: Ints, horizon_days: int, near: Calibration | None = None
) -> Calibrations:
    """From matured forecasts; see `calibration`. Pairs are told apart once there are ENOUGH_FOR_PAIRS outcomes."""
    common = calibration(log_odds, outcome, age_days, horizon_days, near)
    if common.outcomes < ENOUGH_FOR_PAIRS:
        return Calibrations(common)
    z, offsets = common(log_odds), np.zeros(int(pairs.max()) + 1)
    weights = np.exp2(-age_days / PAIR_MEMORY_DAYS) * min(1.0, _WEEK / horizon_days)
    for _ in range(_PAIR_STEPS):
        p = probability(z + offsets[pairs])
        pull = np.bincount(pairs, weights * (outcome - p), len(offsets)) - offsets / SPREAD
        curve = np.bincount(pairs, weights * p * (1 - p), len(offsets)) + 1 / SPREAD
        offsets = offsets + np.clip(pull / curve, -1.0, 1.0)
    return Calibrations(common, offsets)


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


def rolling(log_odds: Floats, outcome: Floats, issued: Ints, pairs: Ints, horizon_days: int) -> Floats:
    """Each forecast recalibrated by those that had matured when it was issued. outcome: NaN where not known."""
    changed = log_odds.copy()
    known, found = ~np.isnan(outcome), Calibrations()
    for day in np.unique(issued):
        past = known & (issued + horizon_days <= day)
        now = issued == day
        ages = (day - issued[past]).astype(np.float64)
        found = calibrations(log_odds[past], outcome[past], ages, pairs[past], horizon_days, near=found.common)
        changed[now] = found(log_odds[now], pairs[now])
    return changed
