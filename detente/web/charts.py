"""Lines and marks as coordinates, for drawings that need no script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

Values = Sequence[float | None]


@dataclass(frozen=True)
class Mark:
    """An event on a chart: where it stands, and what it leads to."""

    number: int
    day: str
    label: str
    sign: str
    conflict: bool
    weight: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Drawing:
    """A chart laid out: polylines (broken where data lack), the zero line, ticks and marks, in units of its box."""

    width: int
    height: int
    lines: tuple[tuple[str, ...], ...]
    dots: tuple[tuple[tuple[float, float], ...], ...]
    zero: float | None
    ticks_x: tuple[tuple[float, str], ...]
    ticks_y: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]


def spark(values: Values, *, width: int = 120, height: int = 28, pad: float = 3.0) -> tuple[str, ...]:
    """Points of the polylines of a sparkline; a gap where there are no data. Empty where nothing is known."""
    low, high = _range([values])
    step = (width - 2 * pad) / max(1, len(values) - 1)
    runs = _runs(values, lambda n: pad + n * step, _scale(low, high, height, pad))
    return tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in runs)


def last_point(values: Values, *, width: int = 120, height: int = 28, pad: float = 3.0) -> tuple[float, float] | None:
    """Where the sparkline's last value stands; None where it is unknown."""
    if not values or values[-1] is None:
        return None
    low, high = _range([values])
    return width - pad, _scale(low, high, height, pad)(values[-1])


def draw(
    days: Sequence[date], series: Sequence[Values], marks: Sequence[Mark], *, width: int = 760, height: int = 260
) -> Drawing:
    """A chart of some series over the same days, with marks below them; the left margin holds the scale."""
    left, right, top, bottom = 44.0, 10.0, 12.0, 46.0
    low, high = _range(series)
    first, span = days[0].toordinal(), max(1, days[-1].toordinal() - days[0].toordinal())

    def x_of(on: date) -> float:
        return round(left + (on.toordinal() - first) * (width - left - right) / span, 1)

    y_of = _scale(low, high, height - bottom + top, top)
    runs = [_runs(values, lambda n: x_of(days[n]), y_of) for values in series]
    return Drawing(
        width, height, tuple(tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in r) for r in rs if len(r) > 1) for rs in runs),
        tuple(tuple(p for r in rs if len(r) == 1 for p in r) for rs in runs),
        round(y_of(0.0), 1) if low <= 0 <= high else None, _month_ticks(days, x_of),
        tuple((round(y_of(v), 1), f"{v:+g}" if v else "0") for v in steps(low, high)), _laid(marks, x_of, height),
    )  # fmt: skip


def _laid(marks: Sequence[Mark], x_of: Callable[[date], float], height: int) -> tuple[Mark, ...]:
    """Marks in one row under the lines; those of near days are pushed apart by going down a little, at most three deep."""
    found: list[Mark] = []
    taken: list[tuple[float, int]] = []
    for m in marks:
        x = x_of(date.fromisoformat(m.day))
        depth = sum(abs(x - other) < 11 for other, _ in taken[-12:]) % 3
        taken.append((x, depth))
        found.append(Mark(m.number, m.day, m.label, m.sign, m.conflict, m.weight, x, height - 36 + 11.0 * depth))
    return tuple(found)


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Round values between two ends, for a scale.

    >>> steps(-3.2, 11.0)
    [0.0, 5.0, 10.0]
    """
    span = (high - low) or 1.0
    size = next(s * 10**k for k in range(-3, 9) for s in (1, 2, 5) if span / (s * 10**k) <= most)
    first = -(-low // size) * size
    return [round(first + n * size, 6) + 0.0 for n in range(int((high - first) / size) + 1)]


def _month_ticks(days: Sequence[date], x_of: Callable[[date], float]) -> tuple[tuple[float, str], ...]:
    months: list[date] = []
    year, month = days[0].year, days[0].month
    while date(year, month, 1) <= days[-1]:
        if date(year, month, 1) >= days[0]:
            months.append(date(year, month, 1))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    every = max(1, -(-len(months) // 8))
    shown = [m for n, m in enumerate(months) if n % every == 0]
    return tuple((x_of(m), f"{m:%b}" + (f" {m.year}" if n == 0 or m.month <= every else "")) for n, m in enumerate(shown))


def _range(series: Sequence[Values]) -> tuple[float, float]:
    """The ends of the scale: of all values and zero, never the same."""
    known = [v for values in series for v in values if v is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    return (low, high) if high - low > 1e-9 else (low - 1.0, high + 1.0)


def _scale(low: float, high: float, height: float, pad: float) -> Callable[[float], float]:
    return lambda v: height - pad - (v - low) * (height - 2 * pad) / (high - low)


def _runs(values: Values, x_of: Callable[[int], float], y_of: Callable[[float], float]) -> list[list[tuple[float, float]]]:
    """Stretches of known values as points."""
    found: list[list[tuple[float, float]]] = [[]]
    for n, v in enumerate(values):
        if v is None:
            found.append([])
        else:
            found[-1].append((x_of(n), y_of(v)))
    return [run for run in found if run]
