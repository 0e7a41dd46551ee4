"""Fetching: private addresses are never asked, also not after a redirect; size and time are limited as a whole."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from detente.intake.fetch import Fetched, Fetcher, FetchRefused, is_public

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web server on this machine whose answers a test writes."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                answer = site.answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def serve(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(body)

        self.answers[path] = answer


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def reason(url: str, **rest: Any) -> str:
    with pytest.raises(FetchRefused) as refused:
        Fetcher(**{"allow_local": True, "timeout_s": 5.0, **rest}).get(url)
    return refused.value.reason


def test_a_page_comes_with_what_the_server_says_of_it(site: Site) -> None:
    site.serve("/a?b=c d".replace(" ", "%20"), b"<p>Hi", Content_Type="text/html", ETag='"1"', Last_Modified="yesterday")
    found = Fetcher(allow_local=True).get(site.url + "/a?b=c d#top")
    assert (found.body, found.content_type, found.etag, found.last_modified) == (b"<p>Hi", "text/html", '"1"', "yesterday")


def test_gzip_is_unpacked(site: Site) -> None:
    site.serve("/", gzip.compress(b"x" * 1000), Content_Encoding="gzip")
    assert Fetcher(allow_local=True).get(site.url).body == b"x" * 1000


def test_redirects_are_followed(site: Site) -> None:
    site.serve("/a", status=301, Location="/b")
    site.serve("/b", b"there")
    assert Fetcher(allow_local=True).get(site.url + "/a").url == site.url + "/b"


def test_redirects_without_end_are_refused(site: Site) -> None:
    site.serve("/a", status=302, Location="/a")
    assert reason(site.url + "/a") == "redirects more than 5 times"


def test_a_server_whose_copy_is_the_same_sends_nothing(site: Site) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(304 if request.headers["If-None-Match"] == '"1"' else 200)
        request.end_headers()

    site.answers["/"] = answer
    assert not Fetcher(allow_local=True).get(site.url + "/", etag='"1"').changed


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "[::1]", "[fe80::1]",
     "[::ffff:127.0.0.1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "2130706433", "0x7f.1", "100.64.0.1"],
)  # fmt: skip
def test_private_and_local_addresses_are_not_asked(host: str) -> None:
    why = reason(f"http://{host}/", allow_local=False)
    assert "private or local address" in why or "is not known" in why


def test_a_redirect_to_a_local_address_is_refused(site: Site) -> None:
    site.serve("/secret", b"secret")
    site.serve("/", status=302, Location=site.url.replace("127.0.0.1", "localhost") + "/secret")
    fetcher = Fetcher(timeout_s=5.0, ports={"http": (site.server.server_port,)}, allows=lambda at: at == "127.0.0.1",
                      resolve=lambda host, port: ["127.0.0.2" if host == "localhost" else host])  # fmt: skip
    with pytest.raises(FetchRefused, match="private or local address"):
        fetcher.get(site.url + "/")
    assert site.asked == ["/"]


def test_the_connection_goes_to_the_address_that_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    site.serve("/", b"here")
    monkeypatch.setattr("detente.intake.fetch.socket.getaddrinfo", resolve)
    found = Fetcher(allow_local=True, timeout_s=5.0).get(f"http://courier.example:{site.server.server_port}/")
    assert found.body == b"here"
    assert asked == ["courier.example", "127.0.0.1"]  # the second is the socket's own, of the address itself


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "is not a web address"),
        ("ftp://courier.example/", "is not a web address"),
        ("http:///x", "is not a web address"),
        ("http://[::1", "is not an address"),
        ("http://a:b@courier.example/", "user name"),
        ("http://courier.example:22/", "names port 22"),
        ("http://courier.example:99999/", "is not an address"),
        ("http://courier.example:443/", "names port 443"),
        ("http://courier.example/\r\nX: y", "characters that no address has"),
    ],
)
def test_what_is_no_address_to_fetch(url: str, why: str) -> None:
    assert why in reason(url, allow_local=False)


def test_a_name_that_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("detente.intake.fetch.socket.getaddrinfo", unknown)
    assert reason("http://nowhere.invalid/") == "the name 'nowhere.invalid' is not known"


def test_a_body_beyond_the_limit_is_refused(site: Site) -> None:
    site.serve("/said", b"x", Content_Length="9999999")
    site.serve("/unsaid", b"x" * 3_000_000)
    for path in ("/said", "/unsaid"):
        assert reason(site.url + path, max_bytes=1 << 20) == "is larger than 1 MB, the limit of what is fetched"


def test_a_gzip_bomb_is_refused(site: Site) -> None:
    site.serve("/", gzip.compress(bytes(50 << 20)), Content_Encoding="gzip")
    assert "is larger than 1 MB" in reason(site.url, max_bytes=1 << 20)


def test_a_server_that_drips_is_cut_off(site: Site) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(100):
                request.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            pass

    site.answers["/"] = drip
    start = time.monotonic()
    assert reason(site.url, timeout_s=0.4) == "took longer than 0.4 s"
    assert time.monotonic() - start < 2.0


def test_a_server_that_drips_headers_is_cut_off(site: Site) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        try:
            for _ in range(100):
                request.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            pass

    site.answers["/"] = drip
    assert reason(site.url, timeout_s=0.4) == "took longer than 0.4 s"


def test_a_refusal_carries_the_status_and_when_to_come_back(site: Site) -> None:
    site.serve("/", status=429, Retry_After="30")
    with pytest.raises(FetchRefused) as refused:
        Fetcher(allow_local=True).get(site.url)
    assert (refused.value.status, refused.value.retry_after_s) == (429, 30.0)


def test_other_packings_and_damaged_ones_are_refused(site: Site) -> None:
    site.serve("/br", b"x", Content_Encoding="br")
    site.serve("/gz", b"no gzip at all", Content_Encoding="gzip")
    assert "packed as 'br'" in reason(site.url + "/br")
    assert "damaged gzip" in reason(site.url + "/gz")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_only_the_wanted_media_types_are_taken(site: Site) -> None:
    site.serve("/a", b"x", Content_Type="image/png")
    assert reason(site.url + "/a", takes=("text/html",)) == "is image/png; expected a page or a text"


@pytest.mark.parametrize(
    ("kind", "text"),
    [("text/plain; charset=windows-1252", "é"), ("text/plain", "\ufffd"), ("text/html; charset=none", "\ufffd")],
)
def test_a_text_comes_in_the_encoding_that_the_server_says(kind: str, text: str) -> None:
    assert Fetched("http://c.example", b"\xe9", kind).utf8.decode("utf-8", "replace") == text


def test_a_server_that_is_slow_before_anything_is_encrypted_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fetcher = Fetcher(allow_local=True, timeout_s=0.3)
        with pytest.raises(FetchRefused, match=r"took longer than 0\.3 s"):
            fetcher.get(f"https://127.0.0.1:{silent.getsockname()[1]}/")


def test_what_is_no_address_is_not_public() -> None:
    assert not is_public("courier.example")
