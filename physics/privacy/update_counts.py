"""The cost of privacy in client updates: a stored search over cohorts, rounds and clipping lengths."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from physics.privacy.calibration import noise_for_budget
from physics.privacy.gaussian import MAX_EPSILON, MIN_DELTA, MIN_EPSILON
from physics.validation import Floats, as_float, as_int

TABLE_FILE = Path(__file__).with_name("data") / "client_updates.npz"
MIN_FLEET, MAX_FLEET = 50, 1_000_000_000  # at least one client of each of the 50 archetypes
NOISE_SCALE = 1e-2  # the noise axis is read as log(1 + noise/NOISE_SCALE): even in log, and zero included
ONE_IMAGE = 1 / 360  # of the test images: a shortfall that small is not resolved


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ClientUpdates:
    """Every stored design at one budget, by rising cost; read-only arrays of one length.

    ``updates`` m T, ``cohort`` m, ``rounds`` T, ``noise_multiplier`` z that keeps the budget, ``clip`` C that
    learns best under that noise (0 where no privacy is asked for and nothing need be clipped), ``accuracy``
    with it.

    Parameters
    ----------
    updates : array
        [1] Updates computed by all clients together, m T.
    cohort : array
        [1] Clients in a round, m.
    rounds : array
        [1] Rounds T.
    noise_multiplier : array
        [1] The z that keeps the budget.
    clip : array
        [units of the weights] The C that learns best under that noise; 0 where no privacy is asked for.
    accuracy : array
        [1] Accuracy on the test images with it.
    """

    updates: Floats
    cohort: Floats
    rounds: Floats
    noise_multiplier: Floats
    clip: Floats
    accuracy: Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class StoredSearch:
    """The stored table: ``accuracy`` (alpha, cohort, rounds, clip, noise), ``free`` without noise."""

    alphas: Floats
    cohorts: Floats
    rounds: Floats
    clips: Floats
    noises: Floats
    accuracy: Floats
    free: Floats


@lru_cache(maxsize=1)
def stored_search() -> StoredSearch:
    """Return the table, read once.

    More noise than a budget needs is always allowed, so a design never does worse with less: along the
    noise each entry is the best of all noisier ones, and none is better than no noise.
    """
    with np.load(TABLE_FILE) as table:
        arrays = {name: np.asarray(table[name], dtype=np.float64) for name in table.files}
    arrays["accuracy"] = np.maximum.accumulate(arrays["accuracy"][..., ::-1], axis=-1)[..., ::-1]
    arrays["free"] = np.maximum(arrays["free"], arrays["accuracy"][..., 0].max(axis=-1))
    for array in arrays.values():
        array.setflags(write=False)
    return StoredSearch(**arrays)


@lru_cache(maxsize=1)
def accuracy_of_noise() -> PchipInterpolator:
    """Return the stored accuracy against log(1 + noise/NOISE_SCALE), in cubics that never overshoot."""
    search = stored_search()
    levels = np.log1p(search.noises / NOISE_SCALE)
    return PchipInterpolator(levels, search.accuracy, axis=-1, extrapolate=False)


def client_updates(
    *, fleet: int, epsilon: float | None, alpha: float = 0.3, delta: float | None = None
) -> ClientUpdates:
    r"""Return what every stored design reaches at one privacy budget, and what it costs in client updates.

    .. math::

       z = \text{noise multiplier}(\varepsilon, m/N, T, \delta), \qquad
       \text{accuracy} = \max_C \text{stored}(\alpha, m, T, C, z/m)

    Parameters
    ----------
    fleet : int
        Clients N [1], 50 to 1e9.
    epsilon : float or None
        Budget for all rounds [1], 1e-6 to 1e6; None means no privacy, so neither noise nor clipping.
    alpha : float
        Dirichlet concentration of the clients' class mixes [1]: one of the stored 0.05, 0.1, 0.3, 1, 100.
    delta : float, optional
        Probability delta [1], 1e-300 up to but not including 1/N; N^-1.1 if not given.

    Returns
    -------
    ClientUpdates
        Arrays of one length, sorted by `updates`; designs with more clients a round than the fleet has, or
        for which no noise keeps the budget, are left out.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or alpha is not stored.

    Notes
    -----
    Stored are 7 cohorts of 10 to 1000 clients, 5 lengths of 10 to 120 rounds, 5 clips of 0.3 to 5 and 11
    levels of noise on the average, each the mean of four runs, on partitions and with random streams of their
    own; softmax regression, 50 archetypes of N/50 clients, 5 local steps at rate 8, accuracy over the last ten
    rounds. Fleet, budget and delta may have any value, since they enter through z alone. Between levels of
    noise accuracy is interpolated, to 0.001 in the mean and 0.003 in 19 of 20 places: all levels share their
    streams, so it is smooth there. Other values of alpha are refused: accuracy changes between them by more
    than a budget does.

    Examples
    --------
    10 clients in each of 10 rounds is the cheapest design there is:

    >>> float(client_updates(fleet=10_000, epsilon=1).updates[0])
    100.0
    """
    clients, budget, row, chance = _checked(fleet, epsilon, alpha, delta)
    designs = np.array(sorted(_designs(clients, budget, row, chance))).reshape(-1, 6)
    designs.setflags(write=False)
    updates, cohort, rounds, noise, clip, accuracy = designs.T
    return ClientUpdates(
        updates=updates, cohort=cohort, rounds=rounds, noise_multiplier=noise, clip=clip, accuracy=accuracy
    )


def minimum_client_updates(
    *, fleet: int, epsilon: float | None, alpha: float = 0.3, target: float = 0.90, delta: float | None = None
) -> int:
    r"""Return the fewest client updates with which a fleet reaches a target accuracy within a budget.

    .. math::

       \min \left\{ m T : \text{accuracy}(m, T) \ge \text{target} - \text{one test image} \right\}

    over all stored designs.

    Parameters
    ----------
    fleet, epsilon, alpha
        As of `client_updates`.
    target : float
        Accuracy to be reached [1], 0 to 1.
    delta
        As of `client_updates`.

    Returns
    -------
    int
        Updates computed by all clients together, m T [1].

    Raises
    ------
    ValueError
        An argument is not a number in its range, alpha is not stored, or no stored design reaches the
        target; the message says how far the best one gets.

    Notes
    -----
    Never falls as epsilon falls. Four runs determine an accuracy to about 0.5 points, so close to
    the best accuracy that a fleet can reach the answer may be off by a factor of two.

    Examples
    --------
    10 clients, 20 rounds; privacy for a fleet of 10,000 costs twice that:

    >>> minimum_client_updates(fleet=10_000, epsilon=None)
    200
    >>> minimum_client_updates(fleet=10_000, epsilon=1)
    400
    """
    clients, budget, row, chance = _checked(fleet, epsilon, alpha, delta)
    wanted = as_float("target", target, low=0, high=1)
    best = 0.0
    for updates, _, _, _, _, accuracy in _designs(clients, budget, row, chance):
        if accuracy >= wanted - ONE_IMAGE:
            return int(updates)
        best = max(best, accuracy)
    raise ValueError(
        f"target must lie in [0, {best:.3f}] for this fleet, epsilon and alpha, got {wanted:g}: no stored "
        f"design learns more"
    )


def _checked(
    fleet: int, epsilon: float | None, alpha: float, delta: float | None
) -> tuple[int, float | None, int, float]:
    clients = as_int("fleet", fleet, low=MIN_FLEET, high=MAX_FLEET)
    budget = None if epsilon is None else as_float("epsilon", epsilon, low=MIN_EPSILON, high=MAX_EPSILON)
    concentration = as_float("alpha", alpha, low=0, low_open=True)
    stored = stored_search().alphas
    matches = np.flatnonzero(stored == concentration)
    if matches.size == 0:
        known = ", ".join(f"{value:g}" for value in stored)
        raise ValueError(f"alpha must be one of the stored {known}, got {concentration:g}")
    chance = clients**-1.1
    if delta is not None:
        chance = as_float("delta", delta, low=MIN_DELTA, high=1 / clients, high_open=True)
    return clients, budget, int(matches[0]), chance


def _designs(
    fleet: int, epsilon: float | None, row: int, delta: float
) -> Iterator[tuple[float, float, float, float, float, float]]:
    """Yield (updates, cohort, rounds, noise multiplier, clip, accuracy) by rising cost."""
    search = stored_search()
    grid = [(i, j) for i, m in enumerate(search.cohorts) if m <= fleet for j in range(search.rounds.size)]
    for i, j in sorted(grid, key=lambda cell: (search.cohorts[cell[0]] * search.rounds[cell[1]], *cell)):
        cohort, rounds = float(search.cohorts[i]), float(search.rounds[j])
        if epsilon is None:
            yield cohort * rounds, cohort, rounds, 0.0, 0.0, float(search.free[row, i, j])
            continue
        noise = noise_for_budget(epsilon, cohort / fleet, rounds, delta)
        if noise is None:
            continue
        if noise / cohort > search.noises[-1]:  # nothing is learnt under that much
            continue
        by_clip = accuracy_of_noise()(math.log1p(noise / cohort / NOISE_SCALE))[row, i, j]
        best = int(np.argmax(by_clip))
        yield cohort * rounds, cohort, rounds, noise, float(search.clips[best]), float(by_clip[best])
