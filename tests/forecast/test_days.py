"""Dyad days, classes of codes, and what the past looks like."""

from __future__ import annotations

import numpy as np
import pytest
from forecast.histories import FIRST, NoPrior, busy, on, row
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.forecast.days import DyadDays, mondays
from detente.forecast.questions import active_pairs
from detente.forecast.rows import CLASSES, CodeUnknown, class_bits, has_class
from detente.forecast.snapshot import HALF_LIVES, Decays, snapshots, stacked

PAIR = ("ARV", "BMR")


@pytest.mark.parametrize(
    ("code", "classes"),
    [
        ("010", {"any", "verbal cooperation"}),
        ("0871", {"any", "material cooperation"}),
        ("130", {"any", "verbal conflict", "threat"}),
        ("140", {"any", "material conflict"}), ("150", {"any", "material conflict", "posture"}),
        ("172", {"any", "material conflict", "coercion"}), ("163", {"any", "material conflict", "rupture"}),
        ("1661", {"any", "material conflict", "rupture"}), ("190", {"any", "material conflict", "force"}),
    ],
)  # fmt: skip
def test_a_code_has_its_classes(code: str, classes: set[str]) -> None:
    assert {c for c in CLASSES if has_class(code, c)} == classes


@pytest.mark.parametrize("code", ["", "00", "21", "---", "x90"])
def test_a_code_that_is_not_cameo_is_refused(code: str) -> None:
    with pytest.raises(CodeUnknown, match="not a CAMEO code"):
        class_bits(code)


def test_a_day_counts_once_per_pair_and_class() -> None:
    days = DyadDays.of_rows([row(FIRST, "190"), row(FIRST, "193", "BMR", "ARV"), row(FIRST, "040"), row(on(1), "190")])
    assert days.pairs == (PAIR,)
    assert days.dates("force", PAIR, 0, 10**7) == [FIRST, on(1)]
    assert len(days.of("any").day) == 2


def test_only_what_happened_counts() -> None:
    days = DyadDays.of_rows([row(FIRST, "190", status="denied"), row(FIRST, "040"), row(FIRST, "040", "ARV", "ARV")])
    assert days.dates("force", PAIR, 0, 10**7) == []
    assert days.pairs == (PAIR,)


def test_a_day_is_known_since_its_first_report() -> None:
    days = DyadDays.of_rows([row(FIRST, "190", lag=9), row(FIRST, "190", lag=2)])
    assert days.known_before(on(2).toordinal()).volume(0, 10**7) == 0
    assert days.known_before(on(3).toordinal()).volume(0, 10**7) == 1


def test_an_empty_history_is_empty() -> None:
    days = DyadDays.of_rows([])
    assert days.last < days.first
    assert next(snapshots(days, [FIRST.toordinal()], prior=NoPrior())).pairs.tolist() == []


def test_mondays_are_mondays() -> None:
    found = mondays(FIRST.toordinal(), FIRST.toordinal() + 30)
    assert all((d - 1) % 7 == 0 for d in found)
    assert FIRST.toordinal() <= found[0] < FIRST.toordinal() + 7


def test_a_pair_is_active_with_three_days_in_ninety() -> None:
    days = DyadDays.of_rows([row(on(0)), row(on(1)), row(on(2), lag=10)])
    assert active_pairs(days, on(5).toordinal()).tolist() == []
    assert active_pairs(days, on(13).toordinal()).tolist() == [0]
    assert active_pairs(days, on(91).toordinal()).tolist() == []


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=1, max_size=30),
    st.lists(st.integers(0, 90), min_size=1),
)
@settings(max_examples=40, deadline=None)
def test_carried_decays_equal_their_definition(events: list[tuple[int, int]], issued: list[int]) -> None:
    days = DyadDays.of_rows([row(on(d), "190", lag=lag) for d, lag in events])
    decays = Decays(days)
    for ahead in sorted(issued):
        today = on(ahead).toordinal()
        known = [d for d in {d for d, _ in events} if any(e == d and d + lag < ahead for e, lag in events)]
        for k, half_life in enumerate(HALF_LIVES):
            expected = sum(0.5 ** ((ahead - d) / half_life) for d in known)
            assert decays.at(today)[CLASSES.index("force"), k, 0] == pytest.approx(expected, abs=1e-9)


def test_days_of_issue_do_not_go_backwards() -> None:
    decays = Decays(busy(40))
    decays.at(on(20).toordinal())
    with pytest.raises(ValueError, match="backwards"):
        decays.at(on(10).toordinal())


def test_a_snapshot_of_given_pairs_equals_that_of_all() -> None:
    history, day = busy(200), on(150).toordinal()
    (every,) = snapshots(history, [day], prior=NoPrior())
    for i in (0, len(every) - 1):
        (one,) = snapshots(history, [day], prior=NoPrior(), pairs=[history.pairs[every.pairs[i]]])
        assert np.array_equal(one.counts[..., 0], every.counts[..., i])
        assert np.array_equal(one.around[..., 0], every.around[..., i])


def test_neighbours_leave_the_pair_itself_out() -> None:
    days = DyadDays.of_rows([row(on(0), "190"), row(on(0), "190", "ARV", "CSV"), row(on(0), "190", "BMR", "DOR")])
    (past,) = snapshots(days, [on(1).toordinal()], prior=NoPrior(), pairs=[PAIR])
    expected = 0.5 ** (1 / 30)
    assert past.neighbours("material conflict", 30)[:, 0] == pytest.approx([expected, expected])


def test_a_pair_unknown_to_the_history_has_an_empty_past() -> None:
    (past,) = snapshots(busy(100), [on(90).toordinal()], prior=NoPrior(), pairs=[("XXA", "XXB")])
    assert not past.counts.any()
    assert not past.around.any()


def test_taking_a_day_away_leaves_the_rest() -> None:
    rows = [row(on(0), "190"), row(on(5), "190"), row(on(5), "040")]
    day = [on(20).toordinal()]
    (whole,) = snapshots(DyadDays.of_rows(rows), day, prior=NoPrior(), pairs=[PAIR])
    (rest,) = snapshots(DyadDays.of_rows(rows[:1]), day, prior=NoPrior(), pairs=[PAIR])
    gone = [on(5).toordinal()]
    less = whole.less({"any": gone, "verbal cooperation": gone, "material conflict": gone, "force": gone})
    assert np.allclose(less.counts, rest.counts)


def test_stacked_snapshots_keep_their_rows() -> None:
    several = list(snapshots(busy(200), [on(100).toordinal(), on(107).toordinal()], prior=NoPrior()))
    issued, whole = stacked(several)
    assert len(issued) == len(whole) == sum(len(s) for s in several)
    assert np.array_equal(whole.only(np.arange(len(several[0]))).counts, several[0].counts)


def test_a_snapshot_knows_the_days_of_all_pairs_and_takes_a_day_away_from_them_too() -> None:
    rows = [row(on(0), "190"), row(on(0), "040", "CSV", "DOR")]
    (past,) = snapshots(DyadDays.of_rows(rows), [on(90).toordinal()], prior=NoPrior(), pairs=[PAIR])
    conflict = CLASSES.index("material conflict")
    assert past.everyone[0, 0] == pytest.approx(1.0)
    assert past.everyone[conflict, 0] == pytest.approx(0.5)
    left = past.less({"any": [on(0).toordinal()], "material conflict": [on(0).toordinal()]})
    assert left.everyone[0, 0] == pytest.approx(0.5)
    assert left.everyone[conflict, 0] == 0.0
