"""Runs the site until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

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


def serve(settings: Settings) -> None:
    """Serve until interrupted."""
    logging.getLogger("detente.web").setLevel(logging.INFO)
    asyncio.run(server(settings, log_level="warning").serve())
