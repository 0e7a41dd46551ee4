"""Events put together from triggers, parties, dates, places and voices, on trees written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from builders import statement
from handmade import actors, encoder, resolver, rows_of, text_of

from detente.read.dating import Dater
from detente.read.events import EventReader
from detente.read.party_odds import SEEN, TRAITS_ALONE
from detente.read.party_traits import BUCKETS, bucket_numbers
from detente.types import Event, Part, Span, Statement, Timex

TYPES = ("CONSULT", "SANCTION")
STATUSES = ("happened", "scheduled", "promised", "hypothetical", "denied", "demanded")
TOLD = """
Arvania  PROPN NNP  2 nsubj
imposed  VERB  VBD  0 root
a        DET   DT   4 det
ban      NOUN  NN   2 obj
against  ADP   IN   6 case
Belmora  PROPN NNP  2 obl
on       ADP   IN   8 case
Monday   PROPN NNP  2 obl
.        PUNCT .    2 punct
"""
MET = """
Envoys   NOUN  NNS  2 nsubj
met      VERB  VBD  0 root
in       ADP   IN   4 case
Sarn     PROPN NNP  2 obl
.        PUNCT .    2 punct
"""


def matrices() -> dict[str, Any]:
    """The first one named, left of the trigger, acts; the last one, right of it, suffers it; nothing else says anything."""
    traits = np.zeros((BUCKETS, 2), dtype=np.float32)
    for kind in TYPES:
        traits[bucket_numbers((), kind)[0]] = -3
    traits[bucket_numbers(("fTrue|False|L",), "")[0], 0] = 6
    traits[bucket_numbers(("fFalse|True|R",), "")[0], 1] = 6
    zeros = {
        "party.vectors": (BUCKETS, 1), "party.bias": (1,), "party.inner": (1, 4), "party.outer": (2, 2),
        "party.blend_inner": (1, SEEN + 1), "party.blend_outer": (2, 2), "actor_link.weight": (1, 1),
        "actor_link.bias": (1,), "recipient_link.weight": (1, 1), "recipient_link.bias": (1,),
        "actor_link.offset": (), "recipient_link.offset": (),
    }  # fmt: skip
    silent = {name: np.zeros(shape, dtype=np.float32) for name, shape in zeros.items()}
    return {**silent, "party.weight": traits, "party.mix": TRAITS_ALONE}


def events(rows: str, carries: dict[int, tuple[str, float]], *, said: Statement | None = None, day: str = "") -> list[Event]:
    """Events where word i carries a type, so surely; all of them happened."""
    found, text = resolver(rows), text_of(rows)
    n = len(found.syntax.words)
    types, status, none = np.full((n, 3), -9.0), np.zeros((n, 6)), np.zeros((n, 1))
    types[:, -1], status[:, 0] = 9, 5
    for i, (kind, sure) in carries.items():
        types[i] = [sure if kind == k else -9 for k in TYPES] + [0]
    links = {f"{role}_link.{side}": none for role in ("actor", "recipient") for side in ("left", "right")}
    model = replace(encoder(**matrices()), classes={"event_types": TYPES, "statuses": STATUSES})
    at = text.find(day)
    times = [Timex(Span(at, at + len(day)), day, "DATE", "2031-05-05")] if day else []
    mentions = actors().find(text, found.syntax.words, None)
    dater = Dater(found.syntax, times, date(2031, 5, 8))
    encoded = rows_of(triggers=types, status=status, **links)
    told = [said] if said else []
    return list(EventReader(text, found.syntax, encoded, model, mentions, found, told, dater).events())


def test_an_event_has_parties_codes_a_date_and_a_voice() -> None:
    text = text_of(TOLD)
    said = statement("s1", Part((Span(0, len(text) - 1),), text[:-1]))
    (event,) = events(TOLD, {3: ("SANCTION", 5)}, said=said, day="Monday")
    assert ([p.code for p in event.actors], [p.code for p in event.recipients]) == (["ARV"], ["BMR"])
    assert (event.id, event.event_type, event.trigger_text, event.status) == ("e1", "SANCTION", "ban", "happened")
    assert event.quad == "material conflict"
    assert event.date is not None
    assert event.date.value == "2031-05-05"
    assert (event.statement, event.voices) == ("s1", ("narrator", "s1"))


def test_one_act_told_twice_in_a_sentence_is_one_event_by_the_surer_word() -> None:
    (event,) = events(TOLD, {1: ("SANCTION", 2), 3: ("SANCTION", 5)})
    assert event.trigger_text == "ban"


def test_two_types_in_a_sentence_are_two_events_in_order() -> None:
    assert [(e.id, e.event_type) for e in events(TOLD, {1: ("SANCTION", 2), 3: ("CONSULT", 5)})] == [
        ("e1", "SANCTION"), ("e2", "CONSULT"),
    ]  # fmt: skip


def test_words_that_name_an_actor_are_no_act() -> None:
    rows = """
The      DET   DT   3 det
Arvanian ADJ   JJ   3 amod
regime   NOUN  NN   4 nsubj
imposed  VERB  VBD  0 root
a        DET   DT   6 det
ban      NOUN  NN   4 obj
.        PUNCT .    4 punct
"""
    assert [e.trigger_text for e in events(rows, {2: ("CONSULT", 5), 5: ("SANCTION", 5)})] == ["ban"]


def test_where_it_happened_is_a_place_behind_in() -> None:
    (event,) = events(MET, {1: ("CONSULT", 5)})
    assert event.place is not None
    assert (event.place.name, event.place.code) == ("Sarn", "ARV")


def test_an_article_without_triggers_has_no_events() -> None:
    assert events(MET, {}) == []
