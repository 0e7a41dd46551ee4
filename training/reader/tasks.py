"""Corpora of events, status, parties and loaded words as documents with labels per word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from detente.read.candidates import find_candidates
from detente.read.parties import PartyFinder
from detente.read.party_odds import PartyLinks
from detente.read.reader import Scene
from detente.read.syntax import Syntax
from detente.read.words import Word, find_words
from reader.corpora import UNKNOWN, Document, _overlapping, attribution_layers, load_treebank, read_lines
from reader.model import EVENT_TYPES, STATUSES

NO_TRIGGER = len(EVENT_TYPES)
SIDES = ("actors", "recipients")


@dataclass(frozen=True)
class Placed:
    """An annotated event at the word that carries it, with whom the reader finds named around it."""

    trigger: int
    event_type: str
    finder: PartyFinder
    actors: frozenset[str]
    recipients: frozenset[str]

    @cached_property
    def named(self) -> list[tuple[int, str | None]]:
        """Last word and code of every mention that may take part."""
        return [(o.candidate.word, o.candidate.party.code) for o in self.finder.options(self.trigger, self.event_type)]


@dataclass(frozen=True)
class Seen:
    """What the present reader makes of an article, its words as the encoder sees them, and its links of parties."""

    scene: Scene
    shown: list[Word]
    links: PartyLinks


SceneOf = Callable[[dict[str, Any], list[Word]], Seen]


def load_events(
    rows: Iterable[dict[str, Any]], articles: dict[str, dict[str, Any]], scene_of: SceneOf, attributions: dict[str, Any]
) -> Iterator[Document]:
    """Articles with annotated sentences; sentences without annotation stay UNKNOWN.

    articles: by id, with `text`. attributions: statements of the same articles, where somebody annotated them too.
    """
    by_doc: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_doc[row["doc"]].append(row)
    for doc_id, sentences in by_doc.items():
        article = articles[doc_id]
        doc = Document(doc_id, article["text"], find_words(article["text"]))
        if doc_id in attributions:
            attribution_layers(doc, attributions[doc_id])
        seen = scene_of(article, doc.words)
        doc.shown = seen.shown
        _event_layers(doc, sentences, seen.scene, seen.links)
        yield doc


def _event_layers(doc: Document, sentences: list[dict[str, Any]], scene: Scene, links: PartyLinks) -> None:
    layers = {k: [UNKNOWN] * len(doc.words) for k in ("triggers", "status")}
    heads: list[tuple[int, dict[str, Any]]] = []
    for row in sorted(sentences, key=lambda row: row["start"]):
        for i in _overlapping(doc.words, [(row["start"], row["end"])]):
            layers["triggers"][i] = NO_TRIGGER
        placed = [(words, event) for event in row["events"] if (words := _trigger_words(doc, row, event))]
        for words, event in sorted(placed, key=lambda pair: pair[0][0]):
            heads.append((trigger_head(words, scene.syntax), event))
            layers["triggers"][heads[-1][0]] = EVENT_TYPES.index(event["type"])
            for i in words:
                layers["status"][i] = STATUSES.index(_first(event["status"]))
    doc.extra.update(layers)
    doc.extra["events"] = tuple(_placed(heads, scene, links))


def _placed(heads: list[tuple[int, dict[str, Any]]], scene: Scene, links: PartyLinks) -> Iterator[Placed]:
    candidates = find_candidates(scene.syntax, scene.mentions, scene.resolver.cast, scene.resolver, scene.statements)
    finder = PartyFinder(candidates, scene.syntax, scene.statements, [head for head, _ in heads], links)
    for head, event in heads:
        yield Placed(head, event["type"], finder, *(frozenset(_codes(event[s])) for s in SIDES))


def _first(answers: Any) -> Any:
    """The first of several accepted answers."""
    return answers[0] if isinstance(answers, list) else answers


def _trigger_words(doc: Document, row: dict[str, Any], event: dict[str, Any]) -> list[int]:
    if "tstart" in event:
        return _overlapping(doc.words, [(event["tstart"], event["tend"])])
    at = doc.text.find(_first(event["trigger"]), row["start"], row["end"])
    return _overlapping(doc.words, [(at, at + len(_first(event["trigger"])))]) if at >= 0 else []


def trigger_head(words: list[int], syntax: Syntax) -> int:
    """The word of a trigger that is taught to carry it: the one on which the others hang, a verb or noun before others."""
    tops = [i for i in words if syntax.heads[i] not in words or syntax.heads[i] == i]
    strong = [i for i in (*tops, *words) if syntax.upos[i] in ("VERB", "NOUN", "ADJ", "PROPN")]
    return (strong or tops)[0]


def _codes(codes: Any) -> list[str]:
    return codes[0] if codes and isinstance(codes[0], list) else codes


def load_pairs(path: Path, held_out: Callable[[int], bool]) -> Iterator[Document]:
    """PLV sentences: the type of some event in it is known, not which word carries it.

    YIELD stands for two types and is skipped.
    """
    for number, row in enumerate(read_lines(path)):
        if row["gold_root"] in EVENT_TYPES and not held_out(number):
            doc = Document(row["sentence_id"], row["sentence"], find_words(row["sentence"]))
            doc.extra["pair_type"] = [EVENT_TYPES.index(row["gold_root"])] * len(doc.words)
            yield doc


_OLD_NAMES = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE", "FIGHT": "ASSAULT"}


def _markup(row: dict[str, Any]) -> str:
    info = row.get("textInfo")
    return str(info.get("markup", "")) if isinstance(info, dict) else str(info or "")


def load_gold_records(path: Path) -> Iterator[Document]:
    """PLOVER gold records: the first marked words carry the event; of the rest of the sentence nothing is known."""
    for row in read_lines(path):
        kind = _OLD_NAMES.get(row["event"], row["event"])
        marked = re.search(r"\(EVT: ([^)]*)\)", _markup(row))
        at = row["text"].find(marked.group(1)) if marked else -1
        if kind not in EVENT_TYPES or at < 0 or marked is None:
            continue
        doc = Document(row["id"], row["text"], find_words(row["text"]))
        layer = [UNKNOWN] * len(doc.words)
        for i in _overlapping(doc.words, [(at, at + len(marked.group(1)))]):
            layer[i] = EVENT_TYPES.index(kind)
        doc.extra["triggers"], doc.extra["status"] = layer, [UNKNOWN] * len(layer)
        yield doc


def load_stories(path: Path, words: int = 45) -> Iterator[Document]:
    """Machine-written stories with one type each: headline and first words, somewhere in which the event stands."""
    for number, row in enumerate(read_lines(path)):
        headline = row["prompt"].split("\n")[0]
        text = headline + "\n\n" + " ".join(row["text"].split()[:words])
        doc = Document(f"story-{number}", text, find_words(text))
        if row["label"] in EVENT_TYPES and doc.words:
            doc.extra["pair_type"] = [EVENT_TYPES.index(row["label"])] * len(doc.words)
            yield doc


def load_suites(paths: Iterable[Path], codes: Path) -> Iterator[Document]:
    """Sentences of the PETRARCH suites with one event: its CAMEO code as PLOVER type, somewhere in the sentence."""
    types = {}
    for line in codes.read_text(encoding="utf-8").splitlines()[1:]:
        cells = line.split("\t")
        types[cells[0]] = cells[3]
    for path in paths:
        for row in read_lines(path):
            kinds = {types.get(e["cameo"], types.get(e["cameo"][:3], types.get(e["cameo"][:2], ""))) for e in row["events"]}
            kind = kinds.pop() if len(kinds) == 1 else ""
            doc = Document(row["id"], row["text"], find_words(row["text"]))
            if kind in EVENT_TYPES and doc.words:
                doc.extra["pair_type"] = [EVENT_TYPES.index(kind)] * len(doc.words)
                yield doc


def load_factual(treebank: Path, uds: Path) -> Iterator[Document]:
    """EWT documents with UDS-IH2 values as happened (1) or not (0); values between -0.5 and 0.5 stay UNKNOWN."""
    values = {(r["sent_id"], p["token"]): p["value"] for r in read_lines(uds) for p in r["predicates"]}
    for doc in load_treebank(treebank):
        labels = [UNKNOWN] * len(doc.words)
        for key, i in doc.extra["tokens"].items():
            value = values.get(key)
            if value is not None and abs(value) > 0.5:
                labels[i] = int(value > 0)
        doc.extra["factual"] = labels
        yield doc


def load_loaded(path: Path) -> Iterator[Document]:
    """BABE sentences with the words that annotators found biased."""
    for row in read_lines(path):
        if row["bias"] not in {"Biased", "Non-biased"}:
            continue
        doc = Document(row["id"], row["text"], find_words(row["text"]))
        biased = int(row["bias"] == "Biased")
        wanted = [w.strip() for w in row["biased_words"] if w.strip()]
        spans = [m.span() for w in wanted for m in re.finditer(re.escape(w), row["text"], re.I)]
        marked = set(_overlapping(doc.words, spans)) if biased else set()
        doc.extra["loaded"] = [int(i in marked) if marked or not biased else UNKNOWN for i in range(len(doc.words))]
        doc.extra["biased"] = [biased] * len(doc.words)
        if doc.words:
            yield doc
