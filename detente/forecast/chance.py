"""How large a calibration error is by chance alone: that of one whose probabilities are exactly right, on as many outcomes.

Weekly questions about one pair share most of their windows, so a few hundred outcomes make thousands of rows, and even the best
forecaster shows an error. Pairs are drawn independently; wars that take in many pairs would make it larger.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from detente.forecast.days import Floats, Ints
from detente.forecast.scores import calibration_error

DRAWS = 40
SEED = 1789
_WEEK = 7


def error_by_chance(p: Floats, pair: Ints, issued: Ints, horizon_days: int, *, draws: int = DRAWS) -> float:
    """Mean calibration error over outcomes drawn by the forecasts themselves; NaN for no forecasts.

    Two windows of a pair are as alike as the days that they share: outcomes are thresholds of a moving sum of weekly noise.
    """
    if not len(p):
        return float("nan")
    shared = max(1, round(horizon_days / _WEEK))
    names, row = np.unique(pair, return_inverse=True)
    week = (issued - issued.min()) // _WEEK
    threshold = np.array([NormalDist().inv_cdf(x) for x in p]) * np.sqrt(shared)
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(draws):
        noise = np.cumsum(rng.standard_normal((len(names), int(week.max()) + shared + 1)), axis=1)
        came_true = noise[row, week + shared] - noise[row, week] < threshold
        found.append(calibration_error(p, came_true.astype(np.float64)))
    return float(np.mean(found))
