"""One timed run of the reader in a process of its own: `reader_run.py FILE CORES`, prints JSON.

The model is loaded before the clock starts; decompressing and parsing the file are inside it, as `detente read` does both.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path


def main(file: str, cores: int) -> None:
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:cores]))  # before any thread pool counts the cores
    from detente.read.article import Received, load_articles
    from detente.read.reader import read_many
    from detente.types import Article, Reading

    list(read_many([Article("warm-up", "Ilan Torvek said the talks had failed.")], threads=cores))
    start = time.perf_counter()
    words = statements = 0
    for item in read_many(load_articles([Path(file)]), threads=cores):
        assert isinstance(item, Reading | Received), item
        words += len(item.article.text.split())
        statements += len(item.statements) if isinstance(item, Reading) else 0
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"words": words, "seconds": seconds, "peak_mib": peak, "found": statements}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
