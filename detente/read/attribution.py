"""From tagged parts and quotation marks to statements: which words are said, quoted or not, by whom, within which other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from detente.read.alterations import Style, as_spoken, bracket_style, find_alterations
from detente.read.encoder import Encoded, Encoder
from detente.read.quotations import Quoted, find_quotations, quoted_flags
from detente.read.roles import Draft, draft_statements, tag_layer
from detente.read.transcript import find_turns
from detente.read.words import QuoteState, Word
from detente.types import Alteration, Directness, Part, Quotation, Span

MIN_WORDS = 3  # a quotation of fewer words may be passed over: "the so-called “reform”"
CERTAIN = 0.95
INNER_CONFIDENCE = 0.8
SINGLE = {"‘", "’", "'", "‚", "‛"}
DASHES = {"—", "–", "--", "-"}
FREE = 0.5  # mean probability from which a quotation without a cue is somebody's speech


@dataclass(frozen=True, slots=True)
class Attributed:
    """A statement before its speaker is known: parts as spans, and the words behind them."""

    draft: Draft
    directness: Directness
    source: Part | None
    cue: Part | None
    content: Part
    within: int | None  # index among the statements
    alterations: tuple[Alteration, ...]
    as_spoken: str | None
    quoted: bool  # has words between quotation marks


@dataclass(frozen=True)
class Attribution:
    """All statements of an article in order of their content, and the quotations that are nobody's."""

    statements: list[Attributed]
    unattributed: list[Quotation]


def attribute(text: str, words: Sequence[Word], encoded: Encoded, encoder: Encoder) -> Attribution:
    """Statements and unattributed quotations of one article."""
    if not words:
        return Attribution([], [])
    quotations = find_quotations(words)
    outer_layer = tag_layer(words, encoded, encoder, "tags")
    drafts = draft_statements(outer_layer)
    drafts += [
        d for d in draft_statements(tag_layer(words, encoded, encoder, "inner"), inner=True) if _stands_inside(d, drafts)
    ]
    drafts = [align(retreat(_with_real_source(d, words), quotations), quotations, words) for d in drafts]
    flags = quoted_flags(words, quotations)
    drafts = [d for d in drafts if d.cue or d.source or _stands_alone(d, flags)]
    left = _uncovered(drafts, quotations, words)
    spoken, nobody = _judge(left, outer_layer.masses["content"].tolist(), words, text)
    turns = [Draft(tuple(range(*t.label)), (), tuple(range(*t.said)), 0.95, verbatim=True) for t in find_turns(words)]
    drafts = _without_doubles(turns + _inside_turns(drafts + spoken, turns))
    drafts.sort(key=lambda d: (d.content[0], -len(d.content)))
    style = bracket_style([q.span(words).of(text) for q in quotations if not q.nested])
    return Attribution([_attributed(text, words, d, k, drafts, quotations, flags, style) for k, d in enumerate(drafts)], nobody)


def _with_real_source(draft: Draft, words: Sequence[Word]) -> Draft:
    """Without a source that is nothing but a sign or an ending."""
    real = any(words[i].text[0].isalnum() for i in draft.source)
    return draft if real else replace(draft, source=())


def _stands_alone(draft: Draft, flags: Sequence[bool]) -> bool:
    """Whether a content without a cue is kept: mostly quoted words, or words that are surely said by somebody."""
    sure = 2 * draft.probability  # a missing link counts one half
    return sure > CERTAIN or (sum(flags[i] for i in draft.content) > len(draft.content) / 2 and sure > 0.6)


def _stands_inside(inner: Draft, outer: Sequence[Draft]) -> bool:
    """A nested statement is told by an outer one: most of it stands in the outer content."""
    own = set(inner.cue) | set(inner.content)
    return (
        bool(inner.cue)
        and inner.probability >= INNER_CONFIDENCE
        and any(len(own & set(d.content)) > 0.8 * len(own) and len(own) < len(d.content) + 2 for d in outer)
    )


def retreat(draft: Draft, quotations: Sequence[Quoted]) -> Draft:
    """A cue that runs into a quotation ("is “very disappointed”") ends before it: quoted words are said, not told."""
    if not draft.cue:
        return draft
    for q in quotations:
        inside = {i for i in draft.cue if q.first <= i < q.stop}
        if inside and len(inside) < len(draft.cue) and min(inside) > draft.cue[0]:
            content = tuple(sorted(set(draft.content) | set(inside)))
            return replace(draft, cue=tuple(i for i in draft.cue if i not in inside), content=content)
    return draft


def align(draft: Draft, quotations: Sequence[Quoted], words: Sequence[Word]) -> Draft:
    """Let the content end where quotation marks do: a quotation is said as a whole or not at all."""
    content = set(draft.content)
    keep = set(draft.source) | set(draft.cue)
    for q in quotations:
        if q.nested:
            continue
        inside = [i for i in q.inner if words[i].text[0].isalnum()]
        shared = [i for i in inside if i in content]
        if not shared or keep.intersection(q.inner):
            continue
        if len(shared) >= len(inside) / 2 or (draft.inner and len(shared) == len(content)):
            if not draft.inner or len(content) >= 0.8 * len(inside):
                content.update(range(q.first, q.stop))
        elif len(shared) <= 2 and len(shared) < len(content):
            content.difference_update(range(q.first, q.stop))
    return replace(draft, content=tuple(sorted(content - keep))) if content - keep else draft


def _uncovered(drafts: Sequence[Draft], quotations: Sequence[Quoted], words: Sequence[Word]) -> list[Quoted]:
    """Quotations of at least MIN_WORDS words of which no statement has the half."""
    covered = {i for d in drafts for i in d.content}
    out = []
    for q in quotations:
        if q.nested:
            continue
        inside = [i for i in q.inner if words[i].text[0].isalnum()]
        if len(inside) >= MIN_WORDS and sum(i in covered for i in inside) < len(inside) / 2:
            out.append(q)
    return out


def _judge(
    quotations: Sequence[Quoted], mass: Sequence[float], words: Sequence[Word], text: str
) -> tuple[list[Draft], list[Quotation]]:
    """Quotations without a cue are speech that runs on from before, or nobody's."""
    spoken, nobody = [], []
    for q in quotations:
        sure = sum(mass[i] for i in q.inner) / len(q.inner)
        if q.continues or sure > FREE or _fills_paragraph(q, words):
            spoken.append(Draft((), (), tuple(range(q.first, q.stop)), max(sure, 0.4)))
        else:
            nobody.append(Quotation(q.span(words), q.span(words).of(text), _reason(q, words)))
    return spoken, nobody


def _fills_paragraph(q: Quoted, words: Sequence[Word]) -> bool:
    """A paragraph that is one quotation and nothing else is said by whoever spoke before."""
    number = words[q.first].paragraph
    alone_before = q.first == 0 or words[q.first - 1].paragraph != number
    alone_after = q.stop >= len(words) or words[q.stop].paragraph != number
    return alone_before and alone_after and q.size(words) >= 5


def _reason(q: Quoted, words: Sequence[Word]) -> str:
    """Why a quotation is nobody's speech, as far as its form tells."""
    inside = [words[i] for i in q.inner if words[i].text[0].isalpha()]
    long_ones = [w for w in inside if len(w.text) > 3]
    if long_ones and all(w.text[0].isupper() for w in long_ones):
        return "title or name"
    if len(inside) <= 5 and words[q.inner[-1]].text not in ".!?":
        return "scare quotes or a term"
    return "no speaker found"


def _inside_turns(drafts: list[Draft], turns: Sequence[Draft]) -> list[Draft]:
    """What is said inside a turn of a transcript needs a source of its own; the rest is the turn itself."""
    said = {i for t in turns for i in (*t.content, *t.source)}
    return [d for d in drafts if not said.intersection(d.content) or (d.source and d.cue and set(d.source) <= said)]


def _without_doubles(drafts: list[Draft]) -> list[Draft]:
    """Of statements with nearly one content and no other cue only the surest stays."""
    kept: list[Draft] = []
    for d in sorted(drafts, key=lambda d: (d.inner, not (d.cue or d.source), -d.probability)):
        own = set(d.content)
        if not any(_double(own, d, k) for k in kept):
            kept.append(d)
    return kept


def _double(own: set[int], d: Draft, other: Draft) -> bool:
    theirs = set(other.content)
    alike = len(own & theirs) / len(own | theirs)
    return alike > 0.9 or (alike > 0.6 and (not d.cue or set(d.cue) & set(other.cue) != set()))


def part(text: str, words: Sequence[Word], indexes: Sequence[int]) -> Part | None:
    """Words as spans: neighbours joined, a gap without letters or digits closed; None where there are none."""
    edges: list[list[int]] = []
    for i in indexes:
        if edges and all(not words[k].text[0].isalnum() for k in range(edges[-1][1] + 1, i)):
            edges[-1][1] = i
        else:
            edges.append([i, i])
    return Part.at(text, tuple(Span(words[a].start, words[b].end) for a, b in edges)) if edges else None


def _trim(indexes: tuple[int, ...], words: Sequence[Word]) -> tuple[int, ...]:
    """Without commas, colons and dashes at either end, and without a full stop at the start."""
    signs = {",", ";", ":", "—", "–", "-", "--"}
    a, b = 0, len(indexes)
    while b - a > 1 and words[indexes[a]].text in signs | {".", ")", "?", "!"}:
        a += 1
    while b - a > 1 and words[indexes[b - 1]].text in signs | {"("}:
        b -= 1
    return indexes[a:b]


def _single_marks(content: tuple[int, ...], words: Sequence[Word]) -> tuple[int, ...]:
    """With the single quotation marks around a quotation inside a quotation, where both are there."""
    first, last = content[0], content[-1]
    opened = words[first - 1].text in SINGLE if first else False
    closing = next((i for i in range(last, min(last + 3, len(words))) if words[i].text in SINGLE), None)
    if not opened or closing is None:
        return content
    return (first - 1, *content, *range(last + 1, closing + 1))


def _without_remark(indexes: tuple[int, ...], words: Sequence[Word]) -> tuple[int, ...]:
    """What the author remarks behind a quotation and a dash is not said by the speaker ("“… this week” — nobody asked")."""
    marks = [k for k, i in enumerate(indexes) if words[i].quote == QuoteState.CLOSING]
    if not marks or words[indexes[0]].quote not in (QuoteState.OPENING, QuoteState.INSIDE, QuoteState.REOPENING):
        return indexes
    rest = indexes[marks[-1] + 1 :]
    return indexes[: marks[-1] + 1] if rest and words[rest[0]].text in DASHES else indexes


def _attributed(
    text: str,
    words: Sequence[Word],
    draft: Draft,
    number: int,
    drafts: Sequence[Draft],
    quotations: Sequence[Quoted],
    flags: Sequence[bool],
    style: Style,
) -> Attributed:
    content = part(text, words, _trim(_without_remark(draft.content, words), words))
    assert content is not None  # drafts are never without content
    if draft.inner:
        draft = replace(draft, content=_single_marks(draft.content, words))
        content = part(text, words, draft.content) or content
    own = set(draft.content)
    spans = [q.span(words) for q in quotations if not q.nested and own.intersection(q.inner)]
    altered = [a for s in spans for a in find_alterations(text, s, style) if content.covers(a.span)]
    return Attributed(
        draft=draft,
        directness="direct" if draft.verbatim else directness(draft.content, words, flags),
        source=part(text, words, draft.source),
        cue=part(text, words, draft.cue),
        content=content,
        within=_within(number, drafts),
        alterations=tuple(altered),
        as_spoken=as_spoken(text, content.spans, altered),
        quoted=bool(spans),
    )


def directness(content: Sequence[int], words: Sequence[Word], flags: Sequence[bool]) -> Directness:
    """direct: all words between quotation marks; mixed: some of them; indirect: none."""
    real = [i for i in content if words[i].text[0].isalnum()]
    quoted = sum(flags[i] for i in real)
    if not quoted:
        return "indirect"
    return "direct" if quoted >= len(real) - 1 and quoted >= 0.9 * len(real) else "mixed"


def _within(number: int, drafts: Sequence[Draft]) -> int | None:
    """The smallest statement whose content holds this one's cue, or its content where it has no cue."""
    own = set(drafts[number].cue) or set(drafts[number].content)
    rest = set(drafts[number].content)
    holders = [k for k, d in enumerate(drafts) if k != number and own <= set(d.content) and _holds(d.content, rest)]
    return min(holders, key=lambda k: len(drafts[k].content), default=None)


def _holds(outer: Sequence[int], content: set[int]) -> bool:
    """Whether nearly all of a content stands in a longer one."""
    return len(outer) > len(content) and len(content - set(outer)) <= 0.2 * len(content)
