"""The Gaussian mechanism: exactness, limits, and what local noise adds."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from physics.privacy import (
    epsilon,
    gaussian_delta,
    gaussian_sigma,
    local_noise_multiplier,
    participations_per_client,
)
from tests.physics.reference.rows import on_every


def logarithmic(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


def error_of_log_delta(sigma, budget):
    """The error bound of log delta stated in `log_delta_of_gaussian`; a sensitivity of 1."""
    low, high = ((budget * sigma + sign * 0.5 / sigma) / math.sqrt(2) for sign in (-1, 1))
    return 3e-14 + 1e-15 * (1 + abs(low)) * (1 + 2 * high)


@given(budget=logarithmic(1e-5, 1e4), delta=logarithmic(1e-200, 0.5), reach=logarithmic(1e-3, 1e3))
@example(budget=1e-5, delta=1e-101, reach=1.0)
@example(budget=1e-5, delta=1e-200, reach=1.0)
@example(budget=1e-3, delta=1e-101, reach=1.0)
@settings(max_examples=60, deadline=None)
def test_analytic_sigma_gives_its_delta_and_no_smaller_sigma_does(budget, delta, reach):
    """Both tolerances follow from how log delta depends on sigma, in the terms of `log_delta_of_gaussian`.

    A sigma that is larger by its part x has a log delta lower by up to k x, k = (1 + |a|)(1 + 2 b). Here |a| < 22 and
    b < 103, so k < 4800. Four roundings of sigma and the sensitivity are an x of 4.4e-16, so 2e-12, and log delta may
    be wrong by 5e-12 where sigma is sought and again where delta is taken: 1.2e-11, far below 1e-9. The 50 halvings
    end 2.4e-14 above the sought sigma at most, and so up to 1.2e-10 below its log delta, never above.

    With sigma smaller by 1e-7, log delta is higher by at least 8e-8: d log delta/d log sigma is -phi(sqrt(2) a)/(s
    delta), whose size is at least 0.85 up to a delta of 1/2.
    """
    sigma = gaussian_sigma(budget, delta, sensitivity=reach)
    assert gaussian_delta(sigma, epsilon=budget, sensitivity=reach) <= delta * (1 + 1e-9)
    assert gaussian_delta(sigma * (1 - 1e-7), epsilon=budget, sensitivity=reach) > delta


@on_every(
    ("sigma", "budget", "exact"),
    [
        (2.15e6, 1e-5, 1.6768229236867048e-110),
        (3e7, 1e-6, 5.439858500233462e-207),
        (2e4, 1e-3, 6.8534883591540135e-95),
        (1e11, 0.0, 3.9894228040143268e-12),
        (3.73, 1.0, 1.0028149557727746e-5),
        (25.0, 1.0, 8.0362241415236424e-141),
        (0.25, 100.0, 3.442579498474114e-118),
        (7.2e-4, 1e6, 2.3383932043845402e-144),
        (0.5, 1.0, 0.50986166005467015),
    ],
)
def test_delta_keeps_its_digits_however_small(sigma, budget, exact):
    """Against Balle and Wang's formula in 80 digits, by mpmath 1.4.1; their two terms agree in up to 11 of them."""
    assert gaussian_delta(sigma, epsilon=budget) == pytest.approx(exact, rel=error_of_log_delta(sigma, budget), abs=0)


@given(sigma=logarithmic(1.01e-9, 0.99e12), budget=st.just(0.0) | logarithmic(1e-9, 0.99e6))
@settings(max_examples=200, deadline=None)
def test_delta_is_a_probability_that_falls_with_noise_and_epsilon(sigma, budget):
    delta = gaussian_delta(sigma, epsilon=budget)
    assert 0 <= delta <= 1
    assert gaussian_delta(min(1e12, 1.1 * sigma), epsilon=budget) <= delta * (1 + 1e-9)
    assert gaussian_delta(sigma, epsilon=min(1e6, 1.1 * budget + 0.1)) <= delta * (1 + 1e-9)


def test_delta_is_the_area_by_which_one_density_exceeds_the_other():
    for sigma, budget in ((0.7, 0.5), (2.0, 0.1), (1.0, 3.0)):
        edge = budget * sigma**2 - 0.5  # where the densities of N(0) and N(-1) are e^eps apart

        def excess(x, sigma=sigma, budget=budget):
            return norm.pdf(x, 0, sigma) - math.exp(budget) * norm.pdf(x, -1, sigma)

        area = quad(excess, edge, edge + 40 * sigma, epsabs=0, epsrel=1e-11)[0]
        assert gaussian_delta(sigma, epsilon=budget) == pytest.approx(area, rel=1e-9)


@on_every("sigma", [1e-2, 1.0, 17.5, 1e6, 1e12])
def test_at_epsilon_zero_delta_is_the_total_variation_distance(sigma):
    """The distance has a form without a difference, which loses a few roundings."""
    distance = math.erf(1 / (2 * math.sqrt(2) * sigma))
    assert gaussian_delta(sigma, epsilon=0) == pytest.approx(distance, rel=error_of_log_delta(sigma, 0.0), abs=0)


def test_sigma_is_proportional_to_the_sensitivity():
    assert gaussian_sigma(1, 1e-5, sensitivity=3) == pytest.approx(3 * gaussian_sigma(1, 1e-5), rel=1e-12)


def test_classical_sigma_holds_below_epsilon_one():
    budgets = np.linspace(0.01, 0.99, 40)
    sigma = gaussian_sigma(budgets, 1e-5, method="classical")
    assert (gaussian_delta(sigma, epsilon=budgets) <= 1e-5).all()


def test_a_sweep_equals_its_points():
    budgets = np.array([[0.1], [1.0], [10.0]])
    deltas = np.array([1e-9, 1e-5])
    sweep = gaussian_sigma(budgets, deltas)
    assert sweep.shape == (3, 2)
    for i, j in np.ndindex(sweep.shape):
        point = gaussian_sigma(float(budgets[i, 0]), float(deltas[j]))
        assert isinstance(point, float)
        assert sweep[i, j] == point
    sigmas = np.array([1e-9, 1e-3, 0.5, 4.0, 1e6, 1e12])
    assert gaussian_delta(sigmas, epsilon=1e-5).tolist() == [gaussian_delta(sigma, epsilon=1e-5) for sigma in sigmas]


def test_local_noise_composes_its_participations_exactly():
    """k releases of sensitivity 2 are one release of sensitivity 2 sqrt(k)."""
    for k in (1, 5, 50):
        z = local_noise_multiplier(epsilon=2, delta=1e-6, participations=k)
        together = gaussian_delta(z, epsilon=2, sensitivity=2 * math.sqrt(k))
        assert together == pytest.approx(1e-6, rel=1e-8)


def test_local_noise_on_the_average_is_far_above_central_noise_at_the_same_budget():
    clients, cohort, rounds = 10_000, 200, 50
    k = participations_per_client(sampling_rate=cohort / clients, rounds=rounds)
    local = local_noise_multiplier(epsilon=1, delta=1e-5, participations=k) / math.sqrt(cohort)
    central = 1.0 / cohort  # a multiplier of 1 keeps well below epsilon 1 here
    spent = epsilon(sampling_rate=cohort / clients, noise_multiplier=1.0, rounds=rounds, delta=1e-5)
    assert 1 < spent < 2
    assert local > 50 * central


@on_every(
    ("rate", "rounds", "expected"),
    [(0.1, 30, 3), (0.005, 50, 1), (0.01, 50, 1), (0.02, 50, 1), (0.021, 50, 2), (1, 7, 7), (1e-12, 1, 1)],
)
def test_participations_are_whole_and_at_least_one(rate, rounds, expected):
    assert participations_per_client(sampling_rate=rate, rounds=rounds) == expected
