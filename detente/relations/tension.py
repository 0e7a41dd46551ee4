"""The tension one state shows toward another, made of rows that anybody can add up again; see `docs/tension.md`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from detente.ledger import queries
from detente.ledger.clocks import end_of
from detente.relations.happenings import MUTUAL, Happening
from detente.relations.pair import known_then, merged
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
    ours = [h for h in happenings if toward(h, actor, recipient) and h.status in ("happened", "scheduled") and h.day <= on]
    if not any((on - h.day).days <= weights()["setting", "silent_days"] for h in ours):
        return DyadDay(actor, recipient, on, None)
    shares = [share_of(h, actor, recipient, on) for h in ours]
    counted = tuple(sorted((s for s in shares if s.points), key=lambda s: (-abs(s.points), s.happening)))
    return DyadDay(actor, recipient, on, round(sum(s.points for s in counted), 4), counted)


def toward(h: Happening, actor: str, recipient: str) -> bool:
    """Whether it is something that `actor` does toward `recipient`, alone or together with them."""
    if actor in h.actors and recipient in h.recipients:
        return True
    together = h.event_type in MUTUAL or not h.recipients
    return together and {actor, recipient} <= set(h.codes)


def share_of(h: Happening, actor: str, recipient: str, on: date) -> Share:
    """What a happening adds on a day, with every factor."""
    w = weights()
    status, voice = w["status", h.status], w["voice", _voice(h, actor, recipient)]
    publishers = w["publishers", str(min(3, h.publishers))]
    contested = w["contested", "yes" if h.contested else "no"]
    decay = round(0.5 ** ((on - h.day).days / w["setting", "half_life_days"]), 6)
    points = round(-h.score * status * voice * publishers * contested * decay, 4)
    return Share(h.number, h.day, h.event_type, h.mode, h.score, status, voice, publishers, contested, decay, points)


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
    reports = queries.reports_between(db, (actor,), (recipient,), known_by=known_by, replaced=True)
    last = known_by.date()
    on = [last - timedelta(days=n) for n in range(0, days + 1, step_days)][::-1]
    found: list[DyadDay] = []
    before: tuple[list[int], list[Happening]] = ([], [])
    seen: dict[tuple[int, ...], Happening] = {}
    for day in on:
        known = known_then(reports, min(known_by, end_of(day)))
        numbers = [r.number for r in known]
        if numbers != before[0]:
            made = merged(db, known, label=f"{min(actor, recipient)} {max(actor, recipient)}")
            # one that stays the same from week to week is looked at once
            before = (numbers, [seen.setdefault(tuple(r.number for r in h.reports), h) for h in made])
        found.append(tension_of(before[1], actor, recipient, on=day))
    return found


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
