"""Articles that are sent in: nothing acknowledged is lost, nothing is read twice, what fails is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from news import RECORDED
from site_of_crisis import client, crisis_ledger, fake_read_many, ledger_with, token_of

from detente.errors import LedgerUnwritable, NotALedger, WrongCall
from detente.ledger.connection import open_ledger
from detente.ledger.queries import articles
from detente.types import Reading, Refusal
from detente.web.queue import Queue, Upload
from detente.web.worker import work_off

NOW = datetime(2024, 5, 1, tzinfo=UTC)
TALKS = b"Talks in Sarn\n\nArvania met Belmora in Sarn on Monday."


def known(ledger: Path) -> list[str]:
    db = open_ledger(ledger)
    found = [a.headline for a in articles(db, known_by=RECORDED)]
    db.close()
    return found


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return ledger_with(tmp_path / "a.ledger", [])


def test_sent_articles_are_read_in_the_background_and_shown(ledger: Path) -> None:
    web = client(ledger)
    form = {"csrf": token_of(web.get("/").text), "text": "Pasted\n\nThey met.", "published_at": "2024-03-01"}
    files = [("files", ("../talks.txt", TALKS, "text/plain")), ("files", ("bad.pdf", b"%PDF-1", "application/pdf"))]
    answer = web.post("/reading", data=form, files=files)
    assert answer.status_code == 303
    waiting = web.get(answer.headers["location"]).text
    assert "waiting" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert work_off(ledger, fake_read_many, now=NOW) == 3
    done = web.get(answer.headers["location"] + ".json").json()
    assert (done["articles"], done["refused"], done["running"]) == (2, 1, False)
    assert "is a PDF" in web.get(answer.headers["location"]).text
    assert sorted(known(ledger)) == ["Pasted", "Talks in Sarn"]


def test_many_articles_of_one_file_show_their_progress(ledger: Path) -> None:
    lines = b"\n".join(b'{"id": "n%d", "text": "They met in Sarn, %d."}' % (n, n) for n in range(40))
    queue = Queue.beside(ledger)
    queue.add("b", [Upload("file", "many.jsonl", lines, {"published_at": "2024-03-01"})])
    work_off(ledger, fake_read_many, now=NOW)
    assert queue.progress("b")[0].articles == 40


def test_what_the_ledger_has_is_not_read_again(tmp_path: Path) -> None:
    ledger = crisis_ledger(tmp_path / "a.ledger")
    data = (Path(__file__).parents[2] / "examples/crisis/articles.jsonl").read_bytes()
    queue = Queue.beside(ledger)
    queue.add("b", [Upload("file", "crisis.jsonl", data, {})])
    work_off(ledger, fake_read_many, now=NOW)
    assert {o.outcome for o in queue.progress("b")[0].outcomes} == {"known"}


def test_an_upload_survives_the_end_of_its_reader(ledger: Path) -> None:
    queue = Queue.beside(ledger)
    queue.add("b", [Upload("file", "talks.txt", TALKS, {})])
    assert queue.take() is not None  # a reader takes it and is killed
    assert queue.take() is None
    assert Queue.beside(ledger).revive() == 1  # the site starts again
    work_off(ledger, fake_read_many, now=NOW)
    assert queue.progress("b")[0].state == "done"
    assert known(ledger) == ["Talks in Sarn"]


def test_what_stops_the_reader_twice_is_given_up(ledger: Path) -> None:
    queue = Queue.beside(ledger)
    queue.add("b", [Upload("file", "talks.txt", TALKS, {})])
    for _ in range(2):
        queue.take()
        queue.revive()
    found = queue.progress("b")[0]
    assert found.state == "done"
    assert found.outcomes[0].reason == "the reader stopped at it 2 times"


def test_a_queue_leaves_files_of_others_alone(tmp_path: Path) -> None:
    other = crisis_ledger(tmp_path / "b.ledger")
    with pytest.raises(NotALedger, match="was left as it is"):
        Queue(other).waiting()


def test_nothing_to_read_and_wrong_dates_are_told(ledger: Path) -> None:
    web = client(ledger)
    csrf = token_of(web.get("/").text)
    assert "nothing to read" in web.post("/reading", data={"csrf": csrf, "text": " "}).text
    assert "is not a date" in web.post("/reading", data={"csrf": csrf, "text": "x", "published_at": "soon"}).text


def test_an_address_is_kept_for_the_worker_or_refused_where_the_site_fetches_none(ledger: Path) -> None:
    web, closed = client(ledger), client(ledger, fetch=False)
    form = {"csrf": token_of(web.get("/").text), "text": " https://courier.example/strait "}
    assert web.post("/reading", data=form).status_code == 303
    assert Queue.beside(ledger).progress()[0].kind == "url"
    form["csrf"] = token_of(closed.get("/").text)
    assert "does not fetch" in closed.post("/reading", data=form).text


def test_a_page_of_the_web_becomes_its_article(ledger: Path) -> None:
    pytest.importorskip("trafilatura", reason="pages need detente[web]")
    paragraph = "Arvania met Belmora in Sarn on Monday, and both sides said that they would go on talking about the strait. "
    html = f"<html><head><title>Talks</title></head><body><article><h1>Talks</h1><p>{paragraph * 4}</p></article></body></html>"
    queue = Queue.beside(ledger)
    queue.add("b", [Upload("file", "page.html", html.encode(), {"published_at": "2024-03-01"})])
    work_off(ledger, fake_read_many, now=NOW)
    assert known(ledger) == ["Talks"]


def test_a_queue_that_is_full_takes_no_more(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.web.queue.MOST_WAITING", 1)
    queue = Queue.beside(ledger)
    queue.add("a", [Upload("file", "talks.txt", TALKS, {})])
    with pytest.raises(WrongCall, match="wait to be read"):
        queue.add("b", [Upload("file", "talks.txt", TALKS, {})])


def test_a_ledger_that_cannot_be_written_costs_no_upload(ledger: Path) -> None:
    queue = Queue.beside(ledger)
    queue.add("b", [Upload("file", "talks.txt", TALKS, {})])

    def full_disk(articles: object, **rest: object) -> Iterator[Reading | Refusal]:
        raise LedgerUnwritable("the disk is full")
        yield

    for _ in range(3):
        with pytest.raises(LedgerUnwritable):
            work_off(ledger, full_disk, now=NOW)
    work_off(ledger, fake_read_many, now=NOW)
    assert known(ledger) == ["Talks in Sarn"]
