"""Readings into the ledger: writing the same article twice changes nothing, a changed one is kept beside its old text."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Literal

from detente.intake.addresses import canonical
from detente.ledger import copies
from detente.ledger.clocks import moment, stamp
from detente.ledger.connection import WAIT_S, Tell, once, writing
from detente.ledger.found import insert_reading, replace_reading
from detente.types import Article, Reading

BATCH = 32  # articles in one transaction
_SAME_ARTICLE = 0.3  # share of shingles from which an article of the same id without an address is a new version of it
Outcome = Literal["written", "known", "new version", "completed"]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a reading: `row` is that of its article's version, new or already there."""

    name: str
    row: int
    outcome: Outcome


def write_readings(
    db: sqlite3.Connection,
    readings: Iterable[Reading],
    *,
    now: datetime,
    tell: Tell | None = None,
    wait_s: float = WAIT_S,
    batch: int = BATCH,
) -> Iterator[Written]:
    """Write readings in batches; what is yielded is on the disk. `now` is when they are recorded.

    Raises LedgerUnwritable or LedgerBusy; what was yielded before stays written.
    """
    waiting, tell_once = iter(readings), once(tell)
    while group := list(islice(waiting, batch)):
        with writing(db, tell=tell_once, wait_s=wait_s):
            done = [write_reading(db, reading, now=now) for reading in group]
        yield from done


def write_reading(db: sqlite3.Connection, reading: Reading, *, now: datetime) -> Written:
    """Write one reading inside a transaction that the caller holds."""
    article = reading.article
    if (row := stored_row(db, article)) is not None:
        return Written(article.id, row, "known")
    if (row := _to_complete(db, article)) is not None:
        _complete(db, row, article, now)
        replace_reading(db, row, reading, now)
        return Written(article.id, row, "completed")
    versions = _versions(db, article)
    row = _insert_article(db, article, versions, now)
    insert_reading(db, row, reading, now)
    return Written(article.id, row, "new version" if versions else "written")


def stored_row(db: sqlite3.Connection, article: Article) -> int | None:
    """Row of the version that has this very text, publisher, date and address; None where the ledger lacks it.

    What is given without publisher or date is also the article of its name and text that has them.
    """
    key = canonical(article.url)
    same = db.execute("SELECT row, url_key FROM articles WHERE digest = ?", (digest_of(article),)).fetchall()
    if article.publisher is None or article.published_at is None:
        same += db.execute(_SAME_TEXT, (article.id, article.text, article.publisher, article.published_at)).fetchall()
    return next((int(r["row"]) for r in same if key is None or r["url_key"] is None or r["url_key"] == key), None)


_SAME_TEXT = (
    "SELECT row, url_key FROM articles WHERE name = ? AND text = ? AND publisher IS coalesce(?, publisher)"
    " AND published_at IS coalesce(?, published_at)"
)


def digest_of(article: Article) -> str:
    """What makes two articles without an address the same: text, publisher and date."""
    parts = (article.text, article.publisher or "", article.published_at or "")
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()


def _to_complete(db: sqlite3.Connection, article: Article) -> int | None:
    """Row of this very text that lacks a publisher or date which is given now; None where there is none."""
    query = (
        "SELECT row FROM articles WHERE (name = :name OR url_key = :key) AND text = :text AND url_key IS :key"
        " AND (publisher IS NULL OR publisher = :publisher) AND (published_at IS NULL OR published_at = :published)"
        " AND (publisher IS NULL AND :publisher IS NOT NULL OR published_at IS NULL AND :published IS NOT NULL)"
    )
    given = {
        "name": article.id, "key": canonical(article.url), "text": article.text, "publisher": article.publisher,
        "published": article.published_at,
    }  # fmt: skip
    found = db.execute(query, given).fetchone()
    return found["row"] if found else None


def _complete(db: sqlite3.Connection, row: int, article: Article, now: datetime) -> None:
    """Fill in what the article lacked; from then on it counts as known from its publication on."""
    old = db.execute("SELECT publisher, published_at, known_at, first_row FROM articles WHERE row = ?", (row,)).fetchone()
    publisher, published = old["publisher"] or article.publisher, old["published_at"] or article.published_at
    whole = replace(article, publisher=publisher, published_at=published)
    known_at = old["known_at"] if old["published_at"] or not published else stamp(moment(published))
    db.execute(
        "UPDATE articles SET publisher = ?, published_at = ?, known_at = ?, digest = ? WHERE row = ?",
        (publisher, published, known_at, digest_of(whole), row),
    )
    _order_versions(db, old["first_row"])


def _versions(db: sqlite3.Connection, article: Article) -> list[sqlite3.Row]:
    """Other texts of the same article, oldest first: by address, or else by id and likeness."""
    key = canonical(article.url)
    columns = "SELECT row, first_row, version, title, publisher, published_at, known_at, signature FROM articles"
    if key is not None:
        return list(db.execute(f"{columns} WHERE url_key = ? ORDER BY version", (key,)))
    own = copies.signature(article.text)
    named = list(db.execute(f"{columns} WHERE name = ? AND url_key IS NULL ORDER BY version", (article.id,)))
    first = {
        n["first_row"]
        for n in named
        if n["publisher"] == article.publisher and copies.likeness(own, copies.from_bytes(n["signature"])) >= _SAME_ARTICLE
    }
    return [n for n in named if first and n["first_row"] == min(first)]


def _insert_article(db: sqlite3.Connection, article: Article, versions: Sequence[sqlite3.Row], now: datetime) -> int:
    sign = copies.signature(article.text)
    values = (
        article.id, canonical(article.url), digest_of(article), len(versions) + 1, versions[0]["first_row"] if versions else 0,
        article.title, article.publisher, article.author, article.url, article.language, article.text,
        len(article.text.split()), article.published_at, _known_at(article, versions, now), stamp(now), copies.to_bytes(sign),
    )  # fmt: skip
    row = db.execute(
        "INSERT INTO articles (name, url_key, digest, version, first_row, title, publisher, author, url, language, text,"
        " words, published_at, known_at, recorded_at, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    ).lastrowid
    assert row is not None
    if not versions:
        db.execute("UPDATE articles SET first_row = row WHERE row = ?", (row,))
    else:
        _order_versions(db, versions[0]["first_row"])
    db.execute("INSERT INTO article_words (rowid, title, text) VALUES (?, ?, ?)", (row, article.title, article.text))
    _find_copies(db, row, sign)
    return row


def _known_at(article: Article, versions: Sequence[sqlite3.Row], now: datetime) -> str:
    """When the text could be known: at publication; now where that is unknown or was claimed by an earlier text already."""
    if article.published_at is None or any(v["published_at"] == article.published_at for v in versions):
        return stamp(now)
    return stamp(moment(article.published_at))


def _order_versions(db: sqlite3.Connection, first_row: int) -> None:
    """Each version is replaced when the next one could be known."""
    rows = list(db.execute("SELECT row, known_at FROM articles WHERE first_row = ? ORDER BY known_at, row", (first_row,)))
    for one, following in zip(rows, [*rows[1:], None], strict=True):
        replaced = following["known_at"] if following else None
        db.execute("UPDATE articles SET replaced_at = ? WHERE row = ?", (replaced, one["row"]))


def _find_copies(db: sqlite3.Connection, row: int, sign: copies.Signature) -> None:
    near: set[int] = set()
    for band, value in enumerate(copies.bands(sign)):
        near.update(r[0] for r in db.execute("SELECT article FROM bands WHERE band = ? AND hash = ?", (band, value)))
        db.execute("INSERT INTO bands VALUES (?, ?, ?)", (band, value, row))
    for other in sorted(near):
        found = db.execute("SELECT signature FROM articles WHERE row = ?", (other,)).fetchone()
        like = copies.likeness(sign, copies.from_bytes(found["signature"]))
        if like >= copies.COPY:
            db.executemany("INSERT INTO copies VALUES (?, ?, ?)", [(row, other, like), (other, row, like)])
