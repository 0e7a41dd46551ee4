"""Somebody who speaks: what is quoted of them, where, in whose version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from detente.ledger.overview import SpeakerCount, speakers
from detente.ledger.queries import statements_known
from detente.ledger.records import Said
from detente.relations.quotations import find_quotes
from detente.report.outline import SURE, one_line
from detente.web.pages.cards import ArticleCard, QuoteCard, article_card, quote_card
from detente.web.pages.page import Asked, NotThere, Page

MOST = 60


@dataclass(frozen=True)
class StatementCard:
    """One statement in one article."""

    article: ArticleCard
    anchor: str
    directness: str
    text: str
    as_spoken: str | None
    to: str
    altered: bool


@dataclass(frozen=True)
class Printing:
    """How often a publisher has a speaker's words, in quotation marks or altered."""

    publisher: str
    statements: int
    quoted: int
    altered: int


@dataclass(frozen=True, kw_only=True)
class SpeakerPage(Page):
    """A speaker's statements, newest first, quotations with variants, and who prints them. Without a name: who speaks most."""

    template: ClassVar[str] = "speaker.html"
    name: str | None
    code: str | None
    state: str | None
    role: str | None
    number: int
    statements: tuple[StatementCard, ...]
    quotes: tuple[QuoteCard, ...]
    printed: tuple[Printing, ...]
    others: tuple[SpeakerCount, ...]


def speaker_page(ask: Asked, name: str = "", code: str = "") -> SpeakerPage:
    """What a speaker of that exact name (and code) says; without a name the list of speakers."""
    if not name:
        found = speakers(ask.db, known_by=ask.known_by, code=code or None, limit=200)
        return _page(ask, None, code or None, [], tuple(found))
    said = [
        s for s in statements_known(ask.db, known_by=ask.known_by, speaker=name, codes=[code] if code else None)
        if _name(s).lower() == name.lower()
    ]  # fmt: skip
    if not said:
        raise NotThere(f"nobody called {name!r} speaks in what is known by {ask.known_by:%Y-%m-%d}")
    return _page(ask, one_line(_name(said[-1])), code or _code(said), said, ())


def _name(s: Said) -> str:
    if s.statement.speaker:
        return s.statement.speaker.name
    return s.statement.source.text if s.statement.source else ""


def _code(said: Sequence[Said]) -> str | None:
    codes = Counter(s.statement.speaker.code for s in said if s.statement.speaker and s.statement.speaker.code)
    return codes.most_common(1)[0][0] if codes else None


def _page(
    ask: Asked, name: str | None, code: str | None, said: Sequence[Said], others: tuple[SpeakerCount, ...]
) -> SpeakerPage:
    role = next((s.statement.speaker.role for s in reversed(said) if s.statement.speaker and s.statement.speaker.role), None)
    quotes = [q for q in find_quotes(said) if q.publishers > 1 or q.altered][::-1]
    return SpeakerPage(
        title=name or "Speakers", known=ask.known, name=name, code=code, state=ask.names(code) if code else None,
        role=one_line(role) if role else None, number=len(said), statements=tuple(map(_statement, said[::-1][:MOST])),
        quotes=tuple(map(quote_card, quotes[:MOST])), printed=tuple(_printed(said)), others=others,
    )  # fmt: skip


def _statement(s: Said) -> StatementCard:
    t = s.statement
    return StatementCard(
        article_card(s.article), f"a-{t.id}", t.directness, one_line(t.content.text),
        one_line(t.as_spoken) if t.as_spoken else None, ", ".join(one_line(a.name) for a in t.addressees), altered(s),
    )  # fmt: skip


def altered(s: Said) -> bool:
    return any(a.confidence >= SURE for a in s.statement.alterations)


def _printed(said: Sequence[Said]) -> list[Printing]:
    groups: dict[str, list[Said]] = {}
    for s in said:
        groups.setdefault(one_line(s.article.printed_by), []).append(s)
    found = [
        Printing(p, len(g), sum(s.statement.directness != "indirect" for s in g), sum(map(altered, g)))
        for p, g in groups.items()
    ]
    return sorted(found, key=lambda p: (-p.statements, p.publisher))
