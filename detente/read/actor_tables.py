"""The tables of actors as values: entries, the spellings that lead to them, and the trie that finds the spellings.

The tables are tab-separated files in `detente/data/actors`, described in `docs/actors.md`. A user's TOML file gives
the same kinds of rows; its spellings replace the shipped ones.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from detente.errors import ActorFileInvalid
from detente.read.words import WORD

EntryKind = Literal["state", "organisation", "person", "seat", "place"]
Use = Literal["name", "adjective", "citizens", "capital", "prefix", "surname", "family", "role", "plural", "joint", "none"]
Row = Mapping[str, str]

_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "ı": "i", "đ": "d", "ß": "ss", "’": "'", "ʼ": "'", "‘": "'", "–": "-", "‑": "-"}
)
_SHIPPED = files("detente.data") / "actors"


@dataclass(frozen=True, slots=True)
class Entry:
    """An actor or place of the tables. `state`: that a group belongs to; `since`, `until`: inclusive, None where open."""

    name: str
    code: str | None
    sector: str | None
    kind: EntryKind
    state: str | None = None
    office: str | None = None
    since: date | None = None
    until: date | None = None
    lat: float | None = None
    lon: float | None = None
    generic: bool = False  # a body that many states have: the state beside it decides


@dataclass(frozen=True, slots=True)
class Role:
    """A word for somebody who acts for a state or stands against it; see `roles.tsv`."""

    word: str
    sector: str
    kind: Literal["person", "group", "body"]
    code: str | None
    within: bool  # "X in STATE" is of that state
    own: bool  # keeps its code beside a state
    bare: bool  # an actor even alone


@dataclass(frozen=True, slots=True)
class Joint:
    """A word that joins, cuts off or judges; see `composition.tsv` and `epithets.tsv`."""

    word: str
    part: Literal["prefix", "suffix", "between", "honorific", "modifier", "head"]
    effect: Literal["drop", "keep", "never", "loaded", ""] = ""


Meaning = Entry | Role | Joint | None


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a meaning. `shape` says for each word how its letters must stand in the text: see `shape_fits`."""

    words: tuple[str, ...]
    shape: tuple[str, ...]
    use: Use
    meaning: Meaning
    since: date | None = None
    until: date | None = None
    loaded: bool = False

    def holds_on(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(slots=True)
class Tables:
    """All spellings by their folded words, and the words that take a name away from the tables."""

    spellings: dict[tuple[str, ...], list[Spelling]] = field(default_factory=dict)
    contexts: dict[tuple[str, ...], list[tuple[Entry, frozenset[str]]]] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    name_like: set[str] = field(default_factory=set)
    common: set[str] = field(default_factory=set)
    capitals: set[str] = field(default_factory=set)

    def copy(self) -> Tables:
        """A copy whose lists of spellings may be replaced without touching this one."""
        return Tables(dict(self.spellings), self.contexts, set(self.given), self.name_like, self.common, self.capitals)

    def add(self, spelling: Spelling) -> None:
        self.spellings.setdefault(spelling.words, []).append(spelling)


@lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word.translate(_UNDECOMPOSED).lower().translate(_UNDECOMPOSED))
    return "".join(c for c in parts if not unicodedata.combining(c))


def fold(word: str) -> str:
    """Lower case without accents, typographic apostrophes straight: the form under which the tables are searched."""
    return word.lower() if word.isascii() else _folded(word)


def shape_of_spelling(words: Iterable[str]) -> tuple[str, ...]:
    """For each word "upper" (only these very letters), "title" (must begin with a capital) or "any"."""
    return tuple("upper" if w.isupper() and len(w) > 1 and w.isalpha() else "title" if w[0].isupper() else "any" for w in words)


def shape_fits(shape: str, folded: str, word: str) -> bool:
    """Whether a word of the text stands as its spelling asks: "US" is not "us", "Turkey" is not "turkey"."""
    if shape == "any":
        return True
    if shape == "lower":
        return word.islower()
    return word == folded.upper() if shape == "upper" else word[0].isupper()


def spelling(
    text: str, use: Use, meaning: Meaning, since: date | None = None, until: date | None = None, loaded: bool = False
) -> Spelling:
    """The spelling `text` of a meaning, valid as long as the meaning unless dates are given."""
    words = WORD.findall(text)
    if isinstance(meaning, Entry):
        since, until = since or meaning.since, until or meaning.until
    shape = ("any",) * len(words) if use in ("role", "plural") else shape_of_spelling(words)
    return Spelling(tuple(fold(w) for w in words), shape, use, meaning, since, until, loaded)


def first_day(text: str) -> date | None:
    """First day of an ISO year, month or date; None for an empty text. ValueError where it is none of them."""
    if not text:
        return None
    return date.fromisoformat(f"{text}-01-01" if len(text) == 4 else f"{text}-01" if len(text) == 7 else text)


def last_day(text: str) -> date | None:
    """Last day of an ISO year, month or date; None for an empty text. A month ends with its 28th."""
    if not text:
        return None
    return date.fromisoformat(f"{text}-12-31" if len(text) == 4 else f"{text}-28" if len(text) == 7 else text)


def listed(cell: str) -> list[str]:
    """The items of a cell separated by semicolons."""
    return [item for part in cell.split(";") if (item := part.strip())]


def shipped_rows(table: str) -> Iterator[dict[str, str]]:
    """Rows of one shipped table as dictionaries; missing cells at the end of a row are empty."""
    lines = [line for line in (_SHIPPED / f"{table}.tsv").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    header = lines[0].split("\t")
    for line in lines[1:]:
        cells = line.split("\t")
        yield dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def state_spellings(row: Row) -> Iterator[Spelling]:
    """Spellings of a state: its names, adjectives, citizens, prefixes, and the capitals that stand for it."""
    since, until = first_day(row["from"]), last_day(row["until"])
    entry = Entry(
        row["name"], row["code"], "GOV", "state", row["code"], None, since, until, _number(row["lat"]), _number(row["lon"])
    )
    uses: tuple[tuple[str, Use], ...] = (("aliases", "name"), ("adjectives", "adjective"), ("citizens", "citizens"))
    yield spelling(entry.name, "name", entry)
    for column, use in (*uses, ("prefixes", "prefix")):
        for text in listed(row[column]):
            yield spelling(text, use, entry)
    for text in listed(row["capitals"]):
        name, _, dates = text.partition("@")
        begin, _, end = dates.partition("..")
        yield spelling(name, "capital", entry, first_day(begin), last_day(end))


def organisation_spellings(row: Row) -> Iterator[Spelling]:
    """Spellings of an organisation: its name and aliases."""
    since, until = first_day(row["from"]), last_day(row["until"])
    entry = Entry(row["name"], row["code"], row["sector"], "organisation", row["state"] or None, None, since, until)
    for text in (entry.name, *listed(row["aliases"])):
        yield spelling(text, "name", entry)


def seat_spellings(row: Row) -> Iterator[Spelling]:
    """The spelling of a seat of power."""
    entry = Entry(row["name"], row["code"], row["sector"], "seat", row["code"], generic=row["generic"] == "1")
    yield spelling(row["alias"], "name", entry)


def person_spellings(row: Row) -> Iterator[Spelling]:
    """Spellings of a person: full names and aliases, and the surname, "family" where it does not suffice alone."""
    since, until = first_day(row["from"]), last_day(row["until"])
    entry = Entry(row["name"], row["code"], row["sector"], "person", None, row["office"] or None, since, until)
    for text in (entry.name, *listed(row["aliases"])):
        yield spelling(text, "name", entry) if " " in text or not row["surname"] else spelling(text, "surname", entry)
    if row["surname"]:
        yield spelling(row["surname"], "surname" if row["surname_suffices"] == "1" else "family", entry)


def place_spellings(row: Row) -> Iterator[Spelling]:
    """Spellings of a place."""
    entry = Entry(
        row["name"], row["code"] or None, None, "place", row["code"] or None, lat=_number(row["lat"]), lon=_number(row["lon"])
    )
    for text in (entry.name, *listed(row["aliases"])):
        yield spelling(text, "name", entry)


def plural(word: str) -> str:
    """Plural of a role by rule: the noun before the first "of", "to", "in" or "general" takes the ending."""
    words = word.split()
    closing = ("of", "to", "in", "general", "in-chief", "d'affaires")
    at = next((i for i, w in enumerate(words) if i and w in closing), len(words))
    noun = words[at - 1]
    if noun.endswith("man"):
        words[at - 1] = f"{noun[:-3]}men"
    elif noun.endswith("y") and noun[-2] not in "aeiou":
        words[at - 1] = f"{noun[:-1]}ies"
    else:
        words[at - 1] = f"{noun}es" if noun.endswith(("s", "ch", "sh")) else f"{noun}s"
    return " ".join(words)


def role_spellings(row: Row) -> Iterator[Spelling]:
    """Spellings of a role, and its plural where it is of persons."""
    kind: Any = row["kind"]
    flags = (row[name] == "1" for name in ("in", "own", "bare"))
    role = Role(row["role"], row["sector"], kind, row["code"] or None, *flags)
    yield spelling(role.word, "role", role)
    if kind == "person":
        yield spelling(plural(role.word), "plural", role)


def epithet_spellings(row: Row) -> Iterator[Spelling]:
    """The spelling of an epithet: a nickname is an entry whose words are loaded, the rest are joints."""
    part: Any = row["part"]
    if part != "nickname":
        yield spelling(row["words"], "joint", Joint(row["words"], part, "loaded"))
        return
    kind: EntryKind = "person" if " " in row["name"] and row["name"] not in _STATE_LIKE else "state"
    sector = row["sector"] or "GOV"
    yield spelling(row["words"], "name", Entry(row["name"], row["code"], sector, kind, row["code"]), loaded=True)


_STATE_LIKE = frozenset({"United States", "United Kingdom", "North Korea", "Soviet Union", "European Union"})
_READERS = (
    ("states", state_spellings), ("organisations", organisation_spellings), ("seats", seat_spellings),
    ("persons", person_spellings), ("places", place_spellings), ("roles", role_spellings), ("epithets", epithet_spellings),
)  # fmt: skip


def shipped_tables() -> Tables:
    """The tables that come with the package."""
    tables = Tables()
    for name, read in _READERS:
        for row in shipped_rows(name):
            for one in read(row):
                tables.add(one)
    _add_compositions(tables)
    _add_not_actors(tables)
    _collect_given_names(tables)
    return tables


def _add_compositions(tables: Tables) -> None:
    for row in shipped_rows("composition"):
        if row["part"] == "given":
            tables.given.add(fold(row["word"]))
        else:
            part: Any = row["part"]
            effect: Any = row["effect"]
            tables.add(spelling(row["word"], "joint", Joint(row["word"], part, effect)))


def _add_not_actors(tables: Tables) -> None:
    sets = {"given": tables.name_like, "common": tables.common, "caps": tables.capitals}
    for row in shipped_rows("not_actors"):
        if row["part"] in sets:
            sets[row["part"]].add(fold(row["words"]))
        elif row["part"] == "phrase":
            tables.add(spelling(row["words"], "none", None))
        elif row["part"] == "lower":
            known = spelling(row["words"], "none", None)
            tables.add(replace(known, shape=("any", *("lower" for _ in known.words[1:]))))
        else:
            entry = Entry(row["name"], row["code"] or None, "GOV", "seat", row["code"] or None)
            key = tuple(fold(w) for w in WORD.findall(row["words"]))
            clues = frozenset(fold(w) for w in listed(row["context"]))
            tables.contexts.setdefault(key, []).append((entry, clues))


def _collect_given_names(tables: Tables) -> None:
    """First words of persons' names are given names too, save those that are a role or an actor by themselves."""
    for words, found in tables.spellings.items():
        person = next((s.meaning for s in found if isinstance(s.meaning, Entry) and s.meaning.kind == "person"), None)
        if person and len(words) > 1 and (words[0],) not in tables.spellings and words[0] not in ("al", "el", "the"):
            tables.given.add(words[0])


_TOML_TABLES = {
    "state": (state_spellings, ("aliases", "adjectives", "citizens", "capitals", "prefixes", "lat", "lon"), ("code", "name")),
    "organisation": (organisation_spellings, ("aliases", "sector", "state"), ("code", "name")),
    "seat": (seat_spellings, ("sector", "name", "generic"), ("alias", "code")),
    "person": (person_spellings, ("aliases", "surname", "surname_suffices", "sector", "office"), ("name", "code")),
    "place": (place_spellings, ("aliases", "lat", "lon"), ("name", "code")),
    "role": (role_spellings, ("code", "kind", "in", "own", "bare"), ("role", "sector")),
    "epithet": (epithet_spellings, ("code", "name", "sector"), ("words", "part")),
}
_DEFAULTS = {"sector": "GOV", "kind": "person", "bare": "1", "surname_suffices": "0"}


def extended_tables(tables: Tables, path: Path) -> Tables:
    """`tables` with the rows of a TOML file; its spellings replace shipped ones. Raises ActorFileInvalid."""
    wider = tables.copy()
    replaced: set[tuple[str, ...]] = set()
    for one in _toml_spellings(path):
        if one.words not in replaced and not isinstance(one.meaning, Joint):
            wider.spellings[one.words] = []
            replaced.add(one.words)
        else:
            wider.spellings[one.words] = list(wider.spellings.get(one.words, []))
        wider.add(one)
    _collect_given_names(wider)
    return wider


def _toml_spellings(path: Path) -> Iterator[Spelling]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ActorFileInvalid(f"{path}: cannot be read as TOML: {error}; see docs/actors.md for an example") from error
    for kind, rows in content.items():
        if kind not in _TOML_TABLES:
            raise ActorFileInvalid(f"{path}: unknown table [[{kind}]]; expected one of {', '.join(_TOML_TABLES)}")
        if not isinstance(rows, list):
            raise ActorFileInvalid(f"{path}: [{kind}] must be written [[{kind}]], one table for each entry")
        for number, row in enumerate(rows, 1):
            yield from _toml_row(path, kind, number, row)


def _toml_row(path: Path, kind: str, number: int, row: Mapping[str, Any]) -> Iterator[Spelling]:
    read, optional, required = _TOML_TABLES[kind]
    where = f"{path}: [[{kind}]] number {number} ({row.get(required[-1]) or row.get(required[0]) or 'without a name'})"
    known = {*optional, *required, "from", "until"}
    for name in row:
        if name not in known:
            raise ActorFileInvalid(f"{where}: unknown key {name!r}; known: {', '.join(sorted(known))}")
    for name in required:
        if not row.get(name):
            raise ActorFileInvalid(f"{where}: {name!r} is missing; give it as text")
    cells = {name: _cell(where, name, row[name]) if name in row else _DEFAULTS.get(name, "") for name in known}
    _check_cells(where, kind, cells)
    yield from read(cells)


def _cell(where: str, name: str, value: Any) -> str:
    """A TOML value as the text of a table cell."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (str, int, float, date)):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    raise ActorFileInvalid(f"{where}: {name} is {value!r}; expected a text, a number, a date or a list of texts")


def _check_cells(where: str, kind: str, cells: dict[str, str]) -> None:
    if kind == "person" and not cells["surname"]:
        cells["surname"] = cells["name"].split()[-1] if " " in cells["name"] else ""
    if kind == "seat" and not cells["name"]:
        cells["name"] = cells["alias"]
    try:
        since, until = first_day(cells["from"]), last_day(cells["until"])
        _number(cells.get("lat", "")), _number(cells.get("lon", ""))
    except ValueError as error:
        raise ActorFileInvalid(f"{where}: {error}; dates are ISO years or dates, lat and lon degrees") from error
    if since and until and since > until:
        raise ActorFileInvalid(f"{where}: from {cells['from']} is after until {cells['until']}; swap them")
    if cells.get("code") and not (cells["code"].isalnum() and cells["code"].isupper()):
        raise ActorFileInvalid(f"{where}: code {cells['code']!r} must be capital letters and digits, as 'ARV'")
    for text in (cells.get("name", ""), *listed(cells.get("aliases", ""))):
        if len(text) == 1:
            raise ActorFileInvalid(f"{where}: the name {text!r} is one letter and would match everywhere; write it longer")
