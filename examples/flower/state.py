"""The state that the Flower app runs: whose images, who takes part, which steps."""

from __future__ import annotations

import numpy as np

from physics.federation import FederatedProblem, digits_problem, draw_participation

LOCAL_STEPS, LEARNING_RATE = 20, 8.0


def edge_guardian() -> FederatedProblem:
    """Return the fleet of Edge Guardian: fifty clients in five cities that hardly share a class."""
    return digits_problem(clients=50, alpha=0.05, seed=22, cities=5)


def participation(fleet: FederatedProblem, rounds: int) -> np.ndarray:
    """Return whose update arrives, rounds x clients: 25 of 50 invited over links of 0.8."""
    return draw_participation(fleet, rounds=rounds, clients_per_round=25, reliability=0.8, seed=0)
