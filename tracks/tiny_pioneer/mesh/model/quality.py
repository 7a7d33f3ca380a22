"""How good the profiles of a state of the Mesh Update are: noise, other places, coding and the adapter's size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.sources import source
from physics.validation import Floats
from tracks import Track
from tracks.tiny_pioneer.mesh.model.costs import calls
from tracks.tiny_pioneer.mesh.model.places import Mixing, mixing
from tracks.tiny_pioneer.mesh.setting import BITS, HALF_BYTES, NOISE_VARIANCE, Setting

SETTLED = 1.01  # of the least error: further rounds no longer matter
QUANTISER = source("derived: uniform steps over six standard deviations")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Quality:
    """How good the profiles are, in variances of one estimate.

    Attributes:
        mixing: what each round does. rounds: of the state, 0 where the radio is silent.
        coarse: what an adapter of its size cannot express. rounding: variance that coding adds to one value.
        noise, foreign, rounded: what is left of the estimate's own variance, mixed in, and rounded, in the mean.
        error: all together; local: the same adapter without radio. worse: share of nodes that err more than that.
        best_round: the fewest rounds whose error is within 1% of the least.
    """

    mixing: Mixing
    rounds: int
    coarse: float
    rounding: float
    noise: float
    foreign: float
    rounded: float
    error: float
    local: float
    worse: float
    best_round: int


def coarse(setting: Setting) -> float:
    """Return what an adapter of the setting's size leaves of the factory's error: half / (half + bytes) of it."""
    return setting.factory * HALF_BYTES.value / (HALF_BYTES.value + setting.payload_bytes)


def rounding_variance(setting: Setting) -> float:
    """Return the variance of rounding one value to the coding's bits: uniform steps over six standard deviations.

    step = 6 sd / 2^bits, variance step^2 / 12 = 3 sd^2 / 4^bits.
    """
    if not setting.talks:
        return 0.0
    return 3 * (NOISE_VARIANCE + setting.diversity) / 4.0 ** BITS[setting.coding]


def quality(track: Track, setting: Setting, *, seed: int) -> Quality:
    """Return how good the profiles of a state are; ``seed`` samples other truths, sleepers and calls on one map."""
    return _quality(setting, track.fleet.seed, seed)


@lru_cache(maxsize=4096)
def _quality(setting: Setting, map_seed: int, seed: int) -> Quality:
    mixed = mixing(
        setting.mode,
        setting.topology,
        churn=setting.churn,
        hub_sleep=setting.hub_sleep,
        fan_out=calls(setting),
        map_seed=map_seed,
        seed=seed,
    )
    rounds = setting.rounds if setting.talks else 0
    rounding, unsaid = rounding_variance(setting), coarse(setting)
    by_round = error_by_round(mixed, setting, rounding)
    own = NOISE_VARIANCE * float(mixed.noise[rounds]) + rounding * float(mixed.rounding[rounds])
    worse = own + setting.diversity * mixed.foreign[rounds] > NOISE_VARIANCE * (1 + 1e-9)
    return Quality(
        mixing=mixed,
        rounds=rounds,
        coarse=unsaid,
        rounding=rounding,
        noise=NOISE_VARIANCE * float(mixed.noise[rounds]),
        foreign=setting.diversity * float(mixed.mean_foreign[rounds]),
        rounded=rounding * float(mixed.rounding[rounds]),
        error=unsaid + float(by_round[rounds]),
        local=unsaid + NOISE_VARIANCE,
        worse=float(worse.mean()),
        best_round=best_round(by_round),
    )


def best_round(by_round: Floats) -> int:
    """Return the fewest rounds whose error is within 1% of the least."""
    return int(np.argmax(by_round <= SETTLED * by_round.min()))


def error_by_round(mixed: Mixing, setting: Setting, rounding: float) -> Floats:
    """Return the mean error without what the adapter cannot express, by round."""
    error: Floats = NOISE_VARIANCE * mixed.noise + rounding * mixed.rounding + setting.diversity * mixed.mean_foreign
    return error
