"""The tables of this room as values: `detente/data/relations`, tab-separated, lines with # are remarks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

_FOLDER = files("detente.data") / "relations"


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a table as dictionaries; missing cells at the end of a row are empty."""
    lines = [line for line in lines_of(f"{name}.tsv") if line]
    header = lines[0].split("\t")
    for line in lines[1:]:
        cells = line.split("\t")
        yield dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))


def lines_of(file: str) -> Iterator[str]:
    """Lines of a file that are no remarks."""
    text = (_FOLDER / file).read_text(encoding="utf-8")
    return (line for line in text.split("\n") if not line.startswith("#"))


def items_of(cell: str) -> tuple[str, ...]:
    """The items of a cell, separated by semicolons."""
    return tuple(item for part in cell.split(";") if (item := part.strip()))


@lru_cache(maxsize=1)
def rules_digest() -> str:
    """A digest of all code and tables of this room: part of the key of every answer that is remembered."""
    found = hashlib.sha256()
    for folder in (files("detente.relations"), _FOLDER):
        for part in sorted((p for p in folder.iterdir() if p.name.endswith((".py", ".tsv", ".txt"))), key=lambda p: p.name):
            found.update(part.read_bytes())
    return found.hexdigest()


@lru_cache(maxsize=1)
def memberships() -> dict[str, tuple[str, frozenset[str]]]:
    """Track and members of each organisation; `*` stands for all states."""
    return {r["code"]: (r["track"], frozenset(r["members"].split())) for r in rows("members")}


def organisations_of(code: str) -> frozenset[str]:
    """Organisations in which the state sits."""
    return frozenset(name for name, (_, members) in memberships().items() if code in members or "*" in members)
