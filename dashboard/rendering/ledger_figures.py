"""The figures of the ledger: each with its question, its sentence and its table, drawn in the lab's one style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.rendering.figures.axes import factor_ticks
from dashboard.rendering.figures.style import Screen, style_figure
from dashboard.student.analytics.locks import LEAST, ConfidenceClass, LockRecord
from dashboard.student.analytics.side_by_side import SideBySide
from dashboard.student.analytics.tries import BenchTries, ReadingRecord, TryRecord
from tracks.api import charts
from tracks.api.charts import Part
from tracks.api.figures import Axis, Figure, Panel, Table
from tracks.api.quantities import in_words

ROW = 34  # px a row of a figure takes
PHONE_ROW = 54  # the same on a phone, where words stand above and below their marks
PHONE_TICKS = 3
MARGINS = 68  # px above and below a frame
FARTHEST = 1e6  # a factor up to which the axis makes room for a lock and its words
MOST_AXES = 12
LOG_FROM = 30.0  # the factor between the ends of a reading's axis from which it is logarithmic

# How each confidence is drawn: the role of its mark and the series, whose hue and shape it has.
MARKS = {"guess": ("lock", 0), "leaning": ("other", 2), "fairly_sure": ("you", 2), "certain": ("you", 1)}
# Shares of the way from "computed" to the end of its axis: where the farthest lock stands, and up to where words have
# room beyond their mark on the narrowest page that is no phone.
FARTHEST_AT, WORDS_OUTWARDS = 0.6, 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerFigure:
    """A figure and the other ways to read it.

    Attributes:
        question: its heading. figure: styled, or None where there is nothing to draw. sentence: what it says.
        table: the same data. height: of the graph in px.
    """

    question: str
    figure: Figure | None
    sentence: str
    table: Table
    height: int = 296


def gap_figure(locks: Sequence[LockRecord], screen: Screen, *, across_tracks: bool) -> LedgerFigure:
    """Return every revealed lock as a factor of what is computed, on one logarithmic axis, marked by confidence."""
    question = "How far off were your predictions?"
    revealed = [item for item in locks if item.is_revealed]
    drawn = [item for item in revealed if item.factor is not None]
    rows = tuple(
        (item.place.track_name, item.label, item.question, item.answer, item.computed, item.gap, item.confidence_text,
         {True: "yes", False: "no", None: "not compared"}[item.right])
        for item in revealed
    )  # fmt: skip
    columns = ("Track", "Bench", "Question", "Locked", "Computed", "Gap", "How sure", "Right")
    table = Table(columns=columns, rows=rows)
    if not drawn:
        sentence = (
            "0 locks can be drawn as a factor here: they are choices, or one of both numbers is not above 0; the table "
            "has them all."
            if revealed
            else "0 locks are revealed here; a lock is once every question of its bench is locked."
        )
        return LedgerFigure(question=question, figure=None, sentence=sentence, table=table)
    reach = max(max(item.factor or 1, 1 / (item.factor or 1)) for item in drawn)
    edge = min(max(reach, 3.0), FARTHEST) ** (1 / FARTHEST_AT)
    names = [f"{item.place.track_name}, {item.label}" if across_tracks else item.label for item in drawn]
    panel = Panel(
        id="gaps",
        question=question,
        x=Axis(label="", unit="x", low=1 / edge, high=edge, scale="log"),
        y=Axis(label="", scale="category", categories=tuple(names)),
    )
    parts = [charts.limit(1.0, "computed", axis="x", kind="target")]
    for row, item in enumerate(drawn):
        factor = panel.x.place(item.factor or 1)
        role, series = MARKS.get(item.confidence, ("other", 3))
        is_far = abs(math.log(factor)) > WORDS_OUTWARDS * math.log(edge)
        parts.append(_line([1.0, factor], [row, row], "connector", names[row]))
        parts.append(_marks([1.0], [row], "you", 0, "computed"))
        parts.append(_marks([factor], [row], role, series, names[row]))
        place = _side(factor >= 1, inwards=is_far or screen.narrow)
        if not row and not screen.narrow:  # the frame ends above it
            place = place.replace("above", "below")
        parts.append(_words(factor, row, item.gap, item.confidence_text, place=place))
    tall = (PHONE_ROW if screen.narrow else ROW) * len(drawn)
    figure = _styled(parts, panel, screen, "ledger/gaps", tall)
    values, texts = factor_ticks(edge, edge**FARTHEST_AT, most=1 if screen.narrow else 2)
    figure["layout"]["xaxis"] |= {"tickvals": values, "ticktext": texts}
    for note in figure["layout"]["annotations"] if screen.narrow else ():
        if note["text"].startswith("<b>"):  # the line of what is computed goes through the words there
            note["bgcolor"] = screen.palette["paper"]
    near = sum(bool(item.right) for item in revealed)
    far = max(drawn, key=lambda item: max(item.factor or 1, 1 / (item.factor or 1)))
    sentence = (
        f"{near} of {len(revealed)} revealed locks are right in their question’s own measure; the farthest is "
        f"{names[drawn.index(far)]}, {far.gap}, {far.confidence_text}."
    )
    left_out = len(revealed) - len(drawn)
    if left_out:
        are = "is a choice or has no factor and stands" if left_out == 1 else "are choices or have no factor and stand"
        sentence += f" {left_out} {are} in the table alone."
    return LedgerFigure(question=question, figure=figure, sentence=sentence, table=table, height=tall + MARGINS)


def calibration_figure(classes: Sequence[ConfidenceClass], screen: Screen) -> LedgerFigure:
    """Return how often each confidence was right, the count beside every point; no point below ``LEAST`` locks."""
    question = "Were you right as often as you were sure?"
    rated = [(place, item) for place, item in enumerate(classes) if item.share is not None]
    rows = tuple(
        (item.text, len(item.locks), item.right, "–" if item.share is None else in_words(item.share, "share"))
        for item in classes
    )
    table = Table(columns=("How sure", "Locks", "Right", "Share"), rows=rows)
    few = [item.text for item in classes if item.locks and item.share is None]
    listed = f" Fewer than {LEAST} locks have no rate: {', '.join(few)}; they are listed." if few else ""
    if not rated:
        total = sum(len(item.locks) for item in classes)
        sentence = f"{total} {'lock is' if total == 1 else 'locks are'} judged, too few at any confidence for a rate."
        return LedgerFigure(question=question, figure=None, sentence=f"{sentence}{listed}", table=table)
    panel = Panel(
        id="calibration",
        question=question,
        x=Axis(label="", scale="category", categories=tuple(item.text for item in classes)),
        y=Axis(label="right", unit="share", low=0, high=1),
    )
    parts: list[Part] = []
    for place, item in rated:
        share = item.share or 0.0
        parts.append(_marks([place], [share], "you", 0, item.text))
        parts.append(_words(place, share, f"{item.right} of {len(item.locks)}", "", place="right"))
    figure = _styled(parts, panel, screen, "ledger/calibration", 200)
    said = ", ".join(f"“{item.text}” {item.right} of {len(item.locks)}" for _, item in rated)
    total, right = sum(len(item.locks) for _, item in rated), sum(item.right for _, item in rated)
    sentence = f"{right} of {total} were right: {said}.{listed}"
    return LedgerFigure(question=question, figure=figure, sentence=sentence, table=table, height=200 + MARGINS)


def track_figure(row: SideBySide, screen: Screen) -> LedgerFigure:
    """Return one question on several tracks: what is computed and what was locked, a row each."""
    columns = ("Track", "Locked", "Computed", "Gap", "Right")
    table = Table(
        columns=columns,
        rows=tuple(
            (item.place.track_name, item.answer, item.computed, item.gap, "yes" if item.right else "no")
            for item in row.locks
        ),
    )
    numbers = [(item, item.truth, item.number) for item in row.locks if item.truth is not None]
    pairs = [(item, truth, number) for item, truth, number in numbers if number is not None]
    if len(pairs) < 2:
        return LedgerFigure(question=row.question, figure=None, sentence=row.sentence, table=table)
    values = [value for _, truth, number in pairs for value in (truth, number)]
    panel = Panel(
        id="tracks",
        question=row.question,
        x=_axis(values, row.unit, room=0.18, from_zero=False),
        y=Axis(label="", scale="category", categories=tuple(item.place.track_name for item, _, _ in pairs)),
    )
    parts: list[Part] = []
    if row.is_reversed and panel.x.shows(1.0):
        parts.append(charts.limit(1.0, "as much either way", axis="x", kind="floor"))
    for place, (item, truth, number) in enumerate(pairs):
        name = item.place.track_name
        parts.append(_line([truth, number], [place, place], "connector", name))
        parts.append(_marks([number], [place], "lock", 0, f"{name}, locked"))
        parts.append(_marks([truth], [place], "you", 0, f"{name}, computed"))
        side = _side(truth >= number, inwards=screen.narrow)
        parts.append(_words(truth, place, in_words(truth, row.unit), "", place=side, color="label-0"))
        if in_words(truth, row.unit) != in_words(number, row.unit):
            below = "below-right" if truth >= number else "below-left"
            other = below if screen.narrow else _side(truth < number, inwards=False)
            parts.append(_words(number, place, "", f"you {in_words(number, row.unit)}", place=other))
    tall = (PHONE_ROW if screen.narrow else ROW) * len(pairs)
    figure = _styled(parts, panel, screen, f"ledger/{row.bench}/{row.prediction}", tall)
    return LedgerFigure(question=row.question, figure=figure, sentence=row.sentence, table=table, height=tall + MARGINS)


def tries_figure(tries: BenchTries, chosen: Sequence[int], screen: Screen) -> LedgerFigure:
    """Return all tries of a bench across its controls and readings, the targets as gates, two tries marked."""
    axes = _try_axes(tries)
    columns = ("Try", *[axis.label for axis in axes], "Outcome")
    rows = tuple((item.name, *[axis.text(item) for axis in axes], item.outcome) for item in tries.tries)
    table = Table(columns=columns, rows=rows)
    won, count = sum(item.won for item in tries.tries), len(tries.tries)
    gates = [axis for axis in axes if axis.gate is not None]
    sentence = f"{won} of {count} {'try' if count == 1 else 'tries'} won"
    missed = [(axis.label, sum(axis.fails(item) for item in tries.tries)) for axis in gates]
    worst = max(missed, key=lambda item: item[1], default=("", 0))
    sentence += f"; {worst[1]} missed the gate of {worst[0]}." if worst[1] else "."
    sentence += " A thick stretch is the gate: there a reading meets its target." if gates else ""
    question = "Which way through did your tries take?"
    if not axes:
        return LedgerFigure(question=question, figure=None, sentence=sentence, table=table)
    room = 0.03 if screen.narrow else 0.15  # beyond the ends of the axes stand their values
    panel = Panel(
        id="tries",
        question=question,
        x=Axis(label="", low=-room, high=1 + room),
        y=Axis(label="", scale="category", categories=tuple(axis.label for axis in axes)),
    )
    parts: list[Part] = []
    for row, axis in enumerate(axes):
        parts.append(_line([0.0, 1.0], [row, row], "links", axis.label))
        if axis.gate is not None:
            parts.append(_line(list(axis.gate), [row, row], "gate", f"gate of {axis.label}"))
        if not screen.narrow:  # a phone has no room beside the axes; the table has every value
            parts.append(charts.note(0.0, row, axis.low_text, place="left"))
            parts.append(charts.note(1.0, row, axis.high_text, place="right"))
    named = _widest(axes, [item for item in tries.tries if item.number in chosen])
    ordered = sorted(tries.tries, key=lambda item: (item.number in chosen, item.number))
    for item in ordered:
        known = [(row, place) for row, axis in enumerate(axes) if (place := axis.place(item)) is not None]
        if not known:
            continue
        rows_of, xs = [float(row) for row, _ in known], [place for _, place in known]
        if item.number in chosen:
            series = list(chosen).index(item.number) % 2
            parts.append(_line(xs, rows_of, "mean", f"try {item.number}", f"series-{series}"))
            parts.append(_marks(xs, rows_of, "you", series, f"try {item.number}"))
            at = named if named in rows_of else rows_of[0]
            words = _words(xs[rows_of.index(at)], at, f"try {item.number}", "", place="above", color=f"label-{series}")
            parts.append(words)
        else:
            parts.append(_line(xs, rows_of, "ghost", f"try {item.number}"))
    tall = 44 * len(axes)
    figure = _styled(parts, panel, screen, f"ledger/{tries.place.key}/tries", tall)
    figure["layout"]["xaxis"] |= {"tickvals": [], "ticktext": [], "showline": False}
    return LedgerFigure(question=question, figure=figure, sentence=sentence, table=table, height=tall + MARGINS)


def _widest(axes: Sequence[_TryAxis], chosen: Sequence[TryRecord]) -> float:
    """Return the row on which the marked tries lie farthest apart: there their names stand."""

    def apart(axis: _TryAxis) -> float:
        places = [place for item in chosen if (place := axis.place(item)) is not None]
        return max(places) - min(places) if len(places) == len(chosen) > 1 else 0.0

    return float(max(range(len(axes)), key=lambda row: apart(axes[row])))


@dataclass(frozen=True, kw_only=True, slots=True)
class _TryAxis:
    """One axis of the parallel coordinates: a control, or a reading with the gate of its limit."""

    id: str
    label: str
    is_reading: bool
    low_text: str
    high_text: str
    scale: Axis | None = None
    gate: tuple[float, float] | None = None

    def place(self, item: TryRecord) -> float | None:
        """Where a try stands on the axis, 0..1, or None."""
        if not self.is_reading:
            return next((control.position for control in item.controls if control.id == self.id), None)
        reading = item.reading(self.id)
        if reading is None or isinstance(reading.value, str) or self.scale is None:
            return None
        return _share(reading.value, self.scale)

    def text(self, item: TryRecord) -> str:
        """The value of a try in words."""
        if self.is_reading:
            reading = item.reading(self.id)
            return reading.text if reading else "–"
        return next((control.text for control in item.controls if control.id == self.id), "–")

    def fails(self, item: TryRecord) -> bool:
        """Whether a try's reading is past its limit."""
        reading = item.reading(self.id) if self.is_reading else None
        return reading is not None and reading.level == "fail"


def _try_axes(tries: BenchTries) -> list[_TryAxis]:
    """Return the controls that differ between tries, and the readings that are numbers and have a limit or are main."""
    found: list[_TryAxis] = []
    for control in tries.tries[0].controls:
        own = [item for record in tries.tries for item in record.controls if item.id == control.id]
        if control.role == "view" or len({repr(item.value) for item in own}) < 2:
            continue
        placed = sorted((item for item in own if item.position is not None), key=lambda item: item.position or 0)
        if placed:
            found.append(
                _TryAxis(
                    id=control.id, label=control.label, is_reading=False,
                    low_text=placed[0].text if (placed[0].position or 0) < 0.1 else "",
                    high_text=placed[-1].text if (placed[-1].position or 0) > 0.9 else "",
                )
            )  # fmt: skip
    names = dict.fromkeys([*tries.main_readings, *[item.id for record in tries.tries for item in record.readings]])
    for name in names:
        readings = [item for record in tries.tries if (item := record.reading(name)) is not None]
        if any(item.limit is not None for item in readings) or name in tries.main_readings:
            axis = _reading_axis(name, readings)
            found += [axis] if axis is not None else []
    return found[:MOST_AXES]


def _reading_axis(name: str, readings: Sequence[ReadingRecord]) -> _TryAxis | None:
    numbers = [float(item.value) for item in readings if not isinstance(item.value, str)]
    if not numbers:
        return None
    newest = readings[-1]
    limit = newest.limit
    scale = _axis([*numbers, *([limit] if limit is not None else [])], newest.unit)
    gate = None
    if limit is not None:
        at = _share(limit, scale)
        gate = (0.0, at) if newest.at_most else (at, 1.0)
    return _TryAxis(
        id=name,
        label=newest.label,
        is_reading=True,
        low_text=in_words(scale.low, newest.unit),
        high_text=in_words(scale.high, newest.unit),
        scale=scale,
        gate=gate,
    )


def _axis(values: Sequence[float], unit: str, *, room: float = 0.07, from_zero: bool = True) -> Axis:
    """Return an axis with room beyond all values: logarithmic where they lie far apart and above 0.

    ``room`` is that beyond either end, as a share of what lies between them; ``from_zero`` lets it not reach below 0
    where no value does.
    """
    low, high = min(values), max(values)
    if low > 0 and high / low >= LOG_FROM:
        factor = (high / low) ** room
        return Axis(label="", unit=unit, low=low / factor, high=high * factor, scale="log")
    span = (high - low or abs(high) or 1.0) * room
    start = max(0.0, low - span) if from_zero and low >= 0 else low - span
    return Axis(label="", unit=unit, low=start, high=high + span)


def _share(value: float, axis: Axis) -> float:
    if axis.scale == "log":
        return math.log(axis.place(value) / axis.low) / math.log(axis.high / axis.low)
    return (axis.place(value) - axis.low) / (axis.high - axis.low)


def _styled(parts: Sequence[Part], panel: Panel, screen: Screen, revision: str, tall: float) -> Figure:
    """Return parts in the lab's look; on a phone with few ticks and without the axis' title, so that none overlap."""
    figure = style_figure(charts.figure(*parts), panel, screen=screen, revision=revision, place="page", tall=tall)
    axis = {**figure["layout"]["xaxis"], "tickangle": 0}  # a copy: the layout's parts are shared between figures
    if screen.narrow and panel.x.scale != "category":
        every = math.ceil(len(axis["tickvals"]) / PHONE_TICKS)
        axis["tickvals"], axis["ticktext"] = axis["tickvals"][::every], axis["ticktext"][::every]
    if not panel.x.label:  # the ticks have the unit
        figure["layout"]["annotations"][0] = {**figure["layout"]["annotations"][0], "text": ""}
    figure["layout"]["xaxis"] = axis
    return figure


def _side(is_right: bool, *, inwards: bool) -> str:
    """Where words stand beside a mark: outwards, or above its line and inwards where there is no room beyond it."""
    if inwards:
        return "above-left" if is_right else "above-right"
    return "right" if is_right else "left"


def _line(x: Sequence[float], y: Sequence[float], role: str, name: str, series: str = "") -> Part:
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [float(f"{value:.6g}") for value in x],
        "y": list(y),
        "line": {"color": series or role},
        "meta": role,
        "hoverinfo": "skip",
    }
    return {"data": [trace], "shapes": [], "annotations": []}


def _marks(x: Sequence[float], y: Sequence[float], role: str, series: int, name: str) -> Part:
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [float(f"{value:.6g}") for value in x],
        "y": list(y),
        "marker": {"color": charts.SERIES[series]},
        "meta": role,
        "hoverinfo": "skip",
    }
    return {"data": [trace], "shapes": [], "annotations": []}


def _words(x: float, y: float, bold: str, plain: str, *, place: str, color: str = "ink") -> Part:
    text = ", ".join(part for part in (f"<b>{bold}</b>" if bold else "", plain) if part)
    return {"data": [], "shapes": [], "annotations": [{"x": x, "y": y, "text": text, "color": color, "place": place}]}
