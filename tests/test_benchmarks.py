"""The measures behind the floors, on hand-counted examples."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.quality import status
from benchmarks.quality.__main__ import TASKS, main, raised, report
from benchmarks.quality.events import events, pairs
from benchmarks.quality.rates import characters, f1, words
from benchmarks.quality.spans import loaded, times
from benchmarks.quality.statements import attribution, directness, speakers, surname

TEXT = "Torvek said ships left. “We stay,” Dray replied."


def at(phrase: str) -> tuple[int, int]:
    start = TEXT.index(phrase)
    return start, start + len(phrase)


def gold(content: str, source: str = "", **rest: Any) -> dict[str, Any]:
    return {"source": [at(source)] if source else [], "cue": [], "content": [list(at(content))], **rest}


def found(content: str, source: str = "", **rest: Any) -> dict[str, Any]:
    def part(phrase: str) -> dict[str, Any] | None:
        return {"spans": [dict(zip(("start", "end"), at(phrase), strict=True))]} if phrase else None

    return {"source": part(source), "cue": None, "content": part(content), "speaker": None, "alterations": [], **rest}


def rates(golds: list[Any], statements: list[Any], measure: Any = attribution) -> dict[str, float]:
    out: dict[str, float] = measure([{"text": TEXT, "attributions": golds}], [{"statements": statements}])
    return out


def test_a_reading_like_the_gold_has_full_marks() -> None:
    out = rates([gold("ships left", "Torvek")], [found("ships left", "Torvek")])
    assert out["relation F1"] == out["content characters F1"] == out["source characters F1"] == out["indirect recall"] == 100


def test_a_wrong_source_makes_the_relation_wrong() -> None:
    assert rates([gold("ships left", "Torvek")], [found("ships left", "Dray")])["relation F1"] == 0


def test_less_than_half_of_a_content_is_no_match() -> None:
    assert rates([gold("Torvek said ships left")], [found("left")])["relation R"] == 0
    assert rates([gold("ships left")], [found("said ships left")])["relation R"] == 100


def test_a_quotation_that_runs_on_may_have_any_source() -> None:
    assert rates([gold("We stay", speaker="Dray")], [found("We stay", "Dray")])["relation F1"] == 100
    assert rates([gold("We stay")], [found("We stay", "Dray")])["relation F1"] == 0


def test_one_statement_answers_for_one_gold_statement() -> None:
    out = rates([gold("ships left"), gold("ships left")], [found("ships left")])
    assert (out["relation P"], out["relation R"]) == (100, 50)


@pytest.mark.parametrize(("content", "kind"), [("“We stay,”", "direct"), ("ships left", "indirect"), ("left. “We", "mixed")])
def test_gold_is_direct_by_the_marks_around_it(content: str, kind: str) -> None:
    assert directness([at(content)], TEXT) == kind


def test_speakers_are_compared_by_surname_and_code() -> None:
    golds = [gold("ships left", speaker="Ilan Torvek", code="ARV"), gold("We stay", speaker="Dray", code="BMR")]
    told = [
        found("ships left", speaker={"name": "Torvek", "code": "ARV"}),
        found("We stay", speaker={"name": "Roke", "code": "BMR"}),
    ]
    out = rates(golds, told, speakers)
    assert (out["speaker surname"], out["speaker code"]) == (50, 100)
    assert surname("Ilan Torvek") == "torvek"
    assert surname("") == ""


def test_alterations_count_at_their_place() -> None:
    golds = [gold("We stay", alterations=[[25, 27], [3, 4]])]
    out = rates(golds, [found("We stay", alterations=[{"start": 25, "end": 27}])], speakers)
    assert out["alterations found"] == 50


def test_characters_are_letters_and_digits_only() -> None:
    assert len(characters([at("“We stay,”")], TEXT)) == 6


def test_rates_of_nothing_are_zero() -> None:
    assert f1(0, 0, 0) == {"P": 0, "R": 0, "F1": 0}


def test_words_leave_signs_and_function_words_out() -> None:
    assert words(["The “farce” of Belmora,"]) == {"farce", "belmora"}


def test_times_count_strict_relaxed_type_and_value() -> None:
    wanted = [
        {"start": 0, "end": 6, "type": "DATE", "value": "2031-03-10"},
        {"start": 10, "end": 14, "type": "DATE", "value": "2031"},
    ]
    told = [
        {"start": 0, "end": 6, "type": "DATE", "value": "2031-03-10"},
        {"start": 11, "end": 14, "type": "DATE", "value": "2030"},
    ]
    out = times([{"timexes": wanted}], [{"timexes": told}])
    assert out == {"strict F1": 50, "relaxed F1": 100, "type F1": 100, "value F1": 50}


def event(kind: str, status: str = "happened", actors: tuple[str, ...] = ()) -> dict[str, Any]:
    parties = [{"name": code, "code": code} for code in actors]
    trigger = {"start": 5, "text": "struck"}
    return {"event_type": kind, "status": status, "actors": parties, "recipients": [], "trigger": trigger, "date": None}


def wanted_event(kind: str, **rest: Any) -> dict[str, Any]:
    given = {
        "type": kind,
        "status": "happened",
        "voice": "narrator",
        "date": "",
        "trigger": "struck",
        "actors": [],
        "recipients": [],
    }
    return {**given, **rest}


def test_events_match_by_type_and_optional_ones_do_not_count() -> None:
    sentence = {
        "doc": "a",
        "start": 0,
        "end": 30,
        "events": [wanted_event("ASSAULT", actors=["ARV"])],
        "optional": [{"type": "ACCUSE"}],
    }
    told = [event("ASSAULT", actors=("ARV",)), event("ACCUSE"), event("AID")]
    out = events([sentence], {"a": {"events": told}})
    assert (out["type P"], out["type R"], out["status right"]) == (50, 100, 100)
    assert out["happened P"] == 50


def test_pairs_take_the_event_whose_parties_fit() -> None:
    row = {"source": "ARV", "target": "BMR", "gold_root": "ASSAULT"}
    out = pairs([row], [{"events": [event("AID"), event("ASSAULT", actors=("ARV",))]}])
    assert out == {"accuracy": 100, "macro F1": 100, "without an event": 0}


def test_loaded_words_count_by_sentence_and_by_word() -> None:
    golds = [{"bias": "Biased", "biased_words": ["farce"]}, {"bias": "Non-biased", "biased_words": []}]
    out = loaded(golds, [{"loaded": [{"text": "farce"}]}, {"loaded": [{"text": "ship"}]}])
    assert (round(out["sentence F1"]), out["words P"]) == (67, 50)


def test_floors_are_only_raised() -> None:
    floors = {"polnear": {"relation F1": 70.0}, "pairs": {"without an event": 5.0}}
    lower = {"polnear": {"relation F1": 60.0}, "pairs": {"without an event": 9.0}}
    higher = {"polnear": {"relation F1": 80.0}, "pairs": {"without an event": 1.0}}
    assert raised(floors, lower) == floors
    assert raised(floors, higher) == {"polnear": {"relation F1": 79.5}, "pairs": {"without an event": 1.5}}
    assert raised({}, higher)["polnear"] == {"relation F1": 79.5}


def test_a_rate_below_its_floor_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert report("polnear", {"relation F1": 69.0}, {"relation F1": 70.0}) == ["polnear: relation F1"]
    assert "BELOW" in capsys.readouterr().out
    assert report("polnear", {"relation F1": 71.0}, {"relation F1": 70.0}) == []


def test_corpora_that_are_missing_are_skipped_by_name(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert all(f"{name}: skipped" in told for name in TASKS)


@pytest.mark.parametrize(
    ("certainty", "polarity", "time", "wanted"),
    [
        ("CERTAIN", "POS", "NON_FUTURE", "happened"),
        ("CERTAIN", "POS", "FUTURE", "open"),
        ("POSSIBLE", "POS", "NON_FUTURE", "open"),
        ("CERTAIN", "NEG", "NON_FUTURE", "denied"),
    ],
)
def test_marks_of_factuality_become_classes(certainty: str, polarity: str, time: str, wanted: str) -> None:
    assert status._class({"certainty": certainty, "polarity": polarity, "time": time}) == wanted


def test_micro_is_the_share_right_and_macro_the_mean_of_classes() -> None:
    judged = iter([("happened", "happened"), ("denied", "not"), ("happened", "not"), ("happened", "happened")])
    rates = status._rates(judged, lambda s: "happened" if s == "happened" else "not")
    assert rates["micro F1"] == 75
    assert rates["happened F1"] == pytest.approx(80)
    assert rates["macro F1"] == pytest.approx((80 + 200 / 3) / 2)
