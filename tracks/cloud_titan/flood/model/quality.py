"""What a rank buys a tenant, on the proxy task: accuracy of a personal change of limited rank over the shared model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation import personalise, simulate
from physics.sources import Sourced, source
from tracks.cloud_titan.flood.setting import Targets, adapted_matrices
from tracks.common.cache import cached_on_disk
from tracks.common.proxy_fleet import CLIENTS, problem

# What an adapter adds is what the shared model lacks. After 20 rounds of one step that takes several ranks; after 100
# of five there is little left to add, and a change of rank 2 has nearly all of it.
ROUNDS, LOCAL_STEPS, PERSONAL_STEPS = 20, 1, 20
LEARNING_RATE = 8.0
PROXY_RANKS = 10  # the change is a matrix of 33 x 10
# log2 of half the ranks of the smallest adapter: rank 4 on two matrices is proxy rank 1.
FIRST_DOUBLING = Sourced(2.0, source("assumed: doublings of rank × matrices match steps of the proxy’s rank"))

PROXY = source(
    "proxy task: softmax regression on 1,437 handwritten digits (UCI Optical Recognition, CC BY 4.0), 50 clients; the "
    f"best change of limited rank stands in for an adapter; assumed: a shared model of {ROUNDS} rounds, after more an "
    "adapter adds less",
    kind="measured",
    doi="10.24432/C50P49",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gains:
    """Mean accuracy of the clients on their own mix [1]: of the shared model, by rank, and of the whole change."""

    shared: float
    by_rank: tuple[float, ...]
    whole: float


@lru_cache(maxsize=8)
@cached_on_disk
def gains(seed: int, alpha: float) -> Gains:
    """Return what personal changes of rank 1 to 10 bring the clients of a partition."""
    fleet = problem(seed, alpha)
    shared = simulate(
        fleet, rounds=ROUNDS, clients_per_round=CLIENTS, local_steps=LOCAL_STEPS, learning_rate=LEARNING_RATE
    ).weights
    everyone = np.arange(CLIENTS)

    def own(rank: int | None) -> float:
        models = personalise(
            fleet, shared, client=everyone, local_steps=PERSONAL_STEPS, learning_rate=LEARNING_RATE, rank=rank
        )
        return float(np.mean(models.own))

    correct = fleet.data.correct(shared[None])[0] / fleet.data.test_class_sizes
    return Gains(
        shared=float(np.mean(fleet.class_mix @ correct)),
        by_rank=tuple(own(rank) for rank in range(1, PROXY_RANKS + 1)),
        whole=own(None),
    )


def proxy_rank(rank: float, targets: Targets) -> float:
    """Return the proxy's rank for an adapter: one more for each doubling of rank x matrices.

        k = log2(rank x matrices) - 2

    The proxy's change has 10 columns where the model's matrices have thousands, so ranks cannot be matched one
    to one; that doublings match steps is an assumption, and the page says so.

    >>> proxy_rank(4, "qv"), proxy_rank(16, "qkvo")
    (1.0, 4.0)
    """
    return min(max(math.log2(rank * adapted_matrices(targets)) - FIRST_DOUBLING.value, 1.0), float(PROXY_RANKS))


def gain_points(rank: float, targets: Targets, *, seed: int, alpha: float) -> float:
    """Return the accuracy that an adapter gains a tenant over the shared model, on the proxy [points]."""
    table = gains(seed, alpha)
    place = proxy_rank(rank, targets)
    accuracy = float(np.interp(place, range(1, PROXY_RANKS + 1), table.by_rank))
    return 100 * (accuracy - table.shared)
