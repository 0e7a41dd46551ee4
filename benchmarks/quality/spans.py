"""Time expressions (TempEval-3 measures) and loaded words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from benchmarks.quality.rates import Rates, Row, f1, words


def times(golds: Sequence[Row], readings: Sequence[Row]) -> Rates:
    """F1 of strict and relaxed spans, and of type and value on relaxed matches."""
    n: Counter[str] = Counter()
    for gold, reading in zip(golds, readings, strict=True):
        left = list(reading["timexes"])
        n.update(found=len(left), wanted=len(gold["timexes"]))
        for wanted in gold["timexes"]:
            exact = [t for t in left if (t["start"], t["end"]) == (wanted["start"], wanted["end"])]
            near = exact or [t for t in left if t["start"] < wanted["end"] and wanted["start"] < t["end"]]
            if near:
                left.remove(near[0])
                n.update(strict=bool(exact), relaxed=1)
                n.update({k: near[0][k] == wanted[k] for k in ("type", "value")})
    return {f"{k} F1": f1(n[k], n["found"], n["wanted"])["F1"] for k in ("strict", "relaxed", "type", "value")}


def loaded(golds: Sequence[Row], readings: Sequence[Row]) -> Rates:
    """Sentences with a loaded span against those called biased, and their words against the marked words."""
    n: Counter[str] = Counter()
    for gold, reading in zip(golds, readings, strict=True):
        biased, found = gold["bias"] == "Biased", reading["loaded"]
        n.update(found=bool(found), wanted=biased, hit=biased and bool(found))
        own, marked = words(s["text"] for s in found), words(gold["biased_words"])
        n.update({"words found": len(own), "words wanted": len(marked), "words hit": len(own & marked)})
    sentence, marked_words = (
        f1(n[f"{kind}hit"], n[f"{kind}found"], n[f"{kind}wanted"]) for kind in ("", "words ")
    )  # fmt: skip
    return {"sentence F1": sentence["F1"], "words P": marked_words["P"], "words F1": marked_words["F1"]}
