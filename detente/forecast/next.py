"""Who an actor will act toward next, and how: ranked recipients and kinds of event, with what speaks for each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from detente.errors import DetenteError
from detente.forecast.days import Floats
from detente.forecast.links import FEATURES, LinkModel, LinkPast, Links, softmax
from detente.forecast.rows import HistoryRow

SCHEMA = "detente.next/1"
RATE_HALF_LIFE = 30.0
STALE_DAYS = 31
ROOTS = (
    "make a statement", "appeal", "express intent to cooperate", "consult", "cooperate diplomatically", "cooperate materially",
    "provide aid", "yield", "investigate", "demand", "disapprove", "reject", "threaten", "protest", "exhibit force",
    "reduce relations", "coerce", "assault", "fight", "use mass violence",
)  # fmt: skip


class NextImpossible(DetenteError, ValueError):
    """An actor of whom the history knows nothing, or a history that ends too early."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One (recipient, kind of event): the chance of one or more within the days asked, and what speaks for it."""

    recipient: str
    root: str
    event: str
    probability: float
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {"recipient": self.recipient, "root": self.root, "event": self.event,
                "probability": round(self.probability, 4), "reason": self.reason}  # fmt: skip


def links_of(rows: Sequence[HistoryRow]) -> tuple[Links, list[str], dict[str, int]]:
    """Rows between states as links whose relations are the twenty CAMEO roots; the states by number, and back."""
    kept = [r for r in rows if r.status == "happened" and r.actor != r.recipient]
    states = sorted({s for r in kept for s in (r.actor, r.recipient)})
    at = {s: i for i, s in enumerate(states)}
    columns = np.array(
        [(at[r.actor], int(r.code[:2]) - 1, at[r.recipient], max(r.date, r.published_at).toordinal()) for r in kept],
        dtype=np.int64,
    ).reshape(-1, 4).T  # fmt: skip
    own = np.arange(len(states), dtype=np.int64)
    return Links.of(*columns, kind=np.arange(len(ROOTS), dtype=np.int64), home=own), states, at


def who_next(
    rows: Sequence[HistoryRow], actor: str, *, issued: date, days: int = 7, most: int = 10, model: LinkModel | None = None
) -> list[Expected]:
    """Ranked, likeliest first. Only rows known before `issued` count. Raises NextImpossible.

    The actor's rate of each kind of event (half-life 30 days) is shared out among recipients by the link model.
    """
    known = [r for r in rows if r.date < issued and r.published_at < issued]
    links, states, at = links_of(known)
    if actor not in at:
        raise NextImpossible(f"the history knows no event of {actor} before {issued}; see `detente history list`")
    last = date.fromordinal(int(links.day.max()))
    if (issued - last).days > STALE_DAYS:
        raise NextImpossible(
            f"the history ends on {last}, {(issued - last).days} days before {issued}; ask with --as-of nearer to it"
        )
    past = LinkPast(links, links.rules(issued.toordinal()))
    past.advance(issued.toordinal())
    rates = _rates(past, at[actor])
    asked = [q for q in range(len(ROOTS)) if rates[q] > 0]
    found = []
    for relation, candidates in zip(asked, past.candidates(at[actor], asked), strict=True):
        scores = (model or shipped_model()).scores(candidates, int(links.kind[relation]))
        scores[at[actor]] = -np.inf
        for target, share in enumerate(softmax(scores)):
            chance = float(1 - np.exp(-rates[relation] * days * share))
            found.append((chance, target, relation))
    ranked = sorted(found, key=lambda x: (-x[0], x[1], x[2]))[:most]
    return [Expected(states[t], f"{q + 1:02d}", ROOTS[q], p, _reason(past, at[actor], q, t)) for p, t, q in ranked]


def _rates(past: LinkPast, source: int) -> Floats:
    """Events a day of each kind, by the source."""
    relation, _, age = past.of_source(source)
    weights = np.exp2(-age / RATE_HALF_LIFE) * np.log(2) / RATE_HALF_LIFE
    return np.bincount(relation, weights=weights, minlength=2 * len(ROOTS))[: len(ROOTS)].astype(np.float64)


def _reason(past: LinkPast, source: int, relation: int, target: int) -> str:
    """The recurrence or the rule that speaks for it."""
    relations, targets, ages = past.of_source(source)
    same = ages[(relations == relation) & (targets == target)]
    recent = int((same <= 90).sum())
    if recent > 1:
        return f"recurs: {recent} times in 90 days, last {_ago(int(same.min()))}"
    rule = past.best_rule(source, relation, target)
    if rule is None:
        return f"new to the two; {ROOTS[relation]} toward this recipient is common"
    first, share, days_ago = rule
    name = ROOTS[first % len(ROOTS)] + (" by the other side" if first >= len(ROOTS) else "")
    return f"follows: after '{name}' ({_ago(days_ago)}) this comes within 30 days {share:.0%} as often"


def _ago(days: int) -> str:
    return "yesterday" if days <= 1 else f"{days} days ago"


@lru_cache(maxsize=1)
def shipped_model() -> LinkModel:
    """The weights of the package."""
    content = json.loads((files("detente.data") / "forecast" / "links.json").read_text(encoding="utf-8"))
    if tuple(content["features"]) != FEATURES:
        raise NextImpossible("data/forecast/links.json was fitted to other features than this version has; install again")
    return LinkModel(np.array(content["weights"], dtype=np.float32))
