"""Short forms for the author of a bench: a figure of a swept control, and the changes that mend a limit.

Both are made of the functions that an author has anyway, the physics of the bench: ``sweep`` draws one along a slider,
``changes`` tries the controls on it. ``Limit.judged`` makes the reading and the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tracks.api import charts
from tracks.api.controls import Control, Slider, Value
from tracks.api.demonstration import Peek, PeekLine
from tracks.api.figures import Drawing, Figure, Panel, Table
from tracks.api.fixes import best_fixes
from tracks.api.outcome import Fix, Limit, Outcome

POSITIONS = 41  # of a slider that is tried
DRAWN = 60  # points of a line


def sweep(
    over: Slider,
    at: Value,
    curve: Callable[[float], tuple[float, float]],
    panel: Panel,
    *,
    summary: str,
    label: str = "",
    you: str = "you",
    marks: Sequence[charts.Part] = (),
    points: int = DRAWN,
) -> Drawing:
    """Return the drawing of a slider's whole range: a line, the student's point on it and the same as a table.

    Parameters
    ----------
    over : Slider
        The control that is swept; the others stay where ``curve`` has them.
    at : float
        Its present value.
    curve : Callable[[float], tuple[float, float]]
        ``curve(value) -> (x, y)`` in the units of the panel's axes. It is called once for the point, and along the
        range only when the figure or the table is asked for.
    panel : Panel
        Whose axes are the heads of the table.
    summary : str
        As of ``Drawing``: the message in one sentence, which begins with yes, no or a number.
    label : str
        Printed at the end of the line; the slider's label unless given.
    you : str
        Printed at the point.
    marks : Sequence[charts.Part]
        Limits, bands and notes of ``tracks.charts`` that belong to the figure.
    points : int
        How many positions are drawn, 2 or more.

    Returns
    -------
    Drawing
        Of the panel.

    Examples
    --------
    >>> from tracks import Axis
    >>> rounds = Slider(id="rounds", label="Rounds", unit="", minimum=1, maximum=9, step=1, default=3, whole=True)
    >>> panel = Panel(id="squares", question="How many?", x=Axis(label="rounds"), y=Axis(label="airtime", unit="h"))
    >>> drawn = sweep(rounds, 3, lambda n: (n, n * n), panel, summary="9 h after 3.", points=3)
    >>> drawn.point, drawn.table().columns, drawn.table().rows
    ((3.0, 9.0), ('rounds', 'airtime, h'), ((1.0, 1.0), (5.0, 25.0), (9.0, 81.0)))
    """
    x, y = curve(at)  # type: ignore[arg-type]  # a slider's value is a number

    def line() -> list[tuple[float, float]]:
        drawn = (curve(value) for value in dict.fromkeys(over.positions(points)))
        return [(float(x), float(y)) for x, y in drawn]

    def figure() -> Figure:
        xs, ys = zip(*line(), strict=True)
        drawn = charts.curve(xs, ys, name=over.id, label=label or over.label)
        return charts.figure(*marks, drawn, charts.point(x, y, name="you", label=you))

    def table() -> Table:
        heads = (f"{axis.label}, {axis.unit}" if axis.unit else axis.label for axis in (panel.x, panel.y))
        return Table(columns=tuple(heads), rows=tuple(line()))

    return Drawing(figure=figure, summary=summary, table=table, point=(float(x), float(y)))


def changes(
    now: Limit, controls: Iterable[Control], state: Mapping[str, Value], quantity: Callable[..., float]
) -> Callable[[], tuple[Fix, ...]]:
    """Return what finds the fixes of a limit when they are first read: each decision tried alone, best first.

    A slider is tried at 41 positions; the nearest at which the limit holds is a fix, or else the one that helps most.

    Parameters
    ----------
    now : Limit
        The quantity against its limit, as it stands.
    controls : Iterable[Control]
        Of the bench.
    state : Mapping[str, Value]
        The value of every control by id.
    quantity : Callable[..., float]
        ``quantity(**state)``: the quantity in another state.

    Returns
    -------
    callable
        For ``Verdict(fixes=...)`` or ``Limit.judged(fixes=...)``.

    Examples
    --------
    >>> epochs = Slider(id="epochs", label="Epochs", unit="", minimum=1, maximum=9, step=1, default=8, whole=True)
    >>> changes(Limit(16.0, 10.0), [epochs], {"epochs": 8}, lambda epochs: 2.0 * epochs)()
    (Fix(control='epochs', value=5, is_limit=False),)
    """

    def after(fix: Fix) -> Limit:
        return now.at(quantity(**{**state, fix.control: fix.value}))

    def found() -> tuple[Fix, ...]:
        tried = [fix for control in controls if control.role == "decision" for fix in _tried(control, state, after)]
        return best_fixes(now, tried, after)

    return found


def _tried(control: Control, state: Mapping[str, Value], after: Callable[[Fix], Limit]) -> list[Fix]:
    """Return the fixes worth ranking: all options, or the nearest position of a slider that holds, else its best."""
    values = [value for value in dict.fromkeys(control.positions(POSITIONS)) if value != state[control.id]]
    fixes = [Fix(control=control.id, value=value) for value in values]
    if not isinstance(control, Slider) or not fixes:
        return fixes
    here = control.position(float(state[control.id]))
    fixes.sort(key=lambda fix: abs(control.position(float(fix.value)) - here))
    limits = [after(fix) for fix in fixes]
    best = max(range(len(fixes)), key=lambda at: limits[at].margin)
    return [fixes[next((at for at, limit in enumerate(limits) if limit.level != "fail"), best)]]


def equations(leaves_out: str, **by_reading: str) -> Callable[..., Peek]:
    """Return a bench's ``peek``: an equation for some of its readings, beside their formulas with the numbers.

    Parameters
    ----------
    leaves_out : str
        What the equations leave out, in a sentence.
    **by_reading : str
        Reading id -> its equation in symbols.

    Returns
    -------
    callable
        ``peek(track, outcome, **controls) -> Peek``.

    Examples
    --------
    >>> from tracks import Reading
    >>> airtime = Reading(id="airtime", label="Airtime", value=6.0, formula="2 x 3", source="assumed: a guess")
    >>> outcome = Outcome(panels={}, readings=(airtime,))
    >>> peek = equations("Lost uploads.", airtime="t = a b")(None, outcome)
    >>> peek.lines[0].equation, peek.lines[0].numbers
    ('t = a b', '2 x 3')
    """

    def peek(_track: object, outcome: Outcome, **_controls: Value) -> Peek:
        found = [(outcome.reading(name), equation) for name, equation in by_reading.items()]
        lines = (PeekLine(name=one.label, equation=eq, numbers=one.formula, source=one.source) for one, eq in found)
        return Peek(lines=tuple(lines), leaves_out=leaves_out)

    return peek
