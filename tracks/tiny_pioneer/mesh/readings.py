"""The Mesh Update's numbers, each with its limit, its formula in the student's numbers and where they come from."""

from __future__ import annotations

from tracks import Reading, Track
from tracks.api.quantities import in_words, three_digits
from tracks.tiny_pioneer.mesh.model.costs import Costs, Quality
from tracks.tiny_pioneer.mesh.setting import (
    CODINGS,
    MODES,
    NOISE_VARIANCE,
    SOURCES,
    STAY_S,
    TOPOLOGIES,
    Setting,
    default_setting,
)

HUD = ("error", "as_good", "power")
AIR_LIMIT, AIR_WARN = 1.0, 0.8
POWER_WARN, AGE_WARN = 0.8, 0.8  # of their limits
ERROR_UNIT = "σ²"  # variances of one wearer's own estimate

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
    "topology": "topology",
}


def worse_limit(track: Track) -> float:
    """Return the largest share of nodes that may err more than local-only."""
    return 1 - track.targets.extras.get("better_than_local_share", 0.8)


def age_limit_s(track: Track) -> float:
    """Return how old a profile may be when it is finished [s]."""
    return track.targets.extras.get("profile_age_per_stay", 1.0) * STAY_S


def origins(track: Track, setting: Setting, *names: str) -> str:
    """Return where the named inputs come from: the student's own hand, the track, or an assumption."""
    start, found = default_setting(track), []
    for name in names:
        if name in _LABELS:
            same = getattr(setting, name) == getattr(start, name)
            found.append(f"{_LABELS[name]}: {SOURCES[name] if same else 'your setting'}")
        else:
            found.append(
                SOURCES[name] if name in SOURCES else track.sources.get(name, "assumed: no target of the track")
            )
    return ". ".join(found) + "."


def readings(track: Track, setting: Setting, spent: Costs, good: Quality) -> tuple[Reading, ...]:
    """Return the six readings of a state."""
    return (
        _error(track, setting, good),
        _as_good(track, setting, good),
        _age(track, setting, spent),
        _air(track, setting, spent),
        _power(track, setting, spent),
        _ratio(track, setting, spent),
    )


def parts(good: Quality) -> str:
    """Return the sum that makes the error, in the numbers of a state."""
    return (
        f"{three_digits(good.noise)} noise + {three_digits(good.foreign)} other places + "
        f"{three_digits(good.rounded)} coding + {three_digits(good.coarse)} size"
    )


def _error(track: Track, setting: Setting, good: Quality) -> Reading:
    return Reading(
        id="error",
        label="Profile error",
        value=good.error,
        unit=ERROR_UNIT,
        limit=setting.target,
        note=f"target {three_digits(setting.target)}; local-only {three_digits(good.local)}",
        formula=f"{parts(good)} = {three_digits(good.error)}",
        meaning="Mean squared error of a wearer’s profile, in variances of one estimate made alone.",
        source=origins(track, setting, "diversity", "churn", "topology", "world", "factory", "removed", "half")
        + " "
        + origins(track, setting, "quantiser", "rounds", "fan_out"),
    )


def _as_good(track: Track, setting: Setting, good: Quality) -> Reading:
    floor = 1 - worse_limit(track)
    return Reading(
        id="as_good",
        label="As good as local",
        value=1 - good.worse,
        unit="share",
        limit=floor,
        at_most=False,
        note=f"at least {in_words(floor, 'share')} of nodes",
        formula=f"share of nodes with noise + other places + coding ≤ {three_digits(NOISE_VARIANCE)} = "
        f"{in_words(1 - good.worse, 'share')}, after {good.rounds} {'round' if good.rounds == 1 else 'rounds'}",
        meaning="Nodes whose profile is better than, or equal to, the one they would have learnt alone.",
        source=origins(track, setting, "targets.extras.better_than_local_share", "diversity", "world"),
    )


def _age(track: Track, setting: Setting, spent: Costs) -> Reading:
    limit = age_limit_s(track)
    waits = spent.round_s > setting.period_s * (1 + 1e-9)
    formula = (
        f"{setting.rounds} × {in_words(spent.round_s, 's')}{', as long as the air takes' if waits else ''} = "
        f"{in_words(spent.age_s, 's')}"
        if setting.talks
        else f"learning alone, {in_words(spent.learning_s, 's')}"
    )
    return Reading(
        id="age",
        label="Profile age",
        value=spent.age_s,
        unit="s",
        limit=limit,
        warn=AGE_WARN * limit,
        note=f"stay {in_words(limit, 's')}",
        formula=formula,
        meaning="From the estimates that went in to the profile that comes out; older than the stay, it describes "
        "where the wearer was.",
        source=origins(track, setting, "rounds", "period_s", "stay"),
    )


def _air(track: Track, setting: Setting, spent: Costs) -> Reading:
    return Reading(
        id="air",
        label="Air in use",
        value=spent.saturation,
        unit="x",
        limit=AIR_LIMIT,
        warn=AIR_WARN,
        note=f"windows {in_words(spent.window_s, 's')} a round",
        formula=f"{in_words(spent.air_s, 's')} of traffic in range / ({in_words(setting.duty, 'share')} × "
        f"{in_words(setting.period_s, 's')}) = {in_words(spent.saturation, 'x')}",
        meaning="What all nodes in range of each other send in a round, over the time they listen.",
        source=origins(track, setting, "payload_bytes", "coding", "period_s", "duty", "bearer", "setup"),
    )


def _power(track: Track, setting: Setting, spent: Costs) -> Reading:
    limit = track.device.learning_power_w
    return Reading(
        id="power",
        label="Learning and radio",
        value=spent.power_w,
        unit="W",
        limit=limit,
        warn=POWER_WARN * limit,
        note=f"budget {in_words(limit, 'W')}",
        formula=f"{in_words(spent.listening_w, 'W')} listening + {in_words(spent.sending_w, 'W')} sending + "
        f"{in_words(spent.learning_w, 'W')} learning = {in_words(spent.power_w, 'W')}",
        meaning="Mean power of the node that sends most, beside the isolation itself.",
        source=origins(track, setting, "duty", "ble", "learning", "device.learning_power_w"),
    )


def _ratio(track: Track, setting: Setting, spent: Costs) -> Reading:
    """Seconds and joules of the radio for each of learning that reaches a neighbour."""
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
        source=origins(track, setting, "churn", "learning", "ble", "duty"),
    )


def described(setting: Setting) -> str:
    """Return the state in a few words, for Peek."""
    if not setting.talks:
        return f"{MODES[setting.mode]}; adapter {in_words(setting.payload_bytes, 'B')}"
    return (
        f"{MODES[setting.mode]} among {TOPOLOGIES[setting.topology]}; adapter "
        f"{in_words(setting.payload_bytes, 'B')} as {CODINGS[setting.coding]}, {in_words(setting.air_bytes, 'B')} sent"
    )
