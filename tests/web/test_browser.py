"""Every page in a real browser: on a desk, on a phone, in the dark, without scripts, from files; screenshots stay in build/."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from news import Act, Words, news
from site_of_crisis import ACTORS, DAY, fake_read_many, ledger_with
from test_web_server import running

from detente.web.export import export_site
from detente.web.worker import work_off

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright (detente[test])")
CHROMIUM = os.environ.get("DETENTE_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: apt-get install chromium, or set DETENTE_CHROMIUM")

SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AS_OF = f"as_of={DAY}"
PAGES = {
    "start": f"/?{AS_OF}",
    "start-now": "/",
    "dyad": f"/dyad/ARV/BMR?{AS_OF}",
    "dyad-year": f"/dyad/ARV/BMR?days=364&{AS_OF}",
    "article": f"/article/8?{AS_OF}",
    "article-happened": f"/article/8?view=happened&{AS_OF}",
    "article-loaded": f"/article/8?view=narrator&loaded=true&{AS_OF}",
    "item": f"/item/4?{AS_OF}",
    "happening": f"/happening/1?{AS_OF}",
    "search": f"/search?q=crew&{AS_OF}",
    "search-empty": "/search",
    "speakers": f"/speaker?{AS_OF}",
    "speaker": f"/speaker?name=Ilan+Torvek&{AS_OF}",
    "publishers": f"/publisher?{AS_OF}",
    "publisher": f"/publisher?name=The+Meridian&{AS_OF}",
    "forecasts": "/forecasts",
    "sent-in": "/reading",
}
DEVICES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        made = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def base(crisis: Path) -> Iterator[str]:
    with running(crisis, reads_per_s=0) as port:
        yield f"http://127.0.0.1:{port}"


def opened(browser: Any, **options: Any) -> tuple[Any, list[str]]:
    """A page, and the list into which whatever it complains about goes."""
    page = browser.new_context(**options).new_page()
    told: list[str] = []
    page.on("console", lambda m: told.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: told.append(str(e)))
    return page, told


def path_of(page: Any, base: str, name: str) -> str:
    """The address of a page; that of an item is found on the board."""
    if name != "item":
        return base + PAGES[name]
    page.goto(base + PAGES["dyad"])
    return base + page.locator(".board a[href^='/item/']").first.get_attribute("href")


@pytest.mark.parametrize("device", DEVICES)
def test_every_page_is_sound_in_a_browser(browser: Any, base: str, device: str) -> None:
    """No complaint in the console, nothing wider than the screen, nothing that bars people with a screen reader."""
    page, told = opened(browser, **DEVICES[device], bypass_csp=True)  # axe itself is let in
    found: list[str] = []
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        page.goto(path_of(page, base, name))
        page.screenshot(path=SHOTS / f"{device}-{name}.png", full_page=True)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{name}: {wider} px wider than the screen"] if wider > 0 else []
        page.evaluate(AXE)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for v in result["violations"]:
            if v["impact"] in ("serious", "critical"):
                found.append(f"{name}: {v['id']}: {v['nodes'][0]['html'][:160]} {v['nodes'][0]['failureSummary'][-200:]}")
    page.context.close()
    assert not found, "\n".join(found)
    assert not told


def test_the_policy_stops_nothing_of_ours(browser: Any, base: str) -> None:
    page, told = opened(browser)
    for name in ("start", "dyad", "article", "search", "speaker"):
        page.goto(base + PAGES[name])
    page.context.close()
    assert not told


def test_every_page_can_be_read_without_scripts(browser: Any, base: str) -> None:
    page, _ = opened(browser, java_script_enabled=False)
    for name in PAGES:
        page.goto(path_of(page, base, name))
        assert page.locator("main h1").count() == 1, name
    page.goto(base + PAGES["dyad"])
    assert page.locator("figure.chart svg a.mark").count() > 5
    page.locator("figure.chart svg a.mark").first.click()
    assert "/happening/" in page.url
    page.goto(base + PAGES["start"])
    page.fill("#as_of", "2024-03-20")
    page.click("form.asof button")
    assert "as_of=2024-03-20" in page.url
    page.context.close()


def test_the_chart_answers_and_its_marks_lead_to_evidence(browser: Any, base: str) -> None:
    page, told = opened(browser, **DEVICES["desk"])
    page.goto(base + PAGES["dyad"])
    page.wait_for_selector("figure.chart.is-live canvas")
    box = page.locator("figure.chart canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] / 2)
    page.wait_for_function("document.querySelector('.told').textContent.includes('Belmora')")
    page.locator("figure.chart .marks a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/happening/**")
    assert AS_OF in page.url
    page.context.close()
    assert not told


def test_the_slider_moves_the_whole_site_to_a_day(browser: Any, base: str) -> None:
    page, _ = opened(browser)
    page.goto(base + PAGES["dyad"])
    before = page.locator(".head p").inner_text()
    page.locator(".slide").focus()
    page.keyboard.press("Home")
    page.wait_for_url("**as_of=2024-03-05**")
    assert page.locator(".head p").inner_text() != before
    page.context.close()


def test_search_answers_while_one_types(browser: Any, base: str) -> None:
    page, _ = opened(browser)
    page.goto(base + "/search")
    page.locator("#q").press_sequentially("trawler")
    page.wait_for_selector("#found mark")
    assert "q=trawler" in page.url
    page.context.close()


def test_the_keyboard_reaches_the_content_first(browser: Any, base: str) -> None:
    page, _ = opened(browser)
    page.goto(base + PAGES["article"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_a_pasted_article_is_read_while_one_watches(browser: Any, tmp_path: Path) -> None:
    from site_of_crisis import crisis_ledger

    ledger = crisis_ledger(tmp_path / "a.ledger")
    with running(ledger, wake=False) as port:
        page, told = opened(browser)
        page.goto(f"http://127.0.0.1:{port}/")
        page.fill("#text", "Talks in Sarn\n\nThey met on Monday.")
        page.click("form.drop button")
        page.wait_for_url("**/reading/*")
        assert page.locator("#rows").inner_text().count("waiting") == 1
        work_off(ledger, fake_read_many)
        page.wait_for_selector("#rows a[href^='/article/']")
        page.click("#rows a[href^='/article/']")
        assert page.locator("h1").inner_text() == "Talks in Sarn"
        page.context.close()
        assert not told


def test_exported_files_work_from_a_folder(browser: Any, crisis: Path, tmp_path: Path) -> None:
    export_site(crisis, tmp_path / "site", as_of=DAY, actors=ACTORS)
    page, told = opened(browser, **DEVICES["desk"])
    page.goto((tmp_path / "site" / "index.html").as_uri())
    page.screenshot(path=SHOTS / "export-start.png", full_page=True)
    page.click(".pairs a")
    assert page.locator("h1").inner_text() == "Arvania and Belmora"
    page.screenshot(path=SHOTS / "export-dyad.png", full_page=True)
    page.locator(".happening a").first.click()
    assert page.locator(".reports li").count() >= 1
    page.context.close()
    assert not told


def test_long_names_stay_on_a_phone(browser: Any, tmp_path: Path) -> None:
    """One event, and names without a place to break."""
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
    text = f"{long}\n\nArvania threatened Belmora. “We {long} mean it,” Torvek said."
    acts = [Act("THREATEN", "ARV", "BMR", "threatened")]
    words = [Words("Torvek", f"“We {long} mean it,”", cue="said")]
    reading = news("long", "2024-03-05", long, text, acts, words, title=long, url=f"https://{long}.example/")
    with running(ledger_with(tmp_path / "a.ledger", [reading])) as port:
        page, _ = opened(browser, **DEVICES["phone"])
        for path in ("/", "/article/1", "/dyad/ARV/BMR", "/happening/1", "/item/1", "/publisher", "/search?q=mean", "/speaker"):
            page.goto(f"http://127.0.0.1:{port}{path}{'&' if '?' in path else '?'}as_of=2024-03-06")
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.goto(f"http://127.0.0.1:{port}/publisher?name={long}")
        page.screenshot(path=SHOTS / "phone-long-name.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.context.close()
