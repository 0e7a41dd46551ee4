"""Short articles about invented states with what a reader should find in them, and ledgers that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from detente.ledger.clocks import moment
from detente.ledger.connection import open_ledger
from detente.ledger.write import write_readings
from detente.read.codebook import code_event
from detente.types import (
    Alteration,
    Article,
    Event,
    EventDate,
    Loaded,
    Part,
    Party,
    Place,
    Reading,
    Span,
    Speaker,
    Statement,
)

RECORDED = datetime(2025, 1, 1, tzinfo=UTC)
NAMES = {"ARV": "Arvania", "BMR": "Belmora", "CSV": "Costavera", "NCO": "Northern Compact"}
PEOPLE = {
    "Torvek": Speaker("Ilan Torvek", "person", "foreign minister", "ARV", "GOV"),
    "Selk": Speaker("Mara Selk", "person", "spokeswoman", "ARV", "GOV"),
    "Dray": Speaker("Orsolin Dray", "person", "prime minister", "BMR", "GOV"),
    "Vasht": Speaker("Petra Vasht", "person", "chief of staff", "BMR", "MIL"),
    "Montaro": Speaker("Livia Montaro", "person", "president", "CSV", "GOV"),
    "Roke": Speaker("Halden Roke", "person", "secretary-general", "NCO", "IGO"),
    "Quill": Speaker("Edda Quill", "person", "analyst", None, None),
}
_SENTENCE = re.compile(r"\S.*?(?:[.!?][”\"]?(?=\s|$)|(?=\n\n|$))", re.S)


@dataclass(frozen=True)
class Act:
    """An event to be found: `at` are words of its sentence (the trigger's if not given), `by` is the statement it stands in."""

    event_type: str
    actors: str
    recipients: str
    trigger: str
    status: str = "happened"
    at: str | None = None
    date: str | None = None
    place: str | None = None
    by: str | None = None
    condition: str | None = None
    mode: str | None = None
    confidence: float = 0.9


@dataclass(frozen=True)
class Words:
    """A statement to be found: content by its words; direct where it begins with a quotation mark."""

    speaker: str
    content: str
    cue: str | None = None
    within: str | None = None
    put_in: tuple[str, ...] = ()
    as_spoken: str | None = None


def news(
    name: str,
    day: str | None,
    publisher: str | None,
    text: str,
    acts: Iterable[Act] = (),
    words: Iterable[Words] = (),
    *,
    loaded: Iterable[str] = (),
    title: str | None = None,
    url: str | None = None,
    reader: str = "0.1.0",
) -> Reading:
    """A reading of `text` in which exactly these things are found."""
    article = Article(name, text, title, day, publisher, url=url)
    sentences = tuple(Span(m.start(), m.end()) for m in _SENTENCE.finditer(text))
    statements = tuple(_statement(text, n, w) for n, w in enumerate(words, 1))
    within = {s.id: s.within for s in statements}
    events = tuple(_event(text, n, a, sentences, within) for n, a in enumerate(acts, 1))
    found = tuple(Loaded(_span(text, w), w, "loaded word") for w in loaded)
    return Reading(article, reader, (), sentences, statements, events=events, loaded=found)


def _span(text: str, words: str, after: int = 0) -> Span:
    start = text.find(words, after)
    assert start >= 0, f"{words!r} is not in {text!r}"
    return Span(start, start + len(words))


def _statement(text: str, number: int, w: Words) -> Statement:
    content = Part.at(text, (_span(text, w.content),))
    speaker = PEOPLE.get(w.speaker) or Speaker(NAMES[w.speaker], "state", None, w.speaker, "GOV")
    name = speaker.name.split()[-1]
    source = Part.at(text, (_span(text, name),)) if name in text else None
    cue = Part.at(text, (_span(text, w.cue),)) if w.cue else None
    alterations = tuple(Alteration("insertion", _span(text, p, content.start), p, 0.9) for p in w.put_in)
    directness: Any = "direct" if w.content[0] in '“"' else "mixed" if "“" in w.content else "indirect"
    return Statement(
        f"s{number}",
        directness,
        source,
        cue,
        content,
        speaker,
        within=w.within,
        alterations=alterations,
        as_spoken=w.as_spoken,
        confidence=0.9,
    )


def _event(text: str, number: int, a: Act, sentences: tuple[Span, ...], within: dict[str, str | None]) -> Event:
    inside = next(s for s in sentences if s.start <= _span(text, a.at or a.trigger).start < s.end)
    trigger = _span(text, a.trigger, inside.start)
    around = re.findall(r"[\w'-]+", inside.of(text).lower())
    coding = code_event(a.event_type, a.trigger.lower().split(), around)
    chain: list[str] = []
    voice = a.by
    while voice:
        chain.insert(0, voice)
        voice = within[voice]
    return Event(
        f"e{number}",
        a.event_type,
        trigger,
        a.trigger,
        _parties(text, a.actors, trigger),
        _parties(text, a.recipients, trigger),
        a.status,
        a.mode or coding.mode,
        coding.contexts,
        coding.cameo,
        coding.score,
        coding.quad,  # type: ignore[arg-type]
        _date(a.date),
        Place(a.place, None) if a.place else None,
        _span(text, a.condition, inside.start) if a.condition else None,
        a.by,
        ("narrator", *chain),
        a.confidence,
    )


def _parties(text: str, codes: str, trigger: Span) -> tuple[Party, ...]:
    found = []
    for word in codes.split():
        person = PEOPLE.get(word)
        name, code = (person.name, person.code) if person else (NAMES.get(word, word), word)
        last = name.split()[-1]
        at = _span(text, last) if last in text else trigger
        found.append(Party(name, code, person.sector if person else "GOV", at))
    return tuple(found)


def _date(value: str | None) -> EventDate | None:
    if value is None:
        return None
    start, _, end = value.partition("/")
    return EventDate(value, start, end or start, value)


def ledger(folder: Path, *readings: Reading, name: str = "relations.ledger") -> Any:
    """A new ledger with these readings."""
    db = open_ledger(folder / name, create=True)
    list(write_readings(db, readings, now=RECORDED))
    return db


def on(day: str) -> datetime:
    """The moment of knowledge at the end of a day."""
    return moment(day)
