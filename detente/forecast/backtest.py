"""Replay of a history in order of publication: each Monday a forecast for every active pair, judged by what came after.

A forecast sees a snapshot of what was known before its day, and the outcomes of windows that were over by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from detente.errors import DetenteError
from detente.forecast.baselines import DyadRate, GlobalRate, Matured, Persistence
from detente.forecast.days import Bools, DyadDays, Floats, Ints, Pair, mondays
from detente.forecast.editions import Edition, edition_for
from detente.forecast.models import Forecaster
from detente.forecast.odds import log_odds, probability
from detente.forecast.questions import ACTIVE_DAYS, Question, quiet
from detente.forecast.recalibration import rolling
from detente.forecast.snapshot import Snapshot, snapshots

DETENTE = "detente"
RECALIBRATED = "detente, recalibrated"
COUNT_RECALIBRATED = "decayed count, recalibrated"
LEAK_ORIGINS = 3
Editions = Callable[[date], Edition]


class BacktestImpossible(DetenteError, ValueError):
    """A history too short, or a time that it does not hold."""


class FutureKnown(DetenteError, AssertionError):
    """A forecast changed when the future was taken away: it had seen it."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """All forecasts of one question: aligned rows, with the probabilities of each model by name."""

    question: Question
    pair: Ints
    issued: Ints
    outcome: Floats
    quiet: Bools
    probabilities: dict[str, Floats]
    unknown: int = 0  # forecasts whose window the history does not hold to its end; not among the rows

    def only(self, chosen: Any) -> Rolled:
        """Some of the rows."""
        return Rolled(
            self.question, self.pair[chosen], self.issued[chosen], self.outcome[chosen], self.quiet[chosen],
            {name: p[chosen] for name, p in self.probabilities.items()}, self.unknown,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Backtest:
    """A rolled history: `editions` names the coefficients that were used."""

    start: date
    stop: date
    pairs: tuple[Pair, ...]
    rolled: tuple[Rolled, ...]
    editions: tuple[str, ...]


@dataclass(slots=True)
class _Rows:
    """Rows of one question, gathered day by day. `scored` are those from the start of the backtest on."""

    pair: list[Ints] = field(default_factory=list)
    issued: list[Ints] = field(default_factory=list)
    outcome: list[Floats] = field(default_factory=list)
    quiet: list[Bools] = field(default_factory=list)
    scored: list[bool] = field(default_factory=list)
    probabilities: dict[str, list[Floats]] = field(default_factory=dict)

    def matured(self, day: int, horizon_days: int, base_rate: float) -> Matured:
        """The rows whose windows were over before a day, and whose outcome is known."""
        done = [i for i, issued in enumerate(self.issued) if len(issued) and issued[0] + horizon_days <= day]
        if not done:
            return Matured.none(base_rate)
        last = done[-1] + 1  # days of issue ascend
        outcome = np.concatenate(self.outcome[:last])
        known = ~np.isnan(outcome)
        pair, issued = np.concatenate(self.pair[:last]), np.concatenate(self.issued[:last])
        return Matured(pair[known], issued[known], outcome[known], base_rate)


def backtest(
    history: DyadDays,
    asked: Sequence[Question],
    *,
    start: date,
    stop: date,
    editions: Editions = edition_for,
    extra: Sequence[Forecaster] = (),
) -> Backtest:
    """Roll a history from `start` until the day before `stop`. Raises BacktestImpossible, FutureKnown.

    The time before `start` gives the baselines their first matured windows. extra: more models to judge beside ours.
    """  # fmt: skip
    first, last = start.toordinal(), min(stop.toordinal(), history.last + 1)
    if history.last < history.first or first >= last or first < history.first + ACTIVE_DAYS // 2:
        raise BacktestImpossible(_outside(history, start))
    issued = mondays(history.first + ACTIVE_DAYS // 2, last)
    rows = {q.id: _Rows() for q in asked}
    used: dict[str, Edition] = {}
    for past in _pasts(history, issued, editions, first):
        edition = None
        if past.issued >= first:
            edition = editions(date.fromordinal(past.issued))
            used[edition.name] = edition
        for question in asked:
            _roll(rows[question.id], question, history, past, edition, extra)
    _check_leaks(history, [d for d in issued if d >= first], asked, editions)
    rolled = tuple(_rolled(question, rows[question.id]) for question in asked)
    return Backtest(start, date.fromordinal(last), history.pairs, rolled, tuple(used))


def _outside(history: DyadDays, start: date) -> str:
    if history.last < history.first:
        return "the history holds no event between two states"
    held = f"{date.fromordinal(history.first)} to {date.fromordinal(history.last)}"
    first = date.fromordinal(history.first + ACTIVE_DAYS // 2)
    return f"the history holds {held}; a backtest cannot start on {start}; start it between {first} and the end"


class _EditionPrior:
    """The prior of the edition that a day of issue may use; none before the backtest starts."""

    def __init__(self, editions: Editions, first: int) -> None:
        self._editions, self._first = editions, first

    def numbers(self, pairs: Sequence[Pair], issued: int) -> Floats:
        if issued < self._first:
            return np.zeros((len(pairs), 4))
        return self._editions(date.fromordinal(issued)).prior.numbers(pairs, issued)


def _pasts(history: DyadDays, issued: Sequence[int], editions: Editions, first: int) -> Iterator[Snapshot]:
    return snapshots(history, issued, prior=_EditionPrior(editions, first))


def _roll(
    rows: _Rows, question: Question, history: DyadDays, past: Snapshot, edition: Edition | None, extra: Sequence[Forecaster]
) -> None:
    """Add the forecasts of one day."""
    past = past.only(np.flatnonzero(question.asked(history, past.issued, past.pairs)))
    if edition is not None:
        fitted = edition.of(question)
        matured = rows.matured(past.issued, question.horizon_days, fitted.base_rate)
        models: list[Forecaster] = [
            GlobalRate(), DyadRate(), Persistence(), fitted.decayed_count, fitted.ensemble.logistic, fitted.ensemble.rate,
            fitted.shipped, *extra,
        ]  # fmt: skip
        for model in models:
            rows.probabilities.setdefault(model.name, []).append(model.probabilities(past, question, matured))
    rows.scored.append(edition is not None)
    rows.pair.append(past.pairs)
    rows.issued.append(np.full(len(past), past.issued, dtype=np.int64))
    rows.outcome.append(question.outcomes(history, past.issued, past.pairs))
    rows.quiet.append(quiet(history, question.outcome, past.issued, past.pairs))


def _rolled(question: Question, rows: _Rows) -> Rolled:
    chosen = [i for i, scored in enumerate(rows.scored) if scored]

    def joined(parts: list[Any]) -> Any:
        return np.concatenate([parts[i] for i in chosen])

    p = {name: np.concatenate(parts) for name, parts in rows.probabilities.items()}
    issued, outcome = joined(rows.issued), joined(rows.outcome)
    for raw, changed in ((DETENTE, RECALIBRATED), ("decayed count", COUNT_RECALIBRATED)):
        p[changed] = probability(rolling(log_odds(p[raw]), outcome, issued, question.horizon_days))
    known = ~np.isnan(outcome)
    whole = Rolled(question, joined(rows.pair), issued, outcome, joined(rows.quiet), p, int((~known).sum()))
    return whole.only(known)


def _check_leaks(history: DyadDays, issued: Sequence[int], asked: Sequence[Question], editions: Editions) -> None:
    """Take the future away at a few days of issue: nothing may change."""
    for day in {issued[(len(issued) - 1) * k // max(LEAK_ORIGINS - 1, 1)] for k in range(LEAK_ORIGINS)} if issued else ():
        edition = editions(date.fromordinal(day))
        (with_future,) = snapshots(history, [day], prior=edition.prior)
        (without,) = snapshots(history.known_before(day), [day], prior=edition.prior)
        for question in asked:
            model = edition.of(question).shipped
            seen, unseen = model.log_odds(with_future, question), model.log_odds(without, question)
            if seen.shape != unseen.shape or not np.array_equal(seen, unseen):
                raise FutureKnown(
                    f"forecasts of {question.id} issued on {date.fromordinal(day)} change when the future is taken away"
                )
