"""Which reports tell of one happening, and what they then say together."""

from __future__ import annotations

import random
from pathlib import Path

from news import Act, Words, ledger, news, on

from detente.ledger import queries
from detente.relations.happenings import Happening, merge
from detente.relations.pair import pair_at
from detente.types import Reading

FIRED = "A Belmoran patrol boat fired on an Arvanian trawler near Cape Orn."


def shots(name: str, day: str, publisher: str, text: str = FIRED, **rest: str) -> Reading:
    return news(name, day, publisher, text, [Act("ASSAULT", "BMR", "ARV", "fired", **rest)])  # type: ignore[arg-type]


def between(folder: Path, *readings: Reading, day: str = "2024-12-31") -> list[Happening]:
    return list(pair_at(ledger(folder, *readings), "ARV", "BMR", known_by=on(day)).happenings)


def test_two_publishers_report_one_happening(tmp_path: Path) -> None:
    told = "Arvania said its trawler came under fire near Cape Orn when a patrol boat from Belmora fired on it."
    (one,) = between(tmp_path, shots("a", "2024-03-04", "Courier"), shots("b", "2024-03-05", "Gazette", told))
    assert len(one.reports) == 2
    assert one.publishers == 2


def test_another_day_is_another_happening(tmp_path: Path) -> None:
    found = between(
        tmp_path, shots("a", "2024-03-04", "Courier", date="2024-03-03"), shots("b", "2024-03-12", "Gazette", date="2024-03-11")
    )
    assert len(found) == 2


def test_other_parties_or_another_type_is_another_happening(tmp_path: Path) -> None:
    other = news("b", "2024-03-04", "Gazette", FIRED, [Act("ASSAULT", "ARV", "BMR", "fired")])
    accused = news("c", "2024-03-04", "Post", FIRED, [Act("ACCUSE", "BMR", "ARV", "fired")])
    assert len(between(tmp_path, shots("a", "2024-03-04", "Courier"), other, accused)) == 3


def test_other_words_on_the_same_day_are_another_demand(tmp_path: Path) -> None:
    crew = news(
        "a",
        "2024-03-04",
        "Courier",
        "Arvania demanded that Belmora release the crew.",
        [Act("REQUEST", "ARV", "BMR", "demanded")],
    )
    dam = news(
        "b", "2024-03-04", "Gazette", "Arvania demanded that Belmora open the dam.", [Act("REQUEST", "ARV", "BMR", "demanded")]
    )
    assert len(between(tmp_path, crew, dam)) == 2


def test_one_sentence_does_not_tell_one_act_twice(tmp_path: Path) -> None:
    text = "Belmora fired on a trawler and fired on a ferry."
    acts = [Act("ASSAULT", "BMR", "ARV", "fired"), Act("ASSAULT", "BMR", "ARV", "fired on a ferry")]
    assert len(between(tmp_path, news("a", "2024-03-04", "Courier", text, acts))) == 2


def test_a_supposed_attack_is_not_merged_with_a_real_one(tmp_path: Path) -> None:
    found = between(tmp_path, shots("a", "2024-03-04", "Courier"), shots("b", "2024-03-04", "Gazette", status="hypothetical"))
    assert sorted(h.status for h in found) == ["happened", "hypothetical"]


def test_a_later_report_with_two_days_parts_what_was_taken_for_one(tmp_path: Path) -> None:
    both = (
        "Belmoran patrol boats fired on Arvanian trawlers near Cape Orn on Saturday. They fired again near Cape Orn on Monday."
    )
    later = news(
        "c",
        "2024-03-07",
        "Post",
        both,
        [
            Act("ASSAULT", "BMR", "ARV", "fired", date="2024-03-02"),
            Act("ASSAULT", "BMR", "ARV", "fired", at="They fired", date="2024-03-05"),
        ],
    )
    db = ledger(tmp_path, shots("a", "2024-03-03", "Courier"), shots("b", "2024-03-06", "Gazette"), later)
    assert len(pair_at(db, "ARV", "BMR", known_by=on("2024-03-06")).happenings) == 1
    parted = pair_at(db, "ARV", "BMR", known_by=on("2024-03-07")).happenings
    assert [[r.article.name for r in h.reports] for h in parted] == [["a", "c"], ["b", "c"]]


def test_a_scheduled_meeting_that_took_place_is_one_happening_whose_status_moved(tmp_path: Path) -> None:
    plan = news(
        "a",
        "2024-03-04",
        "Courier",
        "Talks between Arvania and Belmora will be held in Port Amaro on Monday.",
        [Act("CONSULT", "ARV BMR", "", "Talks", "scheduled", date="2024-03-11", place="Port Amaro")],
    )
    held = news(
        "b",
        "2024-03-12",
        "Gazette",
        "Envoys of Arvania and Belmora met for five hours.",
        [Act("CONSULT", "ARV BMR", "", "met", date="2024-03-11")],
    )
    db = ledger(tmp_path, plan, held)
    (before,) = pair_at(db, "ARV", "BMR", known_by=on("2024-03-11")).happenings
    (after,) = pair_at(db, "ARV", "BMR", known_by=on("2024-03-12")).happenings
    assert (before.status, after.status) == ("scheduled", "happened")
    assert [s[0] for s in after.statuses] == ["scheduled", "happened"]
    assert after.place == "Port Amaro"


def test_one_side_says_it_and_the_other_denies_it(tmp_path: Path) -> None:
    said = news(
        "a",
        "2024-03-04",
        "Courier",
        "Belmora had fired on a trawler near Cape Orn, Torvek said.",
        [Act("ASSAULT", "BMR", "ARV", "fired", by="s1")],
        [Words("Torvek", "Belmora had fired on a trawler near Cape Orn")],
    )
    denied = news(
        "b",
        "2024-03-05",
        "Gazette",
        "Vasht denied that Belmora fired on a trawler near Cape Orn.",
        [Act("ASSAULT", "BMR", "ARV", "fired", "denied", by="s1")],
        [Words("Vasht", "that Belmora fired on a trawler near Cape Orn")],
    )
    (one,) = between(tmp_path, said, denied)
    assert one.contested
    assert one.sides == (frozenset({"ARV"}), frozenset({"BMR"}))
    (alone,) = between(tmp_path, said, denied, day="2024-03-04")
    assert not alone.contested


def test_what_most_agree_on_is_the_day(tmp_path: Path) -> None:
    (one,) = between(
        tmp_path,
        shots("a", "2024-03-05", "Courier", date="2024-03-03"),
        shots("b", "2024-03-05", "Gazette", date="2024-03-04"),
        shots("c", "2024-03-05", "Post", date="2024-03-04"),
    )
    assert one.when[1].isoformat() == "2024-03-04"
    assert one.when[2]


def test_a_day_that_nobody_names_is_told_as_estimated(tmp_path: Path) -> None:
    (one,) = between(tmp_path, shots("a", "2024-03-05", "Courier"))
    assert one.when[1].isoformat() == "2024-03-05"
    assert not one.when[2]


def test_copies_of_a_wire_text_count_as_one_publisher(tmp_path: Path) -> None:
    wire = f"{FIRED} Nobody was hurt, the coast guard said. The trawler returned to Sarn under its own power in the evening."
    own = "Shots from a Belmoran boat hit the wheelhouse of an Arvanian trawler that fished near Cape Orn; Belmora fired twice."
    (one,) = between(
        tmp_path,
        shots("a", "2024-03-04", "Courier", wire),
        shots("b", "2024-03-04", "Gazette", wire + " More follows."),
        shots("c", "2024-03-05", "Post", own),
    )
    assert len(one.reports) == 3
    assert one.publishers == 2


def test_articles_of_one_publisher_count_once(tmp_path: Path) -> None:
    (one,) = between(tmp_path, shots("a", "2024-03-04", "Courier"), shots("b", "2024-03-05", "Courier", FIRED + " It was hit."))
    assert one.publishers == 1


def test_the_order_of_reports_does_not_matter(tmp_path: Path) -> None:
    texts = (FIRED, "Belmora fired at a trawler.", "A trawler from Arvania was fired on near Cape Orn.")
    db = ledger(tmp_path, *(shots(f"a{n}", f"2024-03-{n + 1:02}", f"P{n % 3}", texts[n % 3]) for n in range(12)))
    reports = queries.reports_between(db, ["ARV"], ["BMR"], known_by=on("2024-12-31"))
    expected = [h.to_dict() for h in merge(reports)]
    for seed in range(5):
        random.Random(seed).shuffle(reports)
        assert [h.to_dict() for h in merge(reports)] == expected
