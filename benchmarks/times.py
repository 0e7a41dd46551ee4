"""Quality and speed of time expressions: TempEval-3 measures against TimeML gold, and words per second on one core.

    python benchmarks/times.py GOLD [GOLD ...]

GOLD is JSON lines (gzipped or not), one document a line: {"id", "text", "dct": {"value"}, "timexes": [{"start", "end",
"type", "value"}]}. Spans count as found strictly (same span) or relaxed (overlapping); type and value are counted on
relaxed matches. Rates are precision, recall and F1 in percent.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from detente.read.timex import find_timexes
from detente.types import Timex

Document = dict[str, Any]
MEASURES = ("strict", "relaxed", "type", "value")


def documents(path: Path) -> list[Document]:
    """The documents of a JSON-lines file."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def published_at(document: Document) -> str | None:
    """Its creation time, or the date under which it was published; None where it has neither."""
    value = (document.get("dct") or {}).get("value") or document.get("published_at") or document.get("date")
    return str(value) if value else None


def counts(gold: list[dict[str, Any]], found: list[Timex]) -> Counter[str]:
    """Matches of one document; each found expression answers for one of the gold ones at most."""
    n = Counter(found=len(found), wanted=len(gold))
    left = list(found)
    for wanted in gold:
        exact = [t for t in left if (t.span.start, t.span.end) == (wanted["start"], wanted["end"])]
        near = exact or [t for t in left if t.span.start < wanted["end"] and wanted["start"] < t.span.end]
        if near:
            left.remove(near[0])
            n["strict"] += bool(exact)
            n["relaxed"] += 1
            n["type"] += near[0].type == wanted["type"]
            n["value"] += near[0].value == wanted["value"]
    return n


def rates(n: Counter[str], measure: str) -> list[float]:
    """Precision, recall and F1 in percent."""
    hit, found, wanted = n[measure], n["found"], n["wanted"]
    f1 = 2 * hit / (found + wanted) if found + wanted else 0.0
    return [round(100 * x, 1) for x in (hit / found if found else 0.0, hit / wanted if wanted else 0.0, f1)]


def report(path: Path) -> dict[str, Any]:
    """All measures for one file; time is processor time, so that a busy machine does not count against it."""
    gold = documents(path)
    find_timexes("Monday", None)  # reads the tables
    start = time.process_time()
    found = [find_timexes(document["text"], published_at(document)) for document in gold]
    seconds = time.process_time() - start
    n: Counter[str] = sum((counts(d["timexes"], f) for d, f in zip(gold, found, strict=True)), Counter())
    n_words = sum(len(document["text"].split()) for document in gold)
    return {
        "gold": path.name, "documents": len(gold), "timexes": n["wanted"],
        **{measure: rates(n, measure) for measure in MEASURES},
        "words_per_second": round(n_words / seconds),
    }  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        print(json.dumps(report(Path(name))))
