"""Letters (EML): press releases and newsletters as they come by mail."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from detente.errors import ArticleRefused
from detente.intake.pages import extract, paragraphs
from detente.intake.sealed import Sealed
from detente.read.article import Received, check_text, without_surrogates
from detente.types import Article


def open_letter(sealed: Sealed) -> Received:
    """The body, plain text before HTML; the subject is the title, the sender the author. Attachments are left alone."""
    letter = message_from_bytes(sealed.data, policy=policy.default)
    body = letter.get_body(("plain", "html")) if isinstance(letter, EmailMessage) else None
    if body is None:
        raise ArticleRefused(sealed.name, "is a letter without a text")
    text = _text(body)
    if not text.strip():
        raise ArticleRefused(sealed.name, "is a letter without a text")
    check_text(sealed.name, text)
    given = sealed.given
    title, author = _header(letter, "Subject") or given.title, parseaddr(_header(letter, "From") or "")[0] or None
    article = Article(sealed.id, text, title, _day(letter) or given.published_at, given.publisher, author, sealed.url)
    return Received(article)


def _text(body: Any) -> str:
    content = body.get_content()
    content = content if isinstance(content, str) else content.decode("utf-8", "replace")
    if body.get_content_type() != "text/html":
        return without_surrogates(content.replace("\r\n", "\n"))
    found = extract(content.encode("utf-8", "replace"), None)
    return paragraphs(found.text if found is not None else None) or _all_words(content)


def _all_words(html: str) -> str:
    """Every word of a page: a letter is all main text."""
    from trafilatura import html2txt

    return paragraphs(html2txt(html))


def _header(letter: Any, name: str) -> str | None:
    try:
        value = letter[name]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):  # damaged headers break the parser in many ways
        return None
    return without_surrogates(" ".join(str(value).split())) or None if value else None


def _day(letter: Any) -> str | None:
    """When it was sent, with its zone; None where that is damaged or missing."""
    try:
        sent = letter["Date"].datetime if letter["Date"] else None
    except (ValueError, IndexError, KeyError, AttributeError, TypeError, OverflowError):
        return None
    return sent.isoformat() if sent else None
