"""From documents to batches: windows cut at a random offset each epoch, labels as padded tensors."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from detente.read.actors import ActorTable
from detente.read.masking import masked_by
from detente.read.pieces import Pieces, Vocabulary, Window, batch_arrays
from detente.read.predicates import WIDTH, lexicon_features
from reader.corpora import UNKNOWN, Document
from reader.model import RELATIONS

_RELATION_ID = {r: i for i, r in enumerate(RELATIONS)}
WORD_LAYERS = ("tags", "inner", "upos", "xpos", "heads", "starts", "names")


@dataclass(slots=True)
class Example:
    """A document ready to be cut: word pieces, and one array per label layer (None: unlabelled)."""

    doc: Document
    pieces: Pieces
    layers: dict[str, np.ndarray]


def prepare(doc: Document, vocabulary: Vocabulary) -> Example:
    """Pieces and label arrays of a document."""
    layers = {k: np.array(getattr(doc, k), dtype=np.int64) for k in WORD_LAYERS if getattr(doc, k) is not None}
    if doc.relations is not None:
        layers["relations"] = np.array([_RELATION_ID.get(r, UNKNOWN) for r in doc.relations], dtype=np.int64)
    shown = doc.shown or masked_by(ActorTable.shipped(), doc.words)
    layers["lexicon"] = lexicon_features([w.text for w in shown])
    layers.update({k: np.asarray(v) for k, v in doc.extra.items() if isinstance(v, (list, np.ndarray))})
    return Example(doc, vocabulary.pieces(shown), layers)


def cut(example: Example, size: int, rng: random.Random) -> Iterator[Window]:
    """Windows side by side, the first of a random length, so that no word always stands at an edge."""
    n = len(example.doc.words)
    if not n:
        return
    if example.pieces.last[-1] < size:
        yield Window(0, n)
        return
    offset = rng.randrange(size // 4, size)
    stop = int(np.searchsorted(example.pieces.last, offset))
    yield Window(0, max(1, stop))
    start = max(1, stop)
    while start < n:
        stop = int(np.searchsorted(example.pieces.last, example.pieces.first[start] + size, side="left"))
        yield Window(start, max(stop, start + 1))
        start = max(stop, start + 1)


def _labelled(example: Example, window: Window) -> bool:
    """Whether the window teaches anything: articles of events have few annotated sentences."""
    if "triggers" not in example.layers or "tags" in example.layers:
        return True
    return bool((example.layers["triggers"][window.start : window.stop] != UNKNOWN).any())


def epoch(examples: list[Example], size: int, batch_pieces: int, rng: random.Random) -> list[list[tuple[Example, Window]]]:
    """All windows of one epoch in batches of windows of like length, in random order."""
    items = [(e, w) for e in examples for w in cut(e, size, rng) if _labelled(e, w)]
    rng.shuffle(items)
    items.sort(key=lambda x: (length(x) // 24, rng.random()))
    batches: list[list[tuple[Example, Window]]] = []
    current: list[tuple[Example, Window]] = []
    longest = 0
    for item in items:
        longest_if = max(longest, length(item))
        if current and longest_if * (len(current) + 1) > batch_pieces:
            batches.append(current)
            current, longest_if = [], length(item)
        current.append(item)
        longest = longest_if
    batches.append(current)
    rng.shuffle(batches)
    return batches


def length(item: tuple[Example, Window]) -> int:
    """Pieces of a window, with [CLS] and [SEP]."""
    example, window = item
    return int(example.pieces.last[window.stop - 1] - example.pieces.first[window.start]) + 3


def tensors(items: list[tuple[Example, Window]]) -> dict[str, Tensor]:
    """Inputs and labels of a batch. Labels outside the corpus' layers are UNKNOWN; heads outside the window too."""
    arrays = batch_arrays([(e.pieces, w) for e, w in items])
    rows, words = arrays["first"].shape
    out = {k: torch.from_numpy(v) for k, v in arrays.items()}
    names = sorted({k for e, _ in items for k in e.layers})
    for name in names:
        kind = next(e.layers[name].dtype for e, _ in items if name in e.layers)
        padded = (
            np.full((rows, words), UNKNOWN, dtype=kind) if name != "lexicon" else np.zeros((rows, words, WIDTH), dtype=kind)
        )
        for row, (e, w) in enumerate(items):
            if name in e.layers:
                part = e.layers[name][w.start : w.stop].copy()
                if name == "heads":
                    inside = (part >= w.start) & (part < w.stop)
                    part = np.where(inside, part - w.start, UNKNOWN)
                padded[row, : w.stop - w.start] = part
        out[name] = torch.from_numpy(padded)
    present = np.zeros((rows, words), dtype=np.float32)
    for row, (_, w) in enumerate(items):
        present[row, : w.stop - w.start] = 1
    out["present"] = torch.from_numpy(present)
    return out


def link_tensors(items: list[tuple[Example, Window]], words: int) -> dict[str, Tensor] | None:
    """Cues of a batch: `row`, `cue` (n,), and membership of each word in its source and content (n, words)."""
    rows, cues, sources, contents = [], [], [], []
    for row, (e, w) in enumerate(items):
        for cue, source, content in e.doc.links:
            if w.start <= cue < w.stop:
                rows.append(row)
                cues.append(cue - w.start)
                sources.append(_membership(source, w, words))
                contents.append(_membership(content, w, words))
    if not rows:
        return None
    return {
        "row": torch.tensor(rows), "cue": torch.tensor(cues),
        "source": torch.from_numpy(np.stack(sources)), "content": torch.from_numpy(np.stack(contents)),
    }  # fmt: skip


def _membership(indexes: list[int], window: Window, words: int) -> np.ndarray:
    out = np.zeros(words, dtype=np.float32)
    for i in indexes:
        if window.start <= i < window.stop:
            out[i - window.start] = 1
    return out


def party_tensors(items: list[tuple[Example, Window]]) -> dict[str, Tensor] | None:
    """Events of a batch and who may take part in them; None where it has none that are taught.

    Per mention: `row`, `trigger`, `word` (places in the batch) and `code` (number of the code it stands for, over all
    events); per code: `gold`, whether it is actor and recipient, (codes, 2).
    """
    mentions: list[tuple[int, int, int, int]] = []
    gold: list[list[int]] = []
    for row, (e, w) in enumerate(items):
        for event in e.doc.extra.get("events", ()) if teaches_parties(e.doc.id) else ():
            if w.start <= event.trigger < w.stop:
                inside = [(word, code) for word, code in event.named if w.start <= word < w.stop]
                codes = list(dict.fromkeys(code for _, code in inside))
                numbers = {code: len(gold) + k for k, code in enumerate(codes)}
                mentions += [(row, event.trigger - w.start, word - w.start, numbers[code]) for word, code in inside]
                gold += [[int(code in event.actors), int(code in event.recipients)] for code in codes]
    if not gold:
        return None
    columns = torch.tensor(mentions).T
    names = ("row", "trigger", "word", "code")
    return dict(zip(names, columns, strict=True)) | {"gold": torch.tensor(gold, dtype=torch.float32)}


def teaches_parties(name: str) -> bool:
    """All but about one document of seven, in which the links meet the traits as they will in a new text: see `parties`."""
    return crc32(name.encode()) % 7 != 0
