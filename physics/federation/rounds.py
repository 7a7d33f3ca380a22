"""The rounds of a federated run: whose update arrives, how updates are clipped, averaged and noised."""

from __future__ import annotations

from dataclasses import dataclass
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
        """Return what each of the clients would add to the model."""

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
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectory:
    """All models of a run (R+1, d, 10), the clipped share of each round (R,), the first diverged round.

    ``lengths`` (R, K): of each update before it was clipped, 0 where none arrived; None where nothing is clipped.
    """

    states: Floats
    clipped: Floats
    diverged_at: int | None
    lengths: Floats | None = None


def trajectory(
    problem: FederatedProblem,
    engine: Engine,
    received: Integers,
    aggregation: Aggregation,
    *,
    scaffold: bool,
    local_travel: float,
) -> Trajectory:
    """Return the models of a run, round by round; ``local_travel`` is tau eta, the length of the local time.

    SCAFFOLD is option II of its algorithm 1, all clients of equal weight.
    """
    rounds, clients = received.shape
    importance = np.ones(clients) if scaffold else problem.client_shares
    # The part of one single update of each client in the average of each round.
    singles = importance / np.maximum(received @ importance, np.finfo(np.float64).tiny)[:, None]
    states = np.zeros((rounds + 1, problem.dimension, CLASSES))
    clipped = np.zeros(rounds)
    lengths = None if aggregation.clip is None else np.zeros((rounds, clients))
    diverged_at = None
    controls = np.zeros((clients, problem.dimension, CLASSES)) if scaffold else None
    server_control = np.zeros((problem.dimension, CLASSES))
    noise = None
    if aggregation.noise_multiplier > 0 and aggregation.clip is not None:
        random = np.random.default_rng((aggregation.seed, NOISE))
        noise = random.standard_normal((rounds, problem.dimension, CLASSES))
        noise *= aggregation.noise_multiplier * aggregation.clip
    for index in range(rounds):
        who = received[index].nonzero()[0]
        if who.size == 0:
            states[index + 1] = states[index]
            continue
        count, share = received[index, who], singles[index, who]
        correction = None if controls is None else controls[who] - server_control
        update = engine.updates(states[index], who, correction)
        flat = update.reshape(who.size, -1)
        length = np.sqrt(np.matmul(flat[:, None, :], flat[:, :, None]).ravel())  # einsum would take twice as long
        too_long = bool(length.max() > MAX_WEIGHTS)
        if too_long:
            update = update * (MAX_WEIGHTS / np.maximum(length, MAX_WEIGHTS))[:, None, None]
            flat = update.reshape(who.size, -1)
        if controls is not None and correction is not None:
            gone = update.sum(axis=0) / local_travel
            correction -= update / local_travel  # c_k+ = c_k - c + (W - W_k+)/(tau eta)
            controls[who] = correction
            server_control = server_control - (who.size * server_control + gone) / clients
        part = count * share
        if aggregation.clip is not None and lengths is not None:
            lengths[index, who] = length
            clipped[index] = count @ (length > aggregation.clip) / count.sum()
            length = np.minimum(length, MAX_WEIGHTS)  # what is left of an update that was scaled down
            part = part * (aggregation.clip / np.maximum(length, aggregation.clip))
        step = (part @ flat).reshape(update.shape[1:])
        if noise is not None:
            spread = np.sqrt(count @ share**2) if aggregation.local_noise else share.max()
            step += spread * noise[index]
        states[index + 1], shortened = bounded(states[index] + aggregation.server_learning_rate * step)
        if (too_long or shortened) and diverged_at is None:
            diverged_at = index + 1
    return Trajectory(states=states, clipped=clipped, diverged_at=diverged_at, lengths=lengths)
