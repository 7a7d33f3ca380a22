"""What learning depends on in a state of the proxy fleet, and whose updates arrive in its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from physics.federation import draw_participation
from tracks.common.proxy_fleet import CLIENTS, problem

Algorithm = Literal["fedavg", "fedprox", "scaffold"]
Selection = Literal["random", "reliable_first", "city_balanced"]

ALGORITHMS: Mapping[Algorithm, str] = {"fedavg": "FedAvg", "fedprox": "FedProx", "scaffold": "SCAFFOLD"}
SELECTIONS: Mapping[Selection, str] = {
    "random": "random",
    "reliable_first": "reliable first",
    "city_balanced": "city-balanced",
}
SEEDS = 3


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

    @property
    def is_certain(self) -> bool:
        """Whether the same updates arrive in every round, of any run and of any length."""
        delivered = set(self.delivered)
        return delivered == {0.0} or (delivered <= {0.0, 1.0} and self.clients_per_round == CLIENTS)


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
