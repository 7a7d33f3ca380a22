"""Bars in a figure: the room they take, and the words above and inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.labels import LETTER, LINE, Box, covered, text_width
from dashboard.theme_axes import log_position, share, up
from tracks.figures import Axis, Panel

_PAD = 4  # px of paper on each side of words on a bar
_CUT = LINE + 4  # px that the value of a bar cut at the frame's top takes of it


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
    notes: Sequence[dict[str, Any]], panel: Panel, palette: Mapping[str, str], *, width: float, height: float
) -> tuple[list[dict[str, Any]], list[Box]]:
    """Return the words of bars as annotations, with the room they take in pixels.

    Words above a bar that the frame's top cuts, or beside the axis' title, stand on paper at its upper end; words
    inside are left out where none of their versions fits into what is seen of the bar.
    """
    title = (0.0, height + 8, 6.5 * len(panel.y.label), height + 26)
    room = width / len(panel.x.categories) if panel.x.categories else width
    drawn: list[dict[str, Any]] = []
    boxes: list[Box] = []
    cut: set[float] = set()
    for note in notes:
        if note["place"] == "over":
            middle, top = (note["box"][0] + note["box"][2]) / 2, note["box"][3]
            text = note["texts"][0]
            if _long(text) > room and "\u00a0" in text:
                text = text.replace("\u00a0", "<br>")
            long, lines = text_width(text), 1 + text.count("<br>")
            across, at = share(middle, panel.x) * width, up(top, panel.y) * height
            box = (across - long / 2, at + 1, across + long / 2, at + 1 + LINE * lines)
            if top > panel.y.high or covered(box, [title], width, 2 * height):
                cut.add(middle)
                text = f"↑ {text}" if top > panel.y.high and long + 2 * LETTER < room else text
                drawn.append(_text(text, middle, panel.y.place(top), panel, palette["ink"], "top", palette["paper"]))
                drawn[-1]["yshift"] = -3
                box = (box[0], at - _CUT, box[2], at)
            else:
                drawn.append(_text(text, middle, top, panel, palette["ink"], "bottom"))
            boxes.append(box)
    for note in notes:
        if note["place"] == "inside":
            x0, y0, x1, y1 = _pixels(note["box"], panel, width, height)
            middle = (note["box"][0] + note["box"][2]) / 2
            if middle in cut and y1 >= height - 1:
                y1 -= _CUT
            text = next((text for text in note["texts"] if _long(text) <= x1 - x0), "")
            if text and y1 - y0 >= LINE + 2:
                x, y = _value((x0 + x1) / 2 / width, panel.x), _value((y0 + y1) / 2 / height, panel.y, upwards=True)
                ground = "" if note["color"] == "fail" else palette["paper"]
                drawn.append(_text(text, x, y, panel, palette[note["color"]], "middle", ground))
    return drawn, boxes


def _long(text: str) -> float:
    return text_width(text) + 2 * _PAD


def _value(part: float, axis: Axis, *, upwards: bool = False) -> float:
    """The value at a share of an axis."""
    if upwards and axis.scale == "category":
        part = 1 - part
    low, high = log_position(axis.low, axis), log_position(axis.high, axis)
    at = low + part * (high - low)
    return float(10**at) if axis.scale == "log" else at


def _text(text: str, x: float, y: float, panel: Panel, colour: str, yanchor: str, ground: str = "") -> dict[str, Any]:
    note = {
        "x": log_position(x, panel.x),
        "y": log_position(y, panel.y),
        "text": text,
        "showarrow": False,
        "font": {"size": 14, "color": colour},
        "xanchor": "center",
        "yanchor": yanchor,
        "borderpad": 0 if ground else 1,
    }
    return {**note, "bgcolor": ground} if ground else note
