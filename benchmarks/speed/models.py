"""Graphs of the reader model beside each other: words per second of the model alone, on one core, in one run.

    python -m benchmarks.speed.models FILE MODEL MODEL... [--articles 100] [--rounds 5]

FILE is what `detente read` takes; each MODEL is a folder such as `detente/model`. The models read the same articles by turns,
each in windows of one size, as the reader does, and in the largest windows and a rest, as it once did. Counted is the time
that the process computes, so that other work on the machine weighs little. Printed are words per second (the median of the
rounds) and the ratio to the first line: the median of the ratios in each round, and the lowest and highest of them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from unittest.mock import patch

from detente.intake.origins import find_articles
from detente.read import encoder
from detente.read.article import Received
from detente.read.reader import _prepare, _Prepared, actor_table
from detente.read.words import Word


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.speed.models")
    parser.add_argument("file", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:1]))
    texts, words = shown(given.file, given.articles)
    ways = {f"{folder}, {way}": (encoder.Encoder.load(folder, 1), way) for folder in given.models for way in WAYS}
    for model, _ in ways.values():
        model.encode(texts[:2])
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(given.rounds):
        for name, (model, way) in ways.items():
            taken[name].append(seconds(model, texts, way))
    print(f"{len(texts)} articles, {words:,} words, {given.rounds} rounds")
    for line in table(taken, words):
        print(line)


WAYS = ("largest windows", "windows of one size")


def shown(file: Path, number: int) -> tuple[list[list[Word]], int]:
    """The words of the articles as the model sees them, and how many there are between blanks."""
    received = islice((one for one in find_articles([file]) if isinstance(one, Received)), number)
    table = actor_table(None)
    prepared = [one for item in received if isinstance(one := _prepare(item, table), _Prepared)]
    return [one.shown for one in prepared], sum(len(one.article.text.split()) for one in prepared)


def seconds(model: encoder.Encoder, texts: Sequence[Sequence[Word]], way: str) -> float:
    """Seconds of computing for all the texts."""
    begun = time.process_time()
    if way == WAYS[0]:
        with patch.object(encoder, "_even_size", lambda _total: encoder.WINDOW):
            model.encode(texts)
    else:
        model.encode(texts)
    return time.process_time() - begun


def table(taken: dict[str, list[float]], words: int) -> list[str]:
    """A line for each way: words per second, and how much faster than the first way it was in the same round."""
    first = next(iter(taken.values()))
    lines = []
    for name, found in taken.items():
        ratios = sorted(one / other for one, other in zip(first, found, strict=True))
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        lines.append(f"{name:<60}{words / median(found):>10,.0f} words/s  {median(ratios):.2f} times ({spread})")
    return lines


if __name__ == "__main__":
    main()
