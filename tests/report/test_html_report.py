"""The report as a page: all of the text, nothing but the text, and nothing that runs."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from builders import TORVEK, article, full_reading, part, reading, statement
from hypothesis import given
from strategies import readings

from detente.report.html import drawn, fragment, marked_paragraphs, page
from detente.report.layers import Mark, nest
from detente.types import Reading, Span

HOSTILE = '<script>alert(1)</script> "quoted" & {{ 7 * 7 }} </style><img src=x onerror=alert(1)>'
VOID = {"meta", "br", "img", "link"}


class Reader(HTMLParser):
    """Collects elements, attributes and text, and checks that elements nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def having(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of the elements with that class."""
        return [a for _, a in self.elements if name in (a.get("class") or "").split()]


def words(html: str) -> str:
    return "".join(Reader(html).text)


def test_a_page_stands_alone() -> None:
    html = page([full_reading()])
    tags = {tag for tag, _ in Reader(html).elements}
    assert not tags & {"script", "link", "img", "iframe"}
    assert "default-src 'none'" in html
    assert not re.search(r"@import|url\(", html)


def test_a_page_holds_every_reading() -> None:
    html = page([full_reading(), reading(article=article(title="Second"))])
    assert len(Reader(html).having("reading")) == 2
    assert "Second" in html


def test_no_reading_is_a_page_too() -> None:
    assert "No article was read" in page([])


def test_ids_are_unique_and_links_lead_to_them() -> None:
    elements = Reader(page([full_reading(), full_reading()])).elements
    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len(set(ids))
    links = {a["href"] or "" for tag, a in elements if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_hostile_words_stay_words_wherever_they_stand() -> None:
    speaker = replace(TORVEK, name=HOSTILE, role=HOSTILE)
    one = reading(
        HOSTILE,
        article=article(HOSTILE, title=HOSTILE, publisher=HOSTILE, author=HOSTILE, id=HOSTILE, url="javascript:alert(1)"),
        statements=(statement("s1", part(HOSTILE, text=HOSTILE), speaker=speaker, as_spoken=HOSTILE),),
    )
    for html in (page([one]), fragment(one)):
        tags = {tag for tag, _ in Reader(html).elements}
        assert not tags & {"script", "img"}
        assert "javascript:" not in html
        assert html.count("</style>") == 1


def test_alterations_are_marked_and_explained() -> None:
    marked = Reader(page([full_reading()])).having("alteration")
    assert {"put in by the author", "the author's remark", "letter changed by the author"} == {a["data-tip"] for a in marked}


def test_a_tip_can_be_reached_with_the_keyboard() -> None:
    marked = Reader(page([full_reading()])).having("alteration")
    assert all(a["tabindex"] == "0" for a in marked)


def test_each_voice_has_one_colour() -> None:
    html = page([full_reading()])
    contents = Reader(html).having("content")
    torvek = {(a["class"] or "").split()[1] for a in contents if (a["data-tip"] or "").startswith("Ilan Torvek")}
    selk = {(a["class"] or "").split()[1] for a in contents if (a["data-tip"] or "").startswith("Mara Selk")}
    assert len(torvek) == len(selk) == 1
    assert torvek != selk


def test_boilerplate_is_folded_away_but_there() -> None:
    html = page([full_reading()])
    assert len(Reader(html).having("boilerplate")) == 1
    assert "Connecting to %s" in words(html)


def test_events_carry_their_status() -> None:
    html = page([full_reading()])
    for status in ("happened", "scheduled", "hypothetical", "denied", "demanded"):
        assert len(Reader(html).having(f"is-{status}")) == 2  # in the text and on the time line


def test_a_notebook_shows_the_fragment() -> None:
    assert full_reading()._repr_html_() == fragment(full_reading())
    assert "<html" not in fragment(full_reading())


def test_the_style_of_a_fragment_touches_nothing_else() -> None:
    css = re.sub(r"/\*.*?\*/", "", fragment(full_reading()).split("<style>")[1].split("</style>")[0], flags=re.S)
    while (shorter := re.sub(r"\([^()]*\)", "", css)) != css:
        css = shorter
    rules = [rule for rule in re.findall(r"([^{}]+)\{", css) if not rule.strip().startswith("@")]
    selectors = [one.strip() for rule in rules for one in rule.split(",")]
    assert len(selectors) > 50
    assert all(s.startswith((".detente", "body.detente-page")) for s in selectors)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "One.", "One.\n\nTwo.\r\n\r\nThree."])
def test_articles_without_statements_are_shown(text: str) -> None:
    shown = words(fragment(reading(text, article=article(text, title=None))))
    assert all(word in shown for word in text.split())


@given(readings())
def test_the_text_of_the_marked_article_is_the_article(one: Reading) -> None:
    for span, passage in marked_paragraphs(one, "r0"):
        assert words(str(passage.html)).replace("\r\n", "\n").replace("\r", "\n") == (
            span.of(one.article.text).replace("\r\n", "\n").replace("\r", "\n")
        )


@given(readings())
def test_any_reading_nests_its_elements(one: Reading) -> None:
    Reader(page([one]))


def test_thousands_of_marks_inside_each_other_are_drawn() -> None:
    marks = [Mark(Span(0, 9), "content", f"n{n}", depth=n) for n in range(5_000)]
    page = drawn("Arvania <", nest(marks, Span(0, 9)))
    assert page.count("<span") == page.count("</span>") == 5_000
    assert page.index("n0") < page.index("n4999") < page.index("Arvania &lt;")
