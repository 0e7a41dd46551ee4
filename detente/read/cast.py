"""The persons of one article: every name put together with its later short forms, its role and its state.

An article introduces a person once, in full ("Foreign Minister Ilan Torvek"; "Mr Torvek, a former envoy"),
and uses the surname, the office or a pronoun from then on.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from detente.read.actor_tables import shipped_rows
from detente.read.actors import ActorTable, Mention
from detente.read.syntax import Syntax
from detente.read.words import Shape, Word

Gender = Literal["m", "f"]

HONORIFICS = {"mr": "m", "mr.": "m", "sir": "m", "lord": "m", "mrs": "f", "mrs.": "f", "ms": "f", "ms.": "f", "miss": "f",
              "lady": "f", "madam": "f", "dr": None, "dr.": None, "prof": None, "prof.": None}  # fmt: skip
_WOMEN = re.compile(r"\w*(?:woman|actress|queen|princess|duchess|mother|daughter|wife|sister|widow)\b", re.I)
_MEN = re.compile(r"\w*(?:man|king|prince|duke|father|son|husband|brother)\b", re.I)
_HYPHENS = {"-", "‐", "‑"}
_PARTICLES = {"al", "bin", "ibn", "da", "de", "del", "della", "di", "dos", "el", "la", "le", "ter", "van", "von", "zu"}
_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
_OFFICES = ("minister", "president", "secretary", "premier", "chancellor", "senator", "ambassador", "general", "admiral",
            "commander", "spokes", "governor", "congressman", "lawmaker", "attorney general", "envoy")  # fmt: skip
_ROLE_PARTS = {"NOUN", "PROPN", "ADJ"}
_ROLE_SIGNS = {"-", "'s", "’s", "'", "’", "/", "and", "&", "for", "of", "on"}


@dataclass(slots=True)
class Person:
    """One person of the article. `mentions` are (first, last) word indexes of every time the name stands in it."""

    name: str
    surname: str
    mentions: list[tuple[int, int]] = field(default_factory=list)
    role: str | None = None
    code: str | None = None
    sector: str | None = None
    gender: Gender | None = None
    introduced: bool = False  # role given by the article itself
    also: str = ""  # further roles the article gives

    @property
    def likely_gender(self) -> Gender | None:
        """What the article says, else what the given name suggests, else None."""
        if self.gender is not None or " " not in self.name:
            return self.gender
        return given_name_gender(self.name.split()[0])


@dataclass(frozen=True)
class Cast:
    """All persons of an article, and who is named at which word."""

    persons: list[Person]
    at: dict[int, Person]
    home: str | None = None  # the state that most roles of the article belong to

    def before(self, word: int, gender: Gender | None = None) -> list[tuple[int, Person]]:
        """Persons named before `word` who may be of that gender, the last named first, each once."""
        last: list[tuple[int, Person]] = []
        for p in self.persons:
            earlier = [m[1] for m in p.mentions if m[1] < word]
            if earlier and (gender is None or p.likely_gender in (None, gender)):
                last.append((earlier[-1], p))
        return sorted(last, key=lambda pair: -pair[0])


@lru_cache(maxsize=1)
def role_words() -> frozenset[str]:
    """Role words of the tables, lower case."""
    return frozenset(row["role"].lower() for row in shipped_rows("roles") if row["kind"] == "person")


@lru_cache(maxsize=1)
def _given_names() -> dict[str, Gender]:
    rows = (files("detente.data") / "given_names.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return {name.lower(): gender for gender, names in pairs for name in names.split()}  # type: ignore[misc]


def given_name_gender(name: str) -> Gender | None:
    """Gender that a given name suggests, None where it suggests none."""
    return _given_names().get(name.lower())


@lru_cache(maxsize=1)
def body_words() -> frozenset[str]:
    """Roles that are bodies, not people: ministry, government, parliament."""
    return frozenset(row["role"].lower() for row in shipped_rows("roles") if row["kind"] == "body")


@lru_cache(maxsize=1)
def role_codes() -> dict[str, str]:
    """Codes of roles that belong to no state: an editor is of the media, a rebel commander of the rebels."""
    rows = list(shipped_rows("roles"))
    codes = {row["role"].lower(): row["code"] or (row["sector"] if row["sector"] in ("BUS", "MED") else "") for row in rows}
    return {role: code for role, code in codes.items() if code}


def find_cast(syntax: Syntax, mentions: Sequence[Mention], table: ActorTable, on: date | None) -> Cast:
    """Persons of the article in order of their first mention."""
    words = syntax.words
    by_word = mentions_by_word(words, mentions)
    home = home_code(mentions)
    cast = Cast([], {}, home)
    for first, last in name_runs(syntax, by_word):
        person = _known(cast.persons, words[first : last + 1]) or _new(cast.persons, words[first : last + 1])
        person.mentions.append((first, last))
        cast.at.update(dict.fromkeys(range(first, last + 1), person))
        _learn(person, syntax, by_word, cast.at, first, last)
    for person in cast.persons:
        _look_up(person, table, on)
        if person.role is None and person.code is None:
            _take_office(person, syntax, by_word, cast)
    for person in cast.persons:
        if person.code is None and person.role and is_official(person.role):
            person.code = _state_near(person, syntax, by_word) or home
    return cast


def _take_office(person: Person, syntax: Syntax, by_word: dict[int, Mention], cast: Cast) -> None:
    """A name without a role takes the office just before it that has no name.

    "The Arvanian foreign minister said ... Ilan Torvek told reporters."
    """
    first = person.mentions[0][0]
    for i in range(first - 1, max(-1, first - 90), -1):
        mention = by_word.get(i)
        if syntax.sentence_of[first] - syntax.sentence_of[i] > 2 or i in cast.at:
            return
        if mention is not None and mention.kind == "office" and mention.code and mention.form == "role":
            person.role, person.code, person.sector = mention.text, mention.code, mention.sector
            return


def _state_near(person: Person, syntax: Syntax, by_word: dict[int, Mention]) -> str | None:
    """A spokesman without a state speaks for the state or leader named last before, in this sentence or the one before."""
    first = person.mentions[0][0]
    for i in range(first - 1, max(-1, first - 60), -1):
        mention = by_word.get(i)
        if syntax.sentence_of[first] - syntax.sentence_of[i] > 1:
            return None
        if mention is not None and mention.code and mention.sector == "GOV" and mention.kind in ("person", "office"):
            return mention.code
    return None


def home_code(mentions: Sequence[Mention]) -> str | None:
    """The state that most roles of the article belong to: ministers named without a state are its ministers."""
    states = [m for m in mentions if m.code and len(m.code) == 3 and m.sector == "GOV" and m.form in ("role", "adjective")]
    counts = Counter(m.code for m in states)
    return counts.most_common(1)[0][0] if counts else None


def is_official(role: str) -> bool:
    """Whether a role is an office of a state."""
    return any(word in role.lower() for word in _OFFICES)


def mentions_by_word(words: Sequence[Word], mentions: Sequence[Mention]) -> dict[int, Mention]:
    """The mention that each word stands in."""
    out: dict[int, Mention] = {}
    ordered = sorted(mentions, key=lambda m: m.span)
    k = 0
    for i, word in enumerate(words):
        while k < len(ordered) and ordered[k].span.end <= word.start:
            k += 1
        if k < len(ordered) and ordered[k].span.start <= word.start:
            out[i] = ordered[k]
    return out


def name_runs(syntax: Syntax, by_word: dict[int, Mention]) -> list[tuple[int, int]]:
    """Word ranges (inclusive) of personal names: those the model sees, and those the tables know."""
    words, runs, i, n = syntax.words, [], 0, len(syntax.words)
    while i < n:
        stop = i
        while stop < n and _of_name(syntax, by_word, stop, i):
            stop += 1
        first, last = _trimmed(words, i, stop - 1)
        if first <= last:
            runs.append((first, last))
        i = max(stop, i + 1)
    return runs


def _of_name(syntax: Syntax, by_word: dict[int, Mention], i: int, start: int) -> bool:
    """Whether word i belongs to the name that begins at `start`."""
    word, tag = syntax.words[i], syntax.names[i]
    if i > start and (word.paragraph != syntax.words[i - 1].paragraph or tag == "B-PER"):
        return False
    mention = by_word.get(i)
    body = mention is not None and mention.kind not in ("person", "place") and mention.form in ("name", "alias")
    goes_on = i + 1 < len(syntax.words) and syntax.names[i + 1] == "I-PER"
    if body and ((i == start and not goes_on) or not tag.endswith("PER")):
        return False
    named = tag.endswith("PER") or (mention is not None and mention.kind == "person" and mention.form in ("name", "surname"))
    return (named and word.shape not in (Shape.PUNCTUATION, Shape.NUMBER)) or (i > start and _hyphenated(syntax.words, i))


def _hyphenated(words: Sequence[Word], i: int) -> bool:
    """A hyphen inside a name, or what follows it ("Jong-hoo"): signs that touch the letters on both sides."""
    if words[i].text in _HYPHENS:
        return i + 1 < len(words) and words[i - 1].end == words[i].start and words[i].end == words[i + 1].start
    return words[i - 1].text in _HYPHENS and words[i - 1].end == words[i].start and words[i].text[0].isalpha()


def _trimmed(words: Sequence[Word], first: int, last: int) -> tuple[int, int]:
    """Without honorifics and signs at either end."""
    while first <= last and (words[first].text.lower() in HONORIFICS or _common(words[first])):
        first += 1
    while first <= last and (words[last].text in {"'s", "’s", "-", "'", "’"} or words[last].text.lower() in _SUFFIXES):
        last -= 1
    return first, last


def _common(word: Word) -> bool:
    """A lower-case word that no name begins with: "the fake Torvek" is Torvek, "al Torvek" is not."""
    return word.shape == Shape.LOWER and word.text not in _PARTICLES


def _spelled(words: Sequence[Word]) -> str:
    """The name as the text spells it, its spaces kept where words touch."""
    out = words[0].text
    for a, b in itertools.pairwise(words):
        out += (" " if b.start > a.end else "") + b.text
    return out


def _known(persons: list[Person], words: Sequence[Word]) -> Person | None:
    """The person this name is short for, or in full: same surname and no different given name; the latest one first."""
    tokens = [w.text.lower() for w in words]
    name = _spelled(words).lower()
    for person in reversed(persons):
        theirs = person.name.lower().split()
        if name == person.name.lower():
            return person
        if len(tokens) == 1 and (tokens[0] == person.surname.lower() or (tokens[0] in theirs and len(theirs) > 1)):
            return person
        if name.split()[-1] == person.surname.lower() and (len(theirs) == 1 or _alike(name.split()[0], theirs[0])):
            return person
    return None


def _alike(a: str, b: str) -> bool:
    """Given names that may be one: equal, an initial, or near spellings of a transliterated name."""
    return a == b or (a[:1] == b[:1] and (len(a.strip(".")) == 1 or len(b.strip(".")) == 1 or a[:3] == b[:3]))


def _new(persons: list[Person], words: Sequence[Word]) -> Person:
    name = _spelled(words)
    person = Person(name, name.split()[-1])
    persons.append(person)
    return person


def _learn(
    person: Person, syntax: Syntax, by_word: dict[int, Mention], named: dict[int, Person], first: int, last: int
) -> None:
    """Take what this mention says of the person: the longer name, honorific, role, state."""
    words = syntax.words
    spelled = _spelled(words[first : last + 1])
    if len(spelled.split()) > len(person.name.split()):
        person.name, person.surname = spelled, spelled.split()[-1]
    if first and words[first - 1].text.lower() in HONORIFICS:
        person.gender = person.gender or HONORIFICS[words[first - 1].text.lower()]  # type: ignore[assignment]
        first -= 1
    for region in (role_before(syntax, first), role_set_off(syntax, first), role_after(syntax, first, last)):
        if region and person.introduced:
            person.also += " " + _spelled(words[region[0] : region[1]])
        elif region:
            _take_role(person, syntax, by_word, named, *region)


def _take_role(
    person: Person, syntax: Syntax, by_word: dict[int, Mention], named: dict[int, Person], first: int, stop: int
) -> None:
    words = syntax.words
    text = _spelled(words[first:stop])
    person.role, person.introduced = text, True
    person.gender = person.gender or ("f" if _WOMEN.search(text) else "m" if _MEN.search(text) else None)
    for i in range(first, stop):
        mention = by_word.get(i)
        if mention is not None and mention.code and mention.kind != "place":
            person.code, person.sector = mention.code, mention.sector or person.sector
            return
    of = next((p for i in range(first, stop) if (p := named.get(i)) is not None and p.code), None)
    if of is not None:
        person.code, person.sector = of.code, of.sector
        return
    own = next(
        (code for i in range(first, stop) if (role := role_at(syntax, i, stop)) and (code := role_codes().get(role))), None
    )
    person.code = person.code or own


def role_before(syntax: Syntax, name: int) -> tuple[int, int] | None:
    """Half-open word range of the title right before a name ("the Arvanian foreign minister Ilan Torvek"), without article."""
    words, i = syntax.words, name
    while i > 0 and words[i - 1].paragraph == words[name].paragraph and _in_title(syntax, i - 1):
        i -= 1
    while i < name and (words[i].text.lower() in _ROLE_SIGNS or syntax.upos[i] == "ADP"):
        i += 1
    return (i, name) if i < name and has_role(syntax, i, name) else None


def role_set_off(syntax: Syntax, name: int) -> tuple[int, int] | None:
    """Half-open word range of a role before a name and a comma, without article: "the Herald's editor, Ilan Torvek"."""
    words = syntax.words
    if name < 2 or words[name - 1].text != ",":
        return None
    i = name - 1
    while i > 0 and words[i - 1].paragraph == words[name].paragraph and not _ends_phrase(syntax, i - 1) and name - i < 14:
        i -= 1
    while i < name - 1 and syntax.upos[i] in ("DET", "ADP", "CCONJ", "SCONJ"):
        i += 1
    return (i, name - 1) if i < name - 1 and has_role(syntax, i, min(i + 4, name - 1)) else None


def _ends_phrase(syntax: Syntax, i: int) -> bool:
    return syntax.upos[i] in ("VERB", "AUX", "PRON") or syntax.words[i].text in {",", ".", ";", ":", "“", "”", '"', "(", ")"}


def _in_title(syntax: Syntax, i: int) -> bool:
    word = syntax.words[i]
    if word.text.lower() in _ROLE_SIGNS:
        return word.text.lower() not in {"and", "for", "of", "on"} or _in_title_after(syntax, i)
    return syntax.upos[i] in _ROLE_PARTS and word.shape not in (Shape.PUNCTUATION, Shape.NUMBER)


def _in_title_after(syntax: Syntax, i: int) -> bool:
    """ "Secretary of State X": the preposition belongs to the title when capitals stand on both sides."""
    return i > 0 and syntax.words[i - 1].shape == Shape.TITLE and syntax.words[i + 1].shape in (Shape.TITLE, Shape.UPPER)


def role_after(syntax: Syntax, first: int, last: int) -> tuple[int, int] | None:
    """Half-open word range of the apposition after a name ("Torvek, a former envoy to Belmora,"), without article."""
    words, n = syntax.words, len(syntax.words)
    if last + 2 >= n or words[last + 1].text != ",":
        return None
    start = last + 2
    if words[start].text.lower() in {"a", "an", "the", "who", "his", "her", "their"}:
        start += 1
    stop = start
    while stop < n and words[stop].text not in {",", ".", ";", ":", "(", "—", "–"} and stop - start < 16:
        if syntax.upos[stop] in ("VERB", "AUX", "PRON") or words[stop].paragraph != words[last].paragraph:
            break
        stop += 1
    return (start, stop) if start < stop and has_role(syntax, start, min(stop, start + 6)) else None


def has_role(syntax: Syntax, first: int, stop: int) -> bool:
    """Whether a role word stands in the range, alone or as the end of a compound ("spokeswoman", "vice-chair")."""
    return any(role_at(syntax, i, stop) is not None for i in range(first, stop))


def role_at(syntax: Syntax, i: int, stop: int) -> str | None:
    """The longest role that begins at word i, lower case, or None."""
    known = role_words()
    for width in (3, 2, 1):
        if i + width <= stop:
            phrase = " ".join(w.text.lower() for w in syntax.words[i : i + width])
            if phrase in known or (width == 1 and phrase.endswith("s") and phrase[:-1] in known):
                return phrase
    return None


def _look_up(person: Person, table: ActorTable, on: date | None) -> None:
    """Fill from the tables what the article does not say."""
    parts = person.name.split()
    entry = table.lookup(person.name, on) or (table.lookup(f"{parts[0]} {parts[-1]}", on) if len(parts) > 2 else None)
    if entry is None or entry.kind != "person":
        return
    if len(person.name.split()) == 1:
        person.name = entry.name
    person.role = person.role or (entry.office.split(";")[0].strip() if entry.office else None)
    if person.code is None or not person.introduced:
        person.code, person.sector = entry.code, entry.sector
    person.sector = person.sector or entry.sector
