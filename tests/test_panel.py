"""Panels: dyad-days from Parquet readings, in the columns of the ledger's export, knowing on each day only what was printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import article, reading, span, statement
from typer.testing import CliRunner

from detente.cli import app
from detente.panel import COLUMNS, PanelImpossible, Wanted, panel_rows, write_panel
from detente.shards import Shards, read_into
from detente.types import Event, EventDate, Part, Party, Reading, Speaker

TEXT = "Arvania struck Belmora. More words follow here."


def party(code: str) -> Party:
    return Party(code.title(), code, "GOV", span("Arvania", TEXT))


def event(day: str | None = None, status: str = "happened", type_: str = "ASSAULT", **rest: Any) -> Event:
    fields = {"score": -9.0, "quad": "material conflict", "actors": (party("ARV"),), "recipients": (party("BMR"),), **rest}
    on = EventDate(day, day, day, "then") if day else None
    return Event("e1", type_, span("struck", TEXT), "struck", status=status, date=on, **fields)  # type: ignore[arg-type]


def told(on: str | None, *events: Event, by: str = "Courier", **rest: Any) -> Reading:
    made = article(f"{TEXT} {on} {by}", id=f"{by}-{on}", published_at=on, publisher=by)
    return reading(made.text, article=made, events=tuple(replace(e, id=f"e{n}") for n, e in enumerate(events)), **rest)


def store(folder: Path, readings: Sequence[Reading]) -> list[str]:
    from detente.read.article import Received

    items = [Received(r.article) for r in readings]
    list(read_into(Shards(str(folder)), items, lambda found: iter(readings[: len(list(found))]), done=set()))
    return [str(folder)]


@pytest.fixture
def rows(tmp_path: Path) -> Any:
    def made(*readings: Reading, **wanted: Any) -> list[dict[str, Any]]:
        return list(panel_rows(store(tmp_path / "readings", readings), Wanted(**wanted)))

    return made


def tension(found: list[dict[str, Any]], day: str, actor: str = "ARV") -> float | None:
    (value,) = [r["tension"] for r in found if (r["date"], r["actor"]) == (day, actor)]
    return value  # type: ignore[no-any-return]


def test_an_act_counts_on_its_day_and_decays(rows: Any) -> None:
    found = rows(told("2031-03-04", event("2031-03-03")), until=date(2031, 4, 2))
    assert [r["date"] for r in found][:2] == ["2031-03-03", "2031-03-04"]
    assert found[0]["material_conflict"] == 1
    assert tension(found, "2031-03-04") == pytest.approx(9 * 0.7 * 0.5 ** (1 / 30), abs=1e-4)
    assert tension(found, "2031-04-02") == pytest.approx(9 * 0.7 * 0.5, abs=1e-4)


def test_nothing_is_known_before_it_is_printed(rows: Any) -> None:
    found = rows(told("2031-03-10", event("2031-03-03")))
    assert tension(found, "2031-03-09") is None
    assert tension(found, "2031-03-10") is not None


def test_a_second_publisher_makes_it_surer_from_its_own_day_on(rows: Any) -> None:
    found = rows(told("2031-03-04", event("2031-03-04")), told("2031-03-06", event("2031-03-04"), by="Post"))
    assert tension(found, "2031-03-05") == pytest.approx(9 * 0.7 * 0.5 ** (1 / 30), abs=1e-4)
    assert tension(found, "2031-03-06") == pytest.approx(9 * 0.9 * 0.5 ** (2 / 30), abs=1e-4)
    assert sum(r["material_conflict"] for r in found) == 1


def test_acts_further_apart_than_the_window_are_two(rows: Any) -> None:
    found = rows(told("2031-03-04", event("2031-03-04")), told("2031-03-07", event("2031-03-07")))
    assert sum(r["material_conflict"] for r in found) == 2


def test_a_long_row_of_days_is_cut_and_not_one_act(rows: Any) -> None:
    days = [f"2031-03-{n:02}" for n in range(1, 11)]
    found = rows(*(told(day, event(day)) for day in days))
    assert sum(r["material_conflict"] for r in found) == 5


@pytest.mark.parametrize("status", ["hypothetical", "denied", "promised", "demanded"])
def test_what_has_not_happened_does_not_count(rows: Any, status: str) -> None:
    assert rows(told("2031-03-04", event("2031-03-04", status))) == []


def test_a_plan_counts_a_little_on_the_day_it_was_printed(rows: Any) -> None:
    found = rows(told("2031-03-04", event("2031-05-01", "scheduled")))
    assert tension(found, "2031-03-04") == pytest.approx(9 * 0.2 * 0.7, abs=1e-4)
    assert found[0]["material_conflict"] == 0


def test_what_is_done_together_counts_in_both_directions(rows: Any) -> None:
    talks = event(
        "2031-03-04", type_="CONSULT", score=2.5, quad="verbal cooperation", recipients=(), actors=(party("ARV"), party("BMR"))
    )
    found = rows(told("2031-03-04", talks))
    assert [(r["actor"], r["recipient"], r["verbal_cooperation"]) for r in found] == [("ARV", "BMR", 1), ("BMR", "ARV", 1)]


def test_a_charge_of_the_other_side_weighs_less(rows: Any) -> None:
    said = statement("s1", Part.at(TEXT, (span("More words", TEXT),)), speaker=Speaker("Dray", "person", code="BMR"))
    found = rows(told("2031-03-04", event("2031-03-04", statement="s1", voices=("narrator", "s1")), statements=(said,)))
    assert tension(found, "2031-03-04") == pytest.approx(9 * 0.6 * 0.7, abs=1e-4)


def test_silence_is_no_data(rows: Any) -> None:
    found = rows(told("2031-01-01", event("2031-01-01")), until=date(2031, 4, 10))
    assert tension(found, "2031-04-01") is not None
    assert tension(found, "2031-04-02") is None


def test_an_article_in_two_files_counts_once(tmp_path: Path) -> None:
    one = told("2031-03-04", event("2031-03-04"))
    places = store(tmp_path / "a", [one]) + store(tmp_path / "b", [one, told("2031-03-04", by="Post")])
    assert sum(r["material_conflict"] for r in panel_rows(places, Wanted())) == 1


def test_a_pair_and_dates_select(rows: Any) -> None:
    other = event("2031-03-04", recipients=(party("CSV"),))
    found = rows(told("2031-03-04", event("2031-03-04"), other), pair=("BMR", "ARV"), since=date(2031, 3, 4))
    assert {r["recipient"] for r in found} == {"BMR"}


def test_known_states_have_their_number(rows: Any) -> None:
    found = rows(told("2031-03-04", event("2031-03-04", actors=(party("USA"),))))
    assert (found[0]["actor_cow"], found[0]["recipient_cow"]) == (2, None)


@pytest.mark.parametrize("form", [".parquet", ".csv"])
def test_files_hold_the_columns_of_the_export(tmp_path: Path, form: str) -> None:
    places = store(tmp_path / "readings", [told("2031-03-04", event("2031-03-04"))])
    out = tmp_path / f"panel{form}"
    result = CliRunner().invoke(app, ["panel", *places, "--out", str(out)])
    assert result.exit_code == 0, result.output
    import duckdb

    found = duckdb.sql(f"SELECT * FROM '{out}'")
    assert tuple(found.columns) == COLUMNS
    assert len(found.fetchall()) == 1


def test_columns_are_those_of_the_ledgers_export() -> None:
    export = pytest.importorskip("detente.relations.export")
    from collections import Counter

    from detente.relations.tension import DyadDay

    row = export._day_row(DyadDay("ARV", "BMR", date(2031, 3, 4), None), Counter())
    assert tuple(row) == COLUMNS


def test_no_readings_is_said(tmp_path: Path) -> None:
    with pytest.raises(PanelImpossible, match="no readings there"):
        list(panel_rows([str(tmp_path)], Wanted()))
    with pytest.raises(PanelImpossible, match="no form for a panel"):
        write_panel([str(tmp_path)], tmp_path / "a.xlsx", Wanted())


def test_what_are_no_readings_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(PanelImpossible, match="cannot be read"):
        list(panel_rows([str(tmp_path / "x.parquet")], Wanted()))
