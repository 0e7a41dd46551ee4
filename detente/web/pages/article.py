"""An article with what was found in it: whole, or only what happened, what one voice says, or the narrator's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from detente.ledger.clocks import stamp
from detente.ledger.overview import article_in, event_numbers
from detente.ledger.queries import reading_in, versions
from detente.ledger.revive import reading_from
from detente.report import outline
from detente.report.html import Happening, Line, Shown, shown_of
from detente.report.layers import Mark
from detente.types import Event, Reading, Span
from detente.web.pages.cards import ArticleCard, article_card
from detente.web.pages.page import Asked, NotThere, Page

View = Literal["all", "happened", "voice", "narrator"]
OTHER_VIEWS: tuple[View, ...] = ("happened", "narrator")  # beside the whole and those of single voices
ANCHOR = "a"


@dataclass(frozen=True, kw_only=True)
class ArticlePage(Page):
    """A reading and how it is to be looked at. `numbers`: the ledger's numbers of its events, by their ids.

    voice: number of the voice whose words are shown, in order of first appearance. loaded: whether loaded words are marked.
    replaced: whether a later text was known by then.
    """

    template: ClassVar[str] = "article.html"
    article: ArticleCard
    url: str | None
    view: View
    voice: int | None
    loaded: bool
    replaced: bool
    versions: tuple[ArticleCard, ...]
    numbers: dict[str, int]
    reading: dict[str, Any]

    def voices(self) -> list[int]:
        """Numbers of the voices that speak in it."""
        return sorted(set(_number_of(reading_from(self.reading, "stored reading")).values()))

    def drawn(self) -> dict[str, Any]:
        reading = reading_from(self.reading, "stored reading")
        shown = shown_of(reading, ANCHOR, tuple(_shades(reading, self.view, self.voice)))
        events = {f"{ANCHOR}-{e.id}": e for e in reading.events}
        return {
            "shown": shown, "lines": list(_lines(shown, reading, self.view, self.voice)),
            "events": [(h, self.numbers.get(events[h.anchor].id)) for h in _events(shown, reading, self.view, self.voice)],
            "voices": [v for _, v in shown.voices], "anchor": ANCHOR,
        }  # fmt: skip


def article_page(ask: Asked, row: int, view: View = "all", voice: int | None = None, loaded: bool = False) -> ArticlePage:
    """The article in a row of the ledger, in the version that stands there."""
    ref = article_in(ask.db, row, known_by=ask.known_by)
    reading = reading_in(ask.db, row, known_by=ask.known_by)
    if ref is None or reading is None:
        raise NotThere(f"there is no article {row} known by {ask.known_by:%Y-%m-%d}")
    known = versions(ask.db, row, known_by=ask.known_by)
    replaced = ref.replaced_at is not None and ref.replaced_at <= stamp(ask.known_by)
    if view == "voice" and not _contents(reading, voice):
        view, voice = "all", None
    return ArticlePage(
        title=outline.one_line(ref.headline), known=ask.known, article=article_card(ref), url=ref.url, view=view,
        voice=voice if view == "voice" else None, replaced=replaced, loaded=loaded, versions=tuple(map(article_card, known)),
        numbers={} if replaced else event_numbers(ask.db, row), reading=reading.to_dict(),
    )  # fmt: skip


def _number_of(reading: Reading) -> dict[str, int]:
    """The number of the voice of each statement."""
    known = outline.voices(reading)
    return {s.id: known[outline.voice_key(s)].number for s in reading.statements}


def _contents(reading: Reading, voice: int | None) -> list[Span]:
    """Where a voice's words stand; with None, where any voice's do."""
    numbers = _number_of(reading)
    return [span for s in reading.statements if voice in (None, numbers[s.id]) for span in s.content.spans]


def _shades(reading: Reading, view: View, voice: int | None) -> Iterator[Mark]:
    """Marks over all that the view leaves out."""
    whole = Span(0, len(reading.article.text))
    if view == "all":
        return
    if view == "narrator":
        left_out = _joined(_contents(reading, None))
    else:
        left_out = _between(_contents(reading, voice) if view == "voice" else _told(reading), whole)
    yield from (Mark(span, "shade") for span in left_out)


def _told(reading: Reading) -> list[Span]:
    """Sentences with something that happened."""
    at = [e.trigger.start for e in reading.events if e.status == "happened"]
    return [s for s in reading.sentences if any(s.start <= n < s.end for n in at)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same stretches without overlaps, in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _between(kept: Iterable[Span], whole: Span) -> list[Span]:
    """What lies between the kept spans."""
    found, at = [], whole.start
    for span in _joined(kept):
        if span.start > at:
            found.append(Span(at, span.start))
        at = span.end
    return [*found, Span(at, whole.end)] if at < whole.end else found


def _lines(shown: Shown, reading: Reading, view: View, voice: int | None) -> list[Line]:
    """The statements of the view."""
    if view in ("happened", "narrator"):
        return []
    numbers = _number_of(reading)
    own = {n for n, s in enumerate(reading.statements, 1) if voice in (None, numbers[s.id])}
    return [line for line in shown.lines if line.number in own]


def _events(shown: Shown, reading: Reading, view: View, voice: int | None) -> Sequence[Happening]:
    """The events of the view."""
    numbers = _number_of(reading)

    def kept(e: Event) -> bool:
        if view == "happened":
            return e.status == "happened"
        if view == "narrator":
            return e.statement is None
        return voice is None or any(numbers.get(v) == voice for v in e.voices)

    wanted = {f"{ANCHOR}-{e.id}" for e in reading.events if kept(e)}
    return [h for h in shown.happenings if h.anchor in wanted]
