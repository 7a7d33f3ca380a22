"""Closed forms of the affine maps: the limit of repeated rounds, and the model that one client trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from physics.federation.digits import CLASSES, Integers, read_only
from physics.federation.least_squares import MAX_LEARNING_RATE, bounded, gain
from physics.federation.problem import FederatedProblem, check_problem, symmetric_solution
from physics.validation import Floats, as_float, as_floats, as_int, as_ints

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Personalised:
    """One client's model: accuracy on its ``own`` mix and ``elsewhere`` (all test images), ``weights``.

    Parameters
    ----------
    own : float
        [1] Share of the test images that it gets right, weighted by the client's class mix.
    elsewhere : float
        [1] The same on all test images.
    weights : array
        [1] The model, (d, 10).
    """

    own: float
    elsewhere: float
    weights: Floats


def personalise(
    problem: FederatedProblem,
    weights: Any,
    *,
    client: int,
    local_steps: int,
    learning_rate: float = 0.8,
    rank: int | None = None,
) -> Personalised:
    r"""Return what a client gains, and forgets elsewhere, by training the shared model on its own images.

    .. math::

       W_k = W + [D]_r, \qquad D = (M_k - I) W + G_k B_k

    with [D]_r the closest matrix of rank r.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.
    weights : array
        The shared model W [1], (d, 10), every entry within -1e6 to 1e6: a run's ``weights``.
    client : int
        Which client [1], 0 to K - 1.
    local_steps : int
        Local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [1], above 0, to 1.5.
    rank : int, optional
        Rank r of the client's change [1], 1 to min(d, 10); without it the change is kept whole.

    Returns
    -------
    Personalised
        ``own`` and ``elsewhere``, shares of test images [1]; ``weights`` (d, 10).

    Raises
    ------
    ValueError
        An argument outside its range, weights of another shape.

    Notes
    -----
    A proxy for an adapter of rank r: the best one of that rank (the truncated singular value
    decomposition), not one found by training two thin factors. Own accuracy weighs the test images by the
    client's class mix; the images of all clients are by the same writers.

    References
    ----------
    Hu et al. (2021), LoRA, arXiv:2106.09685; C. Eckart, G. Young (1936), The approximation of one matrix by
    another of lower rank, Psychometrika 1(3).

    Examples
    --------
    A single client with all the images, trained for long enough, is least squares on all images: 333 of 360.

    >>> from physics.federation import problem_from_partition
    >>> problem = problem_from_partition([range(1437)])
    >>> alone = personalise(problem, np.zeros((33, 10)), client=0, local_steps=10_000)
    >>> round(alone.elsewhere * 360)
    333
    """
    check_problem(problem)
    shape = (problem.dimension, CLASSES)
    shared = as_floats("weights", weights, low=-1e6, high=1e6)
    if shared.shape != shape:
        raise ValueError(f"weights must have shape {shape}, got {shared.shape}")
    index = as_int("client", client, low=0, high=problem.clients - 1)
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_LEARNING_RATE, low_open=True)
    vectors, curvature = problem.eigenvectors[index], problem.eigenvalues[index][:, None]
    gains = gain(curvature, local_steps=tau, learning_rate=eta)
    slope = vectors.T @ problem.moments[index] - curvature * (vectors.T @ shared)  # minus the gradient
    change, _ = bounded(vectors @ (gains * slope))
    if rank is not None:
        kept = as_int("rank", rank, low=1, high=min(shape))
        left, lengths, right = np.linalg.svd(change, full_matrices=False)
        change = (left[:, :kept] * lengths[:kept]) @ right[:kept]
    own_model = shared + change
    data = problem.data
    correct = data.correct(own_model[None])[0]
    return Personalised(
        own=float(correct / data.test_class_sizes @ problem.class_mix[index]),
        elsewhere=float(correct.sum() / data.test_class_sizes.sum()),
        weights=read_only(own_model),
    )
