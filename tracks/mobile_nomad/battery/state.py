"""Everything that follows from one state of the Battery-Privacy bench, and the seven quantities that have a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from physics.units import MB
from tracks import Track
from tracks.api.outcome import Limit
from tracks.mobile_nomad.battery.model.day import Day, day_of, drained_j, passes_of
from tracks.mobile_nomad.battery.model.personalisation import (
    PersonalisationResult,
    PersonalisationTask,
    personalisation_result,
    personalisation_task,
    steps_of,
)
from tracks.mobile_nomad.battery.model.step import Exchange, Step, exchange_of, step_of
from tracks.mobile_nomad.battery.setting import Glasses, Setting, glasses_of

OUT_OF_MEMORY, OVER_BATTERY, FRAMES_DROPPED = "out_of_memory", "over_battery", "frames_dropped"
TOO_HOT, RAW_AUDIO_LEFT = "too_hot", "raw_audio_left"
FORGETTING, TOO_LITTLE_GAIN = "forgetting", "too_little_gain"
FAILURES = (
    OUT_OF_MEMORY,
    OVER_BATTERY,
    FRAMES_DROPPED,
    TOO_HOT,
    RAW_AUDIO_LEFT,
    FORGETTING,
    TOO_LITTLE_GAIN,
)

# 10 K or 5 points count as much as twice the memory.
KELVIN_SCALE, POINTS_SCALE = 10.0, 5.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """One state of the controls with all that was computed for it; limits: by the code of the failure."""

    track: Track
    glasses: Glasses
    setting: Setting
    step: Step
    exchange: Exchange
    day: Day
    task: PersonalisationTask
    personalisation: PersonalisationResult
    limits: Mapping[str, Limit]

    @property
    def drain(self) -> float:
        """Power of learning over that of translating, the networks alone [1]."""
        ratio, traffic, duty = self.drain_terms
        return ratio * traffic * duty

    @property
    def drain_terms(self) -> tuple[float, float, float]:
        """What the drain is the product of: operations, joules of an operation, samples a second [1]."""
        step = self.step
        if not step.sample_s:
            return 0.0, 0.0, 0.0
        duty = self.day.pace / step.sample_s / self.glasses.frames_per_s
        return step.flop_ratio, step.sample_j_per_flop / step.frame_j_per_flop, duty


def evaluate(track: Track, setting: Setting) -> State:
    """Return everything that follows from a setting on a track."""
    glasses = glasses_of(track, health=setting.battery_health, memory_left=setting.memory_left)
    step, exchange = step_of(glasses, setting), exchange_of(glasses, setting)
    day, task = day_of(glasses, setting, step, exchange), personalisation_task(glasses, setting)
    return State(
        track=track,
        glasses=glasses,
        setting=setting,
        step=step,
        exchange=exchange,
        day=day,
        task=task,
        personalisation=personalisation_result(task, steps_of(day.passes)),
        limits={code: limit(code, glasses, setting) for code in FAILURES},
    )


def limit(code: str, glasses: Glasses, setting: Setting) -> Limit:
    """Return the limit that a failure is about, computing no more than it needs: a fix is tried by this limit alone."""
    step = step_of(glasses, setting)
    if code == OUT_OF_MEMORY:
        return Limit(quantity=float(step.memory.total_bytes), limit=glasses.memory_bytes)
    if code == RAW_AUDIO_LEFT:
        voice = glasses.raw_bytes / MB
        return Limit(quantity=voice if setting.data == "upload" else 0.0, limit=0.0, scale=voice)
    exchange = exchange_of(glasses, setting)
    if code == OVER_BATTERY:
        drained = drained_j(glasses, setting, step, exchange)
        return Limit(quantity=drained / glasses.battery_j, limit=glasses.allowed_share)
    if code in (FRAMES_DROPPED, TOO_HOT):
        day = day_of(glasses, setting, step, exchange)
        if code == TOO_HOT:
            return Limit(quantity=day.hottest, limit=glasses.skin_c, scale=KELVIN_SCALE)
        return Limit(quantity=day.slowest, limit=glasses.frames_per_s, at_most=False)
    passes = passes_of(glasses, setting, step)
    result = personalisation_result(personalisation_task(glasses, setting), steps_of(passes))
    if code == FORGETTING:
        points, least = result.elsewhere_points, -glasses.loss_points
    else:
        points, least = result.gain_points, glasses.gain_points
    return Limit(quantity=points, limit=least, at_most=False, scale=POINTS_SCALE)
