"""One state of a bench as the browser gets it: the view and the dressed figures, from a single outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import ids
from dashboard.entries import Locked
from dashboard.theme import Mark, Screen, dress, empty
from dashboard.view import View, view
from tracks.figures import Figure
from tracks.quantities import in_words
from tracks.spec import Bench, Outcome, Track, Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What the page shows for one state of the controls."""

    outcome: Outcome
    view: View
    figures: Mapping[str, Figure]


def scene(
    track: Track,
    bench: Bench,
    values: Mapping[str, Value],
    locks: Mapping[str, Locked],
    screen: Screen,
    *,
    seed: int = 0,
) -> Scene:
    """Solve one state and draw it; figures and texts come from the same outcome."""
    outcome = bench.run(track, values, seed=seed)
    key = ids.bench_key(track.id, bench.id)
    marks = lock_marks(track, bench, locks)
    figures = {
        panel.id: dress(
            outcome.panels[panel.id].figure(),
            panel,
            screen=screen,
            revision=f"{key}/{panel.id}",
            marks=marks.get(panel.id, ()),
            wide=number == 0,
        )
        for number, panel in enumerate(bench.panels)
    }
    return Scene(outcome=outcome, view=view(bench, track, outcome, values), figures=figures)


def waiting_figures(key: str, bench: Bench, screen: Screen) -> dict[str, Figure]:
    """Return the frames of a bench that is not open yet."""
    return {
        panel.id: empty(panel, screen=screen, revision=f"{key}/{panel.id}/shut", wide=number == 0)
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
