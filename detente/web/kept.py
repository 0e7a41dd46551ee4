"""Drawn pages kept in memory while what they were made from stays the same, and the threads that draw them.

A page is drawn once at a time, however many readers ask for it. Nobody waits longer than the limit: the drawing goes on, and
who asks again later gets its page. Other pages are drawn by other threads meanwhile.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

Make = Callable[[], bytes]
THREADS = 8


class TookTooLong(Exception):
    """A page was not drawn within the limit, in seconds."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        super().__init__(f"not drawn within {limit_s:g} s")


class Drawers:
    """Threads that draw pages, started as they are needed. They never keep the process from ending."""

    def __init__(self, most: int = THREADS) -> None:
        self._most = most
        self._waiting: queue.SimpleQueue[tuple[Make, Future[bytes]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = self._busy = 0

    def draw(self, make: Make) -> Future[bytes]:
        found: Future[bytes] = Future()
        with self._lock:
            self._busy += 1
            if self._busy > self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, daemon=True, name=f"drawer {self._threads}").start()
        self._waiting.put((make, found))
        return found

    def _work(self) -> None:
        while True:
            make, found = self._waiting.get()
            try:
                body = make()
            except BaseException as error:
                self._done()
                found.set_exception(error)
            else:
                self._done()
                found.set_result(body)
            del make, found  # nothing of a page is held while waiting for the next

    def _done(self) -> None:
        with self._lock:
            self._busy -= 1


@dataclass
class _Entry:
    """A kept page. `state` is what the ledger was like when it was made; `drawing` is under way for a state of its own."""

    state: Hashable = None
    body: bytes | None = None
    made: float = 0.0
    drawing: Future[bytes] | None = None


class Kept:
    """Pages by address. While one reader has a page made anew, others get the one of a moment ago instead of waiting."""

    def __init__(
        self, most: int = 200, patience_s: float = 20.0, clock: Callable[[], float] = time.monotonic,
        drawers: Drawers | None = None,
    ) -> None:  # fmt: skip
        self._most, self._patience_s, self._clock = most, patience_s, clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._drawers = drawers or Drawers()

    def at_hand(self, key: Hashable, state: Hashable) -> bytes | None:
        """The page, where it is there and right."""
        entry = self._entries.get(key)
        return entry.body if entry is not None and entry.body is not None and entry.state == state else None

    async def get(self, key: Hashable, state: Hashable, make: Make, *, limit_s: float) -> bytes:
        """The page made from `state`, or one at most some seconds older that another reader is having made anew.

        Raises TookTooLong where it is not there after `limit_s` seconds; it goes on being drawn.
        """
        ends = time.monotonic() + limit_s
        while True:
            entry, drawing, mine = self._under_way(key, state, make)
            fresh = entry.body is not None and self._clock() - entry.made < self._patience_s
            if entry.body is not None and (drawing is None or (fresh and not mine)):
                return entry.body
            assert drawing is not None
            if not await _done(drawing, ends - time.monotonic()):
                raise TookTooLong(limit_s)
            body = drawing.result()
            if mine:
                return body

    def _under_way(self, key: Hashable, state: Hashable, make: Make) -> tuple[_Entry, Future[bytes] | None, bool]:
        """The page, its drawing where it is not there and right, and whether that was begun for this call."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > self._most:
                self._entries.popitem(last=False)
            if entry.body is not None and entry.state == state:
                return entry, None, False
            if entry.drawing is not None and not entry.drawing.done():
                return entry, entry.drawing, False
            entry.drawing = self._drawers.draw(lambda: self._made(entry, state, make))
            return entry, entry.drawing, True

    def _made(self, entry: _Entry, state: Hashable, make: Make) -> bytes:
        body = make()
        with self._lock:
            entry.state, entry.body, entry.made = state, body, self._clock()
        return body

    def empty(self) -> None:
        """Forget all, so that who changed something sees it at once."""
        with self._lock:
            self._entries.clear()


async def _done(drawing: Future[bytes], within_s: float) -> bool:
    """Whether a drawing ends within some seconds; it is left alone where it does not."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop ended meanwhile, and nobody waits any more
            loop.call_soon_threadsafe(done.set)

    drawing.add_done_callback(tell)
    try:
        await asyncio.wait_for(done.wait(), max(0.0, within_s))
    except TimeoutError:
        return drawing.done()
    return True
