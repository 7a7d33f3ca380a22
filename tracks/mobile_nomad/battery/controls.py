"""The Battery-Privacy bench's controls and presets."""

from __future__ import annotations

from collections.abc import Iterable

from tracks import Choice, Control, Option, Preset, Slider
from tracks.mobile_nomad.battery.setting import (
    AMBIENT_C,
    BATCH,
    DATA,
    DEFAULTS,
    DISTANCE,
    METHODS,
    MINUTES,
    RADIOS,
    RESOLUTION,
    RESOLUTION_STEP,
    RUNTIMES,
    SCHEDULES,
)


def _options(texts: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    return tuple(Option(id=name, text=text) for name, text in texts)


CONTROLS: tuple[Control, ...] = (
    Choice(
        id="method",
        label="What trains",
        options=_options(METHODS.items()),
        default=DEFAULTS["method"].value,
        carried="memory.method",
        source=DEFAULTS["method"].source.text,
    ),
    Slider(
        id="batch",
        label="Batch",
        unit="",
        minimum=BATCH[0],
        maximum=BATCH[1],
        step=0.02,
        default=DEFAULTS["batch"].value,
        scale="log",
        whole=True,
        carried="memory.batch",
        source=DEFAULTS["batch"].source.text,
    ),
    Slider(
        id="minutes",
        label="Learning a day",
        unit="min",
        minimum=MINUTES[0],
        maximum=MINUTES[1],
        step=0.02,
        default=DEFAULTS["minutes"].value,
        scale="log",
        source=DEFAULTS["minutes"].source.text,
    ),
    Choice(
        id="schedule",
        label="When it learns",
        options=_options(SCHEDULES.items()),
        default=DEFAULTS["schedule"].value,
        source=DEFAULTS["schedule"].source.text,
    ),
    Choice(
        id="data",
        label="Where the voice stays",
        options=_options(DATA.items()),
        default=DEFAULTS["data"].value,
        group="advanced",
        source=DEFAULTS["data"].source.text,
    ),
    Choice(
        id="radio",
        label="Radio",
        options=_options(RADIOS.items()),
        default=DEFAULTS["radio"].value,
        group="advanced",
        source=DEFAULTS["radio"].source.text,
    ),
    Slider(
        id="resolution",
        label="Spectrogram",
        unit="pixels",
        minimum=RESOLUTION[0],
        maximum=RESOLUTION[1],
        step=RESOLUTION_STEP,
        default=DEFAULTS["resolution"].value,
        whole=True,
        group="advanced",
        source=DEFAULTS["resolution"].source.text,
    ),
    Choice(
        id="runtime",
        label="Training runtime",
        options=_options(RUNTIMES.items()),
        default=DEFAULTS["runtime"].value,
        group="advanced",
        role="environment",
        source=DEFAULTS["runtime"].source.text,
    ),
    Slider(
        id="ambient_c",
        label="Air around the glasses",
        unit="°C",
        minimum=AMBIENT_C[0],
        maximum=AMBIENT_C[1],
        step=1,
        default=DEFAULTS["ambient_c"].value,
        group="advanced",
        role="environment",
        source=DEFAULTS["ambient_c"].source.text,
    ),
    Slider(
        id="accent_distance",
        label="Accent never heard",
        unit="share",
        minimum=DISTANCE[0],
        maximum=DISTANCE[1],
        step=0.05,
        default=DEFAULTS["accent_distance"].value,
        group="advanced",
        role="environment",
        source=DEFAULTS["accent_distance"].source.text,
    ),
)

PRESETS = (
    Preset(
        id="cloud",
        label="upload the voice",
        values={"data": "upload", "radio": "wifi"},
        note="The cloud learns. Everything fits, and the recordings have left.",
    ),
    Preset(
        id="lora",
        label="LoRA as it comes",
        values={"method": "lora"},
        note="Few parameters train; PyTorch keeps the input of every layer.",
    ),
    Preset(
        id="overnight",
        label="an hour on the charger",
        values={"schedule": "charging", "minutes": MINUTES[1]},
        note="The wall pays. The case is closed, and an hour is long.",
    ),
)
