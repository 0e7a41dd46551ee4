"""Fitting the models of one question: penalised likelihoods, by Newton's method and L-BFGS; no randomness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from detente.forecast.days import Floats
from detente.forecast.odds import probability

RIDGE = 100.0
NEWTON_STEPS, CLOSE = 60, 1e-6
SPARSE = 5.0  # pull of each term of the rate to nothing


@dataclass(frozen=True)
class Rows:
    """Features, outcomes (1 or 0) and what each row weighs."""

    features: Floats
    outcome: Floats
    weight: Floats

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        return cls(*(np.concatenate([getattr(p, f) for p in parts]) for f in ("features", "outcome", "weight")))


def fit_logistic(rows: Rows, ridge: float = RIDGE) -> tuple[float, Floats]:
    """Intercept and weights of the features as given; the penalty is on standardised ones."""
    mean, spread = rows.features.mean(axis=0), rows.features.std(axis=0) + 1e-9
    x, y, w = (rows.features - mean) / spread, rows.outcome, rows.weight
    x = np.column_stack([np.ones(len(x)), x])
    pull = np.full(x.shape[1], ridge)
    pull[0] = 1e-9  # the intercept is free
    b = np.zeros(x.shape[1])
    share = np.clip(np.average(y, weights=w), 1e-6, 1 - 1e-6)
    b[0] = np.log(share / (1 - share))
    value = _penalised(x, y, w, pull, b)
    for _ in range(NEWTON_STEPS):
        p = probability(x @ b)
        gradient = x.T @ (w * (p - y)) + pull * b
        step = np.linalg.solve((x.T * (w * p * (1 - p))) @ x + np.diag(pull), gradient)
        while (found := _penalised(x, y, w, pull, b - step)) > value and np.abs(step).max() > CLOSE:
            step = step / 2
        b, value = b - step, found
        if np.abs(step).max() < CLOSE:
            break
    weights = b[1:] / spread
    return float(b[0] - weights @ mean), weights


def _penalised(x: Floats, y: Floats, w: Floats, pull: Floats, b: Floats) -> float:
    z = x @ b
    return float((w * (np.logaddexp(0, z) - y * z)).sum() + (pull * b * b).sum() / 2)


def fit_rate(rows: Rows, days: int, sparse: float = SPARSE) -> tuple[Floats, float]:
    """Weights of the terms, none negative, and dispersion, so that the number of days reaches `days` as often as it did."""
    scale = rows.features.mean(axis=0) + 1e-9
    x, y, w = rows.features / scale, rows.outcome, rows.weight
    n = x.shape[1]

    def loss(b: Floats) -> tuple[float, Floats]:
        mean, size = x @ b[:n] + 1e-6, np.exp(b[n])
        p, slope = _at_least_with_slope(days, mean, size)
        nudged, _ = _at_least_with_slope(days, mean, np.exp(b[n] + 1e-5))
        pull = w * (y / p - (1 - y) / (1 - p))
        gradient = np.concatenate([-(x.T @ (pull * slope)) + sparse, [-(pull * (nudged - p)).sum() / 1e-5 + 0.1 * b[n]]])
        value = -(w * (y * np.log(p) + (1 - y) * np.log1p(-p))).sum() + sparse * b[:n].sum() + 0.05 * b[n] ** 2
        return float(value), gradient

    start = np.concatenate([np.full(n, max(y.mean(), 1e-3) / n), [0.0]])
    bounds = [(0, None)] * n + [(-3, 4)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000})
    return found.x[:n] / scale, float(np.exp(found.x[n]))


def _at_least_with_slope(days: int, mean: Floats, size: float) -> tuple[Floats, Floats]:
    """Chance of reaching `days`, and its slope in the mean."""
    term = np.exp(-size * np.log1p(mean / size))
    below, slope = np.zeros_like(mean), np.zeros_like(mean)
    for k in range(days):
        below += term
        slope += term * (k / mean - (size + k) / (size + mean))
        term = term * (size + k) / (k + 1) * mean / (size + mean)
    return np.clip(1 - below, 1e-9, 1 - 1e-9), -slope
