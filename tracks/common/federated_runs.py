"""Federated runs on the proxy fleet: one state as three runs on one partition, or as one while a slider moves.

What does not change learning is not part of ``Learning``, so that changing it costs no run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from physics.federation import (
    SettlingPoint,
    SeveralRuns,
    draw_participation,
    jitter,
    settling_point,
    simulate_seeds,
    softmax_optimum,
)
from physics.validation import Floats
from tracks.common.cache import cached_on_disk, keep, kept
from tracks.common.proxy_fleet import CITIES, CLIENTS, problem
from tracks.common.scoring import scores, window_of

Algorithm = Literal["fedavg", "fedprox", "scaffold"]
Selection = Literal["random", "reliable_first", "city_balanced"]

ALGORITHMS: Mapping[Algorithm, str] = {"fedavg": "FedAvg", "fedprox": "FedProx", "scaffold": "SCAFFOLD"}
SELECTIONS: Mapping[Selection, str] = {
    "random": "random",
    "reliable_first": "reliable first",
    "city_balanced": "city-balanced",
}
SEEDS = 3
MIN_FALL = 0.01  # of the loss: it still learns where it falls by more in the last 20% of the rounds
ROUNDING = 1e-6  # of a loss: less is what single precision leaves where one local step a round has no drift


@dataclass(frozen=True, kw_only=True, slots=True)
class Learning:
    """All of a state that learning depends on.

    Attributes:
        fleet_seed, alpha: of the partition. rounds, clients_per_round, local_steps: whole numbers.
        learning_rate: of a local step. proximal: the weight of the proximal term that is in force.
        delivered: for each client, the probability that its update arrives when it is invited.
        selection: the rule of invitation. seed: of the random numbers.
    """

    fleet_seed: int
    alpha: float
    algorithm: Algorithm
    rounds: int
    clients_per_round: int
    local_steps: int
    learning_rate: float
    proximal: float
    delivered: tuple[float, ...]
    selection: Selection
    seed: int


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
    simulated = _curves(learning, draws)
    cities = scores(simulated.group_accuracy.mean(axis=0))
    return Runs(
        participation=participation(learning, draws),
        accuracy=simulated.accuracy,
        loss=simulated.loss,
        city_accuracy=simulated.group_accuracy,
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
    window = window_of(learning.rounds)
    found = _kept_curves(learning, draws)
    end = _ends(learning, draws) if found is None else _part(found, learning.rounds + 1 - window, learning.rounds + 1)
    return round(float(end.accuracy.mean()), 12), round(float(end.group_accuracy.mean(axis=(0, 1)).min()), 12)


def _curves(learning: Learning, draws: int) -> SeveralRuns:
    """Return every round of the runs of a state.

    Rounds are drawn in order, so that the longest run that is kept has those of every shorter one, to the last bit.
    """
    found = _kept_curves(learning, draws)
    if found is None:
        found = _simulated(learning, draws, last=None)
        keep(*_place(learning, draws), found)
    return _part(found, 0, learning.rounds + 1)


def _kept_curves(learning: Learning, draws: int) -> SeveralRuns | None:
    """Return the curves that are kept of runs as long or longer, or None."""
    found: SeveralRuns | None = kept(*_place(learning, draws))
    return None if found is None or found.accuracy.shape[1] <= learning.rounds else found


def _place(learning: Learning, draws: int) -> tuple[str, tuple[Learning, int]]:
    """Return where the longest run is kept, which does not depend on the rounds."""
    return "curves", (replace(learning, rounds=0), draws)


def _part(curves: SeveralRuns, first: int, end: int) -> SeveralRuns:
    """Return some rounds of curves, as arrays of their own: sums of them have the same bits wherever they come from."""
    accuracy, loss, group_accuracy = (
        np.ascontiguousarray(one[:, first:end]) for one in (curves.accuracy, curves.loss, curves.group_accuracy)
    )
    return SeveralRuns(accuracy=_read_only(accuracy), loss=_read_only(loss), group_accuracy=_read_only(group_accuracy))


@cached_on_disk
def _ends(learning: Learning, draws: int) -> SeveralRuns:
    """Return the rounds that are scored alone, which are judged sooner than all."""
    return _simulated(learning, draws, last=window_of(learning.rounds))


def _simulated(learning: Learning, draws: int, *, last: int | None) -> SeveralRuns:
    """Run each seed; where nothing is random, run one and use it for all of them.

    Whole curves begin with the one that a moving slider has shown, which is kept and not run again when it rests.
    """
    alike = _is_certain(learning)
    found = [_curves(learning, 1)] if draws > 1 and last is None else []
    if not (alike and found):
        found.append(
            simulate_seeds(
                problem(learning.fleet_seed, learning.alpha),
                participation=participation(learning, 1 if alike else draws)[len(found) :],
                algorithm=learning.algorithm,
                local_steps=learning.local_steps,
                learning_rate=learning.learning_rate,
                proximal=learning.proximal,
                last=last,
            )
        )
    if alike:
        found *= draws
    return SeveralRuns(
        accuracy=_read_only(np.concatenate([one.accuracy for one in found])),
        loss=_read_only(np.concatenate([one.loss for one in found])),
        group_accuracy=_read_only(np.concatenate([one.group_accuracy for one in found])),
    )


def _is_certain(learning: Learning) -> bool:
    """Whether the same updates arrive in every round, of any run and of any length."""
    delivered = set(learning.delivered)
    return delivered == {0.0} or (delivered <= {0.0, 1.0} and learning.clients_per_round == CLIENTS)


def _read_only(array: Floats) -> Floats:
    array.setflags(write=False)
    return array


def participation(learning: Learning, draws: int = SEEDS) -> np.ndarray:
    """Return whose updates arrive, (draws, R, 50), which does not depend on what they learn."""
    return _sampled(
        learning.fleet_seed,
        learning.alpha,
        learning.rounds,
        learning.clients_per_round,
        learning.delivered,
        learning.selection,
        learning.seed,
        draws,
    )


@lru_cache(maxsize=64)
def _sampled(
    fleet_seed: int,
    alpha: float,
    rounds: int,
    clients_per_round: int,
    delivered: tuple[float, ...],
    selection: Selection,
    seed: int,
    draws: int,
) -> np.ndarray:
    masks = np.stack(
        [
            draw_participation(
                problem(fleet_seed, alpha),
                rounds=rounds,
                clients_per_round=clients_per_round,
                reliability=np.asarray(delivered),
                selection=selection,
                seed=SEEDS * seed + run,
            )
            for run in range(draws)
        ]
    )
    masks.setflags(write=False)
    return masks


# --- why the loss is above the best ----------------------------------------------------------------------------------


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
    best, drift = best_loss(learning.fleet_seed, learning.alpha), drift_of(learning)
    everyone = _loss_of_everyone(
        learning.fleet_seed,
        learning.alpha,
        learning.algorithm,
        learning.rounds,
        learning.local_steps,
        learning.learning_rate,
        learning.proximal,
    )
    return ExcessLoss(unfinished=everyone - best - drift, drift=drift, sampling=runs(learning).final_loss - everyone)


@lru_cache(maxsize=256)
@cached_on_disk
def _loss_of_everyone(
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
