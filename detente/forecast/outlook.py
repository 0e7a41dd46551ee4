"""What briefs say of what may come between two states: the same questions on every brief, each beside its base rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from detente.errors import DetenteError
from detente.forecast.issue import Forecast, HistorySource, forecast
from detente.forecast.questions import Question, question_of

ASKED = ("conflict", "rupture")


@dataclass(frozen=True, slots=True)
class Outlook:
    """Forecasts in the order of the questions, and the reasons why others cannot be made."""

    forecasts: tuple[Forecast, ...]
    reasons: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON: forecasts as `detente forecast --format json` has them, and the reasons."""
        return {"forecasts": [f.to_dict() for f in self.forecasts], "reasons": list(self.reasons)}


def outlook(
    source: Callable[[date], HistorySource], one: str, other: str, *, known_by: datetime, asked: Sequence[str] = ASKED
) -> Outlook:
    """Forecasts of a pair from all that is known by a moment. `source`: gives what was known before a day.

    A question that cannot be answered costs its own answer alone.
    """
    issued, pair = known_by.date() + timedelta(days=1), (min(one, other), max(one, other))  # all of the last day is known
    questions = [question_of(name) for name in asked]
    try:
        history = source(issued)
        return Outlook(tuple(forecast(history, pair, questions, issued=issued)))
    except DetenteError as error:
        whole = str(error)
    found: list[Forecast] = []
    reasons: list[str] = []
    for question in questions if len(questions) > 1 else ():
        try:
            found += _one(source, pair, question, issued)
        except DetenteError as error:
            reasons.append(str(error))
    return Outlook(tuple(found), tuple(dict.fromkeys(reasons or [whole])))


def _one(source: Callable[[date], HistorySource], pair: tuple[str, str], question: Question, issued: date) -> list[Forecast]:
    return forecast(source(issued), pair, [question], issued=issued)
