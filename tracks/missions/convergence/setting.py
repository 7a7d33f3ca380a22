"""One state of the convergence bench's controls, and what its sliders reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from physics.traffic import algorithm_payload_bytes
from physics.units import DAYS_PER_MONTH
from tracks import Value
from tracks.common.proxy_fleet import CLIENTS

Algorithm = Literal["fedavg", "fedprox", "scaffold"]
Selection = Literal["random", "reliable_first", "city_balanced"]
Range = tuple[float, float]

# Each simulated client stands for an equal part of the devices. Caps are counted over the horizon.
HORIZON_DAYS = DAYS_PER_MONTH

LOCAL_STEPS: Range = (1, 100)
CLIENTS_PER_ROUND: Range = (2, CLIENTS)
ROUNDS: Range = (10, 200)
PAYLOAD_FACTORS: Range = (0.01, 10)  # of what the track moves by default
ATTEMPTS: Range = (1, 4)
MU: Range = (0, 1)
LEARNING_RATE: Range = (0.1, 1.2)
COMPRESSION: Range = (1, 10)
ALPHA: Range = (0.03, 100)
RELIABILITY: Range = (0.2, 1)

DEFAULT_LOCAL_STEPS, DEFAULT_CLIENTS, DEFAULT_ROUNDS = 20, 25, 100
DEFAULT_ALGORITHM: Algorithm = "fedavg"
DEFAULT_SELECTION: Selection = "random"
DEFAULT_ATTEMPTS, DEFAULT_MU, DEFAULT_LEARNING_RATE, DEFAULT_COMPRESSION = 1, 0.3, 0.8, 1.0

ALGORITHMS: Mapping[Algorithm, str] = {"fedavg": "FedAvg", "fedprox": "FedProx", "scaffold": "SCAFFOLD"}
SELECTIONS: Mapping[Selection, str] = {
    "random": "random",
    "reliable_first": "reliable first",
    "city_balanced": "city-balanced",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One state of the controls, by their ids.

    Attributes:
        local_steps, clients_per_round, rounds: whole numbers. algorithm, selection: by name.
        payload_bytes: what one client moves in one direction of a round, one copy, uncompressed [B].
        attempts: at an upload, at most. mu: proximal weight of FedProx. learning_rate: of a local step.
        compression: factor on the upload. alpha: skew of the cities' class mixes. reliability: mean over the clients.
    """

    local_steps: int
    clients_per_round: int
    rounds: int
    algorithm: Algorithm
    payload_bytes: float
    attempts: int
    mu: float
    learning_rate: float
    compression: float
    selection: Selection
    alpha: float
    reliability: float

    @property
    def proximal(self) -> float:
        """The pull towards the received model, which FedProx alone has."""
        return self.mu if self.algorithm == "fedprox" else 0.0

    @property
    def download_bytes(self) -> float:
        """One invited client, one round, down [B]; SCAFFOLD's control variate travels along."""
        return self.payload_bytes * _copies(self.algorithm)

    @property
    def upload_bytes(self) -> float:
        """One invited client, one attempt, up [B]."""
        return self.download_bytes / self.compression


@lru_cache(maxsize=len(ALGORITHMS))
def _copies(algorithm: Algorithm) -> float:
    """Return how many copies of the payload an algorithm moves in each direction."""
    return float(algorithm_payload_bytes(1.0, algorithm=algorithm))


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]
