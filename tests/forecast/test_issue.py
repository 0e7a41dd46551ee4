"""A forecast with its reasons, worked out again by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from forecast.histories import FIRST, busy_rows, on, row

from detente.forecast.editions import DyadPrior, Edition, EditionInvalid, edition_for, shipped_editions
from detente.forecast.issue import ForecastImpossible, RowsSource, forecast, forecast_all
from detente.forecast.models import at_least
from detente.forecast.questions import question_of
from detente.forecast.rows import class_bits

PAIR = ("ARV", "BMR")
HEADLINE = question_of("conflict")
BUSY = RowsSource("invented", tuple(busy_rows(400)))
TODAY = on(380)


def known_to_prior(issued: date) -> Edition:
    """The shipped edition, with long-run numbers of an invented pair."""
    edition = edition_for(issued)
    return replace(edition, prior=DyadPrior(edition.prior.until, {PAIR: (1.5, 0.5, 5.0)}))


def small(*rows_: object) -> RowsSource:
    return RowsSource("ledger", tuple(rows_))  # type: ignore[arg-type]


def test_the_rate_can_be_worked_out_by_hand() -> None:
    """Expected days are the sum over past days of weight x rate of decay x what is left of the day x horizon."""
    (found,) = forecast(BUSY, PAIR, [HEADLINE], issued=TODAY)
    weights = edition_for(TODAY).of(HEADLINE).ensemble.rate.weights
    known = [r for r in BUSY.rows if {r.actor, r.recipient} == set(PAIR) and r.date < TODAY and r.published_at < TODAY]
    for half_life in (7, 90):
        days = {r.date for r in known if class_bits(r.code) >> 4 & 1}
        by_hand = sum(0.5 ** ((TODAY - d).days / half_life) for d in days) * np.log(2) / half_life * 30
        name = f"outcome, {half_life}"
        assert found.terms.get(name, 0.0) == pytest.approx(weights[name] * by_hand, abs=1e-9)


def test_the_probability_can_be_worked_out_by_hand() -> None:
    """Mean of the log odds of two models: the logistic one, and the chance that a negative binomial number reaches two."""
    (found,) = forecast(BUSY, PAIR, [HEADLINE], issued=TODAY)
    fitted = edition_for(TODAY).of(HEADLINE)
    rate = float(at_least(2, np.array([1e-6 + sum(found.terms.values())]), fitted.ensemble.rate.dispersion)[0])
    ours = np.log(found.uncalibrated / (1 - found.uncalibrated))
    logistic = 1 / (1 + np.exp(-(2 * ours - np.log(rate / (1 - rate)))))
    assert 0 < logistic < 1
    calibrated = found.calibration.intercept + found.calibration.slope * ours
    assert found.probability == pytest.approx(1 / (1 + np.exp(-calibrated)))


def test_each_piece_of_evidence_is_what_its_day_adds() -> None:
    (found,) = forecast(BUSY, PAIR, [HEADLINE], issued=TODAY)
    assert found.evidence
    assert [abs(e.adds) for e in found.evidence] == sorted((abs(e.adds) for e in found.evidence), reverse=True)
    for piece in found.evidence:
        assert all(e.date == piece.date and e.reference for e in piece.events)


def test_small_ledgers_show_prior_evidence_and_result_apart() -> None:
    rows_ = [row(on(-k), "190") for k in range(1, 6)]
    (bare,) = forecast(small(row(on(-9), "040", "CSV", "DOR")), PAIR, [HEADLINE], issued=FIRST, editions=known_to_prior)
    (found,) = forecast(small(*rows_), PAIR, [HEADLINE], issued=FIRST, editions=known_to_prior)
    assert found.thin
    assert found.prior == pytest.approx(bare.prior)
    assert found.probability > max(found.prior, bare.probability)
    assert found.events_90 == 5
    assert found.calibration.identity
    assert "small ledger" in found.model


def test_a_pair_that_the_prior_knows_for_conflict_starts_higher() -> None:
    other = small(row(on(-9), "040", "ELM", "FEN"))
    (known,), (unknown,) = (
        forecast(other, pair, [HEADLINE], issued=FIRST, editions=known_to_prior) for pair in (PAIR, ("CSV", "DOR"))
    )
    assert known.prior > 2 * unknown.prior
    assert known.probability > 1.5 * unknown.probability


def test_what_is_published_later_changes_no_earlier_forecast() -> None:
    late = [row(on(370), "190", lag=15), row(on(390), "190"), row(on(379), "190", lag=1)]
    before, after = (
        forecast(RowsSource("x", rows_), PAIR, [HEADLINE], issued=TODAY)[0] for rows_ in (BUSY.rows, (*BUSY.rows, *late))
    )
    assert before == after


def test_the_dyad_rate_needs_a_matured_window() -> None:
    rows_ = [row(on(k), "040") for k in range(0, 40, 4)]
    (young,) = forecast(small(*rows_), PAIR, [HEADLINE], issued=on(41))
    assert young.dyad_rate is None
    (old,) = forecast(BUSY, PAIR, [HEADLINE], issued=TODAY)
    assert old.dyad_rate is not None


def test_all_active_pairs_are_ranked_as_they_are_forecast_alone() -> None:
    ranked = forecast_all(BUSY, [HEADLINE], issued=TODAY)[HEADLINE.id]
    assert [p for _, p in ranked] == sorted((p for _, p in ranked), reverse=True)
    pair, p = ranked[0]
    (alone,) = forecast(BUSY, pair, [HEADLINE], issued=TODAY)
    assert alone.probability == pytest.approx(p)


def test_a_thaw_is_asked_only_of_pairs_without_cooperation() -> None:
    thaw = question_of("thaw")
    rows_ = [row(on(k), "061" if k == 30 else "112") for k in range(0, 60, 5)]
    with pytest.raises(ForecastImpossible, match="only of pairs without material cooperation"):
        forecast(small(*rows_), PAIR, [thaw], issued=on(61))
    (found,) = forecast(small(*(r for r in rows_ if r.code != "061")), PAIR, [thaw], issued=on(61))
    assert 0 < found.probability < 1


@pytest.mark.parametrize(
    ("source", "issued", "says"),
    [
        (small(), FIRST, "holds no event between two states"),
        (BUSY, on(800), "ends on .* days before .* ask with --as-of"),
        (small(row(on(10))), on(5), "holds no event"),
    ],
)
def test_a_history_that_cannot_answer_says_why(source: RowsSource, issued: date, says: str) -> None:
    with pytest.raises(ForecastImpossible, match=says):
        forecast(source, PAIR, [HEADLINE], issued=issued)


def test_coefficients_that_know_the_future_are_refused() -> None:
    first = min(e.fitted_to for e in shipped_editions())
    with pytest.raises(EditionInvalid, match="would know the future"):
        edition_for(first)
    assert edition_for(date(first.year + 1, 6, 1)).fitted_to == first


def test_a_prior_says_nothing_of_days_that_it_has_seen() -> None:
    prior = DyadPrior(date(2030, 12, 31), {PAIR: (1.0, 1.0, 1.0)})
    assert prior.numbers([PAIR], date(2030, 12, 31).toordinal()).tolist() == [[0.0] * 4]
    assert prior.numbers([PAIR], date(2031, 1, 1).toordinal()).tolist() == [[1.0] * 4]


def test_the_shipped_prior_is_small_and_of_states() -> None:
    for edition in shipped_editions():
        assert 500 <= len(edition.prior.table) <= 1000
        assert all(a < b for a, b in edition.prior.table)


def test_a_small_ledger_says_what_follows_if_it_was_chosen_for_its_conflict() -> None:
    (found,) = forecast(small(*(row(on(-k), "190") for k in range(1, 6))), PAIR, [HEADLINE], issued=FIRST)
    assert found.prior < found.if_chosen < found.probability < found.if_fair
    assert found.to_dict()["if_chosen_for_conflict"] == round(found.if_chosen, 5)
    (large,) = forecast(BUSY, PAIR, [HEADLINE], issued=TODAY)
    assert large.if_chosen == large.probability == large.if_fair


@pytest.mark.parametrize("codes", [("190",), ("134", "112", "190"), ("040", "061"), ("163", "173", "130", "111")])
def test_a_small_ledger_forecast_lies_between_what_both_kinds_of_ledger_make_of_it(codes: tuple[str, ...]) -> None:
    read = small(*(row(on(-1 - 3 * k), code) for k, code in enumerate(codes)))
    for question in (HEADLINE, question_of("force"), question_of("rupture")):
        (found,) = forecast(read, PAIR, [question], issued=FIRST)
        low, high = sorted((found.if_fair, found.if_chosen))
        assert low - 1e-9 <= found.probability <= high + 1e-9
