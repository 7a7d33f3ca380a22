"""One state of a bench as the browser gets it: its texts and its styled figures, from a single outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.rendering.figures.axes import FigurePlace, place_of
from dashboard.rendering.figures.style import EarlierTry, Mark, Screen, empty, style_figure
from dashboard.rendering.texts import BenchTexts, bench_texts
from dashboard.student.predictions import Locked
from dashboard.student.reveal import Revealed
from dashboard.web import ids
from dashboard.web.instrumentation import solved
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.demonstration import Demonstration, RunView
from tracks.api.figures import Axis, Drawing, Figure, Panel, SecondOpinion, Table
from tracks.api.outcome import Outcome
from tracks.api.quantities import in_words
from tracks.api.teaching import Prediction
from tracks.api.track import Track


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlays:
    """What is drawn over or beside the student's own state.

    Attributes:
        tries: the recorded tries that are compared, by number.
        opinion: the second engine's answer to this very state, or None.
        before: returns the last full answer before a slider moved, for the drawings that keep its lines; or None.
    """

    tries: Sequence[tuple[int, Outcome]] = ()
    opinion: SecondOpinion | None = None
    before: Callable[[], Outcome] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedBench:
    """What the page shows for one state of the controls."""

    outcome: Outcome
    texts: BenchTexts
    figures: Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedReveal:
    """What is said of one lock, and the figure it is drawn in; ``panel`` is the first of the bench, or a view of it.

    ``summary`` and ``table`` say the same as the figure without the lock.
    """

    revealed: Revealed
    panel: Panel
    figure: Figure
    summary: str
    table: Callable[[], Table]
    outcome: Outcome


NO_OVERLAYS = Overlays()
KEPT_LINES = "In grey: the curves before this move."


def render(
    track: Track,
    bench: Bench,
    values: Mapping[str, Value],
    locks: Mapping[str, Locked],
    screen: Screen,
    *,
    drawn: Mapping[str, str] | None = None,
    overlays: Overlays = NO_OVERLAYS,
    seed: int = 0,
    preview: bool = False,
) -> RenderedBench:
    """Solve one state and draw it; figures and texts come from the same outcome.

    ``drawn`` names, by panel, the view that is drawn; a panel that is not named draws itself. ``preview`` asks for the
    bench's preview, without fixes; a bench that has none is solved.
    """
    is_preview = preview and bench.preview is not None
    outcome = solved(track, bench, values, seed=seed, preview=is_preview, fixes=not is_preview)
    key = ids.bench_key(track.id, bench.id)
    marks = lock_marks(track, bench, locks, values)
    figures, summaries = {}, {}
    for number, panel in enumerate(bench.panels):
        chosen = view_of(panel, drawn or {})
        drawing = outcome.panels[chosen.id]
        before = overlays.before().panels.get(chosen.id) if drawing.keeps_lines and overlays.before else None
        figures[panel.id] = style_figure(
            _with_opinion(drawing.figure(), panel, overlays.opinion),
            chosen,
            screen=screen,
            revision=f"{key}/{chosen.id}",
            marks=marks.get(chosen.id, ()),
            earlier_tries=_earlier_tries(overlays.tries, chosen),
            before=before.figure() if before else None,
            place=place_of(number, len(bench.panels)),
        )
        summaries[panel.id] = f"{drawing.summary} {KEPT_LINES}" if before else drawing.summary
    opinion = overlays.opinion.sentence if overlays.opinion else ""
    texts = bench_texts(bench, track, outcome, values, summaries, opinion, preview=is_preview)
    return RenderedBench(outcome=outcome, texts=texts, figures=figures)


def render_demonstration(
    key: str, demonstration: Demonstration, values: Mapping[str, Value], screen: Screen
) -> tuple[Figure, Drawing]:
    """Draw the demonstration of the bench of that key at values of its sliders; return its styled figure too."""
    drawing = demonstration.drawn(values)
    panel = demonstration.panel
    return style_figure(drawing.figure(), panel, screen=screen, revision=f"{key}/{panel.id}"), drawing


def render_run_view(
    key: str, run_view: RunView, track: Track, values: Mapping[str, Value], number: int, screen: Screen
) -> tuple[Figure, Drawing]:
    """Draw one round of the run of a state on the bench of that key; return its styled figure too."""
    drawing, panel = run_view.drawn(track, values, number), run_view.panel
    return style_figure(drawing.figure(), panel, screen=screen, revision=f"{key}/{panel.id}"), drawing


def view_of(panel: Panel, drawn: Mapping[str, str]) -> Panel:
    """Return the view of a panel that is drawn; a name it does not have means the panel itself."""
    wanted = drawn.get(panel.id)
    return next((view for view in panel.views if view.id == wanted), panel)


def _earlier_tries(tries: Sequence[tuple[int, Outcome]], panel: Panel) -> list[EarlierTry]:
    drawings = [(number, outcome.panels[panel.id]) for number, outcome in tries if panel.id in outcome.panels]
    return [EarlierTry(number=number, figure=drawing.figure(), point=drawing.point) for number, drawing in drawings]


def _with_opinion(figure: Figure, panel: Panel, opinion: SecondOpinion | None) -> Figure:
    if opinion is None or opinion.panel != panel.id:
        return figure
    own = opinion.figure
    layout = {name: [*own["layout"][name], *figure["layout"][name]] for name in ("shapes", "annotations")}
    return {"data": [*own["data"], *figure["data"]], "layout": layout}


def _with_drawn(figure: Figure, item: Revealed) -> Figure:
    """Return a figure with the curve that was drawn over it."""
    if not item.drawn:
        return figure
    across, up = map(list, zip(*item.drawn, strict=True))
    trace = {"type": "scatter", "mode": "lines+markers", "name": "your drawing", "x": across, "y": up, "meta": "drawn"}
    looks = {"line": {"color": "series-0"}, "marker": {"color": "series-0"}, "hoverinfo": "skip"}
    note = {"x": across[0], "y": up[0], "text": trace["name"], "color": "ink", "place": "right"}
    layout = {**figure["layout"], "annotations": [*figure["layout"]["annotations"], note]}
    return {"data": [*figure["data"], {**trace, **looks}], "layout": layout}


def waiting_figures(key: str, bench: Bench, screen: Screen) -> dict[str, Figure]:
    """Return the frames of a bench that is locked out."""
    return {
        panel.id: empty(
            panel,
            screen=screen,
            revision=f"{key}/{panel.id}/locked-out",
            place=place_of(number, len(bench.panels)),
        )
        for number, panel in enumerate(bench.panels)
    }


def lock_marks(
    track: Track, bench: Bench, locks: Mapping[str, Locked], values: Mapping[str, Value]
) -> dict[str, list[Mark]]:
    """Return where each locked number is drawn, by panel; only in the state that its question is about."""
    marks: dict[str, list[Mark]] = {}
    for prediction in bench.predictions:
        locked = locks.get(prediction.id)
        if locked is None or prediction.options or not locked.draft.is_comparable(prediction):
            continue
        if not is_asked_state(bench, prediction, values):
            continue
        for panel, mark in _marks(track, prediction, locked.draft.number(prediction)).items():
            marks.setdefault(panel, []).append(mark)
    return marks


def is_asked_state(bench: Bench, prediction: Prediction, values: Mapping[str, Value]) -> bool:
    """Whether a state is the one that a question is about; what only changes the view does not count."""
    asked = bench.asked_state(prediction)
    return all(_same(values[c.id], asked[c.id]) for c in bench.controls if c.role != "view")


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, (str, bool)) or isinstance(other, (str, bool)):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9)


def _marks(track: Track, prediction: Prediction, number: float, *, is_computed: bool = False) -> dict[str, Mark]:
    """Return where a number is drawn, by panel; nothing where the question declares no place."""
    if prediction.marks is None:
        return {}
    text = f"{'computed' if is_computed else 'your lock'}: {in_words(number, prediction.unit)}"
    places = prediction.marks(track, number)
    return {panel: Mark(x=x, y=y, text=text, is_computed=is_computed) for panel, (x, y) in places.items()}


def render_reveal(
    track: Track, bench: Bench, item: Revealed, screen: Screen, *, place: FigurePlace = "wide"
) -> RenderedReveal:
    """Draw a figure in the state that a question is about, the lock and the computed value in it.

    It is the one that the question names, or else the bench's first, or the view of it that has a place for the number.
    """
    state = bench.asked_state(item.prediction)
    outcome = solved(track, bench, state)
    marked: list[dict[str, Mark]] = []
    if not isinstance(item.truth.value, str) and item.gap.compared:
        number = item.locked.draft.number(item.prediction)
        marked = [
            _marks(track, item.prediction, number),
            _marks(track, item.prediction, float(item.truth.value), is_computed=True),
        ]
    first = bench.panels[0]
    every = [view for panel in bench.panels for view in (panel, *panel.views)]
    panel = next((view for view in (first, *first.views) if any(view.id in marks for marks in marked)), first)
    curve = item.prediction.curve
    wanted = curve.panel if curve is not None and item.drawn else item.prediction.panel
    panel = next((view for view in every if view.id == wanted), panel)
    drawing = outcome.panels[panel.id]
    marks = [marks[panel.id] for marks in marked if panel.id in marks]
    figure = style_figure(
        _with_drawn(drawing.figure(), item),
        _with_room(panel, marks),
        screen=screen,
        revision=f"{ids.bench_key(track.id, bench.id)}/{panel.id}/reveal",
        marks=marks,
        place=place,
    )
    return RenderedReveal(
        revealed=item, panel=panel, figure=figure, summary=drawing.summary, table=drawing.table, outcome=outcome
    )


def _with_room(panel: Panel, marks: Sequence[Mark]) -> Panel:
    """Return a panel whose axes reach the computed value: the state that a question asks about may lie beyond them."""
    for mark in (mark for mark in marks if mark.is_computed):
        panel = replace(panel, x=_reaching(panel.x, mark.x), y=_reaching(panel.y, mark.y))
    return panel


def _reaching(axis: Axis, value: float) -> Axis:
    if axis.scale not in ("linear", "log") or axis.low <= value <= axis.high:
        return axis
    room = 1.1 if value > 0 else 0.9
    return replace(axis, low=min(axis.low, value / room), high=max(axis.high, value * room))
