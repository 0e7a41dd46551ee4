"""Fit and judge link prediction: `python -m forecast.links score FACTS` on a benchmark split, `fit` for what ships.

FACTS is a table with date, source, relation, target, split (train, valid, test) and cameo. Fitted on days of train only; a
day of test knows all facts up to the day before. Ranks are time-aware filtered, in both directions; ties count by their mean.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from detente.forecast.days import Floats, Ints, mondays
from detente.forecast.links import FEATURES, NEVER, Candidates, Floats32, LinkModel, LinkPast, Links
from detente.forecast.next import CALIBRATED_DAYS, ROOTS, expected_a_day, links_of
from detente.forecast.odds import log_odds, probability
from detente.forecast.scores import calibration_error
from detente.forecast.store import source_named
from forecast.fitting import Rows, fit_logistic

SEED = 14
SHARE = 0.4  # of the questions of a day that are learned from
WARM_UP = 120  # days before the first one
POPULAR, DRAWN = 60, 60  # candidates never met: the most popular ones, and some at random that stand for the rest
RIDGE, RIDGE_OF_KIND = 1.0, 30.0
LIKELIEST = 50  # (recipient, kind) of each source that chances are calibrated on
FEWEST = 30  # questions of a kind that gets weights of its own


@dataclass(frozen=True)
class Lesson:
    """One question: features of some candidates, log of how many each stands for, which one it was."""

    features: Floats32
    stands_for: Floats32
    right: int
    kind: int


def lessons(links: Links, rules: Floats32, days: range) -> list[Lesson]:
    """A share of the questions on these days, each with what was known the day before."""
    rng, past = np.random.default_rng(SEED), LinkPast(links, rules)
    found = []
    for day in days:
        past.advance(day)
        for source, by_relation in _questions(links, day).items():
            asked = [q for q in by_relation if rng.random() < SHARE]
            for relation, candidates in zip(asked, past.candidates(source, asked) if asked else (), strict=True):
                popular = np.argpartition(-past.popularity[1, relation], min(POPULAR, links.n_entities - 1))[:POPULAR]
                found.append(_lesson(candidates, by_relation[relation], popular, int(links.kind[relation]), rng))
    return found


def _questions(links: Links, day: int, chosen: Any = None) -> dict[int, dict[int, list[int]]]:
    at = links.day == day
    if chosen is not None:
        at &= chosen
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i in np.flatnonzero(at):
        found[int(links.source[i])][int(links.relation[i])].append(int(links.target[i]))
    return found


def _lesson(found: Candidates, right: list[int], popular: Ints, kind: int, rng: np.random.Generator) -> Lesson:
    n, near = len(found.everywhere), len(NEVER)
    drawn = rng.integers(0, n, DRAWN)
    new = np.setdiff1d(np.concatenate([popular, drawn, right]), found.met)
    chosen = np.concatenate([found.met, new])
    features = np.zeros((len(chosen), len(FEATURES)), dtype=np.float32)
    features[: len(found.met), :near], features[len(found.met) :, :near] = found.recurrence, NEVER
    features[:, near:-1] = found.everywhere[chosen]
    features[len(found.met) :, -1] = 1.0
    stands_for = np.zeros(len(chosen), dtype=np.float32)
    at_random = ~np.isin(new, popular) & ~np.isin(new, right)
    stands_for[len(found.met) :][at_random] = np.log(max(n - len(found.met) - POPULAR, 1) / DRAWN)
    return Lesson(features, stands_for, int(np.flatnonzero(chosen == right[0])[0]), kind)


def fit(some: list[Lesson], kinds: int) -> LinkModel:
    """Weights for all relations, then for each kind drawn to them."""
    every = np.concatenate([x.features for x in some])
    mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-6
    every = (every - mean) / spread
    ends = np.cumsum([0, *(len(x.features) for x in some)])
    common = _minimised(every, some, np.zeros(len(FEATURES)), RIDGE, 80)
    weights = np.tile(common, (kinds, 1))
    for kind in range(kinds):
        at = [i for i, x in enumerate(some) if x.kind == kind]
        if len(at) >= FEWEST:
            rows = np.concatenate([np.arange(ends[i], ends[i + 1]) for i in at])
            weights[kind] = _minimised(every[rows], [some[i] for i in at], common, RIDGE_OF_KIND, 30)
    return LinkModel((weights / spread).astype(np.float32))


def _minimised(x: Floats32, some: list[Lesson], start: Floats, ridge: float, steps: int) -> Floats:
    numbers = np.array([len(s.features) for s in some])
    begin = np.concatenate([[0], np.cumsum(numbers)[:-1]])
    right = begin + np.array([s.right for s in some])
    of = np.repeat(np.arange(len(some)), numbers)
    stands_for = np.concatenate([s.stands_for for s in some])

    def loss(w: Floats) -> tuple[float, Floats]:
        z = x @ w.astype(np.float32) + stands_for
        top = np.maximum.reduceat(z, begin)
        p = np.exp(z - top[of])
        total = np.add.reduceat(p, begin)
        p /= total[of]
        value = -(z[right] - top - np.log(total)).sum() + ridge / 2 * ((w - start) @ (w - start))
        p[right] -= 1
        return float(value), (x.T @ p).astype(np.float64) + ridge * (w - start)

    return np.asarray(minimize(loss, start.copy(), jac=True, method="L-BFGS-B", options={"maxiter": steps}).x)


def ranks(links: Links, rules: Floats32, model: LinkModel, asked: Any) -> Floats:
    """Rank of each asked fact among all entities, others that are true on that day left out."""
    past, found = LinkPast(links, rules), []
    for day in np.unique(links.day[asked]):
        past.advance(int(day))
        true = _questions(links, int(day))
        for source, by_relation in _questions(links, int(day), asked).items():
            for relation, candidates in zip(by_relation, past.candidates(source, list(by_relation)), strict=True):
                scores = model.scores(candidates, int(links.kind[relation]))
                for target in by_relation[relation]:
                    found.append(_rank(scores, target, true[source][relation]))
    return np.array(found)


def _rank(scores: Floats, target: int, true: list[int]) -> float:
    others = scores.copy()
    others[[t for t in true if t != target]] = -np.inf
    return float(1 + (others > scores[target]).sum() + ((others == scores[target]).sum() - 1) / 2)


def facts(path: Path) -> tuple[Links, list[str]]:
    """A benchmark table as links, and the split of each link."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [line.rstrip("\n").split("\t") for line in stream][1:]
    names = {n: i for i, n in enumerate(sorted({x for r in rows for x in (r[1], r[3])}))}
    relations = {n: i for i, n in enumerate(sorted({r[2] for r in rows}))}
    roots = {r[2]: r[5][:2] or "00" for r in rows}
    numbers = {n: i for i, n in enumerate(sorted(set(roots.values())))}
    homes: dict[str, int] = {}
    home = [homes.setdefault(_home(n), len(homes)) for n in names]
    columns = [
        np.array(c, dtype=np.int64) for c in zip(
            *((names[r[1]], relations[r[2]], names[r[3]], date.fromisoformat(r[0]).toordinal()) for r in rows), strict=True
        )
    ]  # fmt: skip
    kind = np.array([numbers[roots[r]] for r in relations], dtype=np.int64)
    links = Links.of(*columns, kind=kind, home=np.array(home, dtype=np.int64))
    splits = {date.fromisoformat(r[0]).toordinal(): r[4] for r in rows}
    return links, [splits[int(d)] for d in links.day]


def _home(name: str) -> str:
    """The state in parentheses, or the name itself."""
    found = re.search(r"\(([^()]+)\)$", name)
    return found[1] if found else name


def score(path: Path) -> None:
    began = time.monotonic()
    links, split = facts(path)
    parts = np.array(split)
    train = links.day[parts == "train"]
    rules = links.rules(int(train.max()) + 1)
    first = int(links.day.min())
    learned = lessons(links, rules, range(first + WARM_UP, int(train.max()) + 1))
    model = fit(learned, int(links.kind.max()) + 1)
    fitted = time.monotonic() - began
    for name in ("valid", "test"):
        found = ranks(links, rules, model, parts == name)
        hits = ", ".join(f"Hits@{k} {(found <= k).mean():.1%}" for k in (1, 3, 10))
        print(f"{name}: MRR {(1 / found).mean():.1%}, {hits}, {len(found)} questions")
    print(f"fitted in {fitted:.0f} s on {len(learned)} questions, all in {time.monotonic() - began:.0f} s")


def ship(history: Path, name: str, until: date, out: Path) -> None:
    links, _, _ = links_of(source_named(history, name).all_rows(known_by=until + timedelta(days=1)))
    rules = links.rules(until.toordinal() + 1)
    learned = lessons(links, rules, range(int(links.day.min()) + WARM_UP, until.toordinal() + 1))
    model = fit(learned, int(links.kind.max()) + 1)
    intercept, slope = _calibrated(links, rules, model, until)
    rounded = [[float(f"{w:.4g}") for w in row] for row in model.weights]
    content = {
        "schema": "detente.links/1", "fitted_to": str(until), "fitted_on": name, "features": FEATURES,
        "intercept": intercept, "slope": slope, "weights": rounded,
    }  # fmt: skip
    out.write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(f"{out}: {len(learned)} questions")


def _calibrated(links: Links, rules: Floats32, model: LinkModel, until: date) -> tuple[float, float]:
    """Over the Mondays of the last year: what came true of what was said of the likeliest within a week."""
    past, said, came = LinkPast(links, rules), [], []
    for day in mondays(until.toordinal() - 365, until.toordinal() - CALIBRATED_DAYS):
        past.advance(day)
        inside = (links.day >= day) & (links.day < day + CALIBRATED_DAYS) & (links.relation < len(ROOTS))
        happened = np.zeros((links.n_entities, len(ROOTS), links.n_entities), dtype=bool)
        happened[links.source[inside], links.relation[inside], links.target[inside]] = True
        active = np.unique(links.source[(links.day >= day - 30) & (links.day < day)])
        for source in active:
            expected = expected_a_day(past, links, int(source), model)
            best = np.argsort(-expected, axis=None)[:LIKELIEST]
            said.append(log_odds(-np.expm1(-expected.ravel()[best] * CALIBRATED_DAYS)))
            came.append(happened[source].ravel()[best].astype(np.float64))
    x, y = np.concatenate(said), np.concatenate(came)
    intercept, weights = fit_logistic(Rows(x[:, None], y, np.ones(len(y))), ridge=1e-3)
    raw, fitted = probability(x), probability(intercept + weights[0] * x)
    errors = f"ECE {calibration_error(raw, y):.4f} before, {calibration_error(fitted, y):.4f} after"
    print(f"calibration: {errors}, {y.mean():.2%} came true")
    return round(intercept, 4), round(float(weights[0]), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    scoring = commands.add_parser("score")
    scoring.add_argument("facts", type=Path)
    fitting = commands.add_parser("fit")
    fitting.add_argument("--history", type=Path, required=True)
    fitting.add_argument("--source", required=True)
    fitting.add_argument("--until", type=date.fromisoformat, required=True)
    fitting.add_argument("--out", type=Path, required=True)
    call = parser.parse_args()
    if call.command == "score":
        score(call.facts)
    else:
        ship(call.history, call.source, call.until, call.out)


if __name__ == "__main__":
    main()
