"""Bars in a figure: the room they take, and the words above, inside and below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from dashboard.rendering.figures.axes import axis_title, log_position, share, up
from dashboard.rendering.figures.labels import LEADING
from dashboard.rendering.figures.limits import TITLE
from dashboard.rendering.figures.room import Box, Span
from dashboard.rendering.figures.text import text_width
from tracks.api.figures import Axis, Panel

_PAD = 4  # px of paper on each side of words on a bar
_ABOVE = 26  # px above the frame that words may reach where there is no title
_FOOT, _TOP = 6, 19  # px from a bar's end to the foot and to the top of one line of words on it
_LINE = 20  # px of a bar that a line of words inside needs
_UNDER = 13  # px, size of the words below a row


def bar_room(trace: dict[str, Any], panel: Panel, height: float) -> list[Span]:
    """Return the room that a trace of bars takes, as far as the frame shows them."""
    half = trace["width"] / 2
    if trace.get("orientation") == "h":
        sides = zip(trace["base"], trace["x"], trace["y"], strict=True)
        corners = [(base, place - half, base + size, place + half) for base, size, place in sides]
    else:
        sides = zip(trace["base"], trace["y"], trace["x"], strict=True)
        corners = [(place - half, base, place + half, base + size) for base, size, place in sides]
    boxes = [_pixels(box, panel, 1.0, height) for box in corners]
    return [(left, 0.0, right, 0.0, bottom, top) for left, right, bottom, top in boxes]


def _pixels(box: Sequence[float], panel: Panel, width: float, height: float) -> Box:
    x0, x1 = (share(float(box[at]), panel.x) * width for at in (0, 2))
    y0, y1 = sorted(up(float(box[at]), panel.y) * height for at in (1, 3))
    return x0, x1, y0, y1


def bar_words(
    layout: dict[str, Any], panel: Panel, palette: Mapping[str, str], *, width: float, height: float
) -> tuple[list[dict[str, Any]], list[Span]]:
    """Return the words of bars as annotations, with the room that those above bars take.

    A bar that the frame's top cuts has an arrow before its value. Words inside stand where one of their versions fits
    into what is seen of the bar at that ``width`` [px]; those of a lying bar that do not are written below its row.
    """
    notes = [note for note in layout["annotations"] if "box" in note]
    if not notes:
        return [], []
    lines = [shape for shape in layout["shapes"] if shape["type"] == "line"]
    levels = [up(line["value"], panel.y) * height for line in lines if line["axis"] == "y"]
    sides = [share(line["value"], panel.x) * width for line in lines if line["axis"] == "x"]
    drawn: list[dict[str, Any]] = []
    spans: list[Span] = []
    for note in notes:
        if note["place"] == "over":
            words, span = _over(note, panel, palette, levels, width, height)
            drawn.append(words)
            spans.append(span)
    left_out: list[dict[str, Any]] = []
    for note in notes:
        if note["place"] == "inside":
            x0, x1, y0, y1 = _pixels(note["box"], panel, width, height)
            middle = (x0 + x1) / 2
            over = [(a * width + c, b * width + d, low) for a, c, b, d, low, high in spans if low < y1 and high > y0]
            y1 = min([y1, *(low for left, right, low in over if left < middle < right)])
            words_inside = _inside(note, (x0, x1, y0, y1), levels, sides)
            if words_inside:
                text, x, y = words_inside
                x, y = _value(x / width, panel.x), _value(y / height, panel.y, upwards=True)
                drawn.append(_text(text, x, y, panel, palette[note["color"]], "middle"))
                if note["color"] == "ink":  # on a colour or a pattern
                    drawn[-1]["bgcolor"] = palette["paper"]
            elif panel.y.scale == "category" and note["box"][2] > note["box"][0]:
                left_out.append(note)
    drawn.extend(_under(left_out, panel, palette, sides, width, height))
    return drawn, spans


def _over(
    note: dict[str, Any],
    panel: Panel,
    palette: Mapping[str, str],
    levels: Sequence[float],
    width: float,
    height: float,
) -> tuple[dict[str, Any], Span]:
    """Return the words above a bar and the room they take: in smaller type or in two lines where bars are close.

    They stand above a limit's line that would go through them; of a bar that the frame cuts, inside it or below it.
    """
    middle, top = (note["box"][0] + note["box"][2]) / 2, note["box"][3]
    text, arrow = note["texts"][0], "↑ " if top > panel.y.high else ""
    room, size = width / max(1, len(panel.x.categories)) - 2, 14
    if text_width(arrow + text) > room:
        size, arrow = 13, arrow.strip()
        if text_width(arrow + text, size) > room:
            text = text.replace("\u202f×\u202f", "×").replace("\u00a0", "<br>")
        if text_width(arrow + text, size) > room:
            text = text.replace("×", "<br>×")
    text = arrow + text
    long, more = text_width(text, size), LEADING * size * text.count("<br>")
    at, across = up(top, panel.y) * height, share(middle, panel.x)
    under_title = across * width - long / 2 < text_width(axis_title(panel.y), 13) + 6
    ceiling = height + (TITLE[0] - 1 if under_title else _ABOVE)
    lift = 0.0
    for level in sorted(levels):
        if at + lift + _FOOT - 3 < level < at + lift + _TOP + more + 3:
            lift = level - at
    inside = at + lift + _TOP + more > ceiling
    if inside and lift and at - _TOP - more > 3:  # below the line and in the bar, if that is so tall
        lift = 0.0
    foot = up(note["box"][1], panel.y) * height
    below = inside and at - foot < _TOP + more and foot > _TOP + more + 4  # a hanging bar that is lower than its words
    level = panel.y.place(note["box"][1] if below else top)
    words = _text(text, middle, level, panel, palette["ink"], "top" if inside else "bottom")
    words["font"]["size"] = size
    words["yshift"] = -2 if inside else round(1 + lift, 2)
    if below:
        return words, (across, -long / 2 - 2, across, long / 2 + 2, foot - _TOP - more - 4, foot)
    if inside:
        words["bgcolor"] = palette["paper"]
        return words, (across, -long / 2, across, long / 2, at - _TOP - more - 4, at)
    return words, (across, -long / 2 - 2, across, long / 2 + 2, at + lift + _FOOT - 2, at + lift + _TOP + more + 2)


def _struck(box: Box, levels: Sequence[float], sides: Sequence[float]) -> bool:
    """Whether a line goes through the letters in a box."""
    left, right, bottom, top = box
    return any(bottom < level < top for level in levels) or any(left < side < right for side in sides)


def _inside(
    note: dict[str, Any], box: Box, levels: Sequence[float], sides: Sequence[float]
) -> tuple[str, float, float] | None:
    """Return the first words that fit into a box and that no limit's line goes through, and their middle; or None."""
    pad = 2 * _PAD if note["color"] == "ink" else 0
    for text in note["texts"]:
        x0, x1, y0, y1 = box
        needed = text_width(text) + pad
        if needed <= x1 - x0 and y1 - y0 >= _LINE:
            y0, y1 = _clear(y0, y1, levels, _LINE)
            x0, x1 = _clear(x0, x1, sides, needed)
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            half = needed / 2 + 3, _LINE / 2 + 1
            if not _struck((x - half[0], x + half[0], y - half[1], y + half[1]), levels, sides):
                return text, x, y
    return None


def _clear(low: float, high: float, levels: Sequence[float], needed: float) -> tuple[float, float]:
    """Return the longer side of a bar that a limit's line crosses, if words in its middle would touch the line."""
    for level in levels:
        if abs(level - (low + high) / 2) < needed / 2 + 4:
            longer = (low, level) if level - low > high - level else (level, high)
            low, high = longer if longer[1] - longer[0] >= needed else (low, high)
    return low, high


def _under(
    notes: Sequence[dict[str, Any]],
    panel: Panel,
    palette: Mapping[str, str],
    sides: Sequence[float],
    width: float,
    height: float,
) -> Iterator[dict[str, Any]]:
    """Yield a line below each row with the names of its parts that are too small for words inside."""
    for foot, parts in groupby(notes, key=lambda note: note["box"][3]):
        row = list(parts)
        gap = (1 - (row[0]["box"][3] - row[0]["box"][1])) / len(panel.y.categories) * height
        if gap < _UNDER + 4:
            continue
        start = share(row[0]["box"][0], panel.x)
        versions = [", ".join(note["texts"][which] for note in row) for which in (0, -1)]
        found = next(filter(None, (_beside_lines(text, start, sides, width) for text in versions)), None)
        if found:
            text, at, xanchor, xshift = found
            note = _text(text, _value(at, panel.x), foot, panel, palette["muted"], "top")
            yield note | {"xanchor": xanchor, "xshift": xshift, "yshift": 3, "font": {**note["font"], "size": _UNDER}}


def _beside_lines(
    text: str, start: float, sides: Sequence[float], width: float
) -> tuple[str, float, str, float] | None:
    """Return a share of the width, an anchor and a shift with which words keep off upright lines; or None.

    As near to ``start``, a share of the width, as they get; what is free in a narrow frame is free in a wider one.
    """
    long = text_width(text, _UNDER) + 4
    edges = [0.0, *sorted(sides), width]
    tried = [(start * width, start, "left", 0.0)]
    tried += [(side + 4, side / width, "left", 4.0) for side in edges[:-1]]
    tried += [(side - 4 - long, side / width, "right", -4.0) for side in edges[1:]]
    free = [
        way
        for way in tried
        if way[0] >= 0 and way[0] + long <= width and not any(way[0] - 3 < side < way[0] + long + 3 for side in sides)
    ]
    best = min(free, key=lambda way: abs(way[0] - start * width), default=None)
    return (text, *best[1:]) if best else None


def _value(part: float, axis: Axis, *, upwards: bool = False) -> float:
    """The value at a share of an axis."""
    if upwards and axis.scale == "category":
        part = 1 - part
    low, high = log_position(axis.low, axis), log_position(axis.high, axis)
    at = low + part * (high - low)
    return float(10**at) if axis.scale == "log" else at


def _text(text: str, x: float, y: float, panel: Panel, colour: str, yanchor: str) -> dict[str, Any]:
    return {
        "x": log_position(x, panel.x),
        "y": log_position(y, panel.y),
        "text": text,
        "showarrow": False,
        "font": {"size": 14, "color": colour},
        "xanchor": "center",
        "yanchor": yanchor,
        "borderpad": 1,
    }
