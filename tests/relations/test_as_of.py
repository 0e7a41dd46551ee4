"""What is published later never changes an earlier answer."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from news import RECORDED, Act, Words, ledger, news, on

from detente.ledger import queries
from detente.ledger.search import search
from detente.ledger.write import write_readings
from detente.relations.brief import brief
from detente.relations.decide import decide
from detente.relations.pair import as_json, pair_at
from detente.relations.quotations import find_quotes
from detente.relations.tension import series
from detente.types import Reading

_ACTS = (
    ("REQUEST", "ARV", "BMR", "demanded", "Arvania demanded that Belmora release the crew of the trawler{}."),
    ("REJECT", "BMR", "ARV", "refused", "Belmora refused to release the crew{}."),
    ("RETREAT", "BMR", "ARV", "released", "Belmora released the crew of the Arvanian trawler{}."),
    (
        "THREATEN",
        "ARV",
        "BMR",
        "warned",
        "Arvania warned that it would close the strait to Belmora unless the crew is freed{}.",
    ),
    ("COERCE", "ARV", "BMR", "closed", "Arvania closed the strait to ships from Belmora{}."),
    ("ASSAULT", "BMR", "ARV", "fired", "A Belmoran boat fired on an Arvanian trawler{}."),
    ("CONSULT", "ARV BMR", "", "talks", "Arvania and Belmora hold talks in Port Amaro{}."),
    ("CONSULT", "ARV BMR", "", "postponed", "The talks of Arvania and Belmora were postponed{}."),
)


@st.composite
def reports(draw: st.DrawFn) -> Reading:
    kind, actor, recipient, trigger, text = draw(st.sampled_from(_ACTS))
    day = draw(st.integers(1, 28))
    status = draw(st.sampled_from(["happened"] * 3 + ["scheduled", "denied", "hypothetical"]))
    date = draw(st.none() | st.integers(1, 28).map(lambda d: f"2024-03-{d:02}"))
    extra = draw(st.sampled_from(["", " near Cape Orn", " in the morning", " once more, observers said"]))
    quote = "“We will not leave the strait for ever,” Torvek said."
    said = draw(st.sampled_from([quote, quote.replace("not ", "never "), "Nobody spoke."]))
    words = [Words("Torvek", said.split(" Torvek")[0], "said")] if "Torvek" in said else []
    url = draw(st.none() | st.sampled_from(["https://c.example/1", "https://c.example/2"]))
    return news(
        f"n{draw(st.integers(0, 10**6))}",
        f"2024-03-{day:02}",
        draw(st.sampled_from(["Courier", "Gazette", "Herald"])),
        f"{text.format(extra)} {said}",
        [Act(kind, actor, recipient, trigger, status, date=date)],
        words,
        url=url,
    )


def answers(db: Any, day: str) -> list[Any]:
    """All that can be asked about two states as of a day."""
    at = on(day)
    return [
        brief(db, "ARV", "BMR", known_by=at).to_dict(),
        as_json(pair_at(db, "ARV", "BMR", known_by=at)),
        [p.to_dict() for p in series(db, "ARV", "BMR", known_by=at, days=28)],
        [q.to_dict() for q in find_quotes(queries.statements_known(db, known_by=at))],
        [h.to_dict() for h in search(db, "strait", known_by=at)],
        [p.to_dict() for p in queries.publishers(db, known_by=at)],
        [a.to_dict() for a in queries.actors(db, known_by=at)],
    ]


def day_of(reading: Reading) -> str:
    return reading.article.published_at or ""


@settings(max_examples=40, deadline=None)
@given(st.lists(reports(), min_size=1, max_size=10), st.integers(1, 28))
def test_a_later_article_changes_no_earlier_answer(drawn: list[Reading], number: int) -> None:
    day = f"2024-03-{number:02}"
    with TemporaryDirectory() as folder:
        db = ledger(Path(folder), *(r for r in drawn if day_of(r) <= day))
        before = answers(db, day)
        list(write_readings(db, [r for r in drawn if day_of(r) > day], now=RECORDED))
        for row in db.execute("SELECT key FROM cache").fetchall():
            db.execute("DELETE FROM cache WHERE key = ?", tuple(row))
        assert answers(db, day) == before
        db.close()


@settings(max_examples=20, deadline=None)
@given(st.lists(reports(), min_size=1, max_size=8))
def test_what_is_remembered_is_what_would_be_made_anew(drawn: list[Reading]) -> None:
    with TemporaryDirectory() as folder:
        db = ledger(Path(folder), *drawn)
        first = answers(db, "2024-03-28")
        assert answers(db, "2024-03-28") == first
        db.close()


def test_a_decision_that_holds_from_later_on_changes_no_earlier_answer(tmp_path: Path) -> None:
    text = "Arvania demanded that Belmora release the crew."
    db = ledger(tmp_path, news("a", "2024-03-04", "Courier", text, [Act("REQUEST", "ARV", "BMR", "demanded")]))
    before = answers(db, "2024-03-10")
    decide(db, 1, known_by=on("2024-03-11"), set_to="met", because="home")
    assert answers(db, "2024-03-10") == before
    assert answers(db, "2024-03-11")[1]["items"][0]["status"] == "met"
