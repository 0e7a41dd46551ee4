"""Persons of an article: names put together, roles, states, genders."""

from __future__ import annotations

import pytest
from handmade import cast_of, resolver

from detente.read.cast import Cast, Person, given_name_gender, is_official, role_after, role_before

MINISTER = """
Arvanian  ADJ   JJ   3 amod
foreign   ADJ   JJ   3 amod
minister  NOUN  NN   6 nsubj
Olan      PROPN NNP  3 flat  B-PER
Brask     PROPN NNP  3 flat  I-PER
left      VERB  VBD  0 root
.         PUNCT .    6 punct

Mr.       PROPN NNP  3 nsubj
Brask     PROPN NNP  1 flat  B-PER
spoke     VERB  VBD  0 root
.         PUNCT .    3 punct
"""

ENVOY = """
Senna     PROPN NNP  10 nsubj B-PER
Kolt      PROPN NNP  1 flat   I-PER
,         PUNCT ,    5 punct
a         DET   DT   5 det
spokeswoman NOUN NN  1 appos
of        ADP   IN   7 case
Belmora   PROPN NNP  5 nmod   B-LOC
,         PUNCT ,    1 punct
then      ADV   RB   10 advmod
left      VERB  VBD  0 root
.         PUNCT .    10 punct
"""

TWO = """
Olan      PROPN NNP  3 nsubj  B-PER
Brask     PROPN NNP  1 flat   I-PER
met       VERB  VBD  0 root
Senna     PROPN NNP  3 obj    B-PER
Kolt      PROPN NNP  4 flat   I-PER
.         PUNCT .    3 punct

Kolt      PROPN NNP  2 nsubj  B-PER
left      VERB  VBD  0 root
.         PUNCT .    2 punct
"""


def persons(rows: str) -> list[Person]:
    return cast_of(rows)[1].persons


def test_a_surname_is_short_for_the_full_name() -> None:
    (person,) = persons(MINISTER)
    assert (person.name, person.surname) == ("Olan Brask", "Brask")
    assert len(person.mentions) == 2


def test_the_title_before_a_name_gives_role_and_state() -> None:
    (person,) = persons(MINISTER)
    assert person.role == "Arvanian foreign minister"
    assert person.code == "ARV"
    assert person.introduced


def test_an_honorific_tells_the_gender() -> None:
    assert persons(MINISTER)[0].likely_gender == "m"


def test_the_apposition_behind_a_name_gives_role_state_and_gender() -> None:
    (person,) = persons(ENVOY)
    assert person.role == "spokeswoman of Belmora"
    assert (person.code, person.likely_gender) == ("BMR", "f")


def test_different_surnames_are_different_persons() -> None:
    assert [p.name for p in persons(TWO)] == ["Olan Brask", "Senna Kolt"]
    assert [len(p.mentions) for p in persons(TWO)] == [1, 2]


def test_the_last_named_comes_first() -> None:
    tree, found = cast_of(TWO)
    assert [p.surname for _, p in found.before(len(tree.words))] == ["Kolt", "Brask"]
    assert [p.surname for _, p in found.before(2)] == ["Brask"]
    assert found.before(0) == []


def test_who_is_surely_of_the_other_gender_is_passed_over() -> None:
    tree, found = cast_of(ENVOY)
    assert [p.surname for _, p in found.before(len(tree.words), "f")] == ["Kolt"]
    assert found.before(len(tree.words), "m") == []


def test_known_persons_have_their_office_from_the_tables() -> None:
    rows = """
Torvek    PROPN NNP  2 nsubj  B-PER
left      VERB  VBD  0 root
.         PUNCT .    2 punct
"""
    (person,) = persons(rows)
    assert (person.name, person.code, person.sector) == ("Ilan Torvek", "ARV", "GOV")


def test_a_place_is_no_person() -> None:
    rows = """
Arvania   PROPN NNP  2 nsubj  B-LOC
left      VERB  VBD  0 root
.         PUNCT .    2 punct
"""
    assert persons(rows) == []


def test_a_possessive_mark_is_no_part_of_a_name() -> None:
    rows = """
Brask     PROPN NNP  3 nmod:poss B-PER
's        PART  POS  1 case      I-PER
plan      NOUN  NN   4 nsubj
failed    VERB  VBD  0 root
"""
    assert [p.name for p in persons(rows)] == ["Brask"]


def test_a_longer_form_that_comes_later_is_the_name() -> None:
    rows = """
Brask     PROPN NNP  2 nsubj  B-PER
left      VERB  VBD  0 root
.         PUNCT .    2 punct

Olan      PROPN NNP  3 nsubj  B-PER
Brask     PROPN NNP  1 flat   I-PER
spoke     VERB  VBD  0 root
"""
    assert [(p.name, len(p.mentions)) for p in persons(rows)] == [("Olan Brask", 2)]


def test_names_do_not_run_over_a_paragraph() -> None:
    rows = """
Brask     PROPN NNP  0 root   B-PER
---

Kolt      PROPN NNP  2 nsubj  I-PER
left      VERB  VBD  0 root
"""
    assert [p.name for p in persons(rows)] == ["Brask", "Kolt"]


def test_titles_and_appositions_are_word_ranges_without_article() -> None:
    tree, _ = cast_of(MINISTER)
    assert role_before(tree, 3) == (0, 3)
    assert role_before(tree, 8) is None
    tree, _ = cast_of(ENVOY)
    assert role_after(tree, 0, 1) == (4, 7)
    assert role_after(tree, 4, 4) is None


@pytest.mark.parametrize(
    ("role", "official"),
    [("foreign minister", True), ("spokeswoman of the president", True), ("Vice President", True), ("farmer", False)],
)
def test_offices_of_states_are_told_from_other_roles(role: str, official: bool) -> None:
    assert is_official(role) is official


def test_given_names_suggest_a_gender_or_none() -> None:
    assert given_name_gender("Angela") == "f"
    assert given_name_gender("anatoly") == "m"
    assert given_name_gender("Zzyzx") is None


def test_a_surname_alone_suggests_no_gender() -> None:
    assert Person("Angela", "Angela").likely_gender is None
    assert Person("Angela Kolt", "Kolt").likely_gender == "f"
    assert Person("Angela Kolt", "Kolt", gender="m").likely_gender == "m"


def test_an_empty_cast_has_nobody() -> None:
    assert Cast([], {}).before(10) == []


def test_a_resolver_knows_the_mention_at_each_word() -> None:
    found = resolver(ENVOY)
    assert found.by_word[6].code == "BMR"
