"""Whether an event happened: the model's reading of each trigger, and what conditions and moods around it demand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detente.read.syntax import Syntax
from detente.read.triggers import Trigger
from detente.types import Span, Status

# Acts done by saying: "should withdraw" is a demand that was uttered, "would not accept" a refusal
SAID = frozenset({"REQUEST", "ACCUSE", "REJECT", "SUPPORT", "AGREE", "THREATEN", "CONCEDE"})
_OPEN = frozenset({"could", "might", "may"})
_MEANT = frozenset({"would", "should"})
_NO = {"not", "n't", "n’t", "never", "no", "without"}
_DENYING = {"deny", "denies", "denied", "denying", "fail", "fails", "failed", "failing"}
_PLANNED = {"scheduled", "planned", "upcoming", "forthcoming", "due", "expected", "coming"}
_POSSIBLE = {"possible", "potential", "threatened", "feared", "hypothetical", "would-be", "eventual", "future"}
_IN_CASE = ("in case of", "in the event of", "risk of", "danger of", "fear of", "fears of", "possibility of", "prospect of")
_WITHIN = 7  # words before a noun in which "ahead of" is looked for
_AHEAD = re.compile(r"\b(?:ahead of|eve of|run - up to)(?: [\w’'-]+){0,4}$")
_OVER = {"finished", "concluded", "ended", "completed"}
_MODALS = {"would", "could", "might", "may", "will", "wo", "shall", "'ll", "’ll", "should", "can"}


def status_of(trigger: Trigger, statuses: Sequence[str], condition: Span | None, syntax: Syntax) -> Status:
    """The likeliest status, unless grammar speaks against it: nothing denied, conditional, supposed or to come has happened."""
    best: Status = statuses[int(trigger.statuses.argmax())]  # type: ignore[assignment]
    word = trigger.first
    if is_to(word, syntax):
        return "scheduled" if best in ("happened", "hypothetical", "promised") else best
    if best in ("scheduled", "hypothetical") and _after_all(trigger, syntax):
        return "happened"
    if best != "happened":
        return best
    said = trigger.event_type in SAID
    if (condition is not None and _modal(word, syntax)) or in_condition(word, syntax):
        return "hypothetical"
    if _supposed(word, syntax, _OPEN if said else _OPEN | _MEANT):
        return "hypothetical"
    if not said and _denied(word, syntax):
        return "denied"
    return _announced(trigger, syntax) or best


def is_to(word: int, syntax: Syntax) -> bool:
    """Whether a verb is fixed for the future by "is to": "are to meet", "was to present", "agreements to be signed"."""
    to = [m for m in syntax.dependents(word, "mark") if syntax.words[m].text.lower() == "to"]
    if not to:
        return False
    before = to[0] - 1
    is_before = before >= 0 and syntax.words[before].text.lower() in {"is", "are", "was", "were"}
    passive = any(syntax.words[a].text.lower() == "be" for a in syntax.dependents(word, "aux"))
    return is_before or (passive and syntax.relations[word] == "acl")


def _after_all(trigger: Trigger, syntax: Syntax) -> bool:
    """Whether an act that looks open is over, or is a refusal that was uttered."""
    return _over(trigger.first, syntax) or (trigger.event_type == "REJECT" and _refused(trigger.first, syntax))


def _over(word: int, syntax: Syntax) -> bool:
    """ "Talks have already finished": what is over has happened."""
    head = syntax.heads[word]
    verb = syntax.words[head].text.lower()
    open_end = {syntax.words[a].text.lower() for a in syntax.dependents(head, "aux", "advmod")} & (_NO | _MODALS)
    return syntax.relations[word].startswith("nsubj") and verb in _OVER and not open_end


def _refused(word: int, syntax: Syntax) -> bool:
    """ "I would not recommend a withdrawal": who says so has refused."""
    will = {syntax.words[a].text.lower() for a in syntax.dependents(word, "aux")} & {"will", "wo", "would", "shall"}
    return bool(will) and any(syntax.words[m].text.lower() in _NO for m in syntax.dependents(word, "advmod"))


def _denied(word: int, syntax: Syntax) -> bool:
    """Negated in its own clause, or what a verb of denial or failure denies."""
    own = {syntax.words[c].text.lower() for c in syntax.dependents(word, "advmod", "det", "mark", "case")}
    if own & _NO and "only" not in own:  # "not only" denies nothing
        return True
    head, relation = syntax.heads[word], syntax.relations[word].split(":")[0]
    return relation in ("obj", "ccomp", "xcomp") and head != word and syntax.words[head].text.lower() in _DENYING


def _supposed(word: int, syntax: Syntax, modals: frozenset[str]) -> bool:
    """Whether the verb has a modal of its own (or of the verb it is coordinated with), or the noun a word of supposition."""
    verb = _first_conjunct(word, syntax)
    if syntax.upos[word] == "VERB" and any(syntax.words[a].text.lower() in modals for a in syntax.dependents(verb, "aux")):
        return True
    before = " ".join(w.text.lower() for w in syntax.words[max(0, word - 5) : word])
    return any(before.endswith(phrase) for phrase in _IN_CASE) or _marked(word, syntax, _POSSIBLE)


def _first_conjunct(word: int, syntax: Syntax) -> int:
    """The verb whose subject and auxiliaries this one shares ("would reiterate its support and encourage")."""
    for i in (word, *syntax.ancestors(word)):
        if syntax.relations[i] != "conj" or syntax.dependents(i, "nsubj", "aux"):
            return i
    return word


def _announced(trigger: Trigger, syntax: Syntax) -> Status | None:
    """ "the planned talks", "the meeting scheduled for Monday", "on the eve of the summit"."""
    before = " ".join(w.text.lower() for w in syntax.words[max(0, trigger.first - _WITHIN) : trigger.first])
    awaited = trigger.event_type == "CONSULT" and syntax.upos[trigger.first] in ("NOUN", "PROPN") and _AHEAD.search(before)
    return "scheduled" if awaited or _marked(trigger.first, syntax, _PLANNED) else None


def _marked(word: int, syntax: Syntax, words: set[str]) -> bool:
    noun = syntax.upos[word] in ("NOUN", "PROPN")
    return noun and any(syntax.words[m].text.lower() in words for m in syntax.dependents(word, "amod", "acl"))


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
