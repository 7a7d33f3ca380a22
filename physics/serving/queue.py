"""Waits in front of a link that loads one adapter at a time: an M/D/1 queue, its tail, a finite busy hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import exprel

from physics.validation import Floats

_IDLEST, _BUSIEST = 1e-12, 1 - 1e-6  # utilisations between which the shape of the tail is solved for
_NEWTON_STEPS = 4
_BISECTIONS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Nothing with probability 1 - ``chance``, else ``shift_s`` and an exponential of mean ``scale_s``."""

    chance: Floats
    shift_s: Floats
    scale_s: Floats
    mean_s: Floats


def wait_for_link(utilisation: Floats, service_s: Floats, horizon_s: float) -> Wait:
    """Return the wait of a request that finds the link at this load.

    Below saturation P(W > t) tends to K exp(-y t / D), where y > 0 solves rho (e^y - 1) = y and
    K = (1 - rho) / (rho e^y - 1) (Abate, Choudhury and Whitt 1995); it cannot exceed P(W > 0) = rho, so the
    exponential starts at D ln(K / rho) / y. The mean is rho D / (2 (1 - rho)) (Pollaczek and Khinchine).

    At and beyond saturation there is no steady state. The wait is then that of a request which arrives
    ``horizon_s`` after the load began with an empty queue: the backlog (rho - 1) horizon plus the mean of a
    reflected Brownian motion of variance rho D per second, sqrt(2 rho D horizon / pi) (Abate and Whitt 1987).
    The second term also caps the steady wait, which makes the whole curve finite, continuous and rising
    through rho = 1.
    """
    rho = np.clip(utilisation, _IDLEST, _BUSIEST)
    # Newton from the right on ln((e^y - 1)/y) = -ln(rho), convex and rising in y.
    wanted = -np.log(rho)
    decay = 2 * wanted + np.log1p(wanted)
    for _ in range(_NEWTON_STEPS):
        # The slope of ln((e^y - 1)/y) is 1/(1 - e^-y) - 1/y; exprel(-y) = (1 - e^-y)/y.
        fill = exprel(-decay)
        slope = (1 - fill) / (decay * fill)
        decay = decay - (decay + np.log(fill) - wanted) / slope
    spare = 1 - rho
    shift_s = service_s * np.log(spare / (rho * (decay - spare))) / decay

    backlog_s = np.maximum(utilisation - 1, 0) * horizon_s
    capped_s = np.maximum(np.sqrt(2 * utilisation * service_s * horizon_s / np.pi), service_s)
    steady_s = utilisation * service_s / (2 * np.maximum(1 - utilisation, _IDLEST))
    return Wait(
        chance=np.minimum(utilisation, 1.0),
        shift_s=shift_s + backlog_s,
        scale_s=np.minimum(service_s / decay, capped_s),
        mean_s=np.minimum(steady_s, capped_s) + backlog_s,
    )


def _exceeds(wait: Wait, time_s: Floats) -> Floats:
    """Return P(W > t) for t >= 0."""
    return wait.chance * np.exp(-np.maximum(time_s - wait.shift_s, 0) / wait.scale_s)


def _sum_exceeds(first: Wait, second: Wait, time_s: Floats) -> Floats:
    """Return P(W1 + W2 > t) for t >= 0 and independent waits."""
    left = np.maximum(time_s - first.shift_s - second.shift_s, 0)
    slow = left / np.maximum(first.scale_s, second.scale_s)
    fast = left / np.minimum(first.scale_s, second.scale_s)
    # P(E1 + E2 > t) of two exponential times; exprel keeps it right where their means meet.
    both: Floats = np.exp(-slow) * (1 + slow * exprel(slow - fast))
    return (
        (1 - second.chance) * _exceeds(first, time_s)
        + (1 - first.chance) * _exceeds(second, time_s)
        + first.chance * second.chance * both
    )


def load_time_quantile(
    quantile: float,
    *,
    host_share: Floats,
    disk_share: Floats,
    link_s: Floats,
    disk_s: Floats,
    link_wait: Wait,
    disk_wait: Wait,
) -> Floats:
    """Return the quantile of the time to load an adapter over all requests, most of which may load nothing.

    A share ``host_share`` waits for the link and crosses it, a share ``disk_share`` first waits for the drive
    and is read from it, the rest add nothing. The tail falls by steps, so it is bisected.
    """
    allowed = 1 - quantile

    def tail(time_s: Floats) -> Floats:
        after_link = time_s - link_s
        after_both = after_link - disk_s
        late = np.where(after_link < 0, 1.0, _exceeds(link_wait, np.maximum(after_link, 0)))
        later = np.where(after_both < 0, 1.0, _sum_exceeds(link_wait, disk_wait, np.maximum(after_both, 0)))
        return host_share * late + disk_share * later

    low = np.zeros_like(host_share)
    # Beyond twelve mean waits on each link less than 2 e^-12 is left.
    shifts_s, scales_s = link_wait.shift_s + disk_wait.shift_s, link_wait.scale_s + disk_wait.scale_s
    high = link_s + disk_s + shifts_s + 12 * scales_s
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        within = tail(middle) <= allowed
        high = np.where(within, middle, high)
        low = np.where(within, low, middle)
    return np.where(host_share + disk_share <= allowed, 0.0, high)
