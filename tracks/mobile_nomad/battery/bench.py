"""Mobile Nomad's crisis, the Battery-Privacy Paradox: what to adapt, when, and where the voice stays."""

from __future__ import annotations

from tracks.api.bench import Bench, Outcome, Preset
from tracks.api.controls import Choice, Control, Option, Slider, Value
from tracks.api.declared import Extra
from tracks.api.track import Track
from tracks.mobile_nomad.battery import texts
from tracks.mobile_nomad.battery.figures import drawings, panels
from tracks.mobile_nomad.battery.readings import HUD, readings
from tracks.mobile_nomad.battery.setting import (
    AMBIENT_C,
    BATCH,
    DATA,
    DEFAULT_AMBIENT_C,
    DEFAULT_BATCH,
    DEFAULT_DATA,
    DEFAULT_DISTANCE,
    DEFAULT_METHOD,
    DEFAULT_MINUTES,
    DEFAULT_RADIO,
    DEFAULT_RESOLUTION,
    DEFAULT_RUNTIME,
    DEFAULT_SCHEDULE,
    DISTANCE,
    METHODS,
    MINUTES,
    RADIOS,
    RESOLUTION,
    RESOLUTION_STEP,
    RUNTIMES,
    SCHEDULES,
    glasses_of,
    setting_of,
)
from tracks.mobile_nomad.battery.state import FAILURES, state_of
from tracks.mobile_nomad.battery.verdicts import verdicts

CONTROLS: tuple[Control, ...] = (
    Choice(
        id="method",
        label="What trains",
        options=tuple(Option(id=name, text=text) for name, text in METHODS.items()),
        default=DEFAULT_METHOD,
        carried="memory.method",
        source="assumed: every weight, as on a server",
    ),
    Slider(
        id="batch",
        label="Batch",
        unit="",
        minimum=BATCH[0],
        maximum=BATCH[1],
        step=0.02,
        default=DEFAULT_BATCH,
        scale="log",
        whole=True,
        carried="memory.batch",
        source="assumed: 16, as on a server",
    ),
    Slider(
        id="minutes",
        label="Learning a day",
        unit="min",
        minimum=MINUTES[0],
        maximum=MINUTES[1],
        step=0.02,
        default=DEFAULT_MINUTES,
        scale="log",
        source="assumed: a third of the day’s half hour of speech",
    ),
    Choice(
        id="schedule",
        label="When it learns",
        options=tuple(Option(id=name, text=text) for name, text in SCHEDULES.items()),
        default=DEFAULT_SCHEDULE,
        source="assumed: at once, while the speech is heard",
    ),
    Choice(
        id="data",
        label="Where the voice stays",
        options=tuple(Option(id=name, text=text) for name, text in DATA.items()),
        default=DEFAULT_DATA,
        group="advanced",
        source="assumed: updates leave, recordings do not",
    ),
    Choice(
        id="radio",
        label="Radio",
        options=tuple(Option(id=name, text=text) for name, text in RADIOS.items()),
        default=DEFAULT_RADIO,
        group="advanced",
        source="assumed: on the road",
    ),
    Slider(
        id="resolution",
        label="Spectrogram",
        unit="pixels",
        minimum=RESOLUTION[0],
        maximum=RESOLUTION[1],
        step=RESOLUTION_STEP,
        default=DEFAULT_RESOLUTION,
        whole=True,
        group="advanced",
        source="Cai et al. 2020 (TinyTL): 224",
    ),
    Choice(
        id="runtime",
        label="Training runtime",
        options=tuple(Option(id=name, text=text) for name, text in RUNTIMES.items()),
        default=DEFAULT_RUNTIME,
        group="advanced",
        source="assumed: what comes with the framework",
    ),
    Slider(
        id="ambient_c",
        label="Air around the glasses",
        unit="°C",
        minimum=AMBIENT_C[0],
        maximum=AMBIENT_C[1],
        step=1,
        default=DEFAULT_AMBIENT_C,
        group="advanced",
        role="environment",
        source="assumed: a warm day",
    ),
    Slider(
        id="accent_distance",
        label="Accent never heard",
        unit="share",
        minimum=DISTANCE[0],
        maximum=DISTANCE[1],
        step=0.05,
        default=DEFAULT_DISTANCE,
        group="advanced",
        role="environment",
        source="assumed: most of this accent was missing when the model was made",
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


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - nothing here is drawn by lot
    """Return readings, verdicts and the three figures of one state."""
    state = state_of(glasses_of(track), setting_of(values))
    return Outcome(
        panels=drawings(state),
        readings=readings(track, state),
        verdicts=verdicts(state),
        decision={**values, "payload_bytes": state.exchange.up_bytes},
    )


BENCH = Bench(
    id="crisis",
    title="The Battery-Privacy Paradox",
    brief=texts.brief,
    controls=CONTROLS,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=texts.OBSERVATION,
    reflection=texts.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=PRESETS,
    peek=texts.peek,
    extras=(
        Extra(name="burst_power_w", unit="W", meaning="power of the processor at work"),
        Extra(name="frames_per_s", unit="1/s", meaning="frame rate of the display"),
        Extra(name="skin_limit_c", unit="°C", meaning="hottest that the frame may get"),
        Extra(name="wifi_bit_per_s", unit="bit/s", meaning="rate of the home network"),
        Extra(name="audio_s_per_day", unit="s", meaning="speech of a day"),
        Extra(
            name="lte_isolated_packet_j",
            unit="J",
            meaning="energy of one packet with promotion and tail",
            otherwise="the whole allowance",
        ),
        Extra(
            name="own_accent_gain_points", unit="points", meaning="what the wearer's accent must gain", part="targets"
        ),
        Extra(name="elsewhere_loss_points", unit="points", meaning="what other accents may lose", part="targets"),
        Extra(
            name="battery_share_per_day", unit="1", meaning="share of the charge for learning and radio", part="targets"
        ),
    ),
    label="Crisis",
    minutes=10,
)
