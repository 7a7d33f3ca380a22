"""What may be drawn: a figure as ``charts.figure`` returns it, finite, of a size that a browser can take."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tracks.api.checks import refuse
from tracks.api.figures import Drawing, Figure, Table
from tracks.api.outcome import Outcome

MOST_POINTS = 20_000  # of all curves of one figure; a panel is 1,200 pixels wide
MOST_ROWS = 20_000
MOST_TEXT = 10_000  # characters of one text
_GAPS = ("connector", "links", "bridges")  # roles of lines of tracks.api.charts that NaN interrupts
_AXES = ("x", "y", "z", "base", "width", "error_x", "error_y")


def where(function: Callable[..., Any]) -> str:
    """Return the file and the line on which a function begins, as `` (file.py, line 7)``."""
    while isinstance(function, partial):
        function = function.func
    code = getattr(function, "__code__", None)
    return f" ({Path(code.co_filename).name}, line {code.co_firstlineno})" if code is not None else ""


def check_outcome(outcome: Outcome) -> None:
    """Let every drawing of an outcome check its figure and its table when they are made.

    Raises:
        SpecError: a text is too long.
    """
    for name, drawing in outcome.panels.items():
        _check_length(f"Drawing of panel '{name}'", "summary", drawing.summary)
        _guard(name, drawing)
    for reading in outcome.readings:
        for part in ("label", "unit", "note", "formula", "meaning", "source"):
            _check_length(f"Reading '{reading.id}'", part, getattr(reading, part))
    for verdict in outcome.verdicts:
        for part in ("title", "cause", "measure", "unit"):
            _check_length(f"Verdict '{verdict.code}'", part, getattr(verdict, part))


def check_drawing(drawing: Drawing) -> None:
    """Let a drawing alone, of a demonstration or a run, check its figure and its table when they are made."""
    _check_length("Drawing", "summary", drawing.summary)
    _guard("below", drawing)


def _guard(name: str, drawing: Drawing) -> None:
    figure, table = drawing.figure, drawing.table

    def checked_figure() -> Figure:
        found = figure()
        check_figure(f"The figure of panel '{name}'{where(figure)}", found)
        return found

    def checked_table() -> Table:
        found = table()
        check_table(f"The table of panel '{name}'{where(table)}", found)
        return found

    object.__setattr__(drawing, "figure", checked_figure)
    object.__setattr__(drawing, "table", checked_table)


def _check_length(owner: str, name: str, text: Any) -> None:
    if isinstance(text, str) and len(text) > MOST_TEXT:
        raise refuse(owner, f"{name} has {len(text)} characters; {MOST_TEXT} at most")


def check_table(owner: str, table: Any) -> None:
    """Refuse what is no Table, or one that no page can hold.

    Raises:
        SpecError: with what would be right.
    """
    if not isinstance(table, Table):
        raise refuse(owner, f"must be a Table, got a {type(table).__name__}; return Table(columns=..., rows=...)")
    if len(table.rows) > MOST_ROWS:
        raise refuse(owner, f"has {len(table.rows)} rows; {MOST_ROWS} at most")
    for row in table.rows:
        for cell in row:
            if not isinstance(cell, (int, float, str, np.generic)):
                raise refuse(owner, f"has a cell that is a {type(cell).__name__}; write numbers and texts")
            if isinstance(cell, str):
                _check_length(owner, "a cell", cell)


def check_figure(owner: str, figure: Any) -> None:
    """Refuse what is no plain figure, or one that no browser can draw.

    Raises:
        SpecError: with what would be right.
    """
    if not isinstance(figure, dict):
        raise refuse(
            owner,
            f"must be a dict as charts.figure returns it, got a {type(figure).__name__}; "
            "write charts.figure(charts.curve(...), ...)",
        )
    if set(figure) != {"data", "layout"}:
        raise refuse(owner, f"has the keys {', '.join(map(str, figure))}; charts.figure gives data and layout")
    if not isinstance(figure["data"], list) or not all(isinstance(trace, dict) for trace in figure["data"]):
        raise refuse(owner, "data must be a list of dicts, as charts.curve and its like give them")
    layout = figure["layout"]
    if not isinstance(layout, dict) or not {"shapes", "annotations"} <= set(layout):
        raise refuse(owner, "layout must hold shapes and annotations, as charts.figure gives it")
    points = 0
    for number, trace in enumerate(figure["data"], start=1):
        title = f"curve {trace.get('name') or number!r}"
        for axis in _AXES:
            values = trace.get(axis)
            if isinstance(values, dict):
                values = values.get("array")
            if values is None or isinstance(values, (int, float, str)):
                continue
            points += _count(owner, f"{axis} of {title}", values, has_gaps=trace.get("meta") in _GAPS)
        if points > MOST_POINTS:
            raise refuse(owner, f"has more than {MOST_POINTS} points; a panel is 1,200 pixels wide, so draw fewer")
    _check_finite(owner, layout, "layout")


def _count(owner: str, name: str, values: Any, *, has_gaps: bool) -> int:
    """Return how many numbers there are; refuse one that is not finite."""
    if not isinstance(values, (Sequence, np.ndarray)):
        raise refuse(owner, f"{name} must be a list or an array, got a {type(values).__name__}")
    if len(values) > MOST_POINTS:
        return len(values)
    array = np.asarray(values) if not isinstance(values, np.ndarray) else values
    if array.dtype.kind == "f" and not has_gaps and not np.isfinite(array).all():
        at = int(np.argmin(np.isfinite(array.reshape(-1))))
        raise refuse(owner, f"{name} is {array.reshape(-1)[at]} at place {at}; leave that point out")
    if array.dtype.kind == "c":
        raise refuse(owner, f"{name} has complex numbers; draw their size or their parts")
    return int(array.size)


def _check_finite(owner: str, part: Any, name: str, depth: int = 0) -> None:
    if depth > 8:
        raise refuse(owner, f"{name} is nested deeper than a figure is")
    if isinstance(part, dict):
        for key, value in part.items():
            _check_finite(owner, value, f"{name}.{key}", depth + 1)
    elif isinstance(part, (list, tuple)):
        for value in part:
            _check_finite(owner, value, name, depth + 1)
    elif isinstance(part, float) and not math.isfinite(part):
        raise refuse(owner, f"{name} is {part}; give a finite number")
    else:
        _check_length(owner, name, part)
