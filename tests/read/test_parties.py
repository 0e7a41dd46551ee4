"""Who takes part in an event, on trees written by hand and with weights given to single traits."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import find, resolver, text_of

from detente.read.candidates import Candidate, find_candidates
from detente.read.decoding import Floats
from detente.read.parties import PartyFinder
from detente.read.party_odds import SEEN, TRAITS_ALONE, Blend, PartyNet, PartyWeights
from detente.read.party_traits import BUCKETS, Told, bucket_numbers, path, preposition
from detente.read.triggers import Trigger
from detente.types import Party, Span

WARNED = """
Arvania PROPN NNP  2 nsubj
warned  VERB  VBD  0 root
Belmora PROPN NNP  2 obj
.       PUNCT .    2 punct
"""
TALKS = """
Talks    NOUN  NNS  6 nsubj
between  ADP   IN   3 case
Arvania  PROPN NNP  1 nmod
and      CCONJ CC   5 cc
Belmora  PROPN NNP  3 conj
failed   VERB  VBD  0 root
.        PUNCT .    6 punct
"""


def zeros(*shape: int) -> Floats:
    return np.zeros(shape, dtype=np.float32)


SILENT = PartyNet(zeros(BUCKETS, 1), zeros(1), zeros(1, 4), zeros(2, 2))
NOT_BLENDED = Blend(TRAITS_ALONE, zeros(1, SEEN + 1), zeros(2, 2))


def finder(rows: str) -> PartyFinder:
    found = resolver(rows)
    mentions = list(found.by_word.values())
    candidates = find_candidates(found.syntax, list(dict.fromkeys(mentions)), found.cast, found)
    return PartyFinder(candidates, found.syntax, (), ())


def weights(**scores: tuple[str, float]) -> PartyWeights:
    """Weights by which one trait speaks for a role and everything else is unlikely."""
    out = np.zeros((BUCKETS, 2), dtype=np.float16)
    for kind in ("THREATEN", "CONSULT"):
        out[bucket_numbers((), kind)[0]] = -3
    for role, (trait, score) in scores.items():
        out[bucket_numbers((trait,), "")[0], ("actor", "recipient").index(role)] = score
    return PartyWeights(out, SILENT, NOT_BLENDED)


def parties(rows: str, trigger: str, kind: str, **scores: tuple[str, float]) -> tuple[list[str | None], list[str | None]]:
    """Codes of actors and recipients when only the given traits speak for anybody."""
    found = finder(rows)
    (at,) = find(found.syntax.words, trigger)
    event = Trigger(at, at, kind, 0.9, np.zeros(6, dtype=np.float32))
    actors, recipients = found.find(event, weights(**scores))
    return [p.code for p in actors], [p.code for p in recipients]


def test_subject_acts_toward_object() -> None:
    found = parties(WARNED, "warned", "THREATEN", actor=("rnsubj|VERB|L", 6), recipient=("robj|VERB|R", 6))
    assert found == (["ARV"], ["BMR"])


def test_nobody_takes_part_when_nothing_speaks_for_it() -> None:
    assert parties(WARNED, "warned", "THREATEN") == ([], [])


def test_a_code_takes_the_less_likely_side_only_when_it_is_likely_too() -> None:
    found = parties(WARNED, "warned", "THREATEN", actor=("rnsubj|VERB|L", 3), recipient=("rnsubj|VERB|L", 6))
    assert found == ([], ["ARV"])
    within = parties(WARNED, "warned", "THREATEN", actor=("rnsubj|VERB|L", 5), recipient=("rnsubj|VERB|L", 6))
    assert within == (["ARV"], ["ARV"])


def test_the_net_weighs_an_option_against_all_others() -> None:
    vectors = np.array([[1.0], [3.0]], dtype=np.float32)
    inner = np.array([[0, 1, 0, -2], [0, 0, 1, 0]], dtype=np.float32)  # the maximum less two; a fifth of the sum
    outer = np.array([[1, 0, 0.5], [0, 10, 0]], dtype=np.float32)
    net = PartyNet(vectors, np.zeros(1, dtype=np.float32), inner, outer)
    lone, other = np.array([0]), np.array([1])
    assert net.odds([lone]).tolist() == [pytest.approx([0.5, 2])]
    assert net.odds([lone, other]).tolist() == [pytest.approx([1.5, 8])] * 2


def test_shares_of_net_and_links_differ_near_and_far() -> None:
    mix = np.zeros((2, 2, 3), dtype=np.float32)
    mix[0, :, 0], mix[1, :, 1], mix[1, 0, 2] = 1, 2, 0.25
    blend = Blend(mix, NOT_BLENDED.inner, NOT_BLENDED.outer)
    weights = PartyWeights(np.array([[4.0, 5.0]], dtype=np.float32), SILENT, blend)
    odds = weights.odds([np.array([0])] * 2, np.array([[1.0, 3.0]] * 2, dtype=np.float32), [True, False])
    assert odds.tolist() == [[4, 5], [2.25, 6]]


def test_the_blend_sees_the_likeliest_other_option() -> None:
    inner, outer = zeros(1, SEEN + 1), zeros(2, 2)
    inner[0, 4], outer[1, 0] = 1, 10  # the highest log-odds of an actor by the traits; ten times that to the recipient
    blend = Blend(TRAITS_ALONE, inner, outer)
    own, linked = np.array([[6.0, 0.0], [-3.0, 0.0]], dtype=np.float32), zeros(2, 2)
    assert blend.odds(own, linked, [True, True]).tolist() == [[6, 20], [-3, 20]]


def test_both_sides_of_talks_are_reached_through_the_coordination() -> None:
    found = finder(TALKS)
    (talks,) = find(found.syntax.words, "Talks")
    ways = {c.party.code: path(found.syntax, talks, c.word) for c in found.candidates}
    assert ways == {"ARV": ([], ["nmod"]), "BMR": ([], ["nmod", "conj"])}
    assert [preposition(found.syntax, c.word, ways[c.party.code][1]) for c in found.candidates] == ["between", "between"]


def test_whoever_is_coordinated_with_a_party_is_one_too() -> None:
    found = parties(TALKS, "Talks", "CONSULT", actor=("dnmod|between|NOUN", 8))
    assert found == (["ARV", "BMR"], [])


def test_the_two_countries_are_the_parties_of_the_event_before() -> None:
    rows = (
        TALKS
        + """
The       DET   DT   3 det
two       NUM   CD   3 nummod
countries NOUN  NNS  4 nsubj
agreed    VERB  VBD  0 root
.         PUNCT .    4 punct
"""
    )
    found = finder(rows)
    (agreed,) = find(found.syntax.words, "agreed")
    event = Trigger(agreed, agreed, "AGREE", 0.9, np.zeros(6, dtype=np.float32))
    before = Told("CONSULT", frozenset({"ARV", "BMR"}), frozenset(), 0)
    nobody = PartyWeights(np.full((BUCKETS, 2), -1, dtype=np.float32), SILENT, NOT_BLENDED)
    assert [p.code for p in found.find(event, nobody, [before])[0]] == ["ARV", "BMR"]
    assert found.find(event, nobody, []) == ((), ())


def test_codes_of_earlier_sentences_come_nearest_first_and_once() -> None:
    rows = (
        WARNED
        + WARNED.replace("Arvania", "Costavera")
        + "\nShips NOUN NNS 2 nsubj\nattacked VERB VBD 0 root\n. PUNCT . 2 punct\n"
    )
    found = finder(rows)
    (attacked,) = find(found.syntax.words, "attacked")
    before = [o.candidate.party.code for o in found.options(attacked, "ASSAULT") if o.candidate.word < attacked - 1]
    assert before == ["BMR", "CSV", "ARV"]


def test_dollars_of_a_state_are_money() -> None:
    rows = """
They     PRON  PRP  2 nsubj
paid     VERB  VBD  0 root
five     NUM   CD   5 nummod
Arvanian ADJ   JJ   5 amod
dollars  NOUN  NNS  2 obj
.        PUNCT .    2 punct
"""
    assert "ARV" not in [c.party.code for c in finder(rows).candidates]


def test_traits_count_alone_and_with_the_type() -> None:
    alone, typed, kind = bucket_numbers(("rnsubj|VERB|L",), "THREATEN")
    assert alone == bucket_numbers(("rnsubj|VERB|L",), "REQUEST")[0]
    assert typed != bucket_numbers(("rnsubj|VERB|L",), "REQUEST")[1]
    assert kind == bucket_numbers((), "THREATEN")[0]


def test_a_candidate_stands_where_it_is_named() -> None:
    text = text_of(WARNED)
    assert [c.party.span.of(text) for c in finder(WARNED).candidates] == ["Arvania", "Belmora"]


@pytest.mark.parametrize("kind", ["CONSULT", "ASSAULT"])
def test_options_of_an_article_without_actors_are_none(kind: str) -> None:
    rows = "Ships NOUN NNS 2 nsubj\nleft VERB VBD 0 root\n. PUNCT . 2 punct\n"
    assert finder(rows).options(1, kind) == []
    assert Candidate(0, Party("x", "X", None, Span(0, 1)), "name").form == "name"
