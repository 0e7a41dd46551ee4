"""Readings from their JSON: the way back of `Reading.to_dict`.

Fields that this version does not know are left out, so that readings of a newer reader of the same schema can be taken in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from detente.errors import ReadingInvalid
from detente.types import (
    SCHEMA,
    Addressee,
    Alteration,
    Article,
    Directness,
    Event,
    EventDate,
    Loaded,
    Part,
    Party,
    Place,
    Quotation,
    Reading,
    Refusal,
    Span,
    Speaker,
    Statement,
    Status,
    Timex,
)


def reading_from(data: Any, where: str = "reading") -> Reading:
    """The reading of some JSON. Raises ReadingInvalid, naming `where`, if it is none or its words are not its text's."""
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        found = data.get("schema", "no schema") if isinstance(data, Mapping) else type(data).__name__
        raise ReadingInvalid(
            f"{where}: {found!r} is not {SCHEMA!r}; expected a reading as `detente read --format jsonl` writes it"
        )
    try:
        reading = _reading(data)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise ReadingInvalid(f"{where}: {what}; expected what `detente schema` describes") from error
    _check(reading, where)
    return reading


def _reading(data: Mapping[str, Any]) -> Reading:
    text = _string(data["article"]["text"], "article.text")
    return Reading(
        article=article_from(data["article"]),
        reader=_string(data["reader"], "reader"),
        boilerplate=tuple(map(_span, data["boilerplate"])),
        sentences=tuple(map(_span, data["sentences"])),
        statements=tuple(map(statement_from, data["statements"])),
        unattributed=tuple(Quotation(_span(q), q["text"], q["reason"]) for q in data.get("unattributed", ())),
        timexes=tuple(Timex(_span(t), t["text"], t["type"], t["value"]) for t in data["timexes"]),
        events=tuple(map(event_from, data["events"])),
        loaded=tuple(Loaded(_span(w), w["text"], w["kind"], w["statement"]) for w in data["loaded"] if _span(w).of(text)),
        refusals=tuple(Refusal(r["name"], r["reason"]) for r in data["refusals"]),
    )


def article_from(data: Mapping[str, Any]) -> Article:
    return Article(
        _string(data["id"], "article.id"), data["text"], data.get("title"), _moment(data.get("published_at")),
        data.get("publisher"), data.get("author"), data.get("url"), data.get("language") or "en",
    )  # fmt: skip


def statement_from(s: Mapping[str, Any]) -> Statement:
    return Statement(
        id=s["id"],
        directness=_one_of(s["directness"], get_args(Directness), "directness"),
        source=_part(s["source"]) if s["source"] else None,
        cue=_part(s["cue"]) if s["cue"] else None,
        content=_part(s["content"]),
        speaker=speaker_from(s["speaker"]) if s["speaker"] else None,
        addressees=tuple(Addressee(a["name"], a["code"]) for a in s["addressees"]),
        within=s["within"],
        alterations=tuple(Alteration(a["kind"], _span(a), a["text"], float(a.get("confidence", 1))) for a in s["alterations"]),
        as_spoken=s["as_spoken"],
        confidence=float(s["confidence"]),
    )


def speaker_from(s: Mapping[str, Any]) -> Speaker:
    return Speaker(s["name"], s["kind"], s.get("role"), s.get("code"), s.get("sector"))


def event_from(e: Mapping[str, Any]) -> Event:
    return Event(
        id=e["id"],
        event_type=_string(e["event_type"], "event_type"),
        trigger=_span(e["trigger"]),
        trigger_text=e["trigger"]["text"],
        actors=_parties(e["actors"]),
        recipients=_parties(e["recipients"]),
        status=_one_of(e["status"], get_args(Status), "status"),
        mode=e["mode"],
        contexts=tuple(e["contexts"]),
        cameo=e["cameo"],
        score=float(e["score"]),
        quad=e["quad"],
        date=_date(e["date"]) if e["date"] else None,
        place=_place(e["place"]) if e["place"] else None,
        condition=_span(e["condition"]) if e["condition"] else None,
        statement=e["statement"],
        voices=tuple(e["voices"]),
        confidence=float(e["confidence"]),
    )


def _parties(rows: Sequence[Mapping[str, Any]]) -> tuple[Party, ...]:
    return tuple(Party(p["name"], p["code"], p["sector"], Span(p["start"], p["end"])) for p in rows)


def _date(d: Mapping[str, Any]) -> EventDate:
    from datetime import date

    date.fromisoformat(d["start"]), date.fromisoformat(d["end"])
    return EventDate(d["value"], d["start"], d["end"], d["text"])


def _place(p: Mapping[str, Any]) -> Place:
    return Place(p["name"], p["code"], p.get("lat"), p.get("lon"))


def _span(data: Mapping[str, Any]) -> Span:
    start, end = data["start"], data["end"]
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
        raise ValueError(f"the span {start!r} to {end!r} is none")
    return Span(start, end)


def _part(data: Mapping[str, Any]) -> Part:
    return Part(tuple(map(_span, data["spans"])), data["text"])


def _string(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is {value!r}, not a string")
    return value


def _one_of(value: Any, known: tuple[Any, ...], name: str) -> Any:
    if value not in known:
        raise ValueError(f"{name!r} is {value!r}, not one of {', '.join(known)}")
    return value


def _moment(value: str | None) -> str | None:
    from detente.errors import WrongCall
    from detente.ledger.clocks import moment

    if value is None:
        return None
    try:
        moment(value)
    except WrongCall as error:
        raise ValueError(f"'published_at': {error}") from error
    return value


def _check(reading: Reading, where: str) -> None:
    """The words that stand beside spans are the text's; the statements that are referred to exist."""
    text = reading.article.text
    said = {s.id for s in reading.statements}
    for event in reading.events:
        if event.trigger.of(text) != event.trigger_text:
            raise ReadingInvalid(
                f"{where}: event {event.id} shows {event.trigger_text!r} but the text has {event.trigger.of(text)!r}"
            )
        if missing := [v for v in event.voices[1:] if v not in said]:
            raise ReadingInvalid(f"{where}: event {event.id} names the statement {missing[0]!r}, which is not in the reading")
    for statement in reading.statements:
        if Part.at(text, statement.content.spans).text != statement.content.text:
            raise ReadingInvalid(f"{where}: the words of statement {statement.id} are not the text's at its place")
