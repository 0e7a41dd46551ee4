"""Who next: recurrence, rules, and nothing of the future."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from forecast.histories import busy_rows, on, row

from detente.forecast.ledger import is_state, rows_of
from detente.forecast.links import FEATURES, NEVER, LinkPast, softmax
from detente.forecast.next import ROOTS, NextImpossible, links_of, shipped_model, who_next

ROWS = busy_rows(300)


def test_what_recurs_comes_first() -> None:
    rows = [*ROWS, *(row(on(k), "112", "ARV", "DOR") for k in range(240, 299))]
    first = who_next(rows, "ARV", issued=on(299))[0]
    assert (first.recipient, first.event) == ("DOR", "disapprove")
    assert "recurs: 5" in first.reason
    assert "last yesterday" in first.reason


def test_a_rule_speaks_for_what_usually_follows() -> None:
    """Threats of ARV were always followed by force two days later; now one was uttered toward FEN."""
    rows = [r for k in range(0, 280, 14) for r in (row(on(k), "130", "ARV", "DOR"), row(on(k + 2), "190", "ARV", "DOR"))]
    rows += [row(on(291), "130", "ARV", "FEN")]
    found = {(e.recipient, e.event): e for e in who_next(rows, "ARV", issued=on(292), most=60)}
    assert "within 30 days of 'threaten' (yesterday)" in found["FEN", "fight"].reason


def test_the_future_changes_nothing() -> None:
    today = on(250)
    past = [r for r in ROWS if r.date < today and r.published_at < today]
    assert who_next(past, "ARV", issued=today) == who_next(ROWS, "ARV", issued=today)


def test_a_longer_time_means_higher_chances_in_the_same_order() -> None:
    week, month = (who_next(ROWS, "ARV", issued=on(299), days=d) for d in (7, 28))
    assert [(e.recipient, e.root) for e in week] == [(e.recipient, e.root) for e in month]
    assert all(a.probability < b.probability < 1 for a, b in zip(week, month, strict=True))


@pytest.mark.parametrize(("actor", "ahead", "says"), [("XXX", 299, "knows no event of XXX"), ("ARV", 600, "ends on")])
def test_what_cannot_be_said_is_refused(actor: str, ahead: int, says: str) -> None:
    with pytest.raises(NextImpossible, match=says):
        who_next(ROWS, actor, issued=on(ahead))


def test_features_have_their_names_and_default_row() -> None:
    links, _, at = links_of(ROWS)
    past = LinkPast(links, links.rules(10**7))
    past.advance(on(200).toordinal())
    (found,) = past.candidates(at["ARV"], [3])
    assert found.recurrence.shape[1] == len(NEVER)
    assert found.recurrence.shape[1] + found.everywhere.shape[1] + 1 == len(FEATURES)
    assert shipped_model().links.weights.shape == (2 * len(ROOTS), len(FEATURES))
    assert np.isfinite(shipped_model().links.scores(found, 3)).all()


def test_rules_are_how_often_one_follows_the_other() -> None:
    rows = [r for k in range(0, 200, 40) for r in (row(on(k), "130"), row(on(k + 1), "190"))]
    links, _, _ = links_of(rows)
    rules = links.rules(10**7)
    assert rules[12, 18] == pytest.approx(5 / (5 + 5))
    assert rules[18, 12] == pytest.approx(0.0)


def test_softmax_sums_to_one() -> None:
    p = softmax(np.array([1000.0, 999.0, -np.inf]))
    assert p.sum() == pytest.approx(1.0)
    assert p[2] == 0.0


# The ledger --------------------------------------------------------------------------------------------------------------


class Happening:
    """As the ledger gives it."""

    number, mode, publishers, status, event_type = 7, None, 2, "happened", "ASSAULT"
    statuses = (("scheduled", "2031-01-01T09:00:00Z", 3), ("happened", "2031-01-05T09:00:00Z", 7))
    actors: tuple[str, ...] = ("ARV",)
    recipients: tuple[str, ...] = ("BMR", "NATO")
    when = (on(1), on(3), True)
    best = SimpleNamespace(article=SimpleNamespace(headline="Strait Closed"), sentence_number=4)


def test_happenings_become_rows_known_since_they_were_told_as_happened() -> None:
    (found,) = rows_of([Happening()])
    assert (found.date, found.published_at, found.actor, found.recipient) == (on(3), on(4), "ARV", "BMR")
    assert (found.code, found.status, found.publishers, found.reference) == (
        "190",
        "happened",
        2,
        "happening 7: “Strait Closed”, sentence 4",
    )


def test_nothing_has_happened_after_it_was_told() -> None:
    happening = Happening()
    happening.when = (on(20), on(20), True)
    (found,) = rows_of([happening])
    assert found.date == found.published_at == on(4)


def test_mutual_acts_go_both_ways() -> None:
    happening = Happening()
    happening.event_type, happening.actors, happening.recipients = "CONSULT", ("ARV", "BMR"), ()  # type: ignore[misc]
    assert {(r.actor, r.recipient) for r in rows_of([happening])} == {("ARV", "BMR"), ("BMR", "ARV")}


def test_organisations_are_no_states() -> None:
    assert not is_state("UN")
    assert not is_state("NATO")
    assert is_state("ARV")
    assert is_state("FRA")
