"""The verdicts of the glasses: memory, battery, frames, heat, uploaded voice, and too much or too little learning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tracks import Reading, Verdict
from tracks.api.quantities import in_words, three_digits
from tracks.mobile_nomad.battery.fixes import fixes
from tracks.mobile_nomad.battery.model.personalisation import FEATURES, personalisation_result, steps_of
from tracks.mobile_nomad.battery.setting import METHODS, RADIOS
from tracks.mobile_nomad.battery.state import (
    FORGETTING,
    FRAMES_DROPPED,
    OUT_OF_MEMORY,
    OVER_BATTERY,
    RAW_AUDIO_LEFT,
    TOO_HOT,
    TOO_LITTLE_GAIN,
    State,
)


def verdicts(state: State, readings: tuple[Reading, ...]) -> tuple[Verdict, ...]:
    """Return the seven judgements, each on the reading that it is about."""
    by_id = {one.id: one for one in (*readings, _raw_audio(state))}
    return tuple(_verdict(code, state, by_id[reading]) for code, (reading, *_) in _JUDGED.items())


def _verdict(code: str, state: State, reading: Reading) -> Verdict:
    _, bad, good, cause = _JUDGED[code]
    fails = reading.level == "fail"
    return Verdict(
        code=code,
        reading=reading,
        title=bad if fails else good,
        cause=cause(state),
        fixes=fixes(code, state) if fails else (),
    )


def _raw_audio(state: State) -> Reading:
    """Return how much of the voice was sent; the page shows a text instead."""
    return Reading.of(state.limits[RAW_AUDIO_LEFT], id="raw_audio", label="Raw audio sent", unit="MB of voice")


def _memory(state: State) -> str:
    setting, memory = state.setting, state.step.memory
    parts = {
        "weights": memory.weights_bytes,
        "gradients": memory.gradients_bytes,
        "optimizer states": memory.optimizer_bytes,
        "activations": memory.activations_bytes,
    }
    name, size = max(parts.items(), key=lambda part: part[1])
    share = in_words(float(size / memory.total_bytes), "share")
    if not setting.learns:
        return f"The cloud learns; of inference {share} are {name}."
    least = "LoRA trains few parameters and keeps their inputs: " if setting.method == "lora" else ""
    sentence = f"{least}{name} are {share} of it, {in_words(float(size), 'iB')} at batch {setting.batch}."
    return sentence[0].upper() + sentence[1:]


def _battery(state: State) -> str:
    setting, day = state.setting, state.day
    if setting.is_charged:
        return f"{in_words(day.learning_j + day.radio_j, 'J')} come from the charger, none from the battery."
    return (
        f"Learning takes {in_words(day.learning_j, 'J')} and {RADIOS[setting.radio]} {in_words(day.radio_j, 'J')} of "
        f"the {in_words(state.glasses.allowed_j, 'J')} that a day may cost."
    )


def _frames(state: State) -> str:
    day, glasses = state.day, state.glasses
    if day.slowest >= glasses.frames_per_s:
        return f"A frame takes {in_words(day.latency_s, 's')} of its {in_words(glasses.deadline_s, 's')}."
    if day.latency_s > glasses.deadline_s:
        return (
            f"Beside learning, which takes {in_words(state.step.bandwidth_share, 'share')} of the memory bandwidth, a "
            f"frame takes {in_words(day.latency_s, 's')} at p99."
        )
    return f"Above {three_digits(glasses.skin_c)} °C the clock halves, in the middle of a session."


def _heat(state: State) -> str:
    day = state.day
    rise = three_digits(day.hottest - state.setting.ambient_c)
    if not state.setting.learns:
        return f"{rise} K above the air, without any learning on the glasses."
    where = {"worn": "on the face", "idle": "in the open", "charging": "in the closed case"}[state.setting.schedule]
    return f"Learning runs at {in_words(day.learning_w, 'W')} {where}; the hottest minute is {rise} K above the air."


def _audio(state: State) -> str:
    raw = in_words(state.glasses.raw_bytes, "B")
    return {
        "upload": f"Every day {raw} of the wearer’s voice go to the cloud.",
        "federated": f"An update of {in_words(state.exchange.up_bytes, 'B')} leaves; the voice stays.",
        "local": "Neither voice nor update leaves the glasses.",
    }[state.setting.data]


def _forgetting(state: State) -> str:
    if not state.setting.learns:
        return "The cloud learns on every accent at once."
    passes = three_digits(state.day.passes)
    if _too_coarse(state):
        return f"At {state.setting.resolution} pixels the spectrogram is too coarse for every accent."
    if state.setting.data == "federated":
        return f"{passes} passes over the day’s speech, half of them averaged with the fleet’s."
    return f"{passes} passes over one voice, and no other in them."


def _too_coarse(state: State) -> bool:
    """Whether others are forgotten that would not be at full resolution."""
    steps, least = steps_of(state.day.passes), -state.glasses.loss_points
    if state.task.features == FEATURES or state.personalisation.elsewhere_points >= least:
        return False
    return personalisation_result(replace(state.task, features=FEATURES), steps).elsewhere_points >= least


def _gain(state: State) -> str:
    if not state.setting.learns:
        return "The cloud learns on every accent, then specialises the wearer’s copy."
    trains = f"{METHODS[state.setting.method]}, {three_digits(state.day.passes)} passes over the day’s speech"
    if state.task.reach < 1:
        trains += f"; frozen blocks hear as before, and {in_words(state.task.reach, 'share')} of the change is left"
    if state.setting.data == "federated":
        return f"{trains}; averaging keeps half of what they change."
    return f"{trains}."


# the reading that is judged; what it is called when it fails, and when it does not; its cause in a sentence
_JUDGED: Mapping[str, tuple[str, str, str, Callable[[State], str]]] = {
    OUT_OF_MEMORY: ("memory", "Out of memory", "Fits in memory", _memory),
    OVER_BATTERY: ("battery", "Over the battery", "Inside the battery", _battery),
    FRAMES_DROPPED: ("frames", "Frames dropped", "No frame dropped", _frames),
    TOO_HOT: ("hottest", "Too hot", "Cool on the face", _heat),
    RAW_AUDIO_LEFT: ("raw_audio", "Raw audio left", "No raw audio left", _audio),
    FORGETTING: ("elsewhere", "Forgetting", "Nothing forgotten", _forgetting),
    TOO_LITTLE_GAIN: ("own_accent", "Too little gain", "The accent is learnt", _gain),
}
