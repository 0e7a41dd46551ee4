"""Who may take part in an event: everybody with a code whom the text names or means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from detente.read.actors import Mention
from detente.read.cast import Cast
from detente.read.speakers import FIRST, Resolver
from detente.read.syntax import Syntax
from detente.read.voices import innermost
from detente.types import Party, Span, Speaker, Statement

_PRONOUN_ROLES = ("nsubj", "obj", "obl", "nmod", "iobj")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may take part: the last word of the mention, who it is, and how the text names it."""

    word: int
    party: Party
    form: str


def find_candidates(
    syntax: Syntax, mentions: Sequence[Mention], cast: Cast, resolver: Resolver, statements: Sequence[Statement] = ()
) -> list[Candidate]:
    """Mentions of the tables, persons of the cast, and pronouns whose antecedent is known, in the order of the text."""
    found = {c.word: c for c in _named(syntax, mentions, resolver)}
    for person in cast.persons:
        for first, last in person.mentions:
            if last not in found and person.code:
                party = Party(person.name, person.code, person.sector, syntax.span(first, last))
                found[last] = Candidate(last, party, "person")
    for i, word in enumerate(syntax.words):
        speaker = None if i in found else _meant(syntax, resolver, statements, i)
        if speaker is not None and speaker.code:
            party = Party(speaker.name, speaker.code, speaker.sector, Span(word.start, word.end))
            found[i] = Candidate(i, party, "we" if word.text.lower() in FIRST else "pronoun")
    return [found[k] for k in sorted(found)]


def _named(syntax: Syntax, mentions: Sequence[Mention], resolver: Resolver) -> Iterator[Candidate]:
    ends = np.array([w.end for w in syntax.words])
    for m in mentions:
        if m.kind == "place":
            continue
        last = min(int(np.searchsorted(ends, m.span.end)), len(ends) - 1)
        code, name = m.code, m.name
        if m.kind == "office" and m.form == "role" and code is None:
            holder = resolver.of_words([last], None)
            code, name = (holder.code, holder.name) if holder is not None and holder.kind == "person" else (None, name)
        if code is not None and not _is_money(syntax, last):
            yield Candidate(last, Party(name, code, m.sector, m.span), m.form)


def _is_money(syntax: Syntax, last: int) -> bool:
    """ "5 million U.S. dollars": a currency, not a state."""
    following = syntax.words[last + 1].text.lower() if last + 1 < len(syntax.words) else ""
    return following in {"dollar", "dollars", "dlrs", "dlr", "cents", "pounds", "francs", "marks", "crowns"}


def _meant(syntax: Syntax, resolver: Resolver, statements: Sequence[Statement], i: int) -> Speaker | None:
    """Whom a pronoun means: the speaker by "I" and "we" in his speech, else whoever the article lets it stand for."""
    if syntax.upos[i] != "PRON":
        return None
    if syntax.words[i].text.lower() in FIRST:
        holding = innermost(statements, syntax.span(i, i))
        return holding.speaker if holding else None
    return resolver.referent(i) if syntax.relations[i].split(":")[0] in _PRONOUN_ROLES else None
