"""Duplicates: articles that came in before, under this or another name."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b

from detente.intake.addresses import canonical, host_of
from detente.types import Article, Refusal

MAX_REMEMBERED = 1_000_000  # the oldest are forgotten, so that memory has a bound


class Duplicates:
    """Remembers articles by their text together with their address, or with their outlet and day.

    The same words in another outlet are a copy that tells who prints what, and another text at the same address is a new
    version: both are let through.
    """

    def __init__(self, most: int = MAX_REMEMBERED) -> None:
        self._first: OrderedDict[bytes, str] = OrderedDict()
        self._most = 2 * most

    def refused(self, article: Article) -> Refusal | None:
        """A refusal where the article came in before under another id; else it is remembered."""
        keys = _keys(article)
        first = next((self._first[k] for k in keys if k in self._first), None)
        if first not in (None, article.id):
            return Refusal(article.id, f"is the same article as {first}")
        for key in keys:
            self._first[key] = article.id
        while len(self._first) > self._most:
            self._first.popitem(last=False)
        return None


def _keys(article: Article) -> list[bytes]:
    words = " ".join(article.text.split())
    outlet = article.publisher or host_of(article.url) or ""
    keys = [_digest("day", outlet, (article.published_at or "")[:10], words)]
    if address := canonical(article.url):
        keys.append(_digest("address", address, words))
    return keys


def _digest(*parts: str) -> bytes:
    return blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=12).digest()
