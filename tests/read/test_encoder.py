"""Windows over long texts, batches of like length, and what is refused."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import ModelMissing
from detente.read.encoder import OVERLAP, WINDOW, Encoder, _even_size, _jobs, shipped_encoder
from detente.read.pieces import MAX_PIECES_PER_WORD, Pieces, batch_arrays, find_windows
from detente.read.words import find_words

MODEL = Path(__file__).parents[2] / "detente" / "model"


@st.composite
def pieces_of(draw: st.DrawFn) -> Pieces:
    """A text of up to 1,500 words of one to six pieces, with a break before some of them."""
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    n = draw(st.integers(0, 1500))
    sizes, gaps = rng.integers(1, 7, n), rng.integers(0, 2, n) * rng.integers(0, 2, n)
    gaps[:1] = 0
    ends = np.cumsum(sizes + gaps)
    total = int(ends[-1]) if n else 0
    zeros = np.zeros(total, dtype=np.int64)
    return Pieces(zeros, zeros, zeros, ends - sizes, ends - 1)


def words_of(n: int) -> Pieces:
    """A text of n words of one piece each."""
    at = np.arange(n)
    zeros = np.zeros(n, dtype=np.int64)
    return Pieces(zeros, zeros, zeros, at, at)


@given(pieces_of())
def test_windows_cover_every_word_and_fit(pieces: Pieces) -> None:
    windows = list(find_windows(pieces, WINDOW, WINDOW - OVERLAP))
    assert {i for w in windows for i in range(w.start, w.stop)} == set(range(len(pieces.first)))
    assert all(pieces.last[w.stop - 1] - pieces.first[w.start] < WINDOW for w in windows)
    assert all(a.start < b.start and a.stop < b.stop for a, b in itertools.pairwise(windows))


@given(pieces_of())
def test_jobs_keep_every_word_once_from_a_window_that_has_it(pieces: Pieces) -> None:
    jobs = _jobs(0, pieces)
    assert [i for job in jobs for i in range(job.keep.start, job.keep.stop)] == list(range(len(pieces.first)))
    assert all(job.window.start <= job.keep.start and job.keep.stop <= job.window.stop for job in jobs)


def test_neighbours_share_their_overlap_half_and_half() -> None:
    first, second = _jobs(0, words_of(WINDOW + 30))
    border = (second.window.start + first.window.stop) // 2
    assert first.keep.stop == second.keep.start == border


@given(pieces_of())
def test_windows_of_one_size_are_at_most_one_more_than_the_largest(pieces: Pieces) -> None:
    assert len(_jobs(0, pieces)) <= len(list(find_windows(pieces, WINDOW, WINDOW - OVERLAP))) + 1


@given(pieces_of())
def test_neighbours_overlap_by_about_the_same(pieces: Pieces) -> None:
    windows = [job.window for job in _jobs(0, pieces)]
    shared = [int(pieces.last[a.stop - 1] - pieces.first[b.start]) + 1 for a, b in itertools.pairwise(windows)]
    assert all(OVERLAP - 2 * MAX_PIECES_PER_WORD <= one <= OVERLAP for one in shared)


@pytest.mark.parametrize("number", [WINDOW + 1, WINDOW + 30, 2 * WINDOW, 5 * WINDOW + 7])
def test_windows_of_a_text_are_of_one_size_and_the_last_is_no_larger(number: int) -> None:
    *sizes, last = (job.window.stop - job.window.start for job in _jobs(0, words_of(number)))
    assert len(set(sizes)) == 1
    assert last <= sizes[0] <= WINDOW


def test_a_text_just_over_one_window_is_cut_in_two_halves_not_a_whole_and_a_rest() -> None:
    assert _even_size(WINDOW + 30) == (WINDOW + 30 + OVERLAP) // 2 + MAX_PIECES_PER_WORD


def test_a_short_text_is_one_window() -> None:
    assert len(_jobs(0, words_of(WINDOW))) == 1
    assert _jobs(0, words_of(0)) == []


def test_a_batch_is_padded_and_framed() -> None:
    short, long = words_of(2), words_of(4)
    arrays = batch_arrays([(p, job.window) for p in (short, long) for job in _jobs(0, p)])
    assert arrays["mask"].tolist() == [[1, 1, 1, 1, 0, 0], [1] * 6]
    assert arrays["ids"][:, 0].tolist() == [101, 101]
    assert arrays["ids"][0, 3] == arrays["ids"][1, 5] == 102
    assert arrays["first"].tolist() == [[1, 2, 0, 0], [1, 2, 3, 4]]


@pytest.mark.parametrize("name", ["reader.onnx", "reader.json", "decoding.npz", "tokenizer.json"])
def test_a_missing_file_of_the_model_is_named(tmp_path: Path, name: str) -> None:
    for part in ("reader.json", "decoding.npz", "tokenizer.json"):
        shutil.copy(MODEL / part, tmp_path)
    (tmp_path / "reader.onnx").touch()
    (tmp_path / name).unlink()
    with pytest.raises(ModelMissing, match=name):
        Encoder.load(tmp_path)


def test_every_word_has_a_row_of_every_head() -> None:
    encoder = shipped_encoder(1)
    words = find_words("Torvek said ships had left. " * 80)
    (encoded,) = encoder.encode([words])
    assert encoded.rows.shape == (len(words), encoder.width)
    assert np.isfinite(encoded.rows).all()
    assert np.abs(encoded.rows).sum(1).min() > 0
    assert encoded["tags"].shape == (len(words), len(encoder.classes["tags"]))


def test_texts_are_read_alike_alone_and_in_company() -> None:
    encoder = shipped_encoder(1)
    texts = [find_words("Torvek said ships had left Sarn."), find_words("“No,” Dray replied, “they have not.” " * 9), []]
    alone = [encoder.encode([text])[0] for text in texts]
    for one, other in zip(alone, encoder.encode(texts), strict=True):
        assert np.array_equal(one.rows, other.rows)


def test_no_texts_give_no_rows() -> None:
    assert shipped_encoder(1).encode([]) == []
