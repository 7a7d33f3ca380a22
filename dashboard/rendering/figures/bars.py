"""Bars in a figure: the room they take, and the words above and inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.rendering.figures.axes import log_position, share, up
from dashboard.rendering.figures.labels import LINE, Box, text_width
from tracks.api.figures import Axis, Panel

_PAD = 4  # px of paper on each side of words on a bar
_MARGIN = 26  # px above the frame
_TITLE = 6.5  # px, mean advance of an axis' title


def bar_boxes(trace: dict[str, Any], panel: Panel, width: float, height: float) -> list[Box]:
    """Return the boxes of a trace of bars in pixels from the lower left corner, as far as the frame shows them."""
    half = trace["width"] / 2
    if trace.get("orientation") == "h":
        sides = zip(trace["base"], trace["x"], trace["y"], strict=True)
        corners = [(base, place - half, base + size, place + half) for base, size, place in sides]
    else:
        sides = zip(trace["base"], trace["y"], trace["x"], strict=True)
        corners = [(place - half, base, place + half, base + size) for base, size, place in sides]
    return [_pixels(box, panel, width, height) for box in corners]


def _pixels(box: Sequence[float], panel: Panel, width: float, height: float) -> Box:
    x0, x1 = (share(float(box[at]), panel.x) * width for at in (0, 2))
    y0, y1 = sorted(up(float(box[at]), panel.y) * height for at in (1, 3))
    return x0, y0, x1, y1


def bar_words(
    layout: dict[str, Any],
    panel: Panel,
    palette: Mapping[str, str],
    stems: Sequence[float] = (),
    *,
    width: float,
    height: float,
) -> tuple[list[dict[str, Any]], list[Box]]:
    """Return the words of bars as annotations, with the room they take in pixels.

    A bar that the frame's top cuts has an arrow before its value. Words inside are left out where none of their
    versions fits into what is seen of the bar. Words that a limit's line or one of the ``stems`` (values along x at
    which a line comes down) would strike through stand on paper.
    """
    notes = [note for note in layout["annotations"] if "box" in note]
    lines = [shape for shape in layout["shapes"] if shape["type"] == "line"] if notes else []
    levels = [up(line["value"], panel.y) * height for line in lines if line["axis"] == "y"]
    sides = [share(line["value"], panel.x) * width for line in lines if line["axis"] == "x"]
    sides += [share(stem, panel.x) * width for stem in stems]
    drawn: list[dict[str, Any]] = []
    boxes: list[Box] = []
    for note in notes:
        if note["place"] == "over":
            words, box = _over(note, panel, palette, width, height)
            if _struck(box, levels, sides) or words["yanchor"] == "top":
                words["bgcolor"] = palette["paper"]
            drawn.append(words)
            boxes.append(box)
    for note in notes:
        if note["place"] == "inside":
            x0, y0, x1, y1 = _pixels(note["box"], panel, width, height)
            middle = (x0 + x1) / 2
            y1 = min([y1, *(box[1] for box in boxes if box[0] < middle < box[2] and box[1] < y1 and box[3] > y0)])
            words_inside = _inside(note, (x0, y0, x1, y1), levels, sides)
            if words_inside:
                text, x, y, struck = words_inside
                x, y = _value(x / width, panel.x), _value(y / height, panel.y, upwards=True)
                drawn.append(_text(text, x, y, panel, palette[note["color"]], "middle"))
                if struck or note["color"] == "ink":  # on a colour or a pattern
                    drawn[-1]["bgcolor"] = palette["paper"]
    return drawn, boxes


def _over(
    note: dict[str, Any], panel: Panel, palette: Mapping[str, str], width: float, height: float
) -> tuple[dict[str, Any], Box]:
    """Return the words above a bar and the room they take: in smaller type or in two lines where bars are close."""
    middle, top = (note["box"][0] + note["box"][2]) / 2, note["box"][3]
    text, arrow = note["texts"][0], "↑ " if top > panel.y.high else ""
    room, size = width / max(1, len(panel.x.categories)), 14
    if text_width(arrow + text) > room:
        size, arrow = 13, arrow.strip()
        if text_width(arrow + text) * size / 14 > room:
            text = text.replace("\u00a0", "<br>")
    text = arrow + text
    long, tall = text_width(text) * size / 14, LINE * (1 + text.count("<br>"))
    across, at = share(middle, panel.x) * width, up(top, panel.y) * height
    left, right = across - long / 2, across + long / 2
    inside = at + tall > height + (8 if left < _TITLE * len(panel.y.label) else _MARGIN)
    words = _text(text, middle, panel.y.place(top), panel, palette["ink"], "top" if inside else "bottom")
    words["font"]["size"] = size
    words["yshift"] = -2 if inside else 1
    return words, (left, at - tall - 2, right, at) if inside else (left, at + 1, right, at + 1 + tall)


def _struck(box: Box, levels: Sequence[float], sides: Sequence[float]) -> bool:
    """Whether a line goes through the letters in a box."""
    left, bottom, right, top = box
    return any(bottom + 4 < level < top - 4 for level in levels) or any(left < side < right for side in sides)


def _inside(
    note: dict[str, Any], box: Box, levels: Sequence[float], sides: Sequence[float]
) -> tuple[str, float, float, bool] | None:
    """Return the first words that fit into a box, their middle, and whether a line must be covered for them."""
    pad = 2 * _PAD if note["color"] == "ink" else 0
    found = None
    for text in note["texts"]:
        x0, y0, x1, y1 = box
        needed = text_width(text) + pad
        if needed <= x1 - x0 and y1 - y0 >= LINE + 2:
            y0, y1 = _clear(y0, y1, levels, LINE + 2)
            x0, x1 = _clear(x0, x1, sides, needed)
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            struck = _struck((x - needed / 2, y - LINE / 2, x + needed / 2, y + LINE / 2), levels, sides)
            found = found or (text, x, y, struck)
            if not struck:
                return text, x, y, False
    return found


def _clear(low: float, high: float, levels: Sequence[float], needed: float) -> tuple[float, float]:
    """Return the longer side of a bar that a limit's line crosses, if words in its middle would touch the line."""
    for level in levels:
        if abs(level - (low + high) / 2) < needed / 2 + 2:
            longer = (low, level) if level - low > high - level else (level, high)
            low, high = longer if longer[1] - longer[0] >= needed else (low, high)
    return low, high


def _value(part: float, axis: Axis, *, upwards: bool = False) -> float:
    """The value at a share of an axis."""
    if upwards and axis.scale == "category":
        part = 1 - part
    low, high = log_position(axis.low, axis), log_position(axis.high, axis)
    at = low + part * (high - low)
    return float(10**at) if axis.scale == "log" else at


def _text(text: str, x: float, y: float, panel: Panel, colour: str, yanchor: str) -> dict[str, Any]:
    return {
        "x": log_position(x, panel.x),
        "y": log_position(y, panel.y),
        "text": text,
        "showarrow": False,
        "font": {"size": 14, "color": colour},
        "xanchor": "center",
        "yanchor": yanchor,
        "borderpad": 1,
    }
