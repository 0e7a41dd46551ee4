"""Runs the site until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from detente.errors import WrongCall
from detente.web.app import make_app
from detente.web.settings import Settings

HEAD_TIMEOUT_S = 10.0
MOST_CONNECTIONS = 400


class PatientProtocol(H11Protocol):
    """HTTP in which a client has ten seconds to say what it wants, so that slow ones cannot hold all places."""

    head_timeout_s = HEAD_TIMEOUT_S

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.head_timeout_s, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        if self.cycle is None and self.transport is not None:
            self.transport.close()


def server(settings: Settings, *, log_level: str = "info") -> uvicorn.Server:
    """A server for the site. Its log names paths, never tokens, cookies or what was sent."""
    config = uvicorn.Config(
        make_app(settings), host=settings.host, port=settings.port, http=PatientProtocol, ws="none", lifespan="on",
        log_level=log_level, access_log=False, server_header=False, date_header=True, limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=15, proxy_headers=False, h11_max_incomplete_event_size=32 * 1024, backlog=512,
    )  # fmt: skip
    return uvicorn.Server(config)


def bound(settings: Settings) -> socket.socket:
    """The socket to listen on. Raises WrongCall where the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        why = "is used by another program" if error.errno == errno.EADDRINUSE else (error.strerror or str(error)).lower()
        raise WrongCall(f"{settings.host} port {settings.port} {why}; choose another with --port") from error


def spare_collector() -> None:
    """Have Python look for unreachable values seldom.

    Drawing a large pair makes hundreds of thousands of values that live until it is drawn; to look through them again and again
    takes a third of the time.
    """
    gc.set_threshold(100_000, 50, 50)


def serve(settings: Settings, listening: socket.socket) -> None:
    """Serve until interrupted."""
    spare_collector()
    with listening:
        asyncio.run(server(settings, log_level="warning").serve(sockets=[listening]))
