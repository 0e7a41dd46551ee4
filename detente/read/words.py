"""Words of a text: the units that the reader model labels.

Words follow Universal Dependencies English where a regular expression can: contractions are split
("do" "n't"), hyphenated compounds are three words, abbreviations keep their dot. Each word also
carries what the uncased encoder cannot see: its shape, and where it stands with respect to quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

_ABBREVIATIONS = (
    r"Mr|Mrs|Ms|Dr|Prof|Rev|Hon|Gen|Lt|Col|Sgt|Maj|Capt|Cmdr|Adm|Brig|Sen|Rep|Gov|Pres|St|Jr|Sr|Inc|Corp|Co|Ltd"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|vs|etc|No|approx|Dept|Rt"
)
WORD = re.compile(
    r"https?://[^\s\"“”<>]+|www\.[^\s\"“”<>]+|[\w.+-]+@[\w-]+\.[\w.-]+"  # addresses
    r"|\.\.\.+|…|--+"
    rf"|(?:{_ABBREVIATIONS})\.(?=\s|$|[,;:)])"
    r"|(?:[A-Za-z]\.){2,}|[A-Z]\.(?=\s[A-Z])"  # U.S., e.g., the initial in "John F. Kennedy"
    r"|\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|s)?(?![A-Za-z])"
    r"|[^\W\d_]+?(?=n['’]t\b)|n['’]t\b"
    r"|['’](?:s|S|re|ve|ll|d|m)\b"
    r"|[^\W_]+"
    r"|\S"
)
PARAGRAPH = re.compile(r"\n[ \t\r\f\v]*\n\s*|\n(?=\s*[\"“‘'(\[A-Z0-9])")

OPENING, CLOSING = "“„«‟❝", "”»❞"
DOUBLE = '"“”„«»‟❝❞'


class Shape(IntEnum):
    """Surface form of a word, which an uncased vocabulary loses."""

    LOWER = 0
    TITLE = 1
    UPPER = 2
    MIXED = 3
    NUMBER = 4
    PUNCTUATION = 5
    SINGLE_UPPER = 6


class QuoteState(IntEnum):
    """Where a word stands with respect to double quotation marks."""

    OUTSIDE = 0
    OPENING = 1
    CLOSING = 2
    INSIDE = 3
    REOPENING = 4  # a mark that opens a paragraph inside a quotation that was never closed


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its half-open span, and what the encoder is told beside its letters."""

    start: int
    end: int
    text: str
    shape: Shape
    quote: QuoteState
    paragraph: int  # number of the paragraph it stands in


def find_words(text: str) -> list[Word]:
    """Words of `text` in order; an empty or blank text has none."""
    spans = [(m.start(), m.end()) for m in WORD.finditer(text)]
    paragraphs = _paragraph_numbers(text, spans)
    states = quote_states(text, spans, paragraphs)
    return [
        Word(start, end, text[start:end], shape_of(text[start:end]), state, paragraph)
        for (start, end), paragraph, state in zip(spans, paragraphs, states, strict=True)
    ]


def shape_of(word: str) -> Shape:
    """Shape of one word; a word of signs only is punctuation."""
    if word.islower():
        return Shape.LOWER
    if any(c.isdigit() for c in word):
        return Shape.NUMBER
    if not any(c.isalpha() for c in word):
        return Shape.PUNCTUATION
    if word.isupper():
        return Shape.SINGLE_UPPER if len(word) == 1 else Shape.UPPER
    if word[0].isupper() and word[1:].islower():
        return Shape.TITLE
    return Shape.MIXED


def _paragraph_numbers(text: str, spans: list[tuple[int, int]]) -> list[int]:
    breaks = iter([m.start() for m in PARAGRAPH.finditer(text)] + [len(text) + 1])
    next_break, number = next(breaks), 0
    numbers = []
    for start, _ in spans:
        while start > next_break:
            next_break, number = next(breaks), number + 1
        numbers.append(number)
    first = numbers[0] if numbers else 0
    return [n - first for n in numbers]


def quote_states(text: str, spans: list[tuple[int, int]], paragraphs: list[int]) -> list[QuoteState]:
    """Quote state per word, paragraph by paragraph.

    A quotation may run over a paragraph end only where the next paragraph opens with a mark
    again; otherwise an unclosed quotation ends with its paragraph, so that one lost mark does
    not turn the rest of an article inside out.
    """
    states: list[QuoteState] = []
    inside, last = False, -1
    for (start, end), paragraph in zip(spans, paragraphs, strict=True):
        mark = text[start:end]
        reopening = False
        if paragraph != last:
            reopening = inside and mark in DOUBLE and mark not in CLOSING
            inside, last = False, paragraph
        if len(mark) == 1 and mark in DOUBLE:
            opens = not inside if mark == '"' else mark in OPENING
            if mark == '"' and not inside:
                opens = not _hugs_left(text, start, end)
            states.append(QuoteState.REOPENING if opens and reopening else QuoteState.OPENING if opens else QuoteState.CLOSING)
            inside = opens
        else:
            states.append(QuoteState.INSIDE if inside else QuoteState.OUTSIDE)
    return states


def _hugs_left(text: str, start: int, end: int) -> bool:
    """A straight mark glued to a word before it and to none after it: it closes, whatever was lost before."""
    before = text[start - 1 : start]
    after = text[end : end + 1]
    return (
        bool(before)
        and not before.isspace()
        and before not in "([{—–-"
        and (not after or after.isspace() or after in ".,;:!?)")
    )


def iterate_paragraphs(words: list[Word]) -> Iterator[tuple[int, int]]:
    """Half-open index ranges of the words of each paragraph."""
    start = 0
    for i in range(1, len(words) + 1):
        if i == len(words) or words[i].paragraph != words[start].paragraph:
            yield start, i
            start = i
