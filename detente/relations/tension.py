"""The tension one state shows toward another, made of rows that anybody can add up again; see `docs/tension.md`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import inf

from detente.ledger import queries
from detente.ledger.clocks import end_of
from detente.relations.happenings import Happening
from detente.relations.likeness import MUTUAL
from detente.relations.pair import known_then, merged_many
from detente.relations.tables import rows
from detente.types import Json

WEEK = timedelta(days=7)
PAST_WEEKS = 52  # the own past with which a change is compared
FEW_WEEKS = 8  # fewer changes than these say nothing about what is usual
UNUSUAL = 0.95  # share of past changes that a change must exceed to be unusual


@dataclass(frozen=True, slots=True)
class Share:
    """What one happening adds to a day's value. `points` is the product of the weights and the negative score."""

    happening: int
    day: date
    event_type: str
    mode: str | None
    score: float
    status: float
    voice: float
    publishers: float
    contested: float
    decay: float
    points: float

    def to_dict(self) -> Json:
        return {
            "happening": self.happening, "day": self.day.isoformat(), "event_type": self.event_type, "mode": self.mode,
            "score": self.score, "status": self.status, "voice": self.voice, "publishers": self.publishers,
            "contested": self.contested, "decay": self.decay, "points": self.points,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DyadDay:
    """The tension of a directed dyad on a day: positive is conflict, None is no data. `shares` sum to it."""

    actor: str
    recipient: str
    day: date
    tension: float | None
    shares: tuple[Share, ...] = ()

    def to_dict(self) -> Json:
        return {
            "actor": self.actor, "recipient": self.recipient, "day": self.day.isoformat(), "tension": self.tension,
            "shares": [s.to_dict() for s in self.shares],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trend:
    """The week's change, and whether the dyad's own past knows changes as large. Everything is None where data lack.

    `rank`: share of past weekly changes that are smaller. `unusual` is None with fewer than 8 of them.
    """

    change: float | None
    rank: float | None
    unusual: bool | None
    past_changes: int

    def to_dict(self) -> Json:
        return {"change": self.change, "rank": self.rank, "unusual": self.unusual, "past_changes": self.past_changes}


@lru_cache(maxsize=1)
def weights() -> dict[tuple[str, str], float]:
    """The table of weights by part and name."""
    return {(r["part"], r["name"]): float(r["weight"]) for r in rows("tension")}


def tension_of(happenings: Iterable[Happening], actor: str, recipient: str, *, on: date) -> DyadDay:
    """Tension of a dyad on a day, from happenings known by then. None where none happened in the last 90 days."""
    return _Direction(actor, recipient).on(happenings, on)


def toward(h: Happening, actor: str, recipient: str) -> bool:
    """Whether it is something that `actor` does toward `recipient`, alone or together with them."""
    if actor in h.actors and recipient in h.recipients:
        return True
    together = h.event_type in MUTUAL or not h.recipients
    return together and {actor, recipient} <= set(h.codes)


@dataclass(frozen=True, slots=True)
class _Weight:
    """What of a happening's share is the same on every day; `points` are those of its own day, before they are rounded."""

    happening: Happening
    day: date
    status: float
    voice: float
    publishers: float
    contested: float
    points: float
    ordinal: int

    def share(self, decay: float, points: float) -> Share:
        h = self.happening
        return Share(
            h.number, self.day, h.event_type, h.mode, h.score, self.status, self.voice, self.publishers, self.contested, decay,
            points,
        )  # fmt: skip


class _Direction:
    """One side toward the other on some days; a happening that stays the same from day to day is weighed once."""

    def __init__(self, actor: str, recipient: str) -> None:
        self._actor, self._recipient = actor, recipient
        self._weights: dict[int, tuple[Happening, _Weight | None]] = {}

    def on(self, happenings: Iterable[Happening], day: date, *, explained: bool = True) -> DyadDay:
        """The value of a day; without its shares where it need not be `explained`."""
        today = day.toordinal()
        known = self._weights
        found = [(known.get(id(h)) or self._look_at(h))[1] for h in happenings]
        aged = [(today - w.ordinal, w) for w in found if w is not None and w.ordinal <= today]
        if min((age for age, _ in aged), default=inf) > weights()["setting", "silent_days"]:
            return DyadDay(self._actor, self._recipient, day, None)
        decayed = ((w, _decay(age)) for age, w in aged)
        shares = [(points, w, decay) for w, decay in decayed if (points := round(w.points * decay, 4))]
        shares.sort(key=lambda s: (-abs(s[0]), s[1].happening.number))
        rows = tuple(w.share(decay, points) for points, w, decay in shares) if explained else ()
        return DyadDay(self._actor, self._recipient, day, round(sum(points for points, _, _ in shares), 4), rows)

    def _look_at(self, h: Happening) -> tuple[Happening, _Weight | None]:
        """None for what is not done toward the other, or does not count. The happening is held: no other one gets its id."""
        counts = h.status in ("happened", "scheduled") and toward(h, self._actor, self._recipient)
        found = self._weights[id(h)] = h, self._weighed(h) if counts else None
        return found

    def _weighed(self, h: Happening) -> _Weight:
        w = weights()
        status, voice = w["status", h.status], w["voice", _voice(h, self._actor, self._recipient)]
        publishers = w["publishers", str(min(3, h.publishers))]
        contested = w["contested", "yes" if h.contested else "no"]
        points = -h.score * status * voice * publishers * contested
        return _Weight(h, h.day, status, voice, publishers, contested, points, h.day.toordinal())


@lru_cache(maxsize=1 << 14)
def _decay(age_days: int) -> float:
    return float(round(0.5 ** (age_days / weights()["setting", "half_life_days"]), 6))


def _voice(h: Happening, actor: str, recipient: str) -> str:
    """The best voice that tells it."""
    told = h.sides[0]
    if "narrator" in told:
        return "narrator"
    if actor in told:
        return "own"
    return "recipient" if told <= {recipient} else "third"


def series(
    db: sqlite3.Connection, actor: str, recipient: str, *, known_by: datetime, days: int = 182, step_days: int = 7
) -> list[DyadDay]:
    """The values of the days up to `known_by`, oldest first: each as it could be known on its own day."""
    way = _Direction(actor, recipient)
    return [way.on(h, day) for day, h in _moments(db, actor, recipient, known_by, days, step_days)]


def both_ways(
    db: sqlite3.Connection, one: str, other: str, *, known_by: datetime, days: int = 182, step_days: int = 7
) -> tuple[list[DyadDay], list[DyadDay]]:
    """`series` there and back at once, for charts: only the last days have their shares."""
    there, back = _Direction(one, other), _Direction(other, one)
    last = known_by.date()
    moments = _moments(db, one, other, known_by, days, step_days)
    ways = ([way.on(h, day, explained=day == last) for day, h in moments] for way in (there, back))
    return next(ways), next(ways)


def _moments(
    db: sqlite3.Connection, one: str, other: str, known_by: datetime, days: int, step_days: int
) -> list[tuple[date, list[Happening]]]:
    """Days with the happenings of the pair as each day could know them."""
    reports = queries.reports_between(db, (one,), (other,), known_by=known_by, replaced=True)
    last = known_by.date()
    on = [last - timedelta(days=n) for n in range(0, days + 1, step_days)][::-1]
    known = [known_then(reports, min(known_by, end_of(day))) for day in on]
    found = merged_many(db, known, label=f"{min(one, other)} {max(one, other)}")
    return list(zip(on, found, strict=True))


def trend_of(points: Sequence[DyadDay]) -> Trend:
    """The last week's change beside those of the weeks before. `points` are a week apart, the last one is now."""
    values = [p.tension for p in points]
    changes = [round(b - a, 4) for a, b in pairwise(values) if a is not None and b is not None]
    if len(values) < 2 or values[-1] is None or values[-2] is None:
        return Trend(None, None, None, len(changes))
    change, past = changes[-1], changes[:-1]
    rank = round(sum(abs(c) < abs(change) for c in past) / len(past), 3) if past else None
    unusual = None if len(past) < FEW_WEEKS or rank is None else rank >= UNUSUAL
    return Trend(change, rank, unusual, len(past))


_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None]) -> str:
    """A line of bars from the lowest to the highest value; a dot where there are no data.

    >>> sparkline([0.0, None, 7.0])
    '▁·█'
    """
    known = [v for v in values if v is not None]
    if not known:
        return "·" * len(values)
    low, high = min(known), max(known)
    size = (high - low) or 1.0
    return "".join("·" if v is None else _BARS[min(7, int((v - low) / size * 7.999))] for v in values)
