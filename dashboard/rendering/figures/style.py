"""The only styling of figures: turns an unstyled figure and its panel's fixed axes into what the page draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.rendering.figures.axes import (
    RIGHT,
    FigurePlace,
    axis_title,
    base_layout,
    frame_size,
    log_position,
    room_beside,
    share,
    shares,
    ticks,
    unclipped,
    up,
)
from dashboard.rendering.figures.bars import bar_room, bar_words
from dashboard.rendering.figures.labels import (
    AROUND,
    DISC,
    EDGE,
    GAP,
    MARK,
    Placed,
    beside,
    in_column,
    ringed,
    stacked,
    wrapped,
)
from dashboard.rendering.figures.limits import TITLE, limit_room, limit_shapes, limit_words, over_its_line
from dashboard.rendering.figures.palette import DARK, LIGHT, Screen
from dashboard.rendering.figures.room import Room, Span, cells_of, tried_widths
from dashboard.rendering.figures.shapes import disc_shape, edge_mark
from dashboard.rendering.figures.text import text_width, without_tags
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


TURNS = 2  # in which words are placed: what goes to the column moves what stands there already
BELOW = 32.0  # px below a frame that its column may take


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
    given = figure["layout"]["annotations"]
    has_bars = any(trace["meta"] == "bar" for trace in figure["data"])
    stands = has_bars and panel.y.scale != "category"  # upright bars: marks stand beside the frame
    marks = tuple(marks)
    traces: list[dict[str, Any]] = []
    rows = list(limit_words(figure["layout"], panel, "y")) if panel.y.scale in ("linear", "log") else []
    words: list[Placed] = []
    discs: list[tuple[Placed, dict[str, Any] | None]] = []
    for earlier in earlier_tries:
        _add_earlier_try(earlier, panel, palette, traces, discs, keeps_point=not has_bars)
    for kept in mean_lines(before) if before else ():
        traces.append(earlier_trace(kept, f"{kept['name']}, before", palette))
    for note in before["layout"]["annotations"] if before else ():
        if note["place"] == "end":
            rows.append(_placed({**note, "color": "muted"}, panel))
    traces.extend(styled(trace, palette) for trace in figure["data"])
    halos = []
    for note in given:
        if note["place"] == "halo":
            halos.append(_halo(_placed(note, panel), panel, palette))
        elif "axis" not in note and "box" not in note:
            (rows if note["place"] == "end" else words).append(_placed(note, panel))
    has_column = panel.y.scale in ("linear", "log") and bool(rows or (marks or discs if stands else True))
    right = room_beside(place, screen, has_bars=has_bars) if has_column else RIGHT
    widths, height = frame_size(panel.y, screen, place, right)
    height = tall or height
    shapes = limit_shapes(figure["layout"], panel, palette, has_bars=has_bars)
    fixed, over = bar_words(figure["layout"], panel, palette, width=widths[0], height=height)
    for mark in marks:
        x, y = panel.x.place(mark.x), panel.y.place(mark.y)
        label = _placed({"x": x, "y": y, "text": mark.text, "color": "ink", "place": "right", "bold": True}, panel)
        if stands:
            shapes.append(edge_mark(label.up, palette, is_computed=mark.is_computed))
        else:
            traces.append(computed_trace(x, y, palette) if mark.is_computed else lock_trace(x, y, palette))
            shapes.append(lock_line(x, y, panel, palette))
        if not (stands and mark.is_computed):  # a bar's end says its value already
            (rows if stands else words).insert(0 if not stands else len(rows), label)
    if stands:
        rows.extend(disc for disc, _ in discs)
        discs = []
    uprights = list(limit_words(figure["layout"], panel, "x"))
    column = _in_column(rows, right, height, has_marks=stands and bool(marks))
    asked, beside_frame = discs, discs[:0]
    for _ in range(TURNS if words or discs or uprights else 0):
        discs = [(replace(disc), line) for disc, line in asked]  # at their marks
        widths_tried = tried_widths(widths, has_discs=bool(discs))
        room = Room(widths_tried, height, beyond=2.0 if has_column else right - 3, above=27.0 if has_bars else 8.0)
        _take_all(room, figure, panel, marks if not stands else (), over)
        room.take(in_column(row, height) for row in column)
        room.draw(cells_of([*_lines(figure, panel), *filter(None, _trails(beside_frame, panel))]))
        kept_beside = column if has_column else None
        left_over = _find_places(room, panel, words, discs, uprights, above=right - 2, column=kept_beside)
        if not left_over:
            break
        words = [label for label in words if label not in left_over]
        beside_frame = [item for item in discs if item[0] in left_over]
        stay = [number for number, (disc, _) in enumerate(discs) if disc not in left_over]
        asked, discs = [asked[number] for number in stay], [discs[number] for number in stay]
        rows.extend(left_over)
        column = _in_column(rows, right, height, has_marks=False)
    notes = [_upright_note(label, panel, palette) for label in uprights]
    for label in (*words, *(disc for disc, _ in discs), *column):
        notes.append(_annotation(label, panel, palette))
        if label.is_disc:
            shapes.append(disc_shape(label, palette))
    layout = dict(base_layout(panel.x, panel.y, screen, place, right))
    layout["shapes"] = shapes
    layout["annotations"] = [
        {**note, "text": without_tags(note["text"])} for note in (*layout["annotations"], *halos, *notes, *fixed)
    ]
    layout["uirevision"] = revision
    return {"data": traces, "layout": layout}


def empty(panel: Panel, *, screen: Screen, revision: str, place: FigurePlace = "wide") -> Figure:
    """Return a panel's frame with its limits and no data: what may be seen before the lock."""
    bare: Figure = panel.limits() if panel.limits else {"data": [], "layout": {"shapes": [], "annotations": []}}
    dressed = style_figure(bare, panel, screen=screen, revision=revision, place=place)
    right = dressed["layout"]["margin"]["r"]
    widths, height = frame_size(panel.y, screen, place, right)
    room = Room(widths, height, beyond=2.0, above=8.0)
    room.take(limit_room(bare["layout"], panel, height))
    for note in dressed["layout"]["annotations"]:
        if note.get("yref") == "paper" and note["text"] and note.get("xref") != "paper":  # of an upright limit
            at = share(10 ** note["x"] if panel.x.scale == "log" else note["x"], panel.x)
            middle, long = height + note["yshift"], text_width(note["text"], 13)
            room.take([(at, note["xshift"] - 3, at, note["xshift"] + long + 3, middle - 9, middle + 9)])
    text, across, high = _where_it_waits(without_tags(panel.waiting), room)
    font = {"size": 14, "color": screen.palette["muted"]}
    words = {"text": text, "showarrow": False, "font": font, "xanchor": "center", "yanchor": "middle"}
    dressed["layout"]["annotations"].append({"xref": "paper", "yref": "paper", "x": across, "y": high, **words})
    return dressed


def _where_it_waits(text: str, room: Room) -> tuple[str, float, float]:
    """Return words in as many lines, and at such shares of the frame, that no limit's line goes through them."""
    best, least = (text, 0.5, 0.42), math.inf
    for lines in (wrapped(text, wide) for wide in (600.0, 160.0, 100.0, 80.0)):
        half, long = 7 + 9.1 * lines.count("<br>"), text_width(lines) / 2 + 4
        for across in (0.5, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8, 0.15, 0.85):
            for high in (0.42, 0.22, 0.68, 0.85):
                middle = high * room.height
                cost = room.cost(across, -long, long, middle - half, middle + half)
                if cost < least:
                    best, least = (lines, across, high), cost
                if not cost:
                    return best
    return best


def _find_places(
    room: Room,
    panel: Panel,
    words: Sequence[Placed],
    discs: Sequence[tuple[Placed, dict[str, Any] | None]],
    uprights: Sequence[Placed],
    *,
    above: float,
    column: Sequence[Placed] | None,
) -> list[Placed]:
    """Put words and numbers of tries around their marks; return those that have to stand in the column.

    A column that is as tall as the figure takes no more numbers: they stand where they cover least.
    """
    bare = room.cells
    others = [cells_of([trail]) if trail else None for trail in _trails(discs, panel)]
    for cells in others:
        room.draw(cells)
    for label in uprights:
        over_its_line(label, room, beyond=above, inside=panel.y.scale != "category")
    has_column = column is not None
    left_over = [label for label in words if beside(label, room, or_nowhere=has_column) and has_column]
    spare = room.height + EDGE + BELOW - sum(2 * row.half for row in (*(column or ()), *left_over))
    for number, (disc, line) in enumerate(discs):
        room.cells = bare
        for other, cells in enumerate(others):
            if other != number:
                room.draw(cells)
        on_line = _points_back(line, panel) if line else ()
        near = [_around(one) for other, (one, its) in enumerate(discs) if other != number and its is None]
        may_stand_beside = has_column and spare >= DISC + AROUND
        if has_column and not may_stand_beside and on_line:  # off the words beside the end of its line
            disc.across, disc.up, disc.x, disc.y = on_line[0]
        if ringed(disc, room, on_line, near, or_nowhere=may_stand_beside) and may_stand_beside:
            left_over.append(disc)
            spare -= DISC + AROUND
    return left_over


def _in_column(rows: Sequence[Placed], right: float, height: float, *, has_marks: bool) -> list[Placed]:
    """Return words stacked at the right of the frame, in as many lines as they need there."""
    start = GAP + 7 if has_marks else GAP
    for row in rows:
        if not row.is_disc:
            row.text = wrapped(row.text, right - start - 2, row.size)
    column = stacked(rows, height)
    for row in column:
        row.xshift = start
    return column


def _take_all(room: Room, figure: Figure, panel: Panel, marks: Iterable[Mark], over: Iterable[Span]) -> None:
    """Enter all that words keep off but for data lines: limits, the axis' title, bars, marks and stems of locks."""
    height = room.height
    room.take(limit_room(figure["layout"], panel, height))
    if panel.y.label:
        title = text_width(axis_title(panel.y), 13)
        room.take([(0.0, -60.0, 0.0, title + 6, height + TITLE[0], height + TITLE[1])])
    room.take(over)
    for trace in figure["data"]:
        if trace["meta"] == "bar":
            room.take(bar_room(trace, panel, height))
        elif trace["meta"] in ("you", "other", "drawn"):
            places = zip(shares(trace["x"], panel.x), shares(trace["y"], panel.y), strict=True)
            room.take(_mark_room(x, 1 - y if panel.y.scale == "category" else y, height) for x, y in places)
    for mark in marks:
        x, y = share(mark.x, panel.x), up(panel.y.place(mark.y), panel.y) * height
        room.take([(x, -3.0, x, 3.0, 0.0, y), _mark_room(x, y / height, height)])


def _mark_room(across: float, upwards: float, height: float) -> Span:
    middle = upwards * height
    return (across, -MARK, across, MARK, middle - MARK, middle + MARK)


def _around(label: Placed) -> tuple[float, float]:
    return label.across, label.up


def _lines(figure: Figure, panel: Panel) -> list[tuple[Any, Any]]:
    """The data lines of a figure as shares of its frame."""
    roles = ("mean", "seed", "ghost", "drawn", "connector")
    drawn = [trace for trace in figure["data"] if trace["meta"] in roles and "line" in trace and len(trace["x"])]
    return [_line_shares(trace, panel) for trace in drawn]


def _line_shares(trace: dict[str, Any], panel: Panel) -> tuple[Any, Any]:
    up_there = unclipped(trace["y"], panel.y)
    return unclipped(trace["x"], panel.x), 1 - up_there if panel.y.scale == "category" else up_there


def _trails(discs: Sequence[tuple[Placed, dict[str, Any] | None]], panel: Panel) -> list[tuple[Any, Any] | None]:
    return [_line_shares(line, panel) if line else None for _, line in discs]


def _points_back(line: dict[str, Any], panel: Panel) -> list[tuple[float, float, float, float]]:
    """Some points of a line that the panel shows, from its end back: as shares of the frame, and in the axes' units."""
    shown = [
        (float(x), float(y)) for x, y in zip(line["x"], line["y"], strict=True) if panel.x.shows(x) and panel.y.shows(y)
    ]
    every = max(1, len(shown) // 10)
    return [(share(x, panel.x), up(y, panel.y), x, y) for x, y in shown[::-1][every::every]]


def _placed(note: dict[str, Any], panel: Panel) -> Placed:
    x, y = panel.x.place(note["x"]), panel.y.place(note["y"])
    text = f"<b>{note['text']}</b>" if note.get("bold") else note["text"]
    return Placed(
        x=x, y=y, across=share(x, panel.x), up=up(y, panel.y), text=text, colour=note["color"], place=note["place"]
    )


def _annotation(label: Placed, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    across = {"xref": "paper", "x": 1} if label.in_column else {"x": log_position(label.x, panel.x)}
    is_disc = label.is_disc
    shift = DISC / 2 if is_disc and label.in_column else 0.0
    return {
        **across,
        "y": log_position(label.y, panel.y),
        "text": label.text,
        "showarrow": False,
        "align": "left",
        "font": {"size": 12 if is_disc else label.size, "color": palette["ink-2" if is_disc else label.colour]},
        "xanchor": "center" if is_disc else label.xanchor,
        "yanchor": "middle",
        # A hundredth of a pixel: sixteen digits take room in every answer, and look like a number of the physics.
        "xshift": round(label.xshift + shift, 2),
        "yshift": round(label.yshift, 2),
    }


def _upright_note(label: Placed, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    """The words of an upright limit, as high above or below the frame's top as they are placed."""
    note = _annotation(label, panel, palette)
    return {**note, "yref": "paper", "y": 1, "xanchor": "left"}


def _add_earlier_try(
    earlier: EarlierTry,
    panel: Panel,
    palette: Mapping[str, str],
    traces: list[dict[str, Any]],
    discs: list[tuple[Placed, dict[str, Any] | None]],
    *,
    keeps_point: bool,
) -> None:
    """Add an earlier try: its line, or its point, and the circled number that belongs there."""
    line, name = earlier_line(earlier.figure), f"try {earlier.number}"
    if line is not None:
        traces.append(earlier_trace(line, name, palette))
        x, y = last_shown(line, panel.x, panel.y)
    elif earlier.point is not None:
        x, y = panel.x.place(earlier.point[0]), panel.y.place(earlier.point[1])
        if keeps_point:
            traces.append(earlier_point(x, y, name, palette))
        elif panel.y.scale == "category":
            y = panel.y.low  # above the rows
    else:
        return
    note = {"x": x, "y": y, "text": str(earlier.number), "color": "muted", "place": "right", "bold": True}
    placed = _placed(note, panel)
    placed.is_disc = True
    discs.append((placed, line))


def _halo(label: Placed, panel: Panel, palette: Mapping[str, str]) -> dict[str, Any]:
    """Return a place's name on a map, centred where it is put, with paper around its letters."""
    halo = ", ".join(f"{x}px {y}px 1px {palette['paper']}" for x in (-2, 0, 2) for y in (-2, 0, 2))
    note = _annotation(replace(label, xanchor="center", xshift=0), panel, palette)
    note["font"] |= {"weight": 600, "shadow": halo}
    return note
