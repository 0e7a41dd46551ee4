"""Names as the encoder sees them: states and known persons under stand-ins, so that no name of theirs sways a reading.

A text in which two states change names gives the encoder the same words, but for the number of words in a name. Stand-ins
follow the order in which the article names states first, and persons; an article with more of them than there are
stand-ins uses them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from detente.read.actors import ActorTable, Atom
from detente.read.words import Shape, Word

Form = Literal["name", "adjective", "citizens", "capital"]

STATES: tuple[dict[Form, str], ...] = (
    {"name": "Norway", "adjective": "Norwegian", "citizens": "Norwegians", "capital": "Oslo"},
    {"name": "Austria", "adjective": "Austrian", "citizens": "Austrians", "capital": "Vienna"},
    {"name": "Denmark", "adjective": "Danish", "citizens": "Danes", "capital": "Copenhagen"},
    {"name": "Hungary", "adjective": "Hungarian", "citizens": "Hungarians", "capital": "Budapest"},
    {"name": "Sweden", "adjective": "Swedish", "citizens": "Swedes", "capital": "Stockholm"},
)
PERSONS = (("John", "Smith"), ("Peter", "Jones"), ("David", "Brown"), ("Paul", "Wilson"), ("James", "Taylor"))
BEFORE = "United"  # every word but the last of a state's name, as in "United Norway"
_FORMS: dict[str, Form] = {"name": "name", "adjective": "adjective", "citizens": "citizens", "capital": "capital"}
_PERSONAL = ("name", "surname", "family")


def masked(words: Sequence[Word], named: Sequence[Atom]) -> list[Word]:
    """The words with the names of states and persons exchanged; spans, and all other words, stay.

    named: what `ActorTable.named` says of these words.
    """
    shown = list(words)
    states: dict[str, int] = {}
    persons: dict[str, int] = {}
    for atom in named:
        entry = atom.entry
        if entry is None:
            continue
        if entry.kind == "state" and (form := _FORMS.get(atom.spelling.use)):
            rank = states.setdefault(entry.code or entry.name, len(states))
            names = _spread(BEFORE, STATES[rank % len(STATES)][form], atom.stop - atom.start)
        elif entry.kind == "person" and atom.spelling.use in _PERSONAL:
            rank = persons.setdefault(entry.name, len(persons))
            names = _spread(*PERSONS[rank % len(PERSONS)], atom.stop - atom.start)
        else:
            continue
        for i, name in zip(range(atom.start, atom.stop), names, strict=True):
            shown[i] = replace(words[i], text=name, shape=Shape.TITLE)
    return shown


def masked_by(table: ActorTable, words: Sequence[Word], on: date | None = None) -> list[Word]:
    """`masked` with whatever the table knows on a day."""
    return masked(words, table.named(words, table.atoms(words, on)))


def _spread(first: str, last: str, length: int) -> list[str]:
    """A name of as many words: the last word, and before it the first as often as needed."""
    return [first] * (length - 1) + [last]
