"""From readings to dyad-day tables at scale: DuckDB over Parquet, in the columns of the ledger's export of days.

The ledger compares words to tell which reports belong to one happening, and does so anew for each day. This merges by type,
dyad, status and day alone, so it counts fewer happenings where the same two do the same thing twice within the window; and
it takes the voice of the first report for all. Who knew what when is kept: a day's value counts only what was printed by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from detente.errors import DetenteError

COLUMNS = (
    "date", "actor", "recipient", "actor_cow", "recipient_cow", "tension", "verbal_cooperation", "material_cooperation",
    "verbal_conflict", "material_conflict",
)  # fmt: skip
FORMS = {".parquet": "FORMAT parquet, COMPRESSION zstd", ".csv": "FORMAT csv, HEADER"}


class PanelImpossible(DetenteError, ValueError):
    """No panel can be made of what was given: names it and says what was expected."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the panel holds. `pair`: only between these two. `since`, `until`: inclusive; until the last printing day if None.

    window_days: reports of the same act whose days lie so close are one happening. memory_mb: DuckDB goes to disk beyond it.
    """

    pair: tuple[str, str] | None = None
    since: date | None = None
    until: date | None = None
    window_days: int = 1
    memory_mb: int = 2_048
    threads: int = 0


def write_panel(places: Sequence[str], out: Path, wanted: Wanted) -> int:
    """Write the table to a Parquet or CSV file, whole or not at all; gives the number of rows. Raises PanelImpossible."""
    if out.suffix not in FORMS:
        raise PanelImpossible(f"{out} is no form for a panel; the file may end in {', '.join(FORMS)}")
    partial = out.with_name(out.name + ".part")
    with _connected(wanted) as db:
        _make(db, _files(places), wanted)
        try:
            db.execute(
                f"COPY (SELECT {', '.join(COLUMNS)} FROM panel ORDER BY actor, recipient, date) TO ? ({FORMS[out.suffix]})",
                [str(partial)],
            )
            partial.replace(out)
        except OSError as error:
            raise PanelImpossible(f"{out} cannot be written: {(error.strerror or str(error)).lower()}") from None
        finally:
            partial.unlink(missing_ok=True)
        return int(db.execute("SELECT count(*) FROM panel").fetchone()[0])


def panel_rows(places: Sequence[str], wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The rows of the table, by actor, recipient and date; dates as ISO strings, as the ledger exports them."""
    with _connected(wanted) as db:
        _make(db, _files(places), wanted)
        found = db.execute(f"SELECT {', '.join(COLUMNS)} FROM panel ORDER BY actor, recipient, date")
        while row := found.fetchone():
            yield dict(zip(COLUMNS, row, strict=True))


def _connected(wanted: Wanted) -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise PanelImpossible("panels need duckdb; install it with: pip install 'detente[scale]'") from error
    config: dict[str, Any] = {"memory_limit": f"{wanted.memory_mb}MB"}
    if wanted.threads:
        config["threads"] = wanted.threads
    return duckdb.connect(":memory:", config=config)


def _files(places: Sequence[str]) -> list[str]:
    """Files of readings: those named, and those in folders."""
    found = [f for p in places for f in (sorted(map(str, Path(p).glob("*.parquet"))) if os.path.isdir(p) else [p])]
    missing = [f for f in found if "://" not in f and not os.path.isfile(f)]
    if missing or not found:
        raise PanelImpossible(
            f"{missing[0] if missing else ', '.join(places)}: no readings there; expected Parquet from `detente read --out readings/`"
        )
    return found


def _make(db: Any, found: list[str], wanted: Wanted) -> None:
    """Build the table `panel` step by step; each step is a view or table that can be looked at."""
    import duckdb

    db.execute("CREATE TABLE cow (code VARCHAR, number INTEGER)")
    db.executemany("INSERT INTO cow VALUES (?, ?)", [(r["code"], int(r["cow"])) for r in _rows("cow")])
    db.execute("CREATE TABLE weights (part VARCHAR, name VARCHAR, weight DOUBLE)")
    db.executemany(
        "INSERT INTO weights VALUES (?, ?, ?)", [(r["part"], r["name"], float(r["weight"])) for r in _rows("tension")]
    )
    one, other = wanted.pair or (None, None)
    values = {"one": one, "other": other, "since": wanted.since, "until": wanted.until, "window": wanted.window_days}
    db.execute(
        "CREATE TABLE asked AS SELECT * FROM (VALUES (?::VARCHAR, ?::VARCHAR, ?::DATE, ?::DATE, ?::INTEGER)) AS v(one, other, since, until, window_days)",
        list(values.values()),
    )
    try:
        db.execute(ARTICLES, [found])
        for step in (REPORTS, SIDES, MERGED, TOLD, SHARES, DAYS, PANEL):
            db.execute(step)
    except duckdb.Error as error:
        raise PanelImpossible(f"the readings cannot be read: {str(error).splitlines()[0][:300]}") from None


def _rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a table of the relations; lines with # are remarks."""
    text = (files("detente.data") / "relations" / f"{name}.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]
    return (dict(zip(lines[0], row)) for row in lines[1:])


# The steps ---------------------------------------------------------------------------------------------------------------

# Each article once, however many files hold it. One without a date cannot be placed in time.
ARTICLES = """
CREATE TEMP TABLE articles AS
SELECT coalesce(publisher, '') AS publisher, CAST(published_at[1:10] AS DATE) AS published, reading
FROM read_parquet(?, union_by_name = true)
WHERE published_at IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY publisher, published_at, coalesce(url, id), md5(text)) = 1
"""

# One row for each event that happened or is planned. Its day: its own last day; a plan counts on the day it was printed.
REPORTS = """
CREATE TEMP TABLE reports AS
WITH events AS (
    SELECT publisher, published, reading, unnest(CAST(json_extract(reading, '$.events') AS JSON[])) AS event FROM articles
), fields AS (
    SELECT publisher, published, event->>'event_type' AS type, event->>'status' AS status, CAST(event->>'score' AS DOUBLE) AS score,
        event->>'quad' AS quad, TRY_CAST(event->'date'->>'start' AS DATE) AS first, TRY_CAST(event->'date'->>'end' AS DATE) AS last,
        list_distinct(list_filter(CAST(json_extract_string(event, '$.actors[*].code') AS VARCHAR[]), x -> x IS NOT NULL)) AS actors,
        list_distinct(list_filter(CAST(json_extract_string(event, '$.recipients[*].code') AS VARCHAR[]), x -> x IS NOT NULL)) AS recipients,
        event->>'statement' IS NULL AS narrated,
        list_filter(CAST(json_extract(reading, '$.statements') AS JSON[]), s -> s->>'id' = event->>'statement')[1]->'speaker'->>'code'
            AS teller
    FROM events WHERE event->>'status' IN ('happened', 'scheduled')
)
SELECT * EXCLUDE (first, last), CASE
    WHEN status = 'scheduled' OR last IS NULL OR first > published + 1 THEN published ELSE last END AS day
FROM fields
"""

# One row for each report and directed dyad; what is done together counts in both directions.
SIDES = """
CREATE TEMP TABLE sides AS
WITH parties AS (
    SELECT *, type IN ('CONSULT', 'AGREE', 'COOPERATE') OR len(recipients) = 0 AS together,
        list_distinct(list_concat(actors, recipients)) AS everyone FROM reports
), dyads AS (
    SELECT *, unnest(CASE WHEN together THEN everyone ELSE actors END) AS actor FROM parties
), directed AS (
    SELECT *, unnest(CASE WHEN together THEN everyone ELSE recipients END) AS recipient FROM dyads
)
SELECT d.actor, d.recipient, d.type, d.status, d.score, d.quad, d.day, d.published, d.publisher,
    CASE WHEN d.narrated THEN 'narrator' WHEN d.teller = d.actor THEN 'own' WHEN d.teller = d.recipient THEN 'recipient'
        ELSE 'third' END AS voice
FROM directed d, asked
WHERE d.actor <> d.recipient AND (asked.one IS NULL OR (d.actor, d.recipient) IN ((asked.one, asked.other), (asked.other, asked.one)))
    AND (asked.until IS NULL OR d.published <= asked.until)
"""

# Reports of one type, dyad and status whose days follow each other closely are cut into stretches of window_days + 1 days.
MERGED = """
CREATE TEMP TABLE merged AS
WITH gaps AS (
    SELECT *, coalesce(day - lag(day) OVER same > asked.window_days, true)::INTEGER AS opens FROM sides, asked
    WINDOW same AS (PARTITION BY actor, recipient, type, status ORDER BY day)
), chains AS (
    SELECT *, sum(opens) OVER (PARTITION BY actor, recipient, type, status ORDER BY day ROWS UNBOUNDED PRECEDING) AS chain FROM gaps
)
SELECT *, (day - min(day) OVER (PARTITION BY actor, recipient, type, status, chain)) // (window_days + 1) AS stretch FROM chains
"""

# Happenings, and when each of the first three publishers told them.
TOLD = """
CREATE TEMP TABLE happenings AS
SELECT actor, recipient, type, status, chain, stretch, arg_min(day, (published, day)) AS day, mode(score) AS score, mode(quad) AS quad,
    arg_min(voice, (published, voice)) AS voice
FROM merged GROUP BY ALL;
CREATE TEMP TABLE told AS
SELECT actor, recipient, type, status, chain, stretch, publisher, min(published) AS published,
    row_number() OVER (PARTITION BY actor, recipient, type, status, chain, stretch ORDER BY min(published), publisher) AS rank
FROM merged GROUP BY actor, recipient, type, status, chain, stretch, publisher
QUALIFY rank <= 3
"""

# What each publisher adds, from the day on which it is known: the weight of two publishers less that of one, and so on.
SHARES = """
CREATE TEMP TABLE shares AS
SELECT h.actor, h.recipient, h.day, greatest(h.day, t.published) AS since,
    -h.score * s.weight * v.weight * (p.weight - coalesce(before.weight, 0)) AS points
FROM happenings h JOIN told t USING (actor, recipient, type, status, chain, stretch)
JOIN weights s ON s.part = 'status' AND s.name = h.status
JOIN weights v ON v.part = 'voice' AND v.name = h.voice
JOIN weights p ON p.part = 'publishers' AND p.name = CAST(t.rank AS VARCHAR)
LEFT JOIN weights before ON before.part = 'publishers' AND before.name = CAST(t.rank - 1 AS VARCHAR)
"""

# Every day of every dyad from its first one. With weights 2^(age / half life), the decayed sum is a running sum.
DAYS = """
CREATE TEMP TABLE days AS
WITH settings AS (
    SELECT max(weight) FILTER (name = 'half_life_days') AS half_life, max(weight) FILTER (name = 'silent_days') AS silent FROM weights
), dyads AS (
    SELECT actor, recipient, min(day) AS first FROM shares GROUP BY ALL
), last AS (
    SELECT coalesce((SELECT until FROM asked), max(published)) AS day FROM articles
), grid AS (
    SELECT actor, recipient, first, unnest(generate_series(first, last.day, INTERVAL 1 DAY))::DATE AS day FROM dyads, last
), added AS (
    SELECT s.actor, s.recipient, s.since AS day, max(s.day) AS latest, sum(s.points * pow(2, (s.day - d.first) / settings.half_life)) AS points
    FROM shares s JOIN dyads d USING (actor, recipient), settings GROUP BY ALL
), summed AS (
    SELECT g.actor, g.recipient, g.day, g.first, sum(a.points) OVER known AS points, max(a.latest) OVER known AS latest
    FROM grid g LEFT JOIN added a USING (actor, recipient, day)
    WINDOW known AS (PARTITION BY g.actor, g.recipient ORDER BY g.day ROWS UNBOUNDED PRECEDING)
)
SELECT actor, recipient, day,
    CASE WHEN day - latest <= settings.silent THEN round(points * pow(2, -(day - first) / settings.half_life), 4) END AS tension
FROM summed, settings
"""

PANEL = """
CREATE TEMP TABLE panel AS
WITH counts AS (
    SELECT actor, recipient, day, count(*) FILTER (quad = 'verbal cooperation') AS verbal_cooperation,
        count(*) FILTER (quad = 'material cooperation') AS material_cooperation,
        count(*) FILTER (quad = 'verbal conflict') AS verbal_conflict, count(*) FILTER (quad = 'material conflict') AS material_conflict
    FROM happenings WHERE status = 'happened' GROUP BY ALL
)
SELECT strftime(d.day, '%Y-%m-%d') AS date, actor, recipient, a.number AS actor_cow, r.number AS recipient_cow, d.tension,
    coalesce(c.verbal_cooperation, 0) AS verbal_cooperation, coalesce(c.material_cooperation, 0) AS material_cooperation,
    coalesce(c.verbal_conflict, 0) AS verbal_conflict, coalesce(c.material_conflict, 0) AS material_conflict
FROM days d LEFT JOIN counts c USING (actor, recipient, day)
LEFT JOIN cow a ON a.code = d.actor LEFT JOIN cow r ON r.code = d.recipient, asked
WHERE asked.since IS NULL OR d.day >= asked.since
"""
