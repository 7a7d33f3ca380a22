"""How much noise a privacy budget needs: one release in closed form, many rounds by root search."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfcx

from physics.privacy.conversion import epsilon_of_best_orders
from physics.privacy.renyi import total_variation_bound
from physics.validation import Floats

MIN_NOISE, MAX_NOISE = 1e-2, 1e6  # the noise multipliers the accountant takes
LOG_MIN_NOISE, LOG_MAX_NOISE = math.log(MIN_NOISE), math.log(MAX_NOISE)
LOG_TOLERANCE, RELATIVE_TOLERANCE = 1e-9, 1e-14
FIRST_STEP = 0.25
BISECTIONS = 50
TINY = 1e-300
NARROW = 0.02  # an interval of this half-width, relative to 1 + its middle, is integrated by four points
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(4)


def log_delta_of_gaussian(scale: Floats, epsilon: Floats) -> Floats:
    """Return log delta of the Gaussian mechanism with sigma = scale * sensitivity (Balle, Wang 2018).

    With E(t) = exp(t^2) erfc(t), s = scale, a = (eps s - 1/(2 s))/sqrt(2) and b = (eps s + 1/(2 s))/sqrt(2), both terms
    hold exp(-a^2)/2, because b^2 - a^2 = eps:

        Phi(-sqrt(2) a) = exp(-a^2) E(a)/2,     e^eps Phi(-sqrt(2) b) = exp(-a^2) E(b)/2
        delta = exp(-a^2) (E(a) - E(b))/2 = 1 - exp(-a^2) (E(-a) + E(b))/2

    The second form only adds; it serves a < 0. The first subtracts, and E(a) and E(b) agree in eight digits at epsilon
    1e-6 and delta 1e-100. So where b - a is small, E(a) - E(b) is taken as the integral of -E' from a to b: four Gauss
    points leave out 3e-15 of it, and elsewhere the difference is at least 4% of E(a). The error of log delta is below
    3e-14 + 1e-15 (1 + |a|)(1 + 2 b). The second part is of the size that rounded arguments cause: a scale that is
    larger by its part x lowers log delta by up to (1 + |a|)(1 + 2 b) x.
    """
    middle, half = epsilon * scale / math.sqrt(2), 0.5 / scale / math.sqrt(2)
    low, high = middle - half, middle + half
    narrow = half <= NARROW * (1 + middle)
    at_low, at_high = erfcx(np.abs(low)), erfcx(high)
    part = np.where(narrow, 1.0, at_low - at_high)
    if narrow.any():
        reach = np.where(narrow, half, 0.0)  # E overflows where a wide interval begins
        points = zip(NODES, NODE_WEIGHTS, strict=True)
        integral = reach * sum(weight * _fall_of_erfcx(middle + reach * node) for node, weight in points)
        part = np.where(narrow, integral, part)
    above = narrow | (low >= 0)
    rare = np.log(np.where(above, part, 1.0) / 2) - low * low
    rest = np.where(above, 0.0, np.exp(-low * low) * (at_low + at_high) / 2)
    return np.asarray(np.where(above, rare, np.log1p(-rest)))


def _fall_of_erfcx(t: Floats) -> Floats:
    """Return -E'(t) = 2/sqrt(pi) - 2 t E(t) of E = erfcx, for t above -1.

    The subtraction loses 2 t^2 roundings, 1e-13 at t = 26, where delta is 1e-300. Far beyond, the bound from below,
    1/(sqrt(pi) (t^2 + 3/2)), keeps it above zero.
    """
    return np.maximum(2 / math.sqrt(math.pi) - 2 * t * erfcx(t), 1 / (math.sqrt(math.pi) * (t * t + 1.5)))


def gaussian_scale(epsilon: Floats, delta: Floats) -> Floats:
    """Return sigma/sensitivity of the analytic Gaussian mechanism: bisection of its logarithm, rounded up."""
    target = np.log(delta)
    # delta(eps) <= delta(0) = 2 Phi(1/(2 s)) - 1 < 1/(s sqrt(2 pi)); and no more than Chernoff's bound allows
    high = np.minimum(-target - 0.9, np.log((1 + np.sqrt(2 * (1 - target) + epsilon)) / epsilon) + 1)
    low = np.full(np.shape(high), math.log(1e-4))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        private = log_delta_of_gaussian(np.exp(middle), epsilon) <= target
        high = np.where(private, middle, high)
        low = np.where(private, low, middle)
    return np.asarray(np.exp(high))


@lru_cache(maxsize=4096)
def noise_for_budget(epsilon: float, sampling_rate: float, rounds: float, delta: float) -> float | None:
    """Return the least legal noise multiplier that keeps the budget, or None if none does.

    As z grows either the Renyi bound falls to epsilon or the total variation distance to delta, whichever
    comes first. Neither jumps, so Brent's method finds each. Rounded to the side of more noise.
    """
    several = np.array([rounds])

    def excess(log_z: float) -> float:
        spent = float(epsilon_of_best_orders(sampling_rate, math.exp(log_z), several, delta, "canonne")[0])
        return math.log(spent / epsilon) if spent > epsilon else spent / epsilon - 1

    def exposure(log_z: float) -> float:
        distance = float(total_variation_bound(sampling_rate, math.exp(log_z), several)[0])
        return math.log(max(distance, TINY) / delta)

    guess = math.log(0.5 + sampling_rate * math.sqrt(2 * rounds * -math.log(delta)) / epsilon)
    log_z = least_root(excess, guess)
    if exposure(LOG_MAX_NOISE if log_z is None else log_z) <= 0:
        log_z = least_root(exposure, guess)
    return None if log_z is None else math.exp(log_z)


def least_root(falling: Callable[[float], float], guess: float) -> float | None:
    """Return the legal log z at which a falling function reaches zero, rounded up; None if there is none."""
    low = high = min(max(guess, LOG_MIN_NOISE), LOG_MAX_NOISE)
    at_low = at_high = falling(low)
    step = FIRST_STEP
    while at_low > 0 and at_high > 0:
        if high == LOG_MAX_NOISE:
            return None
        low, at_low = high, at_high
        high = min(LOG_MAX_NOISE, high + step)
        at_high, step = falling(high), 2 * step
    while at_low <= 0:
        if low == LOG_MIN_NOISE:
            return low
        high = low
        low = max(LOG_MIN_NOISE, low - step)
        at_low, step = falling(low), 2 * step
    root = float(brentq(falling, low, high, xtol=LOG_TOLERANCE, rtol=RELATIVE_TOLERANCE))
    step = LOG_TOLERANCE
    while falling(root) > 0:
        root, step = min(root + step, high), 2 * step
    return root
