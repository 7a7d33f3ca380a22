"""What learning does to the wearer's accent and to all others, on the proxy task: softmax regression on small images.

The shipped model is the best one of everyone but one city, mixed with that of everyone by how far the wearer's accent
is from the training data. A day's learning is personalisation by local steps. Low-rank changes stand for adapters,
fewer features for coarser spectrograms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.energy import flop_shares
from physics.federation import (
    FederatedProblem,
    digits_problem,
    low_rank_approximation,
    personalise,
    problem_from_partition,
    softmax_optimum,
)
from physics.networks import proxyless_mobile
from physics.validation import Floats
from tracks.common.cache import cached_on_disk
from tracks.common.proxy_fleet import CITIES, CLIENTS
from tracks.mobile_nomad.battery.setting import RESOLUTION, Data, Glasses, Method, Setting

# Whose speech the shipped model was built without: the city with the poorest links, whose images are hardly elsewhere.
OWN_CITY = CITIES - 1
WEARERS = 3  # of that city; their scores are averaged
FEATURES = 32  # of the proxy task at full resolution
LEARNING_RATE = 3.0  # assumed: one step of it represents one pass over the day's speech
LADDER = (1, 3, 7, 15, 30, 60, 120, 250, 500, 1000)  # local steps at which the accent's curve is computed
MAX_PASSES = 10_000
_KEPT = (*LADDER, *range(1500, MAX_PASSES, 500))  # local steps after which models are kept, to train on from
FEDERATED_SHARE = 0.5  # assumed: half of the own change, half of the fleet's mean
CLOUD_STEPS = 30  # assumed: what the cloud takes to specialise a model of everyone to one wearer

# assumed: ranks in the order of accuracy that TinyTL's table 2 prints; LoRA of rank 8 and the last 3 blocks between
RANKS: Mapping[Method, int | None] = {"full": None, "tinytl_lite_residual": 5, "tinytl_bias": 3, "head": 1}
LAST_LAYER_REACH = 0.25  # assumed: over frozen features a quarter of the change; the lowest accuracy in that table


def proxy_rank(setting: Setting) -> int | None:
    """Return the rank of the proxy's change that stands for what trains; None is all of it.

    Assumed: each doubling adds one, of LoRA's rank (8 is 4) and of the last blocks and the last layer (3 + 1 is 2).
    """
    if setting.method == "lora":
        return 1 + round(math.log2(setting.rank))
    if setting.method == "last_k":
        return round(math.log2(setting.last_blocks + 1))
    return RANKS[setting.method]


def reach_of(setting: Setting) -> float:
    """Return the share of a change that what trains can make: all of it, where something trains in every block.

    An accent changes what the first blocks hear, and what frozen blocks make of it stays. Assumed: the last blocks
    reach what the last layer does, and of the rest the share of the network's operations that they do.
    """
    if setting.method == "head":
        return LAST_LAYER_REACH
    if setting.method == "last_k":
        return LAST_LAYER_REACH + (1 - LAST_LAYER_REACH) * trained_share(setting.last_blocks)
    return 1.0


@lru_cache(maxsize=32)
def trained_share(last_blocks: int) -> float:
    """Return the share of the network's operations that lies in its last blocks, the last layer included."""
    shares = flop_shares(proxyless_mobile(), method="last_k", last=last_blocks, batch=1, resolution=int(RESOLUTION[1]))
    return float(shares.trained_share)


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalisationResult:
    """Accuracies before and after a day's learning [1], on the wearer's accent and elsewhere."""

    own_before: float
    elsewhere_before: float
    own: float
    elsewhere: float

    @property
    def gain_points(self) -> float:
        """What the own accent gained [points]."""
        return round(100 * (self.own - self.own_before), 9)

    @property
    def elsewhere_points(self) -> float:
        """What other accents gained, negative where they lost [points]."""
        return round(100 * (self.elsewhere - self.elsewhere_before), 9)


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalisationTask:
    """All that the proxy task depends on besides the passes; changing anything else costs no run."""

    fleet_seed: int
    skew_alpha: float
    distance: float
    features: int
    rank: int | None
    reach: float
    data: Data


def personalisation_task(glasses: Glasses, setting: Setting) -> PersonalisationTask:
    """Return what learning depends on in a setting; the cloud trains everything at full resolution."""
    learns = setting.learns
    return PersonalisationTask(
        fleet_seed=glasses.fleet_seed,
        skew_alpha=glasses.skew_alpha,
        distance=setting.accent_distance,
        features=round(FEATURES * setting.resolution / RESOLUTION[1]) if learns else FEATURES,
        rank=proxy_rank(setting) if learns else None,
        reach=reach_of(setting) if learns else 1.0,
        data=setting.data,
    )


def steps_of(passes: float) -> int:
    """Return the proxy's local steps for a number of passes over the day's speech, to two digits."""
    return min(MAX_PASSES, round(float(f"{passes:.2g}")))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Fleet:
    """The proxy's data at one number of features, and its two optima: of everyone, and without the own city."""

    problem: FederatedProblem
    everyone: Floats
    without: Floats

    def shipped(self, distance: float) -> Floats:
        """The model as it is shipped."""
        return distance * self.without + (1 - distance) * self.everyone


@lru_cache(maxsize=64)
def _fleet(fleet_seed: int, skew_alpha: float, features: int) -> _Fleet:
    problem = digits_problem(clients=CLIENTS, alpha=skew_alpha, seed=fleet_seed, cities=CITIES, features=features)
    others = [part for part, city in zip(problem.partition, problem.city, strict=True) if city != OWN_CITY]
    without = problem_from_partition(others, features=features)
    return _Fleet(problem=problem, everyone=softmax_optimum(problem).weights, without=softmax_optimum(without).weights)


def _scores(fleet: _Fleet, models: Floats) -> tuple[float, float]:
    """Return the accuracy on the own accent and elsewhere, the mean over one model for each wearer."""
    problem = fleet.problem
    correct, sizes = problem.data.correct(models), problem.data.test_class_sizes
    mixes = problem.class_mix[_wearers(problem)]
    own = (correct / sizes * mixes).sum(axis=1).mean()
    return float(own), float(correct.sum(axis=1).mean() / sizes.sum())


def _wearers(problem: FederatedProblem) -> list[int]:
    return [int(client) for client in np.flatnonzero(problem.city == OWN_CITY)[:WEARERS]]


def _others(problem: FederatedProblem) -> list[int]:
    return [int(np.flatnonzero(problem.city == city)[0]) for city in range(CITIES) if city != OWN_CITY]


@dataclass(frozen=True, kw_only=True, slots=True)
class Learners:
    """Who learns in a task: the wearers, and one client of each other city; the clients that hold their images.

    Attributes:
        problem: the partition and the images. wearers, others: clients. city: every client of the wearers' city.
    """

    problem: FederatedProblem
    wearers: list[int]
    others: list[int]
    city: list[int]


def learners(task: PersonalisationTask) -> Learners:
    """Return who learns in a task."""
    problem = _fleet(task.fleet_seed, task.skew_alpha, task.features).problem
    return Learners(
        problem=problem,
        wearers=_wearers(problem),
        others=_others(problem),
        city=np.flatnonzero(problem.city == OWN_CITY).tolist(),
    )


@lru_cache(maxsize=256)
def _before(fleet_seed: int, skew_alpha: float, distance: float) -> tuple[float, float]:
    """Return the accuracies of the model as it is shipped, at full resolution."""
    fleet = _fleet(fleet_seed, skew_alpha, FEATURES)
    return _scores(fleet, np.repeat(fleet.shipped(distance)[None], WEARERS, axis=0))


@lru_cache(maxsize=256)
def _trained(fleet: _Fleet, distance: float, clients: tuple[int, ...], steps: int) -> Floats:
    """Return the models that clients have trained from the shipped one after some steps: (n, d, 10).

    Steps go on from the last models that are kept, so that no length of training begins anew.
    """
    if not steps:
        return np.repeat(fleet.shipped(distance)[None], len(clients), axis=0)
    kept = max((earlier for earlier in _KEPT if earlier < steps), default=0)
    return personalise(
        fleet.problem,
        _trained(fleet, distance, clients, kept),
        client=clients,
        local_steps=steps - kept,
        learning_rate=LEARNING_RATE,
    ).weights


@lru_cache(maxsize=8192)
@cached_on_disk
def personalisation_result(task: PersonalisationTask, steps: int) -> PersonalisationResult:
    """Return what a number of passes does to both accuracies."""
    fleet = _fleet(task.fleet_seed, task.skew_alpha, task.features)
    problem = fleet.problem
    distance, taken = (0.0, CLOUD_STEPS) if task.data == "upload" else (task.distance, steps)
    start, wearers = fleet.shipped(distance), _wearers(problem)
    clients = wearers if task.data == "local" else [*wearers, *_others(problem)]
    changes = _trained(fleet, distance, tuple(clients), taken) - start
    if task.rank is not None:
        changes = low_rank_approximation(changes, rank=task.rank)
    changes = task.reach * changes
    own_changes = changes[:WEARERS]
    if task.data != "local":
        mean = (changes[WEARERS:].sum(axis=0) + changes[0]) / CITIES
        own_changes = (1 - FEDERATED_SHARE) * own_changes + FEDERATED_SHARE * mean
    own, elsewhere = _scores(fleet, start + own_changes)
    own_before, elsewhere_before = _before(task.fleet_seed, task.skew_alpha, task.distance)
    return PersonalisationResult(own_before=own_before, elsewhere_before=elsewhere_before, own=own, elsewhere=elsewhere)
