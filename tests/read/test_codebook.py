"""The codebook: types, modes, contexts, scores and the predicates that often carry them."""

from __future__ import annotations

import numpy as np
import pytest

from detente.errors import UnknownCode
from detente.read.codebook import code_event, event_types, goldstein_of, plover_cameo, quad
from detente.read.predicates import WIDTH, inflected, lexicon_features


def test_plover_has_sixteen_types_in_four_classes() -> None:
    kinds = event_types()
    assert len(kinds) == 16
    assert {quad(k) for k in kinds} == {f"{a} {b}" for a in ("verbal", "material") for b in ("cooperation", "conflict")}


@pytest.mark.parametrize(
    ("kind", "side"), [("SANCTION", "material conflict"), ("ACCUSE", "verbal conflict"), ("AID", "material cooperation")]
)
def test_quad_class(kind: str, side: str) -> None:
    assert quad(kind) == side


def test_conflict_scores_below_zero_and_cooperation_above() -> None:
    for kind in event_types():
        score = code_event(kind, [], []).score
        assert score >= 0 if "cooperation" in quad(kind) or kind == "REQUEST" else score < 0


@pytest.mark.parametrize(
    ("kind", "trigger", "around", "mode", "cameo"),
    [
        ("CONSULT", "visited", "he visited sarn", "visit", "042"),
        ("CONSULT", "spoke", "they spoke by telephone", "phone", "041"),
        ("ACCUSE", "condemned", "it condemned the raid", "disapprove", "111"),
        ("SANCTION", "expelled", "it expelled two diplomats", "expel", "166"),
        ("CONSULT", "met", "they met", None, "040"),
    ],
)
def test_modes_by_the_words_of_the_trigger_or_its_clause(
    kind: str, trigger: str, around: str, mode: str | None, cameo: str
) -> None:
    coding = code_event(kind, trigger.split(), around.split())
    assert (coding.mode, coding.cameo) == (mode, cameo)
    assert coding.goldstein == goldstein_of(kind, mode)
    assert plover_cameo(kind, mode) == cameo


def test_contexts_are_three_at_most_in_the_order_of_the_table() -> None:
    words = "the president told the court of troops diplomats and trade".split()
    assert code_event("ACCUSE", [], words).contexts == ("military", "diplomatic", "economic")
    assert code_event("ACCUSE", [], ["nobody", "came"]).contexts == ()


def test_a_short_beginning_is_a_whole_word() -> None:
    assert "military" in code_event("ACCUSE", [], ["wars"]).contexts
    assert "military" not in code_event("ACCUSE", [], ["warm"]).contexts


def test_an_unknown_type_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UnknownCode, match="'SANCTIONS' is not a PLOVER event type; did you mean 'SANCTION'"):
        code_event("SANCTIONS", [], [])
    assert plover_cameo("SANCTIONS", None) is None


@pytest.mark.parametrize(
    ("word", "form"), [("deny", "denied"), ("ban", "banned"), ("impose", "imposing"), ("clash", "clashes")]
)
def test_regular_forms(word: str, form: str) -> None:
    assert form in inflected(word)


def test_predicates_point_to_their_types() -> None:
    features = lexicon_features(["They", "invaded", "yesterday"])
    assert features.shape == (3, WIDTH)
    column = 2 * event_types().index("ASSAULT")
    assert features[1, column : column + 2].any()
    assert not features[[0, 2]].any()
    assert lexicon_features([]).shape == (0, WIDTH)
    assert lexicon_features(["INVADED"]).tolist() == np.array(features[1:2]).tolist()
