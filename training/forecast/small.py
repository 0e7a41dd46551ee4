"""How much a small ledger gains: `python -m forecast.small --history FOLDER --source NAME --start DATE --coefficients FILE`.

Ledgers are drawn as in fitting but with another seed; outcomes come from all days. Compared are the prior alone, the few events
alone, and both: over all ledgers, and over pairs with conflict in ledgers that were chosen for it.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import numpy as np

from detente.forecast.bootstrap import estimates
from detente.forecast.chance import error_by_chance
from detente.forecast.days import Bools, Floats, Ints, mondays
from detente.forecast.editions import Fitted, load_edition
from detente.forecast.odds import probability
from detente.forecast.questions import Question, questions
from detente.forecast.scores import auc, calibration_error, log_losses, skill
from detente.forecast.snapshot import Snapshot, stacked
from detente.forecast.store import source_named
from forecast.thinning import CHOSEN, small_ledgers

SEED, DRAWS = 77, 4
IN_CONFLICT = 0.5  # decayed days with material conflict (half-life 30) from which a pair was chosen for its conflict


def _said(fitted: Fitted, rows: Snapshot, question: Question) -> dict[str, Floats]:
    shipped = fitted.shipped
    return {
        "prior alone": fitted.long_run.log_odds(rows, question),
        "events alone": shipped.small_ledger(rows.without_prior(), question), "both": shipped.small_ledger(rows, question),
        "if fair": shipped.fair.log_odds(rows, question), "if chosen": shipped.chosen.log_odds(rows, question),
    }  # fmt: skip


def _show(
    title: str, question: Question, said: dict[str, Floats], y: Floats, base: float, when: Ints, dyads: Ints, only: Bools
) -> None:
    """Skill over the common rate, ranks and calibration of each on some rows."""
    y, when, dyads = y[only], when[only], dyads[only]
    p = {name: probability(z)[only] for name, z in said.items()}
    losses, flat = {name: log_losses(v, y) for name, v in p.items()}, log_losses(np.full(len(y), base), y)

    def measure(w: Floats) -> dict[str, float]:
        return {name: skill(float(v @ w), float(flat @ w)) for name, v in losses.items()}

    print(f"  {title}: {len(y)} forecasts, {y.mean():.1%} came true")
    for name, e in estimates(measure, dyads, draws=200).items():
        chance = error_by_chance(p[name], dyads, when, question.horizon_days)
        print(
            f"    {name:<13} skill {e.value:+.3f} [{e.low:+.3f}, {e.high:+.3f}]  AUC {auc(p[name], y):.3f}  "
            f"said {p[name].mean():.1%}  ECE {calibration_error(p[name], y):.4f}, by chance {chance:.4f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--start", type=date.fromisoformat, required=True)
    parser.add_argument("--coefficients", type=Path, required=True)
    call = parser.parse_args()
    edition, history = load_edition(call.coefficients), source_named(call.history, call.source).days()
    issued = mondays(call.start.toordinal(), history.last + 1)
    draws = [small_ledgers(history, SEED + k) for k in range(DRAWS)]
    seen = [few.seen(issued, history, edition.prior) for few in draws]
    when, rows = stacked([s for some in seen for s in some])
    bias = np.concatenate([few.bias[s.pairs] for few, some in zip(draws, seen, strict=True) for s in some])
    print(f"{call.source} from {call.start}: the median pair has {np.median(rows.decayed('any', 90)):.1f} event days")
    for question in questions().values():
        outcome = np.concatenate([
            np.where(question.asked(history, s.issued, s.pairs), question.outcomes(history, s.issued, s.pairs), np.nan)
            for some in seen for s in some
        ])  # fmt: skip
        known, fitted = ~np.isnan(outcome), edition.of(question)
        said, base = _said(fitted, rows, question), fitted.base_rate
        print(question.id)
        _show("all ledgers", question, said, outcome, base, when, rows.pairs, known)
        in_conflict = rows.decayed("material conflict", 30) >= IN_CONFLICT
        chosen = known & (bias >= CHOSEN) & in_conflict
        _show("chosen for conflict", question, said, outcome, base, when, rows.pairs, chosen)


if __name__ == "__main__":
    main()
