"""Structure from scores: each fast algorithm against a slow one that tries everything."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from detente.read.decoding import Floats, Ints, label_classes, link_scores, posteriors, runs, spanning_tree, viterbi

scores_in = st.floats(-6, 6, width=32)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Emissions of up to five words and the transitions between up to three tags."""
    n, tags = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    emissions = draw(arrays.arrays(np.float32, (n, tags), elements=scores_in))
    return emissions, draw(arrays.arrays(np.float32, (tags, tags), elements=scores_in))


@st.composite
def arc_scores(draw: st.DrawFn) -> Floats:
    """Scores of every head for every word of a sentence of up to five words."""
    n = draw(st.integers(1, 5))
    return draw(arrays.arrays(np.float32, (n, n), elements=scores_in))


def path_score(path: tuple[int, ...], emissions: Floats, transitions: Floats) -> float:
    own = sum(float(emissions[t, tag]) for t, tag in enumerate(path))
    return own + sum(float(transitions[a, b]) for a, b in itertools.pairwise(path))


def all_paths(emissions: Floats) -> Iterator[tuple[int, ...]]:
    n, tags = emissions.shape
    return itertools.product(range(tags), repeat=n)


def is_tree(heads: tuple[int, ...]) -> bool:
    """One root, reached from every word."""
    roots = [i for i, head in enumerate(heads) if i == head]
    return len(roots) == 1 and all(_climb(i, heads) == roots[0] for i in range(len(heads)))


def _climb(word: int, heads: tuple[int, ...]) -> int:
    for _ in heads:
        word = heads[word]
    return word


def tree_score(heads: Ints | tuple[int, ...], scores: Floats) -> float:
    return float(scores[np.arange(len(scores)), np.array(heads)].sum())


@given(chains())
def test_viterbi_finds_a_path_no_other_path_beats(chain: tuple[Floats, Floats]) -> None:
    best = max(path_score(path, *chain) for path in all_paths(chain[0]))
    assert path_score(tuple(viterbi(*chain).tolist()), *chain) == pytest.approx(best, abs=1e-4)


def test_viterbi_obeys_a_forbidden_transition() -> None:
    emissions = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    forbidden = np.array([[0.0, -100.0], [0.0, 0.0]], dtype=np.float32)
    assert viterbi(emissions, np.zeros((2, 2), dtype=np.float32)).tolist() == [0, 1]
    assert viterbi(emissions, forbidden).tolist() in ([0, 0], [1, 1])


def test_no_words_have_no_tags() -> None:
    nothing, transitions = np.zeros((0, 3), dtype=np.float32), np.zeros((3, 3), dtype=np.float32)
    assert viterbi(nothing, transitions).tolist() == []
    assert posteriors(nothing, transitions).shape == (0, 3)


@given(chains())
def test_posteriors_are_the_shares_of_the_paths_through_each_tag(chain: tuple[Floats, Floats]) -> None:
    emissions, _ = chain
    wanted = np.zeros(emissions.shape)
    for path in all_paths(emissions):
        wanted[np.arange(len(path)), list(path)] += np.exp(path_score(path, *chain))
    assert np.allclose(posteriors(*chain), wanted / wanted.sum(1, keepdims=True), atol=1e-4)


@given(chains(), st.integers(1, 200))
def test_posteriors_sum_to_one_in_any_length(chain: tuple[Floats, Floats], times: int) -> None:
    emissions = np.tile(chain[0], (times, 1))
    sure = posteriors(emissions, chain[1])
    assert np.isfinite(sure).all()
    assert np.allclose(sure.sum(1), 1, atol=1e-4)


def test_posteriors_stand_extreme_emissions() -> None:
    emissions = np.array([[500.0, -500.0], [-500.0, 500.0]], dtype=np.float32)
    assert posteriors(emissions, np.zeros((2, 2), dtype=np.float32)).round(3).tolist() == [[1, 0], [0, 1]]


@given(arc_scores())
def test_a_spanning_tree_has_one_root_that_every_word_reaches(scores: Floats) -> None:
    assert is_tree(tuple(spanning_tree(scores).tolist()))


@given(arc_scores())
def test_no_tree_under_the_chosen_root_scores_better(scores: Floats) -> None:
    heads = spanning_tree(scores)
    root = int(np.flatnonzero(heads == np.arange(len(heads)))[0])
    trees = [h for h in itertools.product(range(len(scores)), repeat=len(scores)) if is_tree(h) and h[root] == root]
    assert tree_score(heads, scores) == pytest.approx(max(tree_score(h, scores) for h in trees), abs=1e-4)


@given(arc_scores(), st.data())
def test_with_one_clear_root_the_tree_is_the_best_of_all(scores: Floats, data: st.DataObject) -> None:
    root = data.draw(st.integers(0, len(scores) - 1))
    scores[root, root] = 100
    trees = [h for h in itertools.product(range(len(scores)), repeat=len(scores)) if is_tree(h)]
    assert tree_score(spanning_tree(scores), scores) == pytest.approx(max(tree_score(h, scores) for h in trees), abs=1e-4)


def test_the_root_is_the_word_that_gains_most_by_it() -> None:
    """Two words want to be the root; the second has no other head worth naming."""
    scores = np.array([[6, 5, 0], [0, 6, 0], [0, 4, 0]], dtype=np.float32)
    assert spanning_tree(scores).tolist() == [1, 1, 1]


def test_heads_that_form_a_tree_are_kept() -> None:
    scores = np.zeros((4, 4), dtype=np.float32)
    scores[np.arange(4), [1, 1, 3, 1]] = 5
    assert spanning_tree(scores).tolist() == [1, 1, 3, 1]


def test_a_cycle_is_broken_where_that_costs_least() -> None:
    """Words 1 and 2 want each other; word 1 minds less to hang on the root."""
    scores = np.array([[9, 0, 0], [3, 0, 5], [1, 5, 0]], dtype=np.float32)
    assert spanning_tree(scores).tolist() == [0, 0, 1]


def test_a_long_sentence_of_one_cycle_becomes_a_tree() -> None:
    n = 120
    scores = np.full((n, n), -5, dtype=np.float32)
    scores[np.arange(n), (np.arange(n) + 1) % n] = 5
    assert is_tree(tuple(spanning_tree(scores).tolist()))


def test_a_single_word_is_its_own_root() -> None:
    assert spanning_tree(np.zeros((1, 1), dtype=np.float32)).tolist() == [0]


def test_link_scores_are_biaffine() -> None:
    left, right = np.array([[1.0, 2.0]], dtype=np.float32), np.array([[3.0, 4.0], [0.0, 1.0]], dtype=np.float32)
    weight, bias = np.array([[1.0, 0.0], [0.0, 2.0]], dtype=np.float32), np.array([10.0, 20.0], dtype=np.float32)
    # ([1, 2] W^T + b) = [11, 24]; with the right sides: 11*3 + 24*4 and 24, each plus the offset
    assert link_scores(left, right, weight, bias, 0.5).tolist() == [[129.5, 24.5]]


def test_the_label_of_a_pair_is_the_best_bilinear_form() -> None:
    """Relation 0 likes equal rows, relation 1 is liked by the constants appended to both."""
    labels = np.zeros((3, 2, 3), dtype=np.float32)
    labels[0, 0, 0] = labels[1, 0, 1] = 1
    labels[2, 1, 2] = 0.5
    rows = np.array([[1, 0], [1, 0]], dtype=np.float32)
    heads = np.array([[1, 0], [0, 1]], dtype=np.float32)
    assert label_classes(rows, heads, labels).tolist() == [0, 1]


@given(st.lists(st.booleans(), max_size=30))
def test_runs_cover_exactly_the_set_flags(flags: list[bool]) -> None:
    found = runs(flags)
    assert [i for a, b in found for i in range(a, b)] == [i for i, flag in enumerate(flags) if flag]
    assert all(b < following for (_, b), (following, _) in itertools.pairwise(found))
