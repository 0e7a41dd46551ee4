"""Whether what a predicate tells happened: the reader's status of given predicates against two corpora of factuality.

The corpora do not know our six statuses, so both sides are mapped to what they share:

UDS-IH2 (a value from -3 to 3 per predicate): above 0 *happened*, else *not*; every status but *happened* is *not*.
MEANTIME (certainty, polarity, time): CERTAIN, POS and NON_FUTURE is *happened*; NEG is *denied*; anything FUTURE, uncertain or
underspecified is *open*, as are our *scheduled*, *promised*, *hypothetical*, *demanded*. Events without marks are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks.quality.rates import Rates, Row, f1, share
from detente.read.actors import ActorTable
from detente.read.encoder import Encoded, shipped_encoder
from detente.read.masking import masked_by
from detente.read.status import condition_of, status_of
from detente.read.syntax import analyse
from detente.read.triggers import Trigger, status_chances
from detente.read.words import find_words

MARKS = ("certainty", "polarity", "time")
Place = tuple[int, str]  # number of a token, what gold says of it


def uds(rows: Sequence[Row]) -> Rates:
    """UDS-IH2: two classes."""
    places = [[(p["token"] - 1, "happened" if p["value"] > 0 else "not") for p in r["predicates"]] for r in rows]
    return _rates(_judged(rows, places), lambda status: "happened" if status == "happened" else "not")


def meantime(rows: Sequence[Row]) -> Rates:
    """MEANTIME: three classes."""
    places = [
        [
            (e["tokens"][0], _class(e))
            for e in r["events"]
            if e["tokens"] and all(e.get(k) for k in ("certainty", "polarity", "time"))
        ]
        for r in rows
    ]
    return _rates(_judged(rows, places), lambda status: status if status in ("happened", "denied") else "open")


def _class(event: Row) -> str:
    if event["polarity"] == "NEG":
        return "denied"
    sure = (event["certainty"], event["polarity"], event["time"]) == ("CERTAIN", "POS", "NON_FUTURE")
    return "happened" if sure else "open"


def _judged(rows: Sequence[Row], places: Sequence[Sequence[Place]]) -> Iterator[tuple[str, str]]:
    """(status found, class wanted) of every predicate."""
    encoder = shipped_encoder(0)
    texts = [" ".join(r["tokens"]) for r in rows]
    words = [find_words(text) for text in texts]
    shown = [masked_by(ActorTable.shipped(), own) for own in words]
    for row, own, encoded, wanted in zip(rows, words, encoder.encode(shown), places, strict=True):
        syntax = analyse(own, encoded, encoder)
        ends = np.array([w.end for w in own])
        offsets = np.cumsum([0, *(len(t) + 1 for t in row["tokens"])])
        for token, answer in wanted:
            at = min(int(np.searchsorted(ends, offsets[token] + 1)), len(own) - 1)
            trigger = _trigger(at, encoded)
            yield status_of(trigger, encoder.classes["statuses"], condition_of(trigger, syntax), syntax), answer


def _trigger(word: int, encoded: Encoded) -> Trigger:
    return Trigger(word, word, "CONSULT", 1.0, status_chances(encoded)[word])


def _rates(judged: Iterator[tuple[str, str]], mapped: Callable[[str], str]) -> Rates:
    """Micro and macro F1; every predicate gets one class, so micro F1 is the share that is right."""
    found, wanted, hits = Counter[str](), Counter[str](), Counter[str]()
    for status, answer in judged:
        guess = mapped(status)
        found[guess] += 1
        wanted[answer] += 1
        hits[answer] += guess == answer
    each = {k: f1(hits[k], found[k], wanted[k])["F1"] for k in sorted(wanted)}
    total = {"micro F1": share(hits.total(), wanted.total()), "macro F1": sum(each.values()) / max(1, len(each))}
    return total | {f"{k} F1": v for k, v in each.items()}
