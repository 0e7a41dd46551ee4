"""What to call a code: by the user's actor file, the shipped tables, or as articles do."""

from __future__ import annotations

import sqlite3
import tomllib
from functools import lru_cache
from pathlib import Path

from detente.ledger.overview import name_in_articles
from detente.relations.codes import shipped_codes


class Names:
    """Names of codes, looked up once each; one object for each connection."""

    def __init__(self, db: sqlite3.Connection, actors: Path | None = None) -> None:
        self._db = db
        self._known = {**shipped_codes(), **_from_file(actors)}

    def __call__(self, code: str) -> str:
        """The name, or the code itself where nobody has a name for it."""
        if code not in self._known:
            self._known[code] = name_in_articles(self._db, code) or code
        return self._known[code]

    def all_of(self, codes: tuple[str, ...] | list[str]) -> str:
        """Names in a row: "Arvania, Belmora and Costavera"."""
        names = [self(c) for c in codes]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""

    def voice(self, said_by: str) -> str:
        """A voice of a happening as people call it."""
        return "the publishers" if said_by == "narrator" else self(said_by) if said_by.isupper() else said_by


@lru_cache(maxsize=4)
def _from_file(actors: Path | None) -> dict[str, str]:
    if actors is None:
        return {}
    data = tomllib.loads(actors.read_text(encoding="utf-8"))
    rows = [row for kind in ("state", "organisation") for row in data.get(kind, [])]
    return {r["code"]: r["name"] for r in rows if isinstance(r.get("code"), str) and isinstance(r.get("name"), str)}
