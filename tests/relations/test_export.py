"""What goes out can be read by others, and comes back as it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from builders import full_reading
from news import RECORDED, Act, Words, ledger, news, on

from detente.errors import DetenteError, WrongCall
from detente.ledger import queries
from detente.ledger.exchange import readings_of
from detente.relations.export import Selection, cow, export
from detente.relations.tension import series

NEWS = news(
    "a",
    "2022-01-09",
    "Courier",
    "Russia demanded that the United States leave. “We mean it,” Torvek said.",
    [Act("REQUEST", "RUS", "USA", "demanded", date="2022-01-08"), Act("ASSAULT", "RUS", "USA", "leave", "hypothetical")],
    [Words("Torvek", "“We mean it,”", "said"), Words("Torvek", "United States leave", "demanded")],
)
MET = news(
    "b",
    "2022-01-11",
    "Gazette",
    "Russia met the United States in Geneva.",
    [Act("CONSULT", "RUS USA", "", "met", date="2022-01-10")],
)
ALL = Selection(RECORDED)
PAIR = Selection(on("2022-01-12"), ("RUS", "USA"))


@pytest.fixture
def db(tmp_path: Path) -> Any:
    return ledger(tmp_path, NEWS, MET)


def rows(db: Any, what: str, out: Path, wanted: Selection = ALL) -> list[dict[str, str]]:
    export(db, what, out, wanted)
    with out.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_events_are_rows_of_dyads(db: Any, tmp_path: Path) -> None:
    found = rows(db, "events", tmp_path / "e.csv")
    assert [(r["Actor Country"], r["Recipient Country"], r["Event Type"], r["Event Date"]) for r in found] == [
        ("RUS", "USA", "REQUEST", "2022-01-08"),
        ("RUS", "USA", "CONSULT", "2022-01-10"),
        ("USA", "RUS", "CONSULT", "2022-01-10"),
    ]
    assert (found[0]["Actor COW"], found[0]["Recipient COW"]) == ("365", "2")


def test_only_what_happened_goes_out_unless_all_is_asked_for(db: Any, tmp_path: Path) -> None:
    found = rows(db, "events", tmp_path / "e.csv", Selection(RECORDED, everything=True))
    assert {r["status"] for r in found} == {"happened", "hypothetical"}


@pytest.mark.parametrize(
    ("style", "column", "value"),
    [("gdelt", "SQLDATE", "20220108"), ("gdelt", "EventRootCode", "10"), ("icews", "Source Name", "RUS")],
)
def test_columns_are_those_that_users_of_other_data_know(db: Any, tmp_path: Path, style: str, column: str, value: str) -> None:
    assert rows(db, "events", tmp_path / "e.csv", Selection(RECORDED, style=style))[0][column] == value


def test_days_carry_the_tension_of_their_day(db: Any, tmp_path: Path) -> None:
    found = rows(db, "days", tmp_path / "d.csv", PAIR)
    assert [r["date"] for r in found if r["actor"] == "RUS"] == [f"2022-01-{d:02}" for d in range(8, 13)]
    points = {p.day.isoformat(): p.tension for p in series(db, "RUS", "USA", known_by=on("2022-01-12"), days=4, step_days=1)}
    assert {r["date"]: float(r["tension"]) if r["tension"] else None for r in found if r["actor"] == "RUS"} == points
    assert next(r for r in found if r["date"] == "2022-01-08")["verbal_conflict"] == "1"


def test_days_need_two_states(db: Any, tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="days need two states"):
        export(db, "days", tmp_path / "d.csv", ALL)
    assert list(tmp_path.glob("d.csv*")) == []


def test_statements_as_rows_and_as_linked_data(db: Any, tmp_path: Path) -> None:
    assert [r["content"] for r in rows(db, "statements", tmp_path / "s.csv")] == ["“We mean it,”", "United States leave"]
    export(db, "statements", tmp_path / "s.jsonld", ALL)
    linked = json.loads((tmp_path / "s.jsonld").read_text(encoding="utf-8"))
    assert linked["@context"] == "https://schema.org"
    assert [x["@type"] for x in linked["@graph"]] == ["Quotation", "Claim"]
    assert linked["@graph"][0]["spokenByCharacter"]["name"] == "Ilan Torvek"


def test_readings_go_out_and_come_back(tmp_path: Path) -> None:
    db = ledger(tmp_path, NEWS, full_reading())
    export(db, "readings", tmp_path / "r.jsonl", Selection(on("2031-12-31")))
    again = ledger(tmp_path, *readings_of(str(tmp_path / "r.jsonl")), name="again.ledger")
    assert list(queries.readings(again, known_by=on("2031-12-31"))) == [NEWS, full_reading()]


def test_parquet_readings_come_back_from_a_file_and_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = tmp_path / "readings"
    folder.mkdir()
    export(ledger(tmp_path, NEWS, full_reading()), "readings", folder / "r.parquet", Selection(on("2031-12-31")))
    for source in (folder, folder / "r.parquet"):
        found = {r.article.id: r for r in readings_of(str(source))}
        assert found == {r.article.id: r for r in (NEWS, full_reading())}


def test_what_is_no_parquet_of_readings_is_refused_with_a_reason(db: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "text.parquet").write_text("not Parquet")
    with pytest.raises(DetenteError, match="cannot be read as Parquet"):
        list(readings_of(str(tmp_path / "text.parquet")))
    export(db, "events", tmp_path / "events.parquet", ALL)
    with pytest.raises(DetenteError, match='no column "reading"'):
        list(readings_of(str(tmp_path / "events.parquet")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DetenteError, match="holds no Parquet files"):
        list(readings_of(str(tmp_path / "empty")))


def test_parquet(db: Any, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for what, wanted in (("events", ALL), ("days", PAIR), ("statements", ALL), ("readings", ALL)):
        number = export(db, what, tmp_path / f"{what}.parquet", wanted)
        assert parquet.read_table(tmp_path / f"{what}.parquet").num_rows == number > 0
    table = parquet.read_table(tmp_path / "readings.parquet").to_pylist()
    assert json.loads(table[0]["reading"]) == NEWS.to_dict()


def test_an_ending_that_does_not_fit_is_told(db: Any, tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match=r"may end in \.csv, \.parquet, \.jsonl"):
        export(db, "events", tmp_path / "e.xlsx", ALL)
    with pytest.raises(WrongCall, match="cannot be written"):
        export(db, "events", tmp_path / "none" / "e.csv", ALL)


def test_an_empty_export_is_an_empty_file(tmp_path: Path) -> None:
    assert export(ledger(tmp_path), "events", tmp_path / "e.csv", ALL) == 0
    assert (tmp_path / "e.csv").exists()


def test_state_numbers() -> None:
    assert (cow()["RUS"], cow()["USA"], cow()["DEU"]) == (365, 2, 255)
