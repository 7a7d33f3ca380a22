"""Every nonsense argument is refused by name, with its value and what would be right."""

import numpy as np
import pytest

from physics.federation import digits_problem, simulate

NAN, INFINITY = float("nan"), float("inf")
PROBLEM = digits_problem(clients=6, alpha=0.1, seed=0, cities=2, features=4)
GOOD = {"rounds": 3, "clients_per_round": 4, "local_steps": 2, "engine": "exact"}


@pytest.mark.parametrize(
    ("named", "changed"),
    [
        ("clip", {"noise_multiplier": 1.0}),
        ("cohort", {"cohort": 5, "algorithm": "scaffold"}),
        ("cohort", {"cohort": 5, "participation": np.ones((3, 6), dtype=bool)}),
        ("learning_rate", {"engine": "softmax", "learning_rate": 33}),
        ("clients_per_round", {"cohort": 5, "clients_per_round": 0}),
    ],
)
def test_simulate_refuses_what_does_not_go_together(named, changed):
    with pytest.raises(ValueError, match=named):
        simulate(PROBLEM, **(GOOD | changed))
