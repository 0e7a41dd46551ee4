"""Folding the actors of event data into states.

Three ways lead into a state: its exact name, a role that acts for it ("Foreign Affairs (Arvania)"), and a person who held
office on that day. Nothing else does: not citizens, business or rebels, no international body, no loose likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files

from detente.errors import UnknownCode
from detente.read.actor_tables import first_day, fold, last_day, listed, shipped_rows
from detente.read.words import WORD

ACTING_SECTORS = frozenset({"GOV", "MIL", "SPY"})
_ROLE = re.compile(r"(?P<role>.+?) \((?P<state>[^()]+)\)")
_FIRST, _LAST = date.min, date.max
_LETTERS = 3
_MORE_NAMES = 2  # "Ilan Petrovich Torvek"; with more names between it is somebody else of the family
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """An actor counts as `state` from `since` to `until`, both inclusive."""

    state: str
    since: date = _FIRST
    until: date = _LAST


@dataclass(slots=True)
class States:
    """What names lead to states. `persons_by_ends` finds "Ilan Petrovich Torvek" by its first and last word."""

    codes: frozenset[str]
    names: dict[Words, list[Membership]] = field(default_factory=dict)
    persons: dict[Words, list[Membership]] = field(default_factory=dict)
    persons_by_ends: dict[tuple[str, str], set[Words]] = field(default_factory=dict)
    blocked: set[Words] = field(default_factory=set)
    roles: frozenset[Words] = frozenset()
    old_codes: dict[str, str] = field(default_factory=dict)

    def of_name(self, name: str) -> tuple[Membership, ...]:
        """States that an actor's name means, with the days on which it does; empty where it is not a state's actor."""
        words = _words(name)
        if not words or words in self.blocked:
            return ()
        if (match := _ROLE.fullmatch(name.strip())) and _words(match["role"]) in self.roles:
            return tuple(self.names.get(_words(match["state"]), ()))
        if match:
            return ()
        return tuple(self.names.get(words) or self._person(words))

    def of_code(self, code: str) -> str | None:
        """The state of a three-letter code: ISO, or an older one of CAMEO or WEIS."""
        return code if code in self.codes else self.old_codes.get(code)

    def of_composite(self, code: str) -> str | None:
        """The state of a CAMEO or WEIS actor code such as "ARVMIL"; None where roles behind the state do not act for it.

        Older codes go first: in such data MAC is Macedonia.
        """
        state, rest = self.old_codes.get(code[:_LETTERS]) or self.of_code(code[:_LETTERS]), code[_LETTERS:]
        acts = not rest or rest[:_LETTERS] in ACTING_ROLES or rest in _SEATS
        return state if state and acts else None

    def of_sector(self, code: str, sector: str) -> str | None:
        """The state of a code whose sector stands in a column of its own, as in POLECAT."""
        return self.of_code(code) if sector in ("", *ACTING_SECTORS) else None

    def _person(self, words: Words) -> list[Membership]:
        if len(words) == 1:
            return []
        if words in self.persons:
            return self.persons[words]
        near = [p for p in self.persons_by_ends.get((words[0], words[-1]), ()) if _fits(p, words)]
        found = [m for p in near for m in self.persons[p]]
        return found if len({m.state for m in found}) == 1 else []


ACTING_ROLES = frozenset({"GOV", "MIL", "SPY", "EXE", "DIP", "FOR"})
_SEATS = frozenset({"ANK", "BAG"})  # capitals that KEDS writes behind a state


def _words(name: str) -> Words:
    return tuple(fold(w) for w in WORD.findall(name) if any(c.isalnum() for c in w))


def _fits(known: Words, given: Words) -> bool:
    """Whether the given name is the known one with a few more names in the middle."""
    rest = iter(given)
    return len(given) - len(known) <= _MORE_NAMES and all(word in rest for word in known)


@lru_cache(maxsize=1)
def shipped_states() -> States:
    """The states of the package's actor tables."""
    rows = list(shipped_rows("states"))
    states = States(
        frozenset(r["code"] for r in rows), roles=frozenset(_words(r[0]) for r in _rows("acting_roles")),
        old_codes={old: state for old, state, *_ in _rows("old_codes")},
    )  # fmt: skip
    for row in rows:
        for name in (row["name"], *listed(row["aliases"])):
            _add(states.names, name, row["code"], row["from"], row["until"])
    for old, code in _rows("old_names"):
        _add(states.names, old, code, "", "")
    for row in shipped_rows("seats"):
        if row["sector"] in ACTING_SECTORS and row["code"] in states.codes and row["generic"] != "1" and " " in row["alias"]:
            _add(states.names, row["alias"], row["code"], "", "")
    for row in shipped_rows("persons"):
        if row["sector"] in ACTING_SECTORS and row["code"] in states.codes:
            _add_person(states, row)
    for row in shipped_rows("organisations"):
        states.blocked.update(_words(name) for name in (row["name"], *listed(row["aliases"])))
    states.blocked -= set(states.names)
    return states


def _add(table: dict[Words, list[Membership]], name: str, code: str, since: str, until: str) -> None:
    member = Membership(code, first_day(since) or _FIRST, last_day(until) or _LAST)
    members = table.setdefault(_words(name), [])
    if member not in members:
        members.append(member)


def _add_person(states: States, row: dict[str, str]) -> None:
    for name in (row["name"], *listed(row["aliases"])):
        words = _words(name)
        if len(words) > 1:
            _add(states.persons, name, row["code"], row["from"], row["until"])
            states.persons_by_ends.setdefault((words[0], words[-1]), set()).add(words)


def _rows(table: str) -> Iterable[list[str]]:
    text = (files("detente.data") / "forecast" / f"{table}.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return (line.split("\t") for line in lines[1:])


def state_code(given: str, states: States | None = None) -> str:
    """The code of a state given by code or by exact name. Raises UnknownCode.

    >>> state_code("Ukraine")
    'UKR'
    """
    known = states or shipped_states()
    if given.upper() in known.codes:
        return given.upper()
    members = known.names.get(_words(given), [])
    if not members:
        raise UnknownCode("state", given, sorted(known.codes))
    return members[-1].state
