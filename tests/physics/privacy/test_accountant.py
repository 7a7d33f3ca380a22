"""The accountant against exact answers, other ways to compute the same, and what must hold everywhere."""

import math
import time
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from physics.privacy import calibration as _noise
from physics.privacy import conversion as _orders
from physics.privacy import epsilon, epsilon_curve, gaussian_delta, noise_multiplier
from physics.privacy import renyi as _renyi
from tests.physics.reference.rows import on_every


def logarithmic(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


rates = st.one_of(st.just(1.0), logarithmic(1e-6, 1.0), logarithmic(1e-9, 0.5).map(lambda x: 1 - x))
noises = logarithmic(0.05, 1e4)
counts = logarithmic(1, 1e6).map(round)
deltas = logarithmic(1e-14, 0.3)
whole_range = {
    "sampling_rate": st.one_of(st.just(1.0), st.just(5e-324), logarithmic(1e-300, 1.0), rates),
    "noise_multiplier": logarithmic(0.0101, 9.9e5) | st.sampled_from([0.01, 1e6]),
    "rounds": st.integers(0, 10**9) | counts,
    "delta": logarithmic(1e-299, 0.999) | st.sampled_from([1e-300, 1 - 2**-53]),
}


def quadrature(rate, noise, order):
    """K by adaptive quadrature: an independent integration of the definition."""

    def ratio(u):
        return np.logaddexp(math.log1p(-rate), math.log(rate) + u / noise - 0.5 / noise**2)

    def excess(u):
        exponent, log_density = order * ratio(u), -0.5 * (u * u + math.log(2 * math.pi))
        if exponent < 1:
            return math.exp(log_density) * math.expm1(exponent)
        return math.exp(exponent + log_density) - math.exp(log_density)

    edges = np.linspace(-12, order / noise + 12, 25)
    parts = (quad(excess, a, b, epsabs=0, epsrel=1e-12)[0] for a, b in pairwise(edges))
    return math.log1p(math.fsum(parts))


def trapezoid(rate, noise, order):
    return float(_renyi.log_moments(rate, noise, np.array([order]), (order, order))[0][0])


@on_every("rate", [0.003, 0.2, 0.9])
@on_every("noise", [0.3, 1.0, 5.0])
@on_every("order", [1.3, 2.5, 11.7])
def test_fractional_orders_agree_with_adaptive_quadrature(rate, noise, order):
    assert trapezoid(rate, noise, order) == pytest.approx(quadrature(rate, noise, order), rel=1e-9, abs=1e-14)


@given(rate=rates.filter(lambda q: q < 1), noise=logarithmic(0.1, 1e3))
@settings(max_examples=60, deadline=None)
def test_whole_orders_agree_with_their_binomial_sum(rate, noise):
    exact = _renyi.integer_log_moments(rate, noise)
    for order in (2, 3, 17, 256):
        assert trapezoid(rate, noise, float(order)) == pytest.approx(exact[order - 2], rel=1e-10, abs=1e-14)


@on_every(
    ("rate", "noise", "exact"),
    [  # 30 digits by mpmath 1.4
        (5e-4, 2.0, 3.5497661576306351e-8),
        (0.02, 0.4, 0.011564589415531885),
        (1e-9, 0.5, 2.679904791993629e-17),
    ],
)
def test_order_one_is_the_mean_log_ratio_however_small(rate, noise, exact):
    assert _renyi.kullback_leibler(rate, noise) == pytest.approx(exact, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("rate", "noise", "digits"),
    [
        (5e-4, 2.0, 1e-10),
        (3e-4, 1.0, 1e-10),
        (9e-4, 8.0, 5e-13),  # every ratio is below a thousandth: the series alone
    ],
)
def test_order_one_of_a_rare_client_keeps_its_digits(rate, noise, digits):
    """exp(L) (L - 1) + 1 is a small difference of large terms; here it is taken with 40 digits."""
    with localcontext(prec=40):
        q, z, step, total = Decimal(rate), Decimal(noise), Decimal("0.25"), Decimal(0)
        for index in range(-56, 57 + int(8 / noise)):
            u = index * step
            ratio = 1 + q * ((u / z - 1 / (2 * z * z)).exp() - 1)
            total += (ratio * (ratio.ln() - 1) + 1) * (-u * u / 2).exp()
        exact = float(total * step) / math.sqrt(2 * math.pi)
    assert _renyi.kullback_leibler(rate, noise) == pytest.approx(exact, rel=digits, abs=0)


@pytest.mark.parametrize("noise", [0.7, 3.0])
def test_with_everybody_in_every_round_whole_orders_are_those_of_one_gaussian(noise):
    """K(a) = a (a - 1) / (2 z^2), where what is drawn almost surely leads too (Mironov 2017, proposition 7)."""
    moments, orders = _renyi.integer_log_moments(1.0, noise), np.arange(2, 257)
    np.testing.assert_allclose(moments, orders * (orders - 1) / (2 * noise**2), rtol=1e-12)
    np.testing.assert_allclose(moments, _renyi.integer_log_moments(1 - 1e-13, noise), rtol=1e-9)


def test_order_one_of_a_rare_client_is_half_the_chi_square_distance():
    assert _renyi.kullback_leibler(1e-12, 1.0) == pytest.approx(0.5e-24 * math.expm1(1.0), rel=1e-9, abs=0)


@on_every(("rate", "noise"), [(0.3, 2.0), (1 - 1e-9, 0.7), (0.05, 0.3)])
def test_order_one_is_the_limit_of_higher_orders(rate, noise):
    near = trapezoid(rate, noise, 1 + 1e-6) / 1e-6
    assert _renyi.kullback_leibler(rate, noise) == pytest.approx(near, rel=1e-4)


def exact_epsilon_of_one_round(rate, noise, delta):
    """Of one release, by the Neyman-Pearson test, the worse of adding and removing the client."""

    def excess(eps, flipped):
        if flipped and math.exp(-eps) <= 1 - rate:
            return -delta  # the ratio is never that small
        level = math.exp(-eps if flipped else eps)
        edge = noise**2 * math.log((level - 1 + rate) / rate) + 0.5
        with_client = (1 - rate) * norm.sf(edge / noise) + rate * norm.sf((edge - 1) / noise)
        if flipped:
            return norm.cdf(edge / noise) - math.exp(eps) * (1 - with_client) - delta
        return with_client - math.exp(eps) * norm.sf(edge / noise) - delta

    least = 1e-12
    roots = [brentq(excess, least, 500, args=(flipped,)) for flipped in (False, True) if excess(least, flipped) > 0]
    return max(roots, default=0.0)


@on_every("rate", [1e-3, 0.03, 0.4, 0.95])
@on_every("noise", [0.4, 1.0, 3.0, 20.0])
@on_every("delta", [1e-9, 1e-5, 1e-3])
def test_one_round_is_never_below_its_exact_epsilon(rate, noise, delta):
    exact = exact_epsilon_of_one_round(rate, noise, delta)
    ours = epsilon(sampling_rate=rate, noise_multiplier=noise, rounds=1, delta=delta)
    assert ours >= exact * (1 - 1e-9)
    if exact > 0.05 and rate > 0.3:
        assert ours < 1.35 * exact


@given(noise=noises, rounds=counts, delta=deltas)
@settings(max_examples=150, deadline=None)
def test_with_everybody_in_every_round_the_exact_delta_is_within_the_promised_one(noise, rounds, delta):
    spent = epsilon(sampling_rate=1, noise_multiplier=noise, rounds=rounds, delta=delta)
    assume(spent < 1e6)
    assert gaussian_delta(noise / math.sqrt(rounds), epsilon=spent) <= delta * (1 + 1e-6)


@given(noise=logarithmic(0.3, 1e3), rounds=counts, delta=logarithmic(1e-12, 1e-2))
@settings(max_examples=60, deadline=None)
def test_old_conversion_without_sampling_has_its_closed_form(noise, rounds, delta):
    spent = epsilon(sampling_rate=1, noise_multiplier=noise, rounds=rounds, delta=delta, conversion="mironov")
    closed = rounds / (2 * noise**2) + math.sqrt(2 * rounds * -math.log(delta)) / noise
    assert closed * (1 - 1e-9) <= spent <= closed * (1 + 1e-5)


@given(rate=rates, noise=logarithmic(0.1, 100), rounds=counts, delta=logarithmic(1e-12, 1e-2))
@settings(max_examples=25, deadline=None)
def test_refined_orders_find_what_a_dense_scan_of_all_orders_finds(rate, noise, rounds, delta):
    several = np.array([float(rounds)])
    scan = math.inf
    for block in range(_orders.last_block(rate, noise) + 1):
        s = _orders.FIRST_S + block + np.linspace(0, 1, 800)
        moments, _ = _renyi.log_moments(rate, noise, 1 + np.exp(s), _orders.block_orders(block))
        scan = min(scan, _orders.epsilon_at(s, moments, several, math.log(delta), "canonne").min())
    ours = _orders.epsilon_of_best_orders(rate, noise, several, delta, "canonne")[0]
    assert ours == pytest.approx(scan, rel=3e-3, abs=1e-4)  # near 0 it is a small difference of two terms


@given(rate=rates, noise=noises, rounds=counts, delta=deltas)
@settings(max_examples=60, deadline=None)
def test_epsilon_zero_means_that_delta_covers_the_total_variation_distance(rate, noise, rounds, delta):
    """The total variation distance of T rounds lies between that of one round and T times that."""
    spent = epsilon(sampling_rate=rate, noise_multiplier=noise, rounds=rounds, delta=delta)
    one_round = rate * math.erf(1 / (2 * math.sqrt(2) * noise))
    if spent == 0:
        assert one_round <= delta * (1 + 1e-9)
    if rounds * one_round <= delta * (1 - 1e-9):
        assert spent == 0


@pytest.mark.parametrize("rate", [1e-4, 0.03, 1.0])
@pytest.mark.parametrize("noise", [0.4, 3.0, 200.0])
def test_one_round_costs_nothing_from_exactly_its_total_variation_distance_on(rate, noise):
    """The distance is q (2 Phi(1/(2z)) - 1): whether the client was there cannot be told better than that.

    Of two rounds no more than the sum can be told.
    """
    exact = rate * (2 * norm.cdf(0.5 / noise) - 1)
    for rounds in (1, 2):
        if rounds * exact < 0.5:
            least = epsilon(
                sampling_rate=rate, noise_multiplier=noise, rounds=rounds, delta=rounds * exact * (1 + 1e-9)
            )
            assert least == 0
    assert epsilon(sampling_rate=rate, noise_multiplier=noise, rounds=1, delta=exact * (1 - 1e-9)) > 0


@pytest.mark.parametrize("noise", [0.5, 2.0, 30.0])
def test_the_bound_on_the_distance_of_many_rounds_is_never_below_it_and_near_it(noise):
    """With everybody in every round T rounds are one of z / sqrt(T); Pinsker's bound is sqrt(pi / 2) above it at most.

    Where the two can be told apart almost surely, Bretagnolle and Huber's stays below one.
    """
    rounds = np.geomspace(1, 1e6, 200)
    exact = 2 * norm.cdf(np.sqrt(rounds) / (2 * noise)) - 1
    bound = _renyi.total_variation_bound(1.0, noise, rounds)
    assert (bound >= exact * (1 - 1e-12)).all()
    small = exact < 0.1
    assert (bound[small] <= exact[small] * math.sqrt(math.pi / 2) * 1.02).all()
    assert (bound[exact < 0.99] < 1).all()
    assert (bound <= 1).all()


@given(rate=rates, noise=noises, rounds=counts, delta=deltas, factor=st.floats(1.0, 3.0))
@settings(max_examples=100, deadline=None)
def test_epsilon_rises_with_rounds_and_sampling_and_falls_with_noise_and_delta(rate, noise, rounds, delta, factor):
    def spent(rate=rate, noise=noise, rounds=rounds, delta=delta):
        return epsilon(sampling_rate=rate, noise_multiplier=noise, rounds=rounds, delta=delta)

    here = spent() * (1 - 1e-9)
    assert spent(rounds=math.ceil(rounds * factor)) >= here
    assert spent(rate=min(1.0, rate * factor)) >= here
    assert spent(noise=noise / factor * (1 + 1e-15) if noise / factor > 0.01 else noise) >= here
    assert spent(delta=delta / factor) >= here


def test_a_curve_over_rounds_has_no_ripple():
    for rate, noise, delta in ((0.01, 1.0, 1e-5), (1e-4, 10.0, 1e-9), (0.1, 0.6, 1e-6), (1.0, 3.0, 1e-5)):
        curve = epsilon_curve(sampling_rate=rate, noise_multiplier=noise, rounds=np.arange(0, 1500), delta=delta)
        steps = np.diff(curve)
        assert curve[0] == 0
        assert steps.min() >= -1e-12
        assert np.diff(steps[steps.argmax() :]).max() <= 1e-9  # after the jump from 0 it is concave


@given(rate=rates, noise=noises, delta=deltas, rounds=st.lists(counts, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_curve_at_a_point_equals_the_point_to_the_last_bit(rate, noise, delta, rounds):
    curve = epsilon_curve(sampling_rate=rate, noise_multiplier=noise, rounds=rounds, delta=delta)
    for point, value in zip(rounds, curve, strict=True):
        _renyi.hump_grid.cache_clear()
        _orders.block_nodes.cache_clear()
        assert value == epsilon(sampling_rate=rate, noise_multiplier=noise, rounds=point, delta=delta)


def test_all_arguments_broadcast_and_a_sweep_equals_its_points():
    noise = np.array([[0.7], [2.0]])
    rounds = np.array([10, 100, 1000])
    for settings_of in ({}, {"orders": "integer"}, {"conversion": "mironov"}):
        sweep = epsilon(sampling_rate=0.02, noise_multiplier=noise, rounds=rounds, delta=1e-5, **settings_of)
        assert sweep.shape == (2, 3)
        for i, j in np.ndindex(sweep.shape):
            point = epsilon(
                sampling_rate=0.02,
                noise_multiplier=float(noise[i, 0]),
                rounds=int(rounds[j]),
                delta=1e-5,
                **settings_of,
            )
            assert isinstance(point, float)
            assert sweep[i, j] == point


@given(**whole_range, conversion=st.sampled_from(["canonne", "mironov"]))
@settings(max_examples=100, deadline=None)
def test_no_legal_argument_gives_nan_infinity_or_a_negative_epsilon(**point):
    for orders in ("refined", "integer"):
        spent = epsilon(**point, orders=orders)
        assert math.isfinite(spent)
        assert spent >= 0
        assert spent == 0 or point["rounds"] > 0


@on_every("conversion", ["canonne", "mironov"])
@on_every("orders", ["refined", "integer"])
def test_no_rounds_cost_nothing(conversion, orders):
    spent = epsilon(
        sampling_rate=0.3,
        noise_multiplier=1,
        rounds=[0, 1, 0],
        delta=1e-6,
        conversion=conversion,
        orders=orders,
    )
    assert spent[0] == spent[2] == 0 < spent[1]


@given(budget=logarithmic(0.01, 100), rate=rates, rounds=counts, delta=logarithmic(1e-12, 1e-3))
@settings(max_examples=50, deadline=None)
def test_noise_for_a_budget_spends_it_and_a_little_less_noise_breaks_it(budget, rate, rounds, delta):
    try:
        noise = noise_multiplier(epsilon=budget, sampling_rate=rate, rounds=rounds, delta=delta)
    except ValueError:
        highest = epsilon(sampling_rate=rate, noise_multiplier=1e6, rounds=rounds, delta=delta)
        assert highest > budget
        return
    spent = epsilon(sampling_rate=rate, noise_multiplier=noise, rounds=rounds, delta=delta)
    assert spent <= budget
    if noise > 0.0101:
        less = epsilon(sampling_rate=rate, noise_multiplier=noise * (1 - 1e-6), rounds=rounds, delta=delta)
        assert less > budget
        assert spent == 0 or spent == pytest.approx(budget, rel=1e-6)


@given(noise=logarithmic(0.3, 50), rate=logarithmic(1e-3, 1), rounds=counts, delta=logarithmic(1e-9, 1e-4))
@settings(max_examples=60, deadline=None)
def test_round_trip_from_noise_to_epsilon_and_back(noise, rate, rounds, delta):
    spent = epsilon(sampling_rate=rate, noise_multiplier=noise, rounds=rounds, delta=delta)
    assume(1e-6 <= spent <= 1e6)
    back = noise_multiplier(epsilon=spent, sampling_rate=rate, rounds=rounds, delta=delta)
    assert back == pytest.approx(noise, rel=1e-7)


@given(budget=logarithmic(1e-6, 1e6), **(whole_range | {"rounds": st.integers(1, 10**9)}))
@settings(max_examples=40, deadline=None)
def test_noise_is_legal_or_refused_over_the_whole_range(budget, noise_multiplier, **point):
    noise = _noise.noise_for_budget(budget, point["sampling_rate"], float(point["rounds"]), point["delta"])
    if noise is not None:
        assert 0.01 * (1 - 1e-12) <= noise <= 1e6 * (1 + 1e-12)
        assert epsilon(noise_multiplier=min(max(noise, 0.01), 1e6), **point) <= budget


def test_delta_that_covers_every_draw_needs_no_noise_beyond_the_least():
    assert noise_multiplier(epsilon=1, sampling_rate=1e-4, rounds=5, delta=1e-3) == pytest.approx(0.01)


def test_noise_sweeps_over_budgets():
    sweep = noise_multiplier(epsilon=[0.5, 1, 8], sampling_rate=0.05, rounds=40, delta=1e-5)
    assert sweep.shape == (3,)
    assert (np.diff(sweep) < 0).all()
    assert sweep[1] == noise_multiplier(epsilon=1, sampling_rate=0.05, rounds=40, delta=1e-5)


def test_a_curve_costs_a_few_times_one_point_and_not_one_point_a_round():
    def seconds(rounds):
        best = math.inf
        for _ in range(15):
            _renyi.hump_grid.cache_clear()
            _renyi.kullback_leibler.cache_clear()
            _orders.block_nodes.cache_clear()
            start = time.perf_counter()
            epsilon_curve(sampling_rate=0.01, noise_multiplier=1.1, rounds=rounds, delta=1e-5)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(np.arange(1, 201)) < 10 * seconds(200)


def test_a_budget_that_no_noise_keeps_says_which_would_do():
    with pytest.raises(ValueError, match=r"epsilon must lie in \[0\.\d+, 1e\+06\].*got 1e-05"):
        noise_multiplier(epsilon=1e-5, sampling_rate=1, rounds=10**9, delta=1e-5)
