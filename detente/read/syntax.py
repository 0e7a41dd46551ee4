"""Sentences, parts of speech, names and dependency trees of one article, decoded from the encoder's rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente.read.decoding import Ints, label_classes, link_scores, spanning_tree
from detente.read.encoder import Encoded, Encoder
from detente.read.words import QuoteState, Word
from detente.types import Span

MAX_SENTENCE = 160  # words; a longer one is a list or a table, and its tree would cost its square


@dataclass(frozen=True)
class Syntax:
    """Universal Dependencies analysis. Heads are word indexes in the article; a root is its own head.

    `sentences` are half-open ranges of words. `names` are BIO tags of PER, ORG, LOC, MISC.
    """

    words: Sequence[Word]
    sentences: list[tuple[int, int]]
    heads: list[int]
    relations: list[str]
    upos: list[str]
    xpos: list[str]
    names: list[str]

    @cached_property
    def children(self) -> list[list[int]]:
        """Dependents of each word, in order."""
        out: list[list[int]] = [[] for _ in self.words]
        for i, head in enumerate(self.heads):
            if head != i:
                out[head].append(i)
        return out

    @cached_property
    def sentence_of(self) -> list[int]:
        """Number of the sentence of each word."""
        return [k for k, (a, b) in enumerate(self.sentences) for _ in range(a, b)]

    def dependents(self, i: int, *relations: str) -> list[int]:
        """Children of word i by relation; a bare relation takes its subtypes too ("nsubj" takes "nsubj:pass")."""
        wanted = set(relations)
        return [c for c in self.children[i] if self.relations[c] in wanted or self.relations[c].split(":")[0] in wanted]

    def subtree(self, i: int) -> list[int]:
        """Word i and all below it, in order."""
        out, stack = [], [i]
        while stack:
            j = stack.pop()
            out.append(j)
            stack.extend(self.children[j])
        return sorted(out)

    def ancestors(self, i: int) -> Iterator[int]:
        """Heads of word i upward, without itself."""
        while self.heads[i] != i:
            i = self.heads[i]
            yield i

    def span(self, first: int, last: int) -> Span:
        """Characters from word `first` to word `last`, inclusive."""
        return Span(self.words[first].start, self.words[last].end)


def analyse(words: Sequence[Word], encoded: Encoded, encoder: Encoder) -> Syntax:
    """Decode one article."""
    sentences = find_sentences(words, encoded)
    heads, relations = _trees(sentences, encoded, encoder)
    classes = encoder.classes
    columns = {name: [classes[name][k] for k in encoded[name].argmax(1)] for name in ("upos", "xpos", "names")}
    return Syntax(words, sentences, heads, [classes["relations"][r] for r in relations], **columns)


def find_sentences(words: Sequence[Word], encoded: Encoded) -> list[tuple[int, int]]:
    """Half-open word ranges. A new paragraph starts a sentence; so does whatever the model says does.

    A closing quotation mark never starts one: it belongs to the sentence it closes.
    """
    starts = encoded["starts"][:, 0] > 0 if len(words) else np.zeros(0, dtype=bool)
    edges: list[int] = []
    for i, word in enumerate(words):
        new_paragraph = i == 0 or word.paragraph != words[i - 1].paragraph
        if new_paragraph or (starts[i] and word.quote != QuoteState.CLOSING) or i - edges[-1] >= MAX_SENTENCE:
            edges.append(i)
    return list(zip(edges, [*edges[1:], len(words)], strict=True)) if edges else []


def _trees(sentences: list[tuple[int, int]], encoded: Encoded, encoder: Encoder) -> tuple[list[int], Ints]:
    m = encoder.matrices
    left, right = encoded["arcs.left"], encoded["arcs.right"]
    heads = np.zeros(len(left), dtype=np.int64)
    for a, b in sentences:
        scores = link_scores(left[a:b], right[a:b], m["arcs.weight"], m["arcs.bias"], float(m["arcs.offset"]))
        heads[a:b] = spanning_tree(scores) + a
    dependents, governors = encoded["label_dependent"], encoded["label_head"]
    relations = label_classes(dependents, governors[heads], m["labels"]) if len(left) else heads
    return heads.tolist(), relations
