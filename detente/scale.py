"""Reading on many machines with Ray: pieces of the sources go to actors, each writes the shards of its piece by itself.

The driver holds no article. An actor reads in a process of its own with the same limits as `--workers`, so that a poisoned
article costs neither actor nor piece. A piece that is done again, because an actor or the driver was killed, skips the
shards that are there, since their names come from their content.
"""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from detente.errors import ArticleRefused, DetenteError
from detente.parallel import USUAL_BOUNDS, Bounds
from detente.read.article import NOTHING_GIVEN, Given
from detente.shards import Shard, Shards, edition_of, read_into
from detente.types import Refusal

PIECE_BYTES = 4 << 20  # of JSON lines in one piece
_LINES = (".jsonl", ".ndjson")
LOCAL = "local"


class ClusterUnusable(DetenteError):
    """Ray is not installed, or the cluster cannot be reached."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read and where to. `places` and `out` must mean the same on every machine: s3://…, or a shared disk.

    workers: actors at most; 0 for one on each core of the cluster.
    """

    places: tuple[str, ...]
    out: str
    given: Given = NOTHING_GIVEN
    actors: str | None = None
    bounds: Bounds = USUAL_BOUNDS
    workers: int = 0
    keep_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a source: rows of a Parquet file by row group, bytes of JSON lines, or all of any other file (`stop` 0)."""

    place: str
    start: int = 0
    stop: int = 0


def read_on_ray(job: Job, cluster: str, begun: Callable[[int], None] = lambda held: None) -> Iterator[Shard]:
    """Read on `cluster` ("local" or ray://host:port) what the folder does not hold yet; yields each shard when it is written.

    begun: told how many articles the folder held before. Raises ClusterUnusable.
    """
    pieces = [{"place": p.place, "start": p.start, "stop": p.stop} for p in pieces_of(job.places)]
    begun(len(_shards(job).keys()))
    if not pieces:
        return
    ray = _started(cluster)
    most = job.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    written = _written(job, pieces, most) if cluster == LOCAL else _written_inside(ray, job, pieces, most)
    for shards in written:
        yield from (_shard_from(one) for one in json.loads(shards))


def _written(job: Job, pieces: list[dict[str, Any]], most: int) -> Iterator[str]:
    """The shards of each piece as JSON, by a pool of at most so many actors."""
    import ray.data

    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = ray.data.from_items(pieces, override_num_blocks=len(pieces)).map_batches(
        PieceReader, batch_size=1, num_cpus=1, fn_constructor_args=(job,),
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=min(most, len(pieces))),
    )  # fmt: skip
    yield from (row["shards"] for row in rows.iter_rows())


def _written_inside(ray: Any, job: Job, pieces: list[dict[str, Any]], most: int) -> Iterator[str]:
    """The same, driven by an actor on the cluster: Ray Data does not run in a client of one."""
    driver = ray.remote(num_cpus=0)(Driver).remote(job, pieces, most)
    while (shards := ray.get(driver.following.remote())) is not None:
        yield shards


class Driver:
    """A Ray actor that hands on what the pool writes, piece by piece."""

    def __init__(self, job: Job, pieces: list[dict[str, Any]], most: int) -> None:
        self.written = _written(job, pieces, most)

    def following(self) -> str | None:
        """The shards of the next piece; None after the last one."""
        return next(self.written, None)


def _shards(job: Job) -> Shards:
    return Shards(job.out, edition_of(job.actors))


def _started(cluster: str) -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ClusterUnusable("reading on Ray needs ray; install it with: pip install 'detente[scale]'") from error
    if ray.is_initialized():
        return ray
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray.init(
            address=cluster,  # "local" starts one of its own, even where another one runs on this machine
            log_to_driver=False,
            include_dashboard=False if cluster == LOCAL else None,
            logging_level=logging.ERROR,
        )
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        told = f"the cluster {cluster!r} cannot be reached: {str(error)[:200]}"
        raise ClusterUnusable(f"{told}; where it asks for a token, set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN") from None
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return ray


class PieceReader:
    """A Ray Data actor: reads pieces one after another, each into shards, leaving out what the folder holds when it begins."""

    def __init__(self, job: Job) -> None:
        self.job, self.done = job, frozenset(_shards(job).keys())

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """One row for each piece, with the shards that were written for it as JSON."""
        found = []
        for place, start, stop in zip(batch["place"], batch["start"], batch["stop"], strict=True):
            shards = read_piece(Piece(str(place), int(start), int(stop)), self.job, self.done)
            found.append(json.dumps([_shard_to(shard) for shard in shards]))
        return {"shards": found}


def read_piece(piece: Piece, job: Job, done: frozenset[str]) -> Iterator[Shard]:
    """Read a piece into shards; what is refused as a whole stands in a shard too."""
    from detente.desk import Way, read_all
    from detente.intake.reception import Reception

    way = Way(1, actors=job.actors, bounds=job.bounds)  # type: ignore[arg-type]
    reception = Reception(keep_duplicates=job.keep_duplicates)
    yield from read_into(_shards(job), articles_of(piece, job.given), lambda items: read_all(items, way, reception), done=done)


def pieces_of(places: tuple[str, ...]) -> Iterator[Piece]:
    """The sources cut into pieces that are read independently. Raises ArticleRefused for a place that is not there."""
    from detente.intake.kinds import ending_of

    for place in _files(places):
        ending = ending_of(place)
        if ending == ".parquet":
            import pyarrow.parquet as pq

            with opened(place) as stream:
                groups = pq.ParquetFile(stream).metadata.num_row_groups
            yield from (Piece(place, n, n + 1) for n in range(groups))
        elif ending in _LINES and not place.endswith(".gz"):
            size = _size(place)
            yield from (Piece(place, start, min(size, start + PIECE_BYTES)) for start in range(0, size, PIECE_BYTES))
        else:
            yield Piece(place)


def articles_of(piece: Piece, given: Given) -> Iterator[Any]:
    """The articles of a piece. Lines belong to the piece in which they begin."""
    from detente.intake.origins import articles_in
    from detente.intake.tables import articles_of_parquet

    try:
        with opened(piece.place) as stream:
            if not piece.stop:
                yield from articles_in(piece.place, stream, given)
            elif piece.place.endswith(_LINES):
                yield from _lines_of(piece, stream, given)
            else:
                yield from articles_of_parquet(piece.place, stream, given, groups=range(piece.start, piece.stop))
    except ArticleRefused as refused:
        yield Refusal(refused.name, refused.reason)
    except OSError as error:
        yield Refusal(piece.place, f"cannot be read: {str(error)[:200]}")


def _lines_of(piece: Piece, stream: IO[bytes], given: Given) -> Iterator[Any]:
    """Articles of the lines that begin within the piece; none of them is no failure."""
    from detente.read.article import json_lines

    name = f"{piece.place} from byte {piece.start:,}" if piece.start else piece.place
    for found in json_lines(name, _lines_within(piece, stream), given):
        if not (isinstance(found, Refusal) and found.name == name):
            yield found


def _lines_within(piece: Piece, stream: IO[bytes]) -> Iterator[bytes]:
    from detente.read.article import bounded_line

    if piece.start:  # the line that runs into the piece belongs to the one before
        stream.seek(piece.start - 1)
        bounded_line(stream)
    while stream.tell() < piece.stop and (line := bounded_line(stream)):
        yield line


def _filesystem(place: str) -> tuple[Any, str]:
    from pyarrow.fs import FileSystem, LocalFileSystem

    return FileSystem.from_uri(place) if "://" in place else (LocalFileSystem(), os.path.abspath(place))


def opened(place: str) -> IO[bytes]:
    """A file on a disk or in a store, for reading."""
    system, path = _filesystem(place)
    return io.BufferedReader(system.open_input_file(path), 1 << 20)


def _size(place: str) -> int:
    system, path = _filesystem(place)
    return int(system.get_file_info(path).size or 0)


def _files(places: tuple[str, ...]) -> Iterator[str]:
    for place in places:
        try:
            yield from _expanded(place)
        except (OSError, ValueError) as error:
            raise ArticleRefused(place, f"cannot be read: {str(error)[:200]}") from None


def _expanded(place: str) -> Iterator[str]:
    """Files of a folder or of a pattern with *, sorted; also in stores, where no shell does it."""
    from fnmatch import fnmatch

    from pyarrow.fs import FileSelector, FileType

    from detente.intake.kinds import is_known

    system, path = _filesystem(place)
    scheme = place[: place.index("://") + 3] if "://" in place else ""
    kind = None if "*" in path else system.get_file_info(path).type
    if kind == FileType.File:
        yield place
        return
    if kind == FileType.NotFound:
        raise ArticleRefused(place, "is not there; on a cluster name files, folders, or patterns such as s3://news/*.parquet")
    folder = path[: path.index("*")].rpartition("/")[0] if kind is None else path
    names = sorted(f.path for f in system.get_file_info(FileSelector(folder, recursive=True)) if f.type == FileType.File)
    yield from (scheme + name for name in names if (fnmatch(name, path) if kind is None else is_known(name)))


def _shard_to(shard: Shard) -> dict[str, Any]:
    return {
        "name": shard.name,
        "articles": shard.articles,
        "words": shard.words,
        "refused": [r.to_dict() for r in shard.refused],
    }


def _shard_from(data: Mapping[str, Any]) -> Shard:
    return Shard(data["name"], data["articles"], tuple(Refusal(**r) for r in data["refused"]), data["words"])
