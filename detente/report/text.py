"""A reading for the terminal: calm in 80 columns, and complete without colour."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Column, Table
from rich.text import Text

from detente.report import outline
from detente.report.outline import SURE, one_line, showable
from detente.types import Alteration, Event, Reading, Span, Statement

WIDEST = 100  # columns; longer lines are hard to read
_NARROWEST = 40
_DEEPEST = 4  # indents
_INDENT = 4

_STATUS_STYLES = {
    "happened": "bold", "scheduled": "cyan", "promised": "blue", "hypothetical": "dim italic", "denied": "red strike",
    "demanded": "yellow",
}  # fmt: skip
_ALTERED = {"ellipsis": "dim", "capital": "magenta", "inflection": "magenta"}
_PUT_IN = "red strike"
_MARKS = '“”„«»" '


def render(reading: Reading, *, colour: bool, width: int) -> str:
    """The reading as text of at most `width` columns, ended by a line end; ANSI colours only where `colour`."""
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=max(_NARROWEST, min(width, WIDEST)), force_terminal=colour, no_color=not colour,
        color_system="standard" if colour else None, highlight=False, emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip
    console.print(Group(*_sections(reading)))
    return "\n".join(line.rstrip() for line in buffer.getvalue().split("\n"))


def _sections(reading: Reading) -> Iterator[RenderableType]:
    yield from _headline(reading)
    yield from _statements(reading)
    yield from _section("Quotations that are nobody's statement", _unattributed(reading))
    yield from _section("Events", [_events(reading)] if reading.events else [])
    yield from _section("Times", [_times(reading)] if reading.timexes else [])
    yield from _section("Loaded words", _loaded(reading))
    yield from _section("Not read, or guessed", [Text(f"{one_line(r.name)}: {one_line(r.reason)}") for r in reading.refusals])


def _section(title: str, body: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """A heading with its body; nothing where the body is empty."""
    for number, part in enumerate(body):
        if number == 0:
            yield Text()
            yield Text(title.upper(), style="bold")
        yield Padding(part, (0, 0, 0, 2))


def _headline(reading: Reading) -> Iterator[RenderableType]:
    yield Text(outline.headline(reading), style="bold")
    if masthead := outline.masthead(reading):
        yield Text(masthead, style="dim")
    yield Rule(style="dim")
    yield Text(outline.tally(reading))
    if cut := sum(s.end - s.start for s in reading.boilerplate):
        yield Text(f"{cut:,} characters around the article were not read (boilerplate)", style="dim")


def _statements(reading: Reading) -> Iterator[RenderableType]:
    numbers = {s.id: str(number) for number, s in enumerate(reading.statements, 1)}
    for statement, depth in outline.branches(reading.statements):
        yield Text()
        yield Padding(_statement(reading, statement, numbers), (0, 0, 0, _INDENT * min(depth, _DEEPEST)))


def _statement(reading: Reading, statement: Statement, numbers: dict[str, str]) -> RenderableType:
    lines = [_speaker_line(statement, numbers), _content(reading.article.text, statement)]
    grid = _columns(Column(width=2, justify="right", style="dim", no_wrap=True), Column(overflow="fold"))
    grid.add_row(numbers[statement.id], Group(*lines, *(_labelled(label, text) for label, text in _remarks(statement))))
    return grid


def _columns(*columns: Column) -> Table:
    """A table without lines or heading."""
    grid = Table.grid(*columns, padding=(0, 2, 0, 0))
    grid.pad_edge = False
    return grid


def _speaker_line(statement: Statement, numbers: dict[str, str]) -> Text:
    known = statement.speaker or statement.source
    line = Text.assemble((outline.voice_key(statement)[0], "bold" if known else "italic"))
    if about := outline.about(statement.speaker):
        line.append(f", {about}", style="cyan")
    line.append(f"  {' · '.join(_facts(statement, numbers))}", style="dim")
    return line


def _facts(statement: Statement, numbers: dict[str, str]) -> Iterator[str]:
    yield statement.directness
    if statement.cue:
        yield f"“{one_line(statement.cue.text)}”"
    if statement.addressees:
        yield "to " + ", ".join(one_line(a.name) for a in statement.addressees)
    if statement.within in numbers:
        yield f"told in {numbers[statement.within]}"


def _content(text: str, statement: Statement) -> Text:
    content = Text()
    for number, span in enumerate(statement.content.spans):
        if number:
            content.append(" … ", style="dim")
        inside = sorted((a for a in statement.alterations if span.covers(a.span)), key=lambda a: a.span)
        content.append_text(_altered(text, span, inside))
    return content


def _altered(text: str, span: Span, alterations: list[Alteration]) -> Text:
    """The words at `span`, with what the author altered in a style of its own."""
    out, at = Text(), span.start
    for a in alterations:
        if a.confidence >= SURE and a.span.start >= at:
            out.append(_flowing(text[at : a.span.start]))
            out.append(_flowing(a.span.of(text)), style=_ALTERED.get(a.kind, _PUT_IN))
            at = a.span.end
    out.append(_flowing(text[at : span.end]))
    return out


def _flowing(text: str) -> str:
    """`text` showable, its line ends as blanks."""
    return re.sub(r"\s+", " ", showable(text))


def _remarks(statement: Statement) -> Iterator[tuple[str, str]]:
    if statement.alterations:
        yield "altered", "; ".join(dict.fromkeys(map(_alteration, statement.alterations)))
    if statement.as_spoken:
        yield "as spoken", one_line(statement.as_spoken)


def _alteration(a: Alteration) -> str:
    perhaps = "perhaps " if a.confidence < SURE else ""
    return f"“{one_line(a.text)}” {perhaps}{outline.ALTERATION_WORDS.get(a.kind, a.kind).removesuffix(' by the author')}"


def _labelled(label: str, text: str) -> Table:
    """A small label with its text beside it, wrapped under itself."""
    grid = _columns(Column(width=9, style="dim", no_wrap=True), Column(overflow="fold"))
    grid.add_row(label, Text(text))
    return grid


def _unattributed(reading: Reading) -> list[RenderableType]:
    quoted = ((one_line(q.text).strip(_MARKS), one_line(q.reason)) for q in reading.unattributed)
    return [Text.assemble(f"“{words}”  ", (reason, "dim")) for words, reason in quoted]


def _events(reading: Reading) -> Table:
    grid = _columns(Column(no_wrap=True), Column(no_wrap=True), Column(overflow="fold"))
    for event in outline.time_line(reading):
        sign, style = outline.STATUS_SIGNS.get(event.status, "·"), _STATUS_STYLES.get(event.status, "")
        grid.add_row(_day(event), Text(f"{sign} {event.status}", style=style), _event(reading, event))
    return grid


def _day(event: Event) -> str:
    """ISO, which lines up; a span of days on two lines."""
    if event.date is None:
        return "no date"
    return event.date.start if event.date.start == event.date.end else f"{event.date.start}\n– {event.date.end}"


def _event(reading: Reading, event: Event) -> Text:
    what, _, parties = outline.happening(event).partition(":")
    line = Text.assemble((what, "bold"), f":{parties}" if parties else "")
    line.append(f"\n“{one_line(event.trigger_text)}”, says {outline.told_by(reading, event)}", style="dim")
    if event.condition:
        line.append(f", depends on “{one_line(event.condition.of(reading.article.text))}”", style="dim")
    return line


def _times(reading: Reading) -> Text:
    pairs = dict.fromkeys(f"{one_line(t.text)} = {t.value or 'open'}" for t in reading.timexes)
    return Text(" · ".join(pairs))


def _loaded(reading: Reading) -> list[RenderableType]:
    """A line per voice, its words in the text's order, repeated ones counted."""
    voices = outline.loaded_by_voice(reading)
    return [Text.assemble((f"{voice}: ", "bold"), _tallied(found)) for voice, found in voices.items()]


def _tallied(found: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"“{words}”" + (f" ×{n}" if n > 1 else "") + f" ({kind})" for (words, kind), n in found.items())
