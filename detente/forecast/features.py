"""From a snapshot to numbers that models weigh: features of the logistic model and terms of the self-exciting rate.

Sources differ up to twelvefold in density, so features are shares and log volumes, which transfer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from detente.forecast.days import Floats
from detente.forecast.questions import Question
from detente.forecast.rows import CLASSES, Class
from detente.forecast.snapshot import HALF_LIVES, Snapshot

Column = tuple[str, Floats]
Features = Callable[[Snapshot, Question], tuple[tuple[str, ...], Floats]]
_SHORT = 30  # half-lives below it have small counts
_SPREAD = 3.0


def logistic_features(past: Snapshot, question: Question) -> tuple[tuple[str, ...], Floats]:
    """Names, and (n, features)."""
    return _table([*_volume(past), *_levels(past, question), *_shares(past, question), *_long_run(past), *_surroundings(past)])


def rate_terms(past: Snapshot, question: Question) -> tuple[tuple[str, ...], Floats]:
    """Names, and (n, terms): expected days within the horizon, one kind of excitation in each column, none negative."""
    names, values = _table([*_excitations(past, question), *_slow_terms(past)])
    return names, values * question.horizon_days


def long_run_features(past: Snapshot, question: Question) -> tuple[tuple[str, ...], Floats]:
    """Names, and (n, features), of the prior alone."""
    return _table(_long_run(past)[:4])


def thin_features(past: Snapshot, question: Question) -> tuple[tuple[str, ...], Floats]:
    """Names, and (n, features), for a small ledger: the prior, and of which kinds the few events are.

    How many there are tells what was read rather than what happened, so it enters only as how far a share can be trusted.
    """
    some = past.decayed("any", 90) + 6
    kinds: dict[str, Class] = {
        "share of outcome": question.outcome, "share of material conflict": "material conflict", "share of force": "force",
        "share of verbal conflict": "verbal conflict", "share of threats": "threat",
        "share of material cooperation": "material cooperation",
    }  # fmt: skip
    shares = [(name, past.decayed(of, 90) / some) for name, of in kinds.items()]
    recent = past.decayed(question.outcome, 14) / (past.decayed("any", 14) + 3)
    return _table([*_long_run(past)[:4], *shares, ("recent share of outcome", recent), *_ledger(past, shares)])


def _ledger(past: Snapshot, shares: list[Column]) -> Iterator[Column]:
    """A ledger that holds little but conflict was chosen for it: the shares of a pair then say less."""
    every, conflict = (past.everyone[CLASSES.index(of)] for of in ("any", "material conflict"))
    heavy = (conflict + 1) / (every + 10)
    yield "share of conflict in the ledger", heavy
    for name, values in shares[:2]:
        yield f"{name}, times that in the ledger", values * heavy
    yield "events of the ledger", np.log1p(every)


def _table(columns: list[Column]) -> tuple[tuple[str, ...], Floats]:
    return tuple(name for name, _ in columns), np.stack([values for _, values in columns], axis=1)


def _volume(past: Snapshot) -> Iterator[Column]:
    for half_life in (7, 90, 365):
        yield f"any, {half_life}", np.log1p(past.decayed("any", half_life))
    yield "any, against the mean", np.log((past.decayed("any", 90) + 0.5) / (past.mean_volume + 0.5))


def _levels(past: Snapshot, question: Question) -> Iterator[Column]:
    for half_life in HALF_LIVES:
        spread = _SPREAD if half_life < _SHORT else 1.0
        yield f"outcome, {half_life}", np.log1p(past.decayed(question.outcome, half_life) * spread)
    if question.outcome != "material conflict":
        for half_life in (7, 30, 365):
            yield f"material conflict, {half_life}", np.log1p(past.decayed("material conflict", half_life))
    others: tuple[Class, ...] = ("verbal conflict", "threat", "force", "material cooperation", "rupture", "posture", "coercion")
    for of in others:
        if of != question.outcome:
            yield f"{of}, 30", np.log1p(past.decayed(of, 30))
    yield "verbal conflict, 365", np.log1p(past.decayed("verbal conflict", 365))


def _shares(past: Snapshot, question: Question) -> Iterator[Column]:
    quarter, year = past.decayed("any", 90) + 5, past.decayed("any", 365) + 8
    yield "share of outcome, 90", np.log((past.decayed(question.outcome, 90) + 0.3) / quarter)
    yield "share of outcome, 365", np.log((past.decayed(question.outcome, 365) + 0.5) / year)
    yield "share of verbal conflict, 365", np.log((past.decayed("verbal conflict", 365) + 1) / year)
    yield "share of material cooperation, 365", np.log((past.decayed("material cooperation", 365) + 0.5) / year)


def _long_run(past: Snapshot) -> list[Column]:
    names = ("prior material conflict", "prior verbal conflict", "prior volume", "prior known")
    expected = past.decayed("any", 90) * np.exp(past.prior[:, 0])
    return [*zip(names, past.prior.T, strict=True), ("volume times prior material conflict", np.log1p(expected))]


def _surroundings(past: Snapshot) -> Iterator[Column]:
    month, quarter = past.neighbours("material conflict", 30), past.neighbours("material conflict", 90)
    yield "conflict around", np.log1p(month).sum(axis=0)
    yield "conflict around both", np.log1p(month.min(axis=0))
    yield "share of conflict around", np.log((quarter + 1) / (past.neighbours("any", 90) + 15)).sum(axis=0)
    month, quarter = past.neighbours("force", 30), past.neighbours("force", 90)
    yield "force around", np.log1p(month).sum(axis=0)
    yield "force around both", np.log1p(month.min(axis=0))
    yield "share of force around", np.log((quarter + 0.5) / (past.neighbours("any", 90) + 15)).sum(axis=0)


def _excitations(past: Snapshot, question: Question) -> Iterator[Column]:
    """What each kind of past day adds to the daily rate while it decays."""
    kinds: list[tuple[str, Class, tuple[int, ...]]] = [("outcome", question.outcome, HALF_LIVES)]
    if question.outcome != "material conflict":
        kinds.append(("material conflict", "material conflict", (7, 30, 365)))
    if question.outcome != "force":
        kinds.append(("force", "force", (7, 90)))
    kinds += [("verbal conflict", "verbal conflict", (7, 30)), ("threat", "threat", (30,)), ("any", "any", (30, 90))]
    for name, of, half_lives in kinds:
        for half_life in half_lives:
            yield f"{name}, {half_life}", past.rate(of, half_life)


def _slow_terms(past: Snapshot) -> Iterator[Column]:
    lift, verbal_lift = np.exp(past.prior[:, 0]), np.exp(past.prior[:, 1])
    yield "volume times prior material conflict", past.rate("any", 90) * lift
    yield "recent volume times prior material conflict", past.rate("any", 14) * lift
    yield "volume times prior verbal conflict", past.rate("any", 90) * verbal_lift
    share = (past.neighbours("material conflict", 90) + 0.5) / (past.neighbours("any", 90) + 8)
    yield "volume times conflict around", past.rate("any", 90) * share.sum(axis=0)
    share = (past.neighbours("force", 90) + 0.3) / (past.neighbours("any", 90) + 8)
    yield "volume times force around", past.rate("any", 90) * share.sum(axis=0)
    yield "volume times force around both", past.rate("any", 90) * share.min(axis=0)
    yield "always", np.full(len(past), 0.01)
