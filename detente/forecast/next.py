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
from detente.forecast.odds import FLOOR, log_odds, probability
from detente.forecast.rows import HistoryRow

SCHEMA = "detente.next/1"
RATE_HALF_LIFE = 30.0
CALIBRATED_DAYS = 7
RECENT_DAYS = 90
LEAST_RULE = 0.02
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
    happened = [r for r in rows if r.status == "happened" and r.actor != r.recipient]
    kept = list({(r.actor, r.code[:2], r.recipient, r.date): r for r in happened}.values())  # a day counts once
    states = sorted({s for r in kept for s in (r.actor, r.recipient)})
    at = {s: i for i, s in enumerate(states)}
    columns = np.array(
        [(at[r.actor], int(r.code[:2]) - 1, at[r.recipient], max(r.date, r.published_at).toordinal()) for r in kept],
        dtype=np.int64,
    ).reshape(-1, 4).T  # fmt: skip
    own = np.arange(len(states), dtype=np.int64)
    return Links.of(*columns, kind=np.arange(len(ROOTS), dtype=np.int64), home=own), states, at


@dataclass(frozen=True, slots=True)
class NextModel:
    """The link model, and how chances within CALIBRATED_DAYS are brought to what came true: log odds x slope + intercept."""

    links: LinkModel
    intercept: float = 0.0
    slope: float = 1.0

    def chance(self, expected: Floats, days: int) -> Floats:
        """Of one or more, from expected numbers a day."""
        raw = log_odds(-np.expm1(-expected * CALIBRATED_DAYS))
        sure = np.clip(probability(self.intercept + self.slope * raw), FLOOR, 1 - FLOOR)
        return np.asarray(-np.expm1(np.log1p(-sure) * days / CALIBRATED_DAYS))


def who_next(
    rows: Sequence[HistoryRow], actor: str, *, issued: date, days: int = 7, most: int = 10, model: NextModel | None = None
) -> list[Expected]:
    """Ranked, likeliest first. Only rows known before `issued` count. Raises NextImpossible.

    The actor's rate of each kind of event (half-life 30 days) is shared out among recipients by the link model; a day with such
    an event counts once.
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
    chosen = model or shipped_model()
    chances = chosen.chance(expected_a_day(past, links, at[actor], chosen.links), days)
    ranked = np.argsort(-chances, axis=None, kind="stable")[:most]
    found = [(int(i) // len(states), int(i) % len(states)) for i in ranked]
    return [
        Expected(states[t], f"{q + 1:02d}", ROOTS[q], float(chances[q, t]), _reason(past, at[actor], q, t)) for q, t in found
    ]


def expected_a_day(past: LinkPast, links: Links, source: int, model: LinkModel) -> Floats:
    """(kinds of event, states): the source's rate of each kind, shared out among recipients by the link model."""
    rates = _rates(past, source)
    expected = np.zeros((len(ROOTS), links.n_entities))
    asked = [q for q in range(len(ROOTS)) if rates[q] > 0]
    for relation, candidates in zip(asked, past.candidates(source, asked) if asked else (), strict=True):
        scores = model.scores(candidates, int(links.kind[relation]))
        scores[source] = -np.inf
        expected[relation] = rates[relation] * softmax(scores)
    return expected


def _rates(past: LinkPast, source: int) -> Floats:
    """Events a day of each kind, by the source."""
    relation, _, age = past.of_source(source)
    weights = np.exp2(-age / RATE_HALF_LIFE) * np.log(2) / RATE_HALF_LIFE
    return np.bincount(relation, weights=weights, minlength=2 * len(ROOTS))[: len(ROOTS)].astype(np.float64)


def _reason(past: LinkPast, source: int, relation: int, target: int) -> str:
    """The recurrence or the rule that speaks for it."""
    relations, targets, ages = past.of_source(source)
    same = ages[(relations == relation) & (targets == target)]
    recent = int((same <= RECENT_DAYS).sum())
    if recent > 1:
        return f"recurs: {recent} times in {RECENT_DAYS} days, last {_ago(int(same.min()))}"
    rule = past.best_rule(source, relation, target)
    if rule is None:
        return "the two have not dealt with each other; the recipient often gets this from others"
    first, share, days_ago = rule
    name = ROOTS[first % len(ROOTS)] + (" by the other side" if first >= len(ROOTS) else "")
    if share >= LEAST_RULE:
        return f"follows: within 30 days of '{name}' ({_ago(days_ago)}) it comes {share:.2f} times on average"
    if recent:
        return f"once in {RECENT_DAYS} days, {_ago(int(same.min()))}"
    return f"the two last dealt with each other {_ago(int(ages[targets == target].min()))}"


def _ago(days: int) -> str:
    return "yesterday" if days <= 1 else f"{days} days ago"


@lru_cache(maxsize=1)
def shipped_model() -> NextModel:
    """The weights of the package."""
    content = json.loads((files("detente.data") / "forecast" / "links.json").read_text(encoding="utf-8"))
    if tuple(content["features"]) != FEATURES:
        raise NextImpossible("data/forecast/links.json was fitted to other features than this version has; install again")
    return NextModel(LinkModel(np.array(content["weights"], dtype=np.float32)), content["intercept"], content["slope"])
