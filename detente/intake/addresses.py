"""Web addresses: which ones lead to the same article, and what to call an article that has nothing else."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_WEB = re.compile(r"https?://", re.I)
_TRACKING = re.compile(r"utm_|fbclid|gclid|cmp$|ref$|smid$", re.I)
_PAGE_ENDING = re.compile(r"\.(?:x?html?|php|aspx?|shtml|stm)$", re.I)


def is_web(place: str) -> bool:
    """Whether `place` is an address on the web rather than a file."""
    return _WEB.match(place) is not None


def canonical(url: str | None) -> str | None:
    """An address without scheme, "www.", fragment, trailing slash and what only counts clicks; None for none.

    >>> canonical("https://www.courier.example/strait/?utm_source=x&page=2#top")
    'courier.example/strait?page=2'
    """
    if not url or not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    kept = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)])
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/") + (f"?{kept}" if kept else "")


def showable(url: str) -> str:
    """An address for a message or a log: without name, password and query, which may hold secrets.

    >>> showable("https://me:secret@courier.example/strait?key=42")
    'https://courier.example/strait'
    """
    try:
        parts = urlsplit(url.strip())
        return urlunsplit((parts.scheme, parts.hostname or "", parts.path, "", ""))[:200] or "the address"
    except ValueError:
        return "the address"


def host_of(url: str | None) -> str | None:
    """The host's name without "www."; None where there is none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.") or None
    except ValueError:
        return None


def slug_of(url: str) -> str:
    """A short name for what is at an address: the last part of its path, else its host.

    >>> slug_of("https://courier.example/world/talks-in-sarn.html?x=1")
    'talks-in-sarn'
    """
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return url
    last = path.rstrip("/").rpartition("/")[2]
    return _PAGE_ENDING.sub("", last)[:80] or host_of(url) or url
