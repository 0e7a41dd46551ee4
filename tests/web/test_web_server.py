"""The server itself, over real sockets: slow and greedy clients, and the end of the site."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from site_of_crisis import ACTORS

from detente.web.serve import PatientProtocol, server
from detente.web.settings import Settings

POST = b"POST /reading HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def running(ledger: Path, *, wake: bool = False, **settings: Any) -> Iterator[int]:
    """A server on a free port, which is given; its worker is started only with `wake`."""
    made = server(Settings(ledger, **{"port": 0, "actors": ACTORS, **settings}), log_level="critical")
    if not wake:
        made.config.app.state.site.uploads.wake = lambda: None  # type: ignore[union-attr]
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        while not made.started and thread.is_alive():
            time.sleep(0.02)
        yield made.servers[0].sockets[0].getsockname()[1]
    finally:
        made.should_exit = True
        thread.join()


def said(port: int, *parts: bytes, pause_s: float = 0.0, timeout_s: float = 15.0) -> bytes:
    """What the server answers until it closes the connection; b"" where it says nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as client:
        answer = b""
        try:
            for part in parts:
                client.sendall(part)
                time.sleep(pause_s)
            while piece := client.recv(65536):
                answer += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return answer


def test_a_client_that_never_says_what_it_wants_is_let_go(crisis: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "head_timeout_s", 0.3)
    with running(crisis) as port:
        began = time.monotonic()
        assert said(port, b"GET / HT") == b""
        assert time.monotonic() - began < 10


def test_a_client_that_sends_its_body_too_slowly_is_let_go(crisis: Path) -> None:
    head = POST + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 900\r\n\r\n"
    with running(crisis, body_timeout_s=0.3) as port:
        assert b"408" in said(port, head, b"--x\r\n").split(b"\r\n")[0]


def test_a_hundred_megabytes_are_refused_at_once(crisis: Path) -> None:
    with running(crisis) as port:
        assert b"413" in said(port, POST + b"Content-Length: 104857600\r\n\r\n").split(b"\r\n")[0]
        chunked = POST + b"Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
        piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        answer = said(port, chunked, *[piece] * 40)
        assert answer == b"" or b" 4" in answer.split(b"\r\n")[0]
        assert b"200 OK" in said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").split(b"\r\n")[0]


def test_the_server_does_not_say_what_it_is(crisis: Path) -> None:
    with running(crisis) as port:
        answer = said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert b"\r\nserver:" not in answer.lower().partition(b"\r\n\r\n")[0]
