"""Whether the reader takes sides: exchange the names of two states in real texts and see what else changes.

    python -m benchmarks.even_handed ARTICLES [--states RUS USA] [--documents 50] [--list]

ARTICLES is a JSON-lines file. Names, adjectives, citizens and capitals of the two states are exchanged throughout each
text that names both, and so are the full names and surnames of their leaders. A reading of the exchanged text should have the
same statements and events with the codes exchanged. Prints the share that does; --list shows what changed.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.quality.rates import Row, rows
from detente.read.actor_tables import listed, shipped_rows
from detente.read.reader import read_many
from detente.types import Article, Reading

LEADERS = {"RUS": ("Vladimir Putin", "Putin"), "USA": ("Joe Biden", "Biden"), "UKR": ("Volodymyr Zelensky", "Zelensky")}


def names_of(code: str) -> list[str]:
    """One name, adjective, citizen word and capital, then the leader's full name and surname."""
    row = next(r for r in shipped_rows("states") if r["code"] == code)
    name = "United States" if code == "USA" else row["name"]
    adjective, citizens = listed(row["adjectives"])[0], listed(row["citizens"])[0]
    capital = listed(row["capitals"])[0].partition("@")[0]
    return [name, citizens, adjective, capital, *LEADERS.get(code, ())]


def exchanged(text: str, one: Sequence[str], other: Sequence[str]) -> str:
    """The text with the names of each exchanged for those of the other; longer names first."""
    table = dict(zip(one, other, strict=True)) | dict(zip(other, one, strict=True))
    pattern = "|".join(re.escape(n) for n in sorted(table, key=len, reverse=True))
    return re.sub(rf"\b(?:{pattern})\b", lambda m: table[m.group()], text)


def facts(reading: Reading, swap: dict[str, str]) -> Iterator[tuple[object, ...]]:
    """Statements and events without their words: only what a change of names must not change. Codes as `swap` says."""

    def code(value: str | None) -> str | None:
        return swap.get(value, value) if value else None

    for s in reading.statements:
        yield "statement", s.directness, s.within is None, code(s.speaker.code) if s.speaker else None, len(s.alterations)
    for e in reading.events:
        sides = (tuple(sorted(str(code(p.code)) for p in side)) for side in (e.actors, e.recipients))
        yield "event", e.event_type, e.status, len(e.voices), *sides


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--states", nargs=2, default=["RUS", "USA"])
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    one, other = (names_of(code) for code in args.states)
    both: list[Row] = [r for r in rows(args.articles) if one[0] in r["text"] and other[0] in r["text"]][: args.documents]
    swap = {args.states[0]: args.states[1], args.states[1]: args.states[0]}
    date = [str(r.get("published_at") or r.get("date") or "2022-03-01")[:10] for r in both]
    before = read_many(Article(f"{k}", r["text"], published_at=d) for k, (r, d) in enumerate(zip(both, date, strict=True)))
    after = read_many(
        Article(f"{k}", exchanged(r["text"], one, other), published_at=d)
        for k, (r, d) in enumerate(zip(both, date, strict=True))
    )
    same: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for a, b in zip(before, after, strict=True):
        if not isinstance(a, Reading) or not isinstance(b, Reading):
            continue
        wanted, found = Counter(facts(a, swap)), Counter(facts(b, {}))
        for fact, n in wanted.items():
            total[str(fact[0])] += n
            same[str(fact[0])] += min(n, found[fact])
        if args.list:
            for fact in (wanted - found).elements():
                print(f"{a.article.id}: lost {fact}")
            for fact in (found - wanted).elements():
                print(f"{a.article.id}: new  {fact}")
    print(f"{len(both)} texts that name both {args.states[0]} and {args.states[1]}")
    for kind in sorted(total):
        print(f"{kind}s unchanged but for the exchange: {same[kind]} of {total[kind]} ({100 * same[kind] / total[kind]:.1f} %)")


if __name__ == "__main__":
    main()
