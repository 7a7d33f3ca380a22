"""The Fleet Learning Drift in six numbers, each with its limit, its formula in numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping

from tracks import Reading
from tracks.api.quantities import in_words, three_digits
from tracks.common.declared import device_word
from tracks.common.fleet_accuracy import LEFT_BEHIND, city_reading, fleet_reading, of_draws
from tracks.common.provenance import YOUR_SETTING, quantity_text
from tracks.common.proxy_fleet import CITIES, CLIENTS, PROXY, city_names
from tracks.common.scoring import window_in_words
from tracks.common.traffic import HORIZON_DAYS
from tracks.edge_guardian.drift.costs import (
    BANDWIDTH_SHARE,
    FLOP_RATIO,
    FRAMES,
    KERNEL_GAP_S,
    LOOP_SHARE,
    QUANTILE,
    step_s,
)
from tracks.edge_guardian.drift.setting import (
    DUSTY,
    TRAINING_CONTEXTS,
    TRAINING_TIMES,
    default_setting,
    default_source,
)
from tracks.edge_guardian.drift.state import DIVERGENCE, OVER_CAP, PREEMPTED, WASTED, State

HUD = ("worst_city", "moved", "loop_p99")

_DRIVE, _PARK, _DEPOT = (TRAINING_CONTEXTS["driving"], TRAINING_CONTEXTS["parked"], TRAINING_CONTEXTS["depot"])

# What the model assumes, beside the controls and the track.
_ASSUMED: Mapping[str, str] = {
    "proxy": PROXY,
    "frames": f"assumed: a local step is a pass over {FRAMES} frames kept for learning, every weight trained, "
    f"{FLOP_RATIO:g} times a forward pass; {in_words(KERNEL_GAP_S, 's')} for the loop after each kernel",
    "context": f"assumed: trips last {in_words(_DRIVE.stay_s, 's')} in the mean; parked "
    f"{in_words(_PARK.stay_s, 's')}, at a quarter of the speed, a tenth of the link lost to walls; in the depot "
    f"{in_words(_DEPOT.stay_s, 's')} once a day, {in_words(_DEPOT.present, 'share')} of the fleet, a link of "
    f"{in_words(_DEPOT.own_link or 0, 'share')}",
    "loop": f"assumed: the loop takes {in_words(LOOP_SHARE, 'share')} of its deadline alone, learning "
    f"{in_words(BANDWIDTH_SHARE, 'share')} of the memory bandwidth",
    "waste": "assumed: a third of the radio’s energy",
}

_LABELS: Mapping[str, str] = {
    "local_steps": "Local steps",
    "vehicles_per_round": "Vehicles per round",
    "rounds_per_day": "Rounds a day",
    "algorithm": "Algorithm",
    "selection": "Invite",
    "when": "When to train",
    "kernel_s": "Kernel",
    "dusty_link": "Dusty link",
    "clear_link": "Clear links",
    "storm": "Storm",
    "depot_nights": "Nights between depots",
}


def _source(state: State, *names: str) -> str:
    """Return where the named inputs come from, as sentences; a control that was moved is the student's own."""
    usual, known = default_setting(state.track), state.track.sources
    parts = []
    for name in names:
        if name in _LABELS:
            same = getattr(state.setting, name) == getattr(usual, name)
            parts.append(f"{_LABELS[name]}: {default_source(name) if same else YOUR_SETTING}")
        else:
            parts.append(known[name] if name in known else _ASSUMED[name])
    return ". ".join(parts) + "."


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings in the order of the page."""
    return (_mean(state), _worst(state), _moved(state), _wasted(state), _loop(state), _learning(state))


def _mean(state: State) -> Reading:
    limit = state.limits[DIVERGENCE]
    return fleet_reading(
        limit,
        state.runs,
        note=f"≥ {quantity_text(limit.limit, 'share')}",
        meaning=f"Share of all test images that the shared model gets right, mean of "
        f"{window_in_words(state.setting.rounds)}{of_draws(state.runs.draws)}. It hides what one city in five sees.",
        source=_source(state, "proxy", "targets.safety_accuracy", "local_steps", "algorithm", "rounds_per_day"),
    )


def _worst(state: State) -> Reading:
    city = city_names(state.track)[state.runs.worst]
    return city_reading(
        state.track,
        state.limits[LEFT_BEHIND],
        state.runs,
        meaning=f"A city’s accuracy weighs the test images by what its {CLIENTS // CITIES} clients see. {city} sends "
        f"{quantity_text(state.worst_share, 'share')} of the updates that arrive; {quantity_text(1 / CITIES, 'share')} "
        "would be its share.",
        source=_source(state, "proxy", "targets.worst_city_accuracy", "selection", "when", "dusty_link", "storm"),
    )


def legs(state: State) -> str:
    """Return one participation in numbers: "(51.1 MB + 87.3% × 51.1 MB)", download first."""
    one = quantity_text(state.costs.upload_bytes, "B")
    copies = ", two copies each" if state.setting.algorithm == "scaffold" else ""
    return f"({one} + {quantity_text(state.costs.finished, 'share')} × {one}{copies})"


def _moved(state: State) -> Reading:
    setting, costs, track = state.setting, state.costs, state.track
    device = device_word(track)
    present = setting.context.present
    there = "" if present == 1 else f" × {quantity_text(present, 'share')} present"
    return Reading.of(
        state.limits[OVER_CAP],
        id="moved",
        label="Moved per device",
        unit="B",
        note=f"cap {quantity_text(costs.cap, 'B')}, {HORIZON_DAYS} days",
        formula=f"{setting.rounds} rounds × {quantity_text(costs.busiest, 'share')} invited{there} × "
        f"{legs(state)} = {quantity_text(costs.moved, 'B')}",
        meaning=f"What the {device} that is invited most moves in {HORIZON_DAYS} days, down and up. A {device} whose "
        "stay ends before its learning sends nothing.",
        source=_source(
            state, "fleet.cap_bytes", "model.moved_bytes", "rounds_per_day", "vehicles_per_round", "context"
        ),
    )


def _wasted(state: State) -> Reading:
    setting, costs = state.setting, state.costs
    return Reading.of(
        state.limits[WASTED],
        id="wasted",
        label="Wasted radio",
        unit="share",
        note=f"≤ {quantity_text(state.limits[WASTED].limit, 'share')}, {quantity_text(costs.wasted_j, 'J')}",
        formula=f"links {quantity_text(setting.links[0], 'share')}, in the dust "
        f"{quantity_text(setting.links[DUSTY], 'share')}; "
        f"{quantity_text(costs.finished, 'share')} finish: {quantity_text(costs.wasted_j, 'J')} / "
        f"{quantity_text(costs.radio_j, 'J')} = "
        f"{quantity_text(costs.wasted, 'share')}",
        meaning=f"Share of the radio’s energy that served no update that arrived: uploads that fail, and downloads to "
        f"a {device_word(state.track)} that then is not heard.",
        source=_source(
            state,
            *(name for name in ("device.extras.radio_j_per_byte",) if name in state.track.sources),
            "waste",
            "context",
            "dusty_link",
            "clear_link",
            "storm",
        ),
    )


def _loop(state: State) -> Reading:
    loop, setting = state.loop, state.setting
    if setting.context.beside_loop:
        formula = (
            f"{quantity_text(loop.alone_s, 's')} / (1 − {three_digits(BANDWIDTH_SHARE)}) + {three_digits(QUANTILE)} × "
            f"{quantity_text(setting.kernel_s, 's')} = {quantity_text(loop.total_s, 's')}"
        )
        meaning = (
            "The latency that 99 of 100 turns of the loop keep. Learning stretches it by its memory traffic, and a "
            "kernel that runs cannot be interrupted."
        )
    else:
        formula = f"no learning beside the loop: {quantity_text(loop.alone_s, 's')}"
        meaning = (
            f"Learning happens {TRAINING_TIMES[setting.when]}, when the loop does not run; alone it takes this long."
        )
    return Reading.of(
        state.limits[PREEMPTED],
        id="loop_p99",
        label="Loop p99",
        unit="s",
        note=f"deadline {quantity_text(loop.limit_s, 's')}",
        formula=formula,
        meaning=meaning,
        source=_source(state, "device.deadline_s", "loop", "kernel_s", "when"),
    )


def _learning(state: State) -> Reading:
    setting, costs, context = state.setting, state.costs, state.setting.context
    step = quantity_text(step_s(state.track, setting), "s")
    return Reading(
        id="learning_time",
        label="Learning a round",
        value=costs.learn_s,
        unit="s",
        note=f"{quantity_text(costs.finished, 'share')} finish",
        formula=f"{setting.local_steps} × {step} = {quantity_text(costs.learn_s, 's')}; "
        f"exp(−{quantity_text(costs.learn_s, 's')} / "
        f"{quantity_text(context.stay_s, 's')}) = {quantity_text(costs.finished, 'share')}",
        meaning=f"Time a {device_word(state.track)} learns in a round, {TRAINING_TIMES[setting.when]}. Short kernels "
        "leave more gaps to the loop and take longer; what a stay cuts off is lost.",
        source=_source(state, "frames", "context", "local_steps", "kernel_s", "device.peak_flop_per_s"),
    )
