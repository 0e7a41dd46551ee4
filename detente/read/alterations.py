"""What an author put into or took out of a quotation, and how sure that is.

House styles differ: some mark their own words in a speaker's sentence with square brackets, some
with round ones, which speakers' texts may have themselves. An article shows its style: one that writes
"(W)e" or "(sic)" uses round brackets for its own insertions; one that has square brackets does not need round ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from detente.types import Alteration, AlterationKind, Span

_OPEN, _CLOSE = r"[(\[]", r"[)\]]"
SIC = re.compile(rf"{_OPEN}\s*sic\b[.!?]*\s*{_CLOSE}", re.I)
OMISSION = re.compile(rf"{_OPEN}\s*(?:\.\s?\.\s?\.+|…|snip)\s*{_CLOSE}")
CAPITAL = re.compile(rf"(?<![^\W_]){_OPEN}([^\W\d_]){_CLOSE}(?=[^\W\d_])")
INFLECTION = re.compile(rf"(?<=[^\W\d_]){_OPEN}([^\W\d_]{{1,5}}){_CLOSE}")
INSERTION = re.compile(r"\[[^\[\]\n]{1,200}\]|\([^()\n]{1,200}\)")
BARE_DOTS = re.compile(r"\.(?:\s?\.){2,3}|…")

# What speakers and documents put between round brackets themselves.
_ACRONYM = re.compile(r"\((?:[A-Z][A-Za-z]*[A-Z]s?|[A-Z]{2,})\)")
_REFERENCE = re.compile(r"\((?:[\divxlc]+|[a-z]|No\.?\s*\d+|\d[\d/.,\s-]*\w{0,3})\)", re.I)
_STAGE = re.compile(
    r"[(\[](?:laughs?|laughter|laughing|applause|pauses?|crosstalk|inaudible|cheers?|chuckles?|smiles?)[)\]]", re.I
)


@dataclass(frozen=True, slots=True)
class Style:
    """Which brackets an article uses for its own words inside quotations."""

    square: bool
    round: bool


def bracket_style(quoted: Sequence[str]) -> Style:
    """The style that the quotations of one article show."""
    square = round_ = False
    for text in quoted:
        square = square or "[" in text
        marks = [m.group() for p in (SIC, CAPITAL, INFLECTION) for m in p.finditer(text)]
        round_ = round_ or any(m.startswith("(") for m in marks)
    return Style(square, round_)


def find_alterations(text: str, span: Span, style: Style) -> list[Alteration]:
    """Alterations inside one stretch of quoted text, in order; none overlap."""
    found: list[Alteration] = []
    taken: list[Span] = []
    for kind, pattern in _KINDS:
        for m in pattern.finditer(text, span.start, span.end):
            at = Span(m.start(), m.end())
            if any(at.overlaps(t) for t in taken):
                continue
            taken.append(at)
            found.append(Alteration(kind, at, m.group(), _confidence(kind, m.group(), text, at, span, style)))
    return sorted(found, key=lambda a: a.span)


_KINDS: tuple[tuple[AlterationKind, re.Pattern[str]], ...] = (
    ("sic", SIC), ("ellipsis", OMISSION), ("capital", CAPITAL), ("inflection", INFLECTION),
    ("insertion", INSERTION), ("ellipsis", BARE_DOTS),
)  # fmt: skip


def _confidence(kind: AlterationKind, mark: str, text: str, at: Span, span: Span, style: Style) -> float:
    if kind == "ellipsis" and mark[0] not in "([":
        return 0.5 if _at_edge(text, at, span) else 0.7  # speech that trails off ends so too
    if _STAGE.fullmatch(mark):
        return 0.9
    if mark[0] == "[" or kind in ("sic", "ellipsis"):
        return 0.98
    if kind in ("capital", "inflection"):
        return 0.95 if style.round or kind == "capital" else 0.7  # "the treaty(ies)" may stand in a document
    return _round_insertion(mark, style)


def _round_insertion(mark: str, style: Style) -> float:
    if _ACRONYM.fullmatch(mark) or _REFERENCE.fullmatch(mark):
        return 0.3
    if style.round:
        return 0.92
    if style.square:
        return 0.2
    return 0.7 if len(mark.split()) <= 4 else 0.5


def _at_edge(text: str, at: Span, span: Span) -> bool:
    return not any(c.isalnum() for c in text[span.start : at.start]) or not any(c.isalnum() for c in text[at.end : span.end])


def as_spoken(text: str, spans: Sequence[Span], alterations: Sequence[Alteration]) -> str | None:
    """The words at `spans` without what the author put in; None where nothing was put in.

    An ellipsis stays: what it left out is unknown. A bracketed capital goes back to the other case.
    """
    made = [a for a in alterations if a.confidence >= 0.5 and a.kind != "ellipsis"]
    if not made:
        return None
    parts = [_without(text, s, [a for a in made if s.covers(a.span)]) for s in spans]
    joined = " … ".join(p for p in (_tidy(p) for p in parts) if p)
    return joined or None


def _without(text: str, span: Span, alterations: Sequence[Alteration]) -> str:
    out, at = [], span.start
    for a in alterations:
        out.append(text[at : a.span.start])
        if a.kind == "capital":
            letter = a.text.strip("()[]")
            out.append(letter.lower() if letter.isupper() else letter.upper())
        at = a.span.end
    return "".join([*out, text[at : span.end]])


def _tidy(text: str) -> str:
    """Close the gaps that taking words out leaves, and take outer quotation marks off."""
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r" +([.,;:!?”’])", r"\1", text)
    text = re.sub(r"([“(\[]) +", r"\1", text).strip()
    inner = text.strip('"“”„«»')
    return inner.strip() if not any(c in inner for c in '"“”„«»') else text
