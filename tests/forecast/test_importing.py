"""Importers on rows written for these tests, after the codebooks; whole or not at all."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from detente.forecast import store
from detente.forecast.checks import check, gaps
from detente.forecast.database import connect
from detente.forecast.days import DyadDays
from detente.forecast.formats import FORMATS, FormatUnknown, format_named
from detente.forecast.importing import HistoryRefused, import_file
from detente.forecast.rows import HistoryRow
from detente.forecast.store import HistoryMissing, Source, add_file, remove_source, source_named, sources

GDELT = {f.name: f for f in FORMATS}


def table(path: Path, rows: list[list[str]], delimiter: str = "\t") -> Path:
    path.write_text("".join(delimiter.join(r) + "\n" for r in rows), encoding="utf-8")
    return path


def kept(path: Path, tmp_path: Path, **rest: Any) -> list[tuple[Any, ...]]:
    """Rows of an imported file as (date, published, actor, recipient, code)."""
    target = tmp_path / "rows.parquet"
    import_file(path, target, **rest)
    with connect() as db:
        found = db.execute(f"SELECT date, published_at, actor, recipient, code FROM '{target}' ORDER BY ALL").fetchall()
    return [(str(a), str(b), *rest_) for a, b, *rest_ in found]


ICEWS_HEADER = ["Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code",
                "Intensity",
                "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number", "Publisher"]  # fmt: skip


def icews(day: str, source: str, code: str, target: str) -> list[str]:
    return ["1", day, source, "", "", "Consult", code, "1.0", target, "", "", "7", "1", "Wire"]


def test_icews(tmp_path: Path) -> None:
    rows = [
        icews("2012-05-01", "Foreign Affairs (France)", "40", "Japan"), icews("2012-05-02", "Citizen (France)", "141", "Japan"),
        icews("2012-05-03", "France", "190", "Military (Japan)"), icews("2012-05-04", "France", "190", "United Nations"),
        icews("2012-05-05", "France", "190", "Government (France)"), icews("2012-05-06", "France", "---", "Japan"),
    ]  # fmt: skip
    path = table(tmp_path / "events.tab", [ICEWS_HEADER, *rows])
    assert kept(path, tmp_path) == [
        ("2012-05-01", "2012-05-01", "FRA", "JPN", "040"), ("2012-05-03", "2012-05-03", "FRA", "JPN", "190"),
    ]  # fmt: skip
    done = import_file(path, tmp_path / "again.parquet")
    assert (done.read, done.kept, done.first, done.last) == (6, 2, "2012-05-01", "2012-05-03")
    assert done.dropped == {"no known event code": 1, "no state on one side or both": 2, "a state with itself": 1}


def gdelt(form: str, day: str, added: str, one: tuple[str, ...], other: tuple[str, ...], code: str) -> list[str]:
    """A row with the columns of the codebook; an actor is (country, known group, first type)."""
    columns = GDELT[form].columns
    cells = dict.fromkeys(columns, "")
    cells |= {"GLOBALEVENTID": "9", "SQLDATE": day, "DATEADDED": added, "EventCode": code, "NumSources": "3"}
    for n, (country, group, kind) in ((1, one), (2, other)):
        cells |= {f"Actor{n}CountryCode": country, f"Actor{n}KnownGroupCode": group, f"Actor{n}Type1Code": kind}
    return [cells[c] for c in columns]


@pytest.mark.parametrize("form", ["gdelt1", "gdelt1-backfile", "gdelt2"])
def test_gdelt(tmp_path: Path, form: str) -> None:
    added = "20150301120000" if form == "gdelt2" else "20150301"
    rows = [
        gdelt(form, "20150228", added, ("FRA", "", "GOV"), ("JPN", "", ""), "0361"),
        gdelt(form, "20150228", added, ("FRA", "", "CVL"), ("JPN", "", ""), "190"),
        gdelt(form, "20150228", added, ("FRA", "NGO", ""), ("JPN", "", ""), "190"),
        gdelt(form, "20150227", added, ("FRA", "", "MIL"), ("ROM", "", ""), "190"),
        gdelt(form, "20150227", added, ("EUR", "", ""), ("ROM", "", ""), "190"),
    ]  # fmt: skip
    assert kept(table(tmp_path / "x.export.CSV", rows), tmp_path) == [
        ("2015-02-27", "2015-03-01", "FRA", "ROU", "190"), ("2015-02-28", "2015-03-01", "FRA", "JPN", "0361"),
    ]  # fmt: skip


def test_gdelt_has_the_columns_of_its_codebooks() -> None:
    assert [len(GDELT[f].columns) for f in ("gdelt1-backfile", "gdelt1", "gdelt2")] == [57, 58, 61]
    assert GDELT["gdelt2"].columns[26] == "EventCode"
    assert GDELT["gdelt2"].columns[59] == "DATEADDED"


def test_gdelt_in_latin_1_is_read(tmp_path: Path) -> None:
    line = "\t".join(gdelt("gdelt2", "20150228", "20150301120000", ("FRA", "", "GOV"), ("JPN", "", ""), "040"))
    (tmp_path / "x.csv").write_bytes(line.replace("\t3\t", "\t3\t", 1).encode("latin-1") + b"\n")
    assert len(kept(tmp_path / "x.csv", tmp_path)) == 1


POLECAT = ["Event ID", "Event Date", "Event Type", "Event Mode", "Actor Name", "Actor Country", "Primary Actor Sector",
           "Recipient Name", "Recipient Country", "Primary Recipient Sector", "Publication Date"]  # fmt: skip


def test_polecat(tmp_path: Path) -> None:
    rows = [
        ["a", "2023-01-05", "SANCTION", "expel", "x", "FRA", "GOV", "y", "JPN", "GOV", "2023-01-07"],
        ["b", "2023-01-05", "CONSULT", "", "x", "FRA", "", "y", "JPN", "MIL", "2023-01-05"],
        ["c", "2023-01-05", "ASSAULT", "firearms", "x", "FRA", "CVL", "y", "JPN", "GOV", "2023-01-05"],
        ["d", "2023-01-05", "NOTHING", "", "x", "FRA", "GOV", "y", "JPN", "GOV", "2023-01-05"],
    ]  # fmt: skip
    expected = [("2023-01-05", "2023-01-05", "FRA", "JPN", "040"), ("2023-01-05", "2023-01-07", "FRA", "JPN", "166")]
    assert kept(table(tmp_path / "p.txt", [POLECAT, *rows]), tmp_path) == expected
    quoted = [[f'"{c}"' for c in r] for r in [POLECAT, *rows]]
    assert kept(table(tmp_path / "p.csv", quoted, ","), tmp_path) == expected


def test_what_a_ledger_adds_to_polecat_is_kept(tmp_path: Path) -> None:
    row = ["a", "2023-01-05", "ASSAULT", "", "x", "FRA", "GOV", "y", "JPN", "GOV", "2023-01-07", "denied", "3"]
    path = table(tmp_path / "p.csv", [[*POLECAT, "status", "independent_publishers"], row], ",")
    source, _, _ = add_file(tmp_path / "history", path)
    (found,) = source.events(("FRA", "JPN"), known_by=date(2024, 1, 1))
    assert (found.status, found.publishers) == ("denied", 3)


def test_keds_and_weis_are_told_apart(tmp_path: Path) -> None:
    header = ["date", "source", "target", "code"]
    cameo = [["1990-01-01", "FRA", "JPNMIL", "190"], ["1990-01-02", "FRAREB", "JPN", "190"]]
    weis = [["1990-01-01", "FRN", "JAP", "223"], ["1990-01-02", "FRN", "JAP", "191"], ["1990-01-03", "FRN", "JAP", "031"]]
    assert [r[4] for r in kept(table(tmp_path / "a.tsv", [header, *cameo]), tmp_path)] == ["190"]
    assert [r[2:] for r in kept(table(tmp_path / "b.tsv", [header, *weis]), tmp_path)] == [
        ("FRA", "JPN", "19"), ("FRA", "JPN", "160"), ("FRA", "JPN", "04"),
    ]  # fmt: skip


def test_keds_as_tabari_writes_it(tmp_path: Path) -> None:
    rows = [["790415", "FRA", "JPN", "190", "(FORCE)"], ["990415", "FRA", "JPN", "040", "(MEET)"]]
    assert [r[0] for r in kept(table(tmp_path / "a.evts", rows), tmp_path)] == ["1979-04-15", "1999-04-15"]


def test_phoenix(tmp_path: Path) -> None:
    header = ["eid", "story_date", "year", "source", "target", "code"]
    rows = [["1", "11/30/1999", "1999", "FRAGOV", "JPN", "42"], ["2", "1999-12-01", "1999", "FRACVL", "JPN", "42"]]
    assert kept(table(tmp_path / "p.csv", [header, *rows], ","), tmp_path) == [
        ("1999-11-30", "1999-11-30", "FRA", "JPN", "042")
    ]


OWN = ["date", "published_at", "actor", "recipient", "code", "status", "publishers", "reference"]


def own(day: str = "2020-01-01", code: str = "190", **rest: str) -> list[str]:
    cells = {"date": day, "published_at": day, "actor": "FRA", "recipient": "JPN", "code": code, "status": "happened",
             "publishers": "2", "reference": "r", **rest}  # fmt: skip
    return [cells[c] for c in OWN]


def test_own_rows_keep_everything(tmp_path: Path) -> None:
    path = table(tmp_path / "rows.csv", [OWN, own(published_at="2020-01-04"), own("2020-01-02", status="denied")], ",")
    source, _, _ = add_file(tmp_path / "history", path, name="mine")
    assert source.events(("FRA", "JPN"), known_by=date(2020, 1, 5)) == [
        HistoryRow(date(2020, 1, 1), date(2020, 1, 4), "FRA", "JPN", "190", "happened", 2, "r"),
        HistoryRow(date(2020, 1, 2), date(2020, 1, 2), "FRA", "JPN", "190", "denied", 2, "r"),
    ]
    assert len(source.events(("FRA", "JPN"), known_by=date(2020, 1, 4))) == 1
    assert source.days().volume(0, 10**7) == 1


def test_compressed_files_and_parquet(tmp_path: Path) -> None:
    text = "\n".join("\t".join(r) for r in (OWN, own())) + "\n"
    (tmp_path / "a.tsv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.tsv", text)
    assert len(kept(tmp_path / "a.tsv.gz", tmp_path)) == len(kept(tmp_path / "a.zip", tmp_path)) == 1
    with connect() as db:
        db.execute(f"COPY (SELECT * FROM read_csv('{tmp_path}/a.tsv.gz', all_varchar=true)) TO '{tmp_path}/b.parquet'")
    assert len(kept(tmp_path / "b.parquet", tmp_path)) == 1


# Bad input ---------------------------------------------------------------------------------------------------------------


def bad_files(folder: Path) -> dict[str, Path]:
    whole = "\n".join("\t".join(r) for r in (OWN, *[own()] * 400)) + "\n"
    packed = gzip.compress(whole.encode())
    files = {
        "cut.gz": packed[: len(packed) // 2], "broken.gz": b"\x1f\x8b" + b"rubbish" * 9, "cut.tsv": whole.encode()[:-15],
        "mixed.tsv": whole.encode() + b"2020-01-01\tFRA\tJPN\t190\n", "empty.tsv": b"", "cut.zip": b"PK\x03\x04rubbish",
        "cut.parquet": b"PAR1rubbish", "unknown.tsv": b"a\tb\tc\n1\t2\t3\n",
        "dateless.tsv": whole.replace("2020-01-01", "1 Jan").encode(),
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {**{name: folder / name for name in files}, "absent.tsv": folder / "absent.tsv"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cut.gz", "broken or cut off"), ("broken.gz", "broken or cut off"), ("cut.tsv", "line 401 has"),
        ("mixed.tsv", "line 402 has 4"),
        ("empty.tsv", "is empty"), ("cut.zip", "ZIP archive is broken"), ("cut.parquet", "Parquet file is broken"),
        ("unknown.tsv", "of no known format"), ("dateless.tsv", "no row has a date"), ("absent.tsv", "no such file"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_whole(tmp_path: Path, name: str, says: str) -> None:
    history = tmp_path / "history"
    with pytest.raises((HistoryRefused, FormatUnknown), match=says):
        add_file(history, bad_files(tmp_path)[name], name="mine")
    assert sources(history) == []
    assert not history.exists()


def test_bad_lines_are_left_out_on_demand(tmp_path: Path) -> None:
    assert len(kept(bad_files(tmp_path)["mixed.tsv"], tmp_path, skip_bad=True)) == 400


def test_the_wrong_format_by_name_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "rows.tsv", [OWN, own()])
    with pytest.raises(HistoryRefused, match="the first line lacks"):
        import_file(path, tmp_path / "x.parquet", form=format_named("icews"))
    with pytest.raises(HistoryRefused, match="8 columns; expected 61"):
        import_file(path, tmp_path / "x.parquet", form=format_named("gdelt2"))
    with pytest.raises(FormatUnknown, match="known: detente, icews"):
        format_named("excel")


# The folder --------------------------------------------------------------------------------------------------------------


def mine(tmp_path: Path, *rows: list[str], file: str = "rows.tsv") -> Source:
    return add_file(tmp_path / "history", table(tmp_path / file, [OWN, *rows]), name="mine")[0]


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    first = mine(tmp_path, own())
    again, _, new = add_file(tmp_path / "history", tmp_path / "rows.tsv", name="mine")
    assert not new
    assert again.files == first.files


def test_files_of_one_source_add_up(tmp_path: Path) -> None:
    mine(tmp_path, own())
    source = mine(tmp_path, own("2020-02-01"), file="more.tsv")
    assert (source.rows, source.first, source.last) == (2, "2020-01-01", "2020-02-01")
    assert source_named(tmp_path / "history", None).days().volume(0, 10**7) == 2


def test_formats_of_other_density_stay_apart(tmp_path: Path) -> None:
    mine(tmp_path, own())
    other = table(tmp_path / "k.tsv", [["date", "source", "target", "code"], ["1990-01-01", "FRA", "JPN", "190"]])
    with pytest.raises(HistoryMissing, match="densities differ"):
        add_file(tmp_path / "history", other, name="mine")


def test_one_source_must_be_chosen_among_several(tmp_path: Path) -> None:
    with pytest.raises(HistoryMissing, match="there is no history in"):
        source_named(tmp_path / "history", None)
    mine(tmp_path, own())
    add_file(tmp_path / "history", tmp_path / "rows.tsv", name="yours")
    with pytest.raises(HistoryMissing, match=r"several histories .* --source: mine, yours"):
        source_named(tmp_path / "history", None)
    with pytest.raises(HistoryMissing, match="no history 'ours'"):
        source_named(tmp_path / "history", "ours")
    remove_source(tmp_path / "history", "yours")
    assert source_named(tmp_path / "history", None).name == "mine"


def test_a_stored_history_gives_the_same_days_as_its_rows(tmp_path: Path) -> None:
    rows = [own(f"2020-01-{d:02d}", code, published_at=f"2020-01-{d + 2:02d}") for d in range(1, 20) for code in ("040", "163")]
    source = mine(tmp_path, *rows)
    stored, direct = source.days(), DyadDays.of_rows(source.all_rows(known_by=date(2030, 1, 1)))
    assert stored.pairs == direct.pairs
    for a, b in zip(stored.by_class, direct.by_class, strict=True):
        assert (a.day.tolist(), a.usable.tolist()) == (b.day.tolist(), b.usable.tolist())


def test_a_check_tells_of_damage_and_gaps(tmp_path: Path) -> None:
    source = mine(tmp_path, own("2020-01-01"), own("2020-03-01"))
    assert gaps(source.days()) == ((date(2020, 1, 2), date(2020, 2, 29)),)
    assert not check(source).damaged
    (rows,) = source.folder.glob("*.parquet")
    rows.write_bytes(rows.read_bytes()[:50])
    assert "remove the source" in check(source).lines()[0]
    rows.unlink()
    assert "are gone" in check(source).lines()[0]


def test_an_import_that_is_broken_off_leaves_nothing_and_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine(tmp_path, own())

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "import_file", interrupted)
        with pytest.raises(KeyboardInterrupt):
            mine(tmp_path, own("2020-02-01"), file="more.tsv")
    assert source_named(tmp_path / "history", None).rows == 1
    assert [p.name for p in (tmp_path / "history").iterdir()] == ["mine"]
    assert mine(tmp_path, own("2020-02-01"), file="more.tsv").rows == 2


def test_what_a_killed_import_left_is_cleared_away(tmp_path: Path) -> None:
    mine(tmp_path, own())
    (tmp_path / "history" / ".adding-999999999-x").mkdir()
    mine(tmp_path, own("2020-02-01"), file="more.tsv")
    assert [p.name for p in (tmp_path / "history").iterdir()] == ["mine"]


def test_a_line_of_the_list_that_was_broken_off_costs_no_other(tmp_path: Path) -> None:
    mine(tmp_path, own())
    listed = tmp_path / "history" / "mine" / store.MANIFEST
    listed.write_bytes(listed.read_bytes() + b'{"file": "half')
    assert source_named(tmp_path / "history", None).rows == 1
    assert mine(tmp_path, own("2020-02-01"), file="more.tsv").rows == 2
    assert source_named(tmp_path / "history", None).rows == 2


def test_a_file_that_is_there_is_known_without_reading_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine(tmp_path, own())
    monkeypatch.setattr(store, "import_file", lambda *_, **__: pytest.fail("was read again"))
    assert add_file(tmp_path / "history", tmp_path / "rows.tsv", name="mine")[2] is False


def test_a_history_of_an_older_version_keeps_its_files(tmp_path: Path) -> None:
    source = mine(tmp_path, own())
    (line,) = (source.folder / store.MANIFEST).read_text(encoding="utf-8").splitlines()
    (source.folder / "files.json").write_text(f'{{"files": [{line}]}}', encoding="utf-8")
    (source.folder / store.MANIFEST).unlink()
    assert mine(tmp_path, own("2020-02-01"), file="more.tsv").rows == 2
    assert source_named(tmp_path / "history", None).rows == 2
