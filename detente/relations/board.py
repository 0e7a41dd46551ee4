"""Items on their way, found by what later news may have in common with them, so that few of many are looked at.

Sets of items are whole numbers whose bits are places in the order in which the items were opened: a set of thousands is united
with others in a moment. What a set holds may be more than what fits; who asks looks at each of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heappop, heappush

from detente.ledger.records import Report
from detente.relations.happenings import Happening
from detente.relations.rules import kinds
from detente.relations.words import Stems, overlap, stems, topics
from detente.types import Json

SAME_TOPIC = 0.6  # how alike two sentences are at least that share a topic
_OTHER_TOPIC = 0.3  # and at most if they are about different ones
_FEW_WORDS = 2  # fewer words in common may be chance
_SETTLING = ("refused", "partly met")  # answers that stand until there is another one
Places = int  # bit n stands for the item that was opened as the n-th
Parties = tuple[str, str, str, str | None]  # kind, actor, recipient, teller


@dataclass(frozen=True, slots=True)
class Change:
    """A step in the life of an item. `evidence` is a report's number; `decision` that of a person's; `rule` says why in words.

    `counts` is false for a step that a person undid.
    """

    status: str
    known_at: str
    rule: str
    confidence: float
    evidence: int | None = None
    decision: int | None = None
    confirmed: bool = False
    counts: bool = True

    def to_dict(self) -> Json:
        return {
            "status": self.status, "known_at": self.known_at, "rule": self.rule, "confidence": self.confidence,
            "evidence": self.evidence, "decision": self.decision, "confirmed": self.confirmed, "counts": self.counts,
        }  # fmt: skip


@dataclass
class Live:
    """An item on its way. `place` is that on its board."""

    kind: str
    actor: str
    recipient: str
    report: Report
    happenings: list[Happening]
    changes: list[Change]
    matter: Stems
    topics: frozenset[str]
    condition: str | None
    due: tuple[date, date] | None
    teller: str | None = None
    last_news: date = date.min
    status: str = field(init=False)
    live: bool = field(init=False)
    movable: bool = field(init=False)  # late news revives what had lapsed
    place: int = -1
    own: set[int] = field(init=False)  # numbers of its happenings

    def __post_init__(self) -> None:
        self.own = {h.number for h in self.happenings}
        self.settle()

    def settle(self) -> None:
        """Status by the last step that counts; to be called after every change of the steps."""
        self.status = next(c.status for c in reversed(self.changes) if c.counts)
        self.live = self.status in kinds()[self.kind].live
        self.movable = self.live or self.status == "lapsed"

    def take(self, happening: Happening) -> None:
        """One more happening that tells of it."""
        self.happenings.append(happening)
        self.own.add(happening.number)

    def add(self, change: Change) -> None:
        self.changes.append(change)
        self.settle()

    @property
    def numbers(self) -> tuple[int, ...]:
        """All reports of its opening and repetitions, those of its first happening first."""
        return tuple(dict.fromkeys(r.number for h in self.happenings for r in h.reports))

    @property
    def parties(self) -> Parties:
        return self.kind, self.actor, self.recipient, self.teller

    @property
    def date_runs_out(self) -> date | None:
        """The last day on which its date can still be met; None where no date binds it."""
        kind = kinds()[self.kind]
        return self.due[1] + timedelta(days=kind.grace_days) if self.due and kind.after_due else None

    @property
    def silence_runs_out(self) -> date | None:
        """The last day on which silence does not yet end it; None where it never does."""
        kind = kinds()[self.kind]
        return self.last_news + timedelta(days=kind.lapse_days) if "lapsed" in kind.statuses else None

    @property
    def runs_out(self) -> date | None:
        """The last day on which it stands without news; None where it stands for good."""
        if not self.live or self.status in _SETTLING:
            return None
        return min((d for d in (self.date_runs_out, self.silence_runs_out) if d), default=None)


def alike(item: Live, matter: Stems, about: frozenset[str]) -> float:
    """How much a sentence is about the matter of an item, 0 to 1."""
    words = overlap(item.matter, matter)
    if len(item.matter & matter) < _FEW_WORDS:
        words = min(words, _OTHER_TOPIC)
    if item.topics & about:
        return max(words, SAME_TOPIC + 0.1 * min(3, len(item.topics & about) - 1))
    return min(words, _OTHER_TOPIC) if item.topics and about else words


class Board:
    """All items of a pair. `changed` is to be called after every change of an item."""

    def __init__(self) -> None:
        self.items: list[Live] = []
        self._live: Places = 0
        self._movable: Places = 0
        self._by_kind: dict[str, Places] = defaultdict(int)
        self._by_parties: dict[Parties, Places] = defaultdict(int)
        self._by_foretold: dict[str, Places] = defaultdict(int)
        self._by_stem: dict[str, Places] = defaultdict(int)
        self._by_topic: dict[str, Places] = defaultdict(int)
        self._by_report: dict[int, Places] = defaultdict(int)
        self._known: list[tuple[int, str | None, date | None]] = []  # happenings, condition and end of each as last seen
        self._ends: list[tuple[date, int]] = []

    def open(self, one: Live) -> None:
        one.place = len(self.items)
        self.items.append(one)
        self._known.append((0, None, None))
        bit = 1 << one.place
        self._by_kind[one.kind] |= bit
        self._by_parties[one.parties] |= bit
        if one.kind == "prediction":
            self._by_foretold[one.happenings[0].event_type] |= bit
        self._about(bit, one.matter, one.topics)
        self.changed(one)

    def changed(self, one: Live) -> None:
        bit = 1 << one.place
        self._live = self._live | bit if one.live else self._live & ~bit
        self._movable = self._movable | bit if one.movable else self._movable & ~bit
        told, condition, ends = self._known[one.place]
        for happening in one.happenings[told:]:
            for report in happening.reports:
                self._by_report[report.number] |= bit
        if one.condition and condition != one.condition:
            self._about(bit, stems(one.condition), topics(one.condition))
        if (now := one.runs_out) is not None and now != ends:
            heappush(self._ends, (now, one.place))
        self._known[one.place] = len(one.happenings), one.condition, now

    def _about(self, bit: Places, words: Stems, about: frozenset[str]) -> None:
        for stem in words:
            self._by_stem[stem] |= bit
        for topic in about:
            self._by_topic[topic] |= bit

    def run_out(self, on: date) -> list[Live]:
        """Items that stood until some day before this one; each is given again only after it changed."""
        found: dict[int, Live] = {}
        while self._ends and self._ends[0][0] < on:
            place = heappop(self._ends)[1]
            one = self.items[place]
            if (ends := one.runs_out) is not None and ends < on:
                found[place] = one
        return list(found.values())

    def with_report(self, number: int) -> Iterator[Live]:
        """Items that a report opened, repeated or moved to another day, in their order."""
        return self._each(self._by_report.get(number, 0))

    def said_before(self, fresh: Live) -> Iterator[Live]:
        """Items, the latest first, that may say the same as a new one: they share its happening, two words or a topic."""
        same = self._by_report.get(fresh.happenings[0].number, 0)
        near = self._live if fresh.kind == "meeting" else self._live & self._like(fresh.matter, fresh.topics, words=2)
        places = self._by_parties[fresh.parties] & (same | near)
        while places:
            place = places.bit_length() - 1
            places ^= 1 << place
            yield self.items[place]

    def about(self, kind: str, matter: Stems, on: frozenset[str]) -> Iterator[Live]:
        """Items of a kind that can move and share a word or a topic with some matter."""
        return self._each(self._by_kind[kind] & self._movable & self._like(matter, on, words=1))

    def movable(self, kind: str) -> Iterator[Live]:
        return self._each(self._by_kind[kind] & self._movable)

    def foretold(self, event_type: str) -> Iterator[Live]:
        """Predictions of such an event that can still come true."""
        return self._each(self._by_foretold[event_type] & self._movable)

    def _like(self, matter: Stems, about: Iterable[str], *, words: int) -> Places:
        """Items with at least so many (one or two) of these stems, or one of these topics."""
        once = twice = 0
        for stem in matter:
            places = self._by_stem.get(stem, 0)
            twice |= once & places
            once |= places
        found = once if words == 1 else twice
        for topic in about:
            found |= self._by_topic.get(topic, 0)
        return found

    def _each(self, places: Places) -> Iterator[Live]:
        """The items of a set, in their order."""
        while places:
            lowest = places & -places
            places ^= lowest
            yield self.items[lowest.bit_length() - 1]
