"""The pages as files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from site_of_crisis import ACTORS, DAY

from detente.errors import WrongCall
from detente.web.export import export_site


@pytest.fixture(scope="module")
def out(crisis: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    assert export_site(crisis, folder, as_of=DAY, actors=ACTORS) > 50
    return folder


def test_every_link_between_the_files_leads_to_one(out: Path) -> None:
    for file in out.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"]+)"', file.read_text(encoding="utf-8")):
            if not link.startswith(("#", "http")):
                path, _, anchor = link.partition("#")
                target = (file.parent / path).resolve()
                assert target.exists(), f"{file.name}: {link}"
                assert not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8"), f"{file.name}: {link}"


def test_an_article_has_each_of_its_views_as_a_file(out: Path) -> None:
    whole = (out / "article" / "8.html").read_text(encoding="utf-8")
    for view in ("8-happened", "8-narrator", "8-voice-1"):
        assert f'href="../article/{view}.html"' in whole
        page = (out / "article" / f"{view}.html").read_text(encoding="utf-8")
        assert 'href="../article/8.html"' in page
        assert "shade" in page
        assert json.loads((out / "article" / f"{view}.json").read_text())["view"] == view.split("-")[1]
    assert "shade" not in whole
    assert 'aria-current="true">Only what happened' in (out / "article" / "8-happened.html").read_text(encoding="utf-8")


def test_files_hold_no_form_and_no_later_news(out: Path) -> None:
    for file in out.rglob("*.html"):
        page = file.read_text(encoding="utf-8")
        assert "<form" not in page
        assert "Content-Security-Policy" in page
    assert "As known on 14 April 2024" in (out / "index.html").read_text(encoding="utf-8")
    assert not any("2024-04-16" in f.read_text(encoding="utf-8") for f in out.glob("article/*.json"))


def test_each_page_lies_beside_its_json(out: Path) -> None:
    pages = {p.with_suffix("") for p in out.rglob("*.html")}
    assert pages == {p.with_suffix("") for p in out.rglob("*.json")}


def test_an_export_is_replaced_but_other_folders_are_left_alone(crisis: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(WrongCall, match="holds other things"):
        export_site(crisis, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
