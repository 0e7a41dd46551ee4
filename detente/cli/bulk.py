"""What `detente read` does with few and with many articles: one stream of readings, or a folder of Parquet files."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import typer

from detente.cli.console import finishing, reported_failures, tell
from detente.cli.progress import Step, progress
from detente.errors import ArticleRefused

if TYPE_CHECKING:
    from detente.desk import Way
    from detente.intake.fetch import Fetcher
    from detente.intake.origins import Incoming
    from detente.parallel import Bounds
    from detente.read.article import Given
    from detente.shards import Shard
    from detente.types import Reading, Refusal

LOCAL = "DETENTE_ALLOW_LOCAL"  # set to 1, pages on this machine are fetched too: for trying things out


@dataclass(frozen=True)
class Call:
    """What was asked for on the command line."""

    places: list[str]
    given: Given
    workers: int
    threads: int
    actors: Path | None
    bounds: Bounds
    keep_duplicates: bool
    set_aside: Path | None


def names_folder(out: Path) -> bool:
    """Whether a path that does not exist is meant as a folder: it has no ending."""
    return not out.exists() and not out.suffix


def fetcher() -> Fetcher:
    """The fetcher of commands; private addresses only where the environment allows it."""
    from detente.intake.fetch import Fetcher

    return Fetcher(allow_local=os.environ.get(LOCAL) == "1")


@contextmanager
def wrong_calls() -> Iterator[None]:
    """What cannot be done as it was asked for: one line, and the exit status of a wrong call."""
    from detente.desk import CannotResume
    from detente.intake.watch import StateInvalid
    from detente.panel import PanelImpossible
    from detente.scale import ClusterUnusable
    from detente.shards import ShardsUnusable

    try:
        yield
    except (ArticleRefused, CannotResume, StateInvalid, PanelImpossible, ClusterUnusable, ShardsUnusable) as error:
        tell(str(error))
        raise typer.Exit(2) from error
    except ModuleNotFoundError as error:
        if (error.name or "detente").startswith("detente"):
            raise
        tell(f"this needs {error.name}, which is not installed; try: pip install 'detente[intake,scale]'")
        raise typer.Exit(2) from error


@contextmanager
def reading(call: Call, stream: IO[str], earlier: Path | None) -> Iterator[Iterator[Reading]]:
    """The readings of a call, one by one, refusals told on the way. earlier: a file of readings that are not read again."""
    from detente.desk import earlier_articles, read_all
    from detente.intake.origins import Gauge, find_articles
    from detente.intake.reception import Reception

    reception, gauge = Reception(keep_duplicates=call.keep_duplicates), Gauge.of(call.places)
    done: set[str] = set()
    for article in earlier_articles(earlier) if earlier else ():
        done.add(article.id)
        reception.remember(article)
    if done:
        tell(f"going on after {len(done):,} articles in {earlier}")
    with finishing() as stopping, progress(gauge, stream, unsized=_unsized(call)) as step, _aside(call.set_aside) as aside:
        items = find_articles(call.places, call.given, fetcher=fetcher(), gauge=gauge)
        yield _told(read_all(items, replace(_way(call, stopping), skip=done), reception), step, aside)


def _way(call: Call, stopping: Callable[[], bool]) -> Way:
    from detente.desk import Way

    return Way(call.workers, call.threads, call.actors, call.bounds, stopping=stopping)


def _unsized(call: Call) -> bool:
    from detente.intake.addresses import is_web
    from detente.read.article import STDIN

    return any(place == STDIN or is_web(place) for place in call.places)


def _told(found: Iterable[Reading | Refusal], step: Step, aside: Callable[[Refusal], None]) -> Iterator[Reading]:
    """The readings; refusals and notes are told on the way, other languages set aside."""
    from detente.types import Refusal

    for one in found:
        if isinstance(one, Refusal):
            tell(f"refused {one.name}: {one.reason}")
            aside(one)
            step(one.name, 0)
            continue
        for note in one.refusals:
            tell(f"note {note.name}: {note.reason}")
        step(one.article.id, len(one.article.text.split()))
        yield one


@contextmanager
def _aside(path: Path | None) -> Iterator[Callable[[Refusal], None]]:
    """Something to give each refusal to: articles in other languages are kept in a file, if one is named."""
    if path is None:
        yield lambda refusal: None
        return
    from detente.intake.languages import OtherLanguage

    try:
        stream = path.open("a", encoding="utf-8", errors="replace")
    except OSError as error:
        raise typer.BadParameter(
            f"{path} cannot be written: {(error.strerror or '').lower()}", param_hint="--set-aside"
        ) from error

    def keep(refusal: Refusal) -> None:
        if isinstance(refusal, OtherLanguage):
            stream.write(json.dumps(refusal.article.to_dict(), ensure_ascii=False) + "\n")
            stream.flush()

    with stream:
        yield keep


def into_ledger(call: Call, ledger: Path) -> int:
    """Read into a ledger what it does not hold yet; gives how many of the articles it holds then."""
    from detente.cli.ledger import writable, write_to
    from detente.desk import read_all
    from detente.intake.origins import Gauge, find_articles
    from detente.intake.reception import Reception
    from detente.ledger.write import stored_row
    from detente.read.article import Received

    gauge, known = Gauge.of(call.places), 0

    def new(items: Iterable[Incoming], db: Any) -> Iterator[Incoming]:
        nonlocal known
        for one in items:
            if isinstance(one, Received) and stored_row(db, one.article) is not None:
                known += 1
                print(f"{'known':<12} {one.article.id}", flush=True)
            else:
                yield one

    with reported_failures(), _aside(call.set_aside) as aside, finishing() as stopping, writable(ledger) as db:
        items = find_articles(call.places, call.given, fetcher=fetcher(), gauge=gauge)
        read = read_all(new(items, db), _way(call, stopping), Reception(keep_duplicates=call.keep_duplicates))
        return int(write_to(ledger, _told(read, lambda name, words: None, aside))) + known


# Folders -----------------------------------------------------------------------------------------------------------------


def into_folder(call: Call, out: Path) -> int:
    """Read into a folder of Parquet files what it does not hold yet; gives how many articles it holds then."""
    from detente.desk import read_all
    from detente.intake.origins import Gauge, find_articles
    from detente.intake.reception import Reception
    from detente.shards import Shards, edition_of, read_into
    from detente.types import Reading

    gauge = Gauge.of(call.places)
    with reported_failures(), wrong_calls(), _aside(call.set_aside) as aside, finishing() as stopping:
        shards = Shards(str(out), edition_of(call.actors))
        done = shards.keys()
        reception, tally = Reception(keep_duplicates=call.keep_duplicates), Tally(str(out), len(done))
        for article in shards.articles():
            reception.remember(article)
        items = find_articles(call.places, call.given, fetcher=fetcher(), gauge=gauge)
        with progress(gauge, None, unsized=_unsized(call)) as step:

            def read(planned: Iterable[Incoming]) -> Iterator[Reading | Refusal]:
                for one in read_all(planned, _way(call, stopping), reception):
                    if isinstance(one, Reading):
                        step(one.article.id, len(one.article.text.split()))
                    yield one

            for shard in read_into(shards, items, read, done=done):
                tally.add(shard, aside)
        tally.tell()
    return tally.held


def on_cluster(call: Call, cluster: str, out: Path | None) -> int:
    """Read on Ray into a folder; gives how many articles it holds then."""
    if out is None:
        raise typer.BadParameter("needs a folder for the readings: add --out readings/", param_hint="--cluster")
    with reported_failures(), wrong_calls():
        from detente.scale import Job, read_on_ray

        job = Job(
            tuple(call.places),
            str(out),
            call.given,
            str(call.actors) if call.actors else None,
            call.bounds,
            call.workers,
            call.keep_duplicates,
        )
        tallies: list[Tally] = []
        for shard in read_on_ray(job, cluster, lambda held: tallies.append(Tally(str(out), held))):
            tallies[0].add(shard, lambda refusal: None)
        tallies[0].tell()
    return tallies[0].held


class Tally:
    """Counts what a run wrote into a folder, and says so."""

    def __init__(self, folder: str, before: int) -> None:
        self.folder, self.before, self.begun = folder, before, time.monotonic()
        self.articles = self.refused = self.words = self.shards = 0
        if before:
            tell(f"{folder}: going on after {before:,} articles that were read or refused")

    @property
    def held(self) -> int:
        return self.before + self.articles

    def add(self, shard: Shard, aside: Callable[[Refusal], None]) -> None:
        self.articles, self.refused = self.articles + shard.articles, self.refused + len(shard.refused)
        self.words, self.shards = self.words + shard.words, self.shards + 1
        for refusal in shard.refused:
            tell(f"refused {refusal.name}: {refusal.reason}")
            aside(refusal)

    def tell(self) -> None:
        seconds = max(0.001, time.monotonic() - self.begun)
        rate = f"{self.words:,} words in {seconds:,.0f} s, {self.words / seconds:,.0f} words/s"
        tell(f"{self.folder}: {self.articles:,} articles in {self.shards} new files, {self.refused} refused; {rate}")
