"""The look of traces by their role: lines, marks, areas, bars, nodes, locks and earlier tries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.rendering.figures.palette import DASHES, FILLS, NODE_SYMBOLS, SYMBOLS
from dashboard.rendering.figures.text import without_tags
from tracks.api.figures import Axis, Figure, Panel

# Lines that look the same in every series, by role: colour, width, dash.
_LINES = {
    "ghost": ("ghost", 1.25, "solid"),
    "drawn": ("ink", 1.25, "dot"),
    "connector": ("edge", 1, "solid"),
    "links": ("rule-2", 1, "solid"),
    "bridges": ("ink", 1.5, "4px,3px"),
    "gate": ("rule-2", 10, "solid"),
}
# No words beside a mark's or a line's own: Plotly would read them as HTML, and the lab shows none.
_UNSHOWN = {"meta", "text", "hovertext", "hovertemplate", "texttemplate", "customdata"}


PIXEL = 11  # pixels of a screen, of one square of a picture


def styled(trace: dict[str, Any], palette: Mapping[str, str]) -> dict[str, Any]:
    """Return a trace of ``tracks.api.charts`` in the colours of a theme."""
    role = trace["meta"]
    look = {key: value for key, value in trace.items() if key not in _UNSHOWN}
    if "name" in look:
        look["name"] = without_tags(look["name"])
    if role == "bar":
        look["marker"] = _fill(trace["marker"]["color"], palette)
        return look
    if "line" in trace:
        look |= _line(role, trace["line"]["color"], palette)
    if "marker" in trace:
        look["marker"] = _marker(role, trace["marker"]["color"], palette)
        look["marker"] |= {key: trace["marker"][key] for key in ("opacity", "size") if key in trace["marker"]}
        look["cliponaxis"] = False
    return look


def _line(role: str, series: str, palette: Mapping[str, str]) -> dict[str, Any]:
    if role == "spread":
        return {"line": {"width": 0}, "fillcolor": palette[series.replace("series", "tint")]}
    if role in _LINES:
        colour, width, dash = _LINES[role]
        return {"line": {"color": palette[colour], "width": width, "dash": dash}}
    if role == "seed":
        return {"line": {"color": palette[series], "width": 1}, "opacity": 0.45}
    return {"line": {"color": palette[series], "width": 2.5, "dash": DASHES[series]}}


def _marker(role: str, series: str, palette: Mapping[str, str]) -> dict[str, Any]:
    if role in ("node", "stale"):
        symbol, size = NODE_SYMBOLS[series]
        ring = {"color": palette[series], "width": 1.25}
        return {"color": palette[series if role == "node" else "paper"], "symbol": symbol, "size": size, "line": ring}
    if role == "pixel":
        return {"color": palette["ink"], "symbol": "square", "size": PIXEL}
    if role == "disc":
        return {"color": palette[series], "symbol": "circle", "opacity": 0.75, "line": {"width": 0}}
    if role == "you":
        return {"color": palette[series], "symbol": SYMBOLS[series], "size": 10}
    if role == "drawn":
        return {**_lock_marker(palette), "size": 6, "line": {"color": palette["ink"], "width": 1.25}}
    if role == "lock":
        return _lock_marker(palette)
    ring = {"color": palette[series], "width": 1.75}
    return {"color": palette["paper"], "symbol": SYMBOLS[series], "size": 9, "line": ring}


def _lock_marker(palette: Mapping[str, str]) -> dict[str, Any]:
    ring = {"color": palette["ink"], "width": 2}
    return {"symbol": "square", "size": 9, "color": palette["paper"], "line": ring}


def _fill(kind: str, palette: Mapping[str, str]) -> dict[str, Any]:
    colour, outline, shape, hatch, solidity = FILLS[kind]
    marker: dict[str, Any] = {"color": palette[colour], "line": {"color": palette[outline], "width": 1}}
    if shape:
        pattern = {"shape": shape, "bgcolor": palette[colour], "fgcolor": palette[hatch], "solidity": solidity}
        marker["pattern"] = {**pattern, "size": 7, "fillmode": "overlay", "fgopacity": 1}
    return marker


def lock_trace(x: float, y: float, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return the hollow square of a locked prediction."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "your lock",
        "x": [x],
        "y": [y],
        "marker": _lock_marker(palette),
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def computed_trace(x: float, y: float, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return the filled disc of the computed value beside a lock."""
    trace = lock_trace(x, y, palette)
    marker = {**trace["marker"], "symbol": "circle", "size": 10, "color": palette["ink"]}
    return {**trace, "name": "computed", "marker": marker}


def lock_line(x: float, y: float, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return the dotted line from a lock down to its baseline."""
    line = {"color": palette["ink"], "width": 1, "dash": "dot"}
    foot = panel.y.high if panel.y.scale == "category" else panel.y.low
    return {"type": "line", "x0": x, "x1": x, "y0": foot, "y1": y, "line": line, "layer": "below"}


def mean_lines(figure: Figure) -> list[dict[str, Any]]:
    """Return the lines of a figure that are no single seed, spread or connection."""
    return [trace for trace in figure["data"] if trace["meta"] == "mean" and "line" in trace and len(trace["x"])]


def earlier_line(figure: Figure) -> dict[str, Any] | None:
    """Return the line that stands for an earlier try: the first mean of the first series, else the first mean."""
    lines = mean_lines(figure)
    return min(lines, key=lambda trace: trace["line"].get("color") != "series-0", default=None)


def earlier_trace(line: dict[str, Any], name: str, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return the line of an earlier try, thin and grey."""
    return {**styled({**line, "meta": "ghost"}, palette), "name": name}


def earlier_point(x: float, y: float, name: str, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return the hollow circle of an earlier try."""
    ring = {"color": palette["ghost"], "width": 1.5}
    marker = {"symbol": "circle", "size": 9, "color": palette["paper"], "line": ring}
    return {"type": "scatter", "mode": "markers", "name": name, "x": [x], "y": [y], "marker": marker,
            "hoverinfo": "skip", "cliponaxis": False}  # fmt: skip


def last_shown(line: dict[str, Any], x: Axis, y: Axis) -> tuple[float, float]:
    """Return the last point of a line that lies in the frame, or the place in the frame nearest to its end."""
    for at in range(len(line["x"]) - 1, -1, -1):
        here, there = float(line["x"][at]), float(line["y"][at])
        if x.shows(here) and y.shows(there):
            return here, there
    return x.place(float(line["x"][-1])), y.place(float(line["y"][-1]))
