"""The process that reads what waits in the queue into the ledger: `python -m detente.web.worker LEDGER [ACTORS]`.

It ends when nothing has waited for a while, or when the site that started it has ended. Killed at any moment it loses
nothing: what it was reading is read again, and articles that the ledger has already are not written twice.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from detente.errors import ArticleRefused, LedgerBusy, LedgerUnwritable
from detente.intake.addresses import showable
from detente.intake.fetch import PAGES, WEB_PORTS, Fetched, Fetcher, FetchRefused
from detente.intake.limits import MB
from detente.intake.sealed import Sealed, open_sealed
from detente.ledger.connection import open_ledger
from detente.ledger.write import stored_row, write_readings
from detente.read.article import Given, Received, decode, digest_id, load_articles
from detente.types import Article, Reading, Refusal
from detente.web.queue import Outcome, Queue, Upload

IDLE_S = 45.0  # the model stays in memory so long after the last upload
BATCH = 8
TROUBLE_S = 15.0  # before a ledger that could not be written is tried again
_HTML = (".html", ".htm", ".xhtml")
SENT_IN = Fetcher(ports=WEB_PORTS, takes=PAGES, max_bytes=5 * MB, headers={"Accept": "text/html, text/plain;q=0.9"})
ReadMany = Callable[..., Iterator[Reading | Refusal]]


def main(arguments: list[str]) -> None:
    """Work until there is nothing to do, or the parent is gone."""
    ledger, actors = Path(arguments[0]), Path(arguments[1]) if len(arguments) > 1 else None
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(10)  # readers of pages come first
    from detente import read_many

    idle_since = time.monotonic()
    while time.monotonic() - idle_since < IDLE_S:
        try:
            done = work_off(ledger, read_many, actors=actors)
        except (LedgerUnwritable, LedgerBusy) as error:
            print(error, file=sys.stderr, flush=True)
            time.sleep(TROUBLE_S)
            done = 1
        idle_since = time.monotonic() if done else idle_since
        time.sleep(0.1)


def _end_with_parent() -> None:
    while os.read(0, 4096):  # ends when the pipe is closed
        pass
    os._exit(0)


def work_off(ledger: Path, read_many: ReadMany, *, actors: Path | None = None, now: datetime | None = None) -> int:
    """Read all that waits; gives how many uploads that were.

    Raises LedgerUnwritable or LedgerBusy; what was being read then waits again.
    """
    queue, number = Queue.beside(ledger), 0
    while (taken := queue.take()) is not None:
        try:
            _read_one(ledger, queue, *taken, read_many, actors, now)
        except (LedgerUnwritable, LedgerBusy):
            queue.put_back(taken[0])
            raise
        number += 1
    return number


def _read_one(
    ledger: Path, queue: Queue, number: int, upload: Upload, read_many: ReadMany, actors: Path | None, now: datetime | None
) -> None:
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        outcomes = _outcomes(ledger, received(upload, Path(folder)), read_many, actors, now)
        while some := list(islice(outcomes, BATCH)):
            queue.note(number, some)
    queue.note(number, (), done=True)


def received(upload: Upload, folder: Path) -> Iterator[Received | Refusal]:
    """The articles of an upload; `folder` is an empty one to put a file in."""
    given: dict[str, Any] = dict(upload.given)
    try:
        if upload.kind == "url":
            yield _completed(article_of_answer(SENT_IN.get(upload.name), Given(**given)), given)
        elif upload.kind == "text":
            text = json.loads(upload.data)["text"]
            yield Received(Article(digest_id(text), text, given.get("title") or upload.name, given.get("published_at"),
                                   given.get("publisher")))  # fmt: skip
        elif upload.name.lower().endswith(_HTML):
            yield _completed(open_sealed(Sealed(upload.name, upload.name, "html", upload.data, Given(**given))), given)
        else:
            yield from _of_file(upload, folder, given)
    except ArticleRefused as refused:
        yield Refusal(refused.name, refused.reason)
    except FetchRefused as refused:
        yield Refusal(showable(refused.url), refused.reason)


def article_of_answer(answer: Fetched, given: Given) -> Received | Refusal:
    """The article that an address gave: the main text of a page, or a text as it is."""
    name = showable(answer.url)
    if "html" in answer.media_type:
        return open_sealed(Sealed(answer.url, name, "html", answer.utf8, given, answer.url))
    text = decode(answer.utf8)
    notes = (Refusal(name, text.note),) if text.note else ()
    return Received(Article(answer.url, text.text, given.title, given.published_at, given.publisher, url=answer.url), notes)


def _completed(found: Received | Refusal, given: dict[str, Any]) -> Received | Refusal:
    """An article under the publisher that the reader named, whatever the page calls itself."""
    if isinstance(found, Refusal) or not given.get("publisher"):
        return found
    return replace(found, article=replace(found.article, publisher=given["publisher"]))


def _of_file(upload: Upload, folder: Path, given: dict[str, Any]) -> Iterator[Received | Refusal]:
    path = folder / upload.name
    path.write_bytes(upload.data)
    for found in load_articles([path], **given):
        if isinstance(found, Refusal):
            yield Refusal(found.name.replace(f"{folder}{os.sep}", ""), found.reason)
        else:
            yield found


def _outcomes(
    ledger: Path, articles: Iterator[Received | Refusal], read_many: ReadMany, actors: Path | None, now: datetime | None
) -> Iterator[Outcome]:
    """Each article with what became of it; what the ledger holds already is not read again."""
    waiting: list[Outcome] = []
    db = open_ledger(ledger, create=True)

    def new() -> Iterator[Received | Refusal]:
        for one in articles:
            row = None if isinstance(one, Refusal) else stored_row(db, one.article)
            if row is None:
                yield one
            else:
                waiting.append(Outcome(one.article.id, "known", row))  # type: ignore[union-attr]

    def readings() -> Iterator[Reading]:
        for found in read_many(new(), threads=max(1, (os.cpu_count() or 2) - 1), actors=actors):
            if isinstance(found, Refusal):
                waiting.append(Outcome(found.name, "refused", None, found.reason))
            else:
                yield found

    try:
        for done in write_readings(db, readings(), now=now or datetime.now(UTC), batch=BATCH):
            yield Outcome(done.name, done.outcome, done.row)
            yield from _emptied(waiting)
        yield from _emptied(waiting)
    finally:
        db.close()


def _emptied(waiting: list[Outcome]) -> list[Outcome]:
    found = waiting[:]
    waiting.clear()
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
