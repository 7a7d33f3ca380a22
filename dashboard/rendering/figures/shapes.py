"""Shapes of so many pixels in a figure: the circle around the number of a try, and a lock's mark beside the frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.rendering.figures.labels import DISC, Placed

_MARK = (3.0, 12.0, 4.5)  # px beside the frame where a mark begins and ends, and half its height


def disc_shape(label: Placed, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return the circle around the number of an earlier try."""
    half = DISC / 2
    x, y = label.xshift + (half if label.in_column else 0.0), label.yshift
    at = (1.0 if label.in_column else label.across, label.up)
    drawn = _drawn(at, (x - half, y - half, x + half, y + half), is_round=True)
    return {**drawn, "fillcolor": palette["paper"], "line": {"color": palette["edge"], "width": 1}}


def edge_mark(up: float, palette: Mapping[str, str], *, is_computed: bool) -> dict[str, Any]:
    """Return the square of a lock, or the disc of the computed value, beside the frame at that share of its height."""
    left, right, half = _MARK
    return {
        **_drawn((1.0, up), (left, -half, right, half), is_round=is_computed),
        "name": "computed" if is_computed else "your lock",
        "fillcolor": palette["ink" if is_computed else "paper"],
        "line": {"color": palette["ink"], "width": 2},
    }


def _drawn(at: tuple[float, float], box: tuple[float, float, float, float], *, is_round: bool) -> dict[str, Any]:
    """A circle or a rectangle in a box of pixels (left, bottom, right, top) around a place in shares of the frame.

    Tied to the axes instead, Plotly would cut it at the frame, and on a logarithmic one take the logarithm of its
    pixels and draw those below 0 elsewhere.
    """
    x0, y0, x1, y1 = (round(side, 2) for side in box)
    return {
        "type": "circle" if is_round else "rect",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xref": "paper",
        "yref": "paper",
        "xanchor": at[0],
        "yanchor": at[1],
        "x0": x0,
        "x1": x1,
        "y0": y0,
        "y1": y1,
        "layer": "above",
    }
