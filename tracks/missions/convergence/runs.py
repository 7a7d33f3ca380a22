"""The learning of the convergence bench: one state as three federated runs on one partition, kept for the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from physics.federation import (
    FixedPoint,
    SeveralRuns,
    draw_participation,
    fixed_point,
    jitter,
    simulate_seeds,
)
from physics.validation import Floats
from tracks.common.proxy_fleet import problem
from tracks.common.scoring import scores, window_of
from tracks.missions.convergence.links import links
from tracks.missions.convergence.setting import Algorithm, Selection, Setting

SEEDS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Learning:
    """All of a state that learning depends on, and nothing else: what does not touch it costs no run.

    Attributes:
        fleet_seed: of the partition. seed: of the draws. proximal: the pull in force. The rest is as in ``Setting``.
    """

    fleet_seed: int
    alpha: float
    algorithm: Algorithm
    rounds: int
    clients_per_round: int
    local_steps: int
    learning_rate: float
    proximal: float
    reliability: float
    attempts: int
    selection: Selection
    seed: int


def learning_of(fleet_seed: int, setting: Setting, *, seed: int) -> Learning:
    """Return what learning depends on in a setting."""
    return Learning(
        fleet_seed=fleet_seed,
        alpha=setting.alpha,
        algorithm=setting.algorithm,
        rounds=setting.rounds,
        clients_per_round=setting.clients_per_round,
        local_steps=setting.local_steps,
        learning_rate=setting.learning_rate,
        proximal=setting.proximal,
        reliability=setting.reliability,
        attempts=setting.attempts,
        selection=setting.selection,
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Runs:
    """Three runs on one partition, before the first and after every round; the seeds vary the draws alone.

    Attributes:
        accuracy, loss: (3, R+1). city_accuracy: (3, R+1, 5).
        mean, cities, mean_loss: the same as scores, averaged over the runs: (R+1,), (R+1, 5), (R+1,). The score at
            round t is what a run of t rounds would be credited with: the mean of its last fifth, ten rounds at most.
        worst: the city whose score is lowest at the end. jitter: of the loss, mean over the runs.
    """

    accuracy: Floats
    loss: Floats
    city_accuracy: Floats
    mean: Floats
    cities: Floats
    mean_loss: Floats
    worst: int
    jitter: float


@lru_cache(maxsize=64)
def runs(learning: Learning) -> Runs:
    """Return the runs of a state."""
    found = _simulated(learning, last=None)
    cities = scores(found.group_accuracy.mean(axis=0))
    window = window_of(learning.rounds)
    return Runs(
        accuracy=found.accuracy,
        loss=found.loss,
        city_accuracy=found.group_accuracy,
        mean=scores(found.accuracy.mean(axis=0)),
        cities=cities,
        mean_loss=scores(found.loss.mean(axis=0)),
        worst=int(cities[-1].argmin()),
        jitter=float(np.mean([jitter(one, last=window) for one in found.loss])),
    )


@lru_cache(maxsize=512)
def final_scores(learning: Learning) -> tuple[float, float]:
    """Return the fleet's and the worst city's score at the end alone, as ``runs`` has them, in a third of its time."""
    found = _simulated(learning, last=window_of(learning.rounds))
    return round(float(found.accuracy.mean()), 12), round(float(found.group_accuracy.mean(axis=(0, 1)).min()), 12)


def _simulated(learning: Learning, *, last: int | None) -> SeveralRuns:
    """Run every draw that differs; where nothing is left to chance one run stands for all of them."""
    masks = participations(replace(learning, algorithm="fedavg", local_steps=1, learning_rate=1.0, proximal=0.0))
    alike = all(np.array_equal(masks[0], mask) for mask in masks[1:])
    found = simulate_seeds(
        problem(learning.fleet_seed, learning.alpha),
        participation=masks[:1] if alike else masks,
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=learning.learning_rate,
        proximal=learning.proximal,
        last=last,
    )
    if not alike:
        return found
    return SeveralRuns(
        accuracy=np.repeat(found.accuracy, SEEDS, axis=0),
        loss=np.repeat(found.loss, SEEDS, axis=0),
        group_accuracy=np.repeat(found.group_accuracy, SEEDS, axis=0),
    )


@lru_cache(maxsize=64)
def participations(learning: Learning) -> np.ndarray:
    """Return whose updates arrive, (3, R, 50), whatever they learn."""
    masks = np.stack(
        [
            draw_participation(
                problem(learning.fleet_seed, learning.alpha),
                rounds=learning.rounds,
                clients_per_round=learning.clients_per_round,
                reliability=links(learning.reliability, learning.attempts).delivered,
                selection=learning.selection,
                seed=SEEDS * learning.seed + run,
            )
            for run in range(SEEDS)
        ]
    )
    masks.setflags(write=False)
    return masks


@lru_cache(maxsize=1024)
def fixed(fleet_seed: int, alpha: float, local_steps: int, learning_rate: float, proximal: float) -> FixedPoint:
    """Return where FedAvg or FedProx of all clients would end, how biased and how fast."""
    return fixed_point(
        problem(fleet_seed, alpha), local_steps=local_steps, learning_rate=learning_rate, proximal=proximal
    )
