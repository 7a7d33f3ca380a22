"""A prediction that was drawn: five heights as they were entered, what is read off them, and the curve in a lock."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from tracks.api.declared import Curve
from tracks.api.quantities import in_words, read_quantity

Points = tuple[tuple[float, float], ...]
ALONE = "The number is locked without it."


class Undrawn(ValueError):
    """What was drawn is no curve; the text says why, in one sentence."""


def heights(curve: Curve, texts: Sequence[str]) -> tuple[float, ...]:
    """Return the heights of the anchors as they were entered, in the curve's unit.

    Raises:
        Undrawn: an anchor is missing, cannot be read or lies outside.
    """
    found = []
    for number, (name, _) in enumerate(curve.at):
        text = texts[number] if number < len(texts) else ""
        if not text:
            raise Undrawn(f"The drawing has no point at {name}.")
        try:
            height = read_quantity(text, curve.unit)
        except ValueError as problem:
            raise Undrawn(f"The drawing cannot be read at {name}: {problem}") from None
        if not curve.low <= height <= curve.high:
            ends = f"{in_words(curve.low, curve.unit)} to {in_words(curve.high, curve.unit)}"
            raise Undrawn(f"The drawing’s point at {name}, {in_words(height, curve.unit)}, lies outside {ends}.")
        found.append(height)
    return tuple(found)


def agrees(curve: Curve, drawn: Sequence[float], number: float) -> bool:
    """Whether a number is the one that is read off a drawing, to what a hand can draw."""
    grain = curve.step * max(abs(weight) for weight in curve.weights)
    return abs(curve.number(drawn) - number) <= grain * (1 + 1e-9)


def as_stored(curve: Curve, drawn: Sequence[float]) -> dict[str, Any]:
    """Return what a lock keeps of a drawing: the panel and the points on its axes."""
    return {"panel": curve.panel, "x": [place for _, place in curve.at], "y": list(drawn)}


def stored_points(curve: Curve, kept: Any) -> Points:
    """Return the points of a drawing as a lock has it, whoever wrote it.

    Raises:
        Undrawn: it is none, was drawn in another panel, its points cross, or one lies outside.
    """
    kept = kept if isinstance(kept, Mapping) else {}
    across, up = (_numbers(kept.get(name)) for name in ("x", "y"))
    if len(across) != len(up):
        raise Undrawn("A point of what was drawn with this lock is missing.")
    if kept.get("panel") != curve.panel:
        raise Undrawn("What was drawn with this lock belongs to a figure that has changed since.")
    if any(one >= other for one, other in pairwise(across)):
        raise Undrawn("The points of what was drawn with this lock cross.")
    if not all(curve.low <= height <= curve.high for height in up):
        raise Undrawn("A point of what was drawn with this lock lies outside the figure.")
    return tuple(zip(across, up, strict=True))


def _numbers(part: Any) -> list[float]:
    """Return a list of two finite numbers or more, or refuse it."""
    plain = isinstance(part, list) and all(isinstance(value, (int, float)) and math.isfinite(value) for value in part)
    if not plain or len(part) < 2 or any(isinstance(value, bool) for value in part):
        raise Undrawn("What was drawn with this lock cannot be read.")
    return [float(value) for value in part]


def in_one_line(curve: Curve, up: Sequence[float]) -> str:
    """Return the heights of a drawing in words."""
    return f"{curve.label}: {', '.join(in_words(height, curve.unit) for height in up)}"
