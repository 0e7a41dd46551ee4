"""The benchmarks of extraction and scale measure what they say."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.extraction.__main__ import rates, same, words
from benchmarks.scale.__main__ import Memory, check, make
from detente.read.article import Received
from detente.shards import Shards, read_into
from detente.types import Article, Reading


def test_words_count_as_often_as_they_occur() -> None:
    assert rates(words("a a b"), words("a b c c")) == pytest.approx((0.5, 2 / 3, 4 / 7))
    assert rates(words("a"), Counter()) == (0.0, 0.0, 0.0)


def test_titles_and_dates_are_compared_by_letters_and_digits() -> None:
    assert same("Talks in Sarn!", "talks  in sarn")
    assert not same("2031-03-04", None)


def test_articles_are_repeated_under_other_ids(tmp_path: Path) -> None:
    source, made = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_text('{"id": "a", "text": "one two"}\n{"id": "b", "text": "three"}\n')
    assert make(source, 5, made) == 8
    assert [json.loads(line)["id"] for line in made.read_text().splitlines()] == ["a-0", "b-1", "a-2", "b-3", "a-4"]


def test_a_missing_article_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    articles, out = tmp_path / "a.jsonl", tmp_path / "readings"
    articles.write_text('{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n')
    item = Article("a", "x")
    list(read_into(Shards(str(out)), [Received(item)], lambda items: [Reading(item, "0.1.0") for _ in items], done=set()))
    check(articles, out)
    assert "exactly once: False" in capsys.readouterr().out


def test_quarters_of_the_memory_follow_each_other() -> None:
    assert [Memory([1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]).quarter(n) for n in range(4)] == [1.0, 2.0, 3.0, 4.0]
