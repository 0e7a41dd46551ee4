"""File formats of event data: how each is recognised, and which of its columns mean what.

Columns are those of the codebooks: ICEWS (Dataverse), GDELT 1.0 and 2.0, POLECAT, KEDS and Phoenix, and Détente's own rows.
Everything is read as text; expressions are SQL over these columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from detente.errors import DetenteError
from detente.forecast.fold import ACTING_SECTORS, Membership, States

Fold = Callable[[States, str], tuple[Membership, ...]]
SEPARATOR = "|"


class FormatUnknown(DetenteError, ValueError):
    """A file whose first line is of no known format, or not of the one that was asked for."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write events. `columns`: names where the file has no header. `fold`: from the text of an actor's key."""

    name: str
    title: str
    date: str
    published: str
    actor: str
    recipient: str
    code: str
    fold: Fold
    needs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    codes: str = "cameo"
    reference: str = "''"
    publishers: str = "1"
    status: str = "'happened'"
    quote: str = ""
    encoding: str = "utf-8"


def _by_name(states: States, key: str) -> tuple[Membership, ...]:
    return states.of_name(key)


def _by_composite(states: States, key: str) -> tuple[Membership, ...]:
    return _always(states.of_composite(key))


def _by_code(states: States, key: str) -> tuple[Membership, ...]:
    return _always(states.of_code(key))


def _by_country_and_sector(states: States, key: str) -> tuple[Membership, ...]:
    country, _, sector = key.partition(SEPARATOR)
    return _always(states.of_sector(country, sector))


def _by_gdelt(states: States, key: str) -> tuple[Membership, ...]:
    """Country, then known group, ethnic, two religions and three types: a state acts where only GOV, MIL or SPY stand."""
    country, *rest = key.split(SEPARATOR)
    groups, types = rest[:4], rest[4:]
    acts = not any(groups) and all(t in ("", *ACTING_SECTORS) for t in types)
    return _always(states.of_code(country)) if acts else ()


def _always(state: str | None) -> tuple[Membership, ...]:
    return (Membership(state),) if state else ()


def _gdelt_actor(number: int) -> str:
    roles = ("KnownGroup", "Ethnic", "Religion1", "Religion2", "Type1", "Type2", "Type3")
    parts = [f'"Actor{number}CountryCode"', *(f'"Actor{number}{role}Code"' for role in roles)]
    return "concat_ws('|', " + ", ".join(f"coalesce({part}, '')" for part in parts) + ")"


def _gdelt_columns(geography: Sequence[str], last: Sequence[str]) -> tuple[str, ...]:
    def actor(n: int) -> list[str]:
        kinds = ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code")
        return [f"Actor{n}{k}" for k in (*kinds, "Type1Code", "Type2Code", "Type3Code")]

    places = [f"{who}Geo_{part}" for who in ("Actor1", "Actor2", "Action") for part in geography]
    return (
        "GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate", *actor(1), *actor(2), "IsRootEvent", "EventCode",
        "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone",
        *places, *last,
    )  # fmt: skip


_PLACE = ("Type", "FullName", "CountryCode", "ADM1Code", "Lat", "Long", "FeatureID")
_PLACE_2 = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")


def _gdelt(name: str, title: str, columns: tuple[str, ...]) -> Format:
    return Format(
        name, title, date="try_strptime(\"SQLDATE\", '%Y%m%d')", published="try_strptime(left(\"DATEADDED\", 8), '%Y%m%d')",
        actor=_gdelt_actor(1), recipient=_gdelt_actor(2), code='"EventCode"', fold=_by_gdelt, columns=columns,
        reference='"SOURCEURL"' if "SOURCEURL" in columns else '"GLOBALEVENTID"',
        publishers="coalesce(try_cast(trim(\"NumSources\") AS INTEGER), 1)", encoding="latin-1",
    )  # fmt: skip


def _day(column: str) -> str:
    """An ISO date or date-time; NULL for anything else."""
    return f"try_strptime(left(CAST(\"{column}\" AS VARCHAR), 10), '%Y-%m-%d')"


_CLINE_DATE = (
    "coalesce(try_strptime(\"story_date\", '%Y-%m-%d'), try_strptime(\"story_date\", '%m/%d/%Y'), "
    "try_strptime(\"story_date\", '%Y%m%d'))"
)
_FACT = '"source" || \' · \' || "relation" || \' · \' || "target"'
_TOLD = '"source" || \' · \' || "code" || \' · \' || "target"'
_OLD_DATE = "coalesce(try_strptime(\"date\", '%y%m%d'), try_strptime(\"date\", '%Y%m%d'))"
_POLECAT = (
    "Event ID", "Event Date", "Event Type", "Event Mode", "Actor Country", "Primary Actor Sector", "Recipient Country",
    "Primary Recipient Sector", "Publication Date",
)  # fmt: skip
FORMATS = (
    Format(
        "detente", "rows that Détente writes", date=_day("date"), published=_day("published_at"),
        actor='"actor"', recipient='"recipient"', code='"code"', fold=_by_code, reference='"reference"', status='"status"',
        needs=("date", "published_at", "actor", "recipient", "code", "status", "publishers", "reference"),
        publishers='coalesce(try_cast(trim(CAST("publishers" AS VARCHAR)) AS INTEGER), 1)', quote='"',
    ),
    Format(
        "icews", "ICEWS events as published on Dataverse", date=_day("Event Date"),
        published=_day("Event Date"), actor='"Source Name"', recipient='"Target Name"', code='"CAMEO Code"',
        fold=_by_name, needs=("Event ID", "Event Date", "Source Name", "CAMEO Code", "Target Name"),
        reference="'icews:' || \"Event ID\"",
    ),
    Format(
        "icews-facts", "ICEWS as facts (date, source, relation, target, cameo)", date=_day("date"),
        published=_day("date"), actor='"source"', recipient='"target"', code='"cameo"', fold=_by_name,
        needs=("date", "source", "relation", "target", "cameo"), reference=_FACT,
    ),
    Format(
        "polecat", "POLECAT (PLOVER events)", date=_day("Event Date"),
        published=f"coalesce({_day('Publication Date')}, {_day('Event Date')})",
        actor="concat_ws('|', coalesce(\"Actor Country\", ''), coalesce(\"Primary Actor Sector\", ''))",
        recipient="concat_ws('|', coalesce(\"Recipient Country\", ''), coalesce(\"Primary Recipient Sector\", ''))",
        code="concat_ws('|', upper(\"Event Type\"), coalesce(lower(\"Event Mode\"), ''))", fold=_by_country_and_sector,
        needs=_POLECAT,
        codes="plover", reference="'polecat:' || \"Event ID\"",
    ),
    Format(
        "phoenix", "Phoenix (Cline Center, historical)", date=_CLINE_DATE, published=_CLINE_DATE,
        actor='"source"', recipient='"target"', code='"code"', fold=_by_composite,
        needs=("eid", "story_date", "source", "target", "code"), reference="'phoenix:' || \"eid\"", quote='"',
    ),
    Format(
        "keds", "KEDS (date, source, target, code; CAMEO or WEIS)", date=_day("date"),
        published=_day("date"), actor='"source"', recipient='"target"', code='"code"', fold=_by_composite,
        needs=("date", "source", "target", "code"), codes="keds", reference=_TOLD,
    ),
    Format(
        "keds-raw", "KEDS as TABARI writes it (YYMMDD, source, target, code), without a header",
        date=_OLD_DATE, published=_OLD_DATE, actor='"source"', recipient='"target"', code='"code"', fold=_by_composite,
        columns=("date", "source", "target", "code", "text"), codes="keds", reference=_TOLD,
    ),
    _gdelt("gdelt1", "GDELT 1.0 events, daily files", _gdelt_columns(_PLACE, ("DATEADDED", "SOURCEURL"))),
    _gdelt("gdelt1-backfile", "GDELT 1.0 events before April 2013", _gdelt_columns(_PLACE, ("DATEADDED",))),
    _gdelt("gdelt2", "GDELT 2.0 events", _gdelt_columns(_PLACE_2, ("DATEADDED", "SOURCEURL"))),
)  # fmt: skip


def format_named(name: str) -> Format:
    """Raises FormatUnknown."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise FormatUnknown(f"{name!r} is not a format; known: {', '.join(f.name for f in FORMATS)}")


def recognise(file: str, first_line: str, delimiter: str) -> Format:
    """The format of a file by its first line: the columns of a header, or their number where there is none."""
    cells = [cell.strip().strip('"').lstrip("\ufeff") for cell in first_line.rstrip("\r\n").split(delimiter)]
    for one in FORMATS:
        if one.needs and set(one.needs) <= set(cells):
            return one
    for one in FORMATS:
        if one.columns and _looks_like(one, cells):
            return one
    known = "; ".join(
        f"{f.name}: {', '.join(f.needs[:5])}" if f.needs else f"{f.name}: {len(f.columns)} columns" for f in FORMATS
    )
    raise FormatUnknown(
        f"{file}: {len(cells)} columns beginning with {cells[0][:40]!r} are of no known format; known are {known}"
    )


def _looks_like(one: Format, cells: Sequence[str]) -> bool:
    dated = 1 if one.columns[0] == "GLOBALEVENTID" else 0
    right = len(cells) == len(one.columns) or (one.name == "keds-raw" and len(cells) == len(one.columns) - 1)
    return right and cells[dated].isdigit() and len(cells[dated]) in (6, 8)
