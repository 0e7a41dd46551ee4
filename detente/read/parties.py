"""Actors and recipients of an event: who of those named in and before its sentence takes part, and on which side.

Every code that is named is an option. Each mention of it is scored by fitted weights of what can be seen of it (`traits`): how
it hangs on the trigger in the tree, behind which preposition, on which side, in whose speech, what its part was before.
A code counts by its best mentions together, so that training needs to know the code alone, not the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from detente.read.actors import Mention
from detente.read.cast import Cast
from detente.read.decoding import Floats
from detente.read.party_odds import ROLES, PartyLinks, PartyWeights
from detente.read.speakers import FIRST, Resolver
from detente.read.syntax import Syntax
from detente.read.triggers import Trigger
from detente.read.voices import innermost
from detente.types import Party, Span, Speaker, Statement

BUCKETS = 1 << 14  # of hashed traits
TAKES = 0.35  # probability from which a code is a party
TAKES_BOTH = 0.6  # probability from which it takes the other side too
BEFORE = 5  # codes taken from earlier sentences
_PRONOUN_ROLES = ("nsubj", "obj", "obl", "nmod", "iobj")
_SEVERAL = set("sides countries nations governments parties states leaders ministers presidents neighbours neighbors".split())
_FAR = 6  # steps in the tree beyond which a path is only "far"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may take part: the last word of the mention, who it is, and how the text names it."""

    word: int
    party: Party
    form: str


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate for one event: its traits as bucket numbers, what the encoder says, whether it stands in the sentence."""

    candidate: Candidate
    buckets: npt.NDArray[np.int64]
    linked: Floats  # log-odds as actor and recipient, (2,)
    near: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the article that stands before another one: its type and the codes of its parties."""

    event_type: str
    actors: frozenset[str | None]
    recipients: frozenset[str | None]


def find_candidates(
    syntax: Syntax, mentions: Sequence[Mention], cast: Cast, resolver: Resolver, statements: Sequence[Statement] = ()
) -> list[Candidate]:
    """Mentions of the tables, persons of the cast, and pronouns whose antecedent is known, in the order of the text."""
    found = {c.word: c for c in _named(syntax, mentions, resolver)}
    for person in cast.persons:
        for first, last in person.mentions:
            if last not in found and person.code:
                party = Party(person.name, person.code, person.sector, syntax.span(first, last))
                found[last] = Candidate(last, party, "person")
    for i, word in enumerate(syntax.words):
        speaker = None if i in found else _meant(syntax, resolver, statements, i)
        if speaker is not None and speaker.code:
            party = Party(speaker.name, speaker.code, speaker.sector, Span(word.start, word.end))
            found[i] = Candidate(i, party, "we" if word.text.lower() in FIRST else "pronoun")
    return [found[k] for k in sorted(found)]


def _named(syntax: Syntax, mentions: Sequence[Mention], resolver: Resolver) -> Iterator[Candidate]:
    ends = np.array([w.end for w in syntax.words])
    for m in mentions:
        if m.kind == "place":
            continue
        last = min(int(np.searchsorted(ends, m.span.end)), len(ends) - 1)
        code, name = m.code, m.name
        if m.kind == "office" and m.form == "role" and code is None:
            holder = resolver.of_words([last], None)
            code, name = (holder.code, holder.name) if holder is not None and holder.kind == "person" else (None, name)
        if code is not None and not _is_money(syntax, last):
            yield Candidate(last, Party(name, code, m.sector, m.span), m.form)


def _is_money(syntax: Syntax, last: int) -> bool:
    """ "5 million U.S. dollars": a currency, not a state."""
    following = syntax.words[last + 1].text.lower() if last + 1 < len(syntax.words) else ""
    return following in {"dollar", "dollars", "dlrs", "dlr", "cents", "pounds", "francs", "marks", "crowns"}


def _meant(syntax: Syntax, resolver: Resolver, statements: Sequence[Statement], i: int) -> Speaker | None:
    """Whom a pronoun means: the speaker by "I" and "we" in his speech, else whoever the article lets it stand for."""
    if syntax.upos[i] != "PRON":
        return None
    if syntax.words[i].text.lower() in FIRST:
        holding = innermost(statements, syntax.span(i, i))
        return holding.speaker if holding else None
    return resolver.referent(i) if syntax.relations[i].split(":")[0] in _PRONOUN_ROLES else None


@dataclass(frozen=True)
class PartyFinder:
    """Chooses parties for the events of one article."""

    candidates: list[Candidate]
    syntax: Syntax
    statements: Sequence[Statement]
    links: PartyLinks | None = None

    @cached_property
    def _by_sentence(self) -> dict[int, list[Candidate]]:
        found: dict[int, list[Candidate]] = {}
        for c in self.candidates:
            found.setdefault(self.syntax.sentence_of[c.word], []).append(c)
        return found

    @cached_property
    def _rank(self) -> dict[str | None, int]:
        """Place of each code by how often the article names it, from 0; from the fourth on all are alike."""
        times = Counter(c.party.code for c in self.candidates)
        return {code: min(k, 3) for k, (code, _) in enumerate(times.most_common())}

    def options(self, trigger: int, event_type: str, told: Sequence[Told] = ()) -> list[Option]:
        """Who may take part in the event at word `trigger`: all named in its sentence, then codes named before it.

        told: the events of the article before this one.
        """
        sentence = self.syntax.sentence_of[trigger]
        here = self._by_sentence.get(sentence, [])
        alike = next((t for t in reversed(told) if t.event_type == event_type), None)
        before = self._before(sentence, {c.party.code for c in here}, alike)
        holding = innermost(self.statements, self.syntax.span(trigger, trigger))
        speaker = holding.speaker if holding else None
        codes = sorted({c.party.code or "" for c in here})
        options = []
        linked = self._linked(trigger, [c.word for c in (*here, *before)])
        for rank, c in enumerate([*here, *before]):
            near = rank < len(here)
            traits = self._near(trigger, c, here) if near else self._earlier(rank - len(here), c, trigger, len(codes))
            traits += self._in_speech(c, holding, speaker, near)
            traits.append(f"n{min(len(codes), 4)}|{c.form}|{near}")
            traits += self._in_article(c.party.code, near, alike, told[-1] if told else None)
            options.append(Option(c, bucket_numbers(tuple(traits), event_type), linked[rank], near))
        return options

    def _linked(self, trigger: int, words: list[int]) -> Floats:
        return self.links.odds(trigger, words) if self.links else np.zeros((len(words), len(ROLES)), dtype=np.float32)

    def _in_article(self, code: str | None, near: bool, alike: Told | None, last: Told | None) -> list[str]:
        """Traits of a code: how much the article is about it, and its part in the last event of the type and of any type."""
        rank = self._rank[code]
        return [
            f"m{rank}|{near}", f"y{_part(code, alike)}|{near}", f"z{_part(code, last)}|{near}",
            f"Z{_part(code, alike)}|{_part(code, last)}|{rank}|{near}",
        ]  # fmt: skip

    def _before(self, sentence: int, named: set[str | None], alike: Told | None) -> list[Candidate]:
        """The last few codes named before a sentence and not in it, the nearest first, by their last mention.

        Those of the last event of the same type are among them, however far.
        """
        found: dict[str | None, Candidate] = {}
        for k in range(sentence - 1, -1, -1):
            for c in reversed(self._by_sentence.get(k, [])):
                if c.party.code not in found and c.party.code not in named:
                    found[c.party.code] = c
            if len(found) >= BEFORE:
                break
        kept = dict(list(found.items())[:BEFORE])
        for code in sorted((alike.actors | alike.recipients) - named if alike else (), key=str):
            last = next((c for c in reversed(self.candidates) if c.party.code == code), None)
            if code not in kept and last is not None and self.syntax.sentence_of[last.word] < sentence:
                kept[code] = last
        return list(kept.values())

    def _near(self, trigger: int, c: Candidate, here: list[Candidate]) -> list[str]:
        """Traits of a mention in the sentence of the trigger."""
        s = self.syntax
        up, down = path(s, trigger, c.word)
        case = preposition(s, c.word, down)
        side = "L" if c.word < trigger else "R"
        way = "far" if len(up) + len(down) > _FAR else "^".join(up) + "|" + ".".join(down)
        low, high = sorted((trigger, c.word))
        between = len({x.party.code for x in here if low < x.word < high} - {c.party.code})
        voice = "passive" if s.dependents(trigger, "nsubj:pass", "aux:pass") else s.upos[trigger]
        lemma = s.words[trigger].text.lower()
        head = self._plain(s.heads[c.word])
        last = down[-1] if down else "-"
        return [
            f"p{way}", f"P{way}|{case}|{voice}", f"d{'.'.join(down[-2:])}|{case}|{voice}", f"c{case}|{side}|{last}",
            f"s{side}|{min(between, 3)}", f"k{c.form}|{side}|{c.party.sector}", f"l{lemma}|{last}|{case}|{side}",
            f"h{head}|{c.form}|{side}", f"u{'^'.join(up[:2])}|{side}", f"f{c is here[0]}|{c is here[-1]}|{side}",
            f"r{s.relations[c.word]}|{voice}|{side}",
        ]  # fmt: skip

    def _plain(self, word: int) -> str:
        """A word that traits may know by itself; names are all alike to them."""
        return "*" if word in self._named else self.syntax.words[word].text.lower()

    @cached_property
    def _named(self) -> frozenset[int]:
        return frozenset(c.word for c in self.candidates)

    def _earlier(self, rank: int, c: Candidate, trigger: int, here: int) -> list[str]:
        """Traits of a code that only earlier sentences name."""
        s = self.syntax
        gap = min(s.sentence_of[trigger] - s.sentence_of[c.word], 4)
        relation = s.relations[c.word].split(":")[0]
        times = min(sum(x.party.code == c.party.code and x.word < trigger for x in self.candidates), 4)
        subject = bool(s.dependents(trigger, "nsubj"))
        return [
            f"b{rank}|{here}", f"g{gap}|{here}", f"e{relation}|{gap}", f"t{times}|{rank}", f"v{subject}|{rank}|{here}",
            f"w{s.upos[trigger]}|{rank}", f"x{s.words[trigger].text.lower()}|{min(rank, 2)}",
        ]  # fmt: skip

    def _in_speech(self, c: Candidate, holding: Statement | None, speaker: Speaker | None, near: bool) -> list[str]:
        """Traits that tell in whose words trigger and mention stand."""
        if holding is None:
            return [f"q-|{near}"]
        own = speaker is not None and speaker.code == c.party.code
        inside = holding.content.covers(c.party.span)
        source = holding.source is not None and holding.source.covers(c.party.span)
        return [f"q{inside}|{source}|{own}|{near}", f"Q{inside}|{own}|{c.form}|{holding.directness}"]

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
        if not subjects or not self._means_several(subjects[0]):
            return ()
        several = next((t.actors | t.recipients for t in reversed(told) if len(t.actors | t.recipients) > 1), frozenset())
        last = {c.party.code: c.party for c in self.candidates if c.word < trigger and c.party.code in several}
        return tuple(sorted(last.values(), key=lambda p: p.span))

    def _means_several(self, word: int) -> bool:
        s = self.syntax
        if s.words[word].text.lower() in {"they", "both"}:
            return True
        before = {s.words[c].text.lower() for c in s.dependents(word, "det", "nummod", "amod")}
        return s.words[word].text.lower() in _SEVERAL and bool(before & {"the", "both", "two", "these", "three", "member"})

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


def _part(code: str | None, event: Told | None) -> str:
    if event is None:
        return "none"
    return "actor" if code in event.actors else "recipient" if code in event.recipients else "out"


@lru_cache(maxsize=65536)
def _bucket(trait: str) -> int:
    return crc32(trait.encode()) % BUCKETS


def bucket_numbers(traits: tuple[str, ...], event_type: str) -> npt.NDArray[np.int64]:
    """Buckets of traits, alone and together with the type of the event, and of the type alone."""
    named = [*traits, *(f"{event_type}:{t}" for t in traits), event_type]
    return np.array([_bucket(t) for t in named], dtype=np.int64)


def path(syntax: Syntax, start: int, end: int) -> tuple[list[str], list[str]]:
    """Relations from word `start` up to the word above both, and from there down to `end`."""
    above = [start, *syntax.ancestors(start)]
    at = {w: k for k, w in enumerate(above)}
    down: list[str] = []
    for w in (end, *syntax.ancestors(end)):
        if w in at:
            return [syntax.relations[x] for x in above[: at[w]]], down[::-1]
        down.append(syntax.relations[w])
    return ["?"] * _FAR, down[::-1]


def preposition(syntax: Syntax, word: int, down: Sequence[str]) -> str:
    """The nearest preposition on the way from the word up, as far as its path to the trigger goes."""
    for w, _ in zip((word, *syntax.ancestors(word)), range(max(1, len(down)))):
        cases = syntax.dependents(w, "case")
        if cases:
            return syntax.words[cases[0]].text.lower()
    return "-"
