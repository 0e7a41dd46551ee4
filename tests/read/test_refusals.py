"""Yielding that a party denies is a refusal."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import find, syntax, text_of

from detente.read.refusals import LEAST, with_refusals
from detente.read.triggers import Trigger

STATUSES = ("happened", "scheduled")
NO_CONCESSIONS = """
We          PRON  PRP 3 nsubj
will        AUX   MD  3 aux
make        VERB  VB  0 root
no          DET   DT  5 det
concessions NOUN  NNS 3 obj
.           PUNCT .   3 punct
"""
BACK_DOWN = """
Arvania PROPN NNP 4 nsubj
will    AUX   MD  4 aux
never   ADV   RB  4 advmod
back    VERB  VB  0 root
down    ADP   RP  4 compound:prt
.       PUNCT .   4 punct
"""
YIELDS = "Arvania PROPN NNP 3 nsubj\nwill AUX MD 3 aux\nyield VERB VB 0 root\n. PUNCT . 3 punct\n"
IF_NOT = (
    "If SCONJ IN 5 mark\nArvania PROPN NNP 5 nsubj\ndoes AUX VBZ 5 aux\nnot PART RB 5 advmod\nyield VERB VB 7 advcl\n"
    "ships NOUN NNS 7 nsubj\nleave VERB VBP 0 root\n. PUNCT . 7 punct\n"
)
DID_NOT = "Arvania PROPN NNP 4 nsubj\ndid AUX VBD 4 aux\nnot PART RB 4 advmod\nbudge VERB VB 0 root\n. PUNCT . 4 punct\n"
NO_RESULT = (
    "Talks NOUN NNS 4 nsubj\nwill AUX MD 4 aux\nnot PART RB 4 advmod\nyield VERB VB 0 root\nresults NOUN NNS 4 obj\n"
    ". PUNCT . 4 punct\n"
)
NO_OFFER = "They PRON PRP 2 nsubj\nmake VERB VBP 0 root\nno DET DT 4 det\nships NOUN NNS 2 obj\n. PUNCT . 2 punct\n"


def refusals(rows: str, *others: Trigger) -> list[tuple[str, str, float]]:
    tree, text = syntax(rows), text_of(rows)
    found = with_refusals(others, tree, STATUSES)
    return [(tree.span(t.first, t.last).of(text), t.event_type, t.probability) for t in found]


@pytest.mark.parametrize(("rows", "words"), [(NO_CONCESSIONS, "make"), (BACK_DOWN, "back down")])
def test_who_will_not_give_way_refuses(rows: str, words: str) -> None:
    assert refusals(rows) == [(words, "REJECT", LEAST)]


@pytest.mark.parametrize("rows", [YIELDS, IF_NOT, DID_NOT, NO_RESULT, NO_OFFER])
def test_yielding_conditions_the_past_and_other_objects_are_no_refusals(rows: str) -> None:
    assert refusals(rows) == []


def test_a_refusal_takes_the_place_of_what_stands_on_its_words_and_has_happened() -> None:
    tree = syntax(NO_CONCESSIONS)
    (at,) = find(tree.words, "concessions")
    seen = Trigger(at, at, "CONCEDE", 0.9, np.zeros(2, dtype=np.float32))
    assert refusals(NO_CONCESSIONS, seen) == [("make", "REJECT", 0.9)]
    assert with_refusals([seen], tree, STATUSES)[0].statuses.tolist() == [1, 0]


def test_other_triggers_stay_in_order() -> None:
    tree = syntax(BACK_DOWN)
    (at,) = find(tree.words, "Arvania")
    other = Trigger(at, at, "ACCUSE", 0.7, np.zeros(2, dtype=np.float32))
    assert [t.event_type for t in with_refusals([other], tree, STATUSES)] == ["ACCUSE", "REJECT"]
