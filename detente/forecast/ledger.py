"""The ledger as a source of history: merged happenings between states as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from detente.forecast.days import Pair
from detente.forecast.fold import shipped_states
from detente.forecast.issue import RowsSource
from detente.forecast.rows import HistoryRow
from detente.forecast.signals import Signals, signals_of
from detente.read.actor_tables import shipped_rows
from detente.read.codebook import plover_cameo

_LETTERS = 3
_MUTUAL = frozenset({"CONSULT", "AGREE", "COOPERATE"})


class Happened(Protocol):
    """What is needed of a happening of the ledger."""

    @property
    def number(self) -> int: ...
    @property
    def event_type(self) -> str: ...
    @property
    def mode(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def statuses(self) -> tuple[tuple[str, str, int], ...]: ...
    @property
    def actors(self) -> tuple[str, ...]: ...
    @property
    def recipients(self) -> tuple[str, ...]: ...
    @property
    def when(self) -> tuple[date, date, bool]: ...
    @property
    def publishers(self) -> int: ...
    @property
    def best(self) -> Any:
        """The report to quote: its `article.headline` and `sentence_number`."""
        ...


def rows_of(happenings: Iterable[Happened]) -> Iterator[HistoryRow]:
    """A row for each happening and directed pair of states. It can be known since its status was first told.

    Nothing has happened after it was told as happened: a later day, from a misread date, becomes that of the telling.
    """
    for happening in happenings:
        code = plover_cameo(happening.event_type, happening.mode)
        if code is None:
            continue
        told = next(at for status, at, _ in happening.statuses if status == happening.status)
        known = date.fromisoformat(told[:10])
        last = happening.when[1]
        day = min(last, known) if happening.status == "happened" else last
        for actor, recipient in _directed(happening):
            yield HistoryRow(day, known, actor, recipient, code, happening.status, happening.publishers, _reference(happening))


def _reference(happening: Happened) -> str:
    best = happening.best
    return f"happening {happening.number}: “{best.article.headline}”, sentence {best.sentence_number}"


def is_state(code: str) -> bool:
    """Whether an actor of a ledger is a state: a shipped one, or one that its user added."""
    return code in shipped_states().codes or (len(code) == _LETTERS and code not in _organisations())


@lru_cache(maxsize=1)
def _organisations() -> frozenset[str]:
    return frozenset(row["code"] for row in shipped_rows("organisations"))


def _directed(happening: Happened) -> Iterator[tuple[str, str]]:
    """Each actor toward each recipient; in mutual acts each party toward each other one."""
    recipients = happening.recipients
    if happening.event_type in _MUTUAL:
        recipients = tuple(dict.fromkeys((*recipients, *happening.actors)))
    for actor in happening.actors:
        yield from ((actor, r) for r in recipients if r != actor and is_state(actor) and is_state(r))


def open_source(path: Path, *, known_by: date) -> RowsSource:
    """The ledger as known before a day."""
    from detente.ledger import queries
    from detente.ledger.connection import open_ledger
    from detente.relations.happenings import merge

    moment = _start_of(known_by)
    with closing(open_ledger(path)) as db:
        reports = queries.all_reports(db, known_by=moment)
        happenings = merge(reports, queries.copy_pairs(db, known_by=moment))
    return RowsSource(f"ledger {path.name}", tuple(rows_of(happenings)))


def open_signals(path: Path, pair: Pair, *, known_by: date) -> Signals:
    """What the ledger alone knows of a pair, as known before a day."""
    from detente.ledger.connection import open_ledger
    from detente.relations.pair import pair_at

    with closing(open_ledger(path)) as db:
        return signals_of(pair_at(db, *pair, known_by=_start_of(known_by)), known_by)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
