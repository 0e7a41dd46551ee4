"""The tables of items as values: what opens one, and what moves it. `docs/items.md` explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from detente.errors import WrongCall
from detente.relations.tables import items_of, rows
from detente.relations.words import tokens

By = Literal["recipient", "actor", "both", "any"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How items of a kind live. `after_due` is empty where a date that has passed changes nothing."""

    name: str
    statuses: tuple[str, ...]
    live: frozenset[str]
    lapse_days: int
    after_due: str
    grace_days: int

    @property
    def first(self) -> str:
        return self.statuses[0]


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens an item of a kind."""

    kind: str
    types: frozenset[str]
    statuses: frozenset[str]
    aim: Literal["one", "both", "any"]
    words: tuple[str, ...]

    def fits(self, event_type: str, status: str, together: bool, sentence: str) -> bool:
        return (
            (event_type in self.types)
            and status in self.statuses
            and together == (self.aim == "both")
            and stands_in(self.words, sentence)
        )


@dataclass(frozen=True, slots=True)
class Match:
    """What moves an item of a kind to `becomes`."""

    kind: str
    by: By
    types: frozenset[str]
    statuses: frozenset[str]
    words: tuple[str, ...]
    alike: float
    becomes: str
    confidence: float

    def fits(self, event_type: str, status: str, sentence: str) -> bool:
        return event_type in self.types and status in self.statuses and stands_in(self.words, sentence)


def stands_in(beginnings: Sequence[str], sentence: str) -> bool:
    """Whether a word of the sentence, or some words in a row, begin so; true where nothing is asked for.

    >>> stands_in(("put off", "postpon"), "The talks were put off until May.")
    True
    """
    if not beginnings:
        return True
    words = tokens(sentence)
    return any(_begins(words, b.split()) for b in beginnings if b.split()[0] in sentence.lower())


def _begins(words: list[str], wanted: list[str]) -> bool:
    return any(
        all(w.startswith(b) for w, b in zip(words[i : i + len(wanted)], wanted, strict=True))
        for i in range(len(words) - len(wanted) + 1)
    )


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """All kinds of items by name."""
    found: dict[str, Kind] = {}
    for r in rows("items"):
        found.setdefault(
            r["kind"],
            Kind(
                r["kind"], items_of(r["statuses"]), frozenset(items_of(r["live"])), int(r["lapse_days"]), r["after_due"],
                int(r["grace_days"] or 0),
            ),
        )  # fmt: skip
    return found


@lru_cache(maxsize=1)
def openers() -> tuple[Opener, ...]:
    """What opens items, in the order in which it is tried; predictions, whose teller decides, are not among them."""
    return tuple(_opener(r) for r in rows("items") if r["kind"] != "prediction")


def _opener(r: dict[str, str]) -> Opener:
    aim: Literal["one", "both"] = "both" if r["aim"] == "both" else "one"
    return Opener(r["kind"], frozenset(items_of(r["type"])), frozenset(items_of(r["status"])), aim, items_of(r["words"]))


@lru_cache(maxsize=1)
def matches() -> dict[str, tuple[Match, ...]]:
    """What moves items, by kind, in the order in which it is tried."""
    found: dict[str, list[Match]] = {}
    for r in rows("matches"):
        by: By = r["by"]  # type: ignore[assignment]
        found.setdefault(r["kind"], []).append(
            Match(
                r["kind"], by, frozenset(items_of(r["type"])), frozenset(items_of(r["status"])), items_of(r["words"]),
                float(r["alike"]), r["becomes"], float(r["confidence"]),
            )
        )  # fmt: skip
    return {kind: tuple(rules) for kind, rules in found.items()}


def check_kind(name: str) -> Kind:
    """The kind of that name. Raises WrongCall with the names that exist."""
    if name not in kinds():
        raise WrongCall(f"{name!r} is not a kind of item; known: {', '.join(kinds())}")
    return kinds()[name]


def check_status(kind: str, status: str) -> str:
    """The status, where items of the kind can have it. Raises WrongCall with those that exist."""
    if status not in kinds()[kind].statuses:
        raise WrongCall(f"a {kind} cannot be {status!r}; it can be {', '.join(kinds()[kind].statuses)}")
    return status
