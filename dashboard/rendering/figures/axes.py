"""The frame of a figure: where a value lies on its axis, which ticks an axis has, and how it is laid out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from dashboard.rendering.figures.labels import without_tags
from dashboard.rendering.figures.palette import Screen
from tracks.api.figures import Axis
from tracks.api.quantities import PREFIXES, in_words, quantity, read_quantity

NO_BREAK = "\u00a0"
FONT = "'Source Sans 3 Variable', system-ui, sans-serif"
RIGHT = 24  # px beside a frame without labels at line ends

# Where a figure stands: the first and the second of at most two, the first two of three, and the third below them;
# across a page that is no bench; or on the page that is handed in.
FigurePlace = Literal["wide", "side", "left", "right", "strip", "page", "print"]
_FRAMES: Mapping[FigurePlace, tuple[float, float]] = {
    "wide": (460, 212),
    "side": (300, 212),
    "left": (400, 172),
    "right": (400, 172),
    "strip": (640, 104),
    "page": (940, 300),
    "print": (690, 232),
}
_MIN_WIDTH: Mapping[FigurePlace, float] = {
    "wide": 500,
    "side": 300,
    "left": 360,
    "right": 360,
    "strip": 500,
    "page": 700,
    "print": 760,
}


def place_of(number: int, panels: int) -> FigurePlace:
    """Return where the figure of a number stands among so many."""
    return ("wide", "side")[number] if panels < 3 else ("left", "right", "strip")[number]


def log_position(value: float, axis: Axis) -> float:
    """Annotations on a logarithmic axis are placed by the logarithm; shapes and traces are not."""
    return math.log10(value) if axis.scale == "log" else value


def share(value: float, axis: Axis) -> float:
    """Where a value lies along its axis, 0..1."""
    low, high = axis.low, axis.high
    value = low if value < low else high if value > high else value
    if axis.scale == "log":
        start = math.log10(low)
        return (math.log10(value) - start) / (math.log10(high) - start)
    return (value - low) / (high - low)


def shares(values: Iterable[float], axis: Axis) -> list[float]:
    """Return where many values lie along their axis, 0..1."""
    low, high = axis.low, axis.high
    inside = [min(max(float(value), low), high) for value in values]
    if axis.scale == "log":
        low, high = math.log10(low), math.log10(high)
        inside = [math.log10(value) for value in inside]
    span = high - low
    return [(value - low) / span for value in inside]


def up(value: float, axis: Axis) -> float:
    """Return how high a value lies on a vertical axis, 0..1; categories are read from the top down."""
    return 1 - share(value, axis) if axis.scale == "category" else share(value, axis)


@lru_cache(maxsize=512)
def base_layout(x: Axis, y: Axis, screen: Screen, place: FigurePlace, ends: int) -> Mapping[str, Any]:
    """Return everything but the data; ``ends`` is the room in pixels that labels at line ends need."""
    palette = screen.palette
    left, right = _left_margin(y, screen), min(ends, 96 if screen.narrow else 140) if ends else RIGHT
    room = smallest_frame(y, screen, place) + RIGHT - right
    margin = {"l": left, "r": right, "t": 28, "b": 40, "pad": 0}
    if x.scale == y.scale == "none":
        margin = {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 0}
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 14, "color": palette["ink-2"]},
        "margin": margin,
        "showlegend": False,
        "hovermode": False,
        "dragmode": False,
        "barmode": "overlay",
        "xaxis": _axis_layout(x, palette, along="x", room=room),
        "yaxis": _axis_layout(y, palette, along="y", room=left),
        "annotations": [_axis_title(x, palette, along="x"), _axis_title(y, palette, along="y")],
    }


def frame_size(y: Axis, screen: Screen, place: FigurePlace) -> tuple[float, float]:
    """Return how wide and high the frame at a place is on an ordinary screen of its kind [px]."""
    if screen.narrow:
        return smallest_frame(y, screen, place), 272 if place in ("wide", "left") else 192
    return _FRAMES[place]


def smallest_frame(y: Axis, screen: Screen, place: FigurePlace) -> float:
    """Return how wide a frame without labels at line ends is on the smallest screen of its kind [px]."""
    return (340 if screen.narrow else _MIN_WIDTH[place]) - _left_margin(y, screen) - RIGHT


def _left_margin(axis: Axis, screen: Screen) -> int:
    longest = max((len(text) for text in ticks(axis)[1]), default=0)
    if axis.scale == "category":
        return min(max(36, 10 + 7 * longest), 110 if screen.narrow else 150)
    return max(28, 10 + 7 * longest)


def _axis_title(axis: Axis, palette: Mapping[str, str], *, along: str) -> dict[str, Any]:
    unit = axis.unit if axis.unit and axis.unit not in _SCALED else ""
    text = f"{axis.label}, {unit}" if unit and unit not in axis.label else axis.label
    common = {"text": text, "showarrow": False, "xref": "paper", "yref": "paper"}
    font = {"font": {"size": 13, "color": palette["muted"]}}
    if along == "y":
        return {**common, **font, "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 8}
    return {**common, **font, "x": 1, "xanchor": "right", "y": 0, "yanchor": "top", "yshift": -21}


def _axis_layout(axis: Axis, palette: Mapping[str, str], *, along: str, room: float) -> dict[str, Any]:
    """``room`` is the length of the axis along x, or the width that its names have along y [px]."""
    ends = [log_position(axis.low, axis), log_position(axis.high, axis)]
    values, texts = ticks(axis)
    layout: dict[str, Any] = {
        "range": ends,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showline": along == "x",
        "tickvals": list(values),
        "ticktext": list(texts),
        "tickfont": {"size": 13, "color": palette["muted"]},
        "automargin": False,
        "ticklabeloverflow": "allow",
        "title": {"text": ""},
    }
    if axis.scale == "log":
        layout["type"] = "log"
    elif axis.scale == "none":
        layout["visible"] = False
    else:
        layout["type"] = "linear"
    if along == "x":
        layout |= {"linecolor": palette["edge"], "linewidth": 1, "ticks": "outside", "ticklen": 4, "tickwidth": 1}
        layout["tickcolor"] = palette["edge"]
    if axis.scale == "category":
        each = room / len(texts) - 4 if along == "x" else room - 12
        layout["ticktext"] = [_fitted(text, each, lines=1 if axis.label and along == "x" else 2) for text in texts]
        layout["tickfont"]["color"] = palette["ink-2"]
        if along == "x":
            layout["ticklen"] = 0
        else:
            layout |= {"range": ends[::-1], "ticklabelstandoff": 6}
    layout["ticktext"] = [without_tags(text) for text in layout["ticktext"]]
    return layout


def _fitted(name: str, room: float, *, lines: int) -> str:
    """A category's name within so many pixels: whole, in two lines where there may be two, or cut after a consonant."""
    letters = max(3, int(room / 6.3))
    if len(name) <= letters:
        return name
    breaks = [place for place, letter in enumerate(name) if letter == " " and lines > 1]
    for place in sorted(breaks, key=lambda place: abs(place - len(name) / 2)):
        if max(place, len(name) - place - 1) <= letters:
            return f"{name[:place]}<br>{name[place + 1 :]}"
    return (name[: letters - 1].rstrip("aeiouAEIOU -") or name[: letters - 1]) + "."


@lru_cache(maxsize=512)
def ticks(axis: Axis) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return at most six tick values of an axis and their texts; of categories, all names at 0, 1, 2..."""
    if axis.scale == "none":
        return (), ()
    if axis.scale == "category":
        return tuple(float(place) for place in range(len(axis.categories))), axis.categories
    if axis.scale == "log":
        first, last = math.ceil(math.log10(axis.low) - 1e-9), math.floor(math.log10(axis.high) + 1e-9)
        every = 1
        while (last - first) // every + 1 > 6:
            every += 1 if every < 3 else 3
        values = tuple(10.0**exponent for exponent in range(last, first - 1, -every))[::-1]
        if axis.unit == "iB":
            values = _powers_of_two(axis)
        elif axis.unit == "s" and axis.high > 60:
            values = _round_times(axis)
        elif last - first < 2:
            values = next((found for digits in ((1, 2, 5), (1, 3)) if len(found := _within(axis, digits)) <= 6), values)
        if len(values) < 2:
            values = _even(axis)
    else:
        values = _even(axis)
    unit = axis.unit if axis.unit in _SCALED else ""
    texts = tuple("0" if value == 0 and unit in ("B", "iB") else in_words(value, unit) for value in values)
    gaps = [high - low for low, high in pairwise(values)]
    near = [min(pair) for pair in zip([*gaps, math.inf], [math.inf, *gaps], strict=True)]
    if any(abs(read_quantity(text, unit) - v) > 0.02 * gap for text, v, gap in zip(texts, values, near, strict=True)):
        texts = tuple(_exact(value, unit) for value in values)  # three digits would put them elsewhere
    return values, texts


def factor_ticks(edge: float, farthest: float, *, most: int) -> tuple[list[float], list[str]]:
    """Return factors that an axis from 1 / edge to edge names, and their texts: "1000× low", "1000× high".

    On each side of 1 there are at most two, or the outermost with ``most`` 1; none is beyond the ``farthest`` that is
    drawn, but for a first decade.
    """
    decades = math.log10(farthest)
    steps = [3.0, 10.0] if decades < 2 else [10.0 ** math.ceil(decades / 2), 10.0 ** math.floor(decades)]
    outward = sorted({step for step in steps if step < edge**0.8})[-most:]
    values = [*(1 / step for step in reversed(outward)), *outward]
    return values, [f"{in_words(max(value, 1 / value), 'x')} {'high' if value > 1 else 'low'}" for value in values]


_SCALED = tuple(unit for unit in PREFIXES if unit != "points")
# Times that are read off a clock or a calendar, and how far apart they may stand on an even axis, by the unit written.
_MINUTE, _HOUR, _DAY, _YEAR = 60.0, 3600.0, 86_400.0, 31_536_000.0
_BELOW = tuple(float(f"{m}e{e}") for e in range(-6, 1) for m in (1, 2, 5))
_ABOVE = tuple(_YEAR * float(f"{m}e{e}") for e in range(30) for m in (1, 2, 5))
_CLOCK = (
    *(time for time in _BELOW if time < 10),
    *(10.0, 30.0, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 5 * _DAY, 10 * _DAY, 30 * _DAY, 100 * _DAY),
    *_ABOVE,
)
_FEWER_TIMES = (
    *(10.0**exponent for exponent in range(-6, 2)),
    *(_MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, 10 * _DAY, 100 * _DAY),
    *(_YEAR * 10.0**exponent for exponent in range(30)),
)
_LANDMARKS = (1e-6, 1e-3, 1.0, _MINUTE, _HOUR, _DAY, *(_YEAR * 10.0**exponent for exponent in range(0, 30, 3)))
_ROUND_STEPS = {"s": (1, 2, 5, 10, 15, 30), "min": (1, 2, 5, 10, 15, 30), "h": (1, 2, 6, 12, 24)}


def _within(axis: Axis, digits: tuple[int, ...]) -> tuple[float, ...]:
    """The values of a logarithmic axis that have one of these first digits and only zeros after it."""
    decades = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    return tuple(v for v in (float(f"{m}e{e}") for e in decades for m in digits) if axis.shows(v))


def _powers_of_two(axis: Axis) -> tuple[float, ...]:
    """At most six powers of two at equal distances, for bytes of memory on a logarithmic axis."""
    first, last = math.ceil(math.log2(axis.low) - 1e-9), math.floor(math.log2(axis.high) + 1e-9)
    every = next(step for step in range(1, last - first + 3) if last // step - -(-first // step) < 6)
    return tuple(2.0**exponent for exponent in range(-(-first // every) * every, last + 1, every))


def _round_times(axis: Axis) -> tuple[float, ...]:
    """At most six times that a clock or a calendar is read by, about evenly far apart on a logarithmic axis."""
    shown = [[time for time in steps if axis.shows(time)] for steps in (_CLOCK, _FEWER_TIMES, _LANDMARKS)]
    fitting = [times for times in shown if len(times) <= 6]
    return tuple(fitting[0]) if fitting else tuple(shown[-1][:: -(-len(shown[-1]) // 6)])


def _even(axis: Axis) -> tuple[float, ...]:
    """At most six values at equal distances, round in the unit in which the longest is written."""
    _, name = quantity(max(abs(axis.low), abs(axis.high)), axis.unit)
    one = read_quantity(f"1 {name}", axis.unit) if axis.unit in ("iB", "s") else 1.0
    low, high = axis.low / one, axis.high / one
    step = 10 ** math.floor(math.log10((high - low) / 5))
    fitting = [wide for wide in _ROUND_STEPS.get(name, ()) if (high - low) / wide <= 5.001]
    if axis.unit == "s" and fitting and step >= 1:
        step = fitting[0]
    else:
        step *= next(m for m in (1, 2, 2.5, 5, 10) if (high - low) / (step * m) <= 5.001)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(float(f"{count * step:.12g}") * one for count in range(first, last + 1))


def _exact(value: float, unit: str) -> str:
    """A value in as many digits as it has, in the unit that ``in_words`` would choose."""
    _, name = quantity(value, unit)
    digits = f"{value / read_quantity(f'1 {name}', unit):.12g}".replace("-", "−")
    return f"{digits}{'' if name in ('%', '×', '') else NO_BREAK}{name}"
