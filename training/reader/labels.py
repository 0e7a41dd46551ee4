"""Our own annotations of corpus texts. `training/labels` holds offsets and digests, never the text.

Rows: `{"id", "length", "digest", "attributions"}` and `{"id", "length", "digest", "sentences"}`, where the text is the
first `length` characters of what `corpus_texts` gives for that id, and `digest` the start of its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reader.corpora import read_lines

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def digest(text: str) -> str:
    """The first 16 hex digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def corpus_texts(corpora: Path) -> dict[str, dict[str, Any]]:
    """Articles by the ids that the labels use: `{"text", "title", "published_at"}`."""
    out = {r["id"]: r for r in read_lines(corpora / "events/train_articles.jsonl")}
    for r in read_lines(corpora / "news/russia_ukraine_2022_guardian_nyt.jsonl.gz"):
        published = r["published"][:10].replace("/", "-")
        out.setdefault(r["id"], {"text": r["text"], "title": r["headline"], "published_at": published})
    for r in read_lines(corpora / "news/guardian_sdf_sample.jsonl.gz"):
        out["SDF-" + r[""]] = {"text": r["text"], "title": "", "published_at": r["date"]}
    for r in read_lines(corpora / "news/reuters21578.jsonl.gz"):
        out["REU-" + r["id"]] = {"text": reuters_text(r["text"]), "title": r["title"], "published_at": _reuters_date(r["date"])}
    for r in read_lines(corpora / "timeml/timebank.jsonl.gz"):
        out["TB-" + r["id"]] = {
            "text": r["text"],
            "title": r.get("title") or "",
            "published_at": (r.get("dct") or {}).get("value"),
        }
    for r in read_lines(corpora / "timeml/aquaint.jsonl.gz"):
        out["AQ-" + r["id"]] = {"text": r["text"], "title": "", "published_at": (r.get("dct") or {}).get("value")}
    for r in read_lines(corpora / "polnear/train.jsonl.gz"):
        out["PN-" + r["id"]] = {"text": r["text"], "title": r["title"], "published_at": r["date"]}
    for number, r in enumerate(read_lines(corpora / "plover/ngec_synthetic.jsonl.gz")):
        out[f"NGEC-{number}"] = {"text": r["text"], "title": "", "published_at": None}
    for name, text in _single_sentences(corpora / "plover"):
        out[name] = {"text": text, "title": "", "published_at": None}
    return out


def _single_sentences(folder: Path) -> Iterator[tuple[str, str]]:
    """Sentences without an article, by name."""
    for number, r in enumerate(read_lines(folder / "plv_train.jsonl")):
        yield f"PLV-{number}", r["sentence"]
    for number, r in enumerate(read_lines(folder / "cameo_class_train.jsonl")):
        yield f"CC-{number}", r["text"]
    for number, r in enumerate(read_lines(folder / "cameo_ner_train.jsonl")):
        yield f"CN-{number}", joined(r["tokens"])
    for number, r in enumerate(read_lines(folder / "gsr.jsonl")):
        yield f"GSR-{number}", r["text"]
    for suite in ("petr1", "petr2"):
        for number, r in enumerate(read_lines(folder / f"{suite}.jsonl")):
            yield f"{suite.upper()}-{number}", r["text"]


def joined(tokens: list[str]) -> str:
    """A sentence of tokens as it would be printed."""
    text = " ".join(tokens)
    text = re.sub(r" ([.,;:?!)\]%]|n't\b|['’] ?(?:s|re|ve|ll|d|m)\b)", r"\1", text)
    text = re.sub(r"(['’]) (s|re|ve|ll|d|m)\b", r"\1\2", text)
    return re.sub(r"([(\[$]) ", r"\1", re.sub(r"(\w) - (\w)", r"\1-\2", text))


def reuters_text(raw: str) -> str:
    """A Reuters-21578 story with its hard line breaks undone and paragraphs set apart."""
    text = re.sub(r"\n(?!    )", " ", raw)
    text = re.sub(r"\n    +", "\n\n", text).strip()
    return re.sub(r"\s*REUTER\s*$", "", text, flags=re.I).strip()


def _reuters_date(raw: str) -> str:
    match = re.match(r"\s*(\d+)-([A-Z]{3})-(\d{4})", raw)
    assert match, raw
    return f"{match[3]}-{_MONTHS.index(match[2]) + 1:02d}-{int(match[1]):02d}"


def labelled(path: Path, texts: dict[str, dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(row of labels, article) for every row whose text is found unchanged; a changed text is an error."""
    for row in read_lines(path):
        article = dict(texts[row["id"]])
        article["text"] = _of_length(article["text"], row)
        yield row, article


def _of_length(text: str, row: dict[str, Any]) -> str:
    """The first `length` characters; a final full stop may have been set where the text was cut."""
    for candidate in (text[: row["length"]], text[: row["length"] - 1] + "."):
        if digest(candidate) == row["digest"]:
            return candidate
    raise ValueError(f"{row['id']}: the corpus text differs from the one that was annotated")
