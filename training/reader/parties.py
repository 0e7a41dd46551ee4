"""Fit the weights of party traits: `python -m reader.parties --corpora DIR --model ../detente/model`, after an export.

One convex fit over all annotated events (logistic, pooled over the mentions of a code, L2). Annotations tell the parties of the
event before exactly, a reading does not: in a share of the events those traits are left out, so that they are not relied upon.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from detente.read.parties import BUCKETS, Told
from reader.sources import load_event_documents

L2, STEPS, RATE = 16.0, 200, 0.05
LEFT_OUT = 0.3  # share of events without the traits of the event before
TOLD_TRAITS = 3  # the last traits of an option, see PartyFinder._in_article


def without_told(buckets: np.ndarray) -> np.ndarray:
    """Buckets of an option with those of the event before set to the one that is always zero."""
    out, half = buckets.copy(), (len(buckets) - 1) // 2
    out[half - TOLD_TRAITS : half] = BUCKETS
    out[2 * half - TOLD_TRAITS : 2 * half] = BUCKETS
    return out


def examples(documents: list[Any], seed: int) -> Iterator[tuple[list[tuple[int, np.ndarray]], list[list[int]]]]:
    """Per event its mentions as (number of the code, buckets), and per code whether it is actor, recipient."""
    rng = np.random.default_rng(seed)
    for doc in documents:
        told: list[Told] = []
        for event in doc.extra["events"]:
            options = event.finder.options(event.trigger, event.event_type, told)
            told.append(Told(event.event_type, event.actors, event.recipients))
            codes = list(dict.fromkeys(o.candidate.party.code for o in options))
            if options:
                bare = rng.random() < LEFT_OUT
                wanted = [[int(code in event.actors), int(code in event.recipients)] for code in codes]
                yield [(codes.index(o.candidate.party.code), _kept(o.buckets, bare)) for o in options], wanted


def _kept(buckets: np.ndarray, bare: bool) -> np.ndarray:
    return without_told(buckets) if bare else buckets


def tensors(documents: list[Any], seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """`code` (mentions,), `buckets` (mentions, traits) and `gold` (codes, 2) of all events."""
    codes: list[int] = []
    buckets: list[np.ndarray] = []
    gold: list[list[int]] = []
    for options, wanted in examples(documents, seed):
        codes += [len(gold) + code for code, _ in options]
        buckets += [own for _, own in options]
        gold += wanted
    padded = np.full((len(buckets), max(map(len, buckets))), BUCKETS)
    for row, own in enumerate(buckets):
        padded[row, : len(own)] = own
    return torch.tensor(codes), torch.from_numpy(padded), torch.tensor(gold, dtype=torch.float32)


def fit(codes: Tensor, buckets: Tensor, gold: Tensor) -> np.ndarray:
    """Weights (BUCKETS, 2): what each trait says for actor and recipient, in log-odds."""
    weights = torch.zeros(BUCKETS + 1, 2, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        scores = weights[buckets].sum(1).clamp(-30, 30)
        pooled = torch.zeros(len(gold), 2).index_add(0, codes, scores.exp()).clamp(min=1e-12).log()
        loss = F.binary_cross_entropy_with_logits(pooled, gold, reduction="sum") + L2 * (weights**2).sum()
        loss.backward()
        assert weights.grad is not None
        weights.grad[BUCKETS] = 0
        optimizer.step()
    return weights.detach().numpy()[:-1].astype(np.float16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="the exported model, which gets the weights")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    weights = fit(*tensors(load_event_documents(args.corpora, args.model), args.seed))
    path = args.model / "decoding.npz"
    with np.load(path) as stored:
        matrices = {k: stored[k] for k in stored.files}
    np.savez_compressed(path, **matrices | {"party.weight": weights})
    print(f"{path}: {int((np.abs(weights) > 0.01).sum())} weights above 0.01")


if __name__ == "__main__":
    main()
