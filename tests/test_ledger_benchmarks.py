"""The ledger's benchmarks see what they are to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from news import RECORDED

from benchmarks.ledger import __main__ as speed
from benchmarks.ledger.crash import check, many_readings
from detente.ledger.connection import open_ledger
from detente.ledger.write import write_readings


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    expected = {r.article.id: r for r in many_readings(30)}
    db = open_ledger(tmp_path / "a.ledger", create=True)
    list(write_readings(db, expected.values(), now=RECORDED))
    db.close()
    return tmp_path / "a.ledger", expected


def test_a_whole_ledger_passes(written: tuple[Path, dict[str, Any]]) -> None:
    path, expected = written
    assert check(path, set(expected), expected) == 30


def test_a_missing_article_is_seen(written: tuple[Path, dict[str, Any]]) -> None:
    path, expected = written
    with pytest.raises(AssertionError, match="missing"):
        check(path, {*expected, "r99"}, expected)


def test_half_an_article_is_seen(written: tuple[Path, dict[str, Any]]) -> None:
    path, expected = written
    db = open_ledger(path)
    db.execute("DELETE FROM events WHERE number = (SELECT max(number) FROM events)")
    db.close()
    with pytest.raises(AssertionError):
        check(path, set(expected), expected)


def test_speed_is_shown_for_each_question(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    crisis = Path(__file__).parents[1] / "examples" / "crisis" / "readings.jsonl"
    monkeypatch.setattr(speed, "busiest", lambda db, known_by, most: [("ARV", "BMR")])
    monkeypatch.setattr("sys.argv", ["benchmarks.ledger", str(crisis)])
    speed.main()
    shown = capsys.readouterr().out
    assert "25 readings written" in shown
    assert [line.split("  ")[0] for line in shown.splitlines()[3:]] == ["brief, first time", "brief, again", "search", "open"]
