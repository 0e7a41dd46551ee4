"""How good recorded forecasts were: scores of the decided ones against base rates, with intervals, and the share of voids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.forecast.bootstrap import DRAWS, Estimate, estimates
from detente.forecast.days import Floats
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
    return Tally(question, len(forecasts), number[None], number["void"], number["yes"], number["no"], measures, bins)


def _scores(decided: Sequence[Recorded], draws: int) -> tuple[Mapping[str, Estimate], tuple[Bin, ...]]:
    y = np.array([float(f.outcome == "yes") for f in decided])
    said = {name: _column(decided, name) for name in ("probability", "base_rate", "dyad_rate", "adjusted")}
    p, dyads = said["probability"], np.unique([" ".join(f.body["pair"]) for f in decided], return_inverse=True)[1]
    losses = {name: (log_losses(v, y), brier_scores(v, y)) for name, v in said.items()}

    def measure(w: Floats) -> dict[str, float]:
        total = {name: (float(a @ w), float(b @ w)) for name, (a, b) in losses.items()}
        found = {
            "log loss": total["probability"][0] / w.sum(), "Brier score": total["probability"][1] / w.sum(),
            "skill over base rate": skill(total["probability"][0], total["base_rate"][0]),
            "skill over dyad rate": skill(total["probability"][0], total["dyad_rate"][0]),
            "calibration error": calibration_error(p, y, w),
        }  # fmt: skip
        if any("adjustment" in f.body for f in decided):
            found["skill of the adjustment"] = skill(total["adjusted"][0], total["probability"][0])
        return found

    return estimates(measure, dyads, draws=draws), reliability(p, y)


def _column(decided: Sequence[Recorded], name: str) -> Floats:
    """One number of each forecast; where there is no dyad rate, the base rate, where nothing was adjusted, the forecast."""
    if name == "adjusted":
        return np.array([f.body.get("adjustment", {}).get("after", f.body["probability"]) for f in decided])
    fallback = [f.body["base_rate"] for f in decided]
    return np.array([f.body[name] if f.body[name] is not None else b for f, b in zip(decided, fallback, strict=True)])
