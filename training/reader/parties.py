"""Fit the weights of party traits: `python -m reader.parties --corpora DIR --model ../detente/model`, after an export.

Annotations tell the parties of the event before exactly, a reading does not: in a share of the events those traits are left
out, so that they are not relied upon. How the net over traits and the encoder's links are mixed is fitted on documents that
neither of them was fitted to.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from detente.read.parties import Option
from detente.read.party_traits import BUCKETS, TOLD_TRAITS, Told
from reader.batches import teaches_parties
from reader.corpora import read_lines
from reader.party_net import Lesson, fit, fit_blend, judged_by_halves
from reader.sources import load_event_documents

LEFT_OUT = 0.3  # share of events without the traits of the event before
GOLD_TIMES = 3  # how often the documents of the gold are taken, beside the annotations made here

Wanted = dict[str | None, list[int]]  # per code: is it actor, recipient


def without_told(buckets: np.ndarray) -> np.ndarray:
    """Buckets of an option with those of the event before set to the one that is always zero."""
    out, half = buckets.copy(), (len(buckets) - 1) // 2
    out[half - TOLD_TRAITS : half] = BUCKETS
    out[2 * half - TOLD_TRAITS : 2 * half] = BUCKETS
    return out


def examples(documents: Iterable[Any], seed: int) -> Iterator[tuple[list[Option], bool, Wanted]]:
    """Per event with options these, whether to leave out the traits of the event before, and the answer."""
    rng = np.random.default_rng(seed)
    for doc in documents:
        told: list[Told] = []
        for event in doc.extra["events"]:
            options = event.finder.options(event.trigger, event.event_type, told)
            told.append(Told(event.event_type, event.actors, event.recipients, event.trigger))
            codes = dict.fromkeys(o.candidate.party.code for o in options)
            if options:
                yield options, rng.random() < LEFT_OUT, {c: [int(c in event.actors), int(c in event.recipients)] for c in codes}


def weighted(documents: Iterable[Any], gold: Collection[str]) -> list[Any]:
    """Documents with those of the gold so often as they weigh."""
    return [d for d in documents for _ in range(GOLD_TIMES if d.id in gold else 1)]


def lesson_of(documents: Iterable[Any], seed: int) -> Lesson:
    """All events of the documents as tensors; no event is an error."""
    events, codes, options, buckets, gold = [], [], [], [], []
    for number, (own, bare, wanted) in enumerate(examples(documents, seed)):
        numbers = {code: len(gold) + k for k, code in enumerate(wanted)}
        events += [number] * len(own)
        codes += [numbers[o.candidate.party.code] for o in own]
        buckets += [without_told(o.buckets) if bare else o.buckets for o in own]
        options += own
        gold += wanted.values()
    padded = np.full((len(buckets), max(map(len, buckets))), BUCKETS)
    for row, traits in enumerate(buckets):
        padded[row, : len(traits)] = traits
    linked = torch.from_numpy(np.stack([o.linked for o in options])).float()
    near = torch.tensor([int(not o.near) for o in options])
    told = torch.tensor(gold, dtype=torch.float32)
    return Lesson(torch.tensor(events), torch.tensor(codes), torch.from_numpy(padded), linked, near, told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="the exported model, which gets the weights")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    gold = {row["doc"] for row in read_lines(args.corpora / "events/train.jsonl")}
    documents = load_event_documents(args.corpora, args.model)
    taught = lesson_of(weighted((d for d in documents if teaches_parties(d.id)), gold), args.seed)
    new = lesson_of((d for d in documents if not teaches_parties(d.id)), args.seed)
    own = fit(taught, args.seed)(new).detach()
    for name, odds in (("net alone", own), ("links alone", new.linked), ("both", judged_by_halves(new, own, args.seed))):
        parties, sides = new.right(odds)
        print(f"{len(new)} events kept out, {name}: all parties {100 * parties:.1f} %, on their sides {100 * sides:.1f} %")
    blend = fit_blend(new, own, torch.ones(len(new), dtype=torch.bool), args.seed)
    net = fit(lesson_of(weighted(documents, gold), args.seed), args.seed)
    path = args.model / "decoding.npz"
    with np.load(path) as stored:
        matrices = {k: stored[k] for k in stored.files}
    np.savez_compressed(path, **matrices | net.matrices() | blend.matrices())
    shares = blend.matrices()["party.mix"].round(2).tolist()
    print(f"{path}: shares of net, links and offset (near, far; actor, recipient) {shares}")


if __name__ == "__main__":
    main()
