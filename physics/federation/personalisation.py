"""The models that single clients train from the shared one, and changes of limited rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from physics.federation.digits import CLASSES, read_only
from physics.federation.engines.by_name import ENGINES, MAX_RATES, EngineName, local_engine
from physics.federation.engines.least_squares import bounded
from physics.federation.fixed_points import MAX_STEPS
from physics.federation.problem import FederatedProblem, check_problem
from physics.validation import FloatOrArray, Floats, as_float, as_floats, as_int, as_ints, one_of, to_scalar


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Personalised:
    """Clients' models: accuracy on each ``own`` mix and ``elsewhere`` (all test images), ``weights``.

    Parameters
    ----------
    own : float or array
        [1] Share of the test images that a model gets right, weighted by its client's class mix: a float for one
        client, an array for several.
    elsewhere : float or array
        [1] The same on all test images.
    weights : array
        [1] The model, of the shape of the shared one, or one for each client.
    """

    own: FloatOrArray
    elsewhere: FloatOrArray
    weights: Floats


def low_rank_approximation(matrix: Any, *, rank: int) -> Floats:
    r"""Return the closest matrix of a rank, by the truncated singular value decomposition.

    .. math::

       [D]_r = \arg\min_{\mathrm{rank}(B) \le r} \|D - B\|

    Parameters
    ----------
    matrix : array
        D [any], (..., m, n) with m and n at least 1, every entry within -1e6 to 1e6.
    rank : int
        Rank r [1], 1 to min(m, n).

    Returns
    -------
    array
        The closest matrix of rank r or less [any], or one for each of a stack: (..., m, n).

    Raises
    ------
    ValueError
        An argument outside its range, a ``matrix`` without a row or a column.

    References
    ----------
    C. Eckart, G. Young (1936), The approximation of one matrix by another of lower rank, Psychometrika 1(3).

    Examples
    --------
    >>> low_rank_approximation([[3.0, 0.0], [0.0, 2.0]], rank=1).round(9).tolist()
    [[3.0, 0.0], [0.0, 0.0]]
    """
    whole = as_floats("matrix", matrix, low=-1e6, high=1e6)
    if whole.ndim < 2 or 0 in whole.shape[-2:]:
        raise ValueError(f"matrix must have at least one row and one column, got shape {whole.shape}")
    kept = as_int("rank", rank, low=1, high=min(whole.shape[-2:]))
    left, lengths, right = np.linalg.svd(whole, full_matrices=False)
    closest: Floats = (left[..., :kept] * lengths[..., None, :kept]) @ right[..., :kept, :]
    return closest


def personalise(
    problem: FederatedProblem,
    weights: Any,
    *,
    client: ArrayLike,
    local_steps: int,
    learning_rate: float = 0.8,
    rank: int | None = None,
    engine: EngineName = "softmax",
) -> Personalised:
    r"""Return what clients gain, and forget elsewhere, by training the shared model each on its own images.

    .. math::

       W_k = W + [D]_r

    with D what tau local steps add to W, as in `simulate`, and [D]_r the closest matrix of rank r.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.
    weights : array
        The shared model W [1], (d, 10) or a network's vector, or one for each client, every entry within -1e6 to 1e6: a
        run's ``weights``.
    client : int or array
        Which client, or several of them [1], 0 to K - 1.
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
        ``own`` and ``elsewhere``, shares of test images [1], in the shape of ``client``; ``weights`` a model for each.

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
    Hu et al. (2021), LoRA, arXiv:2106.09685.

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
    which = as_ints("client", client, low=0, high=problem.clients - 1)
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    chosen = one_of("engine", engine, ENGINES)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_RATES[chosen], low_open=True)
    local = local_engine(chosen, problem, local_steps=tau, learning_rate=eta, proximal=0.0)
    shape = local.shape
    shared = as_floats("weights", weights, low=-1e6, high=1e6)
    if shared.shape not in (shape, which.shape + shape):
        raise ValueError(f"weights must have shape {shape} or that for each client, got {shared.shape}")
    kept = None if rank is None else as_int("rank", rank, low=1, high=min(problem.dimension, CLASSES))
    clients = which.ravel().astype(np.int64)
    if shared.shape != shape:
        shared = shared.reshape(-1, *shape)
    changes = local.updates(shared, clients, None) if len(clients) else np.zeros((0, *shape))
    changes = np.array([bounded(change)[0] for change in changes]).reshape(-1, *shape)
    if kept is not None:
        for change in changes:
            for layer in local.layers(change):
                layer[:] = low_rank_approximation(layer, rank=kept)
    models = shared + changes
    data = problem.data
    correct = local.correct(models)
    own = (correct / data.test_class_sizes * problem.class_mix[clients]).sum(axis=1)
    elsewhere = correct.sum(axis=1) / data.test_class_sizes.sum()
    return Personalised(
        own=to_scalar(own.reshape(which.shape)),
        elsewhere=to_scalar(elsewhere.reshape(which.shape)),
        weights=read_only(models.reshape(which.shape + shape)),
    )
