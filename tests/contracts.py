"""What holds for every reading, whatever the article."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import chain

import jsonschema

from detente.schema import reading_schema
from detente.types import Part, Reading, Span


def check_reading(reading: Reading) -> None:
    """All of the contract."""
    check_schema(reading)
    check_words(reading)
    check_references(reading)
    check_order(reading)


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(reading_schema())


def check_schema(reading: Reading) -> None:
    """The JSON is what `detente schema` says, and survives a round trip."""
    data = reading.to_dict()
    validator().validate(data)
    assert json.loads(json.dumps(data, ensure_ascii=False)) == data


def check_words(reading: Reading) -> None:
    """Every span lies in the text, is not empty, and its words are the text's at that place."""
    text = reading.article.text
    for span in (*reading.boilerplate, *reading.sentences):
        assert 0 <= span.start < span.end <= len(text)
    for span, words in quoted(reading):
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text) == words
    for part in parts(reading):
        assert all(0 <= s.start < s.end <= len(text) for s in part.spans)
        assert list(part.spans) == sorted(part.spans)
        assert part.text == Part.at(text, part.spans).text


def check_references(reading: Reading) -> None:
    """Ids are unique, those referred to exist, and no statement reports itself, not even through others."""
    outer = {s.id: s.within for s in reading.statements}
    assert len(outer) == len(reading.statements)
    assert len({e.id for e in reading.events}) == len(reading.events)
    for identifier in outer:
        seen = [identifier]
        while (within := outer[seen[-1]]) is not None:
            assert within not in seen
            seen.append(within)
    for event in reading.events:
        assert event.voices[0] == "narrator"
        assert all(v in outer for v in event.voices[1:])
        assert event.statement == (event.voices[-1] if len(event.voices) > 1 else None)
    assert all(w.statement is None or w.statement in outer for w in reading.loaded)


def check_order(reading: Reading) -> None:
    """Lists follow the text; alterations lie inside the content they belong to; nothing is read from boilerplate."""
    starts = [s.content.start for s in reading.statements]
    assert starts == sorted(starts)
    for statement in reading.statements:
        assert all(statement.content.covers(a.span) for a in statement.alterations)
    found = chain((s for p in parts(reading) for s in p.spans), (span for span, _ in quoted(reading)))
    assert not any(span.overlaps(b) for span in found for b in reading.boilerplate)


def parts(reading: Reading) -> Iterator[Part]:
    for s in reading.statements:
        yield from (p for p in (s.source, s.cue, s.content) if p is not None)


def quoted(reading: Reading) -> Iterator[tuple[Span, str]]:
    """Spans that carry their own words."""
    for s in reading.statements:
        yield from ((a.span, a.text) for a in s.alterations)
    yield from ((x.span, x.text) for x in (*reading.unattributed, *reading.timexes, *reading.loaded))
    yield from ((e.trigger, e.trigger_text) for e in reading.events)
