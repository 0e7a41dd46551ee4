"""How likely a mention takes part in an event: what fitted weights say of its traits, and what the encoder says of the pair.

Traits see the tree and the article; the encoder's links see the words. They are fitted apart and mixed by four small rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.read.decoding import Floats
from detente.read.encoder import Encoded

Buckets = npt.NDArray[np.int64]

ROLES = ("actor", "recipient")
SUMMED = 0.2  # share of the sum over the options of an event, which grows with their number
LIMIT = 15.0  # log-odds beyond which a link says nothing more
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
class PartyWeights:
    """`traits` (buckets, 2): what each trait by itself says for a role, in log-odds; `mix` (2, 2, 3): see TRAITS_ALONE."""

    traits: Floats
    net: PartyNet
    mix: Floats

    @classmethod
    def of(cls, matrices: Mapping[str, Floats]) -> PartyWeights:
        """The fitted weights of a model."""
        return cls(matrices["party.weight"], PartyNet.of(matrices), matrices["party.mix"])

    def odds(self, buckets: Sequence[Buckets], linked: Floats, near: Sequence[bool]) -> Floats:
        """Log-odds of each option of one event as actor and recipient, (options, 2); at least one option."""
        own = np.stack([self.traits[b].sum(0, dtype=np.float32) for b in buckets]) + self.net.odds(buckets)
        share = self.mix[np.where(near, 0, 1)]
        return np.asarray(share[..., 0] * own + share[..., 1] * linked + share[..., 2])
