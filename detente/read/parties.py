"""Actors and recipients of an event: who of those named in and before its sentence takes part, and on which side.

Every code that is named is an option. Each mention of it is scored by fitted weights of what can be seen of it (`party_traits`)
and by the encoder's links. A code counts by its mentions together: training needs to know the code alone, not the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from detente.read.candidates import Candidate
from detente.read.decoding import Floats
from detente.read.party_odds import ROLES, PartyLinks, PartyWeights
from detente.read.party_traits import (
    Act,
    Told,
    bucket_numbers,
    common_traits,
    far_traits,
    means_several,
    near_traits,
    told_traits,
)
from detente.read.syntax import Syntax
from detente.read.triggers import Trigger
from detente.read.voices import innermost
from detente.types import Party, Statement

TAKES = 0.35  # probability from which a code is a party
TAKES_BOTH = 0.6  # probability from which it takes the other side too
BEFORE = 5  # codes taken from earlier sentences


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate for one event: its traits as bucket numbers, what the encoder says, whether it stands in the sentence."""

    candidate: Candidate
    buckets: npt.NDArray[np.int64]
    linked: Floats  # log-odds as actor and recipient, (2,)
    near: bool


@dataclass(frozen=True)
class PartyFinder:
    """Chooses parties for the events of one article, whose words with events are `triggers`."""

    candidates: list[Candidate]
    syntax: Syntax
    statements: Sequence[Statement]
    triggers: Sequence[int]
    links: PartyLinks | None = None

    @cached_property
    def _by_sentence(self) -> dict[int, list[Candidate]]:
        found: dict[int, list[Candidate]] = {}
        for c in self.candidates:
            found.setdefault(self.syntax.sentence_of[c.word], []).append(c)
        return found

    @cached_property
    def _triggers_of(self) -> dict[int, frozenset[int]]:
        found: dict[int, set[int]] = {}
        for w in self.triggers:
            found.setdefault(self.syntax.sentence_of[w], set()).add(w)
        return {sentence: frozenset(words) for sentence, words in found.items()}

    @cached_property
    def _standing(self) -> dict[str | None, int]:
        """Place of each code by how often the article names it, from 0; from the fourth on all are alike."""
        times = Counter(c.party.code for c in self.candidates)
        return {code: min(k, 3) for k, (code, _) in enumerate(times.most_common())}

    @cached_property
    def _named(self) -> frozenset[int]:
        return frozenset(c.word for c in self.candidates)

    def act(self, trigger: int, event_type: str, told: Sequence[Told] = ()) -> Act:
        """The event at word `trigger` with what stands around it. told: the events of the article before this one."""
        sentence = self.syntax.sentence_of[trigger]
        holding = innermost(self.statements, self.syntax.span(trigger, trigger))
        own = self._triggers_of.get(sentence, frozenset()) | {trigger}
        here = self._by_sentence.get(sentence, [])
        return Act(self.syntax, trigger, event_type, here, self._named, own, told, holding)

    def options(self, trigger: int, event_type: str, told: Sequence[Told] = ()) -> list[Option]:
        """Who may take part in the event at word `trigger`: all named in its sentence, then codes named before it."""
        act = self.act(trigger, event_type, told)
        before = self._before(act)
        linked = self._linked(trigger, [c.word for c in (*act.here, *before)])
        traits = [
            *(near_traits(act, c) for c in act.here),
            *(far_traits(act, c, rank, self._times(c, trigger)) for rank, c in enumerate(before)),
        ]
        return [
            self._option(act, c, own, odds, k < len(act.here))
            for k, (c, own, odds) in enumerate(zip((*act.here, *before), traits, linked, strict=True))
        ]

    def _option(self, act: Act, c: Candidate, own: list[str], linked: Floats, near: bool) -> Option:
        standing = self._standing[c.party.code]
        traits = [*own, *common_traits(act, c, near, standing), *told_traits(act, c.party.code, near, standing)]
        return Option(c, bucket_numbers(traits, act.event_type), linked, near)

    def _times(self, c: Candidate, trigger: int) -> int:
        return sum(x.party.code == c.party.code and x.word < trigger for x in self.candidates)

    def _linked(self, trigger: int, words: list[int]) -> Floats:
        return self.links.odds(trigger, words) if self.links else np.zeros((len(words), len(ROLES)), dtype=np.float32)

    def _before(self, act: Act) -> list[Candidate]:
        """The last few codes named before a sentence and not in it, the nearest first, by their last mention.

        Those of the last event of the same type are among them, however far.
        """
        sentence, named = self.syntax.sentence_of[act.trigger], {c.party.code for c in act.here}
        found: dict[str | None, Candidate] = {}
        for k in range(sentence - 1, -1, -1):
            for c in reversed(self._by_sentence.get(k, [])):
                if c.party.code not in found and c.party.code not in named:
                    found[c.party.code] = c
            if len(found) >= BEFORE:
                break
        kept = dict(list(found.items())[:BEFORE])
        for code in sorted(act.alike.parties - named if act.alike else (), key=str):
            last = next((c for c in reversed(self.candidates) if c.party.code == code), None)
            if code not in kept and last is not None and self.syntax.sentence_of[last.word] < sentence:
                kept[code] = last
        return list(kept.values())

    def find(
        self, trigger: Trigger, weights: PartyWeights, told: Sequence[Told] = ()
    ) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Actors and recipients, each code once, in the order of the text."""
        options = self.options(trigger.first, trigger.event_type, told)
        actors, recipients = chosen(options, weights) if options else ((), ())
        actors, recipients = (
            self._with_conjuncts(actors, options, recipients),
            self._with_conjuncts(recipients, options, actors),
        )
        together = self._together(trigger.first, told) if len(actors) < 2 else ()
        if len(together) > 1 and {p.code for p in actors} <= {p.code for p in together}:
            return together, tuple(p for p in recipients if p.code not in {x.code for x in together})
        return actors, recipients

    def _together(self, trigger: int, told: Sequence[Told]) -> tuple[Party, ...]:
        """Whom "the two countries", "both sides" or "they" mean as the subject: all parties of the last event with several."""
        subjects = self.syntax.dependents(trigger, "nsubj")
        if not subjects or not means_several(self.syntax, subjects[0]):
            return ()
        several = next((t.parties for t in reversed(told) if len(t.parties) > 1), frozenset())
        last = {c.party.code: c.party for c in self.candidates if c.word < trigger and c.party.code in several}
        return tuple(sorted(last.values(), key=lambda p: p.span))

    def _with_conjuncts(
        self, side: tuple[Party, ...], options: Sequence[Option], other: tuple[Party, ...]
    ) -> tuple[Party, ...]:
        """A side with all that are coordinated with one of its parties: "talks with Arvania, Belmora and Costavera"."""
        candidates = {o.candidate.party.span: o.candidate for o in options}
        groups = {self._coordination(candidates[p.span].word) for p in side if p.span in candidates}
        codes = {p.code for p in (*side, *other)}
        joined = [c.party for c in candidates.values() if self._coordination(c.word) in groups and c.party.code not in codes]
        return tuple(sorted((*side, *{p.code: p for p in joined}.values()), key=lambda p: p.span))

    def _coordination(self, word: int) -> int:
        """The first word of the coordination in which a name stands: one and the same for all that are coordinated."""
        s = self.syntax
        for i in (word, *s.ancestors(word)):
            if s.relations[i] not in ("flat", "compound", "conj") or s.heads[i] == i:
                return i
        return word


def chosen(options: Sequence[Option], weights: PartyWeights) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Actors and recipients among the options: codes whose mentions together say so, each at its likeliest mention.

    A code is both where the act stays within a state.
    """
    scores = option_scores(options, weights)
    parties: dict[str, dict[str | None, Party]] = {role: {} for role in ROLES}
    for code in dict.fromkeys(o.candidate.party.code for o in options):
        rows = [k for k, o in enumerate(options) if o.candidate.party.code == code]
        pooled = np.logaddexp.reduce(scores[rows], axis=0)
        likelier = int(pooled.argmax())
        for role, name in enumerate(ROLES):
            if pooled[role] > _log_odds(TAKES if role == likelier else TAKES_BOTH):
                best = rows[int(scores[rows, role].argmax())]
                parties[name][code] = options[best].candidate.party
    actors, recipients = (tuple(sorted(parties[r].values(), key=lambda p: p.span)) for r in ROLES)
    return actors, recipients


def _log_odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def option_scores(options: Sequence[Option], weights: PartyWeights) -> Floats:
    """Log-odds of each option as actor and as recipient, (options, 2)."""
    return weights.odds([o.buckets for o in options], np.stack([o.linked for o in options]), [o.near for o in options])
