"""The three acts of the Mesh Update, and what air, radio, wearers and places say to a recorded try."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracks import Act, Outcome, Track
from tracks.api.quantities import in_words, three_digits
from tracks.tiny_pioneer.mesh.model.costs import flood_s
from tracks.tiny_pioneer.mesh.setting import GOSSIP, LOCAL, NODES, PLACES, STAY_S, default_setting
from tracks.tiny_pioneer.mesh.state import NEGATIVE, OVER_POWER, SATURATED, SRAM, STALE, WEAK, age_limit_s

ASLEEP = 0.95  # of their rounds the hubs sleep through
APART = 1.86  # variance of what is true between places, in variances of one estimate


def acts(track: Track) -> tuple[Act, ...]:
    """Return the flood in the hall, the hubs that sleep while a queue forms, and a crowd among places that differ."""
    start = default_setting(track)
    flood, unit = in_words(flood_s(start.air_bytes, start.relays), "s"), track.fleet.unit
    power = in_words(track.device.learning_power_w, "W")
    return (
        Act(
            id="flood",
            title="The flood",
            speaker="Systems fellow",
            alarm=f"08:02, {NODES} {unit} flood the hall: one round needs {flood} of air, and a wearer stays "
            f"{in_words(STAY_S.value, 's')}. They wait for a profile of where they stand, on {power}.",
            accepted=f"Accepted: a fresh profile for each of {PLACES} places, and the radio within {power}.",
        ),
        Act(
            id="hub_sleeps",
            title="A hub sleeps",
            speaker="Station operator",
            alarm=f"08:40, my hubs save power: they sleep through {in_words(ASLEEP, 'share')} of the rounds. The gates "
            f"are shut, and {NODES} wearers queue with two neighbours in range. Who carries the profiles now?",
            accepted="The queue passes its profiles on by itself. My hubs may sleep.",
            world={"hub_sleep": ASLEEP, "topology": "ring"},
            needs={"mode": (GOSSIP,)},
        ),
        Act(
            id="places_differ",
            title="The doors open",
            speaker="Station operator",
            alarm="09:05, the crowd streams through the hall: who is in range is no longer who is nearby, and places "
            f"differ {three_digits(APART)} times as much as one wearer’s estimate errs. My hubs are awake. What was "
            "averaged in the queue is wrong behind the door. What do we send?",
            accepted="What wearers hear is right for where they are, and nobody sent a byte. My hubs were idle.",
            world={"topology": "regular", "diversity": APART},
            needs={"mode": (LOCAL,)},
        ),
    )


def _air(_track: Track, outcome: Outcome) -> str:
    air = float(outcome.reading("air").value)
    return (
        f"The channel is full: a round sends {in_words(air, 'x')} what its windows carry, and the next round waits for "
        "the air."
    )


def _power(track: Track, outcome: Outcome) -> str:
    power, budget = float(outcome.reading("power").value), track.device.learning_power_w
    hours = track.device.battery_wh
    words = "" if hours is None else f"; learning and radio alone empty the battery in {three_digits(hours / power)} h"
    return f"The battery complains: {in_words(power, 'W')} of {in_words(budget, 'W')}{words}."


def _stale(track: Track, outcome: Outcome) -> str:
    age = float(outcome.reading("age").value)
    return (
        f"The stale profiles complain: {in_words(age, 's')} old when they are finished, and a wearer stays "
        f"{in_words(age_limit_s(track), 's')}; they describe where the wearer was."
    )


def _negative(_track: Track, outcome: Outcome) -> str:
    good = float(outcome.reading("as_good").value)
    return (
        f"{in_words(1 - good, 'share')} of the {NODES} wearers hear worse than alone: other places’ sound is in their "
        "profile."
    )


def _sram(_track: Track, outcome: Outcome) -> str:
    held = next(item for item in outcome.verdicts if item.code == SRAM)
    return (
        f"The firmware drops profiles: {in_words(held.quantity, 'iB')} are held at once, and "
        f"{in_words(held.limit, 'iB')} are free."
    )


def _weak(_track: Track, outcome: Outcome) -> str:
    error = outcome.reading("error")
    assert error.limit is not None  # the target
    return (
        f"Wearers hear no difference: a profile still errs by {three_digits(float(error.value))} variances of one "
        f"estimate, and {three_digits(error.limit)} was the promise."
    )


CONSEQUENCES: Mapping[str, Callable[[Track, Outcome], str]] = {
    SATURATED: _air,
    OVER_POWER: _power,
    STALE: _stale,
    NEGATIVE: _negative,
    SRAM: _sram,
    WEAK: _weak,
}
