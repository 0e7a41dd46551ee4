"""Milliseconds in which readers get the dyad page while articles are being read in, and of pages of large ledgers.

    python -m benchmarks.web load [--readers 50] [--seconds 30] [--pause 1.0]
    python -m benchmarks.web pages [--events 2000]
    python -m benchmarks.web growth [--events 2000]

`load`: a site over the example crisis; each reader asks for the dyad page of now or of one of eight days, again and again with
a pause, each from a loopback address of its own; meanwhile articles are sent in and read by the model. `pages`: one pair with
so many events, and an article of 10,000 words; each page asked once with nothing kept, then again. `growth`: the first
drawing of the dyad page with so many events and with five times as many, and how many times longer that takes (processor time).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.types import Reading

ROOT = Path(__file__).parents[2]
CRISIS = ROOT / "examples" / "crisis"
DAYS = ("", *(f"?as_of=2024-{d}" for d in ("03-10", "03-17", "03-24", "03-31", "04-07", "04-14", "04-21", "04-28")))
WARM_S = 4.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web")
    parser.add_argument("what", choices=("load", "pages", "growth"))
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two pages of a reader, on average")
    parser.add_argument("--events", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="detente-bench-") as folder:
        if given.what == "load":
            load(Path(folder) / "crisis.ledger", given.readers, given.seconds, given.pause)
        elif given.what == "pages":
            pages(Path(folder) / "large.ledger", given.events)
        else:
            growth(Path(folder), given.events)


# Load --------------------------------------------------------------------------------------------------------------------


def load(ledger: Path, readers: int, seconds: float, pause_s: float) -> None:
    """Readers and reading at once."""
    _import(ledger)
    port = 8911
    site = subprocess.Popen(
        [str(Path(sys.executable).parent / "detente"), "serve", str(ledger), "--port", str(port),
         "--actors", str(CRISIS / "actors.toml")],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        ends = time.monotonic() + WARM_S + seconds
        times: list[list[float]] = [[] for _ in range(readers)]
        errors: list[str] = []
        crowd = [
            threading.Thread(target=_reader, args=(n, port, ends, seconds, pause_s, times[n], errors)) for n in range(readers)
        ]
        sender = threading.Thread(target=_send, args=(port, ends, errors))
        for thread in (*crowd, sender):
            thread.start()
        for thread in (*crowd, sender):
            thread.join()
        read = _articles(port)
    finally:
        site.terminate()
        site.wait()
    found = sorted(1000 * t for own in times for t in own)
    print(f"{readers} readers, pause {pause_s:g} s, {seconds:g} s: {len(found)} pages, {len(errors)} errors")
    print(f"{read} articles read meanwhile")
    print(f"median {statistics.median(found):.1f} ms, 95% {found[int(0.95 * len(found))]:.1f} ms, slowest {found[-1]:.1f} ms")
    for error in errors[:5]:
        print(error)


def _import(ledger: Path) -> None:
    from detente.ledger.connection import open_ledger
    from detente.ledger.exchange import readings_of
    from detente.ledger.write import write_readings

    db = open_ledger(ledger, create=True)
    list(write_readings(db, readings_of(str(CRISIS / "readings.jsonl")), now=datetime.now(UTC)))
    db.close()


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/login")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the site did not start")


def _reader(n: int, port: int, ends: float, seconds: float, pause_s: float, times: list[float], errors: list[str]) -> None:
    chance = random.Random(n)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(f"127.0.1.{n + 1}", 0))
    time.sleep(chance.uniform(0, max(0.5, pause_s)))
    while time.monotonic() < ends:
        started = time.perf_counter()
        try:
            client.request("GET", "/dyad/ARV/BMR" + chance.choice(DAYS))
            answer = client.getresponse()
            body = answer.read()
            if answer.status != 200 or b"Arvania and Belmora" not in body:
                errors.append(f"status {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            errors.append(repr(error))
            client.close()
        if time.monotonic() > ends - seconds:  # the first seconds warm up
            times.append(time.perf_counter() - started)
        time.sleep(chance.uniform(0.5, 1.5) * pause_s)


def _send(port: int, ends: float, errors: list[str]) -> None:
    """Articles of the crisis again and again, each told a little differently, five at a time."""
    articles = [json.loads(line)["text"] for line in (CRISIS / "articles.jsonl").open(encoding="utf-8")]
    number = 0
    while time.monotonic() < ends - 1:
        lines = []
        for _ in range(5):
            number += 1
            text = f"{articles[number % len(articles)]}\n\nIt was report {number} of the day, the harbour master of Sarn said."
            lines.append(
                json.dumps({"id": f"n{number}", "text": text, "published_at": "2024-04-20", "publisher": f"Paper {number % 7}"})
            )
        _post(port, "\n".join(lines), errors)
        time.sleep(1.0)


def _post(port: int, lines: str, errors: list[str]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", "/")
    answer = client.getresponse()
    page = answer.read().decode()
    cookie = answer.getheader("set-cookie", "").partition(";")[0]
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    parts = [("csrf", "", token[1]), ("files", '; filename="more.jsonl"', lines)]
    body = "".join(f'--xx\r\nContent-Disposition: form-data; name="{n}"{f}\r\n\r\n{v}\r\n' for n, f, v in parts) + "--xx--\r\n"
    client.request("POST", "/reading", body.encode(), {"Content-Type": "multipart/form-data; boundary=xx", "Cookie": cookie})
    if client.getresponse().status != 303:
        errors.append("an upload was not accepted")
    client.close()


def _articles(port: int) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", "/index.json")
    return int(json.loads(client.getresponse().read())["known"]["articles"]) - 24


_DYAD = "/dyad/ARV/BMR?as_of=2024-04-14"
_PAIR = (
    "/?as_of=2024-04-14", _DYAD, "/dyad/ARV/BMR?days=1092&as_of=2024-04-14", "/happening/1",
)  # fmt: skip
_OTHERS = ("/publisher", "/speaker?name=Edda+Quill", "/search?q=arvania")

# Large pages -------------------------------------------------------------------------------------------------------------


KINDS = ("THREATEN", "CONSULT", "COERCE", "ACCUSE", "CONCEDE")
TIMES = 5


def pages(ledger: Path, events: int) -> None:
    """Pages of a pair with many events, and of a long article."""
    started = time.perf_counter()
    row = _write(ledger, events)
    print(f"{events} events written in {time.perf_counter() - started:.1f} s")
    client = _client(ledger)
    for path in (*_PAIR, f"/article/{row}", f"/article/{row}?view=happened", *_OTHERS):
        _show(path, [_ask(client, path) for _ in range(3)])


def growth(folder: Path, events: int) -> None:
    """The dyad page of a pair with some events and with many."""
    found = []
    for number in (events, TIMES * events):
        ledger = folder / f"{number}.ledger"
        _write(ledger, number)
        client, started = _client(ledger), time.process_time()
        wall, size = _ask(client, _DYAD)
        found.append(time.process_time() - started)
        again = min(_ask(client, _DYAD)[0] for _ in range(5))
        print(f"{number:>7,} events: {found[-1]:.2f} s of processor time, {wall / 1000:.2f} s in all")
        print(f"{'':>7} again {again:.1f} ms, {size / 1024:.0f} KB")
    print(f"{TIMES} times the events take {found[1] / found[0]:.1f} times as long")


def _client(ledger: Path) -> object:
    from fastapi.testclient import TestClient

    from detente.web.app import make_app
    from detente.web.serve import spare_collector
    from detente.web.settings import Settings

    spare_collector()
    return TestClient(make_app(Settings(ledger, reads_per_s=0, page_timeout_s=600)), base_url="http://localhost")


def _write(ledger: Path, events: int) -> int:
    """A ledger of one pair with so many events, and a long article; gives the row of that."""
    from detente.ledger.connection import open_ledger
    from detente.ledger.write import write_readings

    readings = list(_readings(events))
    db = open_ledger(ledger, create=True)
    list(write_readings(db, readings, now=datetime(2025, 1, 1, tzinfo=UTC)))
    db.close()
    return len(readings)


def _readings(events: int) -> Iterator[Reading]:
    sys.path.insert(0, str(ROOT / "tests"))
    from news import Act, Words, news

    rng, first = random.Random(1), date(2023, 4, 14)
    for n in range(events // 5):
        on = (first + timedelta(days=366 * n // (events // 5))).isoformat()
        words = [f"item{rng.randrange(9000)} word{rng.randrange(9000)} thing{rng.randrange(9000)}" for _ in KINDS]
        text = " ".join(f"Arvania did{k} a thing to Belmora about {w}." for k, w in enumerate(words))
        acts = [Act(t, "ARV", "BMR", f"did{k}", date=on) for k, t in enumerate(KINDS)]
        yield news(f"a{n}", on, f"Paper {n % 40}", text, acts)
    long = "\n\n".join(
        f"They heard on day {n}: “We will not sign paper {n} now.” The house was silent for long." for n in range(560)
    )
    spoken = [Words("Quill", f"“We will not sign paper {n} now.”") for n in range(560)]
    yield news("long", "2024-04-13", "Courier", long, (), spoken)


def _ask(client: object, path: str) -> tuple[float, int]:
    started = time.perf_counter()
    answer = client.get(path)  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.text[:500]
    return 1000 * (time.perf_counter() - started), len(answer.content)


def _show(path: str, found: Sequence[tuple[float, int]]) -> None:
    print(f"{path:<46}{found[0][0]:>9.0f} ms, again {found[-1][0]:>7.1f} ms{found[0][1] / 1024:>8.0f} KB", flush=True)


if __name__ == "__main__":
    os.environ.pop("DETENTE_TOKEN", None)
    main()
