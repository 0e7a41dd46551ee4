"""Whole articles, read by the shipped model. Only what is plain to any reader is asked, on clear newspaper sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from contracts import check_reading
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import texts

import detente
from detente.read.article import MAX_CHARACTERS, Received
from detente.read.boilerplate import find_boilerplate
from detente.read.quotations import find_quotations
from detente.read.words import find_words
from detente.types import Article, Reading, Refusal, Speaker, Statement

ACTORS = Path(__file__).parents[2] / "examples" / "actors.toml"

STRAIT = """Arvania Warns Belmora Over Warships

SARN, March 4 - Arvania will close the Irel Strait if Belmora sends more warships, Foreign Minister Ilan Torvek said on Tuesday.

“We have shown patience for a whole year,” Torvek told reporters in Sarn. “That year is over and it will not come back.”

Prime Minister Orsolin Dray of Belmora said his country “will not ask anyone for permission to sail in open water”. \
He added that the navy would send two more ships next week.

The Northern Compact called for calm. “Nobody here wants a crisis over a channel nine miles wide,” said Halden Roke, \
the secretary-general of the alliance.

The strait was closed for six days in December.
"""


@cache
def read(text: str) -> Reading:
    (found,) = detente.read_many([Article("a", text, published_at="2031-03-04")], threads=1, actors=ACTORS)
    assert isinstance(found, Reading)
    return found


def saying(text: str, words: str) -> Statement:
    """The outermost statement whose content holds these words."""
    holders = [s for s in read(text).statements if words in s.content.text and s.within is None]
    assert holders, f"{words!r} is in no statement; found {[s.content.text for s in read(text).statements]}"
    return holders[0]


def speaker(text: str, words: str) -> Speaker:
    found = saying(text, words).speaker
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("words", "directness"),
    [
        ("patience for a whole year", "direct"),
        ("That year is over", "direct"),
        ("will not ask anyone for permission", "mixed"),
        ("close the Irel Strait", "indirect"),
        ("send two more ships next week", "indirect"),
        ("Nobody here wants a crisis", "direct"),
    ],
)
def test_statements_are_direct_mixed_or_indirect(words: str, directness: str) -> None:
    assert saying(STRAIT, words).directness == directness


@pytest.mark.parametrize(
    ("words", "name", "code"),
    [
        ("close the Irel Strait", "Ilan Torvek", "ARV"),
        ("patience for a whole year", "Ilan Torvek", "ARV"),
        ("That year is over", "Ilan Torvek", "ARV"),
        ("will not ask anyone for permission", "Orsolin Dray", "BMR"),
        ("send two more ships next week", "Orsolin Dray", "BMR"),
        ("Nobody here wants a crisis", "Halden Roke", "NCO"),
    ],
    ids=["title and name", "surname", "without a cue", "name with a state", "pronoun", "name behind the cue"],
)
def test_each_statement_has_its_speaker(words: str, name: str, code: str) -> None:
    found = speaker(STRAIT, words)
    assert (found.name, found.kind, found.code) == (name, "person", code)


def test_what_the_narrator_tells_is_nobodys_statement() -> None:
    assert not any("closed for six days" in s.content.text for s in read(STRAIT).statements)


@pytest.mark.parametrize(
    "text",
    [
        "Torvek said: “We will not sign the treaty this year.”",
        "“We will not sign the treaty this year,” Torvek said.",
        "“We will not sign the treaty,” Torvek said, “this year.”",
        "According to Torvek, “we will not sign the treaty this year”.",
        "“We will not sign the treaty this year,” said Torvek, the foreign minister of Arvania.",
        'Torvek told reporters: "We will not sign the treaty this year."',
    ],
    ids=["before", "after", "inside", "according to", "inverted", "straight marks"],
)
def test_the_cue_may_stand_anywhere(text: str) -> None:
    found = saying(text, "will not sign the treaty")
    assert found.speaker is not None
    assert found.speaker.name == "Ilan Torvek"
    assert "this year" in found.content.text
    assert found.directness == "direct"


def test_a_cue_inside_a_quotation_is_no_part_of_it() -> None:
    found = saying("“We will not sign the treaty,” Torvek said, “this year.”", "will not sign")
    assert len(found.content.spans) == 2
    assert "Torvek" not in found.content.text


def test_a_ministry_speaks_for_its_state() -> None:
    found = speaker("The ships were in open water, the Belmoran foreign ministry said on Monday.", "in open water")
    assert (found.kind, found.code) == ("organisation", "BMR")


def test_a_state_speaks() -> None:
    found = speaker("Belmora denied on Monday that it had sent any ships through the strait.", "sent any ships")
    assert (found.name, found.kind, found.code) == ("Belmora", "state", "BMR")


def test_somebody_without_a_name_is_unnamed() -> None:
    text = "A senior Arvanian official, speaking on condition of anonymity, said that the talks would fail."
    found = speaker(text, "the talks would fail")
    assert (found.kind, found.code) == ("unnamed", "ARV")


def test_two_speakers_are_kept_apart() -> None:
    text = "“The ships will leave tomorrow,” Torvek said. “The ships will stay where they are,” Dray replied."
    assert speaker(text, "leave tomorrow").name == "Ilan Torvek"
    assert speaker(text, "stay where they are").name == "Orsolin Dray"


def test_a_name_that_no_table_knows_is_a_speaker_too() -> None:
    text = "Farmer Anna Kessel said the river had flooded her fields. “We have lost everything this spring,” Kessel said."
    assert speaker(text, "lost everything").name == "Anna Kessel"


def test_alterations_are_found_and_taken_out() -> None:
    text = "“(W)e will not wait for the (corrupt) other side (sic) for ever,” Torvek said."
    found = saying(text, "will not wait")
    assert [(a.kind, a.text) for a in found.alterations] == [
        ("capital", "(W)"), ("insertion", "(corrupt)"), ("sic", "(sic)"),
    ]  # fmt: skip
    assert found.as_spoken == "we will not wait for the other side for ever,"


def test_a_scare_quote_is_nobodys_statement() -> None:
    text = "The ships left. The so-called “peace plan of the north” came to nothing. It rained."
    found = read(text)
    places = [q.text for q in found.unattributed] + [s.content.text for s in found.statements]
    assert any("peace plan of the north" in place for place in places)


def test_every_quotation_of_three_words_is_accounted_for() -> None:
    found = read(STRAIT)
    words = find_words(STRAIT)
    places = [q.span for q in found.unattributed] + [s for st in found.statements for s in st.content.spans]
    for quoted in find_quotations(words):
        if quoted.size(words) >= 3:
            assert any(place.overlaps(quoted.span(words)) for place in places)


def test_a_quotation_that_runs_over_paragraphs_has_one_speaker() -> None:
    text = (
        "“We waited for them all winter,” Torvek said. “They never wrote.\n\n"
        "“In spring we asked them again, twice.\n\n“Now we shall close the strait.”"
    )
    assert {speaker(text, words).name for words in ("never wrote", "asked them again", "close the strait")} == {"Ilan Torvek"}


def test_boilerplate_is_marked_and_never_read() -> None:
    text = STRAIT + "\nLeave a Reply\n\nFill in your details below\n\n%d bloggers like this:\n"
    found = read(text)
    (marked,) = found.boilerplate
    assert marked.of(text).startswith("Leave a Reply")
    assert all(s.content.end <= marked.start for s in found.statements)
    assert all(s.end <= marked.start for s in found.sentences)


def test_sentences_are_those_of_the_text() -> None:
    text = "The talks failed. Both sides left Sarn on Monday.\n\nNobody knows why."
    assert [s.of(text) for s in read(text).sentences] == [
        "The talks failed.", "Both sides left Sarn on Monday.", "Nobody knows why.",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\n", "\u200b"], ids=["empty", "blank", "lines", "invisible"])
def test_a_text_without_words_gives_an_empty_reading(text: str) -> None:
    found = read(text)
    assert (found.statements, found.unattributed, found.timexes, found.events, found.loaded) == ((),) * 5


@pytest.mark.parametrize(
    "marks", ['"' * 10_000, "“a” " * 2_000, "“ " * 2_000, "[sic] " * 700], ids=["straight", "pairs", "open", "sic"]
)
def test_thousands_of_marks_are_read(marks: str) -> None:
    check_reading(read(marks))


def test_lone_surrogates_are_replaced() -> None:
    found = detente.read("He said \ud800 “we \udfff will not sign”.")
    check_reading(found)
    assert "\ud800" not in found.article.text
    json.dumps(found.to_dict(), ensure_ascii=False).encode("utf-8")


def test_one_very_long_word_is_read() -> None:
    check_reading(read("x" * 200_000))


def test_a_text_beyond_the_limit_is_refused_and_the_others_are_read() -> None:
    articles = [Article("long", "a" * (MAX_CHARACTERS + 1)), Article("short", "Torvek left.")]
    long, short = detente.read_many(articles, threads=1)
    assert isinstance(long, Refusal)
    assert long.name == "long"
    assert f"{MAX_CHARACTERS:,}" in long.reason
    assert isinstance(short, Reading)
    with pytest.raises(ValueError, match=r"at most|split"):
        detente.read("a" * (MAX_CHARACTERS + 1))


def test_refusals_and_notes_pass_through_in_order() -> None:
    note = Refusal("b.txt", "byte 7 is not UTF-8")
    items: list[Article | Received | Refusal] = [
        Refusal("a.txt", "no such file"),
        Received(Article("b", "Torvek left."), (note,)),
        Article("c", ""),
    ]
    first, second, third = detente.read_many(items, threads=1)
    assert first == items[0]
    assert isinstance(second, Reading)
    assert second.refusals == (note,)
    assert isinstance(third, Reading)
    assert third.article.id == "c"


def test_readings_come_in_the_order_of_the_articles() -> None:
    articles = [Article(str(k), "Torvek left Sarn. " * (k % 5)) for k in range(150)]
    assert [r.article.id for r in detente.read_many(articles, threads=1) if isinstance(r, Reading)] == [
        str(k) for k in range(150)
    ]


def test_articles_are_taken_as_they_are_needed() -> None:
    """Memory does not grow with their number: what is not read yet is not asked for."""
    asked: list[int] = []

    def endless() -> Iterator[Article]:
        for k in range(10_000):
            asked.append(k)
            yield Article(str(k), "Torvek left Sarn.")

    next(iter(detente.read_many(endless(), threads=1)))
    assert len(asked) < 500


def test_no_articles_give_no_readings() -> None:
    assert list(detente.read_many([], threads=1)) == []


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="last Tuesday"):
        detente.read("Torvek left.", published_at="last Tuesday")


def test_an_id_is_made_from_the_text() -> None:
    assert detente.read("Torvek left.").article.id == detente.read("Torvek left.").article.id
    assert detente.read("Torvek left.", id="mine").article.id == "mine"


def test_an_article_is_read_alike_alone_and_among_others() -> None:
    among = [Article("n", "It rained in Sarn. " * 40), Article("a", STRAIT, published_at="2031-03-04"), Article("m", "")]
    found = [r for r in detente.read_many(among, threads=1, actors=ACTORS) if isinstance(r, Reading)][1]
    alone = detente.read(STRAIT, published_at="2031-03-04", id="a", actors=ACTORS)
    assert json.dumps(found.to_dict()) == json.dumps(alone.to_dict())


_SPEECH = st.lists(
    st.sampled_from(
        [
            "“",
            "”",
            '"',
            "Torvek",
            " said",
            ", ",
            ". ",
            "\n\n",
            "ships left",
            " that ",
            "he ",
            " (sic)",
            "[our] ",
            "‘",
            "’s ",
            "Belmora ",
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(texts, _SPEECH))
def test_any_text_gives_a_reading_that_keeps_the_contract(text: str) -> None:
    check_reading(detente.read(text, published_at="2031-03-04"))


@settings(max_examples=15, deadline=None)
@given(st.one_of(texts, _SPEECH))
def test_the_same_text_gives_the_same_bytes(text: str) -> None:
    first, second = (json.dumps(detente.read(text).to_dict()) for _ in range(2))
    assert first == second


@settings(max_examples=25, deadline=None)
@given(_SPEECH)
def test_nothing_is_read_in_boilerplate_whatever_stands_before(text: str) -> None:
    text = text + "\n\nLeave a Reply\n\nConnecting to %s\n\n“We like this,” 3 bloggers said\n"
    found = detente.read(text)
    assert list(found.boilerplate) == find_boilerplate(text)
    check_reading(found)
