"""The engines by name, and up to which step size each learns."""

from __future__ import annotations

from typing import Literal

from physics.federation.engines.least_squares import MAX_LEARNING_RATE, ExactEngine, exact_engine
from physics.federation.engines.network import NetworkEngine
from physics.federation.engines.softmax import SoftmaxEngine
from physics.federation.problem import FederatedProblem

EngineName = Literal["softmax", "exact", "network"]

MAX_RATES = {"softmax": 32.0, "exact": MAX_LEARNING_RATE, "network": 32.0}  # step sizes
ENGINES = tuple(MAX_RATES)


def local_engine(
    name: str, problem: FederatedProblem, *, local_steps: int, learning_rate: float, proximal: float
) -> ExactEngine | SoftmaxEngine | NetworkEngine:
    """Return the engine of that name for one kind of local learning."""
    if name == "exact":
        return exact_engine(problem, local_steps, learning_rate, proximal)
    make = NetworkEngine if name == "network" else SoftmaxEngine
    return make(problem=problem, local_steps=local_steps, learning_rate=learning_rate, proximal=proximal)
