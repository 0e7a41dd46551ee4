"""What all measures share: JSON lines, sets of characters and words, precision, recall and F1."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Rates = dict[str, float]


def rows(path: Path) -> list[Row]:
    """The objects of a JSON-lines file, gzipped or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def f1(hits: int, found: int, wanted: int) -> Rates:
    """Precision, recall and F1 in percent; 0 where nothing was found or wanted."""
    p, r = hits / found if found else 0.0, hits / wanted if wanted else 0.0
    return {"P": 100 * p, "R": 100 * r, "F1": 200 * p * r / (p + r) if p + r else 0.0}


def share(part: int, whole: int) -> float:
    """Percent; 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def spans(part: Any) -> list[tuple[int, int]]:
    """Spans of a part as readings have it ({"spans": ...}, null) or as gold has it ([[start, end], ...])."""
    if not part:
        return []
    if isinstance(part, list):
        return [(s[0], s[1]) for s in part]
    return [(s["start"], s["end"]) for s in part["spans"]]


def characters(part: Any, text: str) -> frozenset[int]:
    """Places of the letters and digits of a part: blanks and signs never decide a match."""
    return frozenset(i for a, b in spans(part) for i in range(a, min(b, len(text))) if text[i].isalnum())


_FUNCTION_WORDS = {"", "the", "a", "an", "of", "and", "in", "to"}


def words(texts: Iterable[str]) -> set[str]:
    """Words of some texts in lower case, without signs and function words."""
    return {w.strip(".,;:'\"“”‘’()").lower() for text in texts for w in text.split()} - _FUNCTION_WORDS
