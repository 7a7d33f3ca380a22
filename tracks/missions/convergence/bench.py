"""The third bench of every mission: more rounds, or more local steps in each?"""

from __future__ import annotations

from collections.abc import Mapping

from tracks import Bench, Outcome, Preset, Track, Value
from tracks.api.declared import brief_texts
from tracks.common import declared
from tracks.common.federated_runs import Learning
from tracks.common.proxy_fleet import CLIENTS
from tracks.common.python_script import learning_script
from tracks.common.run_view import fleet_run_view
from tracks.common.traffic import HORIZON_DAYS
from tracks.missions.convergence import closing, texts
from tracks.missions.convergence.controls import controls
from tracks.missions.convergence.demonstration import DEMONSTRATION
from tracks.missions.convergence.figures import (
    COMMUNICATION,
    CONVERGENCE,
    EXCESS,
    communication_drawing,
    convergence_drawing,
    excess_drawing,
    panels,
)
from tracks.missions.convergence.readings import HUD, readings
from tracks.missions.convergence.second_opinion import second_opinion
from tracks.missions.convergence.setting import ALPHA, setting_of
from tracks.missions.convergence.state import FAILURES, State, evaluate, learning_of
from tracks.missions.convergence.verdicts import verdicts

TITLE = "Convergence: more rounds, or more thought?"


def presets(track: Track) -> tuple[Preset, ...]:
    """Return the extremes worth seeing once: one step a round, the question's fleet, a poor link, cities alike."""
    asked = texts.asked(track)
    return (
        Preset(
            id="one_step",
            label="one local step",
            values={"local_steps": 1},
            note="Gradients averaged after every step: no drift, and the bytes of a round for each step.",
        ),
        Preset(
            id="as_asked",
            label="as in the question",
            values={"clients_per_round": asked.clients_per_round, "reliability": asked.reliability},
            note="Every client in every round, every update arrives: three seeds in one line.",
        ),
        Preset(
            id="poor_link",
            label="one attempt in five",
            values={"reliability": closing.POOR_LINK},
            note="Links that deliver 20% of their attempts, of which the reflection speaks.",
        ),
        Preset(
            id="alike",
            label="cities alike",
            values={"alpha": ALPHA[1]},
            note="The same mix of classes everywhere: local steps hardly drift.",
        ),
    )


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and the figures for one state, from one set of runs."""
    return _outcome(evaluate(track, setting_of(values), seed=seed), values)


def preview(track: Track, *, seed: int, fixes: bool, **values: Value) -> Outcome:
    """Return the same from one draw, for a slider that moves."""
    return _outcome(evaluate(track, setting_of(values), seed=seed, moving=True), values, with_fixes=fixes)


def _outcome(state: State, values: Mapping[str, Value], *, with_fixes: bool = True) -> Outcome:
    shown = readings(state)
    return Outcome(
        panels={
            COMMUNICATION: communication_drawing(state),
            CONVERGENCE: convergence_drawing(state),
            EXCESS: excess_drawing(state),
        },
        readings=shown,
        verdicts=verdicts(state, shown, with_fixes=with_fixes),
        decision={
            **values,
            "participating_share": state.setting.clients_per_round / CLIENTS,
            "rounds_per_day": state.setting.rounds / HORIZON_DAYS,
        },
    )


def _learning(track: Track, seed: int, values: Mapping[str, Value]) -> Learning:
    return learning_of(track.fleet.seed, setting_of(values), seed=seed)


def script(track: Track, *, seed: int, **values: Value) -> str:
    """Return the runs of one state as a Python program."""
    return learning_script(_learning(track, seed, values), title=f"{track.name}. {TITLE}")


BENCH = Bench(
    id="convergence",
    title=TITLE,
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    preview=preview,
    predictions=texts.predictions,
    observation=closing.OBSERVATION,
    second_opinion=second_opinion,
    script=script,
    run_view=fleet_run_view(_learning),
    second_engine="a small neural network on the same fleet, at an eighth of your learning rate",
    reflection=closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=closing.peek,
    demonstration=DEMONSTRATION,
    extras=(
        declared.RADIO_J_PER_BYTE,
        declared.RADIO_RECEIVE_J_PER_BYTE,
        declared.WINDOW_FLOP,
    ),
    texts=(
        *brief_texts("convergence"),
        declared.DEVICE_SINGULAR,
    ),
    order=3,
    minutes=14,
)
