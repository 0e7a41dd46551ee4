"""HTML pages: main text, title, author, publisher and date, found by trafilatura."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from detente.errors import ArticleRefused
from detente.intake.addresses import host_of
from detente.intake.limits import MAX_PAGE_BYTES, MAX_PAGE_DEPTH, MAX_PAGE_TAGS, MB
from detente.intake.sealed import Sealed
from detente.read.article import Given, Received, check_text, is_iso_date, without_surrogates
from detente.types import Article, Refusal

_OPENED = re.compile(
    rb"<(/?)(?:div|p|span|section|article|table|tr|td|ul|ol|li|blockquote|b|i|a|font|main)\b[^<>]{0,2000}>", re.I
)
FEW_WORDS = 8  # a page that gives fewer is a menu, a picture or a wall
_CAPTURED = "the page names no date; the day on which it was captured was taken"


def open_page(sealed: Sealed) -> Received:
    """The article of a page. Raises ArticleRefused where there is none, or the page is larger than is parsed."""
    if len(sealed.data) > MAX_PAGE_BYTES:
        raise ArticleRefused(sealed.name, f"is larger than {MAX_PAGE_BYTES // MB} MB, the limit of one page")
    if sealed.data.count(b"<") > MAX_PAGE_TAGS:
        raise ArticleRefused(sealed.name, f"holds more than {MAX_PAGE_TAGS:,} tags, the limit of one page")
    found = extract(sealed.data, sealed.url)
    text = paragraphs(found.text if found is not None else None)
    if len(text.split()) < FEW_WORDS:
        raise ArticleRefused(sealed.name, _no_text(sealed.data))
    check_text(sealed.name, text)
    notes: tuple[Refusal, ...] = ()
    given, published_at = sealed.given, _date(found.date)
    if published_at is None and given.published_at is None and sealed.seen_on:
        given, notes = replace(given, published_at=sealed.seen_on), (Refusal(sealed.name, _CAPTURED),)
    return Received(_article(sealed, found, text, published_at, given), notes)


def extract(data: bytes, url: str | None) -> Any:
    """What trafilatura finds, None where that is nothing. Without comments; its fast way is also the more exact one."""
    from trafilatura import bare_extraction

    clean = data.replace(b"\x00", b"") if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else data
    return bare_extraction(clean, url=url, include_comments=False, with_metadata=True, fast=True)


def paragraphs(text: str | None) -> str:
    """Text with a blank line between paragraphs, which trafilatura parts by a single line end."""
    lines = (line.strip() for line in without_surrogates(text or "").split("\n"))
    return "\n\n".join(line for line in lines if line)


def _article(sealed: Sealed, found: Any, text: str, published_at: str | None, given: Given) -> Article:
    url = sealed.url or _field(found.url)
    return Article(
        id=sealed.id,
        text=text,
        title=_field(found.title) or given.title,
        published_at=published_at or given.published_at,
        publisher=_field(found.sitename) or given.publisher or host_of(url),
        author=_field(found.author),
        url=url,
    )


def _field(value: str | None) -> str | None:
    return without_surrogates(" ".join(value.split())) or None if value else None


def _date(value: str | None) -> str | None:
    return value if value and is_iso_date(value) else None


def _no_text(data: bytes) -> str:
    if depth_of(data) > MAX_PAGE_DEPTH:
        return f"nests its elements more than {MAX_PAGE_DEPTH} deep, the limit of the HTML parser; no main text was found"
    return "no main text was found on the page; save the text of the article as plain text"


def depth_of(data: bytes) -> int:
    """How deep the commonest elements of a page nest, roughly: end tags that were left out count as missing."""
    depth = deepest = 0
    for m in _OPENED.finditer(data):
        depth = max(0, depth - 1) if m[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
