"""Articles from files, JSON lines and standard input; what cannot be read is refused by name and reason."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from strategies import texts

from detente.read.article import (
    MAX_CHARACTERS,
    Received,
    decode,
    digest_id,
    is_iso_date,
    load_articles,
    title_of,
    without_surrogates,
)
from detente.types import Article, Refusal

TEXT = "Talks in Sarn\n\nThe two sides met. “We listened,” she said.\n"


def load(*paths: Path | str, **given_: Any) -> list[Received | Refusal]:
    return list(load_articles(paths, **given_))


def article(path: Path | str, **given_: Any) -> Article:
    (found,) = load(path, **given_)
    assert isinstance(found, Received), found
    return found.article


def reason(path: Path | str) -> str:
    (found,) = load(path)
    assert isinstance(found, Refusal)
    return found.reason


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_file(content: str | bytes, name: str = "talks.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def lines(*items: object) -> str:
    return "\n".join(json.dumps(item) for item in items)


class TestPlainText:
    def test_the_text_stays_as_it_is(self, write: Any) -> None:
        assert article(write("a\r\nb\n\n\x07c")).text == "a\r\nb\n\n\x07c"

    def test_a_byte_order_mark_goes(self, write: Any) -> None:
        assert article(write(b"\xef\xbb\xbfHi.")).text == "Hi."

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_utf_16_is_read_by_its_mark(self, write: Any, encoding: str) -> None:
        mark = "" if encoding == "utf-16" else "\ufeff"
        assert article(write((mark + TEXT).encode(encoding))).text == TEXT

    def test_windows_1252_is_read_with_a_note(self, write: Any) -> None:
        (found,) = load(write("He said “no”.".encode("windows-1252")))
        assert isinstance(found, Received)
        assert found.article.text == "He said “no”."
        assert "guessed to be windows-1252" in found.notes[0].reason

    def test_a_damaged_byte_does_not_cost_the_rest_of_a_utf_8_file(self) -> None:
        found = decode("“a” “b”".encode() + b"\xff")
        assert found.text == "“a” “b”\ufffd"
        assert found.note == "byte 15 is not UTF-8; read as UTF-8 with 1 damaged characters"

    def test_the_id_is_the_name_of_the_file(self, write: Any) -> None:
        assert article(write(TEXT, "border.talks.txt")).id == "border.talks"

    def test_a_second_file_of_the_same_name_gets_a_number(self, write: Any) -> None:
        path = write(TEXT)
        ids = [found.article.id for found in load(path, path, path) if isinstance(found, Received)]
        assert ids == ["talks", "talks-2", "talks-3"]

    def test_what_the_caller_says_goes_along(self, write: Any) -> None:
        found = article(write(TEXT), published_at="2031-03-04", publisher="Courier", title="Mine")
        assert (found.published_at, found.publisher, found.title) == ("2031-03-04", "Courier", "Mine")

    def test_gzip_is_unpacked(self, write: Any) -> None:
        found = article(write(gzip.compress(TEXT.encode()), "talks.txt.gz"))
        assert (found.id, found.text) == ("talks", TEXT)

    def test_a_long_line_is_read(self, write: Any) -> None:
        assert len(article(write("x" * MAX_CHARACTERS)).text) == MAX_CHARACTERS


class TestRefusals:
    def test_an_empty_file(self, write: Any) -> None:
        assert reason(write("")) == "is empty"

    def test_a_blank_file(self, write: Any) -> None:
        assert reason(write(" \n\t\n")) == "is blank"

    def test_a_missing_file(self, tmp_path: Path) -> None:
        (found,) = load(tmp_path / "none.txt")
        assert found == Refusal(str(tmp_path / "none.txt"), "cannot be read: no such file or directory")

    def test_a_directory(self, tmp_path: Path) -> None:
        assert reason(tmp_path) == f"is a directory; name its files, for instance {tmp_path}/*.txt"

    @pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
    def test_a_file_without_permission(self, write: Any) -> None:
        path = write(TEXT)
        path.chmod(0)
        assert reason(path) == "cannot be read: permission denied"

    @pytest.mark.parametrize("extra", [1, 3 * MAX_CHARACTERS + 10])
    def test_a_text_that_is_too_long(self, write: Any, extra: int) -> None:
        assert reason(write("x" * (MAX_CHARACTERS + extra))) == "is longer than 2,000,000 characters; split it into articles"

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"abc\x00def", "NUL bytes"),
            (bytes(range(1, 32)) * 40, "control character"),
            (b"%PDF-1.7 \x93", "a PDF"),
            (b"PK\x03\x04rest", "office document"),
            (b"  <!DOCTYPE html><p>Hi", "is HTML; name it as a file"),
            (b"<?xml version='1.0'?>\n<html>", "is HTML; name it as a file"),
        ],
    )
    def test_what_is_no_plain_text(self, write: Any, data: bytes, why: str) -> None:
        assert why in reason(write(data))

    def test_a_page_by_its_name(self, write: Any) -> None:
        assert "HTML" in reason(write("<p>Hi</p>", "a.html"))

    @pytest.mark.parametrize("data", [b"no gzip", gzip.compress(b"x" * 9999)[:-12]])
    def test_a_damaged_gzip_file(self, write: Any, data: bytes) -> None:
        assert "gzip file is damaged" in reason(write(data, "a.txt.gz"))

    def test_the_others_are_read(self, write: Any, tmp_path: Path) -> None:
        found = load(write(TEXT), tmp_path / "none", write(TEXT, "b.txt"))
        assert [isinstance(one, Received) for one in found] == [True, False, True]


class TestJson:
    def test_each_line_is_an_article(self, write: Any) -> None:
        path = write(lines({"id": "a", "text": "One."}, {"id": 7, "text": "Two."}), "x.jsonl")
        assert [found.article.id for found in load(path) if isinstance(found, Received)] == ["a", "7"]

    def test_fields_are_taken_over(self, write: Any) -> None:
        item = {"id": "a", "text": "T.", "title": "H", "publisher": "P", "author": "A", "url": "u", "date": "2031-03-04"}
        assert article(write(lines(item), "x.jsonl")) == Article("a", "T.", "H", "2031-03-04", "P", "A", "u")

    def test_the_articles_own_word_goes_before_the_callers(self, write: Any) -> None:
        path = write(lines({"text": "T.", "published_at": "2031-03-04"}), "x.jsonl")
        assert article(path, published_at="2000-01-01", publisher="P").published_at == "2031-03-04"

    def test_without_an_id_the_text_gives_one(self, write: Any) -> None:
        assert article(write(lines({"text": "T."}), "x.jsonl")).id == digest_id("T.")

    def test_a_bad_line_is_refused_by_its_number_and_the_rest_is_read(self, write: Any) -> None:
        path = write('{"text": "a"}\n\n{"text": \n[1]\n{"txt": 1}\n{"text": 5}\n{"text": "b"}\n', "x.jsonl")
        found = load(path)
        assert [isinstance(one, Received) for one in found] == [True, False, False, False, False, True]
        refused = [one for one in found if isinstance(one, Refusal)]
        assert [one.name for one in refused] == [f"{path}:{n}" for n in (3, 4, 5, 6)]
        assert [one.reason.split(";")[0] for one in refused] == [
            "is not JSON: expecting value at column 9",
            "is a JSON list",
            '"text" is missing (found: txt)',
            '"text" holds a number',
        ]

    def test_one_object_over_several_lines_is_one_article(self, write: Any) -> None:
        assert article(write(json.dumps({"id": "a", "text": "T."}, indent=2), "x.json")).id == "a"

    def test_a_list_of_objects_is_read(self, write: Any) -> None:
        found = load(write(json.dumps([{"text": "a"}, {"text": "b"}], indent=1), "x.json"))
        assert [one.article.text for one in found if isinstance(one, Received)] == ["a", "b"]

    def test_gzipped_lines_are_read(self, write: Any) -> None:
        assert article(write(gzip.compress(lines({"text": "T."}).encode()), "x.jsonl.gz")).text == "T."

    def test_an_empty_text_is_an_article(self, write: Any) -> None:
        assert article(write(lines({"id": "a", "text": ""}), "x.jsonl")).text == ""

    def test_lone_surrogates_are_replaced_one_for_one(self, write: Any) -> None:
        (found,) = load(write('{"text": "a\\ud83d b\\ud83d\\ude00"}', "x.jsonl"))
        assert isinstance(found, Received)
        assert found.article.text == "a\ufffd b😀"
        assert "surrogates" in found.notes[0].reason

    def test_a_date_that_is_none_is_noted_and_left_out(self, write: Any) -> None:
        (found,) = load(write(lines({"text": "T.", "date": "last week"}), "x.jsonl"))
        assert isinstance(found, Received)
        assert found.article.published_at is None
        assert "'last week'" in found.notes[0].reason

    def test_deep_nesting_is_refused(self, write: Any) -> None:
        assert "nest too deeply" in reason(write('{"text": ' + "[" * 100_000, "x.jsonl"))

    def test_an_empty_file_is_refused(self, write: Any) -> None:
        assert reason(write("\n", "x.jsonl")) == "is empty"


class TestStandardInput:
    @staticmethod
    def feed(monkeypatch: pytest.MonkeyPatch, data: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data.encode())))

    def test_plain_text_gets_the_digest_as_its_id(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.feed(monkeypatch, TEXT)
        assert article("-").id == digest_id(TEXT)

    def test_json_is_known_by_its_first_character(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.feed(monkeypatch, lines({"id": "a", "text": "x"}, {"id": "b", "text": "y"}))
        assert [one.article.id for one in load("-") if isinstance(one, Received)] == ["a", "b"]

    def test_a_refusal_names_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.feed(monkeypatch, "")
        assert load("-") == [Refusal("standard input", "is empty")]


def test_files_are_opened_one_at_a_time(tmp_path: Path) -> None:
    """The second file is made only after the first was read."""
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("One.")
    found = load_articles([first, second])
    assert isinstance(next(found), Received)
    second.write_text("Two.")
    assert isinstance(next(found), Received)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Talks in Sarn\n\nBody.", "Talks in Sarn"),
        ("Is war likely?\r\n\r\nBody.", "Is war likely?"),
        ("\n\n  Talks in Sarn  \n\nBody.", "Talks in Sarn"),
        ("The talks began in Sarn.\n\nBody.", None),
        ("“We go,” he said.\n\nBody.", None),
        ("Talks in Sarn\nBody.", None),
        ("Talks in Sarn\n\n", None),
        ("He came on Monday. She left\n\nBody.", None),
        ("A line " * 40 + "\n\nBody.", None),
        ("", None),
    ],
)
def test_the_title_is_a_short_first_line_that_is_no_sentence(text: str, title: str | None) -> None:
    assert title_of(text) == title


@pytest.mark.parametrize("value", ["2022-01-09", "2022-01-09T14:30", "2022-01-09T14:30:00+01:00", "2022-01-09 14:30Z"])
def test_iso_dates_are_dates(value: str) -> None:
    assert is_iso_date(value)


@pytest.mark.parametrize("value", ["", "2022", "2022-01", "20220109", "2022-W01-1", "2022-13-01", "9 Jan 2022", "2022-01-09x"])
def test_other_dates_are_not(value: str) -> None:
    assert not is_iso_date(value)


@given(texts)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    sound = without_surrogates(text).removeprefix("\ufeff")
    assert decode(sound.encode()).text == sound
