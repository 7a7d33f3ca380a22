"""The frame of a figure: where a value lies on its axis, which ticks an axis has, and how it is laid out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.rendering.figures.palette import Screen
from dashboard.rendering.figures.text import text_width, without_tags
from tracks.api.figures import Axis
from tracks.api.quantities import PREFIXES, in_words, quantity, read_quantity

NO_BREAK = "\u00a0"
_TICKS = 13  # px, size of the numbers and names at an axis
_BETWEEN = 3  # px between two names
FONT = "'Source Sans 3 Variable', system-ui, sans-serif"
RIGHT = 24  # px beside a frame without words there
COLUMN = 124  # px beside a frame for words at the heights of lines and limits
BESIDE_BARS = 80  # px of it where bars need the room: "your lock:" just fits beside its mark

# Where a figure stands: the first and the second of at most two, the first two of three, and the third below them;
# across a page that is no bench; or on the page that is handed in.
FigurePlace = Literal["wide", "side", "left", "right", "strip", "page", "print"]
_HEIGHTS: Mapping[FigurePlace, float] = {
    "wide": 228, "side": 228, "left": 172, "right": 172, "strip": 104, "page": 300, "print": 232,
}  # fmt: skip
# The same in a low window (dashboard/assets/css/bench.css).
_LOW_HEIGHTS: Mapping[FigurePlace, float] = {
    **_HEIGHTS, "wide": 184, "side": 184, "left": 144, "right": 144, "strip": 68,
}  # fmt: skip
# Between which widths a whole figure is drawn [px], on pages that are wider than a phone; and on phones.
_WIDTHS: Mapping[FigurePlace, tuple[float, float]] = {
    "wide": (408, 772),
    "side": (320, 772),
    "left": (364, 772),
    "right": (364, 772),
    "strip": (464, 704),
    "page": (700, 1200),
    "print": (760, 760),
}
_PHONE = (320.0, 400.0)


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


def unclipped(values: Any, axis: Axis) -> NDArray[np.float64]:
    """Return where many values lie along their axis; those off it below 0 or above 1."""
    at, low, high = np.asarray(values, dtype=np.float64), axis.low, axis.high
    if axis.scale == "log":
        at, low, high = np.log10(np.maximum(at, 1e-300)), math.log10(low), math.log10(high)
    found: NDArray[np.float64] = (at - low) / (high - low)
    return found


def up(value: float, axis: Axis) -> float:
    """Return how high a value lies on a vertical axis, 0..1; categories are read from the top down."""
    return 1 - share(value, axis) if axis.scale == "category" else share(value, axis)


@lru_cache(maxsize=512)
def base_layout(x: Axis, y: Axis, screen: Screen, place: FigurePlace, right: float) -> Mapping[str, Any]:
    """Return everything but the data; ``right`` is the room beside the frame [px]."""
    palette = screen.palette
    left = _left_margin(y, screen)
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
        "xaxis": _axis_layout(x, palette, along="x", room=frame_size(y, screen, place, right)[0][0]),
        "yaxis": _axis_layout(y, palette, along="y", room=left),
        "annotations": [_axis_title(x, palette, along="x"), _axis_title(y, palette, along="y")],
    }


@lru_cache(maxsize=512)
def frame_size(y: Axis, screen: Screen, place: FigurePlace, right: float) -> tuple[tuple[float, float], float]:
    """Return between which widths the frame at a place is drawn, and how high it is [px]."""
    least, most = _PHONE if screen.narrow else _WIDTHS[place]
    beside = _left_margin(y, screen) + right
    if screen.narrow:
        height = 272.0 if place in ("wide", "left") else 192.0
    else:
        height = (_LOW_HEIGHTS if screen.low else _HEIGHTS)[place]
    return (least - beside, most - beside), height


def room_beside(place: FigurePlace, screen: Screen, *, has_bars: bool) -> float:
    """Return the room for words at the right of a frame [px], as wide for every state of a panel."""
    if has_bars:
        return BESIDE_BARS
    return 92.0 if screen.narrow else 104.0 if place == "side" else COLUMN


def _left_margin(axis: Axis, screen: Screen) -> int:
    longest = max((text_width(text, 13) for text in ticks(axis)[1]), default=0)
    if axis.scale == "category":
        return min(max(36, 12 + math.ceil(longest)), 110 if screen.narrow else 150)
    return max(28, 10 + math.ceil(longest))


def axis_title(axis: Axis) -> str:
    """Return the words at an axis."""
    unit = axis.unit if axis.unit and axis.unit not in _SCALED else ""
    return f"{axis.label}, {unit}" if unit and unit not in axis.label else axis.label


def _axis_title(axis: Axis, palette: Mapping[str, str], *, along: str) -> dict[str, Any]:
    common = {"text": axis_title(axis), "showarrow": False, "xref": "paper", "yref": "paper"}
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
    else:
        layout["ticklabelstandoff"] = 4
    if axis.scale == "category":
        layout["ticktext"] = (
            _side_by_side(texts, room / len(texts), lines=1 if axis.label else 2)
            if along == "x"
            else [_within_room(text, room - 12, lines=2) for text in texts]
        )
        layout["tickfont"]["color"] = palette["ink-2"]
        if along == "x":
            layout["ticklen"] = 0
        else:
            layout |= {"range": ends[::-1], "ticklabelstandoff": 6}
    elif along == "x":
        every = _every(layout["ticktext"], room)
        layout |= {name: layout[name][::-every][::-1] for name in ("tickvals", "ticktext")}
    layout["ticktext"] = [without_tags(text) for text in layout["ticktext"]]
    return layout


def _every(texts: Sequence[str], room: float) -> int:
    """Of ticks along x, 1 where all fit side by side on an axis so long [px], 2 where every second does, and so on."""
    longest = max((text_width(text, 13) for text in texts), default=0.0)
    apart = room / max(1, len(texts) - 1)
    return min(max(1, math.ceil((longest + 8) / apart)), max(1, len(texts) - 1))


def _side_by_side(names: Sequence[str], apart: float, *, lines: int) -> list[str]:
    """Names so many pixels apart: whole where they fit, else the longer of two that touch in two lines or cut."""
    forms = [_shorter(name, lines) for name in names]
    shown = [0] * len(names)

    def long(place: int) -> float:
        return text_width(forms[place][shown[place]], _TICKS)

    for place in range(1, len(names)):
        while long(place - 1) + long(place) > 2 * (apart - _BETWEEN):
            pair = [each for each in (place - 1, place) if shown[each] + 1 < len(forms[each])]
            if not pair:
                break
            shown[max(pair, key=long)] += 1
    return [forms[place][which] for place, which in enumerate(shown)]


def _within_room(name: str, room: float, *, lines: int) -> str:
    """The longest form of a name that fits into so many pixels, or else the shortest."""
    forms = _shorter(name, lines)
    return next((form for form in forms if text_width(form, _TICKS) <= room), forms[-1])


def _shorter(name: str, lines: int) -> list[str]:
    """A name's forms, shorter and shorter: whole, in two lines where there may be two, and cut after a consonant."""
    breaks = [place for place, letter in enumerate(name) if letter == " " and lines > 1]
    breaks.sort(key=lambda place: abs(place - len(name) / 2))
    cuts = (name[:letters].rstrip("aeiouAEIOU -") or name[:letters] for letters in range(len(name) - 3, 2, -1))
    forms = [name, *(f"{name[:place]}<br>{name[place + 1 :]}" for place in breaks[:1]), *(f"{cut}." for cut in cuts)]
    return list(dict.fromkeys(forms))


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
