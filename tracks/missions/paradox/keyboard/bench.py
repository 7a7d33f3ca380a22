"""The case that the whole subject is named after: is a federated keyboard cheaper than sending the text?"""

from __future__ import annotations

from tracks import Outcome, Track, Value, as_case
from tracks.api.figures import Panel
from tracks.missions.paradox.bench import BENCH
from tracks.missions.paradox.figures import COMPRESSED, TRAFFIC, compression_drawing, panels_with, traffic_drawing
from tracks.missions.paradox.keyboard import closing, texts
from tracks.missions.paradox.keyboard.state import FAILURES, HUD, LEVELS, evaluate, readings, verdicts
from tracks.missions.paradox.keyboard.world import world
from tracks.missions.paradox.setting import setting_of


def panels(track: Track) -> tuple[Panel, Panel]:
    """Return the two panels of the paradox, with the warnings of this fleet."""
    return panels_with(track, LEVELS)


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - means, not draws
    """Return readings, verdicts and both figures for one state."""
    state = evaluate(track, setting_of(values))
    shown = readings(state)
    return Outcome(
        panels={TRAFFIC: traffic_drawing(state), COMPRESSED: compression_drawing(state)},
        readings=shown,
        verdicts=verdicts(state, shown),
        decision=values,
    )


CASE = as_case(
    BENCH,
    id="keyboard",
    title="Keyboard fleet: numbers, not marketing",
    world=world,
    brief=texts.brief,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=closing.observation(),
    reflection=closing.reflection,
    peek=closing.peek,
    presets=closing.presets,
    hud=HUD,
    failures=FAILURES,
    texts=(),
    once=True,
    order=0,
    minutes=6,
)
