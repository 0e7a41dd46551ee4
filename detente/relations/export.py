"""What the ledger knows, as rows for other programs: CSV, Parquet, JSON lines, JSON-LD; see `docs/ledger.md`."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from detente.errors import WrongCall
from detente.ledger import queries
from detente.ledger.clocks import end_of, moment
from detente.ledger.records import Report, Said
from detente.read.codebook import goldstein_of
from detente.relations.happenings import Happening, merge
from detente.relations.tables import rows
from detente.relations.tension import DyadDay, series, toward
from detente.types import Party

FORMS = {
    "events": (".csv", ".parquet", ".jsonl"), "days": (".csv", ".parquet", ".jsonl"),
    "statements": (".csv", ".parquet", ".jsonl", ".jsonld"), "readings": (".jsonl", ".parquet"),
}  # fmt: skip
STYLES = ("polecat", "gdelt", "icews")
_QUADS = {"verbal cooperation": 1, "material cooperation": 2, "verbal conflict": 3, "material conflict": 4}
Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported. `pair`: only between these two. `since`, `until`: ISO dates, inclusive.

    style: whose columns events get first. everything: also events that have not happened, with their status.
    """

    known_by: datetime
    pair: tuple[str, str] | None = None
    since: str | None = None
    until: str | None = None
    style: str = "polecat"
    everything: bool = False

    def holds(self, on: date) -> bool:
        """Whether a day lies in the selection."""
        since, until = self.since, self.until
        return (since is None or on >= moment(since).date()) and (until is None or on <= moment(until).date())


def export(db: sqlite3.Connection, what: str, out: Path, wanted: Selection) -> int:
    """Write events, days, statements or readings to a file in the form of its ending; gives the number of rows.

    Raises WrongCall for an ending that does not fit, for days without a pair and for a file that cannot be written.
    """
    if out.suffix not in FORMS[what]:
        raise WrongCall(f"{out} is no form for {what}; the file may end in {', '.join(FORMS[what])}")
    found = _rows_of(db, what, wanted)
    try:
        return _write(found, out)
    except OSError as error:
        raise WrongCall(f"{out} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _rows_of(db: sqlite3.Connection, what: str, wanted: Selection) -> Rows:
    if what == "readings":
        return (r.to_dict() for r in queries.readings(db, known_by=wanted.known_by, all_versions=True))
    if what == "statements":
        said = queries.statements_known(db, known_by=wanted.known_by, codes=wanted.pair)
        return (statement_row(s) for s in said if wanted.holds(s.article.day))
    return event_rows(db, wanted) if what == "events" else day_rows(db, wanted)


# Events ------------------------------------------------------------------------------------------------------------------


def event_rows(db: sqlite3.Connection, wanted: Selection) -> Rows:
    """A row for each happening and directed dyad; mutual acts give one in each direction."""
    if wanted.style not in STYLES:
        raise WrongCall(f"{wanted.style!r} is not a style of columns; known: {', '.join(STYLES)}")
    columns = [(r["column"], r["field"]) for r in rows("columns") if r["style"] in (wanted.style, "*")]
    for happening in _happenings(db, wanted):
        if wanted.holds(happening.when[1]) and (wanted.everything or happening.status == "happened"):
            for fields in _dyads(happening, wanted.pair):
                yield {column: fields[field] for column, field in columns}


def _happenings(db: sqlite3.Connection, wanted: Selection) -> list[Happening]:
    copies = queries.copy_pairs(db, known_by=wanted.known_by)
    if wanted.pair is None:
        return merge(queries.all_reports(db, known_by=wanted.known_by), copies)
    return merge(queries.reports_between(db, wanted.pair[:1], wanted.pair[1:], known_by=wanted.known_by), copies)


def _dyads(h: Happening, pair: tuple[str, str] | None) -> Iterator[dict[str, Any]]:
    common = _fields(h)
    codes = pair or h.codes
    found = [(a, b) for a in codes for b in codes if a != b and toward(h, a, b)]
    alone: list[tuple[str | None, str | None]] = [(h.actors[0] if h.actors else None, None)]
    for actor, recipient in found or alone:
        yield {
            **common, "id": f"{h.number}-{actor or ''}-{recipient or ''}", **_side(h, actor, "actor"),
            **_side(h, recipient, "recipient"),
        }  # fmt: skip


def _side(h: Happening, code: str | None, side: str) -> dict[str, Any]:
    party = _party(h.best, code)
    return {
        side: code, f"{side}_name": party.name if party else None, f"{side}_sector": party.sector if party else None,
        f"{side}_cow": cow().get(code or ""),
    }  # fmt: skip


def _party(r: Report, code: str | None) -> Party | None:
    return next((p for p in (*r.event.actors, *r.event.recipients) if p.code == code), None) if code else None


def _fields(h: Happening) -> dict[str, Any]:
    best, (first, last, named) = h.best, h.when
    event, article, teller = best.event, best.article, best.teller
    on, cameo = last.isoformat(), event.cameo or ""
    return {
        "date": on, "date_digits": on.replace("-", ""), "month_digits": on[:7].replace("-", ""), "year": last.year,
        "event_type": h.event_type, "mode": h.mode, "score": h.score, "quad": event.quad, "quad_number": _QUADS.get(event.quad),
        "contexts": ";".join(event.contexts), "cameo": cameo, "cameo_base": cameo[:3], "cameo_root": cameo[:2],
        "goldstein": goldstein_of(h.event_type, h.mode), "event_words": event.trigger_text,
        "place": h.place, "place_code": event.place.code if event.place else None,
        "lat": event.place.lat if event.place else None, "lon": event.place.lon if event.place else None,
        "headline": article.headline, "publisher": article.printed_by, "published": article.day.isoformat(), "url": article.url,
        "article": article.row, "sentence_number": best.sentence_number, "sentence": " ".join(best.sentence.split()),
        "happening": h.number, "status": h.status, "date_named": named, "contested": h.contested, "publishers": h.publishers,
        "reports": len(h.reports), "articles": len({r.article.row for r in h.reports}),
        "voice": (teller.code or teller.name) if teller else "narrator", "teller": teller.name if teller else None,
        "narrated": int(teller is None), "known_at": h.known_at, "known_digits": "".join(c for c in h.known_at if c.isdigit()),
        "first_date": first.isoformat(),
    }  # fmt: skip


@lru_cache(maxsize=1)
def cow() -> dict[str, int]:
    """Correlates of War state numbers by code."""
    return {r["code"]: int(r["cow"]) for r in rows("cow")}


# Days --------------------------------------------------------------------------------------------------------------------


def day_rows(db: sqlite3.Connection, wanted: Selection) -> Rows:
    """A row for each directed dyad and day: tension as known on that day, and how many happenings of each quad are dated so.

    Without `since` from the first day on which something is dated. Raises WrongCall without a pair.
    """
    if wanted.pair is None:
        raise WrongCall("days need two states: --pair STATE STATE")
    happenings = _happenings(db, wanted)
    last = min(wanted.known_by.date(), moment(wanted.until).date()) if wanted.until else wanted.known_by.date()
    first = moment(wanted.since).date() if wanted.since else min((h.day for h in happenings), default=last)
    for actor, recipient in (wanted.pair, wanted.pair[::-1]):
        done = [h for h in happenings if h.status == "happened" and toward(h, actor, recipient)]
        counts = Counter((h.day, h.best.event.quad) for h in done)
        until = min(wanted.known_by, end_of(last))
        for point in series(db, actor, recipient, known_by=until, days=max(0, (last - first).days), step_days=1):
            yield _day_row(point, counts)


def _day_row(point: DyadDay, counts: Counter[tuple[date, str]]) -> dict[str, Any]:
    quads = {quad.replace(" ", "_"): counts[point.day, quad] for quad in _QUADS}
    return {
        "date": point.day.isoformat(), "actor": point.actor, "recipient": point.recipient, "actor_cow": cow().get(point.actor),
        "recipient_cow": cow().get(point.recipient), "tension": point.tension, **quads,
    }  # fmt: skip


# Statements --------------------------------------------------------------------------------------------------------------


def statement_row(said: Said) -> dict[str, Any]:
    """A statement with its article, flat."""
    s, a = said.statement, said.article
    return {
        "article": a.row, "id": s.id, "publisher": a.printed_by, "published": a.day.isoformat(), "known_at": a.known_at,
        "title": a.title, "url": a.url, "sentence": said.sentence_number, "directness": s.directness,
        "speaker": s.speaker.name if s.speaker else None, "role": s.speaker.role if s.speaker else None,
        "code": s.speaker.code if s.speaker else None, "sector": s.speaker.sector if s.speaker else None,
        "source": s.source.text if s.source else None, "cue": s.cue.text if s.cue else None, "content": s.content.text,
        "as_spoken": s.as_spoken, "alterations": ";".join(f"{x.kind}:{x.text}" for x in s.alterations), "within": s.within,
        "start": s.content.start, "end": s.content.end, "confidence": round(s.confidence, 2),
    }  # fmt: skip


def linked(row: dict[str, Any]) -> dict[str, Any]:
    """A statement's row as schema.org: a Quotation where the words are quoted, else a Claim."""
    article = {"@type": "NewsArticle", "headline": row["title"], "datePublished": row["published"], "url": row["url"],
               "publisher": {"@type": "Organization", "name": row["publisher"]}}  # fmt: skip
    person = {"@type": "Person", "name": row["speaker"], "jobTitle": row["role"], "nationality": row["code"]}
    speaker = _filled(person) if row["speaker"] else None
    if row["directness"] == "indirect":
        return _filled({"@type": "Claim", "text": row["content"], "author": speaker, "appearance": _filled(article)})
    text = row["as_spoken"] or row["content"]
    return _filled({"@type": "Quotation", "text": text, "spokenByCharacter": speaker, "isPartOf": _filled(article)})


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


# Files -------------------------------------------------------------------------------------------------------------------


def _write(found: Rows, out: Path) -> int:
    """The rows in the form of the file's ending; the file appears when it is whole."""
    partial = out.with_name(out.name + ".part")
    try:
        number = _FORMS[out.suffix](found, partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return number


def _write_csv(found: Rows, out: Path) -> int:
    number = 0
    with _text(out) as stream:
        writer = None
        for row in found:
            if writer is None:
                writer = csv.DictWriter(stream, list(row))
                writer.writeheader()
            writer.writerow(row)
            number += 1
    return number


def _write_lines(found: Rows, out: Path) -> int:
    number = 0
    with _text(out) as stream:
        for row in found:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            number += 1
    return number


def _write_linked(found: Rows, out: Path) -> int:
    graph = [linked(row) for row in found]
    with _text(out) as stream:
        json.dump({"@context": "https://schema.org", "@graph": graph}, stream, ensure_ascii=False, indent=1)
    return len(graph)


@contextmanager
def _text(out: Path) -> Iterator[IO[str]]:
    with out.open("w", encoding="utf-8", newline="") as stream:
        yield stream


def _write_parquet(found: Rows, out: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise WrongCall("Parquet needs pyarrow; install it with pip install 'detente[parquet]'") from error
    table = pa.Table.from_pylist([_flat(row) for row in found])
    pq.write_table(table, out, compression="zstd")
    return int(table.num_rows)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose lists and objects are JSON; a reading's article stands in columns of its own."""
    article = row.get("article") if isinstance(row.get("article"), dict) else None
    if article is None:
        return row
    return {**article, "reader": row["reader"], "reading": json.dumps(row, ensure_ascii=False)}


_FORMS = {".csv": _write_csv, ".jsonl": _write_lines, ".jsonld": _write_linked, ".parquet": _write_parquet}
