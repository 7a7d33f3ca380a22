"""The crisis of hearables in a station hall: flood their profiles, gossip, use hubs, or send nothing?"""

from __future__ import annotations

from tracks import Bench, Outcome, Preset, Track, Value
from tracks.api.declared import Extra, brief_texts
from tracks.common import declared
from tracks.tiny_pioneer.mesh.acts import CONSEQUENCES, acts
from tracks.tiny_pioneer.mesh.airtime import AIRTIME, airtime_drawing
from tracks.tiny_pioneer.mesh.closing import ALIKE, DIFFERENT, OBSERVATION, peek, reflection
from tracks.tiny_pioneer.mesh.controls import controls
from tracks.tiny_pioneer.mesh.figures import ENERGY, ERROR, MAP, energy_drawing, error_drawing, map_drawing, panels
from tracks.tiny_pioneer.mesh.readings import HUD, readings
from tracks.tiny_pioneer.mesh.scene import scene
from tracks.tiny_pioneer.mesh.setting import PAYLOAD_BYTES, setting_of
from tracks.tiny_pioneer.mesh.state import FAILURES, evaluate
from tracks.tiny_pioneer.mesh.texts import brief, predictions
from tracks.tiny_pioneer.mesh.verdicts import verdicts

# Halls and a state worth seeing once; none of them wins the bench.
PRESETS = (
    Preset(
        id="alike",
        label="places alike",
        values={"diversity": ALIKE},
        note="One sound almost everywhere: averaging removes noise and mixes in little.",
    ),
    Preset(
        id="different",
        label="places that differ",
        values={"diversity": DIFFERENT},
        note="A café beside a platform: what is true here is wrong behind the door.",
    ),
    Preset(
        id="smallest_flood",
        label="a flood of the least",
        values={"payload_bytes": PAYLOAD_BYTES.low, "coding": "int1"},
        note="The smallest adapter at one bit a number: what flooding takes at best.",
    ),
    Preset(
        id="crowd",
        label="random pairs",
        values={"topology": "regular", "mode": "gossip"},
        note="Those in range are no longer those nearby: every round mixes all places.",
    ),
)


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and the figures of one state."""
    state = evaluate(track, setting_of(values), seed=seed)
    shown = readings(state)
    return Outcome(
        panels={
            ERROR: error_drawing(state),
            AIRTIME: airtime_drawing(state),
            MAP: map_drawing(state),
            ENERGY: energy_drawing(state),
        },
        readings=shown,
        verdicts=verdicts(state, shown),
        decision=dict(values),
    )


BENCH = Bench(
    id="crisis",
    title="The Mesh Update: flood, gossip or silence?",
    brief=brief,
    controls=controls,
    panels=panels,
    solve=solve,
    scene=scene,
    predictions=predictions,
    observation=OBSERVATION,
    reflection=reflection,
    hud=HUD,
    failures=FAILURES,
    presets=PRESETS,
    peek=peek,
    acts=acts,
    consequences=CONSEQUENCES,
    extras=(
        declared.RADIO_RECEIVE_J_PER_BYTE,
        declared.WINDOW_FLOP,
        Extra(
            name="better_than_local_share",
            unit="1",
            meaning="share of wearers that sharing must help",
            part="targets",
            otherwise="0.8",
        ),
        Extra(
            name="profile_age_per_stay",
            unit="1",
            meaning="age of a profile over the stay in its place",
            part="targets",
            otherwise="1",
        ),
    ),
    texts=(*brief_texts("crisis"),),
    label="Crisis",
    minutes=10,
)
