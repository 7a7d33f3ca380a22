"""What one change would mend on the Battery-Privacy bench, each tried by its own physics before it is offered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tracks.api.bench import Fix, Value
from tracks.mobile_nomad.battery.model.step import exchange_of, memory_of, step_of
from tracks.mobile_nomad.battery.setting import BATCH, MINUTES, RESOLUTION, RESOLUTION_STEP, Glasses, Setting
from tracks.mobile_nomad.battery.state import (
    FORGETTING,
    FRAMES_DROPPED,
    OUT_OF_MEMORY,
    OVER_BATTERY,
    RAW_AUDIO_LEFT,
    TOO_HOT,
    TOO_LITTLE_GAIN,
    measured,
)

MOST, TRIED = 3, 4
CLEARLY = 1e-6  # of a margin that a fix has to gain
Offer = tuple[str, Value]


def fixes(code: str, glasses: Glasses, setting: Setting) -> tuple[Fix, ...]:
    """Return up to three changes that raise the margin of a failure: those that cure it first, then by margin."""
    now = measured(code, glasses, setting).margin
    helpful: list[tuple[bool, float, Fix]] = []
    tried = 0
    for control, value in dict.fromkeys(_OFFERS[code](glasses, setting)):
        if getattr(setting, control) == value or tried == TRIED or len(helpful) == MOST:
            continue
        tried += 1
        margin = measured(code, glasses, _changed(setting, control, value)).margin
        if margin > now + CLEARLY:
            helpful.append((margin < 0, -margin if margin < 0 else 0.0, Fix(control=control, value=value)))
    return tuple(fix for *_, fix in sorted(helpful, key=lambda one: one[:2]))


def _changed(setting: Setting, control: str, value: Value) -> Setting:
    change: dict[str, Any] = {control: value}
    return replace(setting, **change)


def _memory(glasses: Glasses, setting: Setting) -> Iterator[Offer]:
    yield "batch", _largest_batch(glasses, setting)
    yield "runtime", "ideal"
    yield "method", "tinytl_bias"
    yield "method", "last_k"


def _largest_batch(glasses: Glasses, setting: Setting) -> int:
    """Return the largest batch that fits, memory being a straight line in it; 1 where none does."""
    one, now = (
        float(memory_of(setting.method, batch, setting.resolution, setting.runtime).total_bytes)
        for batch in (1, setting.batch)
    )
    if setting.batch == 1 or now <= one:
        return 1
    each = (now - one) / (setting.batch - 1)
    return int(min(BATCH[1], max(BATCH[0], 1 + (glasses.memory_bytes - one) // each)))


def _battery(glasses: Glasses, setting: Setting) -> Iterator[Offer]:
    yield "schedule", "charging"
    if not setting.learns:
        yield "radio", "wifi"
        yield "data", "local"
        return
    step = step_of(glasses, setting)
    spent = measured(OVER_BATTERY, glasses, setting).quantity * glasses.battery_j
    radio = exchange_of(glasses, setting).joules
    if step.learning_w and radio < glasses.allowed_j:
        yield "minutes", _minutes(setting.minutes * (glasses.allowed_j - radio) / (spent - radio))
    else:
        yield "data", "local"
    yield "radio", "wifi"
    yield "method", "tinytl_bias"


def _minutes(wanted: float) -> float:
    """Return minutes on the slider, three digits, not above what is wanted."""
    inside = min(max(wanted * 0.999, MINUTES[0]), MINUTES[1])
    return float(f"{inside:.3g}") if inside > MINUTES[0] else MINUTES[0]


def _frames(_glasses: Glasses, setting: Setting) -> Iterator[Offer]:
    yield "schedule", "idle"
    yield "schedule", "charging"
    if setting.learns:
        yield "runtime", "ideal"
        yield "method", "tinytl_bias"


def _heat(_glasses: Glasses, setting: Setting) -> Iterator[Offer]:
    if setting.learns:
        yield "minutes", _minutes(setting.minutes / 2)
        yield "minutes", _minutes(setting.minutes / 5)
    yield "schedule", "worn"
    yield "schedule", "idle"


def _audio(_glasses: Glasses, _setting: Setting) -> Iterator[Offer]:
    yield "data", "local"
    yield "data", "federated"


def _forgetting(_glasses: Glasses, setting: Setting) -> Iterator[Offer]:
    if setting.resolution <= RESOLUTION[1] - 2 * RESOLUTION_STEP:
        yield "resolution", int(RESOLUTION[1])
    if setting.data == "local":
        yield "data", "federated"
    yield "minutes", _minutes(setting.minutes / 2)
    yield "minutes", _minutes(setting.minutes / 5)


def _gain(_glasses: Glasses, setting: Setting) -> Iterator[Offer]:
    yield "minutes", _minutes(setting.minutes * 3)
    if setting.method in ("head", "tinytl_bias"):
        yield "method", "tinytl_lite_residual"
    yield "data", "local"
    if setting.resolution < RESOLUTION[1]:
        yield "resolution", int(RESOLUTION[1])


_OFFERS: Mapping[str, Callable[[Glasses, Setting], Iterator[Offer]]] = {
    OUT_OF_MEMORY: _memory,
    OVER_BATTERY: _battery,
    FRAMES_DROPPED: _frames,
    TOO_HOT: _heat,
    RAW_AUDIO_LEFT: _audio,
    FORGETTING: _forgetting,
    TOO_LITTLE_GAIN: _gain,
}
