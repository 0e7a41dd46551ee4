"""Scoring rules, intervals and recalibration."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.forecast.bootstrap import cluster_draws, estimates
from detente.forecast.chance import error_by_chance
from detente.forecast.days import Floats
from detente.forecast.judging import Ranked
from detente.forecast.odds import log_odds, probability
from detente.forecast.recalibration import ENOUGH_OUTCOMES, calibration, rolling
from detente.forecast.scores import auc, brier_scores, calibration_error, log_losses, reliability, skill


def average_precision(p: Floats, y: Floats, weights: Floats | None = None) -> float:
    return Ranked(p, y).measures(np.ones(len(p)) if weights is None else weights)[1]


cases = st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=2, max_size=40)


@pytest.mark.parametrize("module", ["scores", "models", "rows", "signals", "fold"])
def test_examples_in_docstrings_do_what_they_say(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"detente.forecast.{module}"))
    assert tried
    assert not failed


def test_one_who_knows_the_future_scores_exactly_zero() -> None:
    y = np.array([1.0, 0.0, 0.0, 1.0])
    assert log_losses(y, y).sum() == 0.0
    assert brier_scores(y, y).sum() == 0.0
    assert auc(y, y) == average_precision(y, y) == 1.0
    assert calibration_error(y, y) == 0.0


def test_one_who_is_surely_wrong_loses_everything() -> None:
    assert log_losses(np.array([0.0]), np.array([1.0]))[0] == np.inf


@given(cases)
def test_auc_agrees_with_its_definition(given_: list[tuple[float, bool]]) -> None:
    p, y = np.array([c[0] for c in given_]), np.array([float(c[1]) for c in given_])
    yes, no = p[y == 1], p[y == 0]
    pairs = [(a > b) + 0.5 * (a == b) for a in yes for b in no]
    assert auc(p, y) == pytest.approx(np.mean(pairs)) if pairs else np.isnan(auc(p, y))


@given(cases)
def test_average_precision_agrees_with_its_definition(given_: list[tuple[float, bool]]) -> None:
    p, y = np.array([c[0] for c in given_]), np.array([float(c[1]) for c in given_])
    precisions = [y[p >= threshold].mean() for threshold in p[y == 1]]
    found = average_precision(p, y)
    assert found == pytest.approx(np.mean(precisions)) if precisions else np.isnan(found)


@given(cases, st.integers(0, 5))
def test_the_fast_rank_measures_agree_with_the_plain_ones(given_: list[tuple[float, bool]], seed: int) -> None:
    p, y = np.array([c[0] for c in given_]), np.array([float(c[1]) for c in given_])
    weights = np.random.default_rng(seed).integers(0, 3, len(p)).astype(float)
    weights[0] = 1.0
    fast = Ranked(p, y).measures(weights)
    assert np.allclose((fast[0], fast[2]), (auc(p, y, weights), calibration_error(p, y, weights)), equal_nan=True)


def test_a_row_that_counts_twice_equals_two_rows() -> None:
    p, y = np.array([0.2, 0.7, 0.4]), np.array([0.0, 1.0, 1.0])
    twice = np.array([2.0, 1.0, 1.0])
    longer = np.array([0, 0, 1, 2])
    assert auc(p, y, twice) == pytest.approx(auc(p[longer], y[longer]))
    assert average_precision(p, y, twice) == pytest.approx(average_precision(p[longer], y[longer]))


def test_the_error_by_chance_shrinks_with_more_outcomes_and_grows_with_shared_windows() -> None:
    def error(weeks: int, pairs: int, horizon_days: int) -> float:
        pair, issued = np.repeat(np.arange(pairs), weeks), np.tile(np.arange(weeks) * 7, pairs)
        return error_by_chance(np.full(weeks * pairs, 0.2), pair, issued, horizon_days)

    few, many, shared = error(20, 20, 7), error(20, 180, 7), error(20, 180, 91)
    assert many == pytest.approx(few / 3, rel=0.25)
    assert shared > 2 * many
    assert np.isnan(error(0, 5, 7))


def test_reliability_sorts_forecasts_into_tenths() -> None:
    bins = reliability(np.linspace(0.01, 0.99, 100), np.repeat([0.0, 1.0], 50))
    assert len(bins) == 10
    assert [b.came_true for b in bins] == [0.0] * 5 + [1.0] * 5
    assert all(b.number == 10 for b in bins)


def test_skill_is_the_share_of_the_loss_that_is_gone() -> None:
    assert skill(0.75, 1.0) == 0.25
    assert np.isnan(skill(0.0, 0.0))


def test_draws_take_whole_clusters() -> None:
    cluster = np.array([0, 0, 1, 1, 1, 2])
    for weights in cluster_draws(cluster, draws=20):
        assert weights[0] == weights[1]
        assert weights[2] == weights[3] == weights[4]
        assert weights[0] + weights[2] + weights[5] == 3


def test_intervals_hold_the_value_and_are_wider_for_rows_that_hang_together() -> None:
    alike = np.repeat(np.random.default_rng(1).random(10), 20)

    def width(cluster: np.ndarray) -> float:
        found = estimates(lambda w: {"mean": float(np.average(alike, weights=w))}, cluster)["mean"]
        assert found.low <= found.value <= found.high
        return found.high - found.low

    assert width(np.repeat(np.arange(10), 20)) > 3 * width(np.arange(200))


@given(st.floats(-12, 12))
def test_log_odds_and_probabilities_are_inverse(x: float) -> None:
    assert log_odds(probability(np.array([x])))[0] == pytest.approx(x, abs=1e-6)


def test_recalibration_waits_for_outcomes() -> None:
    few = np.zeros(500)
    few[: ENOUGH_OUTCOMES - 1] = 1.0
    assert calibration(np.zeros(500), few, np.zeros(500), 7).identity


def test_recalibration_repairs_forecasts_that_are_too_sure() -> None:
    rng = np.random.default_rng(5)
    truth = rng.normal(-1.5, 1.0, 6000)
    y = (rng.random(6000) < probability(truth)).astype(float)
    found = calibration(2.0 * truth + 1.0, y, np.zeros(6000), 7)
    assert found.slope == pytest.approx(0.5, abs=0.06)
    assert found.intercept == pytest.approx(-0.5, abs=0.15)


def test_rolling_recalibration_sees_only_matured_outcomes() -> None:
    """Outcomes of windows that were still open, whatever they will be, change no forecast."""
    rng = np.random.default_rng(6)
    issued = np.repeat(np.arange(0, 700, 7), 20)
    x, y = rng.normal(-1, 1, 2000), (rng.random(2000) < 0.4).astype(float)
    day = 350
    changed = np.where(issued + 30 > day, 1 - y, y)
    before = issued <= day
    true, other = (rolling(x, outcome, issued, 30) for outcome in (y, changed))
    assert np.array_equal(true[before], other[before])
    assert not np.allclose(true[issued == day], x[issued == day])
