"""Words as the encoder takes them: WordPiece ids with shape and quotation state, cut into windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from detente.read.words import Shape, Word

Ints = npt.NDArray[np.int64]

CLS, SEP, PAD, BREAK = 101, 102, 0, 2  # BREAK is [unused1]: a paragraph ends here
MAX_PIECES_PER_WORD = 6
_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "…": ".", "–": "-", "—": "-"}
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces of one text. `ids`, `shapes`, `quotes`: one per piece; `first`, `last`: one per word, inclusive."""

    ids: Ints
    shapes: Ints
    quotes: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True, slots=True)
class Window:
    """Words [start, stop) of a text, read by the encoder in one pass."""

    start: int
    stop: int


class Vocabulary:
    """WordPiece ids of words. Quotation marks and dashes lose their form here and keep it in `Word.quote`."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        if self._tokenizer.token_to_id("[CLS]") != CLS or self._tokenizer.token_to_id("said") != 2056:
            raise ValueError(f"{path} is not the vocabulary of the reader model: 'said' should have id 2056")
        self.ids_of = lru_cache(maxsize=100_000)(self._ids_of)

    def _ids_of(self, word: str) -> tuple[int, ...]:
        ids = self._tokenizer.encode(word.translate(_PLAIN), add_special_tokens=False).ids
        return tuple(ids[:MAX_PIECES_PER_WORD]) or (100,)

    def pieces(self, words: Sequence[Word]) -> Pieces:
        """Pieces of all words, with a BREAK before each new paragraph."""
        ids: list[int] = []
        shapes: list[int] = []
        quotes: list[int] = []
        first: list[int] = []
        last: list[int] = []
        paragraph = 0
        for word in words:
            if word.paragraph != paragraph:
                ids.append(BREAK)
                shapes.append(Shape.PUNCTUATION)
                quotes.append(0)
                paragraph = word.paragraph
            own = self.ids_of(word.text)
            first.append(len(ids))
            ids.extend(own)
            shapes.extend([word.shape] * len(own))
            quotes.extend([word.quote] * len(own))
            last.append(len(ids) - 1)
        return Pieces(*(np.array(x, dtype=np.int64) for x in (ids, shapes, quotes, first, last)))


def find_windows(pieces: Pieces, size: int, stride: int) -> Iterator[Window]:
    """Windows of at most `size` pieces that start about `stride` pieces apart and cover every word."""
    n = len(pieces.first)
    start = 0
    while start < n:
        limit = pieces.first[start] + size
        stop = int(np.searchsorted(pieces.last, limit, side="left"))
        stop = max(stop, start + 1)
        yield Window(start, stop)
        if stop >= n:
            return
        following = int(np.searchsorted(pieces.first, pieces.first[start] + stride, side="left"))
        start = min(max(following, start + 1), stop)


def batch_arrays(items: Sequence[tuple[Pieces, Window]]) -> dict[str, Ints]:
    """Padded inputs of the encoder: `ids`, `shapes`, `quotes`, `mask` (batch, pieces) and `first` (batch, words).

    Padding words point at piece 0 and are to be ignored by whoever reads the outputs.
    """
    lengths = [int(p.last[w.stop - 1] - p.first[w.start]) + 3 for p, w in items]
    n_words = max(w.stop - w.start for _, w in items)
    shape = (len(items), max(lengths))
    out = {k: np.zeros(shape, dtype=np.int64) for k in ("ids", "shapes", "quotes", "mask")}
    out["shapes"][:] = Shape.PUNCTUATION
    out["first"] = np.zeros((len(items), n_words), dtype=np.int64)
    for row, ((p, w), length) in enumerate(zip(items, lengths, strict=True)):
        a, b = p.first[w.start], p.last[w.stop - 1] + 1
        out["ids"][row, 0], out["ids"][row, length - 1] = CLS, SEP
        out["ids"][row, 1 : length - 1] = p.ids[a:b]
        out["shapes"][row, 1 : length - 1] = p.shapes[a:b]
        out["quotes"][row, 1 : length - 1] = p.quotes[a:b]
        out["mask"][row, :length] = 1
        out["first"][row, : w.stop - w.start] = p.first[w.start : w.stop] - a + 1
    return out
