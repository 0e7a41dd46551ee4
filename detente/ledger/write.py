"""Readings into the ledger: writing the same article twice changes nothing, a changed one is kept beside its old text."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from detente.ledger import copies
from detente.ledger.clocks import moment, stamp
from detente.ledger.connection import WAIT_S, Tell, once, writing
from detente.types import Article, Event, Reading, Span, Statement

BATCH = 32  # articles in one transaction
_SAME_ARTICLE = 0.3  # share of shingles from which an article of the same id without an address is a new version of it
_TRACKING = re.compile(r"utm_|fbclid|gclid|cmp$|ref$|smid$", re.I)
Outcome = Literal["written", "known", "new version"]


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
    versions = _versions(db, article)
    row = _insert_article(db, article, versions, now)
    _write_found(db, row, reading, now)
    return Written(article.id, row, "new version" if versions else "written")


def stored_row(db: sqlite3.Connection, article: Article) -> int | None:
    """Row of the version that has this very text, publisher, date and address; None where the ledger lacks it."""
    digest, key = digest_of(article), url_key(article.url)
    for found in db.execute("SELECT row, url_key FROM articles WHERE digest = ?", (digest,)):
        if key is None or found["url_key"] is None or found["url_key"] == key:
            return int(found["row"])
    return None


def digest_of(article: Article) -> str:
    """What makes two articles without an address the same: text, publisher and date."""
    parts = (article.text, article.publisher or "", article.published_at or "")
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()


def url_key(url: str | None) -> str | None:
    """An address without scheme, "www.", fragment, trailing slash and what only counts clicks; None for none.

    >>> url_key("https://www.courier.example/strait/?utm_source=x&page=2#top")
    'courier.example/strait?page=2'
    """
    if not url or not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    kept = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)])
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/") + (f"?{kept}" if kept else "")


def _versions(db: sqlite3.Connection, article: Article) -> list[sqlite3.Row]:
    """Other texts of the same article, oldest first: by address, or else by id and likeness."""
    key = url_key(article.url)
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
        article.id, url_key(article.url), digest_of(article), len(versions) + 1, versions[0]["first_row"] if versions else 0,
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


def _write_found(db: sqlite3.Connection, row: int, reading: Reading, now: datetime) -> None:
    db.execute("INSERT INTO readings VALUES (?, ?, ?, ?)", (row, reading.reader, packed(reading), stamp(now)))
    for event in reading.events:
        insert_event(db, row, reading, event, None)
    insert_statements(db, row, reading)


def packed(reading: Reading) -> bytes:
    """A reading as the ledger keeps it: compressed JSON without the text, which stands beside it."""
    data = reading.to_dict()
    del data["article"]["text"]
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def insert_event(db: sqlite3.Connection, row: int, reading: Reading, event: Event, number: int | None) -> None:
    """An event with its sentence, its parties and those who tell it; `number` is that it had before a reread."""
    at, sentence = sentence_at(reading, event.trigger)
    text = reading.article.text
    speakers = {s.id: s.speaker for s in reading.statements}
    tellers = [speaker.to_dict() if (speaker := speakers.get(v)) else None for v in event.voices[1:]]
    values = (
        number, row, event.event_type, event.status, _json(event.to_dict()), at, sentence.start, sentence.end,
        sentence.of(text), event.condition.of(text) if event.condition else None, _json(tellers),
    )  # fmt: skip
    number = db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values).lastrowid
    for side, parties in (("actors", event.actors), ("recipients", event.recipients)):
        rows = [(p.code, number, side, p.name) for p in parties if p.code]
        db.executemany("INSERT OR IGNORE INTO parties VALUES (?, ?, ?, ?)", rows)  # the first name of a code counts


def sentence_at(reading: Reading, span: Span) -> tuple[int, Span]:
    """Number (from 1) and span of the sentence in which `span` begins; 0 and `span` itself where there is none."""
    index = bisect_right(reading.sentences, span.start, key=lambda s: s.start) - 1
    if index < 0 or reading.sentences[index].end <= span.start:
        return 0, span
    return index + 1, reading.sentences[index]


def insert_statements(db: sqlite3.Connection, row: int, reading: Reading) -> None:
    """Statements, searchable by their words and speakers, and how many loaded words each voice uses."""
    for s in reading.statements:
        speaker, code = (s.speaker.name, s.speaker.code) if s.speaker else (s.source.text if s.source else None, None)
        values = (row, _json(s.to_dict()), s.directness, speaker, code, s.content.text, sentence_at(reading, _start(s))[0])
        new = db.execute(
            "INSERT INTO statements (article, body, directness, speaker, code, content, sentence_number)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        ).lastrowid
        db.execute("INSERT INTO statement_words (rowid, content, speaker) VALUES (?, ?, ?)", (new, s.content.text, speaker))
    for narrator in (True, False):
        number = sum((w.statement is None) == narrator for w in reading.loaded)
        db.execute("INSERT INTO loaded_words VALUES (?, ?, ?)", (row, narrator, number))


def _start(statement: Statement) -> Span:
    return statement.content.spans[0]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
