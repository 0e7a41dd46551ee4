"""The command line, with a reader that finds nothing in place of the model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import full_reading
from contracts import validator
from typer.testing import CliRunner

import detente
from detente.cli import app
from detente.cli.read import _write_each
from detente.errors import ActorFileInvalid, ModelMissing
from detente.read.article import Received
from detente.types import Reading, Refusal
from detente.version import __version__

Reader = Callable[..., Iterator[Reading | Refusal]]


def fake_read_many(articles: Iterable[Received | Refusal], *, threads: int = 0, actors: Path | None = None) -> Iterator[Any]:
    """Readings with nothing in them."""
    for one in articles:
        yield one if isinstance(one, Refusal) else Reading(one.article, "0.1.0", refusals=one.notes)


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detente, "read_many", fake_read_many, raising=False)


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    path = tmp_path / "talks.txt"
    path.write_text("Talks in Sarn\n\nThey met. “Good,” he said.\n", encoding="utf-8")
    return path


def run(*arguments: object, stdin: str | None = None) -> Any:
    return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)


def test_json_is_one_object_that_keeps_the_schema(talks: Path) -> None:
    result = run("read", talks, "--format", "json", "--date", "2031-03-04", "--publisher", "Courier")
    data = json.loads(result.stdout)
    validator().validate(data)
    assert result.exit_code == 0
    assert data["article"]["published_at"] == "2031-03-04"
    assert data["article"]["publisher"] == "Courier"
    assert data["article"]["title"] == "Talks in Sarn"


def test_json_lines_are_one_object_a_line(talks: Path) -> None:
    result = run("read", talks, talks, "--format", "jsonl", "--keep-duplicates")
    assert [json.loads(line)["article"]["id"] for line in result.stdout.splitlines()] == ["talks", "talks-2"]


def test_text_names_the_article(talks: Path) -> None:
    result = run("read", talks)
    assert result.stdout.startswith("Talks in Sarn\n")
    assert "\x1b" not in result.stdout


def test_html_goes_to_a_file(talks: Path, tmp_path: Path) -> None:
    result = run("read", talks, "--format", "html", "--out", tmp_path / "a.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_standard_input_is_read() -> None:
    result = run("read", "-", "--format", "jsonl", stdin='{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n')
    assert [json.loads(line)["article"]["id"] for line in result.stdout.splitlines()] == ["a", "b"]


def test_a_refused_article_is_told_and_the_others_are_read(talks: Path) -> None:
    result = run("read", talks.parent / "none.txt", talks, "--format", "jsonl")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == f"refused {talks.parent / 'none.txt'}: cannot be read: no such file or directory\n"


def test_nothing_read_is_exit_status_1() -> None:
    assert run("read", "none.txt").exit_code == 1


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "html"])
def test_nothing_read_is_nothing_written(form: str) -> None:
    assert run("read", "none.txt", "--format", form).stdout == ""


def test_a_guess_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes("“No”".encode("windows-1252"))
    assert run("read", path).stderr.startswith(f"note {path}: byte 0 is not UTF-8")


def test_a_hostile_name_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in run("read", "\x1b[31mred").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["read", "a.txt", "--date", "9 Jan"], "is not an ISO date"),
        (["read", "a.txt", "b.txt", "--title", "T"], "one title cannot fit 2 articles"),
        (["read", "a.txt", "--actors", "none.toml"], "none.toml"),
        (["read", "a.txt", "--format", "xml"], "xml"),
        (["read", "a.txt", "--out", "none/a.json"], "cannot be written"),
        (["read"], "ARTICLE"),
        (["reed"], "reed"),
    ],
)
def test_a_wrong_call_is_exit_status_2_and_says_what_is_wrong(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


def failing(error: BaseException) -> Reader:
    def read_many(articles: Iterable[Received | Refusal], **_: object) -> Iterator[Reading | Refusal]:
        yield from fake_read_many(articles)
        raise error

    return read_many


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (ModelMissing("no model in X"), 1), (ActorFileInvalid("a.toml: code is missing"), 2)],
)
def test_what_was_read_before_a_failure_is_written(
    talks: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    monkeypatch.setattr(detente, "read_many", failing(error))
    result = run("read", talks, "--format", "jsonl")
    assert result.exit_code == status
    assert json.loads(result.stdout)["article"]["id"] == "talks"


def test_ctrl_c_waits_for_the_line_in_hand() -> None:
    lines: list[str] = []

    class Stream:
        def write(self, line: str) -> None:
            signal.raise_signal(signal.SIGINT)
            lines.append(line)

        def flush(self) -> None:
            lines.append("flushed")

    with pytest.raises(KeyboardInterrupt):
        _write_each(["one", "two"], Stream())  # type: ignore[arg-type]
    assert lines == ["one", "flushed"]


def test_schema_prints_the_schema() -> None:
    assert json.loads(run("schema").stdout)["title"] == "Reading"


def test_version() -> None:
    assert run("--version").stdout == f"detente {__version__}\n"


def in_a_process(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_help_does_not_load_the_model() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from detente.cli import app\n"
        "CliRunner().invoke(app, ['read', '--help'])\n"
        "print([m for m in sys.modules if m in ('numpy', 'onnxruntime', 'jinja2')])"
    )
    assert in_a_process(code).stdout == "[]\n"


def test_a_closed_pipe_is_silent(tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    many.write_text(('{"text": "' + "x" * 500 + '"}\n') * 2000, encoding="utf-8")
    code = (
        "import subprocess, sys, os\n"
        "child = 'import detente, test_cli, detente.cli as c; detente.read_many = test_cli.fake_read_many; c.main()'\n"
        "p = subprocess.Popen([sys.executable, '-c', child, 'read', sys.argv[1], '-f', 'jsonl', '--keep-duplicates'],"
        " stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "p.stdout.readline(); p.stdout.close(); print(p.wait(), p.stderr.read())"
    )
    assert in_a_process(code, str(many)).stdout == "0 b''\n"


def test_a_full_reading_is_written_in_every_format(talks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detente, "read_many", lambda articles, **_: iter([full_reading()]))
    for form in ("text", "json", "jsonl", "html"):
        result = run("read", talks, "--format", form)
        assert result.exit_code == 0
        assert "Ilan Torvek" in result.stdout


class TestManyArticles:
    LINES = '{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}\n{"id": "c", "text": "Three."}\n'

    @pytest.fixture
    def lines(self, tmp_path: Path) -> Path:
        path = tmp_path / "many.jsonl"
        path.write_text(self.LINES, encoding="utf-8")
        return path

    @staticmethod
    def ids(path: Path) -> list[str]:
        return [json.loads(line)["article"]["id"] for line in path.read_text(encoding="utf-8").splitlines()]

    def test_resuming_skips_what_is_done_and_mends_a_line_that_was_cut_off(self, lines: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.jsonl"
        run("read", lines, "--format", "jsonl", "--out", out)
        out.write_bytes(out.read_bytes()[:-20])
        result = run("read", lines, "--format", "jsonl", "--out", out, "--resume")
        assert self.ids(out) == ["a", "b", "c"]
        assert "going on after 2 articles" in result.stderr

    def test_resuming_needs_a_file_of_lines(self, lines: Path) -> None:
        result = run("read", lines, "--resume")
        assert result.exit_code == 2
        assert "--format jsonl --out FILE" in " ".join(result.stderr.replace("│", " ").split())

    def test_resuming_a_file_of_something_else_leaves_it_alone(self, lines: Path, tmp_path: Path) -> None:
        out = tmp_path / "notes.txt"
        out.write_text("My notes.\n", encoding="utf-8")
        result = run("read", lines, "--format", "jsonl", "--out", out, "--resume")
        assert result.exit_code == 2
        assert "is no reading in a line" in result.stderr
        assert out.read_text(encoding="utf-8") == "My notes.\n"

    def test_a_folder_gets_parquet_and_is_filled_up(self, lines: Path, tmp_path: Path) -> None:
        out = tmp_path / "readings"
        assert "3 articles in 1 new files, 0 refused" in run("read", lines, "--out", out).stderr
        lines.write_text(self.LINES + '{"id": "d", "text": "Four."}\n', encoding="utf-8")
        again = run("read", lines, "--out", out)
        assert "going on after 3 articles" in again.stderr
        assert "1 articles in 1 new files" in again.stderr

    def test_other_languages_are_set_aside_whole(self, tmp_path: Path) -> None:
        article, kept = tmp_path / "a.txt", tmp_path / "kept.jsonl"
        article.write_text(
            "Die beiden Seiten trafen sich am Montag in der Hauptstadt und sprachen über die Lage.", encoding="utf-8"
        )
        result = run("read", article, "--set-aside", kept)
        assert result.exit_code == 1
        assert "is in German" in result.stderr
        assert json.loads(kept.read_text(encoding="utf-8"))["text"] == article.read_text(encoding="utf-8")

    def test_the_same_article_is_read_once_unless_it_is_wanted_twice(self, talks: Path) -> None:
        once, twice = run("read", talks, talks, "-f", "jsonl"), run("read", talks, talks, "-f", "jsonl", "--keep-duplicates")
        assert (len(once.stdout.splitlines()), len(twice.stdout.splitlines())) == (1, 2)
        assert "refused talks-2: is the same article as talks" in once.stderr

    def test_ctrl_c_asks_to_finish_and_ends_with_130(
        self, lines: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def interrupted(articles: Iterable[Any], **_: object) -> Iterator[Any]:
            for one in fake_read_many(articles):
                yield one
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(detente, "read_many", interrupted)
        out = tmp_path / "out.jsonl"
        result = run("read", lines, "--format", "jsonl", "--out", out)
        assert result.exit_code == 130
        assert self.ids(out) == ["a"]
        assert "finishing what is in hand" in result.stderr

    def test_a_cluster_needs_a_folder(self, lines: Path) -> None:
        result = run("read", lines, "--cluster", "local")
        assert result.exit_code == 2
        assert "--out readings/" in " ".join(result.stderr.replace("│", " ").split())


def test_a_part_that_is_not_installed_is_named(talks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.fs", None)
    result = run("read", talks, "--out", tmp_path / "readings")
    assert result.exit_code == 2
    assert "pip install 'detente[intake,scale]'" in result.stderr


class TestPanel:
    def test_no_readings_are_a_wrong_call(self, tmp_path: Path) -> None:
        result = run("panel", tmp_path / "none")
        assert result.exit_code == 2
        assert "no readings there" in result.stderr


class TestWatch:
    def test_a_list_that_is_not_there_is_a_wrong_call(self, tmp_path: Path) -> None:
        result = run("watch", tmp_path / "none.opml", "--out", tmp_path / "a.jsonl", "--once")
        assert result.exit_code == 2
        assert "cannot be read: no such file or directory" in result.stderr

    def test_it_needs_one_place_for_the_readings(self) -> None:
        assert run("watch", "https://a.example/feed", "--once").exit_code == 2

    def test_a_time_without_a_unit_is_a_wrong_call(self, tmp_path: Path) -> None:
        result = run("watch", "https://a.example/feed", "--out", tmp_path / "a.jsonl", "--every", "15")
        assert result.exit_code == 2
        assert "is no stretch of time" in " ".join(result.stderr.replace("│", " ").split())

    def test_a_feed_at_a_private_address_is_refused(self, tmp_path: Path) -> None:
        out = tmp_path / "a.jsonl"
        result = run("watch", "http://127.0.0.1/feed", "--out", out, "--once")
        assert result.exit_code == 0
        assert "0 new articles" in result.stderr
        assert out.read_text(encoding="utf-8") == ""
        assert (tmp_path / "a.jsonl.feeds.json").exists()
