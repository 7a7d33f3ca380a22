"""The convergence bench in eight numbers, each with its limit, its formula in the student's numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracks import Reading, Track
from tracks.api.quantities import three_digits
from tracks.common.provenance import Input, Sourced, origins, words
from tracks.common.proxy_fleet import CITIES, CLIENTS, city_names, device_word
from tracks.common.scoring import window_in_words, window_of
from tracks.missions.convergence.costs import FLOP_RATIO, SAMPLES_PER_STEP, Found
from tracks.missions.convergence.links import city_reliability
from tracks.missions.convergence.runs import SEEDS
from tracks.missions.convergence.setting import (
    ALGORITHMS,
    DEFAULT_ALGORITHM,
    DEFAULT_ATTEMPTS,
    DEFAULT_CLIENTS,
    DEFAULT_COMPRESSION,
    DEFAULT_LEARNING_RATE,
    DEFAULT_LOCAL_STEPS,
    DEFAULT_ROUNDS,
    DEFAULT_SELECTION,
    HORIZON_DAYS,
    Setting,
)

CAP_WARN = 0.8
WASTE_WARN, WASTE_LIMIT = 0.2, 0.5
BIAS_WARN, BIAS_LIMIT = 0.01, 0.02
HUD = ("mean_accuracy", "worst_city", "moved")

PROXY = (
    "proxy task: least squares on 1,437 handwritten digits (UCI Optical Recognition, CC BY 4.0), run exactly; it "
    "stands in for the track’s own model"
)
SPREAD = "assumed: links spread around their mean as far as they can, half between cities, half within"
LEARNING = (
    f"assumed: {SAMPLES_PER_STEP} samples a local step, every weight trained, {FLOP_RATIO:g} times a forward pass"
)

SOURCES: Mapping[str, str] = {
    "local_steps": "assumed: twenty, a usual choice where computing is cheap",
    "clients_per_round": "assumed: half of the simulated fleet",
    "rounds": "assumed: a hundred in 30 days, about three a day",
    "algorithm": "assumed: FedAvg, where most begin (McMahan et al. 2017)",
    "attempts": "assumed: one, so that a lost upload is lost",
    "mu": "assumed: a middle of the range; Li et al. 2020 (FedProx) tune it task by task",
    "learning_rate": "assumed: half of the largest step that is stable on the proxy task",
    "compression": "assumed: none to begin with; down to a tenth it is taken as free, with error feedback",
    "selection": "assumed: uniform at random, as in McMahan et al. 2017",
}


def readings(track: Track, setting: Setting, found: Found) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    state = _State(track=track, setting=setting, found=found, origins=_origins(track, setting))
    return (
        _mean_accuracy(state),
        _worst_city(state),
        _moved(state),
        _wasted(state),
        _jitter(state),
        _ratio(state),
        _bias(state),
        _rate(state),
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _State(Sourced):
    """What every reading is made from."""

    track: Track
    setting: Setting
    found: Found


def _origins(track: Track, setting: Setting) -> dict[str, str]:
    """Return for each input the track's source, an assumption, or that the student has set it."""
    sources, fleet = track.sources, track.fleet
    fixed = {
        "proxy": f"Curve: {PROXY}",
        "links": f"Links: {SPREAD}",
        "learning": f"Learning: {LEARNING}",
        "cap": f"Cap: {sources['fleet.cap_bytes']}",
        "target": f"Target: {sources['targets.mean_accuracy']}",
        "floor": f"Floor: {sources['targets.worst_city_accuracy']}",
        "uplink": f"Uplink, both ways: {sources['device.uplink_bit_per_s']}",
        "power": f"Power: {sources['device.learning_power_w']}",
    }
    radio = sources.get("device.extras.radio_j_per_byte", "assumed: the learning power while it sends")
    fixed["radio"] = f"Radio: {radio}"
    inputs: tuple[Input, ...] = (
        ("local_steps", "Local steps", setting.local_steps, DEFAULT_LOCAL_STEPS, SOURCES["local_steps"]),
        ("clients", "Clients per round", setting.clients_per_round, DEFAULT_CLIENTS, SOURCES["clients_per_round"]),
        ("rounds", "Rounds", setting.rounds, DEFAULT_ROUNDS, SOURCES["rounds"]),
        ("algorithm", "Algorithm", setting.algorithm, DEFAULT_ALGORITHM, SOURCES["algorithm"]),
        ("attempts", "Attempts", setting.attempts, DEFAULT_ATTEMPTS, SOURCES["attempts"]),
        ("rate", "Learning rate", setting.learning_rate, DEFAULT_LEARNING_RATE, SOURCES["learning_rate"]),
        ("compression", "Compression", setting.compression, DEFAULT_COMPRESSION, SOURCES["compression"]),
        ("selection", "Selection", setting.selection, DEFAULT_SELECTION, SOURCES["selection"]),
        ("payload", "Payload", setting.payload_bytes, track.model.moved_bytes, sources["model.moved_bytes"]),
        ("alpha", "Skew", setting.alpha, fleet.skew_alpha, sources["fleet.skew_alpha"]),
        ("reliability", "Reliability", setting.reliability, fleet.reliability, sources["fleet.reliability"]),
    )
    return origins(fixed, inputs)


def legs(setting: Setting, found: Found) -> str:
    """Return one participation in numbers: "(51.1 MB + 1.28 × 51.1 MB)", download first."""
    attempts = found.invited.attempts
    tries = "" if attempts == 1 else f"{three_digits(attempts)} × "
    return f"({words(setting.download_bytes, 'B')} + {tries}{words(setting.upload_bytes, 'B')})"


def _mean_accuracy(state: _State) -> Reading:
    found, setting, target = state.found, state.setting, state.track.targets.mean_accuracy
    seeds = found.runs.accuracy[:, -window_of(setting.rounds) :].mean(axis=1)
    each = ", ".join(words(float(seed), "share") for seed in seeds)
    return Reading(
        id="mean_accuracy",
        label="Fleet accuracy",
        value=found.mean,
        unit="share",
        limit=target,
        at_most=False,
        note=f"target ≥ {words(target, 'share')}",
        formula=f"mean of {SEEDS} seeds ({each}) = {words(found.mean, 'share')}",
        meaning=f"Share of the test images that the shared model gets right, mean of {window_in_words(setting.rounds)} "
        f"and of {SEEDS} draws. A proxy task: least squares on all its images at once gets 92.5% right.",
        source=state.source("proxy", "target", "local_steps", "clients", "rounds", "algorithm", "alpha", "reliability"),
    )


def _worst_city(state: _State) -> Reading:
    track, setting, found = state.track, state.setting, state.found
    floor, city = track.targets.worst_city_accuracy, city_names(track)[found.runs.worst]
    all_cities = ", ".join(
        f"{name} {words(float(score), 'share')}"
        for name, score in zip(city_names(track), found.runs.cities[-1], strict=True)
    )
    link = city_reliability(setting.reliability, found.runs.worst)
    return Reading(
        id="worst_city",
        label="Worst city",
        value=found.worst,
        unit="share",
        limit=floor,
        at_most=False,
        note=f"{city}, ≥ {words(floor, 'share')}",
        formula=f"least of: {all_cities}",
        meaning=f"A city’s accuracy weighs the test images by what its {CLIENTS // CITIES} clients see. {city}’s links "
        f"deliver {words(link, 'share')} of their attempts.",
        source=state.source("proxy", "floor", "alpha", "links", "reliability", "selection"),
    )


def _moved(state: _State) -> Reading:
    track, setting, found = state.track, state.setting, state.found
    costs, device = found.costs, device_word(track)
    invited = setting.clients_per_round / CLIENTS
    if costs.participations > invited * setting.rounds * (1 + 1e-9):
        share = words(costs.participations / setting.rounds, "share")
        who = f"{setting.rounds} rounds × {share} of the busiest"
        whose = f"The same {device} is in almost every round, and its cap counts."
    else:
        who = f"{setting.rounds} × {setting.clients_per_round}/{CLIENTS}"
        whose = f"The mean {device} is in {three_digits(costs.participations)} of {setting.rounds} rounds."
    return Reading(
        id="moved",
        label="Moved per device",
        value=costs.moved,
        unit="B",
        limit=costs.cap,
        warn=CAP_WARN * costs.cap,
        note=f"cap {words(costs.cap, 'B')}, {HORIZON_DAYS} days",
        formula=f"{who} × {legs(setting, found)} = {words(costs.moved, 'B')}",
        meaning=f"What one {device} moves in {HORIZON_DAYS} days, down and up. {whose}",
        source=state.source("cap", "payload", "rounds", "clients", "attempts", "compression", "selection", "algorithm"),
    )


def _wasted(state: _State) -> Reading:
    setting, found = state.setting, state.found
    costs, invited = found.costs, found.invited
    share = costs.wasted_j / costs.spent_j
    return Reading(
        id="wasted",
        label="Failed uploads",
        value=invited.failed,
        unit="share",
        warn=WASTE_WARN,
        limit=WASTE_LIMIT,
        note=f"{words(costs.wasted, 'B')}, {words(costs.wasted_j, 'J')}",
        formula=f"1 − {three_digits(invited.delivered)} / {three_digits(invited.attempts)} = "
        f"{words(invited.failed, 'share')}; bytes {three_digits(costs.participations)} × "
        f"({three_digits(invited.attempts)} − {three_digits(invited.delivered)}) × "
        f"{words(setting.upload_bytes, 'B')} = {words(costs.wasted, 'B')}",
        meaning=f"Share of the attempts that do not arrive; {words(WASTE_WARN, 'share')} warns. Of the joules for "
        f"learning and sending, {words(share, 'share')} served no update that arrived: an update that is lost takes "
        "its learning with it.",
        source=state.source("links", "reliability", "attempts", "selection", "learning", "radio", "power"),
    )


def _jitter(state: _State) -> Reading:
    found, setting = state.found, state.setting
    return Reading(
        id="jitter",
        label="Jitter of the loss",
        value=found.runs.jitter,
        note=f"over {window_in_words(setting.rounds)}",
        formula=f"√(mean of (F(t) − F(t−1))² / 2) = {three_digits(found.runs.jitter)}",
        meaning="How far the loss still shakes from one round to the next: which clients happened to arrive decides "
        "where the average lands. It grows with skew and local steps and falls with the clients per round.",
        source=state.source("proxy", "local_steps", "clients", "alpha", "reliability", "selection"),
    )


def _ratio(state: _State) -> Reading:
    found, setting = state.found, state.setting
    costs, invited = found.costs, found.invited
    arrived, tries = three_digits(invited.delivered), three_digits(invited.attempts)
    return Reading(
        id="communication_to_compute",
        label="Moving / learning",
        value=costs.ratio_j,
        unit="x",
        note=f"joules; seconds {words(costs.ratio_s, 'x')}",
        formula=f"({words(costs.download_j, 'J')} + {tries} × {words(costs.upload_j, 'J')}) / ({arrived} × "
        f"{words(costs.compute_j, 'J')}) = {words(costs.ratio_j, 'x')}; ({words(costs.download_s, 's')} + {tries} × "
        f"{words(costs.upload_s, 's')}) / ({arrived} × {words(costs.compute_s, 's')}) = {words(costs.ratio_s, 'x')}",
        meaning="Joules of moving for each joule of learning that arrives, and the same in seconds. Above 1 the radio "
        f"is the dearer half; {setting.local_steps} local steps share one trip.",
        source=state.source("learning", "power", "radio", "uplink", "payload", "local_steps", "reliability"),
    )


def _bias(state: _State) -> Reading:
    found, setting = state.found, state.setting
    if setting.algorithm == "scaffold":
        formula = "SCAFFOLD: F(W∞) − F(W*) = 0"
        meaning = (
            "Control variates take each client’s drift out of its steps, so that endless rounds end at the optimum."
        )
    else:
        end, least = three_digits(found.optimal_loss + found.bias), three_digits(found.optimal_loss)
        formula = f"F(W∞) − F(W*) = {end} − {least} = {three_digits(found.bias)}"
        meaning = (
            f"How far above the least loss endless {ALGORITHMS[setting.algorithm]} rounds of all clients would end. No "
            "number of rounds removes it; fewer local steps do."
        )
    return Reading(
        id="bias",
        label="Fixed-point bias",
        value=found.bias,
        warn=BIAS_WARN,
        limit=BIAS_LIMIT,
        note=f"limit {three_digits(BIAS_LIMIT)}",
        formula=formula,
        meaning=meaning,
        source=state.source("proxy", "local_steps", "rate", "algorithm", "alpha") + " Limit: assumed.",
    )


def _rate(state: _State) -> Reading:
    found, setting = state.found, state.setting
    rate = three_digits(found.rate)
    if found.rate < 1:
        left = found.rate**setting.rounds
        formula = f"spectral radius of the mean map; {rate}^{setting.rounds} = {three_digits(left)}"
        then = f"after {setting.rounds} rounds {words(left, 'share')} of it is left. More local steps make it smaller, "
        then += "and the bias larger."
    else:
        formula = f"spectral radius of the mean map = {rate}"
        then = "from 1 on rounds lead away from it: the step is too long."
    return Reading(
        id="rate",
        label="Rate per round",
        value=found.rate,
        note="FedAvg, to compare" if setting.algorithm == "scaffold" else "all clients",
        formula=formula,
        meaning="The factor by which a round of all clients shrinks the slowest part of the way to the fixed point; "
        f"{then}",
        source=state.source("proxy", "local_steps", "rate", "algorithm", "alpha"),
    )
