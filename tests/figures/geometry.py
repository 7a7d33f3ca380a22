"""Where a styled figure has its words, lines, bars and marks in pixels, as Plotly draws it, without a browser."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.figures.font import text_width

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels from the figure's upper left corner
ASCENT, DESCENT = 1.024, 0.4  # of the size: Source Sans 3's line, as its tables have it
TALL, DEEP = 0.712, 0.205  # of the size: how far a d stands above the base line and a g hangs below it
LINE = 1.3  # of the size: from one base line to the next
BORDER = 2  # px that Plotly leaves around an annotation's words
NEAR = 2  # px that a word keeps from a line which is not its own


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a figure: what a browser says of their box, where their letters stand, and what they belong to.

    ``anchor`` is the point they are tied to [px], ``behind`` the box of colour below them; or None.
    """

    words: str
    box: Box
    letters: Box
    kind: str  # "title", "tick" or "note"
    anchor: tuple[float, float] | None = None
    behind: Box | None = None
    halo: bool = False
    disc: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line as its corners [px], n by 2, in pieces where NaN interrupts it; and what it is called."""

    name: str
    points: NDArray[np.float64]
    limit: bool = False


@dataclass(slots=True)
class Measured:
    """A figure in pixels."""

    width: float
    height: float
    frame: Box
    texts: list[Text] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bars: list[Box] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)


class _Place:
    """The frame of a figure: pixels of values and of shares."""

    def __init__(self, layout: Mapping[str, Any], width: float, height: float) -> None:
        margin = layout["margin"]
        self.left, self.top = margin["l"], margin["t"]
        self.right, self.bottom = width - margin["r"], height - margin["b"]
        self.x, self.y = layout["xaxis"], layout["yaxis"]

    def across(self, values: Any, *, as_exponent: bool = False) -> Any:
        return self.left + self._share(values, self.x, as_exponent) * (self.right - self.left)

    def down(self, values: Any, *, as_exponent: bool = False) -> Any:
        return self.bottom - self._share(values, self.y, as_exponent) * (self.bottom - self.top)

    @staticmethod
    def _share(values: Any, axis: Mapping[str, Any], as_exponent: bool) -> Any:
        low, high = axis["range"]
        at = np.asarray(values, dtype=float)
        if axis.get("type") == "log" and not as_exponent:
            with np.errstate(all="ignore"):
                at = np.log10(at)
        return (at - low) / (high - low)


def measured(figure: Mapping[str, Any], width: float, height: float) -> Measured:
    """Return a styled figure as it stands in a place of that size [px]."""
    layout = figure["layout"]
    place = _Place(layout, width, height)
    found = Measured(width, height, (place.left, place.top, place.right, place.bottom))
    found.texts.extend(_notes(layout["annotations"], place))
    found.texts.extend(_ticks(layout, place))
    for trace in figure["data"]:
        if trace["type"] == "bar":
            found.bars.extend(_bars(trace, place))
            continue
        points = np.stack([place.across(trace["x"]), place.down(trace["y"])], axis=1)
        if "lines" in trace["mode"] and trace["line"]["width"]:
            found.lines.append(Line(trace["name"], points))
        if "markers" in trace["mode"]:
            found.marks.extend(_marks(trace, points))
    for shape in layout["shapes"]:
        if shape["type"] == "line":
            found.lines.append(_drawn_line(shape, place))
        elif shape.get("xsizemode") == "pixel":
            box = _drawn_box(shape, place)
            number = next((n for n, text in enumerate(found.texts) if text.kind == "note" and _is_in(text, box)), None)
            if number is None:
                found.marks.append(box)
            else:
                found.texts[number] = replace(found.texts[number], letters=box, disc=True)
    return found


def _drawn_box(shape: Mapping[str, Any], place: _Place) -> Box:
    x = place.left + shape["xanchor"] * (place.right - place.left)  # of its place on an axis Plotly draws it elsewhere
    y = place.bottom - shape["yanchor"] * (place.bottom - place.top)
    return x + shape["x0"], y - shape["y1"], x + shape["x1"], y - shape["y0"]


def _is_in(text: Text, box: Box) -> bool:
    """Whether words are the number in a circle."""
    middles = [((one[0] + one[2]) / 2, (one[1] + one[3]) / 2) for one in (text.box, box)]
    return abs(middles[0][0] - middles[1][0]) < 1.5 and abs(middles[0][1] - middles[1][1]) < 1.5


def _notes(notes: list[dict[str, Any]], place: _Place) -> Iterator[Text]:
    for number, note in enumerate(notes):
        if not note["text"]:
            continue
        on_paper_x, on_paper_y = note.get("xref") == "paper", note.get("yref") == "paper"
        x = (
            place.left + note["x"] * (place.right - place.left)
            if on_paper_x
            else float(place.across(note["x"], as_exponent=True))
        )
        y = (
            place.bottom - note["y"] * (place.bottom - place.top)
            if on_paper_y
            else float(place.down(note["y"], as_exponent=True))
        )
        font = note["font"]
        long, tall = _size(note["text"], font["size"], bold=font.get("weight", 400) >= 600)
        left = x + note.get("xshift", 0) - (long + 2 * BORDER) * _part(note.get("xanchor", "auto"), note["x"]) + BORDER
        bottom = (
            y - note.get("yshift", 0) + (tall + 2 * BORDER) * (1 - _part_up(note.get("yanchor", "auto"), note["y"]))
        )
        top = bottom - BORDER - tall
        box = (left, top, left + long, top + tall)
        behind = (left - BORDER, top - BORDER, left + long + BORDER, top + tall + BORDER) if "bgcolor" in note else None
        kind = "title" if number < 2 else "note"
        anchor = None if kind == "title" else (x, y)
        yield Text(note["text"], box, _letters(box, note["text"], font["size"]), kind, anchor, behind, "shadow" in font)


def _part(anchor: str, at: float) -> float:
    """The share of a box that lies left of its anchor."""
    if anchor == "auto":
        return 0.0 if at <= 1 / 3 else 1.0 if at >= 2 / 3 else 0.5
    return {"left": 0.0, "center": 0.5, "right": 1.0}[anchor]


def _part_up(anchor: str, at: float) -> float:
    """The share of a box that lies above its anchor."""
    if anchor == "auto":
        return 1.0 if at <= 1 / 3 else 0.0 if at >= 2 / 3 else 0.5
    return {"bottom": 1.0, "middle": 0.5, "top": 0.0}[anchor]


def _size(text: str, size: float, *, bold: bool = False) -> tuple[float, float]:
    tall = round(ASCENT * size) + round(DESCENT * size) + LINE * size * text.count("<br>")
    return text_width(text, size, bold=bold), tall


def _letters(box: Box, text: str, size: float) -> Box:
    """The part of a box between the top of a d in its first line and the foot of a g in its last."""
    left, top, right, bottom = box
    first, last = top + round(ASCENT * size), bottom - round(DESCENT * size)
    return left, first - TALL * size, right, last + DEEP * size


def _ticks(layout: Mapping[str, Any], place: _Place) -> Iterator[Text]:
    for name, axis in (("x", place.x), ("y", place.y)):
        if axis.get("visible") is False:
            continue
        size = axis["tickfont"]["size"]
        low, high = sorted(axis["range"])
        for value, words in zip(axis["tickvals"], axis["ticktext"], strict=True):
            at = math.log10(value) if axis.get("type") == "log" else value
            if not words or not low - 1e-9 <= at <= high + 1e-9:
                continue
            long, tall = _size(words, size)
            if name == "x":
                x, top = float(place.across(value)), place.bottom + axis.get("ticklen", 5) + 3.5
                box = (x - long / 2, top, x + long / 2, top + tall)
            else:
                right, y = place.left - 0.7 - axis.get("ticklabelstandoff", 0), float(place.down(value))
                box = (right - long, y - tall / 2, right, y + tall / 2)
            yield Text(words, box, _letters(box, words, size), "tick")


def _bars(trace: Mapping[str, Any], place: _Place) -> Iterator[Box]:
    half = trace["width"] / 2
    lying = trace.get("orientation") == "h"
    positions, sizes = (trace["y"], trace["x"]) if lying else (trace["x"], trace["y"])
    for base, size, at in zip(trace["base"], sizes, positions, strict=True):
        along, across = (base, base + size), (at - half, at + half)
        xs = sorted(place.across(np.array(along if lying else across)))
        ys = sorted(place.down(np.array(across if lying else along)))
        left, right = (min(max(x, place.left), place.right) for x in xs)
        top, bottom = (min(max(y, place.top), place.bottom) for y in ys)
        if right - left > 0.5 and bottom - top > 0.5:
            yield left, top, right, bottom


def _marks(trace: Mapping[str, Any], points: NDArray[np.float64]) -> Iterator[Box]:
    sizes = np.broadcast_to(np.asarray(trace["marker"].get("size", 6), dtype=float), len(points))
    for (x, y), size in zip(points.tolist(), sizes.tolist(), strict=True):
        if math.isfinite(x + y):
            yield x - size / 2, y - size / 2, x + size / 2, y + size / 2


def _drawn_line(shape: Mapping[str, Any], place: _Place) -> Line:
    def end(number: int) -> tuple[float, float]:
        x, y = shape[f"x{number}"], shape[f"y{number}"]
        return (
            place.left + x * (place.right - place.left) if shape.get("xref") == "paper" else float(place.across(x)),
            place.bottom - y * (place.bottom - place.top) if shape.get("yref") == "paper" else float(place.down(y)),
        )

    is_limit = "paper" in (shape.get("xref"), shape.get("yref"))
    return Line("limit" if is_limit else "stem", np.array([end(0), end(1)]), is_limit)
