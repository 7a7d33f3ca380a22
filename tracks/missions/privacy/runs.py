"""The learning of the privacy bench: federated runs at a ladder of noise levels, kept, and read between its rungs.

What learning feels of privacy is the clipping length and the noise on the average of a round. The same noise on the
average gives the same run wherever it was added, so that one ladder serves every epsilon and every placement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation import simulate
from tracks.common.proxy_fleet import problem
from tracks.common.scoring import window_of
from tracks.missions.convergence.runs import SEEDS

RUNGS_PER_DECADE = 4
LOWEST_RUNG, HIGHEST_RUNG = -10, -2  # 0.0032 to 0.32 of a coordinate: from hardly felt to nothing learnt
UNFELT = -14  # 0.0003: up to here as without noise, then towards the lowest rung
SILENT = None  # the rung without noise


@dataclass(frozen=True, kw_only=True, slots=True)
class Learning:
    """All that learning depends on beside the noise.

    Attributes:
        fleet_seed, alpha: of the partition. rounds, local_steps, cohort: as in ``Setting``.
        clip_norm: or None where nothing is clipped. seed: of the draws.
    """

    fleet_seed: int
    alpha: float
    rounds: int
    local_steps: int
    cohort: int
    clip_norm: float | None
    seed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What three runs end with.

    Attributes:
        seeds: accuracy of each, mean of its last fifth of rounds, ten at most, 0..1.
        clipped: share of the updates of those rounds that were clipped, mean of the runs, 0..1.
    """

    seeds: tuple[float, ...]
    clipped: float

    @property
    def accuracy(self) -> float:
        """Mean of the runs."""
        return math.fsum(self.seeds) / len(self.seeds)


@lru_cache(maxsize=8192)
def rung(learning: Learning, level: int | None) -> Learned:
    """Return the runs at one noise level: 10^(level/4) on every coordinate of the average, or none."""
    noise = 0.0 if level is SILENT else 10 ** (level / RUNGS_PER_DECADE)
    clip = learning.clip_norm
    window = window_of(learning.rounds)
    found = [
        simulate(
            problem(learning.fleet_seed, learning.alpha),
            rounds=learning.rounds,
            clients_per_round=None,
            local_steps=learning.local_steps,
            cohort=learning.cohort,
            clip=clip,
            # Every client adds its part here; the average of the cohort has the noise of the rung.
            noise_multiplier=noise * math.sqrt(learning.cohort) / clip if clip else 0.0,
            noise="local",
            last=window,
            seed=SEEDS * learning.seed + run,
        )
        for run in range(SEEDS)
    ]
    return Learned(
        seeds=tuple(round(float(one.accuracy.mean()), 12) for one in found),
        clipped=float(np.mean([one.clipped[-window:].mean() for one in found])),
    )


def learned(learning: Learning, noise: float) -> Learned:
    """Return what is learnt under that much noise on every coordinate of a round's average, read between two rungs."""
    place = RUNGS_PER_DECADE * math.log10(noise) if noise > 0 and learning.clip_norm is not None else -math.inf
    if place <= UNFELT:
        return rung(learning, SILENT)
    if place >= HIGHEST_RUNG:
        return rung(learning, HIGHEST_RUNG)
    if place <= LOWEST_RUNG:
        part = (place - UNFELT) / (LOWEST_RUNG - UNFELT)
        return _between(rung(learning, SILENT), rung(learning, LOWEST_RUNG), part)
    below = math.floor(place)
    return _between(rung(learning, below), rung(learning, below + 1), place - below)


def _between(low: Learned, high: Learned, part: float) -> Learned:
    return Learned(
        seeds=tuple((1 - part) * one + part * other for one, other in zip(low.seeds, high.seeds, strict=True)),
        clipped=(1 - part) * low.clipped + part * high.clipped,
    )


@lru_cache(maxsize=64)
def ceiling(fleet_seed: int, alpha: float) -> float:
    """Return the accuracy of the model that has all data in one place: the fleet's optimum, 0..1."""
    data = problem(fleet_seed, alpha)
    return float(data.data.correct(data.optimum[None]).sum() / data.data.test_class_sizes.sum())
