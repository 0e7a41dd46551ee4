"""What the pages show, and that HTML and JSON are the same answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from news import Act, news
from site_of_crisis import DAY, client, ledger_with, token_of

from detente.ledger.connection import open_ledger
from detente.web.pages.article import article_page
from detente.web.pages.cards import stretches
from detente.web.pages.page import Asked, NotThere

AS_OF = f"as_of={DAY}"
PATHS = (
    "/", "/dyad/ARV/BMR", "/article/8", "/happening/1", "/search?q=crew", "/speaker", "/speaker?name=Ilan+Torvek",
    "/publisher", "/publisher?name=The+Meridian", "/forecasts",
)  # fmt: skip


def at(path: str) -> str:
    return path + ("&" if "?" in path else "?") + AS_OF


def json_of(path: str) -> str:
    head, _, query = path.partition("?")
    return ("/index" if head == "/" else head) + ".json" + (f"?{query}" if query else "")


def words(page: str) -> str:
    """What a reader without scripts sees."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("path", PATHS)
def test_every_page_answers_as_html_and_as_json(site: TestClient, path: str) -> None:
    page, data = site.get(at(path)), site.get(json_of(at(path)))
    assert (page.status_code, data.status_code) == (200, 200)
    assert data.json()["title"] in words(page.text)
    assert data.json()["known"]["given"] == DAY


@pytest.mark.parametrize("path", PATHS)
def test_every_link_of_a_page_keeps_the_day_and_leads_somewhere(site: TestClient, path: str) -> None:
    page = site.get(at(path)).text
    links = {unescape(h) for h in re.findall(r'href="(/[^"#]*)', page)}
    for link in sorted(links):
        answer = site.get(link)
        assert answer.status_code == 200, link
        assert link.startswith(("/static/", "/openapi", "/reading")) or AS_OF in link or "Now</a>" in page, link


def test_pages_load_nothing_from_elsewhere_and_hold_no_inline_script(site: TestClient) -> None:
    for path in PATHS:
        page = site.get(at(path)).text
        assert not re.findall(r'(?:src|<link[^>]+href)="(?:https?:)?//', page)
        assert not re.findall(r"<script(?![^>]* src=)", page)
        assert not re.findall(r"\son[a-z]+=|style=", re.sub(r'data-chart="[^"]*"', "", page))


def test_the_first_page_lists_pairs_by_tension(site: TestClient) -> None:
    data = site.get(f"/index.json?{AS_OF}").json()
    assert (data["pairs"][0]["one"], data["pairs"][0]["other"]) == ("ARV", "BMR")
    assert len(data["pairs"][0]["directions"][0]["weeks"]) == 27
    peaks = [r["peak"] for r in data["pairs"] if r["peak"] is not None]
    assert peaks == sorted(peaks, reverse=True)


def test_a_day_between_shows_only_what_was_known_then(site: TestClient) -> None:
    early, late = (site.get(f"/dyad/ARV/BMR.json?as_of={d}").json() for d in ("2024-03-10", DAY))
    assert early["brief"]["articles"] < late["brief"]["articles"]
    assert all(day <= "2024-03-10" for day in early["chart"]["days"])
    assert "Calliste is home" not in site.get("/dyad/ARV/BMR?as_of=2024-03-10").text


def test_a_day_that_has_not_come_is_refused_with_a_sentence(site: TestClient) -> None:
    answer = site.get("/?as_of=2999-01-01")
    assert answer.status_code == 400
    assert "lies in the future" in answer.text


def test_the_dyad_page_shows_all_of_the_brief(site: TestClient) -> None:
    page = words(site.get(at("/dyad/ARV/BMR")).text)
    for heading in (
        "Tension",
        "Lately",
        "Coming",
        "Contested",
        "Demands",
        "Calendar",
        "In their words",
        "Forecasts",
        "The coverage",
    ):
        assert heading in page
    assert "denied by Belmora" in page


def test_marks_of_the_chart_lead_to_their_happenings(site: TestClient) -> None:
    page = site.get(at("/dyad/ARV/BMR")).text
    marks = re.findall(r'<a class="mark[^"]*" href="(/happening/\d+)', page)
    numbers = {m["number"] for m in site.get(at("/dyad/ARV/BMR.json")).json()["chart"]["marks"]}
    assert {int(m.rsplit("/")[-1]) for m in marks} == numbers


def test_names_work_as_well_as_codes(site: TestClient) -> None:
    assert site.get("/dyad/arv/BMR").status_code == 200
    missing = site.get("/dyad/ARV/XQZ")
    assert missing.status_code == 404
    assert "is not a code of an actor" in missing.text


def test_an_article_shows_alterations_with_the_words_as_spoken(site: TestClient) -> None:
    page = site.get("/article/8").text
    assert '<span class="alteration is-insertion"' in page
    assert "As spoken" in page


def test_views_of_an_article_keep_its_text_and_shade_the_rest(site: TestClient) -> None:
    def text(page: str) -> str:
        return " ".join(words(re.findall(r'<section class="text".*?</section>', page, re.S)[0]).split())

    whole = site.get("/article/8").text
    assert "shade" not in whole
    for view in ("view=happened", "view=narrator", "view=voice&voice=1"):
        page = site.get(f"/article/8?{view}").text
        assert 'class="shade"' in page
        assert text(page) == text(whole)


def test_the_narrators_view_lists_no_statements(site: TestClient) -> None:
    assert "Who said what" in site.get("/article/8").text
    assert "Who said what" not in site.get("/article/8?view=narrator").text


def test_loaded_words_are_listed_on_demand(site: TestClient) -> None:
    assert "show-loaded" not in site.get("/article/8").text
    assert "puppet" in words(site.get("/article/8?loaded=true").text).partition("Loaded words the author")[2]


def test_a_corrected_article_names_its_versions_as_known_then(site: TestClient) -> None:
    assert "Versions:" not in site.get("/article/10?as_of=2024-03-18").text
    assert "A later text of this article is known" in site.get("/article/10").text


def test_a_happening_shows_reports_side_by_side(site: TestClient) -> None:
    data = site.get("/happening/1.json").json()
    assert len({r["evidence"]["publisher"] for r in data["reports"]}) > 1
    assert data["happening"]["publishers"] <= len(data["reports"])


def test_quotation_variants_are_compared_word_by_word() -> None:
    found = [(s.kind, s.text) for s in stretches("every means", "every lawful means")]
    assert ("out", "lawful ") in found or ("out", " lawful") in found


def test_a_search_without_words_says_so(site: TestClient) -> None:
    assert "there is no word to search for" in site.get('/search?q="').text
    assert "Nothing known by this day" in site.get("/search?q=zebra").text


def test_a_person_corrects_an_item_and_sees_it(tmp_path: Path) -> None:
    from site_of_crisis import crisis_ledger

    web = client(crisis_ledger(tmp_path / "a.ledger"))
    number = next(c for c in web.get(at("/dyad/ARV/BMR.json")).json()["board"] if c["kind"] == "demand")["open"][0]["number"]
    form = {"csrf": token_of(web.get(f"/item/{number}?{AS_OF}").text), "as_of": DAY, "verb": "set", "status": "met"}
    assert web.post(f"/item/{number}", data=form).status_code == 400  # no reason
    answer = web.post(f"/item/{number}", data={**form, "because": "They said so on the phone."})
    assert answer.status_code == 303
    after = web.get(answer.headers["location"]).text
    assert "decided by a person" in after
    assert web.get(f"/item/{number}.json?as_of=2024-04-13").json()["item"]["status"] != "met"


def test_an_empty_ledger_says_what_to_do(tmp_path: Path) -> None:
    web = client(ledger_with(tmp_path / "empty.ledger", []))
    for path in ("/", "/speaker", "/publisher", "/forecasts", "/search?q=x", "/reading"):
        assert web.get(path).status_code == 200, path
    assert "Nothing is known yet" in web.get("/").text


def test_an_article_of_ten_thousand_words_stays_quick(tmp_path: Path) -> None:
    import time

    text = "Long\n\n" + "\n\n".join("“We will not sign the paper,” Torvek said in Sarn on Monday. " * 10 for _ in range(100))
    web = client(ledger_with(tmp_path / "long.ledger", [news("long", "2024-03-01", "Courier", text, words=_many(text))]))
    began = time.perf_counter()
    assert web.get("/article/1").status_code == 200
    assert time.perf_counter() - began < 5.0  # a ceiling for slow machines; measured in benchmarks/web


def _many(text: str) -> list[object]:
    from news import Words

    return [Words("Torvek", "“We will not sign the paper,”", cue="said")] * 20


def test_openapi_describes_every_page(site: TestClient) -> None:
    spec = site.get("/openapi.json").json()
    for path in (
        "/index.json",
        "/dyad/{one}/{other}.json",
        "/article/{row}.json",
        "/item/{number}.json",
        "/happening/{number}.json",
    ):
        schema = spec["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema["$ref"].endswith("Page")
    assert "as_of" in {p["name"] for p in spec["paths"]["/search.json"]["get"]["parameters"]}


def test_errors_have_one_shape_in_json(site: TestClient) -> None:
    for path in ("/article/999.json", "/article/x.json", "/dyad/ARV/ARV.json", "/nothing.json", "/?as_of=x"):
        answer = site.get(json_of(path) if path.startswith("/?") else path)
        assert set(answer.json()) == {"error"}
        assert set(answer.json()["error"]) == {"status", "message"}


def test_what_is_read_in_today_is_seen_today(tmp_path: Path) -> None:
    """A date without a time counts as the end of its day, and no reader waits for that."""
    db = open_ledger(ledger_with(tmp_path / "a.ledger", [news("new", "2024-05-01", "Courier", "Talks in Sarn.")]))
    assert article_page(Asked(db, now=datetime(2024, 5, 1, 9, tzinfo=UTC)), 1).title == "new"
    with pytest.raises(NotThere):
        article_page(Asked(db, now=datetime(2024, 4, 30, 9, tzinfo=UTC)), 1)
    db.close()


def test_a_plan_names_its_track_also_where_a_body_meets(tmp_path: Path) -> None:
    text = "Switzerland and the North Atlantic Treaty Organization will meet in Bern on Monday. Iceland met Switzerland."
    acts = [
        Act("CONSULT", "CHE NATO", "", "meet", status="scheduled", date="2024-04-15"),
        Act("CONSULT", "ISL CHE", "", "met"),
    ]
    web = client(ledger_with(tmp_path / "a.ledger", [news("plan", "2024-04-10", "Courier", text, acts)]))
    plan = web.get("/dyad/ISL/CHE.json?as_of=2024-04-11").json()["coming"][0]
    assert plan["track"] == "alliance"
    assert "with an alliance" in web.get("/dyad/ISL/CHE?as_of=2024-04-11").text
    assert web.get(f"/happening/{plan['number']}?as_of=2024-04-11").status_code == 200


def test_a_column_with_many_items_shows_some_and_leads_to_pages_of_all(tmp_path: Path) -> None:
    things = [f"{a}{b}{c}" for a in "bdfgklmn" for b in "aeiou" for c in "st"]
    asked = [f"Arvania demanded that Belmora return {t}ow {t}um {t}ix." for t in things]
    acts = [Act("REQUEST", "ARV", "BMR", "demanded")]
    readings = [news(f"n{n}", "2024-03-05", "Courier", text, acts) for n, text in enumerate(asked)]
    web = client(ledger_with(tmp_path / "many.ledger", readings), reads_per_s=0)
    (column,) = web.get("/dyad/ARV/BMR.json?as_of=2024-03-06").json()["board"]
    assert (len(column["open"]), column["open_number"]) == (8, 80)
    assert "All 80 demands" in web.get("/dyad/ARV/BMR?as_of=2024-03-06").text
    pages = [web.get(f"/dyad/ARV/BMR.json?as_of=2024-03-06&kind=demand&page={n}").json() for n in (1, 2, 3)]
    assert [p["page"] for p in pages] == [1, 2, 2]
    assert [len(p["board"][0]["open"]) for p in pages] == [60, 20, 20]
    assert len({i["number"] for p in pages[:2] for i in p["board"][0]["open"]}) == 80
    assert web.get("/dyad/ARV/BMR?kind=nothing").status_code == 400
