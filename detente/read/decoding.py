"""From scores to structure: tag sequences (Viterbi), dependency trees (maximum spanning arborescence), links."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def viterbi(emissions: Floats, transitions: Floats) -> Ints:
    """Best tag sequence of a linear-chain CRF. emissions (words, tags), transitions (from, to); no words give no tags."""
    n = len(emissions)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    back = np.zeros(emissions.shape, dtype=np.int64)
    best = emissions[0]
    columns = np.arange(emissions.shape[1])
    for t in range(1, n):
        scores = best[:, None] + transitions
        back[t] = scores.argmax(0)
        best = scores[back[t], columns] + emissions[t]
    path = np.zeros(n, dtype=np.int64)
    path[-1] = best.argmax()
    for t in range(n - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def posteriors(emissions: Floats, transitions: Floats) -> Floats:
    """Probability of each tag at each word under the CRF (forward-backward), (words, tags)."""
    if len(emissions) == 0:
        return emissions
    weights = np.exp(emissions - emissions.max(1, keepdims=True))
    steps = np.exp(transitions)
    forward, backward = np.empty_like(weights), np.ones_like(weights)
    forward[0] = weights[0] / weights[0].sum()
    for t in range(1, len(weights)):
        a = (forward[t - 1] @ steps) * weights[t]
        forward[t] = a / a.sum()
    for t in range(len(weights) - 2, -1, -1):
        b = steps @ (weights[t + 1] * backward[t + 1])
        backward[t] = b / b.sum()
    both = forward * backward
    return np.asarray(both / both.sum(1, keepdims=True))


def spanning_tree(scores: Floats) -> Ints:
    """Heads of the best tree with exactly one root. scores (words, heads); a word that is its own head is the root.

    The greedy heads are taken when they form a tree already. Otherwise the word with the best claim is made the
    root, and the Chu-Liu-Edmonds algorithm opens what cycles remain.
    """
    n = len(scores)
    heads: Ints = scores.argmax(1)
    if n <= 1 or _is_tree(heads):
        return heads
    root = _best_root(scores)
    heads = _with_root(scores, root)
    return heads if _is_tree(heads) else _arborescence(scores, root)


def _best_root(scores: Floats) -> int:
    """The word that gains most, or loses least, by being the root instead of hanging on its best head."""
    others = scores.copy()
    np.fill_diagonal(others, -np.inf)
    return int((np.diagonal(scores) - others.max(1)).argmax())


def _with_root(scores: Floats, root: int) -> Ints:
    """Best head of each word when only `root` may be its own."""
    others = scores.copy()
    np.fill_diagonal(others, -np.inf)
    heads: Ints = others.argmax(1)
    heads[root] = root
    return heads


def _is_tree(heads: Ints) -> bool:
    """One root, and every word reaches it."""
    if (heads == np.arange(len(heads))).sum() != 1:
        return False
    reached = heads
    for _ in range(len(heads).bit_length()):
        reached = reached[reached]  # pointer jumping: doubles the steps taken
    return bool((reached == reached[0]).all() and heads[reached[0]] == reached[0])


def _arborescence(scores: Floats | npt.NDArray[np.float64], root: int, contractions: int = 24) -> Ints:
    """Best tree under `root` (Chu-Liu-Edmonds); what cycles remain after so many contractions are hung on the root."""
    weights = scores.astype(np.float64)
    np.fill_diagonal(weights, -np.inf)
    weights[root] = -np.inf
    heads: Ints = weights.argmax(1)
    heads[root] = root
    cycle = _cycle(heads, root)
    while cycle and not contractions:
        heads[cycle[0]] = root
        cycle = _cycle(heads, root)
    return _contracted(weights, heads, cycle, root, contractions - 1) if cycle else heads


def _contracted(weights: npt.NDArray[np.float64], heads: Ints, cycle: list[int], root: int, contractions: int) -> Ints:
    """Solve with the cycle as one word, then open it where the best arc enters."""
    n = len(heads)
    inside = np.zeros(n, dtype=bool)
    inside[cycle] = True
    outer = np.flatnonzero(~inside)
    own = weights[cycle, heads[cycle]]
    entering = weights[cycle][:, outer] - own[:, None]  # the cycle word loses its head in the cycle
    leaving = weights[outer][:, cycle]
    small = np.full((len(outer) + 1, len(outer) + 1), -1e9)
    small[:-1, :-1] = weights[np.ix_(outer, outer)]
    small[-1, :-1] = entering.max(0)
    small[:-1, -1] = leaving.max(1)
    small[~np.isfinite(small)] = -1e9
    inner = _arborescence(small, int(np.flatnonzero(outer == root)[0]), contractions)
    out: Ints = heads.copy()
    for k, word in enumerate(outer):
        h = inner[k]
        out[word] = cycle[int(leaving[k].argmax())] if h == len(outer) else outer[h]
    out[root] = root
    gate = int(inner[-1])
    out[cycle[int(entering[:, gate].argmax())]] = outer[gate]
    return out


def _cycle(heads: Ints, root: int) -> list[int]:
    """Words of one cycle among the heads, or none."""
    done = np.zeros(len(heads), dtype=bool)
    done[root] = True
    for start in range(len(heads)):
        path: list[int] = []
        word = start
        seen: set[int] = set()
        while not done[word] and word not in seen:
            seen.add(word)
            path.append(word)
            word = int(heads[word])
        if word in seen:
            return path[path.index(word) :]
        done[path] = True
    return []


def link_scores(left: Floats, right: Floats, weight: Floats, bias: Floats, offset: float) -> Floats:
    """Biaffine scores of pairs: left (n, d), right (m, d) to (n, m)."""
    return np.asarray((left @ weight.T + bias) @ right.T + offset)


def label_classes(dependents: Floats, heads: Floats, labels: Floats) -> Ints:
    """Best relation of each pair of rows: (n, d), (n, d) and labels (d + 1, relations, d + 1) to (n,)."""
    d, h = _with_one(dependents), _with_one(heads)
    n_relations = labels.shape[1]
    mixed = (d @ labels.reshape(labels.shape[0], -1)).reshape(len(d), n_relations, -1)
    return np.asarray(np.einsum("nrh,nh->nr", mixed, h).argmax(1))


def _with_one(x: Floats) -> Floats:
    return np.concatenate([x, np.ones((len(x), 1), dtype=x.dtype)], axis=1)


def runs(flags: Sequence[bool] | npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open ranges in which all flags are set."""
    padded = np.concatenate([[False], np.asarray(flags, dtype=bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
