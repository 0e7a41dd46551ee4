"""Folders of readings: whole files named by content, nothing lost and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from builders import full_reading
from contracts import validator

from detente.intake.sealed import Sealed
from detente.read.article import Received
from detente.shards import COLUMNS, Shards, ShardsUnusable, edition_of, key_of, read_into
from detente.types import Article, Reading, Refusal
from detente.version import READER


def articles(number: int, first: int = 0) -> list[Any]:
    return [Received(Article(f"a{n}", f"Text {n}.")) for n in range(first, first + number)]


def fake(items: Iterable[Any]) -> Iterator[Reading | Refusal]:
    for item in items:
        yield item if isinstance(item, Refusal) else Reading(item.article, READER)


def write(folder: Path, items: list[Any], read: Any = fake, size: int = 4) -> list[Any]:
    shards = Shards(str(folder))
    return list(read_into(shards, items, read, done=shards.keys(), size=size))


def ids(folder: Path) -> list[str]:
    return sorted(i for p in folder.glob("*.parquet") for i in pq.read_table(p, columns=["id"])["id"].to_pylist())


def test_shards_hold_the_columns_of_the_ledgers_export(tmp_path: Path) -> None:
    made = full_reading()
    write(tmp_path, [Received(made.article)], lambda items: [made for _ in items])
    (row,) = pq.read_table(next(tmp_path.glob("*.parquet"))).to_pylist()
    assert tuple(row) == ("key", *COLUMNS)
    validator().validate(json.loads(row["reading"]))
    assert json.loads(row["reading"]) == made.to_dict()


def test_a_second_run_reads_only_what_is_missing(tmp_path: Path) -> None:
    write(tmp_path, articles(6))
    read: list[str] = []

    def noting(items: Iterable[Any]) -> Iterator[Reading | Refusal]:
        for one in fake(items):
            read.append(one.article.id if isinstance(one, Reading) else one.name)
            yield one

    write(tmp_path, articles(8), noting)
    assert read == ["a6", "a7"]
    assert ids(tmp_path) == [f"a{n}" for n in range(8)]


def test_the_same_articles_give_the_same_file(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", articles(3)), write(tmp_path / "b", articles(3))
    assert one == other


def test_what_was_refused_is_not_tried_again(tmp_path: Path) -> None:
    items = [*articles(1), Refusal("x", "is blank")]
    (shard,) = write(tmp_path, items)
    assert (shard.articles, shard.refused) == (1, (Refusal("x", "is blank"),))
    assert write(tmp_path, items) == []


@pytest.mark.parametrize("killed_after", range(7))
def test_a_run_killed_anywhere_loses_nothing_and_repeats_nothing(tmp_path: Path, killed_after: int) -> None:
    def dying(items: Iterable[Any]) -> Iterator[Reading | Refusal]:
        for n, one in enumerate(fake(items)):
            if n == killed_after:
                raise KeyboardInterrupt
            yield one

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, articles(7), dying, size=3)
    write(tmp_path, articles(7), size=3)
    assert ids(tmp_path) == [f"a{n}" for n in range(7)]


def test_a_run_that_stops_writes_what_it_has(tmp_path: Path) -> None:
    def stopping(items: Iterable[Any]) -> Iterator[Reading | Refusal]:
        for n, one in enumerate(fake(items)):
            if n == 5:
                return
            yield one

    write(tmp_path, articles(9), stopping, size=4)
    assert len(ids(tmp_path)) == 5
    write(tmp_path, articles(9), size=2)
    assert ids(tmp_path) == [f"a{n}" for n in range(9)]


def test_a_part_of_a_file_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "readings-abc.parquet.part").write_bytes(b"PAR1")
    assert Shards(str(tmp_path)).keys() == set()


def test_readings_of_another_reader_are_not_mixed_with_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, articles(1))
    monkeypatch.setattr("detente.shards.READER", "9.9.9")
    with pytest.raises(ShardsUnusable, match=f"was written by reader {READER}, this one is 9.9.9"):
        write(tmp_path, articles(1))


def test_readings_with_other_actors_are_not_mixed_with_ours(tmp_path: Path) -> None:
    (tmp_path / "actors.toml").write_text("")
    write(tmp_path / "readings", articles(1))
    other = Shards(str(tmp_path / "readings"), edition_of(tmp_path / "actors.toml"))
    with pytest.raises(ShardsUnusable, match=rf"this one is {READER}\+actors"):
        other.keys()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ShardsUnusable, match="cannot be made"):
        Shards(str(tmp_path / "file" / "readings"))


def test_keys_tell_articles_apart_by_all_that_they_say() -> None:
    one = Article("a", "x")
    others = [
        Article("a", "y"),
        Article("b", "x"),
        Article("a", "x", "T"),
        Article("a", "x", publisher="T"),
        Article("a", "x", url="T"),
    ]
    assert len({key_of(Received(a)) for a in (one, *others)}) == 6
    assert key_of(Sealed("a", "n", "html", b"x")) != key_of(Sealed("a", "n", "html", b"y"))


def test_the_articles_can_be_had_again(tmp_path: Path) -> None:
    write(tmp_path, articles(5), size=2)
    assert sorted(a.id for a in Shards(str(tmp_path)).articles()) == [f"a{n}" for n in range(5)]
