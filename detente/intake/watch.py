"""Following feeds: what is new in them since the last round, fetched with manners, each article once.

What was seen is kept in a small JSON file beside the readings. An article counts as seen only when the caller says that
it is stored, so a round that was cut short goes on where it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from detente.errors import ArticleRefused, DetenteError
from detente.intake.addresses import host_of, is_web
from detente.intake.feeds import Entry, Feed, article_of, feed_of, feeds_of_opml
from detente.intake.fetch import Fetched, FetchRefused
from detente.intake.origins import articles_of_answer
from detente.intake.sealed import Sealed, open_sealed
from detente.read.article import NOTHING_GIVEN, Given, Received
from detente.types import Refusal

FORGOTTEN_AFTER = timedelta(days=90)  # a feed does not show older entries again
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(days=1)  # before a feed that failed is asked again
TRIES = 4  # for the page of an entry, one each round; then what the feed holds must do


class StateInvalid(DetenteError, ValueError):
    """A file that does not hold the state of a watch."""


class Getter(Protocol):
    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched: ...


@dataclass(slots=True)
class FeedState:
    """What a feed said last, and since when it fails."""

    etag: str | None = None
    last_modified: str | None = None
    failures: int = 0
    not_before: str | None = None


@dataclass(slots=True)
class State:
    """All that a watch remembers: of feeds, of entries that were seen (by key, with the day), and of pages that failed."""

    path: Path
    feeds: dict[str, FeedState] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> State:
        """The state in a file; an empty one where there is none. Raises StateInvalid."""
        if not path.exists():
            return cls(path)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            feeds = {url: FeedState(**found) for url, found in data["feeds"].items()}
            return cls(path, feeds, dict(data["seen"]), dict(data["tries"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateInvalid(f"{path} holds no state of a watch ({error}); name another file with --state") from None

    def save(self) -> None:
        """Write it whole or not at all."""
        data = {"feeds": {url: asdict(found) for url, found in self.feeds.items()}, "seen": self.seen, "tries": self.tries}
        partial = self.path.with_name(self.path.name + ".part")
        partial.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(partial, self.path)

    def stored(self, key: str, now: datetime) -> None:
        """The entry's article is where it belongs and is not given again."""
        self.seen[key] = now.date().isoformat()
        self.tries.pop(key, None)

    def forget(self, now: datetime) -> None:
        """Drop entries that were seen long ago."""
        oldest = (now - FORGOTTEN_AFTER).date().isoformat()
        self.seen = {key: day for key, day in self.seen.items() if day >= oldest}


@dataclass(frozen=True, slots=True)
class Found:
    """Something new: `key` is what to call `State.stored` with once the article is stored."""

    key: str
    item: Received | Refusal


def feeds_in(places: Iterable[str]) -> list[str]:
    """Addresses of feeds: given as such, or listed in OPML files. Raises ArticleRefused for a file that is no list of feeds."""
    found: list[str] = []
    for place in places:
        if is_web(place):
            found.append(place)
            continue
        try:
            found += feeds_of_opml(place, Path(place).read_bytes())
        except OSError as error:
            raise ArticleRefused(place, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    return list(dict.fromkeys(found))


def new_in(feeds: Sequence[str], state: State, getter: Getter, *, now: datetime) -> Iterator[Found]:
    """One round: what is new in each feed, in the order of the feeds. Failures come as refusals, and the rest goes on."""
    for url in feeds:
        known = state.feeds.setdefault(url, FeedState())
        if known.not_before and now < datetime.fromisoformat(known.not_before):
            continue
        try:
            answer = getter.get(url, etag=known.etag, last_modified=known.last_modified)
            feed = feed_of(url, answer.body) if answer.changed else None
        except (FetchRefused, ArticleRefused) as refused:
            _failed(known, now, getattr(refused, "retry_after_s", None))
            yield Found("", Refusal(url, refused.reason))
            continue
        whole = True
        for entry in feed.entries if feed is not None else ():
            if entry.key not in state.seen:
                found = _article(entry, feed, state, getter)
                whole = whole and found is not None
                if found is not None:
                    yield Found(entry.key, found)
        if answer.changed:
            tags = (answer.etag, answer.last_modified) if whole else (None, None)  # else the next round would see no change
            state.feeds[url] = FeedState(*tags)
        else:
            known.failures, known.not_before = 0, None


def _failed(known: FeedState, now: datetime, retry_after_s: float | None) -> None:
    """Ask again later, each time twice as much later."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2**known.failures)
    if retry_after_s:
        wait = min(LONGEST_WAIT, max(wait, timedelta(seconds=retry_after_s)))
    known.failures += 1
    known.not_before = (now + wait).isoformat()


def _article(entry: Entry, feed: Feed | None, state: State, getter: Getter) -> Received | Refusal | None:
    """The article of an entry: from the feed where it is whole there, else from its page. None: to be tried next round."""
    assert feed is not None
    if entry.is_full or entry.url is None:
        return (
            Received(article_of(entry, feed, NOTHING_GIVEN)) if entry.text else Refusal(entry.key, "has neither text nor page")
        )
    try:
        answer = getter.get(entry.url)
    except FetchRefused as refused:
        state.tries[entry.key] = state.tries.get(entry.key, 0) + 1
        if state.tries[entry.key] < TRIES and refused.status not in (401, 402, 403, 404, 410, 451):
            return None
        return _from_feed(entry, feed, refused.reason)
    found = next(iter(articles_of_answer(answer, Given(entry.published_at, feed.title, entry.title))), None)
    opened = open_sealed(found) if isinstance(found, Sealed) else found
    if not isinstance(opened, Received):
        return _from_feed(entry, feed, opened.reason if opened else "is empty")
    return _completed(opened, entry, feed)


def _completed(found: Received, entry: Entry, feed: Feed) -> Received:
    """The page's article with the feed's date, which has a time, and its name for the publisher."""
    a = found.article
    article = replace(
        a, published_at=entry.published_at or a.published_at, title=entry.title or a.title,
        publisher=feed.title or a.publisher or host_of(a.url), author=a.author or entry.author, url=entry.url or a.url,
    )  # fmt: skip
    return replace(found, article=article)


def _from_feed(entry: Entry, feed: Feed, why: str) -> Received | Refusal:
    """What the feed holds of an article whose page cannot be had, with a note."""
    if not entry.text:
        return Refusal(entry.url or entry.key, why)
    note = Refusal(entry.url or entry.key, f"{why}; only what the feed holds was read")
    return Received(article_of(entry, feed, NOTHING_GIVEN), (note,))
