"""Fetching pages and feeds from the web: the only place that opens a connection to the outside.

An address that somebody gives may lead anywhere. Before every connection, also after each redirect, the host's name is
resolved once, all that it stands for must be public, and the connection goes to that very address, so that a second answer
of the name server cannot lead elsewhere. Size and time are limited as a whole, not only between two bytes.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from detente.errors import DetenteError
from detente.intake.limits import CONNECT_S, FETCH_TIMEOUT_S, MAX_PAGE_BYTES, MAX_REDIRECTS, MB
from detente.version import __version__

USER_AGENT = f"detente/{__version__} (reads news; obeys robots.txt)"
Resolve = Callable[[str, int], list[str]]
Ports = Mapping[str, Collection[int] | None]  # by scheme; None for any
NEWS_PORTS: Ports = {"http": (80, 8080), "https": (443, 8443)}
WEB_PORTS: Ports = {"http": (80,), "https": (443,)}
PAGES = ("text/html", "application/xhtml+xml", "text/plain")
_USUAL = {"http": 80, "https": 443}
_ANY_PORT: Ports = {"http": None, "https": None}
_REDIRECTS = {301, 302, 303, 307, 308}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # of a network's own
_CHUNK = 64 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchRefused(DetenteError):
    """A page that was not fetched. `retry_after_s`: when the server wants to be asked again, None where it does not say."""

    def __init__(self, url: str, reason: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        self.url, self.reason, self.status, self.retry_after_s = url, reason, status, retry_after_s
        super().__init__(f"{url}: {reason}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back. `url` is where the redirects ended; `changed` is False where the copy we have still holds (304)."""

    url: str
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    changed: bool = True

    @property
    def media_type(self) -> str:
        return _said(self.content_type).get_content_type()

    @property
    def utf8(self) -> bytes:
        """A page or text as UTF-8 where the server says in which encoding it sends it, else as it came."""
        charset = _said(self.content_type).get_content_charset()
        if not self.media_type.startswith("text/") and self.media_type not in PAGES:
            return self.body
        try:
            return self.body.decode(charset, "replace").encode("utf-8", "replace") if charset else self.body
        except LookupError:  # an encoding that nobody knows
            return self.body


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches over HTTP and HTTPS within limits.

    allow_local: also private and local addresses, and any port, for tests on this machine. ports: those that an address may
    name. takes: media types; empty for all. resolve, allows: the addresses of a name, and which of them may be asked.
    """

    allow_local: bool = False
    timeout_s: float = FETCH_TIMEOUT_S
    max_bytes: int = MAX_PAGE_BYTES
    user_agent: str = USER_AGENT
    headers: Mapping[str, str] = field(default_factory=dict)
    ports: Ports = field(default_factory=lambda: NEWS_PORTS)
    takes: Collection[str] = ()
    resolve: Resolve = field(default_factory=lambda: addresses_of)
    allows: Callable[[str], bool] = field(default_factory=lambda: is_public)

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """The body at `url`, following redirects. Raises FetchRefused with a reason for people.

        etag, last_modified: what an earlier answer said of itself; a server whose copy is the same then sends nothing.
        """
        deadline = time.monotonic() + self.timeout_s
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {**self.headers, **{k: v for k, v in conditions.items() if v}}
        at = url
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(at, headers, deadline)
            if isinstance(answer, Fetched):
                return answer
            at = urljoin(at, answer)
        raise FetchRefused(url, f"redirects more than {MAX_REDIRECTS} times")

    def _ask(self, url: str, headers: Mapping[str, str], deadline: float) -> Fetched | str:
        """What is at `url`, or where it redirects to."""
        parts = self._checked(url)
        target = urlunsplit(("", "", quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._"), _quoted(parts.query), ""))
        sent = {
            "Host": parts.netloc,
            "User-Agent": self.user_agent,
            "Accept-Encoding": "gzip",
            "Connection": "close",
            **headers,
        }
        try:
            with self._connected(url, parts, deadline) as connection:
                connection.request("GET", target, headers=sent)
                with connection.getresponse() as response:
                    return self._answer(url, response, deadline)
        except TimeoutError:
            raise self._too_slow(url) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= deadline:
                raise self._too_slow(url) from None
            raise FetchRefused(url, f"cannot be fetched: {_why(error)}") from None

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise FetchRefused(url, f"is not an address: {error}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchRefused(url, "is not a web address; expected http://… or https://…")
        if not url.isprintable():
            raise FetchRefused(url, "holds characters that no address has")
        if parts.username is not None or parts.password is not None:
            raise FetchRefused(url, "holds a user name; addresses are fetched without logging in")
        known = (_ANY_PORT if self.allow_local else self.ports).get(parts.scheme, ())
        if port is not None and known is not None and port not in known:
            named = " or ".join(map(str, sorted(known)))
            raise FetchRefused(url, f"names port {port}; with {parts.scheme} only {named} is asked")
        return parts

    @contextmanager
    def _connected(self, url: str, parts: SplitResult, deadline: float) -> Iterator[http.client.HTTPConnection]:
        """A connection to the address that was checked, cut when time is up."""
        host, port = str(parts.hostname), parts.port or _USUAL[parts.scheme]
        link = _open(self._addresses(url, host, port), port, deadline)
        if parts.scheme == "https":
            link = _tls().wrap_socket(link, server_hostname=host, do_handshake_on_connect=False)
        watch = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, (link,))
        watch.daemon = True
        watch.start()  # before the handshake, which can be slow too
        connection = http.client.HTTPConnection(host, port)
        connection.sock = link
        try:
            if isinstance(link, ssl.SSLSocket):
                link.do_handshake()
            yield connection
        finally:
            watch.cancel()
            connection.close()
            link.close()

    def _addresses(self, url: str, host: str, port: int) -> list[str]:
        """What the host's name stands for; refused where any of it is not public."""
        addresses = self.resolve(host, port)
        if not addresses:
            raise FetchRefused(url, f"the name {host!r} is not known")
        if not self.allow_local and not all(map(self.allows, addresses)):
            raise FetchRefused(url, "leads to a private or local address, which is never fetched")
        return addresses

    def _answer(self, url: str, response: http.client.HTTPResponse, deadline: float) -> Fetched | str:
        if response.status in _REDIRECTS and (to := response.headers.get("Location")):
            return str(to)
        if response.status == 304:
            return Fetched(url, b"", changed=False)
        if response.status != 200:
            raise FetchRefused(
                url, f"the server answers {response.status} {response.reason}", status=response.status,
                retry_after_s=_seconds(response.headers.get("Retry-After")),
            )  # fmt: skip
        headers = response.headers
        if self.takes and (kind := headers.get_content_type()) not in self.takes:
            raise FetchRefused(url, f"is {kind[:60]}; expected a page or a text")
        if (size := headers.get("Content-Length", "")).isdecimal() and int(size) > self.max_bytes:
            raise self._too_large(url)
        body = self._body(url, response, deadline)
        return Fetched(url, body, headers.get("Content-Type", ""), headers.get("ETag"), headers.get("Last-Modified"))

    def _body(self, url: str, response: http.client.HTTPResponse, deadline: float) -> bytes:
        """All of the body, unpacked; never more than `max_bytes` of it in memory."""
        packed = response.headers.get("Content-Encoding", "").strip().lower()
        if packed not in ("", "identity", "gzip", "x-gzip"):
            raise FetchRefused(url, f"comes packed as {packed!r}, which was not asked for")
        unpack = zlib.decompressobj(wbits=31) if "gzip" in packed else None
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            if time.monotonic() >= deadline:
                raise self._too_slow(url)
            try:
                body += unpack.decompress(chunk, self.max_bytes + 1 - len(body)) if unpack else chunk
            except zlib.error:
                raise FetchRefused(url, "comes as damaged gzip") from None
            if len(body) > self.max_bytes:
                raise self._too_large(url)
        if time.monotonic() >= deadline:
            raise self._too_slow(url)
        if response.length:
            raise FetchRefused(url, "the connection broke before the end")
        return bytes(body)

    def _too_slow(self, url: str) -> FetchRefused:
        return FetchRefused(url, f"took longer than {self.timeout_s:g} s")

    def _too_large(self, url: str) -> FetchRefused:
        return FetchRefused(url, f"is larger than {self.max_bytes / MB:g} MB, the limit of what is fetched")


def _said(content_type: str) -> Message:
    message = Message()
    message["Content-Type"] = content_type or "application/octet-stream"
    return message


def addresses_of(host: str, port: int) -> list[str]:
    """All addresses of a name, none where it is not known."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; one that wraps another counts as what it wraps.

    >>> [is_public(a) for a in ("93.184.216.34", "127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254", "64:ff9b::7f00:1")]
    [True, False, False, False, False]
    """
    try:
        at = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return at not in _LOCAL_NAT64 and all(
        (a.is_global and not (a.is_multicast or a.is_private or a.is_reserved)) or a in _NAT64 for a in _wrapped(at)
    )


def _wrapped(at: Address) -> Iterator[Address]:
    """The address itself, and those that it carries inside."""
    yield at
    if isinstance(at, ipaddress.IPv4Address):
        return
    inner = [at.ipv4_mapped, at.sixtofour, *(at.teredo or ())]
    if at in _NAT64 or at in ipaddress.ip_network("::/96"):
        inner.append(ipaddress.IPv4Address(int(at) & 0xFFFFFFFF))
    yield from (a for a in inner if a is not None)


def _open(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first address that answers."""
    failure: OSError = TimeoutError()
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            link = socket.create_connection((address, port), timeout=min(left, CONNECT_S))
        except OSError as error:
            failure = error
            continue
        link.settimeout(max(0.001, deadline - time.monotonic()))
        return link
    raise failure


def _cut(link: socket.socket) -> None:
    """Ends whatever is being read from `link`: a server may send one byte a second for ever."""
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        link.close()


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Certificates as the system has them, or certifi's where that is installed and the system has none."""
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not ssl.get_default_verify_paths().capath:
        try:
            import certifi
        except ImportError:
            return context
        context.load_verify_locations(certifi.where())
    return context


def _quoted(query: str) -> str:
    return quote(query, safe="/%:@!$&'()*+,;=~-._?")


def _seconds(value: str | None) -> float | None:
    """Retry-After in seconds; a date there is left alone."""
    return float(value) if value and value.strip().isdecimal() else None


def _why(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).lower()
    return str(error) or type(error).__name__
