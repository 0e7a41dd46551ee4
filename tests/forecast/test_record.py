"""Resolution rules, and a track record that nobody can embellish."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from forecast.histories import busy, on, row

from detente.forecast.days import DyadDays
from detente.forecast.questions import QuestionUnknown, question_of, question_within, questions, resolution_rule
from detente.forecast.record import RecordInvalid, TrackRecord, read_record
from detente.forecast.resolution import Resolution, matures_on, resolve
from detente.forecast.rows import HistoryRow
from detente.forecast.signals import adjusted, signals_of
from detente.forecast.tally import tallies

HEADLINE = question_of("conflict")
ISSUED = on(200)
LATER = on(280)
NOW = datetime.combine(ISSUED, datetime.min.time(), UTC)
WORLD = busy(400)


def decide(*events: HistoryRow, today: date = LATER, publishers: int | None = 1, world: DyadDays = WORLD) -> Resolution | None:
    return resolve(HEADLINE, ISSUED, events, world, today=today, publishers=publishers)


def outcome(*events: HistoryRow, **rest: Any) -> str | None:
    found = decide(*events, **rest)
    return found.outcome if found else None


def test_two_days_of_conflict_are_a_yes() -> None:
    found = decide(row(on(201), "190", reference="a"), row(on(229), "163", reference="b"))
    assert found is not None
    assert (found.outcome, found.references) == ("yes", ("a", "b"))
    assert "2 days with material conflict of 2 needed" in found.reason


@pytest.mark.parametrize(
    "events",
    [
        [], [row(on(201), "190"), row(on(201), "193")], [row(on(201), "190"), row(on(230), "190")],
        [row(on(199), "190"), row(on(201), "190")], [row(on(201), "190"), row(on(202), "112")],
        [row(on(201), "190"), row(on(202), "190", status="denied")],
        [row(on(201), "190"), row(on(202), "190", status="hypothetical")],
    ],
)  # fmt: skip
def test_less_is_a_no(events: list[HistoryRow]) -> None:
    assert outcome(*events) == "no"


def test_an_open_window_is_not_decided() -> None:
    assert outcome(row(on(201), "190"), row(on(202), "190"), today=matures_on(HEADLINE, ISSUED) - timedelta(days=1)) is None
    assert outcome(row(on(201), "190"), row(on(202), "190"), today=matures_on(HEADLINE, ISSUED)) == "yes"


def test_a_ledger_needs_independent_publishers() -> None:
    sure = [row(on(201), "190", publishers=2), row(on(205), "190", publishers=3)]
    assert outcome(*sure, publishers=None) == "yes"
    doubtful = [sure[0], row(on(205), "190", publishers=1)]
    assert outcome(*doubtful, publishers=None) == "void"
    assert outcome(sure[0], publishers=None) == "no"


def test_a_source_that_looked_away_makes_no_into_void() -> None:
    blind = DyadDays.of_rows([row(on(k), a, "ARV", "CSV") for k in range(110, 200) for a in ("040", "112")])
    assert outcome(world=blind) == "void"
    assert outcome(row(on(201), "190"), row(on(202), "190"), world=blind) == "yes"


def test_questions_are_found_by_name_id_and_horizon() -> None:
    assert question_of("conflict") is question_of("c2@30") is next(iter(questions().values()))
    assert question_within("conflict", 90).id == "C2@90"
    with pytest.raises(QuestionUnknown, match="did you mean 'rupture'"):
        question_of("ruptur")
    with pytest.raises(QuestionUnknown, match=r"14 days are not offered .* conflict-7"):
        question_within("conflict", 14)


def test_every_rule_is_stated_beforehand() -> None:
    assert resolution_rule().publishers >= 2
    assert {q.horizon_days for q in questions().values()} == {7, 30, 90}
    assert len({q.name for q in questions().values()}) == len({q.id for q in questions().values()}) == len(questions())


# The record --------------------------------------------------------------------------------------------------------------


def body(**rest: Any) -> dict[str, Any]:
    return {
        "question": "C2@30", "pair": ["ARV", "BMR"], "issued": str(ISSUED), "probability": 0.3, "base_rate": 0.1,
        "dyad_rate": None, "source": "invented", "model": "m", **rest,
    }  # fmt: skip


def yes(outcome_: Any = "yes") -> Resolution:
    return Resolution(outcome_, "because", LATER, ("a",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "forecasts.record"


def test_what_was_recorded_comes_back(path: Path) -> None:
    with TrackRecord(path) as record:
        number, new = record.add_forecast(body(), now=NOW)
        record.add_resolution(number, yes(), now=NOW + timedelta(days=80))
    (found,) = read_record(path)
    assert new
    assert found.body == body()
    assert found.outcome == "yes"
    assert found.live


def test_the_first_answer_stays(path: Path) -> None:
    with TrackRecord(path) as record:
        assert record.add_forecast(body(), now=NOW) == (1, True)
        assert record.add_forecast(body(probability=0.9), now=NOW) == (1, False)
        assert record.add_forecast(body(pair=["ARV", "CSV"]), now=NOW) == (2, True)
        assert record.forecasts()[0].body["probability"] == 0.3


def test_a_forecast_is_decided_once(path: Path) -> None:
    with TrackRecord(path) as record:
        number, _ = record.add_forecast(body(), now=NOW)
        record.add_resolution(number, yes("no"), now=NOW)
        with pytest.raises(RecordInvalid, match="decided already: no"):
            record.add_resolution(number, yes(), now=NOW)
        with pytest.raises(RecordInvalid, match="entry 7 is not a forecast"):
            record.add_resolution(7, yes(), now=NOW)


def test_the_file_refuses_changes_and_deletions(path: Path) -> None:
    with TrackRecord(path) as record:
        record.add_forecast(body(), now=NOW)
    db = sqlite3.connect(path)
    for statement in ("UPDATE entries SET body = '{}'", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="entries of the record cannot be"):
            db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = replace(body, '0.3', '0.9') WHERE number = 1", "DELETE FROM entries WHERE number = 2",
        "UPDATE entries SET recorded_at = '2030-01-01T00:00:00+00:00' WHERE number = 2",
        "UPDATE entries SET number = 9 WHERE number = 3", "UPDATE entries SET kind = 'resolution' WHERE number = 3",
    ],
)  # fmt: skip
def test_tampering_breaks_the_chain(path: Path, statement: str) -> None:
    with TrackRecord(path) as record:
        for state in ("BMR", "CSV", "DOR"):
            record.add_forecast(body(pair=["ARV", state]), now=NOW)
    db = sqlite3.connect(path)
    db.executescript(f"DROP TRIGGER no_update; DROP TRIGGER no_delete; {statement};")
    db.close()
    with pytest.raises(RecordInvalid, match="was changed, removed or slipped in"):
        read_record(path)


def test_the_last_hash_vouches_for_everything_before(path: Path, tmp_path: Path) -> None:
    heads = []
    for name, first in (("a", 0.3), ("b", 0.31)):
        with TrackRecord(tmp_path / name) as record:
            record.add_forecast(body(probability=first), now=NOW)
            record.add_forecast(body(pair=["ARV", "CSV"]), now=NOW)
            heads.append(record.head()[1])
    assert heads[0] != heads[1]


def test_a_forecast_recorded_after_its_window_began_is_hindsight(path: Path) -> None:
    with TrackRecord(path) as record:
        record.add_forecast(body(), now=NOW + timedelta(days=3))
    (found,) = read_record(path)
    assert not found.live


def test_other_files_are_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all, just words " * 40, encoding="utf-8")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE t (x)")
    other.commit()
    other.close()
    for name in ("text", "other.db"):
        with pytest.raises(RecordInvalid, match="track record"):
            TrackRecord(tmp_path / name)
    with pytest.raises(RecordInvalid, match="there is no track record"):
        read_record(path)


def test_scores_are_of_decided_forecasts_and_voids_are_counted(path: Path) -> None:
    with TrackRecord(path) as record:
        for n, (state, p, became) in enumerate(
            [("BMR", 0.8, "yes"), ("CSV", 0.1, "no"), ("DOR", 0.2, "no"), ("ELM", 0.5, "void"), ("FEN", 0.5, None)]
        ):
            number, _ = record.add_forecast(body(pair=["ARV", state], probability=p), now=NOW + timedelta(seconds=n))
            if became:
                record.add_resolution(number, yes(became), now=NOW)
    (found,) = tallies(read_record(path), live=True, draws=20)
    assert (found.recorded, found.yes, found.no, found.void, found.open) == (5, 1, 2, 1, 1)
    assert found.void_share == 0.25
    assert found.measures["Brier score"].value == pytest.approx((0.04 + 0.01 + 0.04) / 3)
    assert found.measures["skill over base rate"].value > 0.5
    assert tallies(read_record(path), live=False) == []


# Signals -----------------------------------------------------------------------------------------------------------------


def test_signals_move_by_stated_steps_within_a_bound() -> None:
    assert adjusted(0.1, HEADLINE, {}).after == 0.1
    one = adjusted(0.1, HEADLINE, {"open threats": (7,)})
    assert one.steps == {"open threats": 0.25}
    assert one.after / (1 - one.after) == pytest.approx(0.1 / 0.9 * 2.718281828**0.25)
    many = adjusted(0.1, HEADLINE, {"open threats": tuple(range(500)), "unmet demands": tuple(range(500))})
    assert many.after / (1 - many.after) == pytest.approx(0.1 / 0.9 * 2.718281828**0.7)
    assert adjusted(0.1, HEADLINE, {"held meetings": (1, 2, 3)}).after < 0.1


def test_a_threat_makes_a_thaw_less_likely() -> None:
    assert adjusted(0.1, question_of("thaw"), {"open threats": (7,)}).after < 0.1


def item(number: int, kind: str, status: str, known: date) -> Any:
    return SimpleNamespace(number=number, kind=kind, status=status, known_at=f"{known}T00:00:00Z", answer=None)


def test_signals_count_items_by_kind_and_status_and_the_recent_ones_of_what_is_over() -> None:
    known = SimpleNamespace(
        items=[
            item(1, "threat", "open", on(0)), item(2, "threat", "carried out", on(190)), item(3, "meeting", "held", on(190)),
            item(4, "meeting", "held", on(20)), item(5, "demand", "refused", on(5)), item(6, "demand", "met", on(199)),
        ],
        happenings=[
            SimpleNamespace(number=8, event_type="ASSAULT", status="hypothetical", contested=False, day=on(150)),
            SimpleNamespace(number=9, event_type="SEIZE", status="happened", contested=True, day=on(150)),
            SimpleNamespace(number=10, event_type="SEIZE", status="happened", contested=True, day=on(20)),
        ],
    )  # fmt: skip
    assert signals_of(known, on(200)) == {
        "open threats": (1,), "unmet demands": (5,), "contested happenings": (9,), "supposed hostile acts": (8,),
        "held meetings": (3,), "met demands": (6,),
    }  # fmt: skip


def test_an_adjustment_is_an_entry_of_its_own_and_scored_apart(path: Path) -> None:
    adjustment = adjusted(0.3, HEADLINE, {"open threats": (4, 9)}).to_dict()
    with TrackRecord(path) as record:
        number, _ = record.add_forecast(body(), now=NOW)
        entry, new = record.add_adjustment(number, adjustment, now=NOW)
        assert (entry, new) == (2, True)
        assert record.add_adjustment(number, {**adjustment, "after": 0.9}, now=NOW) == (2, False)
        record.add_resolution(number, yes(), now=NOW)
    (found,) = tallies(read_record(path), live=True, draws=10)
    assert found.measures["Brier score"].value == pytest.approx(0.49)
    assert found.number_adjusted == 1
    assert found.adjusted["skill over the forecast"].value > 0


def test_hindsight_adjusts_nothing_that_was_said_before(path: Path) -> None:
    with TrackRecord(path) as record:
        number, _ = record.add_forecast(body(), now=NOW)
        record.add_adjustment(number, {"before": 0.3, "after": 0.9}, now=NOW + timedelta(days=20))
        with pytest.raises(RecordInvalid, match="is not a forecast"):
            record.add_adjustment(7, {"before": 0.3, "after": 0.9}, now=NOW)
    assert read_record(path)[0].adjustment is None
