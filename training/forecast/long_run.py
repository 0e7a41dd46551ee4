"""The long-run prior of dyads from a table of dyad-years (counts of verbal and material cooperation and conflict)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from detente.forecast.days import Floats, Pair
from detente.forecast.editions import DyadPrior
from detente.forecast.rows import pair_of

COLUMNS = ("verbCoop", "matlCoop", "verbConf", "matlConf")
HALF_LIFE_YEARS = 4.0
SHRINK = 20.0  # events of the common share that each dyad is given
LARGEST = 1000  # dyads kept
Years = Mapping[Pair, Mapping[int, Floats]]


def dyad_years(path: Path) -> Years:
    """Events of each undirected pair and year, in the order of COLUMNS; from ISO3 codes `i_iso3c`, `j_iso3c` and `year`."""
    found: dict[Pair, dict[int, Floats]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        header = next(stream).rstrip("\n").split("\t")
        for line in stream:
            row = dict(zip(header, line.rstrip("\n").split("\t"), strict=False))
            one, other = row["i_iso3c"], row["j_iso3c"]
            counts = np.array([float(row[c] or 0) for c in COLUMNS])
            if counts.sum() and one != other and len(one) == len(other) == 3:
                years = found.setdefault(pair_of(one, other), {})
                years[int(row["year"])] = years.get(int(row["year"]), np.zeros(4)) + counts
    return found


def prior_before(years: Years, year: int) -> DyadPrior:
    """The prior as it stood at the start of a year: later years do not enter, recent ones weigh more."""
    first = min(y for counts in years.values() for y in counts)
    weights = {y: 0.5 ** ((year - 1 - y) / HALF_LIFE_YEARS) for y in range(first, year)}
    mean = {p: _mean(counts, weights) for p, counts in years.items()} if weights else {}
    mean = {p: m for p, m in mean.items() if m.sum() > 0}
    if not mean:
        return DyadPrior(date(year - 1, 12, 31))
    total = np.sum(list(mean.values()), axis=0)
    shares = total / total.sum()
    largest = sorted(mean, key=lambda p: (-mean[p].sum(), p))[:LARGEST]
    return DyadPrior(date(year - 1, 12, 31), {p: _numbers(mean[p], shares) for p in largest})


def _mean(counts: Mapping[int, Floats], weights: Mapping[int, float]) -> Floats:
    return np.sum([counts[y] * w for y, w in weights.items() if y in counts] or [np.zeros(4)], axis=0) / sum(weights.values())


def _numbers(mean: Floats, shares: Floats) -> tuple[float, float, float]:
    size = mean.sum()
    lifts = [float(np.log((mean[k] + SHRINK * shares[k]) / (size + SHRINK) / shares[k])) for k in (3, 2)]
    return round(lifts[0], 3), round(lifts[1], 3), round(float(np.log1p(size)), 3)


class YearlyPrior:
    """For fitting: in each year the prior of the years before."""

    def __init__(self, years: Years) -> None:
        self._before = cache(lambda year: prior_before(years, year))
        self._first = min(y for counts in years.values() for y in counts)

    def numbers(self, pairs: Sequence[Pair], issued: int) -> Floats:
        year = date.fromordinal(issued).year
        return self._before(year).numbers(pairs, issued) if year > self._first else np.zeros((len(pairs), 4))


def prior_text(prior: DyadPrior) -> str:
    """The prior as a table, alphabetical."""
    lines = [
        f"# Long-run numbers of dyads up to {prior.until}: log-lift of the share of material conflict and of verbal conflict",
        "# over all dyads, and log of events a year. See CARD.md.",
        "a\tb\tmaterial\tverbal\tvolume",
    ]
    lines += [f"{a}\t{b}\t{x:g}\t{y:g}\t{z:g}" for (a, b), (x, y, z) in sorted(prior.table.items())]
    return "\n".join(lines) + "\n"
