"""HTML pages: main text, title, author, publisher and date, found by trafilatura."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
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
FEW_LETTERS = 40  # a page that gives fewer is a menu, a picture or a wall
FEW_CHARACTERS = 500  # where the fast way gives fewer, the thorough one may find the article
_TAG = re.compile(r"<[^<>]{0,1000}>")
_BLOCK = re.compile(r"<\s*/?\s*(?:p|div|br|li|h[1-6]|blockquote)\b[^<>]{0,1000}>", re.I)
_SEPARATORS = re.compile(r"\s+[|–—·»«:-]+\s+|\s*\|\s*")
_HEADING = re.compile(rb"<h1\b[^>]{0,2000}>(.{1,3000}?)</h1", re.I | re.S)
_CAPTURED = "the page names no date; the day on which it was captured was taken"


def open_page(sealed: Sealed) -> Received:
    """The article of a page. Raises ArticleRefused where there is none, or the page is larger than is parsed."""
    if len(sealed.data) > MAX_PAGE_BYTES:
        raise ArticleRefused(sealed.name, f"is larger than {MAX_PAGE_BYTES // MB} MB, the limit of one page")
    if sealed.data.count(b"<") > MAX_PAGE_TAGS:
        raise ArticleRefused(sealed.name, f"holds more than {MAX_PAGE_TAGS:,} tags, the limit of one page")
    found = extract(sealed.data, sealed.url)
    text = paragraphs(found.text if found is not None else None)
    if sum(map(str.isalpha, text)) < FEW_LETTERS:
        raise ArticleRefused(sealed.name, _no_text(sealed.data))
    check_text(sealed.name, text)
    notes: tuple[Refusal, ...] = ()
    given, published_at = sealed.given, _date(found.date)
    if published_at is None and given.published_at is None and sealed.seen_on:
        given, notes = replace(given, published_at=sealed.seen_on), (Refusal(sealed.name, _CAPTURED),)
    return Received(_article(sealed, found, text, published_at, given), notes)


def extract(data: bytes, url: str | None) -> Any:
    """What trafilatura finds, without comments; None where that is nothing. Its fast way is mostly the more exact one."""
    from trafilatura import bare_extraction

    clean = data.replace(b"\x00", b"") if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else data
    found = bare_extraction(clean, url=url, include_comments=False, with_metadata=True, fast=True)
    if _length(found) >= FEW_CHARACTERS:
        return found
    thorough = bare_extraction(clean, url=url, include_comments=False, with_metadata=True)
    return thorough if _length(thorough) > 2 * _length(found) else found


def _length(found: Any) -> int:
    return len(found.text or "") if found is not None else 0


def headline(title: str | None, data: bytes, site: str | None) -> str | None:
    """A page's title without the name of the site: its main heading where the title holds it, else without a last part
    that names the site."""
    if title is None:
        return None
    parts = [part for part in _SEPARATORS.split(title) if part]
    headings = {_letters(plain(m[1].decode("utf-8", "replace"))) for m in _HEADING.finditer(data)}
    for size in range(len(parts), 0, -1):
        for start in range(len(parts) - size + 1):
            first, last = title.index(parts[start]), title.rindex(parts[start + size - 1]) + len(parts[start + size - 1])
            if _letters(title[first:last]) in headings:
                return title[first:last]
    if len(parts) > 1 and site and (own := _letters(parts[-1])) and (own in _letters(site) or _letters(site) in own):
        return title[: title.rindex(parts[-1])].rstrip(" |–—·»«:-") or title
    return title


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def plain(html: str) -> str:
    """The words of a piece of HTML, paragraphs apart."""
    return paragraphs(unescape(_TAG.sub("", _BLOCK.sub("\n", " ".join(html.split())))))


def paragraphs(text: str | None) -> str:
    """Text with a blank line between paragraphs, which trafilatura parts by a single line end."""
    lines = (line.strip() for line in without_surrogates(text or "").split("\n"))
    return "\n\n".join(line for line in lines if line)


def _article(sealed: Sealed, found: Any, text: str, published_at: str | None, given: Given) -> Article:
    url = sealed.url or _field(found.url)
    return Article(
        id=sealed.id,
        text=text,
        title=headline(_field(found.title), sealed.data, _field(found.sitename) or host_of(url)) or given.title,
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
