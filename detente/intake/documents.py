"""PDF and DOCX: their text, and what they say of themselves."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from detente.errors import ArticleRefused
from detente.intake.limits import MAX_PDF_PAGES
from detente.intake.packed import opened_zip
from detente.intake.sealed import Sealed
from detente.read.article import MAX_CHARACTERS, Received, check_text, title_of, without_surrogates
from detente.types import Article, Refusal

_SPLIT_WORD = re.compile(r"(?<=[a-z])[-\u00ad]\n(?=[a-z])")
_WRITTEN = "the day on which the file was made was taken for that of publication"


def open_pdf(sealed: Sealed) -> Received:
    """The text of all pages. Raises ArticleRefused for a locked one, one of pictures only, or one that is too long."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(sealed.data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ArticleRefused(sealed.name, "is locked with a password; save it without one")
    if len(reader.pages) > MAX_PDF_PAGES:
        raise ArticleRefused(sealed.name, f"has {len(reader.pages):,} pages; at most {MAX_PDF_PAGES:,} are read")
    text = _joined(sealed.name, (page.extract_text() for page in reader.pages))
    if not text:
        raise ArticleRefused(sealed.name, "is a PDF without text, perhaps of scanned pages; recognise its text first")
    about = reader.metadata
    return _received(sealed, text, about and about.title, about and about.author, about and about.creation_date)


def _joined(name: str, pages: Iterator[str]) -> str:
    """Pages as one text, words that a line end splits made whole; stops at the length that is refused anyway."""
    parts: list[str] = []
    size = 0
    for page in pages:
        parts.append(_SPLIT_WORD.sub("", page).strip())
        size += len(page)
        if size > MAX_CHARACTERS:
            break
    return "\n\n".join(part for part in parts if part)


def open_docx(sealed: Sealed) -> Received:
    """The paragraphs and tables in order. Raises ArticleRefused for what is no DOCX, a bomb, or an empty one."""
    from docx import Document

    with opened_zip(sealed.name, io.BytesIO(sealed.data)):  # for its limits
        document = Document(io.BytesIO(sealed.data))
    text = "\n\n".join(part for block in document.iter_inner_content() if (part := _words(block)))
    if not text:
        raise ArticleRefused(sealed.name, "is a document without text")
    about = document.core_properties
    return _received(sealed, text, about.title, about.author, about.created)


def _words(block: Any) -> str:
    """Words of a paragraph, or of a table with a line for each row."""
    if hasattr(block, "rows"):
        return "\n".join(" ".join(cell.text.strip() for cell in row.cells) for row in block.rows).strip()
    return str(block.text).strip()


def _received(sealed: Sealed, text: str, title: Any, author: Any, made: Any) -> Received:
    text = without_surrogates(text)
    check_text(sealed.name, text)
    given = sealed.given
    notes: tuple[Refusal, ...] = ()
    if given.published_at is None and isinstance(made, datetime):
        given, notes = replace(given, published_at=made.date().isoformat()), (Refusal(sealed.name, _WRITTEN),)
    heading = _field(title) or given.title or title_of(text)
    return Received(Article(sealed.id, text, heading, given.published_at, given.publisher, _field(author), sealed.url), notes)


def _field(value: Any) -> str | None:
    return without_surrogates(value.strip()) or None if isinstance(value, str) else None
