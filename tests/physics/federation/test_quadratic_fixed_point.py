"""The closed form of one parameter: against a loop of rounds, in its limits, and against the general fixed point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.federation import FederatedProblem, fixed_point, quadratic_fixed_point

TWO = {"curvatures": [1.0, 5.0], "optima": [-1.0, 1.0], "shares": [0.5, 0.5], "learning_rate": 0.1}


def after_rounds(curvatures, optima, shares, local_steps, learning_rate, *, rounds, start=0.0):
    """FedAvg as its authors write it: every client takes its steps from the model, the server averages."""
    weight = start
    for _ in range(rounds):
        ends = []
        for bend, best in zip(curvatures, optima, strict=True):
            own = weight
            for _ in range(local_steps):
                own -= learning_rate * bend * (own - best)
            ends.append(own)
        weight = float(np.average(ends, weights=shares))
    return weight


def average_loss(weight, curvatures, optima, shares):
    losses = [bend / 2 * (weight - best) ** 2 for bend, best in zip(curvatures, optima, strict=True)]
    return float(np.average(losses, weights=shares))


fleets = st.integers(1, 5).flatmap(
    lambda clients: st.tuples(
        st.lists(st.floats(0.2, 10.0), min_size=clients, max_size=clients),
        st.lists(st.floats(-3.0, 3.0), min_size=clients, max_size=clients),
        st.lists(st.floats(0.1, 4.0), min_size=clients, max_size=clients),
    )
)


@settings(max_examples=60)
@given(fleets, st.integers(1, 12), st.floats(0.05, 0.95))
def test_a_loop_of_rounds_ends_there_at_that_rate(fleet, local_steps, stiffness):
    curvatures, optima, shares = fleet
    rate = 2 * stiffness / max(curvatures)  # up to 1.9 over the curvature: steps that overshoot, too
    point = quadratic_fixed_point(
        curvatures=curvatures, optima=optima, shares=shares, local_steps=local_steps, learning_rate=rate
    )
    assert 0 <= point.rate < 1
    once = after_rounds(*fleet, local_steps, rate, rounds=1, start=point.weight)
    assert once == pytest.approx(point.weight, abs=1e-9)
    away = after_rounds(*fleet, local_steps, rate, rounds=3, start=point.weight + 1) - point.weight
    assert abs(away) == pytest.approx(point.rate**3, abs=1e-9)
    least = average_loss(point.optimum, *fleet)
    assert average_loss(point.weight, *fleet) - least == pytest.approx(point.excess_loss, abs=1e-9)
    for near in (-1e-3, 1e-3):
        assert average_loss(point.optimum + near, *fleet) > least


@pytest.mark.parametrize(
    "alike",
    [
        {"local_steps": 1},
        {"local_steps": 30, "curvatures": [2.0, 2.0]},
        {"local_steps": 30, "optima": [0.7, 0.7]},
    ],
    ids=["one step", "equal curvatures", "equal optima"],
)
def test_no_bias_with_one_step_or_clients_alike(alike):
    point = quadratic_fixed_point(**TWO | alike)
    assert point.weight == pytest.approx(point.optimum, abs=1e-14)
    assert point.excess_loss < 1e-25


def test_bias_grows_with_the_steps_from_none_to_that_of_the_plain_average():
    points = [quadratic_fixed_point(**TWO, local_steps=steps) for steps in (1, 2, 5, 20, 100, 10_000)]
    excess = [point.excess_loss for point in points]
    assert excess == sorted(excess)
    assert excess[1] > 1e-3
    assert points[-1].weight == pytest.approx(points[-1].average, abs=1e-12)
    # curvatures 1 and 5 at -1 and 1: W* = (5 - 1)/6 = 2/3, the average is 0, and 3/2 (2/3)^2 = 2/3
    assert points[-1].optimum == pytest.approx(2 / 3)
    assert points[-1].excess_loss == pytest.approx(2 / 3)


def test_small_steps_keep_their_digits():
    """At eta L of 1e-12 and one step 1 - (1 - eta L) has four digits left of sixteen."""
    point = quadratic_fixed_point(
        curvatures=[1e-6, 3e-6], optima=[0.0, 1.0], shares=[1, 1], local_steps=1, learning_rate=1e-6
    )
    assert point.weight == pytest.approx(0.75, rel=1e-12)


@pytest.mark.parametrize(("local_steps", "learning_rate"), [(1, 0.3), (4, 0.3), (25, 0.05), (200, 0.6)])
def test_the_general_fixed_point_of_one_dimension_is_the_same(local_steps, learning_rate):
    """The matrices of the general form are 1 x 1 here, with ten targets in place of one: A_k = L_k, B_k = L_k b_k."""
    curvatures, shares = np.array([0.4, 1.0, 2.5]), np.array([0.5, 0.2, 0.3])
    optima = np.linspace(-1, 2, 30).reshape(3, 10) ** 3
    curvature = float(shares @ curvatures)
    moments = curvatures[:, None] * optima
    anything = np.zeros(0)
    problem = FederatedProblem(
        data=None,
        partition=(anything,) * 3,
        city=anything,
        client_sizes=anything,
        client_shares=shares,
        class_mix=anything,
        city_mix=anything,
        regularization=0.0,
        eigenvalues=curvatures[:, None],
        eigenvectors=np.ones((3, 1, 1)),
        moments=moments[:, None],
        lowest_losses=anything,
        curvature=np.array([[curvature]]),
        moment=(shares @ moments)[None],
        loss_at_zero=0.0,
        optimum=(shares @ moments)[None] / curvature,
        optimal_loss=0.0,
    )
    general = fixed_point(problem, local_steps=local_steps, learning_rate=learning_rate)
    points = [
        quadratic_fixed_point(
            curvatures=curvatures,
            optima=optima[:, target],
            shares=shares,
            local_steps=local_steps,
            learning_rate=learning_rate,
        )
        for target in range(10)
    ]
    np.testing.assert_allclose([point.weight for point in points], general.weights[0], rtol=1e-12, atol=1e-12)
    assert sum(point.excess_loss for point in points) == pytest.approx(general.excess_loss, rel=1e-9, abs=1e-20)
    assert points[0].rate == pytest.approx(general.rate, rel=1e-12)


@pytest.mark.parametrize("learning_rate", [0.4, 0.5])
def test_steps_that_diverge_are_refused(learning_rate):
    with pytest.raises(ValueError, match=r"learning_rate must lie below 2 / 5, where local steps diverge, got"):
        quadratic_fixed_point(**TWO | {"learning_rate": learning_rate}, local_steps=3)
    quadratic_fixed_point(**TWO | {"learning_rate": 0.39999}, local_steps=3)


def test_clients_that_do_not_pair_up_are_refused():
    with pytest.raises(ValueError, match="a value for each client, got 2, 2 and 3"):
        quadratic_fixed_point(**TWO | {"shares": [1, 1, 1]}, local_steps=1)
