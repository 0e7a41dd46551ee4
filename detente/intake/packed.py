"""Unpacking that cannot be made to fill the memory or to run without end: gzip streams and ZIP archives."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable
from typing import IO

from detente.errors import ArticleRefused
from detente.intake.limits import MAX_MEMBERS, MAX_UNPACKED_RATIO, MB, UNPACKED_FREELY


class _Counted(io.RawIOBase):
    """A stream that knows how much was read from it; standard input cannot tell."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.number = stream, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.number += len(data)
        return data


class _Unpacked(io.RawIOBase):
    """The content of a gzip stream, refused as soon as it gives far more than its size allows."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self.name, self.packed, self.given = name, _Counted(stream), 0
        self.content = gzip.GzipFile(fileobj=self.packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.content.read1(len(buffer))
        buffer[: len(data)] = data
        self.given += len(data)
        if unpacks_too_much(self.given, self.packed.number):
            raise ArticleRefused(self.name, bomb(f"{self.given / MB:,.0f} MB of {self.packed.number / MB:,.2f} MB"))
        return len(data)


def unpacked(name: str, stream: IO[bytes]) -> io.BufferedReader:
    """What a gzip stream holds. Reading raises ArticleRefused for a bomb, EOFError or gzip.BadGzipFile for a damaged one."""
    return io.BufferedReader(_Unpacked(name, stream), 64 * 1024)


def unpacks_too_much(size: int, packed: int) -> bool:
    """Whether so much from so little is a bomb."""
    return size > UNPACKED_FREELY and size > MAX_UNPACKED_RATIO * packed


def bomb(found: str) -> str:
    """The reason for refusing one."""
    return f"unpacks to {found}: more than {MAX_UNPACKED_RATIO} times its size, the limit of what is unpacked"


def opened_zip(name: str, stream: IO[bytes]) -> zipfile.ZipFile:
    """An archive whose members may all be read. Raises ArticleRefused for a damaged one, one with too many, or a bomb."""
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError, EOFError) as error:
        raise ArticleRefused(name, f"is a damaged ZIP archive: {error}") from None
    if len(members) > MAX_MEMBERS:
        raise ArticleRefused(name, f"holds {len(members):,} files; at most {MAX_MEMBERS:,} in one ZIP are read")
    check_sizes(name, members, stream)
    return archive


def check_sizes(name: str, members: Iterable[zipfile.ZipInfo], stream: IO[bytes]) -> None:
    """Refuses an archive whose directory promises too much: members can lie about their size only by being cut off."""
    total = sum(m.file_size for m in members)
    size = stream.seek(0, io.SEEK_END)
    if unpacks_too_much(total, size):
        raise ArticleRefused(name, bomb(f"{total / MB:,.0f} MB of {size / MB:,.2f} MB"))
