"""Refusals told as yielding denied: "we will make no concessions", "they will never back down".

A named party that will not give way rejects what is asked of it (PLOVER's REJECT), whatever the words for giving way are by
themselves. `data/plover/yielding.tsv` lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np

from detente.read.syntax import Syntax
from detente.read.triggers import Trigger

LEAST = 0.6  # probability of a refusal that the model did not see as an event
_NOT = {"not", "n't", "n’t", "never"}
_ASIDE = {"if", "unless", "whether", "did"}  # conditions, and what is past
VERB, ALONE = "verb", "alone"


def with_refusals(triggers: Sequence[Trigger], syntax: Syntax, statuses: Sequence[str]) -> list[Trigger]:
    """Triggers in order, with one REJECT at each refusal in place of what stands on its words."""
    found = list(triggers)
    for verb, last, words in _refusals(syntax):
        on = [t for t in found if set(t.words) & words]
        found = [t for t in found if t not in on]
        sure = max((t.probability for t in on), default=LEAST)
        happened = np.array([float(s == "happened") for s in statuses], dtype=np.float32)
        found.append(Trigger(verb, last, "REJECT", sure, happened))
    return sorted(found, key=lambda t: t.first)


def _refusals(syntax: Syntax) -> Iterator[tuple[int, int, set[int]]]:
    """The verb, the last word that belongs to it (a particle), and all words that tell of giving way."""
    for verb, word in enumerate(syntax.words):
        kind = _yielding().get(word.text.lower())
        if kind is None or syntax.upos[verb] != "VERB" or not _is_told(verb, syntax):
            continue
        objects = syntax.dependents(verb, "obj")
        given = [w for w in objects if syntax.words[w].text.lower() in _given()]
        particle = next((p for p in syntax.dependents(verb, "compound:prt") if syntax.words[p].text.lower() in kind), None)
        by_itself = VERB in kind or (ALONE in kind and not objects)
        if not (by_itself or given or particle is not None):
            continue
        if _denied(verb, syntax) or any(_is_none(w, syntax) for w in given):
            yield verb, particle if particle == verb + 1 else verb, {verb, *given}


def _is_told(verb: int, syntax: Syntax) -> bool:
    """By somebody who acts, not past, not in a condition: "will not", "does not", "is not going to"."""
    aside = {syntax.words[w].text.lower() for w in syntax.dependents(verb, "mark", "aux")} & _ASIDE
    return not aside and syntax.xpos[verb] in ("VB", "VBP", "VBZ", "VBG") and bool(syntax.dependents(verb, "nsubj"))


def _denied(verb: int, syntax: Syntax) -> bool:
    return any(syntax.words[w].text.lower() in _NOT for w in syntax.dependents(verb, "advmod"))


def _is_none(word: int, syntax: Syntax) -> bool:
    return any(syntax.words[w].text.lower() == "no" for w in syntax.dependents(word, "det"))


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    lines = (files("detente.data") / "plover" / "yielding.tsv").read_text(encoding="utf-8").splitlines()
    cells = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((c[0], c[1], tuple(c[2].split()) if len(c) > 2 else ()) for c in cells)


@lru_cache(maxsize=1)
def _yielding() -> dict[str, frozenset[str]]:
    """Per verb the particles with which it gives way; VERB or ALONE where it needs none, nothing where its object decides."""
    found: dict[str, frozenset[str]] = {}
    for kind, word, particles in _rows():
        if kind != "given":
            own = {kind} if kind in (VERB, ALONE) else set(particles)
            for form in (word, f"{word}s", f"{word.removesuffix('e')}ing"):
                found[form] = found.get(form, frozenset()) | own
    return found


@lru_cache(maxsize=1)
def _given() -> frozenset[str]:
    return frozenset(word for kind, word, _ in _rows() if kind == "given")
