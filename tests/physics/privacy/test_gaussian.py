"""The Gaussian mechanism: exactness, limits, and what local noise adds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
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


def logarithmic(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


@given(budget=logarithmic(1e-5, 1e4), delta=logarithmic(1e-200, 0.5), reach=logarithmic(1e-3, 1e3))
@settings(max_examples=150, deadline=None)
def test_analytic_sigma_gives_its_delta_and_no_smaller_sigma_does(budget, delta, reach):
    sigma = gaussian_sigma(budget, delta, sensitivity=reach)
    assert gaussian_delta(sigma, epsilon=budget, sensitivity=reach) <= delta * (1 + 1e-9)
    assert gaussian_delta(sigma * (1 - 1e-7), epsilon=budget, sensitivity=reach) > delta


@given(
    budget=logarithmic(1.01e-6, 0.99e6) | st.sampled_from([1e-6, 1e6]),
    delta=logarithmic(1e-299, 0.999) | st.sampled_from([1e-300, 1 - 2**-53]),
    reach=logarithmic(1.01e-9, 0.99e9),
)
@settings(max_examples=200, deadline=None)
def test_no_legal_argument_gives_nan_or_infinity(budget, delta, reach):
    for method in ("analytic", "classical"):
        sigma = gaussian_sigma(budget, delta, sensitivity=reach, method=method)
        assert math.isfinite(sigma)
        assert sigma > 0
    assert math.isfinite(local_noise_multiplier(epsilon=budget, delta=delta, participations=10**9))


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


def test_at_epsilon_zero_delta_is_the_total_variation_distance():
    assert gaussian_delta(1.0, epsilon=0) == pytest.approx(math.erf(1 / (2 * math.sqrt(2))), rel=1e-12)


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


@pytest.mark.parametrize(
    ("rate", "rounds", "expected"),
    [(0.1, 30, 3), (0.005, 50, 1), (0.01, 50, 1), (0.02, 50, 1), (0.021, 50, 2), (1, 7, 7), (1e-12, 1, 1)],
)
def test_participations_are_whole_and_at_least_one(rate, rounds, expected):
    assert participations_per_client(sampling_rate=rate, rounds=rounds) == expected
