"""Crawls: the HTML pages of WARC files, such as those of Common Crawl News."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from detente.errors import ArticleRefused
from detente.intake.addresses import slug_of
from detente.intake.limits import MAX_PAGE_BYTES, MB
from detente.intake.sealed import Sealed
from detente.read.article import Given
from detente.types import Refusal

_PANIC = "PanicException"  # of Rust, on what fastwarc did not foresee; no Exception in Python
_CHUNK = 64 * 1024
_HTML = ("text/html", "application/xhtml+xml")


def pages_of_warc(name: str, stream: io.BufferedReader, given: Given) -> Iterator[Sealed | Refusal]:
    """The pages that were answered with HTML and 200, in order. Raises ArticleRefused where the file is damaged."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    try:
        for record in ArchiveIterator(
            _Forward(stream), record_types=WarcRecordType.response, parse_http=True, auto_decode="all"
        ):
            if _is_page(record):
                yield _page(name, record, given)
    except BaseException as error:
        if isinstance(error, ArticleRefused) or not (isinstance(error, Exception) or type(error).__name__ == _PANIC):
            raise
        raise ArticleRefused(name, f"is a damaged WARC file: {str(error)[:120]}; the rest was left") from None


class _Forward:
    """A stream for fastwarc, which wants to know where it is and to skip ahead, also where the system cannot."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.stream, self.at = stream, 0

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read1(size)  # what came before a damaged place is not lost with it
        self.at += len(data)
        return data

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        target = offset + (self.at if whence == 1 else 0)
        if whence == 2 or target < self.at:
            raise OSError("cannot go back")
        while self.at < target and self.read(min(_CHUNK, target - self.at)):
            pass
        return self.at

    def close(self) -> None:
        """Whoever opened the stream closes it."""


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
