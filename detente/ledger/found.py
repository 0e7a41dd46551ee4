"""What a reading found in an article, as rows of the ledger: put in, and put in the place of an older reading's."""

from __future__ import annotations

import json
import sqlite3
import zlib
from bisect import bisect_right
from datetime import datetime

from detente.ledger.clocks import stamp
from detente.ledger.revive import reading_from
from detente.types import Event, Reading, Span, Statement


def insert_reading(db: sqlite3.Connection, row: int, reading: Reading, now: datetime) -> None:
    """A reading of an article that had none."""
    db.execute("INSERT INTO readings VALUES (?, ?, ?, ?)", (row, reading.reader, packed(reading), stamp(now)))
    for event in reading.events:
        _insert_event(db, row, reading, event, None)
    _insert_statements(db, row, reading)


def packed(reading: Reading) -> bytes:
    """A reading as the ledger keeps it: compressed JSON without the text, which stands beside it."""
    data = reading.to_dict()
    del data["article"]["text"]
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpacked(body: bytes, text: str) -> Reading:
    """The reading that `packed` made."""
    data = json.loads(zlib.decompress(body))
    data["article"]["text"] = text
    return reading_from(data, "stored reading")


def _insert_event(db: sqlite3.Connection, row: int, reading: Reading, event: Event, number: int | None) -> None:
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


def _insert_statements(db: sqlite3.Connection, row: int, reading: Reading) -> None:
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


def replace_reading(db: sqlite3.Connection, row: int, new: Reading, now: datetime) -> None:
    """Put a reading in the place of an article's present one; events keep their numbers where the new one has them too."""
    stored = db.execute("SELECT a.text, r.body FROM articles a JOIN readings r ON r.article = a.row WHERE a.row = ?", (row,))
    old = unpacked(*reversed(tuple(stored.fetchone())))
    numbers = _numbers(db, row, old, new)
    _delete_found(db, row)
    values = (new.reader, packed(new), stamp(now), row)
    db.execute("UPDATE readings SET reader = ?, body = ?, recorded_at = ? WHERE article = ?", values)
    for event, number in zip(new.events, numbers, strict=True):
        _insert_event(db, row, new, event, number)
    _insert_statements(db, row, new)
    db.execute("UPDATE facts SET value = value + 1 WHERE name = 'rereads'")


def _numbers(db: sqlite3.Connection, row: int, old: Reading, new: Reading) -> list[int | None]:
    """For each new event the number of the old one that it is; None for one that is new."""
    stored = db.execute("SELECT number, body FROM events WHERE article = ?", (row,))
    known = {json.loads(r["body"])["id"]: r["number"] for r in stored}
    free = list(old.events)
    found: list[int | None] = []
    for event in new.events:
        best = max(free, key=lambda o: _sameness(o, event, old, new), default=None)
        if best is None or _sameness(best, event, old, new) < 2:
            found.append(None)
        else:
            free.remove(best)
            found.append(known[best.id])
    return found


def _sameness(old: Event, new: Event, old_reading: Reading, new_reading: Reading) -> int:
    """How surely two events are one: 0 or 1 not, from 2 on they are, more is better."""
    same_type = old.event_type == new.event_type
    if old.trigger.overlaps(new.trigger):
        return 3 + 2 * same_type
    same_sentence = sentence_at(old_reading, old.trigger)[1].overlaps(sentence_at(new_reading, new.trigger)[1])
    return 2 if same_type and same_sentence else 0


def _delete_found(db: sqlite3.Connection, row: int) -> None:
    """All that came from the present reading of an article."""
    db.execute("DELETE FROM parties WHERE event IN (SELECT number FROM events WHERE article = ?)", (row,))
    db.execute("DELETE FROM events WHERE article = ?", (row,))
    for s in db.execute("SELECT row, content, speaker FROM statements WHERE article = ?", (row,)).fetchall():
        db.execute(
            "INSERT INTO statement_words (statement_words, rowid, content, speaker) VALUES ('delete', ?, ?, ?)", tuple(s)
        )
    db.execute("DELETE FROM statements WHERE article = ?", (row,))
    db.execute("DELETE FROM loaded_words WHERE article = ?", (row,))
