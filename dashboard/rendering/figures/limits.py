"""Limits, targets and bands: lines and tints right across a figure, with their words beside its frame or above it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.rendering.figures.axes import share, up
from dashboard.rendering.figures.labels import PAD, Placed
from dashboard.rendering.figures.room import Room, Span
from tracks.api.figures import Panel

SIZE = 13  # px, of the words of a limit
TITLE = (11.0, 26.0)  # px above the frame between which the axis' title stands
_LINES = {"cap": ("ink", 1.25, "solid"), "target": ("muted", 1, "solid"), "floor": ("muted", 1, "4px,4px")}
_FREE = 3  # px that words keep from a limit's line


def limit_shapes(
    layout: dict[str, Any], panel: Panel, palette: Mapping[str, str], *, has_bars: bool
) -> list[dict[str, Any]]:
    """Return bands and lines; none lies off its axis. Over bars lines are drawn on top."""
    shapes: list[dict[str, Any]] = []
    for shape in sorted(layout["shapes"], key=lambda item: item["type"] != "rect"):
        own, other = shape["axis"], "y" if shape["axis"] == "x" else "x"
        axis = getattr(panel, own)
        across = {f"{other}ref": "paper", f"{other}0": 0, f"{other}1": 1, "layer": "below"}
        if shape["type"] == "rect":
            ends = {f"{own}0": axis.place(shape["low"]), f"{own}1": axis.place(shape["high"])}
            fill = {"fillcolor": palette["sunk"], "line": {"width": 0}}
            shapes.append({"type": "rect", **across, **ends, **fill})
        elif axis.shows(shape["value"]):
            colour, thick, dash = _LINES[shape["kind"]]
            line = {"color": palette[colour], "width": thick, "dash": dash}
            ends = {f"{own}0": shape["value"], f"{own}1": shape["value"]}
            drawn = {"type": "line", **across, **ends, "line": line}
            if has_bars:
                drawn["layer"] = "above"
                line["width"] = max(thick, 1.5) if shape["kind"] == "cap" else thick
            shapes.append(drawn)
    return shapes


def limit_room(layout: dict[str, Any], panel: Panel, height: float) -> Iterator[Span]:
    """Yield the room that the lines of limits take."""
    for shape in layout["shapes"]:
        if shape["type"] == "line" and getattr(panel, shape["axis"]).shows(shape["value"]):
            if shape["axis"] == "y":
                level = up(shape["value"], panel.y) * height
                yield 0.0, 0.0, 1.0, 0.0, level - _FREE, level + _FREE
            else:
                at = share(shape["value"], panel.x)
                yield at, -_FREE, at, _FREE, 0.0, height


def limit_words(layout: dict[str, Any], panel: Panel, axis: str) -> Iterator[Placed]:
    """Yield the words of the limits on one axis that the panel shows."""
    for note in layout["annotations"]:
        if note.get("axis") == axis and note["text"] and getattr(panel, axis).shows(note["value"]):
            value = note["value"]
            across, upwards = (0.0, up(value, panel.y)) if axis == "y" else (share(value, panel.x), 1.0)
            x, y = (panel.x.low, value) if axis == "y" else (value, panel.y.high)
            yield Placed(
                x=x, y=y, across=across, up=upwards, text=note["text"], colour=note["color"], place=note["place"],
                size=SIZE,
            )  # fmt: skip


def over_its_line(label: Placed, room: Room, *, beyond: float, inside: bool) -> float:
    """Anchor the words of an upright limit above its line, or beside it if there is no room; return what they cover.

    ``beyond`` is how far they may reach to the right of the frame there [px]; ``inside`` whether they may stand in it.
    """
    half, long, height = label.half, label.width, room.height
    above = (TITLE[0] + TITLE[1]) / 2
    tried = [(0.0, shift, above) for shift in (-1, -long / 2, 1 - long, 12, 30, 60, 90)]
    if inside:
        low, high = half + 3 - height, -half - 4
        steps = max(1, int((high - low) / 24))
        levels = [low, high, *(low + (high - low) * step / steps for step in range(1, steps))]
        tried += [(0.0, shift, level) for level in levels for shift in (6.0, -6.0 - long)]
    best, least = tried[0], math.inf
    for way in tried:
        _, shift, level = way
        room.beyond = beyond if level > 0 else 2.0
        middle = height + level
        cost = room.cost(label.across, shift - PAD, shift + long + PAD, middle - half, middle + half, least)
        if cost < least:
            best, least = way, cost
            if not cost:
                break
    room.beyond = 2.0
    _, label.xshift, label.yshift = best
    middle = height + label.yshift
    room.take(
        [(label.across, label.xshift - PAD, label.across, label.xshift + long + PAD, middle - half, middle + half)]
    )
    return least
