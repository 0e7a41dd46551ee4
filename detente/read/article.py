"""Articles from files, standard input and JSON lines, one at a time; what cannot be read is refused with a reason.

The text stays as it was given, so that offsets hold in the caller's own copy: line ends, control characters and the
title's line remain, only a byte order mark goes. At most one article is in memory at a time.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import IO, Any

from detente.errors import ArticleRefused
from detente.types import Article, Refusal

MAX_CHARACTERS = 2_000_000
_MAX_BYTES = 4 * MAX_CHARACTERS + 4  # of a text: UTF-8 needs at most four bytes a character
_MAX_LINE_BYTES = 12 * MAX_CHARACTERS  # of a JSON line: an escaped character beyond the basic plane needs twelve

STDIN = "-"
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.05
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FORMATS = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip archive or an office document", b"\xd0\xcf\x11\xe0": "an office document"}
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ]\d\d)")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_TITLE_CHARACTERS = 160
_TITLE = re.compile(rf"\s*?([^\n\r]{{1,{_TITLE_CHARACTERS}}}?)[ \t]*\r?\n[ \t]*\r?\n")
_SENTENCE_END = re.compile(r"[.:;,][\"”’')\]]*$|[a-z]{3,}[.!?][\"”]? [A-Z]")
_SOURCE_FIELDS = ("title", "publisher", "author", "url")
USUAL_NAMES = {  # of fields, in tables and JSON that were not written for this reader
    "text": ("text", "body", "content", "article", "maintext", "main_text", "full_text", "fulltext", "plain_text"),
    "title": ("title", "headline"),
    "published_at": ("published_at", "date", "published", "publication_date", "date_publish", "pub_date", "pubdate"),
    "publisher": ("publisher", "outlet", "newspaper", "source_domain", "source", "site"),
    "author": ("author", "authors", "byline"),
    "url": ("url", "link", "address"),
    "id": ("id", "article_id", "doc_id", "guid"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """An article as it came in, with notes on what had to be guessed or replaced to read it."""

    article: Article
    notes: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller says about articles that do not say it themselves."""

    published_at: str | None = None
    publisher: str | None = None
    title: str | None = None


NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of some bytes, and a note where its encoding was guessed."""

    text: str
    note: str | None = None


def load_articles(
    paths: Iterable[Path | str], *, published_at: str | None = None, publisher: str | None = None, title: str | None = None
) -> Iterator[Received | Refusal]:
    """Articles of text files, JSON files and `-` (standard input), in order; each with an id of its own.

    `published_at`, `publisher` and `title` fill in only what an article does not say itself. A file or line that cannot
    be read gives a `Refusal` in its place. Nothing is opened before it is asked for.
    """
    given = Given(published_at, publisher, title)
    taken: set[str] = set()
    for path in paths:
        for found in _load(str(path), given):
            if isinstance(found, Refusal):
                yield found
                continue
            article = replace(found.article, id=unused(found.article.id, taken))
            taken.add(article.id)
            yield replace(found, article=article)


def is_iso_date(value: str) -> bool:
    """Whether `value` is an ISO date ("2022-01-09") or date-time ("2022-01-09T14:30Z")."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return _ISO_DATE.match(value) is not None


def without_surrogates(text: str) -> str:
    """`text` with lone surrogates, which no encoding can carry, replaced one for one by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def title_of(text: str) -> str | None:
    """The first line where it is a headline: short, a blank line after it, and not a sentence; else None."""
    m = _TITLE.match(text[: 2 * _TITLE_CHARACTERS])
    if m is None or _SENTENCE_END.search(m[1]) or not text[m.end() :].strip():
        return None
    return m[1].strip() or None


def decode(data: bytes) -> Decoded:
    """Text of `data`: UTF-8, UTF-16 by its mark, else the likelier of damaged UTF-8 and windows-1252, with a note."""
    if data.startswith(UTF16_MARKS):
        return Decoded(data.decode("utf-16", "replace"))
    try:
        return Decoded(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _guess(data, f"byte {error.start} is not UTF-8")


def _guess(data: bytes, why: str) -> Decoded:
    utf8 = data.decode("utf-8-sig", "replace")
    damaged = utf8.count("\ufffd")
    sound = sum(c > "\x7f" for c in utf8) - damaged
    if sound > damaged:
        return Decoded(utf8, f"{why}; read as UTF-8 with {damaged} damaged characters")
    return Decoded(data.decode("windows-1252", "replace"), f"{why}; the encoding was guessed to be windows-1252")


def _load(path: str, given: Given) -> Iterator[Received | Refusal]:
    name = "standard input" if path == STDIN else path
    try:
        with _opened(path, name) as stream:
            if _holds_json(path, stream):
                yield from json_articles(name, stream, given)
            else:
                yield text_article(path, name, stream, given)
    except ArticleRefused as refused:
        yield Refusal(refused.name, refused.reason)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Refusal(name, "the gzip file is damaged or cut off; compress it again")
    except OSError as error:
        yield Refusal(name, f"cannot be read: {(error.strerror or str(error)).lower()}")


@contextmanager
def _opened(path: str, name: str) -> Iterator[IO[bytes]]:
    """The bytes of a file or of standard input, unpacked where the name ends in .gz."""
    if path == STDIN:
        reader = io.BufferedReader(sys.stdin.buffer)  # type: ignore[type-var]
        yield reader
        reader.detach()
        return
    if Path(path).is_dir():
        raise ArticleRefused(name, f"is a directory; name its files, for instance {name.rstrip('/')}/*.txt")
    with gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb") as stream:
        yield stream  # type: ignore[misc]


def _holds_json(path: str, stream: IO[bytes]) -> bool:
    """By its name; standard input, which has none, by its first character."""
    if path != STDIN:
        return path.removesuffix(".gz").lower().endswith(JSON_SUFFIXES)
    start: bytes = stream.peek(64)  # type: ignore[attr-defined]
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def text_article(path: str, name: str, stream: IO[bytes], given: Given) -> Received:
    """All of `stream` as one article; its id is the stem of `path`. Raises ArticleRefused."""
    data = stream.read(_MAX_BYTES + 1)
    _check_bytes(name, data)
    decoded = decode(data)
    text = decoded.text
    check_text(name, text)
    if not text.strip():
        raise ArticleRefused(name, "is empty" if not text else "is blank")
    if path.removesuffix(".gz").lower().endswith(_HTML_SUFFIXES):
        raise _html(name)
    stem = "" if path == STDIN else Path(path.removesuffix(".gz")).stem
    article = Article(stem or digest_id(text), text, given.title or title_of(text), given.published_at, given.publisher)
    notes = (Refusal(name, decoded.note),) if decoded.note else ()
    return Received(article, notes)


def _check_bytes(name: str, data: bytes) -> None:
    for start, what in _FORMATS.items():
        if data.startswith(start):
            raise ArticleRefused(name, f"is {what}; save its text as plain text (UTF-8)")
    if len(data) > _MAX_BYTES:
        raise _too_long(name)
    if b"\x00" in data and not data.startswith(UTF16_MARKS):
        raise ArticleRefused(name, "is not text: it holds NUL bytes (UTF-16 is read only with a byte order mark)")


def check_text(name: str, text: str) -> None:
    """Raises ArticleRefused for a text that is too long, not text, or HTML."""
    if len(text) > MAX_CHARACTERS:
        raise _too_long(name)
    if len(_CONTROL.findall(text)) > max(8, _MAX_CONTROL_SHARE * len(text)):
        raise ArticleRefused(name, "is not text: more than one character in twenty is a control character")
    if _HTML.match(text[:4000]):
        raise _html(name)


def _html(name: str) -> ArticleRefused:
    return ArticleRefused(name, "is HTML; name it as a file ending in .html, or save the page as plain text")


def _too_long(name: str) -> ArticleRefused:
    return ArticleRefused(name, f"is longer than {MAX_CHARACTERS:,} characters; split it into articles")


def json_articles(name: str, stream: IO[bytes], given: Given) -> Iterator[Received | Refusal]:
    """One article per line; or all of the file as one object or list, where its first line alone is not JSON."""
    first = bounded_line(stream)
    if first.startswith(UTF16_MARKS):
        raise ArticleRefused(name, "is UTF-16; JSON is read as UTF-8")
    if name.removesuffix(".gz").lower().endswith((".jsonl", ".ndjson")) or _is_line(first):
        yield from json_lines(name, chain([first], iter(lambda: bounded_line(stream), b"")), given)
        return
    data = first + stream.read(_MAX_LINE_BYTES)
    if len(data) > _MAX_LINE_BYTES:
        raise ArticleRefused(name, "is one JSON value of more than 24 MB; give one object per line (.jsonl)")
    document = _parse(name, decode(data).text)
    for number, item in enumerate(document, 1) if isinstance(document, list) else [(0, document)]:
        yield json_article(f"{name}:{number}" if number else name, item, given)


def bounded_line(stream: IO[bytes]) -> bytes:
    """The next line; of one that is too long only a start that is still too long. Empty at the end."""
    line = stream.readline(_MAX_LINE_BYTES + 1)
    rest = line
    while len(rest) > _MAX_LINE_BYTES and not rest.endswith(b"\n"):
        rest = stream.readline(_MAX_LINE_BYTES + 1)
    return line


def json_lines(name: str, lines: Iterable[bytes], given: Given) -> Iterator[Received | Refusal]:
    """An article for each line; a `Refusal` of the whole where there is none."""
    empty = True
    for number, line in zip(count(1), lines):
        if not line.strip():
            continue
        empty = False
        yield json_line(f"{name}:{number}", line, given)
    if empty:
        yield Refusal(name, "is empty")


def json_line(where: str, line: bytes, given: Given) -> Received | Refusal:
    try:
        if len(line) > _MAX_LINE_BYTES:
            raise _too_long(where)
        decoded = decode(line)
        received = json_article(where, _parse(where, decoded.text.rstrip()), given)
    except ArticleRefused as refused:
        return Refusal(refused.name, refused.reason)
    if decoded.note is None or isinstance(received, Refusal):
        return received
    return replace(received, notes=(Refusal(where, decoded.note), *received.notes))


def _is_line(line: bytes) -> bool:
    """Whether it is JSON by itself, and no list of articles."""
    try:
        return not isinstance(json.loads(line.decode("utf-8-sig", "replace")), list)
    except (ValueError, RecursionError):
        return False


def _parse(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        raise ArticleRefused(where, f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]} at {place}") from None
    except (ValueError, RecursionError):
        raise ArticleRefused(where, "is not JSON that can be read: its values nest too deeply or are too long") from None


def json_article(where: str, item: Any, given: Given) -> Received | Refusal:
    """The article that a mapping describes: "text", and what else it says of itself."""
    try:
        return _article_of(where, item, given)
    except ArticleRefused as refused:
        return Refusal(refused.name, refused.reason)


def _article_of(where: str, item: Any, given: Given) -> Received:
    if not isinstance(item, Mapping):
        raise ArticleRefused(where, f'is a JSON {_kind(item)}; expected an object such as {{"id": "a1", "text": "…"}}')
    if "text" not in item:
        item = _by_usual_names(item)
    if not isinstance(item.get("text"), str):
        found = f"holds a {_kind(item['text'])}" if "text" in item else f"is missing (found: {', '.join(item) or 'nothing'})"
        raise ArticleRefused(where, f'"text" {found}; expected the article\'s text as a string')
    text = without_surrogates(item["text"])
    check_text(where, text)
    notes = ["lone surrogates in its text were replaced by U+FFFD"] if text != item["text"] else []
    source: dict[str, Any] = {name: _string(item, name, notes) for name in _SOURCE_FIELDS}
    source["title"] = source["title"] or given.title
    source["publisher"] = source["publisher"] or given.publisher
    article = Article(_id(item, text), text, published_at=_published_at(item, notes) or given.published_at, **source)
    return Received(article, tuple(Refusal(where, note) for note in notes))


def _by_usual_names(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of an item that calls its text otherwise; the item itself where it has none."""
    known = {field: next((n for n in names if item.get(n)), None) for field, names in USUAL_NAMES.items()}
    return {field: item[name] for field, name in known.items() if name} if known["text"] else item


def _kind(value: Any) -> str:
    """JSON's own name for the type of a value."""
    names = {dict: "object", list: "list", str: "string", bool: "truth value", type(None): "null"}
    return names.get(type(value), "number")


def _string(item: Mapping[str, Any], name: str, notes: list[str]) -> str | None:
    value = item.get(name)
    if value is None or isinstance(value, str):
        return without_surrogates(value) if value else None
    notes.append(f'"{name}" holds a {_kind(value)}, not a string; left out')
    return None


def _published_at(item: Mapping[str, Any], notes: list[str]) -> str | None:
    field = "published_at" if item.get("published_at") else "date"
    value = _string(item, field, notes)
    if value is None or is_iso_date(value):
        return value
    notes.append(f'"{field}" is {value[:40]!r}, not an ISO date such as "2022-01-09"; taken as unknown')
    return None


def _id(item: Mapping[str, Any], text: str) -> str:
    given = item.get("id")
    if isinstance(given, str | int) and not isinstance(given, bool) and str(given).strip():
        return without_surrogates(str(given))
    return digest_id(text)


def digest_id(text: str) -> str:
    """An id for a text that has none: the start of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def unused(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with "-2", "-3" … after it where an earlier article has that id."""
    if wanted not in taken:
        return wanted
    return next(name for n in count(2) if (name := f"{wanted}-{n}") not in taken)
