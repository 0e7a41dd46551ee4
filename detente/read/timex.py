"""Time expressions: where they stand and what they mean (TIMEX3).

`find_timexes` looks for words of time, then tries the rules of `data/times/rules.tsv` where such words stand
together; the longest match wins. Values are resolved against the day of publication, the last date mentioned
before, and the tense of the clause; never against the day on which the article is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from detente.read.timex_calendar import interval
from detente.read.timex_grammar import Grammar, Rule, grammar
from detente.read.timex_tense import nearby_tense
from detente.read.timex_value import Moment, Tense, resolve
from detente.types import Span, Timex

__all__ = ["find_timexes", "interval"]

TenseAt = Callable[[int], Tense | None]
_TOKEN = re.compile(r"[A-Za-z]+|(?:['’](?=\d\d(?:s\b|\b)))?[0-9]+")  # a year may be '97
_JOINTS = frozenset(" \n\t\u00a0.,'’:/()$£€#-")
_JOINT = re.compile(r"[\s.,'’:/()$£€#-]*")  # what may stand between two words of one expression
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MARKS = frozenset("/:'’QqSs")
_YEAR = frozenset({"year number", "marked number"})
_MARKED = frozenset({"marked number"})
_NO_CLASS: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Run:
    """Words of time in a row: where each begins, and the classes they may belong to."""

    starts: list[int]
    keys: frozenset[str]


def find_timexes(
    text: str,
    published_at: str | None,
    sentences: Sequence[Span] = (),
    boilerplate: Sequence[Span] = (),
    tense_at: TenseAt | None = None,
) -> list[Timex]:
    """Time expressions of `text` in order, without overlaps, none inside `boilerplate`.

    `published_at` is an ISO date or date-time; without it relative expressions have no value. `tense_at` may tell the
    tense of the clause at an offset, better than the words nearby do; expressions never run over ends of `sentences`.
    """
    found: list[Timex] = []
    published = _day_of(published_at)
    mentioned: str | None = None
    mentioned_day: str | None = None
    breaks = [s.start for s in sentences]
    for rule, match in _matches(text):
        span = Span(match.start(), match.end())
        if any(span.overlaps(b) for b in boilerplate) or _crosses(span, breaks):
            continue
        moment = Moment(published, _tense_of(text, span, tense_at), mentioned, mentioned_day)
        value = resolve(rule.resolve, match, moment)
        found.append(Timex(span, match[0], rule.type, value))
        if value and _moves_on(rule, value, mentioned):
            mentioned = value
            mentioned_day = value[:10] if _DAY.match(value) else mentioned_day
    return found


def _moves_on(rule: Rule, value: str, mentioned: str | None) -> bool:
    """Whether the next "two days later" starts from here: not from "a year earlier", which only compares."""
    compares = rule.resolve == "year earlier" or (rule.resolve == "offset" and mentioned is not None and value < mentioned)
    return rule.type in {"DATE", "TIME"} and not compares and interval(value) is not None


def _day_of(published_at: str | None) -> date | None:
    try:
        day = date.fromisoformat(published_at[:10]) if published_at else None
    except ValueError:
        return None
    return day if day and 1000 < day.year < 9000 else None  # room to count back and forth


def _crosses(span: Span, breaks: list[int]) -> bool:
    return bisect_right(breaks, span.end - 1) != bisect_right(breaks, span.start) if breaks else False


def _tense_of(text: str, span: Span, tense_at: TenseAt | None) -> Callable[[], Tense | None]:
    def tense() -> Tense | None:
        told = tense_at(span.start) if tense_at else None
        return told or nearby_tense(text, span.start, span.end)

    return tense


def _matches(text: str) -> Iterator[tuple[Rule, re.Match[str]]]:
    """Longest matches from left to right; of equally long ones the rule that stands first in the table."""
    for run in _runs(text, grammar()):
        rules, taken = _rules_for(run.keys), -1
        for start in run.starts:
            if start < taken:
                continue
            best = _longest(rules, text, start)
            if best:
                yield best
                taken = best[1].end()


def _longest(rules: tuple[Rule, ...], text: str, start: int) -> tuple[Rule, re.Match[str]] | None:
    best: tuple[Rule, re.Match[str]] | None = None
    for rule in rules:
        match = rule.pattern.match(text, start)
        if match and (best is None or match.end() > best[1].end()):
            best = rule, match
    return best


@lru_cache(maxsize=512)
def _rules_for(keys: frozenset[str]) -> tuple[Rule, ...]:
    return grammar().rules_for(keys)


def _runs(text: str, known: Grammar) -> Iterator[_Run]:
    """Rows of words of time that hold a word some rule needs."""
    starts: list[int] = []
    keys: set[str] = set()
    end = -1
    for start, after, of in _words_of_time(text, known.classes):
        if starts and not _joined(text, end, start):
            if keys:
                yield _Run(starts, frozenset(keys))
            starts, keys = [], set()
        starts.append(start)
        keys |= of
        end = after
    if keys:
        yield _Run(starts, frozenset(keys))


def _words_of_time(text: str, classes: dict[str, frozenset[str]]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Start, end and classes of each token that the tables know; numbers belong to the classes of their form."""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word[-1] <= "9":
            yield token.start(), token.end(), _classes_of_number(text, token)
        elif (of := classes.get(word)) is not None:
            yield token.start(), token.end(), of


def _classes_of_number(text: str, token: re.Match[str]) -> frozenset[str]:
    """A number of four digits may be a year; one with a mark of its own a date, a time of day, a decade or a quarter."""
    start, end = token.span()
    if end - start == 4 and text[start].isdigit():
        return _YEAR
    marked = text[start] in _MARKS or text[start - 1 : start] in _MARKS or text[end : end + 1] in _MARKS
    return _MARKED if marked else _NO_CLASS


def _joined(text: str, end: int, start: int) -> bool:
    """Whether what stands between two words can stand inside one expression."""
    if start - end == 1:
        return text[end] in _JOINTS
    return start - end <= 12 and _JOINT.fullmatch(text, end, start) is not None
