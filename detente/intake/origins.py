"""Wherever a desk has its articles, one stream of them: files, folders, archives, web pages and standard input."""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from detente.errors import ArticleRefused
from detente.intake import crawls, feeds, kinds, tables
from detente.intake.addresses import is_web, slug_of
from detente.intake.fetch import Fetched, Fetcher, FetchRefused
from detente.intake.limits import MAX_DOCUMENT_BYTES, MAX_NESTED_ARCHIVES, MAX_SPOOLED_BYTES, MB
from detente.intake.packed import opened_zip, unpacked, unpacks_too_much
from detente.intake.sealed import DocumentKind, Sealed
from detente.read.article import NOTHING_GIVEN, STDIN, Given, Received, json_articles, text_article
from detente.types import Refusal

Incoming = Received | Sealed | Refusal
_CHUNK = 1 * MB


@dataclass(slots=True)
class Gauge:
    """How far a run has come through its files, in bytes; addresses and standard input count nothing."""

    total: int = 0
    done: int = 0

    @classmethod
    def of(cls, places: Iterable[Path | str]) -> Gauge:
        """For some files and folders."""
        return cls(sum(_size(str(place)) for place in places if place != STDIN and not is_web(str(place))))


def _size(place: str) -> int:
    paths = (os.path.join(at, name) for at, _, names in os.walk(place) for name in names) if os.path.isdir(place) else (place,)
    return sum(os.path.getsize(path) for path in paths if os.path.isfile(path))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where some bytes come from: `name` for people, `stem` for ids, and how many archives they lie in."""

    name: str
    stem: str
    given: Given
    url: str | None = None
    depth: int = 0
    nameless: bool = False


def find_articles(
    places: Iterable[Path | str],
    given: Given = NOTHING_GIVEN,
    *,
    fetcher: Fetcher | None = None,
    gauge: Gauge | None = None,
) -> Iterator[Incoming]:
    """Articles of files, folders, archives, http addresses and `-` (standard input), in order, each with an id of its own.

    `given` fills in what an article does not say itself. What cannot be read gives a `Refusal` in its place; a page, PDF,
    DOCX or letter comes unopened (`Sealed`). Nothing is opened or fetched before it is asked for. `gauge` is kept up to date.
    """
    names = _Names()
    for place in places:
        for found in _in_place(str(place), given, fetcher or Fetcher(), gauge or Gauge()):
            yield names.own(found)


class _Names:
    """Gives each article an id that no other has: "talks", "talks-2", "talks-3" …"""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def own(self, found: Incoming) -> Incoming:
        if isinstance(found, Refusal):
            return found
        if isinstance(found, Sealed):
            return replace(found, id=self._unused(found.id))
        return replace(found, article=replace(found.article, id=self._unused(found.article.id)))

    def _unused(self, wanted: str) -> str:
        name = wanted
        while self._taken[name]:
            self._taken[wanted] += 1
            name = f"{wanted}-{self._taken[wanted]}"
        self._taken[name] = 1
        return name


def _in_place(place: str, given: Given, fetcher: Fetcher, gauge: Gauge) -> Iterator[Incoming]:
    if is_web(place):
        yield from _fetched(place, given, fetcher)
    elif place == STDIN:
        stream = _buffered(sys.stdin.buffer)
        yield from _guarded(Origin("standard input", "", given, nameless=True), stream)
        stream.detach()
    elif os.path.isdir(place):
        yield from _in_folder(Path(place), given, gauge)
    else:
        yield from _in_file(place, given, gauge)


def _buffered(stream: IO[bytes]) -> io.BufferedReader:
    return io.BufferedReader(stream)  # type: ignore[arg-type]


def _in_file(path: str, given: Given, gauge: Gauge) -> Iterator[Incoming]:
    before = gauge.done
    try:
        with open(path, "rb") as stream:
            for found in _guarded(Origin(path, kinds.stem_of(path), given), stream):
                gauge.done = before + (stream.tell() if stream.seekable() else 0)
                yield found
        gauge.done = before + (os.path.getsize(path) if os.path.isfile(path) else 0)
    except OSError as error:
        yield Refusal(path, f"cannot be read: {(error.strerror or str(error)).lower()}")


def _in_folder(folder: Path, given: Given, gauge: Gauge) -> Iterator[Incoming]:
    """All files in it and below, by name; hidden ones and links are left alone, those of other kinds are counted."""
    left_out: Counter[str] = Counter()
    read = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(place, name) for name in sorted(files) if not name.startswith(".")):
            if not stat.S_ISREG(path.lstat().st_mode) or not kinds.is_known(path.name):
                left_out[path.suffix or "no ending"] += 1
                continue
            read += 1
            yield from _in_file(str(path), given, gauge)
    if left_out or not read:
        yield Refusal(str(folder), _left_out(left_out))


def _left_out(endings: Counter[str]) -> str:
    if not endings:
        return "is an empty folder"
    shown = ", ".join(f"{n} {ending}" for ending, n in endings.most_common(6))
    return f"holds files of other kinds, which were left out ({shown}); name one by itself to have it read as text"


def _fetched(url: str, given: Given, fetcher: Fetcher) -> Iterator[Incoming]:
    try:
        found = fetcher.get(url)
    except FetchRefused as refused:
        yield Refusal(refused.url, refused.reason)
        return
    yield from articles_of_answer(found, given)


def articles_of_answer(found: Fetched, given: Given) -> Iterator[Incoming]:
    """What a fetched page, document or feed holds."""
    page = "html" in found.content_type.lower()
    name = found.url if not page or kinds.ending_of(found.url) in (".html", ".htm") else f"{found.url}#.html"
    origin = Origin(found.url, slug_of(found.url), given, found.url)
    yield from _guarded(origin, _buffered(io.BytesIO(found.utf8)), named=name)


def articles_in(name: str, stream: IO[bytes], given: Given) -> Iterator[Incoming]:
    """What an open file holds, by its name and beginning."""
    names = _Names()
    buffered = stream if isinstance(stream, io.BufferedReader) else _buffered(stream)
    yield from (names.own(found) for found in _guarded(Origin(name, kinds.stem_of(name), given), buffered))


def _guarded(origin: Origin, stream: io.BufferedReader, named: str | None = None) -> Iterator[Incoming]:
    """What a stream holds; a failure becomes a refusal of the place."""
    try:
        yield from _in_stream(origin, stream, named or origin.name)
    except ArticleRefused as refused:
        yield Refusal(refused.name, refused.reason)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Refusal(origin.name, "the packed file is damaged or cut off; pack it again")
    except ImportError as error:
        yield Refusal(origin.name, f"needs {error.name}; install it with: pip install 'detente[intake]'")
    except OSError:
        raise
    except Exception as error:  # what a parser did not foresee must not cost the other articles
        yield Refusal(origin.name, f"cannot be read any further ({type(error).__name__}: {str(error)[:120]})")


def _in_stream(origin: Origin, stream: io.BufferedReader, named: str) -> Iterator[Incoming]:
    head = stream.peek(kinds.HEAD_BYTES)[: kinds.HEAD_BYTES]
    kind = kinds.kind_of(named, head)
    if kind == "gzip":
        inner = named.removesuffix(".gz")
        yield from _in_stream(origin, unpacked(origin.name, stream), inner)
    elif kind in ("html", "pdf", "docx", "letter"):
        yield _sealed(origin, kind, stream)
    elif kind == "zip":
        with _seekable(origin, stream) as file:
            yield from _in_zip(origin, file)
    elif kind == "parquet":
        with _seekable(origin, stream) as file:
            yield from tables.articles_of_parquet(origin.name, file, origin.given)
    elif kind == "csv":
        yield from tables.articles_of_csv(origin.name, stream, origin.given)
    elif kind == "warc":
        yield from crawls.pages_of_warc(origin.name, stream, origin.given)
    elif kind == "feed":
        yield from feeds.articles_of_feed(origin.name, _bounded(origin, stream), origin.given)
    elif kind == "opml":
        raise ArticleRefused(origin.name, f"is a list of feeds; follow them with: detente watch {origin.name}")
    elif kind == "json" or (origin.nameless and kinds.looks_like_json(head)):
        yield from json_articles(origin.name, stream, origin.given)
    else:
        yield text_article(origin.stem or STDIN, origin.name, stream, origin.given)


def _sealed(origin: Origin, kind: DocumentKind, stream: IO[bytes]) -> Sealed:
    data = _bounded(origin, stream)
    if not data.strip():
        raise ArticleRefused(origin.name, "is empty" if not data else "is blank")
    return Sealed(origin.stem or "standard-input", origin.name, kind, data, origin.given, origin.url)


def _bounded(origin: Origin, stream: IO[bytes]) -> bytes:
    data = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise ArticleRefused(origin.name, f"is larger than {MAX_DOCUMENT_BYTES // MB} MB, the limit of one document")
    return data


def _in_zip(origin: Origin, file: IO[bytes]) -> Iterator[Incoming]:
    """The files of an archive in the order of its directory, read without writing any to the disk."""
    if origin.depth >= MAX_NESTED_ARCHIVES:
        raise ArticleRefused(
            origin.name, f"lies in {origin.depth} archives; at most {MAX_NESTED_ARCHIVES} inside each other are opened"
        )
    left_out: Counter[str] = Counter()
    with opened_zip(origin.name, file) as archive:
        if "word/document.xml" in archive.NameToInfo:
            file.seek(0)
            yield _sealed(origin, "docx", file)
            return
        for member in archive.infolist():
            if member.is_dir() or kinds.stem_of(member.filename).startswith("."):
                continue
            if not kinds.is_known(member.filename):
                left_out[Path(member.filename).suffix or "no ending"] += 1
                continue
            yield from _member(origin, archive, member)
    if left_out:
        yield Refusal(origin.name, _left_out(left_out))


def _member(origin: Origin, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Incoming]:
    name = f"{origin.name}:{member.filename}"
    inside = replace(origin, name=name, stem=kinds.stem_of(member.filename), depth=origin.depth + 1, nameless=False)
    if unpacks_too_much(member.file_size, member.compress_size):
        yield Refusal(name, "unpacks to far more than its size; it was left packed")
        return
    try:
        with archive.open(member) as stream:
            yield from _guarded(inside, _buffered(stream), named=member.filename)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        why = "is locked with a password" if "password" in str(error) else f"cannot be unpacked: {error}"
        yield Refusal(name, why)


@contextmanager
def _seekable(origin: Origin, stream: io.BufferedReader) -> Iterator[IO[bytes]]:
    """The stream, or a copy on the disk of one in which one cannot go back."""
    if stream.seekable():
        yield stream
        return
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=64 * MB) as copy:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MAX_SPOOLED_BYTES:
                raise ArticleRefused(
                    origin.name, f"is larger than {MAX_SPOOLED_BYTES // MB:,} MB, the limit of what is kept aside"
                )
            copy.write(chunk)
        copy.seek(0)
        yield copy
