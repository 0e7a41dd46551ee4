"""Whether the reader takes sides: exchange the names of two states in real texts and see what else changes.

    python -m benchmarks.even_handed ARTICLES [--states RUS USA] [--documents 50] [--list]

ARTICLES is a JSON-lines file. Names, adjectives, citizens and capitals of the two states are exchanged throughout each
text that names both, and so are the full names and surnames of their leaders. Whom else the tables know of the two (ministers,
seats of power, towns) keeps its name and changes sides in the tables: the Kremlin of an exchanged text is the other state's. A
reading of the exchanged text should have the same statements and events with the codes exchanged. Prints the share that does;
--list shows what changed.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.quality.rates import Row, rows
from detente.read.actor_tables import listed, shipped_rows
from detente.read.reader import read_many
from detente.types import Article, Reading

# Given name, then the spellings of the surname.
LEADERS = {
    "RUS": ("Vladimir", "Putin"),
    "USA": ("Joe", "Biden"),
    "UKR": ("Volodymyr", "Zelensky", "Zelenskiy", "Zelenskyy"),
}


def names_of(code: str) -> list[tuple[str, ...]]:
    """Ways to write the name, citizens, the adjective, the capital, the leader's full name and surname; the usual one first."""
    row = next(r for r in shipped_rows("states") if r["code"] == code)
    names = (row["name"], *(n for n in listed(row["aliases"]) if not n.startswith("The ")))
    given, *surnames = LEADERS.get(code, ("", ""))
    return [
        names,
        tuple(listed(row["citizens"])[:1]),
        tuple(listed(row["adjectives"])[:1]),
        tuple(c.partition("@")[0] for c in listed(row["capitals"])),
        tuple(f"{given} {s}" for s in surnames if given),
        tuple(s for s in surnames if s),
    ]


def exchanged(text: str, one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]) -> str:
    """The text with the names of each, however written, exchanged for the usual ones of the other; longer names first."""
    table: dict[str, str] = {}
    for mine, theirs in zip(one, other, strict=True):
        if mine and theirs:
            table |= dict.fromkeys(mine, theirs[0]) | dict.fromkeys(theirs, mine[0])
    pattern = "|".join(re.escape(n) for n in sorted(table, key=len, reverse=True))
    return re.sub(rf"\b(?:{pattern})\b", lambda m: table[m.group()], text)


def changed_sides(states: Sequence[str], exchanged_names: set[str]) -> str:
    """An actor file (TOML) in which persons, seats and places of each of two states belong to the other."""
    other = dict(zip(states, reversed(states), strict=True))
    return "".join(
        _entry(kind, row, other[row["code"]], wanted)
        for table, kind, wanted in _TABLES
        for row in shipped_rows(table)
        if row["code"] in other and row[wanted[0]] not in exchanged_names
    )


_TABLES = (
    ("persons", "person", ("name", "surname", "aliases", "surname_suffices", "sector", "office", "from", "until")),
    ("seats", "seat", ("alias", "sector", "name", "generic")),
    ("places", "place", ("name", "aliases", "lat", "lon")),
)


def _entry(kind: str, row: Mapping[str, str], code: str, wanted: Sequence[str]) -> str:
    kept = {k: listed(row[k]) if k == "aliases" else row[k] for k in wanted if row[k]}
    lines = [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in kept.items()]
    return "\n".join([f"[[{kind}]]", f'code = "{code}"', *lines, "", ""])


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
    both: list[Row] = [r for r in rows(args.articles) if one[0][0] in r["text"] and other[0][0] in r["text"]][: args.documents]
    swap = {args.states[0]: args.states[1], args.states[1]: args.states[0]}
    date = [str(r.get("published_at") or r.get("date") or "2022-03-01")[:10] for r in both]
    before = read_many(Article(f"{k}", r["text"], published_at=d) for k, (r, d) in enumerate(zip(both, date, strict=True)))
    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as actors:
        actors.write(changed_sides(args.states, {n for names in (*one, *other) for n in names}))
        actors.flush()
        after = list(
            read_many(
                (
                    Article(f"{k}", exchanged(r["text"], one, other), published_at=d)
                    for k, (r, d) in enumerate(zip(both, date, strict=True))
                ),
                actors=actors.name,
            )
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
