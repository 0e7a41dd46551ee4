"""Which actor a person means who types a code or a name."""

from __future__ import annotations

import sqlite3
from functools import lru_cache

from detente.errors import UnknownCode
from detente.ledger.queries import known_codes
from detente.read.actor_tables import listed, shipped_rows


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Names and aliases of states and organisations, in lower case, with their codes; the first of several counts."""
    found: dict[str, str] = {}
    for table in ("states", "organisations"):
        for row in shipped_rows(table):
            for name in (row["name"], *listed(row["aliases"])):
                found.setdefault(name.lower(), row["code"])
    return found


@lru_cache(maxsize=1)
def shipped_codes() -> dict[str, str]:
    """Codes of states and organisations with their first name."""
    found: dict[str, str] = {}
    for table in ("states", "organisations"):
        for row in shipped_rows(table):
            found.setdefault(row["code"], row["name"])
    return found


def code_of(db: sqlite3.Connection, given: str) -> str:
    """The code of a code or name, in any case. Raises UnknownCode where neither the tables nor the ledger know it."""
    known = known_codes(db)
    for code in (given, given.upper()):
        if code in known or code in shipped_codes():
            return code
    if (named := names().get(given.lower())) is not None:
        return named
    raise UnknownCode("code of an actor", given, sorted(known) or sorted(shipped_codes()))
