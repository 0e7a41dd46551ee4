"""Looking an imported source over: damage, gaps in time, and states that it hardly sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from detente.forecast.days import DyadDays
from detente.forecast.editions import shipped_editions
from detente.forecast.store import Source

GAP_DAYS = 14
FEW = 0.2  # of the share of events that the long-run numbers lead one to expect
_STATES = 25


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. gaps: first and last day without any event; missing: states seen far less than expected."""

    damaged: tuple[str, ...]
    pairs: int = 0
    event_days: int = 0
    gaps: tuple[tuple[date, date], ...] = ()
    missing: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """For people."""
        if self.damaged:
            return [f"damaged: {what}; remove the source and add its files again" for what in self.damaged]
        lines = [f"{self.pairs} pairs of states, {self.event_days} days with events"]
        lines += [f"nothing from {a} to {b} ({(b - a).days + 1} days)" for a, b in self.gaps]
        if self.missing:
            lines.append(f"hardly sees {', '.join(self.missing)}: learn shares from it, but do not take their silence for calm")
        return lines


def check(source: Source) -> Checked:
    """Never raises for damage: that is what it tells."""
    absent = [f.file for f in source.files if not (source.folder / f"{f.digest[:16]}.parquet").exists()]
    if absent:
        return Checked(tuple(f"the rows of {name} are gone" for name in absent))
    try:
        days = source.days()
    except Exception as error:  # DuckDB has many errors for a broken file
        return Checked((str(error).splitlines()[0],))
    return Checked((), len(days.pairs), len(days.of("any").day), gaps(days), tuple(missing_states(days)))


def gaps(days: DyadDays) -> tuple[tuple[date, date], ...]:
    """Stretches of GAP_DAYS or more without any event."""
    seen = np.unique(days.of("any").day)
    found = [(a, b) for a, b in pairwise(seen) if b - a > GAP_DAYS]
    return tuple((date.fromordinal(int(a)) + timedelta(1), date.fromordinal(int(b)) - timedelta(1)) for a, b in found)


def missing_states(days: DyadDays) -> list[str]:
    """Of the states most in the news in the long run, those with a far smaller share here."""
    expected: dict[str, float] = {}
    for (a, b), (_, _, volume) in shipped_editions()[-1].prior.table.items():
        for state in (a, b):
            expected[state] = expected.get(state, 0.0) + float(np.expm1(volume))
    number = np.bincount(days.of("any").pair, minlength=len(days.pairs))
    found: dict[str, float] = {}
    for pair, n in zip(days.pairs, number, strict=True):
        for state in pair:
            found[state] = found.get(state, 0.0) + float(n)
    largest = sorted(expected, key=lambda s: -expected[s])[:_STATES]
    all_expected, all_found = sum(expected.values()), max(sum(found.values()), 1.0)
    return [s for s in largest if found.get(s, 0.0) / all_found < FEW * expected[s] / all_expected]
