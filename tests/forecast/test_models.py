"""One contract for all models, baselines too."""

from __future__ import annotations

import numpy as np
import pytest
from forecast.histories import NoPrior, busy, busy_rows, on, row

from detente.forecast.baselines import DyadRate, GlobalRate, Matured, Persistence, shrunk_rates
from detente.forecast.days import DyadDays
from detente.forecast.editions import shipped_editions
from detente.forecast.features import logistic_features, long_run_features, rate_terms, thin_features
from detente.forecast.models import Forecaster, at_least
from detente.forecast.questions import Question, questions
from detente.forecast.snapshot import Snapshot, snapshots

QUESTIONS = list(questions().values())
HEADLINE = QUESTIONS[0]


def models(question: Question) -> list[Forecaster]:
    fitted = shipped_editions()[-1].of(question)
    return [
        GlobalRate(), DyadRate(), Persistence(), fitted.decayed_count, fitted.ensemble.logistic, fitted.ensemble.rate,
        fitted.ensemble, fitted.shipped, fitted.shipped.thin, fitted.long_run,
    ]  # fmt: skip


ALL = [(q, m) for q in QUESTIONS for m in models(q)]
NAMES = [f"{q.id} {m.name}" for q, m in ALL]


def snapshot(history: DyadDays, day: int) -> Snapshot:
    return next(snapshots(history, [day], prior=NoPrior()))


def matured() -> Matured:
    rng = np.random.default_rng(3)
    issued = np.repeat(np.arange(0, 140, 7), 10)
    return Matured(np.tile(np.arange(10), 20), issued, (rng.random(200) < 0.2).astype(float), 0.1)


@pytest.mark.parametrize(("question", "model"), ALL, ids=NAMES)
def test_gives_a_probability_for_each_pair(question: Question, model: Forecaster) -> None:
    past = snapshot(busy(200), on(150).toordinal())
    p = model.probabilities(past, question, matured())
    assert p.shape == (len(past),)
    assert ((p > 0) & (p < 1)).all()


@pytest.mark.parametrize(("question", "model"), ALL, ids=NAMES)
def test_gives_the_same_answer_twice(question: Question, model: Forecaster) -> None:
    first, second = (model.probabilities(snapshot(busy(200), on(150).toordinal()), question, matured()) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(("question", "model"), ALL, ids=NAMES)
def test_sees_only_the_past(question: Question, model: Forecaster) -> None:
    """Whatever happens from the day of issue on, or is told of from then on, changes nothing."""
    day = on(150)
    past = [r for r in busy_rows(200) if r.date < day and r.published_at < day]
    future = [row(on(151 + k), "190", a, b) for k in range(30) for a, b in (("ARV", "BMR"), ("CSV", "DOR"))]
    late = [row(on(149), "190", "ARV", "BMR", lag=1 + k) for k in range(3)]
    without, with_ = (DyadDays.of_rows(rows) for rows in (past, [*past, *future, *late]))
    assert without.pairs == with_.pairs
    first, second = (model.probabilities(snapshot(h, day.toordinal()), question, matured()) for h in (without, with_))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(("question", "model"), ALL, ids=NAMES)
def test_answers_for_a_pair_without_events_and_without_anything_matured(question: Question, model: Forecaster) -> None:
    (past,) = snapshots(DyadDays.of_rows([]), [on(150).toordinal()], prior=NoPrior(), pairs=[("ARV", "BMR")])
    (p,) = model.probabilities(past, question, Matured.none(0.05))
    assert 0 < p < 0.5


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_the_shipped_numbers_have_every_feature_and_no_other(question: Question) -> None:
    past = snapshot(busy(120), on(100).toordinal())
    for edition in shipped_editions():
        fitted = edition.of(question)
        for features, weights in (
            (logistic_features, fitted.ensemble.logistic.weights), (rate_terms, fitted.ensemble.rate.weights),
            (thin_features, fitted.shipped.thin.weights), (long_run_features, fitted.long_run.weights),
        ):  # fmt: skip
            names, values = features(past, question)
            assert list(names) == list(weights)
            assert values.shape == (len(past), len(names))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_rates_are_never_negative(question: Question) -> None:
    assert (rate_terms(snapshot(busy(120), on(100).toordinal()), question)[1] >= 0).all()
    assert all(w >= 0 for w in shipped_editions()[-1].of(question).ensemble.rate.weights.values())


def test_more_conflict_means_a_higher_forecast() -> None:
    calm = [row(on(k), "040") for k in range(0, 90, 3)]
    tense = [*calm, *(row(on(k), "190") for k in range(60, 90, 5))]
    shipped = shipped_editions()[-1].of(HEADLINE).shipped
    low, high = (
        shipped.probabilities(snapshot(DyadDays.of_rows(r), on(90).toordinal()), HEADLINE, Matured.none())[0]
        for r in (calm, tense)
    )
    assert high > 2 * low


@pytest.mark.parametrize(("days", "expected"), [(1, 0.5), (2, 0.25), (3, 0.125)])
def test_a_geometric_number_reaches_its_days(days: int, expected: float) -> None:
    """A negative binomial of size 1 and mean 1 halves with each step."""
    assert at_least(days, np.array([1.0]), 1.0)[0] == pytest.approx(expected)


def test_rates_of_pairs_are_drawn_to_the_common_rate() -> None:
    m = Matured(np.array([0] * 40 + [1] * 40 + [2]), np.arange(81), np.array([1.0] * 40 + [0.0] * 40 + [1.0]), 0.5)
    always, never, once, unknown = shrunk_rates(np.array([0, 1, 2, -1]), HEADLINE, m)
    assert always > once > never
    assert unknown == pytest.approx(m.rate())
    assert 0 < never < 0.2 < 0.8 < always < 1


def test_persistence_says_more_where_it_came_true_before() -> None:
    issued = np.repeat(np.arange(0, 350, 35), 2)
    m = Matured(np.tile([0, 1], 10), issued, np.tile([1.0, 0.0], 10), 0.5)
    (past,) = snapshots(DyadDays.of_rows([row(on(0)), row(on(0), "040", "CSV", "DOR")]), [on(400).toordinal()], prior=NoPrior(),
                        pairs=[("ARV", "BMR"), ("CSV", "DOR")])  # fmt: skip
    came_true, did_not = Persistence().probabilities(past, HEADLINE, m)
    assert came_true > 0.9 > 0.1 > did_not
