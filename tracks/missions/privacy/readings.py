"""The privacy bench in eight readings, each with its limit, its formula in the student's numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracks import Reading, Track
from tracks.api.quantities import three_digits
from tracks.common.provenance import Input, Sourced, origins, words
from tracks.common.proxy_fleet import device_word
from tracks.common.scoring import window_in_words
from tracks.missions.convergence.readings import PROXY
from tracks.missions.convergence.runs import SEEDS
from tracks.missions.privacy.accounting import Found
from tracks.missions.privacy.setting import (
    DEFAULT_CLIP,
    DEFAULT_DELTA,
    DEFAULT_DEPLOYMENT,
    DEFAULT_EPSILON,
    DEFAULT_LOCAL_STEPS,
    DEFAULT_NOISE,
    DEFAULT_ROUNDS,
    DEFAULT_SHARE,
    DEPLOYMENTS,
    HORIZON_DAYS,
    NOISES,
    SERVICE_BYTES_PER_DAY,
    Setting,
)

GAP_LIMIT, GAP_WARN = 5.0, 2.5  # points
DATA_WARN = 0.8
HUD = ("epsilon", "gap", "moved")

SOURCES: Mapping[str, str] = {
    "deployment": "assumed: where most fleets stand, learning on the device and no noise",
    "epsilon": "assumed: one, which Google 2024 calls strong",
    "clip_norm": "assumed: shorter than most updates of the proxy task",
    "noise": "assumed: each client adds its own, which trusts nobody",
    "participating_share": "assumed: one client in a hundred in each round",
    "rounds": "assumed: a hundred in 30 days, about three a day",
    "local_steps": "assumed: five, as in the stored search of client updates",
    "delta": "assumed: what textbooks print, whatever the fleet",
}


def readings(track: Track, setting: Setting, found: Found) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    state = _State(track=track, setting=setting, found=found, origins=_origins(track, setting))
    return (
        _epsilon(state),
        _gap(state),
        _moved(state),
        _accuracy(state),
        _noise(state),
        _guarantee(state),
        _per_round(state),
        _compute(state),
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
        "skew": f"Skew: {sources['fleet.skew_alpha']}",
        "safety": f"Safety accuracy: {sources['targets.safety_accuracy']}",
        "officer": f"Officer: {sources['targets.epsilon']}",
        "raw": f"Raw data: {sources['fleet.raw_bytes_per_device_day']}",
        "cap": f"Cap: {sources['fleet.cap_bytes']}",
        "service": f"Service: assumed, {words(SERVICE_BYTES_PER_DAY, 'B')} a day at most",
        "limit": "Limit: assumed, five points",
        "accountant": "Accountant: Rényi divergences of the Poisson-subsampled Gaussian, Mironov, Talwar, Zhang 2019; "
        "local noise: Balle, Wang 2018",
    }
    inputs: tuple[Input, ...] = (
        ("deployment", "Deployment", setting.deployment, DEFAULT_DEPLOYMENT, SOURCES["deployment"]),
        ("epsilon", "ε", setting.epsilon, DEFAULT_EPSILON, SOURCES["epsilon"]),
        ("clip", "Clip", setting.clip_norm, DEFAULT_CLIP, SOURCES["clip_norm"]),
        ("noise", "Noise", setting.noise, DEFAULT_NOISE, SOURCES["noise"]),
        ("share", "Share", setting.participating_share, DEFAULT_SHARE, SOURCES["participating_share"]),
        ("rounds", "Rounds", setting.rounds, DEFAULT_ROUNDS, SOURCES["rounds"]),
        ("steps", "Local steps", setting.local_steps, DEFAULT_LOCAL_STEPS, SOURCES["local_steps"]),
        ("delta", "δ", setting.delta, DEFAULT_DELTA, SOURCES["delta"]),
        ("payload", "Payload", setting.payload_bytes, track.model.moved_bytes, sources["model.moved_bytes"]),
        ("fleet", "Fleet", setting.fleet, fleet.devices, sources["fleet.devices"]),
    )
    return origins(fixed, inputs)


def _epsilon(state: _State) -> Reading:
    track, setting, found = state.track, state.setting, state.found
    unit, bound = track.targets.epsilon_unit, track.targets.epsilon
    if found.spent is None:
        return Reading(
            id="epsilon",
            label="ε, all rounds",
            value="no bound",
            note=f"officer: ≤ {three_digits(bound)}",
            formula=f"promised {three_digits(setting.epsilon)}; noise 0: no ε holds",
            meaning="Without noise an observer of the model may learn whether a "
            f"{unit} took part, with any certainty: no ε bounds it.",
            source=state.source("deployment", "officer"),
        )
    spent = float(found.spent[setting.rounds])
    return Reading(
        id="epsilon",
        label="ε, all rounds",
        value=setting.epsilon,
        limit=bound,
        note=f"per {unit}, ≤ {three_digits(bound)}",
        formula=f"z = {three_digits(_multiplier(found))}, q = {words(setting.rate, 'share')}, {setting.rounds} rounds, "
        f"δ = {three_digits(setting.delta)}: the accountant books {three_digits(spent)} of "
        f"{three_digits(setting.epsilon)}",
        meaning=f"Whatever the model shows, its probability changes by at most a factor e^ε = "
        f"{three_digits(2.718281828459045**setting.epsilon)} plus δ when one {unit} is added or removed. The unit is "
        f"the {unit}, over all rounds together.",
        source=state.source("epsilon", "officer", "accountant", "noise", "share", "rounds", "delta"),
    )


def _multiplier(found: Found) -> float:
    return 0.0 if found.mechanism is None else found.mechanism.multiplier


def _per_round(state: _State) -> Reading:
    setting, found = state.setting, state.found
    if found.spent is None:
        return Reading(
            id="epsilon_per_round",
            label="ε, one round",
            value="no bound",
            note="no noise",
            formula="noise 0: no ε holds, not for one round either",
            meaning="An accountant needs noise to book anything.",
            source=state.source("deployment"),
        )
    first, total = float(found.spent[1]), float(found.spent[setting.rounds])
    added = setting.rounds * first
    if setting.noise == "local":
        meaning = "What one participation shows of a client. It is spent again with each further one."
    else:
        meaning = (
            "What one round alone would be booked at, the same δ. Rounds neither cost their sum nor come free: the "
            "accountant adds divergences, and then reads ε once."
        )
    return Reading(
        id="epsilon_per_round",
        label="ε, one round",
        value=first,
        note=f"{three_digits(total)} in all",
        formula=f"one round {three_digits(first)}; {setting.rounds} of them booked {three_digits(total)}, their plain "
        f"sum {three_digits(added)}",
        meaning=meaning,
        source=state.source("accountant", "epsilon", "share", "rounds", "delta"),
    )


def _gap(state: _State) -> Reading:
    found = state.found
    mean, top = found.learned.accuracy, found.ceiling
    return Reading(
        id="gap",
        label="Below the ceiling",
        value=found.gap,
        unit="pts",
        warn=GAP_WARN,
        limit=GAP_LIMIT,
        note=f"limit {three_digits(GAP_LIMIT)} points",
        formula=f"100 × ({words(top, 'share')} − {words(mean, 'share')}) = {three_digits(found.gap)}",
        meaning="Points below the model that has all data in one place; less than 0 is above it, as a run that stops "
        "before its optimum can be.",
        source=state.source("proxy", "skew", "limit", "epsilon", "clip", "noise", "share", "rounds", "steps"),
    )


def _accuracy(state: _State) -> Reading:
    track, setting, found = state.track, state.setting, state.found
    safety, mean = track.targets.safety_accuracy, found.learned.accuracy
    if setting.deployment == "centralised":
        formula = f"the optimum of all data in one place = {words(mean, 'share')}"
        meaning = "What the proxy task gives when the data have left their devices: the ceiling."
    else:
        each = ", ".join(words(seed, "share") for seed in found.learned.seeds)
        noise = 0.0 if found.mechanism is None else found.mechanism.on_average
        formula = (
            f"mean of {SEEDS} seeds ({each}) at noise {three_digits(noise)} on the average = {words(mean, 'share')}"
        )
        meaning = (
            "Share of the test images that the shared model gets right, mean of "
            f"{window_in_words(setting.rounds)} and {SEEDS} draws, read between runs at the two nearest noise levels."
        )
    return Reading(
        id="accuracy",
        label="Accuracy",
        value=mean,
        unit="share",
        limit=safety,
        at_most=False,
        note=f"safety ≥ {words(safety, 'share')}",
        formula=formula,
        meaning=meaning,
        source=state.source("proxy", "skew", "safety", "epsilon", "clip", "noise", "share", "rounds", "steps"),
    )


def _moved(state: _State) -> Reading:
    track, setting, found = state.track, state.setting, state.found
    if setting.deployment == "centralised":
        raw = words(track.fleet.raw_bytes_per_device_day, "B")
        formula = f"{words(setting.fleet, '')} × {raw} = {words(found.moved, 'B')} a day"
        meaning = "The raw data of the whole fleet, upwards, every day."
        named: tuple[str, ...] = ("raw",)
    else:
        payload = words(setting.payload_bytes, "B")
        formula = (
            f"{words(setting.cohort, '')} × 2 × {payload} × {setting.rounds} / {HORIZON_DAYS} days = "
            f"{words(found.moved, 'B')} a day"
        )
        meaning = "Copies of what moves, down and up, for every client of every round. Noise weighs nothing."
        named = ("payload", "share", "rounds")
    return Reading(
        id="moved",
        label="Moved by the fleet",
        value=found.moved,
        unit="B",
        warn=DATA_WARN * found.allowed,
        limit=found.allowed,
        note=f"≤ {words(found.allowed, 'B')} a day",
        formula=formula,
        meaning=f"{meaning} The limit is what the caps of the track add up to, or the service carries.",
        source=state.source("fleet", *named, "cap", "service"),
    )


def _noise(state: _State) -> Reading:
    setting, found = state.setting, state.found
    if found.mechanism is None:
        return Reading(
            id="noise_multiplier",
            label="Noise multiplier z",
            value=0.0,
            note="no noise is added",
            formula=f"{DEPLOYMENTS[setting.deployment]}: z = 0",
            meaning="Nothing hides one client. Locality alone is not a guarantee.",
            source=state.source("deployment"),
        )
    added = found.mechanism
    z, clip, size = three_digits(added.multiplier), three_digits(setting.clip_norm), three_digits(added.on_average)
    sigma = three_digits(added.multiplier * setting.clip_norm)
    if setting.noise == "local":
        formula = (
            f"z = 2 √{added.participations} σ(ε, δ) = {z}; σ = z C = {z} × {clip} = {sigma} on each update; "
            f"z C / √{words(setting.cohort, '')} = {size} on the average"
        )
        meaning = "Each client hides itself: the noise of m clients shrinks only with √m. Nobody has to be trusted."
    else:
        formula = (
            f"least z with ε ≤ {three_digits(setting.epsilon)}: {z}; σ = z C = {z} × {clip} = {sigma} on the sum; "
            f"z C / {words(setting.cohort, '')} = {size} on the average"
        )
        meaning = "One noise for the whole sum: on the average it shrinks with m. "
        meaning += (
            "The clients add it in shares under secure aggregation; the server sees the sum alone."
            if setting.noise == "secure_aggregation"
            else "The server sees every update and has to be trusted to add it."
        )
    return Reading(
        id="noise_multiplier",
        label="Noise multiplier z",
        value=added.multiplier,
        note=f"σ = {sigma}, {NOISES[setting.noise]}",
        formula=formula,
        meaning=meaning,
        source=state.source("accountant", "epsilon", "delta", "noise", "clip", "share", "rounds", "fleet"),
    )


def guarantee_in_words(track: Track, setting: Setting) -> str:
    """Return what is guaranteed: "none", "not formal", or the pair with its unit."""
    if setting.deployment == "centralised":
        return "none"
    if not setting.private:
        return "not formal"
    pair = f"({three_digits(setting.epsilon)}, {three_digits(setting.delta)})"
    return f"{pair} per {track.targets.epsilon_unit}"


def _guarantee(state: _State) -> Reading:
    track, setting = state.track, state.setting
    unit, device = track.targets.epsilon_unit, device_word(track)
    notes = {
        "centralised": "raw data leave",
        "federated": "raw data stay",
        "federated_dp": "trusts the server" if setting.noise == "central" else "trusts no server",
    }
    meanings = {
        "centralised": "The raw data stand in one place. Contracts and access rules may protect them; no bound does.",
        "federated": f"The raw data stay with the {device}, and its updates and the model may still show them.",
        "federated_dp": f"Unit: the {unit}, all its data, all rounds. A property of the algorithm as it runs, not of a "
        "law or a product.",
    }
    return Reading(
        id="guarantee",
        label="Guarantee",
        value=guarantee_in_words(track, setting),
        note=notes[setting.deployment],
        formula="(ε, δ) holds when updates are clipped, noise is added and every round is booked",
        meaning=meanings[setting.deployment],
        source=state.source("deployment", "noise", "epsilon", "delta"),
    )


def _compute(state: _State) -> Reading:
    setting = state.setting
    steps, updates = setting.rounds * setting.local_steps, setting.rounds * setting.cohort
    return Reading(
        id="compute",
        label="Effective compute",
        value=steps,
        unit="steps",
        note=f"{words(updates, '')} updates",
        formula=f"{setting.rounds} rounds × {setting.local_steps} steps = {words(steps, '')}; client updates "
        f"{setting.rounds} × {words(setting.cohort, '')} = {words(updates, '')}",
        meaning="Steps that the shared model takes one after another; beside it what all clients together compute.",
        source=state.source("rounds", "steps", "share", "fleet"),
    )
