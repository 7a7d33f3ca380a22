"""What a bench shows: axes with fixed ranges, drawings rendered on request, and tables of the same data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tracks.api.checks import (
    check_function,
    check_id,
    check_items,
    check_number,
    check_one_of,
    check_text,
    check_unique,
    refuse,
)

Figure = dict[str, Any]
Cell = float | int | str
MAX_SHAPES = 600  # of a scene
SCENE_COLOURS = (
    *("ink", "ink-2", "muted", "edge", "rule-2", "sunk", "fail", "orange"),
    *("series-0", "series-1", "series-2", "series-3", "tint-0", "tint-1", "tint-2", "tint-3"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """One axis with a fixed range, so that zoom, focus and comparison survive an update.

    Parameters
    ----------
    label : str
        What is measured.
    unit : str
        A unit of ``tracks.api.quantities`` or plain words.
    low, high : float
        The range in the unit (for "category" and "none" they may stay 0, 1).
    scale : Literal['linear', 'log', 'category', 'none']
        "linear", "log", "category" or "none" (a map).
    categories : tuple[str, ...]
        The names at the positions 0, 1, 2... of a "category" scale; they set its range.
    """

    label: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    scale: Literal["linear", "log", "category", "none"] = "linear"
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_text("Axis", "label", self.label, optional=True)
        owner = f"Axis '{self.label}'"
        check_text(owner, "unit", self.unit, optional=True)
        check_one_of(owner, "scale", self.scale, ("linear", "log", "category", "none"))
        check_items(owner, "categories", self.categories, str)
        if (self.scale == "category") != bool(self.categories):
            raise refuse(owner, "a category scale needs the names of its categories, and no other scale has any")
        if self.categories:
            object.__setattr__(self, "low", -0.5)
            object.__setattr__(self, "high", len(self.categories) - 0.5)
        check_number(owner, "low", self.low)
        check_number(owner, "high", self.high)
        if not self.low < self.high:
            raise refuse(owner, f"low {self.low:g} must be below high {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise refuse(owner, f"a log scale needs low above 0, got {self.low:g}")

    def place(self, value: float) -> float:
        """Return the nearest value that this axis can show."""
        return min(max(value, self.low), self.high)

    def shows(self, value: float) -> bool:
        """Whether the value lies within the range."""
        return math.isfinite(value) and self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The frame of a figure: its question is its title, its axes never change.

    Parameters
    ----------
    id : str
        Name of the drawing in ``Outcome.panels``.
    question : str
        The heading, ending in a question mark.
    x, y : Axis
        The axes.
    views : tuple[Panel, ...]
        Further ways to draw this panel, each a Panel with an id and axes of its own.
    label : str
        One or two words for the switch between the views; needed where there are any.
    waiting : str
        The text of the empty frame before the lock.
    limits : Callable[[], Figure] | None
        Returns the figure shown before the lock, with limits and caps alone; or None.
    """

    id: str
    question: str
    x: Axis
    y: Axis
    views: tuple[Panel, ...] = ()
    label: str = ""
    waiting: str = "Your runs appear after the lock"
    limits: Callable[[], Figure] | None = None

    def __post_init__(self) -> None:
        check_id("Panel", self.id)
        owner = f"Panel '{self.id}'"
        check_text(owner, "question", self.question)
        check_text(owner, "waiting", self.waiting)
        for name in ("x", "y"):
            if not isinstance(getattr(self, name), Axis):
                raise refuse(owner, f"{name} must be an Axis, got {getattr(self, name)!r}")
        check_items(owner, "views", self.views, Panel)
        for view in self.views:
            check_text(f"Panel '{view.id}'", "label", view.label)
        if self.views:
            check_text(owner, "label", self.label)
            check_unique(owner, "views", (self.id, *(view.id for view in self.views)))
        check_function(owner, "limits", self.limits, optional=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A drawing as rows.

    Parameters
    ----------
    columns : tuple[str, ...]
        The heads, with their units.
    rows : tuple[tuple[str | float, ...], ...]
        Cells of numbers or texts, as many a row as there are heads.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        check_items("Table", "columns", self.columns, str)
        check_items("Table", "rows", self.rows, tuple)
        for row in self.rows:
            if len(row) != len(self.columns):
                raise refuse("Table", f"row {row!r} has {len(row)} cells for {len(self.columns)} columns")


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """One panel's content.

    Parameters
    ----------
    figure : Callable[[], Figure]
        A function without arguments that returns a plain-dict Plotly figure (see ``tracks.api.charts``);
        certificates and truths never call it.
    summary : str
        The figure's message in one sentence, which begins with yes, no or a number.
    table : Callable[[], Table]
        A function without arguments that returns the same data as a Table.
    point : tuple[float, float] | None
        The student's state, (x, y) in the axes' units, or None.
    keeps_lines : bool
        Of a preview: it lacks lines that take too long for a slider that moves. The page then draws those of the last
        full answer below it, in grey, and says so.
    """

    figure: Callable[[], Figure]
    summary: str
    table: Callable[[], Table]
    point: tuple[float, float] | None = None
    keeps_lines: bool = False

    def __post_init__(self) -> None:
        check_function("Drawing", "figure", self.figure)
        check_text("Drawing", "summary", self.summary)
        check_function("Drawing", "table", self.table)
        if self.point is not None:
            if not isinstance(self.point, tuple) or len(self.point) != 2:
                raise refuse("Drawing", f"point must be (x, y) or None, got {self.point!r}")
            for name, value in zip(("x", "y"), self.point, strict=True):
                check_number("Drawing", f"point {name}", value)


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondOpinion:
    """The result of a slower, independent engine for the same state.

    Parameters
    ----------
    panel : str
        The panel whose figure it is drawn over.
    figure : Figure
        Its part of that figure, unstyled (see ``tracks.api.charts``); it is stored, so it is plain data.
    sentence : str
        Where the two engines agree and where they do not, with the numbers.
    wins : bool | None
        Whether the state wins in this engine too; None where it has no say in that.
    """

    panel: str
    figure: Figure
    sentence: str
    wins: bool | None = None

    def __post_init__(self) -> None:
        check_id("SecondOpinion", self.panel)
        if not (self.wins is None or isinstance(self.wins, bool)):
            raise refuse("SecondOpinion", f"wins must be True, False or None, got {self.wins!r:.80}")
        if not isinstance(self.figure, dict) or set(self.figure) != {"data", "layout"}:
            raise refuse("SecondOpinion", "figure must be what charts.figure returns")
        check_text("SecondOpinion", "sentence", self.sentence)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """One mark of a scene.

    Parameters
    ----------
    kind : Literal['disc', 'box', 'line', 'text']
        A "disc" of diameter ``width`` around (x, y), a "box" with its corner there, a "line" from there, or a "text"
        that begins there, on its base line.
    x, y : float
        In units of the scene, y downwards.
    width, height : float
        Of a box; of a line how far it goes across and down, which may be negative.
    colour : str
        A word of the theme, of ``SCENE_COLOURS``.
    hollow : bool
        Whether a disc or a box is an outline.
    text : str
        Of a text, a word or two.
    """

    kind: Literal["disc", "box", "line", "text"]
    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    colour: str = "ink-2"
    hollow: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        check_one_of("Shape", "kind", self.kind, ("disc", "box", "line", "text"))
        for name in ("x", "y", "width", "height"):
            check_number(f"Shape '{self.kind}'", name, getattr(self, name))
        check_one_of("Shape", "colour", self.colour, SCENE_COLOURS)
        check_text("Shape", "text", self.text, optional=self.kind != "text")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A still picture of what a bench is about, redrawn for an Outcome; it decides nothing.

    It stands on the track's briefing and above the waiting figures without an Outcome, and under the reveal with that
    of the question's state.

    Parameters
    ----------
    shapes : tuple[Shape, ...]
        What is drawn, in this order, on an area of 360 x 128.
    sentence : str
        What it shows, in one sentence with its numbers: all that is said of it to who cannot see it.
    """

    shapes: tuple[Shape, ...]
    sentence: str

    def __post_init__(self) -> None:
        check_items("Scene", "shapes", self.shapes, Shape)
        check_text("Scene", "sentence", self.sentence)
        if not 1 <= len(self.shapes) <= MAX_SHAPES:
            raise refuse("Scene", f"has {len(self.shapes)} shapes; one to {MAX_SHAPES} can be drawn")
