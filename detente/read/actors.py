"""Who is named in a text: longest match over the tables, then states and roles put together.

"the Arvanian deputy foreign minister" is one mention with the state's code; "pro-Arvanian rebels" are rebels, not
Arvania; "the Arvania-backed militia" is a militia. `docs/actors.md` tells the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from detente.read.actor_tables import (
    Entry,
    Joint,
    Role,
    Spelling,
    Tables,
    extended_tables,
    fold,
    shape_fits,
    shipped_tables,
)
from detente.read.words import WORD, Shape, Word
from detente.types import Span

Kind = Literal["state", "organisation", "person", "seat", "office", "group", "place"]
Form = Literal["name", "surname", "adjective", "citizens", "role", "alias", "epithet"]

_APOSTROPHES = {"'s", "’s", "'", "’"}
_HYPHENS = {"-", "‐", "‑", "–"}
_SLASHES = {"/"}
_FORMS: dict[str, Form] = {
    "name": "name", "adjective": "adjective", "citizens": "citizens", "capital": "alias", "prefix": "adjective",
    "surname": "surname", "family": "surname",
}  # fmt: skip
_RANK = {"none": 0, "name": 1, "surname": 2, "capital": 3, "adjective": 3, "citizens": 3, "family": 4, "prefix": 5,
         "role": 6, "plural": 6, "joint": 7}  # fmt: skip
_MAX_BETWEEN = 4  # words between a state and its role
_MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Mention:
    """One actor named in the text. `name` is the plain name, whatever words the text uses; `code` None for a place of no state.

    `role` is the office or role named with it. `epithet` spans the words that judge, where there are any.
    """

    span: Span
    text: str
    name: str
    code: str | None
    sector: str | None
    kind: Kind
    form: Form
    role: str | None = None
    epithet: Span | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Atom:
    """A stretch of words with one meaning, before composition. Half-open word range."""

    start: int
    stop: int
    spelling: Spelling

    @property
    def entry(self) -> Entry | None:
        return self.spelling.meaning if isinstance(self.spelling.meaning, Entry) else None

    @property
    def role(self) -> Role | None:
        return self.spelling.meaning if isinstance(self.spelling.meaning, Role) else None

    @property
    def joint(self) -> Joint | None:
        return self.spelling.meaning if isinstance(self.spelling.meaning, Joint) else None

    @property
    def is_state(self) -> bool:
        """A state or one of its bodies by any of its words: what a role can belong to."""
        entry = self.entry
        return entry is not None and entry.kind in ("state", "seat", "organisation") and self.spelling.use != "citizens"


class ActorTable:
    """The tables ready to be searched. Immutable: `extended` makes a new one."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._lengths: dict[str, tuple[int, ...]] = {}
        lengths: dict[str, set[int]] = {}
        for words in tables.spellings:
            if words:
                lengths.setdefault(words[0], set()).add(len(words))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    @classmethod
    def shipped(cls) -> ActorTable:
        """The tables of the package, built once."""
        return _shipped()

    def extended(self, path: Path) -> ActorTable:
        """These tables with the entries of a TOML file on top. Raises ActorFileInvalid."""
        return ActorTable(extended_tables(self.tables, path))

    def lookup(self, name: str, on: date | None = None) -> Entry | None:
        """The actor that `name` alone stands for on a day (the latest one without a day); None where there is none."""
        words = WORD.findall(name)
        spelling = self._best([fold(w) for w in words], words, on, frozenset({"family"}))
        return spelling.meaning if spelling is not None and isinstance(spelling.meaning, Entry) else None

    def find(self, text: str, words: Sequence[Word], on: date | None) -> list[Mention]:
        """Mentions in order, without overlaps. `on` is the day on which leaders and states are taken to be what they are."""
        return self.compose(text, words, self.atoms(words, on))

    def atoms(self, words: Sequence[Word], on: date | None) -> list[Atom]:
        """Stretches of words that the tables know, in order, without overlaps."""
        return self._atoms(words, [fold(w.text) for w in words], on)

    def named(self, words: Sequence[Word], atoms: Sequence[Atom]) -> list[Atom]:
        """The atoms that name a state, body, person or place: no roles, no given names, no everyday words."""
        composer = _Composer("", words, [fold(w.text) for w in words], self.tables)
        return [a for a in atoms if a.entry is not None and a.spelling.use != "none" and composer.acts(a)]

    def compose(self, text: str, words: Sequence[Word], atoms: Sequence[Atom]) -> list[Mention]:
        """Mentions made of the atoms of these words: "the Arvanian", "deputy", "foreign minister" are one."""
        return _Composer(text, words, [fold(w.text) for w in words], self.tables).compose(atoms)

    def _best(self, folded: Sequence[str], words: Sequence[str], on: date | None, families: frozenset[str]) -> Spelling | None:
        """The spelling that these very words are; `families` lets surnames through that do not suffice alone."""
        found = self.tables.spellings.get(tuple(folded))
        if not found:
            return None
        fitting = [s for s in found if all(map(shape_fits, s.shape, s.words, words))]
        if "family" not in families:
            fitting = [s for s in fitting if s.use != "family" or s.words[0] in families]
        return _preferred(fitting, on)

    def _atoms(self, words: Sequence[Word], folded: Sequence[str], on: date | None) -> list[Atom]:
        families = self._families(words, folded)
        context = self._context(folded)
        atoms, i, n = [], 0, len(words)
        while i < n:
            atom = self._at(i, n, words, folded, on, families, context) if folded[i] in self._lengths else None
            if atom is None:
                i += 1
                continue
            atoms.append(atom)
            i = atom.stop
        return atoms

    def _at(
        self,
        i: int,
        n: int,
        words: Sequence[Word],
        folded: Sequence[str],
        on: date | None,
        families: frozenset[str],
        context: dict[tuple[str, ...], Entry | None],
    ) -> Atom | None:
        for length in self._lengths[folded[i]]:
            stop = i + length
            if stop > n or words[stop - 1].paragraph != words[i].paragraph:
                continue
            spelling = self._best(folded[i:stop], [w.text for w in words[i:stop]], on, families)
            if spelling is not None:
                key = tuple(folded[i:stop])
                if key in context:
                    spelling = replace(spelling, meaning=context[key], use="name" if context[key] else "none")
                return Atom(i, stop, spelling)
        return None

    def _families(self, words: Sequence[Word], folded: Sequence[str]) -> frozenset[str]:
        """Surnames whose full name the article has: from then on the surname suffices."""
        found = set()
        for i in range(len(words) - 1):
            if folded[i] in self.tables.given and words[i].shape == Shape.TITLE:
                for length in self._lengths.get(folded[i], ()):
                    known = length > 1 and i + length <= len(folded)
                    if known and self.tables.spellings.get(tuple(folded[i : i + length])):
                        found.add(folded[i + length - 1])
        return frozenset(found)

    def _context(self, folded: Sequence[str]) -> dict[tuple[str, ...], Entry | None]:
        """Names that mean another in this article, by the words it holds ("Georgia" beside "Atlanta")."""
        if not self.tables.contexts:
            return {}
        held = set(folded)
        return {
            key: entry if entry.code else None
            for key, options in self.tables.contexts.items()
            for entry, clues in options
            if key[0] in held and clues & held
        }


def _is_body(atom: Atom) -> bool:
    """A government, an army: "the Torvek government" acts for the state of its head."""
    return atom.role is not None and atom.role.kind == "body"


def _preferred(spellings: list[Spelling], on: date | None) -> Spelling | None:
    """The spelling meant: the strongest use, valid on the day, else the one valid latest."""
    if not spellings:
        return None
    if on is not None:
        valid = [s for s in spellings if s.holds_on(on)]
        if valid:
            spellings = valid
        elif not any(isinstance(s.meaning, Entry) and s.meaning.kind == "person" for s in spellings):
            return None
    return min(spellings, key=lambda s: (_RANK[s.use], -_ordinal(s.until, date.max), -_ordinal(s.since, date.min)))


def _ordinal(day: date | None, otherwise: date) -> int:
    return (day or otherwise).toordinal()


@lru_cache(maxsize=1)
def _shipped() -> ActorTable:
    return ActorTable(shipped_tables())


@dataclass(slots=True)
class _Composer:
    """Puts atoms together into mentions."""

    text: str
    words: Sequence[Word]
    folded: Sequence[str]
    tables: Tables

    def compose(self, atoms: Sequence[Atom]) -> list[Mention]:
        joints = [a for a in atoms if a.joint and a.joint.part in ("modifier", "head")]
        judging = [(self._span(a.start, a.stop), a.joint.part) for a in joints if a.joint]
        before = {where.end: where for where, part in judging if part == "modifier"}
        behind = {where.start: where for where, part in judging if part == "head"}
        found: list[Mention] = []
        k = 0
        while k < len(atoms):
            mention, k = self._mention(atoms, k)
            if mention is not None:
                found.append(self._judged(mention, before, behind))
        return found

    def _mention(self, atoms: Sequence[Atom], k: int) -> tuple[Mention | None, int]:
        """The mention that begins with atom k, and the atom to go on with."""
        atom = atoms[k]
        if atom.spelling.use == "none" or not self.acts(atom):
            return None, k + 1
        if atom.joint is not None:
            return self._of_joint(atoms, k)
        if atom.role is not None:
            return self._of_role(atoms, k)
        if atom.entry is not None and atom.entry.kind == "place":
            return self._made(atom.start, atom.stop, atom.entry, _FORMS[atom.spelling.use], None), k + 1
        return self._of_entry(atoms, k)

    def _of_entry(self, atoms: Sequence[Atom], k: int) -> tuple[Mention | None, int]:
        """A state, body or person; with the role that follows, one mention."""
        atom = atoms[k]
        entry = atom.entry
        assert entry is not None
        effect, after = self._suffix(atoms, k)
        if effect == "never":
            return None, after
        if effect == "drop":
            if after < len(atoms) and atoms[after].role is not None:
                return self._own_role(atoms[after]), after + 1
            return None, after
        role = self._role_behind(atoms, k) if atom.is_state or entry.kind == "person" else None
        if role is not None and (atom.is_state or self._possessive(atom.stop) or _is_body(atoms[role])):
            return self._with_role(atom, atoms[role]), role + 1
        if atom.spelling.use == "prefix" and not self._hyphen_at(atom.stop):
            return None, k + 1
        return self._made(atom.start, atom.stop, entry, _FORMS[atom.spelling.use], None), k + 1

    def _of_joint(self, atoms: Sequence[Atom], k: int) -> tuple[Mention | None, int]:
        """ "pro-Arvanian rebels", "regime in Arvania": what the words before an actor make of it."""
        atom, joint = atoms[k], atoms[k].joint
        assert joint is not None
        following = atoms[k + 1] if k + 1 < len(atoms) else None
        if joint.part == "prefix" and following is not None and self._hyphen_at(atom.stop) and following.start == atom.stop + 1:
            if joint.effect == "drop":
                role = self._role_behind(atoms, k + 1)
                return (self._own_role(atoms[role]), role + 1) if role is not None else (None, k + 2)
            if joint.effect == "never":
                return None, k + 2
        governs = joint.part == "head" and following is not None and following.is_state
        if governs and following is not None and self._joins(atom.stop, following.start, {"in", "of"}):
            entry = following.entry
            assert entry is not None
            made = self._made(atom.start, following.stop, entry, "epithet", None)
            return replace(made, epithet=self._span(atom.start, atom.stop)), k + 2
        return None, k + 1

    def _of_role(self, atoms: Sequence[Atom], k: int) -> tuple[Mention | None, int]:
        """A role: of the state behind "of" ("the army of Arvania"), else for itself."""
        atom, role = atoms[k], atoms[k].role
        assert role is not None
        following = atoms[k + 1] if k + 1 < len(atoms) else None
        links = {"of", "for", "to"} | ({"in"} if role.within else set())
        state = following is not None and following.is_state and following.spelling.use in ("name", "capital")
        if state and following is not None and self._joins(atom.stop, following.start, links):
            return self._with_role(following, atom), k + 2
        return self._own_role(atom), k + 1

    def _own_role(self, atom: Atom) -> Mention | None:
        """A role that stands for itself: rebels, or a body that the tables know; not every minister."""
        role = atom.role
        assert role is not None
        if not (role.bare or role.code):
            return None
        kind: Kind = "office" if role.kind != "group" and atom.spelling.use != "plural" else "group"
        name = self._span(atom.start, atom.stop).of(self.text)
        return Mention(self._span(atom.start, atom.stop), name, name, role.code, role.sector, kind, "role", role.word)

    def _with_role(self, state: Atom, role_atom: Atom) -> Mention:
        """State and role as one mention; the code is the state's unless the role keeps its own."""
        entry, role = state.entry, role_atom.role
        assert entry is not None
        assert role is not None
        start, stop = min(state.start, role_atom.start), max(state.stop, role_atom.stop)
        code = role.code if role.own and role.code else entry.code
        plural = role_atom.spelling.use == "plural" or role.kind == "group"
        kind: Kind = "group" if plural else "organisation" if role.kind == "body" else "office"
        span = self._span(start, stop)
        name = span.of(self.text)
        return Mention(span, name, name, code, role.sector, kind, "role", role.word, self._loaded(state))

    def _role_behind(self, atoms: Sequence[Atom], k: int) -> int | None:
        """The role that belongs to the state of atom k: right behind it, or after a few words that may stand between."""
        at = atoms[k].stop
        if self._possessive(at):
            at += 1
        elif atoms[k].spelling.use == "citizens":
            return None
        following = k + 1
        for _ in range(_MAX_BETWEEN):
            if following >= len(atoms):
                return None
            if atoms[following].start == at and atoms[following].role is not None:
                return following
            joint = atoms[following].joint if atoms[following].start == at else None
            if joint is None or joint.part not in ("between", "modifier"):
                return None
            at, following = atoms[following].stop, following + 1
        return None

    def _suffix(self, atoms: Sequence[Atom], k: int) -> tuple[str, int]:
        """ "Arvania-backed": what the word behind the hyphen does to the state, and the atom to go on with."""
        if k + 1 < len(atoms) and self._hyphen_at(atoms[k].stop) and atoms[k + 1].start == atoms[k].stop + 1:
            joint = atoms[k + 1].joint
            if joint is not None and joint.part == "suffix":
                return ("keep" if joint.effect == "loaded" else joint.effect or "drop"), k + 2
        return "", k + 1

    def _judged(self, mention: Mention, before: dict[int, Span], behind: dict[int, Span]) -> Mention:
        """With the words that judge: a modifier before it ("puppet Arvania"), a head behind it ("Arvania's regime").

        before: judging spans by their end; behind: by their start.
        """
        if mention.epithet is not None or mention.kind == "place":
            return mention
        where = next((before[e] for e in range(mention.span.start - 1, mention.span.start - 3, -1) if e in before), None)
        if where is None:
            where = next((behind[b] for b in range(mention.span.end + 1, mention.span.end + 4) if b in behind), None)
        if where is None or self.text[min(where.end, mention.span.end) : max(where.start, mention.span.start)].strip(" ’'s-\n"):
            return mention
        span = Span(min(where.start, mention.span.start), max(where.end, mention.span.end))
        return replace(mention, span=span, text=span.of(self.text), epithet=where)

    def acts(self, atom: Atom) -> bool:
        """Whether the words can be an actor here, not a given name, an everyday word, or part of another name."""
        entry = atom.entry
        if entry is None:
            return True
        word, key = self.words[atom.start], " ".join(self.folded[atom.start : atom.stop])
        opens = atom.start == 0 or self.words[atom.start - 1].text in {".", "!", "?", "“", '"', ":"}
        if key in self.tables.common and opens:
            return False
        if key in self.tables.name_like and self._capital_follows(atom.stop):
            return False
        if key in self.tables.capitals and self._shouted(atom):
            return False
        if atom.spelling.use in ("surname", "family", "name") and atom.stop - atom.start == 1 and atom.start:
            before = self.words[atom.start - 1]
            given = self.folded[atom.start - 1] in self.tables.given and before.shape == Shape.TITLE
            if given and before.paragraph == word.paragraph and entry.kind in ("state", "place", "person"):
                return False
        return True

    def _capital_follows(self, at: int) -> bool:
        return (
            at < len(self.words)
            and self.words[at].shape == Shape.TITLE
            and (self.folded[at],) not in self.tables.spellings
            and self.words[at].start - self.words[at - 1].end <= 1
        )

    def _shouted(self, atom: Atom) -> bool:
        around = [*self.words[max(0, atom.start - 3) : atom.start], *self.words[atom.stop : atom.stop + 3]]
        return sum(w.shape == Shape.UPPER for w in around) >= 2

    def _possessive(self, at: int) -> bool:
        return at < len(self.words) and self.words[at].text in _APOSTROPHES

    def _hyphen_at(self, at: int) -> bool:
        return at < len(self.words) and self.words[at].text in _HYPHENS | _SLASHES

    def _joins(self, stop: int, start: int, links: set[str]) -> bool:
        """Whether only a linking word, and perhaps an article, stands between two atoms."""
        between = list(self.folded[stop:start])
        return bool(between) and between[0] in links and (len(between) == 1 or between[1:] == ["the"])

    def _span(self, start: int, stop: int) -> Span:
        return Span(self.words[start].start, self.words[stop - 1].end)

    def _loaded(self, atom: Atom) -> Span | None:
        return self._span(atom.start, atom.stop) if atom.spelling.loaded else None

    def _made(self, start: int, stop: int, entry: Entry, form: Form, role: str | None) -> Mention:
        span = self._span(start, stop)
        role = role or (entry.office.split(";")[0].strip() if entry.office else None)
        spellings = self.tables.spellings.get(tuple(self.folded[start:stop]), ())
        epithet = span if any(s.loaded for s in spellings) else None
        return Mention(
            span,
            span.of(self.text),
            entry.name,
            entry.code,
            entry.sector,
            entry.kind,
            form,
            role,
            epithet,
            entry.lat,
            entry.lon,
        )
