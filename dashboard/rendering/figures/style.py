"""The only styling of figures: turns an unstyled figure and its panel's fixed axes into what the page draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.rendering.figures.axes import (
    FigurePlace,
    base_layout,
    frame_size,
    log_position,
    share,
    shares,
    smallest_frame,
    ticks,
    up,
)
from dashboard.rendering.figures.bars import bar_boxes, bar_words
from dashboard.rendering.figures.labels import GAP, LINE, Box, Placed, spread, struck, text_width, without_tags
from dashboard.rendering.figures.limits import limits
from dashboard.rendering.figures.palette import DARK, LIGHT, Screen
from dashboard.rendering.figures.traces import (
    computed_trace,
    earlier_line,
    earlier_point,
    earlier_trace,
    last_shown,
    lock_line,
    lock_trace,
    mean_lines,
    styled,
)
from tracks.api.figures import Figure, Panel

__all__ = ["DARK", "GRAPH_CONFIG", "LIGHT", "EarlierTry", "Mark", "Screen", "empty", "style_figure", "ticks"]

END_ROOM = 80  # px of words that a phone has beside a frame
DISC = 18  # px across the circled number of an earlier try
MARK = 6  # px from the middle of a mark to its edge

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
class Mark:
    """A locked prediction, or the computed value beside it, drawn on a panel: where, in the axes' units, and its words.

    ``is_computed`` says that it is the computed value.
    """

    x: float
    y: float
    text: str
    is_computed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierTry:
    """An earlier try drawn on a panel: its number, its unstyled figure, and where the student stood then."""

    number: int
    figure: Figure
    point: tuple[float, float] | None = None


def style_figure(
    figure: Figure,
    panel: Panel,
    *,
    screen: Screen,
    revision: str,
    marks: Iterable[Mark] = (),
    earlier_tries: Sequence[EarlierTry] = (),
    before: Figure | None = None,
    place: FigurePlace = "wide",
    tall: float = 0,
) -> Figure:
    """Return the figure in the lab's look, as a plain dict for ``dcc.Graph``.

    ``revision`` keeps zoom and focus while it stays the same; ``place`` says where the figure stands, and ``tall`` how
    high its frame is there [px], where that follows from what it shows.
    Of each earlier try its first mean line is drawn below the figure's own, or else its point. Of ``before``, the state
    that a slider moves away from, all mean lines are, with the names at their ends.
    """
    palette = screen.palette
    width, height = frame_size(panel.y, screen, place)
    height = tall or height
    traces: list[dict[str, Any]] = []
    labels: list[Placed] = []
    bars: list[Box] = []
    points: list[Box] = []
    dots: list[tuple[float, float]] = []
    for earlier in earlier_tries:
        _add_earlier_try(earlier, panel, palette, traces, labels)
    for line in mean_lines(before) if before else ():
        traces.append(earlier_trace(line, f"{line['name']}, before", palette))
    for note in before["layout"]["annotations"] if before else ():
        if note["place"] == "end":
            labels.append(_placed({**note, "color": "muted"}, panel))
    if any(trace["meta"] == "bar" for trace in figure["data"]):
        width = smallest_frame(panel.y, screen, place)  # words on bars must fit on the smallest screen
    for trace in figure["data"]:
        traces.append(styled(trace, palette))
        if trace["meta"] == "mean":
            dots += _dots(trace, panel, width, height)
        elif trace["meta"] == "bar":
            bars += bar_boxes(trace, panel, width, height)
        elif trace["meta"] in ("you", "other"):
            points += _around(trace, panel, width, height)
    written = figure["layout"]["annotations"]
    marks = tuple(marks)
    stems = [panel.x.place(mark.x) for mark in marks]
    fixed, boxes = bar_words(figure["layout"], panel, palette, stems, width=width, height=height)
    covers = [*bars, *boxes]
    shapes, notes, taken = limits(figure["layout"], panel, palette, covers, points, width=width, height=height)
    of_limits = list(zip(notes, taken, strict=True))
    boxes += [*bars, *taken]
    for note in written:
        if note["place"] == "halo":
            notes.append(_halo(_placed(note, panel), panel, palette))
        elif "axis" not in note and "box" not in note:
            labels.append(_placed(note, panel))
    for shape in figure["layout"]["shapes"]:
        if shape["type"] == "line" and getattr(panel, shape["axis"]).shows(shape["value"]):
            dots += _dots_of_limit(shape, panel, width, height)
    for words, box in of_limits:
        if struck(box, dots):
            words.setdefault("bgcolor", palette["veil"])
    for mark in marks:
        x, y = panel.x.place(mark.x), panel.y.place(mark.y)
        traces.append(computed_trace(x, y, palette) if mark.is_computed else lock_trace(x, y, palette))
        shapes.append(lock_line(x, y, panel, palette))
        if bars and mark.is_computed:
            continue  # a bar's end says its value already
        labels.append(
            _placed({"x": x, "y": y, "text": mark.text, "color": "ink", "place": "right", "bold": True}, panel)
        )
    labels = [_in_lines(label) if screen.narrow else label for label in labels]
    if panel.x.scale != "none":
        boxes += [(-80, -40, width, -3), (-80, 0, -3, height)]  # what the axes say
        boxes.append(
            (0, height, text_width(panel.y.label), height + 2 * LINE)
        )  # over the frame, the upper one its name
    for label in spread(labels, boxes, dots, width=width, height=height):
        notes.append(_annotation(label, panel, palette))
        if not label.long and (bars or label.struck):
            notes[-1]["bgcolor"] = palette["paper" if bars else "veil"]
        if label.long:
            shapes.append(_disc(label, notes[-1], palette))
    ends = max((label.width + GAP + 6 for label in labels if label.place == "end"), default=0.0)
    layout = dict(base_layout(panel.x, panel.y, screen, place, 20 * math.ceil(ends / 20)))
    layout["shapes"] = shapes
    notes.sort(key=lambda note: "bgcolor" not in note)  # what is behind some words hides no others
    layout["annotations"] = [*layout["annotations"], *notes, *fixed]
    layout["uirevision"] = revision
    layout["annotations"] = [{**note, "text": without_tags(note["text"])} for note in layout["annotations"]]
    return {"data": traces, "layout": layout}


def empty(panel: Panel, *, screen: Screen, revision: str, place: FigurePlace = "wide") -> Figure:
    """Return a panel's frame with its limits and no data: what may be seen before the lock."""
    bare: Figure = panel.limits() if panel.limits else {"data": [], "layout": {"shapes": [], "annotations": []}}
    dressed = style_figure(bare, panel, screen=screen, revision=revision, place=place)
    notes = bare["layout"]["annotations"]
    taken = [up(note["value"], panel.y) for note in notes if note.get("axis") == "y"]
    # Of three heights the one farthest from a limit's line and label.
    height = max((0.42, 0.22, 0.68), key=lambda place: min((abs(place - line - 0.05) for line in taken), default=1.0))
    font = {"size": 14, "color": screen.palette["muted"]}
    words = {"text": without_tags(panel.waiting), "showarrow": False, "font": font}
    dressed["layout"]["annotations"].append({"xref": "paper", "yref": "paper", "x": 0.5, "y": height, **words})
    return dressed


def _dots(trace: dict[str, Any], panel: Panel, width: float, height: float) -> list[tuple[float, float]]:
    """Some points along a line in pixels, at equal distances of its data or, where those are few, between them."""
    every = max(1, len(trace["x"]) // 12)
    xs, ys = shares(trace["x"][::every], panel.x), shares(trace["y"][::every], panel.y)
    if panel.y.scale == "category":
        ys = [1 - y for y in ys]
    if len(xs) == 2:
        (x0, x1), (y0, y1) = xs, ys
        return [((x0 + (x1 - x0) * i / 9) * width, (y0 + (y1 - y0) * i / 9) * height) for i in range(10)]
    return [(x * width, y * height) for x, y in zip(xs, ys, strict=True)]


def _dots_of_limit(shape: dict[str, Any], panel: Panel, width: float, height: float) -> list[tuple[float, float]]:
    """Some points along a limit in pixels; one on the axis across is closely dotted, since words are long and low."""
    if shape["axis"] == "y":
        level = up(shape["value"], panel.y) * height
        return [(width * (i + 0.5) / 10, level) for i in range(10)]
    at, count = share(shape["value"], panel.x) * width, max(1, int(height / 6))
    return [(at, height * (i + 0.5) / count) for i in range(count)]


def _around(trace: dict[str, Any], panel: Panel, width: float, height: float) -> list[Box]:
    """The room that marks take, in pixels."""
    places = zip(shares(trace["x"], panel.x), shares(trace["y"], panel.y), strict=True)
    at = ((x * width, (1 - y if panel.y.scale == "category" else y) * height) for x, y in places)
    return [(x - MARK, y - MARK, x + MARK, y + MARK) for x, y in at]


def _placed(note: dict[str, Any], panel: Panel) -> Placed:
    x, y = panel.x.place(note["x"]), panel.y.place(note["y"])
    text = f"<b>{note['text']}</b>" if note.get("bold") else note["text"]
    return Placed(
        x=x, y=y, across=share(x, panel.x), up=up(y, panel.y), text=text, colour=note["color"], place=note["place"]
    )


def _in_lines(label: Placed) -> Placed:
    """Return a label at a line's end that is too long for a phone's margin with its value below its name."""
    if label.place != "end" or label.width <= END_ROOM or "</b> " not in label.text:
        return label
    return replace(label, text=label.text.replace("</b> ", "</b><br>", 1))


def _annotation(label: Placed, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    return {
        "x": log_position(label.x, panel.x),
        "y": log_position(label.y, panel.y),
        "text": label.text,
        "showarrow": False,
        "align": "left",
        "font": {"size": 14, "color": palette[label.colour]},
        "xanchor": label.xanchor,
        "yanchor": label.yanchor,
        "xshift": label.xshift,
        "yshift": label.yshift,
    }


def _add_earlier_try(
    earlier: EarlierTry, panel: Panel, palette: Mapping[str, str], traces: list[dict[str, Any]], labels: list[Placed]
) -> None:
    """Add an earlier try: its line with the circled number at its end, or its point with the number beside it."""
    line, name = earlier_line(earlier.figure), f"try {earlier.number}"
    if line is not None:
        traces.append(earlier_trace(line, name, palette))
        x, y = last_shown(line, panel.x, panel.y)
    elif earlier.point is not None:
        x, y = panel.x.place(earlier.point[0]), panel.y.place(earlier.point[1])
        traces.append(earlier_point(x, y, name, palette))
    else:
        return
    note = {"x": x, "y": y, "text": str(earlier.number), "color": "muted", "place": "right", "bold": True}
    placed = _placed(note, panel)
    labels.append(placed if line is None else replace(placed, long=DISC))


def _disc(label: Placed, note: dict[str, Any], palette: Mapping[str, str]) -> dict[str, Any]:
    """Return the circle around the number of an earlier try, and set the number in its middle."""
    half = DISC / 2
    x = label.xshift + {"left": half, "center": 0.0, "right": -half}[label.xanchor]
    y = label.yshift + {"bottom": half, "middle": 0.0, "top": -half}[label.yanchor]
    note |= {"xanchor": "center", "yanchor": "middle", "xshift": x, "yshift": y}
    note["font"] = {"size": 12, "color": palette["ink-2"]}
    return {
        "type": "circle",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": label.x,
        "yanchor": label.y,
        "x0": x - half,
        "x1": x + half,
        "y0": y - half,
        "y1": y + half,
        "fillcolor": palette["paper"],
        "line": {"color": palette["edge"], "width": 1},
        "layer": "above",
    }


def _halo(label: Placed, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return a place's name on a map, centred where it is put, with paper around its letters."""
    halo = ", ".join(f"{x}px {y}px 1px {palette['paper']}" for x in (-2, 0, 2) for y in (-2, 0, 2))
    note = _annotation(replace(label, xanchor="center", xshift=0), panel, palette)
    note["font"] |= {"weight": 600, "shadow": halo}
    return note
