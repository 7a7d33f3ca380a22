"""One state of the privacy bench's controls, their ranges and their defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from physics.sources import Sourced, source
from physics.units import DAYS_PER_MONTH, PB
from tracks import Value

Deployment = Literal["centralised", "federated", "federated_dp"]
Noise = Literal["central", "local", "secure_aggregation"]
Context = Literal["centralised", "federated"]
Range = tuple[float, float]

HORIZON_DAYS = DAYS_PER_MONTH
SERVICE_BYTES_PER_DAY = 1 * PB  # assumed: what the service of any fleet may move in a day

LEARNING_RATE = 8.0  # of the local steps, as in the stored search of client updates

EPSILON: Range = (0.1, 10)
CLIP: Range = (0.3, 30)
SHARE: Range = (0.001, 1)
ROUNDS: Range = (10, 200)
LOCAL_STEPS: Range = (1, 20)
DELTA: Range = (1e-12, 1e-3)
FLEET: Range = (1e3, 1e9)
PAYLOAD_FACTORS: Range = (0.01, 10)  # of what the track moves by default

DEFAULTS: Mapping[str, Sourced[Any]] = {
    "deployment": Sourced("federated", source("assumed: where most fleets stand, learning on the device and no noise")),
    "epsilon": Sourced(1.0, source("assumed: one, which Google 2024 calls strong")),
    "clip_norm": Sourced(0.5, source("assumed: shorter than most updates of the proxy task")),
    "noise": Sourced("local", source("assumed: each client adds its own, which trusts nobody")),
    "participating_share": Sourced(0.01, source("assumed: one client in a hundred in each round")),
    "rounds": Sourced(100, source("assumed: a hundred in 30 days, about three a day")),
    "local_steps": Sourced(5, source("assumed: five, as in the stored search of client updates")),
    "delta": Sourced(1e-5, source("assumed: what textbooks print, whatever the fleet")),
    "context": Sourced("federated", source("assumed: the fleet, where the promise is given")),
}

DEPLOYMENTS: Mapping[Deployment, str] = {
    "centralised": "centralised",
    "federated": "federated",
    "federated_dp": "federated + DP",
}
NOISES: Mapping[Noise, str] = {"central": "central", "local": "local", "secure_aggregation": "secure aggregation"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One state of the controls, by their ids.

    Attributes:
        deployment, noise, context: by name. epsilon: promised for all rounds together. clip_norm: the longest update,
            in units of the weights. participating_share: of the fleet in a round. rounds, local_steps: whole numbers.
        delta: the probability that goes with epsilon. payload_bytes: one direction, one client [B]. fleet: devices.
    """

    deployment: Deployment
    epsilon: float
    clip_norm: float
    noise: Noise
    participating_share: float
    rounds: int
    local_steps: int
    delta: float
    payload_bytes: float
    fleet: int
    context: Context

    @property
    def private(self) -> bool:
        """Whether any noise is added."""
        return self.deployment == "federated_dp"

    @property
    def cohort(self) -> int:
        """Clients in a round."""
        return max(1, round(self.participating_share * self.fleet))

    @property
    def rate(self) -> float:
        """The probability of a client to be in a round, as the accountant takes it."""
        return self.cohort / self.fleet


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]


def delta_below(fleet: int) -> float:
    """Return the largest power of ten below one over a fleet."""
    return float(f"1e{math.ceil(-math.log10(fleet) - 1e-9) - 1}")
