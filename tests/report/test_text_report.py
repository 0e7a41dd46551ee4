"""The report for terminals."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from builders import TORVEK, article, full_reading, part, reading, statement
from hypothesis import given
from rich.cells import cell_len
from strategies import readings

from detente.report.text import render
from detente.types import Alteration, Reading, Refusal, Span

ANSI = re.compile(r"\x1b\[[\d;]*m")


def plain(one: Reading, width: int = 80) -> str:
    return render(one, colour=False, width=width)


def flowing(one: Reading) -> str:
    return " ".join(plain(one).split())


@pytest.mark.parametrize("width", [20, 40, 80, 100, 500])
def test_no_line_is_wider_than_asked(width: int) -> None:
    lines = plain(full_reading(), width).split("\n")
    assert max(cell_len(line) for line in lines) <= max(40, min(width, 100))


def test_colour_changes_no_word() -> None:
    coloured = render(full_reading(), colour=True, width=80)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in ANSI.sub("", coloured).split("\n")] == plain(full_reading()).split("\n")


def test_the_head_tells_title_publisher_and_date() -> None:
    assert plain(full_reading()).startswith("Arvania Has No Choice, Minister Says\nThe Sarn Courier · 4 March 2031\n")


def test_an_article_without_title_goes_by_its_id() -> None:
    assert plain(reading(article=article(title=None, id="a1"))).startswith("a1\n")


def test_a_statement_shows_speaker_kind_and_content() -> None:
    text = plain(full_reading())
    assert " 1  Ilan Torvek, foreign minister, ARV GOV  indirect · “warned”\n    Arvania will close the strait" in text


def test_alterations_and_the_words_as_spoken_have_lines_of_their_own() -> None:
    text = flowing(full_reading())
    assert "altered “(W)” letter changed; “(corrupt)” put in; “(sic)” the author's remark" in text
    assert "as spoken we will not wait for the other side for ever, … but talks will be held in Costavera." in text


def test_an_unsure_alteration_says_perhaps() -> None:
    content = part("“(W)e will not wait for the (corrupt) other side (sic) for ever,”")
    at = Span(content.start + 1, content.start + 4)
    one = reading(statements=(statement("s1", content, alterations=(Alteration("capital", at, "(W)", 0.3),)),))
    assert "“(W)” perhaps letter changed" in plain(one)


def test_a_reported_statement_stands_below_its_reporter_and_further_in() -> None:
    text = plain(full_reading())
    assert text.index(" 3  Mara Selk") < text.index("\n     4  Ilan Torvek") < text.index(" 5  Belmora")
    assert "told in 3" in flowing(full_reading())


def test_statements_that_report_each_other_are_not_lost_in_a_circle() -> None:
    one = reading(statements=(statement("s1", part("Arvania"), within="s1"),))
    assert "1 statement" in plain(one)


def test_somebody_unnamed_is_called_so() -> None:
    assert "nobody named" in plain(reading(statements=(statement("s1", part("talks will be held")),)))


def test_quotations_of_nobody_are_listed_with_the_reason() -> None:
    assert "  “peace plan of the north”  scare quotes" in plain(full_reading())


def test_events_stand_by_date_with_status_and_voice() -> None:
    text = flowing(full_reading())
    happened = text.index("2031-03-04 ● happened threat: Arvania → Belmora")
    supposed = text.index("2031-03-10 ? hypothetical coercion (blockade): Arvania → Belmora")
    undated = text.index("no date ○ scheduled talks: Arvania and Belmora, in Costavera")
    assert happened < supposed < undated
    assert "“must”, says Ilan Torvek, according to Mara Selk" in text
    assert "depends on “if Belmora sends more ships”" in text


def test_loaded_words_stand_by_voice() -> None:
    text = plain(full_reading())
    assert "  the author: “farce” (loaded word)\n  Mara Selk: “so-called” (doubt)" in text


def test_what_was_not_read_is_told() -> None:
    one = reading(refusals=(Refusal("a.txt", "too odd"),))
    assert "  a.txt: too odd" in plain(one)


@pytest.mark.parametrize("heading", ["EVENTS", "TIMES", "LOADED WORDS", "QUOTATIONS", "NOT READ"])
def test_empty_sections_are_left_out(heading: str) -> None:
    assert heading in plain(full_reading())
    assert heading not in plain(reading())


def test_an_empty_article_has_a_report() -> None:
    assert "nothing found" in plain(reading(""))


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\x9b", "\u202e", "\x00", "\r"])
def test_nothing_from_an_article_steers_the_terminal(sign: str) -> None:
    text = f"a{sign}b “c{sign}d”"
    speaker = replace(TORVEK, name=f"e{sign}f", role=f"g{sign}h")
    said = statement("s1", part(text, text=text), speaker=speaker)
    assert sign not in plain(reading(text, article=article(text, title=f"t{sign}t"), statements=(said,)))


@given(readings())
def test_any_reading_has_a_report(one: Reading) -> None:
    for line in plain(one).split("\n"):
        assert "\x1b" not in line
