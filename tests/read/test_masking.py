"""Stand-ins for names: what the encoder sees does not depend on which states a text is about."""

from __future__ import annotations

import pytest
from handmade import actors
from hypothesis import given
from hypothesis import strategies as st

from detente.read.actors import ActorTable
from detente.read.masking import PERSONS, STATES, masked_by
from detente.read.words import Shape, find_words


def shown(text: str, table: ActorTable | None = None) -> str:
    return " ".join(w.text for w in masked_by(table or ActorTable.shipped(), find_words(text)))


def test_states_get_stand_ins_in_the_order_of_the_text() -> None:
    assert shown("Chad warned Peru. Chadian troops left Lima.") == "Norway warned Austria . Norwegian troops left Vienna ."


def test_all_words_of_a_long_name_are_exchanged_and_their_number_stays() -> None:
    assert shown("The Saudi Arabian king left New Zealand.").endswith("left United Austria .")


def test_an_abbreviated_name_looks_like_any_other() -> None:
    (word,) = (w for w in masked_by(ActorTable.shipped(), find_words("It hit U.S. ships")) if w.text == STATES[0]["name"])
    assert word.shape == Shape.TITLE
    assert (word.start, word.end) == (7, 11)


def test_known_persons_get_stand_ins_and_the_surname_its_own() -> None:
    given_name, surname = PERSONS[0]
    found = shown("Ilan Torvek spoke. Torvek left.", actors())
    assert found == f"{given_name} {surname} spoke . {surname} left ."


def test_other_words_and_organisations_stay() -> None:
    text = "The UN council met in a turkey farm ."
    assert shown(text) == text


@pytest.mark.parametrize(("one", "other"), [("Chad", "Peru"), ("Kenya", "Fiji"), ("Iraq", "Cuba")])
def test_exchanging_two_states_shows_the_encoder_the_same(one: str, other: str) -> None:
    text = f"{one} accused {other}, and {other} accused {one} in turn."
    swapped = text.replace(one, "#").replace(other, one).replace("#", other)
    assert shown(text) == shown(swapped)


@given(st.text(max_size=200))
def test_masking_keeps_the_number_of_words_and_their_spans(text: str) -> None:
    words = find_words(text)
    masked = masked_by(ActorTable.shipped(), words)
    assert [(w.start, w.end, w.paragraph, w.quote) for w in masked] == [(w.start, w.end, w.paragraph, w.quote) for w in words]
