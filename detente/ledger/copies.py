"""Copies of one text, as several publishers print one wire report: MinHash over word shingles (Broder 1997).

A signature estimates the share of five-word shingles that two texts have in common; banding finds the pairs worth comparing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5  # words
PERMUTATIONS, BANDS = 64, 16
COPY = 0.55  # share of shingles in common from which two texts are copies: shortened ends and other headlines stay above
_PRIME = (1 << 31) - 1
_WORD = re.compile(r"\w+")
Signature = NDArray[np.uint32]


def signature(text: str) -> Signature:
    """The MinHash of a text; of one without words all ones, which is like nothing."""
    words = _WORD.findall(text.lower())
    shingles = {" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))} if words else set()
    if not shingles:
        return np.full(PERMUTATIONS, np.iinfo(np.uint32).max, np.uint32)
    hashes = np.fromiter((crc32(s.encode()) % _PRIME for s in sorted(shingles)), np.uint64, len(shingles))
    multipliers, offsets = _permutations()
    found: Signature = ((hashes[:, None] * multipliers + offsets) % _PRIME).min(axis=0).astype(np.uint32)
    return found


@lru_cache(maxsize=1)
def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    rng = np.random.default_rng(5)
    return (
        rng.integers(1, _PRIME, PERMUTATIONS, dtype=np.int64).astype(np.uint64),
        rng.integers(0, _PRIME, PERMUTATIONS, dtype=np.int64).astype(np.uint64),
    )


def likeness(one: Signature, other: Signature) -> float:
    """The estimated share of shingles in common, 0 to 1."""
    empty = np.iinfo(np.uint32).max
    return float(((one == other) & (one != empty)).mean())


def bands(found: Signature) -> list[int]:
    """A hash for each band: texts that share one are worth comparing. None for a text without words."""
    if (found == np.iinfo(np.uint32).max).all():
        return []
    return [crc32(part.tobytes()) for part in found.reshape(BANDS, -1)]


def to_bytes(found: Signature) -> bytes:
    return found.astype("<u4").tobytes()


def from_bytes(data: bytes) -> Signature:
    return np.frombuffer(data, "<u4").astype(np.uint32)
