"""What the docs say is so."""

from __future__ import annotations

import doctest
import importlib
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from contracts import validator
from typer.testing import CliRunner

import detente
from detente import types
from detente.cli import app
from detente.read.article import title_of

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/reading.md"])
def test_examples_in_python_do_what_they_say(page: str) -> None:
    failed, tried = doctest.testfile(str(ROOT / page), module_relative=False, encoding="utf-8")
    assert tried
    assert not failed


@pytest.mark.parametrize(
    "module",
    [
        "detente", "detente.read.boilerplate", "detente.ledger.clocks", "detente.ledger.search", "detente.intake.addresses",
        "detente.relations.quotations", "detente.relations.rules", "detente.relations.tension", "detente.relations.words",
    ],
)  # fmt: skip
def test_examples_in_docstrings_do_what_they_say(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert tried
    assert not failed


def example() -> Any:
    (block,) = re.findall(r"```json\n(.*?)```", read("docs/reading.md"), re.S)
    return json.loads(block)


def test_the_reading_shown_is_valid() -> None:
    validator().validate(example())


def test_the_reading_shown_is_what_is_read() -> None:
    shown = example()
    article = shown["article"]
    found = detente.read(article["text"], published_at=article["published_at"], id=article["id"]).to_dict()
    for one in (shown, found):
        del one["reader"]
        del one["events"], one["loaded"]  # soft findings: a better model may see others
        for part in (*one["statements"], *(a for s in one["statements"] for a in s["alterations"])):
            del part["confidence"]
    assert found == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_the_options_in_the_readme_exist() -> None:
    usage = CliRunner().invoke(app, ["read", "--help"], env={"COLUMNS": "200"}).stdout
    for option in set(re.findall(r"(?<=\s)--[a-z]+", " ".join(re.findall(r"\$ detente read.*", read("README.md"))))):
        assert option in usage


@pytest.mark.parametrize(
    "name", ["reading", "article", "statement", "speaker", "alteration", "event", "timex", "refusal", "voice"]
)
def test_the_glossary_has_the_nouns_of_the_types(name: str) -> None:
    assert f"| **{name}** |" in read("docs/glossary.md")


def test_the_glossary_is_in_order() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\*", read("docs/glossary.md"), re.M)
    assert words == sorted(words)


def test_the_reading_page_names_every_list_and_word() -> None:
    page = read("docs/reading.md")
    for name in (*types.FOUND, *get_args(types.Status), *get_args(types.AlterationKind), *get_args(types.Directness)):
        assert name in page


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.txt")), ids=lambda path: path.name)
def test_examples_are_short_articles_with_a_title(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert title_of(text)
    assert 250 <= len(text.split()) <= 450
