"""Plain-dict Plotly figures, unstyled: parts name their role, and the theme sets colour, font and margins.

A part is ``{"data": [...], "shapes": [...], "annotations": [...]}``; ``figure(*parts)`` joins them. Colours are words
of the theme ("series-0", "limit", "muted"), positions are data values on every kind of axis. Arrays are rounded
to what a screen can show, which keeps an answer small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracks.api.figures import Figure
from tracks.api.quantities import in_words, quantity

SERIES = ("series-0", "series-1", "series-2", "series-3")
KINDS = ("weights", "gradients", "optimizer", "activations", "other")  # what fills a memory
STACK_KINDS = (*KINDS, "free", "part-0", "part-1", "part-2", "part-3")
BAR = 0.62  # of a category's width: the width of a bar
Segment = tuple[str, float, str]  # name, value in the unit of the part, kind
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
    """A line; with ``label`` its name (bold) and ``value`` (regular) are printed at its right end."""
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
    """A marker: filled for the student's state, hollow for alternatives and published points."""
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


def discs(x: ArrayLike, y: ArrayLike, widths: ArrayLike, *, name: str, hollow: bool = False) -> Part:
    """Discs of these widths [px], filled or hollow."""
    marker = {"color": SERIES[0], "size": significant(widths)}
    trace = {"type": "scatter", "mode": "markers", "name": name, "x": significant(x), "y": significant(y)}
    return _part([{**trace, "marker": marker, "meta": "hollow" if hollow else "disc", "hoverinfo": "skip"}])


def limit(
    value: float,
    label: str,
    *,
    axis: Literal["x", "y"] = "y",
    kind: Literal["cap", "target", "floor"] = "cap",
    place: str = "",
) -> Part:
    """A line across the whole panel: a cap (ink, bold label), a target (thin) or a floor (dashed)."""
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
    """A text that helps to read the figure."""
    return _part(annotations=[{"x": x, "y": y, "text": text, "color": "muted", "place": place}])


# --- bars ------------------------------------------------------------------------------------------------------------


def waterfall(parts: Sequence[Segment], *, budget: float, unit: str, in_budgets: bool = False) -> Part:
    """Floating bars at the categories 0..n-1, each beginning where the previous one ends, and their total at n.

    A value is printed above each bar, its share inside the largest; of the total, what lies above the budget is marked
    and written. The axis of values is linear; draw the budget's line with ``limit``.

    Args:
        parts: (name, value >= 0 in ``unit``, kind of ``KINDS``) from left to right. The names are the axis' own.
        budget: what the total may be at most [``unit``]. unit: a unit of ``tracks.api.quantities``.
        in_budgets: whether the axis counts budgets, for one that the controls move; texts stay in ``unit``.

    Raises
    ------
    ValueError
        No part, an unknown kind, or a value that is negative or not finite.
    """
    _check_segments("waterfall", parts, KINDS)
    one = budget if in_budgets else 1.0  # of what the axis counts
    values, budget = [value / one for _, value, _ in parts], budget / one
    tops = list(accumulate(values))
    total, count = tops[-1], len(parts)
    drawn = [(place, tops[place] - values[place], values[place], kind) for place, (*_, kind) in enumerate(parts)]
    drawn.append((count, 0.0, min(total, budget), "total"))
    notes = [
        _bar_text((at - BAR / 2, top - size, at + BAR / 2, top), [f"<b>{in_words(size * one, unit)}</b>"], "over")
        for at, (top, size) in enumerate(zip([*tops, total], [*values, total], strict=True))
    ]
    if total > 0:
        place = max(range(count), key=values.__getitem__)
        box = (place - BAR / 2, tops[place] - values[place], place + BAR / 2, tops[place])
        notes.append(_bar_text(box, [in_words(values[place] / total, "share")], "inside"))
    if total > budget:
        drawn.append((count, budget, total - budget, "excess"))
        texts = [f"<b>+{in_words((total - budget) * one, unit)}</b>"]
        number, name = quantity((total - budget) * one, unit)
        if name == quantity(total * one, unit)[1]:
            texts.append(f"<b>+{number}</b>")
        notes.append(_bar_text((count - BAR / 2, budget, count + BAR / 2, total), texts, "inside", "fail"))
    steps = [
        (place + x, top)
        for place, top in enumerate(tops)
        for x, top in ((BAR / 2, top), (1 - BAR / 2, top), (1 - BAR / 2, math.nan))
    ]
    connectors = _line([x for x, _ in steps], [y for _, y in steps], name="steps", role="connector")
    return _part([*_bars(drawn, width=BAR), connectors], annotations=notes)


def stack(rows: Sequence[Sequence[Segment]], *, unit: str) -> Part:
    """Horizontal stacked bars, row i at the category i of the y axis; names and values inside where they fit.

    Args:
        rows: for each row its segments, (name, value >= 0 in ``unit``, kind of ``STACK_KINDS``), from left to right.
        unit: a unit of ``tracks.api.quantities``.

    Raises
    ------
    ValueError
        No row, an empty row, an unknown kind, or a value that is negative or not finite.
    """
    if not rows:
        raise ValueError("stack needs at least one row of segments, got none")
    drawn, notes = [], []
    for place, row in enumerate(rows):
        _check_segments("stack", row, STACK_KINDS)
        for end, (name, value, kind) in zip(accumulate(value for _, value, _ in row), row, strict=True):
            drawn.append((place, end - value, value, kind))
            box = (end - value, place - BAR / 2, end, place + BAR / 2)
            texts = [f"{name} {in_words(value, unit)}", name]
            notes.append(_bar_text(box, texts, "inside", "muted" if kind == "free" else "ink"))
    return _part(_bars(drawn, width=BAR, lying=True), annotations=notes)


def bars(
    values: ArrayLike,
    *,
    name: str,
    series: int = 0,
    labels: Sequence[str] = (),
    at: ArrayLike | None = None,
    width: float = BAR,
) -> Part:
    """Vertical bars from 0 at the categories 0..n-1, or at the positions ``at``, with ``labels`` above them.

    Raises
    ------
    ValueError
        As many labels or positions are needed as there are values.
    """
    sizes = significant(values)
    places = np.arange(len(sizes), dtype=np.float32) if at is None else significant(at)
    if len(places) != len(sizes) or (labels and len(labels) != len(sizes)):
        raise ValueError(
            f"bars needs a position and, if any, a label for each of {len(sizes)} values, "
            f"got {len(places)} positions and {len(labels)} labels"
        )
    notes = [
        _bar_text((float(x) - width / 2, 0.0, float(x) + width / 2, float(y)), [f"<b>{label}</b>"], "over")
        for x, y, label in zip(places, sizes, labels, strict=False)
    ]
    drawn = [(float(x), 0.0, float(y), SERIES[series]) for x, y in zip(places, sizes, strict=True)]
    return _part(_bars(drawn, width=width, name=name), annotations=notes)


def _check_segments(owner: str, segments: Sequence[Segment], kinds: Sequence[str]) -> None:
    if not segments:
        raise ValueError(f"{owner} needs at least one part (name, value, kind), got none")
    for name, value, kind in segments:
        if kind not in kinds:
            raise ValueError(f"{owner}: the kind of '{name}' must be one of {', '.join(kinds)}; got '{kind}'")
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{owner}: the value of '{name}' must be a finite number of at least 0, got {value}")


def _bars(
    drawn: Sequence[tuple[float, float, float, str]], *, width: float, name: str = "", lying: bool = False
) -> list[dict[str, Any]]:
    """Return a trace for each kind of bar (position, base, size, kind); the kind selects its fill."""
    traces = []
    for kind in dict.fromkeys(kind for *_, kind in drawn):
        places, bases, sizes = (
            significant(row) for row in zip(*(bar[:3] for bar in drawn if bar[3] == kind), strict=True)
        )
        along = {"x": sizes, "y": places, "orientation": "h"} if lying else {"x": places, "y": sizes}
        style = {"marker": {"color": kind}, "meta": "bar", "hoverinfo": "skip"}
        traces.append({"type": "bar", "name": name or kind, **along, "base": bases, "width": width, **style})
    return traces


def _bar_text(
    box: tuple[float, float, float, float], texts: Sequence[str], place: Literal["over", "inside"], color: str = "ink"
) -> dict[str, Any]:
    """A text for a bar that covers ``box`` (x0, y0, x1, y1): the first of the texts that fits."""
    return {"box": box, "texts": list(texts), "color": color, "place": place}


# --- areas and maps --------------------------------------------------------------------------------------------------


def spread(x: ArrayLike, low: ArrayLike, high: ArrayLike, *, name: str, series: int = 0) -> Part:
    """A tinted area between two curves at the same x: what most seeds, or most clients, lie within."""
    xs = significant(x)
    outline = np.concatenate([xs, xs[::-1]]), np.concatenate([significant(high), significant(low)[::-1]])
    trace = _line(*outline, name=name, role="spread")
    return _part([{**trace, "fill": "toself", "line": {"color": SERIES[series]}}])


def picture(values: ArrayLike, *, left: float, name: str) -> Part:
    """A small picture: one square a value, the first row on top, 0 blank and 1 full.

    Parameters
    ----------
    values : array_like
        Two-dimensional; what lies outside 0..1 is clipped.
    left : float
        Where its first column stands on a frame without scales; a square is 1 wide and 1 high.
    name : str
        What it shows.
    """
    rows = np.clip(np.asarray(values, dtype=np.float64), 0, 1)
    y, x = np.indices(rows.shape)
    return _part(
        [
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": significant(left + x.ravel()),
                "y": significant(rows.shape[0] - 1 - y.ravel()),
                "marker": {"color": SERIES[0], "opacity": significant(rows.ravel())},
                "meta": "pixel",
                "hoverinfo": "skip",
            }
        ]
    )


def mesh(
    x: ArrayLike,
    y: ArrayLike,
    *,
    place: Sequence[int],
    stale: Sequence[bool],
    links: Sequence[tuple[int, int]],
    bridges: Sequence[tuple[int, int]],
    names: Sequence[tuple[float, float, str]] = (),
) -> Part:
    """A map of nodes: hue and shape say in which place each is, a hollow mark that its model is stale.

    Parameters
    ----------
    x, y : array_like
        Positions.
    place : Sequence[int]
        Of each node, 0..3.
    stale : Sequence[bool]
        Of each node.
    links, bridges : Sequence[tuple[int, int]]
        Pairs of node numbers, within a place and between places.
    names : Sequence[tuple[float, float, str]]
        (x, y, text) of the places 0, 1, 2... in order, printed in their hues.

    Raises
    ------
    ValueError
        A node without a place or a stale flag, or a place that is not 0..3.
    """
    xs, ys = (np.round(significant(values), 4) for values in (x, y))
    places, hollow = np.asarray(place, dtype=np.int64), np.asarray(stale, dtype=bool)
    if not len(xs) == len(ys) == len(places) == len(hollow):
        raise ValueError(
            f"mesh needs x, y, place and stale for each node, got {len(xs)}, {len(ys)}, {len(places)}, {len(hollow)}"
        )
    if not set(places.tolist()) <= set(range(len(SERIES))):
        raise ValueError(f"mesh: place must be 0 to {len(SERIES) - 1}, got {sorted(set(places.tolist()))}")
    traces = []
    for role, pairs in (("links", links), ("bridges", bridges)):
        if len(pairs):
            ends = np.asarray(pairs, dtype=np.int64)
            gap = np.full((len(ends), 1), np.nan, dtype=np.float32)
            path = (np.hstack([values[ends], gap]).ravel() for values in (xs, ys))
            traces.append(_line(*path, name=role, role=role))
    for number in range(len(SERIES)):
        for role, state in (("node", False), ("stale", True)):
            chosen = (places == number) & (hollow == state)
            if chosen.any():
                traces.append(
                    {
                        "type": "scatter",
                        "mode": "markers",
                        "name": f"place {number + 1}{', stale' if state else ''}",
                        "x": xs[chosen],
                        "y": ys[chosen],
                        "marker": {"color": SERIES[number]},
                        "meta": role,
                        "hoverinfo": "skip",
                    }
                )
    notes = [
        {"x": x_name, "y": y_name, "text": text, "color": f"label-{number}", "place": "halo"}
        for number, (x_name, y_name, text) in enumerate(names)
    ]
    return _part(traces, annotations=notes)


def _line(x: ArrayLike, y: ArrayLike, *, name: str, role: str) -> dict[str, Any]:
    """A thin line whose look follows from its role alone; NaN interrupts it."""
    style = {"line": {"color": role}, "meta": role, "hoverinfo": "skip"}
    return {"type": "scatter", "mode": "lines", "name": name, "x": significant(x), "y": significant(y), **style}
