"""Questions to the ledger see what was known by their moment, and search finds words."""

from __future__ import annotations

from pathlib import Path

import pytest
from news import RECORDED, Act, Words, ledger, news, on

from detente.errors import FutureMoment, ReadingInvalid, WrongCall
from detente.ledger import copies, queries
from detente.ledger.clocks import as_of, moment, stamp
from detente.ledger.exchange import readings_of
from detente.ledger.reread import adopt, articles_to_read, stage
from detente.ledger.revive import reading_from
from detente.ledger.search import search

SAID = "“We want legally binding guarantees of our security,” Torvek said."
ONE = news(
    "one",
    "2024-03-04",
    "Courier",
    f"Arvania demanded guarantees from Belmora. {SAID}",
    [Act("REQUEST", "Torvek", "BMR", "demanded")],
    [Words("Torvek", "“We want legally binding guarantees of our security,”", "said")],
    loaded=["demanded"],
)
TWO = news(
    "two",
    "2024-03-06",
    "Gazette",
    "Belmora refused the guarantee. “No paper makes anybody safe,” Dray said.",
    [Act("REJECT", "BMR", "ARV", "refused")],
    [Words("Dray", "“No paper makes anybody safe,”", "said")],
)


def test_reports_come_in_the_order_in_which_they_became_known(tmp_path: Path) -> None:
    db = ledger(tmp_path, TWO, ONE)
    reports = queries.reports_between(db, ["BMR"], ["ARV"], known_by=on("2024-03-06"))
    assert [r.article.name for r in reports] == ["one", "two"]
    assert [r.number for r in queries.reports_between(db, ["ARV"], ["BMR"], known_by=on("2024-03-05"))] == [2]


def test_a_report_leads_to_its_sentence(tmp_path: Path) -> None:
    (report,) = queries.reports_between(ledger(tmp_path, ONE), ["ARV"], ["BMR"], known_by=on("2024-03-04"))
    assert (report.sentence, report.sentence_number) == ("Arvania demanded guarantees from Belmora.", 1)
    assert report.sentence[report.trigger_in_sentence :].startswith("demanded")


def test_a_question_of_a_day_sees_all_of_that_day(tmp_path: Path) -> None:
    late = news("late", "2024-03-04T22:30+01:00", "Courier", ONE.article.text)
    db = ledger(tmp_path, late)
    assert len(queries.articles(db, known_by=moment("2024-03-04"))) == 1
    assert len(queries.articles(db, known_by=moment("2024-03-04T21:29Z"))) == 0


def test_statements_by_speaker_and_code(tmp_path: Path) -> None:
    db = ledger(tmp_path, ONE, TWO)
    assert [
        s.statement.speaker and s.statement.speaker.name
        for s in queries.statements_known(db, known_by=RECORDED, speaker="dray")
    ] == ["Orsolin Dray"]
    assert len(queries.statements_known(db, known_by=RECORDED, codes=["ARV"])) == 1
    assert queries.statements_known(db, known_by=on("2024-03-01")) == []


def test_search_finds_other_forms_of_words_in_statements_first(tmp_path: Path) -> None:
    hits = search(ledger(tmp_path, ONE, TWO), "guarantee", known_by=RECORDED)
    assert [(h.article.name, h.said) for h in hits] == [("one", True), ("two", False)]
    assert "«guarantees»" in hits[0].excerpt


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("legally guarantees", 1),
        ('"legally binding guarantees"', 1),
        ('"binding legally"', 0),
        ("guar*", 1),
        ("AND", 0),
        ('security" OR "x', 0),
        ("(security)", 1),
        ("security NOT", 0),
        ("guarantees security NEAR", 0),
        ("content:security", 0),
    ],
)
def test_searched_words_are_words(tmp_path: Path, words: str, found: int) -> None:
    assert len(search(ledger(tmp_path, ONE), words, known_by=RECORDED, speaker="Torvek")) == found


def test_search_by_speaker_and_time(tmp_path: Path) -> None:
    db = ledger(tmp_path, ONE, TWO)
    assert search(db, "safe", known_by=RECORDED, speaker="Torvek") == []
    assert len(search(db, "safe", known_by=RECORDED, speaker="Dray", since=moment("2024-03-05"))) == 1
    assert search(db, "safe", known_by=on("2024-03-05")) == []
    assert search(db, "safe", known_by=RECORDED, since=moment("2024-03-07")) == []


def test_a_search_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="no word to search for"):
        search(ledger(tmp_path), '"" ?!', known_by=RECORDED)


def test_actors_and_publishers_are_counted(tmp_path: Path) -> None:
    db = ledger(tmp_path, ONE, TWO)
    assert {a.code: (a.acts, a.received, a.statements) for a in queries.actors(db, known_by=RECORDED)} == {
        "ARV": (1, 1, 1),
        "BMR": (1, 1, 1),
    }
    courier, gazette = queries.publishers(db, known_by=RECORDED)
    assert (courier.publisher, courier.loaded, gazette.loaded) == ("Courier", 1, 0)
    assert courier.loaded_per_thousand == round(1000 / len(ONE.article.text.split()), 1)


def test_a_publisher_that_is_not_named_is_known_by_its_address(tmp_path: Path) -> None:
    (found,) = queries.publishers(
        ledger(tmp_path, news("a", "2024-03-04", None, "x", url="https://www.herald.example/1")), known_by=RECORDED
    )
    assert found.publisher == "herald.example"


def test_a_moment_in_the_future_is_refused_unless_the_ledger_reaches_there() -> None:
    now = moment("2024-03-04T12:00Z")
    assert as_of(None, now=now) == now
    assert as_of("2024-03-04", now=now) == moment("2024-03-04")
    with pytest.raises(FutureMoment, match="lies in the future; the latest moment to ask about is 2024-03-04"):
        as_of("2024-03-05", now=now)
    assert as_of("2031-03-04", now=now, last_known=moment("2031-03-04")) == moment("2031-03-04")
    with pytest.raises(WrongCall, match="is not a date"):
        as_of("yesterday", now=now)


def test_a_stamp_is_utc() -> None:
    assert stamp(moment("2024-03-04T01:30+02:00")) == "2024-03-03T23:30:00Z"


def test_copies_are_alike_and_others_are_not() -> None:
    text = " ".join(f"word{n} and" for n in range(120))
    assert copies.likeness(copies.signature(text), copies.signature(text)) == 1.0
    assert copies.likeness(copies.signature(text), copies.signature(text + " one more line at the end")) > copies.COPY
    assert copies.likeness(copies.signature(text), copies.signature("another text of other words " * 9)) < 0.1
    assert copies.likeness(copies.signature(""), copies.signature("")) == 0.0
    assert copies.bands(copies.signature("")) == []


def test_a_reread_replaces_all_readings_at_once_and_keeps_numbers(tmp_path: Path) -> None:
    db = ledger(tmp_path, ONE, TWO)
    assert len(list(articles_to_read(db, "0.2.0"))) == 2
    new = [
        news(
            r.article.id,
            r.article.published_at,
            r.article.publisher,
            r.article.text,
            [
                Act("THREATEN", "ARV", "CSV", "said" if r is ONE else "makes"),
                Act("REQUEST", "ARV", "BMR", "demanded" if r is ONE else "refused"),
            ],
            reader="0.2.0",
        )
        for r in (ONE, TWO)
    ]
    assert list(stage(db, enumerate(new, 1), "0.2.0")) == [1, 2]
    assert [r.event.event_type for r in queries.all_reports(db, known_by=RECORDED)] == ["REQUEST", "REJECT"]
    assert list(articles_to_read(db, "0.2.0")) == []
    assert adopt(db, "0.2.0", now=RECORDED) == 2
    after = {r.number: r.event.event_type for r in queries.all_reports(db, known_by=RECORDED)}
    assert after == {1: "REQUEST", 2: "REQUEST", 3: "THREATEN", 4: "THREATEN"}
    assert search(db, "guarantees", known_by=RECORDED, speaker="Torvek") == []
    assert adopt(db, "0.2.0", now=RECORDED) == 0


def test_a_reread_by_another_reader_drops_what_was_staged_before(tmp_path: Path) -> None:
    db = ledger(tmp_path, ONE)
    list(stage(db, [(1, ONE)], "0.2.0"))
    list(stage(db, [], "0.3.0"))
    assert db.execute("SELECT count(*) FROM staged_readings").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "detente.reading/9"}, "'detente.reading/9' is not 'detente.reading/1'"),
        ({"sentences": [{"start": 5, "end": 2}]}, "the span 5 to 2 is none"),
        ({"events": [{"id": "e1"}]}, "'event_type' is missing"),
        ({"reader": None}, "'reader' is None, not a string"),
    ],
)
def test_json_that_is_no_reading_is_told_with_its_place(change: dict[str, object], message: str) -> None:
    with pytest.raises(ReadingInvalid, match=f"^file:3: .*{message}"):
        reading_from({**ONE.to_dict(), **change}, "file:3")


def test_words_that_are_not_the_texts_are_refused() -> None:
    data = ONE.to_dict()
    data["events"][0]["trigger"]["text"] = "begged"
    with pytest.raises(ReadingInvalid, match="shows 'begged' but the text has 'demanded'"):
        reading_from(data)


def test_a_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{\n", encoding="utf-8")
    with pytest.raises(ReadingInvalid, match=r"a\.jsonl:1: is not JSON"):
        list(readings_of(str(tmp_path / "a.jsonl")))
    with pytest.raises(WrongCall, match="cannot be read"):
        list(readings_of(str(tmp_path / "none.jsonl")))
