"""Fuzzing of every parser and of the reading itself.

    python -m benchmarks.fuzz [--inputs 100000] [--readings 2000] [--seed N]

Inputs are sound documents of every kind with pieces cut, doubled, overwritten or put in. Each must give articles or refusals
within seconds, never an exception. Some of the articles are then read by the model, and their readings held to the contract.
Prints what was found, the slowest input, and the first failure with the bytes to repeat it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[2] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "intake")]


def damaged(chance: random.Random, seeds: dict[str, bytes], nasty: tuple[bytes, ...]) -> tuple[str, bytes]:
    """One input, made like those of the tests but many times faster."""
    name = chance.choice(sorted(seeds))
    data = seeds[name]
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(data))
        stop = min(len(data), start + int(chance.expovariate(1 / 20)))
        put = (chance.randbytes(chance.randint(0, 8)), chance.choice(nasty), data[start:stop] * 2, b"")[chance.randint(0, 3)]
        data = data[:start] + put + data[stop:]
    return (chance.choice(sorted(seeds)) if chance.random() < 0.1 else name), data


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.fuzz")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--readings", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    from test_fuzz import _NASTY, SEEDS, check

    chance = random.Random(given.seed)
    counts: Counter[str] = Counter()
    texts: list[Any] = []
    slowest = (0.0, "", b"")
    begun = time.monotonic()
    for number in range(given.inputs):
        name, data = damaged(chance, SEEDS, _NASTY)
        start = time.monotonic()
        try:
            found = check(name, data)
        except BaseException as error:
            print(f"input {number} ({name}): {type(error).__name__}: {error}\n{data!r}")
            raise
        slowest = max(slowest, (time.monotonic() - start, name, data[:60]))
        for one in found:
            counts["articles" if hasattr(one, "article") else "refusals"] += 1
            if hasattr(one, "article") and len(texts) < given.readings and chance.random() < 4 * given.readings / given.inputs:
                texts.append(one)
    seconds = time.monotonic() - begun
    print(f"{given.inputs:,} inputs in {seconds:,.0f} s: {counts['articles']:,} articles, {counts['refusals']:,} refusals")
    print(f"slowest: {slowest[0]:.2f} s, {slowest[1]}, {slowest[2]!r}")
    print(f"{read(texts):,} readings keep the contract")


def read(items: list[Any]) -> int:
    """How many articles were read; each reading is checked."""
    from contracts import check_reading

    from detente.read.reader import read_many

    number = 0
    for reading in read_many(items, threads=1):
        check_reading(reading)  # type: ignore[arg-type]
        number += 1
    return number


if __name__ == "__main__":
    main()
