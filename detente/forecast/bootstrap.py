"""Intervals by drawing whole pairs of states: windows of a pair overlap, so its rows are not independent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from detente.forecast.days import Floats, Ints

LEVEL = 0.90
DRAWS = 400
SEED = 20220224


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the interval that holds it in LEVEL of the draws; NaN where it cannot be said."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        return {name: _or_none(getattr(self, name)) for name in ("value", "low", "high")}


def _or_none(value: float) -> float | None:
    return round(value, 5) if np.isfinite(value) else None


def cluster_draws(cluster: Ints, *, draws: int = DRAWS, seed: int = SEED) -> Iterator[Floats]:
    """For each draw, how often each row is drawn (n,) when whole clusters are drawn with replacement."""
    names, at = np.unique(cluster, return_inverse=True)
    even = np.full(len(names), 1 / max(len(names), 1))
    for drawn in np.random.default_rng(seed).multinomial(len(names), even, size=draws):
        yield drawn[at].astype(np.float64)


def estimates(measure: Callable[[Floats], dict[str, float]], cluster: Ints, *, draws: int = DRAWS) -> dict[str, Estimate]:
    """Measures of the rows as they are, with intervals over the draws. measure: from row weights to named numbers."""
    values = measure(np.ones(len(cluster)))
    found = [measure(weights) for weights in cluster_draws(cluster, draws=draws)] if len(cluster) else []
    return {name: _estimate(value, np.array([f[name] for f in found])) for name, value in values.items()}


def _estimate(value: float, found: Floats) -> Estimate:
    found = found[np.isfinite(found)]
    if not len(found):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high))
