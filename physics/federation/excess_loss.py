"""Softmax regression: the best model of all data, and where repeated rounds of all clients settle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.federation.digits import CLASSES, read_only
from physics.federation.engines.by_name import MAX_RATES
from physics.federation.engines.least_squares import MAX_WEIGHTS
from physics.federation.engines.softmax import SoftmaxEngine
from physics.federation.fixed_points import MAX_PROXIMAL, MAX_STEPS
from physics.federation.problem import FederatedProblem, check_problem
from physics.validation import Floats, as_float, as_int

_MAX_NEWTON, _HALVINGS = 60, 30
_DECREASE = 1e-12  # of the loss that the last Newton step may still promise
_MEMORY = 24  # earlier rounds that are combined; with 8 it takes 1.6 times as many rounds
_MAX_ROUNDS = 200
_STILL = 1e-7  # of the model's length that the last round may still move it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoftmaxOptimum:
    """The model of least cross-entropy on all assigned images; read-only.

    Parameters
    ----------
    weights : array
        [1] (d, 10).
    loss : float
        [1] The fleet's objective there, ridge included.
    """

    weights: Floats
    loss: float


def softmax_optimum(problem: FederatedProblem) -> SoftmaxOptimum:
    r"""Return the model of least cross-entropy on all assigned images: the ceiling of every federated run.

    .. math::

       W^* = \arg\min_W \sum_i q_i \left(\log \sum_c e^{x_i^\top w_c} - x_i^\top w_{y_i}\right)
             + \frac{\lambda}{2} \|W\|^2

    by Newton's method, each image i weighed by its part q_i of all that are assigned.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images; its ``regularization`` must be at least 1e-8, or there may be no least loss.

    Returns
    -------
    SoftmaxOptimum
        ``weights`` (d, 10) and ``loss`` [1].

    Raises
    ------
    ValueError
        ``problem`` is not a FederatedProblem, or its ridge is below 1e-8.

    References
    ----------
    S. Boyd, L. Vandenberghe (2004), Convex Optimization, section 9.5 (Newton's method).

    Examples
    --------
    On all images the optimum gets 346 of 360 test images right, 13 more than least squares.

    >>> from physics.federation import problem_from_partition
    >>> problem = problem_from_partition([range(1437)])
    >>> best = softmax_optimum(problem)
    >>> int(problem.data.correct(best.weights[None]).sum())
    346
    """
    check_problem(problem)
    if problem.regularization < 1e-8:
        raise ValueError(f"problem must have a regularization of at least 1e-8, got {problem.regularization:g}")
    return _optimum(problem)


@lru_cache(maxsize=64)
def _optimum(problem: FederatedProblem) -> SoftmaxOptimum:
    used, shares = _assigned(problem)
    inputs, one_hot = problem.data.train_inputs[used], problem.data.train_one_hot[used]
    dimension, ridge = problem.dimension, problem.regularization

    def loss_of(weights: Floats) -> tuple[float, Floats]:
        scores = inputs @ weights
        top = scores.max(axis=1, keepdims=True)
        powers = np.exp(scores - top)
        total = powers.sum(axis=1, keepdims=True)
        each = (np.log(total) + top)[:, 0] - (scores * one_hot).sum(axis=1)
        return float(shares @ each + ridge / 2 * np.vdot(weights, weights)), powers / total

    weights = np.zeros((dimension, CLASSES))
    loss, chances = loss_of(weights)
    for _ in range(_MAX_NEWTON):
        gradient = inputs.T @ (shares[:, None] * (chances - one_hot)) + ridge * weights
        hessian = np.empty((CLASSES, dimension, CLASSES, dimension))
        for one in range(CLASSES):
            for other in range(one, CLASSES):
                bend = shares * chances[:, one] * ((one == other) - chances[:, other])
                hessian[one, :, other] = hessian[other, :, one] = inputs.T @ (bend[:, None] * inputs)
        matrix = hessian.reshape(CLASSES * dimension, -1)
        matrix[np.diag_indices(len(matrix))] += ridge
        step = np.linalg.solve(matrix, gradient.T.ravel()).reshape(CLASSES, dimension).T
        promised = float(np.vdot(gradient, step)) / 2
        if promised <= _DECREASE:
            break
        length = 1.0
        for _ in range(_HALVINGS):
            tried, chances_there = loss_of(weights - length * step)
            if tried <= loss - length * promised / 2:
                break
            length /= 2
        else:
            break  # the promise is below what rounding leaves of the loss
        weights, loss, chances = weights - length * step, tried, chances_there
    return SoftmaxOptimum(weights=read_only(weights), loss=loss)


def _assigned(problem: FederatedProblem) -> tuple[np.ndarray, Floats]:
    """Return the positions of the images that some client holds, and the part of each in the objective."""
    every = np.concatenate(problem.partition)
    count = np.bincount(every)
    used = count.nonzero()[0]
    return used, count[used] / len(every)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SettlingPoint:
    """Where repeated rounds of all clients settle.

    Parameters
    ----------
    weights : array
        [1] The model, (d, 10).
    excess_loss : float
        [1] Its loss above that of the best model of all data, at least 0.
    settled : bool
        Whether a further round leaves it where it is; rounds of too long steps go on shaking.
    """

    weights: Floats
    excess_loss: float
    settled: bool


def settling_point(
    problem: FederatedProblem, *, local_steps: int, learning_rate: float, proximal: float = 0.0, rounds: int = 200
) -> SettlingPoint:
    r"""Return where rounds of all clients settle with softmax regression: FedAvg, or FedProx with ``proximal``.

    .. math::

       W_\infty = W_\infty + \sum_k p_k D_k(W_\infty), \qquad \text{excess loss} = F(W_\infty) - F(W^*)

    with D_k what tau local steps add.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images; its ``regularization`` must be at least 1e-8.
    local_steps : int
        Local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [1], above 0, to 32.
    proximal : float
        Proximal weight mu [1], 0 to 100.
    rounds : int
        Rounds [1] that may be taken, 1 to 1000. After the first, the model is a single round from the best model, whose
        loss ranks settings nearly as the settling point's does, at a hundredth of its cost.

    Returns
    -------
    SettlingPoint
        ``weights`` (d, 10), ``excess_loss`` [1] and whether it ``settled``.

    Raises
    ------
    ValueError
        An argument outside its range.

    Notes
    -----
    Starts at the best model and combines earlier rounds (Anderson's method), so that some ten to forty rounds are
    enough. SCAFFOLD of all clients settles at the best model itself.

    References
    ----------
    D. G. Anderson (1965), Iterative Procedures for Nonlinear Integral Equations, Journal of the ACM 12(4);
    R. Pathak, M. J. Wainwright (2020), FedSplit, NeurIPS (the fixed points of FedAvg and FedProx are not optima).

    Examples
    --------
    With one local step the average of the steps is a step on the average: no bias.

    >>> from physics.federation import digits_problem
    >>> problem = digits_problem(clients=20, alpha=0.05, seed=0)
    >>> one, many = (settling_point(problem, local_steps=tau, learning_rate=4.0) for tau in (1, 50))
    >>> bool(one.excess_loss < 1e-9), bool(many.excess_loss > 0.01)
    (True, True)
    """
    check_problem(problem)
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_RATES["softmax"], low_open=True)
    mu = as_float("proximal", proximal, low=0, high=MAX_PROXIMAL)
    allowed = as_int("rounds", rounds, low=1, high=1000)
    best = softmax_optimum(problem)
    engine = SoftmaxEngine(problem=problem, local_steps=tau, learning_rate=eta, proximal=mu)
    everyone, shares = np.arange(problem.clients), problem.client_shares
    shape = best.weights.shape
    moved: list[Floats] = []  # what a round added at each of the last points
    ends: list[Floats] = []  # and where it led
    here, settled = best.weights, False
    for _ in range(allowed):
        step = np.tensordot(shares, engine.updates(here, everyone, None), axes=1)
        length = float(np.linalg.norm(step))
        if length > MAX_WEIGHTS:
            step *= MAX_WEIGHTS / length
        moved, ends = [*moved[-_MEMORY:], step.ravel()], [*ends[-_MEMORY:], (here + step).ravel()]
        if length <= _STILL * np.linalg.norm(here):
            settled = True
            break
        here = ends[-1].reshape(shape)
        if len(moved) > 1 and allowed > 1:
            differences = np.diff(moved, axis=0)
            part = np.linalg.lstsq(differences.T, moved[-1], rcond=1e-8)[0]
            here = (ends[-1] - part @ np.diff(ends, axis=0)).reshape(shape)
    loss = float(engine.losses(here[None])[0])
    return SettlingPoint(weights=read_only(here.copy()), excess_loss=max(0.0, loss - best.loss), settled=settled)
