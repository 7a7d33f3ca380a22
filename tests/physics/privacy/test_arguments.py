"""What the privacy functions refuse: each message names the argument, the value and what would be right."""

import math

import numpy as np
import pytest

from physics import privacy

MECHANISM = {"sampling_rate": 0.1, "noise_multiplier": 1.0, "rounds": 10, "delta": 1e-5}
BUDGET = {"epsilon": 1.0, "sampling_rate": 0.1, "rounds": 10, "delta": 1e-5}
LOCAL = {"epsilon": 1.0, "delta": 1e-5, "participations": 3}
RELEASE = {"epsilon": 1.0, "delta": 1e-5, "sensitivity": 1.0}
SEARCH = {"fleet": 10_000, "epsilon": 1.0, "alpha": 0.3, "target": 0.9, "delta": 1e-6}
FUNCTIONS = {
    "epsilon": (privacy.epsilon, MECHANISM),
    "epsilon_curve": (privacy.epsilon_curve, MECHANISM),
    "noise_multiplier": (privacy.noise_multiplier, BUDGET),
    "gaussian_sigma": (privacy.gaussian_sigma, RELEASE),
    "gaussian_delta": (privacy.gaussian_delta, {"sigma": 1.0, "epsilon": 1.0, "sensitivity": 1.0}),
    "local_noise_multiplier": (privacy.local_noise_multiplier, LOCAL),
    "participations_per_client": (
        privacy.participations_per_client,
        {"sampling_rate": 0.1, "rounds": 10},
    ),
    "minimum_client_updates": (privacy.minimum_client_updates, SEARCH),
    "client_updates": (privacy.client_updates, {k: v for k, v in SEARCH.items() if k != "target"}),
}
NEVER = [math.nan, math.inf, -math.inf, "1", b"1", True, [[1, 2], [3]], {}, -1.0, 1e300, object()]
OPTIONAL = {("minimum_client_updates", "epsilon"), ("client_updates", "epsilon")} | {
    (name, "delta") for name in ("minimum_client_updates", "client_updates")
}


@pytest.mark.parametrize(
    ("name", "argument", "value"),
    [
        (name, argument, value)
        for name, (_, legal) in FUNCTIONS.items()
        for argument in legal
        for value in [*NEVER, None]
        if not (value is None and (name, argument) in OPTIONAL)
    ],
    ids=lambda x: x if isinstance(x, str) else type(x).__name__ + str(x)[:6],
)
def test_nonsense_is_refused_by_name(name, argument, value):
    function, legal = FUNCTIONS[name]
    function(**legal)
    with pytest.raises(ValueError, match=argument):
        function(**(legal | {argument: value}))


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("sampling_rate", 0.0),
        ("sampling_rate", 1.0000001),
        ("noise_multiplier", 0.0),
        ("noise_multiplier", 0.0099),
        ("noise_multiplier", 1.1e6),
        ("rounds", 2.5),
        ("rounds", 2e9),
        ("delta", 0.0),
        ("delta", 1.0),
        ("conversion", "balle"),
        ("conversion", None),
        ("orders", "all"),
        ("orders", 32),
    ],
)
def test_epsilon_refuses_what_lies_just_outside(argument, value):
    with pytest.raises(ValueError, match=argument):
        privacy.epsilon(**(MECHANISM | {argument: value}))


@pytest.mark.parametrize(
    ("function", "legal", "argument", "value"),
    [
        (privacy.noise_multiplier, BUDGET, "epsilon", 0.0),
        (privacy.noise_multiplier, BUDGET, "rounds", 0),
        (privacy.local_noise_multiplier, LOCAL, "participations", 0),
        (privacy.local_noise_multiplier, LOCAL, "participations", 1.5),
        (privacy.gaussian_sigma, RELEASE, "method", "renyi"),
        (privacy.gaussian_sigma, RELEASE, "sensitivity", 0.0),
        (privacy.minimum_client_updates, SEARCH, "fleet", 19),
        (privacy.minimum_client_updates, SEARCH, "fleet", 10_000.5),
        (privacy.minimum_client_updates, SEARCH, "delta", 1e-4),  # 1/N
        (privacy.minimum_client_updates, SEARCH, "target", 1.01),
        (privacy.minimum_client_updates, SEARCH, "epsilon", 0.0),
    ],
)
def test_others_refuse_what_lies_just_outside(function, legal, argument, value):
    with pytest.raises(ValueError, match=argument):
        function(**(legal | {argument: value}))


def test_shapes_that_do_not_broadcast_are_named():
    with pytest.raises(ValueError, match=r"noise_multiplier \(2,\).*rounds \(3,\)"):
        privacy.epsilon(**(MECHANISM | {"noise_multiplier": [1, 2], "rounds": [1, 2, 3]}))


def test_one_bad_entry_of_a_sweep_is_found():
    with pytest.raises(ValueError, match="rounds"):
        privacy.epsilon_curve(**(MECHANISM | {"rounds": np.array([1.0, np.nan, 3.0])}))


def test_a_budget_that_no_noise_keeps_says_which_would_do():
    with pytest.raises(ValueError, match=r"epsilon must lie in \[0\.\d+, 1e\+06\].*got 1e-05"):
        privacy.noise_multiplier(epsilon=1e-5, sampling_rate=1, rounds=10**9, delta=1e-5)
