"""The model that one client trains from the shared one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from physics.federation.digits import CLASSES, read_only
from physics.federation.engines import ENGINES, MAX_RATES, EngineName, local_engine
from physics.federation.fixed_points import MAX_STEPS
from physics.federation.least_squares import bounded
from physics.federation.problem import FederatedProblem, check_problem
from physics.validation import Floats, as_float, as_floats, as_int, one_of


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
        [1] The model, of the shape of the shared one.
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
    engine: EngineName = "softmax",
) -> Personalised:
    r"""Return what a client gains, and forgets elsewhere, by training the shared model on its own images.

    .. math::

       W_k = W + [D]_r

    with D what tau local steps add to W, as in `simulate`, and [D]_r the closest matrix of rank r.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.
    weights : array
        The shared model W [1], (d, 10) or a network's vector, every entry within -1e6 to 1e6: a run's ``weights``.
    client : int
        Which client [1], 0 to K - 1.
    local_steps : int
        Local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [1], above 0, to 32 (softmax, network) or 1.5 (exact).
    rank : int, optional
        Rank r of the client's change [1], in a network of each layer's, 1 to min(d, 10); without it the change is
        kept whole.
    engine : {"softmax", "exact", "network"}
        As in `simulate`; the shared model is of the same engine.

    Returns
    -------
    Personalised
        ``own`` and ``elsewhere``, shares of test images [1]; ``weights`` of the shape given.

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
    >>> alone = personalise(problem, np.zeros((33, 10)), client=0, local_steps=10_000, engine="exact")
    >>> round(alone.elsewhere * 360)
    333
    """
    check_problem(problem)
    index = as_int("client", client, low=0, high=problem.clients - 1)
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    chosen = one_of("engine", engine, ENGINES)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_RATES[chosen], low_open=True)
    local = local_engine(chosen, problem, local_steps=tau, learning_rate=eta, proximal=0.0)
    shared = as_floats("weights", weights, low=-1e6, high=1e6)
    if shared.shape != local.shape:
        raise ValueError(f"weights must have shape {local.shape}, got {shared.shape}")
    change, _ = bounded(local.updates(shared, np.array([index]), None)[0])
    if rank is not None:
        kept = as_int("rank", rank, low=1, high=min(problem.dimension, CLASSES))
        for layer in local.layers(change):
            left, lengths, right = np.linalg.svd(layer, full_matrices=False)
            layer[:] = (left[:, :kept] * lengths[:kept]) @ right[:kept]
    own_model = shared + change
    data = problem.data
    correct = local.correct(own_model[None])[0]
    return Personalised(
        own=float(correct / data.test_class_sizes @ problem.class_mix[index]),
        elsewhere=float(correct.sum() / data.test_class_sizes.sum()),
        weights=read_only(own_model),
    )
