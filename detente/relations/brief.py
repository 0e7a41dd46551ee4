"""Where things stand between two states: a brief whose every line leads to sentences in articles."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from detente.ledger import cache, queries
from detente.ledger.clocks import stamp
from detente.ledger.records import PublisherCount, Report, Said
from detente.relations.board import Change
from detente.relations.happenings import Happening, merge
from detente.relations.items import Item
from detente.relations.pair import PairState, pair_at
from detente.relations.tables import memberships, organisations_of, rules_digest
from detente.relations.tension import DyadDay, both_ways, trend_of
from detente.types import Json

LATELY_DAYS, AHEAD_DAYS = 14, 90
MOST_LINES = 12
_REAL = ("happened", "denied")


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a line comes from: a sentence of an article. `number` stands in brackets at the line."""

    number: int
    article: int
    title: str
    publisher: str
    published: str
    url: str | None
    sentence: int
    text: str


@dataclass(frozen=True, slots=True)
class Tension:
    """The tension one side shows toward the other: now, the week's change, and a value a week before it, oldest first."""

    actor: str
    recipient: str
    value: float | None
    change: float | None
    unusual: bool | None
    past_changes: int
    weeks: tuple[float | None, ...]
    happenings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A happening in a brief. `track` of a plan: bilateral, alliance, organisation, multilateral."""

    number: int
    first_day: str
    last_day: str
    day_named: bool
    event_type: str
    mode: str | None
    status: str
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    place: str | None
    publishers: int
    track: str | None
    said_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a brief, with the last answer to it."""

    number: int
    kind: str
    actor: str
    recipient: str
    who: str
    what: str
    condition: str | None
    opened: str
    due: tuple[str, ...]
    status: str
    answer: str | None
    answered: str | None
    confidence: float | None
    decided: bool
    teller: str | None
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """Somebody who is quoted, and how often."""

    name: str
    role: str | None
    statements: int
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Loading:
    """How loaded a publisher's own words are in the articles about the two."""

    publisher: str
    articles: int
    copies: int
    loaded_per_thousand: float | None


@dataclass(frozen=True, slots=True)
class Brief:
    """All of a brief. Lists are in the order in which they are shown; `notes` are remarks for the reader."""

    one: str
    other: str
    as_of: str
    articles: int
    publishers: int
    happenings: int
    last_published: str | None
    tension: tuple[Tension, ...]
    lately: tuple[Line, ...]
    coming: tuple[Line, ...]
    demands: tuple[ItemLine, ...]
    threats: tuple[ItemLine, ...]
    promises: tuple[ItemLine, ...]
    offers: tuple[ItemLine, ...]
    settled: tuple[ItemLine, ...]
    predictions: tuple[ItemLine, ...]
    contested: tuple[Line, ...]
    quoted: dict[str, tuple[Quoted, ...]]
    loading: tuple[Loading, ...]
    notes: tuple[str, ...]
    references: tuple[Reference, ...]

    def to_dict(self) -> Json:
        from dataclasses import asdict

        return {"schema": "detente.brief/1", **_plain(asdict(self))}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value


def brief(
    db: sqlite3.Connection, one: str, other: str, *, known_by: datetime, state: Callable[[], PairState] | None = None
) -> Brief:
    """The brief of two states (codes) as known by a moment; it is kept, so that the same answer again is quick.

    state: gives what `pair_at` gives for the two at that moment, where somebody else needs it too.
    """
    stock = queries.stock(db, known_by=known_by)
    key = cache.key_of(
        "brief", rules_digest(), one, other, known_by.date().isoformat(), stock.generation, stock.known, stock.last_known,
        len(queries.decisions(db, known_by=known_by)),
    )  # fmt: skip
    if (kept := cache.recall(db, key)) is not None:
        return _revived(kept, known_by)
    made = _made(db, one, other, known_by, state or partial(pair_at, db, one, other, known_by=known_by))
    cache.keep(db, {key: made.to_dict()})
    return made


def make_brief(db: sqlite3.Connection, one: str, other: str, *, known_by: datetime, state: PairState | None = None) -> Brief:
    """The brief, made anew from the ledger."""
    return _made(db, one, other, known_by, lambda: state or pair_at(db, one, other, known_by=known_by))


def _made(db: sqlite3.Connection, one: str, other: str, known_by: datetime, state_of: Callable[[], PairState]) -> Brief:
    tension = tuple(map(_tension, both_ways(db, one, other, known_by=known_by)))
    state = state_of()  # after the weeks, the last of which has the same reports
    on, refs = known_by.date(), _References()
    shown = [h for h in state.happenings if h.status in _REAL]
    lately = [h for h in shown if on - timedelta(days=LATELY_DAYS) < h.when[1] <= on]
    live = [i for i in state.items if i.live]
    return Brief(
        one=one, other=other, as_of=stamp(known_by),
        articles=len({r.article.row for r in state.reports.values()}),
        publishers=len({r.article.printed_by for r in state.reports.values()}),
        happenings=len(shown),
        last_published=max((r.article.day.isoformat() for r in state.reports.values()), default=None),
        tension=tension,
        lately=tuple(_line(h, refs) for h in _most_telling(lately)),
        coming=tuple(_coming(db, state, known_by, refs)),
        demands=tuple(_item_line(i, state, refs) for i in live if i.kind == "demand"),
        threats=tuple(_item_line(i, state, refs) for i in live if i.kind == "threat"),
        promises=tuple(_item_line(i, state, refs) for i in live if i.kind == "promise"),
        offers=tuple(_item_line(i, state, refs) for i in live if i.kind == "offer"),
        settled=tuple(_item_line(i, state, refs) for i in _settled_lately(state.items, on)),
        predictions=tuple(_item_line(i, state, refs) for i in live if i.kind == "prediction"),
        contested=tuple(_line(h, refs) for h in shown if h.contested and (on - h.day).days <= AHEAD_DAYS),
        quoted=_quoted(db, state, known_by, refs),
        loading=tuple(_loading(p) for p in _publishers(db, state, known_by)),
        notes=tuple(_notes(state)),
        references=refs.found(),
    )  # fmt: skip


@dataclass
class _References:
    """Numbers sentences as lines refer to them."""

    known: dict[tuple[int, int], Reference] = field(default_factory=dict)

    def to(self, reports: Iterable[Report], most: int = 4) -> tuple[int, ...]:
        """Numbers of the reports' sentences, a sentence printed word for word by others only once."""
        chosen: dict[str, Report] = {}
        for r in reports:
            chosen.setdefault(f"{r.article.printed_by} {r.sentence}", r)
        return tuple(dict.fromkeys(self._number(r) for r in list(chosen.values())[:most]))

    def _number(self, r: Report) -> int:
        return self.at(r, r.sentence_number, r.sentence)

    def at(self, r: Report | Said, sentence: int, text: str) -> int:
        a = r.article
        key = (a.row, sentence)
        if key not in self.known:
            words = " ".join(text.split())
            self.known[key] = Reference(
                len(self.known) + 1, a.row, a.headline, a.printed_by, a.day.isoformat(), a.url, sentence, words
            )
        return self.known[key].number

    def found(self) -> tuple[Reference, ...]:
        return tuple(self.known.values())


def _tension(points: Sequence[DyadDay]) -> Tension:
    now, trend = points[-1], trend_of(points)
    return Tension(
        now.actor, now.recipient, now.tension, trend.change, trend.unusual, trend.past_changes,
        tuple(p.tension for p in points), tuple(s.happening for s in now.shares[:3]),
    )  # fmt: skip


def _most_telling(happenings: Sequence[Happening]) -> list[Happening]:
    """The most widely reported and weightiest ones, then by day, latest first."""
    weight = sorted(happenings, key=lambda h: (-h.publishers, -len(h.reports), -abs(h.score), h.number))
    return sorted(weight[:MOST_LINES], key=lambda h: (h.when[1], h.number), reverse=True)


def _line(h: Happening, refs: _References, track: str | None = None) -> Line:
    first, last, named = h.when
    said, denied = h.sides
    order = [h.best, *(r for r in h.reports if r is not h.best)]
    if denied:
        order.sort(key=lambda r: r.event.status != "denied")
        order = [h.best, *(r for r in order if r is not h.best)]
    return Line(
        h.number, first.isoformat(), last.isoformat(), named, h.event_type, h.mode, h.status, h.actors, h.recipients, h.place,
        h.publishers, track, tuple(sorted(said)), tuple(sorted(denied)), refs.to(order),
    )  # fmt: skip


def _coming(db: sqlite3.Connection, state: PairState, known_by: datetime, refs: _References) -> list[Line]:
    """Meetings ahead of the two, alone or in bodies in which one sits with the other or with the other's allies."""
    on = known_by.date()
    ahead = on + timedelta(days=AHEAD_DAYS)
    own = [h for h in state.happenings if state.standing(h) == "scheduled"]
    found = own + _in_bodies(db, state.pair, known_by, state)
    plans = [
        h for h in found if h.status == "scheduled" and h.event_type == "CONSULT" and h.when[2] and on <= h.when[1] <= ahead
    ]
    plans.sort(key=lambda h: (h.when[0], h.number))
    return [_line(h, refs, track_of(h, state.pair)) for h in plans[:MOST_LINES]]


def _in_bodies(db: sqlite3.Connection, pair: tuple[str, str], known_by: datetime, state: PairState) -> list[Happening]:
    """Plans of one of the two with an organisation in which the other sits and it does not act for all states."""
    one, other = pair
    bodies = {code for code in organisations_of(one) | organisations_of(other) if memberships()[code][1] != frozenset("*")}
    types = ("CONSULT",)
    found = queries.reports_between(db, pair, bodies, known_by=known_by, types=types) if bodies else []
    new = [r for r in found if r.number not in state.reports and r.event.status == "scheduled" and _concerns(r, pair)]
    return merge(new)


def _concerns(report: Report, pair: tuple[str, str]) -> bool:
    """Whether both sit at the table: each itself, or in one of the bodies that take part."""
    present = set(report.codes)
    return all(code in present or organisations_of(code) & present for code in pair)


def track_of(h: Happening, pair: tuple[str, str]) -> str:
    """bilateral for the two alone; alliance or organisation where such a body takes part; else multilateral."""
    bodies = [memberships()[code][0] for code in h.codes if code in memberships()]
    if "alliance" in bodies:
        return "alliance"
    if bodies:
        return "organisation"
    return "bilateral" if set(h.codes) <= set(pair) else "multilateral"


def _settled_lately(items: Sequence[Item], on: date) -> list[Item]:
    """Items that came to an end within the last weeks."""
    kinds = ("demand", "promise", "threat", "offer", "prediction", "meeting")
    return [
        i for i in items
        if i.kind in kinds and not i.live and i.status != "lapsed" and i.answer
        and (on - date.fromisoformat(i.answer.known_at[:10])).days <= LATELY_DAYS
    ]  # fmt: skip


def _item_line(item: Item, state: PairState, refs: _References) -> ItemLine:
    answer = item.answer
    reports = [state.reports[n] for n in (item.number, *_evidence(item.changes)) if n in state.reports]
    return ItemLine(
        item.number, item.kind, item.actor, item.recipient, item.who, item.what, item.condition, item.opened.isoformat(),
        tuple(d.isoformat() for d in item.due) if item.due else (), item.status, answer.rule if answer else None,
        answer.known_at[:10] if answer else None, answer.confidence if answer else None,
        bool(answer and (answer.decision or answer.confirmed)), item.teller, refs.to(reports),
    )  # fmt: skip


def _evidence(changes: Sequence[Change]) -> list[int]:
    """Reports behind the steps that count, the latest first."""
    return [c.evidence for c in reversed(changes) if c.evidence is not None and c.counts]


def _quoted(db: sqlite3.Connection, state: PairState, known_by: datetime, refs: _References) -> dict[str, tuple[Quoted, ...]]:
    """Who speaks most for each side in the articles about the two."""
    rows = {r.article.row for r in state.reports.values()}
    since = known_by - timedelta(days=AHEAD_DAYS)
    said = queries.statements_known(db, known_by=known_by, codes=state.pair, since=since, rows=rows)
    return {
        code: _speakers([s for s in said if s.statement.speaker and s.statement.speaker.code == code], refs)
        for code in state.pair
    }


def _speakers(said: Sequence[Said], refs: _References) -> tuple[Quoted, ...]:
    persons = [s for s in said if s.statement.speaker and s.statement.speaker.kind == "person"]
    counts = Counter(s.statement.speaker.name for s in persons if s.statement.speaker)
    found = []
    for name, number in sorted(counts.items(), key=lambda x: (-x[1], x[0]))[:3]:
        own = [s for s in persons if s.statement.speaker and s.statement.speaker.name == name]
        role = next((s.statement.speaker.role for s in own if s.statement.speaker and s.statement.speaker.role), None)
        last = own[-1]
        found.append(Quoted(name, role, number, (refs.at(last, last.sentence_number, last.statement.content.text),)))
    return tuple(found)


def _publishers(db: sqlite3.Connection, state: PairState, known_by: datetime) -> list[PublisherCount]:
    rows = {r.article.row for r in state.reports.values()}
    return queries.publishers(db, known_by=known_by, rows=rows) if rows else []


def _loading(p: PublisherCount) -> Loading:
    return Loading(p.publisher, p.articles, p.copies, p.loaded_per_thousand)


def _notes(state: PairState) -> list[str]:
    """What the reader of a brief should know about what it rests on."""
    found = []
    if not state.reports:
        found.append(f"No article known by then tells of events between {state.pair[0]} and {state.pair[1]}.")
    for d in state.lost:
        found.append(
            f"Decision {d.number} ({d.verb} {d.status or ''}: {d.reason}) found no item: no reading has its event any more."
        )
    return found


def _revived(data: Json, known_by: datetime) -> Brief:
    from detente.relations.kept import from_json

    return from_json(Brief, {**data, "as_of": stamp(known_by)})
