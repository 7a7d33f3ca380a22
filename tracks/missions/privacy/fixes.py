"""What one change would mend on the privacy bench: bytes and promises by formula, accuracy by running it.

Accuracy follows no formula, so a change is offered there only after its own runs, on the same draws, have scored
higher. A few are tried, those that act on what costs most: where the noise is added, the cohort, the rounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tracks import Fix, Track
from tracks.missions.privacy.accounting import Found, learning_of, mechanism_of, moved_bytes, what_is_learnt
from tracks.missions.privacy.readings import DATA_WARN
from tracks.missions.privacy.runs import learned
from tracks.missions.privacy.setting import CLIP, DELTA, EPSILON, LOCAL_STEPS, PAYLOAD_FACTORS, ROUNDS, SHARE, Setting

Fixes = tuple[Fix, ...]
MOST, TRIED = 3, 2
HARDLY, CLEARLY = 5e-4, 0.02  # of accuracy a change has to gain: on the same draws, or where the draws change too
SHARES_OFFERED = (0.01, 0.1, 1.0)
USUAL_STEPS = 5
ALL_CLIPPED = 0.97
_JUST_INSIDE = 1 - 1e-9  # so that rounding in the physics cannot leave a fix a hair outside
_WORTH_OFFERING = 0.99  # of the bytes may remain where a fix comes inside nothing
QUIET = 0.006  # noise on the average below which it is hardly felt


def changed(setting: Setting, fix: Fix) -> Setting:
    """Return the setting after a fix."""
    change: dict[str, Any] = {fix.control: fix.value}
    return replace(setting, **change)


def mechanism_fixes() -> Fixes:
    """Return what puts a mechanism behind a promise."""
    return (Fix(control="deployment", value="federated_dp"),)


def epsilon_fixes(track: Track) -> Fixes:
    """Return what the officer grants as the promise, where the slider reaches it."""
    value = track.targets.epsilon
    return (Fix(control="epsilon", value=value),) if EPSILON[0] <= value <= EPSILON[1] else ()


def delta_fixes(setting: Setting) -> Fixes:
    """Return the power of ten below one over the fleet."""
    value = delta_below(setting.fleet)
    return (Fix(control="delta", value=value),) if value >= DELTA[0] else ()


def delta_below(fleet: int) -> float:
    """Return the largest power of ten below one over a fleet."""
    return float(f"1e{math.ceil(-math.log10(fleet) - 1e-9) - 1}")


# --- bytes -----------------------------------------------------------------------------------------------------------


def data_fixes(track: Track, setting: Setting, state: Found) -> Fixes:
    """Return what brings the bytes of a day to four fifths of what is allowed, or nearest to it."""
    wanted = DATA_WARN * state.allowed / state.moved * _JUST_INSIDE
    options: list[tuple[float, Fix]] = []
    for fix in _byte_levers(track, setting, wanted):
        remains = moved_bytes(track, changed(setting, fix)) / state.moved
        if remains < _WORTH_OFFERING:
            options.append((remains, fix))
    inside = [fix for remains, fix in options if remains <= state.allowed / state.moved]
    nearer = [fix for remains, fix in sorted(options, key=lambda one: one[0]) if fix not in inside]
    return tuple((inside + nearer)[:MOST])


def _byte_levers(track: Track, setting: Setting, wanted: float) -> Iterator[Fix]:
    if setting.deployment == "centralised":
        yield Fix(control="deployment", value="federated_dp")
        yield Fix(control="deployment", value="federated")
        return
    low = PAYLOAD_FACTORS[0] * track.model.moved_bytes
    yield Fix(control="participating_share", value=max(SHARE[0], _written(setting.participating_share * wanted)))
    yield Fix(control="payload_bytes", value=max(low, _written(setting.payload_bytes * wanted)))
    yield Fix(control="rounds", value=max(int(ROUNDS[0]), math.floor(setting.rounds * wanted)))


# --- accuracy --------------------------------------------------------------------------------------------------------


def accuracy_fixes(track: Track, setting: Setting, state: Found, *, floor: float) -> Fixes:
    """Return up to three changes that score higher; those that reach ``floor`` first."""
    levers = _against_noise if loud(state) else _towards_learning
    tried = [(score >= floor, score, fix) for score, fix in levers(track, setting, state)]
    tried.sort(key=lambda one: (not one[0], 0.0 if one[0] else -one[1]))
    return tuple(fix for *_, fix in tried[:MOST])


def loud(state: Found) -> bool:
    """Whether the noise, rather than too little learning, is what is felt."""
    return state.mechanism is not None and state.mechanism.on_average > QUIET


def _against_noise(track: Track, setting: Setting, state: Found) -> Iterator[tuple[float, Fix]]:
    """Each change that leaves less noise on the average, with what the same draws score under that little."""
    promise = track.targets.epsilon
    changes = [Fix(control="noise", value="secure_aggregation")] if setting.noise == "local" else []
    for share in SHARES_OFFERED:
        after = replace(setting, participating_share=share)
        if share >= 2 * setting.participating_share and moved_bytes(track, after) <= state.allowed:
            changes.append(Fix(control="participating_share", value=share))
    if setting.epsilon < promise <= EPSILON[1]:
        changes.append(Fix(control="epsilon", value=promise))
    for fix in changes:
        noise = mechanism_of(changed(setting, fix)).on_average
        score = learned(state.learning, noise).accuracy
        if score > state.learned.accuracy + (CLEARLY if fix.control == "participating_share" else HARDLY):
            yield score, fix


def _towards_learning(track: Track, setting: Setting, state: Found) -> Iterator[tuple[float, Fix]]:
    """Each change that lets the model travel further, with the score of its own runs."""
    changes = []
    if state.learned.clipped > 0.5 and setting.clip_norm < CLIP[1]:
        changes.append(Fix(control="clip_norm", value=_written(min(2 * setting.clip_norm, CLIP[1]))))
    if setting.rounds < ROUNDS[1]:
        changes.append(Fix(control="rounds", value=min(2 * setting.rounds, int(ROUNDS[1]))))
    if setting.local_steps != USUAL_STEPS:
        changes.append(Fix(control="local_steps", value=USUAL_STEPS))
    for fix in changes[:TRIED]:
        after = changed(setting, fix)
        learning = learning_of(track, after, seed=state.learning.seed)
        score = what_is_learnt(track, after, learning, mechanism_of(after) if after.private else None).accuracy
        if score > state.learned.accuracy + HARDLY:
            yield score, fix


def clip_fixes(setting: Setting, state: Found) -> Fixes:
    """Return what clips fewer updates: a longer clip, or shorter walks between two rounds."""
    quieter = mechanism_of(setting, noise="secure_aggregation").on_average
    if setting.noise == "local" and learned(state.learning, quieter).clipped < state.learned.clipped - 0.005:
        return (Fix(control="noise", value="secure_aggregation"),)
    if state.learned.clipped > ALL_CLIPPED:
        return (Fix(control="clip_norm", value=CLIP[1]),) if setting.clip_norm < CLIP[1] and not loud(state) else ()
    offered = []
    if setting.clip_norm < CLIP[1] and not loud(state):
        offered.append(Fix(control="clip_norm", value=_written(min(2 * setting.clip_norm, CLIP[1]))))
    if setting.local_steps > LOCAL_STEPS[0]:
        offered.append(Fix(control="local_steps", value=max(int(LOCAL_STEPS[0]), setting.local_steps // 2)))
    return tuple(offered)


def _written(value: float) -> float:
    return float(f"{value:.3g}")
