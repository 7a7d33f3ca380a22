"""The fourth bench of every mission: what does a guarantee cost?"""

from __future__ import annotations

from tracks import Bench, Fact, Outcome, Track, Value
from tracks.api.declared import brief_texts
from tracks.common import declared
from tracks.missions.privacy import closing, texts
from tracks.missions.privacy.controls import controls, presets
from tracks.missions.privacy.figures import drawings, panels
from tracks.missions.privacy.readings import HUD, guarantee_in_words, readings
from tracks.missions.privacy.setting import setting_of
from tracks.missions.privacy.state import FAILURES, evaluate
from tracks.missions.privacy.verdicts import verdicts


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and both figures for one state, from one set of runs and one accountant."""
    setting = setting_of(values)
    state = evaluate(track, setting, seed=seed)
    shown = readings(state)
    return Outcome(
        panels=drawings(state),
        readings=shown,
        verdicts=verdicts(state, shown),
        decision={
            **values,
            "epsilon": setting.epsilon if setting.private else 0.0,
            "guarantee": guarantee_in_words(track, setting),
        },
    )


BENCH = Bench(
    id="privacy",
    title="Privacy: what does a guarantee cost?",
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=closing.OBSERVATION,
    reflection=closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=closing.peek,
    texts=(
        *brief_texts("privacy"),
        declared.DEVICE_SINGULAR,
        declared.RAW_NAME,
    ),
    order=4,
    minutes=12,
    facts=(
        Fact(
            decision="guarantee",
            label="Guarantee",
            closing="The guarantee you carried: {}",
            missing="No guarantee was recorded: keeping data where they are is none by itself.",
        ),
        Fact(decision="epsilon", label="ε", none=0.0, closing="ε = {}"),
    ),
)
