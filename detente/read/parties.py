"""Actors and recipients of an event: who of those named in and before its sentence takes part, and on which side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.read.actors import Mention
from detente.read.cast import Cast
from detente.read.decoding import Floats, link_scores
from detente.read.encoder import Encoded, Encoder
from detente.read.speakers import Resolver
from detente.read.syntax import Syntax
from detente.read.triggers import Trigger
from detente.types import Party, Span, Speaker

TAKES = 0.5  # probability from which a candidate is a party
TAKES_FROM_BEFORE = 0.7  # the same for one named only in an earlier sentence
BEFORE = 4  # candidates taken from earlier sentences
_RECIPROCAL = {"they", "both", "sides", "countries", "each"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may take part: the last word of the mention, and who it is."""

    word: int
    party: Party


@dataclass(frozen=True)
class Candidates:
    """Everybody named in an article, in order, by sentence."""

    all: list[Candidate]
    syntax: Syntax

    def of(self, sentence: int) -> list[Candidate]:
        """Those named in a sentence."""
        return [c for c in self.all if self.syntax.sentence_of[c.word] == sentence]

    def before(self, sentence: int) -> list[Candidate]:
        """The last few named before it, the nearest first, each code once."""
        found: dict[str | None, Candidate] = {}
        for c in reversed(self.all):
            if self.syntax.sentence_of[c.word] < sentence and c.party.code not in found:
                found[c.party.code] = c
            if len(found) == BEFORE:
                break
        return list(found.values())


def find_candidates(syntax: Syntax, mentions: Sequence[Mention], cast: Cast, resolver: Resolver) -> Candidates:
    """Mentions of the tables, persons of the cast, and pronouns whose antecedent is known."""
    words = syntax.words
    ends = np.array([w.end for w in words])
    found: dict[int, Candidate] = {}
    for m in mentions:
        if m.kind == "place":
            continue
        last = min(int(np.searchsorted(ends, m.span.end)), len(words) - 1)
        code, name = m.code, m.name
        if m.kind == "office" and m.form == "role" and code is None:
            holder = resolver.of_words([last], None)
            code, name = (holder.code, holder.name) if holder is not None and holder.kind == "person" else (None, name)
        if code is not None:
            found[last] = Candidate(last, Party(name, code, m.sector, m.span))
    for person in cast.persons:
        for first, last in person.mentions:
            if last not in found and person.code:
                found[last] = Candidate(last, Party(person.name, person.code, person.sector, syntax.span(first, last)))
    for i, word in enumerate(words):
        speaker = _antecedent(syntax, resolver, i)
        if speaker is not None and speaker.code and i not in found:
            found[i] = Candidate(i, Party(speaker.name, speaker.code, speaker.sector, Span(word.start, word.end)))
    return Candidates([found[k] for k in sorted(found)], syntax)


def _antecedent(syntax: Syntax, resolver: Resolver, i: int) -> Speaker | None:
    if syntax.upos[i] != "PRON" or syntax.relations[i].split(":")[0] not in ("nsubj", "obj", "obl", "nmod", "iobj"):
        return None
    return resolver.referent(i)


@dataclass(frozen=True)
class PartyFinder:
    """Scores candidates by the links of the model."""

    candidates: Candidates
    encoded: Encoded
    encoder: Encoder
    syntax: Syntax

    def find(self, trigger: Trigger) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Actors and recipients, each code once, in the order of the text."""
        sentence = self.syntax.sentence_of[trigger.first]
        here, before = self.candidates.of(sentence), self.candidates.before(sentence)
        options = here + before
        if not options:
            return (), ()
        words = [c.word for c in options]
        chances = {role: self._chances(f"{role}_link", trigger.first, words) for role in ("actor", "recipient")}
        actors: dict[str | None, Party] = {}
        recipients: dict[str | None, Party] = {}
        for k, c in enumerate(options):
            acts, receives = float(chances["actor"][k]), float(chances["recipient"][k])
            least = TAKES if k < len(here) else TAKES_FROM_BEFORE
            if max(acts, receives) < least or (k >= len(here) and (actors if acts >= receives else recipients)):
                continue
            (actors if acts >= receives else recipients).setdefault(c.party.code, c.party)
        for code in set(actors) & set(recipients):
            del recipients[code]
        return tuple(actors.values()), tuple(recipients.values())

    def _chances(self, name: str, trigger: int, words: Sequence[int]) -> Floats:
        m = self.encoder.matrices
        left, right = self.encoded[f"{name}.left"][[trigger]], self.encoded[f"{name}.right"][list(words)]
        scores = link_scores(left, right, m[f"{name}.weight"], m[f"{name}.bias"], float(m[f"{name}.offset"]))[0]
        return np.asarray(1 / (1 + np.exp(-scores.clip(-30, 30))))
