"""Every nonsense argument is refused by name, with its value and what would be right."""

import numpy as np
import pytest

from physics.federation import digits_problem, fixed_point, jitter, personalise, simulate

NAN, INFINITY = float("nan"), float("inf")
PROBLEM = digits_problem(clients=6, alpha=0.1, seed=0, cities=2, features=4)
GOOD = {"rounds": 3, "clients_per_round": 4, "local_steps": 2}


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("algorithm", "fedsgd"),
        ("algorithm", None),
        ("rounds", 0),
        ("rounds", -1),
        ("rounds", 2.5),
        ("rounds", None),
        ("rounds", True),
        ("rounds", "3"),
        ("rounds", 10_001),
        ("clients_per_round", 0),
        ("clients_per_round", 7),
        ("clients_per_round", 1.5),
        ("clients_per_round", None),
        ("clients_per_round", NAN),
        ("local_steps", 0),
        ("local_steps", 0.5),
        ("local_steps", 10_001),
        ("local_steps", INFINITY),
        ("learning_rate", 0),
        ("learning_rate", -0.1),
        ("learning_rate", 1.51),
        ("learning_rate", NAN),
        ("learning_rate", [0.1, 0.2]),
        ("proximal", -1e-9),
        ("proximal", 101),
        ("proximal", NAN),
        ("server_learning_rate", 0),
        ("server_learning_rate", 11),
        ("server_learning_rate", None),
        ("reliability", -0.1),
        ("reliability", 1.1),
        ("reliability", NAN),
        ("reliability", None),
        ("reliability", [0.5] * 5),
        ("reliability", [[0.5] * 6]),
        ("reliability", [0.5, 0.5, 0.5, 0.5, 0.5, 2]),
        ("participation", [[0, 1], [2]]),
        ("participation", np.ones((3, 5), dtype=bool)),
        ("participation", np.ones((6, 3), dtype=bool)),
        ("participation", np.full((3, 6), 2)),
        ("participation", np.full((3, 6), 0.5)),
        ("participation", np.full((3, 6), NAN)),
        ("participation", "all"),
        ("clip", 0),
        ("clip", -1),
        ("clip", NAN),
        ("clip", 2e6),
        ("clip", "1"),
        ("noise_multiplier", -1),
        ("noise_multiplier", NAN),
        ("noise_multiplier", None),
        ("noise_multiplier", 2e6),
        ("noise", "global"),
        ("noise", None),
        ("last", 0),
        ("last", 4),
        ("last", 1.5),
        ("cohort", 0),
        ("cohort", 1.5),
        ("cohort", -3),
        ("cohort", 2_000_000_000),
        ("engine", "torch"),
        ("engine", None),
        ("seed", -1),
        ("seed", 0.5),
        ("seed", None),
        ("problem", None),
        ("problem", [[0, 1]]),
    ],
)
def test_simulate_refuses_nonsense_and_names_it(keyword, value):
    arguments = dict(problem=PROBLEM, **GOOD) | {keyword: value}
    problem = arguments.pop("problem")
    with pytest.raises(ValueError, match=keyword):
        simulate(problem, **arguments)


@pytest.mark.parametrize(
    ("named", "changed"),
    [
        ("clip", {"noise_multiplier": 1.0}),
        ("cohort", {"cohort": 5, "algorithm": "scaffold"}),
        ("cohort", {"cohort": 5, "participation": np.ones((3, 6), dtype=bool)}),
        ("learning_rate", {"engine": "softmax", "learning_rate": 17}),
        ("clients_per_round", {"cohort": 5, "clients_per_round": 0}),
    ],
)
def test_simulate_refuses_what_does_not_go_together(named, changed):
    with pytest.raises(ValueError, match=named):
        simulate(PROBLEM, **(GOOD | changed))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("local_steps", 0),
        ("local_steps", [1, 2.5]),
        ("local_steps", [1, NAN]),
        ("local_steps", 10_001),
        ("local_steps", None),
        ("learning_rate", 0),
        ("learning_rate", 1.6),
        ("learning_rate", [0.1]),
        ("proximal", -1),
        ("problem", "digits"),
    ],
)
def test_fixed_point_refuses_nonsense_and_names_it(keyword, value):
    arguments = {"problem": PROBLEM, "local_steps": 3, "learning_rate": 0.5} | {keyword: value}
    problem = arguments.pop("problem")
    with pytest.raises(ValueError, match=keyword):
        fixed_point(problem, **arguments)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("weights", np.zeros((4, 10))),
        ("weights", np.zeros((10, 5))),
        ("weights", np.full((5, 10), NAN)),
        ("weights", np.full((5, 10), 1e7)),
        ("weights", None),
        ("weights", "zeros"),
        ("client", 6),
        ("client", -1),
        ("client", 0.5),
        ("client", None),
        ("local_steps", 0),
        ("local_steps", 20_000),
        ("learning_rate", 0),
        ("learning_rate", 2),
        ("rank", 0),
        ("rank", 6),
        ("rank", 1.5),
        ("problem", None),
    ],
)
def test_personalise_refuses_nonsense_and_names_it(keyword, value):
    arguments = {"problem": PROBLEM, "weights": np.zeros((5, 10)), "client": 0, "local_steps": 3} | {keyword: value}
    problem, weights = arguments.pop("problem"), arguments.pop("weights")
    with pytest.raises(ValueError, match=keyword):
        personalise(problem, weights, **arguments)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("curve", [1.0]),
        ("curve", 1.0),
        ("curve", [[1.0, 2.0]]),
        ("curve", [1.0, NAN]),
        ("curve", None),
        ("last", 0),
        ("last", 3),
        ("last", 1.5),
    ],
)
def test_jitter_refuses_nonsense_and_names_it(keyword, value):
    arguments = {"curve": [0.1, 0.2, 0.3], "last": 2} | {keyword: value}
    with pytest.raises(ValueError, match=keyword):
        jitter(arguments.pop("curve"), **arguments)
