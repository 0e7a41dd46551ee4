"""Fitting the models of one question: penalised likelihoods, minimised by L-BFGS. No randomness but the thinning's seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from detente.forecast.days import Floats
from detente.forecast.odds import probability

RIDGE = 100.0
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

    def loss(b: Floats) -> tuple[float, Floats]:
        z = b[0] + x @ b[1:]
        error = w * (probability(z) - y)
        value = (w * (np.logaddexp(0, z) - y * z)).sum() + ridge / 2 * (b[1:] ** 2).sum()
        return float(value), np.concatenate([[error.sum()], x.T @ error + ridge * b[1:]])

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    weights = found.x[1:] / spread
    return float(found.x[0] - weights @ mean), weights


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
