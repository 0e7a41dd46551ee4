"""Happenings, items, articles and quotations as pages show them: plain values with the words for people beside the codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from detente.ledger.records import ArticleRef, Report
from detente.relations.brief import Line, Reference
from detente.relations.happenings import Happening
from detente.relations.items import Item
from detente.relations.pair import PairState
from detente.relations.quotations import Quote, Variant
from detente.report.outline import ALTERATION_WORDS, EVENT_WORDS, SURE, day, one_line
from detente.web.names import Names

_SPLIT = re.compile(r"\s+|\w[\w’'-]*|[^\w\s]+")


@dataclass(frozen=True)
class ArticleCard:
    """An article in a list."""

    row: int
    title: str
    publisher: str
    author: str | None
    day: str
    words: int
    version: int
    known_at: str


@dataclass(frozen=True)
class HappeningCard:
    """A happening in a list: its own numbers, what and when in words, and the sentence that tells it best."""

    number: int
    event_type: str
    mode: str | None
    what: str
    parties: str
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    place: str | None
    when: str
    first_day: str
    last_day: str
    day_named: bool
    status: str
    standing: str
    publishers: int
    reports: int
    contested: bool
    said_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    score: float
    conflict: bool
    sentence: str
    article: int
    known_at: str
    track: str | None = None


@dataclass(frozen=True)
class ItemCard:
    """An item in a list or on the board."""

    number: int
    kind: str
    what: str
    who: str
    actor: str
    recipient: str
    status: str
    live: bool
    opened: str
    due: str | None
    condition: str | None
    answer: str | None
    answered: str | None
    confidence: float | None
    decided: bool
    teller: str | None
    reports: int


@dataclass(frozen=True)
class Stretch:
    """Some words of a variant: `kept` as in the commonest variant, put `in`, or left `out`."""

    kind: Literal["kept", "in", "out"]
    text: str


@dataclass(frozen=True)
class VariantCard:
    """A quotation as one article prints it, word by word against the commonest variant."""

    article: int
    publisher: str
    day: str
    stretches: tuple[Stretch, ...]
    altered: bool
    shortened: bool
    remarks: tuple[str, ...]
    as_spoken: str | None
    statement: str


@dataclass(frozen=True)
class QuoteCard:
    """A quotation with all its variants; those printed word for word alike stand once, with their publishers."""

    speaker: str
    code: str | None
    role: str | None
    text: str
    publishers: int
    altered: bool
    day: str
    variants: tuple[VariantCard, ...]


def article_card(a: ArticleRef) -> ArticleCard:
    return ArticleCard(
        a.row, one_line(a.headline), one_line(a.printed_by), one_line(a.author) if a.author else None, a.day.isoformat(),
        a.words, a.version, a.known_at,
    )  # fmt: skip


def days_in_words(first: date, last: date, named: bool = True) -> str:
    """ "9 March 2024", "about 9 March 2024", "9 – 12 March 2024"."""
    if first == last:
        return ("" if named else "about ") + day(first.isoformat())
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {day(last.isoformat())}"
    return f"{day(first.isoformat())} – {day(last.isoformat())}"


def happening_card(h: Happening, names: Names, standing: str | None = None) -> HappeningCard:
    first, last, named = h.when
    said, denied = h.sides
    doers, to = names.all_of(h.actors), names.all_of(h.recipients)
    return HappeningCard(
        h.number, h.event_type, h.mode, EVENT_WORDS.get(h.event_type, h.event_type.lower()),
        " → ".join(filter(None, (doers, to))), h.actors, h.recipients, one_line(h.place) if h.place else None,
        days_in_words(first, last, named), first.isoformat(), last.isoformat(), named, h.status, standing or h.status,
        h.publishers, len(h.reports), h.contested, tuple(sorted(said)), tuple(sorted(denied)), h.score, is_conflict(h),
        one_line(h.best.sentence), h.best.article.row, h.known_at,
    )  # fmt: skip


def line_card(line: Line, told: Reference | None, names: Names) -> HappeningCard:
    """A line of a brief that is no happening of the pair itself, as a plan of a body in which they sit."""
    first, last = date.fromisoformat(line.first_day), date.fromisoformat(line.last_day)
    return HappeningCard(
        line.number, line.event_type, line.mode, EVENT_WORDS.get(line.event_type, line.event_type.lower()),
        " → ".join(filter(None, (names.all_of(line.actors), names.all_of(line.recipients)))), line.actors, line.recipients,
        one_line(line.place) if line.place else None, days_in_words(first, last, line.day_named), line.first_day,
        line.last_day, line.day_named, line.status, line.status, line.publishers, len(line.references), bool(line.denied_by),
        line.said_by, line.denied_by, 0.0, False, told.text if told else "", told.article if told else 0,
        told.published if told else "", line.track,
    )  # fmt: skip


def is_conflict(h: Happening) -> bool:
    """Whether its type is one of conflict, by words or deeds."""
    return "conflict" in h.best.event.quad


def cards_of(state: PairState, happenings: Sequence[Happening], names: Names) -> tuple[HappeningCard, ...]:
    return tuple(happening_card(h, names, state.standing(h)) for h in happenings)


def item_card(i: Item) -> ItemCard:
    answer = i.answer
    return ItemCard(
        i.number, i.kind, one_line(i.what), one_line(i.who), i.actor, i.recipient, i.status, i.live, i.opened.isoformat(),
        days_in_words(*i.due) if i.due else None, one_line(i.condition) if i.condition else None,
        answer.rule if answer else None, answer.known_at[:10] if answer else None, answer.confidence if answer else None,
        bool(answer and (answer.decision or answer.confirmed)), i.teller, len(i.numbers),
    )  # fmt: skip


def quote_card(q: Quote) -> QuoteCard:
    first = q.variants[0].said
    role = next((s.role for v in q.variants if (s := v.said.statement.speaker) and s.role), None)
    return QuoteCard(
        one_line(q.speaker), q.code, one_line(role) if role else None, words_alone(q.text), q.publishers, q.altered,
        first.article.day.isoformat(), tuple(variant_card(v, q.text) for v in q.variants),
    )  # fmt: skip


def words_alone(text: str) -> str:
    """The words of a quotation without the comma that leads on to the cue."""
    return one_line(text).rstrip(",;: ")


def variant_card(v: Variant, base: str) -> VariantCard:
    s = v.said.statement
    remarks = tuple(f"“{one_line(a.text)}”: {ALTERATION_WORDS[a.kind]}" for a in s.alterations if a.confidence >= SURE)
    a = v.said.article
    return VariantCard(
        a.row, one_line(a.printed_by), a.day.isoformat(), stretches(words_alone(v.text), words_alone(base)), v.altered,
        v.shortened, remarks, one_line(s.as_spoken) if s.as_spoken else None, s.id,
    )  # fmt: skip


def stretches(text: str, base: str) -> tuple[Stretch, ...]:
    """The words of `text` beside those of `base`, in the order in which they are read.

    >>> [(s.kind, s.text) for s in stretches("never leave", "not leave")]
    [('out', 'not'), ('in', 'never'), ('kept', ' leave')]
    """
    own, other = _SPLIT.findall(text), _SPLIT.findall(base)
    found: list[Stretch] = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, other, own, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Stretch("kept", "".join(own[b1:b2])))
            continue
        found += [Stretch(k, t) for k, t in (("out", "".join(other[a1:a2])), ("in", "".join(own[b1:b2]))) if t]  # type: ignore[arg-type]
    return tuple(found)


def voice_of(report: Report) -> str:
    """Who tells a report, innermost first: "Ilan Torvek", "Mara Selk, according to Ilan Torvek", "the publisher itself"."""
    chain = [one_line(t.name) if t else "somebody not named" for t in report.tellers]
    return ", according to ".join(reversed(chain)) or "the publisher itself"
