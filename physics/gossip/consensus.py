"""Averaging with neighbours: how fast a mesh agrees, and what a node gains by it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from physics.gossip.simulation import MAX_TRIAL_ROUNDS, MAX_VARIANCE
from physics.gossip.spectra import cached_spectrum, kept_and_mixed, modes
from physics.gossip.topology import TOPOLOGIES, checked_shape
from physics.validation import FloatOrArray, Floats, as_float, as_floats, as_int, as_ints, broadcast, one_of, to_scalar

_MAX_NODES = 1_000_000
_MAX_GEOMETRIC_NODES = 4_000  # the eigenvalues of a dense matrix of that size take ten seconds
_MAX_ROUNDS = 1e9


def spectrum(topology: str, nodes: int, *, degree: float | None = None, seed: int = 0) -> Floats:
    r"""Return the eigenvalues of the averaging matrix W of a topology with Metropolis weights.

    .. math::

       \text{ring:} \quad \frac{1}{3} + \frac{2}{3} \cos \frac{2 \pi j}{n}

       \text{torus:} \quad \frac{1 + 2 \cos a + 2 \cos b}{5}

       \text{complete:} \quad 1, 0, \dots, 0

       \text{regular:} \quad \frac{1 + x}{d + 1}

    with x from the Kesten-McKay law; those of a geometric mesh are found numerically.

    Parameters
    ----------
    topology : {"ring", "torus", "regular", "complete", "geometric"}
        See `mesh`.
    nodes : int
        Number of nodes [1], 2 to 1,000,000 (ring from 3; torus a square number from 9; geometric to 4,000).
    degree : float, optional
        Neighbours of a node [1]: whole, from 3 and below `nodes`, for "regular"; the mean away from the edge,
        above 0 and below `nodes`, for "geometric"; 12, or all there are, if None. The other topologies have
        their own and ignore it.
    seed : int
        Draws the geometric mesh [1], 0 or more; the other spectra do not depend on it.

    Returns
    -------
    ndarray, shape (nodes,)
        Eigenvalues [1] in descending order, the first 1; read-only and cached.

    Raises
    ------
    ValueError
        An argument is out of range or no such graph exists.

    Notes
    -----
    A regular graph of n nodes is not infinite: its spectrum has mean -d/(n-1) and variance
    d (n-d)/(n-1) - (d/(n-1))^2 besides the first eigenvalue, and the quantiles are shifted and stretched to
    that. A complete graph is reproduced correctly as the regular graph of degree n - 1.

    References
    ----------
    Xiao and Boyd 2004; McKay 1981.

    Examples
    --------
    >>> spectrum("ring", 4).round(4).tolist()
    [1.0, 0.3333, 0.3333, -0.3333]
    """
    kind = one_of("topology", topology, TOPOLOGIES)
    shape = checked_shape(kind, nodes, degree, _MAX_GEOMETRIC_NODES if kind == "geometric" else _MAX_NODES)
    drawn_by = as_int("seed", seed)
    return cached_spectrum(*shape, drawn_by if kind == "geometric" else 0)


def consensus_rms(eigenvalues: ArrayLike, rounds: ArrayLike) -> FloatOrArray:
    r"""Return the disagreement left after some rounds, as a share of the disagreement at the start.

    .. math::

       \text{rms}(t) = \sqrt{\frac{1}{n - 1} \sum_{i > 0} \lambda_i^{2t}}

    Parameters
    ----------
    eigenvalues : array_like, shape (n,)
        Of the averaging matrix [1], the first 1, the others in [-1, 1], as from `spectrum`.
    rounds : array_like of whole numbers
        Rounds of averaging [1], 0 to 1e9.

    Returns
    -------
    float or ndarray
        Root mean square distance to the mean [1], of the shape of `rounds`: 1 at the start.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or the eigenvalues do not start with 1.

    Notes
    -----
    The mean over starting values that are independent and of equal variance. A single node never disagrees:
    0.

    References
    ----------
    Xiao and Boyd 2004.

    Examples
    --------
    >>> consensus_rms([1, 0.5, -0.5], 1)
    0.5
    """
    values, counts = modes(eigenvalues)
    times = as_ints("rounds", rounds, low=0, high=_MAX_ROUNDS)
    counts[0] -= 1  # the mean itself never disagrees
    kept, _ = kept_and_mixed(values, counts, times)
    return to_scalar(np.sqrt(kept / max(counts.sum(), 1)))


def estimation_error(
    eigenvalues: ArrayLike, rounds: ArrayLike, *, noise_variance: ArrayLike, diversity_variance: ArrayLike
) -> FloatOrArray:
    r"""Return the mean squared error of a node's estimate of its own truth after some rounds.

    .. math::

       \frac{1}{n} \sum_i \left[ \sigma^2 \lambda_i^{2t} + \tau^2 (1 - \lambda_i^t)^2 \right]

    Parameters
    ----------
    eigenvalues : array_like, shape (n,)
        Of the averaging matrix [1], the first 1, the others in [-1, 1], as from `spectrum`.
    rounds : array_like of whole numbers
        Rounds of averaging [1], 0 to 1e9.
    noise_variance : array_like
        Variance sigma^2 of a node's measurement about its truth [any], 0 to 1e12.
    diversity_variance : array_like
        Variance tau^2 of the truths between nodes [any], 0 to 1e12.

    Returns
    -------
    float or ndarray
        Mean squared error [any], of the common shape of the last three arguments; `noise_variance` at 0
        rounds.

    Raises
    ------
    ValueError
        An argument is not a number in its range, the eigenvalues do not start with 1, or the shapes do not
        fit.

    Notes
    -----
    A mean over draws and nodes: single nodes may gain or lose, see `gossip_trial`.

    Examples
    --------
    100 nodes in full agreement: sigma^2/n + tau^2 (1 - 1/n).

    >>> round(estimation_error(spectrum("complete", 100), 1, noise_variance=1, diversity_variance=0.1), 9)
    0.109
    """
    values, counts = modes(eigenvalues)
    times, noise, diversity = broadcast(
        rounds=as_ints("rounds", rounds, low=0, high=_MAX_ROUNDS),
        noise_variance=as_floats("noise_variance", noise_variance, low=0, high=MAX_VARIANCE),
        diversity_variance=as_floats("diversity_variance", diversity_variance, low=0, high=MAX_VARIANCE),
    )
    kept, mixed = kept_and_mixed(values, counts, times)
    return to_scalar((noise * kept + diversity * mixed) / counts.sum())


def best_rounds(
    eigenvalues: ArrayLike, *, noise_variance: float, diversity_variance: float, most_rounds: int = 200
) -> int:
    """Return the number of rounds with the least mean squared error; 0 means that averaging does not help.

    Parameters
    ----------
    eigenvalues : array_like, shape (n,)
        Of the averaging matrix [1], as from `spectrum`.
    noise_variance, diversity_variance : float
        See `estimation_error` [any], 0 to 1e12.
    most_rounds : int
        Last round looked at [1], 0 to 10,000.

    Returns
    -------
    int
        Rounds [1], 0 to `most_rounds`; the fewest where several are equal.

    Raises
    ------
    ValueError
        An argument is not a number in its range.

    Examples
    --------
    On a complete graph one round is full consensus, which reduces the error only while the truths differ less than the
    noise:

    >>> few = spectrum("complete", 100)
    >>> [best_rounds(few, noise_variance=1, diversity_variance=tau2) for tau2 in (0.5, 2)]
    [1, 0]
    """
    rounds = np.arange(as_int("most_rounds", most_rounds, low=0, high=MAX_TRIAL_ROUNDS) + 1)
    error = estimation_error(
        eigenvalues,
        rounds,
        noise_variance=as_float("noise_variance", noise_variance, low=0, high=MAX_VARIANCE),
        diversity_variance=as_float("diversity_variance", diversity_variance, low=0, high=MAX_VARIANCE),
    )
    return int(np.argmin(error))
