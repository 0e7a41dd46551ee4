"""Who does what to whom next: link prediction over a history of (source, relation, target, day).

Each candidate target gets a score from what the source did before (recurrence), from what usually follows what (rules),
and from what others do to that target (popularity). A softmax over all candidates, with weights by kind of relation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.forecast.days import Floats, Ints

Floats32 = NDArray[np.float32]
HALF_LIVES = np.array([2.0, 10.0, 40.0, 200.0])  # days
POPULARITY_HALF_LIVES = (5.0, 30.0, 200.0)
RULE_DAYS = 30
_LONG_AGO = 400.0
_FOLLOWERS = 80  # later events of a pair that a rule looks at
_SMOOTH = 5.0

_RECURRENCE = (
    *(f"any, {h:g}" for h in HALF_LIVES), "any, days since", *(f"same, {h:g}" for h in HALF_LIVES), "returned, 10",
    "returned, 200", "same kind, 2", "same kind, 10", "same kind, 200", "same, days since", "same kind, days since",
    "rules, 2", "rules, 10", "rules, 40", "best rule", "same, yesterday", "any, yesterday", "share of same",
)  # fmt: skip
_POPULARITY = (
    *(f"popular, {h:g}" for h in POPULARITY_HALF_LIVES),
    "popular in all",
    "with its state",
    "own state",
    "of its state",
)
FEATURES = (*_RECURRENCE, *_POPULARITY, "never met")
NEVER: Floats32 = np.array(
    [np.log(0.02)] * 4 + [np.log1p(_LONG_AGO)] + [np.log(0.02)] * 9 + [np.log1p(_LONG_AGO)] * 2 + [np.log(1e-3)] * 4
    + [0.0, 0.0] + [np.log(0.1)], dtype=np.float32,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Links:
    """Events as numbers, each also the other way round: relation + n_relations is "is the target of".

    kind: (2 n_relations,) a coarser class of each relation; home: (n_entities,) a coarser class of each entity, its state.
    """

    source: Ints
    relation: Ints
    target: Ints
    day: Ints
    n_entities: int
    n_relations: int
    kind: Ints
    home: Ints

    @classmethod
    def of(cls, source: Ints, relation: Ints, target: Ints, day: Ints, *, kind: Ints, home: Ints) -> Links:
        """From aligned columns. kind: (n relations,), home: (n entities,)."""
        n = len(kind)
        both = [np.concatenate(pair) for pair in ((source, target), (relation, relation + n), (target, source), (day, day))]
        order = np.lexsort((both[3], both[0]))
        kinds = np.concatenate([kind, kind + int(kind.max(initial=0)) + 1])
        one, what, other, when = (column[order] for column in both)
        return cls(one, what, other, when, len(home), n, kinds, home)

    def rules(self, until: int) -> Floats32:
        """(2 n_relations, 2 n_relations): how often the second follows the first between the same two within RULE_DAYS."""
        past = self.day < until
        key = self.source[past].astype(np.int64) * self.n_entities + self.target[past]
        order = np.lexsort((self.day[past], key))
        key, day, relation = key[order], self.day[past][order], self.relation[past][order]
        follows = np.zeros((2 * self.n_relations,) * 2, dtype=np.float32)
        for lag in range(1, _FOLLOWERS):
            later = day[lag:] - day[:-lag]
            near = (key[:-lag] == key[lag:]) & (later > 0) & (later <= RULE_DAYS)
            if not near.any():
                break
            np.add.at(follows, (relation[:-lag][near], relation[lag:][near]), 1.0)
        seen = np.bincount(relation, minlength=2 * self.n_relations)
        return np.asarray(follows / (seen[:, None] + _SMOOTH), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class LinkModel:
    """Weights of FEATURES by kind of relation, (kinds, features)."""

    weights: Floats32

    def scores(self, found: Candidates, kind: int) -> Floats:
        """(n_entities,) log weights of the targets; softmax turns them into probabilities."""
        w, near = self.weights[kind], len(_RECURRENCE)
        scores: Floats = found.everywhere @ w[near:-1] + (NEVER @ w[:near] + w[-1])
        scores[found.met] = found.recurrence @ w[:near] + found.everywhere[found.met] @ w[near:-1]
        return scores


@dataclass(frozen=True, slots=True)
class Candidates:
    """Features of one question (source, relation, ?): those of targets met before, and those of all entities."""

    met: Ints
    recurrence: Floats32
    everywhere: Floats32


class LinkPast:
    """The past as it moves on: all that is known before `day`."""

    def __init__(self, links: Links, rules: Floats32) -> None:
        self._links, self._rules = links, rules
        self.day = int(links.day.min()) if len(links.day) else 1
        size = (len(POPULARITY_HALF_LIVES), 2 * links.n_relations, links.n_entities)
        self.popularity = np.zeros(size, dtype=np.float32)
        self._total = np.zeros(links.n_entities, dtype=np.float32)
        homes, kinds = int(links.home.max(initial=0)) + 1, int(links.kind.max(initial=0)) + 1
        self._n_homes = homes
        self._of_home: dict[tuple[int, int], dict[int, tuple[int, float]]] = {}
        self._starts = np.searchsorted(links.source, np.arange(links.n_entities + 1))
        self._by_day = np.argsort(links.day, kind="stable")
        self._days = links.day[self._by_day]
        self._kinds = kinds

    def advance(self, day: int) -> None:
        """Take in all days before `day`."""
        links = self._links
        while self.day < day:
            for k, half_life in enumerate(POPULARITY_HALF_LIVES):
                self.popularity[k] *= np.float32(0.5 ** (1 / half_life))
            low, high = np.searchsorted(self._days, [self.day, self.day + 1])
            today = self._by_day[low:high]
            for k in range(len(POPULARITY_HALF_LIVES)):
                np.add.at(self.popularity[k], (links.relation[today], links.target[today]), 1.0)
            self._add_of_home(today)
            self.day += 1
        self._total = self.popularity[1].sum(axis=0)

    def _add_of_home(self, today: Ints) -> None:
        links = self._links
        for i in today:
            key = (int(links.home[links.source[i]]), int(links.kind[links.relation[i]]))
            counts = self._of_home.setdefault(key, {})
            target = int(links.target[i])
            before, count = counts.get(target, (self.day, 0.0))
            counts[target] = (self.day, 1.0 + count * 0.5 ** ((self.day - before) / 40))

    def of_source(self, source: int) -> tuple[Ints, Ints, Floats]:
        """Relations, targets and ages in days of all that the source did or underwent before today."""
        start, stop = self._starts[source], self._starts[source + 1]
        stop = start + np.searchsorted(self._links.day[start:stop], self.day)
        ages = (self.day - self._links.day[start:stop]).astype(np.float64)
        return self._links.relation[start:stop], self._links.target[start:stop], ages

    def candidates(self, source: int, relations: Sequence[int]) -> list[Candidates]:
        """Features for each of some relations of one source."""
        relation, target, age = self.of_source(source)
        met, at = np.unique(target, return_inverse=True)
        decays = np.exp2(-age[None, :] / HALF_LIVES[:, None])
        of_homes = np.bincount(self._links.home[target], weights=decays[2], minlength=self._n_homes).astype(np.float64)
        common = _Common(relation, age, at, decays, len(met))
        return [
            Candidates(met, common.recurrence(q, self._links, self._rules), self._everywhere(source, q, of_homes))
            for q in relations
        ]

    def _everywhere(self, source: int, relation: int, of_homes: Floats) -> Floats32:
        home, popular = self._links.home, self.popularity[:, relation]
        of_home = np.full(self._links.n_entities, 0.0)
        counts = self._of_home.get((int(home[source]), int(self._links.kind[relation])), {})
        if counts:
            values = np.array(list(counts.values()))
            of_home[list(counts)] = values[:, 1] * 0.5 ** ((self.day - values[:, 0]) / 40)
        columns = (
            *np.log(popular + 0.01), np.log(self._total + 0.05), np.log(of_homes[home] + 0.02), home == home[source],
            np.log(of_home + 0.02),
        )  # fmt: skip
        return np.stack(columns, axis=1).astype(np.float32)

    def best_rule(self, source: int, relation: int, target: int) -> tuple[int, float, int] | None:
        """What happened between the two that speaks most for this: relation, how often it is followed, days ago."""
        relations, targets, ages = self.of_source(source)
        between = targets == target
        if not between.any():
            return None
        strength = self._rules[relations[between], relation] * np.exp2(-ages[between] / 40.0)
        best = int(np.argmax(strength))
        first = int(relations[between][best])
        return first, float(self._rules[first, relation]), int(ages[between][best])


@dataclass(frozen=True, slots=True)
class _Common:
    """The past of one source, shared by all its questions. at: index of each event's target among those met."""

    relation: Ints
    age: Floats
    at: Ints
    decays: Floats
    n: int

    def recurrence(self, asked: int, links: Links, rules: Floats32) -> Floats32:
        """(met, features) in the order of _RECURRENCE."""
        same = self.relation == asked
        returned = self.relation == (asked + links.n_relations) % (2 * links.n_relations)
        kind = links.kind[self.relation] == links.kind[asked]
        strength = rules[self.relation, asked].astype(np.float64)
        every = np.ones(len(self.relation), dtype=bool)
        yesterday = self.age <= 1
        columns = [
            *(self._decayed(every, k) for k in range(4)), self._since(every), *(self._decayed(same, k) for k in range(4)),
            self._decayed(returned, 1), self._decayed(returned, 3), *(self._decayed(kind, k) for k in (0, 1, 3)),
            self._since(same), self._since(kind),
            *(np.log(self._sum(self.decays[k] * strength) + 1e-3) for k in (0, 1, 2)), self._best(strength),
            (self._number(same & yesterday) > 0).astype(np.float64), np.log1p(self._number(yesterday)),
            np.log((self._number(same) + 0.1) / (same.sum() + 1)),
        ]  # fmt: skip
        return np.stack(columns, axis=1).astype(np.float32)

    def _sum(self, weights: Floats) -> Floats:
        return np.bincount(self.at, weights=weights, minlength=self.n).astype(np.float64)

    def _number(self, chosen: NDArray[np.bool_]) -> Floats:
        return np.bincount(self.at[chosen], minlength=self.n).astype(np.float64)

    def _decayed(self, chosen: NDArray[np.bool_], k: int) -> Floats:
        return np.asarray(np.log(np.bincount(self.at[chosen], weights=self.decays[k][chosen], minlength=self.n) + 0.02))

    def _since(self, chosen: NDArray[np.bool_]) -> Floats:
        since = np.full(self.n, _LONG_AGO)
        np.minimum.at(since, self.at[chosen], self.age[chosen])
        return np.asarray(np.log1p(since))

    def _best(self, strength: Floats) -> Floats:
        best = np.zeros(self.n)
        np.maximum.at(best, self.at, strength * self.decays[2])
        return np.asarray(np.log(best + 1e-3))


def softmax(scores: Floats) -> Floats:
    """Probabilities that sum to one."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())
