"""Where the words in a figure go: beside their marks, never over each other, never out of the frame."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

LINE = 18  # px a line of label text needs
LETTER = 6.9  # px, mean advance at 14 px
DOT = 60  # px², what covering a dot of a line weighs beside covering an area
GAP = 9  # px between a mark and its words
MAX_PERMUTED = 6  # labels that are placed in other orders too, if the first leaves some on each other

# Of the HTML that Plotly reads in a text, what the lab uses; any other tag is part of the words.
_TAG = re.compile(r"</?(?:b|i|sub|sup)>|<br>")
_NO_TAG = re.compile(rf"<(?!{_TAG.pattern.replace('<', '')})")
Box = tuple[float, float, float, float]  # left, bottom, right, top in pixels


@lru_cache(maxsize=4096)
def without_tags(text: str) -> str:
    """Return a text of a figure that shows its tags as words, but for the lab's own.

    Plotly would make a link of one and swallow others.

    >>> without_tags("<b>4</b> <a href='https://example.org'>here</a>")
    "<b>4</b> &lt;a href='https://example.org'>here&lt;/a>"
    """
    return _NO_TAG.sub("&lt;", text)


@lru_cache(maxsize=4096)
def text_width(text: str) -> float:
    """Return the length of a label's longest line in pixels, near enough to keep labels apart."""
    return LETTER * max(len(line) for line in _TAG.sub("", text.replace("<br>", "\n")).split("\n"))


@dataclass(kw_only=True, slots=True)  # not frozen: a drag makes dozens a step, and frozen ones take three times as long
class Placed:
    """Words tied to a data point: where it lies on the axes and as shares of the frame, and how they are anchored.

    ``long`` is their length in pixels where it is not that of the words alone; ``struck`` whether a line goes through.
    """

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
    long: float = 0
    struck: bool = False

    @property
    def width(self) -> float:
        """Length of the words in pixels."""
        return self.long or text_width(self.text)

    @property
    def tall(self) -> float:
        """Height of the words in pixels."""
        return LINE * (1 + self.text.count("<br>"))

    def anchored(self, xanchor: str, yanchor: str, xshift: float, yshift: float) -> Placed:
        """Return the words anchored otherwise."""
        return Placed(
            x=self.x, y=self.y, across=self.across, up=self.up, text=self.text, colour=self.colour, place=self.place,
            xanchor=xanchor, yanchor=yanchor, xshift=xshift, yshift=yshift, long=self.long,
        )  # fmt: skip


# How the words of each place are anchored, how far they are shifted, and where their box begins as shares of its size.
_ANCHORS: dict[str, tuple[str, str, float, float, float, float]] = {
    "right": ("left", "middle", GAP, 0, 0.0, 0.5),
    "left": ("right", "middle", -GAP, 0, 1.0, 0.5),
    "above": ("center", "bottom", 0, GAP, 0.5, 0.0),
    "below": ("center", "top", 0, -GAP, 0.5, 1.0),
    "above-left": ("right", "bottom", -4, 6, 1.0, 0.0),
    "above-right": ("left", "bottom", 4, 6, 0.0, 0.0),
    "below-right": ("left", "top", 4, -6, 0.0, 1.0),
    "below-left": ("right", "top", -4, -6, 1.0, 1.0),
}
_TRIED = {first: tuple(dict.fromkeys((first, *_ANCHORS))) for first in _ANCHORS}  # the places, one of them first


def spread(
    labels: Sequence[Placed],
    obstacles: Sequence[Box] = (),
    dots: Sequence[tuple[float, float]] = (),
    *,
    width: float,
    height: float,
) -> list[Placed]:
    """Return the labels anchored so that they cover neither each other nor the obstacles in a frame of that size.

    Line-end labels keep their side and are pushed apart, upwards while the frame has room; the others take the first
    place around their mark that is free, beginning with the one they ask for, or else the one that covers least, the
    lines too, given as ``dots`` along them. Sizes, obstacles and dots are in pixels from the lower left corner.
    """
    done: list[Placed] = []
    taken: list[Box] = list(obstacles)
    ends = sorted((label for label in labels if label.place == "end"), key=lambda label: label.up)
    talls = [label.tall for label in ends]
    for label, at in zip(ends, _apart([label.up * height for label in ends], talls, height), strict=True):
        done.append(label.anchored(label.xanchor, label.yanchor, label.xshift, at - label.up * height))
        left = label.across * width + GAP
        taken.append((left, at - label.tall / 2, left + label.width, at + label.tall / 2))
    for label in labels:
        x, y = label.across * width, label.up * height
        taken.append((x - 6, y - 6, x + 6, y + 6))
    around = [label for label in labels if label.place != "end"]
    best, least = _one_by_one(around, taken, dots, width, height)
    if least and len(around) <= MAX_PERMUTED:  # whose turn it is decides who is in whose way
        for first in range(1, len(around)):
            turns = [*around[first:], *around[:first]]
            found, cost = _one_by_one(turns, taken, dots, width, height)
            if cost < least:
                best, least = [*found[len(around) - first :], *found[: len(around) - first]], cost
    return done + best


def _one_by_one(
    labels: Sequence[Placed], taken: Sequence[Box], dots: Sequence[tuple[float, float]], width: float, height: float
) -> tuple[list[Placed], float]:
    """Return the labels, each at the freest place that those before it have left, and what all of them cover."""
    done, boxes, whole = [], list(taken), 0.0
    for label in labels:
        place, box, cost = _freest(label, boxes, dots, width, height)
        xanchor, yanchor, xshift, yshift, _, _ = _ANCHORS[place]
        done.append(label.anchored(xanchor, yanchor, xshift, yshift))
        done[-1].struck = struck(box, dots)
        boxes.append(box)
        whole += cost
    return done, whole


def _apart(heights: Sequence[float], talls: Sequence[float], height: float) -> list[float]:
    """Return ascending heights pushed up until each's lines fit, then down where they left the frame."""
    between = [(below + above) / 2 for below, above in pairwise(talls)]
    placed: list[float] = []
    for number, at in enumerate(heights):
        placed.append(max(at, placed[-1] + between[number - 1]) if placed else at)
    ceiling = max(height, 0.0)
    for number in range(len(placed) - 1, -1, -1):
        placed[number] = min(placed[number], ceiling)
        ceiling = placed[number] - (between[number - 1] if number else 0.0)
    return placed


def _freest(
    label: Placed, taken: Sequence[Box], dots: Sequence[tuple[float, float]], width: float, height: float
) -> tuple[str, Box, float]:
    """Return the first place around a mark where its words cover nothing, or where they cover least, and how much."""
    x, y, long = label.across * width, label.up * height, label.width
    best_place, best_box, best_cost = label.place, (0.0, 0.0, 0.0, 0.0), math.inf
    reach = long + GAP
    near = [dot for dot in dots if -reach < dot[0] - x < reach and -LINE - GAP < dot[1] - y < LINE + GAP]
    for place in _TRIED[label.place]:
        _, _, xshift, yshift, before, below = _ANCHORS[place]
        left, bottom = x + xshift - before * long, y + yshift - below * LINE
        box = (left, bottom, left + long, bottom + LINE)
        cost = covered(box, taken, width, height)
        cost += sum(DOT for x_dot, y_dot in near if left < x_dot < box[2] and bottom < y_dot < box[3])
        if cost < best_cost:
            best_place, best_box, best_cost = place, box, cost
        if not cost:
            break
    return best_place, best_box, best_cost


def struck(box: Box, dots: Sequence[tuple[float, float]]) -> bool:
    """Whether a line, given as dots along it, goes through the letters in a box."""
    left, bottom, right, top = box
    return any(left < x < right and bottom + 3 < y < top - 3 for x, y in dots)


def covered(box: Box, taken: Sequence[Box], width: float, height: float) -> float:
    """Return what a box would cost: 30 a pixel outside the frame, and 1 a square pixel that it covers."""
    left, bottom, right, top = box
    cost = 30 * (max(0.0, -left) + max(0.0, right - width) + max(0.0, -bottom) + max(0.0, top - height))
    for other_left, other_bottom, other_right, other_top in taken:
        if left < other_right and other_left < right and bottom < other_top and other_bottom < top:
            across = min(right, other_right) - max(left, other_left)
            cost += across * (min(top, other_top) - max(bottom, other_bottom))
    return cost
