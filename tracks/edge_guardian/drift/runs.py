"""The learning of the Fleet Learning Drift: one state as three federated runs on one partition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation import (
    FixedPoint,
    draw_participation,
    fixed_point,
    simulate_seeds,
)
from physics.validation import Floats
from tracks import Track
from tracks.common.proxy_fleet import CITIES, CLIENTS, problem
from tracks.common.scoring import scores, window_of
from tracks.edge_guardian.drift.setting import LEARNING_RATE, Algorithm, Selection, Setting

SEEDS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Learning:
    """All of a state that learning depends on, and nothing else: what does not touch it costs no run.

    Attributes:
        fleet_seed, alpha: of the partition. heard: for each city, whether an invited vehicle's update arrives.
        proximal: the pull in force. seed: of the draws. The rest is as in ``Setting``.
    """

    fleet_seed: int
    alpha: float
    algorithm: Algorithm
    rounds: int
    vehicles_per_round: int
    local_steps: int
    proximal: float
    heard: tuple[float, ...]
    selection: Selection
    seed: int


def learning_of(track: Track, setting: Setting, heard: tuple[float, ...], *, seed: int) -> Learning:
    """Return what learning depends on in a setting whose updates arrive as ``heard`` says."""
    return Learning(
        fleet_seed=track.fleet.seed,
        alpha=track.fleet.skew_alpha,
        algorithm=setting.algorithm,
        rounds=setting.rounds,
        vehicles_per_round=setting.vehicles_per_round,
        local_steps=setting.local_steps,
        proximal=setting.proximal,
        heard=heard,
        selection=setting.selection,
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Runs:
    """Three runs on one partition, before the first and after every round; the seeds vary the draws alone.

    Attributes:
        accuracy: (3, R+1). mean, cities: scores averaged over the runs, (R+1,) and (R+1, 5); the score at round t is
            what a run of t rounds would be credited with, the mean of its last fifth, ten rounds at most.
        loss, earlier_loss: the score of the loss at the end, and at four fifths of the rounds.
        updates: each city's updates that arrive in the mean round, (5,). worst: the city that ends lowest.
    """

    accuracy: Floats
    mean: Floats
    cities: Floats
    loss: float
    earlier_loss: float
    updates: Floats
    worst: int

    @property
    def shares(self) -> Floats:
        """Each city's share of the updates that arrive; zeros where none does."""
        total = float(self.updates.sum())
        return self.updates / total if total > 0 else self.updates


@lru_cache(maxsize=64)
def runs(learning: Learning) -> Runs:
    """Return the runs of a state."""
    masks = _participations(learning)
    found = simulate_seeds(
        problem(learning.fleet_seed, learning.alpha),
        participation=masks,
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=LEARNING_RATE,
        proximal=learning.proximal,
    )
    cities = scores(found.group_accuracy.mean(axis=0))
    loss = scores(found.loss.mean(axis=0))
    by_city = masks.reshape(SEEDS, learning.rounds, CITIES, -1).sum(axis=3)
    return Runs(
        accuracy=found.accuracy,
        mean=scores(found.accuracy.mean(axis=0)),
        cities=cities,
        loss=float(loss[-1]),
        earlier_loss=float(loss[learning.rounds - learning.rounds // 5]),
        updates=by_city.mean(axis=(0, 1)),
        worst=int(cities[-1].argmin()),
    )


@lru_cache(maxsize=512)
def final_scores(learning: Learning) -> tuple[float, float]:
    """Return the fleet's and the worst city's score at the end alone, as ``runs`` has them, in less time."""
    found = simulate_seeds(
        problem(learning.fleet_seed, learning.alpha),
        participation=_participations(learning),
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=LEARNING_RATE,
        proximal=learning.proximal,
        last=window_of(learning.rounds),
    )
    return round(float(found.accuracy.mean()), 12), round(float(found.group_accuracy.mean(axis=(0, 1)).min()), 12)


def _participations(learning: Learning) -> np.ndarray:
    """Return whose updates arrive, (3, R, 50)."""
    return _drawn(
        learning.fleet_seed,
        learning.alpha,
        learning.rounds,
        learning.vehicles_per_round,
        learning.heard,
        learning.selection,
        learning.seed,
    )


@lru_cache(maxsize=64)
def _drawn(
    fleet_seed: int,
    alpha: float,
    rounds: int,
    vehicles: int,
    heard: tuple[float, ...],
    selection: Selection,
    seed: int,
) -> np.ndarray:
    masks = np.stack(
        [
            draw_participation(
                problem(fleet_seed, alpha),
                rounds=rounds,
                clients_per_round=vehicles,
                reliability=np.repeat(heard, CLIENTS // CITIES),
                selection=selection,
                seed=SEEDS * seed + run,
            )
            for run in range(SEEDS)
        ]
    )
    masks.setflags(write=False)
    return masks


@lru_cache(maxsize=512)
def fixed(fleet_seed: int, alpha: float, local_steps: int, proximal: float) -> FixedPoint:
    """Return where FedAvg or FedProx of all clients, each heard alike, would end, and how biased."""
    return fixed_point(
        problem(fleet_seed, alpha), local_steps=local_steps, learning_rate=LEARNING_RATE, proximal=proximal
    )


def city_accuracy(fleet_seed: int, alpha: float, weights: Floats) -> Floats:
    """Return a model's accuracy in each city, test images weighed by what its vehicles see."""
    fleet = problem(fleet_seed, alpha)
    found: Floats = (fleet.data.correct(weights[None])[0] / fleet.data.test_class_sizes) @ fleet.city_mix.T
    return found
