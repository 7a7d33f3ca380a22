"""Figures as students see them: many states of a bench, with locks at tempting values and tries that are compared."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.rendering.bench_view import Overlays, render, render_reveal, waiting_figures
from dashboard.rendering.figures.style import Screen
from dashboard.student.predictions import Draft, Locked
from dashboard.student.reveal import reveal
from tests.states import value_at
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.figures import Figure
from tracks.api.outcome import Outcome
from tracks.api.track import Track

# A page's width [px] and how its browser describes it -> the width and height of its figures by number, of two and of
# three on a bench.
SIZES = {
    (1440, "wide"): {2: ((605, 296), (363, 296)), 3: ((484, 240), (484, 240), (704, 172))},
    (1200, "wide"): {2: ((408, 296), (320, 296)), 3: ((364, 240), (364, 240), (464, 172))},
    (820, "wide"): {2: ((772, 296), (772, 296)), 3: ((772, 240), (772, 240), (468, 172))},
    (1440, "low"): {2: ((605, 252), (363, 252)), 3: ((484, 212), (484, 212), (704, 136))},
    (1200, "low"): {2: ((408, 252), (320, 252)), 3: ((364, 212), (364, 212), (464, 136))},
    (390, "narrow"): {2: ((358, 340), (358, 260)), 3: ((358, 340), (358, 260), (358, 260))},
    (360, "narrow"): {2: ((328, 340), (328, 260)), 3: ((328, 340), (328, 260), (328, 260))},
}
REVEAL = {
    (1440, "wide"): (605, 320), (1200, "wide"): (455, 320), (820, "wide"): (772, 320),
    (390, "narrow"): (358, 340), (360, "narrow"): (328, 340),
}  # fmt: skip
Seen = tuple[str, Figure, int, float, float]  # where, figure, width of the page, width and height of the figure


def tempting_locks(track: Track, bench: Bench) -> Iterator[dict[str, Locked]]:
    """Yield a lock for every number that a route to a wrong answer leads to, the truth, and near the truth."""
    for prediction in bench.predictions:
        if prediction.options:
            continue
        truth = bench.truth(track, prediction).value
        values = [value for _, value in bench.routes(track, prediction)]
        values += [float(truth) * factor for factor in (1.0, 1.04, 0.9, 1.25, 2.0)]
        for value in values:
            if prediction.low <= value <= prediction.high:
                draft = Draft(value=f"{value:.3g}", mechanism=prediction.mechanisms[0].id, confidence="guess")
                yield {prediction.id: Locked(draft=draft, time="2025-01-01T00:00:00+00:00")}


def states(bench: Bench, count: int) -> Iterator[dict[str, Value]]:
    """Yield so many states: the default, then at random, near the default and in the worlds of the bench's acts too."""
    rng = random.Random(f"figures {bench.id}")
    yield bench.defaults()
    for number in range(count - 1):
        state = {control.id: value_at(control, rng.random()) for control in bench.controls}
        if bench.acts and number % 4:
            act = bench.acts[number % len(bench.acts)]
            for control in (control for control in bench.controls if control.role == "environment"):
                state[control.id] = control.read(act.world.get(control.id, control.default))
        elif number % 2:
            (moved,) = rng.sample(bench.controls, 1)
            state = bench.defaults() | {moved.id: state[moved.id]}
        yield state


def seen(track: Track, bench: Bench, count: int, *, dark: bool = False) -> Iterator[Seen]:
    """Yield the figures of so many states of a bench on each width, those before the lock, and the reveals."""
    screens = {
        "wide": Screen(dark=dark),
        "low": Screen(low=True, dark=dark),
        "narrow": Screen(narrow=True, dark=dark),
    }
    drawer = _Drawer(track, bench, screens)
    yield from drawer.on_every_width("waiting", {n: waiting_figures(drawer.key, bench, s) for n, s in screens.items()})
    for number, locks in enumerate(tempting_locks(track, bench)):
        prediction = next(item for item in bench.predictions if item.id in locks)
        yield from drawer.state(f"lock {number}", bench.asked_state(prediction), locks=locks)
        for item in reveal(track, bench, locks):
            shown = {n: render_reveal(track, bench, item, s).figure for n, s in screens.items()}
            for (width, kind), (wide, high) in REVEAL.items():
                yield f"{drawer.key} reveal {number}", shown[kind], width, wide, high
    tries: list[Outcome] = []
    for number, state in enumerate(states(bench, count)):
        compared = Overlays(tries=tuple(enumerate(tries, 1)) if number % 2 else ())
        yield from drawer.state(f"state {number}", state, overlays=compared)
        for panel in bench.panels:
            for view in panel.views:
                drawn = {panel.id: view.id}
                yield from drawer.state(f"view {view.id} {number}", state, overlays=compared, drawn=drawn)
        tries = [*tries[-2:], bench.run(track, state, fixes=False)]


class _Drawer:
    """What one bench shows on every width."""

    def __init__(self, track: Track, bench: Bench, screens: Mapping[str, Screen]) -> None:
        self.track, self.bench, self.screens = track, bench, screens
        self.key = f"{track.id}/{bench.id}"

    def state(self, what: str, values: dict[str, Value], **more: Any) -> Iterator[Seen]:
        locks = more.pop("locks", {})
        figures = {n: render(self.track, self.bench, values, locks, s, **more).figures for n, s in self.screens.items()}
        yield from self.on_every_width(what, figures)

    def on_every_width(self, what: str, figures: Mapping[str, Mapping[str, Figure]]) -> Iterator[Seen]:
        for (width, kind), places in SIZES.items():
            for panel, (wide, high) in zip(self.bench.panels, places[min(len(self.bench.panels), 3)], strict=False):
                yield f"{self.key} {panel.id} {what} {kind}", figures[kind][panel.id], width, wide, high
