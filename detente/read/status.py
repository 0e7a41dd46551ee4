"""Whether an event happened: the model's reading of each trigger, and what conditions and moods around it demand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.read.syntax import Syntax
from detente.read.triggers import Trigger
from detente.types import Span, Status

CONDITIONAL = {"if", "unless", "should", "provided", "providing", "lest", "whether", "until"}
_MODALS = {"would", "could", "might", "may", "will", "wo", "shall", "'ll", "’ll", "should", "can"}


def status_of(trigger: Trigger, statuses: Sequence[str], condition: Span | None, syntax: Syntax) -> Status:
    """The likeliest status. What hangs on a condition has not happened, whatever its tense says."""
    order = np.argsort(-trigger.statuses)
    best: Status = statuses[int(order[0])]  # type: ignore[assignment]
    if best == "happened" and condition is not None and _modal(trigger.first, syntax):
        return "hypothetical"
    if best == "happened" and in_condition(trigger.first, syntax):
        return "hypothetical"
    return best


def _clause(word: int, syntax: Syntax) -> int:
    """The predicate of the clause in which a word stands."""
    for i in (word, *syntax.ancestors(word)):
        if syntax.upos[i] in ("VERB", "AUX") or syntax.dependents(i, "cop", "nsubj"):
            return i
    return word


def _modal(word: int, syntax: Syntax) -> bool:
    clause = _clause(word, syntax)
    return any(syntax.words[a].text.lower() in _MODALS for a in syntax.dependents(clause, "aux"))


def _conditional(clause: int, syntax: Syntax) -> bool:
    """Whether a clause opens with "if" or its like."""
    return any(syntax.words[m].text.lower() in {"if", "unless", "provided", "lest"} for m in syntax.dependents(clause, "mark"))


def in_condition(word: int, syntax: Syntax) -> bool:
    """Whether the word stands inside an if-clause."""
    return any(_conditional(i, syntax) for i in (word, *syntax.ancestors(word)))


def condition_of(trigger: Trigger, syntax: Syntax) -> Span | None:
    """The if-clause on which the event hangs: one that modifies its clause or a clause between it and its report."""
    clause = _clause(trigger.first, syntax)
    inside = set(trigger.words)
    for i in (clause, *syntax.ancestors(clause)):
        for c in syntax.dependents(i, "advcl"):
            words = syntax.subtree(c)
            if _conditional(c, syntax) and not inside.intersection(words):
                return _trimmed(words, syntax)
        if syntax.relations[i].split(":")[0] in ("ccomp", "parataxis", "root", "acl"):
            return None  # a report is not part of the condition
    return None


def _trimmed(words: list[int], syntax: Syntax) -> Span:
    while len(words) > 1 and not syntax.words[words[-1]].text[0].isalnum():
        words = words[:-1]
    while len(words) > 1 and not syntax.words[words[0]].text[0].isalnum():
        words = words[1:]
    return syntax.span(words[0], words[-1])
