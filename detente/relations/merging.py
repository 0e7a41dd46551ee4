"""Reports of one happening brought together, as known at one moment or at each of many.

Which reports belong together depends on all that are known, since a word that is rare among them tells more. For many moments,
as the weeks of a chart, what does not depend on that is compared once for all of them.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf

from detente.ledger.records import Report
from detente.relations.likeness import NEAR, REAL, Seen, look, may_be_one, merging, needed, one_meeting
from detente.relations.words import Rarity, Stems

_STRETCH, _MOST_STRETCHES = 8, 12  # days; a report that touches more stretches is compared with all
_ROUNDING = 1e-9
Group = tuple[int, ...]


def group_many(moments: Sequence[Iterable[Report]]) -> list[list[Group]]:
    """For each moment the groups of its reports that tell of one happening, as numbers, in the order they became known.

    Each moment's answer is the one that it would have alone.
    """
    known = [list(m) for m in moments]
    looked = sorted(map(look, {r.number: r for m in known for r in m}.values()), key=lambda s: s.order)
    place = {s.report.number: n for n, s in enumerate(looked)}
    places = [sorted(place[r.number] for r in m) for m in known]
    rarities = list(_rarities(looked, places))
    compared = _Comparisons(looked, rarities)
    return [_grouped(compared, own, rarity) for own, rarity in zip(places, rarities, strict=True)]


def _rarities(looked: Sequence[Seen], places: Iterable[Sequence[int]]) -> Iterator[Rarity]:
    """What is rare at each moment; from one to the next only what comes in and goes out is counted."""
    before, rarity = set[int](), Rarity(())
    for own in places:
        now = set(own)
        rarity = rarity.among((looked[n].stems for n in now - before), (looked[n].stems for n in before - now))
        before = now
        yield rarity


@dataclass
class _Group:
    """Places of reports, the first of which is the anchor; `by_article` has those of each article."""

    members: list[int]
    by_article: dict[int, list[int]] = field(default_factory=dict)


def _grouped(compared: _Comparisons, known: Sequence[int], rarity: Rarity) -> list[Group]:
    """Each report into the group it fits best, the first of equals; into one of its own where it fits none."""
    groups: dict[int, _Group] = {}
    known_at = compared.known_at
    for n in known:
        best, best_fit = None, -1.0
        for anchor in compared.anchors(n):
            if (group := groups.get(anchor)) is not None:
                fit = _fit(compared, group, n, rarity)
                if fit >= 0 and fit > best_fit:
                    best, best_fit = group, fit
        if best is None:
            best = groups[n] = _Group([])
            compared.add_anchor(n)
        best.members.append(n)
        best.by_article.setdefault(compared.looked[n].report.article.row, []).append(n)
    found = [sorted(known_at[n] for n in g.members) for g in groups.values()]
    return [tuple(number for _, number in own) for own in sorted(found)]


def _fit(compared: _Comparisons, group: _Group, n: int, rarity: Rarity) -> float:
    """How well a report fits: as well as its best member, if it may be one with the first and with all of its sentences."""
    table, anchor, seen = merging(), compared.looked[group.members[0]], compared.looked[n]
    best = compared.alike(group.members[0], n, rarity)
    if best < -table["far"]:
        return -1.0
    beside = group.by_article.get(seen.report.article.row, ())
    if any(compared.alike(m, n, rarity) == -1.0 for m in beside):
        return -1.0
    for member in islice(group.members, 1, None):
        if best >= table["surely"]:
            break
        best = max(best, compared.alike(member, n, rarity))
    days = 0
    if anchor.exact and not seen.dated:  # news without a day is mostly fresh
        days = max(0, (seen.report.article.day - anchor.last).days)
    return min(best, table["surely"]) - table["stale"] * days


Comparison = tuple[float, Stems | None]  # how alike the words must be, and those in common; None where one has no words
_UNKNOWN: Comparison = (inf, None)


class _Comparisons:
    """Pairs of reports by their places: what of their comparison holds at every moment, made once.

    Of a report only those anchors are looked at again that it may fit at some moment, by the ends between which the weight of
    each word lies over all moments.
    """

    def __init__(self, looked: Sequence[Seen], rarities: Sequence[Rarity]) -> None:
        self.looked = looked
        self.known_at = [(s.report.article.known_at, s.report.number) for s in looked]
        self._low, self._high = _ends(rarities)
        self._days = [(s.first.toordinal(), s.last.toordinal()) for s in looked]
        self._lows = [sum(self._low[stem] for stem in s.stems) for s in looked]
        self._known: list[dict[int, Comparison | None]] = [{} for _ in looked]
        self._anchors: set[int] = set()
        self._index: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._watched: list[list[list[int]] | None] = [None] * len(looked)
        self._read: list[list[int]] = [[] for _ in looked]
        self._tried: list[set[int]] = [set() for _ in looked]
        self._up_to = [-1] * len(looked)
        self._near: list[list[int]] = [[] for _ in looked]

    def alike(self, member: int, n: int, rarity: Rarity) -> float:
        """The same as `likeness.alike` of the two."""
        found = self._compare(member, n)
        if found is None:
            return -1.0
        asked, common = found
        if not common:
            return (0.0 if common is not None else merging()["no_words"]) - asked
        return rarity.share(common, self.looked[member].stems, self.looked[n].stems) - asked

    def anchors(self, n: int) -> list[int]:
        """Places of reports that were an anchor at some moment and that this one may fit, in their order."""
        if self._up_to[n] == len(self._anchors):
            return self._near[n]
        self._up_to[n] = len(self._anchors)
        watched = self._watched[n]
        if watched is None:
            watched = self._watched[n] = self._lists(n)
            self._read[n] = [0] * len(watched)
        for k, places in enumerate(watched):
            if len(places) > self._read[n][k]:
                self._read_on(n, places[self._read[n][k] :])
                self._read[n][k] = len(places)
        return self._near[n]

    def _read_on(self, n: int, anchors: Iterable[int]) -> None:
        first, last = self._days[n]
        for anchor in anchors:
            other_first, other_last = self._days[anchor]
            if anchor < n and first <= other_last + 1 and other_first <= last + 1 and anchor not in self._tried[n]:
                self._tried[n].add(anchor)
                if self._may_fit(anchor, n):
                    insort(self._near[n], anchor)

    def add_anchor(self, n: int) -> None:
        if n in self._anchors:
            return
        self._anchors.add(n)
        seen = self.looked[n]
        stretches = _stretches(seen)
        for key in _keys(seen):
            self._index[*key, "all"].append(n)
            for stretch in ("wide",) if stretches is None else stretches:
                self._index[*key, stretch].append(n)

    def _lists(self, n: int) -> list[list[int]]:
        """The lists of anchors of its kind, parties and days, as they are and as they will grow."""
        seen = self.looked[n]
        stretches = _stretches(seen)
        wanted = ("all",) if stretches is None else ("wide", *stretches)
        return [self._index[*key, stretch] for key in _keys(seen) for stretch in wanted]

    def _may_fit(self, anchor: int, n: int) -> bool:
        found = self._compare(anchor, n)
        if found is None:
            return False
        asked, common = found
        if common is None:
            most = merging()["no_words"]
        else:
            high, low = sum(self._high[s] for s in common), sum(self._low[s] for s in common)
            apart = self._lows[anchor] + self._lows[n] - 2 * low
            most = 2 * high / (2 * high + apart) if common else 0.0
        return most - asked >= -merging()["far"] - _ROUNDING

    def _compare(self, member: int, n: int) -> Comparison | None:
        """None where they cannot be one."""
        found = self._known[n].get(member, _UNKNOWN)
        if found is _UNKNOWN:
            one, other = self.looked[member], self.looked[n]
            found = None
            if may_be_one(one, other):
                asked = 0.0 if one_meeting(one, other) else needed(one, other)
                found = asked, one.stems & other.stems if one.stems and other.stems else None
            self._known[n][member] = found
        return found


def _ends(rarities: Iterable[Rarity]) -> tuple[dict[str, float], dict[str, float]]:
    """The least and the most that each stem weighs at any moment, in a common unit."""
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for rarity in rarities:
        for stem, weight in rarity.plain_weights():
            low[stem] = min(weight, low.get(stem, inf))
            high[stem] = max(weight, high.get(stem, 0.0))
    return low, high


def _keys(seen: Seen) -> list[tuple[str, str, str]]:
    status = seen.report.event.status
    kind = "real" if status in REAL else status
    return [(seen.report.event.event_type, kind, code) for code in sorted(seen.report.codes)]


def _stretches(seen: Seen) -> range | None:
    """Numbers of the stretches of days that a report touches; None where they are too many to list."""
    first, last = (seen.first - NEAR).toordinal() // _STRETCH, (seen.last + NEAR).toordinal() // _STRETCH
    return range(first, last + 1) if last - first <= _MOST_STRETCHES else None
