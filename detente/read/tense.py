"""Tense of the clause around a place in the text, from the tree: better than the nearest verb where a clause is long."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from detente.read.syntax import Syntax
from detente.read.timex_value import Tense

_FUTURE = {"will", "wo", "shall", "'ll", "’ll"}


class ClauseTense:
    """Callable: the tense at a character offset, None where the clause has no finite verb."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax

    @cached_property
    def _starts(self) -> list[int]:
        return [w.start for w in self.syntax.words]

    def __call__(self, offset: int) -> Tense | None:
        i = bisect_right(self._starts, offset) - 1
        if i < 0:
            return None
        for word in (i, *self.syntax.ancestors(i)):
            tense = self.of_predicate(word)
            if tense is not None:
                return tense
        return None

    def of_predicate(self, word: int) -> Tense | None:
        """Tense of the predicate at a word, by its auxiliaries and its own form."""
        s = self.syntax
        helpers = [*s.dependents(word, "aux"), *s.dependents(word, "cop")]
        if any(s.words[a].text.lower() in _FUTURE for a in helpers):
            return "future"
        if s.upos[word] not in ("VERB", "AUX") and not helpers:
            return None
        forms = {s.xpos[a] for a in helpers} | {s.xpos[word]}
        if "TO" in {s.xpos[c] for c in s.children[word]}:
            return "future" if any(s.words[a].text.lower() in ("is", "are", "due", "set") for a in s.ancestors(word)) else None
        if "VBD" in forms or ("VBN" in forms and helpers):
            return "past"
        return "present" if forms & {"VBZ", "VBP", "MD"} else None
