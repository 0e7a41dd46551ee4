"""Items between two states: demands, offers, promises, threats, refusals, accusations, meetings, predictions.

Each has a status. Everything that is known is gone through in the order in which it became known: it opens an item, repeats
one, or moves one to another status by the tables `items.tsv` and `matches.tsv`. What people decided takes part in that order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from detente.ledger.clocks import end_of, stamp, unstamp
from detente.ledger.records import Decision, Report
from detente.relations.board import SAME_TOPIC, Board, Change, Live, alike
from detente.relations.happenings import Happening
from detente.relations.likeness import MUTUAL, words_around
from detente.relations.rules import Match, kinds, matches, openers, stands_in
from detente.relations.words import Stems, overlap, stems, topics, without
from detente.types import Json

LEAST = 0.45  # confidence from which a change is made
_SEEN = 0.55  # confidence of the reader from which an event opens or moves an item
_BEFORE, _AFTER = 26, 20  # words around a trigger
_ALONE = 0.4  # how alike what only one of the two is part of must be to the matter between them
_REPEATED = 0.45  # how alike two demands must be to be one, said again
_BACKGROUND_DAYS = 45  # what is told as older than this is background and opens nothing
_RANGE_DAYS = 180  # later evidence comes within so many days
_CONDITION = re.compile(r"\b(?:if|unless|until|as long as)\b[^.;,“”\"]{4,120}", re.I)
_WILL = ("will", "shall", "going to", "expect", "predict", "forecast", "bound to", "inevitabl", "certain")
_PERHAPS = ("may", "might", "could", "would", "not", "never", "unless", "if")


@dataclass(frozen=True, slots=True)
class Item:
    """One demand, promise, threat … of `actor` toward `recipient`. `number` is that of its first report.

    `due`: the first and last day it is for, None where nobody named one. `teller`: who made a prediction.
    """

    number: int
    kind: str
    actor: str
    recipient: str
    what: str
    who: str
    opened: date
    known_at: str
    status: str
    changes: tuple[Change, ...]
    numbers: tuple[int, ...]
    condition: str | None = None
    due: tuple[date, date] | None = None
    place: str | None = None
    teller: str | None = None

    @property
    def live(self) -> bool:
        """Whether later evidence can still move it."""
        return self.status in kinds()[self.kind].live

    def falls_on(self, first: date, last: date) -> bool:
        """Whether the days it is for and these have one in common."""
        return self.due is not None and self.due[0] <= last and first <= self.due[1]

    @property
    def answer(self) -> Change | None:
        """The last step that counts, None where nothing came after the opening."""
        return next((c for c in reversed(self.changes[1:]) if c.counts), None)

    def to_dict(self) -> Json:
        return {
            "number": self.number, "kind": self.kind, "actor": self.actor, "recipient": self.recipient, "what": self.what,
            "who": self.who, "opened": self.opened.isoformat(), "known_at": self.known_at, "status": self.status,
            "condition": self.condition, "due": [d.isoformat() for d in self.due] if self.due else None, "place": self.place,
            "teller": self.teller, "changes": [c.to_dict() for c in self.changes], "reports": list(self.numbers),
        }  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Something that became known: a happening took a status, or a person decided. What is compared of it is made once."""

    known_at: str
    order: int
    happening: Happening | None = None
    status: str = ""
    report: Report | None = None
    decision: Decision | None = None
    alone: bool = False

    @property
    def told(self) -> tuple[Happening, Report]:
        """The happening and its report; only of a step that is no decision."""
        assert self.happening is not None
        assert self.report is not None
        return self.happening, self.report

    @cached_property
    def matter(self) -> Stems:
        return _matter(*self.told)

    @cached_property
    def topics(self) -> frozenset[str]:
        return topics(_near(self.told[1]))

    @cached_property
    def moves(self) -> bool:
        """Whether it can move items at all: what is unsure, and what somebody else expects, settles nothing."""
        report = self.told[1]
        return report.event.confidence >= _SEEN and _foreteller(report, self.status) is None


def trace_items(
    happenings: Iterable[Happening],
    pair: tuple[str, str],
    *,
    known_by: datetime,
    alone: Iterable[Happening] = (),
    decisions: Sequence[Decision] = (),
) -> tuple[list[Item], list[Decision]]:
    """All items of a pair as they stand at `known_by`, in the order they became known, and the decisions that found no item.

    alone: happenings in which only one of the two takes part; they can move items but open none.
    """
    board = Board()
    lost: list[Decision] = []
    for step in _steps(happenings, alone, decisions):
        _lapse(board, unstamp(step.known_at).date())
        if step.decision is not None:
            if not _decide(board, step.decision):
                lost.append(step.decision)
        elif not _fulfil(board, step):
            moved = _move(board, step)
            if not step.alone and not (moved and moved.kind == "meeting"):
                _open(board, step, pair)
    _lapse(board, known_by.date())
    return [_item(one) for one in board.items], lost


def _steps(happenings: Iterable[Happening], alone: Iterable[Happening], decisions: Iterable[Decision]) -> list[Step]:
    found = [s for h in happenings for s in _told(h, False)] + [s for h in alone for s in _told(h, True)]
    found += [Step(d.effective_at, 1 << 60, decision=d) for d in decisions]
    return sorted(found, key=lambda s: (s.known_at, s.order))


def _told(happening: Happening, alone: bool) -> Iterator[Step]:
    """A step for each status, at its first report; for the supposed one also at each new teller's."""
    first: set[tuple[str, str | None]] = set()
    for report in happening.reports:
        teller = report.teller.name if report.teller and report.event.status not in ("happened", "denied") else None
        if (report.event.status, teller) not in first:
            first.add((report.event.status, teller))
            yield Step(report.article.known_at, report.number, happening, report.event.status, report, alone=alone)


# Opening -----------------------------------------------------------------------------------------------------------------


def _open(board: Board, step: Step, pair: tuple[str, str]) -> None:
    """The item that the step opens, or repeats."""
    happening, report = step.told
    if report.event.confidence < _SEEN:
        return
    if happening.when[2] and (report.article.day - happening.when[1]).days > _BACKGROUND_DAYS:
        return
    for kind, actor, recipient, teller in _openings(happening, report, step.status, pair):
        fresh = _fresh(kind, actor, recipient, teller, happening, report)
        if (old := _said_before(board, fresh)) is None:
            board.open(fresh)
        elif happening.number not in old.own:
            _repeat(old, fresh, happening, report)
            board.changed(old)


def _openings(h: Happening, report: Report, status: str, pair: tuple[str, str]) -> Iterator[tuple[str, str, str, str | None]]:
    """Kind, actor, recipient and teller of what is opened."""
    if (teller := _foreteller(report, status)) is not None:
        if sides := _direction(h, pair) or (pair if set(pair) <= set(h.codes) else None):
            yield "prediction", *sides, teller
        return
    sides = _direction(h, pair)
    together = sides is None
    for opener in openers():
        if opener.fits(h.event_type, status, together, report.sentence):
            actor, recipient = sides or (pair if pair[0] < pair[1] else (pair[1], pair[0]))
            yield opener.kind, actor, recipient, None
            return


def _direction(h: Happening, pair: tuple[str, str]) -> tuple[str, str] | None:
    """Who of the pair acts toward whom; None where they act together or it cannot be told."""
    a, b = pair
    if h.event_type == "CONSULT" or (h.event_type in MUTUAL and {a, b} <= set(h.actors)):
        return None
    for one, other in ((a, b), (b, a)):
        if one in h.actors and other in h.recipients and one not in h.recipients:
            return one, other
    return None


def _foreteller(report: Report, status: str) -> str | None:
    """Who says what will come without being the one to do it; None where it is no prediction."""
    teller = report.teller
    if status not in ("hypothetical", "scheduled", "promised") or teller is None or report.event.event_type == "CONSULT":
        return None
    if teller.code in report.actor_codes or not report.event.actors:
        return None
    at = max(0, report.trigger_in_sentence)
    near = " ".join(report.sentence[:at].split()[-8:])
    return teller.name if stands_in(_WILL, near) and not any(w in near.lower().split() for w in _PERHAPS) else None


def _fresh(kind: str, actor: str, recipient: str, teller: str | None, h: Happening, report: Report) -> Live:
    condition = condition_of(report) if kind == "threat" else None
    opening = Change(kinds()[kind].first, report.article.known_at, "opened", round(report.event.confidence, 2), report.number)
    return Live(
        kind, actor, recipient, report, [h], [opening], _matter(h, report), topics(_near(report)), condition,
        _due(kind, report), teller, report.article.day,
    )  # fmt: skip


def _matter(h: Happening, report: Report) -> Stems:
    """What the sentence is about, apart from who acts and the act itself."""
    names = [p.name for r in h.reports for p in (*r.event.actors, *r.event.recipients)]
    return without(stems(_near(report)), [*names, report.event.trigger_text])


def _near(report: Report) -> str:
    """The words that say what an act is about: a long sentence tells of several things."""
    return words_around(report, _BEFORE, _AFTER)


def _due(kind: str, report: Report) -> tuple[date, date] | None:
    """The days it is for, where the report names some that lie ahead; of a meeting also its past day."""
    on = report.event.date
    if on is None or (kind != "meeting" and date.fromisoformat(on.end) <= report.article.day):
        return None
    return date.fromisoformat(on.start), date.fromisoformat(on.end)


def condition_of(report: Report) -> str | None:
    """The if-clause on which a threat depends: that of the reading, or else the one in the sentence."""
    if report.condition:
        return report.condition
    found = _CONDITION.search(report.sentence)
    return found[0].strip() if found else None


def _said_before(board: Board, fresh: Live) -> Live | None:
    """The item that says the same, the latest of several; refused demands and broken off plans can be said again."""
    for old in board.said_before(fresh):
        if fresh.happenings[0].number in old.own:
            return old
        if old.live and (fresh.report.article.day - old.last_news).days <= _RANGE_DAYS and _says_again(old, fresh):
            return old
    return None


def _says_again(old: Live, fresh: Live) -> bool:
    if old.kind == "meeting":
        return old.due is not None and fresh.due is not None and old.due[0] <= fresh.due[1] and fresh.due[0] <= old.due[1]
    return alike(old, fresh.matter, fresh.topics) >= _REPEATED


def _repeat(old: Live, fresh: Live, happening: Happening, report: Report) -> None:
    """The same said once more; where a kind knows no repetition, only its evidence grows."""
    old.take(happening)
    old.last_news = max(old.last_news, report.article.day)
    old.due = fresh.due or old.due
    old.condition = old.condition or fresh.condition
    if "repeated" in kinds()[old.kind].statuses:
        sure = round(fresh.changes[0].confidence * max(_REPEATED, alike(old, fresh.matter, fresh.topics)), 2)
        old.add(Change("repeated", report.article.known_at, "said again", sure, report.number))


# Moving ------------------------------------------------------------------------------------------------------------------


_FULFILLED = {"meeting": "held", "prediction": "come true", "promise": "kept", "threat": "carried out"}


def _fulfil(board: Board, step: Step) -> bool:
    """Whether the step tells more of a plan that opened an item: that it was done, or of a meeting that it will not be."""
    (happening, report), found = step.told, False
    for one in board.with_report(happening.number):
        if not one.movable or happening.number not in one.own or one.changes[0].evidence == report.number:
            continue
        becomes = _FULFILLED.get(one.kind) if step.status == "happened" else None
        if step.status == "denied" and one.kind == "meeting":
            becomes = "cancelled"
        if becomes and one.report.event.status != "happened":
            rule = f"the plan itself is reported as {step.status}"
            _change(board, one, becomes, rule, round(0.95 * report.event.confidence, 2), report)
            found = True
    return found


def _move(board: Board, step: Step) -> Live | None:
    """The item that the step moves, if any: of each kind the one it fits best, and of these the first."""
    moved: Live | None = None
    for kind in kinds() if step.moves else ():
        found = list(_fits(board, kind, step))
        if not found:
            continue
        sure, one, match = max(found, key=lambda f: (f[0], f[1].last_news))
        report = step.told[1]
        if kind == "meeting" and match.becomes == "postponed":
            _postpone(one, step)
        _change(board, one, match.becomes, _rule(match, one, step), sure, report)
        moved = moved or one
    return moved


def _fits(board: Board, kind: str, step: Step) -> Iterator[tuple[float, Live, Match]]:
    """Items of a kind that the step can move, in their order, each with the first rule by which it does and its confidence."""
    h, report = step.told
    if kind == "prediction":
        foretold = board.foretold(h.event_type) if step.status == "happened" else ()
        for one in foretold:
            if _may_move(one, h, report):
                yield from _comes_true(one, step)
        return
    rules = [m for m in matches().get(kind, ()) if m.fits(h.event_type, step.status, report.sentence)]
    for one in _candidates(board, kind, step, rules):
        if _may_move(one, h, report):
            yield from _fit(one, step, rules)


def _candidates(board: Board, kind: str, step: Step, rules: Sequence[Match]) -> Iterable[Live]:
    """Items that may be about the matter of a step, or all of the kind where a rule does not ask for that."""
    if not rules:
        return ()
    meets = kind == "meeting" and step.told[0].event_type == "CONSULT"
    if meets or any(m.alike <= 0 for m in rules):
        return board.movable(kind)
    return board.about(kind, step.matter, step.topics)


def _fit(one: Live, step: Step, rules: Sequence[Match]) -> Iterator[tuple[float, Live, Match]]:
    h, report = step.told
    about = -1.0
    for match in rules:
        if match.becomes != one.status and _by(match, one, h):
            about = _likeness(one, step) if about < 0 else about
            sure = round(match.confidence * (0.6 + 0.4 * about) * report.event.confidence, 2)
            if about >= max(match.alike, _ALONE if step.alone else 0.0) and sure >= LEAST:
                yield sure, one, match
                return


def _may_move(one: Live, h: Happening, report: Report) -> bool:
    """Whether a happening comes after the item in time and is told elsewhere: one sentence does not open and settle it."""
    elsewhere = (report.article.row, report.sentence_number) != (one.report.article.row, one.report.sentence_number)
    in_time = (
        h.when[1] >= one.report.article.day - timedelta(days=3) and (report.article.day - one.last_news).days <= _RANGE_DAYS
    )
    return elsewhere and in_time and h.number not in one.own


def _likeness(one: Live, step: Step) -> float:
    """How much a step is about the matter of an item, or of its condition, 0 to 1."""
    h, report = step.told
    if one.kind == "meeting" and h.event_type == "CONSULT" and _same_days(one, h):
        return 1.0
    about = alike(one, step.matter, step.topics)
    if one.condition and one.recipient in h.actors:
        wanted = without(stems(one.condition), [report.event.trigger_text])
        same_topic = SAME_TOPIC if topics(one.condition) & step.topics else 0.0
        about = max(about, overlap(wanted, step.matter), same_topic)
    return about


def _same_days(one: Live, h: Happening) -> bool:
    return one.due is not None and one.due[0] <= h.when[1] and h.when[0] <= one.due[1]


def _by(match: Match, one: Live, h: Happening) -> bool:
    """Whether the later act is done by whom the rule asks for."""
    if match.by == "any":
        return bool({one.actor, one.recipient} & set(h.actors))
    if match.by == "both":
        return {one.actor, one.recipient} <= set(h.codes)
    doer, other = (one.recipient, one.actor) if match.by == "recipient" else (one.actor, one.recipient)
    return doer in h.actors and (other not in h.actors or h.event_type in MUTUAL)


def _comes_true(one: Live, step: Step) -> Iterator[tuple[float, Live, Match]]:
    """Whether a step is what was foretold: the same act by the same side, after it was said, and by when it was said."""
    (h, report), foretold = step.told, one.happenings[0]
    same = h.event_type == foretold.event_type and one.actor in h.actors and step.status == "happened"
    in_time = (one.due is None or h.when[0] <= one.due[1]) and h.when[1] >= one.report.article.day
    same_mode = foretold.mode is not None and h.mode == foretold.mode and one.recipient in h.codes
    about = max(_likeness(one, step), _SAME_MODE if same_mode else 0.0)
    sure = round(_COME_TRUE.confidence * (0.6 + 0.4 * about) * report.event.confidence, 2)
    if same and in_time and about >= _COME_TRUE.alike and sure >= LEAST:
        yield sure, one, _COME_TRUE


_COME_TRUE = Match("prediction", "any", frozenset(), frozenset(), (), 0.35, "come true", 0.8)
_SAME_MODE = 0.5  # how alike two acts of one type and mode between the same two are


def _rule(match: Match, one: Live, step: Step) -> str:
    h = step.told[0]
    doer = {"recipient": one.recipient, "actor": one.actor, "both": "both"}.get(match.by) or " and ".join(h.actors)
    return f"{h.event_type} by {doer}" + ("" if step.status == "happened" else f", {step.status}")


def _postpone(one: Live, step: Step) -> None:
    """The meeting's new day; a plan without one leaves it open."""
    h = step.told[0]
    one.due = h.when[:2] if h.when[2] else None
    one.take(h)


def _change(board: Board, one: Live, status: str, rule: str, sure: float, report: Report) -> None:
    one.add(Change(status, report.article.known_at, rule, sure, report.number))
    one.last_news = max(one.last_news, report.article.day)
    board.changed(one)


def _lapse(board: Board, on: date) -> None:
    """What has run out by a day: a date that passed without news, or silence for long."""
    for one in board.run_out(on):
        kind = kinds()[one.kind]
        if (ends := one.date_runs_out) is not None and ends < on:
            late = max(ends, one.last_news) + timedelta(days=1)
            one.add(Change(kind.after_due, stamp(end_of(late)), "its date has passed without news", 0.6))
        elif (ends := one.silence_runs_out) is not None:
            late = ends + timedelta(days=1)
            one.add(Change("lapsed", stamp(end_of(late)), f"no news for {kind.lapse_days} days", 0.6))
        board.changed(one)


# Deciding ----------------------------------------------------------------------------------------------------------------


def _decide(board: Board, decision: Decision) -> bool:
    """Do what a person decided; false where the item is not found."""
    named = (x for x in board.with_report(decision.event) if x.kind == decision.kind)
    one = next(named, None) or _at_place(board.items, decision)
    if one is None:
        return False
    if decision.verb == "set":
        assert decision.status is not None
        one.add(Change(decision.status, decision.effective_at, decision.reason, 1.0, decision=decision.number, confirmed=True))
    elif decision.verb == "confirm":
        _mark(one, confirmed=True)
    elif len([c for c in one.changes if c.counts]) > 1:
        _mark(one, counts=False)
    one.last_news = max(one.last_news, unstamp(decision.effective_at).date())
    board.changed(one)
    return True


def _at_place(live: Sequence[Live], decision: Decision) -> Live | None:
    """The item of the same kind and parties that has a report in the same sentence."""
    wanted = (decision.kind, decision.actor, decision.recipient)
    place = (decision.article, decision.sentence_number)
    for one in live:
        spots = {(r.article.row, r.sentence_number) for h in one.happenings for r in h.reports}
        if (one.kind, one.actor, one.recipient) == wanted and place in spots:
            return one
    return None


def _mark(one: Live, *, confirmed: bool = False, counts: bool = True) -> None:
    """Confirm or undo the last step that counts."""
    at = next(i for i in range(len(one.changes) - 1, -1, -1) if one.changes[i].counts)
    c = one.changes[at]
    sure = 1.0 if confirmed else c.confidence
    one.changes[at] = Change(c.status, c.known_at, c.rule, sure, c.evidence, c.decision, confirmed or c.confirmed, counts)
    one.settle()


def _item(one: Live) -> Item:
    first = one.report
    place = next((h.place for h in reversed(one.happenings) if h.place), None)
    who = next((p.name for p in first.event.actors if p.code == one.actor), one.actor)
    return Item(
        first.number, one.kind, one.actor, one.recipient, " ".join(first.sentence.split()), who, first.article.day,
        first.article.known_at, one.status, tuple(one.changes), one.numbers, one.condition, one.due, place, one.teller,
    )  # fmt: skip
