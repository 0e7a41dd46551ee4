"""Serious dummies: what a forecast has to beat. They learn from matured windows only, as those mature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.forecast.days import Floats, Ints
from detente.forecast.odds import FLOOR, probability
from detente.forecast.questions import Question
from detente.forecast.snapshot import Snapshot

_WEEK = 7.0
_PRIOR_WINDOWS = 30.0  # the rate given from outside weighs as many windows: a few first ones say little
_MIN_SPREAD = 1e-4
_PAIRS = 10_000_000  # more than there are


@dataclass(frozen=True, slots=True)
class Matured:
    """Earlier questions whose windows were over before the day of issue: pair, day of issue, outcome, each (n,).

    base_rate: what to believe where nothing has matured yet.
    """

    pair: Ints
    issued: Ints
    outcome: Floats
    base_rate: float = 0.03

    @classmethod
    def none(cls, base_rate: float = 0.03) -> Matured:
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0), base_rate)

    def rate(self) -> float:
        """Share of windows in which it came true, over all pairs."""
        return float((self.outcome.sum() + _PRIOR_WINDOWS * self.base_rate) / (len(self.outcome) + _PRIOR_WINDOWS))


@dataclass(frozen=True, slots=True)
class GlobalRate:
    """The same for every pair: how often it came true so far."""

    name: str = "global rate"

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        return _bounded(np.full(len(past), matured.rate()))


@dataclass(frozen=True, slots=True)
class DyadRate:
    """How often it came true for this pair so far, shrunk toward all pairs (empirical Bayes, beta-binomial by moments)."""

    name: str = "dyad rate"

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        return _bounded(shrunk_rates(past.pairs, question, matured))


@dataclass(frozen=True, slots=True)
class Persistence:
    """Whether it came true in the last matured window of the pair, turned into a rate over all pairs."""

    name: str = "persistence"

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        before = _previous(matured, question)
        came, base = ~np.isnan(before), matured.rate()
        then = {s: matured.outcome[came & (before == s)] for s in (0.0, 1.0)}
        last = _last_outcomes(matured, past.pairs)
        rates = {s: (outcomes.sum() + base) / (len(outcomes) + 1) for s, outcomes in then.items()}
        return _bounded(np.where(np.isnan(last), base, np.where(last == 1.0, rates[1.0], rates[0.0])))


@dataclass(frozen=True, slots=True)
class DecayedCount:
    """Days with such an event, halved every 30 days, through a logistic."""

    intercept: float
    slope: float
    name: str = "decayed count"

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        return _bounded(probability(self.intercept + self.slope * np.log1p(past.decayed(question.outcome, 30))))


def shrunk_rates(pairs: Ints, question: Question, matured: Matured) -> Floats:
    """Empirical-Bayes rate of each pair. Windows overlap, so each weighs as the part of it that is new: a week."""
    share = min(1.0, _WEEK / question.horizon_days)
    size = int(max([*matured.pair, *pairs, -1])) + 1
    trials = np.asarray(np.bincount(matured.pair, minlength=size) * share, dtype=np.float64)
    yes = np.asarray(np.bincount(matured.pair, weights=matured.outcome, minlength=size) * share, dtype=np.float64)
    base = matured.rate()
    strength = _strength(trials, yes, base)
    known = pairs >= 0
    rates: Floats = (yes[pairs] + strength * base) / (trials[pairs] + strength) if size else np.full(len(pairs), base)
    return np.where(known, rates, base)


def _strength(trials: Floats, yes: Floats, base: float) -> float:
    """How many windows the common rate weighs, by moments: the less pairs differ, the more."""
    some = trials > 1
    if some.sum() < 2:
        return 10.0
    n, rates = trials[some], yes[some] / trials[some]
    variance = np.average((rates - base) ** 2, weights=n)
    within = base * (1 - base) * len(n) / n.sum()
    between = max(variance - within, _MIN_SPREAD * base)
    return float(np.clip(base * (1 - base) / between - 1, 0.5, 500.0))


def _previous(matured: Matured, question: Question) -> Floats:
    """The outcome of the same pair one whole window earlier; NaN where it was not asked then."""
    step = -(-question.horizon_days // 7) * 7
    keys = matured.issued * _PAIRS + matured.pair  # ascending, as rows stand in order of issue and pair
    wanted = keys - step * _PAIRS
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    found = keys[at] == wanted if len(keys) else np.zeros(0, dtype=bool)
    return np.where(found, matured.outcome[at] if len(keys) else 0.0, np.nan)


def _last_outcomes(matured: Matured, pairs: Ints) -> Floats:
    latest = np.full(int(max([*matured.pair, *pairs, -1])) + 2, np.nan)
    latest[matured.pair] = matured.outcome  # rows stand in order of issue: the last one stays
    return latest[pairs]


def _bounded(p: Floats) -> Floats:
    return np.clip(p, FLOOR, 1 - FLOOR)
