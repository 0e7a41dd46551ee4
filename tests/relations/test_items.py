"""Items: what opens them, what moves them, and what people decide about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from news import Act, Words, ledger, news, on

from detente.errors import NoSuchItem, WrongCall
from detente.ledger.reread import adopt, stage
from detente.relations.decide import decide, item_numbered
from detente.relations.items import Item
from detente.relations.pair import pair_at
from detente.relations.rules import kinds, matches
from detente.types import Reading


def told(day: str, text: str, *acts: Act, words: Sequence[Words] = ()) -> Reading:
    """An article of one paper with its events."""
    return news(f"{day} {text}", day, "Courier", text, acts, words)


DEMAND = told(
    "2024-03-04", "Torvek demanded that Belmora release the crew of the trawler.", Act("REQUEST", "Torvek", "BMR", "demanded")
)
REFUSAL = told("2024-03-08", "Belmora refused to hand over the Arvanian crew.", Act("REJECT", "BMR", "ARV", "refused"))
RELEASE = told("2024-03-20", "Belmora freed the sailors, who reached Arvania by bus.", Act("RETREAT", "BMR", "ARV", "freed"))
PLAN = told(
    "2024-03-04",
    "Talks between Arvania and Belmora will be held in Port Amaro on 15 March.",
    Act("CONSULT", "ARV BMR", "", "Talks", "scheduled", date="2024-03-15", place="Port Amaro"),
)
THREAT = told(
    "2024-03-04",
    "Arvania will close the strait to Belmoran ships unless the crew is freed, Torvek warned.",
    Act("THREATEN", "Torvek", "BMR", "warned"),
    Act("COERCE", "ARV", "BMR", "close", "hypothetical", condition="unless the crew is freed"),
)


def items(folder: Path, *readings: Reading, day: str = "2024-04-30", kind: str | None = None) -> list[Item]:
    state = pair_at(ledger(folder, *readings), "ARV", "BMR", known_by=on(day))
    return [i for i in state.items if kind in (None, i.kind)]


def path(item: Item) -> list[str]:
    return [c.status for c in item.changes]


def test_a_demand_is_refused_then_met(tmp_path: Path) -> None:
    (demand,) = items(tmp_path, DEMAND, REFUSAL, RELEASE, kind="demand")
    assert path(demand) == ["open", "refused", "met"]
    assert (demand.actor, demand.recipient, demand.who) == ("ARV", "BMR", "Ilan Torvek")
    assert all(c.evidence and 0 < c.confidence <= 1 for c in demand.changes)


@pytest.mark.parametrize(("day", "status"), [("2024-03-07", "open"), ("2024-03-08", "refused"), ("2024-03-20", "met")])
def test_the_status_is_that_of_the_moment(tmp_path: Path, day: str, status: str) -> None:
    (demand,) = items(tmp_path, DEMAND, REFUSAL, RELEASE, day=day, kind="demand")
    assert demand.status == status


def test_an_answer_to_another_matter_changes_nothing(tmp_path: Path) -> None:
    dam = told("2024-03-08", "Belmora refused to open the dam on the river to Arvania.", Act("REJECT", "BMR", "ARV", "refused"))
    (demand,) = items(tmp_path, DEMAND, dam, kind="demand")
    assert demand.status == "open"


def test_an_answer_by_the_same_side_is_none(tmp_path: Path) -> None:
    own = told("2024-03-08", "Arvania freed the Belmoran crew.", Act("RETREAT", "ARV", "BMR", "freed"))
    assert items(tmp_path, DEMAND, own, kind="demand")[0].status == "open"


def test_what_is_only_promised_does_not_meet_a_demand(tmp_path: Path) -> None:
    promise = told("2024-03-08", "Belmora will free the crew, Dray said.", Act("RETREAT", "BMR", "ARV", "free", "promised"))
    (demand,) = items(tmp_path, DEMAND, promise, kind="demand")
    assert demand.status == "partly met"


def test_the_same_demand_again_is_repeated(tmp_path: Path) -> None:
    again = told(
        "2024-03-12", "Arvania demanded again that Belmora release the crew.", Act("REQUEST", "ARV", "BMR", "demanded")
    )
    (demand,) = items(tmp_path, DEMAND, again, kind="demand")
    assert path(demand) == ["open", "repeated"]


def test_a_demand_lapses_after_half_a_year_of_silence(tmp_path: Path) -> None:
    assert items(tmp_path, DEMAND, day="2024-08-30")[0].status == "open"
    (demand,) = items(tmp_path, DEMAND, day="2024-09-05", kind="demand")
    assert demand.status == "lapsed"
    assert demand.answer
    assert demand.answer.rule == "no news for 180 days"


def test_a_threat_keeps_its_condition_and_is_carried_out(tmp_path: Path) -> None:
    closed = told("2024-03-18", "Arvania closed the strait to ships from Belmora.", Act("COERCE", "ARV", "BMR", "closed"))
    (threat,) = items(tmp_path, THREAT, closed, kind="threat")
    assert threat.condition == "unless the crew is freed"
    assert path(threat) == ["open", "carried out"]


def test_a_threat_whose_condition_is_met(tmp_path: Path) -> None:
    (threat,) = items(tmp_path, THREAT, RELEASE, kind="threat")
    assert threat.status == "condition met"


def test_the_threatened_act_alone_is_no_happening(tmp_path: Path) -> None:
    state = pair_at(ledger(tmp_path, THREAT), "ARV", "BMR", known_by=on("2024-04-30"))
    assert [h.status for h in state.happenings if h.event_type == "COERCE"] == ["hypothetical"]


def test_a_promise_is_kept(tmp_path: Path) -> None:
    pledge = told(
        "2024-03-04",
        "Belmora pledged to withdraw its patrol boats from Arvanian waters.",
        Act("AGREE", "BMR", "ARV", "pledged"),
    )
    done = told(
        "2024-03-14", "Belmora withdrew its boats from the waters of Arvania.", Act("RETREAT", "BMR", "ARV", "withdrew")
    )
    (promise,) = items(tmp_path, pledge, done, kind="promise")
    assert path(promise) == ["open", "kept"]


def test_a_promise_is_broken(tmp_path: Path) -> None:
    pledge = told(
        "2024-03-04", "Belmora pledged to keep its patrol boats out of Arvanian waters.", Act("AGREE", "BMR", "ARV", "pledged")
    )
    broken = told("2024-03-14", "Belmora sent patrol boats into Arvanian waters.", Act("MOBILIZE", "BMR", "ARV", "sent"))
    (promise,) = items(tmp_path, pledge, broken, kind="promise")
    assert path(promise) == ["open", "broken"]


def test_an_offer_is_refused(tmp_path: Path) -> None:
    offer = told("2024-03-04", "Belmora offered Arvania joint inspections of trawlers.", Act("AGREE", "BMR", "ARV", "offered"))
    no = told("2024-03-06", "Arvania rejected the joint inspections.", Act("REJECT", "ARV", "BMR", "rejected"))
    (found,) = items(tmp_path, offer, no, kind="offer")
    assert path(found) == ["open", "refused"]


def test_a_meeting_is_held(tmp_path: Path) -> None:
    held = told(
        "2024-03-16",
        "Envoys of Arvania and Belmora met in Port Amaro.",
        Act("CONSULT", "ARV BMR", "", "met", date="2024-03-15"),
    )
    (meeting,) = items(tmp_path, PLAN, held, kind="meeting")
    assert path(meeting) == ["scheduled", "held"]
    assert meeting.place == "Port Amaro"


def test_a_meeting_is_postponed_then_held_on_the_new_day(tmp_path: Path) -> None:
    later = told(
        "2024-03-10",
        "The talks between Arvania and Belmora were postponed to 22 March.",
        Act("CONSULT", "ARV BMR", "", "talks", "scheduled", date="2024-03-22"),
    )
    held = told("2024-03-23", "Arvania and Belmora met for six hours.", Act("CONSULT", "ARV BMR", "", "met", date="2024-03-22"))
    (meeting,) = items(tmp_path, PLAN, later, held, kind="meeting")
    assert path(meeting) == ["scheduled", "postponed", "held"]
    assert meeting.due
    assert meeting.due[0].isoformat() == "2024-03-22"


def test_a_meeting_is_cancelled(tmp_path: Path) -> None:
    off = told("2024-03-12", "Arvania called off the talks with Belmora.", Act("SANCTION", "ARV", "BMR", "called off"))
    (meeting,) = items(tmp_path, PLAN, off, kind="meeting")
    assert path(meeting) == ["scheduled", "cancelled"]


def test_a_meeting_of_which_nobody_reports_lapses_and_late_news_revives_it(tmp_path: Path) -> None:
    late = told(
        "2024-04-10",
        "Arvania and Belmora met on 15 March in Port Amaro, it emerged.",
        Act("CONSULT", "ARV BMR", "", "met", date="2024-03-15"),
    )
    db = ledger(tmp_path, PLAN, late)
    assert pair_at(db, "ARV", "BMR", known_by=on("2024-04-01")).items[0].status == "lapsed"
    assert pair_at(db, "ARV", "BMR", known_by=on("2024-04-10")).items[0].status == "held"


def test_who_foretells_what_others_will_do_gets_a_record(tmp_path: Path) -> None:
    said = "Belmora will seize Arvanian trawlers before the end of March"
    foretold = told(
        "2024-03-04",
        f"{said}, analyst Edda Quill said.",
        Act("COERCE", "BMR", "ARV", "seize", "scheduled", date="2024-03-04/2024-03-31", by="s1"),
        words=[Words("Quill", said)],
    )
    true = told("2024-03-20", "Belmora seized two Arvanian trawlers.", Act("COERCE", "BMR", "ARV", "seized"))
    (right,) = items(tmp_path, foretold, true, kind="prediction")
    assert (right.teller, right.status) == ("Edda Quill", "come true")


def test_a_prediction_that_did_not_come_true_has_failed(tmp_path: Path) -> None:
    said = "Belmora will seize Arvanian trawlers before the end of March"
    foretold = told(
        "2024-03-04",
        f"{said}, analyst Edda Quill said.",
        Act("COERCE", "BMR", "ARV", "seize", "scheduled", date="2024-03-04/2024-03-31", by="s1"),
        words=[Words("Quill", said)],
    )
    (wrong,) = items(tmp_path, foretold, kind="prediction")
    assert wrong.status == "failed"


def test_what_may_happen_is_no_prediction(tmp_path: Path) -> None:
    said = "Belmora could seize Arvanian trawlers"
    foretold = told(
        "2024-03-04",
        f"{said}, analyst Edda Quill said.",
        Act("COERCE", "BMR", "ARV", "seize", "hypothetical", by="s1"),
        words=[Words("Quill", said)],
    )
    assert items(tmp_path, foretold, kind="prediction") == []


def test_a_person_decides_from_a_day_on(tmp_path: Path) -> None:
    db = ledger(tmp_path, DEMAND)
    decide(db, 1, known_by=on("2024-03-10"), set_to="met", because="the crew came home", now=on("2025-01-02"))
    assert item_numbered(db, 1, known_by=on("2024-03-09"))[0].status == "open"
    item, _ = item_numbered(db, 1, known_by=on("2024-03-10"))
    assert item.status == "met"
    assert item.answer
    assert (item.answer.decision, item.answer.rule) == (1, "the crew came home")


def test_a_change_can_be_confirmed_or_undone(tmp_path: Path) -> None:
    db = ledger(tmp_path, DEMAND, REFUSAL)
    decide(db, 1, known_by=on("2024-03-10"), confirm=True, because="read it", now=on("2025-01-02"))
    item, _ = item_numbered(db, 1, known_by=on("2024-03-10"))
    assert item.answer
    assert item.answer.confirmed
    decide(db, 1, known_by=on("2024-03-11"), undo=True, because="another crew", now=on("2025-01-02"))
    item, _ = item_numbered(db, 1, known_by=on("2024-03-11"))
    assert (item.status, item.answer) == ("open", None)
    assert not item.changes[1].counts


def test_a_decision_survives_a_reread_that_keeps_the_event(tmp_path: Path) -> None:
    db = ledger(tmp_path, DEMAND)
    decide(db, 1, known_by=on("2024-03-10"), set_to="met", because="home", now=on("2025-01-02"))
    again = told(
        "2024-03-04", DEMAND.article.text, Act("SUPPORT", "CSV", "ARV", "crew"), Act("REQUEST", "ARV", "BMR", "demanded")
    )
    list(stage(db, [(1, again)], "0.2.0"))
    adopt(db, "0.2.0", now=on("2025-01-03"))
    item, _ = item_numbered(db, 1, known_by=on("2024-04-01"))
    assert (item.who, item.status) == ("Arvania", "met")


def test_a_decision_whose_event_is_gone_is_kept_and_told(tmp_path: Path) -> None:
    db = ledger(tmp_path, DEMAND)
    decide(db, 1, known_by=on("2024-03-10"), set_to="met", because="home", now=on("2025-01-02"))
    list(stage(db, [(1, news("demand", "2024-03-04", "Courier", DEMAND.article.text, reader="0.2.0"))], "0.2.0"))
    adopt(db, "0.2.0", now=on("2025-01-03"))
    state = pair_at(db, "ARV", "BMR", known_by=on("2024-04-01"))
    assert state.items == ()
    assert [d.reason for d in state.lost] == ["home"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"set_to": "kept", "because": "x"}, "a demand cannot be 'kept'; it can be open, repeated, partly met, met"),
        ({"set_to": "met"}, "needs its reason"),
        ({"because": "x"}, "one of --set, --confirm and --undo"),
        ({"undo": True, "because": "x"}, "nothing to undo"),
    ],
)
def test_a_wrong_decision_is_refused(tmp_path: Path, asked: dict[str, object], message: str) -> None:
    db = ledger(tmp_path, DEMAND)
    with pytest.raises(WrongCall, match=message):
        decide(db, 1, known_by=on("2024-03-10"), **asked)  # type: ignore[arg-type]


def test_an_item_that_is_not_known_yet_is_refused(tmp_path: Path) -> None:
    db = ledger(tmp_path, DEMAND)
    with pytest.raises(NoSuchItem, match="no item 1 known by 2024-03-01"):
        item_numbered(db, 1, known_by=on("2024-03-01"))


def test_the_tables_fit_together() -> None:
    for kind, rules in matches().items():
        assert all(rule.becomes in kinds()[kind].statuses for rule in rules)
    for kind in kinds().values():
        assert kind.live <= set(kind.statuses)
        assert not kind.after_due or kind.after_due in kind.statuses
