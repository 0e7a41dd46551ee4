"""Fetching an article's address for somebody: never from this machine or its network, never too much, never too long.

Each name is resolved once, every address it has must be one of the public internet, and the connection goes to exactly that
address; so a name that changes its mind, or a redirect, cannot lead inside. Proxy settings of the environment are not used.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from detente.errors import ArticleRefused
from detente.version import __version__

MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 5
DEADLINE_S = 20.0
CONNECT_S = 5.0
PORTS = {"http": 80, "https": 443}
_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: the address after all redirects, its media type and its bytes."""

    url: str
    media_type: str
    charset: str | None
    body: bytes


def resolved(host: str, port: int) -> list[str]:
    """All addresses of a name."""
    try:
        return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError):
        return []


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where it wraps an IPv4 address.

    >>> [is_public(a) for a in ("93.184.216.34", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96") or ip in ipaddress.ip_network("64:ff9b:1::/48"):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def fetch(
    url: str, *, resolve: Resolve = resolved, allows: Callable[[str], bool] = is_public, deadline_s: float = DEADLINE_S,
    most_bytes: int = MOST_BYTES, ports: dict[str, int] | None = None,
) -> Fetched:  # fmt: skip
    """The text or page at an address of the public web. Raises ArticleRefused with the reason.

    allows: which IP addresses may be connected to. ports: the only port of each scheme; None for 80 and 443.
    """
    with _deadline(deadline_s) as clock:
        for _ in range(MOST_REDIRECTS + 1):
            target = _Target.of(url, ports or PORTS, any_port=ports is not None)
            found = _ask(target, resolve, allows, clock, most_bytes)
            if isinstance(found, Fetched):
                return found
            url = urljoin(target.url, found)
    raise ArticleRefused(_shown(url), f"leads on more than {MOST_REDIRECTS} times")


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a request goes."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str, ports: dict[str, int], *, any_port: bool) -> _Target:
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            raise ArticleRefused(
                _shown(url), "is not an address; expected one such as https://courier.example/strait"
            ) from None
        if parts.scheme not in ports or not parts.hostname:
            raise ArticleRefused(_shown(url), "is not an address of the web; expected http:// or https:// and a name")
        if parts.username is not None or parts.password is not None:
            raise ArticleRefused(_shown(url), "holds a name or password; such addresses are not fetched")
        if port is not None and port != PORTS[parts.scheme] and not any_port:
            raise ArticleRefused(_shown(url), f"names port {port}; only the usual ports of the web are fetched")
        if not url.strip().isprintable() or " " in url.strip():
            raise ArticleRefused(_shown(url), "holds characters that no address has")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path = path.encode("ascii", "ignore").decode() if path.isascii() else _quoted(path)
        return cls(url.strip(), parts.scheme, parts.hostname, port or ports[parts.scheme], path)


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/?&=%:@!$'()*+,;~-._")


def _shown(url: str) -> str:
    """An address for a message or a log: without name, password and query, which may hold secrets."""
    try:
        parts = urlsplit(url.strip())
        return urlunsplit((parts.scheme, parts.hostname or "", parts.path, "", ""))[:200] or "the address"
    except ValueError:
        return "the address"


class _Clock:
    """Closes the socket in use when the time is up, however slowly the other side goes on sending."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.over = False

    def strike(self) -> None:
        self.over = True
        if self.socket is not None:
            try:
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.socket.close()


@contextmanager
def _deadline(seconds: float) -> Iterator[_Clock]:
    clock = _Clock()
    timer = threading.Timer(seconds, clock.strike)
    timer.daemon = True
    timer.start()
    try:
        yield clock
    finally:
        timer.cancel()


def _ask(target: _Target, resolve: Resolve, allows: Callable[[str], bool], clock: _Clock, most_bytes: int) -> Fetched | str:
    """The answer of one address, or where it leads on to."""
    name = _shown(target.url)
    connection = _connected(target, resolve, allows, clock)
    try:
        connection.request("GET", target.path, headers={
            "Host": target.host if target.port == PORTS[target.scheme] else f"{target.host}:{target.port}",
            "User-Agent": f"detente/{__version__}", "Accept": "text/html, text/plain;q=0.9", "Accept-Encoding": "gzip",
            "Connection": "close",
        })  # fmt: skip
        response = connection.getresponse()
        if response.status in (301, 302, 303, 307, 308) and (onward := response.headers.get("Location")):
            return onward
        found = _read(target, response, most_bytes)
        if clock.over:  # what came is only a part
            raise ArticleRefused(name, "took too long to answer")
        return found
    except (OSError, http.client.HTTPException, zlib.error, UnicodeError) as error:
        if clock.over:
            raise ArticleRefused(name, "took too long to answer") from None
        raise ArticleRefused(name, f"cannot be fetched: {type(error).__name__}") from None
    finally:
        connection.close()


def _connected(target: _Target, resolve: Resolve, allows: Callable[[str], bool], clock: _Clock) -> http.client.HTTPConnection:
    """A connection to an address that was checked."""
    name = _shown(target.url)
    addresses = resolve(target.host, target.port)
    if not addresses:
        raise ArticleRefused(name, "has no such host")
    if not all(allows(a) for a in addresses):
        raise ArticleRefused(name, "lies on a private or local network; only public addresses are fetched")
    if clock.over:
        raise ArticleRefused(name, "took too long to answer")
    try:
        raw = socket.create_connection((addresses[0], target.port), timeout=CONNECT_S)
        clock.socket = raw
        if target.scheme == "https":
            secure = ssl.create_default_context().wrap_socket(raw, server_hostname=target.host, do_handshake_on_connect=False)
            raw = clock.socket = secure  # known to the clock before the handshake, which can be slow too
            secure.do_handshake()
    except OSError as error:
        raise ArticleRefused(name, f"cannot be reached: {type(error).__name__}") from None
    connection = http.client.HTTPConnection(target.host, target.port, timeout=CONNECT_S)
    connection.sock = raw
    return connection


def _read(target: _Target, response: http.client.HTTPResponse, most_bytes: int) -> Fetched:
    name = _shown(target.url)
    if response.status != 200:
        raise ArticleRefused(name, f"answers {response.status} {response.reason[:60]}".strip())
    media_type = response.headers.get_content_type()
    if media_type not in _TYPES:
        raise ArticleRefused(name, f"is {media_type[:60]}; expected a page or a text")
    body = response.read(most_bytes + 1)
    if response.headers.get("Content-Encoding", "").lower() == "gzip":
        body = zlib.decompressobj(31).decompress(body, most_bytes + 1)
    if len(body) > most_bytes:
        raise ArticleRefused(name, f"is larger than {most_bytes // 1024 // 1024} MB")
    return Fetched(target.url, media_type, response.headers.get_content_charset(), body)
