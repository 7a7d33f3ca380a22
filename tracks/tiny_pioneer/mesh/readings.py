"""The Mesh Update's numbers, each with its limit, its formula in the student's numbers and where they come from."""

from __future__ import annotations

from collections.abc import Mapping

from physics.sources import source
from tracks import Reading
from tracks.api.outcome import Limit
from tracks.api.quantities import in_words, three_digits
from tracks.common.provenance import Input, join_sources, origins
from tracks.tiny_pioneer.mesh.model.quality import QUANTISER, Quality
from tracks.tiny_pioneer.mesh.setting import (
    CODINGS,
    FACTORY_GAP,
    HALF_BYTES,
    HALL,
    LEARNING_STEPS,
    MESH_TRANSMISSIONS,
    MODES,
    NOISE_VARIANCE,
    REMOVED,
    SETUP_S,
    STACK_BYTES,
    STAY_S,
    TOPOLOGIES,
    Setting,
    defaults,
)
from tracks.tiny_pioneer.mesh.state import OVER_POWER, SATURATED, STALE, WEAK, State, worse_limit

HUD = ("error", "as_good", "power")
ERROR_UNIT = "σ²"  # variances of one wearer's own estimate

Origins = Mapping[str, str]  # by the short name that a reading asks for

_LABELS = {
    "mode": "mode",
    "payload_bytes": "adapter",
    "coding": "coding",
    "period_s": "period",
    "fan_out": "fan-out",
    "rounds": "rounds",
    "duty": "radio duty",
    "diversity": "diversity of places",
    "churn": "churn",
    "hub_sleep": "hubs asleep",
    "topology": "topology",
}
_BLE = source(
    "nRF52840 Product Specification: 14 nJ a bit each way at 1.376 Mb/s; frames of the mesh not counted",
    kind="data sheet",
)
_ASSUMED = {
    "hall": HALL,
    "stay": STAY_S.source,
    "factory": FACTORY_GAP.source,
    "removed": REMOVED.source,
    "half": HALF_BYTES.source,
    "quantiser": QUANTISER,
    "learning": LEARNING_STEPS.source,
    "stack": STACK_BYTES.source,
    "ble": _BLE,
    "setup": SETUP_S.source,
    "bearer": MESH_TRANSMISSIONS.source,
}
_OF_THE_TRACK = (
    "targets.extras.better_than_local_share",
    "device.learning_power_w",
    "device.memory_bytes",
    "model.weights_bytes",
)


def readings(state: State) -> tuple[Reading, ...]:
    """Return the six readings of a state."""
    known = origins_of(state)
    return (
        _error(state, known),
        _as_good(state, known),
        _age(state, known),
        _air(state, known),
        _power(state, known),
        _ratio(state, known),
    )


def origins_of(state: State) -> Origins:
    """Return the origin of each input: the track's source, an assumption, or a control that the student moved."""
    sources, start = state.track.sources, defaults(state.track)
    fixed = {name: one.text for name, one in _ASSUMED.items()}
    fixed |= {name: sources.get(name, "assumed: no target of the track") for name in _OF_THE_TRACK}
    inputs: list[Input] = [
        (name, label, getattr(state.setting, name), start[name].value, start[name].source.text)
        for name, label in _LABELS.items()
    ]
    return origins(fixed, inputs)


def parts(good: Quality) -> str:
    """Return the sum that makes the error, in the numbers of a state."""
    return (
        f"{three_digits(good.noise)} noise + {three_digits(good.foreign)} other places + "
        f"{three_digits(good.rounded)} coding + {three_digits(good.coarse)} size"
    )


def _error(state: State, known: Origins) -> Reading:
    setting, good = state.setting, state.quality
    return Reading.of(
        state.limits[WEAK],
        id="error",
        label="Profile error",
        unit=ERROR_UNIT,
        note=f"target {three_digits(setting.target)}; local-only {three_digits(good.local)}",
        formula=f"{parts(good)} = {three_digits(good.error)}",
        meaning="Mean squared error of a wearer’s profile, in variances of one estimate made alone.",
        source=join_sources(known, "diversity", "churn", "hub_sleep", "topology", "hall", "factory", "removed", "half")
        + " "
        + join_sources(known, "quantiser", "rounds", "fan_out"),
    )


def _as_good(state: State, known: Origins) -> Reading:
    good = state.quality
    floor = 1 - worse_limit(state.track)
    return Reading.of(
        Limit(quantity=1 - good.worse, limit=floor, at_most=False),
        id="as_good",
        label="As good as local",
        unit="share",
        note=f"at least {in_words(floor, 'share')} of nodes",
        formula=f"share of nodes with noise + other places + coding ≤ {three_digits(NOISE_VARIANCE)} = "
        f"{in_words(1 - good.worse, 'share')}, after {good.rounds} {'round' if good.rounds == 1 else 'rounds'}",
        meaning="Nodes whose profile is better than, or equal to, the one they would have learnt alone.",
        source=join_sources(known, "targets.extras.better_than_local_share", "diversity", "hall"),
    )


def _age(state: State, known: Origins) -> Reading:
    setting, spent = state.setting, state.costs
    limit = state.limits[STALE].limit
    waits = spent.round_s > setting.period_s * (1 + 1e-9)
    formula = (
        f"{setting.rounds} × {in_words(spent.round_s, 's')}{', as long as the air takes' if waits else ''} = "
        f"{in_words(spent.age_s, 's')}"
        if setting.talks
        else f"learning alone, {in_words(spent.learning_s, 's')}"
    )
    return Reading.of(
        state.limits[STALE],
        id="age",
        label="Profile age",
        unit="s",
        note=f"stay {in_words(limit, 's')}",
        formula=formula,
        meaning="From the estimates that went in to the profile that comes out; older than the stay, it describes "
        "where the wearer was.",
        source=join_sources(known, "rounds", "period_s", "stay"),
    )


def _air(state: State, known: Origins) -> Reading:
    setting, spent = state.setting, state.costs
    return Reading.of(
        state.limits[SATURATED],
        id="air",
        label="Air in use",
        unit="x",
        note=f"windows {in_words(spent.window_s, 's')} a round",
        formula=f"{in_words(spent.air_s, 's')} of traffic in range / ({in_words(setting.duty, 'share')} × "
        f"{in_words(setting.period_s, 's')}) = {in_words(spent.saturation, 'x')}",
        meaning="What all nodes in range of each other send in a round, over the time they listen.",
        source=join_sources(known, "payload_bytes", "coding", "period_s", "duty", "bearer", "setup"),
    )


def _power(state: State, known: Origins) -> Reading:
    spent = state.costs
    limit = state.limits[OVER_POWER].limit
    return Reading.of(
        state.limits[OVER_POWER],
        id="power",
        label="Learning and radio",
        unit="W",
        note=f"budget {in_words(limit, 'W')}",
        formula=f"{in_words(spent.listening_w, 'W')} listening + {in_words(spent.sending_w, 'W')} sending + "
        f"{in_words(spent.learning_w, 'W')} learning = {in_words(spent.power_w, 'W')}",
        meaning="Mean power of the node that sends most, beside the isolation itself.",
        source=join_sources(known, "duty", "ble", "learning", "device.learning_power_w"),
    )


def _ratio(state: State, known: Origins) -> Reading:
    """Seconds and joules of the radio for each of learning that reaches a neighbour."""
    spent = state.costs
    joules = spent.radio_j / (spent.delivered * spent.learning_j)
    seconds = spent.radio_s / (spent.delivered * spent.learning_s)
    return Reading(
        id="communication_to_compute",
        label="Radio / learning",
        value=joules,
        unit="x",
        note=f"joules; seconds {in_words(seconds, 'x')}",
        formula=f"{in_words(spent.radio_j, 'J')} / ({in_words(spent.delivered, 'share')} × "
        f"{in_words(spent.learning_j, 'J')}) = {in_words(joules, 'x')}; seconds {in_words(spent.radio_s, 's')} / "
        f"({in_words(spent.delivered, 'share')} × {in_words(spent.learning_s, 's')}) = {in_words(seconds, 'x')}",
        meaning="What the radio spends on one profile for each joule of learning that a neighbour hears of; sleepers "
        "make it dearer.",
        source=join_sources(known, "churn", "hub_sleep", "learning", "ble", "duty"),
    )


def described(setting: Setting) -> str:
    """Return the state as a short text, for Peek."""
    if not setting.talks:
        return f"{MODES[setting.mode]}; adapter {in_words(setting.payload_bytes, 'B')}"
    return (
        f"{MODES[setting.mode]} among {TOPOLOGIES[setting.topology]}; adapter "
        f"{in_words(setting.payload_bytes, 'B')} as {CODINGS[setting.coding]}, {in_words(setting.air_bytes, 'B')} sent"
    )
