"""Several runs of one setting at once: what differs is only whose updates arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from physics.federation.digits import CLASSES, read_only
from physics.federation.engines.by_name import ENGINES, MAX_RATES, EngineName, local_engine
from physics.federation.engines.least_squares import MAX_WEIGHTS, ExactEngine
from physics.federation.fixed_points import MAX_PROXIMAL, MAX_STEPS
from physics.federation.problem import FederatedProblem, check_problem
from physics.federation.rounds import PLAIN, Engine, trajectories
from physics.validation import Floats, as_float, as_int, one_of

_BLOCK = 128  # models judged at once
_TOGETHER = 8  # models of a run whose losses are taken at once, counted from the first, as the softmax engine does


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeveralRuns:
    """What n runs gave at T models each, of C cities; arrays are read-only.

    ``accuracy`` and ``loss`` (n, T), ``group_accuracy`` (n, T, C), ``models`` one each.

    Parameters
    ----------
    accuracy, loss : array
        [1] (n, T).
    group_accuracy : array
        [1] (n, T, C), weighted by each city's class mix.
    models : array
        [1] Each run's model after its last round: (n, d, 10), of a network (n, its number of weights).
    """

    accuracy: Floats
    loss: Floats
    group_accuracy: Floats
    models: Floats


def simulate_seeds(
    problem: FederatedProblem,
    *,
    participation: Any,
    algorithm: Literal["fedavg", "fedprox", "scaffold"] = "fedavg",
    local_steps: int,
    learning_rate: float = 0.8,
    proximal: float = 0.0,
    last: int | None = None,
    engine: EngineName = "softmax",
) -> SeveralRuns:
    """Return what `simulate` gives for each of several masks, in less time than one by one.

    ``accuracy[i]``, ``loss[i]`` and ``group_accuracy[i]`` are those of `simulate` with ``participation[i]`` and seed
    i, from which a network's first model is drawn.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.
    participation : array of bool
        Runs x rounds x clients masks of the updates that arrive, such as `draw_participation` draws for several seeds.
    algorithm : {"fedavg", "fedprox", "scaffold"}
        As in `simulate`.
    local_steps : int
        Full-batch local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [1], above 0, to 32 (softmax, network) or 1.5 (exact).
    proximal : float
        Proximal weight mu [1], 0 to 100.
    last : int, optional
        Judge only the models after the last so many rounds [1], 1 to R; without it all R + 1 are judged.
    engine : {"softmax", "exact", "network"}
        Softmax regression with cross-entropy step by step, least squares in closed form, or a network with one hidden
        layer of 32 ReLU units and cross-entropy, step by step.

    Returns
    -------
    SeveralRuns
        ``accuracy`` and ``loss`` (n, R+1 or last), ``group_accuracy`` (n, R+1 or last, cities), ``models`` one each.

    Raises
    ------
    ValueError
        An argument outside its range or of the wrong shape.

    Notes
    -----
    Equal to `simulate` to rounding. Neither clipping nor noise, server step 1.

    References
    ----------
    As of `simulate`.

    Examples
    --------
    Three draws of the same fleet start at the same model, and differ from the first round on.

    >>> from physics.federation import digits_problem, draw_participation
    >>> problem = digits_problem(clients=50, alpha=0.05, seed=1, cities=5)
    >>> masks = [draw_participation(problem, rounds=20, clients_per_round=10, seed=seed) for seed in range(3)]
    >>> runs = simulate_seeds(problem, participation=masks, local_steps=20)
    >>> runs.accuracy.shape, bool(runs.loss[0, 0] == runs.loss[1, 0]), bool(runs.loss[0, 1] == runs.loss[1, 1])
    ((3, 21), True, False)
    """
    check_problem(problem)
    method = one_of("algorithm", algorithm, ("fedavg", "fedprox", "scaffold"))
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    chosen = one_of("engine", engine, ENGINES)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_RATES[chosen], low_open=True)
    mu = as_float("proximal", proximal, low=0, high=MAX_PROXIMAL)
    masks = participation_masks(problem, participation)
    judged = masks.shape[1] + 1 if last is None else as_int("last", last, low=1, high=masks.shape[1])
    local = local_engine(chosen, problem, local_steps=tau, learning_rate=eta, proximal=mu)
    if not isinstance(local, ExactEngine):
        path = trajectories(
            problem,
            local,
            masks.astype(np.int64),
            PLAIN,
            seeds=range(len(masks)),
            scaffold=method == "scaffold",
            local_travel=tau * eta,
        )
        models = path.states
    elif method == "scaffold":
        models = np.stack([_controlled(local, mask, tau * eta) for mask in masks])
    else:
        models = _averaged(local, masks)
    return _judged(problem, local, models, judged)


def participation_masks(problem: FederatedProblem, participation: Any) -> np.ndarray:
    """Return masks (n, R, K) of True and False after checking them, or refuse them with a ValueError."""
    allowed = f"runs x rounds x {problem.clients} masks of True and False"
    try:
        masks = np.asarray(participation)
    except ValueError:
        raise ValueError(f"participation must be {allowed}, got masks of different lengths") from None
    if masks.ndim != 3 or masks.shape[2] != problem.clients or masks.size == 0:
        raise ValueError(f"participation must be {allowed}, got shape {masks.shape}")
    if masks.dtype == np.bool_:
        return masks
    if masks.dtype.kind not in "iu" or not np.isin(masks, (0, 1)).all():
        raise ValueError(f"participation must be {allowed}, got {masks.dtype} values other than 0 and 1")
    return masks.astype(bool)


def _averaged(engine: ExactEngine, masks: np.ndarray) -> Floats:
    """Return all models (n, R+1, d, 10) of runs that only average, a round of every run at a time."""
    runs, rounds, clients = masks.shape
    dimension = engine.problem.dimension
    weighed = masks.transpose(1, 0, 2) * engine.problem.client_shares
    total = weighed.sum(axis=2, keepdims=True)
    shares = (weighed / np.where(total > 0, total, 1)).reshape(-1, clients)
    states = np.zeros((rounds + 1, runs, dimension, CLASSES))
    with np.errstate(over="ignore", invalid="ignore"):
        matrices = (shares @ engine.steps.reshape(clients, -1)).reshape(rounds, runs, dimension, dimension)
        offsets = (shares @ engine.offset.reshape(clients, -1)).reshape(rounds, runs, dimension, CLASSES)
        for index in range(rounds):
            following = states[index + 1]
            np.matmul(matrices[index], states[index], out=following)
            following += states[index]
            following += offsets[index]
        within_bounds = _bounded(states)
    if within_bounds:
        return states.transpose(1, 0, 2, 3)
    # A model that outgrows its bounds has to be scaled down round by round.
    one_by_one = shares.reshape(rounds, runs, clients).transpose(1, 0, 2)
    return np.stack([engine.averaged(own, 1.0)[0] for own in one_by_one])


def _controlled(engine: ExactEngine, mask: np.ndarray, local_travel: float) -> Floats:
    """Return all models (R+1, d, 10) of a SCAFFOLD run; ``local_travel`` is tau eta.

    Kept per client is tau eta (B_k + c_k), whose gain over tau eta is what G_k (B_k + c_k - c) needs. The rounds write
    over the same arrays: fresh memory would cost as much as the arithmetic.
    """
    problem = engine.problem
    (rounds, clients), dimension = mask.shape, problem.dimension
    states = np.zeros((rounds + 1, dimension, CLASSES))
    gains = engine.gains / local_travel
    pulled, control = problem.moments * local_travel, np.zeros((dimension, CLASSES))
    matrices = np.empty((clients, dimension, dimension))
    updates, corrections, parts = np.empty((3, clients, dimension, CLASSES))
    stacked, rows = matrices.reshape(-1, dimension), updates.reshape(-1, CLASSES)
    each = updates.reshape(clients, -1)
    ones, largest_update = np.ones(clients), 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for index, arrived in enumerate(mask):
            who = arrived.nonzero()[0]
            state, count = states[index], who.size
            if count == 0:
                states[index + 1] = state
                continue
            update, correction, own = updates[:count], corrections[:count], matrices[:count]
            engine.steps.take(who, 0, own, "clip")
            np.matmul(stacked[: count * dimension], state, out=rows[: count * dimension])
            pulled.take(who, 0, correction, "clip")
            correction -= control
            gains.take(who, 0, own, "clip")
            update += np.matmul(own, correction, out=parts[:count])
            largest_update = max(largest_update, float(np.vdot(update, update)))
            moved = (ones[:count] @ each[:count]).reshape(state.shape)
            np.add(state, moved / count, out=states[index + 1])
            correction -= update  # c_k+ = c_k - c + (W - W_k+)/(tau eta)
            pulled[who] = correction
            control = control - (count * control + moved) / clients
        within_bounds = largest_update <= MAX_WEIGHTS**2 and _bounded(states)
    if within_bounds:
        return states
    # An update or model that outgrows its bounds: the round by round loop scales each of them down.
    received = mask.astype(np.int64)[None]
    path = trajectories(problem, engine, received, PLAIN, seeds=(0,), scaffold=True, local_travel=local_travel)
    one_by_one: Floats = path.states[0]
    return one_by_one


def _bounded(states: Floats) -> bool:
    """Whether every model of a stack is within its bounds; one that is no number is not."""
    return bool((np.einsum("...dc,...dc->...", states, states) <= MAX_WEIGHTS**2).all())


def _judged(problem: FederatedProblem, engine: Engine, models: Floats, last: int) -> SeveralRuns:
    """Judge the last models of (n, R+1, *shape) on the test images and the fleet's objective.

    In softmax regression a model is judged the same, to the last bit, however many follow it and are judged: losses
    are taken in groups that are counted from the first model, and a city's accuracy is a sum of its own.
    """
    data = problem.data
    runs, count = models.shape[:2]
    flat = np.ascontiguousarray(models[:, -last:]).reshape(runs * last, *models.shape[2:])
    blocks = range(0, len(flat), _BLOCK)
    correct = np.concatenate([engine.correct(flat[start : start + _BLOCK]) for start in blocks])
    by_city = ((correct / data.test_class_sizes)[:, None, :] * problem.city_mix).sum(axis=2)
    first = (count - last) // _TOGETHER * _TOGETHER
    losses = np.stack([engine.losses(one[first:])[-last:] for one in models])
    return SeveralRuns(
        accuracy=read_only((correct.sum(axis=1) / data.test_class_sizes.sum()).reshape(runs, last)),
        loss=read_only(losses),
        group_accuracy=read_only(by_city.reshape(runs, last, -1)),
        models=read_only(models[:, -1].copy()),
    )
