"""What stands before every page: names it answers to, limits of pace and size, headers that keep articles from acting."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detente.web.settings import Settings
from detente.web.show import error_page

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Refused(Exception):
    """A request that is not answered: its status and a sentence for people."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


class Pace:
    """Buckets of tokens, one for each address: refilled steadily, emptied by requests. The oldest of 10,000 go first."""

    MOST = 10_000

    def __init__(self, per_s: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s, self._burst, self._clock = per_s, burst, clock
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, who: str) -> bool:
        """Whether one more request fits; takes its token if so."""
        if self._per_s <= 0:
            return True
        now = self._clock()
        left, at = self._known.pop(who, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_s)
        self._known[who] = (left - 1 if left >= 1 else left, now)
        if len(self._known) > self.MOST:
            self._known.popitem(last=False)
        return left >= 1


class Guard:
    """ASGI middleware in front of the site."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._settings = app, settings
        self._reads = Pace(settings.reads_per_s, 4 * settings.reads_per_s, clock)
        self._writes = Pace(settings.writes_per_min / 60, max(5.0, settings.writes_per_min / 4), clock)
        self._names = frozenset(n.lower() for n in settings.answers_to)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        body = _Body(receive, self._limit(scope), self._settings.body_timeout_s, finished=scope["method"] not in WRITES)

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = [h for h in message.get("headers", []) if h[0] != b"connection"]
                message["headers"] = [*own, *HEADERS, *([] if body.finished else [(b"connection", b"close")])]
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, body, guarded)
        except Refused as refused:
            if not started:
                await _answer(scope, guarded, refused)

    def _check(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        if "*" not in self._names and _host(headers.get(b"host", b"")) not in self._names:
            raise Refused(421, "This address is not one that the site answers to; `detente serve --allow-host NAME` adds one.")
        who = (scope.get("client") or ("unknown",))[0]
        pace = self._writes if scope["method"] in WRITES else self._reads
        if not scope["path"].startswith("/static/") and not pace.allows(who):
            raise Refused(429, "Too many requests in a short time; wait a little and try again.")
        if scope["method"] in WRITES and _length(headers) > self._limit(scope):
            raise _too_large(self._limit(scope))

    def _limit(self, scope: Scope) -> int:
        return self._settings.upload_bytes if scope["path"] == "/reading" else self._settings.form_bytes


class _Body:
    """The body of a request, up to its limit in size and in time. `finished` once all of it has come."""

    def __init__(self, receive: Receive, limit: int, seconds: float, *, finished: bool) -> None:
        self._receive, self._limit, self._left, self.finished = receive, limit, limit, finished
        self._ends = time.monotonic() + seconds

    async def __call__(self) -> Message:
        if self.finished:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.001, self._ends - time.monotonic()))
        except TimeoutError:
            raise Refused(408, "The upload took too long.") from None
        self._left -= len(message.get("body", b""))
        self.finished = not message.get("more_body", False)
        if self._left < 0:
            self.finished = False
            raise _too_large(self._limit)
        return message


def _host(value: bytes) -> str:
    """The name in a Host header, without its port."""
    text = value.decode("latin-1").lower()
    return text[: text.find("]") + 1] if text.startswith("[") else text.partition(":")[0]


def _length(headers: dict[bytes, bytes]) -> int:
    value = headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _too_large(limit: int) -> Refused:
    return Refused(413, f"This is larger than {limit // 1024 // 1024} MB; send it in parts, or read it with `detente read`.")


async def _answer(scope: Scope, send: Send, refused: Refused) -> None:
    """The refusal in the form of the page that was asked for."""
    if scope["path"].endswith(".json"):
        kind, body = b"application/json", json.dumps(error_json(refused.status, refused.reason)).encode()
    else:
        kind, body = b"text/html; charset=utf-8", error_page(refused.status, refused.reason).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def error_json(status: int, message: str) -> dict[str, dict[str, object]]:
    """The one shape of errors."""
    return {"error": {"status": status, "message": message}}
