"""A bench's styled figure as SVG: the same axes, traces, limits and words that the page draws, made without a browser.

It reads the plain dicts that ``style_figure`` returns, so it knows the few kinds of traces and shapes that these hold:
lines, tinted areas, marks, bars, limits, bands, discs and words.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from tracks.api.figures import Figure

WIDTH, HEIGHT = 760.0, 300.0  # px of the drawing, which the place "print" is made for
LINE = 1.3  # height of a line of words, by the size of its letters
LIMIT = 1e4  # px; what lies farther off is drawn there, since it is cut at the frame anyway

_TAG = re.compile(r"(</?(?:b|i|sub|sup)>|<br>)")
_ANCHORS = {"left": "start", "right": "end"}
_DASHES = {"solid": "", "dot": "1.5 3"}
# The corners of marks, by half their size; their areas are about equal.
_CORNERS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "triangle-up": ((0, -1.2), (1.15, 0.8), (-1.15, 0.8)),
    "x": ((-0.5, -1), (0, -0.5), (0.5, -1), (1, -0.5), (0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (-0.5, 1), (-1, 0.5),
          (-0.5, 0), (-1, -0.5)),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class _Frame:
    """Where the values of a figure's axes lie in the drawing [px]; ``name`` is what the ids in it begin with."""

    layout: Mapping[str, Any]
    name: str
    left: float
    top: float
    width: float
    height: float
    patterns: list[Markup] = field(default_factory=list)

    @classmethod
    def of(cls, figure: Figure, name: str) -> _Frame:
        margin = figure["layout"]["margin"]
        width, height = WIDTH - margin["l"] - margin["r"], HEIGHT - margin["t"] - margin["b"]
        return cls(layout=figure["layout"], name=name, left=margin["l"], top=margin["t"], width=width, height=height)

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def _share(self, value: float, along: str, *, is_position: bool) -> float:
        """Return where a value lies on its axis, 0..1; with ``is_position`` a log axis gets its logarithm."""
        axis = self.layout[f"{along}axis"]
        value = float(value)
        if axis.get("type") == "log" and not is_position:
            value = math.log10(value) if value > 0 else -math.inf if value == 0 else math.nan
        low, high = axis["range"]
        return float((value - low) / (high - low))

    def x(self, value: float, *, ref: str = "x", is_position: bool = False) -> float:
        """Return the place of a value along x; NaN for what has none."""
        share = float(value) if ref == "paper" else self._share(value, "x", is_position=is_position)
        return _bounded(self.left + share * self.width)

    def y(self, value: float, *, ref: str = "y", is_position: bool = False) -> float:
        """Return the place of a value along y, from the top; NaN for what has none."""
        share = float(value) if ref == "paper" else self._share(value, "y", is_position=is_position)
        return _bounded(self.bottom - share * self.height)


def figure_svg(figure: Figure, *, name: str, title: str) -> Markup:
    """Return a styled figure as an SVG element.

    Parameters
    ----------
    figure : Figure
        As ``style_figure`` returns it for the place "print".
    name : str
        What the ids in it begin with; of the figures of one page, each has another.
    title : str
        The same as a text, for those who do not see it.
    """
    frame = _Frame.of(figure, name)
    shapes = figure["layout"]["shapes"]
    drawn = [
        *(_shape(frame, shape) for shape in shapes if shape.get("layer") == "below"),
        *_axes(frame),
        *(part for trace in figure["data"] for part in _trace(frame, trace)),
        *(_shape(frame, shape) for shape in shapes if shape.get("layer") != "below"),
        *(_note(frame, note) for note in figure["layout"]["annotations"]),
    ]
    clip = Markup('<clipPath id="{}-frame"><rect x="{}" y="{}" width="{}" height="{}"/></clipPath>').format(
        name, *(_px(value) for value in (frame.left, frame.top, frame.width, frame.height))
    )
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg"><defs>{}</defs>{}</svg>'
    ).format(
        f"{WIDTH:g}",
        f"{HEIGHT:g}",
        title,
        clip + Markup("").join(frame.patterns),
        Markup("").join(drawn),
    )


def _bounded(value: float) -> float:
    return value if math.isnan(value) else min(max(value, -LIMIT), LIMIT)


def _px(value: float) -> str:
    """Return a place in a tenth of a pixel, without a sign before zero."""
    return f"{value:.1f}".replace("-0.0", "0.0").removesuffix(".0")


def _stroke(line: Mapping[str, Any]) -> Markup:
    """Return the attributes of a line's look."""
    dash = str(line.get("dash", "solid"))
    dash = _DASHES.get(dash, dash.replace("px", "").replace(",", " "))
    dashed = Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")
    return Markup('stroke="{}" stroke-width="{}"{}').format(line.get("color", "none"), line.get("width", 1), dashed)


# --- axes ------------------------------------------------------------------------------------------------------------


def _axes(frame: _Frame) -> Iterator[Markup]:
    """The horizontal axis with its marks, and the texts along both."""
    across, upright = frame.layout["xaxis"], frame.layout["yaxis"]
    if across.get("visible", True):
        line = {"color": across["linecolor"], "width": across["linewidth"]}
        yield _line(frame.left, frame.bottom, frame.left + frame.width, frame.bottom, line)
        for value, text in zip(across["tickvals"], across["ticktext"], strict=True):
            x, long = frame.x(value), across["ticklen"]
            if long:
                yield _line(x, frame.bottom, x, frame.bottom + long, {"color": across["tickcolor"]})
            yield _words(x, frame.bottom + 5, text, across["tickfont"], xanchor="center", yanchor="top")
    if upright.get("visible", True):
        x = frame.left - upright.get("ticklabelstandoff", 4)
        for value, text in zip(upright["tickvals"], upright["ticktext"], strict=True):
            yield _words(x, frame.y(value), text, upright["tickfont"], xanchor="right", yanchor="middle")


def _line(x1: float, y1: float, x2: float, y2: float, look: Mapping[str, Any]) -> Markup:
    places = [_px(value) for value in (x1, y1, x2, y2)]
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" {}/>').format(*places, _stroke(look))


# --- traces ----------------------------------------------------------------------------------------------------------


def _trace(frame: _Frame, trace: Mapping[str, Any]) -> Iterator[Markup]:
    if trace["type"] == "bar":
        yield from _bars(frame, trace)
        return
    points = [(frame.x(x), frame.y(y)) for x, y in zip(trace["x"], trace["y"], strict=True)]
    if "lines" in trace["mode"]:
        yield _path(frame, points, trace)
    if "markers" in trace["mode"]:
        marker = trace["marker"]
        opacities = marker.get("opacity", 1.0)
        every = [opacities] * len(points) if isinstance(opacities, (int, float)) else opacities
        for (x, y), opacity in zip(points, every, strict=True):
            if opacity > 0 and not math.isnan(x + y):
                yield _mark(x, y, marker, float(opacity))


def _path(frame: _Frame, points: Sequence[tuple[float, float]], trace: Mapping[str, Any]) -> Markup:
    """A line, interrupted where a value is missing, or the area that it goes round; cut at the frame."""
    steps, is_drawn = [], False
    for x, y in points:
        if math.isnan(x + y):
            is_drawn = False
            continue
        steps.append(f"{'L' if is_drawn else 'M'}{_px(x)} {_px(y)}")
        is_drawn = True
    is_area = "fill" in trace
    look = _stroke(trace["line"]) if trace["line"].get("width", 1) else Markup('stroke="none"')
    return Markup('<path d="{}" fill="{}" {} opacity="{}" clip-path="url(#{}-frame)" stroke-linejoin="round"/>').format(
        " ".join(steps) + ("Z" if is_area and steps else ""),
        trace["fillcolor"] if is_area else "none",
        look,
        trace.get("opacity", 1),
        frame.name,
    )


def _mark(x: float, y: float, marker: Mapping[str, Any], opacity: float) -> Markup:
    half = marker["size"] / 2
    ring = marker.get("line") or {"color": "none", "width": 0}
    look = Markup('fill="{}" {} opacity="{}"').format(marker["color"], _stroke(ring), f"{opacity:g}")
    shape = marker["symbol"]
    if shape == "circle":
        return Markup('<circle cx="{}" cy="{}" r="{}" {}/>').format(_px(x), _px(y), _px(half), look)
    corners = _CORNERS.get(shape, _CORNERS["x"])
    steps = " ".join(f"{_px(x + half * a)},{_px(y + half * b)}" for a, b in corners)
    return Markup('<polygon points="{}" {}/>').format(steps, look)


def _bars(frame: _Frame, trace: Mapping[str, Any]) -> Iterator[Markup]:
    lies, half = trace.get("orientation") == "h", trace["width"] / 2
    sizes, places = (trace["x"], trace["y"]) if lies else (trace["y"], trace["x"])
    fill = _fill(frame, trace["marker"])
    for place, base, size in zip(places, trace["base"], sizes, strict=True):
        ends, sides = (float(base), float(base) + float(size)), (float(place) - half, float(place) + half)
        x0, x1 = sorted(frame.x(value) for value in (ends if lies else sides))
        y0, y1 = sorted(frame.y(value) for value in (sides if lies else ends))
        yield Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" {} clip-path="url(#{}-frame)"/>').format(
            *(_px(value) for value in (x0, y0, x1 - x0, y1 - y0)), fill, _stroke(trace["marker"]["line"]), frame.name
        )


def _fill(frame: _Frame, marker: Mapping[str, Any]) -> str:
    """Return the fill of a bar: its colour, or the hatching that tells it apart without colour."""
    pattern = marker.get("pattern")
    if not pattern:
        return str(marker["color"])
    name, size = f"{frame.name}-fill-{len(frame.patterns)}", pattern["size"]
    thick = size * pattern["solidity"]
    rising, falling = f"M-1 1 L1 -1 M0 {size} L{size} 0 M{size - 1} {size + 1} L{size + 1} {size - 1}", ""
    if pattern["shape"] == "x":
        falling = f" M-1 {size - 1} L1 {size + 1} M0 0 L{size} {size} M{size - 1} -1 L{size + 1} 1"
    drawn = Markup('<path d="{}" stroke="{}" stroke-width="{}"/>').format(
        rising + falling, pattern["fgcolor"], f"{thick:.2f}"
    )
    if pattern["shape"] == ".":
        radius = size * math.sqrt(pattern["solidity"] / math.pi)
        drawn = Markup('<circle cx="{0}" cy="{0}" r="{1}" fill="{2}"/>').format(
            f"{size / 2:g}", f"{radius:.2f}", pattern["fgcolor"]
        )
    frame.patterns.append(
        Markup(
            '<pattern id="{0}" width="{1}" height="{1}" patternUnits="userSpaceOnUse">'
            '<rect width="{1}" height="{1}" fill="{2}"/>{3}</pattern>'
        ).format(name, size, pattern["bgcolor"], drawn)
    )
    return f"url(#{name})"


# --- shapes and words ------------------------------------------------------------------------------------------------


def _shape(frame: _Frame, shape: Mapping[str, Any]) -> Markup:
    line = shape.get("line") or {"width": 0}
    if shape.get("xsizemode") == "pixel":
        x, y = frame.x(shape["xanchor"], ref=shape["xref"]), frame.y(shape["yanchor"], ref=shape["yref"])
        middle = x + (shape["x0"] + shape["x1"]) / 2, y - (shape["y0"] + shape["y1"]) / 2
        across = abs(shape["x1"] - shape["x0"])
        if shape["type"] == "rect":
            corner = middle[0] - across / 2, middle[1] - across / 2
            return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" {}/>').format(
                *(_px(value) for value in (*corner, across, across)), shape["fillcolor"], _stroke(line)
            )
        return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" {}/>').format(
            *(_px(value) for value in (*middle, across / 2)), shape["fillcolor"], _stroke(line)
        )
    xs = [frame.x(shape[end], ref=shape.get("xref", "x")) for end in ("x0", "x1")]
    ys = [frame.y(shape[end], ref=shape.get("yref", "y")) for end in ("y0", "y1")]
    if shape["type"] == "line":
        return _line(xs[0], ys[0], xs[1], ys[1], line)
    (x0, x1), (y0, y1) = sorted(xs), sorted(ys)
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(
        *(_px(value) for value in (x0, y0, x1 - x0, y1 - y0)), shape["fillcolor"]
    )


def _note(frame: _Frame, note: Mapping[str, Any]) -> Markup:
    x = frame.x(note["x"], ref=note.get("xref", "x"), is_position=True) + note.get("xshift", 0)
    y = frame.y(note["y"], ref=note.get("yref", "y"), is_position=True) - note.get("yshift", 0)
    font, has_paper = note["font"], "bgcolor" in note or "shadow" in note["font"]
    xanchor, yanchor = note.get("xanchor", "center"), note.get("yanchor", "middle")
    return _words(x, y, note["text"], font, xanchor=xanchor, yanchor=yanchor, has_paper=has_paper)


def _words(
    x: float,
    y: float,
    text: str,
    font: Mapping[str, Any],
    *,
    xanchor: str,
    yanchor: str,
    has_paper: bool = False,
) -> Markup:
    """Words at a place, in as many lines as they have; with paper around their letters where something lies behind."""
    size, lines = float(font["size"]), text.split("<br>")
    tall = LINE * size
    above = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[yanchor] * tall * len(lines)
    first = y - above + tall / 2 + 0.34 * size
    paper = Markup(' paint-order="stroke" stroke="#fff" stroke-width="4" stroke-linejoin="round"')
    drawn = Markup("").join(
        Markup('<tspan x="{}" y="{}">{}</tspan>').format(_px(x), _px(first + number * tall), _letters(line))
        for number, line in enumerate(lines)
    )
    # A style, since the page's own rule for texts would win over attributes.
    return Markup('<text text-anchor="{}" style="font-size:{}px;fill:{};font-weight:{}"{}>{}</text>').format(
        _ANCHORS.get(xanchor, "middle"),
        f"{size:g}",
        font["color"],
        font.get("weight", 400),
        paper if has_paper else Markup(""),
        drawn,
    )


def _letters(line: str) -> Markup:
    """One line with its bold, raised and lowered parts."""
    parts: list[Markup] = []
    active: set[str] = set()
    raised = 0.0
    for part in _TAG.split(line):
        if _TAG.fullmatch(part):
            (active.discard if part.startswith("</") else active.add)(part.strip("</>"))
            continue
        if not part:
            continue
        target = 0.3 if "sup" in active else -0.2 if "sub" in active else 0.0
        look = "font-weight:600;" if "b" in active else ""
        look += "font-style:italic;" if "i" in active else ""
        look += "font-size:75%;" if target else ""
        moved = Markup(' dy="{}em"').format(f"{raised - target:.2g}") if raised != target else Markup("")
        parts.append(Markup('<tspan style="{}"{}>{}</tspan>').format(look, moved, html.unescape(part)))
        raised = target
    return Markup("").join(parts)
