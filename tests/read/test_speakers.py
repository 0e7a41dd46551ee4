"""Sources resolved to speakers, on trees written by hand."""

from __future__ import annotations

import pytest
from handmade import attributed, find, resolver, text_of

from detente.read.attribution import Attributed
from detente.types import Speaker

NAMED = """
Foreign   PROPN NNP  2 amod
Minister  PROPN NNP  5 nsubj
Olan      PROPN NNP  2 flat   B-PER
Brask     PROPN NNP  2 flat   I-PER
said      VERB  VBD  0 root
ships     NOUN  NNS  7 nsubj
left      VERB  VBD  5 ccomp
.         PUNCT .    5 punct

"""
SAID_MORE = """
{}
added     VERB  VBD  0 root
boats     NOUN  NNS  4 nsubj
stayed    VERB  VBD  2 ccomp
.         PUNCT .    2 punct
"""


def simple(source: str, upos: str = "NOUN", xpos: str = "NN", name: str = "O", verb: str = "said") -> str:
    """ "SOURCE said ships left." with a source of one word or of determiner (adjective) and noun."""
    forms = source.split()
    n = len(forms)
    lines = [f"{form} {'DET DT' if k == 0 else 'ADJ JJ'} {n} det" for k, form in enumerate(forms[:-1])]
    lines.append(f"{forms[-1]} {upos} {xpos} {n + 1} nsubj {name}")
    rest = [
        f"{verb} VERB VBD 0 root",
        f"ships NOUN NNS {n + 3} nsubj",
        f"left VERB VBD {n + 1} ccomp",
        f". PUNCT . {n + 1} punct",
    ]
    return "\n".join([*lines, *rest]) + "\n"


def speakers(rows: str, *told: tuple[str, str, str], within: tuple[int | None, ...] = ()) -> list[Speaker | None]:
    """Speakers of statements given as (source, cue, content)."""
    found = resolver(rows)
    return found.resolve_all(statements(rows, *told, within=within))


def statements(rows: str, *told: tuple[str, str, str], within: tuple[int | None, ...] = ()) -> list[Attributed]:
    words, text = resolver(rows).syntax.words, text_of(rows)
    outer = within or (None,) * len(told)
    return [
        attributed(words, text, content, source, cue, within=w, inner=w is not None)
        for (source, cue, content), w in zip(told, outer, strict=True)
    ]


def speaker(source: str, **rest: str) -> Speaker:
    (found,) = speakers(simple(source, **rest), (source, rest.get("verb", "said"), "ships left"))
    assert found is not None
    return found


def test_a_named_person_speaks_with_role() -> None:
    (found,) = speakers(NAMED, ("Foreign Minister Olan Brask", "said", "ships left"))
    assert found is not None
    assert (found.name, found.kind, found.role) == ("Olan Brask", "person", "Foreign Minister")


def test_a_name_right_behind_a_role_speaks_though_the_tree_has_it_elsewhere() -> None:
    rows = NAMED.replace("Foreign   PROPN NNP  2 amod", "Sarn      PROPN NNP  2 compound").replace("Minister ", "envoy    ")
    rows = rows.replace("Olan      PROPN NNP  2 flat ", "Olan      PROPN NNP  5 nsubj")
    (found,) = speakers(rows, ("Sarn envoy Olan Brask", "said", "ships left"))
    assert found is not None
    assert (found.name, found.kind, found.role) == ("Olan Brask", "person", "Sarn envoy")


def test_what_leads_on_to_the_cue_is_no_part_of_a_name() -> None:
    rows = """
The        DET   DT  2 det
hardliners NOUN  NNS 5 nsubj
and        CCONJ CC  4 cc
loudly     ADV   RB  5 advmod
said       VERB  VBD 0 root
ships      NOUN  NNS 7 nsubj
left       VERB  VBD 5 ccomp
.          PUNCT .   5 punct
"""
    (found,) = speakers(rows, ("The hardliners and loudly", "said", "ships left"))
    assert found is not None
    assert found.name == "hardliners"


@pytest.mark.parametrize(
    ("again", "analysis"),
    [("Brask", "PROPN NNP 2 nsubj B-PER"), ("He", "PRON PRP 2 nsubj")],
)
def test_surnames_and_pronouns_are_whom_the_article_introduced(again: str, analysis: str) -> None:
    rows = NAMED + SAID_MORE.format(f"{again} {analysis}")
    first, second = speakers(rows, ("Foreign Minister Olan Brask", "said", "ships left"), (again, "added", "boats stayed"))
    assert first == second


def test_the_minister_is_the_one_introduced() -> None:
    rows = NAMED + (
        "The DET DT 2 det\nminister NOUN NN 3 nsubj\nadded VERB VBD 0 root\nboats NOUN NNS 5 nsubj\nstayed VERB VBD 3 ccomp\n"
    )
    found = speakers(rows, ("Foreign Minister Olan Brask", "said", "ships left"), ("The minister", "added", "boats stayed"))
    assert [s and s.name for s in found] == ["Olan Brask", "Olan Brask"]


def test_a_minister_is_not_the_one_introduced() -> None:
    rows = NAMED + (
        "A DET DT 2 det\nminister NOUN NN 3 nsubj\nadded VERB VBD 0 root\nboats NOUN NNS 5 nsubj\nstayed VERB VBD 3 ccomp\n"
    )
    found = speakers(rows, ("Foreign Minister Olan Brask", "said", "ships left"), ("A minister", "added", "boats stayed"))
    assert found[1] is not None
    assert (found[1].name, found[1].kind) == ("minister", "unnamed")


def test_she_is_not_a_man() -> None:
    rows = """
Mrs.      PROPN NNP  3 nsubj
Kolt      PROPN NNP  1 flat   B-PER
met       VERB  VBD  0 root
Mr.       PROPN NNP  3 obj
Brask     PROPN NNP  4 flat   B-PER
.         PUNCT .    3 punct

""" + SAID_MORE.format("She PRON PRP 2 nsubj")
    (found,) = speakers(rows, ("She", "added", "boats stayed"))
    assert found is not None
    assert found.name == "Kolt"


@pytest.mark.parametrize(
    ("source", "upos", "xpos", "tag", "kind", "code"),
    [
        ("Arvania", "PROPN", "NNP", "B-LOC", "state", "ARV"),
        ("Sarn", "PROPN", "NNP", "B-LOC", "state", "ARV"),
        ("Tessik", "PROPN", "NNP", "B-LOC", "state", "BMR"),
        ("the Compact", "PROPN", "NNP", "B-ORG", "organisation", "NCO"),
        ("Torvek", "PROPN", "NNP", "B-PER", "person", "ARV"),
        ("sources", "NOUN", "NNS", "O", "unnamed", None),
        ("an official", "NOUN", "NN", "O", "unnamed", None),
        ("an Arvanian official", "NOUN", "NN", "O", "unnamed", "ARV"),
        ("a Belmoran diplomat", "NOUN", "NN", "O", "unnamed", "BMR"),
    ],
)
def test_states_bodies_and_nameless_people_speak(
    source: str, upos: str, xpos: str, tag: str, kind: str, code: str | None
) -> None:
    found = speaker(source, upos=upos, xpos=xpos, name=tag)
    assert (found.kind, found.code) == (kind, code)


def test_a_ministry_is_an_organisation_of_its_state() -> None:
    found = speaker("the Arvanian ministry")
    assert (found.kind, found.code) == ("organisation", "ARV")


def test_a_capital_stands_for_its_state_by_name() -> None:
    assert speaker("Sarn", upos="PROPN", xpos="NNP", name="B-LOC").name == "Arvania"


def test_a_spokesman_for_somebody_is_not_that_person() -> None:
    rows = """
a         DET   DT   2 det
spokesman NOUN  NN   5 nsubj
for       ADP   IN   4 case
Brask     PROPN NNP  2 nmod  B-PER
said      VERB  VBD  0 root
ships     NOUN  NNS  7 nsubj
left      VERB  VBD  5 ccomp
"""
    (found,) = speakers(rows, ("a spokesman for Brask", "said", "ships left"))
    assert found is not None
    assert found.kind == "unnamed"
    assert found.name.startswith("spokesman")


def test_somebodys_office_is_not_that_person() -> None:
    rows = """
Brask     PROPN NNP  3 nmod:poss  B-PER
's        PART  POS  1 case
office    NOUN  NN   4 nsubj
said      VERB  VBD  0 root
ships     NOUN  NNS  6 nsubj
left      VERB  VBD  4 ccomp
"""
    (found,) = speakers(rows, ("Brask's office", "said", "ships left"))
    assert found is not None
    assert found.kind != "person"


def test_speech_without_a_source_goes_on_from_before() -> None:
    rows = NAMED + "adding VERB VBG 0 root\nboats NOUN NNS 3 nsubj\nstayed VERB VBD 1 ccomp\n"
    found = speakers(rows, ("Foreign Minister Olan Brask", "said", "ships left"), ("", "adding", "boats stayed"))
    assert [s and s.name for s in found] == ["Olan Brask", "Olan Brask"]


HEARD = """
Arvania  PROPN NNP 4 nsubj
“        PUNCT ``  4 punct
has      AUX   VBZ 4 aux
heard    VERB  VBN 0 root
enough   ADJ   JJ  4 obj
.        PUNCT .   4 punct
”        PUNCT ''  4 punct
"""


def test_the_state_right_before_a_quotation_of_what_it_does_is_quoted() -> None:
    told = (("Foreign Minister Olan Brask", "said", "ships left"), ("", "", "“has heard enough.”"))
    (_, found) = speakers(NAMED + HEARD, *told)
    assert found is not None
    assert (found.name, found.kind) == ("Arvania", "state")


def test_a_quotation_runs_on_from_another_quotation() -> None:
    rows = "“ PUNCT `` 2 punct\nGo VERB VB 0 root\n! PUNCT . 2 punct\n” PUNCT '' 2 punct\nKolt PROPN NNP 6 nsubj B-PER\n"
    rows += "said VERB VBD 2 parataxis\n. PUNCT . 2 punct\n"
    (_, found) = speakers(rows + HEARD, ("Kolt", "said", "“Go!”"), ("", "", "“has heard enough.”"))
    assert found is not None
    assert found.name == "Kolt"


@pytest.mark.parametrize(("paragraphs", "name"), [(1, "Olan Brask"), (2, None)])
def test_a_fragment_in_a_sentence_of_the_author_runs_on_from_beside_it_only(paragraphs: int, name: str | None) -> None:
    rows = NAMED.rstrip() + "\n---\nNight NOUN NN 2 nsubj\nfell VERB VBD 0 root\n. PUNCT . 2 punct\n" * (paragraphs - 1)
    rows += "\n---\nWill AUX MD 6 aux\n“ PUNCT `` 3 punct\nwar NOUN NN 6 nsubj\n” PUNCT '' 3 punct\never ADV RB 6 advmod\n"
    rows += "end VERB VB 0 root\n? PUNCT . 6 punct\n"
    (_, found) = speakers(rows, ("Foreign Minister Olan Brask", "said", "ships left"), ("", "", "“war”"))
    assert (found and found.name) == name


def test_a_cue_without_a_source_has_the_subject_of_the_verb_above_it() -> None:
    rows = """
Kolt      PROPN NNP  2 nsubj   B-PER
left      VERB  VBD  0 root
saying    VERB  VBG  2 advcl
boats     NOUN  NNS  5 nsubj
stayed    VERB  VBD  3 ccomp
"""
    (found,) = speakers(rows, ("", "saying", "boats stayed"))
    assert found is not None
    assert found.name == "Kolt"


def test_nothing_to_go_on_from_gives_nobody() -> None:
    assert speakers(simple("sources"), ("", "", "ships left")) == [None]


def test_we_inside_a_statement_is_its_speaker() -> None:
    rows = """
Torvek    PROPN NNP  2 nsubj  B-PER
said      VERB  VBD  0 root
we        PRON  PRP  4 nsubj
demand    VERB  VBP  2 ccomp
ships     NOUN  NNS  4 obj
"""
    told = (("Torvek", "said", "we demand ships"), ("we", "demand", "ships"))
    outer, inner = speakers(rows, *told, within=(None, 0))
    assert outer == inner


def test_who_is_the_noun_of_its_clause() -> None:
    rows = """
Torvek    PROPN NNP  6 nsubj  B-PER
who       PRON  WP   3 nsubj
said      VERB  VBD  1 acl:relcl
ships     NOUN  NNS  5 nsubj
left      VERB  VBD  3 ccomp
smiled    VERB  VBD  0 root
"""
    (found,) = speakers(rows, ("who", "said", "ships left"))
    assert found is not None
    assert found.name == "Ilan Torvek"


def test_whom_is_told_is_an_addressee() -> None:
    rows = """
Torvek    PROPN NNP  2 nsubj  B-PER
told      VERB  VBD  0 root
Belmora   PROPN NNP  2 obj    B-LOC
ships     NOUN  NNS  5 nsubj
left      VERB  VBD  2 ccomp
"""
    found = resolver(rows)
    (statement,) = statements(rows, ("Torvek", "told", "ships left"))
    assert [(a.name, a.code) for a in found.addressees(statement)] == [("Belmora", "BMR")]


def test_what_is_said_is_no_addressee() -> None:
    found = resolver(simple("sources"))
    (statement,) = statements(simple("sources"), ("sources", "said", "ships left"))
    assert found.addressees(statement) == ()


def test_the_head_of_a_source_is_the_word_on_which_the_others_hang() -> None:
    found = resolver(NAMED)
    words = found.syntax.words
    assert words[found.head(find(words, "Foreign Minister Olan Brask"))].text == "Minister"
