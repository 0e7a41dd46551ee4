"""One forecast with what it stands on: base rates, the long-run prior, what the events of this history add, and which.

Every number can be worked out again: `terms` are the expected days of the self-exciting rate, and each piece of evidence is
the difference that its day makes, everything else left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

import numpy as np

from detente.errors import DetenteError
from detente.forecast.baselines import Matured, shrunk_rates
from detente.forecast.days import DyadDays, Floats, Ints, Pair, mondays
from detente.forecast.editions import Edition, EditionInvalid, Fitted, edition_for
from detente.forecast.features import rate_terms
from detente.forecast.models import THIN_VOLUME
from detente.forecast.odds import probability
from detente.forecast.questions import ACTIVE_DAYS, Question
from detente.forecast.recalibration import Calibration, calibration
from detente.forecast.rows import CLASSES, Class, HistoryRow, class_bits, pair_of
from detente.forecast.snapshot import Snapshot, snapshots

SCHEMA = "detente.forecast/1"
STALE_DAYS = 31  # a history that ends earlier than that before the day of issue says nothing about it
LOOK_BACK_DAYS = 400  # evidence older than that is not listed one by one
CALIBRATION_DAYS = 1100
MOST_EVIDENCE = 5
Editions = Callable[[date], Edition]


class ForecastImpossible(DetenteError, ValueError):
    """A question that cannot be answered from this history: says why, and what would help."""


class HistorySource(Protocol):
    """Where events come from: an imported history, or a ledger."""

    @property
    def name(self) -> str: ...

    def days(self) -> DyadDays: ...

    def events(self, pair: Pair, *, known_by: date, since: date = ...) -> list[HistoryRow]:
        """Events of a pair, dated in [since, known_by) and published before `known_by`; oldest first."""
        ...

    def all_rows(self, *, known_by: date) -> list[HistoryRow]:
        """Events of all pairs, dated and published before `known_by`."""
        ...


@dataclass(frozen=True, slots=True)
class RowsSource:
    """A source of rows at hand, as a ledger gives them."""

    name: str
    rows: tuple[HistoryRow, ...]

    def days(self) -> DyadDays:
        return DyadDays.of_rows(self.rows)

    def events(self, pair: Pair, *, known_by: date, since: date = date.min) -> list[HistoryRow]:
        found = [
            r for r in self.rows
            if pair_of(r.actor, r.recipient) == pair and since <= r.date < known_by and r.published_at < known_by
        ]  # fmt: skip
        return sorted(found, key=lambda r: (r.date, r.published_at, r.code, r.actor, r.reference))

    def all_rows(self, *, known_by: date) -> list[HistoryRow]:
        return [r for r in self.rows if r.date < known_by and r.published_at < known_by]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A day with events, and how much the probability would be lower without it (negative: higher)."""

    date: date
    adds: float
    events: tuple[HistoryRow, ...]

    def to_dict(self) -> dict[str, Any]:
        events = [
            {"actor": e.actor, "recipient": e.recipient, "code": e.code, "published_at": str(e.published_at),
             "publishers": e.publishers, "reference": e.reference} for e in self.events
        ]  # fmt: skip
        return {"date": str(self.date), "adds": round(self.adds, 5), "events": events}


@dataclass(frozen=True, slots=True)
class Forecast:
    """A probability with its reasons. `issued`: only what was known before that day entered.

    base_rate: of all active pairs; dyad_rate: of this pair in this history, None where no window of it has matured;
    prior: by the shipped long-run numbers alone; evidence: the days that matter most. uncalibrated: before recalibration.
    if_fair, if_chosen: of a small ledger, if what was read is a fair sample of what happened, or was chosen because of
    conflict; else the same as `probability`.
    """

    question: Question
    pair: Pair
    issued: date
    probability: float
    uncalibrated: float
    base_rate: float
    dyad_rate: float | None
    prior: float
    prior_known: bool
    calibration: Calibration
    thin: bool
    volume_90: int
    terms: dict[str, float]
    evidence: tuple[Evidence, ...]
    events_90: int
    source: str
    model: str
    if_fair: float
    if_chosen: float

    @property
    def as_of(self) -> date:
        """The last day that is known."""
        return self.issued - timedelta(days=1)

    @property
    def until(self) -> date:
        """The last day of the window."""
        return self.issued + timedelta(days=self.question.horizon_days - 1)

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA, "question": self.question.id, "title": self.question.title, "pair": list(self.pair),
            "as_of": str(self.as_of), "issued": str(self.issued), "until": str(self.until),
            "probability": round(self.probability, 5), "uncalibrated": round(self.uncalibrated, 5),
            "base_rate": round(self.base_rate, 5), "dyad_rate": None if self.dyad_rate is None else round(self.dyad_rate, 5),
            "prior": round(self.prior, 5), "prior_known": self.prior_known,
            "calibration": {"intercept": round(self.calibration.intercept, 5), "slope": round(self.calibration.slope, 5),
                            "outcomes": self.calibration.outcomes, "applied": not self.calibration.identity},
            "small_ledger": self.thin, "if_fair_sample": round(self.if_fair, 5),
            "if_chosen_for_conflict": round(self.if_chosen, 5),
            "event_days_of_all_pairs_90": self.volume_90, "event_days_90": self.events_90,
            "expected_days": {k: round(v, 6) for k, v in self.terms.items()},
            "evidence": [e.to_dict() for e in self.evidence], "source": self.source, "model": self.model,
        }  # fmt: skip


def forecast(
    source: HistorySource, pair: Pair, asked: Sequence[Question], *, issued: date, editions: Editions = edition_for
) -> list[Forecast]:
    """Forecasts of one pair. Raises ForecastImpossible, EditionInvalid."""
    history = source.days().known_before(issued.toordinal())
    check_reach(history, issued, source.name)
    edition = editions(issued)
    (past,) = snapshots(history, [issued.toordinal()], prior=edition.prior, pairs=[pair])
    events = source.events(pair, known_by=issued, since=issued - timedelta(days=LOOK_BACK_DAYS))
    earlier = Earlier.of(history, asked, issued, editions)
    case = _Case(source.name, history, pair, past, edition, tuple(events), earlier)
    return [case.forecast(question) for question in asked]


def forecast_all(
    source: HistorySource, asked: Sequence[Question], *, issued: date, editions: Editions = edition_for
) -> dict[str, list[tuple[Pair, float]]]:
    """By question, every active pair that it is asked about with its probability, highest first."""
    history = source.days().known_before(issued.toordinal())
    check_reach(history, issued, source.name)
    edition, earlier = editions(issued), Earlier.of(history, asked, issued, editions)
    (past,) = snapshots(history, [issued.toordinal()], prior=edition.prior)
    return {question.id: _ranked(history, past, question, edition, earlier) for question in asked}


def _ranked(
    history: DyadDays, past: Snapshot, question: Question, edition: Edition, earlier: Earlier
) -> list[tuple[Pair, float]]:
    past = past.only(np.flatnonzero(question.asked(history, past.issued, past.pairs)))
    p = probability(earlier.calibration(question)(edition.of(question).shipped.log_odds(past, question)))
    return [(history.pairs[past.pairs[i]], float(p[i])) for i in np.argsort(-p, kind="stable")]


def check_reach(history: DyadDays, issued: date, name: str) -> None:
    """Raises ForecastImpossible where the history is empty or ends long before the day of issue."""
    if history.last < history.first:
        raise ForecastImpossible(f"{name} holds no event between two states before {issued}; add articles or a history first")
    last = date.fromordinal(history.last)
    if (issued - last).days > STALE_DAYS:
        raise ForecastImpossible(
            f"{name} ends on {last}, {(issued - last).days} days before {issued}, so nothing is known of the time between; "
            f"add newer events, or ask with --as-of {last + timedelta(days=1)}"
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same questions about all pairs on earlier Mondays: outcomes of matured windows, and what the models then said.

    Days on which no edition may speak have outcomes but no log odds (NaN).
    """

    day: int
    pair: dict[str, Ints]
    issued: dict[str, Ints]
    outcome: dict[str, Floats]
    said: dict[str, Floats]

    @classmethod
    def of(cls, history: DyadDays, asked: Sequence[Question], issued: date, editions: Editions) -> Earlier:
        day = issued.toordinal()
        first = max(history.first + ACTIVE_DAYS // 2, day - CALIBRATION_DAYS)
        rows: dict[str, list[tuple[Ints, Ints, Floats, Floats]]] = {q.id: [] for q in asked}
        for past in snapshots(history, mondays(first, day), prior=_PriorOfDay(editions)):
            edition = _edition_or_none(editions, past.issued)
            for question in asked:
                if past.issued + question.horizon_days <= day:
                    rows[question.id].append(_earlier_rows(history, past, question, edition))
        parts = {q: [np.concatenate(column) for column in zip(*r, strict=True)] if r else _no_rows() for q, r in rows.items()}
        return cls(day, *({q: p[k] for q, p in parts.items()} for k in range(4)))

    def matured(self, question: Question, base_rate: float) -> Matured:
        known = ~np.isnan(self.outcome[question.id])
        return Matured(
            self.pair[question.id][known], self.issued[question.id][known], self.outcome[question.id][known], base_rate
        )

    def calibration(self, question: Question) -> Calibration:
        """Fitted on what was said before; identity until enough outcomes have matured."""
        outcome, said, issued = self.outcome[question.id], self.said[question.id], self.issued[question.id]
        known = ~np.isnan(outcome) & ~np.isnan(said)
        ages = (self.day - issued[known]).astype(np.float64)
        return calibration(said[known], outcome[known], ages, question.horizon_days)


class _PriorOfDay:
    """The prior of the edition that each day may use, none where no edition may speak."""

    def __init__(self, editions: Editions) -> None:
        self._editions = editions

    def numbers(self, pairs: Sequence[Pair], issued: int) -> Floats:
        edition = _edition_or_none(self._editions, issued)
        return edition.prior.numbers(pairs, issued) if edition else np.zeros((len(pairs), 4))


def _edition_or_none(editions: Editions, issued: int) -> Edition | None:
    try:
        return editions(date.fromordinal(issued))
    except EditionInvalid:
        return None


def _earlier_rows(
    history: DyadDays, past: Snapshot, question: Question, edition: Edition | None
) -> tuple[Ints, Ints, Floats, Floats]:
    past = past.only(np.flatnonzero(question.asked(history, past.issued, past.pairs)))
    said = edition.of(question).shipped.log_odds(past, question) if edition else np.full(len(past), np.nan)
    issued = np.full(len(past), past.issued, dtype=np.int64)
    return past.pairs, issued, question.outcomes(history, past.issued, past.pairs), said


def _no_rows() -> list[Any]:
    whole = np.zeros(0, dtype=np.int64)
    return [whole, whole, np.zeros(0), np.zeros(0)]


@dataclass(frozen=True, slots=True)
class _Case:
    """One pair on one day, with everything that a forecast of it needs."""

    source: str
    history: DyadDays
    pair: Pair
    past: Snapshot
    edition: Edition
    events: tuple[HistoryRow, ...]
    earlier: Earlier

    def forecast(self, question: Question) -> Forecast:
        self._check_asked(question)
        fitted = self.edition.of(question)
        calibrated = self.earlier.calibration(question)
        matured = self.earlier.matured(question, fitted.base_rate)
        raw = fitted.shipped.log_odds(self.past, question)
        thin = bool(self.past.volume_90[0] < THIN_VOLUME)
        if_fair, if_chosen = (_only(probability(calibrated(z))) for z in fitted.shipped.log_odds_if(self.past, question))
        recent = {
            e.date for e in self.events if self.past.issued - e.date.toordinal() <= ACTIVE_DAYS and e.status == "happened"
        }
        return Forecast(
            question=question, pair=self.pair, issued=date.fromordinal(self.past.issued),
            probability=_only(probability(calibrated(raw))), uncalibrated=_only(probability(raw)),
            base_rate=matured.rate(), dyad_rate=self._dyad_rate(question, matured),
            prior=_prior(self.past, fitted, question), prior_known=bool(self.past.prior[0, 3]),
            calibration=calibrated, thin=thin, volume_90=int(self.past.volume_90[0]),
            terms=expected_days(self.past, question, fitted),
            evidence=self._evidence(question, fitted, calibrated), events_90=len(recent),
            source=self.source, model=f"edition {self.edition.name}, {'small ledger' if thin else 'ensemble'}",
            if_fair=if_fair, if_chosen=if_chosen,
        )  # fmt: skip

    def _check_asked(self, question: Question) -> None:
        if self.past.pairs[0] >= 0 and not question.asked(self.history, self.past.issued, self.past.pairs)[0]:
            raise ForecastImpossible(
                f"{question.name!r} is asked only of pairs without {question.outcome} in the last {question.quiet_days} days; "
                f"{self.pair[0]} and {self.pair[1]} had some"
            )

    def _dyad_rate(self, question: Question, matured: Matured) -> float | None:
        """None where no window of the pair has matured."""
        if not np.any(matured.pair == self.past.pairs[0]):
            return None
        return _only(shrunk_rates(self.past.pairs, question, matured))

    def _evidence(self, question: Question, fitted: Fitted, calibrated: Calibration) -> tuple[Evidence, ...]:
        """The days that move the probability most, by what taking each away changes."""
        whole = _only(probability(calibrated(fitted.shipped.log_odds(self.past, question))))
        found = []
        for day, events in _by_day(self.events).items():
            without = self.past.less({c: [day.toordinal()] for c in _classes(events)})
            left = _only(probability(calibrated(fitted.shipped.log_odds(without, question))))
            found.append(Evidence(day, whole - left, events))
        return tuple(sorted(found, key=lambda e: (-abs(e.adds), e.date))[:MOST_EVIDENCE])


def expected_days(past: Snapshot, question: Question, fitted: Fitted) -> dict[str, float]:
    """What each term of the self-exciting rate adds to the days expected within the horizon; nothing left out but zeros."""
    names, values = rate_terms(past, question)
    parts = {n: float(v * fitted.ensemble.rate.weights.get(n, 0.0)) for n, v in zip(names, values[0], strict=True)}
    return {n: v for n, v in sorted(parts.items(), key=lambda item: -item[1]) if v > 0}


def _prior(past: Snapshot, fitted: Fitted, question: Question) -> float:
    """By the long-run numbers alone."""
    return _only(probability(fitted.long_run.log_odds(past, question)))


def _by_day(events: Sequence[HistoryRow]) -> dict[date, tuple[HistoryRow, ...]]:
    days: dict[date, tuple[HistoryRow, ...]] = {}
    for event in events:
        if event.status == "happened":
            days[event.date] = (*days.get(event.date, ()), event)
    return days


def _classes(events: Sequence[HistoryRow]) -> list[Class]:
    bits = 0
    for event in events:
        bits |= class_bits(event.code)
    return [c for k, c in enumerate(CLASSES) if bits >> k & 1]


def _only(values: Floats) -> float:
    return float(values[0])
