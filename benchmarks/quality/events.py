"""Who did what to whom: events per sentence matched by type, and the types of marked pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.quality.rates import Rates, Row, f1, share, words

Codes = frozenset[str]


def events(golds: Sequence[Row], readings: Mapping[str, Row]) -> Rates:
    """Types, parties, status, voice and date of events; `golds` are sentences, readings are by article.

    Events that the gold calls optional are neither right nor wrong.
    """
    n: Counter[str] = Counter()
    types: dict[str, Counter[str]] = defaultdict(Counter)
    for gold in golds:
        found = [e for e in readings[gold["doc"]]["events"] if gold["start"] <= e["trigger"]["start"] < gold["end"]]
        pairs, extra = _matched(found, gold)
        for wanted in gold["events"]:
            types[wanted["type"]]["wanted"] += 1
        for event in extra:
            types[event["event_type"]]["found"] += 1
            n.update(extra=1, happened=event["status"] == "happened")
        for event, wanted in pairs:
            types[wanted["type"]].update(hit=1, found=1)
            n.update(_compared(event, wanted))
        n["wanted"] += len(gold["events"])
    return _summary(n, types)


def _summary(n: Counter[str], types: Mapping[str, Counter[str]]) -> Rates:
    found = n["hit"] + n["extra"]
    macro = [f1(c["hit"], c["found"], c["wanted"])["F1"] for c in types.values() if c["wanted"]]
    return {
        **{f"type {k}": v for k, v in f1(n["hit"], found, n["wanted"]).items()},
        "type macro F1": sum(macro) / max(1, len(macro)),
        "type and parties F1": f1(n["party"], found, n["wanted"])["F1"],
        "type and roles F1": f1(n["roles"], found, n["wanted"])["F1"],
        "status right": share(n["status"], n["hit"]),
        "voice right": share(n["voice"], n["hit"]),
        "date right": share(n["date"], n["dated"]),
        "happened P": share(n["happened right"], n["happened"]),
    }


def _matched(found: Sequence[Row], gold: Row) -> tuple[list[tuple[Row, Row]], list[Row]]:
    """Events with the gold event of their type that is most like them, one to one; and those without."""
    left = list(gold["events"])
    pairs: list[tuple[Row, Row]] = []
    extra = []
    for event in found:
        same = [w for w in left if w["type"] == event["event_type"]]
        if same:
            best = max(same, key=lambda w: _likeness(event, w))
            left.remove(best)
            pairs.append((event, best))
        elif not any(o["type"] == event["event_type"] for o in gold.get("optional", ())):
            extra.append(event)
    return pairs, extra


def _likeness(event: Row, wanted: Row) -> tuple[bool, int]:
    own = event["trigger"]["text"]
    touches = any(own in t or t in own for t in _several(wanted["trigger"]))
    both = _answers(wanted["actors"])[0] | _answers(wanted["recipients"])[0]
    return touches, len(both & (_codes(event["actors"]) | _codes(event["recipients"])))


def _compared(event: Row, wanted: Row) -> Counter[str]:
    actors, recipients = _codes(event["actors"]), _codes(event["recipients"])
    wanted_actors, wanted_recipients = _answers(wanted["actors"]), _answers(wanted["recipients"])
    status = event["status"] in _several(wanted["status"])
    voices = {"narrator" if v == "narrator" else "speaker" for v in _several(wanted["voice"])}
    happened = event["status"] == "happened"
    value = (event.get("date") or {}).get("value") or ""
    same_date = value.startswith(wanted["date"]) or (len(value) > 3 and wanted["date"].startswith(value))
    return Counter({
        "hit": 1, "roles": actors in wanted_actors and recipients in wanted_recipients,
        "party": actors | recipients in [x | y for x in wanted_actors for y in wanted_recipients],
        "status": status, "voice": ("speaker" if event.get("statement") else "narrator") in voices,
        "happened": happened, "happened right": happened and "happened" in _several(wanted["status"]),
        "dated": bool(wanted["date"]), "date": bool(wanted["date"]) and same_date,
    })  # fmt: skip


def _several(value: Any) -> list[str]:
    """Accepted answers of a gold field: one, or a list of them."""
    return [value] if isinstance(value, str) else list(value)


def _answers(codes: Any) -> list[Codes]:
    """Accepted sets of codes: one list of codes, or a list of such lists."""
    return [frozenset(c) for c in codes] if codes and isinstance(codes[0], list) else [frozenset(codes)]


def _codes(parties: Iterable[Row]) -> Codes:
    return frozenset(p["code"] for p in parties if p.get("code"))


def pairs(golds: Sequence[Row], readings: Sequence[Row]) -> Rates:
    """Type of a marked source and target, found without being told them: that of the event whose parties fit best."""
    types: dict[str, Counter[str]] = defaultdict(Counter)
    silent = 0
    for gold, reading in zip(golds, readings, strict=True):
        guess = _root(max(reading["events"], key=lambda e: _fit(e, gold))["event_type"]) if reading["events"] else "none"
        wanted = _root(gold["gold_root"])
        types[wanted].update(wanted=1, hit=guess == wanted)
        types[guess]["found"] += 1
        silent += guess == "none"
    macro = [f1(c["hit"], c["found"], c["wanted"])["F1"] for c in types.values() if c["wanted"]]
    return {
        "accuracy": share(sum(c["hit"] for c in types.values()), len(golds)),
        "macro F1": sum(macro) / max(1, len(macro)),
        "without an event": share(silent, len(golds)),
    }


def _fit(event: Row, gold: Row) -> tuple[int, float]:
    actors, recipients = (words(p["name"] for p in event[side]) for side in ("actors", "recipients"))
    shared = len(actors & words([gold["source"]])) + len((recipients or actors) & words([gold["target"]]))
    return shared, event.get("confidence") or 0.0


def _root(event_type: str) -> str:
    """PLV knows one type for conceding and retreating."""
    return "YIELD" if event_type in {"CONCEDE", "RETREAT"} else event_type
