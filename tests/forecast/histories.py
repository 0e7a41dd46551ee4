"""Histories for tests, about invented states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations

import numpy as np

from detente.forecast.days import DyadDays, Floats, Pair
from detente.forecast.rows import HistoryRow

STATES = ("ARV", "BMR", "CSV", "DOR", "ELM", "FEN", "GAR", "HOL")
FIRST = date(2031, 1, 1)
CODES = ("036", "040", "043", "051", "061", "070", "111", "112", "120", "130", "150", "161", "173", "190")
_CHANCES = np.array([8, 16, 10, 6, 2, 2, 6, 4, 3, 2, 1, 1, 1, 2.0])


class NoPrior:
    """A prior that knows no pair."""

    def numbers(self, pairs: Sequence[Pair], issued: int) -> Floats:
        return np.zeros((len(pairs), 4))


def row(day: date, code: str = "040", actor: str = "ARV", recipient: str = "BMR", lag: int = 0, **rest: object) -> HistoryRow:
    """An event known `lag` days after it happened."""
    return HistoryRow(day, day + timedelta(days=lag), actor, recipient, code, **rest)  # type: ignore[arg-type]


def on(days: int) -> date:
    """The day that many days after the first."""
    return FIRST + timedelta(days=days)


def busy_rows(days: int = 400, seed: int = 7, lags: tuple[int, ...] = (0, 0, 0, 1, 5)) -> list[HistoryRow]:
    """A history in which pairs differ in how often they meet and quarrel, with reports that come late now and then."""
    rng = np.random.default_rng(seed)
    found = []
    for k, (a, b) in enumerate(combinations(STATES, 2)):
        often, quarrel = 0.05 + 0.4 * rng.random(), 0.2 + 3.0 * (k % 5 == 0)
        chances = _CHANCES * np.where(np.arange(len(CODES)) >= 6, quarrel, 1.0)
        for day in np.flatnonzero(rng.random(days) < often):
            code = CODES[rng.choice(len(CODES), p=chances / chances.sum())]
            one, other = (a, b) if rng.random() < 0.5 else (b, a)
            found.append(row(on(int(day)), code, one, other, lag=int(rng.choice(lags)), reference=f"row {len(found)}"))
    return found


def busy(days: int = 400, seed: int = 7) -> DyadDays:
    return DyadDays.of_rows(busy_rows(days, seed))
