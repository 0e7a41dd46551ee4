"""How alike two reports are, and whether they can tell of one happening."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from detente.ledger.records import Report
from detente.relations.tables import rows
from detente.relations.words import Rarity, Stems, stems, tokens, without, without_dateline
from detente.types import EventDate

MUTUAL = frozenset({"CONSULT", "AGREE", "COOPERATE"})  # all parties do it together
VERBAL = frozenset(
    {"REQUEST", "ACCUSE", "REJECT", "THREATEN", "AGREE", "SUPPORT", "CONCEDE"}
)  # many a day between the same two
REAL = frozenset({"happened", "denied", "scheduled", "promised"})  # said to be so, or to become so, or denied
WINDOW = 25  # words on each side of a trigger that are compared
_REPORTED_AFTER = timedelta(days=3)  # news without a date is this old at most
_ANNOUNCED_BEFORE = timedelta(days=30)  # a plan without a date lies this far ahead at most
NEAR = timedelta(days=1)  # newspapers differ by a day over one night
_WIDE = timedelta(days=14)  # a time this vague tells little

_LONG_PAST_DAYS = 30
_SAME_WORD = 4  # letters: invaded, invasion


@dataclass(frozen=True)
class Seen:
    """A report with what is compared of it. `first` and `last` bound its day; `exact` where it names one."""

    report: Report
    first: date
    last: date
    exact: bool
    stems: Stems
    persons: frozenset[str]

    @cached_property
    def dated(self) -> bool:
        """Whether the report names its days, however many."""
        return date_of(self.report) is not None

    @cached_property
    def background(self) -> bool:
        """Whether it is told as something long past, as the invasion with which a war began."""
        return self.dated and (self.report.article.day - self.last).days > _LONG_PAST_DAYS

    @property
    def order(self) -> tuple[bool, date, str, int]:
        """Anchors first; then as it became known."""
        return (not self.exact, self.first if self.exact else date.min, self.report.article.known_at, self.report.number)


def look(report: Report) -> Seen:
    """A report with what is compared of it."""
    first, last, exact = bounds_of(report)
    names = [p.name for p in (*report.event.actors, *report.event.recipients)]
    words = without(stems(words_around(report)), [*names, report.event.trigger_text])
    return Seen(report, first, last, exact, words, _persons(report))


def bounds_of(report: Report) -> tuple[date, date, bool]:
    on, told = date_of(report), report.article.day
    if on is not None:
        first, last = date.fromisoformat(on.start), date.fromisoformat(on.end)
        return first, last, last - first <= NEAR
    if report.event.status in ("happened", "denied"):
        return told - _REPORTED_AFTER, told, False
    return told, told + _ANNOUNCED_BEFORE, False


def date_of(report: Report) -> EventDate | None:
    """When it happened or is to happen; not the day that a promise or demand is for, which lies after it was told."""
    on = report.event.date
    if on and report.event.status in ("happened", "denied") and date.fromisoformat(on.start) > report.article.day + NEAR:
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
    if not may_be_one(one, other):
        return -1.0
    words = rarity.dice(one.stems, other.stems) if one.stems and other.stems else merging()["no_words"]
    return words if one_meeting(one, other) else words - needed(one, other)


def one_meeting(one: Seen, other: Seen) -> bool:
    """Whether both tell of a meeting of the same parties on one day, or plan one for times that agree."""
    a, b = one.report, other.report
    if a.event.event_type != "CONSULT" or a.codes != b.codes:
        return False
    planned = a.event.status == b.event.status == "scheduled"
    return planned or (one.exact and other.exact and one.first == other.first)


def needed(one: Seen, other: Seen) -> float:
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


def may_be_one(one: Seen, other: Seen) -> bool:
    a, b = one.report, other.report
    if a.article.row == b.article.row and a.sentence_number == b.sentence_number:
        return False  # one sentence does not tell the same act twice
    if (a.event.status in REAL) != (b.event.status in REAL) or (
        a.event.status not in REAL and a.event.status != b.event.status
    ):
        return False
    return one.first - NEAR <= other.last and other.first - NEAR <= one.last and _same_parties(a, b)


def _same_parties(a: Report, b: Report) -> bool:
    """The same two sides, as far as both name them; of mutual acts at least half of all parties."""
    if a.event.event_type in MUTUAL:
        common = len(a.codes & b.codes)
        return common >= min(2, len(a.codes), len(b.codes)) and 2 * common >= max(len(a.codes), len(b.codes))
    actors = not a.actor_codes or not b.actor_codes or bool(a.actor_codes & b.actor_codes)
    recipients = not a.recipient_codes or not b.recipient_codes or bool(a.recipient_codes & b.recipient_codes)
    return actors and recipients and bool(a.codes & b.codes)
