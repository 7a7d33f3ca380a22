"""The crisis of hearables in a station hall: flood their profiles, gossip, appoint hubs, or keep silent?"""

from __future__ import annotations

from tracks import Bench, Choice, Control, Option, Outcome, Preset, Slider, Track, Value
from tracks.api.declared import Extra, brief_texts
from tracks.common import declared
from tracks.tiny_pioneer.mesh import closing as mesh_closing
from tracks.tiny_pioneer.mesh import texts as mesh_texts
from tracks.tiny_pioneer.mesh.figures import ENERGY, ERROR, MAP, energy_drawing, error_drawing, map_drawing, panels
from tracks.tiny_pioneer.mesh.model.costs import costs, quality, rates
from tracks.tiny_pioneer.mesh.readings import HUD, readings
from tracks.tiny_pioneer.mesh.setting import (
    CHURN,
    CODINGS,
    DIVERSITY,
    DUTY,
    FAN_OUT,
    MODES,
    PAYLOAD_BYTES,
    PERIOD_S,
    ROUNDS,
    SOURCES,
    TOPOLOGIES,
    default_setting,
    setting_of,
)
from tracks.tiny_pioneer.mesh.verdicts import FAILURES, verdicts

# Worlds and a state worth seeing once; none of them plays the bench.
PRESETS = (
    Preset(
        id="alike",
        label="places alike",
        values={"diversity": mesh_closing.ALIKE},
        note="One sound almost everywhere: averaging removes noise and mixes in little.",
    ),
    Preset(
        id="different",
        label="places that differ",
        values={"diversity": mesh_closing.DIFFERENT},
        note="A café beside a platform: what is true here is wrong behind the door.",
    ),
    Preset(
        id="smallest_flood",
        label="a flood of the least",
        values={"payload_bytes": PAYLOAD_BYTES[0], "coding": "int1"},
        note="The smallest adapter at one bit a number: what flooding takes at best.",
    ),
    Preset(
        id="crowd",
        label="random pairs",
        values={"topology": "regular", "mode": "gossip"},
        note="Those in range are no longer those nearby: every round mixes all places.",
    ),
)


def _options(names: dict[str, str]) -> tuple[Option, ...]:
    return tuple(Option(id=name, text=text) for name, text in names.items())


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: four decisions, three more and the world behind *Advanced*."""
    start = default_setting(track)
    return (
        Choice(
            id="mode",
            label="Who hears whom",
            options=_options(MODES),
            default=start.mode,
            source=SOURCES["mode"],
        ),
        Slider(
            id="payload_bytes",
            label="Adapter",
            unit="B",
            minimum=PAYLOAD_BYTES[0],
            maximum=PAYLOAD_BYTES[1],
            step=0.02,
            default=start.payload_bytes,
            scale="log",
            carried="memory.payload_bytes",
            source=SOURCES["payload_bytes"],
        ),
        Choice(
            id="coding",
            label="Coding on the air",
            options=_options(CODINGS),
            default=start.coding,
            source=SOURCES["coding"],
        ),
        Slider(
            id="period_s",
            label="Period of a round",
            unit="s",
            minimum=PERIOD_S[0],
            maximum=PERIOD_S[1],
            step=0.02,
            default=start.period_s,
            scale="log",
            source=SOURCES["period_s"],
        ),
        Slider(
            id="fan_out",
            label="Fan-out of gossip",
            unit="neighbours",
            minimum=FAN_OUT[0],
            maximum=FAN_OUT[1],
            step=1,
            default=start.fan_out,
            whole=True,
            group="advanced",
            source=SOURCES["fan_out"],
        ),
        Slider(
            id="rounds",
            label="Rounds a profile",
            unit="rounds",
            minimum=ROUNDS[0],
            maximum=ROUNDS[1],
            step=0.02,
            default=start.rounds,
            scale="log",
            whole=True,
            group="advanced",
            source=SOURCES["rounds"],
        ),
        Slider(
            id="duty",
            label="Radio duty",
            unit="share",
            minimum=DUTY[0],
            maximum=DUTY[1],
            step=0.02,
            default=start.duty,
            scale="log",
            group="advanced",
            source=SOURCES["duty"],
        ),
        Slider(
            id="diversity",
            label="Diversity of places, τ²/σ²",
            unit="",
            minimum=DIVERSITY[0],
            maximum=DIVERSITY[1],
            step=0.05,
            default=start.diversity,
            scale="log",
            group="advanced",
            role="environment",
            source=SOURCES["diversity"],
        ),
        Slider(
            id="churn",
            label="Churn, asleep in a round",
            unit="share",
            minimum=CHURN[0],
            maximum=CHURN[1],
            step=0.1,
            default=start.churn,
            group="advanced",
            role="environment",
            source=SOURCES["churn"],
        ),
        Choice(
            id="topology",
            label="In range of each other",
            options=_options(TOPOLOGIES),
            default=start.topology,
            group="advanced",
            role="environment",
            source=SOURCES["topology"],
        ),
    )


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and the three figures for one state."""
    setting = setting_of(values)
    spent, good = costs(setting, rates(track)), quality(track, setting, seed=seed)
    return Outcome(
        panels={
            ERROR: error_drawing(track, setting, good, seed=seed),
            MAP: map_drawing(track, setting, good),
            ENERGY: energy_drawing(track, spent),
        },
        readings=readings(track, setting, spent, good),
        verdicts=verdicts(track, setting, spent, good, seed=seed),
        decision=dict(values),
    )


BENCH = Bench(
    id="crisis",
    title="The Mesh Update: flood, gossip or silence?",
    brief=mesh_texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=mesh_texts.predictions,
    observation=mesh_closing.OBSERVATION,
    reflection=mesh_closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=PRESETS,
    peek=mesh_texts.peek,
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
