"""The world of the keyboard fleet: a hundred million phones and a model of a billion parameters, on every track."""

from __future__ import annotations

from dataclasses import replace

from physics import constants
from physics.sources import sourced
from physics.units import PB
from tracks import Track

UNIT = "phones"

MODEL_BYTES = float(constants.KEYBOARD_PARAMETERS * constants.KEYBOARD_BYTES_PER_PARAMETER)
FP32_BYTES = float(constants.KEYBOARD_PARAMETERS * 4)
SHIPPED_BYTES = float(constants.GBOARD_PARAMETERS * 4)
TEXT_BYTES = float(constants.KEYBOARD_KEYSTROKES_PER_DAY * constants.KEYBOARD_BYTES_PER_KEYSTROKE)
PHONE_KEYSTROKES = constants.KEYBOARD_KEYSTROKES_PER_DAY / constants.KEYBOARD_PHONES
PHONE_TEXT_BYTES = TEXT_BYTES / constants.KEYBOARD_PHONES

# No network caps this fleet; the architect is warned twice.
WARN_BYTES, HEAVY_BYTES = 0.1 * PB, 1.0 * PB


def world(track: Track) -> Track:
    """Return what the case takes for the track: its own model, phones and text; nothing of the track is read."""
    copy = constants.KEYBOARD_BYTES_PER_PARAMETER
    moved = sourced(MODEL_BYTES, f"derived: {constants.KEYBOARD_PARAMETERS:,} parameters x {copy} B (FP16)")
    text = sourced(
        PHONE_TEXT_BYTES, f"derived: {PHONE_KEYSTROKES:g} keystrokes x {constants.KEYBOARD_BYTES_PER_KEYSTROKE} B"
    )
    return replace(
        track,
        texts={"raw_name": "keystrokes", "device_singular": "phone"},
        model=replace(
            track.model,
            name="keyboard model",
            parameters=constants.sourced_of("KEYBOARD_PARAMETERS"),
            weights_bytes=moved,
            moved_name="the keyboard model in FP16",
            moved_bytes=moved,
        ),
        device=replace(
            track.device,
            name="phone",
            uplink_bit_per_s=constants.sourced_of("LTE_UPLINK_BIT_PER_S"),
            uplink_name="LTE",
        ),
        fleet=replace(
            track.fleet,
            devices=constants.sourced_of("KEYBOARD_PHONES"),
            unit=UNIT,
            raw_bytes_per_device_day=text,
            cap_bytes=sourced(HEAVY_BYTES, "assumed: from here on a network team is asked first"),
            cap_days=sourced(1, "assumed: a day"),
            cap_scope="service",
        ),
    )
