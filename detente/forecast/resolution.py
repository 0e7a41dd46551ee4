"""Deciding a question once its window is over, by the rule that was stated before: yes, no, or void.

A day of an imported history counts as it is; a day of a ledger needs independent publishers. Where days that only one
publisher tells of would change the answer, and where the source hardly saw the time at all, the answer is void.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from detente.forecast.days import DyadDays
from detente.forecast.questions import ACTIVE_DAYS, Question, ResolutionRule, resolution_rule
from detente.forecast.rows import HistoryRow, has_class

Outcome = Literal["yes", "no", "void"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a question, why, and the references that decide it. `decided_on`: the day whose knowledge was used."""

    outcome: Outcome
    reason: str
    decided_on: date
    references: tuple[str, ...] = ()


def matures_on(question: Question, issued: date, rule: ResolutionRule | None = None) -> date:
    """The first day on which the question may be decided."""
    return issued + timedelta(days=question.horizon_days + (rule or resolution_rule()).grace_days)


def resolve(
    question: Question,
    issued: date,
    events: Iterable[HistoryRow],
    history: DyadDays,
    *,
    today: date,
    publishers: int | None = None,
    rule: ResolutionRule | None = None,
) -> Resolution | None:
    """None while the window is open or late reports may still come.

    events: of the pair, known before `today`; history: days of all pairs, to see whether the source was looking at all.
    publishers: independent ones that a day needs; None for as many as the rule asks of a ledger.
    """  # fmt: skip
    rule = rule or resolution_rule()
    if today < matures_on(question, issued, rule):
        return None
    needed = rule.publishers if publishers is None else publishers
    sure, told = _days(question, issued, events, needed), _days(question, issued, events, 1)
    if len(sure) >= question.days:
        return Resolution("yes", _count(sure, question), today, _references(sure))
    if len(told) >= question.days:
        reason = f"{_count(told, question)}, but only {len(sure)} by {needed} independent publishers"
        return Resolution("void", reason, today, _references(told))
    if (seen := coverage(history, question, issued)) < rule.min_coverage:
        reason = (
            f"the source holds {seen:.0%} as many event days in the window as before it; {rule.min_coverage:.0%} are needed"
        )
        return Resolution("void", reason, today, _references(told))
    return Resolution("no", _count(sure, question), today, _references(sure))


def coverage(history: DyadDays, question: Question, issued: date) -> float:
    """Event days a day of all pairs in the window, against the 90 days before; 0 for a source that ends before the window."""
    start = issued.toordinal()
    before = history.volume(start - ACTIVE_DAYS, start) / ACTIVE_DAYS
    within = history.volume(start, start + question.horizon_days) / question.horizon_days
    return within / before if before else float(within > 0)


def _days(question: Question, issued: date, events: Iterable[HistoryRow], publishers: int) -> dict[date, list[str]]:
    """Days of the window with an event of the class by enough publishers, and the references for each."""
    stop = issued + timedelta(days=question.horizon_days)
    found: dict[date, list[str]] = {}
    for event in events:
        counts = event.status == "happened" and event.publishers >= publishers and issued <= event.date < stop
        if counts and has_class(event.code, question.outcome):
            found.setdefault(event.date, []).append(event.reference)
    return found


def _count(days: dict[date, list[str]], question: Question) -> str:
    plural = "" if len(days) == 1 else "s"
    return f"{len(days)} day{plural} with {question.outcome} of {question.days} needed"


def _references(days: dict[date, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for day in sorted(days) for ref in days[day] if ref))
