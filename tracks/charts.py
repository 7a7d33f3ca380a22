"""Plain-dict Plotly figures, unstyled: parts that say what they are, and leave colour, font and margins to the theme.

A part is ``{"data": [...], "shapes": [...], "annotations": [...]}``; ``figure(*parts)`` joins them. Colours are words
the theme knows ("series-0", "limit", "muted"), positions are data values on every kind of axis. Arrays are rounded
to what a screen can show, which keeps an answer small.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracks.figures import Figure

SERIES = ("series-0", "series-1", "series-2", "series-3")
Part = dict[str, Any]


def significant(values: ArrayLike) -> NDArray[np.float32]:
    """Return the values in single precision: seven digits, more than a screen shows, in half the bytes."""
    return np.asarray(values, dtype=np.float32)


def _part(
    data: list[dict[str, Any]] | None = None,
    shapes: list[dict[str, Any]] | None = None,
    annotations: list[dict[str, Any]] | None = None,
) -> Part:
    return {"data": data or [], "shapes": shapes or [], "annotations": annotations or []}


def figure(*parts: Part) -> Figure:
    """Join parts into one figure: bands and limits below, lines above them, labels on top."""
    return {
        "data": [trace for part in parts for trace in part["data"]],
        "layout": {
            "shapes": [shape for part in parts for shape in part["shapes"]],
            "annotations": [note for part in parts for note in part["annotations"]],
        },
    }


def curve(
    x: ArrayLike,
    y: ArrayLike,
    *,
    name: str,
    series: int = 0,
    role: Literal["mean", "seed", "ghost"] = "mean",
    label: str = "",
    value: str = "",
) -> Part:
    """A line; with ``label`` its name (bold) and ``value`` (regular) stand at its right end."""
    xs, ys = significant(x), significant(y)
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": xs,
        "y": ys,
        "line": {"color": SERIES[series]},
        "meta": role,
        "hoverinfo": "skip",
    }
    notes = [_end_label(float(xs[-1]), float(ys[-1]), label, value, series)] if label else []
    return _part([trace], annotations=notes)


def _end_label(x: float, y: float, label: str, value: str, series: int) -> dict[str, Any]:
    text = f"<b>{label}</b>" + (f" {value}" if value else "")
    return {"x": x, "y": y, "text": text, "color": f"label-{series}", "place": "end"}


def point(
    x: float,
    y: float,
    *,
    name: str,
    series: int = 0,
    role: Literal["you", "other"] = "you",
    label: str = "",
    value: str = "",
    place: str = "right",
) -> Part:
    """A marker: filled where the student stands, hollow for alternatives and published points."""
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [float(f"{x:.6g}")],
        "y": [float(f"{y:.6g}")],
        "marker": {"color": SERIES[series]},
        "meta": role,
        "hoverinfo": "skip",
    }
    text = f"<b>{label}</b>" + (f" {value}" if value else "")
    note = {"x": x, "y": y, "text": text, "color": f"label-{series}" if role == "you" else "muted", "place": place}
    return _part([trace], annotations=[note] if label else [])


def limit(
    value: float,
    label: str,
    *,
    axis: Literal["x", "y"] = "y",
    kind: Literal["cap", "target", "floor"] = "cap",
    place: str = "",
) -> Part:
    """A line right across: a cap (ink, bold label), a target (thin) or a floor (dashed)."""
    shape = {"type": "line", "axis": axis, "value": value, "kind": kind}
    text = f"<b>{label}</b>" if kind == "cap" else label
    note = {
        "axis": axis,
        "value": value,
        "text": text,
        "color": "ink" if kind == "cap" else "muted",
        "place": place or ("limit-x" if axis == "x" else "limit-y"),
    }
    return _part(shapes=[shape], annotations=[note])


def band(low: float, high: float, *, axis: Literal["x", "y"] = "y") -> Part:
    """A tinted band between two values of one axis: the allowed side of a target."""
    return _part(shapes=[{"type": "rect", "axis": axis, "low": low, "high": high}])


def note(x: float, y: float, text: str, *, place: str = "right") -> Part:
    """Words that help to read the figure."""
    return _part(annotations=[{"x": x, "y": y, "text": text, "color": "muted", "place": place}])
