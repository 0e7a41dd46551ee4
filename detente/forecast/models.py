"""The models, under one contract: a snapshot of the past in, a probability for each pair out.

All are plain numbers that `training/forecast` fits; to predict takes NumPy alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from detente.forecast.baselines import Matured
from detente.forecast.days import Floats
from detente.forecast.features import Features, logistic_features, long_run_features, rate_terms, thin_features
from detente.forecast.odds import FLOOR, log_odds, probability
from detente.forecast.questions import Question
from detente.forecast.snapshot import Snapshot

THIN_VOLUME = 30.0  # event days of all pairs in 90 days; below it the thin model has a say


class Forecaster(Protocol):
    """Whatever answers a question. Sees the past only, gives the same answer twice, answers for a pair without events too."""

    @property
    def name(self) -> str: ...

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        """(n,), strictly between 0 and 1."""
        ...


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model over named features."""

    name: str
    intercept: float
    weights: Mapping[str, float]
    features: Features = logistic_features

    def log_odds(self, past: Snapshot, question: Question) -> Floats:
        names, values = self.features(past, question)
        return np.asarray(self.intercept + values @ np.array([self.weights[n] for n in names]))

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        return np.clip(probability(self.log_odds(past, question)), FLOOR, 1 - FLOOR)


@dataclass(frozen=True, slots=True)
class SelfExcitingRate:
    """Every past day raises the rate of days to come and fades; one set of weights for all pairs.

    The number of days within the horizon is negative binomial: its mean is the sum of weighted terms, its size `dispersion`.
    """

    name: str
    weights: Mapping[str, float]
    dispersion: float

    def expected_days(self, past: Snapshot, question: Question) -> Floats:
        names, values = rate_terms(past, question)
        return np.asarray(FLOOR + values @ np.array([self.weights.get(n, 0.0) for n in names]))

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        p = at_least(question.days, self.expected_days(past, question), self.dispersion)
        return np.clip(p, FLOOR, 1 - FLOOR)

    def log_odds(self, past: Snapshot, question: Question) -> Floats:
        return log_odds(at_least(question.days, self.expected_days(past, question), self.dispersion))


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The mean of the log odds of the logistic model and the self-exciting rate: the one that travels best."""

    name: str
    logistic: Logistic
    rate: SelfExcitingRate

    def log_odds(self, past: Snapshot, question: Question) -> Floats:
        return np.asarray((self.logistic.log_odds(past, question) + self.rate.log_odds(past, question)) / 2)

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        return np.clip(probability(self.log_odds(past, question)), FLOOR, 1 - FLOOR)


@dataclass(frozen=True, slots=True)
class Shipped:
    """What an installed Détente forecasts with: the ensemble, and the more of the thin model the less the whole past holds.

    fair, chosen: what takes the place of the thin model if what was read is a fair sample of what happened, or was chosen
    because of conflict. Nobody knows which; the thin model, fitted to ledgers of both kinds, is kept between the two.
    """

    ensemble: Ensemble
    thin: Logistic
    fair: Logistic
    chosen: Logistic
    name: str = "detente"

    def log_odds(self, past: Snapshot, question: Question) -> Floats:
        if np.all(past.volume_90 >= THIN_VOLUME):
            return self.ensemble.log_odds(past, question)
        return self._mixed(self.small_ledger(past, question), past, question)

    def small_ledger(self, past: Snapshot, question: Question) -> Floats:
        """What the thin model says where the past holds next to nothing."""
        ends = [model.log_odds(past, question) for model in (self.fair, self.chosen)]
        return np.clip(self.thin.log_odds(past, question), np.minimum(*ends), np.maximum(*ends))

    def log_odds_if(self, past: Snapshot, question: Question) -> tuple[Floats, Floats]:
        """If what was read is a fair sample, and if it was chosen because of conflict."""
        fair, chosen = (model.log_odds(past, question) for model in (self.fair, self.chosen))
        return self._mixed(fair, past, question), self._mixed(chosen, past, question)

    def _mixed(self, few: Floats, past: Snapshot, question: Question) -> Floats:
        share = np.minimum(past.volume_90 / THIN_VOLUME, 1.0)
        return np.asarray(share * self.ensemble.log_odds(past, question) + (1 - share) * few)

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        return np.clip(probability(self.log_odds(past, question)), FLOOR, 1 - FLOOR)


def thin_model(intercept: float, weights: Mapping[str, float]) -> Logistic:
    return Logistic("thin", intercept, weights, thin_features)


def long_run_model(intercept: float, weights: Mapping[str, float]) -> Logistic:
    """What the shipped long-run numbers say before anything is known of the present."""
    return Logistic("long run", intercept, weights, long_run_features)


def at_least(days: int, mean: Floats, dispersion: float) -> Floats:
    """Chance that a negative binomial number reaches `days`.

    >>> round(float(at_least(1, np.array([1.0]), 1.0)[0]), 3)
    0.5
    """
    term = np.exp(-dispersion * np.log1p(mean / dispersion))
    below = np.zeros_like(term)
    for k in range(days):
        below += term
        term = term * (dispersion + k) / (k + 1) * mean / (dispersion + mean)
    return np.asarray(np.maximum(1.0 - below, 0.0))
