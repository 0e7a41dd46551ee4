"""What a backtest shows: losses, skill over the baselines, ranks and calibration of every model, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.forecast.backtest import DETENTE, RECALIBRATED, Backtest, Rolled
from detente.forecast.bootstrap import DRAWS, LEVEL, Estimate, estimates
from detente.forecast.chance import error_by_chance
from detente.forecast.days import Floats
from detente.forecast.scores import Bin, auc_of_groups, brier_scores, log_losses, precision_of_groups, reliability, skill

SCHEMA = "detente.backtest/1"
DYAD_RATE, COUNT = "dyad rate", "decayed count"
MEASURES = ("log loss", "Brier score", "skill over dyad rate", "skill over decayed count", "Brier skill over decayed count",
            "AUC", "average precision", "calibration error")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question on some rows. `measures`: by model, then by name; `bins`: reliability by model."""

    question: str
    title: str
    rows: int
    dyads: int
    base_rate: float
    measures: Mapping[str, Mapping[str, Estimate]]
    bins: Mapping[str, tuple[Bin, ...]]
    unknown: int = 0
    error_by_chance: float = float("nan")  # calibration error of one whose probabilities were exactly right

    def to_dict(self) -> dict[str, Any]:
        return {
            "question": self.question, "title": self.title, "rows": self.rows, "dyads": self.dyads,
            "base_rate": round(self.base_rate, 5) if self.rows else None, "windows_without_end": self.unknown,
            "calibration_error_by_chance": round(self.error_by_chance, 5) if self.rows else None,
            "models": {m: {name: e.to_dict() for name, e in by_name.items()} for m, by_name in self.measures.items()},
            "reliability": {
                model: [[b.number, round(b.said, 5), round(b.came_true, 5)] for b in bins] for model, bins in self.bins.items()
            },
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """All questions of a backtest, on all rows and on quiet dyads (no such event in the 90 days before)."""

    backtest: Backtest
    source: str
    all_dyads: tuple[Verdict, ...]
    quiet_dyads: tuple[Verdict, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA, "source": self.source, "start": str(self.backtest.start), "stop": str(self.backtest.stop),
            "editions": list(self.backtest.editions), "interval": LEVEL,
            "all_dyads": [v.to_dict() for v in self.all_dyads], "quiet_dyads": [v.to_dict() for v in self.quiet_dyads],
        }  # fmt: skip


def judge(done: Backtest, source: str, *, draws: int = DRAWS) -> Judgement:
    """Measures with intervals over `draws` draws of whole dyads."""
    everything = tuple(verdict(r, draws=draws) for r in done.rolled)
    return Judgement(done, source, everything, tuple(verdict(r.only(r.quiet), draws=draws) for r in done.rolled))


def verdict(rolled: Rolled, *, draws: int = DRAWS) -> Verdict:
    """Of one question."""
    y, models = rolled.outcome, rolled.probabilities
    base = float(y.mean()) if len(y) else float("nan")
    question = rolled.question
    if not len(y):
        return Verdict(question.id, question.title, 0, 0, base, {}, {}, rolled.unknown)
    losses = {m: (log_losses(p, y), brier_scores(p, y)) for m, p in models.items()}
    ranked = {m: Ranked(p, y) for m, p in models.items()}

    def measure(weights: Floats) -> dict[str, float]:
        sums = {m: (float(a @ weights), float(b @ weights)) for m, (a, b) in losses.items()}
        found: dict[str, float] = {}
        for m in models:
            values = (*_of_losses(sums, m, float(weights.sum())), *ranked[m].measures(weights))
            found.update({f"{m}\t{name}": v for name, v in zip(MEASURES, values, strict=True)})
        return found

    by_model: dict[str, dict[str, Estimate]] = {m: {} for m in models}
    for key, estimate in estimates(measure, rolled.pair, draws=draws).items():
        model, name = key.split("\t")
        by_model[model][name] = estimate
    bins = {m: reliability(models[m], y) for m in (COUNT, DETENTE, RECALIBRATED) if m in models}
    chance = (
        error_by_chance(models[DETENTE], rolled.pair, rolled.issued, question.horizon_days) if DETENTE in models else np.nan
    )
    dyads = len(set(rolled.pair.tolist()))
    return Verdict(question.id, question.title, len(y), dyads, base, by_model, bins, rolled.unknown, chance)


def _of_losses(sums: Mapping[str, tuple[float, float]], model: str, rows: float) -> tuple[float, ...]:
    log_loss, brier = sums[model]
    return (
        log_loss / rows, brier / rows, skill(log_loss, sums[DYAD_RATE][0]), skill(log_loss, sums[COUNT][0]),
        skill(brier, sums[COUNT][1]),
    )  # fmt: skip


class Ranked:
    """Forecasts in order, so that rank measures of many draws cost no sorting. Gives what `scores` gives."""

    def __init__(self, p: Floats, outcome: Floats) -> None:
        self._order = np.argsort(p, kind="stable")
        self._p, self._y = p[self._order], outcome[self._order]
        self._starts = np.flatnonzero(np.concatenate([[True], self._p[1:] != self._p[:-1]]))
        self._bins = [part for part in np.array_split(np.arange(len(p)), min(10, len(p))) if len(part)]

    def measures(self, weights: Floats) -> tuple[float, float, float]:
        """AUC, average precision and calibration error."""
        w = weights[self._order]
        yes, every = np.add.reduceat(w * self._y, self._starts), np.add.reduceat(w, self._starts)
        return auc_of_groups(yes, every - yes), precision_of_groups(yes[::-1], every[::-1]), self._calibration_error(w)

    def _calibration_error(self, w: Floats) -> float:
        edges = [part[0] for part in self._bins]
        said, came = np.add.reduceat(w * self._p, edges), np.add.reduceat(w * self._y, edges)
        return float(np.abs(said - came).sum() / w.sum())
