"""Tags to parts, and which cue takes which source and content."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import emissions, layer, linked

from detente.read.decoding import Floats
from detente.read.roles import NEAR, Draft, draft_statements, find_parts, split_content, tag_layer
from detente.read.words import find_words


def parts(tags: list[int], role: str) -> list[tuple[int, ...]]:
    return [p.words for p in find_parts(np.array(tags, dtype=np.int64), _sure(tags), role)]


def _sure(tags: list[int]) -> Floats:
    return np.eye(7, dtype=np.float32)[np.array(tags, dtype=np.int64)]


def drafts(text: str, tags: str, **links: list[tuple[int, int]]) -> list[Draft]:
    return draft_statements(layer(text, tags, links))


def pairs(cue: int, *words: range | int) -> list[tuple[int, int]]:
    """Links of one cue to some words."""
    flat = [i for w in words for i in (w if isinstance(w, range) else [w])]
    return [(cue, i) for i in flat]


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ([0, 5, 6, 6, 0], [(1, 2, 3)]),
        ([5, 6, 0, 3, 6, 6], [(0, 1, 4, 5)]),
        ([5, 6, 5, 6], [(0, 1), (2, 3)]),
        ([0, 6, 6], [(1, 2)]),
        ([0, 0], []),
        ([], []),
    ],
    ids=["one", "interrupted", "two", "without a beginning", "none", "empty"],
)
def test_a_part_begins_with_b_and_goes_on_across_gaps(tags: list[int], wanted: list[tuple[int, ...]]) -> None:
    assert parts(tags, "content") == wanted


def test_each_role_has_its_own_tags() -> None:
    tags = [1, 2, 3, 5, 6]
    assert [parts(tags, role) for role in ("source", "cue", "content")] == [[(0, 1)], [(2,)], [(3, 4)]]


def test_a_part_is_as_likely_as_its_words_are_on_average() -> None:
    sure = np.zeros((2, 7), dtype=np.float32)
    sure[0, 5], sure[1, 6], sure[1, 5] = 0.9, 0.4, 0.3
    (found,) = find_parts(np.array([5, 6]), sure, "content")
    assert found.probability == pytest.approx((0.9 + 0.7) / 2)


def test_the_tags_of_a_layer_are_decoded_with_its_transitions() -> None:
    """The first word alone would be outside, but what is inside must have begun."""
    words = find_words("Ships left")
    encoded, fitted = linked(2, "Oc", {})
    encoded.rows[0, :7] = emissions("O")[0] / 12
    fitted.matrices["tags.transitions"][:, 6] = -100
    fitted.matrices["tags.transitions"][5, 6] = 0
    found = tag_layer(words, encoded, fitted, "tags")
    assert [p.words for p in found.contents] == [(0, 1)]
    assert np.allclose(found.sure.sum(1), 1)


def test_a_cue_of_the_next_paragraph_with_a_content_of_its_own_is_not_taken() -> None:
    first, second = drafts(
        "Boats stayed.\n\nTorvek said ships left", "CccSQCc", source=pairs(4, 3), content=pairs(4, 0, 1, 2, 5, 6)
    )
    assert (first.source, first.cue, first.content) == ((), (), (0, 1, 2))
    assert (second.source, second.cue, second.content) == ((3,), (4,), (5, 6))


@pytest.mark.parametrize(("after", "source"), [("Ilan Torvek", (3, 4)), ("Ilan Torvek went home by train on Monday", ())])
def test_a_name_alone_signs_the_paragraph_before(after: str, source: tuple[int, ...]) -> None:
    text = f"Boats stayed.\n\n{after}"
    (found,) = drafts(text, "CccSs".ljust(len(find_words(text)), "O"))
    assert found.source == source


def test_a_content_takes_its_cue_and_the_source_of_that_cue() -> None:
    (found,) = drafts("Torvek said ships left", "SQCc", source=pairs(1, 0), content=pairs(1, 2, 3))
    assert (found.source, found.cue, found.content) == ((0,), (1,), (2, 3))
    assert found.start == 0


def test_a_source_that_no_cue_takes_goes_to_the_statement_beside_it() -> None:
    (found,) = drafts("Torvek said ships left", "SQCc", content=pairs(1, 2, 3))
    assert found.source == (0,)


def test_a_content_that_no_cue_takes_keeps_the_source_beside_it() -> None:
    (found,) = drafts("Torvek said ships left", "SQCc", source=pairs(1, 0))
    assert (found.source, found.cue, found.content) == ((0,), (), (2, 3))
    assert found.probability < 0.6


def test_a_cue_without_content_makes_no_statement() -> None:
    assert drafts("Torvek said nothing then", "SQOO", source=pairs(1, 0)) == []


def test_two_cues_take_one_content_each() -> None:
    text = "Torvek said ships left ; Roke denied it"
    found = drafts(text, "SQCcOSQC", source=[(1, 0), (6, 5)], content=[(1, 2), (1, 3), (6, 7)])
    assert [(d.source, d.cue, d.content) for d in found] == [((0,), (1,), (2, 3)), ((5,), (6,), (7,))]


def test_one_cue_may_take_two_sources() -> None:
    text = "Torvek and Roke said ships left"
    (found,) = drafts(text, "SOSQCc", source=pairs(3, 0, 2), content=pairs(3, 4, 5))
    assert found.source == (0, 2)


def test_a_cue_between_two_stretches_keeps_them_together() -> None:
    text = "Ships , he said , left"
    (found,) = drafts(text, "COSQOc", source=pairs(3, 2), content=pairs(3, 0, 5))
    assert found.content == (0, 5)


def test_stretches_taken_by_different_cues_come_apart() -> None:
    text = "Ships left , he said ; boats stayed , she said"
    tags = "CcOSQOccOSQ"
    found = layer(text, tags, {"content": [(4, 0), (4, 1), (10, 6), (10, 7)]})
    assert [p.words for p in split_content(found, found.contents[0])] == [(0, 1), (6, 7)]


def test_indirect_speech_does_not_run_over_a_paragraph() -> None:
    text = "Torvek said ships left\n\nBoats stayed"
    found = layer(text, "SQCccc", {"content": pairs(1, 2, 3, 4, 5)})
    # the tags are one stretch of words; only an interruption lets the paragraphs come apart
    assert len(split_content(found, found.contents[0])) == 1
    apart = layer("Torvek said ships left .\n\nBoats stayed", "SQCcOcc", {"content": pairs(1, 2, 3, 5, 6)})
    assert [p.words for p in split_content(apart, apart.contents[0])] == [(2, 3), (5, 6)]


def test_a_new_quotation_in_a_new_paragraph_is_a_new_statement() -> None:
    text = "Dray said “ships left.”\n\n“Boats stayed.”"
    words = find_words(text)
    marks = [i for i, w in enumerate(words) if w.text in "“”"]
    tags = "".join("S" if k == 0 else "Q" if k == 1 else "C" if k == marks[0] else "c" for k in range(len(words)))
    found = drafts(text, tags, content=pairs(1, range(marks[0], marks[1] + 1)), source=pairs(1, 0))
    assert [(d.content[0], d.content[-1]) for d in found] == [(marks[0], marks[1]), (marks[2], marks[3])]


def test_a_quotation_opened_again_goes_on_over_the_paragraph() -> None:
    text = "Dray said “ships left.\n\n“Boats stayed.”"
    words = find_words(text)
    tags = "SQ" + "C" + "c" * (len(words) - 3)
    (found,) = drafts(text, tags, content=pairs(1, range(2, len(words))), source=pairs(1, 0))
    assert found.content == tuple(range(2, len(words)))


def test_an_untagged_word_may_be_the_cue_that_a_content_lacks() -> None:
    text = "Torvek implied ships left"
    found = layer(text, "SOCc", {"source": pairs(1, 0), "content": pairs(1, 2, 3)})
    found.sure[1] = [0.9, 0, 0, 0.1, 0, 0, 0]
    (draft,) = draft_statements(found)
    assert (draft.source, draft.cue) == ((0,), (1,))


def test_a_mark_may_link_a_source_but_is_no_cue() -> None:
    text = "Torvek : ships left"
    (found,) = drafts(text, "SQCc", source=pairs(1, 0), content=pairs(1, 2, 3))
    assert (found.source, found.cue) == ((0,), ())


def test_nothing_beyond_reach_is_linked() -> None:
    n = NEAR + 10
    text = "said " + "and " * n + "left"
    (found,) = drafts(text, "Q" + "O" * n + "C", content=pairs(0, n + 1))
    assert found.cue == ()


def test_inner_drafts_are_marked() -> None:
    made = layer("Torvek said ships left", "SQCc", {"content": pairs(1, 2, 3)})
    assert draft_statements(made, inner=True)[0].inner
