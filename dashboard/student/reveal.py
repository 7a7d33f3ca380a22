"""The reveal: each lock against what physics computes, with the tempting way that may have led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.student.drawn_curve import Points
from dashboard.student.gap_analysis import GapAnalysis, analyse_gap
from dashboard.student.predictions import Gap, Locked, drawn_curve, gap, is_near
from tracks.api.bench import Bench
from tracks.api.figures import Table
from tracks.api.quantities import in_words
from tracks.api.teaching import Prediction, Truth
from tracks.api.track import Track


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed:
    """One locked prediction and all that is said of it.

    Attributes:
        route, route_sentence: the tempting way near the lock and what is said of it, or "".
        analysis: the terms that explain the gap, where no route does.
        reason: what the computed value says of the reason that was chosen.
        case: the table that the question declares, or None.
        drawn: the points of the curve that was drawn, in the axes' units of its panel; none where nothing was.
        drawn_sentence: what was drawn in words, or why it is not shown; "" where nothing was.
    """

    prediction: Prediction
    locked: Locked
    truth: Truth
    gap: Gap
    route: str
    route_sentence: str
    analysis: GapAnalysis | None
    reason: str
    case: Table | None
    drawn: Points = ()
    drawn_sentence: str = ""


def reveal(track: Track, bench: Bench, locks: Mapping[str, Locked]) -> tuple[Revealed, ...]:
    """Return what is said of every lock of a bench; nothing until all of them are in."""
    if any(item.id not in locks for item in bench.predictions):
        return ()
    return tuple(_revealed(track, bench, item, locks[item.id]) for item in bench.predictions)


def _revealed(track: Track, bench: Bench, prediction: Prediction, locked: Locked) -> Revealed:
    truth = bench.truth(track, prediction)
    found = gap(prediction, locked.draft, truth)
    drawn, said = drawn_curve(prediction, locked.draft)
    route, sentence = _route(track, bench, prediction, locked, found)
    return Revealed(
        prediction=prediction,
        locked=locked,
        truth=truth,
        gap=found,
        route=route,
        route_sentence=sentence,
        analysis=None if route else analyse_gap(prediction, locked.draft, truth),
        reason=_reason(prediction, locked, found),
        case=bench.case(track, prediction),
        drawn=drawn,
        drawn_sentence=said,
    )


def _route(track: Track, bench: Bench, prediction: Prediction, locked: Locked, found: Gap) -> tuple[str, str]:
    """Return the name of the route nearest to a lock and what is said of it; two empty texts where none is near.

    A right number for the right reason took no route.
    """
    if prediction.options or not found.compared or (found.right and locked.draft.mechanism == prediction.reason):
        return "", ""
    number = locked.draft.number(prediction)
    near = [(route, value) for route, value in bench.routes(track, prediction) if is_near(prediction, value, number)]
    if not near:
        return "", ""
    route, value = min(near, key=lambda item: abs(item[1] - number))
    said = in_words(number, prediction.unit)
    return route.name, f"One way to {said}: {route.name}, {in_words(value, prediction.unit)}. {route.why}"


def _reason(prediction: Prediction, locked: Locked, found: Gap) -> str:
    """Return how the reason stands to the answer, before its feedback is shown."""
    if not prediction.reason or not found.compared:
        return ""
    what = "answer" if prediction.options else "number"
    holds = locked.draft.mechanism == prediction.reason
    if found.right and not holds:
        return f"The {what} is right, and this reason does not lead to it."
    if not found.right and holds:
        return f"The reason holds; the {what} does not follow from it."
    return ""


def reveal_payload(revealed: tuple[Revealed, ...]) -> dict[str, Any]:
    """Return what the ledger keeps of a reveal: what was said of each lock."""
    return {
        "revealed": [
            {
                "prediction": item.prediction.id,
                "computed": item.gap.computed,
                "gap": item.gap.headline,
                "right": item.gap.right,
                "route": item.route,
                "said": item.route_sentence or (item.analysis.sentence if item.analysis else ""),
                "reason": item.reason,
            }
            for item in revealed
        ]
    }
