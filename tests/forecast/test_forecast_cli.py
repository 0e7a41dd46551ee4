"""The commands, on a history about invented states."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from forecast.histories import busy_rows, on
from typer.testing import CliRunner

from detente.cli import app
from detente.cli import forecast as commands
from detente.forecast.fold import shipped_states
from detente.forecast.record import read_record

COLUMNS = ("date", "published_at", "actor", "recipient", "code", "status", "publishers", "reference")
# Codes of real states, since imports fold into states; what happens between them is invented.
REAL = dict(
    zip(("ARV", "BMR", "CSV", "DOR", "ELM", "FEN", "GAR", "HOL"), sorted(shipped_states().codes)[10:90:10], strict=True)
)
ONE, OTHER = REAL["ARV"], REAL["BMR"]
KNOWN = str(on(379))
CRISIS = Path(__file__).parents[2] / "examples" / "crisis" / "readings.jsonl"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forecasts")
    lines = ["\t".join(COLUMNS)]
    for r in busy_rows(520):
        cells = (r.date, r.published_at, REAL[r.actor], REAL[r.recipient], r.code, r.status, r.publishers, r.reference)
        lines.append("\t".join(str(c) for c in cells))
    (folder / "rows.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = CliRunner().invoke(
        app, ["history", "add", str(folder / "rows.tsv"), "--name", "made", "--history", str(folder / "h")]
    )
    assert done.exit_code == 0, done.output
    return folder / "h"


@pytest.fixture(autouse=True)
def _somewhen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In an empty folder, on a day long after the history."""
    monkeypatch.chdir(tmp_path)
    real = commands._as_of
    monkeypatch.setattr(commands, "_as_of", lambda given: date.fromisoformat(given) if _is_date(given) else real(given))


def _is_date(given: str | None) -> bool:
    try:
        return given is not None and bool(date.fromisoformat(given))
    except ValueError:
        return False


@pytest.fixture
def run(history: Path) -> Callable[..., Any]:
    def call(*arguments: object) -> Any:
        return CliRunner().invoke(app, [str(a) for a in arguments], env={"DETENTE_HISTORY": str(history), "COLUMNS": "200"})

    return call


def test_history_is_listed_and_checked(run: Callable[..., Any]) -> None:
    assert json.loads(run("history", "list", "--json").stdout)[0]["name"] == "made"
    checked = run("history", "check")
    assert checked.exit_code == 0
    assert "pairs of states" in checked.stdout


def test_a_refused_file_is_told_and_exits_with_one(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text("a\tb\n", encoding="utf-8")
    done = run("history", "add", tmp_path / "bad.tsv", "--history", tmp_path / "other")
    assert done.exit_code == 1
    assert "refused" in done.stderr
    assert "Traceback" not in done.output


def test_a_forecast_shows_base_rates_prior_evidence_and_result(run: Callable[..., Any]) -> None:
    done = run("forecast", ONE, OTHER, "--as-of", KNOWN)
    assert done.exit_code == 0, done.output
    for words in ("all active pairs", "this pair in this source", "long-run history", "this source adds", "what moves it most"):
        assert words in done.stdout


def test_a_forecast_as_json_has_every_number(run: Callable[..., Any]) -> None:
    found = json.loads(run("forecast", ONE, OTHER, "--as-of", KNOWN, "-q", "conflict", "-f", "json").stdout)["forecasts"][0]
    assert found["as_of"] == KNOWN
    assert found["issued"] == str(on(380))
    assert found["until"] == str(on(409))
    assert found["expected_days"]
    assert all(e["events"][0]["reference"].startswith("row ") for e in found["evidence"])


def test_states_may_be_named_in_any_order(run: Callable[..., Any]) -> None:
    first, second = (run("forecast", *pair, "--as-of", KNOWN, "-f", "json").stdout for pair in ((ONE, OTHER), (OTHER, ONE)))
    assert first == second


def test_all_pairs_are_ranked(run: Callable[..., Any]) -> None:
    found = json.loads(run("forecast", "--all", "--as-of", KNOWN, "-f", "json").stdout)
    assert len(found["questions"]["C2@30"]) > 10
    assert "active pairs" in run("forecast", "--all", "--as-of", KNOWN, "--most", 3).stdout


def test_recorded_forecasts_are_resolved_and_scored(run: Callable[..., Any], tmp_path: Path) -> None:
    for other in list(REAL.values())[1:5]:
        assert run("forecast", ONE, other, "--as-of", KNOWN, "-q", "conflict-7", "--record").exit_code == 0
    again = run("forecast", ONE, OTHER, "--as-of", KNOWN, "-q", "conflict-7", "--record")
    assert "was recorded before" in again.stderr
    early = run("resolve", "--as-of", on(384))
    assert "0 decided" in early.stderr
    late = run("resolve", "--as-of", on(400))
    assert "4 decided" in late.stderr
    assert {f.outcome for f in read_record(tmp_path / "forecasts.record")} <= {"yes", "no", "void"}
    scored = json.loads(run("score", "-f", "json", "--draws", 20).stdout)
    (tally,) = scored["with_hindsight"] or scored["before_the_fact"]
    assert tally["recorded"] == 4
    assert scored["entries"] == 8
    assert "last hash" in run("score", "--draws", 20).stdout


def test_signals_come_from_the_items_of_a_ledger_and_are_logged_apart(tmp_path: Path) -> None:
    ledger = tmp_path / "crisis.ledger"
    assert CliRunner().invoke(app, ["import", str(CRISIS), "--to", str(ledger)]).exit_code == 0
    call = ["forecast", "ARV", "BMR", "--as-of", "2024-03-24", "-q", "conflict", "-l", str(ledger)]
    moved = json.loads(CliRunner().invoke(app, [*call, "--signals", "--record", "-f", "json"]).stdout)["forecasts"][0]
    plain = json.loads(CliRunner().invoke(app, [*call, "-f", "json"]).stdout)["forecasts"][0]
    adjustment = moved.pop("adjustment")
    assert moved == plain
    assert adjustment["before"] == plain["probability"] != adjustment["after"]
    assert "unmet demands" in adjustment["numbers"]
    (recorded,) = read_record(Path("forecasts.record"))
    assert "adjustment" not in recorded.body
    assert recorded.adjustment is not None
    assert "whose worth nobody has measured" in CliRunner().invoke(app, [*call, "--signals"]).stdout


def test_who_comes_next_is_ranked_with_reasons(run: Callable[..., Any]) -> None:
    found = json.loads(run("next", ONE, "--as-of", KNOWN, "-f", "json").stdout)["expected"]
    chances = [e["probability"] for e in found]
    assert chances == sorted(chances, reverse=True)
    assert all(e["recipient"] != ONE and e["reason"] for e in found)
    assert "recurs" in run("next", ONE, "--as-of", KNOWN).stdout


def test_a_backtest_is_written_in_three_forms(run: Callable[..., Any], tmp_path: Path) -> None:
    common = ("backtest", "-q", "conflict", "--start", on(200), "--stop", on(300), "--draws", 10)
    assert "skill" in run(*common).stdout
    assert json.loads(run(*common, "-f", "json").stdout)["schema"] == "detente.backtest/1"
    assert run(*common, "-f", "html", "-o", tmp_path / "page.html").exit_code == 0
    assert "Reliability" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("forecast", ONE, "QQQ", "--as-of", KNOWN), 2, "'QQQ' is not a state"),
        (("forecast", ONE, "--as-of", KNOWN), 2, "give two states"),
        (("forecast", ONE, ONE, "--as-of", KNOWN), 2, "the same state"),
        (("forecast", ONE, OTHER, "--as-of", "soon"), 2, "is not an ISO date"),
        (("forecast", ONE, OTHER, "--as-of", KNOWN, "-q", "peace"), 2, "is not a question"),
        (("forecast", ONE, OTHER, "--as-of", KNOWN, "-q", "conflict", "--horizon", 14), 2, "14 days are not offered"),
        (("forecast", ONE, OTHER, "--as-of", KNOWN, "--horizon", 7), 2, "exactly one --question"),
        (("forecast", ONE, OTHER, "--as-of", KNOWN, "--signals"), 2, "an imported history has no items"),
        (("forecast", "--all", "--as-of", KNOWN, "--record"), 2, "are for two states"),
        (("forecast", ONE, OTHER, "--as-of", on(900)), 1, "days before"),
        (("forecast", ONE, OTHER, "--as-of", "1990-01-01"), 1, "no event between two states"),
        (("forecast", ONE, OTHER, "--source", "none", "--as-of", KNOWN), 1, "no history 'none'"),
        (("backtest", "--start", on(900)), 1, "cannot start on"),
        (("backtest", "--allow-overlap"), 2, "needs --coefficients"),
        (("score",), 1, "there is no track record"),
        (("resolve", "--as-of", KNOWN), 1, "there is no track record"),
        (("next", "ZZZ", "--as-of", KNOWN), 2, "is not a state"),
    ],
)
def test_wrong_calls_say_what_is_wrong(run: Callable[..., Any], arguments: tuple[object, ...], status: int, says: str) -> None:
    done = run(*arguments)
    assert done.exit_code == status, done.output
    assert says in " ".join(done.output.replace("│", " ").split())
    assert "Traceback" not in done.output


def test_without_history_and_ledger_it_says_how_to_begin(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["forecast", ONE, OTHER, "--as-of", KNOWN])
    assert done.exit_code == 1
    assert "detente history add" in done.stderr
