"""The links of the simulated fleet: how reliable each client's is, and what an invitation comes to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation import invitation_rates
from physics.traffic import retry
from physics.validation import Floats
from tracks.common.proxy_fleet import CITIES, CLIENTS, problem
from tracks.missions.convergence.setting import Selection


@lru_cache(maxsize=256)
def link_reliabilities(mean: float) -> Floats:
    """Return each client's reliability: half of the spread between cities, half within; the mean is exact.

    The best link is as far above the mean as a link can be, the worst as far below: at 0.8 from 0.6 to 1.
    """
    between = np.repeat(np.linspace(1, -1, CITIES), CLIENTS // CITIES)
    within = np.tile(np.linspace(1, -1, CLIENTS // CITIES), CITIES)
    found: Floats = np.clip(mean + min(mean, 1 - mean) * (between + within) / 2, 0, 1)
    found.setflags(write=False)
    return found


def city_reliability(mean: float, city: int) -> float:
    """Return the mean reliability of a city's links."""
    return float(link_reliabilities(mean).reshape(CITIES, -1)[city].mean())


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Links:
    """What becomes of each client's upload: the probability that it arrives, and the mean attempts at it."""

    delivered: Floats
    attempts: Floats


@lru_cache(maxsize=256)
def links(reliability: float, attempts: int) -> Links:
    """Return the links of all clients under a mean reliability and so many attempts."""
    found = retry(link_reliabilities(reliability), max_attempts=attempts, compute_j=0.0, transmit_j=1.0)
    return Links(delivered=np.asarray(found.delivered), attempts=np.asarray(found.attempts))


@dataclass(frozen=True, kw_only=True, slots=True)
class Invited:
    """Means over the invitations of a run.

    Attributes:
        delivered: probability that an update arrives. attempts: at an upload.
        failed: share of the attempts that do not arrive.
        busiest: share of the rounds that the most invited client is in: S/K, unless the best links come first.
    """

    delivered: float
    attempts: float
    failed: float
    busiest: float


@lru_cache(maxsize=1024)
def invited(clients_per_round: int, reliability: float, attempts: int, selection: Selection) -> Invited:
    """Return what an invitation comes to under a rule of selection."""
    found = links(reliability, attempts)
    # Who holds which images does not matter here: every deal has the same clients in the same cities.
    fleet = problem(0, 1.0)
    rates = invitation_rates(
        fleet, clients_per_round=clients_per_round, reliability=found.delivered, selection=selection
    )
    # Rounded, because a link of exactly .8 must not fail a limit of .2 by its last digit.
    delivered, tried = (
        round(float(rates @ part) / clients_per_round, 12) for part in (found.delivered, found.attempts)
    )
    return Invited(
        delivered=delivered,
        attempts=tried,
        failed=round(1 - delivered / tried, 12),
        busiest=float(rates.max()),
    )
