"""Dyad days: on which days a pair of states had an event of a class, as arrays.

A day counts once per pair and class, however many reports it has. Days are ordinals (`date.toordinal`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.forecast.rows import CLASSES, Class, HistoryRow, class_bits, pair_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ClassDays:
    """Days with events of one class, sorted by `usable`: the first day on which the past holds them is the next one.

    pair: index into `DyadDays.pairs`; day: when it happened; usable: the later of day and publication.
    """

    pair: Ints
    day: Ints
    usable: Ints


@dataclass(frozen=True, slots=True)
class DyadDays:
    """A history of pairs of states, from its `first` to its `last` day."""

    pairs: tuple[Pair, ...]
    by_class: tuple[ClassDays, ...]
    first: int
    last: int
    index: dict[Pair, int] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Iterable[HistoryRow]) -> DyadDays:
        """Days of rows that happened; rows of other statuses, and of a state with itself, are left out."""
        kept = [r for r in rows if r.status == "happened" and r.actor != r.recipient]
        pairs = tuple(sorted({pair_of(r.actor, r.recipient) for r in kept}))
        at = {p: i for i, p in enumerate(pairs)}
        columns = [
            (at[pair_of(r.actor, r.recipient)], r.date.toordinal(), r.published_at.toordinal(), class_bits(r.code))
            for r in kept
        ]
        return cls.of_arrays(pairs, *np.array(columns, dtype=np.int64).reshape(-1, 4).T)

    @classmethod
    def of_arrays(cls, pairs: Sequence[Pair], pair: Ints, day: Ints, known: Ints, bits: Ints) -> DyadDays:
        """Days of aligned columns; rows may repeat. bits: see `class_bits`."""
        usable = np.maximum(day, known)
        classes = tuple(_days_of_class(pair, day, usable, (bits >> k & 1) == 1) for k in range(len(CLASSES)))
        first, last = (int(day.min()), int(day.max())) if len(day) else (1, 0)
        return cls(tuple(pairs), classes, first, last, {p: i for i, p in enumerate(pairs)})

    def of(self, wanted: Class) -> ClassDays:
        return self.by_class[CLASSES.index(wanted)]

    def days_within(self, wanted: Class, start: int, stop: int, *, known_by: int | None = None) -> Ints:
        """How many days each pair had in [start, stop), for all pairs; only those usable before `known_by` if given."""
        found = self.of(wanted)
        inside = (found.day >= start) & (found.day < stop)
        if known_by is not None:
            inside &= found.usable < known_by
        return np.bincount(found.pair[inside], minlength=len(self.pairs))

    def volume(self, start: int, stop: int, *, known_by: int | None = None) -> int:
        """Event days of all pairs in [start, stop)."""
        return int(self.days_within("any", start, stop, known_by=known_by).sum())

    def known_before(self, day: int) -> DyadDays:
        """What could be known before a day: the past that a forecast issued on it may see."""
        kept = tuple(_kept(c, c.usable < day) for c in self.by_class)
        return DyadDays(self.pairs, kept, self.first, min(self.last, day - 1), self.index)

    def dates(self, wanted: Class, pair: Pair, start: int, stop: int) -> list[date]:
        """The days of one pair in [start, stop), oldest first."""
        found, at = self.of(wanted), self.index.get(pair, -1)
        inside = (found.pair == at) & (found.day >= start) & (found.day < stop)
        return [date.fromordinal(int(d)) for d in sorted(found.day[inside])]


def _days_of_class(pair: Ints, day: Ints, usable: Ints, chosen: Any) -> ClassDays:
    """One entry for each pair and day, known as soon as the earliest report."""
    pair, day, usable = pair[chosen], day[chosen], usable[chosen]
    order = np.lexsort((usable, pair, day))
    pair, day, usable = pair[order], day[order], usable[order]
    new = np.ones(len(pair), dtype=bool)
    new[1:] = (pair[1:] != pair[:-1]) | (day[1:] != day[:-1])
    pair, day, usable = pair[new], day[new], usable[new]
    order = np.argsort(usable, kind="stable")
    return ClassDays(pair[order], day[order], usable[order])


def _kept(days: ClassDays, chosen: Any) -> ClassDays:
    return ClassDays(days.pair[chosen], days.day[chosen], days.usable[chosen])


def mondays(start: int, stop: int) -> list[int]:
    """The Mondays in [start, stop), as ordinals."""
    return list(range(start + (1 - start) % 7, stop, 7))
