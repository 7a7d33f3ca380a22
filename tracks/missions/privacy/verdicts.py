"""The verdicts of the privacy bench and their texts: a promise without noise, a spent budget, too little learnt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracks import Reading, Verdict
from tracks.api.outcome import Level, Offered
from tracks.api.quantities import three_digits
from tracks.common.declared import device_word
from tracks.common.provenance import quantity_text
from tracks.common.scoring import window_in_words
from tracks.missions.privacy.fixes import offered_fixes
from tracks.missions.privacy.setting import DEPLOYMENTS, HORIZON_DAYS, NOISES
from tracks.missions.privacy.state import (
    ACCURACY,
    BUDGET,
    CLAIM,
    CLIPPED,
    CLIPPED_LIMIT,
    DATA,
    DELTA_LARGE,
    GAP,
    State,
)


def verdicts(state: State, readings: tuple[Reading, ...], *, with_fixes: bool = True) -> tuple[Verdict, ...]:
    """Return the judgements on a state: what concerns noise only where some is added."""
    by_id = {one.id: one for one in readings}
    return tuple(
        _VERDICTS[code](state, by_id, offered_fixes(code, state) if with_fixes and limit.level != "ok" else ())
        for code, limit in state.limits.items()
    )


def _claim(state: State, _readings: Mapping[str, Reading], offered: Offered) -> Verdict:
    """The page reads the noise multiplier as it is; here it is compared with the least that can be booked."""
    setting, level = state.setting, state.limits[CLAIM].level
    kept = level == "ok"
    device = device_word(state.track)
    where = "lie in one place" if setting.deployment == "centralised" else f"stay with the {device}"
    promise = f"ε = {three_digits(setting.epsilon)}"
    return Verdict(
        code=CLAIM,
        reading=Reading.of(state.limits[CLAIM], id="least_noise", label="Noise multiplier"),
        title="Promise with a mechanism" if kept else "Claim without mechanism",
        cause=f"Noise is added, {NOISES[setting.noise]}, and every round is booked."
        if kept
        else f"{promise} is promised and no noise is added: that the data {where} bounds nothing.",
        fixes=offered,
    )


def _accuracy(state: State, readings: Mapping[str, Reading], offered: Offered) -> Verdict:
    reading, level = readings["accuracy"], state.limits[ACCURACY].level
    low = level == "fail"
    return Verdict(
        code=ACCURACY,
        reading=reading,
        title="Below the safety accuracy" if low else "Safe accuracy",
        cause=_why(state) if low else f"{quantity_text(state.result.accuracy, 'share')} of the test images are right.",
        fixes=offered,
    )


def _gap(state: State, readings: Mapping[str, Reading], offered: Offered) -> Verdict:
    level = state.limits[GAP].level
    return Verdict(
        code=GAP,
        reading=readings["gap"],
        title={"ok": "Near the ceiling", "warn": "Utility falls", "fail": "Utility collapse"}[level],
        unit="points below",
        cause=_why(state)
        if level != "ok"
        else f"The ceiling is {quantity_text(state.ceiling, 'share')}, all data in one place.",
        fixes=offered,
    )


def _why(state: State) -> str:
    """Name what keeps the accuracy down most: the noise, the clip, or too little learning."""
    setting = state.setting
    if state.noise is not None and state.noise_is_felt:
        noise = three_digits(state.noise.on_average)
        return (
            f"The {NOISES[setting.noise]} noise leaves {noise} on every coordinate of the average of "
            f"{quantity_text(setting.cohort, '')} updates."
        )
    if state.result.clipped > CLIPPED_LIMIT:
        path = setting.rounds * setting.clip_norm
        return f"Updates clipped to {three_digits(setting.clip_norm)} move the model by {three_digits(path)} at most."
    return f"{setting.rounds} rounds of {setting.local_steps} local steps are what the model has learnt from."


def _data(state: State, readings: Mapping[str, Reading], offered: Offered) -> Verdict:
    track, setting, level = state.track, state.setting, state.limits[DATA].level
    if setting.deployment == "centralised":
        raw = quantity_text(track.fleet.raw_bytes_per_device_day, "B")
        cause = f"The raw data are {raw} a {device_word(track)} and day."
    else:
        cause = (
            f"{quantity_text(setting.cohort, '')} clients a round, {setting.rounds} rounds in {HORIZON_DAYS} days, "
            f"{quantity_text(setting.payload_bytes, 'B')} each way."
        )
    return Verdict(
        code=DATA,
        reading=readings["moved"],
        title={"ok": "Inside the data budget", "warn": "Close to the budget", "fail": "Over the data budget"}[level],
        measure=f"Moved a day, {DEPLOYMENTS[setting.deployment]}",
        cause=cause,
        fixes=offered,
    )


def _budget(state: State, readings: Mapping[str, Reading], offered: Offered) -> Verdict:
    setting, targets, level = state.setting, state.track.targets, state.limits[BUDGET].level
    bound, unit = targets.epsilon, targets.epsilon_unit
    over = level == "fail"
    when = min(state.stop_round or setting.rounds, setting.rounds)
    return Verdict(
        code=BUDGET,
        reading=readings["epsilon"],
        title=f"Budget spent in round {when}" if over else "Budget lasts",
        measure=f"ε per {unit}, all rounds",
        cause=f"The officer grants {three_digits(bound)} per {unit}; round {when} of {setting.rounds} breaks it."
        if over
        else f"All {setting.rounds} rounds stay within the officer’s {three_digits(bound)}.",
        fixes=offered,
    )


def _delta(state: State, _readings: Mapping[str, Reading], offered: Offered) -> Verdict:
    """The student sets delta and no reading repeats it; its limit, one over the fleet, is no control."""
    setting, level = state.setting, state.limits[DELTA_LARGE].level
    large = level == "fail"
    clients = quantity_text(setting.fleet, state.track.fleet.unit)
    return Verdict(
        code=DELTA_LARGE,
        reading=Reading.of(state.limits[DELTA_LARGE], id="delta", label="δ for the fleet"),
        title="δ too large" if large else "δ below 1/N",
        measure=f"δ for {clients}",
        cause=f"At δ = {three_digits(setting.delta)} a mechanism may publish "
        f"{three_digits(setting.delta * setting.fleet)} of {clients} outright."
        if large
        else "Publishing one client in full would break the promise.",
        fixes=offered,
    )


def _clipped(state: State, _readings: Mapping[str, Reading], offered: Offered) -> Verdict:
    """A bias does not break the promise, so past its limit it only warns."""
    setting, limit = state.setting, state.limits[CLIPPED]
    level: Level = "ok" if limit.level == "ok" else "warn"
    return Verdict(
        code=CLIPPED,
        reading=Reading.of(limit, id="clipped", label="Updates clipped", unit="share"),
        level=level,
        title="Few updates clipped" if level == "ok" else "Clip bias",
        cause=f"{quantity_text(limit.quantity, 'share')} of the updates of {window_in_words(setting.rounds)} are cut "
        f"to {three_digits(setting.clip_norm)}, those of the unlike clients most.",
        fixes=offered,
    )


_VERDICTS: Mapping[str, Callable[[State, Mapping[str, Reading], Offered], Verdict]] = {
    CLAIM: _claim,
    ACCURACY: _accuracy,
    GAP: _gap,
    DATA: _data,
    BUDGET: _budget,
    DELTA_LARGE: _delta,
    CLIPPED: _clipped,
}
