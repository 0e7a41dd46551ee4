"""What kind of source some bytes are: by their beginning where it tells, else by their name."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Literal

Kind = Literal["html", "pdf", "docx", "letter", "zip", "gzip", "warc", "parquet", "csv", "feed", "opml", "json", "text"]

HEAD_BYTES = 4_096
_BEGINNINGS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "gzip"), (b"WARC/", "warc"),
    (b"PAR1", "parquet"),
)  # fmt: skip
_ENDINGS: dict[str, Kind] = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf", ".docx": "docx", ".eml": "letter", ".zip": "zip",
    ".gz": "gzip", ".warc": "warc", ".parquet": "parquet", ".csv": "csv", ".tsv": "csv", ".rss": "feed", ".atom": "feed",
    ".xml": "feed", ".opml": "opml", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".txt": "text", ".md": "text",
    ".text": "text",
}  # fmt: skip
_PROLOGUE = rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
_HTML = re.compile(_PROLOGUE + rb"<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_FEED = re.compile(_PROLOGUE + rb"(?:<\?.*?\?>\s*)*<(?:rss|feed|rdf:RDF)\b", re.I | re.S)
_OPML = re.compile(_PROLOGUE + rb"<opml\b", re.I | re.S)
_LETTER = re.compile(
    rb"(?:(?:Return-Path|Delivered-To|Received|From|To|Date|Subject|Message-ID|MIME-Version|X-[\w-]+): .*\n(?:[ \t].*\n)*){3}",
    re.I,
)
_MARKS: dict[Kind, re.Pattern[bytes]] = {"html": _HTML, "feed": _FEED, "opml": _OPML}
_BY_NAME = ("csv", "json", "letter", "html")


def kind_of(name: str, head: bytes) -> Kind:
    """The kind of what is called `name` and begins with `head`. A file without a telling name or beginning is text."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return "docx" if kind == "zip" and ending_of(name) == ".docx" else kind
    named = _ENDINGS.get(ending_of(name))
    if named in _BY_NAME:
        return named
    start = head.removeprefix(b"\xef\xbb\xbf")
    if named is None and _LETTER.match(start):
        return "letter"
    marked = next((kind for kind, pattern in _MARKS.items() if pattern.match(start)), None)
    return marked or (named if named in ("feed", "opml") else "text")


def looks_like_json(head: bytes) -> bool:
    """Of a stream without a name: whether it begins as JSON lines or a JSON list of articles do."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().removeprefix(b"[").lstrip().startswith(b"{")


def ending_of(name: str) -> str:
    """The ending of a name in lower case, without ".gz" after another one: ".jsonl" of "a.jsonl.gz"."""
    path = PurePath(name.lower())
    inner = PurePath(path.stem).suffix if path.suffix == ".gz" else ""
    return inner or path.suffix


def is_known(name: str) -> bool:
    """Whether files with such a name are read where a whole folder is given."""
    return ending_of(name) in _ENDINGS


def stem_of(name: str) -> str:
    """The name of a file without folders, its ending and ".gz"."""
    return PurePath(PurePath(name).name.removesuffix(".gz")).stem
