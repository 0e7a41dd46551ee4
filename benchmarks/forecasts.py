"""How fast forecasts come: `python -m benchmarks.forecasts [--rows 1000000]`, on an invented history.

Writes GDELT 2.0 rows between 150 states, imports them, and forecasts every active pair: seconds of each step, how many of
them on a core, and peak memory.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from detente.forecast.fold import shipped_states
from detente.forecast.formats import format_named
from detente.forecast.issue import forecast, forecast_all
from detente.forecast.questions import question_of, questions
from detente.forecast.store import add_file

YEARS, PAIRS = 5, 1500
CODES = ("010", "036", "040", "042", "051", "061", "111", "112", "120", "130", "150", "163", "173", "190")
CHANCES = np.array([20, 12, 18, 10, 8, 3, 8, 7, 4, 3, 1, 1, 2, 3.0]) / 100
LAST = date(2024, 12, 30)


def write_rows(path: Path, number: int, seed: int = 1) -> None:
    """GDELT 2.0 rows: pairs differ in volume, days fall evenly."""
    rng = np.random.default_rng(seed)
    states = sorted(c for c in shipped_states().codes if len(c) == 3)[:150]
    ends = np.array([rng.choice(len(states), 2, replace=False) for _ in range(PAIRS)])
    pair = rng.choice(PAIRS, number, p=_volumes(rng))
    days = np.sort(rng.integers(0, YEARS * 365, number))[::-1]
    code = rng.choice(len(CODES), number, p=CHANCES)
    columns = format_named("gdelt2").columns
    at = {name: columns.index(name) for name in ("GLOBALEVENTID", "SQLDATE", "DATEADDED", "EventCode")}
    one, other = columns.index("Actor1CountryCode"), columns.index("Actor2CountryCode")
    texts = [(LAST - timedelta(days=k)).strftime("%Y%m%d") for k in range(YEARS * 365)]
    with path.open("w", encoding="utf-8") as stream:
        for i in range(number):
            cells = [""] * len(columns)
            cells[at["GLOBALEVENTID"]], cells[at["SQLDATE"]] = str(i), texts[days[i]]
            cells[at["DATEADDED"]], cells[at["EventCode"]] = texts[days[i]] + "120000", CODES[code[i]]
            cells[one], cells[other] = (states[k] for k in ends[pair[i]])
            stream.write("\t".join(cells) + "\n")


def _volumes(rng: np.random.Generator) -> np.ndarray:
    volumes = rng.lognormal(0.0, 1.2, PAIRS)
    return volumes / volumes.sum()


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, busy = time.perf_counter(), time.process_time()
    yield
    took, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<44} {took:7.1f} s   core {busy:7.1f} s   peak {peak:6.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    call = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "rows.export.CSV"
        with timed(f"writing {call.rows:,} rows"):
            write_rows(raw, call.rows)
        with timed("importing them"):
            source, done, _ = add_file(Path(folder) / "history", raw)
        print(f"  {done.kept:,} rows between states")
        issued = LAST + timedelta(days=1)
        with timed("every active pair, all questions"):
            ranked = forecast_all(source, list(questions().values()), issued=issued)["C2@30"]
        print(f"  {len(ranked)} active pairs")
        with timed("one pair, the headline, with reasons"):
            forecast(source, ranked[0][0], [question_of("conflict")], issued=issued)


if __name__ == "__main__":
    main()
