"""One row of history: who did what to whom on a day, and when that could be known.

This is the boundary of the room. Imported histories and the ledger both come in as such rows; nothing here knows where from.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from detente.errors import DetenteError

Class = Literal[
    "any", "verbal cooperation", "material cooperation", "verbal conflict", "material conflict", "force", "rupture", "threat",
    "posture", "coercion",
]  # fmt: skip
CLASSES: tuple[Class, ...] = (
    "any", "verbal cooperation", "material cooperation", "verbal conflict", "material conflict", "force", "rupture", "threat",
    "posture", "coercion",
)  # fmt: skip
RUPTURES = ("161", "163", "166")  # relations reduced or broken, embargo, expulsion
_ROOTS = 20


class CodeUnknown(DetenteError, ValueError):
    """An event code that CAMEO does not have."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An event between two states. `published_at`: the day on which it could be known, from the next day on it counts.

    `code` is CAMEO; `publishers` how many independent ones report it (1 where a history does not say); `reference` leads back
    to where it comes from.
    """

    date: datetime.date
    published_at: datetime.date
    actor: str
    recipient: str
    code: str
    status: str = "happened"
    publishers: int = 1
    reference: str = ""


def class_bits(code: str) -> int:
    """The classes of a CAMEO code, as bits in the order of CLASSES. Raises CodeUnknown.

    >>> [c for k, c in enumerate(CLASSES) if class_bits("190") >> k & 1]
    ['any', 'material conflict', 'force']
    """
    root = int(code[:2]) if code[:2].isdigit() else 0
    if not 1 <= root <= _ROOTS:
        raise CodeUnknown(f"{code!r} is not a CAMEO code; expected two to four digits that begin with 01 to 20, as '190'")
    quad = 1 if root <= 5 else 2 if root <= 8 else 3 if root <= 13 else 4
    named = {
        "force": root >= 18, "rupture": code[:3] in RUPTURES, "threat": root == 13, "posture": root == 15,
        "coercion": root == 17,
    }  # fmt: skip
    return 1 | 1 << quad | sum(1 << CLASSES.index(c) for c, holds in named.items() if holds)


def has_class(code: str, wanted: Class) -> bool:
    """Whether an event of that CAMEO code belongs to the class."""
    return bool(class_bits(code) >> CLASSES.index(wanted) & 1)


def pair_of(one: str, other: str) -> tuple[str, str]:
    """The undirected pair of two states, in alphabetical order."""
    return (one, other) if one <= other else (other, one)
