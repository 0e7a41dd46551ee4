"""What is seen of those who may take part in an event, on trees written by hand."""

from __future__ import annotations

import pytest
from handmade import find, resolver

from detente.read.candidates import find_candidates
from detente.read.parties import PartyFinder
from detente.read.party_traits import TOLD_TRAITS, Act, Told, means_several, part, told_traits

BY_TURNS = """
Talks    NOUN  NNS  6 nsubj
between  ADP   IN   3 case
Arvania  PROPN NNP  1 nmod
and      CCONJ CC   5 cc
Belmora  PROPN NNP  3 conj
ended    VERB  VBD  0 root
while    SCONJ IN   11 mark
those    PRON  DT   11 nsubj
with     ADP   IN   10 case
Costavera PROPN NNP 8 nmod
continue VERB  VBP  6 advcl
.        PUNCT .    6 punct
"""
PROMISED = """
Arvania  PROPN NNP  2 nsubj
agreed   VERB  VBD  0 root
to       PART  TO   4 mark
withdraw VERB  VB   2 xcomp
its      PRON  PRP$ 6 nmod:poss
troops   NOUN  NNS  4 obj
.        PUNCT .    2 punct

They     PRON  PRP  2 nsubj
left     VERB  VBD  0 root
.        PUNCT .    2 punct
"""


def act(rows: str, trigger: str, kind: str, *others: str, told: tuple[Told, ...] = ()) -> Act:
    found = resolver(rows)
    mentions = list(dict.fromkeys(found.by_word.values()))
    words = [find(found.syntax.words, w)[0] for w in (trigger, *others)]
    candidates = find_candidates(found.syntax, mentions, found.cast, found)
    return PartyFinder(candidates, found.syntax, (), words).act(words[0], kind, told)


def by_code(seen: Act) -> dict[str | None, str]:
    return {c.party.code: seen.domains[c.word] for c in seen.here}


def test_a_name_belongs_to_the_nearest_act_above_it() -> None:
    talks = act(BY_TURNS, "Talks", "CONSULT", "those")
    assert by_code(talks) == {"ARV": "mine", "BMR": "mine", "CSV": "other"}
    assert talks.own == 2
    assert by_code(act(BY_TURNS, "those", "CONSULT", "Talks"))["ARV"] == "other"


def test_names_of_an_act_above_and_below() -> None:
    domains = act(PROMISED, "withdraw", "RETREAT", "agreed").domains
    assert (domains[0], domains[4]) == ("above", "mine")  # Arvania, its
    assert by_code(act(BY_TURNS, "ended", "RETREAT", "Talks"))["ARV"] == "below"
    assert by_code(act(BY_TURNS, "continue", "CONSULT"))["BMR"] == "none"


def test_an_act_knows_the_one_that_governs_it() -> None:
    agreed = Told("AGREE", frozenset({"ARV"}), frozenset(), 1)
    seen = act(PROMISED, "withdraw", "RETREAT", "agreed", told=(agreed,))
    assert (seen.governing, seen.beside, seen.way_up, seen.way_beside) == (agreed, agreed, "xcomp", "xcomp|")
    later = act(PROMISED, "left", "RETREAT", told=(agreed,))
    assert (later.governing, later.beside, later.last) == (None, None, agreed)


def test_the_same_word_and_the_same_type_recall_an_event() -> None:
    attack, threat = (Told(kind, frozenset({"ARV"}), frozenset(), at) for kind, at in (("ASSAULT", 8), ("THREATEN", 1)))
    seen = act(PROMISED, "left", "THREATEN", told=(attack, threat))
    assert (seen.alike, seen.again) == (threat, attack)


@pytest.mark.parametrize(
    ("rows", "trigger", "subject", "determiner"),
    [(PROMISED, "agreed", "named", "VERB"), (PROMISED, "left", "they", "VERB"), (PROMISED, "troops", "-", "its"),
     (BY_TURNS, "Talks", "-", "bare"), (BY_TURNS, "ended", "NOUN", "VERB")],
)  # fmt: skip
def test_kinds_of_subjects_and_determiners(rows: str, trigger: str, subject: str, determiner: str) -> None:
    seen = act(rows, trigger, "AGREE")
    assert (seen.subject, seen.determiner) == (subject, determiner)


def test_part_of_a_code_in_an_event() -> None:
    event = Told("ACCUSE", frozenset({"ARV"}), frozenset({"BMR"}), 0)
    assert [part(code, event) for code in ("ARV", "BMR", "CSV")] == ["actor", "recipient", "out"]
    assert part("ARV", None) == "none"


def test_traits_of_the_events_before_are_as_many_as_training_leaves_out() -> None:
    seen = act(PROMISED, "withdraw", "RETREAT", "agreed")
    assert len(told_traits(seen, "ARV", True, 0)) == TOLD_TRAITS
    agreed = Told("AGREE", frozenset({"ARV"}), frozenset(), 1)
    other = act(PROMISED, "withdraw", "RETREAT", "agreed", told=(agreed,))
    acted, out = (told_traits(other, code, True, 0) for code in ("ARV", "BMR"))
    assert [a[0] for a, b in zip(acted, out, strict=True) if a == b] == ["S", "O", "L", "y"]  # of no like event


def test_they_means_several_and_left_does_not() -> None:
    syntax = act(PROMISED, "left", "RETREAT").syntax
    assert [means_several(syntax, w) for w in (7, 8)] == [True, False]
