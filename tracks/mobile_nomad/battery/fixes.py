"""The fixes of the Battery-Privacy bench; each is tried by the bench's own physics before it is returned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tracks import Fix, Value
from tracks.api.fixes import JUST_INSIDE, best_fixes, changed, rounded
from tracks.api.outcome import Limit
from tracks.mobile_nomad.battery.model.step import memory_of
from tracks.mobile_nomad.battery.setting import BATCH, MINUTES, RESOLUTION, RESOLUTION_STEP, Glasses, Setting
from tracks.mobile_nomad.battery.state import (
    FORGETTING,
    FRAMES_DROPPED,
    OUT_OF_MEMORY,
    OVER_BATTERY,
    RAW_AUDIO_LEFT,
    TOO_HOT,
    TOO_LITTLE_GAIN,
    State,
    limit,
)

Change = tuple[str, Value]  # a control and what to set it to


def fixes(code: str, state: State) -> tuple[Fix, ...]:
    """Return up to three changes that help against a failure."""

    def after(fix: Fix) -> Limit:
        return limit(code, state.glasses, changed(state.setting, fix))

    return best_fixes(state.limits[code], candidates(code, state), after)


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Return the changes to try against a failure, the mildest first."""
    for control, value in _CANDIDATES[code](state):
        yield Fix(control=control, value=value)


def _memory(state: State) -> Iterator[Change]:
    yield "batch", _largest_batch(state.glasses, state.setting)
    yield "method", "tinytl_bias"
    yield "method", "last_k"


def _largest_batch(glasses: Glasses, setting: Setting) -> int:
    """Return the largest batch that fits, where memory is linear in it; 1 where none does."""
    one, now = (float(memory_of(replace(setting, batch=batch)).total_bytes) for batch in (1, setting.batch))
    if setting.batch == 1 or now <= one:
        return 1
    each = (now - one) / (setting.batch - 1)
    return int(min(BATCH[1], max(BATCH[0], 1 + (glasses.memory_bytes - one) // each)))


def _battery(state: State) -> Iterator[Change]:
    glasses, setting, day = state.glasses, state.setting, state.day
    yield "schedule", "charging"
    if not setting.learns:
        yield "radio", "wifi"
        yield "data", "local"
        return
    if day.learning_j and day.radio_j < glasses.allowed_j:
        wanted = setting.minutes * (glasses.allowed_j - day.radio_j) / (day.drained_j - day.radio_j)
        yield "minutes", _minutes(wanted * JUST_INSIDE)
    else:
        yield "data", "local"
    yield "radio", "wifi"
    yield "method", "tinytl_bias"


def _minutes(wanted: float) -> float:
    """Return minutes on the slider, in three digits, not above what is wanted."""
    return max(MINUTES[0], rounded(min(wanted, MINUTES[1])))


def _frames(state: State) -> Iterator[Change]:
    yield "schedule", "idle"
    yield "schedule", "charging"
    if state.setting.learns:
        yield "method", "tinytl_bias"


def _heat(state: State) -> Iterator[Change]:
    if state.setting.learns:
        yield "minutes", _minutes(state.setting.minutes / 2)
        yield "minutes", _minutes(state.setting.minutes / 5)
    yield "schedule", "worn"
    yield "schedule", "idle"


def _audio(_state: State) -> Iterator[Change]:
    yield "data", "local"
    yield "data", "federated"


def _forgetting(state: State) -> Iterator[Change]:
    setting = state.setting
    if setting.resolution <= RESOLUTION[1] - 2 * RESOLUTION_STEP:
        yield "resolution", int(RESOLUTION[1])
    if setting.data == "local":
        yield "data", "federated"
    yield "minutes", _minutes(setting.minutes / 2)
    yield "minutes", _minutes(setting.minutes / 5)


def _gain(state: State) -> Iterator[Change]:
    setting = state.setting
    yield "minutes", _minutes(setting.minutes * 3)
    if setting.method in ("head", "last_k"):
        yield "method", "tinytl_bias"
    if setting.method in ("head", "last_k", "tinytl_bias"):
        yield "method", "tinytl_lite_residual"
    yield "data", "local"
    if setting.resolution < RESOLUTION[1]:
        yield "resolution", int(RESOLUTION[1])


_CANDIDATES: Mapping[str, Callable[[State], Iterator[Change]]] = {
    OUT_OF_MEMORY: _memory,
    OVER_BATTERY: _battery,
    FRAMES_DROPPED: _frames,
    TOO_HOT: _heat,
    RAW_AUDIO_LEFT: _audio,
    FORGETTING: _forgetting,
    TOO_LITTLE_GAIN: _gain,
}
