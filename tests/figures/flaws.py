"""What is wrong with the words of a figure, by its geometry alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from tests.figures.geometry import NEAR, Box, Line, Measured, Text

TOUCH = 1  # px within which a line ends at the words it belongs to


def flaws(figure: Measured) -> list[tuple[str, str, str]]:
    """Return each flaw: its kind, the words, and what they meet."""
    return [
        *_overlaps(figure), *_outside(figure), *_struck(figure), *_over_marks(figure), *_erased(figure),
    ]  # fmt: skip


def _overlaps(figure: Measured) -> Iterator[tuple[str, str, str]]:
    for number, one in enumerate(figure.texts):
        for other in figure.texts[number + 1 :]:
            if meet(one.letters, other.letters):
                yield "title" if "title" in (one.kind, other.kind) else "overlap", one.words, other.words


def _outside(figure: Measured) -> Iterator[tuple[str, str, str]]:
    for text in figure.texts:
        left, top, right, bottom = text.letters
        if left < -TOUCH or top < -TOUCH or right > figure.width + TOUCH or bottom > figure.height + TOUCH:
            yield "outside", text.words, f"{left:.0f} {top:.0f} {right - figure.width:.0f} {bottom - figure.height:.0f}"


def _struck(figure: Measured) -> Iterator[tuple[str, str, str]]:
    for text in figure.texts:
        if text.halo:
            continue
        near = grown(text.letters, 0 if text.kind == "tick" or text.disc else NEAR)
        for line in figure.lines:
            if text.disc and line.name == f"try {re.sub('<.*?>', '', text.words)}":
                continue  # it stands on its own line
            if crosses(line, near, figure.frame) and not (
                is_own(text, line) and not crosses(line, text.letters, figure.frame)
            ):
                hidden = " behind paper" if text.behind else ""
                yield "struck", text.words, line.name + hidden


def _over_marks(figure: Measured) -> Iterator[tuple[str, str, str]]:
    marks = np.array(figure.marks).reshape(-1, 4)
    for text in figure.texts:
        left, top, right, bottom = text.letters
        over = (
            (marks[:, 0] + 1 < right) & (marks[:, 2] - 1 > left) & (marks[:, 1] + 1 < bottom) & (marks[:, 3] - 1 > top)
        )
        if text.disc and text.anchor is not None:  # it may stand on its own mark
            x, y = (text.letters[0] + text.letters[2]) / 2, (text.letters[1] + text.letters[3]) / 2
            over &= np.hypot((marks[:, 0] + marks[:, 2]) / 2 - x, (marks[:, 1] + marks[:, 3]) / 2 - y) > 5
        if not text.halo and over.any():
            yield "mark", text.words, f"{over.sum()} marks"


def _erased(figure: Measured) -> Iterator[tuple[str, str, str]]:
    """Words on a bar that is not theirs: with paper behind them they erase it, without they cannot be read."""
    for text in figure.texts:
        box = text.behind or text.letters
        over = [bar for bar in figure.bars if meet(grown(box, -1), bar)]
        middle = (text.letters[0] + text.letters[2]) / 2
        over = [
            bar
            for bar in over
            if not (bar[0] < middle < bar[2] and holds(bar, (middle, text.letters[1], middle, text.letters[3])))
        ]
        if over and text.kind == "note" and not any(holds(bar, text.letters) for bar in figure.bars):
            yield "bar", text.words, f"{len(over)} bars"


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes have points in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def grown(box: Box, by: float) -> Box:
    """A box with so many pixels more on each side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def holds(outer: Box, inner: Box) -> bool:
    """Whether a box lies in another."""
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def is_own(text: Text, line: Line) -> bool:
    """Whether words are tied to a point of a line."""
    if text.anchor is None:
        return False
    x, y = text.anchor
    points = line.points
    if line.limit:
        (x0, y0), (x1, y1) = points
        return abs(y - y0) < TOUCH if abs(y1 - y0) < TOUCH else abs(x - x0) < TOUCH if abs(x1 - x0) < TOUCH else False
    return bool(np.any((np.abs(points[:, 0] - x) < 2) & (np.abs(points[:, 1] - y) < 2)))


def crosses(line: Line, box: Box, frame: Box) -> bool:
    """Whether a part of a line that the frame shows lies in a box."""
    left, top, right, bottom = box
    if not line.limit:
        left, top, right, bottom = (
            max(left, frame[0]), max(top, frame[1]), min(right, frame[2]), min(bottom, frame[3]),
        )  # fmt: skip
    if left >= right or top >= bottom:
        return False
    points = np.clip(line.points, -1e6, 1e6)
    start, step = points[:-1], np.diff(points, axis=0)
    first, last = np.zeros(len(step)), np.ones(len(step))
    with np.errstate(all="ignore"):
        for axis, (low, high) in enumerate(((left, right), (top, bottom))):
            one, other = (low - start[:, axis]) / step[:, axis], (high - start[:, axis]) / step[:, axis]
            still = step[:, axis] == 0
            within = (start[:, axis] > low) & (start[:, axis] < high)
            enter = np.where(still, np.where(within, 0.0, 2.0), np.minimum(one, other))
            leave = np.where(still, np.where(within, 1.0, -1.0), np.maximum(one, other))
            first, last = np.maximum(first, enter), np.minimum(last, leave)
        return bool(np.any(first < last))
