"""The benchmarks of extraction, scale and speed measure what they say."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.extraction.__main__ import rates, same, words
from benchmarks.scale.articles import Folder, check, make
from benchmarks.scale.course import Course, Kill, Runner, Stretch, planned
from benchmarks.scale.processes import memory_mib, tree
from benchmarks.speed.models import table
from detente.read.article import Received
from detente.shards import Shards, read_into
from detente.types import Article, Reading, Refusal


def test_words_count_as_often_as_they_occur() -> None:
    assert rates(words("a a b"), words("a b c c")) == pytest.approx((0.5, 2 / 3, 4 / 7))
    assert rates(words("a"), Counter()) == (0.0, 0.0, 0.0)


def test_titles_and_dates_are_compared_by_letters_and_digits() -> None:
    assert same("Talks in Sarn!", "talks  in sarn")
    assert not same("2031-03-04", None)


SOURCE = '{"id": "a", "text": "one two"}\n{"id": "b", "title": "Talks", "text": "three"}\n'
WRITER = """
import os, shutil, sys, time
from pathlib import Path
made, out = Path(sys.argv[1]), Path(sys.argv[2])
for n in range(len(list(out.glob("*.parquet"))), int(sys.argv[3])):
    os.replace(shutil.copy(made, out / f"{n}.part"), out / f"{n}.parquet")
    time.sleep(0.5)
"""


def ids_of(file: Path) -> list[str]:
    return [json.loads(line)["id"] for line in file.read_text().splitlines()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.jsonl"
    path.write_text(SOURCE)
    return path


def read_each(out: Path, *names: str, refused: bool = False) -> None:
    """A file of readings, or of a refusal, for each of these articles."""

    def read(items: Sequence[Any]) -> list[Reading | Refusal]:
        return [Refusal(i.article.id, "is in German") if refused else Reading(i.article, "0.1.0") for i in items]

    for name in names:
        list(read_into(Shards(str(out)), [Received(Article(name, f"text of {name}"))], read, done=set()))


def test_models_are_compared_round_by_round_with_the_first() -> None:
    first, other = table({"old": [2.0, 4.0, 2.0], "new": [1.0, 4.0, 1.6]}, words=100)
    assert first.split() == ["old", "50", "words/s", "1.00", "times", "(1.00", "to", "1.00)"]
    assert other.split() == ["new", "62", "words/s", "1.25", "times", "(1.00", "to", "2.00)"]


def test_articles_are_repeated_under_other_ids_in_files_of_one_size(source: Path, tmp_path: Path) -> None:
    assert make(source, 5, tmp_path / "made", per_file=2) == 8
    files = sorted((tmp_path / "made").glob("*.jsonl"))
    assert [ids_of(file) for file in files] == [["a-0", "b-1"], ["a-2", "b-3"], ["a-4"]]
    assert json.loads(files[0].read_text().splitlines()[1]) == {"id": "b-1", "title": "Talks", "text": "three"}


def test_articles_of_a_gzipped_file(source: Path, tmp_path: Path) -> None:
    packed = tmp_path / "source.jsonl.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    assert make(packed, 2, tmp_path / "made", per_file=9) == 3


@pytest.mark.parametrize(("read", "once"), [(["a", "b"], True), (["a"], False), (["a", "b", "c"], False)])
def test_articles_missing_or_too_many_are_noticed(source: Path, tmp_path: Path, read: list[str], once: bool) -> None:
    (tmp_path / "articles").mkdir()
    source.rename(tmp_path / "articles" / "0.jsonl")
    read_each(tmp_path / "readings", *read)
    assert check(tmp_path / "articles", tmp_path / "readings") is once


def test_an_article_read_twice_is_noticed(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "articles").mkdir()
    source.rename(tmp_path / "articles" / "0.jsonl")
    out = tmp_path / "readings"
    read_each(out, "a", "b")
    shutil.copy(next(out.glob("*.parquet")), out / "again.parquet")
    assert not check(tmp_path / "articles", out)
    assert "3 readings and 0 refusals of 2 articles in 3 files; exactly once: False" in capsys.readouterr().out


def test_a_refused_article_is_there_too(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "articles").mkdir()
    source.rename(tmp_path / "articles" / "0.jsonl")
    read_each(tmp_path / "readings", "a")
    read_each(tmp_path / "readings", "b", refused=True)
    assert check(tmp_path / "articles", tmp_path / "readings")
    assert "refused: b: is in German" in capsys.readouterr().out


def test_a_folder_of_readings_is_counted_as_it_grows(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.held() == 0
    read_each(tmp_path, "a")
    assert folder.held() == 1
    read_each(tmp_path, "b")
    assert folder.held() == 2


def test_quarters_of_the_memory_follow_each_other_over_all_stretches() -> None:
    course = Course({}, stretches=[Stretch(mib=[1.0, 1.0, 2.0, 2.0, 3.0]), Stretch(mib=[3.0, 4.0, 4.0])])
    assert course.quarters() == [1.0, 2.0, 3.0, 4.0]
    assert course.seconds == 8.0


def test_the_steady_rate_leaves_out_starts_and_what_kills_cost() -> None:
    course = Course({}, words=1_000, stretches=[Stretch([0, 0, 20, 30, 40, 40]), Stretch([40, 40, 50, 100])])
    assert course.steady_rate(100) == pytest.approx((20 + 50) / 100 * 1_000 / (2 + 1))
    assert Course({}, words=10, stretches=[Stretch([0, 0])]).steady_rate(5) == 0.0


def test_kills_are_planned_alike_each_time_and_spread_over_the_run() -> None:
    kills = planned(6, 1_000, 20.0, ["all", "driver"], seed=3)
    assert kills == planned(6, 1_000, 20.0, ["all", "driver"], seed=3) != planned(6, 1_000, 20.0, ["all"], seed=4)
    assert [one.victim for one in kills] == ["all", "driver"] * 3
    assert [one.articles for one in kills] == sorted(one.articles for one in kills)
    assert all(0 <= one.articles < 900 and 0.5 <= one.after_s <= 20.0 for one in kills)


def test_a_course_that_was_kept_goes_on_and_another_question_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "course.json"
    asked: dict[str, object] = {"articles": 5}
    course = Course(asked, 8, [Stretch([0, 2], [10.0, 11.0], pid=0)], {"all": 1}, 1)
    course.keep(file)
    assert Course.gone_on(file, asked) == course
    with pytest.raises(SystemExit, match="another folder"):
        Course.gone_on(file, {"articles": 6})


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_memory_counts_a_process_and_what_it_began() -> None:
    assert os.getpid() in tree(os.getpid())
    assert memory_mib([os.getpid()]) > 1.0


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_run_is_killed_and_goes_on_until_it_ends_by_itself(tmp_path: Path) -> None:
    read_each(tmp_path / "made", "a")
    (tmp_path / "readings").mkdir()
    call = [sys.executable, "-c", WRITER, str(next((tmp_path / "made").glob("*.parquet"))), str(tmp_path / "readings"), "6"]
    course, said = Course({}, words=6), list[str]()
    Runner(call, tmp_path, 6, course, [Kill(1, 0.0, "all"), Kill(3, 0.0, "driver")], say=said.append).run()
    assert course.killed == {"all": 1, "driver": 1}
    assert len(course.stretches) == 3
    assert Folder(tmp_path / "readings").held() == 6
    assert [line.split(",")[0] for line in said if "killed:" in line] == ["killed: all", "killed: driver"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "readings").mkdir()
    with pytest.raises(SystemExit, match="no such thing"):
        Runner([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path, 1, Course({}), []).run()
