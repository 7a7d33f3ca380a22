"""Noise for a single release, or for several with every client in each: the Gaussian mechanism, exactly."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from physics.privacy.calibration import gaussian_scale, log_delta_of_gaussian
from physics.validation import FloatOrArray, Floats, as_floats, as_ints, broadcast, one_of, to_scalar

MIN_DELTA = 1e-300
MIN_EPSILON, MAX_EPSILON = 1e-6, 1e6
MAX_ROUNDS = 1e9


def rates(value: ArrayLike) -> Floats:
    """Return sampling rates, checked."""
    return as_floats("sampling_rate", value, low=0, high=1, low_open=True)


def deltas(value: ArrayLike) -> Floats:
    """Return deltas, checked."""
    return as_floats("delta", value, low=MIN_DELTA, high=1, high_open=True)


def gaussian_sigma(
    epsilon: ArrayLike,
    delta: ArrayLike,
    *,
    sensitivity: ArrayLike = 1.0,
    method: Literal["analytic", "classical"] = "analytic",
) -> FloatOrArray:
    r"""Return the standard deviation that one release with Gaussian noise needs.

    .. math::

       \text{analytic:} \quad \Phi\left(\frac{1}{2 s} - \varepsilon s\right)
       - e^{\varepsilon}\,\Phi\left(-\frac{1}{2 s} - \varepsilon s\right) = \delta, \qquad
       s = \frac{\sigma}{\text{sensitivity}}

       \text{classical:} \quad \sigma = \frac{\text{sensitivity} \sqrt{2 \log(1.25 / \delta)}}{\varepsilon}

    Parameters
    ----------
    epsilon : array_like
        Privacy loss [1], 1e-6 to 1e6.
    delta : array_like
        Probability delta [1], 1e-300 up to but not including 1.
    sensitivity : array_like
        Greatest change by one client [its unit], 1e-9 to 1e9.
    method : {"analytic", "classical"}
        "analytic" is exact. "classical" is proven for epsilon below 1 only and too small from about 9 on.

    Returns
    -------
    float or ndarray
        sigma [unit of the sensitivity], of the broadcast shape.

    Raises
    ------
    ValueError
        An argument is not a number in its range, shapes do not broadcast, or the method is unknown.

    Notes
    -----
    The analytic value is exact to 1e-12, rounded up. `gaussian_delta` gives the true delta of either.

    References
    ----------
    Balle, Wang 2018, theorem 8; Dwork, Roth 2014, theorem A.1.

    Examples
    --------
    sqrt(2 log(125,000)) = 4.8448; the exact answer needs 23% less noise:

    >>> round(gaussian_sigma(1, 1e-5, method="classical"), 4)
    4.8448
    >>> round(gaussian_sigma(1, 1e-5), 4)
    3.7306
    """
    budgets, chances, reach = broadcast(
        epsilon=as_floats("epsilon", epsilon, low=MIN_EPSILON, high=MAX_EPSILON),
        delta=deltas(delta),
        sensitivity=as_floats("sensitivity", sensitivity, low=1e-9, high=1e9),
    )
    if one_of("method", method, ("analytic", "classical")) == "classical":
        return to_scalar(reach * np.sqrt(2 * np.log(1.25 / chances)) / budgets)
    return to_scalar(reach * gaussian_scale(budgets, chances))


def gaussian_delta(sigma: ArrayLike, *, epsilon: ArrayLike, sensitivity: ArrayLike = 1.0) -> FloatOrArray:
    r"""Return the true delta of one release with Gaussian noise.

    .. math::

       \delta = \Phi\left(\frac{1}{2 s} - \varepsilon s\right)
       - e^{\varepsilon}\,\Phi\left(-\frac{1}{2 s} - \varepsilon s\right), \qquad s = \frac{\sigma}{\text{sensitivity}}

    Parameters
    ----------
    sigma : array_like
        Standard deviation of the noise [unit of the sensitivity], 1e-9 to 1e12.
    epsilon : array_like
        Privacy loss [1], 0 to 1e6; at 0 delta is the total variation distance.
    sensitivity : array_like
        Greatest change by one client [its unit], 1e-9 to 1e9.

    Returns
    -------
    float or ndarray
        delta [1], 0 to 1, of the broadcast shape; below about 1e-308 it is 0.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or shapes do not broadcast.

    Notes
    -----
    Exact: this delta is reached. T rounds with every client in each are one release with sigma/sqrt(T).

    References
    ----------
    Balle, Wang 2018, theorem 8.

    Examples
    --------
    The classical sigma for (10, 1e-5) does not deliver it:

    >>> sigma = gaussian_sigma(10, 1e-5, method="classical")
    >>> f"{gaussian_delta(sigma, epsilon=10):.1e}"
    '2.3e-05'
    """
    spread, budgets, reach = broadcast(
        sigma=as_floats("sigma", sigma, low=1e-9, high=1e12),
        epsilon=as_floats("epsilon", epsilon, low=0, high=MAX_EPSILON),
        sensitivity=as_floats("sensitivity", sensitivity, low=1e-9, high=1e9),
    )
    return to_scalar(np.exp(log_delta_of_gaussian(spread / reach, budgets)))


def local_noise_multiplier(*, epsilon: ArrayLike, delta: ArrayLike, participations: ArrayLike) -> FloatOrArray:
    r"""Return the noise each client must add to its own update when it does not trust the server.

    .. math::

       z_l = 2 \sqrt{k}\,\sigma(\varepsilon, \delta)

    Parameters
    ----------
    epsilon : array_like
        Budget of a client for all its rounds together [1], 1e-6 to 1e6.
    delta : array_like
        Probability delta [1], 1e-300 up to but not including 1.
    participations : array_like of whole numbers
        Rounds k in which the client takes part [1], 1 to 1e9; see `participations_per_client`.

    Returns
    -------
    float or ndarray
        Standard deviation of the client's noise in clipping lengths, z_l [1], of the broadcast shape.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or shapes do not broadcast.

    Notes
    -----
    Exact for k Gaussian releases. The 2: a clipped update can turn into its opposite. Being
    drawn at random does not help, since the server sees who sends.

    References
    ----------
    Balle, Wang 2018, theorem 8.

    Examples
    --------
    2 sqrt(4) 3.7306:

    >>> round(local_noise_multiplier(epsilon=1, delta=1e-5, participations=4), 2)
    14.92
    """
    budgets, chances, counts = broadcast(
        epsilon=as_floats("epsilon", epsilon, low=MIN_EPSILON, high=MAX_EPSILON),
        delta=deltas(delta),
        participations=as_ints("participations", participations, low=1, high=MAX_ROUNDS),
    )
    return to_scalar(2 * np.sqrt(counts) * gaussian_scale(budgets, chances))


def participations_per_client(*, sampling_rate: ArrayLike, rounds: ArrayLike) -> FloatOrArray:
    r"""Return the rounds one client is expected to take part in, as a whole number of at least one.

    .. math::

       k = \max(1, \lceil q T \rceil)

    Parameters
    ----------
    sampling_rate : array_like
        Probability q that a client joins a round [1], (0, 1].
    rounds : array_like of whole numbers
        Rounds T [1], 1 to 1e9.

    Returns
    -------
    float or ndarray
        Participations k [1], of the broadcast shape.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or shapes do not broadcast.

    Notes
    -----
    An expectation: under Poisson sampling some clients are drawn more often and must then stay out.

    Examples
    --------
    10% of the clients in each of 30 rounds:

    >>> participations_per_client(sampling_rate=0.1, rounds=30)
    3.0
    """
    shares, counts = broadcast(
        sampling_rate=rates(sampling_rate), rounds=as_ints("rounds", rounds, low=1, high=MAX_ROUNDS)
    )
    return to_scalar(np.maximum(1.0, np.ceil(shares * counts * (1 - 1e-12))))  # 0.1 * 30 is 3.0000000000000004
