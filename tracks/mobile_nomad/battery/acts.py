"""The three acts of the Battery-Privacy Paradox, and what wearers, battery and frame say to a recorded try."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracks import Act, Outcome, Track
from tracks.api.quantities import in_words, three_digits
from tracks.mobile_nomad.battery.model.personalisation import OWN_CITY
from tracks.mobile_nomad.battery.setting import DEFAULTS, glasses_of
from tracks.mobile_nomad.battery.state import (
    FORGETTING,
    FRAMES_DROPPED,
    OUT_OF_MEMORY,
    OVER_BATTERY,
    RAW_AUDIO_LEFT,
    TOO_HOT,
    TOO_LITTLE_GAIN,
)

WARM_C = 36  # of the air; on the first and the last day it is as the controls start
HEATED = 0.75  # of a new battery's charge
LEFT = 0.023  # of the memory for learning: biases fit beside the weights, and inputs of layers do not


def acts(track: Track) -> tuple[Act, ...]:
    """Return the day the upload stops, the heat with no power at night, and the second network in the memory."""
    glasses, crowded = glasses_of(track), glasses_of(track, memory_left=LEFT)
    cities = track.cities
    home = cities[OWN_CITY] if len(cities) > OWN_CITY else "one city"
    share, gain = in_words(glasses.allowed_share, "share"), _points(glasses.gain_points)
    now, left = three_digits(DEFAULTS["ambient_c"].value), in_words(crowded.memory_bytes, "iB")
    return (
        Act(
            id="upload_stops",
            title="The upload stops",
            speaker="Privacy officer",
            alarm=f"09:00, uploads are off, {now} °C. Wearers in {home} wait for {gain} on their accent by tomorrow, "
            f"from glasses that may spend {in_words(glasses.allowed_j, 'J')} a day on it.",
            accepted="Accepted: the voice stays, the accent is learnt, and nobody notices.",
        ),
        Act(
            id="heat_rises",
            title="The heat rises",
            speaker="Support lead",
            alarm=f"Day three, {WARM_C} °C. In this heat a battery gives {in_words(HEATED, 'share')} of its charge, "
            "and the grid sheds load at night: no case is charged while they sleep. What learnt on the charger learns "
            f"from {share} of the battery now. Wearers in {home} still wait.",
            accepted=f"It runs at {WARM_C} °C and without the charger. My queue is empty.",
            world={"ambient_c": WARM_C, "charger": False, "battery_health": HEATED},
        ),
        Act(
            id="memory_shrinks",
            title="The memory shrinks",
            speaker="Product lead",
            alarm=f"Day ninety, {now} °C, batteries hold their charge, and there is power at night again. Now the "
            f"glasses translate both ways, and the second network took the memory: of "
            f"{in_words(glasses.memory_bytes, 'iB')}, learning keeps {left}. A new runtime stores nothing that the way "
            "back can do without. What do you still adapt?",
            accepted=f"{left} are enough for an accent, and the glasses translate both ways.",
            world={"runtime": "ideal", "memory_left": LEFT},
            needs={"method": ("tinytl_bias", "tinytl_lite_residual")},
        ),
    )


def _points(value: float) -> str:
    """Return points without a sign, as an amount."""
    return in_words(abs(value), "points").lstrip("+")


def _memory(_track: Track, outcome: Outcome) -> str:
    memory = outcome.reading("memory")
    assert memory.limit is not None  # the budget
    return (
        f"The system ends the training after the first step: it asks for {in_words(float(memory.value), 'iB')} of "
        f"{in_words(memory.limit, 'iB')}, so no accent was learnt."
    )


def _battery(_track: Track, outcome: Outcome) -> str:
    battery = outcome.reading("battery")
    assert battery.limit is not None  # the allowance
    times = three_digits(float(battery.value) / battery.limit)
    return (
        f"Wearers call: learning took {in_words(float(battery.value), 'share')} of the charge, {times} times what was "
        "allowed, and the last session goes dark."
    )


def _frames(_track: Track, outcome: Outcome) -> str:
    frames = float(outcome.reading("frames").value)
    return f"The translation stutters: {in_words(frames, 'frames/s')} in the slowest session, beside learning."


def _heat(track: Track, outcome: Outcome) -> str:
    hottest, limit = float(outcome.reading("hottest").value), glasses_of(track).skin_c
    return (
        f"Wearers take the {track.device.name.split(',')[0]} off: {three_digits(hottest)} °C in the hottest minute, "
        f"{three_digits(hottest - limit)} K more than skin takes."
    )


def _voice(track: Track, _outcome: Outcome) -> str:
    raw = in_words(glasses_of(track).raw_bytes, "B")
    return f"The Privacy officer stops the release: {raw} of voice left every pair of glasses today."


def _forgetting(_track: Track, outcome: Outcome) -> str:
    lost = float(outcome.reading("elsewhere").value)
    return f"Travellers write: away from home the glasses lost {_points(lost)}."


def _little(track: Track, outcome: Outcome) -> str:
    gain, goal = float(outcome.reading("own_accent").value), glasses_of(track).gain_points
    return (
        f"Wearers hear little of it: their accent gained {in_words(gain, 'points')}, and {_points(goal)} were "
        "promised; the day’s learning is too short or changes too little."
    )


CONSEQUENCES: Mapping[str, Callable[[Track, Outcome], str]] = {
    OUT_OF_MEMORY: _memory,
    OVER_BATTERY: _battery,
    FRAMES_DROPPED: _frames,
    TOO_HOT: _heat,
    RAW_AUDIO_LEFT: _voice,
    FORGETTING: _forgetting,
    TOO_LITTLE_GAIN: _little,
}
