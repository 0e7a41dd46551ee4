"""The article on a page of the web: its text, title, date and publisher."""

from __future__ import annotations

import json
from typing import Any

from detente.errors import ArticleRefused
from detente.read.article import MAX_CHARACTERS, decode
from detente.types import Article
from detente.web.fetch import Fetched


def article_of_page(html: str, name: str, url: str | None = None) -> Article:
    """The main text of a page. Raises ArticleRefused where there is none, or where the part that finds it is missing."""
    try:
        import trafilatura
    except ImportError:
        raise ArticleRefused(name, "is HTML, which needs trafilatura: pip install 'detente[web]'") from None
    if len(html) > 4 * MAX_CHARACTERS:
        raise ArticleRefused(name, "is too long a page")
    found: str | None = trafilatura.extract(
        html, url=url, output_format="json", with_metadata=True, include_comments=False, include_tables=False
    )
    data: dict[str, Any] = json.loads(found) if found else {}
    text = str(data.get("text") or "").strip()
    if not text:
        raise ArticleRefused(name, "is a page without an article that could be found; paste its text instead")
    paragraphs = "\n\n".join(line for line in text.split("\n") if line.strip())
    publisher = data.get("source-hostname") or data.get("hostname")
    return Article(
        url or name, paragraphs, data.get("title") or None, data.get("date") or None, publisher or None,
        data.get("author") or None, url,
    )  # fmt: skip


def article_of_answer(answer: Fetched) -> Article:
    """The article that an address gave."""
    text = answer.body.decode(answer.charset, "replace") if _known(answer.charset) else decode(answer.body).text  # type: ignore[arg-type]
    if answer.media_type == "text/plain":
        return Article(answer.url, text, url=answer.url)
    return article_of_page(text, answer.url, answer.url)


def _known(charset: str | None) -> bool:
    import codecs

    try:
        return charset is not None and codecs.lookup(charset) is not None
    except LookupError:
        return False
