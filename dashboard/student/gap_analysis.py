"""Which terms of the computed value a wrong prediction left out, as factors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from dashboard.student.predictions import Draft, gap
from tracks.api.quantities import in_words
from tracks.api.teaching import Prediction, Term, Truth

MAX_TERMS = 10  # of which every subset is tried: 1,023
EXPLAINED = 0.5  # share of the gap, on its logarithm, that leaving terms out must explain


@dataclass(frozen=True, kw_only=True, slots=True)
class GapAnalysis:
    """Why a prediction missed.

    Attributes:
        missing_terms: the terms without which the computed value comes nearest to the locked one, with their factors.
        sentence: what that means, in the question's own unit.
    """

    missing_terms: tuple[tuple[str, float], ...]
    sentence: str


def analyse_gap(prediction: Prediction, draft: Draft, truth: Truth) -> GapAnalysis | None:
    """Return what a wrong number left out; None for options, for a right answer and where there are no terms."""
    if isinstance(truth.value, str) or len(truth.terms) < 2 or gap(prediction, draft, truth).right:
        return None
    locked, computed = draft.number(prediction), float(truth.value)
    best = min(_without(truth), key=lambda found: (round(_distance(found[1], locked), 9), len(found[0])), default=None)
    largest = max(truth.terms, key=lambda term: _factor(term, truth))
    if best is None or _distance(best[1], locked) > (1 - EXPLAINED) * _distance(computed, locked):
        text = f"No term left out explains the gap. The largest is {largest.name}: {_as_factor(largest, truth)}."
        return GapAnalysis(missing_terms=(), sentence=text)
    left_out, rest = best
    names = " and ".join(term.name for term in left_out)
    missing_terms = tuple((term.name, _factor(term, truth)) for term in left_out)
    together = computed / rest
    sentence = (
        f"Without {names} the same physics gives {in_words(rest, prediction.unit)}, near the "
        f"{in_words(locked, prediction.unit)} you locked. What was left out is a factor of {in_words(together, 'x')}."
    )
    return GapAnalysis(missing_terms=missing_terms, sentence=sentence)


def _without(truth: Truth) -> Iterator[tuple[Sequence[Term], float]]:
    """Every way to leave some terms out, with what is left; only what is left above nothing is a factor away."""
    terms = truth.terms[:MAX_TERMS]
    for count in range(1, len(terms)):
        for left_out in combinations(terms, count):
            kept = [term.value for term in truth.terms if term not in left_out]
            rest = math.prod(kept) if truth.combine == "product" else math.fsum(kept)
            if rest > 0:
                yield left_out, rest


def _distance(one: float, other: float) -> float:
    """How many times one number is the other, on a logarithm; infinite where one of them is not positive."""
    return abs(math.log(one / other)) if one > 0 and other > 0 else math.inf


def _factor(term: Term, truth: Truth) -> float:
    """By how much one term alone raises the value."""
    if truth.combine == "product":
        return term.value
    rest = float(truth.value) - term.value
    return float(truth.value) / rest if rest > 0 else math.inf


def _as_factor(term: Term, truth: Truth) -> str:
    factor = _factor(term, truth)
    return f"a factor of {in_words(factor, 'x')}" if math.isfinite(factor) else "nearly all of it"
