"""A publisher: whom it quotes, how often it alters words, how loaded its own words are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from detente.ledger.overview import printed_by, said_in
from detente.ledger.queries import publishers
from detente.ledger.records import PublisherCount, Said
from detente.relations.quotations import find_quotes
from detente.report.outline import one_line
from detente.web.pages.cards import ArticleCard, QuoteCard, article_card, quote_card
from detente.web.pages.page import Asked, NotThere, Page
from detente.web.pages.speaker import altered

MOST_ARTICLES = 500


@dataclass(frozen=True)
class Voice:
    """Who is quoted: `share` of all statements in these articles."""

    name: str
    code: str | None
    statements: int
    share: float


@dataclass(frozen=True)
class PublisherRow:
    """A publisher among others."""

    publisher: str
    articles: int
    copies: int
    loaded_per_thousand: float | None
    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class PublisherPage(Page):
    """A publisher's numbers over its latest 500 articles at most; shares are None without quotations or words.

    Without a name: all publishers. middle: the median loading of all publishers, to compare with.
    """

    template: ClassVar[str] = "publisher.html"
    name: str | None
    row: PublisherRow | None
    statements: int
    quotations: int
    altered: int
    altered_share: float | None
    middle: float | None
    voices: tuple[Voice, ...]
    sides: tuple[Voice, ...]
    altered_quotes: tuple[QuoteCard, ...]
    articles: tuple[ArticleCard, ...]
    others: tuple[PublisherRow, ...]


def publisher_page(ask: Asked, name: str = "") -> PublisherPage:
    """A publisher by its name, or all of them."""
    rows = [_row(p) for p in publishers(ask.db, known_by=ask.known_by)]
    if not name:
        return _page(ask, None, rows, [], [])
    printed = printed_by(ask.db, name, known_by=ask.known_by, limit=MOST_ARTICLES)
    own = next((r for r in rows if r.publisher == name), None)
    if own is None:
        raise NotThere(f"no publisher called {name!r} is known by {ask.known_by:%Y-%m-%d}")
    said = said_in(ask.db, {a.row for a in printed}, known_by=ask.known_by)
    return _page(ask, own, rows, said, [article_card(a) for a in printed])


def _row(p: PublisherCount) -> PublisherRow:
    return PublisherRow(p.publisher, p.articles, p.copies, p.loaded_per_thousand, p.first, p.last)


def _page(
    ask: Asked, own: PublisherRow | None, rows: Sequence[PublisherRow], said: Sequence[Said], cards: Sequence[ArticleCard]
) -> PublisherPage:
    quoted = [s for s in said if s.statement.directness != "indirect"]
    changed = sum(map(altered, quoted))
    loads = sorted(r.loaded_per_thousand for r in rows if r.loaded_per_thousand is not None)
    return PublisherPage(
        title=one_line(own.publisher) if own else "Publishers", known=ask.known, name=own.publisher if own else None, row=own,
        statements=len(said), quotations=len(quoted), altered=changed,
        altered_share=round(changed / len(quoted), 3) if quoted else None,
        middle=loads[len(loads) // 2] if loads else None, voices=tuple(_voices(said)), sides=tuple(_sides(ask, said)),
        altered_quotes=tuple(quote_card(q) for q in find_quotes(filter(altered, quoted)))[::-1][:30],
        articles=tuple(cards[:100]), others=() if own else tuple(rows),
    )  # fmt: skip


def _voices(said: Sequence[Said]) -> list[Voice]:
    """Persons and bodies quoted, the most quoted first; twelve at most."""
    counts = Counter((s.statement.speaker.name, s.statement.speaker.code) for s in said if s.statement.speaker)
    return [Voice(one_line(n), c, k, round(k / len(said), 3)) for (n, c), k in counts.most_common(12)]


def _sides(ask: Asked, said: Sequence[Said]) -> list[Voice]:
    """How the quoted words fall to states and organisations; speakers without a code count as "others"."""
    counts = Counter(s.statement.speaker.code if s.statement.speaker else None for s in said)
    found = [Voice(ask.names(c) if c else "others", c, k, round(k / len(said), 3)) for c, k in counts.most_common()]
    return sorted(found, key=lambda v: (v.code is None, -v.statements, v.name))[:10]
