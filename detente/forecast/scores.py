"""Scoring rules and measures of probabilities against outcomes (1 or 0). Weights, where given, count rows several times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.forecast.days import Floats

BINS = 10


def log_losses(p: Floats, outcome: Floats) -> Floats:
    """Of each forecast, in nats; lower is better. A sure forecast that comes true scores exactly 0, one that fails infinity.

    >>> log_losses(np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    array([0., 0.])
    """
    right = np.where(outcome == 1.0, p, 1.0 - np.asarray(p))
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(right) + 0.0)


def brier_scores(p: Floats, outcome: Floats) -> Floats:
    """Squared errors; lower is better.

    >>> brier_scores(np.array([0.5, 1.0]), np.array([1.0, 1.0]))
    array([0.25, 0.  ])
    """
    return np.asarray((p - outcome) ** 2)


def skill(score: float, of_baseline: float) -> float:
    """Share of the baseline's loss that is gone: 1 is perfect, 0 as good as the baseline, NaN where that has no loss."""
    return float("nan") if of_baseline == 0 else 1.0 - score / of_baseline


def auc(p: Floats, outcome: Floats, weights: Floats | None = None) -> float:
    """Chance that a case that came true got more than one that did not, ties by half; NaN where one kind is missing.

    >>> auc(np.array([0.9, 0.1, 0.5]), np.array([1.0, 0.0, 1.0]))
    1.0
    """
    w = np.ones(len(p)) if weights is None else weights
    groups, at = np.unique(p, return_inverse=True)
    yes = np.asarray(np.bincount(at, weights=w * outcome, minlength=len(groups)), dtype=np.float64)
    no = np.asarray(np.bincount(at, weights=w * (1 - outcome), minlength=len(groups)), dtype=np.float64)
    return auc_of_groups(yes, no)


def auc_of_groups(yes: Floats, no: Floats) -> float:
    """AUC from how many cases of each kind share a forecast, in ascending order of forecasts."""
    if yes.sum() == 0 or no.sum() == 0:
        return float("nan")
    below = np.cumsum(no) - no
    return float((yes * (below + no / 2)).sum() / (yes.sum() * no.sum()))


def precision_of_groups(yes: Floats, every: Floats) -> float:
    """Average precision: precision averaged over the cases that came true, from the surest down; NaN where none came true.

    yes, every: how many of those that share a forecast came true, and how many they are, in descending order of forecasts.
    """
    if yes.sum() == 0:
        return float("nan")
    reached = np.cumsum(every)
    precision = np.divide(np.cumsum(yes), reached, out=np.zeros(len(yes)), where=reached > 0)
    return float((precision * yes).sum() / yes.sum())


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the forecasts, from the lowest up: how many, what they said on average, what came true."""

    number: float
    said: float
    came_true: float


def reliability(p: Floats, outcome: Floats, weights: Floats | None = None) -> tuple[Bin, ...]:
    """Bins of equal size, in order of the forecasts; fewer where there are fewer forecasts."""
    w = np.ones(len(p)) if weights is None else weights
    order = np.argsort(p, kind="stable")
    return tuple(_bin(p[i], outcome[i], w[i]) for i in np.array_split(order, min(BINS, len(p) or 1)) if w[i].sum() > 0)


def _bin(p: Floats, outcome: Floats, w: Floats) -> Bin:
    return Bin(float(w.sum()), float(np.average(p, weights=w)), float(np.average(outcome, weights=w)))


def calibration_error(p: Floats, outcome: Floats, weights: Floats | None = None) -> float:
    """Expected calibration error over ten bins of equal size; NaN for no forecasts."""
    bins = reliability(p, outcome, weights)
    total = sum(b.number for b in bins)
    return sum(b.number * abs(b.said - b.came_true) for b in bins) / total if total else float("nan")
