"""The limit of repeated rounds of least squares, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from physics.federation.digits import CLASSES, Integers, read_only
from physics.federation.least_squares import MAX_LEARNING_RATE, gain
from physics.federation.problem import FederatedProblem, check_problem, symmetric_solution
from physics.validation import Floats, as_float, as_ints

MAX_STEPS = 10_000
MAX_PROXIMAL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FixedPoint:
    """Where rounds with every client end: ``weights`` (d, 10), ``excess_loss`` and ``rate``, floats.

    For an array of local steps each has the array's shape in front.

    Parameters
    ----------
    weights : array
        [1] The model, (d, 10).
    excess_loss : float or array
        [units of the objective] Its loss above the optimum.
    rate : float or array
        [1] Factor by which a round shrinks the distance to it.
    """

    weights: Floats
    excess_loss: float | Floats
    rate: float | Floats


def _steps(value: ArrayLike) -> Integers:
    return as_ints("local_steps", value, low=1, high=MAX_STEPS).astype(np.int64)


def fixed_point(
    problem: FederatedProblem, *, local_steps: ArrayLike, learning_rate: float, proximal: float = 0.0
) -> FixedPoint:
    r"""Return where FedAvg or FedProx with all clients converges to, how fast, and how far from the optimum.

    .. math::

       W_\infty = \left(I - \sum_k p_k M_k\right)^{-1} \sum_k p_k G_k B_k, \qquad
       \text{rate} = \max \left| \text{eigenvalue of } \sum_k p_k M_k \right|

       \text{excess loss} = F(W_\infty) - F(W^*) = \frac{1}{2} \langle W_\infty - W^*, A\,(W_\infty - W^*) \rangle

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.
    local_steps : int or array of int
        Local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [1], above 0, to 1.5.
    proximal : float
        Proximal weight mu [1], 0 to 100.

    Returns
    -------
    FixedPoint
        ``weights`` (d, 10), ``excess_loss`` [units of the objective] and ``rate`` [1]; for an array of
        local steps the fields have the array's shape in front.

    Raises
    ------
    ValueError
        An argument outside its range.

    Notes
    -----
    More local steps make the rate smaller and the excess loss larger; with one step, or with equal clients,
    the excess is zero. A rate above one (eta (1.25 + lam + mu) > 2 with several steps) means that rounds
    leave the point.

    References
    ----------
    R. Pathak, M. J. Wainwright (2020), FedSplit: an algorithmic framework for fast federated optimization,
    NeurIPS (the fixed points of FedAvg and FedProx are not optima).

    Examples
    --------
    With one local step the average of the steps is a step on the average: no bias.

    >>> from physics.federation import digits_problem
    >>> problem = digits_problem(clients=20, alpha=0.05, seed=0)
    >>> point = fixed_point(problem, local_steps=[1, 20], learning_rate=0.8)
    >>> bool(point.excess_loss[0] < 1e-12), bool(point.excess_loss[1] > 0.001)
    (True, True)
    >>> bool(point.rate[1] < point.rate[0])
    True
    """
    check_problem(problem)
    steps = _steps(local_steps)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_LEARNING_RATE, low_open=True)
    mu = as_float("proximal", proximal, low=0, high=MAX_PROXIMAL)
    columns = problem.eigenvectors.transpose(1, 0, 2).reshape(problem.dimension, -1)  # V_1, V_2, ... in a row
    projected = (problem.eigenvectors.transpose(0, 2, 1) @ problem.moments).reshape(-1, CLASSES)
    weights = np.empty((steps.size, problem.dimension, CLASSES))
    excess, rate = np.empty(steps.size), np.empty(steps.size)
    for index, tau in enumerate(steps.flat):
        gains = gain(problem.eigenvalues + mu, local_steps=int(tau), learning_rate=eta)
        gains = gains * problem.client_shares[:, None]
        step = (columns * (gains * problem.eigenvalues).ravel()) @ columns.T  # I - sum p_k M_k
        weights[index] = symmetric_solution(step, (columns * gains.ravel()) @ projected)
        away = weights[index] - problem.optimum
        excess[index] = max(0.0, (away * (problem.curvature @ away)).sum() / 2)
        rate[index] = np.abs(1 - np.linalg.eigvalsh(step)).max()
    if steps.ndim == 0:
        return FixedPoint(weights=read_only(weights[0]), excess_loss=float(excess[0]), rate=float(rate[0]))
    return FixedPoint(
        weights=read_only(weights.reshape(*steps.shape, problem.dimension, CLASSES)),
        excess_loss=read_only(excess.reshape(steps.shape)),
        rate=read_only(rate.reshape(steps.shape)),
    )
