"""Quotation marks and tagged parts become statements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from handmade import emissions, find, linked

from detente.read.attribution import Attribution, _with_real_source, align, attribute, directness, part, retreat
from detente.read.encoder import Encoded
from detente.read.quotations import find_quotations, quoted_flags
from detente.read.roles import Draft
from detente.read.words import Word, find_words

Links = dict[str, list[tuple[int, int]]]


Told = tuple[str, str, str]  # source, cue, content


def said(text: str, *statements: Told, inner: Sequence[Told] = ()) -> Attribution:
    """What comes out when the model is certain of these statements, and of those that others report."""
    words = find_words(text)
    links: Links = {"source": [], "content": []}
    tags = {name: tagged(words, told, links) for name, told in (("tags", statements), ("inner", inner))}
    encoded, fitted = linked(len(words), tags["tags"], links)
    at = encoded.rows.shape[1]
    rows = np.concatenate([encoded.rows, emissions(tags["inner"])], axis=1)
    fitted.matrices["inner.transitions"] = fitted.matrices["tags.transitions"]
    return attribute(text, words, Encoded(rows, {**encoded.fields, "inner": (at, rows.shape[1])}), fitted)


def tagged(words: Sequence[Word], statements: Sequence[Told], links: Links) -> str:
    """A letter per word; fills in who takes what."""
    tags = ["O"] * len(words)
    for source, cue, content in statements:
        at = find(words, cue)[0]
        for phrase, letter, role in ((source, "s", "source"), (cue, "q", "cue"), (content, "c", "content")):
            indexes = find(words, phrase) if phrase else ()
            for k, i in enumerate(indexes):
                tags[i] = letter.upper() if k == 0 else letter
            links.get(role, []).extend((at, i) for i in indexes)
    return "".join(tags)


def contents(found: Attribution) -> list[str]:
    return [s.content.text for s in found.statements]


def draft(text: str, content: str, cue: str = "", source: str = "") -> Draft:
    words = find_words(text)
    said_by, said, told = (find(words, p) if p else () for p in (source, cue, content))
    return Draft(said_by, said, told, 0.9)


def aligned(text: str, content: str, cue: str = "") -> str:
    words = find_words(text)
    found = part(text, words, align(draft(text, content, cue), find_quotations(words), words).content)
    assert found is not None
    return found.text


def test_a_statement_has_the_words_of_its_parts() -> None:
    found = said("Torvek said ships had left.", ("Torvek", "said", "ships had left"))
    (statement,) = found.statements
    assert statement.source is not None
    assert statement.cue is not None
    assert (statement.source.text, statement.cue.text, statement.content.text) == ("Torvek", "said", "ships had left")
    assert statement.directness == "indirect"


def test_an_empty_article_has_no_statements() -> None:
    assert said("") == Attribution([], [])


@pytest.mark.parametrize(
    ("text", "content", "wanted"),
    [
        ("“We will not sign,” Torvek said.", "“We will not sign,”", "direct"),
        ("Torvek said the plan was “a farce and a trap”.", "the plan was “a farce and a trap”", "mixed"),
        ("Torvek said the plan was bad.", "the plan was bad", "indirect"),
        ("Torvek said that “we will not sign the treaty”.", "that “we will not sign the treaty”", "mixed"),
    ],
)
def test_directness_counts_the_quoted_words(text: str, content: str, wanted: str) -> None:
    words = find_words(text)
    assert directness(find(words, content), words, quoted_flags(words, find_quotations(words))) == wanted


def test_a_quotation_is_said_as_a_whole() -> None:
    text = "“We will not sign it now,” Torvek said."
    assert aligned(text, "will not sign it", cue="said") == "“We will not sign it now,”"


def test_words_that_only_touch_a_quotation_do_not_take_it() -> None:
    text = "Torvek said ships left. “We saw nothing of the kind here,” Roke replied."
    assert aligned(text, "ships left. “We", cue="said") == "ships left."


def test_a_quotation_that_holds_the_cue_is_left_as_it_is() -> None:
    text = "“Roke said ships had left,” Torvek claimed."
    assert aligned(text, "ships had left", cue="said") == "ships had left"


def test_a_cue_that_runs_into_a_quotation_ends_before_it() -> None:
    text = "Torvek is “very disappointed” by it."
    words = find_words(text)
    changed = retreat(draft(text, "by it", cue="is “very disappointed”"), find_quotations(words))
    assert changed.cue == find(words, "is")
    assert changed.content == find(words, "“very disappointed” by it")


def test_a_cue_outside_quotations_stays() -> None:
    text = "Torvek said “we will not sign”."
    made = draft(text, "“we will not sign”", cue="said")
    assert retreat(made, find_quotations(find_words(text))) == made


def test_parts_join_words_over_signs_but_not_over_words() -> None:
    text = "Ships, he said, had left, all of them."
    words = find_words(text)
    found = part(text, words, (*find(words, "Ships"), *find(words, "had left"), *find(words, "all of them")))
    assert found is not None
    assert [s.of(text) for s in found.spans] == ["Ships", "had left, all of them"]
    assert found.text == "Ships … had left, all of them"


def test_no_words_are_no_part() -> None:
    assert part("Ships left.", find_words("Ships left."), ()) is None


def test_signs_at_the_ends_of_a_content_are_left_out() -> None:
    assert contents(said("Torvek said: , ships left —", ("Torvek", "said", ": , ships left —"))) == ["ships left"]


def test_a_paragraph_of_one_quotation_runs_on_without_a_cue() -> None:
    text = "Torvek said ships left.\n\n“We will see them again before the summer.”"
    found = said(text, ("Torvek", "said", "ships left"))
    assert contents(found) == ["ships left", "“We will see them again before the summer.”"]
    assert found.statements[1].source is None
    assert found.statements[1].directness == "direct"


def test_a_quotation_opened_again_runs_on_without_a_cue() -> None:
    text = "“We waited for them,” is what he did not close: “We asked them twice.\n\n“We left then.”"
    assert "“We left then.”" in contents(said(text))


def test_a_quotation_that_nobody_says_is_unattributed_with_a_reason() -> None:
    found = said("The so-called “peace plan of the north” came to nothing.")
    assert contents(found) == []
    (left,) = found.unattributed
    assert left.text == "“peace plan of the north”"
    assert left.reason


def test_a_quoted_title_is_told_apart() -> None:
    (left,) = said("He wrote the book “Winter Over Sarn” long ago.").unattributed
    assert left.reason == "title or name"


def test_a_quotation_of_one_or_two_words_may_be_passed_over() -> None:
    found = said("The so-called “reform” and the “new deal” came.")
    assert (found.statements, found.unattributed) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "“One two three,” he said. “Four five six,” and “seven eight nine ten”.",
        'Open "one two three four and never closed.\n\n"Five six seven eight," she said.',
        "“a b c “d e f” g h”",
    ],
)
def test_every_quotation_of_three_words_is_somewhere(text: str) -> None:
    words = find_words(text)
    found = said(text)
    places = [q.span for q in found.unattributed] + [s for st in found.statements for s in st.content.spans]
    for q in find_quotations(words):
        if q.size(words) >= 3:
            assert any(place.overlaps(q.span(words)) for place in places)


def test_statements_follow_the_text() -> None:
    text = "Torvek said ships left. Roke denied boats stayed."
    found = said(text, ("Roke", "denied", "boats stayed"), ("Torvek", "said", "ships left"))
    assert contents(found) == ["ships left", "boats stayed"]


def test_alterations_belong_to_the_statement_that_holds_them() -> None:
    text = "“(W)e wait (sic),” Torvek said. Roke said (again) that ships left."
    found = said(text, ("Torvek", "said", "“(W)e wait (sic),”"), ("Roke", "said", "ships left"))
    assert [a.text for a in found.statements[0].alterations] == ["(W)", "(sic)"]
    assert found.statements[0].as_spoken == "we wait,"
    assert all(not s.alterations for s in found.statements[1:])


def test_a_statement_inside_another_knows_it() -> None:
    found = said(
        "Torvek said that Roke denied ships left.",
        ("Torvek", "said", "that Roke denied ships left"),
        inner=[("Roke", "denied", "ships left")],
    )
    assert contents(found) == ["that Roke denied ships left", "ships left"]
    assert [s.within for s in found.statements] == [None, 0]


def test_an_inner_statement_that_nothing_holds_is_left_out() -> None:
    assert contents(said("Roke denied ships left.", inner=[("Roke", "denied", "ships left")])) == []


def test_what_the_author_remarks_behind_a_dash_is_not_said() -> None:
    text = "“We leave this week” — nobody asked them, Torvek said."
    found = said(text, ("Torvek", "said", "“We leave this week” — nobody asked them"))
    assert contents(found) == ["“We leave this week”"]


def test_a_sign_is_no_source() -> None:
    words = find_words("’s “ships left,” it was said.")
    draft = Draft((0,), (), tuple(range(1, 5)), 0.9)
    assert _with_real_source(draft, words).source == ()
    assert _with_real_source(Draft((6,), (), (2, 3), 0.9), words).source == (6,)
