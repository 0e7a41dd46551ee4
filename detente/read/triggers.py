"""Words that carry an event, with its PLOVER type and what the model says of its status."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.read.decoding import Floats
from detente.read.encoder import Encoded, Encoder
from detente.read.syntax import Syntax

THRESHOLD = 0.5  # probability of any type from which a word is a trigger


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: word range (inclusive), type, probabilities of the type and of each status."""

    first: int
    last: int
    event_type: str
    probability: float
    statuses: Floats

    @property
    def words(self) -> range:
        return range(self.first, self.last + 1)


def find_triggers(syntax: Syntax, encoded: Encoded, encoder: Encoder, threshold: float = THRESHOLD) -> list[Trigger]:
    """Triggers in order. Neighbouring words of one type and sentence are one trigger."""
    if not len(syntax.words):
        return []
    types = encoder.classes["event_types"]
    chances = _softmax(encoded["triggers"])[:, : len(types)]
    kinds, sure = chances.argmax(1), chances.sum(1)
    found: list[list[int]] = []
    for i in np.flatnonzero(sure > threshold).tolist():
        joined = found and found[-1][-1] == i - 1 and kinds[found[-1][-1]] == kinds[i]
        if joined and syntax.sentence_of[i] == syntax.sentence_of[i - 1]:
            found[-1].append(i)
        elif syntax.words[i].text[0].isalnum():
            found.append([i])
    statuses = status_chances(encoded)
    return [
        Trigger(run[0], _with_particle(run[-1], syntax), types[kinds[run[0]]], float(sure[run].max()),
                statuses[run].mean(0))
        for run in found
    ]  # fmt: skip


def _with_particle(last: int, syntax: Syntax) -> int:
    """The particle of a verb belongs to it ("rule out", "call off")."""
    following = last + 1
    particle = following < len(syntax.words) and syntax.relations[following] == "compound:prt"
    return following if particle and syntax.heads[following] == last else last


def status_chances(encoded: Encoded) -> Floats:
    """Probability of each status at each word, as if it were a trigger; (words, statuses)."""
    return _softmax(encoded["status"])


def _softmax(scores: Floats) -> Floats:
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exps / exps.sum(axis=1, keepdims=True))
