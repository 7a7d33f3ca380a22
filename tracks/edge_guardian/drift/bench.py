"""The crisis of a fleet in five cities, one of them dusty: how much to learn, whom to invite, how often, when."""

from __future__ import annotations

from collections.abc import Mapping

from tracks.api.bench import Bench
from tracks.api.controls import Preset, Value
from tracks.api.declared import brief_texts
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.common import declared
from tracks.common.federated_runs import Learning
from tracks.common.proxy_fleet import CLIENTS, city_names
from tracks.common.python_script import learning_script
from tracks.common.run_view import fleet_run_view
from tracks.edge_guardian.drift import closing, texts
from tracks.edge_guardian.drift.acts import CONSEQUENCES, acts
from tracks.edge_guardian.drift.controls import controls
from tracks.edge_guardian.drift.figures import (
    ACCURACY,
    LOOP,
    PARTICIPATION,
    accuracy_drawing,
    loop_drawing,
    panels,
    participation_drawing,
)
from tracks.edge_guardian.drift.readings import HUD, readings
from tracks.edge_guardian.drift.scene import scene
from tracks.edge_guardian.drift.setting import DUSTY, setting_of
from tracks.edge_guardian.drift.state import FAILURES, State, evaluate, learning_of
from tracks.edge_guardian.drift.verdicts import verdicts

TITLE = "The Fleet Learning Drift: whom does the average hear?"


def presets(track: Track) -> tuple[Preset, ...]:
    """Return states worth seeing: a mean that passes while one city fails, the best links first, and clear air."""
    fewer = closing.FEWER_STEPS
    dusty = city_names(track)[DUSTY]
    return (
        Preset(
            id="fewer_steps",
            label=f"{fewer} local steps",
            values={"local_steps": fewer},
            note=f"Less drift for everybody; look at the mean, then at {dusty}.",
        ),
        Preset(
            id="best_links",
            label="best links first",
            values={"selection": "reliable_first"},
            note="Least radio is wasted, and the second figure shows on whom.",
        ),
        Preset(
            id="clear_air",
            label="no storm",
            values={"storm": 0},
            note="The same settings in clear air.",
        ),
    )


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and the three figures for one state, from one set of runs."""
    return _outcome(evaluate(track, setting_of(values), seed=seed), values)


def preview(track: Track, *, seed: int, fixes: bool, **values: Value) -> Outcome:
    """Return the same from one draw, for a slider that moves."""
    return _outcome(evaluate(track, setting_of(values), seed=seed, moving=True), values, with_fixes=fixes)


def _outcome(state: State, values: Mapping[str, Value], *, with_fixes: bool = True) -> Outcome:
    shown, setting = readings(state), state.setting
    return Outcome(
        panels={
            ACCURACY: accuracy_drawing(state),
            PARTICIPATION: participation_drawing(state),
            LOOP: loop_drawing(state),
        },
        readings=shown,
        verdicts=verdicts(state, shown, with_fixes=with_fixes),
        decision={
            **values,
            "participating_share": setting.vehicles_per_round / CLIENTS,
            "rounds": setting.rounds,
        },
    )


def _learning(track: Track, seed: int, values: Mapping[str, Value]) -> Learning:
    return learning_of(track, setting_of(values), seed=seed)


def script(track: Track, *, seed: int, **values: Value) -> str:
    """Return the runs of one state as a Python program."""
    return learning_script(_learning(track, seed, values), title=f"{track.name}. {TITLE}")


BENCH = Bench(
    id="crisis",
    title=TITLE,
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    scene=scene,
    preview=preview,
    script=script,
    run_view=fleet_run_view(_learning),
    predictions=texts.predictions,
    observation=closing.OBSERVATION,
    reflection=closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=closing.peek,
    acts=acts,
    consequences=CONSEQUENCES,
    extras=(
        declared.RADIO_J_PER_BYTE,
        declared.RADIO_RECEIVE_J_PER_BYTE,
    ),
    texts=(
        *brief_texts("crisis"),
        declared.DEVICE_SINGULAR,
    ),
    label="Crisis",
    minutes=10,
)
