"""What surrounds an article in its text: comment forms, share buttons, notices, links to other pages.

Only runs of lines at the top or the end are boilerplate, never a line amid the body: there the same words
("Related:", "Share this") may be the author's, and a wrong mark would lose what the article says.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile
from typing import Literal

from detente.types import Span

Sureness = Literal["certain", "likely", "weak", "unknown", "prose"]

_WORTH: dict[Sureness, float] = {"certain": 2.0, "likely": 1.0, "weak": 0.25, "unknown": -0.75, "prose": -9.0}
_ENOUGH = 2.0  # one certain line, or two likely ones
_LONGEST = 400  # characters of a boilerplate line
_PROSE_WORDS = 12  # a line of this many words, ended like a sentence, is the article's own
_FARTHEST = 20_000  # characters looked at from each end

_LINE = re.compile(r"\S(?:[^\n\r]*\S)?")
_ENDED = re.compile(r"[.!?:…][\"”’')\]]*$")


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    sureness: Sureness


def find_boilerplate(text: str) -> list[Span]:
    """Runs of boilerplate lines at the top and at the end of `text`, without outer blanks; none in most texts.

    >>> text = "Talks were held in Sarn on Monday.\\n\\nLeave a Reply\\n\\nConnecting to %s\\n"
    >>> [s.of(text) for s in find_boilerplate(text)]
    ['Leave a Reply\\n\\nConnecting to %s']
    """
    top = _run(_lines(text, 0, _FARTHEST))
    body = top[-1].span.end if top else 0
    end = _run(reversed(_lines(text, max(body, _tail_start(text)), len(text))))
    return [Span(min(line.span for line in run).start, max(line.span for line in run).end) for run in (top, end) if run]


def _run(lines: Iterable[_Line]) -> list[_Line]:
    """The longest run from the first of `lines` in which boilerplate outweighs the rest most; it ends with boilerplate."""
    best, score = _ENOUGH, 0.0
    run: list[_Line] = []
    seen: list[_Line] = []
    for line in takewhile(lambda line: line.sureness != "prose", lines):
        score += _WORTH[line.sureness]
        seen.append(line)
        if score >= best and line.sureness != "unknown":
            best, run = score, list(seen)
    return run


def _lines(text: str, start: int, end: int) -> list[_Line]:
    """Lines that hold more than blanks."""
    return [_Line(Span(m.start(), m.end()), _sureness(m[0])) for m in _LINE.finditer(text, start, end)]


def _tail_start(text: str) -> int:
    """Where the last lines begin, at a line's start."""
    start = max(0, len(text) - _FARTHEST)
    return text.find("\n", start) + 1 or len(text) if start else 0


def _sureness(line: str) -> Sureness:
    if len(line) <= _LONGEST:
        plain = line.replace("'", "’")
        for sureness, pattern in patterns():
            if pattern.fullmatch(plain):
                return sureness
    words = len(line.split(maxsplit=_PROSE_WORDS))
    return "prose" if words > _PROSE_WORDS or (words > 6 and _ENDED.search(line)) else "unknown"


@cache
def patterns() -> tuple[tuple[Sureness, re.Pattern[str]], ...]:
    """The patterns of `detente/data/boilerplate.toml`, surest first."""
    groups = tomllib.loads((files("detente.data") / "boilerplate.toml").read_text(encoding="utf-8"))
    sureness: tuple[Sureness, ...] = ("certain", "likely", "weak")
    return tuple((s, re.compile("|".join(f"(?:{p})" for group in groups.values() for p in group[s]), re.I)) for s in sureness)
