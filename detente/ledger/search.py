"""Full-text search over what was said and over the texts (FTS5, words by their stems)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from detente.errors import WrongCall
from detente.ledger.clocks import stamp
from detente.ledger.queries import ARTICLE, KNOWN, article_of
from detente.ledger.records import Hit

_TERM = re.compile(r'"([^"]+)"|(\S+)')
_LETTER = re.compile(r"\w")


def search(
    db: sqlite3.Connection,
    words: str,
    *,
    known_by: datetime,
    speaker: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 20,
) -> list[Hit]:
    """Where all the words stand: first in statements, then in texts of other articles; of each the newest first.

    words: in any order and form; words in double quotation marks stand together, one with * is a beginning.
    speaker: only statements of speakers whose name holds this. Raises WrongCall where there is no word to search for.
    """
    args = {
        "match": match_of(words), "known_by": stamp(known_by), "speaker": speaker, "since": stamp(since) if since else None,
        "until": stamp(until) if until else None, "limit": limit,
    }  # fmt: skip
    said = [_said(_shown(db, _SAID, row, args)) for row in db.execute(_STATEMENTS, args)]
    if speaker or len(said) >= limit:
        return said
    seen = {hit.article.row for hit in said}
    texts = [_written(_shown(db, _WRITTEN, row, args)) for row in db.execute(_TEXTS, args)]
    return (said + [hit for hit in texts if hit.article.row not in seen])[:limit]


# Newest first, not by rank: a rank depends on all that is stored, so that a later article would change an earlier answer.
_WITHIN = f"{KNOWN} AND (:since IS NULL OR a.known_at >= :since) AND (:until IS NULL OR a.known_at <= :until)"
_STATEMENTS = f"""
SELECT w.rowid FROM statement_words w JOIN statements s ON s.row = w.rowid JOIN articles a ON a.row = s.article
WHERE statement_words MATCH '{{content}} : (' || :match || ')'
  AND (:speaker IS NULL OR instr(lower(s.speaker), lower(:speaker))) AND {_WITHIN}
ORDER BY a.known_at DESC, s.row LIMIT :limit"""
_TEXTS = f"""
SELECT w.rowid FROM article_words w JOIN articles a ON a.row = w.rowid
WHERE article_words MATCH :match AND {_WITHIN} ORDER BY a.known_at DESC, a.row LIMIT :limit"""
_SAID = f"""
SELECT {ARTICLE}, s.speaker, s.code, s.sentence_number, snippet(statement_words, 0, '«', '»', ' … ', 40) AS excerpt
FROM statement_words w JOIN statements s ON s.row = w.rowid JOIN articles a ON a.row = s.article
WHERE statement_words MATCH '{{content}} : (' || :match || ')' AND w.rowid = :row"""
_WRITTEN = f"""
SELECT {ARTICLE}, snippet(article_words, -1, '«', '»', ' … ', 40) AS excerpt
FROM article_words w JOIN articles a ON a.row = w.rowid WHERE article_words MATCH :match AND w.rowid = :row"""


def _shown(db: sqlite3.Connection, query: str, row: sqlite3.Row, args: Mapping[str, object]) -> sqlite3.Row:
    """A hit with its excerpt, which is made only for those that are shown."""
    found: sqlite3.Row = db.execute(query, {**args, "row": row["rowid"]}).fetchone()
    return found


def match_of(words: str) -> str:
    """The words as an FTS5 query in which nothing but words, phrases and beginnings has a meaning.

    >>> match_of('"legal guarantees" NATO expan*')
    '"legal guarantees" AND "NATO" AND "expan" *'
    """
    terms = [_term(phrase or word) for phrase, word in _TERM.findall(words.replace("“", '"').replace("”", '"'))]
    found = [t for t in terms if t]
    if not found:
        raise WrongCall(f"there is no word to search for in {words!r}; give words, or a phrase in double quotation marks")
    return " AND ".join(found)


def _term(text: str) -> str:
    begins = text.endswith("*")
    text = text.strip('"*').replace('"', " ")
    return f'"{text}"{" *" if begins else ""}' if _LETTER.search(text) else ""


def _said(row: sqlite3.Row) -> Hit:
    return Hit(article_of(row), row["excerpt"], row["speaker"], row["code"], row["sentence_number"], said=True)


def _written(row: sqlite3.Row) -> Hit:
    return Hit(article_of(row), row["excerpt"], None, None, None, said=False)
