"""The rounds of a federated run: whose update arrives, how updates are clipped, averaged and noised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from physics.federation.digits import CLASSES, Integers
from physics.federation.least_squares import MAX_WEIGHTS, bounded
from physics.federation.problem import FederatedProblem
from physics.validation import Floats

# Each kind of random draw has its own stream, so that a change of one control does not change the other draws.
SELECTION, LINKS, NOISE = 0, 1, 2


class Engine(Protocol):
    """What a run needs to know of local learning."""

    def updates(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return what each of the clients would add to the model, one for all (d, 10) or one each (n, d, 10)."""

    def losses(self, states: Floats) -> Floats:
        """Return the fleet's objective at each model of a stack."""


def arrivals(
    *,
    rounds: int,
    clients: int,
    clients_per_round: int | None,
    cohort: int | None,
    reliability: Floats,
    seed: int,
) -> Integers:
    """Return how many updates arrive from each client in each round: (rounds, clients).

    Without ``cohort`` each round invites ``clients_per_round`` different clients. With it each client
    represents a large group of equals and ``cohort`` devices are drawn from all groups. Every invited
    device then succeeds with its client's reliability. Rounds are drawn in order: a longer run begins with
    the shorter one, and inviting more clients keeps those that were invited.
    """
    select = np.random.default_rng((seed, SELECTION))
    links = np.random.default_rng((seed, LINKS))
    if cohort is not None:
        drawn = select.multinomial(cohort, np.full(clients, 1 / clients), size=rounds)
        return links.binomial(drawn, reliability)
    order = select.random((rounds, clients))
    last = (clients_per_round or clients) - 1
    invited = order <= np.partition(order, last, axis=1)[:, last : last + 1]
    return (invited & (links.random((rounds, clients)) < reliability)).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """What the server, or the clients for it, do with the updates of a round."""

    server_learning_rate: float
    clip: float | None
    noise_multiplier: float
    local_noise: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectories:
    """What n runs of R rounds with K clients went through.

    ``states`` (n, R+1, d, 10): every model. ``clipped`` (n, R): clipped share of each round's updates. ``diverged_at``
    (n,): each run's first diverged round, or None. ``lengths`` (n, R, K): of each update before it was clipped, 0 where
    none arrived; None where nothing is clipped.
    """

    states: Floats
    clipped: Floats
    diverged_at: tuple[int | None, ...]
    lengths: Floats | None = None


def trajectories(
    problem: FederatedProblem,
    engine: Engine,
    received: Integers,
    aggregation: Aggregation,
    *,
    seeds: Sequence[int],
    scaffold: bool,
    local_travel: float,
) -> Trajectories:
    """Return the models of several runs, a round of every run at a time: local learning is one batch.

    ``received`` (n, R, K) are the updates that arrive, ``seeds`` (n,) those of each run's noise, ``local_travel`` is
    tau eta, the length of the local time. SCAFFOLD is option II of its algorithm 1, all clients of equal weight.
    """
    runs, rounds, clients = received.shape
    importance = np.ones(clients) if scaffold else problem.client_shares
    # The part of one single update of each client in the average of each round.
    singles = importance / np.maximum(received @ importance, np.finfo(np.float64).tiny)[..., None]
    states = np.zeros((runs, rounds + 1, problem.dimension, CLASSES))
    clipped = np.zeros((runs, rounds))
    lengths = None if aggregation.clip is None else np.zeros((runs, rounds, clients))
    diverged_at: list[int | None] = [None] * runs
    controls = np.zeros((runs, clients, problem.dimension, CLASSES)) if scaffold else None
    server_control = np.zeros((runs, problem.dimension, CLASSES))
    noise = _noise(aggregation, seeds, (rounds, problem.dimension, CLASSES))
    for index in range(rounds):
        run, who = received[:, index].nonzero()
        states[:, index + 1] = states[:, index]
        if who.size == 0:
            continue
        ends = np.cumsum(np.bincount(run, minlength=runs))
        count, share = received[run, index, who], singles[run, index, who]
        correction = None if controls is None else controls[run, who] - server_control[run]
        update = engine.updates(states[0, index] if runs == 1 else states[run, index], who, correction)
        flat = update.reshape(who.size, -1)
        length = np.sqrt(np.matmul(flat[:, None, :], flat[:, :, None]).ravel())  # einsum would take twice as long
        too_long = length > MAX_WEIGHTS
        if too_long.any():
            update = update * (MAX_WEIGHTS / np.maximum(length, MAX_WEIGHTS))[:, None, None]
            flat = update.reshape(who.size, -1)
        if controls is not None and correction is not None:
            correction -= update / local_travel  # c_k+ = c_k - c + (W - W_k+)/(tau eta)
            controls[run, who] = correction
        part = count * share
        if aggregation.clip is not None and lengths is not None:
            lengths[run, index, who] = length
            length = np.minimum(length, MAX_WEIGHTS)  # what is left of an update that was scaled down
            part = part * (aggregation.clip / np.maximum(length, aggregation.clip))
        for one, own in enumerate(slice(start, end) for start, end in pairwise((0, *ends))):
            if own.start == own.stop:
                continue
            step = (part[own] @ flat[own]).reshape(update.shape[1:])
            if controls is not None:
                gone = update[own].sum(axis=0) / local_travel
                server_control[one] -= ((own.stop - own.start) * server_control[one] + gone) / clients
            if aggregation.clip is not None and lengths is not None:
                long = lengths[one, index, who[own]] > aggregation.clip
                clipped[one, index] = count[own] @ long / count[own].sum()
            if noise is not None:
                spread = np.sqrt(count[own] @ share[own] ** 2) if aggregation.local_noise else share[own].max()
                step += spread * noise[one][index]
            model, shortened = bounded(states[one, index] + aggregation.server_learning_rate * step)
            states[one, index + 1] = model
            if (shortened or too_long[own].any()) and diverged_at[one] is None:
                diverged_at[one] = index + 1
    return Trajectories(states=states, clipped=clipped, diverged_at=tuple(diverged_at), lengths=lengths)


def _noise(aggregation: Aggregation, seeds: Sequence[int], shape: tuple[int, int, int]) -> list[Floats] | None:
    """Return the noise of every round of each run in units of the weights, before it is shared out; None without."""
    if aggregation.noise_multiplier == 0 or aggregation.clip is None:
        return None
    deviation = aggregation.noise_multiplier * aggregation.clip
    return [deviation * np.random.default_rng((seed, NOISE)).standard_normal(shape) for seed in seeds]
