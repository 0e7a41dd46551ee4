"""Corpora as labelled documents: words of the text as the reader sees them, and what is known of each word.

Every loader yields `Document`. A label of `UNKNOWN` (-100) means that the corpus does not say; the loss skips it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from detente.read.words import Word, find_words

UNKNOWN = -100
ROLES = ("source", "cue", "content")
TAGS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
UPOS = tuple("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split())
XPOS = tuple(
    "# $ '' , -LRB- -RRB- . : ADD AFX CC CD DT EX FW GW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS NNS PDT POS PRP PRP$ "
    "RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB XX ``".split()
)
NAMES = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")
# Hosts of GUM documents under CC BY, CC BY-SA or in the public domain (works of the US government):
# weights fitted to these may be shipped. Everything else in GUM stays out.
GUM_OPEN_HOSTS = {
    "en.wikinews.org", "en.wikipedia.org", "en.wikivoyage.org", "en.wikisource.org", "journals.plos.org", "www.mdpi.com",
    "www.presidency.ucsb.edu", "www.whitehouse.gov", "www.supremecourt.gov", "www.speaker.gov", "www.congress.gov",
}  # fmt: skip


@dataclass(slots=True)
class Document:
    """A text with labels per word. Lists are as long as `words`; None where the corpus has no such layer."""

    id: str
    text: str
    words: list[Word]
    shown: list[Word] | None = None  # as the encoder sees them, where other actors than the shipped ones are known
    tags: list[int] | None = None  # outermost attribution, index into TAGS
    inner: list[int] | None = None  # attribution reported inside a content, index into TAGS
    links: list[tuple[int, list[int], list[int]]] = field(default_factory=list)  # cue word, source words, content words
    upos: list[int] | None = None
    xpos: list[int] | None = None
    heads: list[int] | None = None  # word index; the word itself for a root; UNKNOWN where words do not align
    relations: list[str] | None = None
    starts: list[int] | None = None  # 1 where a sentence starts
    names: list[int] | None = None
    extra: dict[str, Any] = field(default_factory=dict)  # layers of single tasks, see training/reader/tasks.py


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a JSON-lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _overlapping(words: list[Word], spans: Iterable[Iterable[int]]) -> list[int]:
    """Indexes of the words that overlap the spans; annotators slip inside words, so overlap decides."""
    from bisect import bisect_left

    ends = [w.end for w in words]
    found: list[int] = []
    for s, e in spans:
        i = bisect_left(ends, s + 1)
        while i < len(words) and words[i].start < e:
            found.append(i)
            i += 1
    return sorted(set(found))


def attribution_layers(doc: Document, attributions: list[dict[str, Any]]) -> None:
    """Fill `tags`, `inner` and `links` from spans; an attribution inside another's content goes to `inner`."""
    n = len(doc.words)
    doc.tags, doc.inner, doc.links = [0] * n, [0] * n, []
    parts = [{role: _overlapping(doc.words, a[role]) for role in ROLES} for a in attributions]
    contents = [set(p["content"]) for p in parts]
    order = sorted(range(len(parts)), key=lambda i: -len(contents[i]))
    for i in order:
        own = set(parts[i]["cue"]) or contents[i]
        depth = sum(1 for j in order if j != i and own and own <= contents[j] and contents[j] != contents[i])
        layer = doc.tags if depth == 0 else doc.inner
        if depth > 1:
            continue
        for role in ROLES:
            _paint(layer, parts[i][role], role)
        anchor = (parts[i]["cue"] or parts[i]["content"])[:1]
        if anchor:
            doc.links.append((anchor[0], parts[i]["source"], parts[i]["content"]))


def _paint(layer: list[int], indexes: list[int], role: str) -> None:
    """B on the first word only, I on all others: a gap does not start a new span."""
    base = 1 + 2 * ROLES.index(role)
    for k, i in enumerate(indexes):
        if layer[i] == 0 or (base == 3 and layer[i] >= 5):
            layer[i] = base if k == 0 else base + 1


def load_polnear(path: Path) -> Iterator[Document]:
    """PolNeAR articles with attribution, silver names and silver sentence starts of CoreNLP."""
    for row in read_lines(path):
        doc = Document(row["id"], row["text"], find_words(row["text"]))
        attribution_layers(doc, row["attributions"])
        doc.inner = None  # PolNeAR marks no attribution inside another
        _silver_layers(doc, row["sentences"])
        yield doc


_CORENLP_NAMES = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC", "MISC": "MISC"}


def _silver_layers(doc: Document, sentences: list[list[list[Any]]]) -> None:
    by_start = {w.start: i for i, w in enumerate(doc.words)}
    doc.starts, doc.names = [0] * len(doc.words), [0] * len(doc.words)
    for sentence in sentences:
        first = next((by_start[t[0]] for t in sentence if t[0] in by_start), None)
        if first is not None:
            doc.starts[first] = 1
        previous = ""
        for start, _end, _lemma, _pos, name, *_ in sentence:
            kind = _CORENLP_NAMES.get(name, "")
            if start in by_start and kind:
                doc.names[by_start[start]] = NAMES.index(("I-" if kind == previous else "B-") + kind)
            previous = kind if start in by_start else previous


def load_treebank(path: Path, *, open_only: bool = False) -> Iterator[Document]:
    """Documents of a CoNLL-U file; with `open_only`, those from `GUM_OPEN_HOSTS`."""
    opener = gzip.open if path.suffix == ".gz" else open
    sentences: list[_Sentence] = []
    doc_id, host, keep = "", "", True
    with opener(path, "rt", encoding="utf-8") as file:
        block: list[str] = []
        for line in file:
            if line.strip():
                block.append(line.rstrip("\n"))
                continue
            new = next((x.split("=", 1)[1].strip() for x in block if x.startswith("# newdoc id")), None)
            if new is not None:
                if sentences and keep:
                    yield _document(doc_id, sentences)
                sentences, doc_id = [], new
                url = next((x.split("=", 1)[1].strip() for x in block if x.startswith("# meta::sourceURL")), "")
                host = urlparse(url).netloc
                keep = not open_only or host in GUM_OPEN_HOSTS
            sentences.append(_Sentence.parse(block))
            block = []
    if sentences and keep:
        yield _document(doc_id, sentences)


@dataclass(slots=True)
class _Sentence:
    text: str
    tokens: list[tuple[int, int, str, str, int, str]]  # start, end, upos, xpos, head (0: root), relation
    new_paragraph: bool
    ids: str = ""

    @classmethod
    def parse(cls, block: list[str]) -> _Sentence:
        text = next(x[len("# text = ") :] for x in block if x.startswith("# text = "))
        sent_id = next((x.split("=", 1)[1].strip() for x in block if x.startswith("# sent_id")), "")
        rows = [x.split("\t") for x in block if not x.startswith("#")]
        tokens, position = [], 0
        for row in rows:
            if "-" in row[0]:  # a contraction: its parts are found one after the other
                continue
            if "." in row[0]:  # an empty node of the enhanced graph
                continue
            form = row[1]
            at = text.find(form, position)
            if at < 0 or at > position + 3:  # parts of a contraction that are not substrings
                at = position
                while at < len(text) and text[at].isspace():
                    at += 1
                form = ""
            end = at + len(form)
            tokens.append((at, end, row[3], row[4], int(row[6]), row[7]))
            position = max(position, end)
        return cls(text, tokens, any(x.startswith("# newpar") for x in block), sent_id)


def _document(doc_id: str, sentences: list[_Sentence]) -> Document:
    text, offsets = "", []
    for k, s in enumerate(sentences):
        text += ("\n\n" if s.new_paragraph else " ") if k else ""
        offsets.append(len(text))
        text += s.text
    doc = Document(doc_id, text, find_words(text))
    n = len(doc.words)
    at = {(w.start, w.end): i for i, w in enumerate(doc.words)}
    doc.upos, doc.xpos, doc.heads = [UNKNOWN] * n, [UNKNOWN] * n, [UNKNOWN] * n
    doc.relations, doc.starts = ["_"] * n, [0] * n
    by_start = {w.start: i for i, w in enumerate(doc.words)}
    doc.extra["tokens"] = {}
    for s, offset in zip(sentences, offsets, strict=True):
        if offset in by_start:
            doc.starts[by_start[offset]] = 1
        index = [at.get((a + offset, b + offset)) for a, b, *_ in s.tokens]
        for t, (i, (_, _, upos, xpos, head, relation)) in enumerate(zip(index, s.tokens, strict=True)):
            if i is None:
                continue
            doc.extra["tokens"][s.ids, t + 1] = i
            doc.upos[i] = UPOS.index(upos) if upos in UPOS else UNKNOWN
            doc.xpos[i] = XPOS.index(xpos) if xpos in XPOS else UNKNOWN
            target = i if head == 0 else index[head - 1]
            if target is not None:
                doc.heads[i], doc.relations[i] = target, relation
    return doc
