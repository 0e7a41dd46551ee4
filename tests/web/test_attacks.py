"""Things that hostile articles, pages and readers try."""

from __future__ import annotations

import http.server
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from news import Act, Words, news
from site_of_crisis import client, ledger_with, token_of
from typer.testing import CliRunner

from detente.cli import app as commands
from detente.errors import WrongCall
from detente.intake.fetch import Fetcher, FetchRefused, is_public
from detente.types import Refusal
from detente.web.guard import Pace
from detente.web.queue import Upload
from detente.web.settings import Settings
from detente.web.uploads import plain_name
from detente.web.worker import SENT_IN, received

COOKIE = "detente_visit_8765"
TOKEN = "correct horse battery"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


# Hostile articles


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A ledger whose article has script in its title, text, quotation, publisher and address."""
    text = f"{EVIL}\n\nArvania threatened Belmora. “We mean {EVIL} it,” Torvek said."
    reading = news(
        "evil", "2024-03-05", f"Courier {EVIL}", text, [Act("THREATEN", "ARV", "BMR", "threatened")],
        [Words("Torvek", f"“We mean {EVIL} it,”", cue="said")], title=EVIL, url="javascript:alert(1)//" + EVIL,
    )  # fmt: skip
    return client(ledger_with(tmp_path_factory.mktemp("evil") / "evil.ledger", [reading]))


@pytest.mark.parametrize(
    "path",
    ["/", "/article/1", "/article/1?view=voice&voice=1&loaded=1", "/dyad/ARV/BMR", "/happening/1", "/speaker?name=Ilan+Torvek",
     "/publisher", "/search?q=mean", "/item/1"],
)  # fmt: skip
def test_script_in_articles_stays_text(hostile: TestClient, path: str) -> None:
    page = hostile.get(f"{path}{'&' if '?' in path else '?'}as_of=2024-03-06").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("path", ["/search?q={}", "/speaker?name={}", "/publisher?name={}", "/dyad/{}/BMR", "/?as_of={}"])
def test_script_in_addresses_stays_text(site: TestClient, path: str) -> None:
    assert "<script>alert" not in site.get(path.format(quote(EVIL, safe=""))).text


def test_every_answer_forbids_scripts_of_others_and_frames(site: TestClient) -> None:
    for path in ("/", "/nothing", "/static/site.css", "/index.json", "/login"):
        policy = site.get(path).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert site.get(path).headers["x-content-type-options"] == "nosniff"


ODD = (
    "", "-1", "9" * 20, "nan", "\x00", "%", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "x" * 5000, "«",
    "a* OR NEAR(", "../..",
)  # fmt: skip
ASKED = (
    "/?as_of={}", "/dyad/ARV/BMR?days={}", "/dyad/ARV/BMR?until={}", "/dyad/{}/BMR", "/article/{}", "/item/{}",
    "/article/8?view=voice&voice={}", "/happening/{}", "/search?q={}", "/search?q=crew&since={}", "/speaker?name={}",
    "/publisher?name={}", "/reading/{}",
)  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_odd_values_in_addresses_break_nothing(site: TestClient, asked: str) -> None:
    for odd in ODD:
        assert site.get(asked.format(quote(odd, safe=""))).status_code < 500, odd


# Ways in


def test_other_addresses_than_this_machine_need_a_token(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="set a token"):
        Settings(tmp_path / "a", host="0.0.0.0").checked()
    with pytest.raises(WrongCall, match="at least"):
        Settings(tmp_path / "a", host="0.0.0.0", token="short").checked()
    assert Settings(tmp_path / "a", host="0.0.0.0", token=TOKEN).checked().token == TOKEN
    result = CliRunner().invoke(commands, ["serve", str(tmp_path / "a"), "--host", "0.0.0.0"], env={"DETENTE_TOKEN": ""})
    assert result.exit_code == 2
    assert not (tmp_path / "a").exists()


def test_nothing_is_shown_before_the_token(crisis: Path) -> None:
    web = client(crisis, token=TOKEN)
    assert web.get("/article/1").headers["location"] == "/login?next=/article/1"
    assert web.get("/index.json").status_code == 401
    assert web.get("/openapi.json").status_code == 401
    assert web.post("/reading", data={"text": "x"}).status_code in (303, 401)
    assert web.get("/index.json", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_token_lets_in_and_leads_on(crisis: Path) -> None:
    web = client(crisis, token=TOKEN)
    csrf = token_of(web.get("/login?next=/article/1").text)
    assert web.post("/login", data={"csrf": csrf, "token": "wrong one here"}).status_code == 403
    answer = web.post("/login", data={"csrf": csrf, "token": TOKEN, "next": "/article/1"})
    assert answer.headers["location"] == "/article/1"
    assert web.get("/article/1").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_coming_in_never_leads_to_another_site(crisis: Path, target: str) -> None:
    web = client(crisis, token=TOKEN)
    csrf = token_of(web.get("/login").text)
    assert web.post("/login", data={"csrf": csrf, "token": TOKEN, "next": target}).headers["location"] == "/"


@pytest.mark.parametrize("value", ["x", "abc.def", "." * 40, "visit." + "0" * 64, "\x00"])
def test_a_made_up_cookie_lets_nobody_in(crisis: Path, value: str) -> None:
    web = client(crisis, token=TOKEN)
    assert web.get("/", headers={"cookie": f"{COOKIE}={value}"}).status_code == 303


def test_a_cookie_from_before_coming_in_is_worth_nothing_after(crisis: Path) -> None:
    web = client(crisis, token=TOKEN)
    csrf = token_of(web.get("/login").text)
    planted = web.cookies[COOKIE]
    web.post("/login", data={"csrf": csrf, "token": TOKEN})
    web.cookies.clear()
    assert web.get("/", headers={"cookie": f"{COOKIE}={planted}"}).status_code == 303


def test_secrets_do_not_reach_the_log(crisis: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    web = client(crisis, token=TOKEN)
    csrf = token_of(web.get("/login").text)
    web.post("/login", data={"csrf": csrf, "token": TOKEN})
    web.get("/index.json", headers={"authorization": f"Bearer {TOKEN}"})
    ours = " ".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "asyncio")))
    assert TOKEN not in ours
    assert csrf not in ours


# Writes from elsewhere


def test_a_form_from_another_site_changes_nothing(crisis: Path) -> None:
    web = client(crisis)
    csrf = token_of(web.get("/").text)
    forms: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}), ({"csrf": "forged"}, {}), ({"csrf": csrf}, {"origin": "https://evil.example"}),
        ({"csrf": csrf}, {"sec-fetch-site": "cross-site"}), ({"csrf": csrf}, {"origin": "null"}),
    ]  # fmt: skip
    for form, headers in forms:
        assert web.post("/reading", data={**form, "text": "Talks"}, headers=headers).status_code == 403
        assert web.post("/item/4", data={**form, "verb": "confirm"}, headers=headers).status_code == 403
    assert web.app.state.site.uploads.queue.progress() == []  # type: ignore[attr-defined]


def test_a_form_token_of_another_visit_is_refused(crisis: Path) -> None:
    mine, theirs = client(crisis), client(crisis)
    theirs.app = mine.app
    csrf = token_of(mine.get("/").text)
    theirs.get("/")
    assert theirs.post("/reading", data={"csrf": csrf, "text": "Talks"}).status_code == 403


def test_a_name_that_was_pointed_at_this_machine_is_not_answered(site: TestClient) -> None:
    assert site.get("/", headers={"host": "evil.example"}).status_code == 421
    assert site.get("/", headers={"host": "127.0.0.1:8765"}).status_code == 200
    assert site.get("/", headers={"host": "[::1]:8765"}).status_code == 200


# Paths and sizes


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2ferrors.py", "/static//etc/passwd"]
)
def test_static_files_lead_nowhere_else(site: TestClient, path: str) -> None:
    assert site.get(path).status_code == 404


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "/abs/olute.txt", "a\x00b.txt", "..", "x" * 400])
def test_names_of_files_lead_nowhere(name: str, tmp_path: Path) -> None:
    made = plain_name(name)
    assert (tmp_path / made).resolve().parent == tmp_path
    assert len(made) <= 120


def test_a_large_upload_is_refused_before_it_is_read(crisis: Path) -> None:
    web = client(crisis)
    csrf = token_of(web.get("/").text)
    sent = 0

    def parts() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 1024 * 1024

    big = web.post("/reading", content=b"x", headers={"content-length": str(100 * 1024 * 1024)})
    assert big.status_code == 413
    streamed = web.post("/reading", content=parts(), headers={"content-type": "application/octet-stream"})
    assert streamed.status_code in (403, 413)
    files = [("files", ("a.txt", b"x" * 30 * 1024 * 1024, "text/plain"))]
    assert web.post("/reading", data={"csrf": csrf}, files=files).status_code == 413


def test_too_many_files_are_refused(crisis: Path) -> None:
    web = client(crisis)
    csrf = token_of(web.get("/").text)
    files = [("files", (f"{n}.txt", b"x", "text/plain")) for n in range(201)]
    assert web.post("/reading", data={"csrf": csrf}, files=files).status_code == 400


def test_one_reader_cannot_ask_without_end(crisis: Path) -> None:
    web = client(crisis, reads_per_s=1.0)
    codes = [web.get("/login").status_code for _ in range(8)]
    assert codes[0] == 200
    assert codes[-1] == 429


def test_the_pace_is_kept_for_each_address_and_recovers() -> None:
    now = 0.0
    pace = Pace(1.0, 2.0, lambda: now)
    assert [pace.allows("a") for _ in range(3)] == [True, True, False]
    assert pace.allows("b")
    now = 1.0
    assert [pace.allows("a"), pace.allows("a")] == [True, False]


# Fetching addresses


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1",
     "fe80::1", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::808:808", "::"],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/", "http://169.254.169.254/",
     "file:///etc/passwd", "ftp://courier.example/", "http://a:b@courier.example/", "http://courier.example:22/", "gopher://x/",
     "http:///x", "http://courier.example/\r\nX: y"],
)  # fmt: skip
def test_addresses_that_lead_inside_are_refused(url: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        return {"courier.example": ["93.184.216.34"], "localhost": ["127.0.0.1"], "2130706433": ["127.0.0.1"]}.get(
            host, [host if host[0].isdigit() and "x" not in host else "127.0.0.1"]
        )

    with pytest.raises(FetchRefused):
        replace(SENT_IN, resolve=resolve).get(url)


class _Answers(http.server.BaseHTTPRequestHandler):
    """A server of the outside world: pages, redirects, endless and slow answers."""

    def do_GET(self) -> None:
        with suppress(OSError):
            getattr(self, "on_" + self.path.strip("/").split("/")[0].split("?")[0])()

    def on_page(self) -> None:
        self._start("text/plain; charset=utf-8", b"Talks in Sarn")

    def on_inside(self) -> None:
        self._onward("http://inside.example/secret")

    def on_loop(self) -> None:
        self._onward("/loop")

    def on_twice(self) -> None:
        self._onward("/page")

    def on_picture(self) -> None:
        self._start("image/png", b"x")

    def on_large(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x" * 100_000)

    def on_bomb(self) -> None:
        import gzip

        body = gzip.compress(b"x" * 6_000_000)
        self._start("text/plain", body, ("Content-Encoding", "gzip"))

    def on_slow(self) -> None:
        import time

        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def _start(self, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _onward(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None: ...


@contextmanager
def outside(**limits: Any) -> Iterator[tuple[str, Fetcher]]:
    """A server that stands for the public internet: its address, and the worker's fetcher in a world of these names."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    names = {"public.example": "127.0.0.1", "inside.example": "127.0.0.2"}
    try:
        yield f"http://public.example:{server.server_port}", replace(
            SENT_IN, resolve=lambda host, port: [names[host]] if host in names else [], ports={"http": (server.server_port,)},
            allows=lambda address: address == "127.0.0.1", **limits,
        )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_public_page_is_fetched_also_after_a_redirect() -> None:
    with outside() as (at, fetcher):
        assert fetcher.get(f"{at}/page").body == b"Talks in Sarn"
        assert fetcher.get(f"{at}/twice").url == f"{at}/page"


@pytest.mark.parametrize(
    ("path", "why"),
    [("inside", "private or local"), ("loop", "more than 5 times"), ("picture", "expected a page"), ("large", "larger than"),
     ("bomb", "larger than"), ("slow", "took longer")],
)  # fmt: skip
def test_what_is_not_fetched(path: str, why: str) -> None:
    limit_s = 0.5 if path == "slow" else 30.0
    with outside(timeout_s=limit_s) as (at, fetcher), pytest.raises(FetchRefused, match=why):
        fetcher.get(f"{at}/{path}")


@pytest.mark.parametrize("url", ["http://courier.example:443/", "https://courier.example:80/", "https://courier.example:8443/"])
def test_only_the_usual_port_of_each_scheme_is_asked(url: str) -> None:
    with pytest.raises(FetchRefused, match="names port"):
        replace(SENT_IN, resolve=lambda host, port: ["93.184.216.34"]).get(url)


def test_a_refusal_shows_no_secret_of_the_address(tmp_path: Path) -> None:
    upload = Upload("url", "http://me:secret@127.0.0.1/page?key=42", b"", {})
    (refused,) = received(upload, tmp_path)
    assert isinstance(refused, Refusal)
    assert "secret" not in f"{refused}"
    assert "42" not in f"{refused}"


def test_a_name_with_one_private_address_is_refused() -> None:
    with outside() as (at, fetcher), pytest.raises(FetchRefused, match="private or local"):
        replace(fetcher, resolve=lambda host, port: ["127.0.0.1", "10.0.0.1"]).get(f"{at}/page")


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers differently the second time is asked only once."""
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    with outside() as (at, fetcher):

        def once(host: str, port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

        assert replace(fetcher, resolve=once).get(f"{at}/page").body
    assert asked == ["public.example"]
