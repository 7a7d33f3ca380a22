"""What averaging leaves of the noise and mixes in of other places, round by round, for each mode of the Mesh Update.

The error of a node is linear in two variances: of its own estimate and of the truths between places. So one set of
samples, with one of them at a time set to 1, serves every diversity and every coding; only mode, topology, churn,
fan-out and seed need samples of their own, and these are cached.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from physics.gossip import Mesh, gossip_trial, mesh, place_of_node
from physics.validation import Floats
from tracks.common.cache import cached_on_disk
from tracks.tiny_pioneer.mesh.setting import FLOOD, GOSSIP, HUB, LOCAL, NODES, PLACES, RELAYS_IN_RANGE, ROUNDS

DRAWS = 6  # of truths, sleepers and calls: enough that shares of nodes move by a percent or two
MAX_ROUNDS = round(ROUNDS.high)
Groups = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Mixing:
    """How a profile changes with rounds, in units of the variances; round 0 is local-only.

    Attributes:
        noise: share of the estimate's own variance that is left, (R+1,).
        rounding: rounding variance of all rounds that is left, for each unit that a round adds, (R+1,).
        foreign: what is mixed in of other places, for each unit of diversity, (R+1, draws, nodes).
        mean_foreign: its mean over draws and nodes, (R+1,).
    """

    noise: Floats
    rounding: Floats
    foreign: Floats
    mean_foreign: Floats


@lru_cache(maxsize=64)
def hall(topology: str, map_seed: int) -> Mesh:
    """Return which nodes are in range of each other: the same map for every sample."""
    return mesh(topology, NODES, degree=RELAYS_IN_RANGE, seed=map_seed)


@lru_cache(maxsize=64)
def places(topology: str, map_seed: int) -> Groups:
    """Return the place of each node."""
    return place_of_node(hall(topology, map_seed), PLACES)


@lru_cache(maxsize=64)
def cells(topology: str, map_seed: int) -> tuple[Groups, Groups]:
    """Return the hub that serves each node, and the list of hubs.

    The node that reaches most of those still unserved becomes the next hub, until everyone is served. Each node goes
    to the first hub in its range.
    """
    network = hall(topology, map_seed)
    near = np.eye(network.nodes, dtype=bool)
    one, other = network.links.T
    near[one, other] = near[other, one] = True
    served_by = np.full(network.nodes, -1, dtype=np.int64)
    hubs = []
    while (served_by < 0).any():
        hub = int(np.argmax((near & (served_by < 0)).sum(axis=1)))
        served_by[near[hub] & (served_by < 0)] = hub
        served_by[hub] = hub
        hubs.append(hub)
    return served_by, np.array(hubs, dtype=np.int64)


def mixing(
    mode: str, topology: str, *, churn: float, hub_sleep: float, fan_out: int, map_seed: int, seed: int
) -> Mixing:
    """Return what rounds do in a mode; settings that do not matter in a mode share one result."""
    gossips = mode == GOSSIP
    if mode == LOCAL:
        return _silence()
    return _mixing(mode, topology, churn, hub_sleep if mode == HUB else 0.0, fan_out if gossips else 0, map_seed, seed)


@lru_cache(maxsize=1)
def _silence() -> Mixing:
    ones = np.ones(MAX_ROUNDS + 1)
    none = np.zeros_like(ones)
    return Mixing(noise=ones, rounding=none, foreign=np.zeros((MAX_ROUNDS + 1, 1, NODES)), mean_foreign=none)


@lru_cache(maxsize=256)
@cached_on_disk
def _mixing(mode: str, topology: str, churn: float, hub_sleep: float, fan_out: int, map_seed: int, seed: int) -> Mixing:
    draws = [
        _gossip_draw(topology, churn, fan_out, map_seed, seed * DRAWS + draw)
        if mode == GOSSIP
        else _group_draw(mode == FLOOD, topology, churn, hub_sleep, map_seed, seed * DRAWS + draw)
        for draw in range(DRAWS)
    ]
    noise = np.mean([own for own, _ in draws], axis=(0, 2))
    left = noise / noise[0]
    if mode == GOSSIP:  # what was rounded s rounds ago has been averaged since, as an estimate is in s rounds
        rounding = np.concatenate([[0.0], np.cumsum(left[1:])])
    else:  # each round starts from the estimates again: they are rounded once, and in the hub their mean once more
        rounding = left + (mode == HUB)
        rounding[0] = 0.0
    foreign = np.stack([other for _, other in draws], axis=1)
    mean_foreign = foreign.mean(axis=(1, 2))
    for array in (left, rounding, foreign, mean_foreign):
        array.setflags(write=False)
    return Mixing(noise=left, rounding=rounding, foreign=foreign, mean_foreign=mean_foreign)


def _gossip_draw(topology: str, churn: float, fan_out: int, map_seed: int, seed: int) -> tuple[Floats, Floats]:
    """Return squared errors by round and node: of noise alone, and of foreign truths alone."""
    own, other = (
        gossip_trial(
            topology,
            NODES,
            rounds=range(MAX_ROUNDS + 1),
            noise_variance=noise,
            diversity_variance=diversity,
            degree=RELAYS_IN_RANGE,
            seed=seed,
            mesh_seed=map_seed,
            places=PLACES,
            churn=churn,
            fan_out=fan_out,
        )
        for noise, diversity in ((1.0, 0.0), (0.0, 1.0))
    )
    return own, other


def _group_draw(
    everyone: bool, topology: str, churn: float, hub_sleep: float, map_seed: int, seed: int
) -> tuple[Floats, Floats]:
    """The same where groups average exactly: all nodes in a flood, the cell of each hub that is awake.

    In every round the mean is taken of the profiles as they were learnt, so it is no worse for having been taken
    before; who sleeps keeps what the last round left.
    """
    rng, hub_rng = np.random.default_rng(seed), np.random.default_rng((seed, 1))
    truth = rng.standard_normal(PLACES)[places(topology, map_seed)]
    estimate = np.stack([rng.standard_normal(NODES), truth])
    group = np.zeros(NODES, dtype=np.int64) if everyone else cells(topology, map_seed)[0]
    values = estimate
    target = np.stack([np.zeros(NODES), truth])
    errors = [(values - target) ** 2]
    for _ in range(MAX_ROUNDS):
        awake = rng.random(NODES) >= churn
        counts = np.bincount(group, awake, NODES)
        sums = np.stack([np.bincount(group, row * awake, NODES) for row in estimate])
        means = (sums / np.maximum(counts, 1))[:, group]
        serves = awake & (hub_rng.random(NODES) >= hub_sleep)
        delivered = awake if everyone else awake & serves[group]
        values = np.where(delivered, means, values)
        errors.append((values - target) ** 2)
    stacked = np.array(errors)
    return stacked[:, 0], stacked[:, 1]
