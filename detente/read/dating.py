"""When an event happened or is to happen: the time beside its trigger, else that of the occasion it goes on with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from detente.read.status import SAID
from detente.read.syntax import Syntax
from detente.read.tense import ClauseTense
from detente.read.timex import interval
from detente.types import Event, EventDate, Status, Timex

AHEAD: frozenset[Status] = frozenset({"scheduled", "promised"})
RECENT = timedelta(days=2)  # so far back "Thursday's" is last Thursday's, whatever is to come
_POSSESSIVE = ("'s", "’s")
CARRIED: frozenset[Status] = frozenset({"happened", "scheduled"})
NEAR = 5  # sentences over which an occasion goes on
DAYS_OF_OCCASION = 7
_WEEKDAY = re.compile(r"(?:(?:on|this|coming) )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?! last)", re.I)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TO = {"to", "and", "until", "till", "through", "-", "–"}
_MONTH = re.compile(
    r"(?:(?:in|early|mid|late|the end of|the beginning of|this)[ -])*(?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december)",
    re.I,
)


@dataclass(frozen=True)
class Dater:
    """Dates events of one article; `published` None leaves what is told of weekdays and months as it was resolved."""

    syntax: Syntax
    timexes: Sequence[Timex]
    published: date | None

    def date(self, trigger: int, status: Status) -> EventDate | None:
        """The time expression of the trigger's sentence that is nearest in the tree, then in the text."""
        nearest = self._nearest(trigger)
        if nearest is None:
            return None
        last = self._dated(nearest[1], "happened" if self._has_been(*nearest) else status)
        return self._from_first(nearest[0], last, status) if last is not None else None

    def _nearest(self, trigger: int) -> tuple[int, Timex] | None:
        near = self._by_sentence.get(self.syntax.sentence_of[trigger], [])
        return min(near, key=lambda pair: self._distance(trigger, pair[0])) if near else None

    def _has_been(self, at: int, timex: Timex) -> bool:
        """ "Ahead of Thursday's talks" in an article of Friday: nobody calls a day of next week so."""
        words, value = self.syntax.words, timex.value or ""
        after = next((w.text for w in words[at:] if w.start >= timex.span.end), "")
        if self.published is None or after not in _POSSESSIVE or not _WEEKDAY.match(timex.text) or not _DAY.match(value):
            return False
        return timedelta(0) < self.published - date.fromisoformat(value[:10]) <= RECENT

    def _from_first(self, at: int, last: EventDate, status: Status) -> EventDate:
        """From its first day on, where a date ends a span or a pair: "from 7th to 9th December", "on Saturday and Sunday"."""
        words = self.syntax.words
        joined = at >= 2 and words[at - 1].text.lower() in _TO and _DAY.fullmatch(last.value)
        if not joined:
            return last
        before = next((t for i, t in self._by_sentence[self.syntax.sentence_of[at]] if t.span.end == words[at - 2].end), None)
        first = self._dated(before, status) if before is not None else _bare_day(words[at - 2].text, last)
        if first is None or not _DAY.fullmatch(first.value) or first.start >= last.start:
            return last
        return EventDate(first.value, first.start, last.end, f"{first.text} {words[at - 1].text} {last.text}")

    def settled(self, trigger: int, event_type: str, status: Status) -> tuple[Status, EventDate | None]:
        """Status and date of an event: what happens after the day of publication has not happened.

        What is said or told as past keeps its status without the date: "had approved a fair for next May" dates the fair.
        """
        when = self.date(trigger, status)
        nearest = self._nearest(trigger)
        if status == "scheduled" and nearest is not None and self._has_been(*nearest):
            return "happened", when
        if status != "happened" or not self._lies_ahead(when):
            return status, when
        return ("happened", None) if event_type in SAID or self._is_past(trigger) else ("scheduled", when)

    def _is_past(self, trigger: int) -> bool:
        """ "They met", "a visit that came", "talks brokered by": the verb is past, or that of which the noun is the subject."""
        s = self.syntax
        relation = s.relations[trigger].split(":")[0]
        verb = s.heads[trigger] if relation == "nsubj" else trigger
        return ClauseTense(s).of_predicate(verb) == "past" or (relation == "acl" and s.xpos[trigger] == "VBN")

    def _lies_ahead(self, when: EventDate | None) -> bool:
        return when is not None and self.published is not None and when.start > self.published.isoformat()

    @cached_property
    def _by_sentence(self) -> dict[int, list[tuple[int, Timex]]]:
        """Expressions that name a day or a longer time, with their first word, by sentence."""
        found: dict[int, list[tuple[int, Timex]]] = {}
        usable = [t for t in self.timexes if t.type in ("DATE", "TIME") and t.value and t.value[0].isdigit()]
        words, i = self.syntax.words, 0
        for t in sorted(usable, key=lambda t: t.span):
            while i < len(words) and words[i].end <= t.span.start:
                i += 1
            if i < len(words):
                found.setdefault(self.syntax.sentence_of[i], []).append((i, t))
        return found

    def _dated(self, timex: Timex, status: Status) -> EventDate | None:
        value = timex.value or ""
        if status in AHEAD and self.published is not None:
            value = ahead(timex.text, value, self.published)
        days = interval(value)
        return EventDate(value, days[0].isoformat(), days[1].isoformat(), timex.text) if days else None

    def _distance(self, trigger: int, at: int) -> tuple[int, int]:
        above = {w: k for k, w in enumerate((trigger, *self.syntax.ancestors(trigger)))}
        for steps, i in enumerate((at, *self.syntax.ancestors(at))):
            if i in above:
                return steps + above[i], abs(at - trigger)
        return 99, abs(at - trigger)

    def carried(self, events: Sequence[Event], sentences: Sequence[int]) -> list[Event]:
        """Events with the date of the occasion they go on with: the same act told before, or more said by the same speaker.

        sentences: the number of the sentence of each event.
        """
        out: list[Event] = []
        for e, sentence in zip(events, sentences, strict=True):
            if e.date is None and e.status in CARRIED and sentence not in self._by_sentence:
                near = [x for x, s in zip(out, sentences) if s < sentence <= s + NEAR]
                earlier = (x for x in reversed(near) if x.status == e.status and _is_short(x.date) and _goes_on(x, e))
                e = replace(e, date=next((x.date for x in earlier), None))
            out.append(e)
        return out


def _bare_day(text: str, last: EventDate) -> EventDate | None:
    """A bare day in the month of a later one that begins with its day too: the 7th of "7th to 9th December"."""
    day = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", text)
    if day is None or not last.text[:1].isdigit() or not 0 < int(day[1]) < int(last.value[8:10]):
        return None
    value = f"{last.value[:8]}{int(day[1]):02}"
    return EventDate(value, value, value, text)


def ahead(text: str, value: str, published: date) -> str:
    """A weekday or month that was taken for the last one, as the next one: for what is still to come.

    >>> ahead("Friday", "2005-11-04", date(2005, 11, 10))
    '2005-11-11'
    """
    if _WEEKDAY.match(text) and re.match(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value[:10])
        return (day + timedelta(days=7)).isoformat() + value[10:] if day < published else value
    if _MONTH.fullmatch(text) and re.fullmatch(r"\d{4}-\d\d", value) and value < published.isoformat()[:7]:
        return f"{int(value[:4]) + 1}{value[4:]}"
    return value


def _is_short(when: EventDate | None) -> bool:
    """Whether a date is of one occasion: a month or a year says too little of what is told after it."""
    return when is not None and (date.fromisoformat(when.end) - date.fromisoformat(when.start)).days < DAYS_OF_OCCASION


def _goes_on(before: Event, after: Event) -> bool:
    ours, theirs = ({p.code for p in (*e.actors, *e.recipients)} for e in (after, before))
    if before.event_type == after.event_type and (ours & theirs or not (ours or theirs)):
        return True
    same_actor = bool({p.code for p in before.actors} & {p.code for p in after.actors})
    return {before.event_type, after.event_type} <= SAID and same_actor
