"""The fitted encoder: rows of numbers for the words of many articles at once.

The model sees windows of 254 pieces. Windows overlap, and each word's row comes from the window in
which it stands most central, so that no word is read without its surroundings.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from detente.errors import ModelMissing
from detente.read.pieces import MAX_PIECES_PER_WORD, Pieces, Vocabulary, Window, batch_arrays, find_windows
from detente.read.predicates import lexicon_features
from detente.read.words import Word

Floats = npt.NDArray[np.float32]

WINDOW, OVERLAP = 254, 64  # pieces
_SLOW = ["SkipLayerNormFusion"]  # on a CPU the fused operator takes four times as long as its two parts


@dataclass(frozen=True)
class Encoded:
    """What the model says of the words of one article: one row per word, columns by name."""

    rows: Floats
    fields: dict[str, tuple[int, int]]

    def __getitem__(self, name: str) -> Floats:
        """Columns of one head, (words, width)."""
        start, end = self.fields[name]
        return self.rows[:, start:end]


@dataclass(frozen=True)
class Encoder:
    """The ONNX graph of the package with the matrices and names that decoding needs."""

    session: onnxruntime.InferenceSession
    vocabulary: Vocabulary
    matrices: dict[str, Floats]
    fields: dict[str, tuple[int, int]]
    classes: dict[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Path, threads: int = 0) -> Encoder:
        """The model of `folder`; ModelMissing names the file that is not there. threads 0: as many as there are cores."""
        for name in ("reader.onnx", "reader.json", "decoding.npz", "tokenizer.json"):
            if not (folder / name).exists():
                raise ModelMissing(f"{folder / name} is missing: the reader model is incomplete; install the package again")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(folder / "reader.onnx"), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW
        )
        described = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        fields = {k: (v[0], v[1]) for k, v in described.pop("fields").items()}
        with np.load(folder / "decoding.npz") as stored:
            matrices = {k: stored[k] for k in stored.files}
        classes = {k: tuple(v) for k, v in described.items()}
        return cls(session, Vocabulary(folder / "tokenizer.json"), matrices, fields, classes)

    @cached_property
    def width(self) -> int:
        """Columns per word."""
        return max(end for _, end in self.fields.values())

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """What the graph asks for; one that reads a single window needs no mask."""
        return tuple(one.name for one in self.session.get_inputs())

    def encode(self, texts: Sequence[Sequence[Word]]) -> list[Encoded]:
        """Rows of the words of each text.

        Each window is read by itself: activations are quantized by the largest of what is read together, so that a
        neighbour in a batch would change a reading; and one window fills two cores already.
        """
        pieces = [self.vocabulary.pieces(words) for words in texts]
        lexicons = [lexicon_features([w.text for w in words]) for words in texts]
        rows = [np.zeros((len(words), self.width), dtype=np.float32) for words in texts]
        for job in (job for number, p in enumerate(pieces) for job in _jobs(number, p)):
            window, keep = job.window, job.keep
            inputs: dict[str, npt.NDArray[Any]] = dict(batch_arrays([(pieces[job.text], window)]))
            inputs["lexicon"] = lexicons[job.text][None, window.start : window.stop]
            fields = self.session.run(["fields"], {name: inputs[name] for name in self.inputs})[0][0]
            rows[job.text][keep.start : keep.stop] = fields[keep.start - window.start : keep.stop - window.start]
        return [Encoded(r, self.fields) for r in rows]


@lru_cache(maxsize=2)
def shipped_encoder(threads: int = 0) -> Encoder:
    """The model inside the package, loaded once."""
    return Encoder.load(Path(str(files("detente") / "model")), threads)


@dataclass(frozen=True, slots=True)
class _Job:
    text: int
    window: Window
    keep: Window  # the words whose rows are taken from this window


def _jobs(number: int, pieces: Pieces) -> list[_Job]:
    """Windows of one text; neighbours share their overlap half and half."""
    size = _even_size(int(pieces.last[-1]) + 1) if len(pieces.last) else WINDOW
    windows = list(find_windows(pieces, size, size - OVERLAP))
    borders = [0] + [(a.stop + b.start) // 2 for a, b in itertools.pairwise(windows)] + [len(pieces.first)]
    return [_Job(number, w, Window(borders[k], borders[k + 1])) for k, w in enumerate(windows)]


def _even_size(total: int) -> int:
    """Pieces of a window, if a text of `total` pieces is cut into few windows of one size: attention grows with its square."""
    number = max(1, math.ceil((total - OVERLAP) / (WINDOW - OVERLAP)))
    even = math.ceil((total + (number - 1) * OVERLAP) / number)
    return min(WINDOW, even + MAX_PIECES_PER_WORD)
