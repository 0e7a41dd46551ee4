"""Who did what to whom: triggers, parties, status, voices, date and place put together into events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from detente.read.actors import Mention
from detente.read.candidates import find_candidates
from detente.read.codebook import code_event
from detente.read.dating import Dater
from detente.read.encoder import Encoded, Encoder
from detente.read.parties import PartyFinder
from detente.read.party_odds import PartyLinks, PartyWeights
from detente.read.party_traits import Told
from detente.read.refusals import with_refusals
from detente.read.speakers import Resolver
from detente.read.status import condition_of, status_of
from detente.read.syntax import Syntax
from detente.read.triggers import Trigger, find_triggers
from detente.read.voices import innermost, voices
from detente.types import Event, Party, Place, Statement

_WHERE = {"in", "at", "near", "outside", "inside", "around", "off"}


@dataclass(frozen=True)
class EventReader:
    """All that is known of an article when its events are read."""

    text: str
    syntax: Syntax
    encoded: Encoded
    encoder: Encoder
    mentions: Sequence[Mention]
    resolver: Resolver
    statements: Sequence[Statement]
    dater: Dater

    def events(self) -> tuple[Event, ...]:
        """Events in the order of their triggers."""
        found_by_model = find_triggers(self.syntax, self.encoded, self.encoder)
        told_of = [t for t in found_by_model if not self._names_somebody(t)]
        triggers = with_refusals(told_of, self.syntax, self.encoder.classes["statuses"])
        if not triggers:
            return ()
        candidates = find_candidates(self.syntax, self.mentions, self.resolver.cast, self.resolver, self.statements)
        links = PartyLinks.of(self.encoded, self.encoder.matrices)
        finder = PartyFinder(candidates, self.syntax, self.statements, [t.first for t in triggers], links)
        weights = PartyWeights.of(self.encoder.matrices)
        told: list[Told] = []
        found = []
        for t in triggers:
            actors, recipients = finder.find(t, weights, told)
            acting, meant = (frozenset(p.code for p in side) for side in (actors, recipients))
            told.append(Told(t.event_type, acting, meant, t.first))
            found.append((t, actors, recipients))
        kept = _once(found, self.syntax)
        events = [self._event(k, *parts) for k, parts in enumerate(kept)]
        return tuple(self.dater.carried(events, [self.syntax.sentence_of[t.first] for t, *_ in kept]))

    def _names_somebody(self, t: Trigger) -> bool:
        """Words that judge an actor or name an office with its state are no act: "imposter", "the Arvanian regime"."""
        span = self.syntax.span(t.first, t.last)
        return any(
            (m.epithet is not None and m.epithet.covers(span))
            or (m.form == "role" and m.kind != "group" and m.span.covers(span) and m.span.start < span.start)
            for m in self.mentions
        )

    def _event(self, number: int, t: Trigger, actors: tuple[Party, ...], recipients: tuple[Party, ...]) -> Event:
        span = self.syntax.span(t.first, t.last)
        condition = condition_of(t, self.syntax)
        status = status_of(t, self.encoder.classes["statuses"], condition, self.syntax)
        status, date = self.dater.settled(t.first, t.event_type, status)
        coding = code_event(t.event_type, self._lower(t.words), self._around(t))
        statement = innermost(self.statements, span)
        return Event(
            id=f"e{number + 1}", event_type=t.event_type, trigger=span, trigger_text=span.of(self.text), actors=actors,
            recipients=recipients, status=status, mode=coding.mode, contexts=coding.contexts, cameo=coding.cameo,
            score=coding.score, quad=coding.quad, date=date, place=self._place(t),
            condition=condition if status in ("hypothetical", "promised", "scheduled", "happened") else None,
            statement=statement.id if statement else None, voices=voices(statement, self._by_id), confidence=t.probability,
        )  # fmt: skip

    @cached_property
    def _by_id(self) -> dict[str, Statement]:
        return {s.id: s for s in self.statements}

    def _lower(self, words: Sequence[int]) -> list[str]:
        return [self.syntax.words[i].text.lower() for i in words]

    def _around(self, t: Trigger) -> list[str]:
        """Words of the sentence near the trigger, on which mode and context depend."""
        a, b = self.syntax.sentences[self.syntax.sentence_of[t.first]]
        return self._lower(range(max(a, t.first - 12), min(b, t.last + 16)))

    def _place(self, t: Trigger) -> Place | None:
        """Where it happened: a place or state with "in", "at" or the like that hangs on the trigger or its clause."""
        a, b = self.syntax.sentences[self.syntax.sentence_of[t.first]]
        span, words = self.syntax.span(a, b - 1), self.syntax.words
        path = {t.first, *list(self.syntax.ancestors(t.first))[:1]}
        for m in self.mentions:
            if not span.covers(m.span) or m.kind not in ("place", "state") or m.form == "adjective":
                continue
            last = next(i for i in range(a, b) if words[i].end >= m.span.end)
            cases = {words[c].text.lower() for c in self.syntax.dependents(last, "case")}
            if cases & _WHERE and self.syntax.heads[last] in path:
                name = m.text if m.form == "alias" else m.name
                return Place(name, m.code, m.lat, m.lon)
        return None


def _once(
    found: list[tuple[Trigger, tuple[Party, ...], tuple[Party, ...]]], syntax: Syntax
) -> list[tuple[Trigger, tuple[Party, ...], tuple[Party, ...]]]:
    """One act told twice in a sentence is one event: the surer trigger of the same type and parties stays."""
    best: dict[tuple[object, ...], tuple[Trigger, tuple[Party, ...], tuple[Party, ...]]] = {}
    for item in found:
        t, actors, recipients = item
        status = int(t.statuses.argmax())
        key = (
            syntax.sentence_of[t.first],
            t.event_type,
            status,
            *(frozenset(p.code for p in side) for side in (actors, recipients)),
        )
        if key not in best or best[key][0].probability < t.probability:
            best[key] = item
    return sorted(best.values(), key=lambda x: x[0].first)
