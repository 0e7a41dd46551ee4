"""Which actors of event data are states, and which must never become one."""

from __future__ import annotations

from datetime import date

import pytest

from detente.errors import UnknownCode
from detente.forecast.fold import Membership, States, shipped_states, state_code

STATES = States(
    frozenset({"ARV", "BMR"}), names={("arvania",): [Membership("ARV")], ("belmora",): [Membership("BMR")]},
    persons={("ilan", "torvek"): [Membership("ARV", date(2030, 1, 1), date(2032, 12, 31))]},
    persons_by_ends={("ilan", "torvek"): {("ilan", "torvek")}}, roles=frozenset({("foreign", "affairs"), ("government",)}),
    old_codes={"ARN": "ARV"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Arvania", "ARV"), ("ARVANIA", "ARV"), ("Government (Belmora)", "BMR"), ("Foreign Affairs (Arvania)", "ARV"),
        ("Ilan Torvek", "ARV"), ("Ilan Petrovich Torvek", "ARV"),
    ],
)  # fmt: skip
def test_states_roles_and_leaders_fold(name: str, state: str) -> None:
    assert [m.state for m in STATES.of_name(name)] == [state]


@pytest.mark.parametrize(
    "name",
    [
        "Citizen (Arvania)", "Armed Rebel (Arvania)", "Business (Arvania)", "Police (Arvania)", "Protester (Belmora)",
        "Arvania Bank", "New Arvania", "Arvanian", "United Arvania Front", "Torvek", "Ilan", "Mara Torvek",
        "Ilan Petrovich Anton Maria Torvek", "Government (Dorland)", "Government", "",
    ],
)  # fmt: skip
def test_others_do_not_fold(name: str) -> None:
    assert STATES.of_name(name) == ()


def test_a_leader_folds_only_while_in_office() -> None:
    (member,) = STATES.of_name("Ilan Torvek")
    assert member.since == date(2030, 1, 1)
    assert member.until == date(2032, 12, 31)


@pytest.mark.parametrize(
    "name",
    [
        "United Nations", "UN Security Council", "European Union", "European Parliament", "North Atlantic Treaty Organization",
        "African Union", "Arab League", "Association of Southeast Asian Nations", "International Monetary Fund", "World Bank",
        "International Criminal Court", "International Court of Justice", "Organization of American States",
        "International Government Organizations", "Nonaligned Movement", "East African Community", "South Asia",
        "North America",
        "South America", "Middle East", "West Africa", "Central Asia", "Middle East Quartet", "The Hague", "United Russia",
        "United Progressive Alliance", "Grand National Party", "Democratic Party", "People's Liberation Front", "Islamic State",
        "Free Syrian Army", "Irish Republican Army", "Kosovo Liberation Army", "Sudan People's Liberation Army",
        "Indian National Congress", "American Red Cross", "Human Rights Watch", "Agence France-Presse", "Bank of America",
        "Royal Thai Police", "China Daily", "Georgia State University", "New Mexico", "Guinea Pig", "Jordan Smith",
        "Citizen (India)", "Men (Australia)", "Armed Gang (Nigeria)", "Lawmaker (Lebanon)", "Court Judge (India)",
    ],
)  # fmt: skip
def test_names_that_must_not_fold(name: str) -> None:
    assert shipped_states().of_name(name) == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United States", "USA"), ("South Korea", "KOR"), ("Myanmar", "MMR"), ("Burma", "MMR"), ("Niger", "NER"),
        ("Nigeria", "NGA"), ("Guinea", "GIN"), ("Guinea-Bissau", "GNB"), ("Dominica", "DMA"), ("Dominican Republic", "DOM"),
        ("Sudan", "SDN"), ("South Sudan", "SSD"), ("Military (France)", "FRA"), ("Foreign Affairs (Japan)", "JPN"),
    ],
)  # fmt: skip
def test_alike_names_are_kept_apart(name: str, code: str) -> None:
    assert [m.state for m in shipped_states().of_name(name)] == [code]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("USA", "USA"), ("USAGOV", "USA"), ("ISRMIL", "ISR"), ("PSEWSB", None), ("PSEREB", None), ("USAELI", None),
        ("LBNREBHEZ", None), ("IGOUNO", None), ("MOS", None), ("FRN", "FRA"), ("UAR", "EGY"), ("MAC", "MKD"),
        ("TURBUS", None), ("", None),
    ],
)  # fmt: skip
def test_composite_codes(code: str, state: str | None) -> None:
    assert shipped_states().of_composite(code) == state


def test_old_codes_lead_to_states_of_the_tables() -> None:
    known = shipped_states()
    assert set(known.old_codes.values()) <= known.codes


def test_a_state_is_found_by_code_or_name() -> None:
    assert state_code("ukr") == state_code("Ukraine") == "UKR"
    with pytest.raises(UnknownCode, match="did you mean 'UKR'"):
        state_code("UKRA")
