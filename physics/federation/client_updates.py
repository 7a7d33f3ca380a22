"""What each client sent in each round of a run: how long its update was, and how far it pointed from the average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from physics.federation.digits import read_only
from physics.federation.engines.by_name import MAX_RATES
from physics.federation.engines.softmax import SoftmaxEngine
from physics.federation.fixed_points import MAX_PROXIMAL, MAX_STEPS
from physics.federation.problem import FederatedProblem, check_problem
from physics.federation.rounds import PLAIN, trajectories
from physics.federation.seeds import participation_masks
from physics.validation import Floats, as_float, as_int, one_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClientUpdates:
    """The updates of one run of R rounds with K clients; arrays are read-only.

    Parameters
    ----------
    models : array
        [units of the weights] (R+1, d, 10), before the first and after every round.
    lengths : array
        [units of the weights] (R, K), of each update; 0 where none arrived.
    cosines : array
        [1] (R, K), of the angle between an update and the round's average, -1 to 1; NaN where none arrived, and where
        one of the two has no length.
    mean_lengths : array
        [units of the weights] (R,), of each round's average: how far the shared model went.
    """

    models: Floats
    lengths: Floats
    cosines: Floats
    mean_lengths: Floats


def client_updates(
    problem: FederatedProblem,
    *,
    participation: Any,
    algorithm: Literal["fedavg", "fedprox", "scaffold"] = "fedavg",
    local_steps: int,
    learning_rate: float = 0.8,
    proximal: float = 0.0,
) -> ClientUpdates:
    r"""Return what each client sent in each round of the run that `simulate_seeds` makes of the same mask.

    .. math::

       D_{tk} = W_{tk}^+ - W_t, \qquad D_t = W_{t+1} - W_t = \sum_k s_{tk} D_{tk}

       \cos \theta_{tk} = \frac{\langle D_{tk}, D_t \rangle}{\|D_{tk}\| \, \|D_t\|}

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.
    participation : array of bool
        Rounds x clients mask of the updates that arrive, as `draw_participation` draws it.
    algorithm : {"fedavg", "fedprox", "scaffold"}
        As in `simulate`.
    local_steps : int
        Full-batch local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [1], above 0, to 32: softmax regression alone.
    proximal : float
        Proximal weight mu [1], 0 to 100.

    Returns
    -------
    ClientUpdates
        ``models`` (R+1, d, 10), ``lengths`` and ``cosines`` (R, K), ``mean_lengths`` (R,).

    Raises
    ------
    ValueError
        An argument outside its range or of the wrong shape.

    Notes
    -----
    The rounds are those of `simulate`, which keep their updates here: R x K models in memory while it runs. A round in
    which nothing arrives has no average, so that its ``mean_lengths`` is 0. Updates of more than two dimensions that
    differ by nothing but chance stand at nearly right angles to each other, and the average is shorter than they are:
    angles of 40 to 70 degrees are no sign of a fault.

    References
    ----------
    McMahan et al. (2017); Karimireddy et al. (2020).

    Examples
    --------
    A single client is the average; of two equal parts neither can be farther from it than a right angle.

    >>> from physics.federation import digits_problem
    >>> problem = digits_problem(clients=50, alpha=0.3, seed=1, cities=5)
    >>> mask = np.zeros((2, 50), dtype=bool)
    >>> mask[0, 7], mask[1, [7, 40]] = True, True
    >>> sent = client_updates(problem, participation=mask, local_steps=20, learning_rate=8.0)
    >>> round(float(sent.cosines[0, 7]), 9), bool(sent.lengths[0, 7] == sent.mean_lengths[0])
    (1.0, True)
    >>> bool((sent.cosines[1, [7, 40]] > 0).all()), int(np.isnan(sent.cosines[1]).sum())
    (True, 48)
    """
    check_problem(problem)
    method = one_of("algorithm", algorithm, ("fedavg", "fedprox", "scaffold"))
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_RATES["softmax"], low_open=True)
    mu = as_float("proximal", proximal, low=0, high=MAX_PROXIMAL)
    mask = participation_masks(problem, [participation])
    path = trajectories(
        problem,
        SoftmaxEngine(problem=problem, local_steps=tau, learning_rate=eta, proximal=mu),
        mask.astype(np.int64),
        PLAIN,
        seeds=(0,),
        scaffold=method == "scaffold",
        local_travel=tau * eta,
        keep_updates=True,
    )
    assert path.updates is not None  # asked for
    models, updates = path.states[0], path.updates[0]
    average = np.diff(models, axis=0)
    lengths, mean_lengths = (np.sqrt((one**2).sum(axis=(-2, -1))) for one in (updates, average))
    both = lengths * mean_lengths[:, None]
    along = np.einsum("rkdc,rdc->rk", updates, average)
    cosines = np.divide(along, both, out=np.full_like(both, np.nan), where=both > 0)
    return ClientUpdates(
        models=read_only(models),
        lengths=read_only(lengths),
        cosines=read_only(np.clip(cosines, -1, 1)),
        mean_lengths=read_only(mean_lengths),
    )
