"""How a very large history is taken in, on invented rows: `python -m benchmarks.big_history [--rows 20000000] [--minutes 10]`.

Writes GDELT 2.0 files between 150 states, imports each in this process and writes the next over it; one import, by the command,
is broken off by Ctrl-C and done again. Shows rows a second of a core, peak memory at a quarter, a half and the whole, size on
disk, what a hundred million rows would need, and what forecasts then cost. Needs room for one raw file and the history.
"""

from __future__ import annotations

import argparse
import resource
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks.forecasts import CHANCES, CODES
from detente.forecast.database import connect
from detente.forecast.fold import shipped_states
from detente.forecast.formats import format_named
from detente.forecast.issue import forecast_all
from detente.forecast.questions import question_of
from detente.forecast.store import Source, add_file, source_named

WHOLE = 100_000_000
STATES, PAIRS, DAYS = 150, 3000, 3650
LAST = date(2024, 12, 30)
CALL = (  # Ctrl-C is ignored by what was started in the background
    "import signal, sys; from detente.cli import main; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.argv[0] = 'detente'; main()"
)


def write_file(path: Path, number: int, rows: int) -> None:
    """Rows of one file; pairs differ in volume, days fall evenly. DuckDB writes faster than Python could."""
    columns = format_named("gdelt2").columns
    filled = {
        "GLOBALEVENTID": f"{number * rows} + i", "SQLDATE": "strftime(day, '%Y%m%d')",
        "DATEADDED": "strftime(day, '%Y%m%d') || '120000'", "EventCode": _code(),
        "Actor1CountryCode": f"states[1 + pair % {STATES}]",
        "Actor2CountryCode": f"states[1 + (pair % {STATES} + 1 + pair // {STATES}) % {STATES}]",
        "SOURCEURL": "'https://example.org/' || i",
    }  # fmt: skip
    with connect() as db:
        db.execute(f"SELECT setseed({0.1 + number / 10_000})")
        db.execute("CREATE TABLE names AS SELECT $s::VARCHAR[] AS states", {"s": _states()})
        db.execute(
            f"COPY (SELECT {', '.join(f'{filled.get(c, chr(39) * 2)} AS c{n}' for n, c in enumerate(columns))} FROM "
            f"(SELECT i, random() AS chance, (random() ** 3 * {PAIRS})::INT AS pair, "
            f"DATE '{LAST - timedelta(days=DAYS)}' + (random() * {DAYS})::INT AS day FROM range({rows}) t(i)), names) "
            f"TO '{path}' (FORMAT csv, DELIMITER '\t', HEADER false, QUOTE '')"
        )


def _code() -> str:
    below, cases = 0.0, []
    for code, chance in zip(CODES, CHANCES, strict=True):
        below += float(chance)
        cases.append(f"WHEN chance < {below:.4f} THEN '{code}'")
    return f"CASE {' '.join(cases)} ELSE '{CODES[0]}' END"


def _states() -> list[str]:
    return sorted(c for c in shipped_states().codes if len(c) == 3)[:STATES]


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _size_mb(folder: Path) -> float:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 2**20


def broken_off(history: Path, raw: Path) -> str:
    """Ctrl-C in the middle of an import, then the same command again."""
    command = [sys.executable, "-c", CALL, "history", "add", str(raw), "--history", str(history)]
    before = len(source_named(history, None).files)
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not list(history.glob(".adding-*/*")):
        time.sleep(0.05)
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    said = run.communicate()[1].strip().splitlines()
    left = len(source_named(history, None).files) - before, len(list(history.glob(".adding-*")))
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    return (
        f"Ctrl-C: exit status {run.returncode}, {left[0]} files and {left[1]} scratch folders left; {''.join(said[-1:])}\n"
        f"again: exit status {again.returncode}, {len(source_named(history, None).files) - before} file more"
    )


def _import_all(folder: Path, rows: int, file_rows: int, minutes: float) -> tuple[Source, int, float]:
    history, raw = folder / "history", folder / "part.export.CSV"
    took, done, files = 0.0, 0, max(4, rows // file_rows)
    for number in range(files):
        write_file(raw, number, file_rows)
        if number == files // 3:
            print(broken_off(history, raw), flush=True)  # ends with the file imported
            done += file_rows
            continue
        began = time.process_time()
        source, _, _ = add_file(history, raw)
        took += time.process_time() - began
        done += file_rows
        rate = (done - (file_rows if number > files // 3 else 0)) / took
        if number + 1 in (files // 4, files // 2, files) or took > minutes * 60:
            print(
                f"{done:>12,} rows in {took:6.0f} s of a core, {rate:>9,.0f} rows/s, peak {_peak_mb():5.0f} MB, "
                f"{_size_mb(history):6.0f} MB on disk", flush=True,
            )  # fmt: skip
        if took > minutes * 60:
            break
    return source, done, rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--file-rows", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    call = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        source, done, rate = _import_all(Path(place), call.rows, call.file_rows, call.minutes)
        minutes, size_gb = WHOLE / rate / 60, _size_mb(Path(place) / "history") * WHOLE / done / 1024
        print(f"{WHOLE:,} rows would take {minutes:.0f} minutes of a core and {size_gb:.1f} GB")
        began = time.process_time()
        ranked = forecast_all(source, [question_of("conflict")], issued=LAST + timedelta(days=1))["C2@30"]
        busy = time.process_time() - began
        print(f"the headline for {len(ranked)} active pairs: {busy:.0f} s of a core, peak {_peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
