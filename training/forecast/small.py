"""How much a small ledger gains: `python -m forecast.small --history FOLDER --source NAME --start DATE --coefficients FILE`.

Each pair keeps a share of its days, as in fitting but drawn with another seed; outcomes come from all days. Compared are the
prior alone, the few events alone, and both.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import numpy as np

from detente.forecast.bootstrap import estimates
from detente.forecast.days import DyadDays, Floats, Ints, mondays
from detente.forecast.editions import load_edition
from detente.forecast.odds import probability
from detente.forecast.questions import Question, active_pairs, questions
from detente.forecast.scores import auc, log_losses, skill
from detente.forecast.snapshot import snapshots, stacked
from detente.forecast.store import source_named
from forecast.fit import thinned

SEED = 77


def _outcomes(question: Question, history: DyadDays, day: int, pairs: Ints) -> Floats:
    return np.where(question.asked(history, day, pairs), question.outcomes(history, day, pairs), np.nan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--start", type=date.fromisoformat, required=True)
    parser.add_argument("--coefficients", type=Path, required=True)
    call = parser.parse_args()
    edition, history = load_edition(call.coefficients), source_named(call.history, call.source).days()
    issued = mondays(call.start.toordinal(), history.last + 1)
    few, active = thinned(history, SEED), [active_pairs(history, day) for day in issued]
    every = snapshots(few, issued, prior=edition.prior, pairs=history.pairs)
    seen = [s.only(a) for s, a in zip(every, active, strict=True)]
    _, rows = stacked(seen)
    days = np.median(rows.decayed("any", 90))
    print(f"{call.source} from {call.start}: the median pair has {days:.1f} event days (half-life 90)")
    for question in questions().values():
        outcome = np.concatenate([_outcomes(question, history, d, a) for d, a in zip(issued, active, strict=True)])
        known = ~np.isnan(outcome)
        thin = edition.of(question).shipped.thin
        said = {
            "prior alone": edition.of(question).long_run.log_odds(rows, question),
            "events alone": thin.log_odds(rows.without_prior(), question), "both": thin.log_odds(rows, question),
        }  # fmt: skip
        y, base = outcome[known], np.full(known.sum(), edition.of(question).base_rate)
        losses = {name: log_losses(probability(z)[known], y) for name, z in said.items()}
        flat = log_losses(base, y)

        def measure(w: Floats, losses: dict[str, Floats] = losses, flat: Floats = flat) -> dict[str, float]:
            return {name: skill(float(v @ w), float(flat @ w)) for name, v in losses.items()}

        found = estimates(measure, rows.pairs[known])
        aucs = {name: auc(probability(z)[known], y) for name, z in said.items()}
        shown = "; ".join(f"{n} {e.value:+.3f} [{e.low:+.3f}, {e.high:+.3f}] AUC {aucs[n]:.3f}" for n, e in found.items())
        print(f"{question.id} skill over the common rate: {shown}")


if __name__ == "__main__":
    main()
