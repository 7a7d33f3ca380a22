"""Which term of the computed value, forgotten or counted twice, explains a wrong prediction."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from dashboard.student.predictions import Draft, gap, is_near
from tracks.api.quantities import in_sentence, in_words
from tracks.api.teaching import Prediction, Term, Truth

MAX_TERMS = 10  # of which every subset is tried: 1,023
EXPLAINED = 0.5  # part of the gap that must be gone

LEFT_OUT, TWICE = "left out", "counted twice"


@dataclass(frozen=True, kw_only=True, slots=True)
class GapAnalysis:
    """Why a prediction missed.

    Attributes:
        kind: "left out" or "counted twice".
        terms: the terms concerned, each with its factor in the computed value.
        sentence: what that means, in the question's own unit.
    """

    kind: str
    terms: tuple[tuple[str, float], ...]
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Otherwise:
    """The computed value with some terms left out or counted twice."""

    kind: str
    terms: tuple[Term, ...]
    value: float


def analyse_gap(prediction: Prediction, draft: Draft, truth: Truth) -> GapAnalysis | None:
    """Return the forgotten or added terms that explain a wrong number; None where no term does."""
    found_gap = gap(prediction, draft, truth)
    if isinstance(truth.value, str) or len(truth.terms) < 2 or found_gap.right or not found_gap.compared:
        return None
    locked, computed = draft.number(prediction), float(truth.value)
    found = [
        item
        for item in _otherwise(truth)
        if is_near(prediction, item.value, locked)
        and _distance(truth, item.value, locked) <= EXPLAINED * _distance(truth, computed, locked)
    ]
    best = min(found, key=lambda item: (round(_distance(truth, item.value, locked), 9), len(item.terms)), default=None)
    if best is None:
        return None
    names = " and ".join(in_sentence(term.name) for term in best.terms)
    how = f"Without {names}" if best.kind == LEFT_OUT else f"With {names} counted twice"
    sentence = (
        f"{how} the same physics gives {in_words(best.value, prediction.unit)}, near the "
        f"{in_words(locked, prediction.unit)} you locked."
    )
    if truth.combine == "product" and best.kind == LEFT_OUT:
        sentence += f" What was left out is a factor of {in_words(computed / best.value, 'x')}."
    return GapAnalysis(
        kind=best.kind, terms=tuple((term.name, _factor(term, truth)) for term in best.terms), sentence=sentence
    )


def _otherwise(truth: Truth) -> Iterator[_Otherwise]:
    """Every way to leave some terms out, and each term counted twice, with the value that results."""
    terms, total = truth.terms[:MAX_TERMS], math.prod if truth.combine == "product" else math.fsum
    for count in range(1, len(terms)):
        for left_out in combinations(terms, count):
            kept = [term.value for term in truth.terms if term not in left_out]
            yield _Otherwise(kind=LEFT_OUT, terms=left_out, value=total(kept))
    for term in terms:
        yield _Otherwise(kind=TWICE, terms=(term,), value=total([float(truth.value), term.value]))


def _distance(truth: Truth, one: float, other: float) -> float:
    """How far apart two values are: on a logarithm where terms multiply, plainly where they add up."""
    if truth.combine == "sum":
        return abs(one - other)
    return abs(math.log(one / other)) if one > 0 and other > 0 else math.inf


def _factor(term: Term, truth: Truth) -> float:
    """By how much one term alone raises the value."""
    if truth.combine == "product":
        return term.value
    rest = float(truth.value) - term.value
    return float(truth.value) / rest if rest > 0 else math.inf
