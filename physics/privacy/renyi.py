"""Renyi divergence of one round of the Poisson-subsampled Gaussian mechanism; arguments arrive checked.

One round draws every client with probability q and adds Gaussian noise of z clipping norms. Take away one
client, and along the only direction that changes, in units of the noise, the output u has density phi(u)
where it had phi(u) exp(L(u)):

    L(u) = log(1 - q + q exp(u/z - 1/(2 z^2)))
    K(a) = log of the mean of exp(a L(u)) over u ~ N(0, 1) ,  Renyi divergence of order a = K(a)/(a - 1)

K is convex, K(0) = K(1) = 0, and T rounds give T K.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.special import gammaln

from physics.validation import Floats

DIGITS = 37.0  # the integral is exact to e^-37, 1e-16 of its value
SLACK = 8.0  # about 1,000 left-out points of e^-45 stay below e^-37
TAIL = 8.8  # standard deviations: e^-(8.8^2/2) is below 1e-16
MAX_EXPONENT = 600.0  # exp overflows from 709 on
SMALL_RATIO = 1e-3  # below it a series of five terms has more digits than the formula


def least_log_moment(sampling_rate: float, noise_multiplier: float, order: float) -> float:
    """Return a lower bound on K: the client's own part of the mean, q^a exp(a (a - 1)/(2 z^2))."""
    return order * ((order - 1) / (2 * noise_multiplier**2) + math.log(sampling_rate))


def integration_grid(
    sampling_rate: float, noise_multiplier: float, lowest_order: float, highest_order: float
) -> tuple[Floats, float]:
    """Return equidistant points u and their spacing for which the trapezoid rule is exact to rounding.

    Since L is convex, exp(a L - u^2/2) is nowhere narrower than a standard normal; its humps lie between 0
    and a/z. It is analytic up to the zeros of 1 - q + q exp(...) at u = kink +- i pi z. So the error of
    spacing h is at most exp(w^2/2 - 2 pi w/h) for every w below pi z (Trefethen, Weideman 2014), times the
    kink's own weight.
    """
    q, z = sampling_rate, noise_multiplier
    spacing = 2 * math.pi / math.sqrt(2 * DIGITS)  # enough for the normal density by itself
    strip = math.pi * z
    if q < 1 and strip < 2 * math.pi / spacing:
        kink = z * (math.log1p(-q) - math.log(q)) + 0.5 / z
        second_hump = max(0.0, least_log_moment(q, z, lowest_order))
        weight = highest_order * max(0.0, math.log(2) + math.log1p(-q)) - kink**2 / 2 - second_hump
        digits = max(1.0, DIGITS + min(0.0, weight))
        spacing = min(spacing, 2 * math.pi * strip / (digits + strip**2 / 2))
    low, high = -TAIL, max(2.0, highest_order) / z + TAIL
    points: Floats = low + spacing * np.arange(math.ceil((high - low) / spacing) + 1, dtype=np.float64)
    return points, spacing


def log_ratio(sampling_rate: float, noise_multiplier: float, points: Floats) -> Floats:
    """Return L(u), the logarithm of the ratio of the two densities."""
    q, z = sampling_rate, noise_multiplier
    exponent = points / z - 0.5 / z**2
    if q == 1:
        return exponent
    ratio = np.log1p(q * np.expm1(np.minimum(exponent, MAX_EXPONENT)))
    if exponent[-1] <= MAX_EXPONENT:
        return ratio
    far = np.logaddexp(math.log1p(-q), math.log(q) + exponent)
    return np.where(exponent > MAX_EXPONENT, far, ratio)


@lru_cache(maxsize=512)
def hump_grid(
    sampling_rate: float, noise_multiplier: float, lowest_order: float, highest_order: float
) -> tuple[Floats, Floats, float]:
    """Return points, L at the points and spacing for all orders between two.

    Only the humps are kept: the valley between them can be 1,000 points wide.
    """
    points, spacing = integration_grid(sampling_rate, noise_multiplier, lowest_order, highest_order)
    ratio = log_ratio(sampling_rate, noise_multiplier, points)
    floor = max(0.0, least_log_moment(sampling_rate, noise_multiplier, lowest_order)) - DIGITS - SLACK
    counts = np.maximum(lowest_order * ratio, highest_order * ratio) - 0.5 * points * points > floor
    points, ratio = points[counts], ratio[counts]
    points.setflags(write=False)
    ratio.setflags(write=False)
    return points, ratio, spacing


def log_moments(
    sampling_rate: float, noise_multiplier: float, orders: Floats, between: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return K(a) and (a - 1) K'(a) - K(a) of all orders, which lie between two that fix the grid.

    Each order is summed by itself, so its value does not depend on the orders it is computed with.
    """
    if sampling_rate == 1:
        half = 0.5 / noise_multiplier**2
        return half * orders * (orders - 1), half * (orders - 1) ** 2
    points, ratio, spacing = hump_grid(sampling_rate, noise_multiplier, *between)
    weight = orders[:, None] * ratio
    weight -= 0.5 * points * points
    top = weight.max(axis=1)
    weight -= top[:, None]
    np.exp(weight, out=weight)
    total = weight.sum(axis=1)
    moment = np.log(total * (spacing / math.sqrt(2 * math.pi))) + top
    weight *= ratio
    slope = weight.sum(axis=1) / total
    return moment, (orders - 1) * slope - moment


@lru_cache(maxsize=1024)
def kullback_leibler(sampling_rate: float, noise_multiplier: float) -> float:
    """Return the divergence of order one, the mean of exp(L) L, in a form good for 1e-30 too."""
    q, z = sampling_rate, noise_multiplier
    if q == 1:
        return 0.5 / z**2
    points, spacing = integration_grid(q, z, 1.0, 2.0)
    ratio = log_ratio(q, z, points)
    density = np.exp(-0.5 * points * points)
    direct = np.exp(ratio - 0.5 * points * points) * (ratio - 1) + density
    excess = np.expm1(np.minimum(ratio, 1.0))
    series = excess**2 * (1 / 2 - excess * (1 / 6 - excess * (1 / 12 - excess / 20)))
    integrand = np.where(np.abs(ratio) < SMALL_RATIO, density * series, direct)
    return float(integrand.sum()) * spacing / math.sqrt(2 * math.pi)


def total_variation_bound(sampling_rate: float, noise_multiplier: float, rounds: Floats) -> Floats:
    """Return an upper bound on the distance between what is seen with and without one client.

    The least of three: the sum over the rounds, Pinsker's, and Bretagnolle and Huber's.
    """
    one_round = sampling_rate * math.erf(1 / (2 * math.sqrt(2) * noise_multiplier))
    divergence = rounds * kullback_leibler(sampling_rate, noise_multiplier)
    return np.minimum(rounds * one_round, np.sqrt(np.minimum(divergence / 2, -np.expm1(-divergence))))


@lru_cache(maxsize=256)
def integer_log_moments(sampling_rate: float, noise_multiplier: float) -> Floats:
    """Return K at the orders 2 to 256, by the binomial sum instead of an integral.

    K(a) = log(1 + sum over k >= 2 of C(a, k) q^k (1 - q)^(a - k) (exp((k^2 - k)/(2 z^2)) - 1))
    """
    orders = np.arange(2.0, 257.0)
    if sampling_rate == 1:
        return np.asarray(0.5 * orders * (orders - 1) / noise_multiplier**2)
    order, k = orders[:, None], orders
    inside = k <= order
    rest = np.where(inside, order - k, 0.0)
    growth = (k * k - k) / (2 * noise_multiplier**2)
    log_growth = np.where(growth < 1, np.log(np.expm1(np.minimum(growth, 1.0))), growth + np.log1p(-np.exp(-growth)))
    log_choices = gammaln(order + 1) - gammaln(k + 1) - gammaln(rest + 1)
    log_chance = k * math.log(sampling_rate) + rest * math.log1p(-sampling_rate)
    terms = np.where(inside, log_choices + log_chance + log_growth, -np.inf)
    top = terms.max(axis=1)
    moments: Floats = np.logaddexp(0.0, top + np.log(np.exp(terms - top[:, None]).sum(axis=1)))
    moments.setflags(write=False)
    return moments
