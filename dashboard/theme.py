"""The only styling of figures: turns an unstyled figure and its panel's fixed axes into what the page draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from dashboard.labels import GAP, LETTER, LINE, Box, Placed, spread
from tracks.figures import Axis, Figure, Panel
from tracks.quantities import in_words, quantity, read_quantity

NO_BREAK = "\u00a0"
FONT = "'Source Sans 3 Variable', system-ui, sans-serif"

LIGHT: Mapping[str, str] = {
    "paper": "#FFFFFF",
    "sunk": "#ECF0F3",
    "ink": "#10171F",
    "ink-2": "#3D4854",
    "muted": "#586572",
    "edge": "#788593",
    "ghost": "#87939F",
    "series-0": "#0072B2",
    "series-1": "#D55E00",
    "series-2": "#009E73",
    "series-3": "#CC79A7",
    "label-0": "#00649D",
    "label-1": "#AC4A00",
    "label-2": "#00724F",
    "label-3": "#9C4A78",
}
DARK: Mapping[str, str] = {
    "paper": "#131920",
    "sunk": "#1D252E",
    "ink": "#E9EDF1",
    "ink-2": "#BBC5CF",
    "muted": "#93A0AD",
    "edge": "#73808E",
    "ghost": "#6B7784",
    "series-0": "#4BA3DB",
    "series-1": "#EE7A2E",
    "series-2": "#26B58B",
    "series-3": "#DB94BB",
    "label-0": "#6FB9E8",
    "label-1": "#F58F4C",
    "label-2": "#4CC9A2",
    "label-3": "#E3A5C7",
}
_DASHES = {"series-0": "solid", "series-1": "7px,3px", "series-2": "2px,3px", "series-3": "7px,3px,2px,3px"}
_SYMBOLS = {"series-0": "circle", "series-1": "diamond", "series-2": "triangle-up", "series-3": "x"}

# One graph configuration for the whole lab. plotly shows "Share chart", which uploads, unless it is told not to.
GRAPH_CONFIG: Mapping[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["sendChartToCloud", "sendDataToCloud"],
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "staticPlot": False,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """What a browser says of itself: its theme and whether it is narrower than 800 px."""

    dark: bool = False
    narrow: bool = False

    @property
    def palette(self) -> Mapping[str, str]:
        """The colours of this theme by role."""
        return DARK if self.dark else LIGHT


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A locked prediction drawn on a panel: where, in the axes' units, and what it says."""

    x: float
    y: float
    text: str


def dress(
    figure: Figure, panel: Panel, *, screen: Screen, revision: str, marks: Iterable[Mark] = (), wide: bool = True
) -> Figure:
    """Return the figure in the lab's look, as a plain dict for ``dcc.Graph``.

    ``revision`` keeps zoom and focus while it stays the same; ``wide`` says whether the panel has the larger column.
    """
    palette = screen.palette
    width, height = (330, 256) if screen.narrow else (520, 212) if wide else (300, 212)
    traces = [_trace(trace, palette) for trace in figure["data"]]
    labels: list[Placed] = []
    shapes, notes, boxes = _limits(figure["layout"], panel, palette, width=width, height=height)
    for note in figure["layout"]["annotations"]:
        if "axis" not in note:
            labels.append(_placed(note, panel))
    dots = [dot for trace in figure["data"] if trace["meta"] == "mean" for dot in _dots(trace, panel, width, height)]
    for shape in figure["layout"]["shapes"]:
        if shape["type"] == "line" and shape["axis"] == "y" and panel.y.shows(shape["value"]):
            level = _share(shape["value"], panel.y) * height
            dots += [(width * (i + 0.5) / 10, level) for i in range(10)]
    for mark in marks:
        x, y = panel.x.place(mark.x), panel.y.place(mark.y)
        traces.append(_lock_trace(x, y, palette))
        shapes.append(_lock_line(x, y, panel, palette))
        labels.append(
            _placed({"x": x, "y": y, "text": mark.text, "color": "ink", "place": "right", "bold": True}, panel)
        )
    notes += [_annotation(label, panel, palette) for label in spread(labels, boxes, dots, width=width, height=height)]
    ends = max((label.width + GAP + 6 for label in labels if label.place == "end"), default=0.0)
    layout = dict(_base_layout(panel.x, panel.y, screen, 20 * math.ceil(ends / 20)))
    layout["shapes"] = shapes
    layout["annotations"] = [*layout["annotations"], *notes]
    layout["uirevision"] = revision
    return {"data": traces, "layout": layout}


def empty(panel: Panel, *, screen: Screen, revision: str, wide: bool = True) -> Figure:
    """Return a panel's frame with its limits and no data: what may be seen before the lock."""
    bare: Figure = panel.limits() if panel.limits else {"data": [], "layout": {"shapes": [], "annotations": []}}
    dressed = dress(bare, panel, screen=screen, revision=revision, wide=wide)
    notes = bare["layout"]["annotations"]
    taken = [_share(note["value"], panel.y) for note in notes if note.get("axis") == "y"]
    # Of three heights the one farthest from a limit's line and label.
    height = max((0.42, 0.22, 0.68), key=lambda place: min((abs(place - line - 0.05) for line in taken), default=1.0))
    words = {"text": panel.waiting, "showarrow": False, "font": {"size": 14, "color": screen.palette["muted"]}}
    dressed["layout"]["annotations"].append({"xref": "paper", "yref": "paper", "x": 0.5, "y": height, **words})
    return dressed


def _trace(trace: dict[str, Any], palette: Mapping[str, str]) -> dict[str, Any]:
    role = trace["meta"]
    styled = {key: value for key, value in trace.items() if key != "meta"}
    if "line" in trace:
        series = trace["line"]["color"]
        if role == "ghost":
            styled["line"] = {"color": palette["ghost"], "width": 1.25}
        else:
            styled["line"] = {"color": palette[series], "width": 2.5, "dash": _DASHES[series]}
            if role == "seed":
                styled["line"] = {"color": palette[series], "width": 1}
                styled["opacity"] = 0.45
    if "marker" in trace:
        series = trace["marker"]["color"]
        symbol = _SYMBOLS[series]
        if role == "you":
            styled["marker"] = {"color": palette[series], "symbol": symbol, "size": 10}
        else:
            ring = {"color": palette[series], "width": 1.75}
            styled["marker"] = {"color": palette["paper"], "symbol": symbol, "size": 9, "line": ring}
        styled["cliponaxis"] = False
    return styled


def _lock_trace(x: float, y: float, palette: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "your lock",
        "x": [x],
        "y": [y],
        "marker": {
            "symbol": "square",
            "size": 9,
            "color": palette["paper"],
            "line": {"color": palette["ink"], "width": 2},
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _lock_line(x: float, y: float, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    line = {"color": palette["ink"], "width": 1, "dash": "dot"}
    return {"type": "line", "x0": x, "x1": x, "y0": panel.y.low, "y1": y, "line": line, "layer": "below"}


_LINES = {"cap": ("ink", 1.25, "solid"), "target": ("muted", 1, "solid"), "floor": ("muted", 1, "4px,4px")}


def _limits(
    layout: dict[str, Any], panel: Panel, palette: Mapping[str, str], *, width: float, height: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Box]]:
    """Lines and bands that cross the whole panel, their labels, and the room those take; none lies off the axis."""
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
            shapes.append({"type": "line", **across, **ends, "line": line})
    notes: list[dict[str, Any]] = []
    boxes: list[Box] = []
    for note in layout["annotations"]:
        if "axis" in note and getattr(panel, note["axis"]).shows(note["value"]):
            notes.append(_limit_label(note, panel, palette))
            boxes.append(_limit_box(note, panel, width, height))
    return shapes, notes, boxes


def _dots(trace: dict[str, Any], panel: Panel, width: float, height: float) -> list[tuple[float, float]]:
    """Some points along a line in pixels, at equal distances of its data or, where those are few, between them."""
    xs, ys = trace["x"], trace["y"]
    if len(xs) == 2:
        (x0, x1), (y0, y1) = ((_share(float(v), a) for v in vs) for vs, a in ((xs, panel.x), (ys, panel.y)))
        return [((x0 + (x1 - x0) * i / 9) * width, (y0 + (y1 - y0) * i / 9) * height) for i in range(10)]
    chosen = range(0, len(xs), max(1, len(xs) // 12))
    return [(_share(float(xs[i]), panel.x) * width, _share(float(ys[i]), panel.y) * height) for i in chosen]


def _limit_box(note: dict[str, Any], panel: Panel, width: float, height: float) -> Box:
    """The room a limit's label takes, in pixels from the panel's lower left corner."""
    long = LETTER * len(note["text"].replace("<b>", "").replace("</b>", ""))
    if note["axis"] == "x":
        left = _share(note["value"], panel.x) * width + 5
        bottom = height - LINE if "top" in note["place"] else 0.0
    else:
        left = width - long - 4 if "right" in note["place"] else 5.0
        bottom = _share(note["value"], panel.y) * height - (LINE if "below" in note["place"] else 0.0)
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
            "y": _log_position(note["value"], panel.y),
            "yanchor": "top" if below else "bottom",
            "yshift": -1 if below else 1,
        }
    return {
        **common,
        "yref": "paper",
        "y": 1 if "top" in note["place"] else 0,
        "yanchor": "top" if "top" in note["place"] else "bottom",
        "x": _log_position(note["value"], panel.x),
        "xanchor": "left",
        "xshift": 5,
    }


def _log_position(value: float, axis: Axis) -> float:
    """Annotations on a logarithmic axis are placed by the logarithm; shapes and traces are not."""
    return math.log10(value) if axis.scale == "log" else value


def _share(value: float, axis: Axis) -> float:
    """Where a value lies along its axis, 0..1."""
    low, high = _log_position(axis.low, axis), _log_position(axis.high, axis)
    return (_log_position(axis.place(value), axis) - low) / (high - low)


def _placed(note: dict[str, Any], panel: Panel) -> Placed:
    x, y = panel.x.place(note["x"]), panel.y.place(note["y"])
    text = f"<b>{note['text']}</b>" if note.get("bold") else note["text"]
    return Placed(
        x=x, y=y, across=_share(x, panel.x), up=_share(y, panel.y), text=text, colour=note["color"], place=note["place"]
    )


def _annotation(label: Placed, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    return {
        "x": _log_position(label.x, panel.x),
        "y": _log_position(label.y, panel.y),
        "text": label.text,
        "showarrow": False,
        "align": "left",
        "font": {"size": 14, "color": palette[label.colour]},
        "xanchor": label.xanchor,
        "yanchor": label.yanchor,
        "xshift": label.xshift,
        "yshift": label.yshift,
    }


@lru_cache(maxsize=512)
def _base_layout(x: Axis, y: Axis, screen: Screen, ends: int) -> Mapping[str, Any]:
    """Everything but the data; ``ends`` is the room in pixels that labels at line ends need."""
    palette = screen.palette
    right = min(ends, 84 if screen.narrow else 140) if ends else 24
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 14, "color": palette["ink-2"]},
        "margin": {"l": _left_margin(y), "r": right, "t": 28, "b": 40, "pad": 0},
        "showlegend": False,
        "hovermode": False,
        "dragmode": False,
        "barmode": "overlay",
        "xaxis": _axis_layout(x, palette, line=True),
        "yaxis": _axis_layout(y, palette, line=False),
        "annotations": [_axis_title(x, palette, along="x"), _axis_title(y, palette, along="y")],
    }


def _left_margin(axis: Axis) -> int:
    longest = max((len(text) for text in ticks(axis)[1]), default=0)
    return max(28, 10 + 7 * longest)


def _axis_title(axis: Axis, palette: Mapping[str, str], *, along: str) -> dict[str, Any]:
    unit = axis.unit if axis.unit and axis.unit not in ("B", "iB", "share", "x", "s", "J", "W", "bit/s") else ""
    text = f"{axis.label}, {unit}" if unit and unit not in axis.label else axis.label
    common = {"text": text, "showarrow": False, "xref": "paper", "yref": "paper"}
    font = {"font": {"size": 13, "color": palette["muted"]}}
    if along == "y":
        return {**common, **font, "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 8}
    return {**common, **font, "x": 1, "xanchor": "right", "y": 0, "yanchor": "top", "yshift": -21}


def _axis_layout(axis: Axis, palette: Mapping[str, str], *, line: bool) -> dict[str, Any]:
    low, high = _log_position(axis.low, axis), _log_position(axis.high, axis)
    values, texts = ticks(axis)
    layout: dict[str, Any] = {
        "range": [low, high],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showline": line,
        "tickvals": list(values),
        "ticktext": list(texts),
        "tickfont": {"size": 13, "color": palette["muted"]},
        "automargin": False,
        "ticklabeloverflow": "allow",
        "title": {"text": ""},
    }
    if axis.scale == "log":
        layout["type"] = "log"
    elif axis.scale == "linear":
        layout["type"] = "linear"
    elif axis.scale == "none":
        layout["visible"] = False
    if line:
        layout |= {"linecolor": palette["edge"], "linewidth": 1, "ticks": "outside", "ticklen": 4, "tickwidth": 1}
        layout["tickcolor"] = palette["edge"]
    return layout


@lru_cache(maxsize=512)
def ticks(axis: Axis) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return at most six tick values of an axis and their texts."""
    if axis.scale in ("category", "none"):
        return (), ()
    if axis.scale == "log":
        first, last = math.ceil(math.log10(axis.low) - 1e-9), math.floor(math.log10(axis.high) + 1e-9)
        every = 1
        while (last - first) // every + 1 > 6:
            every += 1 if every < 3 else 3
        values = tuple(10.0**exponent for exponent in range(last, first - 1, -every))[::-1]
        if last - first < 2:
            values = next((found for digits in ((1, 2, 5), (1, 3)) if len(found := _within(axis, digits)) <= 6), values)
        if len(values) < 2:
            values = _even(axis)
    else:
        values = _even(axis)
    unit = axis.unit if axis.unit in _SCALED else ""
    texts = tuple(in_words(value, unit) for value in values)
    gaps = [high - low for low, high in pairwise(values)]
    near = [min(pair) for pair in zip([*gaps, math.inf], [math.inf, *gaps], strict=True)]
    if any(abs(read_quantity(text, unit) - v) > 0.02 * gap for text, v, gap in zip(texts, values, near, strict=True)):
        texts = tuple(_exact(value, unit) for value in values)  # three digits would put them elsewhere
    return values, texts


_SCALED = ("B", "iB", "share", "x", "s", "J", "W", "bit/s")


def _within(axis: Axis, digits: tuple[int, ...]) -> tuple[float, ...]:
    """The values of a logarithmic axis that have one of these first digits and nothing but noughts after it."""
    decades = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    return tuple(v for v in (float(f"{m}e{e}") for e in decades for m in digits) if axis.shows(v))


def _even(axis: Axis) -> tuple[float, ...]:
    """At most six values at equal, round distances."""
    span = axis.high - axis.low
    step = 10 ** math.floor(math.log10(span / 5))
    step *= next(m for m in (1, 2, 2.5, 5, 10) if span / (step * m) <= 5.001)
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    return tuple(float(f"{count * step:.12g}") for count in range(first, last + 1))


def _exact(value: float, unit: str) -> str:
    """A value in as many digits as it has, in the unit that ``in_words`` would choose."""
    _, name = quantity(value, unit)
    digits = f"{value / read_quantity(f'1 {name}', unit):.12g}".replace("-", "−")
    return f"{digits}{'' if name in ('%', '×', '') else NO_BREAK}{name}"
