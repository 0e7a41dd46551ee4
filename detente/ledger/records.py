"""What questions to the ledger give back: frozen values that lead to an article and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from detente.types import Event, Json, Speaker, Statement

UNKNOWN_PUBLISHER = "unknown publisher"


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """A version of an article, without its text. `row` is its place in the ledger; moments are UTC stamps.

    `replaced_at` is when a later version could be known, None while this is the last one.
    """

    row: int
    name: str
    version: int
    title: str | None
    publisher: str | None
    author: str | None
    url: str | None
    published_at: str | None
    known_at: str
    replaced_at: str | None
    recorded_at: str
    words: int

    @property
    def printed_by(self) -> str:
        """The publisher, or else the host of the address."""
        return self.publisher or (urlsplit(self.url).netloc.removeprefix("www.") if self.url else "") or UNKNOWN_PUBLISHER

    @property
    def headline(self) -> str:
        return self.title or self.name

    @property
    def day(self) -> date:
        """The day of publication; the day it became known where that is not given."""
        return date.fromisoformat((self.published_at or self.known_at)[:10])

    def to_dict(self) -> Json:
        return {
            "article": self.row, "id": self.name, "version": self.version, "title": self.title, "publisher": self.publisher,
            "author": self.author, "url": self.url, "published_at": self.published_at, "known_at": self.known_at,
        }  # fmt: skip


@dataclass(frozen=True)
class Report:
    """One event in one article. `number` is the event's own for good; `tellers` are the speakers of its voices,

    outermost first, None where a voice has no name; the narrator alone tells where there are none.
    """

    number: int
    article: ArticleRef
    event: Event
    sentence: str
    sentence_number: int
    sentence_start: int
    condition: str | None
    tellers: tuple[Speaker | None, ...]

    @cached_property
    def actor_codes(self) -> frozenset[str]:
        return frozenset(p.code for p in self.event.actors if p.code)

    @cached_property
    def recipient_codes(self) -> frozenset[str]:
        return frozenset(p.code for p in self.event.recipients if p.code)

    @cached_property
    def codes(self) -> frozenset[str]:
        return self.actor_codes | self.recipient_codes

    @property
    def teller(self) -> Speaker | None:
        """The innermost named voice; None where it is the narrator's own word."""
        return next((t for t in reversed(self.tellers) if t is not None), None)

    @property
    def trigger_in_sentence(self) -> int:
        """Where the trigger begins in the sentence."""
        return self.event.trigger.start - self.sentence_start

    def to_dict(self) -> Json:
        return {
            "number": self.number, "article": self.article.to_dict(), "event": self.event.to_dict(), "sentence": self.sentence,
            "sentence_number": self.sentence_number, "condition": self.condition,
            "tellers": [t.to_dict() if t else None for t in self.tellers],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One statement in one article."""

    row: int
    article: ArticleRef
    statement: Statement
    sentence_number: int

    def to_dict(self) -> Json:
        return {"article": self.article.to_dict(), "sentence_number": self.sentence_number, **self.statement.to_dict()}


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where searched words stand: in a statement, or else in the text. The words found stand between « and »."""

    article: ArticleRef
    excerpt: str
    speaker: str | None
    code: str | None
    sentence_number: int | None
    said: bool

    def to_dict(self) -> Json:
        return {
            "article": self.article.to_dict(), "excerpt": self.excerpt, "speaker": self.speaker, "code": self.code,
            "sentence_number": self.sentence_number, "said": self.said,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActorCount:
    """How often a code acts, is acted upon, and speaks in what is known; and by which names, the commonest first."""

    code: str
    acts: int
    received: int
    statements: int
    names: tuple[str, ...] = ()

    def to_dict(self) -> Json:
        return {
            "code": self.code, "acts": self.acts, "received": self.received, "statements": self.statements,
            "names": list(self.names),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublisherCount:
    """A publisher's articles, how many of them are copies of others' texts, and the narrator's loaded words."""

    publisher: str
    articles: int
    copies: int
    words: int
    loaded: int
    first: str
    last: str

    @property
    def loaded_per_thousand(self) -> float | None:
        """The narrator's loaded words in a thousand; None for a publisher without words."""
        return round(1000 * self.loaded / self.words, 1) if self.words else None

    def to_dict(self) -> Json:
        return {
            "publisher": self.publisher, "articles": self.articles, "copies": self.copies, "words": self.words,
            "loaded": self.loaded, "loaded_per_thousand": self.loaded_per_thousand, "first": self.first, "last": self.last,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about an item: `verb` is set, confirm or undo; it holds from `effective_at` on."""

    number: int
    event: int
    article: int
    sentence_number: int
    kind: str
    actor: str
    recipient: str
    verb: str
    status: str | None
    reason: str
    effective_at: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Stock:
    """What the ledger holds, and how much of it is known at a moment."""

    generation: int
    known: int
    later: int
    first_known: str | None
    last_known: str | None
    last_of_all: str | None
    unread: int
