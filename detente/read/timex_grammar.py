"""The grammar of time expressions: tables of words, pieces and rules in `data/times`, compiled to regular expressions.

A rule is one line of rules.tsv. In its pattern a space stands for any blank short of a paragraph break, "~" for a blank
or a hyphen, {piece} for a captured piece: a class of words.tsv or an entry of pieces.tsv.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from detente.types import TimexType

BLANK = r"(?:(?:[^\S\n]{1,4}\n?|\n)[^\S\n]{0,8})"  # bounded, so that a page of spaces costs nothing
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9 ]*)(?::([a-z]+[0-9]?))?\}")
_TOKEN = re.compile(r"[a-z]+|\d+", re.IGNORECASE)
_NOT_LITERAL = re.compile(r"\\.|\{[a-z][^}]*\}|\(\?<?[:=!]|\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of time expression. `key` is a class of words without which it cannot match, `resolve` names its resolver.

    `example` holds the expression in brackets, `value` its value in an article of 12 January 2022.
    """

    name: str
    key: str
    type: TimexType
    resolve: str
    pattern: re.Pattern[str]
    example: str
    value: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """Rules, and what each word of time may be: `classes` by token (in lower case, in capitals, or with one).

    `values` is what the tables say of a form in lower case, by class.
    """

    rules: tuple[Rule, ...]
    classes: dict[str, frozenset[str]]
    values: dict[str, dict[str, str]]
    holidays: dict[str, str]

    def rules_for(self, keys: frozenset[str]) -> tuple[Rule, ...]:
        """Rules that can match where words of the classes `keys` stand."""
        return tuple(rule for rule in self.rules if rule.key in keys)


@cache
def grammar() -> Grammar:
    """The grammar that comes with the package."""
    values = {name: dict(_forms_of(name)) for name in dict.fromkeys(row[0] for row in table("words"))}
    holidays = {form.lower(): day for forms, day in table("holidays") for form in forms.split("|")}
    pieces = {name: _alternation([f for row in table("words") if row[0] == name for f in row[1].split("|")]) for name in values}
    pieces["holiday"] = _alternation([form for forms, _ in table("holidays") for form in forms.split("|")])
    pieces |= {row[0]: row[1] for row in table("pieces")}
    rules = tuple(_rule(row, pieces) for row in table("rules"))
    return Grammar(rules, _classes(values, holidays), values, holidays)


def table(name: str) -> list[list[str]]:
    """Rows of a table of `data/times`, without its comments and its header; each row has as many cells as the header."""
    text = files("detente").joinpath("data", "times", f"{name}.tsv").read_text(encoding="utf-8")
    header, *rows = [line.split("\t") for line in text.split("\n") if line.strip() and not line.startswith("#")]
    return [row + [""] * (len(header) - len(row)) for row in rows]


def _forms_of(name: str) -> Iterator[tuple[str, str]]:
    for row in table("words"):
        if row[0] == name:
            yield from ((form.lower(), row[2]) for form in row[1].split("|"))


def _alternation(forms: list[str]) -> str:
    """Longest form first; a form with a capital is read only so or in capitals."""
    ordered = sorted(forms, key=len, reverse=True)
    return "(?:" + "|".join(_form(form) for form in ordered) + ")"


def _form(form: str) -> str:
    if form[0].isupper():
        return f"(?-i:{_literal(form)}|{_literal(form.upper())})"
    return _literal(form)


def _literal(form: str) -> str:
    """A dot at the end of an abbreviation ends the word, and need not be followed by a blank."""
    return re.escape(form).replace(r"\ ", " ").replace("'", "['’]").replace(r"\-", "-")


def _rule(row: list[str], pieces: dict[str, str]) -> Rule:
    name, key, kind, resolve, pattern, example, value = row
    compiled = re.compile(_bounded(_expand(pattern, pieces)), re.IGNORECASE)
    return Rule(name, key, cast(TimexType, kind), resolve, compiled, example, value)


def _bounded(pattern: str) -> str:
    return rf"(?<![\w$£€#])(?<!\d[.,])(?:{pattern})(?:(?!\w)|(?<=\.))"


def _expand(pattern: str, pieces: dict[str, str]) -> str:
    """A pattern with its pieces written out as groups `piece`, `piece__2` ...; pieces inside pieces capture nothing."""
    seen: dict[str, int] = {}

    def group(found: re.Match[str]) -> str:
        name = (found[2] or found[1]).replace(" ", "_")
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name}__{seen[name]}"
        return f"(?P<{numbered}>{_inner(pieces[found[1]], pieces)})"

    return _blanks(_PLACEHOLDER.sub(group, pattern))


def _inner(pattern: str, pieces: dict[str, str]) -> str:
    while _PLACEHOLDER.search(pattern):
        pattern = _PLACEHOLDER.sub(lambda found: f"(?:{pieces[found[1]]})", pattern)
    return pattern


def _blanks(pattern: str) -> str:
    """Blanks written out; inside brackets one stands for itself, and in a look-behind, whose width is fixed, for one blank."""
    pattern = re.sub(r"\[[^\]]*\]|\(\?<[=!][^)]*\)", lambda found: found[0].replace(" ", r"\s"), pattern)
    return pattern.replace("~", f"(?:-|{BLANK})").replace(" ?", f"{BLANK}?").replace(" ", BLANK)


def _classes(values: dict[str, dict[str, str]], holidays: dict[str, str]) -> dict[str, frozenset[str]]:
    """What each token may be; words that only stand in rules and pieces are known, and belong to no class."""
    found: dict[str, set[str]] = {}
    for _, pattern in table("pieces"):
        _add(found, _NOT_LITERAL.sub(" ", pattern))
    for row in table("rules"):
        _add(found, _NOT_LITERAL.sub(" ", row[4]))
    for name, forms in {**values, "holiday": holidays}.items():
        for form in forms:
            _add(found, form, name)
    cases = (str.lower, str.capitalize, str.upper)
    return {case(word): frozenset(names) for word, names in found.items() for case in cases}


def _add(found: dict[str, set[str]], words: str, name: str | None = None) -> None:
    for word in _TOKEN.findall(words.lower()):
        found.setdefault(word, set()).update({name} if name else ())
