"""Commands about what may come: forecast, backtest, next, resolve, score."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import opened, reported_failures, tell

if TYPE_CHECKING:
    from detente.forecast.days import Pair
    from detente.forecast.editions import Edition
    from detente.forecast.issue import Forecast, HistorySource
    from detente.forecast.questions import Question
    from detente.forecast.signals import Adjustment, Signals


class Form(StrEnum):
    """How an answer is written."""

    text = "text"
    json = "json"


class PageForm(StrEnum):
    """How a backtest is written."""

    text = "text"
    json = "json"
    html = "html"


LEDGER = Path("relations.ledger")
HISTORY = Path("history")
Ledger = Annotated[Path | None, typer.Option("--ledger", "-l", envvar="DETENTE_LEDGER", help="Forecast from this ledger.")]
History = Annotated[
    Path | None, typer.Option("--history", envvar="DETENTE_HISTORY", file_okay=False, help="Forecast from this history folder.")
]
SourceName = Annotated[str | None, typer.Option("--source", help="Which source of the history, where it has several.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Only what was known by then (ISO date); today if not given.")
]
Asked = Annotated[
    list[str] | None,
    typer.Option("--question", "-q", help="conflict, conflict-7, conflict-any, conflict-90, force, rupture, thaw."),
]
Record = Annotated[Path, typer.Option("--to", dir_okay=False, help="The track record's file.", show_default=True)]
RECORD = Path("forecasts.record")
Coefficients = Annotated[
    Path | None, typer.Option("--coefficients", dir_okay=False, exists=True, help="Other coefficients than the shipped ones.")
]


def forecast_command(
    states: Annotated[list[str] | None, typer.Argument(metavar="[A B]", help="Two states, by code or name.")] = None,
    question: Asked = None,
    horizon: Annotated[int | None, typer.Option(help="Days, with one --question: 7, 30 or 90.")] = None,
    as_of: AsOf = None,
    ledger: Ledger = None,
    history: History = None,
    source: SourceName = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every active pair, highest first, instead of two states.")] = False,
    most: Annotated[int, typer.Option(min=1, help="How many pairs --all shows.")] = 20,
    record: Annotated[bool, typer.Option("--record", help="Store the forecasts, unchangeable, to be scored later.")] = False,
    to: Record = RECORD,
    signals: Annotated[
        bool,
        typer.Option("--signals", help="Also what open items of the ledger would change: bounded, logged and scored apart."),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="The reasons of every forecast, with the terms of its rate.")
    ] = False,
    form: Annotated[Form, typer.Option("--format", "-f")] = Form.text,
    coefficients: Coefficients = None,
) -> None:
    """How likely conflict, force, a rupture or a thaw between two states is, and what that stands on."""
    with reported_failures():
        known, asked = _as_of(as_of), _questions(question, horizon)
        found = _source(ledger, history, source, known)
        if everybody:
            if signals or record:
                raise typer.BadParameter("are for two states, not for --all", param_hint="--signals, --record")
            _show_all(found, asked if question else asked[:1], known, most, form, coefficients)
            return
        pair = _pair(states, found)
        known_signals = _signals(found, ledger, pair, known) if signals else None
        forecasts, notes = _forecasts(found, pair, asked, known, coefficients, explicit=bool(question))
        moved = _adjustments(forecasts, known_signals)
        if record:
            _record(forecasts, moved, to)
        if form is Form.json:
            rows = [f.to_dict() | ({"adjustment": m.to_dict()} if m else {}) for f, m in zip(forecasts, moved, strict=True)]
            print(json.dumps({"forecasts": rows, "notes": notes}, ensure_ascii=False, indent=2))
        else:
            from detente.forecast.showing import adjustments_text, forecast_text

            both = [(f, m) for f, m in zip(forecasts, moved, strict=True) if m]
            notes += adjustments_text(both) if both else []
            print(forecast_text(forecasts, notes, explain=explain), end="")


def _forecasts(
    source: HistorySource, pair: Pair, asked: list[Question], known: date, coefficients: Path | None, *, explicit: bool
) -> tuple[list[Forecast], list[str]]:
    """Questions that are not asked about the pair are an error only where they were asked for."""
    from detente.forecast.issue import ForecastImpossible, forecast

    issued, editions = known + timedelta(days=1), _editions(coefficients)
    if explicit:
        return forecast(source, pair, asked, issued=issued, editions=editions), []
    kept, notes = [q for q in asked if not q.quiet_days], []
    found = forecast(source, pair, kept, issued=issued, editions=editions)
    for question in asked:
        if question.quiet_days:
            try:
                found += forecast(source, pair, [question], issued=issued, editions=editions)
            except ForecastImpossible as error:
                notes.append(f"not asked: {error}")
    return found, notes


def _show_all(
    source: HistorySource, asked: list[Question], known: date, most: int, form: Form, coefficients: Path | None
) -> None:
    from detente.forecast.issue import forecast_all
    from detente.forecast.showing import ranking_text

    found = forecast_all(source, asked, issued=known + timedelta(days=1), editions=_editions(coefficients))
    if form is Form.json:
        ranked = {q: [{"pair": list(pair), "probability": round(p, 5)} for pair, p in rows] for q, rows in found.items()}
        print(json.dumps({"as_of": str(known), "source": source.name, "questions": ranked}, indent=2))
        return
    for question in asked:
        rows = found[question.id]
        title = f"{question.title}, as of {known}, from {source.name}: {len(rows)} active pairs"
        print(ranking_text(title, rows[:most]))


def _signals(source: HistorySource, ledger: Path | None, pair: Pair, known: date) -> Signals:
    """Items of the ledger that the forecast is made from."""
    from detente.forecast.issue import RowsSource
    from detente.forecast.ledger import open_signals

    if not isinstance(source, RowsSource):
        raise typer.BadParameter("an imported history has no items; forecast from a --ledger", param_hint="--signals")
    return open_signals(ledger or LEDGER, pair, known_by=known + timedelta(days=1))


def _adjustments(forecasts: list[Forecast], signals: Signals | None) -> list[Adjustment | None]:
    """What signals make of each forecast; None of each where they were not asked for."""
    from detente.forecast.signals import adjusted

    return [None if signals is None else adjusted(f.probability, f.question, signals) for f in forecasts]


def _record(forecasts: list[Forecast], moved: list[Adjustment | None], to: Path) -> None:
    """Forecasts, and adjustments as entries of their own."""
    from detente.forecast.record import TrackRecord

    now = datetime.now(UTC)
    with TrackRecord(to) as record:
        for one, adjustment in zip(forecasts, moved, strict=True):
            number, new = record.add_forecast(one.to_dict(), now=now)
            tell(f"{to}: {one.question.id} {'recorded as' if new else 'was recorded before as'} entry {number}")
            if adjustment:
                entry, new = record.add_adjustment(number, adjustment.to_dict(), now=now)
                tell(f"{to}: its adjustment {'recorded as' if new else 'was recorded before as'} entry {entry}")


def next_command(
    actor: Annotated[str, typer.Argument(help="A state, by code or name.")],
    days: Annotated[int, typer.Option(min=1, max=30, help="How far ahead.")] = 7,
    as_of: AsOf = None,
    ledger: Ledger = None,
    history: History = None,
    source: SourceName = None,
    most: Annotated[int, typer.Option(min=1)] = 10,
    form: Annotated[Form, typer.Option("--format", "-f")] = Form.text,
) -> None:
    """Toward whom a state will act in the coming days, and how: ranked, each with the recurrence or rule that speaks for it."""
    with reported_failures():
        from detente.forecast.next import SCHEMA, who_next
        from detente.forecast.showing import next_text

        known = _as_of(as_of)
        found = _source(ledger, history, source, known)
        code = _state(actor, found)
        rows = found.all_rows(known_by=known + timedelta(days=1))
        expected = who_next(rows, code, issued=known + timedelta(days=1), days=days, most=most)
        if form is Form.json:
            head = {"schema": SCHEMA, "actor": code, "as_of": str(known), "days": days, "source": found.name}
            print(json.dumps({**head, "expected": [e.to_dict() for e in expected]}, indent=2))
        else:
            print(next_text(code, str(known + timedelta(days=days)), expected), end="")


def backtest_command(
    history: History = None,
    source: SourceName = None,
    start: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day of issue; as early as it can be if not given.")
    ] = None,
    stop: Annotated[str | None, typer.Option(metavar="DATE", help="No day of issue from this one on.")] = None,
    question: Asked = None,
    draws: Annotated[int, typer.Option(min=10, max=10_000, help="Draws of dyads for the intervals.")] = 400,
    coefficients: Coefficients = None,
    allow_overlap: Annotated[
        bool,
        typer.Option("--allow-overlap", help="Use --coefficients even over years that they were fitted to or that lie before."),
    ] = False,
    form: Annotated[PageForm, typer.Option("--format", "-f")] = PageForm.text,
    out: Annotated[Path | None, typer.Option("--out", "-o", dir_okay=False, help="Write to this file, not to stdout.")] = None,
) -> None:
    """Replay a history in order of publication and score every forecast against what came after."""
    with reported_failures(), opened(out) as stream:
        from detente.forecast.backtest import backtest
        from detente.forecast.judging import judge
        from detente.forecast.page import backtest_page
        from detente.forecast.showing import backtest_text
        from detente.forecast.store import source_named

        if allow_overlap and coefficients is None:
            raise typer.BadParameter("needs --coefficients", param_hint="--allow-overlap")
        chosen = source_named(history or HISTORY, source)
        days, editions = chosen.days(), _editions(coefficients, anywhere=allow_overlap)
        first = _date(start, "--start") if start else date.fromordinal(max(days.first, 1) + 90)
        last = _date(stop, "--stop") if stop else date.fromordinal(max(days.last, 1) + 1)
        rolled = backtest(days, _questions(question, None), start=first, stop=last, editions=editions)
        done = judge(rolled, chosen.name, draws=draws)
        writers: dict[PageForm, Callable[[], str]] = {
            PageForm.text: lambda: backtest_text(done), PageForm.html: lambda: backtest_page(done),
            PageForm.json: lambda: json.dumps(done.to_dict(), indent=1) + "\n",
        }  # fmt: skip
        stream.write(writers[form]())


def resolve_command(
    to: Record = RECORD, as_of: AsOf = None, ledger: Ledger = None, history: History = None, source: SourceName = None
) -> None:
    """Decide recorded forecasts whose time is over: yes, no, or void where neither can be said."""
    from detente.forecast.questions import questions
    from detente.forecast.record import TrackRecord, read_record
    from detente.forecast.resolution import resolve

    with reported_failures():
        known = _as_of(as_of)
        waiting = [f for f in read_record(to) if f.resolution is None]
        found = _source(ledger, history, source, known)
        ours = [f for f in waiting if f.body["source"] == found.name]
        today, days = known + timedelta(days=1), found.days()
        decided = 0
        for one in ours:
            asked, issued = questions()[one.body["question"]], date.fromisoformat(one.body["issued"])
            pair = (one.body["pair"][0], one.body["pair"][1])
            events = found.events(pair, known_by=today, since=issued)
            outcome = resolve(asked, issued, events, days, today=today, publishers=_publishers(found))
            if outcome:
                with TrackRecord(to) as record:
                    record.add_resolution(one.number, outcome, now=datetime.now(UTC))
                print(f"{one.number}: {' '.join(pair)} {asked.id} from {issued}: {outcome.outcome} ({outcome.reason})")
                decided += 1
        others = len(waiting) - len(ours)
        rest = f"; {others} are from other sources" if others else ""
        tell(f"{to}: {decided} decided from {found.name}, {len(ours) - decided} still open{rest}")


def score_command(
    to: Record = RECORD,
    draws: Annotated[int, typer.Option(min=10, max=10_000)] = 400,
    form: Annotated[Form, typer.Option("--format", "-f")] = Form.text,
) -> None:
    """How good the recorded forecasts were, against base rates, and how many could not be decided."""
    from detente.forecast.record import TrackRecord, read_record
    from detente.forecast.showing import tally_text
    from detente.forecast.tally import SCHEMA, tallies

    with reported_failures():
        forecasts = read_record(to)
        with TrackRecord(to) as record:
            head = record.head()
        live, hindsight = (tallies(forecasts, live=when, draws=draws) for when in (True, False))
        if form is Form.json:
            parts = {"before_the_fact": [t.to_dict() for t in live], "with_hindsight": [t.to_dict() for t in hindsight]}
            print(json.dumps({"schema": SCHEMA, "entries": head[0], "last_hash": head[1], **parts}, indent=2))
        else:
            print(tally_text(live, hindsight, head), end="")


def _questions(given: list[str] | None, horizon: int | None) -> list[Question]:
    from detente.forecast.questions import QuestionUnknown, question_of, question_within, questions

    try:
        if horizon is not None:
            if not given or len(given) != 1:
                raise typer.BadParameter("needs exactly one --question", param_hint="--horizon")
            return [question_within(given[0], horizon)]
        return [question_of(q) for q in given] if given else list(questions().values())
    except QuestionUnknown as error:
        raise typer.BadParameter(str(error), param_hint="--question" if horizon is None else "--horizon") from error


def _editions(coefficients: Path | None, *, anywhere: bool = False) -> Callable[[date], Edition]:
    from detente.forecast.editions import edition_for, load_edition

    if coefficients is None:
        return edition_for
    one = load_edition(coefficients)
    if anywhere:
        return lambda issued: one
    return lambda issued: edition_for(issued, [one])


def _source(ledger: Path | None, history: Path | None, source: str | None, known: date) -> Any:
    """What was asked for; else the ledger of this folder, else its history. An option given by hand wins over either."""
    from detente.forecast.issue import ForecastImpossible
    from detente.forecast.ledger import open_source
    from detente.forecast.store import source_named

    if history is not None or source is not None or (ledger is None and not LEDGER.exists() and HISTORY.is_dir()):
        return source_named(history or HISTORY, source)
    path = ledger or LEDGER
    if not path.exists():
        raise ForecastImpossible(
            f"there is neither a ledger ({path}) nor a history ({HISTORY}/); read articles into a ledger, or import event data "
            "with `detente history add FILE...`"
        )
    return open_source(path, known_by=known + timedelta(days=1))


def _publishers(source: HistorySource) -> int | None:
    """An imported history is taken as it is; a day of a ledger needs as many publishers as the rule says."""
    from detente.forecast.issue import RowsSource

    return None if isinstance(source, RowsSource) else 1


def _pair(given: list[str] | None, source: Any) -> Pair:
    from detente.forecast.rows import pair_of

    if not given or len(given) != 2:
        raise typer.BadParameter(f"give two states, as RUS USA, or --all; found {len(given or [])}", param_hint="A B")
    one, other = (_state(g, source) for g in given)
    if one == other:
        raise typer.BadParameter(f"{given[0]} and {given[1]} are the same state; give two", param_hint="A B")
    return pair_of(one, other)


def _state(given: str, source: Any) -> str:
    """A state by code or name, or by a code that the source has (states that a user added)."""
    from detente.errors import UnknownCode
    from detente.forecast.fold import state_code

    try:
        return state_code(given)
    except UnknownCode as error:
        if any(given.upper() in pair for pair in source.days().pairs):
            return given.upper()
        raise typer.BadParameter(str(error), param_hint="state") from error


def _as_of(given: str | None) -> date:
    today = datetime.now(UTC).date()
    known = _date(given, "--as-of") if given else today
    if known > today:
        raise typer.BadParameter(f"{known} lies in the future; today is {today}", param_hint="--as-of")
    return known


def _date(given: str, option: str) -> date:
    try:
        return date.fromisoformat(given[:10])
    except ValueError:
        raise typer.BadParameter(f"{given!r} is not an ISO date; give YYYY-MM-DD, as 2022-01-09", param_hint=option) from None
