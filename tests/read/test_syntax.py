"""Sentences and trees: what the model's rows become, and how a tree is asked."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import encoder, rows_of, syntax, text_of

from detente.read.decoding import Floats
from detente.read.encoder import Encoder
from detente.read.syntax import MAX_SENTENCE, analyse, find_sentences
from detente.read.words import find_words

ROWS = """
The       DET   DT   3 det
Arvanian  ADJ   JJ   3 amod
minister  NOUN  NN   4 nsubj
said      VERB  VBD  0 root
ships     NOUN  NNS  6 nsubj:pass
stopped   VERB  VBD  4 ccomp

He        PRON  PRP  2 nsubj
left      VERB  VBD  0 root
"""


def starts(text: str, *where: int) -> Floats:
    """The column of sentence starts: positive at these words."""
    column = np.full((len(find_words(text)), 1), -1.0, dtype=np.float32)
    column[list(where)] = 1.0
    return column


def sentences(text: str, *where: int) -> list[str]:
    words = find_words(text)
    found = find_sentences(words, rows_of(starts=starts(text, *where)))
    return [text[words[a].start : words[b - 1].end] for a, b in found]


def test_sentences_start_where_the_model_says() -> None:
    assert sentences("We left. They stayed.", 0, 3) == ["We left.", "They stayed."]


def test_the_first_word_starts_a_sentence_whatever_the_model_says() -> None:
    assert sentences("We left.") == ["We left."]


def test_a_paragraph_starts_a_sentence_whatever_the_model_says() -> None:
    assert sentences("We left\n\nThey stayed") == ["We left", "They stayed"]


def test_a_closing_mark_belongs_to_the_sentence_it_closes() -> None:
    assert sentences("“We left.” They stayed.", 0, 4, 5) == ["“We left.”", "They stayed."]


def test_no_sentence_is_longer_than_a_tree_can_bear() -> None:
    words = find_words("and " * (2 * MAX_SENTENCE + 7))
    found = find_sentences(words, rows_of(starts=np.full((len(words), 1), -1, dtype=np.float32)))
    assert [b - a for a, b in found] == [MAX_SENTENCE, MAX_SENTENCE, 7]


def test_an_empty_text_has_no_sentence() -> None:
    assert find_sentences([], rows_of(starts=np.zeros((0, 1), dtype=np.float32))) == []


def test_sentences_cover_every_word_once() -> None:
    text = "A b. C d.\n\n“E f.” G h."
    words = find_words(text)
    found = find_sentences(words, rows_of(starts=starts(text, 1, 4, 9, 11)))
    assert [i for a, b in found for i in range(a, b)] == list(range(len(words)))


def test_children_are_in_order_and_exclude_the_root_itself() -> None:
    tree = syntax(ROWS)
    assert tree.children[2] == [0, 1]
    assert tree.children[3] == [2, 5]
    assert tree.children[7] == [6]


def test_a_bare_relation_takes_its_subtypes() -> None:
    tree = syntax(ROWS)
    assert tree.dependents(5, "nsubj") == [4]
    assert tree.dependents(5, "nsubj:pass") == [4]
    assert tree.dependents(3, "nsubj:pass") == []


def test_a_subtree_holds_a_word_and_all_below_it() -> None:
    tree = syntax(ROWS)
    assert tree.subtree(2) == [0, 1, 2]
    assert tree.subtree(3) == [0, 1, 2, 3, 4, 5]


def test_ancestors_lead_up_to_the_root() -> None:
    tree = syntax(ROWS)
    assert list(tree.ancestors(4)) == [5, 3]
    assert list(tree.ancestors(3)) == []


def test_each_word_knows_its_sentence() -> None:
    assert syntax(ROWS).sentence_of == [0, 0, 0, 0, 0, 0, 1, 1]


def test_a_span_runs_from_word_to_word() -> None:
    assert syntax(ROWS).span(1, 2).of(text_of(ROWS)) == "Arvanian minister"


@pytest.fixture
def fitted() -> Encoder:
    """Arcs whose rows name the head outright; two relations, told apart by the dependent's row."""
    labels = np.zeros((3, 2, 3), dtype=np.float32)
    labels[0, 0, 2] = labels[1, 1, 2] = 1
    matrices = {"arcs.weight": np.eye(6), "arcs.bias": np.zeros(6), "arcs.offset": np.array(0.0), "labels": labels}
    made = encoder(**{k: np.asarray(v, dtype=np.float32) for k, v in matrices.items()})
    made.classes.update(upos=("NOUN", "VERB"), xpos=("NN", "VBD"), names=("O", "B-PER"), relations=("nsubj", "root"))
    return made


def test_an_article_is_decoded_sentence_by_sentence(fitted: Encoder) -> None:
    """Torvek spoke . / Roke left . : heads stay within their sentence although all arcs are scored alike."""
    words = find_words("Torvek spoke. Roke left.")
    wanted_heads = [1, 1, 1, 4, 4, 4]
    verbs = np.array([[1, 0], [0, 1], [1, 0]] * 2)
    encoded = rows_of(
        starts=np.array([[1], [-1], [-1], [1], [-1], [-1]]),
        **{"arcs.left": np.eye(6)[wanted_heads] * 5, "arcs.right": np.eye(6)},
        label_dependent=verbs, label_head=np.zeros((6, 2)),
        upos=verbs, xpos=verbs, names=np.array([[0, 1], [1, 0], [1, 0]] * 2),
    )  # fmt: skip
    tree = analyse(words, encoded, fitted)
    assert tree.sentences == [(0, 3), (3, 6)]
    assert tree.heads == wanted_heads
    assert tree.relations == ["nsubj", "root", "nsubj"] * 2
    assert tree.upos == ["NOUN", "VERB", "NOUN"] * 2
    assert tree.names == ["B-PER", "O", "O"] * 2


def test_an_empty_article_has_no_tree(fitted: Encoder) -> None:
    widths = {"starts": 1, "arcs.left": 6, "arcs.right": 6, "label_dependent": 2, "label_head": 2}
    widths |= {"upos": 2, "xpos": 2, "names": 2}
    tree = analyse([], rows_of(**{k: np.zeros((0, n)) for k, n in widths.items()}), fitted)
    assert (tree.sentences, tree.heads, tree.relations, tree.upos) == ([], [], [], [])
