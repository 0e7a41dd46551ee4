"""Crawls: the HTML pages of WARC files, such as those of Common Crawl News."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from detente.errors import ArticleRefused
from detente.intake.addresses import slug_of
from detente.intake.limits import MAX_PAGE_BYTES, MB
from detente.intake.sealed import Sealed
from detente.read.article import Given
from detente.types import Refusal

_HTML = ("text/html", "application/xhtml+xml")


def pages_of_warc(name: str, stream: IO[bytes], given: Given) -> Iterator[Sealed | Refusal]:
    """The pages that were answered with HTML and 200, in order. Raises ArticleRefused where the file is damaged."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    try:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True, auto_decode="all"):
            if _is_page(record):
                yield _page(name, record, given)
    except (OSError, ValueError, RuntimeError, EOFError) as error:
        if isinstance(error, ArticleRefused):
            raise
        raise ArticleRefused(name, f"is a damaged WARC file: {str(error)[:120]}; the rest was left") from None


def _is_page(record: Any) -> bool:
    http = record.http_headers
    return http is not None and http.status_code == 200 and (record.http_content_type or "").lower() in _HTML


def _page(name: str, record: Any, given: Given) -> Sealed | Refusal:
    url = record.headers.get("WARC-Target-URI", "").strip("<>")
    data = record.reader.read(MAX_PAGE_BYTES + 1)
    if len(data) > MAX_PAGE_BYTES:
        return Refusal(f"{name}:{url}", f"is larger than {MAX_PAGE_BYTES // MB} MB, the limit of one page")
    day = record.record_date.date().isoformat() if record.record_date else None
    return Sealed(slug_of(url), f"{name}:{url}", "html", data, given, url or None, day)
