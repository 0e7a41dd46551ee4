"""Probabilities and log odds."""

from __future__ import annotations

import numpy as np

from detente.forecast.days import Floats

FLOOR = 1e-6  # no forecast is surer than this


def probability(log_odds: Floats) -> Floats:
    """Without overflow at either end."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(log_odds, dtype=np.float64))))


def log_odds(probabilities: Floats) -> Floats:
    """Of probabilities, held off 0 and 1 by FLOOR."""
    p = np.clip(probabilities, FLOOR, 1 - FLOOR)
    return np.asarray(np.log(p) - np.log1p(-p))
