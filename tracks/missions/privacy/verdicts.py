"""What the privacy bench objects to: a promise without noise, a spent budget, too little learnt; in which words."""

from __future__ import annotations

import numpy as np

from tracks import Fix, Track, Verdict
from tracks.api.outcome import Level
from tracks.api.quantities import three_digits
from tracks.common.provenance import words
from tracks.common.proxy_fleet import device_word
from tracks.common.scoring import window_in_words
from tracks.missions.privacy.accounting import Found
from tracks.missions.privacy.fixes import (
    accuracy_fixes,
    clip_fixes,
    data_fixes,
    delta_fixes,
    epsilon_fixes,
    loud,
    mechanism_fixes,
)
from tracks.missions.privacy.readings import DATA_WARN, GAP_LIMIT, GAP_WARN
from tracks.missions.privacy.setting import DEPLOYMENTS, HORIZON_DAYS, NOISES, Setting

CLAIM, BUDGET, DELTA_LARGE = "claim_without_mechanism", "budget_spent", "delta_too_large"
ACCURACY, GAP, DATA, CLIPPED = "accuracy_below_target", "gap_to_ceiling", "data_budget", "clip_bias"
FAILURES = (CLAIM, ACCURACY, GAP, BUDGET, DELTA_LARGE, DATA, CLIPPED)

MIN_NOISE = 0.01  # the least noise multiplier that the accountant books
CLIPPED_LIMIT = 0.5
# A promise without a mechanism outweighs all that noise can do to the accuracy; deltas lie decades apart.
GAP_SCALE, DELTA_SCALE, CLIP_SCALE = 100.0, 1e5, 100.0


def verdicts(track: Track, setting: Setting, found: Found) -> tuple[Verdict, ...]:
    """Return the judgements on a state: what concerns noise only where some is added."""
    always = (_claim(track, setting, found), *_learnt(track, setting, found), _data(track, setting, found))
    if not setting.private:
        return always
    return (*always, _budget(track, setting, found), _delta(track, setting), _clipped(setting, found))


def _claim(track: Track, setting: Setting, found: Found) -> Verdict:
    kept = found.mechanism is not None
    device = device_word(track)
    where = "lie in one place" if setting.deployment == "centralised" else f"stay with the {device}"
    promise = f"ε = {three_digits(setting.epsilon)}"
    return Verdict(
        code=CLAIM,
        level="ok" if kept else "fail",
        title="Promise with a mechanism" if kept else "Claim without mechanism",
        measure="Noise multiplier",
        quantity=found.mechanism.multiplier if found.mechanism else 0.0,
        limit=MIN_NOISE,
        unit="",
        at_most=False,
        cause=f"Noise is added, {NOISES[setting.noise]}, and every round is booked."
        if kept
        else f"{promise} is promised and no noise is added: that the data {where} bounds nothing.",
        fixes=() if kept else mechanism_fixes(),
    )


def _learnt(track: Track, setting: Setting, found: Found) -> tuple[Verdict, Verdict]:
    """Accuracy and gap: what mends them is found once for both."""
    safety, mean = track.targets.safety_accuracy, found.learned.accuracy
    low = mean < safety
    wide: Level = "fail" if found.gap > GAP_LIMIT else "warn" if found.gap > GAP_WARN else "ok"
    fixes: tuple[Fix, ...] = ()
    if low or wide != "ok":
        floor = max(safety if low else 0.0, found.ceiling - GAP_WARN / 100 if wide == "warn" else 0.0)
        fixes = accuracy_fixes(track, setting, found, floor=floor)
    cause = _why(setting, found)
    return (
        Verdict(
            code=ACCURACY,
            level="fail" if low else "ok",
            title="Below the safety accuracy" if low else "Safe accuracy",
            measure="Accuracy",
            quantity=mean,
            limit=safety,
            unit="share",
            at_most=False,
            cause=cause if low else f"{words(mean, 'share')} of the test images are right.",
            fixes=fixes if low else (),
        ),
        Verdict(
            code=GAP,
            level=wide,
            title={"ok": "Near the ceiling", "warn": "Utility falls", "fail": "Utility collapse"}[wide],
            measure="Below the ceiling",
            quantity=found.gap,
            limit=GAP_LIMIT,
            unit="points below",
            scale=GAP_SCALE,
            cause=cause if wide != "ok" else f"The ceiling is {words(found.ceiling, 'share')}, all data in one place.",
            fixes=fixes if wide != "ok" else (),
        ),
    )


def _why(setting: Setting, found: Found) -> str:
    """Name what keeps the accuracy down most: the noise, the clip, or too little learning."""
    if found.mechanism is not None and loud(found):
        noise = three_digits(found.mechanism.on_average)
        return (
            f"The {NOISES[setting.noise]} noise leaves {noise} on every coordinate of the average of "
            f"{words(setting.cohort, '')} updates."
        )
    if found.learned.clipped > CLIPPED_LIMIT:
        path = setting.rounds * setting.clip_norm
        return f"Updates clipped to {three_digits(setting.clip_norm)} move the model by {three_digits(path)} at most."
    return f"{setting.rounds} rounds of {setting.local_steps} local steps are what the model has learnt from."


def _data(track: Track, setting: Setting, found: Found) -> Verdict:
    share = found.moved / found.allowed
    level: Level = "fail" if share > 1 else "warn" if share > DATA_WARN else "ok"
    if setting.deployment == "centralised":
        cause = f"The raw data are {words(track.fleet.raw_bytes_per_device_day, 'B')} a {device_word(track)} and day."
    else:
        cause = (
            f"{words(setting.cohort, '')} clients a round, {setting.rounds} rounds in {HORIZON_DAYS} days, "
            f"{words(setting.payload_bytes, 'B')} each way."
        )
    return Verdict(
        code=DATA,
        level=level,
        title={"ok": "Inside the data budget", "warn": "Close to the budget", "fail": "Over the data budget"}[level],
        measure=f"Moved a day, {DEPLOYMENTS[setting.deployment]}",
        quantity=found.moved,
        limit=found.allowed,
        unit="B",
        cause=cause,
        fixes=() if level == "ok" else data_fixes(track, setting, found),
    )


def stop_round(track: Track, found: Found) -> int | None:
    """Return the round that breaks the officer's bound at this noise, or None within 200 rounds."""
    if found.spent is None:
        return None
    reached = np.flatnonzero(found.spent > track.targets.epsilon)
    return int(reached[0]) if reached.size else None


def _budget(track: Track, setting: Setting, found: Found) -> Verdict:
    bound, unit = track.targets.epsilon, track.targets.epsilon_unit
    over = setting.epsilon > bound
    stop = stop_round(track, found)
    when = min(stop or setting.rounds, setting.rounds)
    return Verdict(
        code=BUDGET,
        level="fail" if over else "ok",
        title=f"Budget spent in round {when}" if over else "Budget lasts",
        measure=f"ε per {unit}, all rounds",
        quantity=setting.epsilon,
        limit=bound,
        unit="",
        cause=f"The officer grants {three_digits(bound)} per {unit}; round {when} of {setting.rounds} breaks it."
        if over
        else f"All {setting.rounds} rounds stay within the officer’s {three_digits(bound)}.",
        fixes=epsilon_fixes(track) if over else (),
    )


def _delta(track: Track, setting: Setting) -> Verdict:
    limit = 1 / setting.fleet
    large = setting.delta >= limit
    return Verdict(
        code=DELTA_LARGE,
        level="fail" if large else "ok",
        title="δ too large" if large else "δ below 1/N",
        measure=f"δ for {words(setting.fleet, track.fleet.unit)}",
        quantity=setting.delta,
        limit=float(np.nextafter(limit, 0)),
        unit="",
        scale=DELTA_SCALE * limit,
        cause=f"At δ = {three_digits(setting.delta)} a mechanism may publish {three_digits(setting.delta / limit)} of "
        f"{words(setting.fleet, track.fleet.unit)} outright."
        if large
        else "Publishing one client in full would break the promise.",
        fixes=delta_fixes(setting) if large else (),
    )


def _clipped(setting: Setting, found: Found) -> Verdict:
    clipped = found.learned.clipped
    biased = clipped > CLIPPED_LIMIT
    return Verdict(
        code=CLIPPED,
        level="warn" if biased else "ok",
        title="Clip bias" if biased else "Few updates clipped",
        measure="Updates clipped",
        quantity=clipped,
        limit=CLIPPED_LIMIT,
        unit="share",
        scale=CLIP_SCALE,
        cause=f"{words(clipped, 'share')} of the updates of {window_in_words(setting.rounds)} are cut to "
        f"{three_digits(setting.clip_norm)}, those of the unlike clients most.",
        fixes=clip_fixes(setting, found) if biased else (),
    )
