"""Actors: the shipped tables against a standard list, and names of a text put together into mentions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from babel import Locale
from babel.core import get_global
from handmade import actors

from detente.errors import DetenteError
from detente.read.actors import ActorTable, Mention
from detente.read.words import find_words

TERRITORIES = {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
# CLDR knows these, ISO 3166-1 does not, or it knows them by another code or name.
NOT_ISO = {"ASC", "CPT", "DGA", "TAA", "QUU", "XAA", "XBB", "XKK", "ZZZ"}
DISSOLVED = {"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"}
OTHER_NAMES = {"MMR": "Myanmar"}
STANDARD = {
    long: OTHER_NAMES.get(long, TERRITORIES[short[0]])
    for long, short in get_global("territory_aliases").items()
    if len(long) == 3 and long.isalpha() and len(short) == 1 and short[0] in TERRITORIES
}


def found(text: str, on: date | None = None, table: ActorTable | None = None) -> list[Mention]:
    return (table or ActorTable.shipped()).find(text, find_words(text), on)


def codes(text: str, on: date | None = None) -> list[str | None]:
    return [m.code for m in found(text, on)]


@pytest.mark.parametrize(("code", "name"), sorted((c, n) for c, n in STANDARD.items() if c not in NOT_ISO | DISSOLVED))
def test_each_territory_of_the_standard_list_has_its_code(code: str, name: str) -> None:
    entry = ActorTable.shipped().lookup(name)
    assert entry is not None
    assert entry.code == code


def test_the_standard_list_is_whole() -> None:
    assert len(STANDARD) > 250
    assert {"FRA", "KEN", "TUV", "PSE", "TWN"} <= STANDARD.keys()


@pytest.mark.parametrize(
    ("name", "code"),
    [("Soviet Union", "SUN"), ("East Germany", "DDR"), ("Czechoslovakia", "CSK"), ("Yugoslavia", "YUG")],
)
def test_dissolved_states_keep_their_codes(name: str, code: str) -> None:
    assert codes(f"{name} signed it.", date(1987, 3, 1)) == [code]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Hungarians", "HUN"), ("the Danish government", "DNK"), ("Canberra", "AUS"), ("the Kremlin", "RUS"),
        ("the White House", "USA"), ("the United Nations", "UN"), ("NATO", "NATO"), ("the African Union", "AU"),
        ("Sino-American", "CHN"), ("the Peruvian foreign minister", "PER"),
    ],
)  # fmt: skip
def test_one_actor_by_many_words(words: str, code: str) -> None:
    assert codes(f"{words} replied.")[0] == code


def test_an_office_and_its_state_are_one_mention() -> None:
    (mention,) = found("The Hungarian deputy foreign minister replied.")
    assert (mention.code, mention.sector, mention.form) == ("HUN", "GOV", "role")
    assert mention.text == "Hungarian deputy foreign minister"


@pytest.mark.parametrize(("year", "code"), [(2010, "NOR"), (2018, "NATO")])
def test_a_leader_stands_for_the_body_of_his_time(year: int, code: str) -> None:
    assert codes("Jens Stoltenberg replied.", date(year, 6, 1)) == [code]


def test_who_is_for_a_state_or_backed_by_it_is_another() -> None:
    assert codes("Pro-Hungarian rebels fled.") == ["REB"]
    assert "HUN" not in codes("The Hungary-backed militia fled.")


def test_the_west_is_an_actor_and_a_direction_is_none() -> None:
    assert codes("Talks with the west failed; western troops left.") == ["WST", "WST"]
    assert codes("It rained in the west and on the west coast, and the west of the island was dry.") == []
    assert codes("In the west it rained.") == []
    assert codes("Leaders in the West and ties to the West.") == ["WST", "WST"]


def test_the_west_bank_is_a_place_and_no_company() -> None:
    assert [(m.code, m.kind) for m in found("He left the West Bank.")] == [("PSE", "place")]


def test_a_sea_is_no_state() -> None:
    assert codes("Ships crossed the South China Sea.") == []


def test_an_actor_file_adds_invented_states() -> None:
    (state, capital) = found("Arvania and Tessik agreed.", table=actors())
    assert (state.code, capital.code, capital.name) == ("ARV", "BMR", "Belmora")


def test_an_actor_file_overrides_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "actors.toml"
    path.write_text('[[organisation]]\ncode = "WWX"\nname = "Western Watch"\naliases = ["NATO"]\n', encoding="utf-8")
    table = ActorTable.shipped().extended(path)
    assert [m.code for m in found("NATO met.", table=table)] == ["WWX"]
    assert codes("NATO met.") == ["NATO"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[[planet]]\nname = 'X'", "unknown table"), ("[state]\ncode = 'X'", "must be written [[state]]"),
        ("[[state]]\nname = 'Arvania'", "'code' is missing"), ("[[state]]\ncode = 'arv'\nname = 'Arvania'", "capital letters"),
        ("[[state]]\ncode = 'ARV'\nname = 'A'", "one letter"), ("[[state", "cannot be read as TOML"),
        ("[[state]]\ncode = 'ARV'\nname = 'Arvania'\nsea = 1", "unknown key"),
        ("[[state]]\ncode = 'ARV'\nname = 'Arvania'\nfrom = '2001'\nuntil = '1999'", "swap them"),
    ],
)  # fmt: skip
def test_a_faulty_actor_file_is_refused_with_a_reason(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "actors.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DetenteError) as refused:
        ActorTable.shipped().extended(path)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)
