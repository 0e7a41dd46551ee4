"""Questions to the ledger, one function each. All must be told `known_by`: what became known later they do not see."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from detente.ledger.clocks import stamp
from detente.ledger.found import unpacked
from detente.ledger.records import (
    UNKNOWN_PUBLISHER,
    ActorCount,
    ArticleRef,
    Decision,
    PublisherCount,
    Report,
    Said,
    Stock,
)
from detente.ledger.revive import event_from, speaker_from, statement_from
from detente.types import Reading

ARTICLE = (
    "a.row, a.name, a.version, a.title, a.publisher, a.author, a.url, a.published_at, a.known_at, a.replaced_at,"
    " a.recorded_at, a.words"
)
KNOWN = "a.known_at <= :known_by AND (a.replaced_at IS NULL OR a.replaced_at > :known_by)"
_WIDTH = ARTICLE.count(",") + 1


def article_of(row: Sequence[Any]) -> ArticleRef:
    """The article in the first columns of a row, which are those of ARTICLE."""
    return ArticleRef(*row[:_WIDTH])


def reports_between(
    db: sqlite3.Connection,
    some: Collection[str],
    others: Collection[str],
    *,
    known_by: datetime,
    types: Collection[str] | None = None,
    replaced: bool = False,
) -> list[Report]:
    """Reports of events in which one of `some` and one of `others` take part, on any side, in the order they became known.

    types: only these PLOVER types; None for all. replaced: also those of texts that had been replaced by then, for looking
    further back.
    """
    mine, theirs, kinds = _marks("m", some), _marks("t", others), _marks("k", types or ())
    query = (
        f"SELECT {ARTICLE}, e.* FROM events e JOIN articles a ON a.row = e.article WHERE e.number IN"
        f" (SELECT p.event FROM parties p WHERE p.code IN ({_named(mine)}) AND EXISTS (SELECT 1 FROM parties q"
        f" WHERE q.event = p.event AND q.code IN ({_named(theirs)}) AND q.code != p.code))"
        f" AND {'a.known_at <= :known_by' if replaced else KNOWN}"
        + (f" AND e.event_type IN ({_named(kinds)})" if types else "") + " ORDER BY a.known_at, e.number"
    )  # fmt: skip
    return [_report(row) for row in db.execute(query, {"known_by": stamp(known_by), **mine, **theirs, **kinds})]


def reports_alone(db: sqlite3.Connection, code: str, beside: str, *, known_by: datetime) -> list[Report]:
    """Reports of events whose only party with a code is `code`, in articles in which `beside` acts, is acted on or speaks."""
    query = (
        f"SELECT {ARTICLE}, e.* FROM events e JOIN articles a ON a.row = e.article WHERE e.number IN"
        " (SELECT p.event FROM parties p WHERE p.code = :code AND p.side = 'actors' AND NOT EXISTS"
        " (SELECT 1 FROM parties q WHERE q.event = p.event AND q.code != :code))"
        " AND (e.article IN (SELECT article FROM statements WHERE code = :beside)"
        f" OR e.article IN (SELECT f.article FROM parties q JOIN events f ON f.number = q.event WHERE q.code = :beside))"
        f" AND {KNOWN} ORDER BY a.known_at, e.number"
    )
    return [_report(row) for row in db.execute(query, {"known_by": stamp(known_by), "code": code, "beside": beside})]


def _named(marks: Collection[str]) -> str:
    return ", ".join(f":{name}" for name in marks)


def _marks(prefix: str, values: Collection[str]) -> dict[str, str]:
    """Named parameters for the values of a list."""
    return {f"{prefix}{n}": value for n, value in enumerate(sorted(values))}


def all_reports(db: sqlite3.Connection, *, known_by: datetime) -> Iterator[Report]:
    """Reports of all events, in the order they became known."""
    query = (
        f"SELECT {ARTICLE}, e.* FROM events e JOIN articles a ON a.row = e.article WHERE {KNOWN} ORDER BY a.known_at, e.number"
    )
    return map(_report, db.execute(query, {"known_by": stamp(known_by)}))


def reports_numbered(db: sqlite3.Connection, numbers: Iterable[int], *, known_by: datetime) -> dict[int, Report]:
    """Reports by their numbers; those that are unknown at that moment are missing."""
    query = f"SELECT {ARTICLE}, e.* FROM events e JOIN articles a ON a.row = e.article WHERE e.number = :number AND {KNOWN}"
    found = (db.execute(query, {"number": n, "known_by": stamp(known_by)}).fetchone() for n in numbers)
    return {report.number: report for row in found if row is not None for report in [_report(row)]}


def _report(row: sqlite3.Row) -> Report:
    return Report(
        number=row["number"],
        article=article_of(row),
        event=event_from(json.loads(row["body"])),
        sentence=row["sentence"],
        sentence_number=row["sentence_number"],
        sentence_start=row["sentence_start"],
        condition=row["condition"],
        tellers=tuple(speaker_from(t) if t else None for t in json.loads(row["tellers"])),
    )


def statements_known(
    db: sqlite3.Connection,
    *,
    known_by: datetime,
    codes: Collection[str] | None = None,
    speaker: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    quoted: bool = False,
    rows: Collection[int] | None = None,
) -> list[Said]:
    """Statements, in the order they became known.

    codes: only of speakers with these codes. speaker: only where the speaker's name holds this, in any case.
    since, until: known from and up to these moments. quoted: only with words in quotation marks. rows: only in these articles.
    """
    marks = _marks("c", codes or ())
    terms = [
        KNOWN,
        f"s.code IN ({_named(marks)})" if codes else "",
        "instr(lower(s.speaker), lower(:speaker))" if speaker else "",
        "a.known_at >= :since" if since else "",
        "a.known_at <= :until" if until else "",
        "s.directness != 'indirect'" if quoted else "",
        "" if rows is None else "s.article IN (SELECT value FROM json_each(:rows))",
    ]
    query = (
        f"SELECT {ARTICLE}, s.row AS statement_row, s.body, s.sentence_number FROM statements s JOIN articles a"
        f" ON a.row = s.article WHERE {' AND '.join(filter(None, terms))} ORDER BY a.known_at, s.row"
    )
    args = {
        "known_by": stamp(known_by), "speaker": speaker, "since": stamp(since) if since else None,
        "until": stamp(until) if until else None, "rows": json.dumps(sorted(rows or ())), **marks,
    }  # fmt: skip
    return [
        Said(row["statement_row"], article_of(row), statement_from(json.loads(row["body"])), row["sentence_number"])
        for row in db.execute(query, args)
    ]


def copies_among(db: sqlite3.Connection, rows: Collection[int]) -> list[tuple[int, int]]:
    """Pairs of these articles that have nearly the same words."""
    wanted = set(rows)
    found = (db.execute("SELECT other FROM copies WHERE article = ?", (row,)) for row in sorted(wanted))
    return [
        (row, o["other"])
        for row, others in zip(sorted(wanted), found)
        for o in others
        if row < o["other"] and o["other"] in wanted
    ]


def copy_pairs(db: sqlite3.Connection, *, known_by: datetime) -> list[tuple[int, int]]:
    """All pairs of known articles that have nearly the same words."""
    query = (
        "SELECT c.article, c.other FROM copies c JOIN articles a ON a.row = c.article JOIN articles b ON b.row = c.other"
        f" WHERE c.article < c.other AND {KNOWN} AND b.known_at <= :known_by ORDER BY 1, 2"
    )
    return [(row[0], row[1]) for row in db.execute(query, {"known_by": stamp(known_by)})]


def articles(db: sqlite3.Connection, *, known_by: datetime) -> list[ArticleRef]:
    """The articles, each in the version known then, in the order they became known."""
    query = f"SELECT {ARTICLE} FROM articles a WHERE {KNOWN} ORDER BY a.known_at, a.row"
    return [article_of(row) for row in db.execute(query, {"known_by": stamp(known_by)})]


def versions(db: sqlite3.Connection, row: int, *, known_by: datetime) -> list[ArticleRef]:
    """All versions known by then of the article that stands in `row`, oldest first."""
    query = (
        f"SELECT {ARTICLE} FROM articles a WHERE a.first_row = (SELECT first_row FROM articles WHERE row = :row)"
        " AND a.known_at <= :known_by ORDER BY a.known_at, a.row"
    )
    return [article_of(r) for r in db.execute(query, {"row": row, "known_by": stamp(known_by)})]


def reading_in(db: sqlite3.Connection, row: int, *, known_by: datetime) -> Reading | None:
    """The whole reading of the article in `row`; None where it is unknown at that moment."""
    query = (
        "SELECT a.text, r.body FROM articles a JOIN readings r ON r.article = a.row"
        " WHERE a.row = :row AND a.known_at <= :known_by"
    )
    found = db.execute(query, {"row": row, "known_by": stamp(known_by)}).fetchone()
    return unpacked(found["body"], found["text"]) if found else None


def readings(db: sqlite3.Connection, *, known_by: datetime, all_versions: bool = False) -> Iterator[Reading]:
    """Whole readings in the order they became known; with `all_versions` also of texts that were replaced since."""
    term = "a.known_at <= :known_by" if all_versions else KNOWN
    query = (
        f"SELECT a.text, r.body FROM articles a JOIN readings r ON r.article = a.row WHERE {term} ORDER BY a.known_at, a.row"
    )
    for row in db.execute(query, {"known_by": stamp(known_by)}):
        yield unpacked(row["body"], row["text"])


def stock(db: sqlite3.Connection, *, known_by: datetime, reader: str = "") -> Stock:
    """How much the ledger holds; `unread` counts readings by another reader than `reader`."""
    at = {"known_by": stamp(known_by)}
    known = db.execute(f"SELECT count(*), min(a.known_at), max(a.known_at) FROM articles a WHERE {KNOWN}", at).fetchone()
    last = db.execute("SELECT max(known_at), count(*) FILTER (WHERE known_at > :known_by) FROM articles", at).fetchone()
    unread = db.execute("SELECT count(*) FROM readings WHERE reader != ?", (reader,)).fetchone()[0] if reader else 0
    return Stock(generation(db), known[0], last[1], known[1], known[2], last[0], unread)


def generation(db: sqlite3.Connection) -> int:
    """A number that grows with every change of what is stored."""
    return int(db.execute("SELECT value FROM facts WHERE name = 'generation'").fetchone()[0])


def actors(db: sqlite3.Connection, *, known_by: datetime) -> list[ActorCount]:
    """All codes that act, are acted upon or speak, the busiest first."""
    at = {"known_by": stamp(known_by)}
    counts: dict[str, Counter[str]] = {}
    for code, side, name, number in db.execute(_PARTIES, at):
        counts.setdefault(code, Counter()).update({side: number, f"name {name}": number})
    for code, number in db.execute(_SPEAKERS, at):
        counts.setdefault(code, Counter())["statements"] = number
    found = [_actor(code, count) for code, count in counts.items()]
    return sorted(found, key=lambda c: (-(c.acts + c.received + c.statements), c.code))


_PARTIES = (
    "SELECT p.code, p.side, p.name, count(*) FROM parties p JOIN events e ON e.number = p.event JOIN articles a"
    f" ON a.row = e.article WHERE {KNOWN} GROUP BY p.code, p.side, p.name ORDER BY p.code, p.name"
)
_SPEAKERS = (
    f"SELECT s.code, count(*) FROM statements s JOIN articles a ON a.row = s.article WHERE {KNOWN} AND s.code IS NOT NULL"
    " GROUP BY s.code"
)


def _actor(code: str, count: Counter[str]) -> ActorCount:
    names = [key.removeprefix("name ") for key, _ in count.most_common() if key.startswith("name ")]
    return ActorCount(code, count["actors"], count["recipients"], count["statements"], tuple(names[:5]))


def rereads(db: sqlite3.Connection) -> int:
    """How often all that is stored was read again: what was made from the same event numbers before is then stale."""
    return int(db.execute("SELECT value FROM facts WHERE name = 'rereads'").fetchone()[0])


def known_codes(db: sqlite3.Connection) -> set[str]:
    """All codes that occur in the ledger."""
    rows = db.execute("SELECT DISTINCT code FROM parties UNION SELECT DISTINCT code FROM statements WHERE code IS NOT NULL")
    return {row[0] for row in rows}


def publishers(db: sqlite3.Connection, *, known_by: datetime, rows: Collection[int] | None = None) -> list[PublisherCount]:
    """Publishers of the known articles, or of those among `rows`, by the number of their articles."""
    query = (
        f"SELECT {ARTICLE}, coalesce((SELECT number FROM loaded_words w WHERE w.article = a.row AND w.narrator), 0) AS loaded,"
        " EXISTS (SELECT 1 FROM copies c JOIN articles o ON o.row = c.other WHERE c.article = a.row AND o.known_at <= :known_by"
        f" AND coalesce(o.publisher, '') != coalesce(a.publisher, '')) AS copied FROM articles a WHERE {KNOWN}"
        + ("" if rows is None else " AND a.row IN (SELECT value FROM json_each(:rows))")
    )
    groups: dict[str, list[tuple[ArticleRef, int, int]]] = {}
    for row in db.execute(query, {"known_by": stamp(known_by), "rows": json.dumps(sorted(rows or ()))}):
        article = article_of(row)
        groups.setdefault(article.printed_by, []).append((article, row["loaded"], row["copied"]))
    return sorted(
        map(_publisher, groups, groups.values()), key=lambda p: (p.publisher == UNKNOWN_PUBLISHER, -p.articles, p.publisher)
    )


def _publisher(name: str, printed: Sequence[tuple[ArticleRef, int, int]]) -> PublisherCount:
    days = sorted(a.day.isoformat() for a, _, _ in printed)
    words, loaded, copied = (sum(n) for n in zip(*((a.words, loaded, copied) for a, loaded, copied in printed), strict=True))
    return PublisherCount(name, len(printed), copied, words, loaded, days[0], days[-1])


def decisions(db: sqlite3.Connection, *, known_by: datetime) -> list[Decision]:
    """What people decided about items and holds at that moment, in the order it was decided."""
    rows = db.execute("SELECT * FROM decisions WHERE effective_at <= ? ORDER BY number", (stamp(known_by),))
    return [_decision(row) for row in rows]


def _decision(row: sqlite3.Row) -> Decision:
    place = json.loads(row["place"])
    return Decision(
        row["number"], row["event"], place["article"], place["sentence"], place["kind"], place["actor"], place["recipient"],
        row["verb"], row["status"], row["reason"], row["effective_at"], row["recorded_at"],
    )  # fmt: skip
