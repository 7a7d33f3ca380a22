"""The links of the proxy fleet: how reliable they are, how often clients are invited, the means over invitations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation import invitation_rates
from physics.traffic import retry
from physics.validation import Floats
from tracks.common.federated_runs import Selection
from tracks.common.proxy_fleet import CITIES, CLIENTS, problem


@lru_cache(maxsize=256)
def link_reliabilities(mean: float) -> Floats:
    """Return each client's reliability: half of the spread between cities, half within; the mean is exact.

    The best link is as far above the mean as a link can be, the worst as far below: at 0.8 from 0.6 to 1.
    """
    between = np.repeat(np.linspace(1, -1, CITIES), CLIENTS // CITIES)
    within = np.tile(np.linspace(1, -1, CLIENTS // CITIES), CITIES)
    reliabilities: Floats = np.clip(mean + min(mean, 1 - mean) * (between + within) / 2, 0, 1)
    reliabilities.setflags(write=False)
    return reliabilities


def city_reliability(mean: float, city: int) -> float:
    """Return the mean reliability of a city's links."""
    return float(link_reliabilities(mean).reshape(CITIES, -1)[city].mean())


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploads:
    """The upload of each client: the probability that it arrives, and the mean attempts at it."""

    delivered: tuple[float, ...]
    attempts: tuple[float, ...]


@lru_cache(maxsize=256)
def uploads(reliabilities: tuple[float, ...], max_attempts: int) -> Uploads:
    """Return the outcome of an upload over each of some links, in at most so many attempts."""
    tried = retry(reliabilities, max_attempts=max_attempts, compute_j=0.0, transmit_j=1.0)
    return Uploads(
        delivered=tuple(np.asarray(tried.delivered).tolist()), attempts=tuple(np.asarray(tried.attempts).tolist())
    )


@lru_cache(maxsize=256)
def fleet_uploads(reliability: float, max_attempts: int) -> Uploads:
    """Return the outcome of each client's upload under a mean reliability."""
    return uploads(tuple(link_reliabilities(reliability).tolist()), max_attempts)


@lru_cache(maxsize=1024)
def invitation_shares(clients_per_round: int, delivered: tuple[float, ...], selection: Selection) -> Floats:
    """Return in what share of the rounds each client is invited, whose updates arrive as ``delivered`` says."""
    # Who holds which images does not matter here: every partition has the same clients in the same cities.
    return invitation_rates(
        problem(0, 1.0), clients_per_round=clients_per_round, reliability=np.asarray(delivered), selection=selection
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
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
def invitation(clients_per_round: int, reliability: float, max_attempts: int, selection: Selection) -> Invitation:
    """Return the means over invitations under a rule of selection."""
    each = fleet_uploads(reliability, max_attempts)
    shares = invitation_shares(clients_per_round, each.delivered, selection)
    # Rounded, because a link of exactly .8 must not fail a limit of .2 by its last digit.
    delivered, attempts = (
        round(float(shares @ np.asarray(part)) / clients_per_round, 12) for part in (each.delivered, each.attempts)
    )
    return Invitation(
        delivered=delivered,
        attempts=attempts,
        failed=round(1 - delivered / attempts, 12),
        busiest=float(shares.max()),
    )
