"""RSS and Atom feeds, and lists of them (OPML)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from detente.errors import ArticleRefused
from detente.intake.addresses import canonical, is_web, slug_of
from detente.intake.limits import MAX_FEED_BYTES, MB
from detente.intake.pages import plain
from detente.read.article import Given, Received, digest_id, without_surrogates
from detente.types import Article, Refusal

_DECLARES = re.compile(rb"<!(?:ENTITY|DOCTYPE[^>]*\[)", re.I)
FULL_CHARACTERS = 1_500  # from so many on an entry holds the article itself rather than its first lines


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed. `text` is what the feed itself holds of the article, often only its first lines."""

    key: str
    url: str | None
    title: str | None
    text: str
    published_at: str | None
    author: str | None

    @property
    def is_full(self) -> bool:
        return len(self.text) >= FULL_CHARACTERS


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's name and its entries, as it gives them."""

    title: str | None
    entries: tuple[Entry, ...]


def feed_of(name: str, data: bytes) -> Feed:
    """A feed from its XML. Raises ArticleRefused for what is none, for one with entities of its own, and a large one."""
    import feedparser

    _check_xml(name, data, "feed")
    try:
        found = feedparser.parse(data, sanitize_html=True, resolve_relative_uris=False)
    except Exception as error:  # damaged XML breaks it in many ways
        raise ArticleRefused(name, f"is no feed that can be read ({type(error).__name__})") from None
    if not found.get("version"):
        raise ArticleRefused(name, "is no RSS or Atom feed")
    return Feed(_words(found.feed.get("title")), tuple(map(_entry, found.entries)))


def _check_xml(name: str, data: bytes, what: str) -> None:
    if len(data) > MAX_FEED_BYTES:
        raise ArticleRefused(name, f"is larger than {MAX_FEED_BYTES // MB} MB, the limit of one {what}")
    if _DECLARES.search(data):
        raise ArticleRefused(name, f"declares entities of its own, which no {what} needs and which may unfold without end")


def articles_of_feed(name: str, data: bytes, given: Given) -> Iterator[Received | Refusal]:
    """What a feed itself holds of its articles; nothing is fetched."""
    feed = feed_of(name, data)
    if not feed.entries:
        yield Refusal(name, "is a feed without entries")
    for number, entry in enumerate(feed.entries, 1):
        if entry.text:
            yield Received(article_of(entry, feed, given))
        else:
            yield Refusal(f"{name}:{number}", "has no text in the feed; `detente watch` fetches the page")


def article_of(entry: Entry, feed: Feed, given: Given) -> Article:
    """The article as far as the feed holds it."""
    return Article(
        id=slug_of(entry.url) if entry.url else digest_id(entry.text),
        text=entry.text,
        title=entry.title or given.title,
        published_at=entry.published_at or given.published_at,
        publisher=feed.title or given.publisher,
        author=entry.author,
        url=entry.url,
    )


def _entry(item: Any) -> Entry:
    url = item.get("link") if is_web(item.get("link") or "") else None
    contents = [c.get("value", "") for c in item.get("content", ())] + [item.get("summary") or ""]
    text = plain(max(contents, key=len))
    title = _words(item.get("title"))
    key = canonical(url) or item.get("id") or digest_id(f"{title}\n{text}")
    return Entry(str(key), url, title, text, _published(item), _words(item.get("author")))


def _published(item: Any) -> str | None:
    """When it was published or last changed, in UTC."""
    at = item.get("published_parsed") or dict.get(item, "updated_parsed")  # else feedparser warns of its own mapping
    try:
        return datetime(*at[:6]).replace(tzinfo=UTC).isoformat() if at else None
    except (ValueError, TypeError):
        return None


def _words(value: Any) -> str | None:
    return without_surrogates(" ".join(plain(value).split())) or None if isinstance(value, str) else None


def feeds_of_opml(name: str, data: bytes) -> list[str]:
    """Addresses of the feeds in a list, in order and each once. Raises ArticleRefused for what is no OPML."""
    _check_xml(name, data, "list of feeds")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise ArticleRefused(name, f"is no OPML: {error}") from None
    found = (outline.get("xmlUrl") or outline.get("xmlurl") or "" for outline in root.iter("outline"))
    return list(dict.fromkeys(url.strip() for url in found if is_web(url.strip())))
