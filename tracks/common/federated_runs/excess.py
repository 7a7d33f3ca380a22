"""Why the loss of a state's runs is above that of the best model of all data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation import SettlingPoint, settling_point, simulate_seeds, softmax_optimum
from tracks.common.cache import cached_on_disk
from tracks.common.federated_runs.learning import Algorithm, Learning
from tracks.common.federated_runs.scored_runs import Runs, runs
from tracks.common.proxy_fleet import CLIENTS, problem
from tracks.common.scoring import window_of

ROUNDING = 1e-6  # of a loss: less is what single precision leaves where one local step a round has no drift


@lru_cache(maxsize=256)
@cached_on_disk
def best_loss(fleet_seed: int, alpha: float) -> float:
    """Return the loss of the best model of all data in one place."""
    return softmax_optimum(problem(fleet_seed, alpha)).loss


@lru_cache(maxsize=256)
@cached_on_disk
def settling(fleet_seed: int, alpha: float, local_steps: int, learning_rate: float, proximal: float) -> SettlingPoint:
    """Return where endless rounds of all clients with FedAvg or FedProx settle."""
    return settling_point(
        problem(fleet_seed, alpha), local_steps=local_steps, learning_rate=learning_rate, proximal=proximal
    )


def settling_of(learning: Learning) -> SettlingPoint:
    """Return where rounds of all clients settle with a state's local steps."""
    return settling(
        learning.fleet_seed, learning.alpha, learning.local_steps, learning.learning_rate, learning.proximal
    )


def drift_of(learning: Learning) -> float:
    """Return the loss above the best where all clients settle; 0 for SCAFFOLD, which corrects the drift."""
    if learning.algorithm == "scaffold":
        return 0.0
    excess = settling_of(learning).excess_loss
    return excess if excess > ROUNDING else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ExcessLoss:
    """Why the loss of a run is above that of the best model of all data; the three parts add up to the whole.

    Attributes:
        unfinished: how far all clients are after as many rounds above where they settle; below 0 where they have not
            yet drifted as far as they will.
        drift: how far above the best all clients settle. sampling: how far this run is above that of all clients.
    """

    unfinished: float
    drift: float
    sampling: float

    @property
    def total(self) -> float:
        """The whole excess."""
        return self.unfinished + self.drift + self.sampling

    @property
    def shown(self) -> tuple[float, float, float]:
        """The parts to a ten-thousandth, which is what a page shows."""
        return round(self.unfinished, 4) + 0.0, round(self.drift, 4) + 0.0, round(self.sampling, 4) + 0.0

    @property
    def largest(self) -> str:
        """The name of the largest part."""
        return max(("unfinished", "drift", "sampling"), key=lambda name: float(getattr(self, name)))


@lru_cache(maxsize=64)
def excess_loss(learning: Learning) -> ExcessLoss:
    """Return the parts of a state's excess loss, from the run of all clients and the point where they settle."""
    best, drift, everyone = best_loss(learning.fleet_seed, learning.alpha), drift_of(learning), _everyone(learning)
    return ExcessLoss(unfinished=everyone - best - drift, drift=drift, sampling=runs(learning).final_loss - everyone)


def runs_and_excess(learning: Learning) -> tuple[Runs, ExcessLoss]:
    """Return a state's runs and the parts of their excess loss.

    What the parts compare them with, all clients, is run beside them: compiled local steps leave Python's lock to
    others, so that on two free processors the answer takes little more than half of the time.
    """
    with ThreadPoolExecutor(max_workers=1) as other:
        context = copy_context()  # it knows whether the answer is cancelled
        compared = other.submit(context.run, lambda: (drift_of(learning), _everyone(learning)))
        found = runs(learning)
        compared.result()
    return found, excess_loss(learning)


def _everyone(learning: Learning) -> float:
    return loss_of_everyone(
        learning.fleet_seed,
        learning.alpha,
        learning.algorithm,
        learning.rounds,
        learning.local_steps,
        learning.learning_rate,
        learning.proximal,
    )


@lru_cache(maxsize=256)
@cached_on_disk
def loss_of_everyone(
    fleet_seed: int,
    alpha: float,
    algorithm: Algorithm,
    rounds: int,
    local_steps: int,
    learning_rate: float,
    proximal: float,
) -> float:
    """Return the final loss where every client's update arrives in every round."""
    found = simulate_seeds(
        problem(fleet_seed, alpha),
        participation=np.ones((1, rounds, CLIENTS), dtype=bool),
        algorithm=algorithm,
        local_steps=local_steps,
        learning_rate=learning_rate,
        proximal=proximal,
        last=window_of(rounds),
    )
    return float(found.loss.mean())
