"""The fourth bench of every mission: what does a guarantee cost?"""

from __future__ import annotations

from dashboard.missions import privacy_texts as texts
from dashboard.missions.privacy_account import found
from dashboard.missions.privacy_controls import controls, presets
from dashboard.missions.privacy_figures import FRONTIER, FUEL, frontier_drawing, fuel_drawing, panels
from dashboard.missions.privacy_locks import predictions
from dashboard.missions.privacy_readings import HUD, guarantee_in_words, readings
from dashboard.missions.privacy_setting import setting_of
from dashboard.missions.privacy_verdicts import FAILURES, verdicts
from tracks import Bench, Outcome, Track, Value


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and both figures for one state, from one set of runs and one accountant."""
    setting = setting_of(values)
    given = found(track, setting, seed=seed)
    return Outcome(
        panels={
            FRONTIER: frontier_drawing(track, setting, given),
            FUEL: fuel_drawing(track, setting, given),
        },
        readings=readings(track, setting, given),
        verdicts=verdicts(track, setting, given),
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
    predictions=predictions,
    observation=texts.OBSERVATION,
    reflection=texts.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=texts.peek,
)
