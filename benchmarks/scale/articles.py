"""The articles of a run, in files, and whether each of them was read exactly once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from detente.shards import Shards


def make(source: Path, number: int, folder: Path, per_file: int) -> int:
    """Write `number` articles, those of `source` again and again under other ids, so many in a file; gives their words."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, words = cycle(_rows(source)), 0
    for first in range(0, number, per_file):
        with (folder / f"{first:08}.jsonl").open("w", encoding="utf-8") as stream:
            for n, row in enumerate(islice(rows, min(per_file, number - first)), first):
                words += len(row["text"].split())
                stream.write(json.dumps({"id": f"{row['id']}-{n}", "title": row.get("title"), "text": row["text"]}) + "\n")
    return words


def _rows(source: Path) -> list[dict[str, str]]:
    data = source.read_bytes()
    lines = (gzip.decompress(data) if source.suffix == ".gz" else data).splitlines()
    return [json.loads(line) for line in lines if line.strip()]


class Folder:
    """How many articles stand in the files of a folder of readings. A file never changes once it is there."""

    def __init__(self, path: Path) -> None:
        self.path, self.known = path, dict[str, int]()

    def held(self) -> int:
        import pyarrow.parquet as pq

        for shard in self.path.glob("*.parquet"):
            if shard.name not in self.known:
                self.known[shard.name] = pq.read_metadata(shard).num_rows
        return sum(self.known.values())


def check(articles: Path, out: Path) -> bool:
    """Whether every article is there exactly once, read or refused, each in a file that can be read; says so."""
    import pyarrow.parquet as pq

    shards = sorted(out.glob("*.parquet"))
    found = [name for shard in shards for name in pq.read_table(shard, columns=["id"])["id"].to_pylist()]
    wanted = sorted(_ids(articles))
    refused = Shards(str(out)).refusals()
    for one in refused:
        print(f"  refused: {one.name}: {one.reason}")
    once = sorted([*found, *(one.name for one in refused)]) == wanted
    told = f"{len(found):,} readings and {len(refused):,} refusals of {len(wanted):,} articles"
    print(f"{told} in {len(shards)} files; exactly once: {once}")
    return once


def _ids(articles: Path) -> Iterator[str]:
    for file in articles.glob("*.jsonl"):
        with file.open(encoding="utf-8") as stream:
            yield from (json.loads(line)["id"] for line in stream)
