"""The first bench of every mission: is it cheaper to move the data or the model?"""

from __future__ import annotations

from tracks import Bench, Choice, Control, Option, Outcome, Preset, Slider, Track, Value
from tracks.api.declared import TextKey, brief_texts
from tracks.common import declared
from tracks.missions.paradox import texts
from tracks.missions.paradox.closing import OBSERVATION
from tracks.missions.paradox.figures import COMPRESSED, TRAFFIC, compression_drawing, panels, traffic_drawing
from tracks.missions.paradox.readings import COMPRESSION_SOURCE, HUD, PARTICIPATION_SOURCE, ROUNDS_SOURCE, readings
from tracks.missions.paradox.traffic import (
    COMPRESSION,
    DEFAULT_PARTICIPATION,
    DEFAULT_ROUNDS_PER_DAY,
    FLEET,
    KEYBOARD,
    MOVED_BYTES,
    PARTICIPATION,
    PUBLISHED_KEYBOARD_BYTES,
    RAW_BYTES,
    ROUNDS_PER_DAY,
    UPLINK,
    costs,
    moves_a_part,
    reached,
    setting_of,
)
from tracks.missions.paradox.verdicts import FAILURES, verdicts


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: five decisions, the context as a view, and the world behind *Advanced*."""
    sources, model, fleet = track.sources, track.model, track.fleet
    moved = reached(MOVED_BYTES, model.moved_bytes)
    devices = reached(FLEET, fleet.devices)
    raw = reached(RAW_BYTES, fleet.raw_bytes_per_device_day)
    uplink = reached(UPLINK, track.device.uplink_bit_per_s)
    return (
        Slider(
            id="participation",
            label="Participating share",
            unit="share",
            minimum=PARTICIPATION[0],
            maximum=PARTICIPATION[1],
            step=0.02,
            default=DEFAULT_PARTICIPATION,
            scale="log",
            source=PARTICIPATION_SOURCE,
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
            default=DEFAULT_ROUNDS_PER_DAY,
            scale="log",
            whole=True,
            source=ROUNDS_SOURCE,
        ),
        Slider(
            id="compression",
            label="Compression",
            unit="x",
            minimum=COMPRESSION[0],
            maximum=COMPRESSION[1],
            step=0.02,
            default=1.0,
            scale="log",
            source=COMPRESSION_SOURCE,
        ),
        Choice(
            id="direction",
            label="Compress",
            options=(Option(id="upload", text="upload only"), Option(id="both", text="both ways")),
            default="upload",
            source="assumed: published codecs compress updates, so the download stays whole unless the switch says so",
        ),
        Choice(
            id="context",
            label="Context",
            options=(Option(id="centralised", text="centralised"), Option(id="federated", text="federated")),
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


def presets(track: Track) -> tuple[Preset, ...]:
    """Return the keyboard fleet, the same with the published model, and the whole model where only a part moves."""
    found = [
        Preset(
            id="keyboard",
            label="keyboard fleet",
            values=dict(KEYBOARD),
            note=texts.keyboard_note(track, KEYBOARD["moved_bytes"]),
        ),
        Preset(
            id="published_keyboard",
            label="published keyboard model",
            values={**KEYBOARD, "moved_bytes": PUBLISHED_KEYBOARD_BYTES},
            note=texts.keyboard_note(track, PUBLISHED_KEYBOARD_BYTES),
        ),
    ]
    if moves_a_part(track):
        whole = float(track.model.weights_bytes)
        found.append(
            Preset(
                id="whole_model",
                label="whole model",
                values={"moved_bytes": whole},
                note=texts.whole_model_note(track),
            )
        )
    return tuple(found)


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - means, not draws
    """Return readings, verdicts and both figures for one state, from one pass through the traffic model."""
    setting = setting_of(values)
    found = costs(track, setting)
    return Outcome(
        panels={
            TRAFFIC: traffic_drawing(track, setting, found),
            COMPRESSED: compression_drawing(track, setting, found),
        },
        readings=readings(track, setting, found),
        verdicts=verdicts(track, setting, found),
        decision=values,
    )


BENCH = Bench(
    id="paradox",
    title="Paradox: is it cheaper to move the data or the model?",
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=OBSERVATION,
    reflection=texts.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=texts.peek,
    exploratory=True,
    texts=(
        *brief_texts("paradox"),
        declared.RAW_NAME,
        TextKey(name="cloud_request", meaning="what one request to a cloud carries", otherwise="one request"),
    ),
    order=1,
    minutes=10,
)
