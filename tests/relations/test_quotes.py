"""One quotation by several publishers, compared word by word."""

from __future__ import annotations

from pathlib import Path

import pytest
from news import RECORDED, Words, ledger, news

from detente.ledger.queries import statements_known
from detente.relations.quotations import Quote, compare, find_quotes
from detente.types import Reading

FULL = "“We will not leave the strait, and we will use every lawful means,”"


def said(
    name: str, publisher: str, quote: str = FULL, speaker: str = "Torvek", day: str = "2024-03-04", **rest: object
) -> Reading:
    return news(name, day, publisher, f"{quote} {speaker} said.", [], [Words(speaker, quote, "said", **rest)])  # type: ignore[arg-type]


def quotes(folder: Path, *readings: Reading) -> list[Quote]:
    return find_quotes(statements_known(ledger(folder, *readings), known_by=RECORDED, quoted=True))


def test_one_quotation_by_two_publishers_is_one(tmp_path: Path) -> None:
    (quote,) = quotes(tmp_path, said("a", "Courier"), said("b", "Gazette", FULL.replace(",”", "”")))
    assert (quote.publishers, quote.altered, quote.code) == (2, False, "ARV")


def test_who_left_a_word_out_altered_it(tmp_path: Path) -> None:
    (quote,) = quotes(tmp_path, said("a", "Courier"), said("b", "Gazette"), said("c", "Herald", FULL.replace("lawful ", "")))
    altered = [v for v in quote.variants if v.altered]
    assert [v.said.article.publisher for v in altered] == ["Herald"]
    assert [(d.words, d.instead_of, d.marked) for d in altered[0].differences] == [("", "lawful", False)]


def test_words_in_brackets_are_marked_alterations(tmp_path: Path) -> None:
    put = FULL.replace("the strait", "the (illegal) strait")
    (quote,) = quotes(tmp_path, said("a", "Courier"), said("b", "Gazette"), said("c", "Herald", put, put_in=("(illegal)",)))
    (altered,) = [v for v in quote.variants if v.altered]
    assert [(d.words, d.marked) for d in altered.differences] == [("illegal", True)]


def test_a_shortened_quotation_is_not_altered(tmp_path: Path) -> None:
    (quote,) = quotes(tmp_path, said("a", "Courier"), said("b", "Gazette", "“We will not leave the strait,”"))
    assert [(v.shortened, v.altered) for v in quote.variants] == [(False, False), (True, False)]


def test_other_speakers_words_are_another_quotation(tmp_path: Path) -> None:
    assert len(quotes(tmp_path, said("a", "Courier"), said("b", "Gazette", speaker="Dray"))) == 2


def test_the_same_words_months_later_are_another_quotation(tmp_path: Path) -> None:
    assert len(quotes(tmp_path, said("a", "Courier"), said("b", "Gazette", day="2024-06-04"))) == 2


def test_few_words_and_indirect_speech_are_left_out(tmp_path: Path) -> None:
    assert (
        quotes(tmp_path, said("a", "Courier", "“Never again”"), said("b", "Gazette", "the strait would stay closed for ever"))
        == []
    )


@pytest.mark.parametrize(
    ("text", "base", "differences", "shortened"),
    [
        ("we will never go", "we will not go", [("never", "not")], False),
        ("we will go", "we will not go", [("", "not")], False),
        ("will not go", "we will not go", [], True),
        ("we don’t agree", "we don't agree", [], False),
        ("", "we go", [], True),
    ],
)
def test_words_are_compared_in_order(text: str, base: str, differences: list[tuple[str, str]], shortened: bool) -> None:
    found, short = compare(text, base)
    assert ([(d.words, d.instead_of) for d in found], short) == (differences, shortened)
