"""A folder of readings as Parquet: each file is written whole and named by what is in it.

A run that was killed has lost nothing but the shards in hand, and the next one reads only what no shard holds. What was
refused stands in its shard too, so that it is not tried again.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError
from detente.intake.origins import Incoming
from detente.intake.sealed import Sealed
from detente.types import Article, Reading, Refusal
from detente.version import READER

if TYPE_CHECKING:
    pass

SHARD_ARTICLES = 500
SHARD_BYTES = 64 << 20  # of unopened documents in one shard
COLUMNS = ("id", "title", "text", "published_at", "publisher", "author", "url", "language", "reader", "reading")  # as exported
_REFUSED = b"detente.refused"
_READER = b"detente.reader"
_PREFIX, _ENDING = "readings-", ".parquet"
Read = Callable[[Iterable[Incoming]], Iterable[Reading | Refusal]]


class ShardsUnusable(DetenteError, ValueError):
    """A folder that cannot take the readings: not writable, of another reader, or not readings at all."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A file that was written: its name, and how much is in it."""

    name: str
    articles: int
    refused: tuple[Refusal, ...]
    words: int


@dataclass(slots=True)
class _Plan:
    """Articles that belong into one shard, and the rows of those that are done."""

    name: str
    keys: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[str, Refusal]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return len(self.rows) + len(self.refused)

    def take(self, result: Reading | Refusal) -> None:
        key = self.keys[self.done]
        if isinstance(result, Refusal):
            self.refused.append((key, result))
        else:
            self.rows.append(row_of(key, result))


def key_of(item: Incoming) -> str:
    """What makes an article the same in a later run: all that it says of itself, and its content."""
    if isinstance(item, Refusal):
        parts: Sequence[str | bytes | None] = ("refused", item.name, item.reason)
    elif isinstance(item, Sealed):
        parts = (item.kind, item.id, item.url, item.data)
    else:
        a = item.article
        parts = ("article", a.id, a.title, a.published_at, a.publisher, a.author, a.url, a.text)
    digest = blake2b(digest_size=12)
    for part in parts:
        data = part if isinstance(part, bytes) else (part or "").encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def row_of(key: str, reading: Reading) -> dict[str, Any]:
    """A reading as a row, in the columns that `detente export readings` writes, and its key."""
    data = reading.to_dict()
    found = {**data["article"], "reader": reading.reader, "reading": json.dumps(data, ensure_ascii=False)}
    return {"key": key, **{column: found[column] for column in COLUMNS}}


def edition_of(actors: Path | str | None) -> str:
    """What makes readings comparable: the reader's version, and which actors were added to its tables."""
    return READER if actors is None else f"{READER}+actors.{blake2b(Path(actors).read_bytes(), digest_size=5).hexdigest()}"


class Shards:
    """The readings of one edition in a folder, on a disk or in a store that pyarrow knows (s3://, gs://)."""

    def __init__(self, folder: str, edition: str | None = None) -> None:
        import pyarrow as pa
        from pyarrow.fs import FileSystem, LocalFileSystem

        try:
            if "://" in folder:
                self.system, self.path = FileSystem.from_uri(folder)
            else:
                self.system, self.path = LocalFileSystem(), folder.rstrip("/") or "/"
            self.system.create_dir(self.path, recursive=True)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise ShardsUnusable(f"{folder} cannot be made or written: {str(error)[:200]}") from None
        self.edition = edition or READER
        self.local = isinstance(self.system, LocalFileSystem)

    def names(self) -> list[str]:
        """Names of the shards that are there; parts of files are none."""
        from pyarrow.fs import FileSelector

        files = self.system.get_file_info(FileSelector(self.path))
        return sorted(f.base_name for f in files if f.base_name.startswith(_PREFIX) and f.base_name.endswith(_ENDING))

    def has(self, name: str) -> bool:
        from pyarrow.fs import FileType

        return bool(self.system.get_file_info(f"{self.path}/{name}").type == FileType.File)

    def keys(self) -> set[str]:
        """Keys of all that was read or refused. Raises ShardsUnusable for a shard of another reader."""
        import pyarrow.parquet as pq

        found: set[str] = set()
        for name in self.names():
            with self.system.open_input_file(f"{self.path}/{name}") as stream:
                file = pq.ParquetFile(stream)
                about = file.schema_arrow.metadata or {}
                reader = about.get(_READER, b"").decode()
                if reader != self.edition:
                    raise ShardsUnusable(
                        f"{self.path}/{name} was written by reader {reader or 'unknown'}, this one is {self.edition};"
                        " name another folder, or empty this one"
                    )
                found.update(file.read(columns=["key"])["key"].to_pylist())
                found.update(one["key"] for one in json.loads(about.get(_REFUSED, b"[]")))
        return found

    def refusals(self) -> list[Refusal]:
        """What was refused, each once, in the order of the files."""
        import pyarrow.parquet as pq

        found: dict[str, Refusal] = {}
        for name in self.names():
            with self.system.open_input_file(f"{self.path}/{name}") as stream:
                about = pq.read_schema(stream).metadata or {}
            for one in json.loads(about.get(_REFUSED, b"[]")):
                found.setdefault(one["key"], Refusal(one["name"], one["reason"]))
        return list(found.values())

    def articles(self) -> Iterator[Article]:
        """The articles of all readings, a file at a time in memory."""
        import pyarrow.parquet as pq

        columns = [column for column in COLUMNS if column not in ("reader", "reading")]
        for name in self.names():
            with self.system.open_input_file(f"{self.path}/{name}") as stream:
                yield from (Article(**row) for row in pq.read_table(stream, columns=columns).to_pylist())

    def write(self, plan: _Plan) -> Shard:
        """Write a shard; it appears under its name when it is whole."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        refused = [{"key": key, **refusal.to_dict()} for key, refusal in plan.refused]
        about = {_READER: self.edition.encode(), _REFUSED: json.dumps(refused, ensure_ascii=False).encode()}
        schema = pa.schema([(column, pa.string()) for column in ("key", *COLUMNS)], metadata=about)
        target = f"{self.path}/{plan.name}"
        written = f"{target}.part" if self.local else target  # a store shows an object when it is whole, a disk does not
        with self.system.open_output_stream(written) as stream:
            pq.write_table(pa.Table.from_pylist(plan.rows, schema=schema), stream, compression="zstd")
        if self.local:
            self.system.move(written, target)
        words = sum(len(row["text"].split()) for row in plan.rows)
        return Shard(plan.name, len(plan.rows), tuple(refusal for _, refusal in plan.refused), words)


def read_into(
    shards: Shards, items: Iterable[Incoming], read: Read, *, done: Collection[str], size: int = SHARD_ARTICLES
) -> Iterator[Shard]:
    """Read what is not `done` and write it in shards of `size` articles, each yielded when it is written.

    `read` gives one result for each item, in order, and may stop early: what it has given is written.
    """
    plans: deque[_Plan] = deque()
    for result in read(_planned(shards, items, done, size, plans)):
        plans[0].take(result)
        if plans[0].done == len(plans[0].keys):
            yield shards.write(plans.popleft())
    if plans and plans[0].done:
        plan = plans[0]
        plan.name = _name(shards.edition, plan.keys[: plan.done])
        yield shards.write(plan)


def _planned(
    shards: Shards, items: Iterable[Incoming], done: Collection[str], size: int, plans: deque[_Plan]
) -> Iterator[Incoming]:
    """Items that are to be read, while `plans` learns which shard they belong to."""
    for group in _groups(items, done, size):
        keys = [key for key, _ in group]
        name = _name(shards.edition, keys)
        if not shards.has(name):
            plans.append(_Plan(name, keys))
            yield from (item for _, item in group)


def _groups(items: Iterable[Incoming], done: Collection[str], size: int) -> Iterator[list[tuple[str, Incoming]]]:
    group: list[tuple[str, Incoming]] = []
    seen: set[str] = set()
    weight = 0
    for item in items:
        key = key_of(item)
        if key in done or key in seen:
            continue
        seen.add(key)
        group.append((key, item))
        weight += len(item.data) if isinstance(item, Sealed) else 0
        if len(group) >= size or weight >= SHARD_BYTES:
            yield group
            group, weight = [], 0
    if group:
        yield group


def _name(edition: str, keys: Sequence[str]) -> str:
    digest = blake2b(f"{edition} {' '.join(keys)}".encode(), digest_size=10).hexdigest()
    return f"{_PREFIX}{digest}{_ENDING}"
