"""What is let in: English, and everything once."""

from __future__ import annotations

from typing import Any

import handmade_documents as made
import pytest

from detente.intake.addresses import canonical, slug_of
from detente.intake.languages import OtherLanguage, language_of
from detente.intake.reception import Reception
from detente.intake.sealed import Sealed
from detente.read.article import Received
from detente.types import Article, Reading, Refusal

GERMAN = "Die beiden Seiten trafen sich am Montag in der Hauptstadt und sprachen über die Lage an der Grenze, sagte er."
RUSSIAN = "Стороны встретились в понедельник в столице и обсудили положение на границе, сообщил представитель."


def article(id_: str, text: str = made.TEXT, **rest: Any) -> Received:
    return Received(Article(id_, text, **rest))


def let_in(*items: Any, **rest: Any) -> list[bool]:
    return [not isinstance(one, Refusal) for one in Reception(**rest).before(items)]


class TestDuplicates:
    def test_the_same_text_comes_in_once(self) -> None:
        one, other = Reception().before([article("a"), article("b", made.TEXT.replace("\n\n", "\n"))])
        assert isinstance(one, Received)
        assert other == Refusal("b", "is the same article as a")

    def test_unless_it_is_wanted(self) -> None:
        assert let_in(article("a"), article("b"), keep_duplicates=True) == [True, True]

    def test_another_outlet_prints_a_copy(self) -> None:
        assert let_in(article("a", publisher="Courier"), article("b", publisher="Post")) == [True, True]

    def test_another_day_is_another_article(self) -> None:
        assert let_in(article("a", published_at="2031-03-04"), article("b", published_at="2031-03-05")) == [True, True]

    def test_the_same_text_at_the_same_address_is_the_same_on_any_day(self) -> None:
        at = "https://www.courier.example/talks/?utm_source=x"
        one = article("a", url=at, published_at="2031-03-04")
        assert let_in(one, article("b", url="http://courier.example/talks#top", published_at="2031-03-05")) == [True, False]

    def test_another_text_at_the_same_address_is_a_new_version(self) -> None:
        at = "https://courier.example/talks"
        assert let_in(article("a", url=at), article("b", made.TEXT + " It was changed.", url=at)) == [True, True]

    def test_what_came_unopened_is_judged_when_it_was_read(self) -> None:
        reception = Reception()
        list(reception.before([article("a"), Sealed("b", "b.html", "html", made.page())]))
        readings = [Reading(Article("a", made.TEXT), "0"), Reading(Article("b", made.TEXT), "0")]
        assert [isinstance(one, Reading) for one in reception.after(readings)] == [True, False]

    def test_an_article_of_an_earlier_run_is_no_duplicate_of_itself(self) -> None:
        reception = Reception()
        reception.remember(Article("a", made.TEXT))
        assert [isinstance(one, Received) for one in reception.before([article("a"), article("b")])] == [True, False]


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "language"), [(made.TEXT, "en"), (made.TEXT.upper(), "en"), (GERMAN, "de"), (RUSSIAN, "ru")]
    )
    def test_languages_are_told_apart(self, text: str, language: str) -> None:
        assert language_of(text) == language

    def test_little_text_tells_too_little(self) -> None:
        assert language_of("Gespräche in Sarn") is None

    def test_another_language_is_refused_whole(self) -> None:
        (one,) = Reception().before([article("a", GERMAN, title="T")])
        assert isinstance(one, OtherLanguage)
        assert one.reason == "is in German; only English is read"
        assert one.article == Article("a", GERMAN, "T", language="de")

    def test_quotations_in_another_language_do_no_harm(self) -> None:
        assert language_of(made.TEXT + f"\n\n“{GERMAN}”") == "en"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.a.example/x/", "a.example/x"),
        ("HTTP://A.example/x?b=1&utm_medium=y#z", "a.example/x?b=1"),
        ("", None),
        (None, None),
        ("http://[", "http://["),
    ],
)
def test_addresses_have_one_form(url: str | None, key: str | None) -> None:
    assert canonical(url) == key


def test_addresses_give_names() -> None:
    assert slug_of("https://a.example/world/talks-in-sarn.html?x") == "talks-in-sarn"
    assert slug_of("https://www.a.example/") == "a.example"
