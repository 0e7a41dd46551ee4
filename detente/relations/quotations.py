"""One quotation printed by several publishers, with its variants compared word by word: who altered what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from functools import cached_property

from detente.ledger.records import Said
from detente.types import Json

FEWEST = 4  # words that a quotation has at least, so that two of them are one by more than chance
_SHINGLE = 3
_SAME = 0.5  # share of the shorter one's shingles that the longer one has too
_DAYS = timedelta(days=30)
_SURE = 0.5
_LONG = 8  # words in a row that are another stretch of the speech, not an alteration
_WORD = re.compile(r"[^\W_]+(?:[’'\-][^\W_]+)*")
_QUOTED = re.compile(r"[“\"«„]([^”\"»“„]+)(?:[”\"»“]|$)")


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of one variant that differ from the commonest one; `instead_of` is empty where they were put in, `words` where cut.

    `marked` where the author showed it, by brackets or an ellipsis.
    """

    words: str
    instead_of: str
    marked: bool

    def to_dict(self) -> Json:
        return {"words": self.words, "instead_of": self.instead_of, "marked": self.marked}


@dataclass(frozen=True)
class Variant:
    """The words that one article printed, with their `differences`; `shortened` where some stretch is missing."""

    said: Said
    text: str
    differences: tuple[Difference, ...] = ()
    shortened: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(words_of(self.text))

    @property
    def altered(self) -> bool:
        return bool(self.differences) or any(a.confidence >= _SURE for a in self.said.statement.alterations)

    def to_dict(self) -> Json:
        return {
            "text": self.text, "altered": self.altered, "shortened": self.shortened,
            "differences": [d.to_dict() for d in self.differences],
            "alterations": [a.to_dict() for a in self.said.statement.alterations], "said": self.said.to_dict(),
        }  # fmt: skip


@dataclass(frozen=True)
class Quote:
    """A quotation of one speaker with all its variants, in the order they became known; `text` is the commonest variant's."""

    speaker: str
    code: str | None
    text: str
    variants: tuple[Variant, ...]

    @property
    def publishers(self) -> int:
        return len({v.said.article.printed_by for v in self.variants})

    @property
    def altered(self) -> bool:
        return any(v.altered for v in self.variants)

    def to_dict(self) -> Json:
        return {
            "speaker": self.speaker, "code": self.code, "text": self.text, "publishers": self.publishers,
            "altered": self.altered, "variants": [v.to_dict() for v in self.variants],
        }  # fmt: skip


def find_quotes(said: Iterable[Said]) -> list[Quote]:
    """Quotations with their variants, in the order they became known. Statements without quotation marks are left out."""
    variants = [Variant(s, text) for s in said if len(words_of(text := quoted_words(s))) >= FEWEST]
    variants.sort(key=lambda v: (v.said.article.known_at, v.said.row))
    return [_quote(group) for group in _groups(variants)]


def words_of(text: str) -> list[str]:
    """The words of a quotation in lower case, apostrophes straight."""
    return [w.lower().replace("’", "'") for w in _WORD.findall(text)]


def quoted_words(said: Said) -> str:
    """What stands in quotation marks in a statement; of a direct one without marks everything, of an indirect one nothing."""
    statement = said.statement
    if statement.directness == "indirect":
        return ""
    found = [m.strip() for m in _QUOTED.findall(statement.content.text)]
    if found:
        return " … ".join(found)
    return statement.content.text.strip('“”"«» ') if statement.directness == "direct" else ""


def _groups(variants: Sequence[Variant]) -> list[list[Variant]]:
    groups: list[list[Variant]] = []
    by_shingle: dict[tuple[str, ...], list[int]] = {}
    for variant in variants:
        own = _shingles(variant.words)
        near = Counter(g for s in sorted(own) for g in by_shingle.get(s, ()))
        chosen = next((g for g, _ in sorted(near.items(), key=lambda x: (-x[1], x[0])) if _same(groups[g], variant)), None)
        if chosen is None:
            chosen = len(groups)
            groups.append([])
        groups[chosen].append(variant)
        for s in own:
            if chosen not in (known := by_shingle.setdefault(s, [])):
                known.append(chosen)
    return groups


def _shingles(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1)))


def _same(group: Sequence[Variant], variant: Variant) -> bool:
    """Whether it is a variant of a group's quotation: the same speaker as far as known, near in time, mostly the same words."""
    own = _shingles(variant.words)
    for other in group:
        theirs = _shingles(other.words)
        common = len(own & theirs) / min(len(own), len(theirs))
        near = abs(other.said.article.day - variant.said.article.day) <= _DAYS
        if near and common >= _SAME and _one_speaker(other, variant):
            return True
    return False


def _one_speaker(one: Variant, other: Variant) -> bool:
    a, b = one.said.statement.speaker, other.said.statement.speaker
    if a is None or b is None or a.kind == "unnamed" or b.kind == "unnamed":
        return True
    return a.name.split()[-1].lower() == b.name.split()[-1].lower() or (a.code is not None and a.code == b.code)


def _quote(group: Sequence[Variant]) -> Quote:
    base = _commonest(group)
    speaker = next((v.said.statement.speaker for v in (base, *group) if v.said.statement.speaker), None)
    name = speaker.name if speaker else "nobody named"
    return Quote(name, speaker.code if speaker else None, base.text, tuple(_compared(v, base) for v in group))


def _commonest(group: Sequence[Variant]) -> Variant:
    """The variant that most publishers print word for word; of equals one without alterations, then the longest."""
    printed: dict[tuple[str, ...], set[str]] = {}
    for v in group:
        printed.setdefault(v.words, set()).add(v.said.article.printed_by)
    return max(group, key=lambda v: (len(printed[v.words]), not v.said.statement.alterations, len(v.words)))


def _compared(variant: Variant, base: Variant) -> Variant:
    differences, shortened = compare(variant.text, base.text, [a.text for a in variant.said.statement.alterations])
    return Variant(variant.said, variant.text, differences, shortened)


def compare(text: str, base: str, marked: Sequence[str] = ()) -> tuple[tuple[Difference, ...], bool]:
    """Where the words of `text` differ from those of `base`, and whether words at an end of `base` are missing.

    >>> compare("We will never leave", "We will not leave the strait")
    ((Difference(words='never', instead_of='not', marked=False),), True)
    """
    own, other = words_of(text), words_of(base)
    shown = [tuple(words_of(m)) for m in marked]
    left_out = "…" in text or "..." in text
    found: list[Difference] = []
    shortened = False
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, other, own, autojunk=False).get_opcodes():
        at_an_end = (a1 == 0 or a2 == len(other)) and kind != "replace"
        if kind != "equal" and (at_an_end or max(a2 - a1, b2 - b1) > _LONG):
            shortened = shortened or a2 > a1
        elif kind != "equal":
            new = tuple(own[b1:b2])
            is_marked = any(set(new) <= set(m) for m in shown if m) if new else left_out
            found.append(Difference(" ".join(new), " ".join(other[a1:a2]), is_marked))
    return tuple(found), shortened
