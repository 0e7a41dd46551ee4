"""Mean of the weights of two runs, for parts that went on from the same start: `python -m reader.average A B --out C`.

A and B are files of weights or folders of shipped models.

With --part events only the branch and its heads are averaged, the rest is A's; with --part statements the other way round.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from reader.fit import EVENT_PARTS, starting_weights

State = dict[str, Tensor]


def averaged(one: State, other: State, part: str, share: float = 0.5) -> State:
    """Entry by entry the mean (`share` of `one`) where `part` is concerned and both have it, else the entry of `one`."""
    out = dict(one)
    for name, value in one.items():
        concerned = part == "all" or (name.split(".")[0] in EVENT_PARTS) == (part == "events")
        if concerned and name in other and value.dtype.is_floating_point:
            out[name] = share * value + (1 - share) * other[name]
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs=2)
    parser.add_argument("--part", choices=("all", "events", "statements"), default="all")
    parser.add_argument("--share", type=float, default=0.5, help="of the first")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    one, other = (starting_weights(path) for path in args.weights)
    torch.save(averaged(one, other, args.part, args.share), args.out)


if __name__ == "__main__":
    main()
