"""Fit an edition: `python -m forecast.fit --history FOLDER --dyad-years FILE --until 2013-12-31 --source NAME=1 --out FOLDER`.

Everything after `until` is out of sight: rows, prior, and windows that had not matured by then.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from detente.forecast.days import DyadDays, Floats, mondays
from detente.forecast.editions import SCHEMA
from detente.forecast.features import Features, logistic_features, long_run_features, rate_terms, thin_features
from detente.forecast.questions import Question, questions
from detente.forecast.snapshot import Snapshot, snapshots, stacked
from detente.forecast.store import source_named
from forecast.fitting import Rows, fit_logistic, fit_rate
from forecast.long_run import YearlyPrior, dyad_years, prior_before, prior_text
from forecast.thinning import CHOSEN, MOST_CHOSEN, small_ledgers, within

WARM_UP_DAYS = 85
YOUNG, WHOLE_YEAR_DAYS = 0.5, 300  # every year counts once more, by this much, as if the history had begun with it
WITHOUT_PRIOR = 0.5  # every row counts once more, by this much, as if the dyad had no prior
THIN_DRAWS = 6
MOSTLY_KNOWN = 0.3  # share of rows with a prior that a source needs to teach what the prior alone says
THIN_SEED = 1905


@dataclass(frozen=True)
class Past:
    """Snapshots of one history, stacked, with the outcomes of each question; NaN where a window had not matured."""

    name: str
    weight: float
    rows: Snapshot
    outcomes: dict[str, Floats]
    thin: tuple[Thin, ...] = ()


@dataclass(frozen=True)
class Thin:
    """What small ledgers hold, the outcomes of all days, and how much more often each ledger keeps conflict."""

    rows: Snapshot
    outcomes: dict[str, Floats]
    bias: Floats


def past_of(name: str, weight: float, history: DyadDays, prior: YearlyPrior, *, thin: bool) -> Past:
    """All Mondays of a history after its warm-up."""
    issued = mondays(history.first + WARM_UP_DAYS, history.last + 1)
    several = list(snapshots(history, issued, prior=prior))
    outcomes = {q.id: _outcomes(history, q, [(s.issued, s.pairs) for s in several]) for q in questions().values()}
    thinner = tuple(_thinned(history, issued, prior, draw) for draw in range(THIN_DRAWS)) if thin else ()
    return Past(name, weight, stacked(several)[1], outcomes, thinner)


def young(name: str, weight: float, history: DyadDays, prior: YearlyPrior) -> Iterator[Past]:
    """Each year of a history by itself: who has just begun to collect knows no earlier one."""
    for year in range(date.fromordinal(history.first).year, date.fromordinal(history.last).year + 1):
        alone = within(history, date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
        if alone.last - alone.first >= WHOLE_YEAR_DAYS:
            yield past_of(f"{name} {year}", YOUNG * weight, alone, prior, thin=False)


def _outcomes(history: DyadDays, question: Question, asked: Sequence[tuple[int, Any]]) -> Floats:
    """Of each row; NaN also where the question is not asked about the pair."""
    found = [
        np.where(question.asked(history, day, pairs), question.outcomes(history, day, pairs), np.nan) for day, pairs in asked
    ]
    return np.concatenate(found)


def _thinned(history: DyadDays, issued: Sequence[int], prior: YearlyPrior, draw: int) -> Thin:
    """What small ledgers would know about all pairs that were active; outcomes from all days."""
    few = small_ledgers(history, THIN_SEED + draw)
    seen = few.seen(issued, history, prior)
    outcomes = {q.id: _outcomes(history, q, [(s.issued, s.pairs) for s in seen]) for q in questions().values()}
    rows = stacked(seen)[1]
    return Thin(rows, outcomes, few.bias[rows.pairs])


def fit_question(question: Question, pasts: Sequence[Past]) -> dict[str, Any]:
    """The numbers of one question, as an edition holds them."""
    logistic = Rows.joined(list(_rows(question, pasts, logistic_features)))
    intercept, weights = fit_logistic(logistic)
    rate, dispersion = fit_rate(Rows.joined(list(_rows(question, pasts, rate_terms))), question.days)
    with_prior = [p for p in pasts if p.rows.prior[:, 3].mean() > MOSTLY_KNOWN] or list(pasts)
    long_intercept, long_weights = fit_logistic(Rows.joined(list(_rows(question, with_prior, long_run_features))))
    first = pasts[0]
    known = ~np.isnan(first.outcomes[question.id])
    count = np.log1p(first.rows.decayed(question.outcome, 30))[known]
    own = first.outcomes[question.id][known]
    count_intercept, count_weights = fit_logistic(Rows(count[:, None], own, np.ones(len(own))), ridge=1e-3)
    return {
        "base_rate": _short(float(own.mean())),
        "rows": int(known.sum()),
        "decayed_count": {"intercept": _short(count_intercept), "slope": _short(float(count_weights[0]))},
        "logistic": {"intercept": _short(intercept), "weights": _named(logistic_features, question, first, weights)},
        "rate": {"dispersion": _short(dispersion), "weights": _named(rate_terms, question, first, rate)},
        "long_run": {"intercept": _short(long_intercept), "weights": _named(long_run_features, question, first, long_weights)},
        "thin": _thin(question, pasts, 1.0, MOST_CHOSEN),
        "thin_fair": _thin(question, pasts, 1.0, 1.0),
        "thin_chosen": _thin(question, pasts, CHOSEN, MOST_CHOSEN),
    }


def _thin(question: Question, pasts: Sequence[Past], least: float, most: float) -> dict[str, Any]:
    """The model of small ledgers, from those with a bias between two."""
    intercept, weights = fit_logistic(Rows.joined(list(_thin_rows(question, pasts, least, most))))
    return {"intercept": _short(intercept), "weights": _named(thin_features, question, pasts[0], weights)}


def _rows(question: Question, pasts: Sequence[Past], features: Features) -> Iterator[Rows]:
    for past in pasts:
        outcome = past.outcomes[question.id]
        known = ~np.isnan(outcome)
        for rows, weight in ((past.rows, past.weight), (past.rows.without_prior(), past.weight * WITHOUT_PRIOR)):
            if rows is past.rows or past.rows.prior.any():
                yield Rows(features(rows, question)[1][known], outcome[known], np.full(known.sum(), weight))


def _thin_rows(question: Question, pasts: Sequence[Past], least: float, most: float) -> Iterator[Rows]:
    for past in pasts:
        for thin in past.thin:
            outcome = thin.outcomes[question.id]
            known = ~np.isnan(outcome) & (thin.bias >= least) & (thin.bias <= most)
            weight = past.weight / len(past.thin)
            for seen, part in ((thin.rows, weight), (thin.rows.without_prior(), weight * WITHOUT_PRIOR)):
                yield Rows(thin_features(seen, question)[1][known], outcome[known], np.full(known.sum(), part))


def _named(features: Features, question: Question, past: Past, weights: Floats) -> dict[str, float]:
    names, _ = features(past.rows.only(np.arange(1)), question)
    return {name: _short(float(w)) for name, w in zip(names, weights, strict=True)}


def _short(number: float) -> float:
    return float(f"{number:.5g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, required=True, help="history folder, as `detente history add` makes it")
    parser.add_argument("--dyad-years", type=Path, required=True)
    parser.add_argument("--until", type=date.fromisoformat, required=True)
    parser.add_argument("--source", action="append", required=True, help="NAME=WEIGHT; the first one also gives base rates")
    parser.add_argument("--thin", action="append", default=[], help="sources to thin out to the size of small ledgers")
    parser.add_argument("--young", action="append", default=[], help="sources whose years count by themselves too")
    parser.add_argument("--name", help="of the edition; default: the year of --until")
    parser.add_argument("--out", type=Path, required=True)
    call = parser.parse_args()
    years = dyad_years(call.dyad_years)
    pasts = []
    for given in call.source:
        name, _, weight = given.partition("=")
        history = source_named(call.history, name).days().known_before(call.until.toordinal() + 1)
        pasts.append(past_of(name, float(weight or 1), history, YearlyPrior(years), thin=name in call.thin))
        print(f"{name}: {len(pasts[-1].rows)} rows, {len(history.pairs)} pairs", flush=True)
        if name in call.young:
            pasts += young(name, float(weight or 1), history, YearlyPrior(years))
    edition = {
        "schema": SCHEMA, "name": call.name or str(call.until.year), "fitted_to": str(call.until),
        "prior_until": str(call.until), "fitted_on": call.source,
        "questions": {q.id: fit_question(q, pasts) for q in questions().values()},
    }  # fmt: skip
    path = call.out / f"{edition['name']}.json"
    path.write_text(json.dumps(edition, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".prior.tsv").write_text(prior_text(prior_before(years, call.until.year + 1)), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
