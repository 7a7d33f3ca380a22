"""Bars in a figure: the room they take, and the words above and inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.labels import LINE, Box, text_width
from dashboard.theme_axes import log_position, share, up
from tracks.figures import Axis, Panel

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
    layout: dict[str, Any], panel: Panel, palette: Mapping[str, str], *, width: float, height: float
) -> tuple[list[dict[str, Any]], list[Box]]:
    """Return the words of bars as annotations, with the room they take in pixels.

    A bar that the frame's top cuts has its value above the frame with an arrow. Where words would touch the axis'
    title they stand inside. Words inside are left out where none of their versions fits into what is seen of the bar.
    """
    notes = [note for note in layout["annotations"] if "box" in note]
    lines = [shape for shape in layout["shapes"] if shape["type"] == "line"] if notes else []
    levels = [up(line["value"], panel.y) * height for line in lines if line["axis"] == "y"]
    sides = [share(line["value"], panel.x) * width for line in lines if line["axis"] == "x"]
    drawn: list[dict[str, Any]] = []
    boxes: list[Box] = []
    for note in notes:
        if note["place"] == "over":
            words, box = _over(note, panel, palette, width, height)
            drawn.append(words)
            boxes.append(box)
    for note in notes:
        if note["place"] == "inside":
            x0, y0, x1, y1 = _pixels(note["box"], panel, width, height)
            y1 = min([y1, *(box[1] for box in boxes if box[0] < (x0 + x1) / 2 < box[2] and y0 < box[1] < y1)])
            y0, y1 = _clear(y0, y1, levels, LINE + 2)
            pad = 2 * _PAD if note["color"] == "ink" else 0
            text = next((text for text in note["texts"] if text_width(text) + pad <= x1 - x0), "")
            if text and y1 - y0 >= LINE + 2:
                x0, x1 = _clear(x0, x1, sides, text_width(text) + pad)
                x, y = _value((x0 + x1) / 2 / width, panel.x), _value((y0 + y1) / 2 / height, panel.y, upwards=True)
                drawn.append(_text(text, x, y, panel, palette[note["color"]], "middle"))
                if note["color"] == "ink":  # on a colour or a pattern
                    drawn[-1]["bgcolor"] = palette["paper"]
    return drawn, boxes


def _over(
    note: dict[str, Any], panel: Panel, palette: Mapping[str, str], width: float, height: float
) -> tuple[dict[str, Any], Box]:
    """Return the words above a bar and the room they take."""
    middle, top = (note["box"][0] + note["box"][2]) / 2, note["box"][3]
    text = f"↑ {note['texts'][0]}" if top > panel.y.high else note["texts"][0]
    if panel.x.categories and text_width(text) > width / len(panel.x.categories):
        text = text.replace("\u00a0", "<br>")
    long, tall = text_width(text), LINE * (1 + text.count("<br>"))
    across, at = share(middle, panel.x) * width, up(top, panel.y) * height
    left, right = across - long / 2, across + long / 2
    room = height + (8 if left < _TITLE * len(panel.y.label) else _MARGIN)
    inside = at + tall > room
    words = _text(text, middle, panel.y.place(top), panel, palette["ink"], "top" if inside else "bottom")
    words |= {"bgcolor": palette["paper"], "yshift": -2 if inside else 2}
    return words, (left, at - tall - 2, right, at) if inside else (left, at + 1, right, at + 1 + tall)


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
