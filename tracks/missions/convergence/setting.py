"""One state of the convergence bench's controls, the ranges of its sliders, and where they start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from physics.sources import Sourced, source
from tracks import Track, Value
from tracks.api.declared.ranges import within
from tracks.common.federated_runs import Algorithm, Selection
from tracks.common.proxy_fleet import CLIENTS
from tracks.common.traffic import payload_copies

Range = tuple[float, float]

LOCAL_STEPS: Range = (1, 100)
CLIENTS_PER_ROUND: Range = (2, CLIENTS)
ROUNDS: Range = (10, 200)
PAYLOAD_FACTORS: Range = (0.01, 10)  # of what the track moves by default
ATTEMPTS: Range = (1, 4)
MU: Range = (0.001, 0.05)
LEARNING_RATE: Range = (0.5, 32)
COMPRESSION: Range = (1, 10)
ALPHA: Range = (0.03, 100)
RELIABILITY: Range = (0.2, 1)

# Where the controls start, by their ids; the payload, the skew and the links are the track's own.
DEFAULTS: Mapping[str, Sourced[Any]] = {
    "local_steps": Sourced(25, source("assumed: twenty-five, where computing is cheap and bytes are not")),
    "clients_per_round": Sourced(25, source("assumed: half of the simulated fleet")),
    "rounds": Sourced(100, source("assumed: a hundred in 30 days, about three a day")),
    "algorithm": Sourced("fedavg", source("assumed: FedAvg, where most begin (McMahan et al. 2017)")),
    "attempts": Sourced(1, source("assumed: one, so that a lost upload is lost")),
    "mu": Sourced(0.01, source("assumed: a middle of the range; Li et al. 2020 (FedProx) tune it task by task")),
    "learning_rate": Sourced(24.0, source("assumed: a long step, with which a few local steps a round suffice")),
    "compression": Sourced(
        1.0, source("assumed: none to begin with; down to a tenth it is taken as free, with error feedback")
    ),
    "selection": Sourced("random", source("assumed: uniform at random, as in McMahan et al. 2017")),
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
        """The weight of the proximal term, which FedProx alone has."""
        return self.mu if self.algorithm == "fedprox" else 0.0

    @property
    def download_bytes(self) -> float:
        """One invited client, one round, down [B]; SCAFFOLD's control variate travels along."""
        return self.payload_bytes * payload_copies(self.algorithm)

    @property
    def upload_bytes(self) -> float:
        """One invited client, one attempt, up [B]."""
        return self.download_bytes / self.compression


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]


def default_setting(track: Track) -> Setting:
    """Return the state in which a track's bench opens; where the track shortens a slider, the nearest on it."""
    ranges = track.ranges.get("convergence", {})
    start: dict[str, Any] = {name: within(default.value, ranges.get(name)) for name, default in DEFAULTS.items()}
    return Setting(
        **start,
        payload_bytes=float(track.model.moved_bytes),
        alpha=track.fleet.skew_alpha,
        reliability=track.fleet.reliability,
    )
