"""The privacy bench in eight readings, each with its limit, its formula in the student's numbers and its sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracks import Reading, Track
from tracks.api.quantities import three_digits
from tracks.common.declared import device_word
from tracks.common.provenance import Input, Provenance, origins, quantity_text
from tracks.common.proxy_fleet import PROXY
from tracks.common.scoring import window_in_words
from tracks.missions.privacy.setting import (
    DEFAULTS,
    DEPLOYMENTS,
    HORIZON_DAYS,
    LEARNING_RATE,
    NOISES,
    SERVICE_BYTES_PER_DAY,
    Setting,
)
from tracks.missions.privacy.state import ACCURACY, BUDGET, DATA, GAP, GAP_LIMIT, State

HUD = ("epsilon", "gap", "moved")
LEARNING = (
    "epsilon",
    "clip_norm",
    "noise",
    "participating_share",
    "rounds",
    "local_steps",
)  # what accuracy follows from

SourceOf = Callable[..., str]  # where the named inputs of a reading come from


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    source = Provenance(origins=_origins(state.track, state.setting)).source
    return (
        _epsilon(state, source),
        _gap(state, source),
        _moved(state, source),
        _accuracy(state, source),
        _noise(state, source),
        _guarantee(state, source),
        _per_round(state, source),
        _compute(state, source),
    )


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
        "service": f"Service: assumed, {quantity_text(SERVICE_BYTES_PER_DAY, 'B')} a day at most",
        "limit": "Limit: assumed, five points",
        "accountant": "Accountant: Rényi divergences of the Poisson-subsampled Gaussian, Mironov, Talwar, Zhang 2019; "
        "local noise: Balle, Wang 2018",
    }
    labels = {
        "deployment": "Deployment",
        "epsilon": "ε",
        "clip_norm": "Clip",
        "noise": "Noise",
        "participating_share": "Share",
        "rounds": "Rounds",
        "local_steps": "Local steps",
        "delta": "δ",
    }
    usual = ((name, label, DEFAULTS[name]) for name, label in labels.items())
    inputs: tuple[Input, ...] = (
        *((name, label, getattr(setting, name), default.value, default.source.text) for name, label, default in usual),
        ("payload_bytes", "Payload", setting.payload_bytes, track.model.moved_bytes, sources["model.moved_bytes"]),
        ("fleet", "Fleet", setting.fleet, fleet.devices, sources["fleet.devices"]),
    )
    return origins(fixed, inputs)


def _epsilon(state: State, source: SourceOf) -> Reading:
    track, setting = state.track, state.setting
    unit, bound = track.targets.epsilon_unit, track.targets.epsilon
    if state.spent is None or state.noise is None:
        return Reading(
            id="epsilon",
            label="ε, all rounds",
            value="no bound",
            note=f"officer: ≤ {three_digits(bound)}",
            formula=f"promised {three_digits(setting.epsilon)}; noise 0: no ε holds",
            meaning="Without noise an observer of the model may learn whether a "
            f"{unit} took part, with any certainty: no ε bounds it.",
            source=source("deployment", "officer"),
        )
    spent = float(state.spent[setting.rounds])
    return Reading.of(
        state.limits[BUDGET],
        id="epsilon",
        label="ε, all rounds",
        note=f"per {unit}, ≤ {three_digits(bound)}",
        formula=f"z = {three_digits(state.noise.multiplier)}, q = {quantity_text(setting.rate, 'share')}, "
        f"{setting.rounds} rounds, δ = {three_digits(setting.delta)}: the accountant books {three_digits(spent)} of "
        f"{three_digits(setting.epsilon)}",
        meaning=f"Whatever the model shows, its probability changes by at most a factor e^ε = "
        f"{three_digits(2.718281828459045**setting.epsilon)} plus δ when one {unit} is added or removed. The unit is "
        f"the {unit}, over all rounds together.",
        source=source("epsilon", "officer", "accountant", "noise", "participating_share", "rounds", "delta"),
    )


def _per_round(state: State, source: SourceOf) -> Reading:
    setting = state.setting
    if state.spent is None:
        return Reading(
            id="epsilon_per_round",
            label="ε, one round",
            value="no bound",
            note="no noise",
            formula="noise 0: no ε holds, not for one round either",
            meaning="An accountant needs noise to book anything.",
            source=source("deployment"),
        )
    first, total = float(state.spent[1]), float(state.spent[setting.rounds])
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
        source=source("accountant", "epsilon", "participating_share", "rounds", "delta"),
    )


def _gap(state: State, source: SourceOf) -> Reading:
    mean, top = state.result.accuracy, state.ceiling
    return Reading.of(
        state.limits[GAP],
        id="gap",
        label="Below the ceiling",
        unit="pts",
        note=f"limit {three_digits(GAP_LIMIT)} points",
        formula=f"100 × ({quantity_text(top, 'share')} − {quantity_text(mean, 'share')}) = {three_digits(state.gap)}",
        meaning="Points below the model that has all data in one place; less than 0 is above it, as a run that stops "
        "before its optimum can be.",
        source=source(
            "proxy", "skew", "limit", "epsilon", "clip_norm", "noise", "participating_share", "rounds", "local_steps"
        ),
    )


def _accuracy(state: State, source: SourceOf) -> Reading:
    track, setting = state.track, state.setting
    safety, mean = track.targets.safety_accuracy, state.result.accuracy
    if setting.deployment == "centralised":
        formula = f"the optimum of all data in one place = {quantity_text(mean, 'share')}"
        meaning = "What the proxy task gives when the data have left their devices: the ceiling."
    else:
        noise = 0.0 if state.noise is None else state.noise.on_average
        formula = f"{_runs(state)} at noise {three_digits(noise)} on the average = {quantity_text(mean, 'share')}"
        meaning = (
            "Share of the test images that the shared model gets right, mean of "
            f"{window_in_words(setting.rounds)}: softmax regression at this very setting, step {LEARNING_RATE:g}."
        )
    inputs = ("epsilon", "clip_norm", "noise", "participating_share", "rounds", "local_steps")
    texts: dict[str, Any] = {
        "id": "accuracy",
        "label": "Accuracy",
        "unit": "share",
        "formula": formula,
        "meaning": meaning,
    }
    if ACCURACY not in state.limits:
        note = f"ceiling {quantity_text(state.ceiling, 'share')}"
        return Reading(value=mean, note=note, source=source("proxy", "skew", *inputs), **texts)
    note = f"safety ≥ {quantity_text(safety, 'share')}"
    return Reading.of(state.limits[ACCURACY], note=note, source=source("proxy", "skew", "safety", *inputs), **texts)


def _runs(state: State) -> str:
    seeds = state.result.seeds
    if len(seeds) == 1:
        return "one seed, while the slider moves,"
    return f"mean of {len(seeds)} seeds ({', '.join(quantity_text(one, 'share') for one in seeds)})"


def _moved(state: State, source: SourceOf) -> Reading:
    track, setting = state.track, state.setting
    if setting.deployment == "centralised":
        raw = quantity_text(track.fleet.raw_bytes_per_device_day, "B")
        formula = f"{quantity_text(setting.fleet, '')} × {raw} = {quantity_text(state.moved, 'B')} a day"
        meaning = "The raw data of the whole fleet, upwards, every day."
        named: tuple[str, ...] = ("raw",)
    else:
        payload = quantity_text(setting.payload_bytes, "B")
        formula = (
            f"{quantity_text(setting.cohort, '')} × 2 × {payload} × {setting.rounds} / {HORIZON_DAYS} days = "
            f"{quantity_text(state.moved, 'B')} a day"
        )
        meaning = "Copies of what moves, down and up, for every client of every round. Noise weighs nothing."
        named = ("payload_bytes", "participating_share", "rounds")
    return Reading.of(
        state.limits[DATA],
        id="moved",
        label="Moved by the fleet",
        unit="B",
        note=f"≤ {quantity_text(state.allowed, 'B')} a day",
        formula=formula,
        meaning=f"{meaning} The limit is what the caps of the track add up to, or the service carries.",
        source=source("fleet", *named, "cap", "service"),
    )


def _noise(state: State, source: SourceOf) -> Reading:
    setting = state.setting
    if state.noise is None:
        return Reading(
            id="noise_multiplier",
            label="Noise multiplier z",
            value=0.0,
            note="no noise is added",
            formula=f"{DEPLOYMENTS[setting.deployment]}: z = 0",
            meaning="Nothing hides one client. Locality alone is not a guarantee.",
            source=source("deployment"),
        )
    added = state.noise
    z, clip, size = three_digits(added.multiplier), three_digits(setting.clip_norm), three_digits(added.on_average)
    sigma = three_digits(added.multiplier * setting.clip_norm)
    if setting.noise == "local":
        formula = (
            f"z = 2 √{added.participations} σ(ε, δ) = {z}; σ = z C = {z} × {clip} = {sigma} on each update; "
            f"z C / √{quantity_text(setting.cohort, '')} = {size} on the average"
        )
        meaning = "Each client hides itself: the noise of m clients shrinks only with √m. Nobody has to be trusted."
    else:
        formula = (
            f"least z with ε ≤ {three_digits(setting.epsilon)}: {z}; σ = z C = {z} × {clip} = {sigma} on the sum; "
            f"z C / {quantity_text(setting.cohort, '')} = {size} on the average"
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
        source=source("accountant", "epsilon", "delta", "noise", "clip_norm", "participating_share", "rounds", "fleet"),
    )


def guarantee_in_words(track: Track, setting: Setting) -> str:
    """Return what is guaranteed: "none", "not formal", or the pair with its unit."""
    if setting.deployment == "centralised":
        return "none"
    if not setting.private:
        return "not formal"
    pair = f"({three_digits(setting.epsilon)}, {three_digits(setting.delta)})"
    return f"{pair} per {track.targets.epsilon_unit}"


def _guarantee(state: State, source: SourceOf) -> Reading:
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
        source=source("deployment", "noise", "epsilon", "delta"),
    )


def _compute(state: State, source: SourceOf) -> Reading:
    setting = state.setting
    steps, updates = setting.rounds * setting.local_steps, setting.rounds * setting.cohort
    return Reading(
        id="compute",
        label="Effective compute",
        value=steps,
        unit="steps",
        note=f"{quantity_text(updates, '')} updates",
        formula=f"{setting.rounds} rounds × {setting.local_steps} steps = {quantity_text(steps, '')}; client updates "
        f"{setting.rounds} × {quantity_text(setting.cohort, '')} = {quantity_text(updates, '')}",
        meaning="Steps that the shared model takes one after another; beside it what all clients together compute.",
        source=source("rounds", "local_steps", "participating_share", "fleet"),
    )
