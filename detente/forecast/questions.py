"""Questions about a pair of states, as data: what would have to happen, by when, and how it is decided."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from detente.errors import DetenteError
from detente.forecast.days import Bools, DyadDays, Floats, Ints
from detente.forecast.rows import Class

ACTIVE_DAYS = 90  # a pair is active with MIN_EVENT_DAYS event days in that many days
MIN_EVENT_DAYS = 3
HEADLINE = "C2@30"


class QuestionUnknown(DetenteError, ValueError):
    """A question or horizon that is not offered."""


@dataclass(frozen=True, slots=True)
class Question:
    """`days` or more days with an event of class `outcome` within `horizon_days` of the day of issue; see questions.toml."""

    id: str
    name: str
    title: str
    outcome: Class
    days: int
    horizon_days: int
    quiet_days: int = 0

    def outcomes(self, history: DyadDays, issued: int, pairs: Ints) -> Floats:
        """1 where it came true, 0 where not; NaN for all where the history ends before the window does."""
        if issued + self.horizon_days > history.last + 1:
            return np.full(len(pairs), np.nan)
        found = history.days_within(self.outcome, issued, issued + self.horizon_days)
        return (found[pairs] >= self.days).astype(np.float64)

    def asked(self, history: DyadDays, issued: int, pairs: Ints) -> Bools:
        """Which of the pairs the question is asked about: all, or those quiet so far."""
        if not self.quiet_days:
            return np.ones(len(pairs), dtype=bool)
        return quiet(history, self.outcome, issued, pairs, self.quiet_days)


@dataclass(frozen=True, slots=True)
class ResolutionRule:
    """When a question counts as decided; see questions.toml."""

    publishers: int
    min_coverage: float
    grace_days: int


def active_pairs(history: DyadDays, issued: int) -> Ints:
    """Indices of the pairs with enough event days just before the day of issue."""
    return np.flatnonzero(history.days_within("any", issued - ACTIVE_DAYS, issued, known_by=issued) >= MIN_EVENT_DAYS)


def quiet(history: DyadDays, outcome: Class, issued: int, pairs: Ints, days: int = ACTIVE_DAYS) -> Bools:
    """Which of the pairs had no such event in the days before."""
    return np.asarray(history.days_within(outcome, issued - days, issued, known_by=issued)[pairs] == 0)


@lru_cache(maxsize=1)
def questions() -> dict[str, Question]:
    """All questions by id, the headline first."""
    return {row["id"]: _question(row) for row in _table()["question"]}


@lru_cache(maxsize=1)
def resolution_rule() -> ResolutionRule:
    return ResolutionRule(**_table()["resolution"])


def question_of(text: str) -> Question:
    """The question of an id ("C2@30") or a name ("conflict"). Raises QuestionUnknown."""
    for question in questions().values():
        if text.casefold() in (question.id.casefold(), question.name):
            return question
    names = [n for q in questions().values() for n in (q.name, q.id)]
    near = get_close_matches(text, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"offered: {_offered(questions().values())}"
    raise QuestionUnknown(f"{text!r} is not a question; {hint}")


def question_within(name: str, horizon_days: int) -> Question:
    """The question of an outcome ("conflict") with a horizon of its own choice. Raises QuestionUnknown."""
    outcome = question_of(name).outcome
    same = [q for q in questions().values() if q.outcome == outcome]
    found = [q for q in same if q.horizon_days == horizon_days]
    if not found:
        raise QuestionUnknown(f"{horizon_days} days are not offered for {outcome!r}; offered: {_offered(same)}")
    named = [q for q in found if q.name == name]
    return (named or found)[0]


def _offered(some: Iterable[Question]) -> str:
    return ", ".join(f"{q.name} ({q.horizon_days} days)" for q in some)


def _question(row: dict[str, Any]) -> Question:
    return Question(**{("outcome" if key == "class" else key): value for key, value in row.items()})


def _table() -> dict[str, Any]:
    return tomllib.loads((files("detente.data") / "forecast" / "questions.toml").read_text(encoding="utf-8"))
