"""A reading as HTML: the article with what was found marked in it, and the same as lists beside it.

A page is one file that needs no network and no script. Whatever comes from an article is escaped, and the page's
content policy forbids scripts, so that a hostile article stays text.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from detente.report import outline
from detente.report.layers import Mark, Nested, nest, over_paragraphs
from detente.types import Alteration, Event, Reading, Span, Statement

COLOURS = 7  # voices with a colour of their own; later ones share a grey
_PARAGRAPH = re.compile(r"\S(?:.*?\S)?(?=\s*?\n[^\S\n]*\n|\s*\Z)", re.S)


def page(readings: Iterable[Reading]) -> str:
    """A self-contained HTML file with all readings."""
    shown = [shown_of(r, n) for n, r in enumerate(readings)]
    return _environment().get_template("page.html").render(shown=shown, style=_style(), style_hash=_style_hash())


def fragment(reading: Reading) -> str:
    """One reading with its own styles, to stand inside another page such as a notebook."""
    name = "f" + hashlib.sha256(reading.article.id.encode("utf-8", "replace")).hexdigest()[:8]
    return _environment().get_template("fragment.html").render(r=shown_of(reading, name), style=_style())


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("detente", "report/templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(signs=outline.STATUS_SIGNS, statuses=list(outline.STATUS_SIGNS))
    return environment


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup((files("detente.report") / "templates" / "report.css").read_text(encoding="utf-8"))


def _style_hash() -> str:
    return "sha256-" + b64encode(hashlib.sha256(_style().encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of the article as HTML; `aside` for boilerplate."""

    html: Markup
    aside: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One statement in the list: `depth` counts how many others report it."""

    number: int
    colour: int
    name: str
    about: str
    to: str
    directness: str
    depth: int
    anchor: str
    content: Markup
    as_spoken: str | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One event in the time line."""

    when: str
    status: str
    what: str
    trigger: str
    told_by: str
    condition: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the templates show of one reading."""

    anchor: str
    headline: Markup
    masthead: str
    tally: str
    url: str | None
    reader: str
    passages: list[list[Passage]]
    voices: list[tuple[int, outline.Voice]]
    lines: list[Line]
    happenings: list[Happening]
    reading: Reading
    loaded: dict[str, list[tuple[str, str, int]]]


def shown_of(reading: Reading, name: int | str, extra: Sequence[Mark] = ()) -> Shown:
    """What the templates show of a reading. `extra` marks are laid over the text beside those of what was found."""
    anchor = f"r{name}" if isinstance(name, int) else name
    headline, passages = _body(reading, anchor, extra)
    url = reading.article.url or ""
    return Shown(
        anchor, headline, outline.masthead(reading), outline.tally(reading),
        url if re.match(r"https?://", url, re.I) else None, reading.reader, passages,
        [(colour_of(v.number), v) for v in outline.voices(reading).values()],
        list(_lines(reading, anchor)), [_happening(reading, e, anchor) for e in outline.time_line(reading)], reading,
        {who: [(w, kind, n) for (w, kind), n in found.items()] for who, found in outline.loaded_by_voice(reading).items()},
    )  # fmt: skip


def colour_of(number: int) -> int:
    """The colour of the voice with that number; 0 is the grey that later voices share."""
    return number if number <= COLOURS else 0


def _body(reading: Reading, anchor: str, extra: Sequence[Mark]) -> tuple[Markup, list[list[Passage]]]:
    """The headline and the paragraphs, those of a kind next to each other in one list.

    A text that begins with its own title shows it once, as the headline.
    """
    passages = list(marked_paragraphs(reading, anchor, extra))
    title = reading.article.title
    if passages and title and passages[0][0].of(reading.article.text) == title.strip():
        return passages[0][1].html, _grouped([p for _, p in passages[1:]])
    return escape(outline.headline(reading)), _grouped([p for _, p in passages])


def _grouped(passages: Sequence[Passage]) -> list[list[Passage]]:
    groups: list[list[Passage]] = []
    for p in passages:
        if not groups or groups[-1][0].aside != p.aside:
            groups.append([])
        groups[-1].append(p)
    return groups


def marked_paragraphs(reading: Reading, anchor: str, extra: Sequence[Mark] = ()) -> Iterator[tuple[Span, Passage]]:
    """Each paragraph of the text, what was found in it marked; paragraphs end at blank lines."""
    text = reading.article.text
    paragraphs = [Span(m.start(), m.end()) for m in _PARAGRAPH.finditer(text)]
    for span, marks in over_paragraphs([*extra, *_marks(reading, anchor)], paragraphs):
        aside = any(b.covers(span) for b in reading.boilerplate)
        yield span, Passage(drawn(text, nest(marks, span)), aside)


def drawn(text: str, whole: Nested) -> Markup:
    """A tree of marks as HTML; its text alone is the text itself, since all additions are attributes.

    Marks may lie inside each other as deep as they like.
    """
    out: list[Markup] = []
    at = whole.span.start
    ahead = [(whole, 0)]  # what is open, with the number of its pieces that are drawn
    while ahead:
        node, done = ahead.pop()
        if done < len(node.pieces):
            piece = node.pieces[done]
            out += (escape(text[at : piece.span.start]), _opening(piece))
            at = piece.span.start
            ahead += ((node, done + 1), (piece, 0))
        else:
            out += (escape(text[at : node.span.end]), Markup("</span>") if node.mark else Markup(""))
            at = node.span.end
    return Markup("").join(out)


def _opening(node: Nested) -> Markup:
    """The start tag of a mark, and its number."""
    mark = node.mark
    assert mark is not None
    opening = Markup('<span class="{}"').format(f"{mark.layer} {mark.classes}".strip())
    if mark.anchor:
        opening += Markup(' id="{}"').format(mark.anchor)
    if mark.tip:
        opening += Markup(' data-tip="{}"').format(mark.tip)
        opening += Markup(' tabindex="0"') if mark.layer in ("alteration", "event", "loaded", "quotation") else Markup("")
    number = Markup("")
    if mark.number is not None:
        number = Markup('<a class="number" href="#{0}-line" data-number="{1}" aria-label="statement {1}"></a>').format(
            mark.anchor, mark.number
        )
    return opening + Markup(">") + number


def _marks(reading: Reading, anchor: str) -> Iterator[Mark]:
    yield from _statement_marks(reading, anchor)
    for q in reading.unattributed:
        yield Mark(q.span, "quotation", tip=f"nobody's statement: {q.reason}")
    for t in reading.timexes:
        yield Mark(t.span, "time", tip=f"{t.type.lower()}: {t.value or 'cannot be resolved'}")
    for e in reading.events:
        tip = f"{outline.happening(e)} ({e.status}), says {outline.told_by(reading, e)}"
        yield Mark(e.trigger, "event", f"is-{e.status}", tip, anchor=f"{anchor}-{e.id}")
        if e.condition:
            yield Mark(e.condition, "condition", tip=f"on this depends: {outline.happening(e)}")
    for w in reading.loaded:
        yield Mark(w.span, "loaded", tip=f"loaded: {w.kind}")


def _statement_marks(reading: Reading, anchor: str) -> Iterator[Mark]:
    voices = outline.voices(reading)
    depths = {s.id: depth for s, depth in outline.branches(reading.statements)}
    for n, s in enumerate(reading.statements, 1):
        voice = voices[outline.voice_key(s)]
        colour = f"v{colour_of(voice.number)}"
        for part, layer in ((s.source, "source"), (s.cue, "cue")):
            for span in part.spans if part else ():
                yield Mark(span, layer, colour)  # type: ignore[arg-type]
        tip = f"{voice.name}{f' ({voice.about})' if voice.about else ''}, {s.directness}"
        for k, span in enumerate(s.content.spans):
            first = {"number": n, "anchor": f"{anchor}-{s.id}"} if k == 0 else {}
            yield Mark(span, "content", f"{colour} {s.directness}", tip, depth=depths.get(s.id, 0), **first)  # type: ignore[arg-type]
        yield from (_alteration_mark(a) for a in s.alterations if a.confidence >= outline.SURE)


def _alteration_mark(a: Alteration) -> Mark:
    return Mark(a.span, "alteration", f"is-{a.kind}", outline.ALTERATION_WORDS[a.kind])


def _lines(reading: Reading, anchor: str) -> Iterator[Line]:
    voices = outline.voices(reading)
    numbers = {s.id: n for n, s in enumerate(reading.statements, 1)}
    for s, depth in outline.branches(reading.statements):
        voice = voices[outline.voice_key(s)]
        yield Line(
            numbers[s.id], colour_of(voice.number), voice.name, outline.about(s.speaker),
            ", ".join(outline.one_line(a.name) for a in s.addressees), s.directness, min(depth, 4),
            f"{anchor}-{s.id}", _content(reading, s), outline.one_line(s.as_spoken) if s.as_spoken else None,
        )  # fmt: skip


def _content(reading: Reading, statement: Statement) -> Markup:
    """The content with the author's changes marked."""
    text, part = reading.article.text, statement.content
    marks = [_alteration_mark(a) for a in statement.alterations if a.confidence >= outline.SURE]
    return Markup(" … ").join(drawn(text, nest(marks, span)) for span in part.spans)


def _happening(reading: Reading, event: Event, anchor: str) -> Happening:
    condition = outline.one_line(event.condition.of(reading.article.text)) if event.condition else ""
    return Happening(
        outline.event_day(event), event.status, outline.happening(event), outline.one_line(event.trigger_text),
        outline.told_by(reading, event), condition, f"{anchor}-{event.id}",
    )  # fmt: skip
