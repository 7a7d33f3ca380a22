"""The controls of the paradox."""

from __future__ import annotations

from tracks import Choice, Control, Option, Slider, Track
from tracks.common.traffic import contexts
from tracks.missions.paradox.setting import (
    COMPRESSION,
    DEFAULT_COMPRESSION,
    DEFAULT_DIRECTION,
    DEFAULT_PARTICIPATION,
    DEFAULT_ROUNDS_PER_DAY,
    FLEET,
    MOVED_BYTES,
    PARTICIPATION,
    RAW_BYTES,
    ROUNDS_PER_DAY,
    UPLINK,
    stretched,
)


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: five decisions, the context as a view, and the environment behind *Advanced*."""
    sources, model, fleet = track.sources, track.model, track.fleet
    moved = stretched(MOVED_BYTES, model.moved_bytes)
    devices = stretched(FLEET, fleet.devices)
    raw = stretched(RAW_BYTES, fleet.raw_bytes_per_device_day)
    uplink = stretched(UPLINK, track.device.uplink_bit_per_s)
    return (
        Slider(
            id="participation",
            label="Participating share",
            unit="share",
            minimum=PARTICIPATION[0],
            maximum=PARTICIPATION[1],
            step=0.02,
            default=DEFAULT_PARTICIPATION.value,
            scale="log",
            source=DEFAULT_PARTICIPATION.source.text,
        ),
        Slider(
            id="moved_bytes",
            label="What moves, one direction",
            unit="B",
            minimum=moved[0],
            maximum=moved[1],
            step=0.05,
            default=float(model.moved_bytes),
            scale="log",
            source=sources["model.moved_bytes"],
        ),
        Slider(
            id="rounds_per_day",
            label="Rounds",
            unit="a day",
            minimum=ROUNDS_PER_DAY[0],
            maximum=ROUNDS_PER_DAY[1],
            step=0.02,
            default=DEFAULT_ROUNDS_PER_DAY.value,
            scale="log",
            whole=True,
            source=DEFAULT_ROUNDS_PER_DAY.source.text,
        ),
        Slider(
            id="compression",
            label="Compression",
            unit="x",
            minimum=COMPRESSION[0],
            maximum=COMPRESSION[1],
            step=0.02,
            default=DEFAULT_COMPRESSION.value,
            scale="log",
            source=DEFAULT_COMPRESSION.source.text,
        ),
        Choice(
            id="direction",
            label="Compress",
            options=(Option(id="upload", text="upload only"), Option(id="both", text="both ways")),
            default=DEFAULT_DIRECTION.value,
            source=DEFAULT_DIRECTION.source.text,
        ),
        Choice(
            id="context",
            label="Context",
            options=contexts(track),
            default="federated",
            role="view",
        ),
        Slider(
            id="fleet",
            label="Fleet",
            unit="devices",
            minimum=devices[0],
            maximum=devices[1],
            step=0.05,
            default=fleet.devices,
            scale="log",
            whole=True,
            group="advanced",
            role="environment",
            source=sources["fleet.devices"],
        ),
        Slider(
            id="raw_bytes",
            label="Raw data of a device and day",
            unit="B",
            minimum=raw[0],
            maximum=raw[1],
            step=0.05,
            default=float(fleet.raw_bytes_per_device_day),
            scale="log",
            group="advanced",
            role="environment",
            source=sources["fleet.raw_bytes_per_device_day"],
        ),
        Slider(
            id="uplink",
            label="Uplink of a device",
            unit="bit/s",
            minimum=uplink[0],
            maximum=uplink[1],
            step=0.05,
            default=float(track.device.uplink_bit_per_s),
            scale="log",
            group="advanced",
            role="environment",
            source=sources["device.uplink_bit_per_s"],
        ),
    )
