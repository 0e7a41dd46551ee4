"""Reading on Ray: pieces cover the sources exactly, and each piece is read into shards like anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import obedient, once

from detente import parallel, scale
from detente.errors import ArticleRefused
from detente.read.article import NOTHING_GIVEN, Received
from detente.scale import Driver, Job, Piece, articles_of, pieces_of, read_on_ray, read_piece


def lines(path: Path, number: int) -> Path:
    path.write_text(
        "".join(json.dumps({"id": f"a{n}", "text": f"Text {n} “é”."}) + "\n" for n in range(number)), encoding="utf-8"
    )
    return path


def ids(places: tuple[str, ...]) -> list[str]:
    found = [one for piece in pieces_of(places) for one in articles_of(piece, NOTHING_GIVEN)]
    assert all(isinstance(one, Received) for one in found)
    return [one.article.id for one in found]


@given(st.integers(1, 400))
def test_each_line_belongs_to_one_piece(size: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scale, "PIECE_BYTES", size)
        assert ids((str(lines(Path(folder) / "a.jsonl", 12)),)) == [f"a{n}" for n in range(12)]


def test_each_group_of_rows_of_parquet_is_a_piece(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([{"id": f"a{n}", "text": "x"} for n in range(10)])
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=4)
    assert len(list(pieces_of((str(tmp_path / "a.parquet"),)))) == 3
    assert ids((str(tmp_path),)) == [f"a{n}" for n in range(10)]


def test_patterns_and_folders_name_files_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.png"):
        (tmp_path / name).write_text("They met.")
    assert [Path(p.place).name for p in pieces_of((str(tmp_path / "*.txt"),))] == ["a.txt", "b.txt"]
    assert [Path(p.place).name for p in pieces_of((str(tmp_path),))] == ["a.txt", "b.txt"]


def test_a_place_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArticleRefused, match="is not there"):
        list(pieces_of((str(tmp_path / "none.parquet"),)))


def test_a_pattern_in_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArticleRefused, match="cannot be read"):
        list(pieces_of((str(tmp_path / "none" / "*.parquet"),)))


def test_a_piece_done_twice_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "shipped_reader", once)
    (tmp_path / "actors.toml").write_text("")
    job = Job((), str(tmp_path / "readings"), actors=str(tmp_path / "actors.toml"))
    piece = Piece(str(lines(tmp_path / "a.jsonl", 5)), 0, 1 << 20)
    first, again = (list(read_piece(piece, job, frozenset())) for _ in range(2))
    assert [shard.articles for shard in first] == [5]
    assert again == []
    assert len((tmp_path / "read.txt").read_text().split()) == 5


@pytest.mark.parametrize(("keep", "read"), [(False, 1), (True, 2)])
def test_duplicates_in_a_piece_are_read_if_they_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool, read: int
) -> None:
    monkeypatch.setattr(parallel, "shipped_reader", obedient)
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": "b", "text": "x"}\n')
    job = Job((), str(tmp_path / "readings"), keep_duplicates=keep)
    assert [shard.articles for shard in read_piece(Piece(str(path), 0, 99), job, frozenset())] == [read]


@pytest.mark.filterwarnings("default")  # Ray's own warnings
def test_ray_reads_as_one_process_does(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    places = (str(lines(tmp_path / "a.jsonl", 3)),)
    job = Job(places, str(tmp_path / "readings"), workers=1)
    held: list[Any] = []
    assert [shard.articles for shard in read_on_ray(job, "local", held.append)] == [3]
    assert list(read_on_ray(job, "local", held.append)) == []
    assert held == [0, 3]


def test_a_driver_hands_on_what_the_pool_writes_and_then_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[int, int]] = []

    def written(job: Job, pieces: list[dict[str, Any]], most: int) -> Iterator[str]:
        asked.append((len(pieces), most))
        yield from ("[1]", "[2]")

    monkeypatch.setattr(scale, "_written", written)
    driver = Driver(Job((), str(tmp_path)), [{}, {}, {}], 2)
    assert [driver.following() for _ in range(4)] == ["[1]", "[2]", None, None]
    assert asked == [(3, 2)]
