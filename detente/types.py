"""The nouns of a reading, as frozen values. `docs/glossary.md` explains the words.

Every span is half-open, in Unicode code points of `Article.text`. `to_dict` gives the JSON of the
contract (`detente schema`), field by field and always in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA = "detente.reading/1"
FOUND = ("boilerplate", "sentences", "statements", "unattributed", "timexes", "events", "loaded", "refusals")

Directness = Literal["direct", "mixed", "indirect"]
SpeakerKind = Literal["person", "organisation", "state", "group", "unnamed"]
AlterationKind = Literal["sic", "insertion", "capital", "inflection", "ellipsis"]
TimexType = Literal["DATE", "TIME", "DURATION", "SET"]
Status = Literal["happened", "scheduled", "promised", "hypothetical", "denied", "demanded"]
LoadedKind = Literal["name-calling", "loaded word", "doubt", "scare quotes", "exaggeration"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open character span of an article's text."""

    start: int
    end: int

    def to_dict(self) -> Json:
        return {"start": self.start, "end": self.end}

    def of(self, text: str) -> str:
        """The words at this span."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Article:
    """A text to be read. `published_at` is an ISO date or date-time as given; None where unknown."""

    id: str
    text: str
    title: str | None = None
    published_at: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    language: str = "en"

    def to_dict(self) -> Json:
        return {
            "id": self.id, "title": self.title, "text": self.text, "published_at": self.published_at,
            "publisher": self.publisher, "author": self.author, "url": self.url, "language": self.language,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Source, cue or content of a statement: one span, or several where something interrupts it."""

    spans: tuple[Span, ...]
    text: str

    @classmethod
    def at(cls, text: str, spans: tuple[Span, ...]) -> Part:
        """The part of `text` at `spans`; interruptions read as an ellipsis."""
        return cls(spans, " … ".join(s.of(text) for s in spans))

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end

    def covers(self, span: Span) -> bool:
        """Whether one of the spans holds all of `span`."""
        return any(s.covers(span) for s in self.spans)

    def to_dict(self) -> Json:
        return {"spans": [s.to_dict() for s in self.spans], "text": self.text}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, resolved within the article. `code` and `sector` as in the actor tables; None where unknown."""

    name: str
    kind: SpeakerKind
    role: str | None = None
    code: str | None = None
    sector: str | None = None

    def to_dict(self) -> Json:
        return {"name": self.name, "kind": self.kind, "role": self.role, "code": self.code, "sector": self.sector}


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a statement is said to."""

    name: str
    code: str | None = None

    def to_dict(self) -> Json:
        return {"name": self.name, "code": self.code}


@dataclass(frozen=True, slots=True)
class Alteration:
    """What the author put into or took out of a quotation.

    `confidence` is how sure it is that the author did it, not the speaker's own text; an ellipsis of speech trailing off
    and a bracket in a quoted document look alike.
    """

    kind: AlterationKind
    span: Span
    text: str
    confidence: float = 1.0

    def to_dict(self) -> Json:
        return {"kind": self.kind, **self.span.to_dict(), "text": self.text, "confidence": round(self.confidence, 2)}


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody saying something (terms of PARC and PolNeAR). `source` is None when nobody is named.

    `within` is the id of the statement that reports this one. `as_spoken` is the content without the
    author's alterations, None where there are none.
    """

    id: str
    directness: Directness
    source: Part | None
    cue: Part | None
    content: Part
    speaker: Speaker | None = None
    addressees: tuple[Addressee, ...] = ()
    within: str | None = None
    alterations: tuple[Alteration, ...] = ()
    as_spoken: str | None = None
    confidence: float = 1.0

    def to_dict(self) -> Json:
        return {
            "id": self.id,
            "directness": self.directness,
            "source": self.source.to_dict() if self.source else None,
            "cue": self.cue.to_dict() if self.cue else None,
            "content": self.content.to_dict(),
            "speaker": self.speaker.to_dict() if self.speaker else None,
            "addressees": [a.to_dict() for a in self.addressees],
            "within": self.within,
            "alterations": [a.to_dict() for a in self.alterations],
            "as_spoken": self.as_spoken,
            "confidence": round(self.confidence, 2),
        }


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between double quotation marks that are nobody's statement: scare quotes, titles, documents."""

    span: Span
    text: str
    reason: str

    def to_dict(self) -> Json:
        return {**self.span.to_dict(), "text": self.text, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Timex:
    """A time expression (TIMEX3). `value` is None where it cannot be resolved, as a relative one without a publication date."""

    span: Span
    text: str
    type: TimexType
    value: str | None

    def to_dict(self) -> Json:
        return {**self.span.to_dict(), "text": self.text, "type": self.type, "value": self.value}


@dataclass(frozen=True, slots=True)
class Party:
    """An actor or recipient of an event, where it stands in the text. `code` is None for one outside the tables."""

    name: str
    code: str | None
    sector: str | None
    span: Span

    def to_dict(self) -> Json:
        return {"name": self.name, "code": self.code, "sector": self.sector, **self.span.to_dict()}


@dataclass(frozen=True, slots=True)
class EventDate:
    """When an event happened or is to happen: `value` as in TIMEX3, `start` and `end` inclusive ISO dates, `text` its words."""

    value: str
    start: str
    end: str
    text: str

    def to_dict(self) -> Json:
        return {"value": self.value, "start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event happened; coordinates in degrees, None where the tables have none."""

    name: str
    code: str | None
    lat: float | None = None
    lon: float | None = None

    def to_dict(self) -> Json:
        return {"name": self.name, "code": self.code, "lat": self.lat, "lon": self.lon}


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what to whom (PLOVER), whether it happened (`status`), and who says so (`voices`).

    `voices` runs from "narrator" to the innermost statement id; `statement` is that innermost id or None.
    """

    id: str
    event_type: str
    trigger: Span
    trigger_text: str
    actors: tuple[Party, ...] = ()
    recipients: tuple[Party, ...] = ()
    status: Status = "happened"
    mode: str | None = None
    contexts: tuple[str, ...] = ()
    cameo: str | None = None
    score: float = 0.0
    quad: str = ""
    date: EventDate | None = None
    place: Place | None = None
    condition: Span | None = None
    statement: str | None = None
    voices: tuple[str, ...] = ("narrator",)
    confidence: float = 1.0

    def to_dict(self) -> Json:
        return {
            "id": self.id, "event_type": self.event_type, "mode": self.mode, "contexts": list(self.contexts),
            "cameo": self.cameo, "score": self.score, "quad": self.quad,
            "trigger": {**self.trigger.to_dict(), "text": self.trigger_text},
            "actors": [p.to_dict() for p in self.actors], "recipients": [p.to_dict() for p in self.recipients],
            "date": self.date.to_dict() if self.date else None, "place": self.place.to_dict() if self.place else None,
            "status": self.status, "condition": self.condition.to_dict() if self.condition else None,
            "statement": self.statement, "voices": list(self.voices), "confidence": round(self.confidence, 2),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """Words by which a voice judges rather than reports; `statement` is whose voice, None for the narrator."""

    span: Span
    text: str
    kind: LoadedKind
    statement: str | None = None

    def to_dict(self) -> Json:
        return {**self.span.to_dict(), "text": self.text, "kind": self.kind, "statement": self.statement}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An article, or a part of one, that was not read, and why."""

    name: str
    reason: str

    def to_dict(self) -> Json:
        return {"name": self.name, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in one article. Lists are in order of their place in the text."""

    article: Article
    reader: str
    boilerplate: tuple[Span, ...] = ()
    sentences: tuple[Span, ...] = ()
    statements: tuple[Statement, ...] = ()
    unattributed: tuple[Quotation, ...] = ()
    timexes: tuple[Timex, ...] = ()
    events: tuple[Event, ...] = ()
    loaded: tuple[Loaded, ...] = ()
    refusals: tuple[Refusal, ...] = field(default=())

    def to_dict(self) -> Json:
        """The reading as JSON of the contract; see `detente schema`."""
        return {
            "schema": SCHEMA,
            "reader": self.reader,
            "article": self.article.to_dict(),
            **{name: [x.to_dict() for x in getattr(self, name)] for name in FOUND},
        }  # fmt: skip

    def statement(self, statement_id: str) -> Statement:
        """The statement of that id; KeyError where there is none."""
        for s in self.statements:
            if s.id == statement_id:
                return s
        raise KeyError(statement_id)

    def _repr_html_(self) -> str:
        """How a notebook shows the reading."""
        from detente.report.html import fragment

        return fragment(self)
