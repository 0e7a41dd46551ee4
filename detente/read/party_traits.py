"""What can be seen of somebody who may take part in an event, as traits: short strings, hashed into buckets.

Traits tell how a mention hangs on the trigger in the tree, behind which preposition, on which side, in whose speech; whether it
belongs to another act of the sentence rather; and which part its code had in the events before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from detente.read.candidates import Candidate
from detente.read.syntax import Syntax
from detente.types import Speaker, Statement

BUCKETS = 1 << 15  # of hashed traits
TOLD_TRAITS = 13  # the last so many traits depend on the events before
_FAR = 6  # steps in the tree beyond which a path is only "far"
_FAR_ACTS = 4  # the same between two triggers
_STEM = 5  # letters by which two triggers are the same word
_SEVERAL = set("sides countries nations governments parties states leaders ministers presidents neighbours neighbors".split())
_SUBJECTS = set("they both we he she it i who which that".split())
_DETERMINERS = set("the a an this these that those such any no its their his".split())


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the article that stands before another one: its type, the codes of its parties, the word of its trigger."""

    event_type: str
    actors: frozenset[str | None]
    recipients: frozenset[str | None]
    trigger: int

    @property
    def parties(self) -> frozenset[str | None]:
        return self.actors | self.recipients


@dataclass(frozen=True)
class Act:
    """An event whose parties are looked for, with what stands around it.

    here: the candidates of its sentence. named: the words of all candidates of the article. triggers: words of the sentence
    that carry an event, its own among them. told: the events of the article before it, in order.
    """

    syntax: Syntax
    trigger: int
    event_type: str
    here: Sequence[Candidate]
    named: frozenset[int]
    triggers: frozenset[int]
    told: Sequence[Told]
    holding: Statement | None

    @property
    def speaker(self) -> Speaker | None:
        return self.holding.speaker if self.holding else None

    @property
    def last(self) -> Told | None:
        return self.told[-1] if self.told else None

    @property
    def word(self) -> str:
        return self.syntax.words[self.trigger].text.lower()

    @cached_property
    def codes(self) -> int:
        """How many codes the sentence names."""
        return len({c.party.code for c in self.here})

    @cached_property
    def alike(self) -> Told | None:
        """The last event of the same type."""
        return next((t for t in reversed(self.told) if t.event_type == self.event_type), None)

    @cached_property
    def again(self) -> Told | None:
        """The last event told by the same word: "the attacks"."""
        words, stem = self.syntax.words, self.word[:_STEM]
        return next((t for t in reversed(self.told) if words[t.trigger].text.lower()[:_STEM] == stem), None)

    @cached_property
    def beside(self) -> Told | None:
        """The event before, where it is told in the same sentence."""
        sentence_of = self.syntax.sentence_of
        return self.last if self.last and sentence_of[self.last.trigger] == sentence_of[self.trigger] else None

    @cached_property
    def governing(self) -> Told | None:
        """The event whose trigger this one hangs on: "agreed to withdraw"."""
        by_word = {t.trigger: t for t in self.told}
        return next((by_word[w] for w in self.syntax.ancestors(self.trigger) if w in by_word), None)

    @cached_property
    def domains(self) -> dict[int, str]:
        """Per candidate of the sentence, by its word: on which act it hangs, this one ("mine"), one above, below or another."""
        return {c.word: self._domain(c.word) for c in self.here}

    def _domain(self, word: int) -> str:
        over = next((w for w in (word, *self.syntax.ancestors(word)) if w in self.triggers), None)
        if over is None or over == self.trigger:
            return "none" if over is None else "mine"
        if over in set(self.syntax.ancestors(self.trigger)):
            return "above"
        return "below" if self.trigger in set(self.syntax.ancestors(over)) else "other"

    @cached_property
    def own(self) -> int:
        """How many codes hang on this act and no other, up to three."""
        return min(3, len({c.party.code for c in self.here if self.domains[c.word] == "mine"}))

    @cached_property
    def subject(self) -> str:
        """What its subject is: a pronoun, somebody named, several ("both sides"), a part of speech."""
        subjects = self.syntax.dependents(self.trigger, "nsubj", "nsubj:pass")
        if not subjects:
            return "-"
        text = self.syntax.words[subjects[0]].text.lower()
        if text in _SUBJECTS:
            return text
        if means_several(self.syntax, subjects[0]):
            return "several"
        return "named" if subjects[0] in self.named else self.syntax.upos[subjects[0]]

    @cached_property
    def determiner(self) -> str:
        """How a nominal trigger is determined ("the attacks", "such talks", "Arvania's visit"); else its part of speech."""
        s = self.syntax
        if s.upos[self.trigger] not in ("NOUN", "PROPN"):
            return s.upos[self.trigger]
        found = s.dependents(self.trigger, "det", "nmod:poss")
        text = s.words[found[0]].text.lower() if found else "bare"
        return text if not found or text in _DETERMINERS else "poss"

    @cached_property
    def way_beside(self) -> str:
        """The path in the tree to the trigger of the event beside."""
        if self.beside is None:
            return "-"
        up, down = path(self.syntax, self.trigger, self.beside.trigger)
        return "far" if len(up) + len(down) > _FAR_ACTS else f"{'^'.join(up)}|{'.'.join(down)}"

    @cached_property
    def way_up(self) -> str:
        """The path in the tree up to the trigger of the governing event."""
        return "^".join(path(self.syntax, self.trigger, self.governing.trigger)[0][:4]) if self.governing else "-"


def near_traits(act: Act, c: Candidate) -> list[str]:
    """Traits of a mention in the sentence of the trigger."""
    s, trigger, here = act.syntax, act.trigger, act.here
    up, down = path(s, trigger, c.word)
    case = preposition(s, c.word, down)
    side = "L" if c.word < trigger else "R"
    way = "far" if len(up) + len(down) > _FAR else "^".join(up) + "|" + ".".join(down)
    low, high = sorted((trigger, c.word))
    between = len({x.party.code for x in here if low < x.word < high} - {c.party.code})
    acts = min(sum(low < w < high for w in act.triggers), 2)
    voice = "passive" if s.dependents(trigger, "nsubj:pass", "aux:pass") else s.upos[trigger]
    last = down[-1] if down else "-"
    head = "*" if s.heads[c.word] in act.named else s.words[s.heads[c.word]].text.lower()  # to traits, names are all alike
    domain, relation = act.domains[c.word], s.relations[c.word]
    return [
        f"p{way}", f"P{way}|{case}|{voice}", f"d{'.'.join(down[-2:])}|{case}|{voice}", f"c{case}|{side}|{last}",
        f"s{side}|{min(between, 3)}", f"k{c.form}|{side}|{c.party.sector}", f"l{act.word}|{last}|{case}|{side}",
        f"h{head}|{c.form}|{side}", f"u{'^'.join(up[:2])}|{side}", f"f{c is here[0]}|{c is here[-1]}|{side}",
        f"r{relation}|{voice}|{side}", f"D{domain}|{side}|{acts}", f"M{act.own}|{domain}|{side}",
        f"B{domain}|{relation}|{side}",
    ]  # fmt: skip


def far_traits(act: Act, c: Candidate, rank: int, times: int) -> list[str]:
    """Traits of a code that only earlier sentences name: `rank` 0 for the nearest, named `times` up to the trigger."""
    s = act.syntax
    gap = min(s.sentence_of[act.trigger] - s.sentence_of[c.word], 4)
    relation = s.relations[c.word].split(":")[0]
    subject = bool(s.dependents(act.trigger, "nsubj"))
    return [
        f"b{rank}|{act.codes}", f"g{gap}|{act.codes}", f"e{relation}|{gap}", f"t{min(times, 4)}|{rank}",
        f"v{subject}|{rank}|{act.codes}", f"w{s.upos[act.trigger]}|{rank}", f"x{act.word}|{min(rank, 2)}",
        f"M{act.own}|{act.determiner}", f"m{act.own}|{act.subject}|{min(rank, 2)}", f"j{len(act.triggers) > 1}",
    ]  # fmt: skip


def common_traits(act: Act, c: Candidate, near: bool, standing: int) -> list[str]:
    """Traits of every candidate: in whose speech it stands, how the act is told, how much the article is about the code.

    standing: its place by how often the article names it, from 0.
    """
    return [
        *_in_speech(act, c, near), f"n{min(act.codes, 4)}|{c.form}|{near}", f"o{act.determiner}|{near}|{act.word}|{c.form}",
        f"m{standing}|{near}", f"S{act.subject}|{near}", f"O{act.determiner}|{near}",
    ]  # fmt: skip


def _in_speech(act: Act, c: Candidate, near: bool) -> list[str]:
    """Traits that tell in whose words trigger and mention stand."""
    if act.holding is None:
        return [f"q-|{near}"]
    own = act.speaker is not None and act.speaker.code == c.party.code
    inside = act.holding.content.covers(c.party.span)
    source = act.holding.source is not None and act.holding.source.covers(c.party.span)
    return [f"q{inside}|{source}|{own}|{near}", f"Q{inside}|{own}|{c.form}|{act.holding.directness}"]


def told_traits(act: Act, code: str | None, near: bool, standing: int) -> list[str]:
    """Traits by the part that a code had in the events before; TOLD_TRAITS of them."""
    alike, last, again = part(code, act.alike), part(code, act.last), part(code, act.again)
    beside, governing = part(code, act.beside), part(code, act.governing)
    kind, over = act.beside and act.beside.event_type, act.governing and act.governing.event_type
    acted = min(3, sum(code in t.actors for t in act.told))
    suffered = min(3, sum(code in t.recipients for t in act.told))
    return [
        f"S{act.subject}|{near}|{alike}", f"O{act.determiner}|{near}|{alike}",
        f"T{beside}|{act.way_beside}|{near}|{kind}", f"i{beside}|{act.way_beside}|{near}",
        f"G{governing}|{act.way_up}|{near}", f"I{governing}|{over}|{act.way_up[:6]}",
        f"L{again}|{near}|{act.determiner}", f"N{again}|{alike}|{last}|{near}",
        f"F{acted}{suffered}|{near}", f"E{part(code, act.told[0] if act.told else None)}|{near}",
        f"y{alike}|{near}", f"z{last}|{near}", f"Z{alike}|{last}|{standing}|{near}",
    ]  # fmt: skip


def part(code: str | None, event: Told | None) -> str:
    """Which part a code has in an event."""
    if event is None:
        return "none"
    return "actor" if code in event.actors else "recipient" if code in event.recipients else "out"


@lru_cache(maxsize=65536)
def _bucket(trait: str) -> int:
    return crc32(trait.encode()) % BUCKETS


def bucket_numbers(traits: Sequence[str], event_type: str) -> npt.NDArray[np.int64]:
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


def means_several(syntax: Syntax, word: int) -> bool:
    """Whether a word stands for several parties that were named before: "they", "both sides", "the two countries"."""
    text = syntax.words[word].text.lower()
    if text in {"they", "both"}:
        return True
    before = {syntax.words[c].text.lower() for c in syntax.dependents(word, "det", "nummod", "amod")}
    return text in _SEVERAL and bool(before & {"the", "both", "two", "these", "three", "member"})
