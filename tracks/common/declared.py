"""Extra constants and texts that more than one bench of the course reads."""

from __future__ import annotations

from tracks.api.declared import Extra, TextKey
from tracks.api.track import Track

RADIO_J_PER_BYTE = Extra(
    name="radio_j_per_byte",
    unit="J/B",
    meaning="energy of sending one byte",
    otherwise="the learning power while it sends",
)
RADIO_RECEIVE_J_PER_BYTE = Extra(
    name="radio_receive_j_per_byte",
    unit="J/B",
    meaning="energy of receiving one byte",
    otherwise="what sending takes, or the nRF52840's figure in a mesh",
)
WINDOW_FLOP = Extra(
    name="window_flop",
    unit="FLOP",
    meaning="operations of one inference of one training sample",
    otherwise="the model's forward_flop",
)
RAW_NAME = TextKey(name="raw_name", meaning="what the raw data are called", otherwise="raw data")
DEVICE_SINGULAR = TextKey(name="device_singular", meaning="what one device of the fleet is called", otherwise="device")


def device_word(track: Track) -> str:
    """Return what one device of the fleet is called."""
    return track.texts.get("device_singular", "device")
