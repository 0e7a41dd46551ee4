"""Détente reads news about relations between states: who said what, who did what to whom, and did it really happen.

    >>> import detente
    >>> reading = detente.read("“We will not sign,” Ilan Torvek said.", published_at="2031-05-02")
    >>> reading.statements[0].speaker.name
    'Ilan Torvek'

The model is loaded with the first article that is read, not with the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.types import Article, Reading, Refusal
from detente.version import __version__

if TYPE_CHECKING:
    from detente.read.reader import read, read_many

__all__ = ["Article", "Reading", "Refusal", "__version__", "read", "read_many"]


def __getattr__(name: str) -> Any:
    if name in ("read", "read_many"):
        from detente.read import reader

        return getattr(reader, name)
    raise AttributeError(f"module 'detente' has no attribute {name!r}")
