"""Lists for the terminal: time line, items, quotations, tension, search, actors, publishers. Plain text in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from detente.ledger.records import ActorCount, Hit, PublisherCount, Report
from detente.relations.board import Change
from detente.relations.happenings import Happening
from detente.relations.items import Item
from detente.relations.pair import PairState
from detente.relations.quotations import Difference, Quote, Variant
from detente.relations.tension import DyadDay, sparkline, trend_of, weights
from detente.report.brief import shortened
from detente.report.outline import EVENT_WORDS, STATUS_SIGNS, day, one_line

WIDTH = 80


def _wrapped(text: str, indent: int) -> str:
    pad = " " * indent
    return textwrap.fill(one_line(text), WIDTH, initial_indent=pad, subsequent_indent=pad)


def _text(lines: Iterable[str], empty: str) -> str:
    found = list(lines)
    return "\n".join(found or [empty]) + "\n"


def timeline_text(happenings: Sequence[Happening], state: PairState) -> str:
    """A paragraph for each happening."""
    return _text((line for h in happenings for line in _happening(h, state.standing(h))), "Nothing is known.")


def _happening(h: Happening, standing: str) -> Iterator[str]:
    first, last, named = h.when
    when = ("" if named else "~") + (last.isoformat() if first == last else f"{first} – {last}")
    sign = STATUS_SIGNS.get(h.status, "·")  # type: ignore[call-overload]
    what = EVENT_WORDS.get(h.event_type, h.event_type.lower()) + (f" ({h.mode})" if h.mode else "")
    parties = " → ".join(filter(None, (", ".join(h.actors), ", ".join(h.recipients))))
    extra = [f"in {one_line(h.place)}"] if h.place else []
    extra += [f"{h.publishers} publisher{'s' if h.publishers > 1 else ''}"]
    extra += ["contested"] if h.contested else []
    yield f"{when:<11} {sign} {standing:<12} {what}: {parties}; {', '.join(extra)}  #{h.number}"
    yield _wrapped(shortened(h.best.sentence), 13)


def items_text(items: Sequence[Item]) -> str:
    """A paragraph for each item."""
    return _text((line for i in items for line in _item(i)), "No such item is known.")


def _item(i: Item) -> Iterator[str]:
    who = f"{i.teller} on " if i.teller else ""
    due = f", for {i.due[0]}" + (f" – {i.due[1]}" if i.due[1] != i.due[0] else "") if i.due else ""
    yield f"{i.number:>5}  {i.kind}: {who}{i.actor} → {i.recipient}, {i.opened}{due}: {i.status.upper()}"
    yield _wrapped(shortened(i.what), 7)
    if i.answer:
        yield _wrapped(f"{i.answer.known_at[:10]} {i.answer.status}: {i.answer.rule} ({_sure(i.answer)})", 7)


def _sure(c: Change) -> str:
    return "a person's decision" if c.decision else f"confidence {c.confidence:.2f}" + (", confirmed" if c.confirmed else "")


def item_text(i: Item, state: PairState) -> str:
    """An item with all its changes and their evidence."""
    return _text(_whole_item(i, state), "")


def _whole_item(i: Item, state: PairState) -> Iterator[str]:
    yield f"{i.kind} {i.number}: {i.who} ({i.actor}) → {i.recipient}: {i.status.upper()}"
    if i.condition:
        yield _wrapped(f"depends on “{i.condition}”", 2)
    if i.due:
        yield f"  for {i.due[0]} – {i.due[1]}"
    for c in i.changes:
        yield f"  {c.known_at[:10]}  {c.status}{'' if c.counts else ' (undone)'}: {c.rule} ({_sure(c)})"
        if c.evidence is not None and (r := state.reports.get(c.evidence)):
            yield _wrapped(one_line(r.sentence), 14)
            yield _wrapped(_source(r), 14)


def _source(r: Report) -> str:
    a = r.article
    return f"{a.printed_by}, {day(a.day.isoformat())}: {a.headline}, sentence {r.sentence_number}"


def quotes_text(quotes: Sequence[Quote]) -> str:
    """A paragraph for each quotation, its variants below it."""
    return _text((line for q in quotes for line in _quote(q)), "No such quotation is known.")


def _quote(q: Quote) -> Iterator[str]:
    yield f"{one_line(q.speaker)}{f', {q.code}' if q.code else ''}"
    yield _wrapped(f"“{one_line(q.text)}”", 2)
    yield from (line for v in q.variants for line in _variant(v))


def _variant(v: Variant) -> Iterator[str]:
    how = "altered" if v.altered else "shortened" if v.shortened else "the same words"
    a = v.said.article
    yield f"    {a.printed_by}, {a.day.isoformat()}: {how}"
    for d in v.differences:
        yield f"      {_difference(d)}"
    for alteration in v.said.statement.alterations:
        yield f"      “{one_line(alteration.text)}” {alteration.kind}"


def _difference(d: Difference) -> str:
    shown = "" if d.marked else ", unmarked"
    if not d.instead_of:
        return f"put in “{d.words}”{shown}"
    return f"left out “{d.instead_of}”{shown}" if not d.words else f"“{d.words}” for “{d.instead_of}”{shown}"


def tension_text(both: Sequence[Sequence[DyadDay]], *, explain: bool, step_days: int) -> str:
    """Both directions with their lines; with `explain` the happenings behind the last value."""
    return _text((line for points in both for line in _direction(points, explain, step_days)), "")


def _direction(points: Sequence[DyadDay], explain: bool, step_days: int) -> Iterator[str]:
    last = points[-1]
    value = "no data" if last.tension is None else f"{last.tension:+.1f}"
    yield f"{last.actor} → {last.recipient}, {last.day}: {value}"
    yield _wrapped(sparkline([p.tension for p in points]), 2)
    if step_days == 7 and (words := _trend(points)):
        yield f"  {words}"
    if explain:
        yield from _shares(last)


def _trend(points: Sequence[DyadDay]) -> str:
    trend = trend_of(points)
    if trend.change is None:
        return ""
    if trend.unusual is None:
        return f"{trend.change:+.1f} in a week; too little past to say whether that is unusual"
    known = f"larger than {trend.rank:.0%} of {trend.past_changes} weekly changes before"
    return f"{trend.change:+.1f} in a week, {known}: {'unusual' if trend.unusual else 'not unusual'} for these two"


def _shares(last: DyadDay) -> Iterator[str]:
    if last.tension is None:
        yield f"  no happening in the last {weights()['setting', 'silent_days']:.0f} days"
        return
    yield "  points   = -score × status × voice × publishers × contested × decay"
    for s in last.shares:
        what = EVENT_WORDS.get(s.event_type, s.event_type) + (f" ({s.mode})" if s.mode else "")
        factors = f"{-s.score:+.1f} × {s.status:g} × {s.voice:g} × {s.publishers:g} × {s.contested:g} × {s.decay:.3f}"
        yield f"  {s.points:+8.4f} = {factors}  {s.day} {what} #{s.happening}"
    yield f"  {last.tension:+8.4f}"


def hits_text(hits: Sequence[Hit]) -> str:
    """A paragraph for each place found."""
    return _text((line for h in hits for line in _hit(h)), "Nothing was found.")


def _hit(h: Hit) -> Iterator[str]:
    who = (
        f"{one_line(h.speaker)}{f', {h.code}' if h.code else ''}" if h.speaker else "the text" if not h.said else "nobody named"
    )
    a = h.article
    yield _wrapped(f"{a.day.isoformat()}  {who}  ({a.printed_by}: {shortened(a.headline, 60)})", 0)
    yield _wrapped(one_line(h.excerpt), 4)


def actors_text(actors: Sequence[ActorCount], names: dict[str, str]) -> str:
    """A line for each actor."""
    heading = [f"{'code':<8}{'acts':>8}{'received':>10}{'speaks':>8}  name"] if actors else []
    rows = [f"{a.code:<8}{a.acts:>8,}{a.received:>10,}{a.statements:>8,}  {_name(a, names)}".rstrip() for a in actors]
    return _text(heading + rows, "No actor is known.")


def _name(a: ActorCount, names: dict[str, str]) -> str:
    """The name of the tables where articles use it too, else the commonest one: a code may be of somebody else in them."""
    known = names.get(a.code, "")
    return known if known in a.names or not a.names else one_line(a.names[0])


def publishers_text(publishers: Sequence[PublisherCount]) -> str:
    """A line for each publisher."""
    heading = [f"{'articles':>8}{'copies':>8}{'loaded/1,000':>14}  {'first':<12}{'last':<12}publisher"] if publishers else []
    rows = [
        f"{p.articles:>8,}{p.copies:>8,}{_rate(p):>14}  {p.first:<12}{p.last:<12}{one_line(p.publisher)}" for p in publishers
    ]  # fmt: skip
    return _text(heading + rows, "No publisher is known.")


def _rate(p: PublisherCount) -> str:
    return "-" if p.loaded_per_thousand is None else f"{p.loaded_per_thousand:.1f}"
