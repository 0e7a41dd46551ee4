"""Questions to the ledger that lead in: which pairs, which articles, who speaks; all as known by a moment."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from detente.ledger.clocks import stamp
from detente.ledger.queries import ARTICLE, KNOWN, article_of, rereads
from detente.ledger.records import UNKNOWN_PUBLISHER, ArticleRef, Said
from detente.ledger.revive import statement_from

_AT_ONCE = 400  # rows in one query


@dataclass(frozen=True, slots=True)
class PairCount:
    """Two codes that take part in the same events, and how many reports of these there are since a moment."""

    one: str
    other: str
    reports: int
    last_known: str


@dataclass(frozen=True, slots=True)
class SpeakerCount:
    """A speaker by name and code, and how much is said by them."""

    name: str
    code: str | None
    statements: int
    articles: int


def pair_counts(
    db: sqlite3.Connection, *, known_by: datetime, since: datetime | None = None, limit: int = 50
) -> list[PairCount]:
    """Pairs with the most reports known from `since` on, the busiest first; the two codes in alphabetical order."""
    term = " AND a.known_at >= :since" if since else ""
    rows = db.execute(
        "SELECT p.code AS one, q.code AS other, count(DISTINCT e.number) AS reports, max(a.known_at) AS last FROM articles a"
        " JOIN events e ON e.article = a.row JOIN parties p ON p.event = e.number JOIN parties q ON q.event = e.number"
        f" WHERE p.code < q.code AND {KNOWN}{term} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT :limit",
        {"known_by": stamp(known_by), "since": stamp(since) if since else None, "limit": limit},
    )
    return [PairCount(r["one"], r["other"], r["reports"], r["last"]) for r in rows]


def event_count(db: sqlite3.Connection) -> int:
    """How many events the ledger holds, of all moments."""
    return int(db.execute("SELECT count(*) FROM events").fetchone()[0])


def known_mark(db: sqlite3.Connection, *, known_by: datetime) -> tuple[int, int, int]:
    """A mark of what is known by a moment: it stays while that stays the same, whatever is written about later days."""
    row = db.execute(f"SELECT count(*), coalesce(sum(a.row), 0) FROM articles a WHERE {KNOWN}", {"known_by": stamp(known_by)})
    number, rows = row.fetchone()
    return number, rows, rereads(db)


def latest_articles(db: sqlite3.Connection, *, known_by: datetime, limit: int = 20, skip: int = 0) -> list[ArticleRef]:
    """The articles that became known last, newest first."""
    rows = db.execute(
        f"SELECT {ARTICLE} FROM articles a WHERE {KNOWN} ORDER BY a.known_at DESC, a.row DESC LIMIT :limit OFFSET :skip",
        {"known_by": stamp(known_by), "limit": limit, "skip": skip},
    )
    return [article_of(row) for row in rows]


def article_in(db: sqlite3.Connection, row: int, *, known_by: datetime) -> ArticleRef | None:
    """The article in a row, also one that was replaced by then; None where it is unknown at that moment."""
    found = db.execute(
        f"SELECT {ARTICLE} FROM articles a WHERE a.row = :row AND a.known_at <= :known_by",
        {"row": row, "known_by": stamp(known_by)},
    ).fetchone()
    return article_of(found) if found else None


def printed_by(db: sqlite3.Connection, publisher: str, *, known_by: datetime, limit: int = 500) -> list[ArticleRef]:
    """A publisher's articles, newest first; of one without a name those of its host."""
    if publisher == UNKNOWN_PUBLISHER:
        term = "a.publisher IS NULL AND a.url_key IS NULL"
    else:
        term = "(a.publisher = :name OR (a.publisher IS NULL AND (a.url_key = :name OR a.url_key LIKE :host ESCAPE '\\')))"
    escaped = publisher.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = db.execute(
        f"SELECT {ARTICLE} FROM articles a WHERE {term} AND {KNOWN} ORDER BY a.known_at DESC, a.row DESC LIMIT :limit",
        {"known_by": stamp(known_by), "name": publisher, "host": f"{escaped}/%", "limit": limit},
    )
    return [article_of(row) for row in rows]


def said_in(db: sqlite3.Connection, articles: Collection[int], *, known_by: datetime) -> list[Said]:
    """All statements of these articles, in the order of the articles' rows."""
    wanted = sorted(articles)
    found: list[Said] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = db.execute(
            f"SELECT {ARTICLE}, s.row AS statement_row, s.body, s.sentence_number FROM statements s JOIN articles a"
            f" ON a.row = s.article WHERE s.article IN ({', '.join('?' * len(some))}) AND a.known_at <= ?"
            " ORDER BY s.article, s.row",
            [*some, stamp(known_by)],
        )
        for r in rows:
            found.append(Said(r["statement_row"], article_of(r), statement_from(json.loads(r["body"])), r["sentence_number"]))
    return found


def speakers(db: sqlite3.Connection, *, known_by: datetime, code: str | None = None, limit: int = 50) -> list[SpeakerCount]:
    """Who speaks most, of all or of one code."""
    term = " AND s.code = :code" if code else ""
    rows = db.execute(
        "SELECT s.speaker, s.code, count(*) AS statements, count(DISTINCT s.article) AS articles FROM statements s"
        f" JOIN articles a ON a.row = s.article WHERE s.speaker IS NOT NULL AND {KNOWN}{term}"
        " GROUP BY s.speaker, s.code ORDER BY 3 DESC, 1 LIMIT :limit",
        {"known_by": stamp(known_by), "code": code, "limit": limit},
    )
    return [SpeakerCount(r["speaker"], r["code"], r["statements"], r["articles"]) for r in rows]


def name_in_articles(db: sqlite3.Connection, code: str) -> str | None:
    """By what name articles mostly call a code; None where none does."""
    found = db.execute(
        "SELECT name, count(*) AS n FROM (SELECT name FROM parties WHERE code = ? LIMIT 200) GROUP BY 1 ORDER BY 2 DESC, 1",
        (code,),
    ).fetchone()
    return found["name"] if found else None


def event_numbers(db: sqlite3.Connection, row: int) -> dict[str, int]:
    """The ledger's numbers of an article's events, by their ids in its reading."""
    rows = db.execute("SELECT json_extract(body, '$.id') AS id, number FROM events WHERE article = ?", (row,))
    return {r["id"]: r["number"] for r in rows}
