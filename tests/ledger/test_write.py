"""Writing: twice is once, changed texts are kept, copies are found."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from builders import full_reading
from hypothesis import HealthCheck, given, settings
from news import RECORDED, Act, ledger, news, on
from strategies import readings as any_reading

from detente.errors import LedgerUnwritable
from detente.intake.addresses import canonical
from detente.ledger import queries
from detente.ledger.connection import open_ledger
from detente.ledger.write import write_readings
from detente.types import Reading

TEXT = "Arvania demanded on Monday that Belmora release the crew of the trawler Calliste, which was seized last week."


def plain(name: str = "a", day: str | None = "2024-03-04", text: str = TEXT, **rest: Any) -> Reading:
    return news(name, day, rest.pop("publisher", "Courier"), text, [Act("REQUEST", "ARV", "BMR", "demanded")], **rest)


def outcomes(db: sqlite3.Connection, *readings: Reading) -> list[str]:
    return [w.outcome for w in write_readings(db, readings, now=RECORDED)]


def contents(db: sqlite3.Connection) -> dict[str, list[Any]]:
    tables = ("articles", "readings", "events", "parties", "statements", "loaded_words", "bands", "copies")
    return {t: [tuple(r) for r in db.execute(f"SELECT * FROM {t} ORDER BY 1, 2, 3")] for t in tables}


def test_writing_twice_equals_writing_once(tmp_path: Path) -> None:
    db = ledger(tmp_path, plain(), full_reading())
    before = contents(db)
    assert outcomes(db, plain(), full_reading()) == ["known", "known"]
    assert contents(db) == before


def test_the_same_text_under_another_id_is_the_same_article(tmp_path: Path) -> None:
    assert outcomes(ledger(tmp_path, plain("a")), plain("a-2")) == ["known"]


def test_the_same_text_by_another_publisher_is_another_article(tmp_path: Path) -> None:
    db = ledger(tmp_path, plain("a"))
    assert outcomes(db, plain("b", publisher="Gazette")) == ["written"]
    assert queries.copy_pairs(db, known_by=on("2024-03-04")) == [(1, 2)]


def test_what_was_read_comes_back_as_it_was(tmp_path: Path) -> None:
    db = ledger(tmp_path, full_reading())
    assert queries.reading_in(db, 1, known_by=RECORDED) is None  # published in 2031
    assert queries.reading_in(db, 1, known_by=on("2031-03-04")) == full_reading()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(any_reading())
def test_any_reading_comes_back_as_it_was(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "relations.ledger").unlink(missing_ok=True)
    db = ledger(tmp_path, reading)
    assert list(queries.readings(db, known_by=RECORDED)) == [reading]
    db.close()


def test_a_changed_text_is_a_new_version_and_the_old_one_stays(tmp_path: Path) -> None:
    url = "https://courier.example/strait"
    first, second = plain(url=url), plain(url=url + "/?utm_source=feed", day="2024-03-06", text=TEXT + " Nobody was hurt.")
    db = ledger(tmp_path, first)
    assert outcomes(db, second) == ["new version"]
    assert [a.version for a in queries.versions(db, 1, known_by=on("2024-03-06"))] == [1, 2]
    assert [a.version for a in queries.articles(db, known_by=on("2024-03-05"))] == [1]
    assert [a.version for a in queries.articles(db, known_by=on("2024-03-06"))] == [2]
    assert queries.reading_in(db, 1, known_by=on("2024-03-06")) == first


def test_a_text_changed_under_its_old_date_is_known_from_when_it_was_seen(tmp_path: Path) -> None:
    url = "https://courier.example/strait"
    db = ledger(tmp_path, plain(url=url), plain(url=url, text=TEXT + " Nobody was hurt."))
    assert [a.version for a in queries.articles(db, known_by=on("2024-12-30"))] == [1]
    assert [a.version for a in queries.articles(db, known_by=RECORDED)] == [2]


def test_an_older_text_that_comes_later_takes_its_place_in_time(tmp_path: Path) -> None:
    url = "https://courier.example/strait"
    db = ledger(tmp_path, plain(url=url, day="2024-03-10"), plain(url=url, day="2024-03-04", text=TEXT + " Early edition."))
    assert [a.row for a in queries.articles(db, known_by=on("2024-03-05"))] == [2]
    assert [a.row for a in queries.articles(db, known_by=on("2024-03-10"))] == [1]


def test_articles_of_one_id_but_other_texts_are_not_versions(tmp_path: Path) -> None:
    db = ledger(
        tmp_path, plain("1"), plain("1", text="Something quite different happened in Costavera, where nobody demanded it.")
    )
    assert len(queries.articles(db, known_by=on("2024-03-04"))) == 2


def test_an_article_without_a_date_is_known_when_it_was_recorded(tmp_path: Path) -> None:
    db = ledger(tmp_path, plain(day=None))
    assert queries.articles(db, known_by=on("2024-12-31")) == []
    assert len(queries.articles(db, known_by=RECORDED)) == 1


def test_a_publisher_and_date_that_were_forgotten_are_filled_in(tmp_path: Path) -> None:
    db = ledger(tmp_path, plain(day=None, publisher=None))
    assert outcomes(db, plain()) == ["completed"]
    (article,) = queries.articles(db, known_by=on("2024-03-04"))
    assert (article.row, article.publisher, article.published_at) == (1, "Courier", "2024-03-04")
    assert queries.reading_in(db, 1, known_by=RECORDED) == plain()
    assert [r.number for r in queries.all_reports(db, known_by=RECORDED)] == [1]
    assert outcomes(db, plain(), plain(day=None, publisher=None)) == ["known", "known"]


def test_another_publisher_or_date_completes_nothing(tmp_path: Path) -> None:
    db = ledger(tmp_path, plain(day=None, publisher="Gazette"))
    assert outcomes(db, plain()) == ["written"]


def test_a_full_disk_loses_nothing_that_was_reported(tmp_path: Path) -> None:
    db = ledger(tmp_path, plain("a"))
    db.execute("PRAGMA max_page_count = " + str(db.execute("PRAGMA page_count").fetchone()[0] + 2))
    written, big = [], "x y z " * 50_000
    with pytest.raises(LedgerUnwritable, match="the disk is full"):
        written += [w.name for w in write_readings(db, [plain("b", text=TEXT + big)], now=RECORDED)]
    db.close()
    again = open_ledger(tmp_path / "relations.ledger")
    assert [a.name for a in queries.articles(again, known_by=RECORDED)] == ["a", *written]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.courier.example/strait/", "courier.example/strait"),
        ("http://courier.example/strait?utm_source=x&page=2#top", "courier.example/strait?page=2"),
        ("", None),
        (None, None),
    ],
)
def test_addresses_are_compared_by_what_matters(url: str | None, key: str | None) -> None:
    assert canonical(url) == key
