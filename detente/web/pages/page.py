"""What all pages share: the moment they answer for, and what a maker of pages has at hand."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from detente.errors import DetenteError
from detente.ledger.clocks import as_of as moment_of
from detente.ledger.clocks import end_of, stamp, unstamp
from detente.ledger.queries import stock
from detente.ledger.records import Stock
from detente.relations.pair import PairState, pair_at
from detente.web.links import Links, Served
from detente.web.names import Names

STALE_DAYS = 60


class NotThere(DetenteError, LookupError):
    """A page about something that the ledger does not know at that moment."""


@dataclass(frozen=True)
class Known:
    """The moment a page answers for, and what is known by then. `given`: what the reader asked for, None for now."""

    as_of: str
    given: str | None
    articles: int
    later: int
    first: str | None
    last: str | None
    last_of_all: str | None

    @property
    def day(self) -> str:
        return self.as_of[:10]

    @property
    def stale(self) -> bool:
        """Whether the last article is so old that most pages about the present are empty."""
        if self.last is None:
            return False
        return (unstamp(self.as_of) - unstamp(self.last)).days > STALE_DAYS


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: the same object becomes HTML by its `template`, and JSON."""

    template: ClassVar[str] = ""
    title: str
    known: Known

    def drawn(self) -> dict[str, Any]:
        """What only the template needs, worked out from the page itself."""
        return {}


class Asked:
    """A question to the site: an open ledger, a moment, and how to name and address things. For one request or export."""

    def __init__(
        self, db: sqlite3.Connection, *, now: datetime | None = None, given: str | None = None, links: Links | None = None,
        actors: Path | None = None, record: Path | None = None, ledger: Path | None = None,
    ) -> None:  # fmt: skip
        self.db, self.given, self.record, self.ledger = db, given or None, record, ledger
        now = now or datetime.now(UTC)
        last = stock(db, known_by=now).last_of_all
        # without a wish all of today, since a date without a time counts as the end of its day: what is read in today is seen
        today = end_of(now.astimezone(UTC).date())
        self.known_by = moment_of(self.given, now=now, last_known=unstamp(last) if last else None) if self.given else today
        self.names = Names(db, actors)
        self.links: Links = links or Served(self.given)
        self._pairs: dict[tuple[str, str], PairState] = {}

    @cached_property
    def stock(self) -> Stock:
        return stock(self.db, known_by=self.known_by)

    @cached_property
    def known(self) -> Known:
        s = self.stock
        return Known(stamp(self.known_by), self.given, s.known, s.later, s.first_known, s.last_known, s.last_of_all)

    def pair(self, one: str, other: str) -> PairState:
        """The state of a pair, made once for a question."""
        key = (one, other)
        if key not in self._pairs:
            self._pairs[key] = pair_at(self.db, *key, known_by=self.known_by)
        return self._pairs[key]

    def forget_pairs(self) -> None:
        """Let go of the pairs held, where many are gone through."""
        self._pairs.clear()
