"""Fitting of what tells who takes part in an event: the net over the traits of its options, and the shares of net and links."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detente.read.parties import TAKES, TAKES_BOTH
from detente.read.party_odds import SEEN, SUMMED, TRAITS_ALONE, beside_others
from detente.read.party_traits import BUCKETS

WIDTH = 48
EPOCHS, EVENTS, RATE = 12, 256, 4e-3  # rounds, events of a batch, highest learning rate
DROPPED, TRAITS_DROPPED = 0.4, 0.4  # of the units; of the traits of a mention
PENALTY = 1e-4  # of squared vectors; twice that of the traits by themselves
STRETCH = 50  # events that are judged together
BLEND_WIDTH, BLEND_STEPS, BLEND_RATE, SHARES_RATE, BLEND_DECAY = 16, 200, 0.01, 0.05, 0.05


@dataclass(frozen=True)
class Lesson:
    """Mentions of all events in order.

    `event` and `code` (mentions,) number the event and the code each stands for; `buckets` (mentions, traits), `linked`
    (mentions, 2), `near` (mentions,) as 0 or 1 for far; `gold` (codes, 2): whether a code is actor, recipient.
    """

    event: Tensor
    code: Tensor
    buckets: Tensor
    linked: Tensor
    near: Tensor
    gold: Tensor

    def __len__(self) -> int:
        """The number of events."""
        return int(self.event[-1]) + 1

    def of_events(self, number: int, end: int) -> Lesson:
        """The events from `number` to before `end`, which all have mentions, numbered from 0."""
        first, last = torch.searchsorted(self.event, torch.tensor([number, end])).tolist()
        low, high = int(self.code[first:last].min()), int(self.code[first:last].max()) + 1
        rows = slice(first, last)
        return Lesson(
            self.event[rows] - number, self.code[rows] - low, self.buckets[rows], self.linked[rows], self.near[rows],
            self.gold[low:high],
        )  # fmt: skip

    def loss(self, odds: Tensor) -> Tensor:
        """Of log-odds per mention, (mentions, 2), summed over all codes."""
        return self.losses(odds).sum()

    def losses(self, odds: Tensor) -> Tensor:
        """Loss per code and role, (codes, 2)."""
        return F.binary_cross_entropy_with_logits(self.pooled(odds), self.gold, reduction="none")

    def event_of_code(self) -> Tensor:
        """The number of the event of each code, (codes,)."""
        return torch.zeros(len(self.gold), dtype=torch.long).index_copy(0, self.code, self.event)

    def highest(self, values: Tensor) -> Tensor:
        """Of values per mention, (mentions, n), the highest in the event of each mention."""
        found = torch.full((len(self), values.shape[1]), -torch.inf).index_reduce(0, self.event, values, "amax")
        return found[self.event]

    def pooled(self, odds: Tensor) -> Tensor:
        """Log-odds of each code of log-odds per mention, (codes, 2): the mentions of a code together."""
        return torch.zeros(len(self.gold), 2).index_add(0, self.code, odds.clamp(-20, 20).exp()).clamp(min=1e-9).log()

    def right(self, odds: Tensor) -> tuple[float, float]:
        """Shares of events with all parties right, and with all on the right sides too, if taken as `parties.chosen` does."""
        p = torch.sigmoid(self.pooled(odds))
        likelier = F.one_hot(p.argmax(1), 2).bool()
        taken = p > torch.where(likelier, TAKES, TAKES_BOTH)
        event = self.event_of_code()
        wrong = (taken.any(1) != self.gold.bool().any(1), (taken != self.gold.bool()).any(1))
        shares = [1 - (torch.bincount(event[w], minlength=len(self)) > 0).float().mean().item() for w in wrong]
        return shares[0], shares[1]


def joined(lessons: list[Lesson]) -> Lesson:
    """One lesson of several, numbered one after the other."""
    events = np.cumsum([0, *(len(x) for x in lessons)]).tolist()
    codes = np.cumsum([0, *(len(x.gold) for x in lessons)]).tolist()
    return Lesson(
        torch.cat([x.event + n for x, n in zip(lessons, events)]),
        torch.cat([x.code + n for x, n in zip(lessons, codes)]),
        *(torch.cat([getattr(x, name) for x in lessons]) for name in ("buckets", "linked", "near", "gold")),
    )


class Net(nn.Module):
    """As `detente.read.party_odds.PartyNet`, with the traits by themselves (`alone`) added."""

    def __init__(self) -> None:
        super().__init__()
        self.alone = nn.EmbeddingBag(BUCKETS + 1, 2, mode="sum", padding_idx=BUCKETS)
        self.vectors = nn.EmbeddingBag(BUCKETS + 1, WIDTH, mode="sum", padding_idx=BUCKETS)
        self.bias = nn.Parameter(torch.zeros(WIDTH))
        self.inner, self.outer = nn.Linear(3 * WIDTH, WIDTH), nn.Linear(WIDTH, 2)
        nn.init.zeros_(self.alone.weight)
        nn.init.normal_(self.vectors.weight, 0, 0.05)
        with torch.no_grad():
            self.vectors.weight[BUCKETS] = 0

    def forward(self, lesson: Lesson) -> Tensor:
        """Log-odds of each mention, (mentions, 2)."""
        buckets = lesson.buckets
        if self.training:
            buckets = torch.where(torch.rand(buckets.shape) < TRAITS_DROPPED, BUCKETS, buckets)
        seen = self._dropped(torch.relu(self.vectors(buckets) + self.bias))
        shape = (len(lesson), WIDTH)
        most = torch.zeros(shape).index_reduce(0, lesson.event, seen, "amax")
        summed = torch.zeros(shape).index_add(0, lesson.event, seen) * SUMMED
        hidden = self._dropped(torch.relu(self.inner(torch.cat([seen, most[lesson.event], summed[lesson.event]], 1))))
        scores: Tensor = self.outer(hidden) + self.alone(buckets)
        return scores

    def _dropped(self, x: Tensor) -> Tensor:
        return F.dropout(x, DROPPED, self.training)

    def penalty(self) -> Tensor:
        """Squares of what a rare trait could learn by heart."""
        return PENALTY * (2 * (self.alone.weight**2).sum() + (self.vectors.weight**2).sum())

    def matrices(self) -> dict[str, np.ndarray]:
        """As the package stores them."""
        layers = {name: torch.cat([x.weight, x.bias[:, None]], 1) for name, x in (("inner", self.inner), ("outer", self.outer))}
        traits = {"weight": self.alone.weight[:-1], "vectors": self.vectors.weight[:-1]}
        stored = {name: x.detach().numpy().astype(np.float16) for name, x in traits.items()}
        exact = {name: x.detach().numpy().astype(np.float32) for name, x in ({"bias": self.bias} | layers).items()}
        return {f"party.{name}": x for name, x in (stored | exact).items()}


def fit(lesson: Lesson, seed: int) -> Net:
    """The net fitted to all events of a lesson."""
    torch.manual_seed(seed)
    net = Net()
    starts = range(0, len(lesson) - EVENTS + 1, EVENTS)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * len(starts) + 1)
    single = [lesson.of_events(k, k + 1) for k in range(len(lesson))]
    for _ in range(EPOCHS):
        order = torch.randperm(len(lesson)).tolist()
        for start in starts:
            batch = joined([single[k] for k in order[start : start + EVENTS]])
            optimizer.zero_grad()
            (batch.loss(net(batch)) / EVENTS + net.penalty()).backward()
            optimizer.step()
            schedule.step()
    return net.eval()


class BlendNet(nn.Module):
    """As `detente.read.party_odds.Blend`, over a lesson."""

    def __init__(self) -> None:
        super().__init__()
        self.shares = nn.Parameter(torch.from_numpy(TRAITS_ALONE.copy()))
        self.inner, self.outer = nn.Linear(SEEN, BLEND_WIDTH), nn.Linear(BLEND_WIDTH, 2)
        nn.init.zeros_(self.outer.weight)

    def forward(self, lesson: Lesson, own: Tensor) -> Tensor:
        """Log-odds of each mention, (mentions, 2), of what the net says (`own`) and the links."""
        share, linked = self.shares[lesson.near], lesson.linked
        near, count = 1 - lesson.near[:, None].float(), torch.bincount(lesson.event)[lesson.event][:, None].float()
        seen = torch.cat(beside_others(own, linked, lesson.highest(own), lesson.highest(linked), near, count), 1)
        added: Tensor = self.outer(torch.relu(self.inner(seen)))
        return share[..., 0] * own + share[..., 1] * linked + share[..., 2] + added

    def matrices(self) -> dict[str, np.ndarray]:
        """As the package stores them."""
        layers = {name: torch.cat([x.weight, x.bias[:, None]], 1) for name, x in (("inner", self.inner), ("outer", self.outer))}
        named = {"mix": self.shares, "blend_inner": layers["inner"], "blend_outer": layers["outer"]}
        return {f"party.{name}": x.detach().numpy() for name, x in named.items()}


def fit_blend(lesson: Lesson, own: Tensor, events: Tensor, seed: int) -> BlendNet:
    """The blend fitted to those of the `events` (a mask) that net and links were not fitted to."""
    torch.manual_seed(seed)
    blend = BlendNet()
    layers = [*blend.inner.parameters(), *blend.outer.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": [blend.shares], "lr": SHARES_RATE, "weight_decay": 0},
            {"params": layers, "lr": BLEND_RATE, "weight_decay": BLEND_DECAY},
        ]
    )
    taken = events[lesson.event_of_code()].float()[:, None]
    for _ in range(BLEND_STEPS):
        optimizer.zero_grad()
        (lesson.losses(blend(lesson, own)) * taken).sum().backward()
        optimizer.step()
    return blend.eval()


def judged_by_halves(lesson: Lesson, own: Tensor, seed: int) -> Tensor:
    """Log-odds of each mention by a blend that was fitted to the other half of the events; halves are stretches by turns."""
    first = torch.arange(len(lesson)) // STRETCH % 2 == 0
    out = torch.zeros_like(own)
    for half in (first, ~first):
        judged = half[lesson.event]
        out[judged] = fit_blend(lesson, own, ~half, seed)(lesson, own).detach()[judged]
    return out
