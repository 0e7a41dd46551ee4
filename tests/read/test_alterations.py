"""What authors put into quotations: found, named, weighed, and taken out again."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.read.alterations import Style, as_spoken, bracket_style, find_alterations
from detente.types import Alteration, Span

PLAIN = Style(square=False, round=False)
SQUARE = Style(square=True, round=False)
ROUND = Style(square=False, round=True)


def alterations(text: str, style: Style = SQUARE) -> list[Alteration]:
    return find_alterations(text, Span(0, len(text)), style)


def confidence(text: str, style: Style) -> float:
    (found,) = alterations(text, style)
    return found.confidence


def spoken(text: str, style: Style = ROUND) -> str | None:
    return as_spoken(text, [Span(0, len(text))], alterations(text, style))


@pytest.mark.parametrize(
    ("text", "kind", "mark"),
    [
        ("“massing (sic) our troops”", "sic", "(sic)"),
        ("“massing [sic] our troops”", "sic", "[sic]"),
        ("“massing [Sic.] our troops”", "sic", "[Sic.]"),
        ("“massing (sic!) our troops”", "sic", "(sic!)"),
        ("“(W)e will not sign”", "capital", "(W)"),
        ("“[w]e will not sign”", "capital", "[w]"),
        ("“the result(s) of it”", "inflection", "(s)"),
        ("“condemn[ing] it all”", "inflection", "[ing]"),
        ("“the [Belmoran] fleet”", "insertion", "[Belmoran]"),
        ("“the (Belmoran) fleet”", "insertion", "(Belmoran)"),
        ("“we waited … and left”", "ellipsis", "…"),
        ("“we waited ... and left”", "ellipsis", "..."),
        ("“we waited . . . and left”", "ellipsis", ". . ."),
        ("“we waited [...] and left”", "ellipsis", "[...]"),
        ("“we waited (…) and left”", "ellipsis", "(…)"),
    ],
)
def test_each_kind_is_found(text: str, kind: str, mark: str) -> None:
    (found,) = alterations(text)
    assert (found.kind, found.text) == (kind, mark)
    assert found.span.of(text) == mark


def test_several_are_found_in_order() -> None:
    text = "“(W)e saw the (corrupt) result(s) … (sic) of it”"
    assert [a.text for a in alterations(text)] == ["(W)", "(corrupt)", "(s)", "…", "(sic)"]


@pytest.mark.parametrize("text", ["“we will not sign”", "", "“No. Never. We wait!”", "“it was 3.5 miles”", "“sic transit”"])
def test_plain_quotations_have_none(text: str) -> None:
    assert alterations(text) == []


def test_only_the_stretch_asked_for_is_looked_at() -> None:
    text = "The pact (of 1971) “binds us (all) still” (more below)."
    start, end = text.index("“"), text.index("”") + 1
    assert [a.text for a in find_alterations(text, Span(start, end), SQUARE)] == ["(all)"]


def test_a_bracket_over_a_line_end_is_none() -> None:
    assert alterations("“we (the\npeople) wait”") == []


@given(
    st.lists(st.sampled_from(["(sic)", "[", "]", "(", ")", "W", "e", "…", "...", " ", "x(s)", "\n", "“"]), max_size=40).map(
        "".join
    )
)
def test_alterations_are_sorted_do_not_overlap_and_show_their_words(text: str) -> None:
    found = alterations(text)
    assert all(a.span.of(text) == a.text for a in found)
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(found))
    assert all(0 <= a.confidence <= 1 for a in found)


@pytest.mark.parametrize(
    ("quoted", "style"),
    [
        (["“we wait”"], PLAIN),
        (["“we [all] wait”"], SQUARE),
        (["“(W)e wait”"], ROUND),
        (["“waiting (sic)”"], ROUND),
        (["“the result(s)”"], ROUND),
        (["“we (all) wait”"], PLAIN),
        (["“we [all] wait”", "“(W)e wait”"], Style(square=True, round=True)),
        ([], PLAIN),
    ],
    ids=["plain", "square", "capital", "sic", "ending", "aside", "both", "none"],
)
def test_an_article_shows_its_style_of_brackets(quoted: list[str], style: Style) -> None:
    assert bracket_style(quoted) == style


def test_square_brackets_are_surely_the_authors() -> None:
    assert confidence("“the [Belmoran] fleet”", PLAIN) > 0.9


def test_round_brackets_are_weighed_by_the_style_of_the_article() -> None:
    text = "“the (Belmoran) fleet”"
    assert confidence(text, ROUND) > 0.9
    assert 0.5 <= confidence(text, PLAIN) < 0.9
    assert confidence(text, SQUARE) < 0.5


@pytest.mark.parametrize("mark", ["(NCO)", "(iv)", "(a)", "(No. 12)", "(1971)"])
def test_acronyms_and_references_are_the_texts_own(mark: str) -> None:
    assert confidence(f"“under the treaty {mark} we wait”", ROUND) < 0.5


def test_a_longer_aside_is_less_surely_the_authors() -> None:
    short = confidence("“the (Belmoran) fleet”", PLAIN)
    assert confidence("“the fleet (which we have watched for many weeks now) left”", PLAIN) < short


def test_a_stage_direction_is_not_said() -> None:
    assert confidence("“We will see (laughs)”", SQUARE) > 0.8


def test_an_ellipsis_at_the_edge_may_be_trailing_off() -> None:
    assert confidence("“we waited …”", PLAIN) < confidence("“we waited … and left”", PLAIN)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("“(W)e will not sign”", "we will not sign"),
        ("“[w]e will not sign”", "We will not sign"),
        ("“massing (sic) our troops”", "massing our troops"),
        ("“our troops (sic).”", "our troops."),
        ("“the (corrupt) fleet”", "the fleet"),
        ("“the result(s) of it”", "the result of it"),
        ("“talk(ing)”", "talk"),
        ("“(W)e left … the (old) town [sic].”", "we left … the town."),
    ],
)
def test_as_spoken_takes_out_what_the_author_put_in(text: str, wanted: str) -> None:
    assert spoken(text) == wanted


@pytest.mark.parametrize("text", ["“we will not sign”", "“we waited … and left”"], ids=["plain", "ellipsis"])
def test_nothing_put_in_gives_nothing(text: str) -> None:
    assert spoken(text) is None


def test_what_is_probably_the_speakers_own_stays() -> None:
    assert spoken("“the (Belmoran) fleet”", SQUARE) is None
    assert spoken("“the (Belmoran) fleet [sic]”", SQUARE) == "the (Belmoran) fleet"


def test_an_interruption_reads_as_an_ellipsis() -> None:
    text = "“(W)e wait,” he said, “for you.”"
    first, second = Span(0, text.index(" he")), Span(text.index("“for"), len(text))
    found = [a for s in (first, second) for a in find_alterations(text, s, ROUND)]
    assert as_spoken(text, [first, second], found) == "we wait, … for you."


def test_an_alteration_outside_the_spans_changes_nothing_there() -> None:
    text = "“We wait (sic),” he said, “for you.”"
    found = alterations(text, ROUND)
    assert as_spoken(text, [Span(text.index("“for"), len(text))], found) == "for you."


def test_a_quotation_of_nothing_but_a_mark_has_no_words() -> None:
    assert spoken("[sic]") is None
