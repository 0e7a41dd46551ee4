"""Every corpus the reader model is fitted to, as documents by source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from detente.read.words import Word, find_words
from reader.corpora import Document, attribution_layers, load_polnear, load_treebank, read_lines
from reader.labels import corpus_texts, labelled
from reader.tasks import load_events, load_factual, load_gold_records, load_loaded, load_pairs, load_stories, load_suites

HERE = Path(__file__).parent.parent
HELD_OUT = 10  # every tenth row of PLV and BABE stays out of training, to measure with


def held_out(number: int) -> bool:
    """Whether a row of PLV or BABE is kept for measuring."""
    return number % HELD_OUT == 0


def load_documents(corpora: Path) -> dict[str, list[Document]]:
    """Documents by the names of the mixture."""
    texts = corpus_texts(corpora)
    attributions = {row["id"]: row["attributions"] for row, _ in labelled(HERE / "labels/statements.jsonl", texts)}
    events = list(_events(corpora, texts, attributions))
    in_events = {d.id for d in events}
    return {
        "polnear": list(load_polnear(corpora / "polnear/train.jsonl.gz")),
        "ewt": list(load_factual(corpora / "ud/ewt_train.conllu.gz", corpora / "factuality/uds_ih2_train.jsonl.gz")),
        "gum": list(load_treebank(corpora / "ud/gum_train.conllu.gz", open_only=True)),
        "statements": [*_statements(texts, in_events), *[d for d in events if d.tags is not None]],
        "events": events,
        "coded": [
            *load_gold_records(corpora / "plover/gsr.jsonl"),
            *load_stories(corpora / "plover/ngec_synthetic.jsonl.gz"),
            *load_suites([corpora / f"plover/petr{n}.jsonl" for n in (1, 2)], corpora / "plover/cameo_codes.tsv"),
        ],
        "pairs": list(load_pairs(corpora / "plover/plv_train.jsonl", held_out)),
        "loaded": [d for n, d in enumerate(load_loaded(corpora / "bias/babe_sg2.jsonl")) if not held_out(n)],
    }


def _statements(texts: dict[str, dict[str, Any]], in_events: set[str]) -> Iterator[Document]:
    for row, article in labelled(HERE / "labels/statements.jsonl", texts):
        if row["id"] not in in_events:
            doc = Document(row["id"], article["text"], find_words(article["text"]))
            attribution_layers(doc, row["attributions"])
            yield doc


def _events(corpora: Path, texts: dict[str, dict[str, Any]], attributions: dict[str, Any]) -> Iterator[Document]:
    gold = list(read_lines(corpora / "events/train.jsonl"))
    articles = {r["id"]: r for r in read_lines(corpora / "events/train_articles.jsonl")}
    yield from load_events(gold, articles, find_actors, attributions)
    for row, article in labelled(HERE / "labels/events.jsonl", texts):
        sentences = [{"doc": row["id"], **s} for s in row["sentences"]]
        yield from load_events(sentences, {row["id"]: article}, find_actors, attributions)
    for row in _synthetic():
        sentences = [{"doc": row["id"], **s} for s in row["sentences"]]
        named = row["mentions"]
        yield from load_events(sentences, {row["id"]: row}, lambda t, w, d, n=named: n, {row["id"]: row["attributions"]})


def _synthetic() -> Iterator[dict[str, Any]]:
    """Articles written for this purpose about invented states, with their own actors: `training/synthetic`."""
    for path in sorted((HERE / "synthetic").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            words = find_words(row["text"])
            row["mentions"] = _named(words, row["text"], {w: a["code"] for a in row["actors"] for w in a["words"]})
            yield row


def _named(words: list[Word], text: str, codes: dict[str, str]) -> list[tuple[int, int, str]]:
    """Words that name an actor, by longest match: (first word, last word, code)."""
    found, i = [], 0
    by_length = sorted(codes, key=len, reverse=True)
    while i < len(words):
        match = next((n for n in by_length if text.startswith(n, words[i].start)), None)
        end = words[i].start + len(match) if match else 0
        last = max((j for j in range(i, min(i + 12, len(words))) if words[j].end <= end), default=-1)
        if match and last >= i and (last + 1 == len(words) or words[last].end == end):
            found.append((last, last, codes[match]))
            i = last + 1
        else:
            i += 1
    return found


def find_actors(text: str, words: list[Word], on: date | None) -> list[tuple[int, int, str]]:
    """Words that name somebody of the actor tables, by the last word of the name: (word, word, code)."""
    from bisect import bisect_left

    from detente.read.actors import ActorTable

    ends = [w.end for w in words]
    found = []
    for mention in ActorTable.shipped().find(text, words, on):
        if mention.code:
            i = min(bisect_left(ends, mention.span.end), len(words) - 1)
            found.append((i, i, mention.code))
    return found


__all__ = ["find_actors", "held_out", "load_documents"]
