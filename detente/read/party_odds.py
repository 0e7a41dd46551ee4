"""How likely a mention takes part in an event: what fitted weights say of its traits, and what the encoder says of the pair.

Traits see the tree and the article; the encoder's links see the words. They are fitted apart and put together by a small net.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.read.decoding import Floats
from detente.read.encoder import Encoded

Buckets = npt.NDArray[np.int64]

ROLES = ("actor", "recipient")
SUMMED = 0.2  # share of the sum over the options of an event, which grows with their number
_SURE, _SCALE, _MANY = (
    12.0,
    3.0,
    5.0,
)  # log-odds beyond which nothing is surer; what brings log-odds and numbers of options near one
LIMIT = 15.0  # log-odds beyond which a link says nothing more
SEEN = 12  # what the blend sees of an option, see `beside_others`
# (mention in the sentence of the trigger or not, role, share of traits, links and one)
TRAITS_ALONE: Floats = np.tile(np.array([1, 0, 0], dtype=np.float32), (2, 2, 1))


@dataclass(frozen=True)
class PartyLinks:
    """Vectors of each word as a trigger and as a mention, per role: (2, words, width); `offsets` (2,)."""

    triggers: Floats
    mentions: Floats
    offsets: Floats

    @classmethod
    def of(cls, encoded: Encoded, matrices: Mapping[str, Floats]) -> PartyLinks:
        """The links of one article."""
        left, right, offsets = [], [], []
        for role in ROLES:
            weight, bias = matrices[f"{role}_link.weight"], matrices[f"{role}_link.bias"]
            left.append(encoded[f"{role}_link.left"] @ weight.T + bias)
            right.append(encoded[f"{role}_link.right"])
            offsets.append(float(matrices[f"{role}_link.offset"]))
        return cls(np.stack(left), np.stack(right), np.array(offsets, dtype=np.float32))

    def odds(self, trigger: int, words: Sequence[int]) -> Floats:
        """Log-odds of each word as actor and recipient of the event at `trigger`, (words, 2)."""
        scores = np.einsum("rd,rwd->wr", self.triggers[:, trigger], self.mentions[:, list(words)]) + self.offsets
        return np.asarray(scores.clip(-LIMIT, LIMIT))


@dataclass(frozen=True)
class PartyNet:
    """What the traits of all options of an event say together: each option beside the sum and the maximum over all of them.

    `vectors` (buckets, width) of traits, `bias` (width,); `inner` (width, 3 width + 1) and `outer` (2, width + 1) with their
    offsets in the last column.
    """

    vectors: Floats
    bias: Floats
    inner: Floats
    outer: Floats

    @classmethod
    def of(cls, matrices: Mapping[str, Floats]) -> PartyNet:
        """The net of a model."""
        return cls(*(matrices[f"party.{name}"] for name in ("vectors", "bias", "inner", "outer")))

    def odds(self, buckets: Sequence[Buckets]) -> Floats:
        """Log-odds of each option as actor and recipient, (options, 2); at least one option."""
        seen = np.maximum(np.stack([self.vectors[b].sum(0, dtype=np.float32) for b in buckets]) + self.bias, 0)
        all_options = [np.broadcast_to(x, seen.shape) for x in (seen.max(0), SUMMED * seen.sum(0))]
        hidden = np.maximum(_affine(self.inner, np.hstack([seen, *all_options])), 0)
        return _affine(self.outer, hidden)


def _affine(weights: Floats, x: Floats) -> Floats:
    return np.asarray(x @ weights[:, :-1].T + weights[:, -1])


@dataclass(frozen=True)
class Blend:
    """How what the traits say (`own`) and what the links say are put together.

    `shares` (2, 2, 3): as TRAITS_ALONE; `inner` (units, SEEN + 1) and `outer` (2, units + 1), with their offsets in the last
    column, add what both say together, beside the likeliest other option.
    """

    shares: Floats
    inner: Floats
    outer: Floats

    @classmethod
    def of(cls, matrices: Mapping[str, Floats]) -> Blend:
        """The blend of a model."""
        return cls(*(matrices[f"party.{name}"] for name in ("mix", "blend_inner", "blend_outer")))

    def odds(self, own: Floats, linked: Floats, near: Sequence[bool]) -> Floats:
        """Log-odds of each option of one event as actor and recipient, (options, 2); at least one option."""
        share = self.shares[np.where(near, 0, 1)]
        most_own, most_linked = (np.broadcast_to(x.max(0), x.shape) for x in (own, linked))
        here, options = np.array(near, dtype=np.float32)[:, None], np.full((len(own), 1), len(own), dtype=np.float32)
        seen = beside_others(own, linked, most_own, most_linked, here, options)
        hidden = np.maximum(_affine(self.inner, np.hstack(seen)), 0)
        return np.asarray(share[..., 0] * own + share[..., 1] * linked + share[..., 2] + _affine(self.outer, hidden))


def beside_others(own: Any, linked: Any, most_own: Any, most_linked: Any, near: Any, options: Any) -> tuple[Any, ...]:
    """What the blend sees of each option, as columns of numpy or torch, SEEN together.

    `most_own` and `most_linked` are the highest log-odds of any option of the event, `options` their number.
    """
    scaled = [x.clip(-_SURE, _SURE) / _SCALE for x in (own, linked, most_own, most_linked)]
    return (*scaled, scaled[0] * scaled[1] / _SCALE, near, options / _MANY)


@dataclass(frozen=True)
class PartyWeights:
    """`traits` (buckets, 2): what each trait by itself says for a role, in log-odds."""

    traits: Floats
    net: PartyNet
    blend: Blend

    @classmethod
    def of(cls, matrices: Mapping[str, Floats]) -> PartyWeights:
        """The fitted weights of a model."""
        return cls(matrices["party.weight"], PartyNet.of(matrices), Blend.of(matrices))

    def odds(self, buckets: Sequence[Buckets], linked: Floats, near: Sequence[bool]) -> Floats:
        """Log-odds of each option of one event as actor and recipient, (options, 2); at least one option."""
        own = np.stack([self.traits[b].sum(0, dtype=np.float32) for b in buckets]) + self.net.odds(buckets)
        return self.blend.odds(own, linked, near)
