"""Whether an event happened, by what grammar says against the model's "happened"."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import find, syntax

from detente.read.status import condition_of, status_of
from detente.read.triggers import Trigger
from detente.types import Status

STATUSES: tuple[Status, ...] = ("happened", "scheduled", "promised", "hypothetical", "denied", "demanded")
PLAIN = "Ships NOUN NNS 2 nsubj\nattacked VERB VBD 0 root\nSarn PROPN NNP 2 obj\n. PUNCT . 2 punct\n"
MODAL = "Ships NOUN NNS 3 nsubj\n{modal} AUX MD 3 aux\nattack VERB VB 0 root\nSarn PROPN NNP 3 obj\n. PUNCT . 3 punct\n"
NOT = (
    "Ships NOUN NNS 4 nsubj\ndid AUX VBD 4 aux\nnot PART RB 4 advmod\nattack VERB VB 0 root\n"
    "Sarn PROPN NNP 4 obj\n. PUNCT . 4 punct\n"
)
IS_TO = "Ministers NOUN NNS 2 nsubj\nare VERB VBP 0 root\nto PART TO 4 mark\nmeet VERB VB 2 xcomp\n. PUNCT . 2 punct\n"
DENIED = "They PRON PRP 2 nsubj\ndenied VERB VBD 0 root\nattacking VERB VBG 2 xcomp\nships NOUN NNS 3 obj\n. PUNCT . 2 punct\n"
IN_CASE = (
    "They PRON PRP 2 nsubj\nhelp VERB VBP 0 root\nin ADP IN 6 case\ncase NOUN NN 3 fixed\nof ADP IN 3 fixed\n"
    "attack NOUN NN 2 obl\n. PUNCT . 2 punct\n"
)
PLANNED = (
    "They PRON PRP 2 nsubj\nleft VERB VBD 0 root\nthe DET DT 5 det\nplanned VERB VBN 5 amod\n"
    "talks NOUN NNS 2 obj\n. PUNCT . 2 punct\n"
)
IF = (
    "If SCONJ IN 3 mark\nships NOUN NNS 3 nsubj\nattack VERB VBP 6 advcl\nthey PRON PRP 6 nsubj\nwill AUX MD 6 aux\n"
    "respond VERB VB 0 root\n. PUNCT . 6 punct\n"
)


def status(rows: str, trigger: str, best: Status = "happened", kind: str = "ASSAULT") -> Status:
    tree = syntax(rows)
    (at,) = find(tree.words, trigger)
    chances = np.full(len(STATUSES), 0.1, dtype=np.float32)
    chances[STATUSES.index(best)] = 0.5
    event = Trigger(at, at, kind, 0.9, chances)
    return status_of(event, STATUSES, condition_of(event, tree), tree)


@pytest.mark.parametrize(
    ("rows", "trigger", "wanted"),
    [
        (PLAIN, "attacked", "happened"),
        (MODAL.format(modal="could"), "attack", "hypothetical"),
        (NOT, "attack", "denied"),
        (IS_TO, "meet", "scheduled"),
        (DENIED, "attacking", "denied"),
        (IN_CASE, "attack", "hypothetical"),
        (PLANNED, "talks", "scheduled"),
        (IF, "attack", "hypothetical"),
        (IF, "respond", "hypothetical"),
    ],
)
def test_grammar_speaks_against_having_happened(rows: str, trigger: str, wanted: Status) -> None:
    assert status(rows, trigger) == wanted


def test_a_verb_shares_the_modal_of_the_one_it_is_coordinated_with() -> None:
    rows = MODAL.format(modal="might").replace(
        ". PUNCT . 3 punct\n", "and CCONJ CC 6 cc\nburn VERB VB 3 conj\n. PUNCT . 3 punct\n"
    )
    assert status(rows, "burn") == "hypothetical"


def test_a_root_that_is_called_a_conjunct_ends_the_search() -> None:
    assert status("Ships NOUN NNS 2 nsubj\nburn VERB VBP 0 conj\n. PUNCT . 2 punct\n", "burn") == "happened"


def test_what_the_model_holds_open_stays_open() -> None:
    assert status(NOT, "attack", best="demanded") == "demanded"


@pytest.mark.parametrize(("verb", "wanted"), [("ended", "happened"), ("began", "scheduled")])
def test_what_is_over_has_happened(verb: str, wanted: Status) -> None:
    rows = f"Talks NOUN NNS 3 nsubj\nhave AUX VBP 3 aux\n{verb} VERB VBN 0 root\n. PUNCT . 3 punct\n"
    assert status(rows, "Talks", best="scheduled", kind="CONSULT") == wanted
    assert status(rows.replace("have", "will"), "Talks", best="scheduled", kind="CONSULT") == "scheduled"


@pytest.mark.parametrize(("kind", "wanted"), [("REJECT", "happened"), ("ASSAULT", "hypothetical")])
def test_who_would_not_do_it_has_refused(kind: str, wanted: Status) -> None:
    assert status(NOT.replace("did AUX VBD", "would AUX MD"), "attack", best="hypothetical", kind=kind) == wanted


@pytest.mark.parametrize(
    ("rows", "kind", "wanted"),
    [
        (NOT, "REJECT", "happened"),
        (MODAL.format(modal="should"), "REQUEST", "happened"),
        (MODAL.format(modal="would"), "THREATEN", "happened"),
        (MODAL.format(modal="might"), "THREATEN", "hypothetical"),
        (MODAL.format(modal="should"), "ASSAULT", "hypothetical"),
    ],
)
def test_what_should_or_would_be_is_open_unless_saying_so_is_the_act(rows: str, kind: str, wanted: Status) -> None:
    assert status(rows, "attack", kind=kind) == wanted


AHEAD_OF = (
    "Ahead ADV RB 7 advmod\nof ADP IN 4 case\ncrucial ADJ JJ 4 amod\ntalks NOUN NNS 1 obl\n, PUNCT , 7 punct\n"
    "they PRON PRP 7 nsubj\nspoke VERB VBD 0 root\nof ADP IN 9 case\nraids NOUN NNS 7 obl\n. PUNCT . 7 punct\n"
)


@pytest.mark.parametrize(
    ("trigger", "kind", "wanted"),
    [("talks", "CONSULT", "scheduled"), ("talks", "ASSAULT", "happened"), ("raids", "CONSULT", "happened")],
)
def test_a_meeting_that_others_await_is_scheduled(trigger: str, kind: str, wanted: Status) -> None:
    assert status(AHEAD_OF, trigger, kind=kind) == wanted
