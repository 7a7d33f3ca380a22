"""The second act: which of three options is a guarantee, and can the one that is be shipped?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tracks import Outcome, Panel, Track, Value, as_case
from tracks.missions.privacy.bench import BENCH
from tracks.missions.privacy.figures import drawings, panels_with
from tracks.missions.privacy.python_script import privacy_script
from tracks.missions.privacy.readings import guarantee_in_words, readings
from tracks.missions.privacy.recommendation import closing, read_out, texts
from tracks.missions.privacy.recommendation.state import FAILURES, LAST_ROUND, evaluate, least_of
from tracks.missions.privacy.recommendation.world import controls, world
from tracks.missions.privacy.setting import setting_of
from tracks.missions.privacy.state import State
from tracks.missions.privacy.verdicts import verdicts

TITLE = "Recommendation fleet: a promise in writing"


def panels(track: Track) -> tuple[Panel, Panel]:
    """Return the two panels of privacy with the five points of this case, and what one update shows as a view."""
    frontier, budget = panels_with(track, least_of(track), LAST_ROUND)
    return replace(frontier, label="accuracy", views=(read_out.panel(),)), budget


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and figures for one state."""
    return _outcome(evaluate(track, setting_of(values), seed=seed), values, seed=seed)


def preview(track: Track, *, seed: int, fixes: bool, **values: Value) -> Outcome:
    """Return the same from one run, without the curves, for a slider that moves."""
    state = evaluate(track, setting_of(values), seed=seed, moving=True)
    return _outcome(state, values, seed=seed, with_fixes=fixes)


def _outcome(state: State, values: Mapping[str, Value], *, seed: int, with_fixes: bool = True) -> Outcome:
    shown, setting = readings(state), state.setting
    return Outcome(
        panels={**drawings(state), read_out.READ_OUT: read_out.drawing(setting, seed=seed)},
        readings=shown,
        verdicts=verdicts(state, shown, with_fixes=with_fixes),
        decision={**values, "guarantee": guarantee_in_words(state.track, setting)},
    )


def script(track: Track, *, seed: int, **values: Value) -> str:
    """Return the runs of one state as a Python program."""
    return privacy_script(track, setting_of(values), seed=seed, title=TITLE)


CASE = as_case(
    BENCH,
    id="recommendation",
    title=TITLE,
    world=world,
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    preview=preview,
    script=script,
    predictions=texts.predictions,
    observation=closing.observation(),
    reflection=closing.reflection,
    peek=closing.peek,
    presets=closing.presets,
    failures=FAILURES,
    texts=(),
    once=True,
    order=3.5,
    minutes=8,
)
