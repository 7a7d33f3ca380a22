"""The learning of the privacy bench: federated runs of softmax regression, clipped and noised as a setting has it.

What a setting scores is what its own runs score. The curves of accuracy against epsilon alone are read between runs at
a few levels of noise: the same noise on the average of a round gives the same run wherever it was added, so that these
runs serve every epsilon and both placements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from physics.federation import FederatedRun, simulate
from physics.validation import Floats
from tracks import Track
from tracks.common.cache import cached_on_disk
from tracks.common.proxy_fleet import ceiling, problem
from tracks.common.scoring import window_of
from tracks.missions.privacy.accounting import calibrated_noise_of
from tracks.missions.privacy.setting import LEARNING_RATE, Setting

SEEDS = 3  # of random numbers, whose mean is read; a moving slider shows the first of them alone
LENGTHS = 20  # of updates, by which their distribution is kept
# Noise on every coordinate of the average at which the curves are run, in lengths of an update that is sent: from none
# to where nothing is learnt. An update is about USUAL_LENGTH long, or as long as the clip where that is shorter.
CURVE_NOISES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
USUAL_LENGTH = 2.0  # [units of the weights]
NOISE_SCALE = 0.05  # noise is read along log(1 + noise/NOISE_SCALE): even in log, and zero included


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningTask:
    """All that learning depends on.

    Attributes:
        fleet_seed, alpha: of the partition. rounds, local_steps, cohort: as in ``Setting``.
        clip_norm: or None where nothing is clipped. noise_multiplier: of the noise on the sum of a round or, where
            ``local``, on each update; 0 for none. seed: of the random numbers. seeds: how many runs, each with its own.
    """

    fleet_seed: int
    alpha: float
    rounds: int
    local_steps: int
    cohort: int
    clip_norm: float | None
    noise_multiplier: float
    local: bool
    seed: int
    seeds: int


def learning_task(track: Track, setting: Setting, *, seed: int, seeds: int = SEEDS) -> LearningTask:
    """Return what learning depends on in a setting; shares of noise add up to that of the centre."""
    return LearningTask(
        fleet_seed=track.fleet.seed,
        alpha=track.fleet.skew_alpha,
        rounds=setting.rounds,
        local_steps=setting.local_steps,
        cohort=setting.cohort,
        clip_norm=setting.clip_norm if setting.private else None,
        noise_multiplier=calibrated_noise_of(setting).multiplier if setting.private else 0.0,
        local=setting.private and setting.noise == "local",
        seed=seed,
        seeds=seeds,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningResult:
    """What the runs of a task end with.

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
        return mean_of(self.seeds)

    def length_of(self, share: float) -> float:
        """Return the length that a share of the updates, 0..1 without 1, does not exceed; 0 where nothing is clipped.

        A share of a half gives the median.
        """
        return self.lengths[int(share * LENGTHS)] if self.lengths else 0.0

    def longer_than(self, length: float) -> float:
        """Return the share of the updates that are longer, 0..1."""
        return sum(one > length for one in self.lengths) / LENGTHS


def mean_of(seeds: Sequence[float]) -> float:
    """Return the mean of the seeds, to the last digit whatever their order."""
    return math.fsum(seeds) / len(seeds)


@lru_cache(maxsize=8192)
@cached_on_disk
def learning_result(task: LearningTask) -> LearningResult:
    """Return how the runs of a task end."""
    window, found = window_of(task.rounds), simulated(task)
    return LearningResult(
        seeds=tuple(round(float(one.accuracy.mean()), 12) for one in found),
        clipped=float(np.mean([one.clipped[-window:].mean() for one in found])),
        lengths=() if task.clip_norm is None else _lengths(found, window),
    )


def simulated(task: LearningTask) -> list[FederatedRun]:
    """Run each seed of a task and judge the rounds that are scored.

    The first is the one that a moving slider has shown, which is kept and not run again when it rests.
    """
    first, *others = run_seeds(task)
    return [_first_run(replace(task, seeds=1), first), *(_run(task, seed) for seed in others)]


@lru_cache(maxsize=16)
def _first_run(task: LearningTask, seed: int) -> FederatedRun:
    return _run(task, seed)


def _run(task: LearningTask, seed: int) -> FederatedRun:
    return simulate(
        problem(task.fleet_seed, task.alpha),
        rounds=task.rounds,
        clients_per_round=None,
        local_steps=task.local_steps,
        learning_rate=LEARNING_RATE,
        cohort=task.cohort,
        clip=task.clip_norm,
        noise_multiplier=task.noise_multiplier,
        noise="local" if task.local else "central",
        last=window_of(task.rounds),
        seed=seed,
    )


def run_seeds(task: LearningTask) -> tuple[int, ...]:
    """Return the seed of each run of a task."""
    return tuple(SEEDS * task.seed + run for run in range(task.seeds))


def _lengths(found: Sequence[FederatedRun], window: int) -> tuple[float, ...]:
    """Return the median length in each 5% of the updates of the last rounds, sorted by length."""
    lengths: Floats = np.concatenate([one.lengths[-window:].ravel() for one in found if one.lengths is not None])
    counts = np.concatenate([one.survivors[-window:].ravel() for one in found])
    order = np.argsort(lengths)
    upto = np.cumsum(counts[order])
    middles = (np.arange(LENGTHS) + 0.5) / LENGTHS * upto[-1]
    return tuple(lengths[order][np.searchsorted(upto, middles)].tolist())


def curve_seeds(task: LearningTask, noise: float) -> tuple[float, ...]:
    """Return the accuracy of each seed at some noise on the average, read between runs at two levels.

    ``task`` is clipped; its own noise has no effect.
    """
    if task.clip_norm is None:
        raise ValueError("clip_norm must be given: noise is measured in clipping lengths")
    length = min(task.clip_norm, USUAL_LENGTH)
    wanted = noise / length
    # Every client adds its part: for a cohort of 1e9 the noise on the sum would be out of range.
    unit = length * math.sqrt(task.cohort) / task.clip_norm
    above = next((place for place, level in enumerate(CURVE_NOISES) if level >= wanted), len(CURVE_NOISES) - 1)
    low, high = CURVE_NOISES[max(above - 1, 0)], CURVE_NOISES[above]
    before, after = (
        learning_result(replace(task, noise_multiplier=level * unit, local=True)).seeds for level in (low, high)
    )
    places = [math.log1p(level / NOISE_SCALE) for level in (low, min(wanted, high), high)]
    part = (places[1] - places[0]) / (places[2] - places[0]) if high > low else 0.0
    return tuple((1 - part) * one + part * other for one, other in zip(before, after, strict=True))


def result_of(setting: Setting, task: LearningTask) -> LearningResult:
    """Return how the runs of a setting end; with all data in one place nothing is random."""
    if setting.deployment == "centralised":
        return LearningResult(seeds=(ceiling(task.fleet_seed, task.alpha),) * task.seeds, clipped=0.0)
    return learning_result(task)
