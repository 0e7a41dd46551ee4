"""Tables of articles: CSV and Parquet. Columns are found by the names that such tables usually have."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any

from detente.errors import ArticleRefused
from detente.intake.limits import MB
from detente.read.article import MAX_CHARACTERS, USUAL_NAMES, UTF16_MARKS, Given, Received, decode, json_article
from detente.types import Refusal

_MAX_LINE_BYTES = 4 * MAX_CHARACTERS
_ROWS = 64  # of a Parquet file in memory at a time


def articles_of_csv(name: str, stream: IO[bytes], given: Given) -> Iterator[Received | Refusal]:
    """An article for each row. Raises ArticleRefused at a line or field that is too long, or where no column holds texts."""
    csv.field_size_limit(MAX_CHARACTERS)
    lines = _lines(name, stream)
    header = next(lines, "")
    delimiter = max("\t;,|", key=header.count) if header else ","
    columns = columns_of(name, next(csv.reader([header], delimiter=delimiter), []))
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        for number, row in enumerate(rows, 2):
            if row:
                yield json_article(f"{name}:{number}", _item(columns, dict(enumerate(row))), given)
    except csv.Error as error:
        why = f"a field is longer than {MAX_CHARACTERS:,} characters" if "field larger" in str(error) else str(error)
        raise ArticleRefused(f"{name}:{rows.line_num + 1}", f"is not CSV that can be read: {why}; the rest was left") from None


def _lines(name: str, stream: IO[bytes]) -> Iterator[str]:
    number = 0
    while line := stream.readline(_MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > _MAX_LINE_BYTES:
            why = f"is a line longer than {_MAX_LINE_BYTES // MB} MB, the limit of one; the rest was left"
            raise ArticleRefused(f"{name}:{number}", why)
        if number == 1 and line.startswith(UTF16_MARKS):
            raise ArticleRefused(name, "is UTF-16; CSV is read as UTF-8: save it as such from the spreadsheet")
        yield decode(line).text


def articles_of_parquet(
    name: str, stream: IO[bytes], given: Given, groups: Sequence[int] | None = None
) -> Iterator[Received | Refusal]:
    """An article for each row, of some groups of rows or of all. Raises ArticleRefused for what is damaged or has no texts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(stream)
        columns = columns_of(name, file.schema_arrow.names)
        wanted = sorted({file.schema_arrow.names[n] for n in columns.values()})
        number = 0
        for batch in file.iter_batches(batch_size=_ROWS, columns=wanted, row_groups=groups):
            for row in batch.to_pylist():
                number += 1
                yield json_article(
                    f"{name}:{number}", {f: _value(row[file.schema_arrow.names[n]]) for f, n in columns.items()}, given
                )
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ArticleRefused(name, f"is not Parquet that can be read: {str(error)[:160]}") from None


def columns_of(name: str, header: Sequence[str]) -> dict[str, int]:
    """Which column holds which field, by name. Raises ArticleRefused where none holds texts."""
    low = [column.strip().lower() for column in header]
    found = {field: low.index(known) for field, names in USUAL_NAMES.items() if (known := _first(names, low)) is not None}
    if "text" not in found:
        seen = ", ".join(header[:12]) or "nothing"
        raise ArticleRefused(name, f'has no column of texts (found: {seen[:200]}); name one "text" or "body"')
    return found


def _first(names: Iterable[str], among: Sequence[str]) -> str | None:
    return next((n for n in names if n in among), None)


def _item(columns: Mapping[str, int], row: Mapping[int, str]) -> dict[str, Any]:
    return {field: row.get(n) or ("" if field == "text" else None) for field, n in columns.items()}


def _value(value: Any) -> Any:
    """A cell as JSON has it: dates as ISO, lists of authors as one string."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(v) for v in value) or None
    return value
