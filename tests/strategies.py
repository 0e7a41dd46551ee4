"""Inputs for property tests: texts as bad as the web's, and readings of them that keep the contract."""

from __future__ import annotations

from hypothesis import strategies as st

from detente.types import Alteration, Article, Loaded, Part, Reading, Span, Speaker, Statement

_PIECES = (
    "Arvania", "Belmora", "said", "“", "”", '"', "(sic)", "(W)e", "[our]", "…", ".", "?", ",", " ", " ", " ",
    "\n", "\n\n", "\r\n",
    "<b>", "&amp;", "</style>", "{{ x }}", "\x1b[31m", "\u202e", "é", "😀", "Leave a Reply", "\x00", "\t", "x" * 90,
)  # fmt: skip

texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
texts_with_words = texts.map(lambda t: t + "end")


@st.composite
def spans_of(draw: st.DrawFn, text: str) -> Span:
    """A span of `text` that is not empty."""
    start = draw(st.integers(0, len(text) - 1))
    return Span(start, draw(st.integers(start + 1, len(text))))


@st.composite
def parts_of(draw: st.DrawFn, text: str) -> Part:
    """One or two spans that do not overlap."""
    spans = sorted(draw(st.lists(spans_of(text), min_size=1, max_size=2)))
    return Part.at(text, tuple(spans) if len(spans) == 1 or spans[0].end <= spans[1].start else (spans[0],))


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """A reading of any text whose statements overlap, nest and cross as they like."""
    text = draw(texts_with_words)
    contents = sorted(draw(st.lists(parts_of(text), max_size=5)), key=lambda p: p.start)
    statements = [draw(_statement(text, n, content)) for n, content in enumerate(contents, 1)]
    words = draw(st.lists(spans_of(text), max_size=3))
    loaded = tuple(Loaded(s, s.of(text), "loaded word") for s in words)
    title = draw(st.none() | st.sampled_from(["<i>t</i>", text[:30]]))
    return Reading(Article("a", text, title), "0.1.0", statements=tuple(statements), loaded=loaded)


@st.composite
def _statement(draw: st.DrawFn, text: str, number: int, content: Part) -> Statement:
    within = draw(st.none() | st.integers(1, number - 1).map(lambda n: f"s{n}")) if number > 1 else None
    speaker = draw(st.none() | st.sampled_from(["Torvek", "<Selk>", "\x1b[2J"]).map(lambda name: Speaker(name, "person")))
    inside = draw(st.lists(spans_of(text), max_size=3))
    kept = [Alteration("insertion", s, s.of(text)) for s in sorted(inside) if content.covers(s)]
    return Statement(f"s{number}", "direct", None, None, content, speaker, within=within, alterations=tuple(kept))
