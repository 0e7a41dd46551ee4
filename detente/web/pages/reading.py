"""How far the reading of what was sent is, and what became of each article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from detente.ledger.overview import article_in
from detente.web.pages.page import Asked, NotThere, Page
from detente.web.queue import Progress

if TYPE_CHECKING:
    from detente.web.uploads import Uploads


@dataclass(frozen=True)
class Line:
    """One article: its title where the ledger has it."""

    name: str
    outcome: str
    row: int | None
    reason: str | None


@dataclass(frozen=True)
class UploadCard:
    """One file, text or address, and its articles; `left_out` are so many that only some are listed."""

    name: str
    kind: str
    state: str
    articles: int
    refused: int
    lines: tuple[Line, ...]
    left_out: int


@dataclass(frozen=True, kw_only=True)
class ReadingPage(Page):
    """Uploads of one batch, or the latest of all. `running` while any of them is not done."""

    template: ClassVar[str] = "reading.html"
    batch: str | None
    uploads: tuple[UploadCard, ...]
    running: bool
    done: int
    articles: int
    refused: int


def reading_page(ask: Asked, uploads: Uploads, batch: str | None = None) -> ReadingPage:
    """The progress of a batch."""
    found = uploads.queue.progress(batch, limit=300 if batch else 100)
    if batch is not None and not found:
        raise NotThere("There is no such upload; those of more than 30 days ago are forgotten.")
    return ReadingPage(
        title="Reading", known=ask.known, batch=batch, uploads=tuple(_card(ask, u) for u in found),
        running=any(u.state != "done" for u in found), done=sum(u.state == "done" for u in found),
        articles=sum(u.articles for u in found), refused=sum(u.refused for u in found),
    )  # fmt: skip


def _card(ask: Asked, u: Progress) -> UploadCard:
    lines = tuple(Line(_title(ask, o.row) or o.name, o.outcome, o.row, o.reason) for o in u.outcomes[:50])
    return UploadCard(u.name, u.kind, u.state, u.articles, u.refused, lines, max(0, u.articles + u.refused - len(lines)))


def _title(ask: Asked, row: int | None) -> str | None:
    found = article_in(ask.db, row, known_by=ask.known_by) if row is not None else None
    return found.headline if found else None
