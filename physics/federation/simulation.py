"""A federated run: which clients take part, what they send, how the server combines it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from physics.federation.digits import Integers, read_only
from physics.federation.engines.by_name import ENGINES, MAX_RATES, EngineName, local_engine
from physics.federation.engines.least_squares import MAX_WEIGHTS, ExactEngine
from physics.federation.fixed_points import (
    MAX_PROXIMAL,
    MAX_STEPS,
)
from physics.federation.problem import (
    MAX_SEED,
    FederatedProblem,
    check_problem,
)
from physics.federation.rounds import Aggregation, Engine, Trajectories, arrivals, trajectories
from physics.validation import Floats, as_float, as_floats, as_int, one_of

MAX_ROUNDS = 10_000
_BLOCK = 128  # models judged at once: 128 x 10 x 360 scores are 4 MB


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FederatedRun:
    """What a run of R rounds with K clients and C cities gave; arrays are read-only.

    Parameters
    ----------
    accuracy, loss : array
        [1] (R+1,), before the first and after every round, or after the ``last`` rounds alone.
    group_accuracy : array
        [1] (R+1, C), of the same models.
    survivors : array of int
        [1] (R, K), updates that arrived.
    clipped : array
        [1] (R,), share of them that was clipped.
    weights : array
        [1] The last model, (d, 10); of a network one vector (32 (d + 10),): the hidden layer (32, d), a row a unit,
        then the output layer (10, 32).
    diverged_at : int or None
        [1] First round that was scaled down to 1e6.
    lengths : array or None
        [units of the weights] (R, K), of each update before it was clipped, 0 where none arrived; None without
        ``clip``.
    """

    accuracy: Floats
    loss: Floats
    group_accuracy: Floats
    survivors: Integers
    clipped: Floats
    weights: Floats
    diverged_at: int | None
    lengths: Floats | None = None


def simulate(
    problem: FederatedProblem,
    *,
    algorithm: Literal["fedavg", "fedprox", "scaffold"] = "fedavg",
    rounds: int,
    clients_per_round: int | None,
    local_steps: int,
    learning_rate: float = 0.8,
    proximal: float = 0.0,
    server_learning_rate: float = 1.0,
    reliability: ArrayLike = 1.0,
    participation: Any = None,
    clip: float | None = None,
    noise_multiplier: float = 0.0,
    noise: Literal["central", "local", "secure_aggregation"] = "central",
    cohort: int | None = None,
    last: int | None = None,
    engine: EngineName = "softmax",
    seed: int = 0,
) -> FederatedRun:
    r"""Return a federated run: accuracy and loss of the shared model after every round.

    .. math::

       W_{t+1} = W_t + \eta_s \sum_k s_k \min\left(1, \frac{C}{\|D_k\|}\right) D_k + \text{noise}

    with D_k what tau local steps add to W_t.

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.
    algorithm : {"fedavg", "fedprox", "scaffold"}
        How clients learn. ``proximal`` acts in all three, so FedProx is FedAvg with ``proximal`` above 0.
    rounds : int
        Rounds R [1], 1 to 10,000.
    clients_per_round : int or None
        Clients invited to each round [1], 1 to K. Without effect (and may be None) with ``participation`` or
        ``cohort``.
    local_steps : int
        Full-batch local steps tau [1], 1 to 10,000.
    learning_rate : float
        Local step size eta [1], above 0, to 32 (softmax, network) or 1.5 (exact).
    proximal : float
        Proximal weight mu [1], 0 to 100.
    server_learning_rate : float
        Server step eta_s [1], above 0, to 10.
    reliability : float or array of K floats
        Probability [1] that an invited client's update arrives, 0 to 1.
    participation : array of bool, optional
        Rounds x clients mask of the updates that arrive; then nothing is drawn and ``reliability`` has no
        effect.
    clip : float, optional
        Largest length C of an update [units of the weights], above 0, to 1e6.
    noise_multiplier : float
        Standard deviation of the noise over C [1], 0 to 1e6; above 0 it needs ``clip``.
    noise : {"central", "local", "secure_aggregation"}
        Who adds the noise: the server once, every client, or the clients in shares that add up to the
        server's.
    cohort : int, optional
        Devices m [1] drawn each round, 1 to 1e9: each client is then an archetype of a large group. Not
        with SCAFFOLD, whose control variates belong to single devices, nor with ``participation``.
    last : int, optional
        Judge only the models after the last so many rounds [1], 1 to R; without it all R + 1 are judged.
    engine : {"softmax", "exact", "network"}
        Softmax regression with cross-entropy step by step, least squares in closed form, or a network with one hidden
        layer of 32 ReLU units and cross-entropy, step by step.
    seed : int
        Of selection, links, noise and a network's first model [1], 0 to 2**53, each with a stream of its own.

    Returns
    -------
    FederatedRun
        ``accuracy`` and ``loss`` (R+1 or last,), ``group_accuracy`` (R+1 or last, cities), ``survivors``
        (R, K), ``clipped`` (R,), ``weights`` (d, 10) or a vector, ``diverged_at``, ``lengths`` (R, K) or None.

    Raises
    ------
    ValueError
        An argument outside its range or of the wrong shape, noise without clip, more clients per round than
        clients.

    Notes
    -----
    The first R rounds of a longer run are the shorter run. Softmax: the loss starts at log 10, and the time grows with
    local_steps x rounds x clients. A network starts at weights drawn after He et al. (2015). The exact engine's loss
    starts at 0.45; it keeps the maps of the clients, so further seeds or rounds cost only the rounds.

    References
    ----------
    McMahan et al. (2017); Li et al. (2020); Karimireddy et al. (2020); McMahan, Ramage, Talwar, Zhang (2018);
    He et al. (2015).

    Examples
    --------
    The untrained model calls every image a 0, and 42 of the 360 test images are; its loss is log 10.

    >>> from physics.federation import digits_problem
    >>> problem = digits_problem(clients=50, alpha=0.3, seed=1, cities=5)
    >>> run = simulate(problem, rounds=50, clients_per_round=25, local_steps=20, learning_rate=8.0, reliability=0.8)
    >>> round(float(run.accuracy[0]) * 360), bool(abs(run.loss[0] - np.log(10)) < 1e-9), run.group_accuracy.shape
    (42, True, (51, 5))
    >>> bool(0.9 < run.accuracy[-1] < 0.97), bool(15 < run.survivors.sum(axis=1).mean() < 25)
    (True, True)
    """
    check_problem(problem)
    method = one_of("algorithm", algorithm, ("fedavg", "fedprox", "scaffold"))
    placement = one_of("noise", noise, ("central", "local", "secure_aggregation"))
    chosen = one_of("engine", engine, ENGINES)
    tau = as_int("local_steps", local_steps, low=1, high=MAX_STEPS)
    eta = as_float("learning_rate", learning_rate, low=0, high=MAX_RATES[chosen], low_open=True)
    mu = as_float("proximal", proximal, low=0, high=MAX_PROXIMAL)
    random = as_int("seed", seed, low=0, high=MAX_SEED)
    aggregation = Aggregation(
        server_learning_rate=as_float("server_learning_rate", server_learning_rate, low=0, high=10, low_open=True),
        clip=None if clip is None else as_float("clip", clip, low=0, high=MAX_WEIGHTS, low_open=True),
        noise_multiplier=as_float("noise_multiplier", noise_multiplier, low=0, high=1e6),
        local_noise=placement == "local",
    )
    if aggregation.noise_multiplier > 0 and aggregation.clip is None:
        raise ValueError(
            f"clip must lie in (0, {MAX_WEIGHTS:g}] when noise_multiplier is above 0 "
            f"(got {aggregation.noise_multiplier:g}): noise is measured in clipping lengths, got clip=None"
        )
    if cohort is not None and method == "scaffold":
        raise ValueError(f"cohort must be None with algorithm scaffold, got {cohort!r}")
    received = _received(
        problem,
        rounds=as_int("rounds", rounds, low=1, high=MAX_ROUNDS),
        clients_per_round=clients_per_round,
        reliability=reliability,
        participation=participation,
        cohort=cohort,
        seed=random,
    )
    judged = len(received) + 1 if last is None else as_int("last", last, low=1, high=len(received))
    local = local_engine(chosen, problem, local_steps=tau, learning_rate=eta, proximal=mu)
    if isinstance(local, ExactEngine) and method != "scaffold" and aggregation.clip is None:
        weighed = received * problem.client_shares
        total = weighed.sum(axis=1, keepdims=True)
        shares = weighed / np.where(total > 0, total, 1)
        states, diverged_at = local.averaged(shares, aggregation.server_learning_rate)
        path = Trajectories(states=states[None], clipped=np.zeros((1, len(received))), diverged_at=(diverged_at,))
        return _run(problem, local, received, path, judged)
    scaffold = method == "scaffold"
    path = trajectories(
        problem, local, received[None], aggregation, seeds=(random,), scaffold=scaffold, local_travel=tau * eta
    )
    return _run(problem, local, received, path, judged)


def _received(
    problem: FederatedProblem,
    *,
    rounds: int,
    clients_per_round: Any,
    reliability: ArrayLike,
    participation: Any,
    cohort: Any,
    seed: int,
) -> Integers:
    """Return the updates that arrive, drawn or as the caller's mask has them, after checking the arguments."""
    clients = problem.clients
    chance = as_floats("reliability", reliability, low=0, high=1)
    if chance.shape not in ((), (clients,)):
        raise ValueError(f"reliability must be one number or one per client ({clients}), got shape {chance.shape}")
    devices = None if cohort is None else as_int("cohort", cohort, low=1, high=1_000_000_000)
    if devices is None and participation is None:
        as_int("clients_per_round", clients_per_round, low=1, high=clients)
    elif clients_per_round is not None:
        as_int("clients_per_round", clients_per_round, low=1)
    if participation is None:
        return arrivals(
            rounds=rounds,
            clients=clients,
            clients_per_round=None if clients_per_round is None else int(clients_per_round),
            cohort=devices,
            reliability=chance,
            seed=seed,
        )
    if devices is not None:
        raise ValueError(f"cohort must be None when participation says who takes part, got {devices}")
    allowed = f"a {rounds} x {clients} mask of True and False (rounds x clients)"
    try:
        mask = np.asarray(participation)
    except ValueError:
        raise ValueError(f"participation must be {allowed}, got rows of different lengths") from None
    if mask.shape != (rounds, clients):
        raise ValueError(f"participation must be {allowed}, got shape {mask.shape}")
    if mask.dtype.kind not in "biu" or not np.isin(mask, (0, 1)).all():
        raise ValueError(f"participation must be {allowed}, got {mask.dtype} values other than 0 and 1")
    return mask.astype(np.int64)


def _run(
    problem: FederatedProblem, engine: Engine, received: Integers, path: Trajectories, judged: int
) -> FederatedRun:
    """Judge the last models of a run on the test images and the fleet's objective."""
    data, states = problem.data, path.states[0, -judged:]
    blocks = range(0, len(states), _BLOCK)
    correct = np.concatenate([engine.correct(states[start : start + _BLOCK]) for start in blocks])
    return FederatedRun(
        accuracy=read_only(correct.sum(axis=1) / data.test_class_sizes.sum()),
        loss=read_only(engine.losses(states)),
        group_accuracy=read_only((correct / data.test_class_sizes) @ problem.city_mix.T),
        survivors=read_only(received),
        clipped=read_only(path.clipped[0]),
        weights=read_only(states[-1].copy()),
        diverged_at=path.diverged_at[0],
        lengths=None if path.lengths is None else read_only(path.lengths[0]),
    )


def jitter(curve: ArrayLike, *, last: int = 10) -> float:
    r"""Return how much a curve still fluctuates from round to round at its end, whatever its trend.

    .. math::

       \text{jitter} = \sqrt{\frac{1}{2 n} \sum_{\text{last } n \text{ changes}} (x_t - x_{t-1})^2}

    Parameters
    ----------
    curve : array
        A run's ``loss`` or ``accuracy`` [1], at least ``last`` + 1 long, every entry within -1e15 to 1e15.
    last : int
        Changes n counted from the end [1], at least 1.

    Returns
    -------
    float
        [units of the curve], the standard deviation of the fluctuation when rounds fluctuate independently.

    Raises
    ------
    ValueError
        A curve that is not one-dimensional or too short, ``last`` below 1.

    Notes
    -----
    A slow trend hardly counts: a steady change of s per round adds s / sqrt(2).

    References
    ----------
    von Neumann, Kent, Bellinson, Hart (1941), The Mean Square Successive Difference.

    Examples
    --------
    Ups and downs of 0.2 give 0.2/sqrt(2).

    >>> round(jitter([0.9, 0.7, 0.9, 0.7, 0.9], last=4), 6)
    0.141421
    """
    values = as_floats("curve", curve, low=-1e15, high=1e15)
    if values.ndim != 1 or values.size < 2:
        raise ValueError(f"curve must be one-dimensional with at least 2 entries, got shape {values.shape}")
    count = as_int("last", last, low=1, high=values.size - 1)
    changes = np.diff(values[-count - 1 :])
    return float(np.sqrt(np.mean(changes**2) / 2))
