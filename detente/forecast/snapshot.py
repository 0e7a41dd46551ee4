"""What the past looks like on a day of issue: decayed counts of every active pair and of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from detente.forecast.days import DyadDays, Floats, Ints, Pair
from detente.forecast.questions import ACTIVE_DAYS, active_pairs
from detente.forecast.rows import CLASSES, Class

HALF_LIVES = (3, 7, 14, 30, 90, 365)  # days
NEAR_CLASSES: tuple[Class, ...] = ("any", "material conflict", "force")
NEAR_HALF_LIVES = (30, 90)
_RATE = np.log(2) / np.array(HALF_LIVES, dtype=np.float64)


class Prior(Protocol):
    """Long-run numbers of pairs, from years before the day of issue."""

    def numbers(self, pairs: Sequence[Pair], issued: int) -> Floats:
        """(n pairs, 4): log-lift of material conflict and of verbal conflict, log volume, 1 where the pair is known."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The past of some pairs, known before `issued`.

    counts: (classes, half-lives, n), days with such an event, each halved every half-life.
    around: (NEAR_CLASSES, NEAR_HALF_LIVES, 2, n), the same of everything else that the pair's first and second state do.
    prior: (n, 4), see Prior. mean_volume: (n,) mean over active pairs of the event days with half-life 90.
    volume_90: (n,) event days of all pairs in the last 90 days. everyone: (classes, n) days of all pairs with half-life 90.
    """

    issued: int
    pairs: Ints
    counts: Floats
    around: Floats
    prior: Floats
    mean_volume: Floats
    volume_90: Floats
    everyone: Floats

    def decayed(self, of: Class, half_life: int) -> Floats:
        """Decayed number of days."""
        value: Floats = self.counts[CLASSES.index(of), HALF_LIVES.index(half_life)]
        return value

    def rate(self, of: Class, half_life: int) -> Floats:
        """Days per day, as the decayed count estimates it."""
        at = HALF_LIVES.index(half_life)
        value: Floats = self.counts[CLASSES.index(of), at] * _RATE[at]
        return value

    def neighbours(self, of: Class, half_life: int) -> Floats:
        """(2, n)"""
        value: Floats = self.around[NEAR_CLASSES.index(of), NEAR_HALF_LIVES.index(half_life)]
        return value

    def __len__(self) -> int:
        return len(self.pairs)

    def only(self, chosen: Ints) -> Snapshot:
        """The same for some of the pairs, by position."""
        return replace(
            self, pairs=self.pairs[chosen], counts=self.counts[:, :, chosen], around=self.around[..., chosen],
            prior=self.prior[chosen], mean_volume=self.mean_volume[chosen], volume_90=self.volume_90[chosen],
            everyone=self.everyone[:, chosen],
        )  # fmt: skip

    def without_prior(self) -> Snapshot:
        return replace(self, prior=np.zeros_like(self.prior))

    def less(self, days: Mapping[Class, Iterable[int]]) -> Snapshot:
        """As if the pairs had not had events on these days; for a snapshot of one pair."""
        counts, everyone = self.counts.copy(), self.everyone.copy()
        for of, gone in days.items():
            for day in gone:
                lost = weights(np.array([day]), self.issued)
                counts[CLASSES.index(of)] -= lost
                everyone[CLASSES.index(of)] -= lost[HALF_LIVES.index(90)]
        return replace(self, counts=np.maximum(counts, 0.0), everyone=np.maximum(everyone, 0.0))


def weights(days: Ints, issued: int) -> Floats:
    """(half-lives, n): how much each day still counts on the day of issue."""
    ages = issued - days.astype(np.float64)
    return np.exp2(-ages[None, :] / np.array(HALF_LIVES, dtype=np.float64)[:, None])


class Decays:
    """Decayed counts of all pairs, carried forward from one day of issue to the next at a cost linear in the history."""

    def __init__(self, history: DyadDays) -> None:
        self._history = history
        self._counts = np.zeros((len(CLASSES), len(HALF_LIVES), len(history.pairs)))
        self._issued: int | None = None
        self._read = [0] * len(CLASSES)

    def at(self, issued: int) -> Floats:
        """(classes, half-lives, pairs); days of issue must not go backwards."""
        if self._issued is not None:
            if issued < self._issued:
                raise ValueError(f"days of issue must not go backwards; {issued} comes before {self._issued}")
            self._counts *= np.exp2(-(issued - self._issued) / np.array(HALF_LIVES, dtype=np.float64))[None, :, None]
        self._issued = issued
        for k, days in enumerate(self._history.by_class):
            stop = int(np.searchsorted(days.usable, issued))
            fresh = slice(self._read[k], stop)
            self._read[k] = stop
            for h, w in enumerate(weights(days.day[fresh], issued)):
                self._counts[k, h] += np.bincount(days.pair[fresh], weights=w, minlength=self._counts.shape[2])
        return self._counts


def snapshots(
    history: DyadDays, issued: Sequence[int], *, prior: Prior, pairs: Sequence[Pair] | None = None
) -> Iterator[Snapshot]:
    """Snapshots on ascending days of issue: of the pairs active on each, or of given pairs (known to the history or not)."""
    decays, ends = Decays(history), _Ends(history.pairs)
    for day in issued:
        counts = decays.at(day)
        active = active_pairs(history, day)
        chosen = active if pairs is None else np.array([history.index.get(p, -1) for p in pairs], dtype=np.int64)
        names = [history.pairs[i] for i in chosen] if pairs is None else list(pairs)
        mean = counts[0, HALF_LIVES.index(90), active].mean() if len(active) else 0.0
        volume = history.volume(day - ACTIVE_DAYS, day, known_by=day)
        own = np.append(counts, np.zeros((*counts.shape[:2], 1)), axis=2)[:, :, chosen]  # -1: unknown to the history
        yield Snapshot(
            day, chosen, own, ends.around(counts, own, names), prior.numbers(names, day),
            np.full(len(names), float(mean)), np.full(len(names), float(volume)),
            np.repeat(counts[:, [HALF_LIVES.index(90)]].sum(axis=2), len(names), axis=1),
        )  # fmt: skip


class _Ends:
    """The two states of each pair, to add up what each state does with everybody."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._states = {s: i for i, s in enumerate(sorted({s for p in pairs for s in p}))}
        self._table = np.array([[self._states[a], self._states[b]] for a, b in pairs], dtype=np.int64).reshape(-1, 2)

    def around(self, counts: Floats, own: Floats, names: Sequence[Pair]) -> Floats:
        """See Snapshot; states unknown to the history have nothing around them."""
        sides = [np.array([self._states.get(pair[k], -1) for pair in names], dtype=np.int64) for k in (0, 1)]
        around = np.zeros((len(NEAR_CLASSES), len(NEAR_HALF_LIVES), 2, len(names)))
        for i, of in enumerate(NEAR_CLASSES):
            for j, half_life in enumerate(NEAR_HALF_LIVES):
                c, h = CLASSES.index(of), HALF_LIVES.index(half_life)
                total = np.append(self._of_states(counts[c, h]), 0.0)
                for k, side in enumerate(sides):
                    around[i, j, k] = np.maximum(total[side] - own[c, h], 0.0)
        return around

    def _of_states(self, weights: Floats) -> Floats:
        first, second = (
            np.bincount(self._table[:, k], weights=weights, minlength=len(self._states)).astype(np.float64) for k in (0, 1)
        )
        return np.asarray(first + second)


def stacked(several: Sequence[Snapshot]) -> tuple[Ints, Snapshot]:
    """Many snapshots as one, and the day of issue of each row; for fitting."""
    issued = np.concatenate([np.full(len(s), s.issued, dtype=np.int64) for s in several])
    return issued, Snapshot(
        int(issued[0]) if len(issued) else 0,
        np.concatenate([s.pairs for s in several]),
        np.concatenate([s.counts for s in several], axis=2),
        np.concatenate([s.around for s in several], axis=3),
        np.concatenate([s.prior for s in several]),
        np.concatenate([s.mean_volume for s in several]),
        np.concatenate([s.volume_90 for s in several]),
        np.concatenate([s.everyone for s in several], axis=1),
    )
