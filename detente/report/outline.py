"""What both reports show, in the words and the order in which they show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from detente.types import Event, Loaded, Party, Reading, Speaker, Statement, Status

NARRATOR = "the author"
NOBODY = "nobody named"
EVENT_WORDS = {
    "AGREE": "agreement", "CONSULT": "talks", "SUPPORT": "support", "CONCEDE": "concession", "COOPERATE": "cooperation",
    "AID": "aid", "RETREAT": "retreat", "REQUEST": "demand", "ACCUSE": "accusation", "REJECT": "refusal",
    "THREATEN": "threat", "PROTEST": "protest", "SANCTION": "sanction", "MOBILIZE": "show of force",
    "COERCE": "coercion", "ASSAULT": "assault",
}  # fmt: skip
MUTUAL = frozenset({"CONSULT", "AGREE", "COOPERATE"})
# Each status has a shape of its own: colour alone tells nothing to many readers, nor to a printer.
STATUS_SIGNS: dict[Status, str] = {
    "happened": "●", "scheduled": "○", "promised": "◇", "hypothetical": "?", "denied": "✕", "demanded": "!",
}  # fmt: skip
ALTERATION_WORDS = {
    "sic": "the author's remark", "insertion": "put in by the author", "capital": "letter changed by the author",
    "inflection": "ending changed by the author", "ellipsis": "words left out by the author",
}  # fmt: skip
_MONTHS = "January February March April May June July August September October November December".split()
SURE = 0.5  # below, an alteration may be the speaker's own words
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Voice:
    """One who speaks in the article. `number` counts from 1 by first appearance; `statements` are how many are theirs."""

    number: int
    name: str
    about: str
    statements: int


def voice_key(statement: Statement) -> tuple[str, str | None]:
    """Statements with the same key have the same voice."""
    if statement.speaker:
        return one_line(statement.speaker.name), statement.speaker.code
    return (one_line(statement.source.text) if statement.source else NOBODY), None


def voices(reading: Reading) -> dict[tuple[str, str | None], Voice]:
    """All voices of a reading by their key, in order of first appearance."""
    counts = Counter(voice_key(s) for s in reading.statements)
    known: dict[tuple[str, str | None], str] = {}
    for s in reading.statements:
        known[voice_key(s)] = known.get(voice_key(s)) or about(s.speaker)
    return {key: Voice(n, key[0], known[key], counts[key]) for n, key in enumerate(known, 1)}


def about(speaker: Speaker | None) -> str:
    """Role, code and sector of a speaker: "foreign minister, ARV GOV"; empty where nothing is known."""
    if speaker is None:
        return ""
    codes = " ".join(filter(None, (speaker.code, speaker.sector)))
    return ", ".join(one_line(part) for part in (speaker.role, codes) if part)


def branches(statements: Sequence[Statement]) -> Iterator[tuple[Statement, int]]:
    """Statements with their depth: each followed by those it reports, in the order given."""
    ids = {s.id for s in statements}
    inner: dict[str | None, list[Statement]] = {}
    for s in statements:
        inner.setdefault(s.within if s.within in ids else None, []).append(s)
    waiting = [(s, 0) for s in reversed(inner.pop(None, []))]
    while waiting:
        statement, depth = waiting.pop()
        yield statement, depth
        waiting += [(s, depth + 1) for s in reversed(inner.pop(statement.id, []))]


def time_line(reading: Reading) -> list[Event]:
    """Events by their first day; those without a date last, in order of the text."""
    return sorted(reading.events, key=lambda e: (e.date is None, e.date.start if e.date else "", e.trigger))


def happening(event: Event) -> str:
    """Type and parties in words: "threat: Arvania → Belmora", "talks: Arvania and Belmora, in Sarn"."""
    what = EVENT_WORDS.get(event.event_type, event.event_type.lower()) + (f" ({one_line(event.mode)})" if event.mode else "")
    doers = listed(event.actors, " and " if event.event_type in MUTUAL and len(event.actors) == 2 else ", ")
    parties = " → ".join(p for p in (doers, listed(event.recipients, ", ")) if p)
    if event.recipients and not event.actors:
        parties = f"→ {parties}"
    where = f"in {one_line(event.place.name)}" if event.place else ""
    return f"{what}: {parties}{', ' if where and parties else ''}{where}" if parties or where else what


def listed(parties: Sequence[Party], joint: str) -> str:
    """Names of the parties, each once."""
    return joint.join(dict.fromkeys(one_line(p.name) for p in parties))


def told_by(reading: Reading, event: Event) -> str:
    """Who says that the event is so: "the author", "Ilan Torvek", "Mara Sel, according to Ilan Torvek"."""
    names = {s.id: voice_key(s)[0] for s in reading.statements}
    chain = [names.get(v, v) for v in event.voices if v != "narrator"]
    return ", according to ".join(reversed(chain)) or NARRATOR


def event_day(event: Event) -> str:
    """The date of an event for people: a day, a range of days, or an empty text."""
    if event.date is None:
        return ""
    first, last = event.date.start, event.date.end
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def day(iso: str) -> str:
    """An ISO date or date-time as "9 January 2022" or "9 January 2022, 14:30"; anything else as given."""
    try:
        if len(iso) == 10:
            on = date.fromisoformat(iso)
            return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
        at = datetime.fromisoformat(iso)
    except ValueError:
        return one_line(iso)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def masthead(reading: Reading) -> str:
    """Publisher, author and date, as far as known."""
    a = reading.article
    parts = (a.publisher, a.author, day(a.published_at) if a.published_at else None)
    return " · ".join(one_line(p) for p in parts if p)


def headline(reading: Reading) -> str:
    """The title, or else the id."""
    return one_line(reading.article.title or reading.article.id)


def tally(reading: Reading) -> str:
    """How much was found, in words."""
    altered = sum(any(a.confidence >= SURE for a in s.alterations) for s in reading.statements)
    counts = (
        (len(reading.statements), "statement", "statements"), (len(voices(reading)), "voice", "voices"),
        (altered, "altered by the author", "altered by the author"), (len(reading.events), "event", "events"),
        (len(reading.loaded), "loaded expression", "loaded expressions"),
    )  # fmt: skip
    return " · ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n) or "nothing found"


def loaded_by_voice(reading: Reading) -> dict[str, Counter[tuple[str, str]]]:
    """For each voice its loaded words as (words, kind) with their number; the author first."""
    names = {s.id: voice_key(s)[0] for s in reading.statements}
    found: dict[str, Counter[tuple[str, str]]] = {}
    for item in sorted(reading.loaded, key=lambda x: (x.statement is not None, x.span)):
        found.setdefault(_voice_of_loaded(item, names), Counter())[one_line(item.text), item.kind] += 1
    return found


def _voice_of_loaded(item: Loaded, names: dict[str, str]) -> str:
    return NARRATOR if item.statement is None else names.get(item.statement, item.statement)


def showable(text: str) -> str:
    """`text` with what a terminal would obey, or what turns the direction of a line, replaced one for one."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """The text showable and on one line."""
    return showable(" ".join(text.split()))
