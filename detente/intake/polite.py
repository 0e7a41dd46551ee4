"""Manners toward web servers: robots.txt, a pause between two requests to a host, and backing off where one is in trouble."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from detente.intake.fetch import Fetched, FetchRefused

PAUSE_S = 3.0  # between two requests to one host, unless its robots.txt asks for more
MAX_PAUSE_S = 60.0
ROBOTS_HOLD_S = 24 * 3600.0
AGENT = "detente"
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 60.0, 6 * 3600.0
_TROUBLE = {429, 500, 502, 503, 504}


class _Getter(Protocol):
    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched: ...


@dataclass(slots=True)
class _Host:
    """What is known of a host. `rules` None: it has none; `closed`: its rules cannot be had, so nothing is asked."""

    rules: Any = None
    closed: bool = False
    rules_until: float = 0.0
    next_at: float = 0.0
    troubles: int = 0


@dataclass(slots=True)
class Polite:
    """A fetcher with manners. `now` and `sleep` are the clock, in seconds, so that tests need none."""

    fetcher: _Getter
    pause_s: float = PAUSE_S
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _hosts: dict[str, _Host] = field(default_factory=dict)

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Like Fetcher.get, after the host's pause. Raises FetchRefused also where robots.txt forbids it or the host rests."""
        parts = urlsplit(url)
        host = self._hosts.setdefault(parts.netloc.lower(), _Host())
        if host.next_at - self.now() > MAX_PAUSE_S:
            left = host.next_at - self.now()
            raise FetchRefused(url, f"{parts.netloc} is left alone for {left / 60:,.0f} more minutes", retry_after_s=left)
        self._learn_rules(host, f"{parts.scheme}://{parts.netloc}/robots.txt")
        if host.closed or (host.rules is not None and not host.rules.can_fetch(url, AGENT)):
            why = "cannot be had, so nothing is fetched" if host.closed else "forbids it"
            status = None if host.closed else 403  # a rule holds in the next round too, as if the server forbade it
            raise FetchRefused(url, f"the robots.txt of {parts.netloc} {why}", status=status)
        return self._ask(host, url, etag, last_modified)

    def _ask(self, host: _Host, url: str, etag: str | None, last_modified: str | None) -> Fetched:
        self.sleep(max(0.0, host.next_at - self.now()))
        try:
            found = self.fetcher.get(url, etag=etag, last_modified=last_modified)
        except FetchRefused as refused:
            host.next_at = self.now() + self._pause(host)
            if refused.status in _TROUBLE or refused.status is None:
                host.troubles += 1
                wait = refused.retry_after_s or min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** (host.troubles - 1))
                host.next_at = self.now() + max(wait, self._pause(host))
            raise
        host.troubles = 0
        host.next_at = self.now() + self._pause(host)
        return found

    def _pause(self, host: _Host) -> float:
        asked = host.rules.crawl_delay(AGENT) if host.rules is not None else None
        return min(MAX_PAUSE_S, max(self.pause_s, float(asked or 0.0)))

    def _learn_rules(self, host: _Host, url: str) -> None:
        """robots.txt as RFC 9309 has it: none means all is allowed, one that cannot be had means nothing is."""
        if self.now() < host.rules_until:
            return
        from protego import Protego

        host.rules, host.closed, host.rules_until = None, False, self.now() + ROBOTS_HOLD_S
        try:
            host.rules = Protego.parse(self.fetcher.get(url).body.decode("utf-8", "replace"))
        except FetchRefused as refused:
            if refused.status is None or refused.status >= 500 or refused.status == 429:
                host.closed, host.rules_until = True, self.now() + FIRST_BACKOFF_S
        except Exception:  # a file that is no robots.txt holds no rules
            host.rules = None
        host.next_at = self.now() + self._pause(host)
