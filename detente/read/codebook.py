"""The codebook of events: PLOVER types with quad class, modes, contexts and scores, and the CAMEO codes they stand for.

The tables in `data/plover` hold the facts; `docs/codebook.md` explains them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from detente.errors import UnknownCode

MAX_CONTEXTS = 3
_LETTERS = 2
_SHORT = 3  # a beginning this short must be the whole word, or its plural


@dataclass(frozen=True, slots=True)
class Coding:
    """What the codebook says of an event. `score` is PLOVER's (-10 to 10), `goldstein` that of the CAMEO code."""

    mode: str | None
    contexts: tuple[str, ...]
    cameo: str | None
    score: float
    goldstein: float
    quad: str


@dataclass(frozen=True, slots=True)
class _Mode:
    name: str
    score: float
    cameo: str
    goldstein: float
    near: bool
    words: tuple[tuple[str, ...], ...]


def event_types() -> tuple[str, ...]:
    """The 16 PLOVER types, from cooperation to violence."""
    return tuple(_types())


def quad(event_type: str) -> str:
    """Quad class of a type: verbal or material, cooperation or conflict. Raises UnknownCode."""
    return _base(event_type).quad


def goldstein_of(event_type: str, mode: str | None) -> float:
    """Goldstein value of the CAMEO code of a type and mode; the type's own where it has no such mode. Raises UnknownCode."""
    base = _base(event_type).goldstein
    return next((m.goldstein for m in _modes().get(event_type, ()) if m.name == mode), base)


def code_event(event_type: str, trigger: Sequence[str], around: Sequence[str]) -> Coding:
    """Mode, contexts, CAMEO code and scores of an event from its words.

    trigger: lower-case words of the trigger; around: lower-case words of its clause. Raises UnknownCode for an unknown type.
    """
    base = _base(event_type)
    shown = _contexts().shown(around)
    contexts = tuple(name for name in _context_names() if name in shown)[:MAX_CONTEXTS]
    near, own = _mode_words(event_type).shown(around), _mode_words(event_type).shown(trigger)
    for mode in _modes().get(event_type, ()):
        if mode.name in (near if mode.near else own):
            return Coding(mode.name, contexts, mode.cameo, mode.score, mode.goldstein, base.quad)
    return Coding(None, contexts, base.cameo, base.score, base.goldstein, base.quad)


def plover_cameo(event_type: str, mode: str | None) -> str | None:
    """The CAMEO code of a type and mode, of the type alone where the mode is unknown; None for a type that PLOVER lacks."""
    named = next((m.cameo for m in _modes().get(event_type, ()) if m.name == mode), None)
    return named or (_types()[event_type].cameo if event_type in _types() else None)


def _base(event_type: str) -> Coding:
    known = _types()
    if event_type not in known:
        raise UnknownCode("PLOVER event type", event_type, known)
    return known[event_type]


class _Index:
    """Names by the beginnings of the words that show them."""

    def __init__(self, rows: Iterable[tuple[str, tuple[tuple[str, ...], ...]]]) -> None:
        self._by_letters: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, several in rows:
            for beginnings in several:
                self._by_letters.setdefault(beginnings[0][:_LETTERS], []).append((beginnings, name))

    def shown(self, words: Sequence[str]) -> set[str]:
        """Names that some word, or some words in a row, show."""
        found: set[str] = set()
        for i, word in enumerate(words):
            for beginnings, name in self._by_letters.get(word[:_LETTERS], ()):
                if name not in found and _fits(beginnings, words[i : i + len(beginnings)]):
                    found.add(name)
        return found


def _fits(beginnings: tuple[str, ...], words: Sequence[str]) -> bool:
    return len(words) == len(beginnings) and all(
        w == b or w == b + "s" or (len(b) > _SHORT and w.startswith(b)) for b, w in zip(beginnings, words, strict=True)
    )


def _rows(name: str) -> Iterator[list[str]]:
    lines = (files("detente.data") / "plover" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in [x for x in lines if x and not x.startswith("#")][1:])


def _beginnings(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_split(part.strip())) for part in cell.split(";"))


def _split(words: str) -> Iterable[str]:
    """Hyphened compounds are three words to the reader."""
    return words.replace("-", " - ").split()


@lru_cache(maxsize=1)
def _types() -> dict[str, Coding]:
    return {r[0]: Coding(None, (), r[3], float(r[2]), float(r[4]), r[1]) for r in _rows("types")}


@lru_cache(maxsize=1)
def _modes() -> dict[str, list[_Mode]]:
    found: dict[str, list[_Mode]] = {}
    for kind, name, score, cameo, goldstein, where, words in _rows("modes"):
        mode = _Mode(name, float(score), cameo, float(goldstein), where == "near", _beginnings(words))
        found.setdefault(kind, []).append(mode)
    return found


@lru_cache(maxsize=32)
def _mode_words(event_type: str) -> _Index:
    return _Index((mode.name, mode.words) for mode in _modes().get(event_type, ()))


@lru_cache(maxsize=1)
def _contexts() -> _Index:
    return _Index((name, _beginnings(words)) for name, words in _rows("contexts"))


@lru_cache(maxsize=1)
def _context_names() -> tuple[str, ...]:
    return tuple(name for name, _ in _rows("contexts"))
