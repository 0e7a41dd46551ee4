"""The brief: every line has its evidence; the crisis of the examples, week by week."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from contracts import check_reading
from news import RECORDED, Act, Words, ledger, news, on

from detente.ledger import queries
from detente.ledger.exchange import readings_of
from detente.read.article import Received, load_articles
from detente.relations.brief import Brief, brief, make_brief
from detente.relations.pair import pair_at
from detente.relations.quotations import find_quotes
from detente.report.brief import as_html, as_markdown, as_text
from detente.types import Reading

CRISIS = Path(__file__).parents[2] / "examples" / "crisis"
WEEKS = ("2024-03-10", "2024-03-17", "2024-03-24", "2024-03-31", "2024-04-07", "2024-04-14", "2024-04-21", "2024-04-28")


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    return list(readings_of(str(CRISIS / "readings.jsonl")))


@pytest.fixture(scope="module")
def crisis(tmp_path_factory: pytest.TempPathFactory, readings: list[Reading]) -> Any:
    return ledger(tmp_path_factory.mktemp("crisis"), *readings)


@pytest.mark.parametrize("day", WEEKS)
def test_the_brief_of_each_week_is_the_golden_one(crisis: Any, day: str) -> None:
    golden = (CRISIS / "briefs" / f"{day}.txt").read_text(encoding="utf-8").splitlines()
    for number, (line, expected) in enumerate(
        zip(as_text(brief(crisis, "ARV", "BMR", known_by=on(day))).splitlines(), golden, strict=True), 1
    ):
        assert line == expected, f"{day}.txt:{number}"


def test_the_readings_of_the_crisis_are_those_of_its_articles(readings: list[Reading]) -> None:
    articles = [a.article for a in load_articles([CRISIS / "articles.jsonl"]) if isinstance(a, Received)]
    assert [r.article for r in readings] == articles
    for reading in readings:
        check_reading(reading)
    assert len(readings) >= 20
    assert len({r.article.publisher for r in readings}) == 5


@pytest.mark.parametrize("day", WEEKS)
def test_every_line_leads_to_a_sentence(crisis: Any, day: str) -> None:
    made = brief(crisis, "ARV", "BMR", known_by=on(day))
    numbers = [r.number for r in made.references]
    assert numbers == list(range(1, len(numbers) + 1))
    lines = (
        *made.lately,
        *made.coming,
        *made.demands,
        *made.threats,
        *made.promises,
        *made.offers,
        *made.settled,
        *made.predictions,
        *made.contested,
        *(q for side in made.quoted.values() for q in side),
    )
    assert all(line.references and set(line.references) <= set(numbers) for line in lines)
    for ref in made.references:
        reading = queries.reading_in(crisis, ref.article, known_by=on(day))
        assert reading
        assert ref.text in " ".join(reading.article.text.split())


def test_the_story_of_the_crisis(crisis: Any) -> None:
    items = {
        (i.kind, i.actor, i.opened.isoformat()): [c.status for c in i.changes]
        for i in pair_at(crisis, "ARV", "BMR", known_by=on("2024-04-28")).items
    }
    assert items["demand", "ARV", "2024-03-06"] == ["open", "refused", "repeated", "met"]
    assert items["threat", "ARV", "2024-03-12"] == ["open", "carried out"]
    assert items["meeting", "ARV", "2024-03-15"] == ["scheduled", "postponed", "held"]
    assert items["promise", "BMR", "2024-03-29"] == ["open", "kept"]
    assert items["prediction", "BMR", "2024-04-11"] == ["open", "come true"]
    assert items["demand", "BMR", "2024-04-25"] == ["open"]


def test_the_corrected_article_is_told_as_it_stood(crisis: Any) -> None:
    before = {h.best.sentence for h in pair_at(crisis, "ARV", "BMR", known_by=on("2024-03-18")).happenings}
    after = {h.best.sentence for h in pair_at(crisis, "ARV", "BMR", known_by=on("2024-03-19")).happenings}
    assert any("two sailors were killed" in s for s in before)
    assert not any("two sailors were killed" in s for s in after)


def test_copies_in_the_crisis_count_once(crisis: Any) -> None:
    freed = next(
        h
        for h in pair_at(crisis, "ARV", "BMR", known_by=on("2024-04-28")).happenings
        if h.event_type == "RETREAT" and h.status == "happened"
    )
    assert len(freed.reports) == 3
    assert freed.publishers == 2


def test_altered_quotations_of_the_crisis(crisis: Any) -> None:
    found = [q for q in find_quotes(queries.statements_known(crisis, known_by=on("2024-04-28"), quoted=True)) if q.altered]
    assert [(q.speaker, Counter(v.altered for v in q.variants)) for q in found] == [("Ilan Torvek", {True: 2, False: 1})]


def test_meetings_in_bodies_have_their_track(tmp_path: Path) -> None:
    text = "Russia and the United States meet on Monday. Russia meets NATO on Wednesday. Russia meets the OSCE on Thursday."
    acts = [
        Act("CONSULT", parties, "", "meet", "scheduled", at=at, date=day)
        for parties, at, day in (
            ("RUS USA", "Russia and", "2022-01-10"),
            ("RUS NATO", "Russia meets NATO", "2022-01-12"),
            ("RUS OSCE", "Russia meets the OSCE", "2022-01-13"),
        )
    ]
    made = brief(ledger(tmp_path, news("a", "2022-01-09", "Courier", text, acts)), "RUS", "USA", known_by=on("2022-01-09"))
    assert [(line.first_day, line.track) for line in made.coming] == [
        ("2022-01-10", "bilateral"),
        ("2022-01-12", "alliance"),
        ("2022-01-13", "organisation"),
    ]


def test_two_states_of_which_nothing_is_known(tmp_path: Path) -> None:
    made = brief(ledger(tmp_path), "ARV", "BMR", known_by=RECORDED)
    text = as_text(made)
    assert "No article known by then tells of events between ARV and BMR." in text
    assert "ARV → BMR  no data" in text
    assert as_markdown(made)
    assert as_html(made)


def test_a_remembered_brief_is_the_made_one(crisis: Any) -> None:
    made = make_brief(crisis, "ARV", "BMR", known_by=on("2024-04-28"))
    assert brief(crisis, "ARV", "BMR", known_by=on("2024-04-28")) == made
    assert brief(crisis, "ARV", "BMR", known_by=on("2024-04-28")) == made
    assert isinstance(made, Brief)
    assert json.loads(json.dumps(made.to_dict(), ensure_ascii=False)) == made.to_dict()


def test_all_forms_say_the_same(crisis: Any) -> None:
    made = brief(crisis, "ARV", "BMR", known_by=on("2024-04-28"))
    page = html.unescape(re.sub(r"<[^>]+>", "", as_html(made)))
    for form in (as_text(made, width=100), as_markdown(made), page):
        assert "compensation for lost tolls" in " ".join(form.split())
        assert "Open demands" in form or "OPEN DEMANDS" in form
    assert "<script" not in as_html(made)


def test_a_hostile_article_stays_text(tmp_path: Path) -> None:
    evil = 'Arvania demanded <script>alert("x")</script> of Belmora [a](javascript:x) \x1b[31m'
    reading = news(
        "a",
        "2024-03-04",
        "<b>C</b>",
        evil,
        [Act("REQUEST", "ARV", "BMR", "demanded")],
        [Words("Torvek", evil)],
        title="<i>T</i>",
    )
    made = brief(ledger(tmp_path, reading), "ARV", "BMR", known_by=on("2024-03-04"))
    assert "<script" not in as_html(made)
    assert "<b>C" not in as_html(made)
    assert "<script" not in as_markdown(made)
    assert "[a](" not in as_markdown(made)
    assert "\x1b" not in as_text(made)


def test_the_text_is_calm_in_eighty_columns(crisis: Any) -> None:
    for day in WEEKS:
        assert max(map(len, as_text(brief(crisis, "ARV", "BMR", known_by=on(day))).splitlines())) <= 80
