"""Fit the weights of party traits: `python -m reader.parties --corpora DIR --model ../detente/model`, after an export.

One convex fit over all annotated events (logistic, pooled over the mentions of a code, L2). Annotations tell the parties of the
event before exactly, a reading does not: in a share of the events those traits are left out, so that they are not relied upon.

How traits and the encoder's links are mixed is fitted on documents that neither of them was fitted to.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from detente.read.parties import BUCKETS, Option, Told
from detente.read.party_odds import TRAITS_ALONE
from reader.batches import teaches_parties
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


@dataclass(frozen=True)
class Lesson:
    """Mentions of all events: `code` (mentions,) numbers the code each stands for, `buckets` (mentions, traits), `linked`
    (mentions, 2), `near` (mentions,) as 0 or 1 for far; `gold` (codes, 2): whether a code is actor, recipient.
    """

    code: Tensor
    buckets: Tensor
    linked: Tensor
    near: Tensor
    gold: Tensor

    @classmethod
    def of(cls, documents: Iterable[Any], seed: int) -> Lesson:
        codes: list[int] = []
        options: list[Option] = []
        buckets: list[np.ndarray] = []
        gold: list[list[int]] = []
        for own, bare, wanted in examples(documents, seed):
            numbers = {code: len(gold) + k for k, code in enumerate(wanted)}
            codes += [numbers[o.candidate.party.code] for o in own]
            buckets += [without_told(o.buckets) if bare else o.buckets for o in own]
            options += own
            gold += wanted.values()
        padded = np.full((len(buckets), max(map(len, buckets))), BUCKETS)
        for row, traits in enumerate(buckets):
            padded[row, : len(traits)] = traits
        linked = torch.from_numpy(np.stack([o.linked for o in options])).float()
        near = torch.tensor([int(not o.near) for o in options])
        return cls(torch.tensor(codes), torch.from_numpy(padded), linked, near, torch.tensor(gold, dtype=torch.float32))

    def loss(self, odds: Tensor) -> Tensor:
        """Of log-odds per mention, (mentions, 2): a code counts by its mentions together."""
        pooled = torch.zeros(len(self.gold), 2).index_add(0, self.code, odds.clamp(-30, 30).exp()).clamp(min=1e-12).log()
        return F.binary_cross_entropy_with_logits(pooled, self.gold, reduction="sum")


def examples(documents: Iterable[Any], seed: int) -> Iterator[tuple[list[Option], bool, dict[str | None, list[int]]]]:
    """Per event its options, whether to leave out the traits of the event before, and per code: is it actor, recipient."""
    rng = np.random.default_rng(seed)
    for doc in documents:
        told: list[Told] = []
        for event in doc.extra["events"]:
            options = event.finder.options(event.trigger, event.event_type, told)
            told.append(Told(event.event_type, event.actors, event.recipients))
            codes = dict.fromkeys(o.candidate.party.code for o in options)
            if options:
                wanted = {code: [int(code in event.actors), int(code in event.recipients)] for code in codes}
                yield options, rng.random() < LEFT_OUT, wanted


def fit(lesson: Lesson) -> Tensor:
    """Weights (BUCKETS, 2): what each trait says for actor and recipient, in log-odds."""
    weights = torch.zeros(BUCKETS + 1, 2, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = lesson.loss(weights[lesson.buckets].sum(1)) + L2 * (weights**2).sum()
        loss.backward()
        assert weights.grad is not None
        weights.grad[BUCKETS] = 0
        optimizer.step()
    return weights.detach()


def fit_mix(lesson: Lesson, weights: Tensor) -> Tensor:
    """Shares of traits and links, (2, 2, 3) as `party_odds.TRAITS_ALONE`."""
    mix = torch.from_numpy(TRAITS_ALONE.copy()).requires_grad_()
    optimizer = torch.optim.Adam([mix], lr=RATE)
    own = weights[lesson.buckets].sum(1)
    for _ in range(STEPS):
        optimizer.zero_grad()
        share = mix[lesson.near]
        loss = lesson.loss(share[..., 0] * own + share[..., 1] * lesson.linked + share[..., 2])
        loss.backward()
        optimizer.step()
    return mix.detach()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="the exported model, which gets the weights")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    documents = load_event_documents(args.corpora, args.model)
    taught = Lesson.of((d for d in documents if teaches_parties(d.id)), args.seed)
    new = Lesson.of((d for d in documents if not teaches_parties(d.id)), args.seed)
    mix = fit_mix(new, fit(taught))
    weights = fit(Lesson.of(documents, args.seed))[:-1].numpy().astype(np.float16)
    path = args.model / "decoding.npz"
    with np.load(path) as stored:
        matrices = {k: stored[k] for k in stored.files}
    np.savez_compressed(path, **matrices | {"party.weight": weights, "party.mix": mix.numpy()})
    print(f"{path}: {int((np.abs(weights) > 0.01).sum())} weights above 0.01; shares {mix.numpy().round(2).tolist()}")


if __name__ == "__main__":
    main()
