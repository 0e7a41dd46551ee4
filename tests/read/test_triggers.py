"""Triggers, voices and loaded words as decoded from rows of the model written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import statement
from handmade import encoder, rows_of, syntax, text_of

from detente.read.actors import Mention
from detente.read.decoding import Floats
from detente.read.encoder import Encoded
from detente.read.loaded import find_loaded, sentence_chances
from detente.read.triggers import find_triggers
from detente.read.voices import innermost, voices
from detente.types import Part, Quotation, Span

CALLED_OFF = """
They   PRON  PRP 2 nsubj
called VERB  VBD 0 root
off    ADP   RP  2 compound:prt
talks  NOUN  NNS 2 obj
.      PUNCT .   2 punct
"""
TYPES = ["CONSULT", "REJECT"]


def read(rows: str, **likely: str) -> list[tuple[str, str, float]]:
    """Text and type of the triggers where the named words carry an event; the probability in tenths."""
    tree = syntax(rows)
    scores = np.full((len(tree.words), len(TYPES) + 1), -5, dtype=np.float32)
    scores[:, -1] = 5
    for i, word in enumerate(tree.words):
        if word.text in likely:
            scores[i, TYPES.index(likely[word.text])], scores[i, -1] = 5, -5
    model = replace(encoder(), classes={"event_types": tuple(TYPES)})
    found = find_triggers(tree, rows_of(triggers=scores, status=np.zeros((len(tree.words), 6))), model)
    text = text_of(rows)
    return [(tree.span(t.first, t.last).of(text), t.event_type, round(t.probability, 1)) for t in found]


def test_the_particle_belongs_to_the_verb() -> None:
    assert read(CALLED_OFF, called="REJECT", talks="CONSULT") == [("called off", "REJECT", 1.0), ("talks", "CONSULT", 1.0)]


def test_neighbours_of_one_type_are_one_trigger_and_signs_are_none() -> None:
    assert read(CALLED_OFF, called="REJECT", off="REJECT") == [("called off", "REJECT", 1.0)]
    assert read(CALLED_OFF.replace("talks", "–"), **{"–": "CONSULT"}) == []


def test_nothing_likely_is_no_trigger() -> None:
    assert read(CALLED_OFF) == []


def said(start: int, end: int) -> Part:
    return Part((Span(start, end),), "x" * (end - start))


def test_the_innermost_statement_holds_a_place() -> None:
    outer, inner = statement("s1", said(0, 50)), statement("s2", said(10, 30), within="s1")
    assert innermost([outer, inner], Span(12, 14)) == inner
    assert innermost([outer, inner], Span(40, 44)) == outer
    assert innermost([outer, inner], Span(48, 60)) is None


def test_voices_run_from_the_narrator_inwards_and_never_in_a_ring() -> None:
    outer, inner = statement("s1", said(0, 50)), statement("s2", said(10, 30), within="s1")
    by_id = {s.id: s for s in (outer, inner)}
    assert voices(inner, by_id) == ("narrator", "s1", "s2")
    assert voices(None, by_id) == ("narrator",)
    ring = {"s1": statement("s1", said(0, 50), within="s2"), "s2": inner}
    assert voices(inner, ring) == ("narrator", "s1", "s2")


REGIME = """
The     DET   DT  3 det
corrupt ADJ   JJ  3 amod
leader  NOUN  NN  4 nsubj
lied    VERB  VBD 0 root
.       PUNCT .   4 punct
"""


def judged(words: Floats, sentence: float) -> Encoded:
    return rows_of(loaded=words[:, None], loaded_sentence=np.full((len(words), 1), sentence))


@pytest.mark.parametrize(
    ("scores", "sentence", "wanted"),
    [
        ([-9, 2, -9, -9, -9], 3, ["corrupt", "lied"]),  # "lied" always judges
        ([-9, 0, -9, -9, -9], -3, ["lied"]),  # not sure enough in a sentence that does not judge
        ([-9, 2, 2, -9, -9], 3, ["corrupt leader lied"]),
        ([-9, 9, -9, -9, -9], -3, ["corrupt", "lied"]),
    ],
)
def test_loaded_words(scores: list[float], sentence: float, wanted: list[str]) -> None:
    encoded = judged(np.array(scores, dtype=np.float32), sentence)
    found = find_loaded(text_of(REGIME), syntax(REGIME), encoded, [], [], [])
    assert [x.text for x in found] == wanted


def test_kinds_and_voices_of_loaded_words() -> None:
    text, tree = text_of(REGIME), syntax(REGIME)
    quiet = judged(np.full(5, -9, dtype=np.float32), -9)
    slur = Mention(Span(4, 18), "corrupt leader", "Arvania", "ARV", None, "state", "epithet", epithet=Span(4, 11))
    scare = Quotation(Span(12, 18), "leader", "scare quotes")
    holding = statement("s1", said(19, 23))
    found = find_loaded(text, tree, quiet, [slur], [holding], [scare])
    assert [(x.text, x.kind, x.statement) for x in found] == [
        ("corrupt", "name-calling", None), ("leader", "scare quotes", None), ("lied", "doubt", "s1"),
    ]  # fmt: skip


def test_a_sentence_judges_as_much_as_its_words_do_on_average() -> None:
    (chance,) = sentence_chances(syntax(REGIME), judged(np.zeros(5, dtype=np.float32), 0))
    assert chance == pytest.approx(0.5)
