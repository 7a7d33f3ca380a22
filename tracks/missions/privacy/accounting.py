"""What a state of the privacy bench promises, adds, spends and moves, and everything that it gives, in one object."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.privacy import (
    epsilon_curve,
    gaussian_delta,
    local_noise_multiplier,
    noise_multiplier,
    participations_per_client,
)
from physics.traffic import centralised_traffic_bytes, daily_traffic_bytes
from physics.validation import Floats, as_float
from tracks import Track
from tracks.missions.privacy.runs import Learned, Learning, ceiling, learned
from tracks.missions.privacy.setting import HORIZON_DAYS, ROUNDS, SERVICE_BYTES_PER_DAY, Noise, Setting

HALVINGS = 60
EPSILON_BRACKET = (1e-9, 1e6)
MAX_ROUNDS = int(ROUNDS[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class Mechanism:
    """The noise that a promise takes.

    Attributes:
        multiplier: standard deviation of the noise where it is added, in clipping lengths: on the sum of a round, or
            on each client's own update. on_average: the same on every coordinate of the round's average, in units of
            the weights. participations: rounds in which one client takes part, as local noise counts them.
    """

    multiplier: float
    on_average: float
    participations: int


@lru_cache(maxsize=4096)
def mechanism(
    noise: Noise, epsilon: float, clip_norm: float, cohort: int, fleet: int, rounds: int, delta: float
) -> Mechanism:
    """Return the least noise that keeps epsilon over all rounds, for a placement."""
    rate = cohort / fleet
    taken = int(participations_per_client(sampling_rate=rate, rounds=rounds))
    if noise == "local":
        own = float(local_noise_multiplier(epsilon=epsilon, delta=delta, participations=taken))
        return Mechanism(multiplier=own, on_average=own * clip_norm / math.sqrt(cohort), participations=taken)
    shared = float(noise_multiplier(epsilon=epsilon, sampling_rate=rate, rounds=rounds, delta=delta))
    return Mechanism(multiplier=shared, on_average=shared * clip_norm / cohort, participations=taken)


def mechanism_of(setting: Setting, *, noise: Noise | None = None, epsilon: float | None = None) -> Mechanism:
    """Return the noise of a setting, or of the same with another placement or promise."""
    return mechanism(
        noise or setting.noise,
        setting.epsilon if epsilon is None else epsilon,
        setting.clip_norm,
        setting.cohort,
        setting.fleet,
        setting.rounds,
        setting.delta,
    )


@lru_cache(maxsize=1024)
def spent_by_round(noise: Noise, multiplier: float, cohort: int, fleet: int, delta: float) -> Floats:
    """Return epsilon after 0, 1, ... 200 rounds at that noise, (201,): what the accountant has booked."""
    rounds = np.arange(MAX_ROUNDS + 1)
    rate = cohort / fleet
    if noise == "local":
        spent = _spent_locally(multiplier, rate, delta)
    else:
        spent = np.asarray(epsilon_curve(sampling_rate=rate, noise_multiplier=multiplier, rounds=rounds, delta=delta))
    spent.setflags(write=False)
    return spent


def _spent_locally(multiplier: float, rate: float, delta: float) -> Floats:
    """Invert the Gaussian mechanism for each number of participations, by bisection of log epsilon."""
    taken = np.asarray(participations_per_client(sampling_rate=rate, rounds=np.arange(1, MAX_ROUNDS + 1)))
    counts, which = np.unique(taken, return_inverse=True)
    sigma = multiplier / (2 * np.sqrt(counts))
    low, high = (np.full(counts.shape, math.log(end)) for end in EPSILON_BRACKET)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = np.asarray(gaussian_delta(sigma, epsilon=np.exp(middle))) <= delta
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.concatenate(([0.0], np.exp(high)[which]))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """Everything that one state gives.

    Attributes:
        learning: what its runs depend on. learned: how they end. ceiling: accuracy with all data in one place, 0..1.
        mechanism: the noise in force, or None. spent: epsilon after 0 ... 200 rounds of it, or None.
        moved: bytes a day, whole fleet [B]. allowed: what may move in a day [B].
    """

    learning: Learning
    learned: Learned
    ceiling: float
    mechanism: Mechanism | None
    spent: Floats | None
    moved: float
    allowed: float

    @property
    def gap(self) -> float:
        """How many points the accuracy lies below the ceiling; below 0 above it."""
        return round(100 * (self.ceiling - self.learned.accuracy), 9) + 0.0


def learning_of(track: Track, setting: Setting, *, seed: int) -> Learning:
    """Return what learning depends on in a setting."""
    return Learning(
        fleet_seed=track.fleet.seed,
        alpha=track.fleet.skew_alpha,
        rounds=setting.rounds,
        local_steps=setting.local_steps,
        cohort=setting.cohort,
        clip_norm=setting.clip_norm if setting.private else None,
        seed=seed,
    )


def found(track: Track, setting: Setting, *, seed: int) -> Found:
    """Return what a setting gives on a track; ``seed`` draws other rounds and noise on the same partition."""
    learning = learning_of(track, setting, seed=seed)
    added = mechanism_of(setting) if setting.private else None
    spent = None
    if added is not None:
        spent = spent_by_round(setting.noise, added.multiplier, setting.cohort, setting.fleet, setting.delta)
    return Found(
        learning=learning,
        learned=what_is_learnt(track, setting, learning, added),
        ceiling=ceiling(track.fleet.seed, track.fleet.skew_alpha),
        mechanism=added,
        spent=spent,
        moved=moved_bytes(track, setting),
        allowed=allowed_bytes(track, setting.fleet),
    )


def what_is_learnt(track: Track, setting: Setting, learning: Learning, added: Mechanism | None) -> Learned:
    """Return how the runs of a setting end; with the data in one place nothing is drawn."""
    if setting.deployment == "centralised":
        return Learned(seeds=(ceiling(track.fleet.seed, track.fleet.skew_alpha),) * 3, clipped=0.0)
    return learned(learning, 0.0 if added is None else added.on_average)


def moved_bytes(track: Track, setting: Setting) -> float:
    """Return what the whole fleet moves in a day [B]: its raw data, or copies of the model down and up."""
    if setting.deployment == "centralised":
        raw = track.fleet.raw_bytes_per_device_day
        return float(centralised_traffic_bytes(setting.fleet, raw_bytes_per_device=raw))
    return float(
        daily_traffic_bytes(
            setting.fleet,
            participation=setting.rate,
            download_bytes=setting.payload_bytes,
            upload_bytes=setting.payload_bytes,
            rounds_per_day=setting.rounds / HORIZON_DAYS,
        )
    )


def allowed_bytes(track: Track, fleet: int) -> float:
    """Return what the fleet may move in a day [B]: the caps of its devices together, or the service's where less."""
    days = as_float("cap_days", track.fleet.cap_days, low=0, low_open=True)
    cap = as_float("cap_bytes", track.fleet.cap_bytes, low=0, low_open=True) / days
    return min(cap if track.fleet.cap_scope == "service" else fleet * cap, SERVICE_BYTES_PER_DAY)
