"""What a round moves and what that costs a device, as every bench of a federated fleet counts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from physics.traffic import algorithm_payload_bytes
from physics.units import BITS_PER_BYTE, DAYS_PER_MONTH
from physics.validation import as_float
from tracks.api.controls import Option
from tracks.api.outcome import Level, Limit
from tracks.api.quantities import in_words
from tracks.api.track import Track
from tracks.common.declared import device_word
from tracks.common.federated_runs import Algorithm

HORIZON_DAYS = DAYS_PER_MONTH  # caps are counted over it
CAP_WARN = 0.8  # of the cap
CAP_TITLES: Mapping[Level, str] = {"ok": "Inside the cap", "warn": "Close to the cap", "fail": "Over the cap"}


def contexts(track: Track) -> tuple[Option, Option]:
    """Return the two contexts that a student looks from, each with what becomes of privacy, bandwidth and compute.

    Bandwidth is that of the defaults and says so: the cards stand still while controls move.
    """
    device, raw = device_word(track), track.texts.get("raw_name", "raw data")
    moved, a_day = in_words(track.model.moved_bytes, "B"), in_words(track.fleet.raw_bytes_per_device_day, "B")
    return (
        Option(
            id="centralised",
            text="centralised",
            points=(
                ("Privacy", f"{raw} leave the {device}"),
                ("Bandwidth", f"{a_day} a day up from each {device} at the default"),
                ("Compute", "one data centre learns, on all of them"),
            ),
        ),
        Option(
            id="federated",
            text="federated",
            points=(
                ("Privacy", f"{raw} stay with the {device}"),
                ("Bandwidth", f"{moved} down and {moved} up for each that is invited, at the default"),
                ("Compute", "those invited learn, each on its own data"),
            ),
        ),
    )


@lru_cache(maxsize=8)
def payload_copies(algorithm: Algorithm) -> float:
    """Return how many copies of the payload an algorithm moves in each direction; SCAFFOLD sends a control variate."""
    return float(algorithm_payload_bytes(1.0, algorithm=algorithm))


def cap_bytes(track: Track) -> float:
    """Return what one device may move over the horizon [B]; a service's cap is shared among its devices."""
    fleet = track.fleet
    days = as_float("cap_days", fleet.cap_days, low=0, low_open=True)
    cap = as_float("cap_bytes", fleet.cap_bytes, low=0, low_open=True) * HORIZON_DAYS / days
    return cap / fleet.devices if fleet.cap_scope == "service" else cap


def cap_limit(moved: float, cap: float) -> Limit:
    """Return the bytes that a device moves against its cap."""
    return Limit(quantity=moved, limit=cap, warn=CAP_WARN * cap)


@dataclass(frozen=True, kw_only=True, slots=True)
class Radio:
    """A device's radio: its rate [B/s], joules of sending and of receiving [J/B]."""

    bytes_per_s: float
    send_j_per_byte: float
    receive_j_per_byte: float


def radio(track: Track) -> Radio:
    """Return the radio of a track's device; without a figure it is taken to draw the learning power while it sends."""
    device, extras = track.device, track.device.extras
    bytes_per_s = as_float("uplink_bit_per_s", device.uplink_bit_per_s, low=0, low_open=True) / BITS_PER_BYTE
    send = extras.get("radio_j_per_byte", device.learning_power_w / bytes_per_s)
    return Radio(
        bytes_per_s=bytes_per_s,
        send_j_per_byte=send,
        receive_j_per_byte=extras.get("radio_receive_j_per_byte", send),
    )
