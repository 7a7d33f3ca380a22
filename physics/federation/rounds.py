"""The rounds of a federated run: whose update arrives, how updates are clipped, averaged and noised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from physics.federation.digits import Integers
from physics.federation.engines.least_squares import MAX_WEIGHTS, bounded
from physics.federation.problem import FederatedProblem
from physics.validation import Floats

# Each kind of random draw has its own stream, so that a change of one control does not change the other draws. A
# network's first model has stream 3.
SELECTION, LINKS, NOISE = 0, 1, 2


class Engine(Protocol):
    """What a run needs to know of local learning and of the model that learns."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a model."""

    def start(self, seed: int) -> Floats:
        """Return the model before the first round of a run with this seed."""

    def updates(self, weights: Floats, clients: np.ndarray, correction: Floats | None) -> Floats:
        """Return what each of the clients would add to the model, one for all (*shape) or one each (n, *shape)."""

    def losses(self, states: Floats) -> Floats:
        """Return the fleet's objective at each model of a stack."""

    def correct(self, states: Floats) -> Floats:
        """Return how many test images of each class each model of a stack gets right: (T, 10)."""


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


PLAIN = Aggregation(server_learning_rate=1.0, clip=None, noise_multiplier=0.0, local_noise=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectories:
    """What n runs of R rounds with K clients went through.

    ``states`` (n, R+1, *shape): every model. ``clipped`` (n, R): clipped share of each round's updates. ``diverged_at``
    (n,): each run's first diverged round, or None. ``lengths`` (n, R, K): of each update before it was clipped, 0 where
    none arrived; None where nothing is clipped. ``updates`` (n, R, K, *shape): each update as it was averaged before
    clipping, 0 where none arrived; None unless they were asked for.
    """

    states: Floats
    clipped: Floats
    diverged_at: tuple[int | None, ...]
    lengths: Floats | None = None
    updates: Floats | None = None


def trajectories(
    problem: FederatedProblem,
    engine: Engine,
    received: Integers,
    aggregation: Aggregation,
    *,
    seeds: Sequence[int],
    scaffold: bool,
    local_travel: float,
    keep_updates: bool = False,
) -> Trajectories:
    """Return the models of several runs, a round of every run at a time: local learning is one batch.

    ``received`` (n, R, K) are the updates that arrive, ``seeds`` (n,) those of each run's first model and noise,
    ``local_travel`` is tau eta, the length of the local time. SCAFFOLD is option II of its algorithm 1, all clients of
    equal weight.
    """
    runs, rounds, clients = received.shape
    importance = np.ones(clients) if scaffold else problem.client_shares
    # The part of one single update of each client in the average of each round; none where no update arrives.
    total = (received * importance).sum(axis=2)  # round by round: a shorter run has the same bits
    singles = importance / np.where(total > 0, total, np.inf)[..., None]
    # All updates of all runs, in the order of rounds: a round is a slice, and a run a slice of that.
    round_of, run_of, client_of = received.transpose(1, 0, 2).nonzero()
    counts, shares = received[run_of, round_of, client_of], singles[run_of, round_of, client_of]
    parts, lengths_of = counts * shares, np.zeros(len(counts))
    arrived = np.count_nonzero(received, axis=2).T.tolist()
    shape = engine.shape
    states = np.empty((runs, rounds + 1, *shape))
    for one, seed in enumerate(seeds):
        states[one, 0] = engine.start(seed)
    diverged_at: list[int | None] = [None] * runs
    controls = np.zeros((runs, clients, *shape)) if scaffold else None
    server_control = np.zeros((runs, *shape))
    noise = _noise(aggregation, received, singles, seeds, shape)
    kept = np.zeros((runs, rounds, clients, *shape)) if keep_updates else None
    end = 0
    for index, by_run in enumerate(arrived):
        start, end = end, end + sum(by_run)
        if start == end:
            states[:, index + 1] = states[:, index]
            continue
        run, who, part = run_of[start:end], client_of[start:end], parts[start:end]
        # One run needs no copy of its model for each client.
        model, server = (
            (states[0, index], server_control[0]) if runs == 1 else (states[run, index], server_control[run])
        )
        correction = None if controls is None else controls[run, who] - server
        update = engine.updates(model, who, correction)
        flat = update.reshape(who.size, -1)
        length = np.sqrt(np.matmul(flat[:, None, :], flat[:, :, None]).ravel())  # einsum would take twice as long
        lengths_of[start:end] = length
        outgrown = bool(length.max() > MAX_WEIGHTS)
        if outgrown:
            flat = flat * (MAX_WEIGHTS / np.maximum(length, MAX_WEIGHTS))[:, None]
            update = flat.reshape(update.shape)
        if kept is not None:
            kept[run, index, who] = update
        if controls is not None and correction is not None:
            correction -= update / local_travel  # c_k+ = c_k - c + (W - W_k+)/(tau eta)
            controls[run, who] = correction
        if aggregation.clip is not None:
            length = np.minimum(length, MAX_WEIGHTS)  # what is left of an update that was scaled down
            part = part * (aggregation.clip / np.maximum(length, aggregation.clip))
        first = 0
        for one, count in enumerate(by_run):
            own = slice(first, first + count)
            first += count
            if count == 0:
                states[one, index + 1] = states[one, index]
                continue
            step = (part[own] @ flat[own]).reshape(update.shape[1:])
            if controls is not None:
                gone = update[own].sum(axis=0) / local_travel
                server_control[one] -= (count * server_control[one] + gone) / clients
            if noise is not None:
                step += noise[one][index]
            states[one, index + 1], shortened = bounded(states[one, index] + aggregation.server_learning_rate * step)
            if diverged_at[one] is None and (
                shortened or (outgrown and (lengths_of[start:end][own] > MAX_WEIGHTS).any())
            ):
                diverged_at[one] = index + 1
    clipped, lengths = np.zeros((runs, rounds)), None
    if aggregation.clip is not None:
        lengths = np.zeros((runs, rounds, clients))
        lengths[run_of, round_of, client_of] = lengths_of
        sent = received.sum(axis=2)
        clipped = (received * (lengths > aggregation.clip)).sum(axis=2) / np.maximum(sent, 1)
    return Trajectories(states=states, clipped=clipped, diverged_at=tuple(diverged_at), lengths=lengths, updates=kept)


def _noise(
    aggregation: Aggregation, received: Integers, singles: Floats, seeds: Sequence[int], shape: tuple[int, ...]
) -> list[Floats] | None:
    """Return what noise adds to the average of every round of each run [units of the weights]; None without."""
    if aggregation.noise_multiplier == 0 or aggregation.clip is None:
        return None
    deviation = aggregation.noise_multiplier * aggregation.clip
    if aggregation.local_noise:
        spread = np.sqrt((received * singles**2).sum(axis=2))
    else:
        spread = np.where(received > 0, singles, 0.0).max(axis=2)
    every_round = (received.shape[1], *shape)
    return [
        (deviation * own.reshape(-1, *(1 for _ in shape)))
        * np.random.default_rng((seed, NOISE)).standard_normal(every_round)
        for own, seed in zip(spread, seeds, strict=True)
    ]
