"""The runs of a state: three on one partition, or one while a slider moves, and their scores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from physics.federation import jitter, simulate
from physics.validation import Floats
from tracks.common.federated_runs.curves import curves, scored_rounds
from tracks.common.federated_runs.learning import SEEDS, Learning, participation
from tracks.common.proxy_fleet import CITIES, problem
from tracks.common.scoring import scores, window_of

MIN_FALL = 0.01  # of the loss: it still learns where it falls by more in the last 20% of the rounds


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """n runs on one partition, before the first and after every round; the seeds vary the random numbers alone.

    Attributes:
        participation: whose updates arrive, (n, R, 50). accuracy, loss: (n, R+1). city_accuracy: (n, R+1, 5).
        mean, cities, mean_loss: the same as scores, averaged over the runs: (R+1,), (R+1, 5), (R+1,). The score at
            round t is that of a run of t rounds: the mean over its last 20%, 10 rounds at most.
        worst: the city whose score is lowest at the end.
    """

    participation: np.ndarray
    accuracy: Floats
    loss: Floats
    city_accuracy: Floats
    mean: Floats
    cities: Floats
    mean_loss: Floats
    worst: int

    @property
    def draws(self) -> int:
        """How many draws of the random numbers were run."""
        return len(self.accuracy)

    @property
    def rounds(self) -> int:
        """How many rounds were run."""
        return len(self.mean) - 1

    @property
    def final_mean(self) -> float:
        """The fleet's final accuracy, 0..1."""
        return float(self.mean[-1])

    @property
    def final_worst(self) -> float:
        """The worst city's final accuracy, 0..1."""
        return float(self.cities[-1, self.worst])

    @property
    def final_loss(self) -> float:
        """The fleet's final loss."""
        return float(self.mean_loss[-1])

    @property
    def final_seeds(self) -> Floats:
        """The final accuracy of each run, (n,)."""
        seeds: Floats = self.accuracy[:, -window_of(self.rounds) :].mean(axis=1)
        return seeds

    @property
    def fall(self) -> float:
        """How far the loss fell over the last 20% of the rounds; below 0 where it rose."""
        return float(self.mean_loss[self.rounds - self.rounds // 5]) - self.final_loss

    @property
    def still_learns(self) -> bool:
        """Whether the loss still fell at the end by more than it shakes, so that more rounds help."""
        return self.fall > max(MIN_FALL * self.final_loss, self.jitter)

    @cached_property
    def jitter(self) -> float:
        """Jitter of the loss over the rounds that are scored, mean of the runs."""
        return float(np.mean([jitter(one, last=window_of(self.rounds)) for one in self.loss]))

    @cached_property
    def updates(self) -> Floats:
        """Each city's updates that arrive in the mean round, (5,)."""
        by_city = self.participation.reshape(self.draws, self.rounds, CITIES, -1).sum(axis=3)
        updates: Floats = by_city.mean(axis=(0, 1))
        return updates

    @property
    def shares(self) -> Floats:
        """Each city's share of the updates that arrive, (5,); zeros where none does."""
        total = float(self.updates.sum())
        return self.updates / total if total > 0 else self.updates


def runs(learning: Learning, draws: int = SEEDS) -> Runs:
    """Return the runs of a state: the first of ``draws`` is the one that a moving slider shows."""
    return _kept_runs(learning, draws)  # a cache would keep a call that leaves ``draws`` out apart from one with it


@lru_cache(maxsize=64)
def _kept_runs(learning: Learning, draws: int) -> Runs:
    simulated = curves(learning, draws)
    cities = scores(simulated.city_accuracy.mean(axis=0))
    return Runs(
        participation=participation(learning, draws),
        accuracy=simulated.accuracy,
        loss=simulated.loss,
        city_accuracy=simulated.city_accuracy,
        mean=scores(simulated.accuracy.mean(axis=0)),
        cities=cities,
        mean_loss=scores(simulated.loss.mean(axis=0)),
        worst=int(cities[-1].argmin()),
    )


@lru_cache(maxsize=512)
def final_scores(learning: Learning, draws: int = SEEDS) -> tuple[float, float]:
    """Return the fleet's and the worst city's score at the end alone, as ``runs`` has them, in less time.

    A change that is tried for the fleet is tried for the worst city too: kept, it is run once.
    """
    end = scored_rounds(learning, draws)
    return round(float(end.accuracy.mean()), 12), round(float(end.city_accuracy.mean(axis=(0, 1)).min()), 12)


def model_of(learning: Learning) -> Floats:
    """Return the model after the last round of the first draw, (d, 10): that of the run which a moving slider shows."""
    found = curves(learning, 1).models
    if found is not None:
        model: Floats = found[0]
        return model
    (arrived,) = participation(learning, 1)  # a longer run is kept, which ends elsewhere
    return simulate(
        problem(learning.fleet_seed, learning.alpha),
        algorithm=learning.algorithm,
        rounds=learning.rounds,
        clients_per_round=None,
        local_steps=learning.local_steps,
        learning_rate=learning.learning_rate,
        proximal=learning.proximal,
        participation=arrived,
        last=1,
    ).weights
