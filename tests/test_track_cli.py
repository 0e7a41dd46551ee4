"""The commands about a ledger."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from builders import full_reading
from news import RECORDED
from test_cli import fake_read_many, run

import detente
from detente.cli import app
from detente.ledger.connection import open_ledger
from detente.ledger.queries import articles
from detente.relations.rules import kinds

CRISIS = Path(__file__).parents[1] / "examples" / "crisis"


@pytest.fixture(scope="module")
def crisis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "crisis.ledger"
    assert run("import", CRISIS / "readings.jsonl", "--to", path).exit_code == 0
    return path


def ask(crisis: Path, *arguments: object) -> Any:
    result = run(*arguments, "--ledger", crisis)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_each_written_article_is_named(tmp_path: Path) -> None:
    first = run("import", CRISIS / "readings.jsonl", "--to", tmp_path / "a.ledger")
    assert first.stdout.splitlines()[0].split() == ["written", "seized-courier"]
    assert "24 written, 1 new version" in first.stderr
    again = run("import", CRISIS / "readings.jsonl", "--to", tmp_path / "a.ledger")
    assert "25 known" in again.stderr


def test_reading_into_a_ledger_skips_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counting(found: Any, **rest: Any) -> Any:
        for one in fake_read_many(found):
            read.append(one.article.id)
            yield one

    monkeypatch.setattr(detente, "read_many", counting, raising=False)
    path = tmp_path / "a.ledger"
    assert run("read", CRISIS / "articles.jsonl", "--to", path).exit_code == 0
    assert run("read", CRISIS / "articles.jsonl", "--to", path).stdout.count("known") == 25
    assert len(read) == 25
    assert len(articles(open_ledger(path), known_by=RECORDED)) == 24


def test_a_reread_takes_the_place_of_all_readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ledger"
    run("import", CRISIS / "readings.jsonl", "--to", path)
    monkeypatch.setattr(detente, "read_many", fake_read_many, raising=False)
    assert run("reread", "--ledger", path, "--all").stdout == "25 articles read again\n"
    assert ask(path, "actors") == "No actor is known.\n"
    assert run("reread", "--ledger", path).stdout == "0 articles read again\n"


def test_the_brief_in_all_forms(crisis: Path, tmp_path: Path) -> None:
    text = ask(crisis, "brief", "ARV", "BMR", "--as-of", "2024-04-07")
    assert "ARV and BMR, as known on 7 April 2024" in text
    assert "all active pairs" in text.split("HOW LIKELY")[1]
    assert ask(crisis, "brief", "ARV", "BMR", "--format", "markdown").startswith("# ARV and BMR")
    found = json.loads(ask(crisis, "brief", "arv", "bmr", "--as-of", "2024-04-07", "--format", "json"))
    assert found["schema"] == "detente.brief/1"
    assert [f["question"] for f in found["outlook"]["forecasts"]] == ["C2@30", "R1@30"]
    ask(crisis, "brief", "ARV", "BMR", "--as-of", "2024-04-07", "--format", "html", "--out", tmp_path / "b.html")
    page = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "all active pairs" in page.split("How likely")[1]


def test_tension_is_explained_by_its_rows(crisis: Path) -> None:
    data = json.loads(ask(crisis, "tension", "ARV", "BMR", "--as-of", "2024-04-07", "--json"))
    last = data[0][-1]
    assert sum(s["points"] for s in last["shares"]) == pytest.approx(last["tension"])
    text = ask(crisis, "tension", "ARV", "BMR", "--as-of", "2024-04-07", "--explain")
    assert f"{last['tension']:+.4f}" in text
    assert "-score × status × voice" in text


def test_lists(crisis: Path) -> None:
    assert "postponed" in ask(crisis, "timeline", "ARV", "BMR", "--as-of", "2024-03-24", "--since", "2024-03-20")
    assert "THREAT" not in ask(crisis, "timeline", "ARV", "BMR", "--type", "request")
    assert "CARRIED OUT" in ask(crisis, "items", "ARV", "BMR", "--as-of", "2024-04-28", "--kind", "threat")
    assert "left out “lawful”, unmarked" in ask(crisis, "quotes", "--altered")
    assert "Tessik Herald" in ask(crisis, "publishers")
    assert ask(crisis, "actors").splitlines()[1].startswith(("ARV", "BMR"))
    assert "«sailors»" in ask(crisis, "search", "sailors", "--speaker", "Torvek")
    assert json.loads(ask(crisis, "search", "lawful means", "--json"))[0]["speaker"] == "Ilan Torvek"


def test_a_phrase_given_as_one_argument_stands_together(crisis: Path) -> None:
    assert "Nothing was found." in ask(crisis, "search", "means lawful")
    assert "Nothing" not in ask(crisis, "search", "means", "lawful")


def test_an_item_is_shown_and_decided(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    run("import", CRISIS / "readings.jsonl", "--to", path)
    assert "Tessik Herald, 8 March 2024" in ask(path, "item", 5, "--as-of", "2024-03-10")
    ask(path, "item", 5, "--set", "met", "--because", "they are home", "--as-of", "2024-03-11")
    assert "REFUSED" in ask(path, "item", 5, "--as-of", "2024-03-10")
    assert "MET" in ask(path, "item", 5, "--as-of", "2024-03-11")
    ask(path, "item", 5, "--undo", "--because", "they are not", "--as-of", "2024-03-12")
    assert "REFUSED" in ask(path, "item", 5, "--as-of", "2024-03-12")


def test_exports(crisis: Path, tmp_path: Path) -> None:
    assert "rows to" in ask(crisis, "export", "events", "--out", tmp_path / "e.csv")
    assert "rows to" in ask(
        crisis, "export", "days", "--out", tmp_path / "d.csv", "--pair", "ARV", "BMR", "--as-of", "2024-04-28"
    )
    assert ask(crisis, "export", "readings", "--out", tmp_path / "r.jsonl").startswith("25 rows")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("brief", "ARW", "BMR"), "'ARW' is not a code of an actor; did you mean 'ARV'?"),
        (("brief", "ARV", "ARV"), "are the same actor"),
        (("brief", "ARV", "BMR", "--as-of", "2999-01-01"), "lies in the future"),
        (("brief", "ARV", "BMR", "--as-of", "soon"), "'soon' is not a date"),
        (("items", "ARV", "BMR", "--kind", "wish"), "'wish' is not a kind of item; known: meeting, demand"),
        (("timeline", "ARV", "BMR", "--type", "REQEST"), "did you mean 'REQUEST'?"),
        (("item", "9999"), "there is no item 9999"),
        (("item", "1"), "event 1 opened no item"),
        (("item", "5", "--set", "met"), "a decision needs its reason"),
        (("search", "?"), "no word to search for"),
        (("export", "events", "--out", "x.doc"), "may end in .csv"),
        (("export", "events", "--out", "x.csv", "--columns", "acled"), "known: polecat, gdelt, icews"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_status_two(crisis: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments, "--ledger", crisis)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.parametrize("arguments", [("brief", "ARV", "BMR"), ("search", "x"), ("reread",), ("actors",)])
def test_a_missing_ledger_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, "--ledger", tmp_path / "none.ledger")
    assert result.exit_code == 2
    assert "there is no ledger at" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_articles_dated_later_than_now_are_told(tmp_path: Path) -> None:
    (tmp_path / "later.jsonl").write_text(json.dumps(full_reading().to_dict()) + "\n", encoding="utf-8")
    run("import", tmp_path / "later.jsonl", "--to", tmp_path / "a.ledger")
    result = run("items", "ARV", "BMR", "--ledger", tmp_path / "a.ledger")
    assert "--as-of 2031-03-04 sees them all" in result.stderr
    assert "accusation" not in ask(tmp_path / "a.ledger", "items", "ARV", "BMR")
    assert "threat" in ask(tmp_path / "a.ledger", "items", "ARV", "BMR", "--as-of", "2031-03-04")


def test_lines_that_are_no_readings_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"schema": "other"}\n', encoding="utf-8")
    result = run("import", tmp_path / "bad.jsonl", "--to", tmp_path / "a.ledger")
    assert result.exit_code == 2
    assert "bad.jsonl:1" in result.stderr


def test_the_commands_in_the_docs_exist() -> None:
    root = Path(__file__).parents[1]
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    shown = {m for page in pages for m in re.findall(r"^\s*\$ detente ([a-z]+)", page.read_text(encoding="utf-8"), re.M)}
    known = {command.name for command in app.registered_commands}
    known |= {group.typer_instance.info.name for group in app.registered_groups if group.typer_instance}
    assert {"brief", "item", "quotes", "export"} <= shown <= known


def test_the_brief_in_the_readme_is_the_golden_one() -> None:
    golden = (CRISIS / "briefs" / "2024-03-24.txt").read_text(encoding="utf-8")
    readme = (CRISIS.parents[1] / "README.md").read_text(encoding="utf-8")
    block = readme.split("--as-of 2024-03-24\n")[1].split("$ detente")[0]
    for part in block.split("…\n"):
        assert part.strip() in golden


def test_tables_and_docs_name_the_same_kinds_and_statuses() -> None:
    page = (CRISIS.parents[1] / "docs" / "items.md").read_text(encoding="utf-8")
    for kind in kinds().values():
        (row,) = re.findall(rf"^\| {kind.name} \|.*\| (.*) \|$", page, re.M)
        assert tuple(row.split(", ")) == kind.statuses
