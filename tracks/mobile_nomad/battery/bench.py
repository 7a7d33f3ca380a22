"""Mobile Nomad's crisis, the Battery-Privacy Paradox: what to adapt, when, and where the voice stays."""

from __future__ import annotations

from tracks import Bench, Outcome, Track, Value
from tracks.api.declared import Extra
from tracks.mobile_nomad.battery import closing, texts
from tracks.mobile_nomad.battery.acts import CONSEQUENCES, acts
from tracks.mobile_nomad.battery.controls import CONTROLS, PRESETS
from tracks.mobile_nomad.battery.figures import drawings, panels
from tracks.mobile_nomad.battery.python_script import accent_script
from tracks.mobile_nomad.battery.readings import HUD, readings
from tracks.mobile_nomad.battery.scene import scene
from tracks.mobile_nomad.battery.setting import setting_of
from tracks.mobile_nomad.battery.state import FAILURES, evaluate
from tracks.mobile_nomad.battery.verdicts import verdicts

TITLE = "The Battery-Privacy Paradox"


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - nothing here is random
    """Return readings, verdicts and the three figures of one state."""
    state = evaluate(track, setting_of(values))
    shown = readings(state)
    return Outcome(
        panels=drawings(state),
        readings=shown,
        verdicts=verdicts(state, shown),
        decision={**values, "payload_bytes": state.exchange.up_bytes},
    )


def script(track: Track, *, seed: int, **values: Value) -> str:  # noqa: ARG001 - nothing here is random
    """Return what the learning of one state does to the accents as a Python program."""
    return accent_script(evaluate(track, setting_of(values)), title=f"{track.name}. {TITLE}")


BENCH = Bench(
    id="crisis",
    title=TITLE,
    brief=texts.brief,
    controls=CONTROLS,
    panels=panels,
    solve=solve,
    scene=scene,
    script=script,
    predictions=texts.predictions,
    observation=closing.OBSERVATION,
    reflection=closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=PRESETS,
    peek=closing.peek,
    acts=acts,
    consequences=CONSEQUENCES,
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
