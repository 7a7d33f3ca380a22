"""Where the words in a figure go: beside their marks, never over each other, never out of the frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

LINE = 18  # px a line of label text needs
LETTER = 6.9  # px, mean advance at 14 px
GAP = 9  # px between a mark and its words

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Words tied to a data point: where it lies on the axes and as shares of the frame, and how they are anchored."""

    x: float
    y: float
    across: float
    up: float
    text: str
    colour: str
    place: str
    xanchor: str = "left"
    yanchor: str = "middle"
    xshift: float = GAP
    yshift: float = 0

    @property
    def width(self) -> float:
        """Length of the words in pixels, near enough to keep them apart."""
        return LETTER * max(len(line) for line in _TAG.sub("", self.text.replace("<br>", "\n")).split("\n"))


_ANCHORS: dict[str, tuple[str, str, float, float]] = {
    "right": ("left", "middle", GAP, 0),
    "left": ("right", "middle", -GAP, 0),
    "above": ("center", "bottom", 0, GAP),
    "below": ("center", "top", 0, -GAP),
    "above-left": ("right", "bottom", -4, 6),
    "above-right": ("left", "bottom", 4, 6),
    "below-right": ("left", "top", 4, -6),
    "below-left": ("right", "top", -4, -6),
}
Box = tuple[float, float, float, float]


def _box(label: Placed, width: float, height: float) -> Box:
    x = label.across * width + label.xshift
    y = label.up * height + label.yshift
    left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[label.xanchor] * label.width
    bottom = y - {"bottom": 0.0, "middle": 0.5, "top": 1.0}[label.yanchor] * LINE
    return left, bottom, left + label.width, bottom + LINE


def _overlap(a: Box, b: Box) -> float:
    across = min(a[2], b[2]) - max(a[0], b[0])
    up = min(a[3], b[3]) - max(a[1], b[1])
    return across * up if across > 0 and up > 0 else 0.0


def _outside(box: Box, width: float, height: float) -> float:
    return max(0.0, -box[0]) + max(0.0, box[2] - width) + max(0.0, -box[1]) + max(0.0, box[3] - height)


def spread(labels: Sequence[Placed], *, width: float, height: float) -> list[Placed]:
    """Return the labels anchored so that they do not cover each other in a frame of that size in pixels.

    Line-end labels keep their side and are pushed apart upwards; the others take the first place around their mark
    that is free, beginning with the one they ask for.
    """
    ends = sorted((label for label in labels if label.place == "end"), key=lambda label: label.up)
    done: list[Placed] = []
    lowest = -1e9
    for label in ends:
        at = max(label.up * height, lowest + LINE)
        lowest = at
        done.append(replace(label, yshift=at - label.up * height))
    marks: list[Box] = [
        (p.across * width - 6, p.up * height - 6, p.across * width + 6, p.up * height + 6) for p in labels
    ]
    taken = [_box(label, width, height) for label in done] + marks
    for label in labels:
        if label.place == "end":
            continue
        best = min(
            (_anchored(label, place) for place in dict.fromkeys([label.place, *_ANCHORS])),
            key=lambda candidate: _cost(candidate, taken, width, height),
        )
        done.append(best)
        taken.append(_box(best, width, height))
    return done


def _anchored(label: Placed, place: str) -> Placed:
    xanchor, yanchor, xshift, yshift = _ANCHORS[place]
    return replace(label, xanchor=xanchor, yanchor=yanchor, xshift=xshift, yshift=yshift)


def _cost(label: Placed, taken: Sequence[Box], width: float, height: float) -> float:
    box = _box(label, width, height)
    return 10 * _outside(box, width, height) + sum(_overlap(box, other) for other in taken)
