"""The Fleet Learning Drift in six numbers, each with its limit, its formula in numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracks import Reading, Track
from tracks.api.quantities import in_words, three_digits
from tracks.common.provenance import OWN, words
from tracks.common.proxy_fleet import CITIES, CLIENTS, city_names, device_word
from tracks.common.scoring import window_in_words, window_of
from tracks.edge_guardian.drift.fleet import (
    BANDWIDTH_SHARE,
    FLOP_RATIO,
    FRAMES,
    KERNEL_GAP_S,
    LOOP_SHARE,
    QUANTILE,
    step_s,
)
from tracks.edge_guardian.drift.runs import SEEDS
from tracks.edge_guardian.drift.setting import DUSTY, HORIZON_DAYS, PLACES, WHENS, Setting, default_setting
from tracks.edge_guardian.drift.state import Found

CAP_WARN = 0.8
WASTE_WARN, WASTE_LIMIT = 0.2, 1 / 3  # assumed
LOOP_WARN = 0.95  # of the deadline
HUD = ("worst_city", "moved", "loop_p99")


_DRIVE, _PARK, _DEPOT = PLACES["driving"], PLACES["parked"], PLACES["depot"]

# Where each input comes from; those of the controls hold for their defaults.
SOURCES: Mapping[str, str] = {
    "local_steps": "assumed: twenty, a usual choice where computing is cheap",
    "vehicles_per_round": "assumed: half of the simulated fleet",
    "rounds_per_day": "assumed: one every six hours",
    "algorithm": "assumed: FedAvg, where most begin (McMahan et al. 2017)",
    "selection": "assumed: uniform at random, as in McMahan et al. 2017",
    "mu": "assumed: a middle of the range; Li et al. 2020 (FedProx) tune it task by task",
    "when": "assumed: while driving, when the data are fresh",
    "kernel_s": "assumed: whole layers in one launch",
    "dusty_link": "assumed: in clear air as good as the fleet’s mean",
    "clear_link": "assumed: so that the fleet’s mean in the storm is the track’s own",
    "storm": "assumed: the storm takes half of what would arrive",
    "proxy": "proxy task: least squares on 1,437 handwritten digits (UCI Optical Recognition, CC BY 4.0), run exactly; "
    "it stands in for the track’s own model",
    "frames": f"assumed: a local step is a pass over {FRAMES} frames kept for learning, every weight trained, "
    f"{FLOP_RATIO:g} times a forward pass; {in_words(KERNEL_GAP_S, 's')} for the loop after each kernel",
    "places": f"assumed: trips last {in_words(_DRIVE.stay_s, 's')} in the mean; parked "
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
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _State:
    track: Track
    setting: Setting
    found: Found

    def source(self, *names: str) -> str:
        """Return where the named inputs come from, as sentences; a control that was moved is the student's own."""
        usual, known = default_setting(self.track), self.track.sources
        parts = []
        for name in names:
            if name in _LABELS:
                same = getattr(self.setting, name) == getattr(usual, name)
                parts.append(f"{_LABELS[name]}: {SOURCES[name] if same else OWN}")
            else:
                parts.append(known[name] if name in known else SOURCES[name])
        return ". ".join(parts) + "."


def readings(track: Track, setting: Setting, found: Found) -> tuple[Reading, ...]:
    """Return the readings in the order of the page."""
    state = _State(track=track, setting=setting, found=found)
    return (_mean(state), _worst(state), _moved(state), _wasted(state), _loop(state), _learning(state))


def _mean(state: _State) -> Reading:
    found, target = state.found, state.track.targets.safety_accuracy
    each = found.runs.accuracy[:, -window_of(state.setting.rounds) :].mean(axis=1)
    return Reading(
        id="mean_accuracy",
        label="Fleet accuracy",
        value=found.mean,
        unit="share",
        limit=target,
        at_most=False,
        note=f"≥ {words(target, 'share')}",
        formula=f"mean of {SEEDS} seeds ({', '.join(words(float(seed), 'share') for seed in each)}) = "
        f"{words(found.mean, 'share')}",
        meaning=f"Share of all test images that the shared model gets right, mean of "
        f"{window_in_words(state.setting.rounds)} and of {SEEDS} draws. It hides what one city in five sees.",
        source=state.source("proxy", "targets.safety_accuracy", "local_steps", "algorithm", "rounds_per_day"),
    )


def _worst(state: _State) -> Reading:
    found, names, floor = state.found, city_names(state.track), state.track.targets.worst_city_accuracy
    city = names[found.runs.worst]
    scores = (words(float(score), "share") for score in found.runs.cities[-1])
    listed = ", ".join(f"{name} {score}" for name, score in zip(names, scores, strict=True))
    heard = float(found.runs.shares[found.runs.worst])
    return Reading(
        id="worst_city",
        label="Worst city",
        value=found.worst,
        unit="share",
        limit=floor,
        at_most=False,
        note=f"{city}, ≥ {words(floor, 'share')}",
        formula=f"least of: {listed}",
        meaning=f"A city’s accuracy weighs the test images by what its {CLIENTS // CITIES} clients see. {city} sends "
        f"{words(heard, 'share')} of the updates that arrive; {words(1 / CITIES, 'share')} would be its share.",
        source=state.source("proxy", "targets.worst_city_accuracy", "selection", "when", "dusty_link", "storm"),
    )


def legs(setting: Setting, found: Found) -> str:
    """Return one participation in numbers: "(51.1 MB + 87.3% × 51.1 MB)", download first."""
    one = words(found.costs.upload_bytes, "B")
    copies = ", two copies each" if setting.algorithm == "scaffold" else ""
    return f"({one} + {words(found.costs.finished, 'share')} × {one}{copies})"


def _moved(state: _State) -> Reading:
    setting, costs, track = state.setting, state.found.costs, state.track
    device = device_word(track)
    present = setting.place.present
    there = "" if present == 1 else f" × {words(present, 'share')} present"
    return Reading(
        id="moved",
        label="Moved per device",
        value=costs.moved,
        unit="B",
        limit=costs.cap,
        warn=CAP_WARN * costs.cap,
        note=f"cap {words(costs.cap, 'B')}, {HORIZON_DAYS} days",
        formula=f"{setting.rounds} rounds × {words(costs.busiest, 'share')} invited{there} × "
        f"{legs(setting, state.found)} = {words(costs.moved, 'B')}",
        meaning=f"What the {device} that is invited most moves in {HORIZON_DAYS} days, down and up. A {device} whose "
        "stay ends before its learning sends nothing.",
        source=state.source("fleet.cap_bytes", "model.moved_bytes", "rounds_per_day", "vehicles_per_round", "places"),
    )


def _wasted(state: _State) -> Reading:
    setting, costs = state.setting, state.found.costs
    return Reading(
        id="wasted",
        label="Wasted radio",
        value=costs.wasted,
        unit="share",
        limit=WASTE_LIMIT,
        warn=WASTE_WARN,
        note=f"{words(costs.wasted_j, 'J')} of {words(costs.radio_j, 'J')}",
        formula=f"links {words(setting.links[0], 'share')}, in the dust {words(setting.links[DUSTY], 'share')}; "
        f"{words(costs.finished, 'share')} finish: {words(costs.wasted_j, 'J')} / {words(costs.radio_j, 'J')} = "
        f"{words(costs.wasted, 'share')}",
        meaning=f"Share of the radio’s energy that served no update that arrived: uploads that fail, and downloads to "
        f"a {device_word(state.track)} that then is not heard. {words(WASTE_WARN, 'share')} warns.",
        source=state.source(
            *(name for name in ("device.extras.radio_j_per_byte",) if name in state.track.sources),
            "waste",
            "places",
            "dusty_link",
            "clear_link",
            "storm",
        ),
    )


def _loop(state: _State) -> Reading:
    loop, setting = state.found.loop, state.setting
    if setting.place.beside_loop:
        formula = (
            f"{words(loop.alone_s, 's')} / (1 − {three_digits(BANDWIDTH_SHARE)}) + {three_digits(QUANTILE)} × "
            f"{words(setting.kernel_s, 's')} = {words(loop.total_s, 's')}"
        )
        meaning = (
            "The latency that 99 of 100 turns of the loop keep. Learning stretches it by its memory traffic, and a "
            "kernel that runs cannot be interrupted."
        )
    else:
        formula = f"no learning beside the loop: {words(loop.alone_s, 's')}"
        meaning = f"Learning happens {WHENS[setting.when]}, when the loop does not run; alone it takes this long."
    return Reading(
        id="loop_p99",
        label="Loop p99",
        value=loop.total_s,
        unit="s",
        limit=loop.limit_s,
        warn=LOOP_WARN * loop.limit_s,
        note=f"deadline {words(loop.limit_s, 's')}",
        formula=formula,
        meaning=meaning,
        source=state.source("device.deadline_s", "loop", "kernel_s", "when"),
    )


def _learning(state: _State) -> Reading:
    setting, costs, place = state.setting, state.found.costs, state.setting.place
    step = words(step_s(state.track, setting), "s")
    return Reading(
        id="learning_time",
        label="Learning a round",
        value=costs.learn_s,
        unit="s",
        note=f"{words(costs.finished, 'share')} finish",
        formula=f"{setting.local_steps} × {step} = {words(costs.learn_s, 's')}; exp(−{words(costs.learn_s, 's')} / "
        f"{words(place.stay_s, 's')}) = {words(costs.finished, 'share')}",
        meaning=f"Time a {device_word(state.track)} learns in a round, {WHENS[setting.when]}. Short kernels leave more "
        "gaps to the loop and take longer; what a stay cuts off is lost.",
        source=state.source("frames", "places", "local_steps", "kernel_s", "device.peak_flop_per_s"),
    )
