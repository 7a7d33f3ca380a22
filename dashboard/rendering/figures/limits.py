"""Limits, targets and bands: lines and tints right across a figure, with their words beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.rendering.figures.axes import log_position, share, up
from dashboard.rendering.figures.labels import LETTER, LINE, Box, covered
from tracks.api.figures import Panel

_LINES = {"cap": ("ink", 1.25, "solid"), "target": ("muted", 1, "solid"), "floor": ("muted", 1, "4px,4px")}


def limits(
    layout: dict[str, Any],
    panel: Panel,
    palette: Mapping[str, str],
    bars: Sequence[Box],
    points: Sequence[Box] = (),
    *,
    width: float,
    height: float,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Box]]:
    """Return shapes, labels and the room those take in pixels; none lies off its axis.

    Over ``bars`` (boxes in pixels) lines are drawn on top, and words where they cover the least of them; marks at
    ``points`` (boxes, too) drive words off alone.
    """
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
            if bars:
                drawn["layer"] = "above"
                line["width"] = max(thick, 1.5) if shape["kind"] == "cap" else thick
            shapes.append(drawn)
    notes: list[dict[str, Any]] = []
    boxes: list[Box] = []
    for note in layout["annotations"]:
        if "axis" in note and note["text"] and getattr(panel, note["axis"]).shows(note["value"]):
            placed, cost = note, 0.0
            if bars or points or panel.y.scale == "category" or note["axis"] == "x":
                placed, cost = _placed_along(note, panel, [*bars, *points, *boxes], width, height)
            notes.append(_limit_label(placed, panel, palette))
            if cost:
                notes[-1]["bgcolor"] = palette["paper"]
            boxes.append(_limit_box(placed, panel, width, height))
    return shapes, notes, boxes


def _placed_along(
    note: dict[str, Any], panel: Panel, taken: Sequence[Box], width: float, height: float
) -> tuple[dict[str, Any], float]:
    """Return the words of a limit at the place along its line where they cover least, and what they cover there."""
    places: tuple[str, ...]
    if note["axis"] == "y":
        places = (note["place"], "limit-y", "limit-y-right", "limit-y-below", "limit-y-right-below")
    elif panel.y.scale == "category":  # rows of bars leave room above the frame only
        places = ("limit-x-over", "limit-x-over-left")
    else:
        places = (note["place"], "limit-x", "limit-x-left", "limit-x-top", "limit-x-top-left")
    ceiling = height + (LINE + 4 if "over" in places[0] else 0)
    tried = [{**note, "place": place} for place in places]
    costs = [covered(_limit_box(each, panel, width, height), taken, width, ceiling) for each in tried]
    best = min(range(len(tried)), key=costs.__getitem__)
    return tried[best], costs[best]


def _limit_box(note: dict[str, Any], panel: Panel, width: float, height: float) -> Box:
    """The room a limit's label takes, in pixels from the panel's lower left corner."""
    long = LETTER * len(note["text"].replace("<b>", "").replace("</b>", ""))
    if note["axis"] == "x":
        at = share(note["value"], panel.x) * width
        left = at - 5 - long if "left" in note["place"] else at + 5
        bottom = height + 3 if "over" in note["place"] else height - LINE if "top" in note["place"] else 0.0
    else:
        left = width - long - 4 if "right" in note["place"] else 5.0
        bottom = up(note["value"], panel.y) * height - (LINE if "below" in note["place"] else 0.0)
    return left, bottom, left + long, bottom + LINE


def _limit_label(note: dict[str, Any], panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    font = {"size": 13, "color": palette[note["color"]]}
    common = {"text": note["text"], "showarrow": False, "font": font, "align": "left"}
    if note["axis"] == "y":
        right, below = "right" in note["place"], "below" in note["place"]
        return {
            **common,
            "xref": "paper",
            "x": 1 if right else 0,
            "xanchor": "right" if right else "left",
            "xshift": -4 if right else 5,
            "y": log_position(note["value"], panel.y),
            "yanchor": "top" if below else "bottom",
            "yshift": -1 if below else 1,
        }
    over = "over" in note["place"]
    return {
        **common,
        "yref": "paper",
        "y": 1 if over or "top" in note["place"] else 0,
        "yanchor": "top" if "top" in note["place"] else "bottom",
        "yshift": 3 if over else 0,
        "x": log_position(note["value"], panel.x),
        "xanchor": "right" if "left" in note["place"] else "left",
        "xshift": (-5 if "left" in note["place"] else 5) * (not over),
    }
