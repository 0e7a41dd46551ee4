"""How good recorded forecasts were: scores of the decided ones against base rates, with intervals, and the share of voids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.forecast.bootstrap import DRAWS, Estimate, estimates
from detente.forecast.days import Floats, Ints
from detente.forecast.record import Recorded
from detente.forecast.scores import Bin, brier_scores, calibration_error, log_losses, reliability, skill

SCHEMA = "detente.score/1"


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one question, or of all together. `measures` are empty while nothing has been decided."""

    question: str
    recorded: int
    open: int
    void: int
    yes: int
    no: int
    measures: Mapping[str, Estimate]
    bins: tuple[Bin, ...]
    adjusted: Mapping[str, Estimate] = field(default_factory=dict)  # of those that signals of a ledger moved, apart
    number_adjusted: int = 0

    @property
    def void_share(self) -> float | None:
        """Of those whose time is over; None where there are none."""
        over = self.void + self.yes + self.no
        return self.void / over if over else None

    def to_dict(self) -> dict[str, Any]:
        return {
            "question": self.question, "recorded": self.recorded, "open": self.open, "void": self.void,
            "void_share": None if self.void_share is None else round(self.void_share, 4), "yes": self.yes, "no": self.no,
            "measures": {k: e.to_dict() for k, e in self.measures.items()},
            "reliability": [[b.number, round(b.said, 5), round(b.came_true, 5)] for b in self.bins],
            "adjusted_by_signals": {"decided": self.number_adjusted, **{k: e.to_dict() for k, e in self.adjusted.items()}},
        }  # fmt: skip


def tallies(forecasts: Sequence[Recorded], *, live: bool, draws: int = DRAWS) -> list[Tally]:
    """One for each question that was asked, and one for all; of live forecasts, or of those made with hindsight."""
    chosen = [f for f in forecasts if f.live == live]
    asked = sorted({f.body["question"] for f in chosen})
    groups = [(q, [f for f in chosen if f.body["question"] == q]) for q in asked]
    return [tally(name, group, draws=draws) for name, group in ([("all", chosen)] if len(asked) > 1 else []) + groups]


def tally(question: str, forecasts: Sequence[Recorded], *, draws: int = DRAWS) -> Tally:
    """Scores of those that were decided yes or no."""
    number = {o: sum(f.outcome == o for f in forecasts) for o in ("yes", "no", "void", None)}
    decided = [f for f in forecasts if f.outcome in ("yes", "no")]
    measures, bins = _scores(decided, draws) if decided else ({}, ())
    moved = [f for f in decided if f.adjustment is not None]
    return Tally(
        question, len(forecasts), number[None], number["void"], number["yes"], number["no"], measures, bins,
        _scores_of_adjustment(moved, draws) if moved else {}, len(moved),
    )  # fmt: skip


def _scores(decided: Sequence[Recorded], draws: int) -> tuple[Mapping[str, Estimate], tuple[Bin, ...]]:
    y, dyads = _outcomes(decided)
    said = {name: _column(decided, name) for name in ("probability", "base_rate", "dyad_rate")}
    p = said["probability"]
    losses = {name: (log_losses(v, y), brier_scores(v, y)) for name, v in said.items()}

    def measure(w: Floats) -> dict[str, float]:
        total = {name: (float(a @ w), float(b @ w)) for name, (a, b) in losses.items()}
        found = {
            "log loss": total["probability"][0] / w.sum(), "Brier score": total["probability"][1] / w.sum(),
            "skill over base rate": skill(total["probability"][0], total["base_rate"][0]),
            "skill over dyad rate": skill(total["probability"][0], total["dyad_rate"][0]),
            "calibration error": calibration_error(p, y, w),
        }  # fmt: skip
        return found

    return estimates(measure, dyads, draws=draws), reliability(p, y)


def _scores_of_adjustment(moved: Sequence[Recorded], draws: int) -> Mapping[str, Estimate]:
    """Of the adjusted probabilities, and their skill over the unadjusted ones of the same forecasts."""
    y, dyads = _outcomes(moved)
    p, plain = np.array([f.adjustment["after"] for f in moved if f.adjustment]), _column(moved, "probability")
    losses, briers, before = log_losses(p, y), brier_scores(p, y), log_losses(plain, y)

    def measure(w: Floats) -> dict[str, float]:
        return {
            "log loss": float(losses @ w) / w.sum(), "Brier score": float(briers @ w) / w.sum(),
            "skill over the forecast": skill(float(losses @ w), float(before @ w)),
        }  # fmt: skip

    return estimates(measure, dyads, draws=draws)


def _outcomes(decided: Sequence[Recorded]) -> tuple[Floats, Ints]:
    """Outcomes, and the pairs as clusters."""
    y = np.array([float(f.outcome == "yes") for f in decided])
    return y, np.unique([" ".join(f.body["pair"]) for f in decided], return_inverse=True)[1]


def _column(decided: Sequence[Recorded], name: str) -> Floats:
    """One number of each forecast; where there is no dyad rate, the base rate."""
    fallback = [f.body["base_rate"] for f in decided]
    return np.array([f.body[name] if f.body[name] is not None else b for f, b in zip(decided, fallback, strict=True)])
