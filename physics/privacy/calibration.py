"""How much noise a privacy budget needs: one release in closed form, many rounds by root search."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr

from physics.privacy.conversion import epsilon_of_best_orders
from physics.privacy.renyi import total_variation_bound
from physics.validation import Floats

MIN_NOISE, MAX_NOISE = 1e-2, 1e6  # the noise multipliers the accountant takes
LOG_MIN_NOISE, LOG_MAX_NOISE = math.log(MIN_NOISE), math.log(MAX_NOISE)
LOG_TOLERANCE, RELATIVE_TOLERANCE = 1e-9, 1e-14
FIRST_STEP = 0.25
BISECTIONS = 50
TINY = 1e-300


def log_delta_of_gaussian(scale: Floats, epsilon: Floats) -> Floats:
    """Return log delta of the Gaussian mechanism with sigma = scale * sensitivity (Balle, Wang 2018).

    Both terms in logarithms, so that a delta of 1e-300 keeps its digits.
    """
    half, shift = 0.5 / scale, epsilon * scale
    likely = log_ndtr(half - shift)
    gap = np.minimum(epsilon + log_ndtr(-half - shift) - likely, -TINY)
    return np.asarray(likely + np.log(-np.expm1(gap)))


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
