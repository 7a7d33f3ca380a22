"""The limit of repeated rounds of least squares in closed form: of the digits, and of clients with one parameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from physics.federation.digits import CLASSES, Integers, read_only
from physics.federation.engines.least_squares import MAX_LEARNING_RATE, gain
from physics.federation.problem import FederatedProblem, check_problem, symmetric_solution
from physics.validation import Floats, as_float, as_floats, as_int, as_ints

MAX_STEPS = 10_000
MAX_PROXIMAL = 100.0
SMALLEST, LARGEST = 1e-6, 1e6  # of a curvature, a share or a step in one parameter: no product rounds to zero


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


# --- one parameter ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadraticFixedPoint:
    """Where rounds with every client end, beside the best model and the average of the clients' own best models.

    Parameters
    ----------
    weight : float
        [units of the weight] The model that a further round leaves where it is, W_inf.
    optimum : float
        [units of the weight] The model of least average loss, W*.
    average : float
        [units of the weight] The average of the clients' best models, sum p_k b_k.
    excess_loss : float
        [units of the loss] Average loss at ``weight`` above the least.
    rate : float
        [1] Factor by which a round shrinks the distance to ``weight``, 0 to below 1.
    """

    weight: float
    optimum: float
    average: float
    excess_loss: float
    rate: float


def quadratic_fixed_point(
    *,
    curvatures: ArrayLike,
    optima: ArrayLike,
    shares: ArrayLike,
    local_steps: int,
    learning_rate: float,
) -> QuadraticFixedPoint:
    r"""Return where FedAvg with all clients converges to when each has one parameter and a quadratic loss.

    .. math::

       f_k(w) = \frac{L_k}{2} (w - b_k)^2, \qquad \rho_k = (1 - \eta L_k)^\tau, \qquad g_k = 1 - \rho_k

       W_\infty = \frac{\sum_k p_k g_k b_k}{\sum_k p_k g_k}, \qquad
       W^* = \frac{\sum_k p_k L_k b_k}{\sum_k p_k L_k}, \qquad
       \text{excess loss} = \frac{\sum_k p_k L_k}{2} (W_\infty - W^*)^2, \qquad
       \text{rate} = \left| \sum_k p_k \rho_k \right|

    Parameters
    ----------
    curvatures : array of float
        Second derivative L_k of each client's loss [units of the loss / weight^2], (K,), 1e-6 to 1e6.
    optima : array of float
        Best model b_k of each client [units of the weight], (K,), -1e6 to 1e6.
    shares : array of float
        Weight of each client in the average [1], (K,), 1e-6 to 1e6; they are divided by their sum.
    local_steps : int
        Local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [weight^2 / units of the loss], 1e-6 to 1e6, and below 2 over the largest curvature.

    Returns
    -------
    QuadraticFixedPoint
        ``weight``, ``optimum``, ``average``, ``excess_loss`` and ``rate``, floats.

    Raises
    ------
    ValueError
        An argument outside its range, arrays of different lengths or of none, or local steps that diverge: eta L_k
        of 2 or more.

    Notes
    -----
    The optimum weighs a client by its curvature, the rounds weigh it by g_k, how far its steps go. Both agree, and the
    excess is zero, with one step (g_k = eta L_k), with equal curvatures and with equal optima. In the limit of many
    steps g_k is 1, and the rounds settle at the plain average of the clients' best models.

    References
    ----------
    R. Pathak, M. J. Wainwright (2020), FedSplit: an algorithmic framework for fast federated optimization, NeurIPS,
    section 3 (the fixed points of FedAvg are not optima).

    Examples
    --------
    Curvatures 1 and 3, best models 0 and 1: the optimum is 3/4, and many steps end at the plain average, 1/2.

    >>> clients = dict(curvatures=[1, 3], optima=[0, 1], shares=[1, 1], learning_rate=0.1)
    >>> one = quadratic_fixed_point(**clients, local_steps=1)
    >>> round(one.weight, 9), round(one.excess_loss, 9)
    (0.75, 0.0)
    >>> many = quadratic_fixed_point(**clients, local_steps=1000)
    >>> round(many.weight, 9), round(many.excess_loss, 9)
    (0.5, 0.0625)
    """
    bend = _one_each("curvatures", curvatures, low=SMALLEST, high=LARGEST)
    best = _one_each("optima", optima, low=-LARGEST, high=LARGEST)
    part = _one_each("shares", shares, low=SMALLEST, high=LARGEST)
    if not bend.shape == best.shape == part.shape:
        lengths = f"{len(bend)}, {len(best)} and {len(part)}"
        raise ValueError(f"curvatures, optima and shares must have a value for each client, got {lengths}")
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    eta = as_float("learning_rate", learning_rate, low=SMALLEST, high=LARGEST)
    largest = float(bend.max())
    if eta * largest >= 2:
        raise ValueError(f"learning_rate must lie below 2 / {largest:g}, where local steps diverge, got {eta:g}")
    part = part / part.sum()
    reach = bend * gain(bend, local_steps=tau, learning_rate=eta)  # g_k, without cancellation for small steps
    settled = float(part @ (reach * best) / (part @ reach))
    curvature = float(part @ bend)
    optimum = float(part @ (bend * best)) / curvature
    return QuadraticFixedPoint(
        weight=settled,
        optimum=optimum,
        average=float(part @ best),
        excess_loss=curvature / 2 * (settled - optimum) ** 2,
        rate=abs(1 - float(part @ reach)),
    )


def _one_each(name: str, value: ArrayLike, *, low: float, high: float) -> Floats:
    values = as_floats(name, value, low=low, high=high)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{name} must be a list with one number for each client, got shape {np.shape(values)}")
    return values
