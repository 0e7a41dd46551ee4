"""The whole way from sources to readings: taken in, let in, read in this process or in several, and gone on with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from detente.errors import DetenteError
from detente.intake.origins import Incoming
from detente.intake.reception import Reception
from detente.intake.sealed import Sealed
from detente.parallel import USUAL_BOUNDS, Bounds, read_parallel
from detente.types import Article, Reading, Refusal
from detente.version import READER

_Some = TypeVar("_Some", bound=Incoming)
_ARTICLE = '"article": '


class CannotResume(DetenteError, ValueError):
    """A file that is not the beginning of this run."""


@dataclass(frozen=True)
class Way:
    """How articles are read. workers: 0 reads in this process, where no time limit holds. skip: ids that are done already.

    stopping: once true, what is in hand is finished and nothing new is begun.
    """

    workers: int = 0
    threads: int = 0
    actors: Path | None = None
    bounds: Bounds = USUAL_BOUNDS
    skip: Collection[str] = field(default_factory=frozenset)
    stopping: Callable[[], bool] = lambda: False


def read_all(items: Iterable[Incoming], way: Way, reception: Reception) -> Iterator[Reading | Refusal]:
    """Readings and refusals in the order of the items; those to skip give nothing."""
    if way.workers:
        let_in = _unread(reception.before(items), way.skip)
        found = read_parallel(let_in, workers=way.workers, actors=way.actors, bounds=way.bounds, stopping=way.stopping)
        return reception.after(found)
    from detente import read_many

    opened = _until(_unread(reception.opened(items), way.skip), way.stopping)
    return read_many(opened, threads=way.threads, actors=way.actors)


def _unread(items: Iterable[_Some], skip: Collection[str]) -> Iterator[_Some]:
    return (item for item in items if isinstance(item, Refusal) or _id(item) not in skip)


def _id(item: Incoming) -> str:
    if isinstance(item, Refusal):
        return item.name
    return item.id if isinstance(item, Sealed) else item.article.id


def _until(items: Iterable[_Some], stopping: Callable[[], bool]) -> Iterator[_Some]:
    for item in items:
        if stopping():
            return
        yield item


def earlier_articles(out: Path) -> Iterator[Article]:
    """Articles whose readings stand in a file of JSON lines. A last line that was cut off is taken out of the file.

    Raises CannotResume for a file of something else or of another reader.
    """
    if not out.exists():
        return
    whole = 0
    with out.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.endswith(b"\n"):
                break
            yield _article_in(line.decode("utf-8", "replace"), f"{out}:{number}")
            whole += len(line)
    if whole < out.stat().st_size:
        os.truncate(out, whole)


def _article_in(line: str, where: str) -> Article:
    """Only the article is parsed, which stands at the beginning of the line."""
    try:
        head = line[: line.index(_ARTICLE)]
        reader = str(json.loads(f"{head}{_ARTICLE}null}}")["reader"])
        data = json.JSONDecoder().raw_decode(line, len(head) + len(_ARTICLE))[0]
        article = Article(**data)
    except (ValueError, KeyError, TypeError):
        raise CannotResume(f"{where} is no reading in a line; --resume goes on with what --format jsonl wrote") from None
    if reader != READER:
        raise CannotResume(f"{where} was written by reader {reader}, this one is {READER}; write to another file")
    return article
