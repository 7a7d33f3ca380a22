"""The fourth bench of every mission: what does a guarantee cost?"""

from __future__ import annotations

from collections.abc import Mapping

from tracks import Bench, Fact, Outcome, Recorded, Track, Value
from tracks.api.declared import brief_texts
from tracks.common import declared
from tracks.missions.privacy import closing, texts
from tracks.missions.privacy.controls import controls, presets
from tracks.missions.privacy.figures import drawings, panels
from tracks.missions.privacy.python_script import privacy_script
from tracks.missions.privacy.readings import HUD, guarantee_in_words, readings
from tracks.missions.privacy.setting import setting_of
from tracks.missions.privacy.state import FAILURES, State, evaluate
from tracks.missions.privacy.verdicts import verdicts

TITLE = "Privacy: what does a guarantee cost?"


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and both figures for one state, from one set of runs and one accountant."""
    return _outcome(evaluate(track, setting_of(values), seed=seed), values)


def preview(track: Track, *, seed: int, fixes: bool, **values: Value) -> Outcome:
    """Return the same from one run, without the curves, for a slider that moves."""
    return _outcome(evaluate(track, setting_of(values), seed=seed, moving=True), values, with_fixes=fixes)


def _outcome(state: State, values: Mapping[str, Value], *, with_fixes: bool = True) -> Outcome:
    shown, setting = readings(state), state.setting
    return Outcome(
        panels=drawings(state),
        readings=shown,
        verdicts=verdicts(state, shown, with_fixes=with_fixes),
        decision={
            **values,
            "epsilon": setting.epsilon if setting.private else 0.0,
            "guarantee": guarantee_in_words(state.track, setting),
            "accuracy_gap": round(state.gap, 3),
        },
    )


def script(track: Track, *, seed: int, **values: Value) -> str:
    """Return the runs of one state as a Python program."""
    return privacy_script(track, setting_of(values), seed=seed, title=f"{track.name}. {TITLE}")


BENCH = Bench(
    id="privacy",
    title=TITLE,
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    preview=preview,
    script=script,
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
            label="Guarantee of the privacy run",
            closing="The guarantee of the run recorded on privacy: {}; a further run on the same data adds its own ε",
            missing="No guarantee was recorded: keeping data where they are is none by itself.",
        ),
        Fact(decision="accuracy_gap", label="accuracy gap", unit="pts"),
    ),
    record=(
        Recorded(id="context", label="Context", decision="context"),
        Recorded(id="epsilon", label="ε", decision="epsilon"),
        Recorded(id="participating_share", label="Participating share", decision="participating_share", unit="share"),
        Recorded(id="daily_bytes", label="Moved by the fleet in a day", reading="moved"),
        Recorded(id="accuracy_gap", label="Accuracy below the centralised", reading="gap"),
        Recorded(id="guarantee", label="Guarantee", decision="guarantee"),
    ),
)
