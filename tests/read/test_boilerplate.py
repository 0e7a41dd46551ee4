"""What surrounds an article is marked at its ends, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import texts

from detente.read.boilerplate import find_boilerplate, patterns

BODY = """Arvania and Belmora will meet in Port Amaro on Monday, officials of both states said after a week of silence.

“We will see who comes,” said a diplomat, who had waited for the announcement since the early morning.
"""
FORM = """One thought on “A Meeting in Port Amaro”

Add yours

Leave a Reply

Fill in your details below or click an icon, and you are logged in: Logo

You are commenting using your account. Log Out /  Change )

Twitter picture

Connecting to %s

Up ↑

%d bloggers like this:"""
MENU = """Skip to content

Menu

Home

World

Share this:

"""


def marked(text: str) -> list[str]:
    return [span.of(text) for span in find_boilerplate(text)]


def test_a_comment_form_is_marked_from_its_first_line_to_its_last() -> None:
    assert marked(f"{BODY}\n{FORM}\n") == [FORM]


def test_a_menu_above_the_article_is_marked() -> None:
    assert marked(MENU + BODY) == [MENU.strip()]


def test_both_ends_can_be_marked() -> None:
    assert marked(f"{MENU}{BODY}\n{FORM}") == [MENU.strip(), FORM]


def test_an_article_alone_has_none() -> None:
    assert marked(BODY) == []


def test_the_same_lines_amid_the_body_stay() -> None:
    assert marked(f"{BODY}\n{FORM}\n\n{BODY}") == []


@pytest.mark.parametrize(
    "line",
    [
        "Leave a Reply", "LEAVE A COMMENT", "%d bloggers like this", "Advertisement", "Connecting to %s",
        "© 2031 The Sarn Courier. All rights reserved.", "Copyright 2031 Sarn Media", "Follow us on Twitter",
        "Follow Ada Brin on Twitter @adabrin.", "Sign up for our daily newsletter", "Related articles", "Share this:",
        "Your email address will not be published. Required fields are marked *", "We use cookies to improve your visit.",
        "Subscribe to Sarn Views via email", "You might also like", "Read the full story here", "Comments are closed.",
    ],
)  # fmt: skip
def test_a_certain_line_is_marked_even_alone(line: str) -> None:
    assert marked(f"{BODY}\n{line}") == [line]


@pytest.mark.parametrize("line", ["Related: The radar", "Photo: Ada Brin", "Reply", "Read more: A small door"])
def test_a_likely_line_is_marked_in_company_only(line: str) -> None:
    assert marked(f"{BODY}\n{line}") == []
    assert marked(f"{BODY}\n{line}\n\nLeave a Reply") == [f"{line}\n\nLeave a Reply"]


@pytest.mark.parametrize(
    "line",
    [
        "Home.", "Is war likely?", "He left.", "Up", "Peace", "“Leave a reply on my desk,” he said.",
        "The minister asked his staff to follow us on the road to Tessik, where talks went on.",
        "Share this burden, the president told the neighbours, or carry all of it in the next war alone.",
        "Reporting by Ada Brin in Sarn",
    ],
)  # fmt: skip
def test_the_authors_own_last_line_stays(line: str) -> None:
    assert marked(f"{BODY}\n{line}") == []


def test_an_unknown_line_within_the_run_goes_along() -> None:
    assert marked(f"{BODY}\nShare this:\n\nmarrow\n\nLeave a Reply") == ["Share this:\n\nmarrow\n\nLeave a Reply"]


def test_an_unknown_line_before_the_run_stays() -> None:
    assert marked(f"{BODY}\nPeace, then\n\nShare this:") == ["Share this:"]


def test_a_straight_apostrophe_is_as_good_as_a_curly_one() -> None:
    assert marked(f"{BODY}\nEditor's picks") == ["Editor's picks"]


@pytest.mark.parametrize("text", ["", " \n\n ", "x" * 100_000, " " * 100_000, "\n" * 100_000, "a " * 100_000])
def test_odd_texts_have_none(text: str) -> None:
    assert marked(text) == []


def test_windows_line_ends_are_lines() -> None:
    assert marked(f"{BODY}\n{FORM}".replace("\n", "\r\n")) == [FORM.replace("\n", "\r\n")]


@given(texts)
def test_marks_lie_in_the_text_in_order(text: str) -> None:
    spans = find_boilerplate(text)
    assert len(spans) <= 2
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text) == span.of(text).strip()
    assert spans == sorted(spans)
    assert len(spans) < 2 or spans[0].end <= spans[1].start


def test_patterns_go_from_the_surest_down() -> None:
    assert [sureness for sureness, _ in patterns()] == ["certain", "likely", "weak"]
