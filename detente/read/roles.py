"""Sources, cues and contents as the model tags them, and which cue takes which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from detente.read.decoding import Floats, Ints, link_scores, posteriors, viterbi
from detente.read.encoder import Encoded, Encoder
from detente.read.words import QuoteState, Word

ROLES = ("source", "cue", "content")
LINKED = 0.3  # probability from which a cue takes a part
NEAR = 60  # words on either side of a cue whose links are looked at
BESIDE = 20  # words between a statement without a source and a source without a statement
LIKELY = 0.1  # probability from which an untagged word is taken as the cue of a content that has none
SIGNED = 4  # words beside a source in a paragraph that only signs the one before
TOGETHER = 12  # words between two sources of one statement ("X said and Y confirmed that")
POSSIBLE = 0.01  # probability from which an untagged word is considered as the cue or source that a content lacks


@dataclass(frozen=True, slots=True)
class Role:
    """One source, cue or content: the indexes of its words, with gaps where something interrupts it."""

    words: tuple[int, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement as words: before quotation marks are looked at and speakers resolved. Empty where a part is missing."""

    source: tuple[int, ...]
    cue: tuple[int, ...]
    content: tuple[int, ...]
    probability: float
    inner: bool = False
    verbatim: bool = False  # a turn of a transcript: the speaker's own words without quotation marks

    @property
    def start(self) -> int:
        return min(self.source[:1] + self.cue[:1] + self.content[:1])


@dataclass(frozen=True)
class Layer:
    """One layer of tags (outer, or reported inside a content): tag probabilities per word and the parts found."""

    encoded: Encoded
    encoder: Encoder
    words: Sequence[Word]
    sure: Floats
    sources: list[Role]
    cues: list[Role]
    contents: list[Role]

    @cached_property
    def firsts(self) -> Ints:
        """First word of each cue: what links are fitted to."""
        return np.array([c.words[0] for c in self.cues], dtype=np.int64)

    @cached_property
    def bands(self) -> dict[str, Floats]:
        """Per role the probability that each tagged cue takes each word within NEAR of it, (cues, 2 NEAR + 1)."""
        return {role: self._band(role) for role in ("source", "content")}

    def _band(self, role: str) -> Floats:
        n, width = len(self.sure), 2 * NEAR + 1
        scores = np.full((len(self.cues), width), -30, dtype=np.float32)
        left, right, offset = self._sides(role)
        for k, first in enumerate(self.firsts.tolist()):
            a, b = max(0, first - NEAR), min(n, first + NEAR + 1)
            scores[k, a - first + NEAR : b - first + NEAR] = right[a:b] @ left[k] + offset
        return np.asarray(1 / (1 + np.exp(-scores.clip(-30, 30))))

    def _sides(self, role: str) -> tuple[Floats, Floats, float]:
        """Mixed rows of the tagged cues, rows of all words, and the offset of a link."""
        m, name = self.encoder.matrices, f"{role}_link"
        left = self.encoded[f"{name}.left"][self.firsts] @ m[f"{name}.weight"].T + m[f"{name}.bias"]
        return left, self.encoded[f"{name}.right"], float(m[f"{name}.offset"])

    def chances(self, role: str, cues: list[int], words: list[int] | slice) -> Floats:
        """Probability that each cue (by its first word) takes each word, (cues, words)."""
        m, name = self.encoder.matrices, f"{role}_link"
        left, right = self.encoded[f"{name}.left"][cues], self.encoded[f"{name}.right"][words]
        scores = link_scores(left, right, m[f"{name}.weight"], m[f"{name}.bias"], float(m[f"{name}.offset"]))
        return np.asarray(1 / (1 + np.exp(-scores.clip(-30, 30))))

    def taking(self, role: str, cue: int, words: Sequence[int]) -> float:
        """Mean probability that tagged cue number `cue` takes these words; 0 where all are beyond NEAR of it."""
        offsets = np.asarray(words) - self.firsts[cue]
        if np.abs(offsets).min() > NEAR:
            return 0.0
        return float(self.bands[role][cue, offsets[np.abs(offsets) <= NEAR] + NEAR].mean())

    def best_cue(self, words: Sequence[int]) -> tuple[int, float]:
        """The tagged cue that most likely takes these words as its content, and how likely; (-1, 0) where none is near."""
        low, high = np.searchsorted(self.firsts, (words[0] - NEAR, words[-1] + NEAR + 1))
        chances = [self.taking("content", k, words) for k in range(low, high)]
        return (int(low) + int(np.argmax(chances)), max(chances)) if chances else (-1, 0.0)

    @cached_property
    def masses(self) -> dict[str, Floats]:
        """Per role the probability that each word stands in it."""
        return {role: self.sure[:, 1 + 2 * k] + self.sure[:, 2 + 2 * k] for k, role in enumerate(ROLES)}


def tag_layer(words: Sequence[Word], encoded: Encoded, encoder: Encoder, name: str) -> Layer:
    """Parts of layer `name` ("tags" or "inner")."""
    emissions, transitions = encoded[name], encoder.matrices[f"{name}.transitions"]
    tags = viterbi(emissions, transitions)
    sure = posteriors(emissions, transitions)
    return Layer(encoded, encoder, words, sure, *(find_parts(tags, sure, role) for role in ROLES))


def find_parts(tags: Ints, sure: Floats, role: str) -> list[Role]:
    """Parts of one role: B starts one, I goes on with the one before, across any gap."""
    base = 1 + 2 * ROLES.index(role)
    parts: list[list[int]] = []
    for i in np.flatnonzero((tags == base) | (tags == base + 1)).tolist():
        if tags[i] == base or not parts:
            parts.append([i])
        else:
            parts[-1].append(i)
    mass = sure[:, base] + sure[:, base + 1]
    return [Role(tuple(p), float(mass[p].mean())) for p in parts]


def draft_statements(layer: Layer, inner: bool = False) -> list[Draft]:
    """One statement per content, with the cue that takes it and the source that this cue takes.

    Contents lead, not cues: annotators agree on what is said more than on the words that say so.
    """
    drafts = [_draft(layer, content, inner) for whole in layer.contents for content in split_content(layer, whole)]
    return _with_idle_sources(layer, _without_later_cues(layer, drafts))


def _without_later_cues(layer: Layer, drafts: list[Draft]) -> list[Draft]:
    """Cue and source of a later paragraph that have a content of their own there are not those of the paragraph before.

    Its speech runs on from what stands before it.
    """
    paragraph = [w.paragraph for w in layer.words]
    own = {(part, paragraph[d.content[0]]) for d in drafts for part in (d.cue, d.source) if part}

    def lent(d: Draft) -> bool:
        later = [p for p in (d.cue, d.source) if p and paragraph[p[0]] > paragraph[d.content[-1]]]
        bare = bool(later) and not d.cue and not _signs(layer, d.source, d.content)
        return bare or any((part, paragraph[part[0]]) in own for part in later)

    return [replace(d, source=(), cue=()) if lent(d) else d for d in drafts]


def _signs(layer: Layer, source: tuple[int, ...], content: tuple[int, ...]) -> bool:
    """Whether a source without a cue can be that of a content: not behind it in another paragraph, unless it stands alone."""
    here, there = layer.words[source[0]].paragraph, layer.words[content[-1]].paragraph
    return here <= there or sum(w.paragraph == here for w in layer.words) <= len(source) + SIGNED


def _with_idle_sources(layer: Layer, drafts: list[Draft]) -> list[Draft]:
    """A statement without a source takes the tagged source beside it that no other statement takes."""
    used = {i for d in drafts for i in d.source}
    idle = [s.words for s in layer.sources if not used.intersection(s.words)]
    out = []
    for d in drafts:
        near = [] if d.source else [s for s in idle if _gap(s, d.cue or d.content) <= BESIDE and not set(s) & set(d.content)]
        near = near if d.cue else [s for s in near if _signs(layer, s, d.content)]
        if near:
            best = min(near, key=lambda s: _gap(s, d.cue or d.content))
            idle.remove(best)
            d = replace(d, source=best)
        out.append(d)
    return out


def _gap(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return min(abs(i - j) for i in (a[0], a[-1]) for j in (b[0], b[-1]))


def split_content(layer: Layer, content: Role) -> list[Role]:
    """The stretches of an interrupted content, apart where different cues take them."""
    stretches = _stretches(layer.words, content.words)
    if len(stretches) == 1:
        return [content]
    groups: list[list[int]] = []
    owner: int | None = None
    for stretch in stretches:
        best, sure = layer.best_cue(stretch)
        cue = best if sure > LINKED else None
        apart = bool(groups) and _apart(layer.words, groups[-1], stretch)
        if groups and not apart and (cue is None or owner is None or cue == owner):
            groups[-1].extend(stretch)
            owner = owner if cue is None else cue
        else:
            groups.append(list(stretch))
            owner = cue
    mass = layer.masses["content"]
    return [Role(tuple(g), float(mass[g].mean())) for g in groups]


def _apart(words: Sequence[Word], before: Sequence[int], stretch: Sequence[int]) -> bool:
    """Whether speech cannot go on from one stretch to the next: over the end of a paragraph only an open quotation does."""
    if words[before[-1]].paragraph == words[stretch[0]].paragraph:
        return False
    return not any(words[i].quote == QuoteState.REOPENING for i in range(before[-1] + 1, stretch[0] + 1))


def _opens_anew(words: Sequence[Word], i: int) -> bool:
    """Whether word i opens a quotation of its own in a new paragraph."""
    return words[i].quote == QuoteState.OPENING and words[i].paragraph != words[i - 1].paragraph


def _stretches(words: Sequence[Word], content: tuple[int, ...]) -> list[list[int]]:
    out: list[list[int]] = []
    for i in content:
        if out and i == out[-1][-1] + 1 and not _opens_anew(words, i):
            out[-1].append(i)
        else:
            out.append([i])
    return out


def _draft(layer: Layer, content: Role, inner: bool) -> Draft:
    number, cue, sure = _cue_of(layer, content)
    source: tuple[int, ...] = ()
    if cue is not None:
        source = (number is not None and _tagged_source(layer, number)) or _likely_source(layer, cue, content)
    said = cue is not None and layer.words[cue.words[0]].text[0].isalnum()  # a mark tells who speaks, but is no word for it
    return Draft(source, cue.words if cue and said else (), content.words, content.probability * sure, inner)


def _cue_of(layer: Layer, content: Role) -> tuple[int | None, Role | None, float]:
    """The tagged cue that takes the content (and its number), else the likeliest untagged word; with the link's probability."""
    number, sure = layer.best_cue(content.words)
    if sure > LINKED:
        return number, layer.cues[number], sure
    candidates = _candidates(layer, content)
    if candidates:
        chances = layer.chances("content", candidates, list(content.words)).mean(1)
        best = int(chances.argmax())
        if chances[best] > LIKELY:
            return None, Role((candidates[best],), float(layer.masses["cue"][candidates[best]])), float(chances[best])
    return None, None, 0.5


def _candidates(layer: Layer, content: Role) -> list[int]:
    """Untagged words around a content that may be its cue."""
    first, last = content.words[0], content.words[-1]
    near = [*range(max(0, first - 40), first), *range(last + 1, min(len(layer.sure), last + 41))]
    near += [i for a, b in zip(content.words, content.words[1:], strict=False) for i in range(a + 1, b)]
    taken = {i for c in layer.cues for i in c.words}
    mass = layer.masses["cue"]
    return [i for i in near if mass[i] > POSSIBLE and i not in taken]


def _tagged_source(layer: Layer, cue: int) -> tuple[int, ...]:
    """Words of the tagged sources that a tagged cue takes."""
    at = layer.firsts[cue]
    near = [s for s in layer.sources if s.words[0] - NEAR <= at <= s.words[-1] + NEAR]
    chances = [layer.taking("source", cue, s.words) for s in near]
    taken = [s for s, p in zip(near, chances, strict=True) if p > 0.5]
    if chances and max(chances) > LINKED:
        best = near[int(np.argmax(chances))]
        taken = [s for s in taken if s is best or abs(s.words[0] - best.words[-1]) < TOGETHER] or [best]
    return tuple(sorted({i for s in taken for i in s.words}))


def _likely_source(layer: Layer, cue: Role, content: Role) -> tuple[int, ...]:
    """The words around a cue that are likeliest its source, though no tag says so."""
    mass, at = layer.masses["source"], cue.words[0]
    outside = set(range(max(0, at - NEAR), min(len(mass), at + NEAR))) - set(cue.words) - set(content.words)
    near = sorted(i for i in outside if mass[i] > POSSIBLE)
    if not near:
        return ()
    chances = layer.chances("source", [at], near)[0]
    best = near[int(chances.argmax())]
    return tuple(i for i, p in zip(near, chances, strict=True) if p > LINKED and abs(i - best) < 8)
