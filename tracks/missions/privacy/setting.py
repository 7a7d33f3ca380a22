"""One state of the privacy bench's controls, and what its sliders reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from physics.units import DAYS_PER_MONTH, PB
from tracks import Value

Deployment = Literal["centralised", "federated", "federated_dp"]
Noise = Literal["central", "local", "secure_aggregation"]
Context = Literal["centralised", "federated"]
Range = tuple[float, float]

HORIZON_DAYS = DAYS_PER_MONTH
SERVICE_BYTES_PER_DAY = 1 * PB  # assumed: what the service behind any fleet carries in a day

EPSILON: Range = (0.1, 10)
CLIP: Range = (0.05, 2)
SHARE: Range = (0.001, 1)
ROUNDS: Range = (10, 200)
LOCAL_STEPS: Range = (1, 20)
DELTA: Range = (1e-12, 1e-3)
FLEET: Range = (1e3, 1e9)
PAYLOAD_FACTORS: Range = (0.01, 10)  # of what the track moves by default

DEFAULT_DEPLOYMENT: Deployment = "federated"
DEFAULT_NOISE: Noise = "local"
DEFAULT_CONTEXT: Context = "federated"
DEFAULT_EPSILON, DEFAULT_CLIP, DEFAULT_SHARE = 1.0, 0.5, 0.01
DEFAULT_ROUNDS, DEFAULT_LOCAL_STEPS, DEFAULT_DELTA = 100, 5, 1e-5

DEPLOYMENTS: Mapping[Deployment, str] = {
    "centralised": "centralised",
    "federated": "federated",
    "federated_dp": "federated + DP",
}
NOISES: Mapping[Noise, str] = {"central": "central", "local": "local", "secure_aggregation": "secure aggregation"}
CONTEXTS: Mapping[Context, str] = {"centralised": "centralised", "federated": "federated"}


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
        """The chance of a client to be in a round, as the accountant takes it."""
        return self.cohort / self.fleet


def setting_of(values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe."""
    return Setting(**values)  # type: ignore[arg-type]
