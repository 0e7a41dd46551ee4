"""Forecasts, backtests and scores as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from detente.forecast.bootstrap import Estimate
from detente.forecast.days import Pair
from detente.forecast.issue import Evidence, Forecast
from detente.forecast.judging import Judgement, Verdict
from detente.forecast.next import ROOTS, Expected
from detente.forecast.recalibration import ENOUGH_OUTCOMES
from detente.forecast.rows import HistoryRow, has_class
from detente.forecast.signals import THAW, Adjustment
from detente.forecast.tally import Tally

_SHOWN = ("global rate", "dyad rate", "persistence", "decayed count", "decayed count, recalibrated", "logistic",
          "self-exciting rate", "detente", "detente, recalibrated")  # fmt: skip
_EVENTS_A_DAY = 3


def percent(p: float | None) -> str:
    """Two digits that mean something: "0.3 %", "4.2 %", "47 %"."""
    if p is None:
        return "–"
    value = 100 * p
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %" if value >= 0.05 else "under 0.1 %"


def points(change: float) -> str:
    """A change in percentage points, with its sign."""
    value = 100 * change
    return f"{value:+.0f}" if abs(value) >= 10 else f"{value:+.1f}"


def forecast_text(found: Sequence[Forecast], notes: Iterable[str] = (), *, explain: bool = False) -> str:
    """The first forecast with its reasons, the others in a line each; all with their reasons if `explain`."""
    first = found[0]
    lines = [f"{first.pair[0]} – {first.pair[1]}, as of {first.as_of}, from {first.source}", ""]
    for n, one in enumerate(found):
        if n == 0 or explain:
            lines += [*_reasons(one, explain), ""]
    others = found[1:] if not explain else ()
    if others:
        width = max(len(o.question.title) for o in others) + 2
        lines += [f"{'also':<{width}}  {'now':>9}{'all pairs':>12}{'long run':>11}"]
        lines += [
            f"  {o.question.title:<{width}}{percent(o.probability):>9}{percent(o.base_rate):>12}{percent(o.prior):>11}"
            for o in others
        ]
        lines.append("")
    lines += [f"{note}" for note in notes]
    return "\n".join(lines).rstrip() + "\n"


def adjustments_text(found: Sequence[tuple[Forecast, Adjustment]]) -> list[str]:
    """What the signals of a ledger make of forecasts of one pair: the items they are, then each forecast before and after."""
    first = found[0][1]
    if not first.steps:
        return ["with the signals of the ledger: unchanged, as there are none"]
    sign = -1.0 if found[0][0].question.outcome == THAW else 1.0
    lines = ["with the signals of the ledger, whose worth nobody has measured, as log odds of conflict (numbers of items):"]
    for name, step in first.steps.items():
        lines.append(f"  {sign * step:+.2f}  {name} ({', '.join(str(n) for n in first.numbers[name])})")
    moved = [f"{f.question.id} {percent(m.before)} > {percent(m.after)}" for f, m in found]
    return [*lines, f"  {'; '.join(moved)}"]


def forecast_line(one: Forecast) -> str:
    """One forecast in one line with its base rates, for a brief."""
    rates = f"all active pairs {percent(one.base_rate)}, this pair in the long run {percent(one.prior)}"
    low, high = sorted((one.if_fair, one.if_chosen, one.probability))[::2]
    small = f", a small ledger: {percent(low)} to {percent(high)} by how it was chosen" if one.thin else ""
    return f"{one.question.title}: {percent(one.probability)} ({rates}{small}), {one.issued} to {one.until}"


def _reasons(one: Forecast, explain: bool) -> list[str]:
    days = "day" if one.events_90 == 1 else "days"
    lines = [
        f"{one.question.title}: {percent(one.probability)}",
        f"  window {one.issued} to {one.until}, {one.question.id}, {one.model}",
        f"  {percent(one.base_rate):>8}  all active pairs",
        f"  {percent(one.dyad_rate):>8}  this pair in this source"
        + ("" if one.dyad_rate is not None else ": no window is over yet"),
        f"  {percent(one.prior):>8}  long-run history" + ("" if one.prior_known else ", which does not know this pair"),
        f"  {points(one.uncalibrated - one.prior):>6}    this source adds: {one.events_90} event {days} of the pair in 90 days"
        + (f", {one.volume_90} of all pairs" if one.thin else ""),
    ]
    if not one.calibration.identity:
        lines.append(
            f"  {points(one.probability - one.uncalibrated):>6}    recalibrated on {one.calibration.outcomes} outcomes here"
        )
    else:
        lines.append(
            f"            not calibrated here: {one.calibration.outcomes} of {ENOUGH_OUTCOMES} outcomes have come true so far"
        )
    lines.append(f"  {percent(one.probability):>8}  forecast")
    if one.thin:
        lines.append(
            f"            a small ledger: {percent(one.if_fair)} if what was read is a fair sample of what happened, "
            f"{percent(one.if_chosen)} if it was chosen because of conflict"
        )
    if one.evidence:
        lines.append("  what moves it most, in points:")
        lines += [line for e in one.evidence for line in _evidence(e, one)]
    if explain and one.terms:
        lines.append("  days expected within the window, by what raises the rate:")
        lines += [f"    {value:7.3f}  {name}" for name, value in one.terms.items() if value >= 0.0005]
    return lines


def _evidence(one: Evidence, of: Forecast) -> list[str]:
    ranked = sorted(one.events, key=lambda e: (not has_class(e.code, of.question.outcome), -int(e.code[:2])))
    head = f"    {points(one.adds):>6}  {one.date}  "
    lines = [head + _event(e) if n == 0 else " " * len(head) + _event(e) for n, e in enumerate(ranked[:_EVENTS_A_DAY])]
    more = len(ranked) - _EVENTS_A_DAY
    return lines + ([" " * len(head) + f"and {more} more"] if more > 0 else [])


def _event(event: HistoryRow) -> str:
    told = f", {event.publishers} publishers" if event.publishers > 1 else ""
    reference = f"  [{event.reference}]" if event.reference else ""
    return f"{event.actor} > {event.recipient}: {ROOTS[int(event.code[:2]) - 1]} ({event.code}){told}{reference}"


def ranking_text(title: str, found: Sequence[tuple[Pair, float]]) -> str:
    lines = [title, ""] + [f"  {percent(p):>11}  {a} – {b}" for (a, b), p in found]
    return "\n".join(lines) + "\n"


def next_text(actor: str, until: str, found: Sequence[Expected]) -> str:
    lines = [f"{actor} in the days until {until}:", ""]
    lines += [f"  {percent(e.probability):>8}  {e.event} > {e.recipient:<5} {e.reason}" for e in found]
    return "\n".join(lines) + "\n"


def backtest_text(done: Judgement) -> str:
    """Tables of all questions, on all dyads and on quiet ones."""
    test = done.backtest
    lines = [f"{done.source}, {test.start} until {test.stop}, each Monday; coefficients: {', '.join(test.editions)}"]
    lines.append("skill is the share of the log loss that is gone; intervals hold 90 % of draws of whole dyads")
    for title, verdicts in (("", done.all_dyads), ("quiet dyads: none in 90 days before", done.quiet_dyads)):
        if title:
            lines += ["", f"== {title}"]
        for verdict in verdicts:
            lines += ["", *_verdict_lines(verdict)]
    return "\n".join(lines) + "\n"


def _verdict_lines(v: Verdict) -> list[str]:
    open_ = f"; {v.unknown} windows end after the history" if v.unknown else ""
    if not v.rows:
        return [f"{v.question} {v.title}: no window is over{open_}"]
    lines = [f"{v.question} {v.title}: {v.rows} forecasts, {v.dyads} dyads, {v.base_rate:.2%} came true{open_}"]
    skills = f"{'skill, dyad rate':<24}{'skill, decayed count':<24}"
    lines.append(f"  {'':28}{'log loss':>9}{'Brier':>8}  {skills}{'AUC':<20}{'AP':>6}{'ECE':>8}")
    for name in [m for m in _SHOWN if m in v.measures] + [m for m in v.measures if m not in _SHOWN]:
        m = v.measures[name]
        lines.append(
            f"  {name:<28}{m['log loss'].value:9.4f}{m['Brier score'].value:8.4f}  {_interval(m['skill over dyad rate']):<24}"
            f"{_interval(m['skill over decayed count']):<24}{_interval(m['AUC'], sign=False):<20}"
            f"{m['average precision'].value:6.3f}{m['calibration error'].value:8.4f}"
        )
    lines.append(f"  ECE by chance, of one whose probabilities were exactly right: {v.error_by_chance:.4f}")
    return lines


def _interval(e: Estimate, *, sign: bool = True) -> str:
    form = "+.3f" if sign else ".3f"
    return f"{e.value:{form}} [{e.low:{form}}, {e.high:{form}}]" if sign else f"{e.value:.3f} [{e.low:.2f}, {e.high:.2f}]"


def tally_text(live: Sequence[Tally], hindsight: Sequence[Tally], head: tuple[int, str]) -> str:
    lines = [f"{head[0]} entries, unbroken; last hash {head[1]}", ""]
    for title, group in (("recorded before the fact", live), ("recorded with hindsight, scored apart", hindsight)):
        if group:
            lines += [title, *(line for one in group for line in _tally_lines(one)), ""]
    if not live and not hindsight:
        lines.append("no forecast has been recorded yet")
    return "\n".join(lines).rstrip() + "\n"


def _tally_lines(one: Tally) -> list[str]:
    void = "–" if one.void_share is None else f"{one.void_share:.0%}"
    lines = [
        f"  {one.question}: {one.recorded} recorded, {one.open} open, {one.yes} yes, {one.no} no, {one.void} void "
        f"({void} of those over)"
    ]
    measures: Mapping[str, Estimate] = one.measures
    lines += [f"    {name:<24} {_score(e)}" for name, e in measures.items()]
    if one.number_adjusted:
        lines.append(f"    with the signals of the ledger, apart: {one.number_adjusted} decided")
        lines += [f"      {name:<24} {_score(e)}" for name, e in one.adjusted.items()]
    if one.bins:
        lines.append(
            "    said / came true:  " + "  ".join(f"{b.said:.0%}/{b.came_true:.0%} ({b.number:.0f})" for b in one.bins)
        )
    return lines


def _score(e: Estimate) -> str:
    return "–" if e.value != e.value else f"{e.value:.4f} [{e.low:.4f}, {e.high:.4f}]"
