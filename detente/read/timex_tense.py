"""Tense of the clause about a time expression, by the words nearest to it; `data/times/tense.tsv` lists them."""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from detente.read.timex_grammar import table
from detente.read.timex_value import Tense

WINDOW = 120  # characters to either side; clauses of news are shorter
SENTENCE_END = re.compile(r"[.!?][\"”’')]*\s+(?=[\"“‘'(\[A-Z])|\n\s*\n")
_DUE = re.compile(r"\b(?:by|until|till|before|ahead of|eve of)(?:\s+the)?\s+$", re.IGNORECASE)
_GROUP = r"(?:\s+(?:not|also|be|have|been|\w+ly))*(?:\s+\w+(?:ed|en|t|ld|ung|ut|ade|ing)\b)?"  # "would not be held" is one verb


def nearby_tense(text: str, start: int, end: int) -> Tense | None:
    """Tense of the last verb before `start` in its sentence, else of the first one after `end`; None without a verb.

    Where no verb stands before it, "by", "until" or "ahead of" make it future.
    """
    if text.startswith(("'s", "’s"), end):
        return "past"  # Friday's ceremony has been, unless "next" says otherwise
    before = text[max(0, start - WINDOW) : start]
    for stop in SENTENCE_END.finditer(before):
        before = " " * stop.end() + before[stop.end() :]
    last: Tense | None = None
    for found in _verbs().finditer(before):
        last = cast(Tense, found.lastgroup)
    if last:
        return last
    if _DUE.search(before):
        return "future"
    stop_after = SENTENCE_END.search(text, end, end + WINDOW)
    first = _verbs().search(text, end, stop_after.start() + 1 if stop_after else min(len(text), end + WINDOW))
    return cast(Tense, first.lastgroup) if first else None


@cache
def _verbs() -> re.Pattern[str]:
    words = {tense: "|".join(re.escape(w).replace("'", "['’]") for w in forms.split("|")) for tense, forms in table("tense")}
    future = rf"(?P<future>(?<!\w)(?:{words['future']})\b{_GROUP})"
    past = rf"(?P<past>\b(?:{words['past']}|[a-z]{{2,}}ed)\b)"
    return re.compile(rf"{future}|{past}|(?P<present>\b(?:{words['present']})\b)")
