"""Replays: what a forecast may see, and what a seer would score."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from forecast.histories import busy, busy_rows, on

from detente.forecast import backtest as backtesting
from detente.forecast.backtest import BacktestImpossible, FutureKnown, backtest
from detente.forecast.baselines import Matured
from detente.forecast.days import DyadDays, Floats
from detente.forecast.editions import edition_for
from detente.forecast.judging import judge
from detente.forecast.page import backtest_page
from detente.forecast.questions import Question, question_of, questions
from detente.forecast.showing import backtest_text
from detente.forecast.snapshot import Snapshot

HEADLINE = question_of("conflict")
START, STOP = on(150), on(330)


class Clairvoyant:
    """Knows the outcome: by looking into the history that it was given."""

    name = "clairvoyant"

    def __init__(self, history: DyadDays) -> None:
        self._history = history

    def probabilities(self, past: Snapshot, question: Question, matured: Matured) -> Floats:
        return np.nan_to_num(question.outcomes(self._history, past.issued, past.pairs))


def test_a_clairvoyant_scores_exactly_zero() -> None:
    history = busy()
    done = judge(
        backtest(history, list(questions().values()), start=START, stop=STOP, extra=[Clairvoyant(history)]), "t", draws=10
    )
    for verdict in done.all_dyads:
        seer = verdict.measures["clairvoyant"]
        assert seer["log loss"].value == seer["Brier score"].value == seer["calibration error"].value == 0.0
        assert seer["skill over decayed count"].value == seer["AUC"].value == 1.0


def test_shuffling_the_future_changes_no_forecast() -> None:
    """Days after the cut are dealt anew; forecasts issued until then stay the same, bit by bit."""
    rows, cut = busy_rows(), on(250)
    rng = np.random.default_rng(9)
    past = [r for r in rows if r.date < cut and r.published_at < cut]
    future = [r for r in rows if not (r.date < cut and r.published_at < cut)]
    order = rng.permutation(len(future))
    dealt = [replace(r, actor=future[k].actor, recipient=future[k].recipient) for r, k in zip(future, order, strict=True)]
    tests = [backtest(DyadDays.of_rows([*past, *f]), [HEADLINE], start=START, stop=cut).rolled[0] for f in (future, dealt)]
    keys = [list(zip(t.issued.tolist(), t.pair.tolist(), strict=True)) for t in tests]
    assert not np.array_equal(tests[0].outcome, tests[1].outcome)
    shared = set(keys[0]) & set(keys[1])
    assert len(shared) > 300
    for name in ("detente", "logistic", "self-exciting rate", "dyad rate", "detente, recalibrated"):
        first, second = (dict(zip(k, t.probabilities[name], strict=True)) for k, t in zip(keys, tests, strict=True))
        assert all(first[k] == second[k] for k in shared)


def test_a_forecaster_that_peeks_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = backtesting.snapshots

    def peeking(history: DyadDays, issued: Any, **rest: Any) -> Any:
        for past in honest(history, issued, **rest):
            yield past.less({"any": [past.issued + 3]}) if history.last > past.issued else past

    monkeypatch.setattr(backtesting, "snapshots", peeking)
    with pytest.raises(FutureKnown, match="when the future is taken away"):
        backtest(busy(), [HEADLINE], start=START, stop=STOP)


def test_windows_that_end_after_the_history_are_counted_apart() -> None:
    rolled = backtest(busy(300), [HEADLINE], start=START, stop=on(400)).rolled[0]
    assert rolled.unknown > 0
    assert rolled.issued.max() + 30 <= busy(300).last + 1
    assert set(np.unique(rolled.outcome)) <= {0.0, 1.0}


def test_quiet_rows_had_no_such_event() -> None:
    history = busy()
    rolled = backtest(history, [HEADLINE], start=START, stop=STOP).rolled[0]
    for i in np.flatnonzero(rolled.quiet)[:20]:
        pair, day = history.pairs[rolled.pair[i]], int(rolled.issued[i])
        assert history.known_before(day).dates("material conflict", pair, day - 90, day) == []


def test_coefficients_never_judge_what_they_were_fitted_to() -> None:
    used: list[date] = []

    def editions(issued: date) -> Any:
        used.append(issued)
        return edition_for(issued)

    backtest(busy(), [HEADLINE], start=START, stop=STOP, editions=editions)
    assert min(used) >= START


@pytest.mark.parametrize(("start", "stop"), [(on(0), on(100)), (on(500), on(600)), (date(1999, 1, 4), on(100))])
def test_a_time_that_the_history_does_not_hold_is_refused(start: date, stop: date) -> None:
    with pytest.raises(BacktestImpossible, match="the history holds 2031-01-01 to"):
        backtest(busy(200), [HEADLINE], start=start, stop=stop)


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(BacktestImpossible, match="no event between two states"):
        backtest(DyadDays.of_rows([]), [HEADLINE], start=START, stop=STOP)


def test_reports_show_every_question_and_model() -> None:
    done = judge(backtest(busy(), list(questions().values()), start=START, stop=STOP), "invented", draws=10)
    text, page, data = backtest_text(done), backtest_page(done), json.loads(json.dumps(done.to_dict()))
    for question in questions().values():
        assert question.title in text
        assert f"<h2>{question.title[:1].upper()}{question.title[1:]}" in page
    assert len(data["all_dyads"]) == len(data["quiet_dyads"]) == len(questions())
    assert "<svg" in page
    assert "<script" not in page
    models = data["all_dyads"][0]["models"]
    assert {"global rate", "dyad rate", "persistence", "decayed count", "logistic", "self-exciting rate", "detente"} <= set(
        models
    )
    assert models["detente"]["log loss"]["low"] <= models["detente"]["log loss"]["value"]
