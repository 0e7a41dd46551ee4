"""The quick ways of bringing reports together and of following items equal the plain ways, which look at everything."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from news import NAMES, Act, ledger, news, on

from detente.ledger import queries
from detente.ledger.clocks import end_of
from detente.ledger.records import Report
from detente.relations import items
from detente.relations.board import Board, Live
from detente.relations.happenings import merge
from detente.relations.likeness import Seen, alike, look, may_be_one, merging
from detente.relations.merging import group_many
from detente.relations.pair import as_json, known_then, pair_at
from detente.relations.tension import both_ways, series, tension_of
from detente.relations.words import Rarity
from detente.types import Reading

LAST = "2024-04-10"
FIRST = date(2024, 1, 1)
SHAPES = (
    ("REQUEST", "demanded", "{a} demanded that {b} release the {n}{d}"),
    ("THREATEN", "threatened", "{a} threatened to close the {n} of {b} unless the {m} is returned{d}"),
    ("ACCUSE", "accused", "{a} accused {b} over the {n} and the {m}{d}"),
    ("REJECT", "rejected", "{a} rejected the call of {b} about the {n}{d}"),
    ("CONCEDE", "released", "{a} released the {n} to {b}{d}"),
    ("ASSAULT", "fired", "{a} fired on a {n} of {b} near the {m}{d}"),
    ("CONSULT", "talks", "{a} and {b} hold talks about the {n} in Sarn{d}"),
    ("CONSULT", "postponed", "Talks of {a} and {b} about the {n} were postponed{d}"),
    ("AGREE", "offered", "{a} offered {b} to open the {n}{d}"),
    ("COERCE", "closed", "{a} closed the {n} to {b}{d}"),
)
THINGS = "crew strait dam pipeline embassy trawler".split()
TAILS = ("", " on Monday", " this week", " after the storm", " for good", " again, observers said")
STATUSES = ("happened",) * 6 + ("scheduled", "denied", "hypothetical", "promised", "demanded")


def readings(seed: int, number: int) -> Iterator[Reading]:
    """So many articles within a hundred days, many of which tell again what others told."""
    chance, told = random.Random(seed), list[tuple[str, Act]]()
    for n in range(number):
        day = FIRST + timedelta(days=100 * n // number)
        here = dict(told_again(chance, told) if told and chance.random() < 0.5 else made(chance, day) for _ in range(3))
        told += here.items()
        place = f"https://c.example/{chance.randrange(number)}" if chance.random() < 0.2 else None
        publisher = f"Paper {chance.randrange(4)}"
        yield news(f"a{n}", day.isoformat(), publisher, " ".join(here), here.values(), url=place)


def told_again(chance: random.Random, told: list[tuple[str, Act]]) -> tuple[str, Act]:
    return chance.choice(told[-12:])


def made(chance: random.Random, day: date) -> tuple[str, Act]:
    kind, trigger, shape = chance.choice(SHAPES)
    a, b = chance.sample(["ARV", "BMR"], 2)
    words = {"a": NAMES[a], "b": NAMES[b], "n": chance.choice(THINGS), "m": chance.choice(THINGS), "d": chance.choice(TAILS)}
    text = shape.format(**words) + "."
    days = [None, None, day - timedelta(days=1), day, day + timedelta(days=9), date(2022, 2, 24)]
    on_day = chance.choice(days)
    both = kind == "CONSULT"
    act = Act(
        kind, "ARV BMR" if both else a, "" if both else b, trigger, chance.choice(STATUSES), at=text,
        date=on_day.isoformat() if on_day else None, place=chance.choice([None, None, "Sarn", "Port Amaro"]),
        confidence=chance.choice([0.5, 0.7, 0.9]),
    )  # fmt: skip
    return text, act


def grouped_plainly(reports: Iterable[Report]) -> list[tuple[int, ...]]:
    """Each report is held against every member of every group."""
    looked = sorted(map(look, reports), key=lambda s: s.order)
    rarity = Rarity(s.stems for s in looked)
    groups: list[list[Seen]] = []
    for seen in looked:
        fits = [fit_plainly(group, seen, rarity) for group in groups]
        best = max(fits, default=-1.0)
        if best >= 0:
            groups[fits.index(best)].append(seen)
        else:
            groups.append([seen])
    ordered = [sorted((s.report for s in g), key=lambda r: (r.article.known_at, r.number)) for g in groups]
    ordered.sort(key=lambda g: (g[0].article.known_at, g[0].number))
    return [tuple(r.number for r in g) for g in ordered]


def fit_plainly(group: list[Seen], seen: Seen, rarity: Rarity) -> float:
    anchor, table = group[0], merging()
    if anchor.report.event.event_type != seen.report.event.event_type or not may_be_one(anchor, seen):
        return -1.0
    fits = [alike(member, seen, rarity) for member in group]
    beside = [f for m, f in zip(group, fits, strict=True) if m.report.article.row == seen.report.article.row]
    if -1.0 in beside or fits[0] < -table["far"]:
        return -1.0
    late = (seen.report.article.day - anchor.last).days if anchor.exact and not seen.dated else 0
    return min(max(fits), table["surely"]) - table["stale"] * max(0, late)


class PlainBoard(Board):
    """A board on which everything is looked at."""

    def run_out(self, on: date) -> list[Live]:
        return [one for one in self.items if one.runs_out is not None and one.runs_out < on]

    def with_report(self, number: int) -> Iterator[Live]:
        return (one for one in self.items if any(r.number == number for h in one.happenings for r in h.reports))

    def said_before(self, fresh: Live) -> Iterator[Live]:
        return (one for one in reversed(self.items) if one.parties == fresh.parties)

    def about(self, kind: str, *_: Any) -> Iterator[Live]:
        return self.movable(kind)

    def movable(self, kind: str) -> Iterator[Live]:
        return (one for one in self.items if one.kind == kind and one.movable)

    def foretold(self, event_type: str) -> Iterator[Live]:
        return (one for one in self.movable("prediction") if one.happenings[0].event_type == event_type)


many = given(st.integers(0, 10**6), st.integers(1, 30))


@settings(max_examples=60, deadline=None)
@many
def test_groups_at_many_moments_are_those_of_each_moment_alone_made_plainly(seed: int, number: int) -> None:
    with TemporaryDirectory() as folder:
        db = ledger(Path(folder), *readings(seed, number))
        reports = queries.reports_between(db, ["ARV"], ["BMR"], known_by=on(LAST), replaced=True)
        moments = [known_then(reports, end_of(FIRST + timedelta(days=n))) for n in (0, 20, 55, 101)]
        assert group_many(moments) == [grouped_plainly(known) for known in moments]
        db.close()


@settings(max_examples=30, deadline=None)
@many
def test_items_are_the_same_when_every_one_is_looked_at(seed: int, number: int) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        db = ledger(Path(folder), *readings(seed, number))
        quick = as_json(pair_at(db, "ARV", "BMR", known_by=on(LAST)))
        patch.setattr(items, "Board", PlainBoard)
        assert as_json(pair_at(db, "ARV", "BMR", known_by=on(LAST))) == quick
        db.close()


@settings(max_examples=20, deadline=None)
@many
def test_a_series_has_the_values_that_each_day_has_alone(seed: int, number: int) -> None:
    with TemporaryDirectory() as folder:
        db = ledger(Path(folder), *readings(seed, number))
        found = series(db, "ARV", "BMR", known_by=on(LAST), days=49)
        for point in found:
            known = queries.reports_between(db, ["ARV"], ["BMR"], known_by=end_of(point.day))
            copies = queries.copies_among(db, {r.article.row for r in known})
            assert point == tension_of(merge(known, copies), "ARV", "BMR", on=point.day)
        there, back = both_ways(db, "BMR", "ARV", known_by=on(LAST), days=49)
        assert [p.tension for p in back] == [p.tension for p in found]
        assert back[-1] == found[-1]
        assert [p.tension for p in there] == [p.tension for p in series(db, "BMR", "ARV", known_by=on(LAST), days=49)]
        db.close()
