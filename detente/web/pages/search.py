"""Where searched words stand, in statements first, then in texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from detente.errors import WrongCall
from detente.ledger.clocks import moment, start_of
from detente.ledger.records import Hit
from detente.ledger.search import search
from detente.web.pages.cards import ArticleCard, article_card
from detente.web.pages.page import Asked, Page

MOST = 50
_MARKED = re.compile(r"[«»]")


@dataclass(frozen=True)
class Found:
    """A place; `pieces` alternate between other words and words found, beginning with other words."""

    article: ArticleCard
    pieces: tuple[str, ...]
    speaker: str | None
    code: str | None
    sentence_number: int | None
    said: bool


@dataclass(frozen=True, kw_only=True)
class SearchPage(Page):
    """What was searched for and what was found; `problem` says why a search could not be made."""

    template: ClassVar[str] = "search.html"
    q: str
    speaker: str
    since: str
    until: str
    found: tuple[Found, ...]
    more: bool
    problem: str | None


def search_page(ask: Asked, q: str = "", speaker: str = "", since: str = "", until: str = "") -> SearchPage:
    """Places with all the words; "a phrase" in quotation marks, or a beginning with *."""
    found: list[Hit] = []
    problem = None
    if q.strip():
        try:
            found = search(
                ask.db, q[:400], known_by=ask.known_by, speaker=speaker or None, since=start_of(since) if since else None,
                until=moment(until) if until else None, limit=MOST + 1,
            )  # fmt: skip
        except WrongCall as error:
            problem = str(error)
    return SearchPage(
        title=f"Search: {q}" if q.strip() else "Search", known=ask.known, q=q, speaker=speaker, since=since, until=until,
        found=tuple(map(_found, found[:MOST])), more=len(found) > MOST, problem=problem,
    )  # fmt: skip


def _found(hit: Hit) -> Found:
    return Found(
        article_card(hit.article), tuple(_MARKED.split(hit.excerpt)), hit.speaker, hit.code, hit.sentence_number, hit.said
    )
