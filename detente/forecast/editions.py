"""What ships: fitted numbers and the long-run prior of dyads, in editions by the day up to which they were fitted.

A forecast uses the latest edition that was fitted to nothing on or after its day of issue, so that a backtest over years
that an edition has seen does not use it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import DetenteError
from detente.forecast.baselines import DecayedCount
from detente.forecast.days import Floats, Pair
from detente.forecast.models import Ensemble, Logistic, SelfExcitingRate, Shipped, long_run_model, thin_model
from detente.forecast.questions import Question

SCHEMA = "detente.forecast-edition/1"
_FOLDER = files("detente.data") / "forecast" / "editions"


class EditionInvalid(DetenteError, ValueError):
    """A file of coefficients that cannot be used, or none that may be."""


@dataclass(frozen=True, slots=True)
class DyadPrior:
    """Log-lifts of material and verbal conflict and log volume of the most active pairs, of years up to `until`."""

    until: date
    table: Mapping[Pair, tuple[float, float, float]] = field(default_factory=dict)

    def numbers(self, pairs: Sequence[Pair], issued: int) -> Floats:
        """See `snapshot.Prior`; nothing is known of days that the prior has seen itself."""
        found = np.zeros((len(pairs), 4))
        if issued > self.until.toordinal():
            for i, pair in enumerate(pairs):
                if pair in self.table:
                    found[i] = (*self.table[pair], 1.0)
        return found


@dataclass(frozen=True, slots=True)
class Fitted:
    """The models of one question. `base_rate`: of all active pairs in what it was fitted on."""

    base_rate: float
    decayed_count: DecayedCount
    long_run: Logistic
    shipped: Shipped

    @property
    def ensemble(self) -> Ensemble:
        return self.shipped.ensemble


@dataclass(frozen=True, slots=True)
class Edition:
    """Fitted numbers by question, and the prior they go with. `name` says up to when: "2014"."""

    name: str
    fitted_to: date
    fitted_on: tuple[str, ...]
    prior: DyadPrior
    questions: Mapping[str, Fitted]

    def of(self, question: Question) -> Fitted:
        """Raises EditionInvalid where the edition does not answer the question."""
        if question.id not in self.questions:
            raise EditionInvalid(f"edition {self.name} has no numbers for {question.id}; it has {', '.join(self.questions)}")
        return self.questions[question.id]


@lru_cache(maxsize=1)
def shipped_editions() -> tuple[Edition, ...]:
    """The editions of the package, oldest first."""
    found = [load_edition(Path(str(f))) for f in _FOLDER.iterdir() if f.name.endswith(".json")]
    return tuple(sorted(found, key=lambda e: e.fitted_to))


def edition_for(issued: date, editions: Sequence[Edition] | None = None) -> Edition:
    """The latest edition that has seen nothing on or after `issued`. Raises EditionInvalid where there is none."""
    known = editions if editions is not None else shipped_editions()
    older = [e for e in known if e.fitted_to < issued]
    if not older:
        first = min(e.fitted_to for e in known)
        raise EditionInvalid(
            f"the coefficients were fitted to data up to {first}, so a forecast as of {issued} would know the future; "
            f"take a later day, or coefficients fitted before (see training/forecast)"
        )
    return max(older, key=lambda e: e.fitted_to)


def load_edition(path: Path) -> Edition:
    """An edition from its JSON file, with the prior beside it. Raises EditionInvalid."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("schema") != SCHEMA:
            raise EditionInvalid(f"{path}: the schema is {content.get('schema')!r}; expected {SCHEMA!r}")
        prior = load_prior(path.with_suffix(".prior.tsv"), date.fromisoformat(content["prior_until"]))
        questions = {key: _fitted(value) for key, value in content["questions"].items()}
        return Edition(content["name"], date.fromisoformat(content["fitted_to"]), tuple(content["fitted_on"]), prior, questions)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise EditionInvalid(
            f"{path}: cannot be used as coefficients: {error!r}; fit them anew with training/forecast"
        ) from error


def load_prior(path: Path, until: date) -> DyadPrior:
    """A prior from its table; none where there is no such file."""
    if not path.exists():
        return DyadPrior(until)
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")][1:]
    cells = (line.split("\t") for line in lines)
    return DyadPrior(until, {(a, b): (float(x), float(y), float(z)) for a, b, x, y, z in cells})


def _fitted(numbers: Mapping[str, Any]) -> Fitted:
    logistic = Logistic("logistic", numbers["logistic"]["intercept"], numbers["logistic"]["weights"])
    rate = SelfExcitingRate("self-exciting rate", numbers["rate"]["weights"], numbers["rate"]["dispersion"])
    thin, fair, chosen = (
        thin_model(numbers[name]["intercept"], numbers[name]["weights"]) for name in ("thin", "thin_fair", "thin_chosen")
    )
    long_run = long_run_model(numbers["long_run"]["intercept"], numbers["long_run"]["weights"])
    return Fitted(
        numbers["base_rate"],
        DecayedCount(**numbers["decayed_count"]),
        long_run,
        Shipped(Ensemble("ensemble", logistic, rate), thin, fair, chosen),
    )
