"""Happenings: what all reports of one say together.

All is made from the reports known by a moment. A report with an exact day is an anchor; one without a day goes to the anchor
whose words it fits best. So a later report with two days can part what was taken for one, and an answer as of an earlier
moment stays what it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from detente.ledger.records import Report
from detente.relations.likeness import MUTUAL, bounds_of, date_of
from detente.relations.merging import Group, group_many
from detente.relations.words import tokens
from detente.types import Json

Copies = Mapping[int, Collection[int]]


@dataclass(frozen=True)
class Happening:
    """What reports say together. `reports` are in the order they became known; `publishers` counts each wire text once."""

    reports: tuple[Report, ...]
    publishers: int = 1

    @property
    def number(self) -> int:
        """The number of its first report, by which people can name it."""
        return self.reports[0].number

    @property
    def event_type(self) -> str:
        return self.reports[0].event.event_type

    @cached_property
    def mode(self) -> str | None:
        return _commonest(r.event.mode for r in self.reports if r.event.mode)

    @cached_property
    def score(self) -> float:
        """PLOVER's, of the commonest mode; the first reported one of equals."""
        modes = [r.event.score for r in self.reports if r.event.mode == self.mode]
        return modes[0] if modes else self.reports[0].event.score

    @cached_property
    def status(self) -> str:
        """Where it stands: what became known last counts for plans; having happened outweighs a plan or a denial."""
        found = [r.event.status for r in self.reports]
        for decisive in ("happened", "denied"):
            if decisive in found:
                return decisive
        return found[-1]

    @cached_property
    def statuses(self) -> tuple[tuple[str, str, int], ...]:
        """Each status with the moment it was first told and the report's number."""
        first: dict[str, tuple[str, str, int]] = {}
        for r in self.reports:
            first.setdefault(r.event.status, (r.event.status, r.article.known_at, r.number))
        return tuple(first.values())

    @cached_property
    def actors(self) -> tuple[str, ...]:
        return _by_count(code for r in self.reports for code in _told(r.event.actors))

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        found = _by_count(code for r in self.reports for code in _told(r.event.recipients))
        return tuple(code for code in found if code not in self.actors or self.event_type not in MUTUAL)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.actors, *self.recipients)))

    @cached_property
    def when(self) -> tuple[date, date, bool]:
        """First and last day, and whether reports name it (else it is estimated from when they were printed).

        Of several named days the one that most articles name counts, then the shortest, then the one known first.
        """
        named = [on for r in self.reports if (on := date_of(r))]
        if not named:
            first, last, _ = bounds_of(self.reports[0])
            return (first, last, False) if self.status in ("scheduled", "promised") else (last, last, False)
        spans = Counter((on.start, on.end) for on in named)
        start, end = min(spans, key=lambda s: (_length(s), -spans[s], list(spans).index(s)))
        return date.fromisoformat(start), date.fromisoformat(end), True

    @property
    def day(self) -> date:
        """The day on which it counts: its own last day, but for plans the day on which they became known."""
        return self.when[1] if self.status in ("happened", "denied") else self.reports[0].article.day

    @cached_property
    def place(self) -> str | None:
        return _commonest(r.event.place.name for r in self.reports if r.event.place)

    @property
    def known_at(self) -> str:
        return self.reports[0].article.known_at

    @cached_property
    def sides(self) -> tuple[frozenset[str], frozenset[str]]:
        """Who says that it is so, and who denies it: codes, or "narrator", or the name of one without a code."""
        said = frozenset(_voice(r) for r in self.reports if r.event.status != "denied")
        denied = frozenset(_voice(r) for r in self.reports if r.event.status == "denied")
        return said, denied - said if denied - said else denied

    @property
    def contested(self) -> bool:
        """Whether one side says it and another denies it."""
        said, denied = self.sides
        return bool(said and denied and (denied - said or said - denied))

    @property
    def best(self) -> Report:
        """The report to quote: one that has happened and names its day, told by the narrator, known first."""
        return min(
            self.reports,
            key=lambda r: (r.event.status != self.status, date_of(r) is None, bool(r.tellers), r.article.known_at, r.number),
        )

    def to_dict(self) -> Json:
        first, last, named = self.when
        said, denied = self.sides
        return {
            "number": self.number, "event_type": self.event_type, "mode": self.mode, "score": self.score, "status": self.status,
            "actors": list(self.actors), "recipients": list(self.recipients), "first_day": first.isoformat(),
            "last_day": last.isoformat(), "day_named": named, "place": self.place, "publishers": self.publishers,
            "contested": self.contested, "said_by": sorted(said), "denied_by": sorted(denied), "known_at": self.known_at,
            "reports": [r.number for r in self.reports],
        }  # fmt: skip


def _commonest(values: Iterable[str]) -> str | None:
    found = Counter(values)
    return found.most_common(1)[0][0] if found else None


def _by_count(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(values).most_common())


def _told(parties: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for p in parties if (code := getattr(p, "code", None))))


def _length(span: tuple[str, str]) -> int:
    return (date.fromisoformat(span[1]) - date.fromisoformat(span[0])).days


def _voice(report: Report) -> str:
    teller = report.teller
    return "narrator" if teller is None else teller.code or teller.name


def merge(reports: Iterable[Report], copies: Collection[tuple[int, int]] = ()) -> list[Happening]:
    """Happenings of these reports, in the order they became known. `copies`: pairs of articles with the same words.

    Deterministic: the order of `reports` does not matter.
    """
    given = list(reports)
    return happenings_of(group_many([given])[0], {r.number: r for r in given}, neighbours(copies), {})


def happenings_of(
    groups: Iterable[Group], reports: Mapping[int, Report], copies: Copies, made: dict[Group, Happening]
) -> list[Happening]:
    """Groups of numbers as happenings; `made` holds those made before, since most stay the same from moment to moment."""
    for group in groups:
        if group not in made:
            own = tuple(reports[n] for n in group)
            made[group] = Happening(own, independent_publishers(own, copies))
    return [made[group] for group in groups]


def neighbours(copies: Iterable[tuple[int, int]]) -> Copies:
    """Of each article those with the same words."""
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in copies:
        found[one].append(other)
    return found


def independent_publishers(reports: Sequence[Report], copies: Mapping[int, Collection[int]]) -> int:
    """How many publishers tell it in words of their own: copies of one text, and one publisher's articles, count once.

    copies: of each article those with the same words.
    """
    known = {r.article.row for r in reports}
    if len(known) == 1:
        return 1
    parents: dict[object, object] = {}

    def root(x: object) -> object:
        while (above := parents.setdefault(x, x)) != x:
            x = above
        return x

    for r in reports:
        parents[root(r.article.row)] = root(("printed by", r.article.printed_by))
        if words := _copied(r.sentence):
            parents[root(r.article.row)] = root(("sentence", words))
    for one in known:
        for other in copies.get(one, ()):
            if other in known:
                parents[root(one)] = root(other)
    return len({root(row) for row in known})


COPIED_WORDS = 8  # from which the same sentence in two articles is a copy, not a coincidence


@lru_cache(maxsize=1 << 14)
def _copied(sentence: str) -> str:
    """The words of a sentence that is long enough to be known as a copy; else nothing."""
    words = tokens(sentence)
    return " ".join(words) if len(words) >= COPIED_WORDS else ""
