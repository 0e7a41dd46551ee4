"""Values for tests, built by hand about invented states."""

from __future__ import annotations

import re
from typing import Any

from detente.types import (
    Addressee,
    Alteration,
    AlterationKind,
    Article,
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
    Timex,
)

TEXT = """Arvania Has No Choice, Minister Says

SARN, March 4 - Arvania will close the strait on Monday if Belmora sends more ships, Foreign Minister Ilan Torvek warned.

“(W)e will not wait for the (corrupt) other side (sic) for ever,” said Torvek, “but talks will be held in Costavera.”

Mara Selk, a spokeswoman, said that Torvek had told Belmora it must “leave the strait”.

The so-called “peace plan of the north” is a farce. Belmora denied that it had sent ships.

Leave a Reply

Connecting to %s
"""


def span(words: str, text: str = TEXT, nth: int = 0) -> Span:
    """The span of the `nth` occurrence of `words`."""
    start = [m.start() for m in re.finditer(re.escape(words), text)][nth]
    return Span(start, start + len(words))


def part(*words: str, text: str = TEXT) -> Part:
    """A part made of the first occurrences of some words."""
    return Part.at(text, tuple(span(w, text) for w in words))


def alteration(kind: AlterationKind, words: str, confidence: float = 1.0) -> Alteration:
    return Alteration(kind, span(words), words, confidence)


def statement(identifier: str, content: Part, **rest: Any) -> Statement:
    """A statement of nobody, unless told otherwise."""
    return Statement(identifier, **{"directness": "indirect", "source": None, "cue": None, **rest, "content": content})


TORVEK = Speaker("Ilan Torvek", "person", "foreign minister", "ARV", "GOV")
SELK = Speaker("Mara Selk", "person", "spokeswoman", "ARV", "GOV")


def article(text: str = TEXT, **rest: Any) -> Article:
    defaults = {"id": "strait", "title": "Arvania Has No Choice, Minister Says", "published_at": "2031-03-04"}
    return Article(**{**defaults, "publisher": "The Sarn Courier", **rest, "text": text})


def reading(text: str = TEXT, **found: Any) -> Reading:
    """A reading with nothing found in it, unless told otherwise."""
    return Reading(found.pop("article", article(text)), "0.1.0", **found)


def full_reading() -> Reading:
    """A reading that has one of everything."""
    return reading(
        boilerplate=(Span(span("Leave a Reply").start, span("Connecting to %s").end),),
        sentences=(span("Arvania Has No Choice, Minister Says"), span("Belmora denied that it had sent ships.")),
        statements=_statements(),
        unattributed=(Quotation(span("“peace plan of the north”"), "“peace plan of the north”", "scare quotes"),),
        timexes=(Timex(span("Monday"), "Monday", "DATE", "2031-03-10"), Timex(span("March 4"), "March 4", "DATE", None)),
        events=_events(),
        loaded=(Loaded(span("farce"), "farce", "loaded word"), Loaded(span("so-called"), "so-called", "doubt", "s3")),
        refusals=(Refusal("strait.txt", "byte 7 is not UTF-8; the encoding was guessed to be windows-1252"),),
    )


def _statements() -> tuple[Statement, ...]:
    told = "Arvania will close the strait on Monday if Belmora sends more ships"
    quoted = "“(W)e will not wait for the (corrupt) other side (sic) for ever,”"
    outer = "Torvek had told Belmora it must “leave the strait”"
    return (
        statement("s1", part(told), source=part("Foreign Minister Ilan Torvek"), cue=part("warned"), speaker=TORVEK),
        statement(
            "s2", part(quoted, "“but talks will be held in Costavera.”"), directness="direct", source=part("Torvek"),
            cue=part("said"), speaker=TORVEK,
            alterations=(
                alteration("capital", "(W)"), alteration("insertion", "(corrupt)"), alteration("sic", "(sic)"),
            ),
            as_spoken="we will not wait for the other side for ever, … but talks will be held in Costavera.",
        ),
        statement("s3", part(outer), source=part("Mara Selk"), cue=part("said that"), speaker=SELK),
        statement(
            "s4", part("it must “leave the strait”"), directness="mixed", source=part("Torvek"), cue=part("told"),
            speaker=TORVEK, addressees=(Addressee("Belmora", "BMR"),), within="s3", confidence=0.8,
        ),
        statement("s5", part("it had sent ships"), source=part("Belmora"), cue=part("denied"),
                  speaker=Speaker("Belmora", "state", code="BMR")),
    )  # fmt: skip


def _events() -> tuple[Event, ...]:
    arvania = Party("Arvania", "ARV", "GOV", span("Arvania"))
    belmora = Party("Belmora", "BMR", "GOV", span("Belmora"))
    monday = EventDate("2031-03-10", "2031-03-10", "2031-03-10", "Monday")
    return (
        Event("e1", "COERCE", span("close"), "close", (arvania,), (belmora,), "hypothetical", mode="blockade",
              contexts=("military",), cameo="191", score=-9.5, quad="material conflict", date=monday,
              condition=span("if Belmora sends more ships"), statement="s1", voices=("narrator", "s1"), confidence=0.91),
        Event("e2", "CONSULT", span("talks"), "talks", (arvania, belmora), status="scheduled",
              place=Place("Costavera", "CSV", 12.5, -3.25), statement="s2", voices=("narrator", "s2")),
        Event("e3", "REQUEST", span("must"), "must", (arvania,), (belmora,), "demanded", statement="s4",
              voices=("narrator", "s3", "s4")),
        Event("e4", "MOBILIZE", span("sent"), "sent", (belmora,), (), "denied", statement="s5", voices=("narrator", "s5")),
        Event("e5", "THREATEN", span("warned"), "warned", (arvania,), (belmora,), "happened",
              date=EventDate("2031-03-04", "2031-03-04", "2031-03-04", "March 4")),
    )  # fmt: skip
