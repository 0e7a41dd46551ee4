"""Drawn pages kept in memory while what they were made from stays the same."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass
class _Entry:
    """A kept page. `state` is what the ledger was like when it was made."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    state: Hashable = None
    body: bytes | None = None
    made: float = 0.0


class Kept:
    """Pages by address. While one reader has a page made anew, others get the one of a moment ago instead of waiting."""

    def __init__(self, most: int = 200, patience_s: float = 20.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._patience_s, self._clock = most, patience_s, clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def at_hand(self, key: Hashable, state: Hashable) -> bytes | None:
        """The page, where it is there and right."""
        entry = self._entries.get(key)
        return entry.body if entry is not None and entry.body is not None and entry.state == state else None

    def get(self, key: Hashable, state: Hashable, make: Callable[[], bytes]) -> bytes:
        """The page made from `state`, or one at most some seconds older that another reader is having made anew."""
        entry = self._entry(key)
        if entry.body is not None and entry.state == state:
            return entry.body
        fresh = entry.body is not None and self._clock() - entry.made < self._patience_s
        if not entry.lock.acquire(blocking=not fresh):
            assert entry.body is not None
            return entry.body
        try:
            if entry.body is None or entry.state != state:
                body = make()
                entry.state, entry.body, entry.made = state, body, self._clock()
            return entry.body
        finally:
            entry.lock.release()

    def empty(self) -> None:
        """Forget all, so that who changed something sees it at once."""
        with self._lock:
            self._entries.clear()

    def _entry(self, key: Hashable) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > self._most:
                self._entries.popitem(last=False)
            return entry
