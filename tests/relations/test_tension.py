"""Tension: its rows sum to it, it decays, and no data is no data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from news import Act, Words, ledger, news, on

from detente.relations.pair import pair_at
from detente.relations.tension import DyadDay, series, sparkline, tension_of, trend_of, weights
from detente.types import Reading

FIRED = "A Belmoran patrol boat fired on an Arvanian trawler near Cape Orn."


def attack(name: str = "a", day: str = "2024-03-04", publisher: str = "Courier", **rest: str) -> Reading:
    return news(name, day, publisher, FIRED, [Act("ASSAULT", "BMR", "ARV", "fired", date=rest.pop("date", day), **rest)])  # type: ignore[arg-type]


def at(folder: Path, day: str, *readings: Reading) -> DyadDay:
    state = pair_at(ledger(folder, *readings), "ARV", "BMR", known_by=on(day))
    return tension_of(state.happenings, "BMR", "ARV", on=date.fromisoformat(day))


def test_an_attack_by_one_publisher(tmp_path: Path) -> None:
    assert at(tmp_path, "2024-03-04", attack()).tension == pytest.approx(9.0 * 0.7)


def test_tension_halves_in_thirty_days(tmp_path: Path) -> None:
    db = ledger(tmp_path, attack())
    state = pair_at(db, "ARV", "BMR", known_by=on("2024-05-03"))
    values = [
        tension_of(state.happenings, "BMR", "ARV", on=day).tension
        for day in (date(2024, 3, 4), date(2024, 4, 3), date(2024, 5, 3))
    ]
    assert values == pytest.approx([6.3, 3.15, 1.575])


def test_the_other_direction_has_a_value_of_its_own(tmp_path: Path) -> None:
    state = pair_at(ledger(tmp_path, attack()), "ARV", "BMR", known_by=on("2024-03-04"))
    assert tension_of(state.happenings, "ARV", "BMR", on=date(2024, 3, 4)).tension is None


def test_cooperation_counts_down_in_both_directions(tmp_path: Path) -> None:
    met = news("a", "2024-03-04", "Courier", "Arvania and Belmora met.", [Act("CONSULT", "ARV BMR", "", "met")])
    state = pair_at(ledger(tmp_path, met), "ARV", "BMR", known_by=on("2024-03-04"))
    for pair in (("ARV", "BMR"), ("BMR", "ARV")):
        assert tension_of(state.happenings, *pair, on=date(2024, 3, 4)).tension == pytest.approx(-2.5 * 0.7)


@pytest.mark.parametrize("status", ["hypothetical", "denied", "demanded", "promised"])
def test_what_has_not_happened_does_not_count(tmp_path: Path, status: str) -> None:
    assert at(tmp_path, "2024-03-04", attack(status=status)).tension is None


def test_more_publishers_make_it_surer_not_bigger(tmp_path: Path) -> None:
    many = [attack(str(n), publisher=f"Paper {n}") for n in range(8)]
    told = [
        news(
            str(n),
            "2024-03-04",
            f"Paper {n}",
            FIRED.replace("near", f"{n} miles off"),
            [Act("ASSAULT", "BMR", "ARV", "fired", date="2024-03-04")],
        )
        for n in range(8)
    ]
    assert at(tmp_path, "2024-03-04", *many).tension == pytest.approx(9.0 * 0.7)  # one sentence, printed eight times
    (tmp_path / "relations.ledger").unlink()
    assert at(tmp_path, "2024-03-04", *told).tension == pytest.approx(9.0)


def test_the_word_of_the_other_side_alone_counts_less(tmp_path: Path) -> None:
    text = "Belmora fired on a trawler, Torvek said."
    said = news(
        "a",
        "2024-03-04",
        "Courier",
        text,
        [Act("ASSAULT", "BMR", "ARV", "fired", by="s1")],
        [Words("Torvek", "Belmora fired on a trawler")],
    )
    (share,) = at(tmp_path, "2024-03-04", said).shares
    assert (share.voice, share.publishers) == (weights()["voice", "recipient"], weights()["publishers", "1"])


def test_a_contested_happening_counts_half(tmp_path: Path) -> None:
    denied = news(
        "b",
        "2024-03-04",
        "Gazette",
        f"Vasht denied it: {FIRED}",
        [Act("ASSAULT", "BMR", "ARV", "fired", "denied", by="s1", date="2024-03-04")],
        [Words("Vasht", "Belmoran patrol boat fired on an Arvanian trawler near Cape Orn")],
    )
    (share,) = at(tmp_path, "2024-03-04", attack(), denied).shares
    assert share.contested == 0.5


def test_silence_for_ninety_days_is_no_data(tmp_path: Path) -> None:
    db = ledger(tmp_path, attack())
    state = pair_at(db, "ARV", "BMR", known_by=on("2024-12-31"))
    assert tension_of(state.happenings, "BMR", "ARV", on=date(2024, 6, 2)).tension is not None
    assert tension_of(state.happenings, "BMR", "ARV", on=date(2024, 6, 3)).tension is None


acts = st.tuples(
    st.sampled_from(["ASSAULT", "CONSULT", "ACCUSE", "AID", "THREATEN"]), st.integers(1, 28), st.sampled_from(["C", "G", "P"])
)


@settings(max_examples=40, deadline=None)
@given(st.lists(acts, max_size=12))
def test_the_shares_sum_to_the_value(drawn: list[tuple[str, int, str]]) -> None:
    from tempfile import TemporaryDirectory

    readings = [
        news(str(n), f"2024-03-{day:02}", publisher, f"Belmora did thing {n} to Arvania.", [Act(kind, "BMR", "ARV", "did")])
        for n, (kind, day, publisher) in enumerate(drawn)
    ]
    with TemporaryDirectory() as folder:
        found = at(Path(folder), "2024-03-28", *readings)
    assert (found.tension is None) == (not drawn)
    assert sum(s.points for s in found.shares) == pytest.approx(found.tension or 0.0)


def test_each_value_of_a_series_is_what_its_own_day_knew(tmp_path: Path) -> None:
    late = news(
        "b",
        "2024-04-01",
        "Gazette",
        "Belmora shelled a lighthouse of Arvania on 5 March.",
        [Act("ASSAULT", "BMR", "ARV", "shelled", date="2024-03-05")],
    )
    db = ledger(tmp_path, attack(), late)
    points = {p.day.isoformat(): p.tension for p in series(db, "BMR", "ARV", known_by=on("2024-04-01"), days=40, step_days=1)}
    assert points["2024-03-03"] is None
    assert points["2024-03-06"] == pytest.approx(at_day(db, "2024-03-06"))
    assert points["2024-04-01"] == pytest.approx(at_day(db, "2024-04-01"))
    assert points["2024-04-01"] > points["2024-03-31"]  # type: ignore[operator]


def at_day(db: object, day: str) -> float | None:
    state = pair_at(db, "ARV", "BMR", known_by=on(day))  # type: ignore[arg-type]
    return tension_of(state.happenings, "BMR", "ARV", on=date.fromisoformat(day)).tension


def weekly(*values: float | None) -> list[DyadDay]:
    return [DyadDay("BMR", "ARV", date(2024, 1, 1), v) for v in values]


def test_a_change_is_unusual_only_against_the_own_past() -> None:
    calm = [0.1 * (n % 2) for n in range(12)]
    assert trend_of(weekly(*calm, 5.0)).unusual is True
    assert trend_of(weekly(*calm, 0.1)).unusual is False
    assert trend_of(weekly(*calm[:5], 5.0)).unusual is None
    assert trend_of(weekly(None, 5.0)).change is None


def test_a_gap_in_the_line_is_no_bar() -> None:
    assert sparkline([1.0, None, 2.0, 3.0]) == "▁·▄█"
    assert sparkline([None, None]) == "··"
    assert sparkline([2.0, 2.0]) == "▁▁"
