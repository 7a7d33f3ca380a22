"""One state of a bench as the browser gets it: the view and the dressed figures, from a single outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.rendering.figures.axes import slot_of
from dashboard.rendering.figures.style import Ghost, Mark, Screen, dress, empty
from dashboard.rendering.texts import View, view
from dashboard.student.predictions import Locked
from dashboard.web import ids
from tracks.api.bench import Bench, Outcome, SecondOpinion, Track, Value
from tracks.api.figures import Figure, Panel
from tracks.api.quantities import in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What is drawn beside the student's own state.

    Attributes:
        tries: the recorded tries that are compared, by number.
        opinion: the second engine's answer to this very state, or None.
    """

    tries: Sequence[tuple[int, Outcome]] = ()
    opinion: SecondOpinion | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What the page shows for one state of the controls."""

    outcome: Outcome
    view: View
    figures: Mapping[str, Figure]


ALONE = Beside()


def scene(
    track: Track,
    bench: Bench,
    values: Mapping[str, Value],
    locks: Mapping[str, Locked],
    screen: Screen,
    *,
    drawn: Mapping[str, str] | None = None,
    beside: Beside = ALONE,
    seed: int = 0,
) -> Scene:
    """Solve one state and draw it; figures and texts come from the same outcome.

    ``drawn`` names, by panel, the view that is drawn; a panel that is not named draws itself.
    """
    outcome = bench.run(track, values, seed=seed)
    key = ids.bench_key(track.id, bench.id)
    marks = lock_marks(track, bench, locks)
    figures, summaries = {}, {}
    for number, panel in enumerate(bench.panels):
        chosen = view_of(panel, drawn or {})
        drawing = outcome.panels[chosen.id]
        figures[panel.id] = dress(
            _with_opinion(drawing.figure(), panel, beside.opinion),
            chosen,
            screen=screen,
            revision=f"{key}/{chosen.id}",
            marks=marks.get(chosen.id, ()),
            ghosts=_ghosts(beside.tries, chosen),
            slot=slot_of(number, len(bench.panels)),
        )
        summaries[panel.id] = drawing.summary
    said = {"opinion": beside.opinion.sentence if beside.opinion else ""}
    return Scene(outcome=outcome, view={**view(bench, track, outcome, values, summaries), **said}, figures=figures)


def view_of(panel: Panel, drawn: Mapping[str, str]) -> Panel:
    """Return the view of a panel that is drawn; a name it does not have means the panel itself."""
    wanted = drawn.get(panel.id)
    return next((view for view in panel.views if view.id == wanted), panel)


def _ghosts(tries: Sequence[tuple[int, Outcome]], panel: Panel) -> list[Ghost]:
    drawings = [(number, outcome.panels[panel.id]) for number, outcome in tries if panel.id in outcome.panels]
    return [Ghost(number=number, figure=drawing.figure(), point=drawing.point) for number, drawing in drawings]


def _with_opinion(figure: Figure, panel: Panel, opinion: SecondOpinion | None) -> Figure:
    if opinion is None or opinion.panel != panel.id:
        return figure
    own = opinion.figure
    layout = {name: [*own["layout"][name], *figure["layout"][name]] for name in ("shapes", "annotations")}
    return {"data": [*own["data"], *figure["data"]], "layout": layout}


def waiting_figures(key: str, bench: Bench, screen: Screen) -> dict[str, Figure]:
    """Return the frames of a bench that is not open yet."""
    return {
        panel.id: empty(
            panel,
            screen=screen,
            revision=f"{key}/{panel.id}/shut",
            slot=slot_of(number, len(bench.panels)),
        )
        for number, panel in enumerate(bench.panels)
    }


def lock_marks(track: Track, bench: Bench, locks: Mapping[str, Locked]) -> dict[str, list[Mark]]:
    """Return where each locked number is drawn, by panel."""
    marks: dict[str, list[Mark]] = {}
    for prediction in bench.predictions:
        locked = locks.get(prediction.id)
        if locked is None or prediction.marks is None or prediction.options:
            continue
        number = locked.draft.number(prediction)
        text = f"your lock: {in_words(number, prediction.unit)}"
        for panel, (x, y) in prediction.marks(track, number).items():
            marks.setdefault(panel, []).append(Mark(x=x, y=y, text=text))
    return marks
