"""A backtest as one HTML page with reliability diagrams; no script, nothing from elsewhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from detente.forecast.bootstrap import Estimate
from detente.forecast.judging import MEASURES, Judgement, Verdict
from detente.forecast.scores import Bin

_SIDE, _MARGIN = 300.0, 40.0
_WITH_INTERVAL = ("skill over dyad rate", "skill over decayed count", "AUC")
_TICKS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)


def backtest_page(done: Judgement) -> str:
    """The whole page."""
    environment = Environment(
        loader=PackageLoader("detente", "forecast/templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    style = (files("detente.forecast") / "templates" / "backtest.css").read_text(encoding="utf-8")
    return environment.get_template("backtest.html").render(
        source=done.source, start=done.backtest.start, stop=done.backtest.stop, editions=done.backtest.editions,
        parts=(("", done.all_dyads), ("quiet dyads", done.quiet_dyads)), measures=MEASURES, shown=_shown, diagram=diagram,
        style=Markup(style), style_hash="sha256-" + b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )  # fmt: skip


def _shown(name: str, e: Estimate) -> str:
    """Intervals only where they decide something; the JSON has all of them."""
    if e.value != e.value:
        return "–"
    return f"{e.value:.3f} [{e.low:.2f}, {e.high:.2f}]" if name in _WITH_INTERVAL else f"{e.value:.4f}"


def diagram(verdict: Verdict) -> Markup:
    """Reliability of up to three models as inline SVG."""
    size = _SIDE + 2 * _MARGIN
    top = max((max(b.said, b.came_true) for bins in verdict.bins.values() for b in bins), default=1.0)
    ticks = [t for t in _TICKS if t <= top] or [0.0]
    parts = [
        f'<svg viewBox="0 0 {size:.0f} {size:.0f}" role="img" aria-label="Reliability of {verdict.question}">',
        f'<path class="axis" d="M{_at(0, top)} L{_at(top, top, 0.0)} M{_at(0, top)} L{_at(0, top, top)}"/>',
        f'<path class="even" d="M{_at(0, top)} L{_at(top, top, top)}"/>',
        *(_tick(t, top) for t in ticks),
    ]
    for number, bins in enumerate(verdict.bins.values()):
        parts += _line(bins, top, number)
    return Markup("".join([*parts, "</svg>"]))


def _xy(said: float, came_true: float, top: float) -> tuple[float, float]:
    return _MARGIN + _SIDE * (said / top) ** 0.5, _MARGIN + _SIDE * (1 - (came_true / top) ** 0.5)


def _at(said: float, top: float, came_true: float = 0.0) -> str:
    x, y = _xy(said, came_true, top)
    return f"{x:.1f} {y:.1f}"


def _tick(value: float, top: float) -> str:
    x, y = _xy(value, value, top)
    name = f"{100 * value:g} %"
    return (
        f'<text x="{x:.1f}" y="{_MARGIN + _SIDE + 16:.1f}" text-anchor="middle">{name}</text>'
        f'<text x="{_MARGIN - 5:.1f}" y="{y + 4:.1f}" text-anchor="end">{name}</text>'
    )


def _line(bins: tuple[Bin, ...], top: float, number: int) -> list[str]:
    points = " L".join(_at(b.said, top, b.came_true) for b in bins)
    dots = [
        f'<circle class="p{number}" r="3" cx="{x:.1f}" cy="{y:.1f}"/>' for x, y in (_xy(b.said, b.came_true, top) for b in bins)
    ]
    return [f'<path class="m{number}" d="M{points}"/>', *dots]
