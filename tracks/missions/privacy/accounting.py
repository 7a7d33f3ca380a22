"""The noise, the epsilon and the bytes of a promise: calibrated noise, epsilon by round, and bytes a day."""

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
from tracks.common.cache import cached_on_disk
from tracks.missions.privacy.setting import HORIZON_DAYS, ROUNDS, SERVICE_BYTES_PER_DAY, Noise, Setting

HALVINGS = 60
EPSILON_BRACKET = (1e-9, 1e6)
MAX_ROUNDS = int(ROUNDS[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibratedNoise:
    """The noise that a promise needs.

    Attributes:
        multiplier: standard deviation of the noise where it is added, in clipping lengths: on the sum of a round, or
            on each client's own update. on_average: the same on every coordinate of the round's average, in units of
            the weights. participations: rounds in which one client takes part, as local noise counts them.
    """

    multiplier: float
    on_average: float
    participations: int


@lru_cache(maxsize=4096)
@cached_on_disk
def calibrated_noise(
    noise: Noise, epsilon: float, clip_norm: float, cohort: int, fleet: int, rounds: int, delta: float
) -> CalibratedNoise:
    """Return the least noise that keeps epsilon over all rounds, for a placement."""
    rate = cohort / fleet
    taken = int(participations_per_client(sampling_rate=rate, rounds=rounds))
    if noise == "local":
        own = float(local_noise_multiplier(epsilon=epsilon, delta=delta, participations=taken))
        return CalibratedNoise(multiplier=own, on_average=own * clip_norm / math.sqrt(cohort), participations=taken)
    shared = float(noise_multiplier(epsilon=epsilon, sampling_rate=rate, rounds=rounds, delta=delta))
    return CalibratedNoise(multiplier=shared, on_average=shared * clip_norm / cohort, participations=taken)


def calibrated_noise_of(setting: Setting) -> CalibratedNoise:
    """Return the noise of a setting."""
    return calibrated_noise(
        setting.noise,
        setting.epsilon,
        setting.clip_norm,
        setting.cohort,
        setting.fleet,
        setting.rounds,
        setting.delta,
    )


@lru_cache(maxsize=1024)
@cached_on_disk
def spent_by_round(noise: Noise, multiplier: float, cohort: int, fleet: int, delta: float, last: int) -> Floats:
    """Return epsilon after 0, 1, ... last rounds at that noise, (last + 1,): what the accountant has booked."""
    rounds = np.arange(last + 1)
    rate = cohort / fleet
    if noise == "local":
        spent = _spent_locally(multiplier, rate, delta, last)
    else:
        spent = np.asarray(epsilon_curve(sampling_rate=rate, noise_multiplier=multiplier, rounds=rounds, delta=delta))
    spent.setflags(write=False)
    return spent


def _spent_locally(multiplier: float, rate: float, delta: float, last: int) -> Floats:
    """Invert the Gaussian mechanism for each number of participations, by bisection of log epsilon."""
    taken = np.asarray(participations_per_client(sampling_rate=rate, rounds=np.arange(1, last + 1)))
    counts, which = np.unique(taken, return_inverse=True)
    sigma = multiplier / (2 * np.sqrt(counts))
    low, high = (np.full(counts.shape, math.log(end)) for end in EPSILON_BRACKET)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = np.asarray(gaussian_delta(sigma, epsilon=np.exp(middle))) <= delta
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.concatenate(([0.0], np.exp(high)[which]))


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
