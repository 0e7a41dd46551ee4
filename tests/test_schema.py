"""The schema and the types say the same."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path

import jsonschema
import pytest
from builders import full_reading, reading
from contracts import check_reading, validator
from hypothesis import given
from strategies import readings

import detente
from detente import types
from detente.read.article import load_articles
from detente.schema import reading_schema
from detente.types import Reading

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(reading_schema())


def test_a_reading_with_one_of_everything_keeps_the_contract() -> None:
    check_reading(full_reading())


def test_an_empty_article_keeps_the_contract() -> None:
    check_reading(reading(""))


def test_the_examples_read_by_the_model_keep_the_contract() -> None:
    paths = sorted(EXAMPLES.glob("*.txt"))
    found = list(detente.read_many(load_articles(paths, published_at="2031-03-04"), actors=EXAMPLES / "actors.toml", threads=1))
    assert [one.article.id for one in found if isinstance(one, Reading)] == [path.stem for path in paths]
    for one in found:
        assert isinstance(one, Reading)
        check_reading(one)


@given(readings())
def test_any_reading_keeps_the_schema(any_reading: Reading) -> None:
    validator().validate(any_reading.to_dict())


@pytest.mark.parametrize("path", [("article",), ("statements", 1), ("statements", 1, "alterations", 0), ("events", 0)])
def test_a_field_too_many_is_refused(path: tuple[str | int, ...]) -> None:
    data = full_reading().to_dict()
    place: typing.Any = data
    for step in path:
        place = place[step]
    place["extra"] = 1
    with pytest.raises(jsonschema.ValidationError, match="extra"):
        validator().validate(data)


@pytest.mark.parametrize("name", ["statements", "unattributed", "boilerplate", "refusals"])
def test_a_missing_list_is_refused(name: str) -> None:
    data = full_reading().to_dict()
    del data[name]
    with pytest.raises(jsonschema.ValidationError, match=name):
        validator().validate(data)


@pytest.mark.parametrize(
    ("definition", "field", "literal"),
    [
        ("statement", "directness", types.Directness),
        ("speaker", "kind", types.SpeakerKind),
        ("alteration", "kind", types.AlterationKind),
        ("timex", "type", types.TimexType),
        ("event", "status", types.Status),
        ("loaded", "kind", types.LoadedKind),
    ],
)
def test_the_schema_lists_the_same_words_as_the_types(definition: str, field: str, literal: typing.Any) -> None:
    allowed = reading_schema()["$defs"][definition]["properties"][field]["enum"]
    assert allowed == list(typing.get_args(literal))


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(Reading) if f.name not in ("article", "reader")])
def test_every_list_of_a_reading_is_in_the_schema(name: str) -> None:
    assert reading_schema()["properties"][name]["type"] == "array"
