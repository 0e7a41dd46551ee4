"""Small ledgers made from a dense history: some days of some pairs, drawn evenly or because of conflict.

Who reads articles about a crisis reads because there is one: days with material conflict are then kept more often than others,
up to MOST_CHOSEN times, and a ledger's shares say less than they seem to. Half of the ledgers are fair samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.forecast.days import Bools, ClassDays, DyadDays, Floats, Ints
from detente.forecast.questions import active_pairs
from detente.forecast.snapshot import HALF_LIVES, Prior, Snapshot, snapshots

KEPT = (0.003, 0.3)  # share of a pair's days, drawn evenly in logs, for each pair anew: it depends on what was read
MOST_CHOSEN = 30.0  # how much more often a day with material conflict is kept, drawn evenly in logs from 1
MOST_PAIRS = 30  # of a ledger, drawn evenly in logs from 1
CHOSEN = 5.0  # from here on a ledger counts as chosen for its conflict
_SURELY = 0.9


@dataclass(frozen=True)
class SmallLedgers:
    """What is left of a history. `ledger`: which one each pair is in; `bias`: how much more often its conflict is kept."""

    history: DyadDays
    ledger: Ints
    bias: Floats

    def seen(self, issued: Sequence[int], whole: DyadDays, prior: Prior) -> list[Snapshot]:
        """What each ledger holds of the pairs that were active in the whole history on each day of issue."""
        every = snapshots(self.history, issued, prior=prior, pairs=self.history.pairs)
        return [self._apart(past).only(active_pairs(whole, day)) for past, day in zip(every, issued, strict=True)]

    def _apart(self, past: Snapshot) -> Snapshot:
        """With the days of all pairs of the same ledger, instead of all pairs."""
        own = past.counts[:, HALF_LIVES.index(90)]
        totals = [np.bincount(self.ledger, weights=of, minlength=int(self.ledger.max()) + 1)[self.ledger] for of in own]
        return replace(past, everyone=np.array(totals))


def small_ledgers(history: DyadDays, seed: int) -> SmallLedgers:
    """Every pair in one of many ledgers."""
    rng = np.random.default_rng(seed)
    ledger = _ledgers(len(history.pairs), rng)
    number = int(ledger.max()) + 1
    biases = np.where(rng.random(number) < 0.5, 1.0, np.exp(rng.uniform(0.0, np.log(MOST_CHOSEN), number)))
    share = np.exp(rng.uniform(*np.log(KEPT), size=len(history.pairs)))
    chances = np.repeat(share[:, None], history.last - history.first + 1, axis=1)
    conflict = history.of("material conflict")
    chances[conflict.pair, conflict.day - history.first] *= biases[ledger][conflict.pair]
    kept = rng.random(chances.shape) < np.minimum(chances, _SURELY)
    classes = tuple(_only(c, kept[c.pair, c.day - history.first]) for c in history.by_class)
    return SmallLedgers(replace(history, by_class=classes), ledger, biases[ledger])


def _ledgers(pairs: int, rng: np.random.Generator) -> Ints:
    """The pairs in random order, cut into ledgers of random size."""
    sizes: list[int] = []
    while sum(sizes) < pairs:
        sizes.append(int(np.exp(rng.uniform(0.0, np.log(MOST_PAIRS + 1)))))
    found = np.repeat(np.arange(len(sizes)), sizes)[:pairs]
    return np.asarray(rng.permutation(found), dtype=np.int64)


def within(history: DyadDays, first: int, stop: int) -> DyadDays:
    """A history as if it had begun on a day and ended before another."""
    classes = tuple(_only(c, (c.day >= first) & (c.usable < stop)) for c in history.by_class)
    return replace(history, by_class=classes, first=max(history.first, first), last=min(history.last, stop - 1))


def _only(days: ClassDays, chosen: Bools) -> ClassDays:
    return ClassDays(days.pair[chosen], days.day[chosen], days.usable[chosen])
