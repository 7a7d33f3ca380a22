"""Everything that follows from one state of the Battery-Privacy bench, and the seven quantities that have a limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from physics.units import MB
from tracks.mobile_nomad.battery.model.day import Day, day_of, drained_j, passes_of
from tracks.mobile_nomad.battery.model.personalisation import Accent, Lesson, accent, lesson_of, steps_of
from tracks.mobile_nomad.battery.model.step import Exchange, Step, exchange_of, step_of
from tracks.mobile_nomad.battery.setting import Glasses, Setting

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

# Ten degrees or five points weigh as much as a memory twice over.
KELVIN_SCALE, POINTS_SCALE = 10.0, 5.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class State:
    """One state of the controls with all that was computed for it."""

    glasses: Glasses
    setting: Setting
    step: Step
    exchange: Exchange
    day: Day
    lesson: Lesson
    accent: Accent

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


@lru_cache(maxsize=512)
def state_of(glasses: Glasses, setting: Setting) -> State:
    """Return everything that follows from a setting."""
    step, exchange = step_of(glasses, setting), exchange_of(glasses, setting)
    day, lesson = day_of(glasses, setting, step, exchange), lesson_of(glasses, setting)
    return State(
        glasses=glasses,
        setting=setting,
        step=step,
        exchange=exchange,
        day=day,
        lesson=lesson,
        accent=accent(lesson, steps_of(day.passes)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A quantity beside its limit, in a unit of ``tracks.api.quantities`` or plain words; scale: of its margin."""

    quantity: float
    limit: float
    unit: str
    at_most: bool = True
    scale: float | None = None

    @property
    def margin(self) -> float:
        """Distance to the limit in units of the scale: positive inside."""
        distance = (self.limit - self.quantity) / (abs(self.limit) if self.scale is None else self.scale)
        return distance if self.at_most else -distance


def measured(code: str, glasses: Glasses, setting: Setting) -> Measured:
    """Return the quantity that a failure is about, computing no more than it needs."""
    step = step_of(glasses, setting)
    if code == OUT_OF_MEMORY:
        return Measured(quantity=float(step.memory.total_bytes), limit=glasses.memory_bytes, unit="iB")
    if code == RAW_AUDIO_LEFT:
        whole = glasses.raw_bytes / MB
        return Measured(quantity=whole if setting.data == "upload" else 0.0, limit=0.0, unit="MB of voice", scale=whole)
    exchange = exchange_of(glasses, setting)
    if code == OVER_BATTERY:
        drained = drained_j(glasses, setting, step, exchange)
        return Measured(quantity=drained / glasses.battery_j, limit=glasses.allowed_share, unit="share")
    if code in (FRAMES_DROPPED, TOO_HOT):
        day = day_of(glasses, setting, step, exchange)
        if code == TOO_HOT:
            return Measured(quantity=day.hottest, limit=glasses.skin_c, unit="°C", scale=KELVIN_SCALE)
        return Measured(quantity=day.slowest, limit=glasses.frames_per_s, unit="frames/s", at_most=False)
    result = accent(lesson_of(glasses, setting), steps_of(passes_of(glasses, setting, step)))
    points, limit = (
        (result.elsewhere_points, -glasses.loss_points)
        if code == FORGETTING
        else (result.gain_points, glasses.gain_points)
    )
    return Measured(quantity=points, limit=limit, unit="points", at_most=False, scale=POINTS_SCALE)
