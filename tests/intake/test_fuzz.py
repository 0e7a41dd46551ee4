"""Any bytes, under any name: articles or refusals, never an exception, and always soon. `make fuzz` does far more of it."""

from __future__ import annotations

import io
import time
from typing import Any

import handmade_documents as made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.intake.languages import language_of
from detente.intake.origins import articles_in
from detente.intake.sealed import Sealed, open_sealed
from detente.read.article import MAX_CHARACTERS, NOTHING_GIVEN, Received
from detente.types import Refusal

SOON_S = 20.0
SEEDS = {
    "a.html": made.page(), "a.pdf": made.pdf(), "a.docx": made.docx(), "a.eml": made.letter(), "a.xml": made.feed(made.item(1)),
    "a.warc": made.warc(("https://a.example/x", made.page())), "a.zip": made.zipped(a__txt=b"They met.", b__html=made.page()),
    "a.csv": b"title,text,date\nTalks,They met.,2024-03-04\n", "a.parquet": made.parquet([{"id": "a", "text": "They met."}]),
    "a.jsonl": b'{"id": "a", "text": "They met.", "date": "2024-03-04"}\n', "a.txt": made.TEXT.encode(), "a": b"They met.",
}  # fmt: skip
_NASTY = (
    b"\x00", b"\xff\xfe", b"\r", b"<", b"<div>" * 300, b"</", b"&#x202e;", "\u202e".encode(), b"%PDF-", b"PK\x03\x04",
    b"<!DOCTYPE x [<!ENTITY a '&a;'>]>", b"9" * 400, b"-1", b'"', b"\n", b"[" * 500, b"{",
    b"\x1f\x8b\x08", b"\xed\xa0\x80", b"<![CDATA[", b"=?utf-8?b?",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound document with pieces cut, doubled, overwritten or put in, perhaps under another name."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    data = SEEDS[name]
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        stop = draw(st.integers(start, min(len(data), start + 200)))
        put = draw(st.one_of(st.binary(max_size=20), st.sampled_from(_NASTY), st.just(data[start:stop] * 2)))
        data = data[:start] + put + data[stop:]
    return draw(st.sampled_from(sorted(SEEDS))) if draw(st.integers(0, 9)) == 0 else name, data


def check(name: str, data: bytes) -> list[Received | Refusal]:
    """What an input gives, held to what holds for every input."""
    begun = time.monotonic()
    found = [open_sealed(one) if isinstance(one, Sealed) else one for one in articles_in(name, io.BytesIO(data), NOTHING_GIVEN)]
    assert time.monotonic() - begun < SOON_S
    for one in found:
        assert isinstance(one, Received | Refusal)
        if isinstance(one, Refusal):
            assert one.reason
        else:
            assert len(one.article.text) <= MAX_CHARACTERS
            one.article.text.encode("utf-8")  # no lone surrogates
            language_of(one.article.text)
    return found


@given(damaged())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_documents_give_articles_or_refusals(document: tuple[str, bytes]) -> None:
    check(*document)


@given(st.sampled_from(sorted(SEEDS)), st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_articles_or_refusals(name: str, data: bytes) -> None:
    check(name, data)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_sound_documents_give_an_article(name: str) -> None:
    assert any(isinstance(one, Received) for one in check(name, SEEDS[name]))


@pytest.mark.parametrize(
    "piece", [b"<div>", b"<table><tr><td>", b"<a href=", b"<!--", b"&lt;", b"<p>\x00", b"</div>", "\u202e".encode()]
)
def test_a_megabyte_of_one_thing_is_over_soon(piece: bytes) -> None:
    check("a.html", b"<html><body>" + piece * (1_000_000 // len(piece)))


def test_seeds_are_about_nobody_real() -> None:
    everything: Any = b"".join(SEEDS.values())
    assert b"Arvania" in everything
