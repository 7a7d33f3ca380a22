"""The learning of the privacy bench: federated runs at fixed noise levels, cached, and interpolated between them.

Privacy changes learning by the clipping length and the noise on the average of a round. The same noise on the
average gives the same run wherever it was added, so that the same levels serve every epsilon and placement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation import FederatedRun, simulate
from physics.validation import Floats
from tracks import Track
from tracks.common.proxy_fleet import problem
from tracks.common.scoring import window_of
from tracks.missions.privacy.setting import Setting

SEEDS = 3  # of random numbers, whose mean is read
RUNGS_PER_DECADE = 4
LOWEST_RUNG, HIGHEST_RUNG = -10, -2  # 0.0032 to 0.32 of a coordinate: from hardly any effect to nothing learnt
UNFELT = -14  # 0.0003: up to here as without noise, then towards the lowest level
SILENT = None  # the level without noise
LENGTHS = 20  # of updates, by which their distribution is kept


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningTask:
    """All that learning depends on beside the noise.

    Attributes:
        fleet_seed, alpha: of the partition. rounds, local_steps, cohort: as in ``Setting``.
        clip_norm: or None where nothing is clipped. seed: of the random numbers.
    """

    fleet_seed: int
    alpha: float
    rounds: int
    local_steps: int
    cohort: int
    clip_norm: float | None
    seed: int


def learning_task(track: Track, setting: Setting, *, seed: int) -> LearningTask:
    """Return what learning depends on in a setting."""
    return LearningTask(
        fleet_seed=track.fleet.seed,
        alpha=track.fleet.skew_alpha,
        rounds=setting.rounds,
        local_steps=setting.local_steps,
        cohort=setting.cohort,
        clip_norm=setting.clip_norm if setting.private else None,
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningResult:
    """What three runs end with.

    Attributes:
        seeds: accuracy of each, mean over the last 20% of its rounds, 10 at most, 0..1.
        clipped: share of the updates of those rounds that were clipped, mean of the runs, 0..1.
        lengths: of those updates before they were clipped, from short to long, each for as many of them [units of the
            weights]; none where nothing is clipped.
    """

    seeds: tuple[float, ...]
    clipped: float
    lengths: tuple[float, ...] = ()

    @property
    def accuracy(self) -> float:
        """Mean of the runs."""
        return math.fsum(self.seeds) / len(self.seeds)

    def longer_than(self, length: float) -> float:
        """Return the share of the updates that are longer, 0..1."""
        return sum(one > length for one in self.lengths) / LENGTHS


@lru_cache(maxsize=8192)
def rung(task: LearningTask, level: int | None) -> LearningResult:
    """Return the runs at one noise level: 10^(level/4) on every coordinate of the average, or none."""
    noise = 0.0 if level is SILENT else 10 ** (level / RUNGS_PER_DECADE)
    clip = task.clip_norm
    window = window_of(task.rounds)
    found = [
        simulate(
            problem(task.fleet_seed, task.alpha),
            rounds=task.rounds,
            clients_per_round=None,
            local_steps=task.local_steps,
            cohort=task.cohort,
            clip=clip,
            # Every client adds its part here; the average of the cohort has the noise of the level.
            noise_multiplier=noise * math.sqrt(task.cohort) / clip if clip else 0.0,
            noise="local",
            last=window,
            seed=SEEDS * task.seed + run,
            engine="exact",
        )
        for run in range(SEEDS)
    ]
    return LearningResult(
        seeds=tuple(round(float(one.accuracy.mean()), 12) for one in found),
        clipped=float(np.mean([one.clipped[-window:].mean() for one in found])),
        lengths=() if clip is None else _lengths(found, window),
    )


def _lengths(found: Sequence[FederatedRun], window: int) -> tuple[float, ...]:
    """Return the median length in each 5% of the updates of the last rounds, sorted by length."""
    lengths: Floats = np.concatenate([one.lengths[-window:].ravel() for one in found if one.lengths is not None])
    counts = np.concatenate([one.survivors[-window:].ravel() for one in found])
    order = np.argsort(lengths)
    upto = np.cumsum(counts[order])
    middles = (np.arange(LENGTHS) + 0.5) / LENGTHS * upto[-1]
    return tuple(lengths[order][np.searchsorted(upto, middles)].tolist())


def learning_result(task: LearningTask, noise: float) -> LearningResult:
    """Return the result at that noise on every coordinate of a round's average, interpolated between two levels."""
    place = RUNGS_PER_DECADE * math.log10(noise) if noise > 0 and task.clip_norm is not None else -math.inf
    if place <= UNFELT:
        return rung(task, SILENT)
    if place >= HIGHEST_RUNG:
        return rung(task, HIGHEST_RUNG)
    if place <= LOWEST_RUNG:
        part = (place - UNFELT) / (LOWEST_RUNG - UNFELT)
        return _between(rung(task, SILENT), rung(task, LOWEST_RUNG), part)
    below = math.floor(place)
    return _between(rung(task, below), rung(task, below + 1), place - below)


def _between(low: LearningResult, high: LearningResult, part: float) -> LearningResult:
    return LearningResult(
        seeds=tuple((1 - part) * one + part * other for one, other in zip(low.seeds, high.seeds, strict=True)),
        clipped=(1 - part) * low.clipped + part * high.clipped,
        lengths=tuple((1 - part) * one + part * other for one, other in zip(low.lengths, high.lengths, strict=True)),
    )


@lru_cache(maxsize=64)
def ceiling(fleet_seed: int, alpha: float) -> float:
    """Return the accuracy of the model that has all data in one place: the fleet's optimum, 0..1."""
    data = problem(fleet_seed, alpha)
    return float(data.data.correct(data.optimum[None]).sum() / data.data.test_class_sizes.sum())


def result_of(setting: Setting, task: LearningTask, noise: float) -> LearningResult:
    """Return how the runs of a setting end; with all data in one place nothing is random."""
    if setting.deployment == "centralised":
        return LearningResult(seeds=(ceiling(task.fleet_seed, task.alpha),) * SEEDS, clipped=0.0)
    return learning_result(task, noise)
