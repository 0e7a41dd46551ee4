"""A brief as text, Markdown and HTML: one outline of sections and rows, drawn three ways."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from detente.relations.brief import Brief, ItemLine, Line, Reference, Tension
from detente.relations.tension import sparkline
from detente.relations.words import without_dateline
from detente.report.outline import EVENT_WORDS, STATUS_SIGNS, day, one_line

_LONGEST = 180  # characters of a sentence that are shown in a row
_TRACKS = {
    "bilateral": "the two alone",
    "alliance": "with an alliance",
    "organisation": "in an organisation",
    "multilateral": "with others",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a section: `when` or whose, what in a few words, the words of the source, references."""

    label: str
    head: str
    words: str
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its rows; `empty` says what no rows mean."""

    title: str
    rows: tuple[Row, ...]
    empty: str = ""


def title_of(brief: Brief) -> str:
    return f"{brief.one} and {brief.other}, as known on {day(brief.as_of[:10])}"


def headline(brief: Brief) -> str:
    """What the brief rests on, in one sentence."""
    last = f", the last of {day(brief.last_published)}" if brief.last_published else ""
    return (
        f"{_number(brief.happenings, 'happening')} in {_number(brief.articles, 'article')} by "
        f"{_number(brief.publishers, 'publisher')}{last}"
    )


def tension_words(t: Tension) -> str:
    """Value, sparkline and change of one direction."""
    if t.value is None:
        return f"{t.actor} → {t.recipient}  no data"
    change = "" if t.change is None else f"  {t.change:+.1f} in a week"
    past = {None: "", True: ", unusual for these two", False: ""}[t.unusual]
    if t.change is not None and t.unusual is None:
        past = "; too little past to call it unusual or not"
    return f"{t.actor} → {t.recipient}  {t.value:+.1f}  {sparkline(t.weeks)}{change}{past}"


def sections(brief: Brief) -> Iterator[Section]:
    """All sections in the order in which they are shown."""
    sentences = {r.number: r for r in brief.references}
    yield Section("Lately", tuple(_happening(x, sentences) for x in brief.lately), "Nothing is reported of the last 14 days.")
    yield Section("Coming", tuple(_plan(x, sentences) for x in brief.coming), "No meeting with a date is known.")
    open_kinds = (("Open demands", brief.demands), ("Open threats", brief.threats), ("Open promises", brief.promises))
    for title, items in open_kinds:
        yield Section(title, tuple(map(_item, items)), "None.")
    for title, items in (("Offers", brief.offers), ("Predictions", brief.predictions), ("Settled lately", brief.settled)):
        if items:
            yield Section(title, tuple(map(_item, items)))
    if brief.contested:
        yield Section("Contested", tuple(_contested(x, sentences) for x in brief.contested))
    yield Section("Quoted most", tuple(_quoted(brief)), "Nobody is quoted by name.")
    yield Section("How loaded the coverage is", tuple(_loading(brief)), "No articles.")


def _number(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _what(line: Line) -> str:
    what = EVENT_WORDS.get(line.event_type, line.event_type.lower()) + (f" ({line.mode})" if line.mode else "")
    doers = " and ".join(line.actors) if len(line.actors) < 3 else ", ".join(line.actors)
    parties = " → ".join(filter(None, (doers, ", ".join(line.recipients))))
    return f"{what}: {parties}" + (f", in {one_line(line.place)}" if line.place else "")


def _when(line: Line) -> str:
    if line.first_day == line.last_day:
        return ("" if line.day_named else "about ") + day(line.first_day)
    return f"{day(line.first_day)} – {day(line.last_day)}"


def _happening(line: Line, sentences: dict[int, Reference]) -> Row:
    sign = STATUS_SIGNS.get(line.status, "·")  # type: ignore[call-overload]
    tail = [_number(line.publishers, "publisher")]
    if "narrator" not in line.said_by and line.said_by:
        tail.append(f"says {', '.join(line.said_by)}")
    if line.status == "denied":
        tail.append("denied")
    return Row(_when(line), f"{sign} {_what(line)}; {', '.join(tail)}", _words(line, sentences), line.references)


def _plan(line: Line, sentences: dict[int, Reference]) -> Row:
    track = _TRACKS.get(line.track or "", line.track or "")
    head = f"○ {_what(line)}; {track}, {_number(line.publishers, 'publisher')}"
    return Row(_when(line), head, _words(line, sentences), line.references)


def _contested(line: Line, sentences: dict[int, Reference]) -> Row:
    said = ", ".join("the publishers" if x == "narrator" else x for x in line.said_by)
    head = f"{_what(line)}; said by {said}, denied by {', '.join(line.denied_by)}"
    return Row(_when(line), head, _words(line, sentences), line.references)


def _words(line: Line, sentences: dict[int, Reference]) -> str:
    return shortened(sentences[line.references[0]].text) if line.references else ""


def shortened(text: str, most: int = _LONGEST) -> str:
    """The text on one line, cut at a word where it is long."""
    text = without_dateline(one_line(text))
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"


def _item(item: ItemLine) -> Row:
    who = f"{item.who}, {item.actor}" if item.who != item.actor else item.actor
    if item.teller:
        head = f"{item.teller} on {item.actor} and {item.recipient}, {day(item.opened)}: {item.status}"
    else:
        head = f"{who} → {item.recipient}, {day(item.opened)}: {item.status}"
    if item.due:
        head += f", for {day(item.due[0])}" + (f" – {day(item.due[1])}" if item.due[1] != item.due[0] else "")
    if item.condition:
        head += f"; depends on “{one_line(item.condition)}”"
    if item.answer:
        sure = "decided by a person" if item.decided else f"confidence {item.confidence:.2f}"
        head += f"; last {day(item.answered or '')}: {one_line(item.answer)}, {sure}"
    return Row(f"{item.kind} {item.number}", head, shortened(item.what), item.references)


def _quoted(brief: Brief) -> Iterator[Row]:
    for code, people in brief.quoted.items():
        for p in people:
            role = f", {one_line(p.role)}" if p.role else ""
            yield Row(code, f"{one_line(p.name)}{role}: {_number(p.statements, 'statement')}", "", p.references)


def _loading(brief: Brief) -> Iterator[Row]:
    for p in brief.loading:
        rate = "no words" if p.loaded_per_thousand is None else f"{p.loaded_per_thousand:.1f} loaded in 1,000 words"
        copies = f", {p.copies} with another publisher's words" if p.copies else ""
        yield Row(one_line(p.publisher), f"{rate}, {_number(p.articles, 'article')}{copies}", "", ())


# As text -----------------------------------------------------------------------------------------------------------------


def as_text(brief: Brief, *, width: int = 80, colour: bool = False) -> str:
    """The brief for a terminal, ended by a line end; calm in 80 columns."""
    from rich.console import Console

    buffer = io.StringIO()
    console = Console(
        file=buffer, width=max(40, min(width, 100)), force_terminal=colour, no_color=not colour, highlight=False, emoji=False,
        color_system="standard" if colour else None, markup=False, legacy_windows=False,
    )  # fmt: skip
    for part in _text_parts(brief):
        console.print(part)
    return "\n".join(line.rstrip() for line in buffer.getvalue().split("\n"))


def _text_parts(brief: Brief) -> Iterator[Any]:
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.text import Text

    yield Text(title_of(brief), style="bold")
    yield Rule(style="dim")
    yield Text(headline(brief))
    yield Text()
    yield Text("Tension, weekly for half a year; up is conflict", style="dim")
    yield from (Text(f"  {tension_words(t)}") for t in brief.tension)
    yield from (Text(f"Note: {note}", style="italic") for note in brief.notes)
    for section in sections(brief):
        yield Text()
        yield Text(section.title.upper(), style="bold")
        if not section.rows:
            yield Text(f"  {section.empty}", style="dim")
        for row in section.rows:
            yield Padding(_text_row(row), (0, 0, 0, 2))
    if brief.references:
        yield Text()
        yield Text("REFERENCES", style="bold")
    yield from (Padding(Text(line), (0, 0, 0, 2)) for line in _reference_lines(brief.references))


def _text_row(row: Row) -> Any:
    from rich.text import Text

    line = Text.assemble((f"{row.label}  ", "dim"), row.head)
    if row.words:
        line.append(f"\n    {row.words}", style="italic")
    if row.references:
        line.append(" " + "".join(f"[{n}]" for n in row.references), style="cyan")
    return line


def _reference_lines(references: Sequence[Reference]) -> Iterator[str]:
    """A line for each article with its numbers and their sentences, in the order of the first number."""
    by_article: dict[int, list[Reference]] = {}
    for r in references:
        by_article.setdefault(r.article, []).append(r)
    for own in by_article.values():
        numbers = "".join(f"[{r.number}]" for r in own)
        places = f"sentence{'s' if len(own) > 1 else ''} {', '.join(str(r.sentence) for r in own)}"
        yield f"{numbers} {_article(own[0])}, {places}"


def _article(r: Reference) -> str:
    return f"{one_line(r.publisher)}, {day(r.published)}: {one_line(r.title)}"


def _reference(r: Reference) -> str:
    return f"{_article(r)}, sentence {r.sentence}"


# As Markdown -------------------------------------------------------------------------------------------------------------


def as_markdown(brief: Brief) -> str:
    """The brief as Markdown with footnotes."""
    lines = [f"# {_md(title_of(brief))}", "", _md(headline(brief)), ""]
    lines += [f"- Tension {_md(tension_words(t))}" for t in brief.tension]
    lines += [f"\n> {_md(note)}" for note in brief.notes]
    for section in sections(brief):
        lines += ["", f"## {section.title}", ""]
        lines += [_md_row(row) for row in section.rows] or [section.empty]
    lines += [""] + [f"[^{r.number}]: {_md(_reference(r))}: “{_md(r.text)}”" for r in brief.references]
    return "\n".join(lines) + "\n"


def _md_row(row: Row) -> str:
    words = f" “{_md(row.words)}”" if row.words else ""
    return f"- **{_md(row.label)}** {_md(row.head)}{words}" + "".join(f"[^{n}]" for n in row.references)


def _md(text: str) -> str:
    """Text in which nothing is Markdown or HTML."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "\\`*_[]#|~" else c for c in text)


# As HTML -----------------------------------------------------------------------------------------------------------------


def as_html(brief: Brief, likely: Sequence[str] = ()) -> str:
    """A self-contained page without scripts; every reference leads to its sentence. likely: lines about what may come."""
    from detente.report.html import _environment, _style, _style_hash

    template = _environment().get_template("brief.html")
    shown = list(sections(brief))
    return template.render(
        brief=brief, title=title_of(brief), headline=headline(brief), tension=[tension_words(t) for t in brief.tension],
        sections=shown, references=[(r, _reference(r)) for r in brief.references], style=_style(), style_hash=_style_hash(),
        likely=likely,
    )  # fmt: skip
