"""Who said what: characters of sources, cues and contents, whole relations, and who the speakers are.

A statement is found where its content shares at least half of the characters of both with a gold content, one to one, the
best matches first. It is right where the sources touch, or where neither has one. A gold statement without source whose
speaker is known is a quotation that runs on: any source is right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.quality.rates import Rates, Row, characters, f1, share, spans

ROLES = ("source", "cue", "content")
Characters = dict[str, frozenset[int]]


@dataclass(frozen=True)
class Document:
    """Gold and reading of one article, with their matches (found, wanted)."""

    gold: Row
    statements: list[Row]
    found: list[Characters]
    wanted: list[Characters]

    @classmethod
    def of(cls, gold: Row, reading: Row) -> Document:
        text, statements = gold["text"], reading["statements"]
        found = [{role: characters(s[role], text) for role in ROLES} for s in statements]
        return cls(gold, statements, found, [{role: characters(a[role], text) for role in ROLES} for a in gold["attributions"]])

    def matches(self, sources_first: bool = False) -> list[tuple[int, int]]:
        """Greedy one-to-one matches; `sources_first` prefers a statement whose source is right, as speakers need it."""
        both = [
            (len(f["content"] & w["content"]) / len(f["content"] | w["content"]), bool(f["source"] & w["source"]), i, j)
            for i, f in enumerate(self.found)
            for j, w in enumerate(self.wanted)
            if f["content"] & w["content"]
        ]
        order = sorted(both, key=lambda m: (sources_first and m[1], m[0], m[2], m[3]), reverse=True)
        taken: list[tuple[int, int]] = []
        for overlap, _, i, j in order:
            if overlap >= 0.5 and not any(i == a or j == b for a, b in taken):
                taken.append((i, j))
        return taken

    def right(self, i: int, j: int) -> bool:
        """Whether the source of a match is right."""
        theirs, ours = self.found[i]["source"], self.wanted[j]["source"]
        runs_on = not ours and bool(self.gold["attributions"][j].get("speaker"))
        return bool(theirs & ours) or not (theirs or ours) or runs_on


def attribution(golds: Sequence[Row], readings: Sequence[Row]) -> Rates:
    """Character rates per role, relation rates, recall of direct, mixed and indirect statements."""
    documents = [Document.of(g, r) for g, r in zip(golds, readings, strict=True)]
    out: Rates = {}
    for role in ROLES:
        n: Counter[str] = Counter()
        for d in documents:
            found, wanted = (frozenset().union(*(x[role] for x in side)) for side in (d.found, d.wanted))
            n.update(hit=len(found & wanted), found=len(found), wanted=len(wanted))
        out |= {f"{role} characters {k}": v for k, v in f1(n["hit"], n["found"], n["wanted"]).items()}
    return out | _relations(documents)


def _relations(documents: Sequence[Document]) -> Rates:
    n: Counter[str] = Counter()
    for d in documents:
        kinds = [directness(spans(a["content"]), d.gold["text"]) if a["content"] else "" for a in d.gold["attributions"]]
        right = [j for i, j in d.matches() if d.right(i, j)]
        n.update(hit=len(right), found=len(d.found), wanted=len(d.wanted))
        n.update(f"{kind} wanted" for kind in kinds if kind)
        n.update(f"{kinds[j]} hit" for j in right)
    relation = {f"relation {k}": v for k, v in f1(n["hit"], n["found"], n["wanted"]).items()}
    return relation | {f"{k} recall": share(n[f"{k} hit"], n[f"{k} wanted"]) for k in ("direct", "mixed", "indirect")}


def directness(content: Sequence[tuple[int, int]], text: str) -> str:
    """direct, mixed or indirect, by where quotation marks stand in and around a gold content."""
    surface = " ".join(text[max(0, a - 1) : b + 1] for a, b in content)
    if not any(mark in surface for mark in '"“”'):
        return "indirect"
    first, last = content[0][0], content[-1][1]
    opens, closes = text[max(0, first - 1) : first + 1], text[max(0, last - 2) : last + 1]
    return "direct" if all(any(mark in edge for mark in '"“”') for edge in (opens, closes)) else "mixed"


def speakers(golds: Sequence[Row], readings: Sequence[Row]) -> Rates:
    """Of the statements found: surname and code of the speaker. Of the gold alterations: those found at their place."""
    n: Counter[str] = Counter()
    for gold, reading in zip(golds, readings, strict=True):
        document = Document.of(gold, reading)
        for i, j in document.matches(sources_first=True):
            n.update(_compared(document.statements[i], gold["attributions"][j]))
        found = {(a["start"], a["end"]) for s in document.statements for a in s["alterations"]}
        wanted = {(a[0], a[1]) for g in gold["attributions"] for a in g.get("alterations") or ()}
        n.update({"alterations": len(wanted), "alterations right": len(wanted & found)})
    return {
        "speaker surname": share(n["surname right"], n["surname"]),
        "speaker code": share(n["code right"], n["code"]),
        **({"alterations found": share(n["alterations right"], n["alterations"])} if n["alterations"] else {}),
    }


def _compared(statement: Row, gold: Row) -> Counter[str]:
    speaker = statement["speaker"] or {}
    n: Counter[str] = Counter()
    if gold.get("speaker"):
        n.update({"surname": 1, "surname right": surname(gold["speaker"]) == surname(speaker.get("name") or "")})
    if gold.get("code"):
        n.update({"code": 1, "code right": gold["code"] == speaker.get("code")})
    return n


def surname(name: str) -> str:
    """The last word of a name, lower case."""
    found: list[str] = re.findall(r"[\w-]+", name.lower())
    return found[-1] if found else ""
