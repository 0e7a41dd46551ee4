"""How alike two sentences are by their words, and what they are about.

Words are compared by their first six letters, which brings most forms of an English word together (withdraw, withdrawal;
prisoner, prisoners) and needs no other data. Words that say nothing are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import log

from detente.read.actor_tables import shipped_rows
from detente.relations.tables import items_of, lines_of, rows

STEM = 6  # letters
_WEAK = 0.3
_STATE_NAMES = ("name", "aliases", "adjectives", "citizens", "capitals")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_DATELINE = re.compile(r"^[A-Z][A-Z .’'-]+(?:, [A-Z]\w+\.? \d+)?(?: \([^)]{2,30}\))? [-–—] ")
Stems = frozenset[str]
Sign = tuple[tuple[str, ...], ...]  # each part must stand in a sentence, by one of its beginnings


def tokens(text: str) -> list[str]:
    """The words in lower case; hyphened ones stay together."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    return frozenset(word for line in lines_of("common_words.txt") for word in line.split())


def without_dateline(text: str) -> str:
    """A sentence without the place and agency before it.

    >>> without_dateline("SARN (Northern Wire) - The talks failed.")
    'The talks failed.'
    """
    return _DATELINE.sub("", text)


@lru_cache(maxsize=1 << 14)
def stems(text: str) -> Stems:
    """The stems of the words that say something.

    >>> sorted(stems("They released the prisoners; the prisoners were released."))
    ['prison', 'releas']
    """
    common = common_words()
    return frozenset(w[:STEM] for w in tokens(without_dateline(text)) if w not in common and len(w) > 1)


def without(found: Stems, names: Iterable[str]) -> Stems:
    """The stems that do not come from these names."""
    return found - frozenset(w[:STEM] for name in names for w in tokens(name))


@lru_cache(maxsize=1)
def weak_stems() -> Stems:
    """Stems that tell little: of frequent words, and of states, their adjectives and capitals."""
    frequent = [word for line in lines_of("weak_words.txt") for word in line.split()]
    states = [word for row in shipped_rows("states") for name in _STATE_NAMES for word in tokens(row[name])]
    return frozenset(word[:STEM] for word in (*frequent, *states))


@lru_cache(maxsize=1 << 16)
def _weight(stem: str) -> float:
    return _WEAK if stem in weak_stems() or stem.isdigit() else 1.0


@lru_cache(maxsize=1 << 16)
def weight(found: Stems) -> float:
    """How much these stems tell together."""
    return sum(map(_weight, found))


class Rarity:
    """How much a stem tells among some sentences: rare ones more. A few sentences show little of what is rare."""

    _UNSEEN = 50  # sentences that are thought to stand beside those seen, with none of their words

    def __init__(self, sentences: Iterable[Stems]) -> None:
        self._counts: Counter[str] = Counter()
        self._number = self._UNSEEN
        self._see(sentences)
        self._weights: dict[str, float] = {}
        self._totals: dict[Stems, float] = {}

    def weight(self, stem: str) -> float:
        """1 for a stem that stands in one sentence, less for frequent and weak ones."""
        known = self._weights.get(stem)
        if known is None:
            rare = log(self._number / (self._counts[stem] + 0.5)) / log(self._number / 1.5)
            known = self._weights[stem] = _weight(stem) * rare
        return known

    def _see(self, sentences: Iterable[Stems], times: int = 1) -> None:
        for found in sentences:
            for stem in found:
                self._counts[stem] += times
            self._number += times

    def among(self, more: Iterable[Stems], fewer: Iterable[Stems]) -> Rarity:
        """The same for other sentences: those that came in, and those that went out."""
        made = Rarity(())
        made._counts, made._number = self._counts.copy(), self._number
        made._see(more)
        made._see(fewer, -1)
        return made

    def plain_weights(self) -> Iterator[tuple[str, float]]:
        """Stems with their weights in a unit that is the same among any sentences; only shares of them mean anything."""
        for stem, count in self._counts.items():
            if count:
                yield stem, _weight(stem) * log(self._number / (count + 0.5))

    def dice(self, one: Stems, other: Stems) -> float:
        """Share of stems in common, 0 to 1, by what they tell; 0 where one has none.

        >>> sentences = [frozenset({"ship", "strait"}), frozenset({"strait"})]
        >>> round(Rarity(sentences).dice(*sentences), 2)
        0.63
        """
        return self.share(one & other, one, other)

    def share(self, common: Stems, one: Stems, other: Stems) -> float:
        """The same where the stems in common are at hand."""
        told = self._total(one) + self._total(other)
        return 2 * sum(map(self.weight, common)) / told if told else 0.0

    def _total(self, found: Stems) -> float:
        known = self._totals.get(found)
        if known is None:
            known = self._totals[found] = sum(map(self.weight, found))
        return known


def overlap(one: Stems, other: Stems) -> float:
    """Share of the smaller one's stems that the other has too, 0 to 1, by what they tell; 0 where one has none."""
    return weight(one & other) / min(weight(one), weight(other)) if one and other else 0.0


@lru_cache(maxsize=1)
def _topics() -> tuple[tuple[str, tuple[Sign, ...]], ...]:
    return tuple((r["topic"], tuple(map(_sign, items_of(r["words"])))) for r in rows("topics"))


def _sign(cell: str) -> Sign:
    return tuple(tuple(part.split("/")) for part in cell.split("+"))


@lru_cache(maxsize=1 << 14)
def topics(text: str) -> frozenset[str]:
    """What a sentence is about, in the names of `topics.tsv`.

    >>> sorted(topics("Belmora must free the sailors."))
    ['release']
    """
    beginnings, longest = _beginnings()
    here = {start for w in tokens(text) for n in range(1, min(longest, len(w)) + 1) if (start := w[:n]) in beginnings}
    return frozenset(name for name, signs in _topics() if any(_shown(sign, here) for sign in signs)) if here else frozenset()


@lru_cache(maxsize=1)
def _beginnings() -> tuple[frozenset[str], int]:
    """All beginnings of words that are signs of a topic, and the length of the longest."""
    found = frozenset(start for _, signs in _topics() for sign in signs for part in sign for start in part)
    return found, max(map(len, found))


def _shown(sign: Sign, here: set[str]) -> bool:
    return all(not here.isdisjoint(part) for part in sign)
