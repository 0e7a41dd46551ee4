"""Articles that readers send: checked, put into the queue, and a worker process kept going while any wait."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from detente.errors import WrongCall
from detente.read.article import is_iso_date, title_of
from detente.web.queue import Queue, Upload
from detente.web.settings import Settings

_ADDRESS = re.compile(r"https?://\S+\Z", re.I)
_LONGEST_NAME = 120


class Uploads:
    """The way in for articles. One worker process reads; it is started when something waits, and ends when nothing does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.queue = Queue.beside(settings.ledger)
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._closing = False

    def start(self) -> None:
        """Go on with what an earlier run of the site left unread."""
        if self.queue.revive():
            self.wake()

    def stop(self) -> None:
        """End the worker; what it was reading waits for the next start."""
        self._closing = True
        if self._worker is not None and self._worker.poll() is None:
            self._worker.terminate()

    async def receive(self, form: FormData) -> str:
        """Take in what a form holds; gives the batch under which its progress can be seen. Raises WrongCall for nothing."""
        given = _given(form)
        uploads = list(_typed(form, given, fetch=self._settings.fetch))
        for value in form.getlist("files"):
            if isinstance(value, UploadFile) and value.filename:
                uploads.append(Upload("file", plain_name(value.filename), await value.read(), given))
        if not uploads:
            raise WrongCall("There is nothing to read: paste an article or an address, or choose files.")
        batch = secrets.token_urlsafe(9)
        await run_in_threadpool(self.queue.add, batch, uploads)
        self.wake()
        return batch

    def wake(self) -> None:
        """See that a worker is at it."""
        with self._lock:
            if self._closing or (self._worker is not None and self._worker.poll() is None):
                return
            command = [sys.executable, "-m", "detente.web.worker", str(self._settings.ledger)]
            if self._settings.actors:
                command.append(str(self._settings.actors))
            self._worker = subprocess.Popen(command, stdin=subprocess.PIPE, env=_without_token())
            threading.Thread(target=self._watch, args=(self._worker,), daemon=True).start()

    def _watch(self, worker: subprocess.Popen[bytes]) -> None:
        """After the worker's end, whatever its reason, start another one if something waits."""
        worker.wait()
        if not self._closing and self.queue.revive():
            self.wake()


def _without_token() -> dict[str, str]:
    """The environment for the worker, which needs no secret of the site."""
    return {k: v for k, v in os.environ.items() if k != "DETENTE_TOKEN"}


def _given(form: Mapping[str, Any]) -> dict[str, str]:
    """What the form says about all its articles. Raises WrongCall for a date that is none."""
    found = {k: str(form.get(k) or "").strip()[:300] for k in ("title", "published_at", "publisher")}
    if found["published_at"] and not is_iso_date(found["published_at"]):
        raise WrongCall(f"{found['published_at']!r} is not a date; expected one such as 2022-01-09")
    return {k: v for k, v in found.items() if v}


def _typed(form: Mapping[str, Any], given: dict[str, str], *, fetch: bool) -> Iterator[Upload]:
    """The pasted text or address."""
    text = str(form.get("text") or "")
    if not text.strip():
        return
    if _ADDRESS.match(text.strip()):
        if not fetch:
            raise WrongCall("This site does not fetch addresses; paste the article's text.")
        yield Upload("url", text.strip()[:2000], b"", given)
        return
    text = text.replace("\r\n", "\n")
    name = given.get("title") or title_of(text) or "pasted text"
    yield Upload("text", name[:_LONGEST_NAME], json.dumps({"text": text}).encode(), given)


def plain_name(given: str) -> str:
    """The last part of a file's name, without what could lead into another folder.

    >>> plain_name("../../etc/passwd"), plain_name("C:\\\\news\\\\strait.txt"), plain_name("..")
    ('passwd', 'strait.txt', 'upload.txt')
    """
    name = "".join(c for c in re.split(r"[/\\\\]", given)[-1] if c.isprintable() and c not in '<>:"|?*\x00').strip(". ")
    return name[-_LONGEST_NAME:] or "upload.txt"
