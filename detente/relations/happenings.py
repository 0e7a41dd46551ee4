"""Reports of one happening, brought together: how alike two reports are, which belong to one, and what the whole then says.

All is made from the reports known by a moment. A report with an exact day is an anchor; one without a day goes to the anchor
whose words it fits best. So a later report with two days can part what was taken for one, and an answer as of an earlier
moment stays what it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache

from detente.ledger.records import Report
from detente.relations.tables import rows
from detente.relations.words import Rarity, Stems, stems, tokens, without, without_dateline
from detente.types import EventDate, Json

MUTUAL = frozenset({"CONSULT", "AGREE", "COOPERATE"})  # all parties do it together
VERBAL = frozenset(
    {"REQUEST", "ACCUSE", "REJECT", "THREATEN", "AGREE", "SUPPORT", "CONCEDE"}
)  # many a day between the same two
REAL = frozenset({"happened", "denied", "scheduled", "promised"})  # said to be so, or to become so, or denied
WINDOW = 25  # words on each side of a trigger that are compared
_REPORTED_AFTER = timedelta(days=3)  # news without a date is this old at most
_ANNOUNCED_BEFORE = timedelta(days=30)  # a plan without a date lies this far ahead at most
_NEAR = timedelta(days=1)  # newspapers differ by a day over one night
_WIDE = timedelta(days=14)  # a time this vague tells little

_LONG_PAST_DAYS = 30
_SAME_WORD = 4  # letters: invaded, invasion
_STRETCH, _MOST_STRETCHES = 8, 12  # days; a report that touches more stretches is compared with all


@dataclass(frozen=True)
class Seen:
    """A report with what is compared of it. `first` and `last` bound its day; `exact` where it names one."""

    report: Report
    first: date
    last: date
    exact: bool
    stems: Stems
    persons: frozenset[str]

    @property
    def dated(self) -> bool:
        """Whether the report names its days, however many."""
        return date_of(self.report) is not None

    @property
    def background(self) -> bool:
        """Whether it is told as something long past, as the invasion with which a war began."""
        return self.dated and (self.report.article.day - self.last).days > _LONG_PAST_DAYS

    @property
    def order(self) -> tuple[bool, date, str, int]:
        """Anchors first; then as it became known."""
        return (not self.exact, self.first if self.exact else date.min, self.report.article.known_at, self.report.number)


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
            seen = look(self.reports[0])
            return (
                (seen.last, seen.last, False)
                if self.status not in ("scheduled", "promised")
                else (seen.first, seen.last, False)
            )
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


def look(report: Report) -> Seen:
    """A report with what is compared of it."""
    first, last, exact = _bounds(report)
    names = [p.name for p in (*report.event.actors, *report.event.recipients)]
    words = without(stems(words_around(report)), [*names, report.event.trigger_text])
    return Seen(report, first, last, exact, words, _persons(report))


def _bounds(report: Report) -> tuple[date, date, bool]:
    on, told = date_of(report), report.article.day
    if on is not None:
        first, last = date.fromisoformat(on.start), date.fromisoformat(on.end)
        return first, last, last - first <= _NEAR
    if report.event.status in ("happened", "denied"):
        return told - _REPORTED_AFTER, told, False
    return told, told + _ANNOUNCED_BEFORE, False


def date_of(report: Report) -> EventDate | None:
    """When it happened or is to happen; not the day that a promise or demand is for, which lies after it was told."""
    on = report.event.date
    if on and report.event.status in ("happened", "denied") and date.fromisoformat(on.start) > report.article.day + _NEAR:
        return None
    return on


def words_around(report: Report, before: int = WINDOW, after: int = WINDOW) -> str:
    """So many words before and after the trigger begins: a long sentence tells of several things."""
    at = report.trigger_in_sentence
    left, right = tokens(without_dateline(report.sentence[:at])), tokens(report.sentence[at:])
    return " ".join((*left[-before:], *right[: after + 1]))


def _persons(report: Report) -> frozenset[str]:
    """Last names of actors that act under their own name."""
    return frozenset(p.name.split()[-1].lower() for p in report.event.actors if len(p.name.split()) == 2 and p.name.istitle())


@lru_cache(maxsize=1)
def merging() -> dict[str, float]:
    """The table of what is asked of two reports, by name."""
    return {r["name"]: float(r["value"]) for r in rows("merging")}


def alike(one: Seen, other: Seen, rarity: Rarity) -> float:
    """How much more alike two reports are than is asked of one happening: from 0 on they are one; -1 where they cannot be."""
    if not _may_be_one(one, other):
        return -1.0
    words = rarity.dice(one.stems, other.stems) if one.stems and other.stems else merging()["no_words"]
    return words if _one_meeting(one, other) else words - _needed(one, other)


def _one_meeting(one: Seen, other: Seen) -> bool:
    """Whether both tell of a meeting of the same parties on one day, or plan one for times that agree."""
    a, b = one.report, other.report
    if a.event.event_type != "CONSULT" or a.codes != b.codes:
        return False
    planned = a.event.status == b.event.status == "scheduled"
    return planned or (one.exact and other.exact and one.first == other.first)


def _needed(one: Seen, other: Seen) -> float:
    """How alike the words must be."""
    table = merging()
    return table["verbal" if one.report.event.event_type in VERBAL else "material"] + sum(
        table[n] for n in _compared(one, other)
    )


def _compared(one: Seen, other: Seen) -> Iterator[str]:
    """Names of what agrees or differs, as in the table."""
    a, b = one.report, other.report
    if one.dated and other.dated and (one.first, one.last) == (other.first, other.last):
        yield "same_day"
    elif one.exact and other.exact:
        yield "other_day"
    elif max(one.last - one.first, other.last - other.first) > _WIDE:
        yield "vague"
    if a.event.place and b.event.place:
        yield "same_place" if a.event.place.name == b.event.place.name else "other_place"
    if one.persons and other.persons and not one.persons & other.persons:
        yield "other_person"
    if a.event.trigger_text.lower()[:_SAME_WORD] == b.event.trigger_text.lower()[:_SAME_WORD]:
        yield "same_trigger"
        if one.background and other.background and (one.first, one.last) == (other.first, other.last):
            yield "same_background"


def _may_be_one(one: Seen, other: Seen) -> bool:
    a, b = one.report, other.report
    if a.article.row == b.article.row and a.sentence_number == b.sentence_number:
        return False  # one sentence does not tell the same act twice
    if (a.event.status in REAL) != (b.event.status in REAL) or (
        a.event.status not in REAL and a.event.status != b.event.status
    ):
        return False
    return one.first - _NEAR <= other.last and other.first - _NEAR <= one.last and _same_parties(a, b)


def _same_parties(a: Report, b: Report) -> bool:
    """The same two sides, as far as both name them; of mutual acts at least half of all parties."""
    if a.event.event_type in MUTUAL:
        common = len(a.codes & b.codes)
        return common >= min(2, len(a.codes), len(b.codes)) and 2 * common >= max(len(a.codes), len(b.codes))
    actors = not a.actor_codes or not b.actor_codes or bool(a.actor_codes & b.actor_codes)
    recipients = not a.recipient_codes or not b.recipient_codes or bool(a.recipient_codes & b.recipient_codes)
    return actors and recipients and bool(a.codes & b.codes)


@dataclass
class _Group:
    number: int
    members: list[Seen] = field(default_factory=list)

    @property
    def anchor(self) -> Seen:
        return self.members[0]

    def fit(self, seen: Seen, rarity: Rarity) -> float:
        """How well a report fits: as well as its best member, if it may be one with the first and with all of its sentences."""
        if not _may_be_one(self.anchor, seen):
            return -1.0
        fits = [alike(member, seen, rarity) for member in self.members]
        if any(m.report.article.row == seen.report.article.row and f == -1.0 for m, f in zip(self.members, fits, strict=True)):
            return -1.0
        if fits[0] < -merging()["far"]:
            return -1.0
        days = 0
        if self.anchor.exact and not seen.dated:  # news without a day is mostly fresh
            days = max(0, (seen.report.article.day - self.anchor.last).days)
        return min(max(fits), merging()["surely"]) - merging()["stale"] * days


def merge(reports: Iterable[Report], copies: Collection[tuple[int, int]] = ()) -> list[Happening]:
    """Happenings of these reports, in the order they became known. `copies`: pairs of articles with the same words.

    Deterministic: the order of `reports` does not matter.
    """
    groups: list[_Group] = []
    index = _Index()
    looked = sorted(map(look, reports), key=lambda s: s.order)
    rarity = Rarity(s.stems for s in looked)
    for seen in looked:
        near = [groups[n] for n in sorted(index.near(seen))]
        index.add(_place(groups, near, seen, rarity), seen)
    found = [_happening(group, copies) for group in groups]
    return sorted(found, key=lambda h: (h.known_at, h.number))


def _place(groups: list[_Group], near: Sequence[_Group], seen: Seen, rarity: Rarity) -> int:
    """Into the group it fits best, the first of equals; into one of its own where it fits none. Gives the group's number."""
    best, best_fit = None, -1.0
    for group in near:
        fit = group.fit(seen, rarity)
        if fit >= 0 and fit > best_fit:
            best, best_fit = group, fit
    if best is None:
        best = _Group(len(groups))
        groups.append(best)
    best.members.append(seen)
    return best.number


class _Index:
    """Numbers of groups by type, code and stretch of days, so that only near ones are compared."""

    def __init__(self) -> None:
        self._by_days: dict[tuple[str, str, int], set[int]] = {}
        self._wide: dict[tuple[str, str], set[int]] = {}
        self._all: dict[tuple[str, str], set[int]] = {}

    def near(self, seen: Seen) -> set[int]:
        """Groups that a report might belong to."""
        found: set[int] = set()
        stretches = self._stretches(seen)
        for key in self._keys(seen):
            if stretches is None:
                found |= self._all.get(key, set())
            else:
                found |= self._wide.get(key, set())
                for stretch in stretches:
                    found |= self._by_days.get((*key, stretch), set())
        return found

    def add(self, number: int, seen: Seen) -> None:
        stretches = self._stretches(seen)
        for key in self._keys(seen):
            self._all.setdefault(key, set()).add(number)
            if stretches is None:
                self._wide.setdefault(key, set()).add(number)
            else:
                for stretch in stretches:
                    self._by_days.setdefault((*key, stretch), set()).add(number)

    @staticmethod
    def _keys(seen: Seen) -> list[tuple[str, str]]:
        return [(seen.report.event.event_type, code) for code in sorted(seen.report.codes)]

    @staticmethod
    def _stretches(seen: Seen) -> range | None:
        """Numbers of the stretches of days that a report touches; None where they are too many to list."""
        first, last = (seen.first - _NEAR).toordinal() // _STRETCH, (seen.last + _NEAR).toordinal() // _STRETCH
        return range(first, last + 1) if last - first <= _MOST_STRETCHES else None


def _happening(group: _Group, copies: Collection[tuple[int, int]]) -> Happening:
    reports = tuple(sorted((s.report for s in group.members), key=lambda r: (r.article.known_at, r.number)))
    return Happening(reports, independent_publishers(reports, copies))


def independent_publishers(reports: Sequence[Report], copies: Collection[tuple[int, int]]) -> int:
    """How many publishers tell it in words of their own: copies of one text, and one publisher's articles, count once."""
    parents: dict[object, object] = {}

    def root(x: object) -> object:
        while (above := parents.setdefault(x, x)) != x:
            x = above
        return x

    for r in reports:
        parents[root(r.article.row)] = root(("printed by", r.article.printed_by))
        if len(tokens(r.sentence)) >= COPIED_WORDS:
            parents[root(r.article.row)] = root(("sentence", " ".join(tokens(r.sentence))))
    known = {r.article.row for r in reports}
    for one, other in copies:
        if one in known and other in known:
            parents[root(one)] = root(other)
    return len({root(row) for row in known})


COPIED_WORDS = 8  # from which the same sentence in two articles is a copy, not a coincidence
