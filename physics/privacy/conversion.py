"""From Renyi divergence to epsilon: the best order for any number of rounds, off one table.

At any order a > 1, T rounds prove (Canonne, Kamath, Steinke 2020)

    eps(a) = (T K(a) - log(a delta))/(a - 1) + log(1 - 1/a)

whose slope has the sign of T P(a) + log(a delta) with P(a) = (a - 1) K'(a) - K(a), and that only rises. So
there is one best order, and it is the one with T = -log(a delta)/P(a): each order serves one number of rounds
best. With Mironov's conversion the same holds without the a in the logarithm.

Orders are taken from one fixed lattice, so that epsilon rises with T and falls with z monotonically: 512 a
factor of e in a - 1, found by bisection of blocks of one factor, then of sixteen cells of a block.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from physics.privacy.renyi import integer_log_moments, log_moments, total_variation_bound
from physics.validation import Floats

FIRST_S = -20.0  # s = log(a - 1): orders from 1 + 2e-9, for an epsilon of 1e9
LAST_S = 14.0  # to 1.2 million, for an epsilon of 1e-5
WIDEST_SHIFT = 1400.0  # but no more than 1400 z, so that an integral has about 2,000 points
CELLS = 16
NODES = CELLS + 1
FINE_NODES = 33
TINY = 1e-300


@lru_cache(maxsize=4096)
def block_nodes(sampling_rate: float, noise_multiplier: float, block: int) -> tuple[Floats, Floats]:
    """Return s and P at the edges of the cells of one block."""
    s = FIRST_S + block + np.arange(NODES) / CELLS
    _, rises = log_moments(sampling_rate, noise_multiplier, 1 + np.exp(s), block_orders(block))
    s.setflags(write=False)
    rises.setflags(write=False)
    return s, rises


def block_orders(block: int) -> tuple[float, float]:
    """Return the lowest and the highest order of a block."""
    return 1 + math.exp(FIRST_S + block), 1 + math.exp(FIRST_S + block + 1)


def last_block(sampling_rate: float, noise_multiplier: float) -> int:
    """Return the block of the highest orders searched."""
    last_s = LAST_S if sampling_rate == 1 else min(LAST_S, math.log(WIDEST_SHIFT * noise_multiplier))
    return int(last_s - FIRST_S) - 1


def log_served_rounds(s: Floats, rises: Floats, log_delta: float, conversion: str) -> Floats:
    """Return the logarithm of the number of rounds that the order 1 + exp(s) serves best; it falls with s."""
    needed = -log_delta - (np.log1p(np.exp(s)) if conversion == "canonne" else 0.0)
    return np.asarray(np.log(np.maximum(needed, TINY)) - np.log(np.maximum(rises, TINY)))


def epsilon_at(s: Floats, moments: Floats, rounds: Floats, log_delta: float, conversion: str) -> Floats:
    """Return what the order 1 + exp(s) proves; it may be negative."""
    order_minus_1 = np.exp(s)
    if conversion == "mironov":
        return np.asarray((rounds * moments - log_delta) / order_minus_1)
    log_order = np.log1p(order_minus_1)
    return np.asarray((rounds * moments - log_delta - log_order) / order_minus_1 + s - log_order)


def epsilon_of_rounds(
    sampling_rate: float, noise_multiplier: float, rounds: Floats, delta: float, conversion: str
) -> Floats:
    """Return epsilon for a 1-D array of rounds: 0 where delta alone covers all that one client changes."""
    best = np.maximum(epsilon_of_best_orders(sampling_rate, noise_multiplier, rounds, delta, conversion), 0.0)
    if conversion == "canonne":
        best[total_variation_bound(sampling_rate, noise_multiplier, rounds) <= delta] = 0.0
    best[rounds == 0] = 0.0
    return best


def epsilon_of_integer_orders(
    sampling_rate: float, noise_multiplier: float, rounds: Floats, delta: float, conversion: str
) -> Floats:
    """Return epsilon over the orders 2 to 256 that the first published accountants tried."""
    s = np.log(np.arange(1.0, 256.0))
    moments = integer_log_moments(sampling_rate, noise_multiplier)
    every = epsilon_at(s, moments, rounds[:, None], math.log(delta), conversion)
    return np.where(rounds == 0, 0.0, np.maximum(every.min(axis=1), 0.0))


def epsilon_of_best_orders(
    sampling_rate: float, noise_multiplier: float, rounds: Floats, delta: float, conversion: str
) -> Floats:
    """Return what the best order proves for every number of rounds; negative where epsilon is 0."""
    q, z, log_delta = sampling_rate, noise_multiplier, math.log(delta)
    log_rounds = np.log(np.maximum(rounds, 1.0))
    blocks = blocks_of_rounds(q, z, log_rounds, log_delta, conversion)
    best = np.empty(rounds.shape)
    for block in set(blocks.tolist()):
        here = blocks == block
        best[here] = best_in_block(q, z, block, rounds[here], log_rounds[here], log_delta, conversion)
    return best


def blocks_of_rounds(
    sampling_rate: float, noise_multiplier: float, log_rounds: Floats, log_delta: float, conversion: str
) -> NDArray[np.int64]:
    """Return the last block whose first order serves as many rounds or more: guessed, then bisected."""
    q, z = sampling_rate, noise_multiplier
    low = np.zeros(log_rounds.shape, dtype=np.int64)
    beyond = np.full(log_rounds.shape, last_block(q, z) + 1)
    probe = likely_blocks(q, z, log_rounds, log_delta)
    first = True
    while np.any(beyond - low > 1):
        probe = np.clip(probe, low, beyond - 1)
        serves = probe == low
        for block in set(probe.tolist()):
            s, rises = block_nodes(q, z, block)
            here = probe == block
            serves[here] |= log_served_rounds(s[:1], rises[:1], log_delta, conversion) >= log_rounds[here]
        low, beyond = np.where(serves, probe, low), np.where(serves, beyond, probe)
        probe = np.where(serves, low + 1, beyond - 1) if first else (low + beyond) // 2
        first = False
    return low


def likely_blocks(
    sampling_rate: float, noise_multiplier: float, log_rounds: Floats, log_delta: float
) -> NDArray[np.int64]:
    """Return a guess at the blocks: K grows with the square of the order until its second hump takes over."""
    q, z = sampling_rate, noise_multiplier
    log_growth = 2 * math.log(q) + (math.log(math.expm1(z**-2)) if z > 0.1 else z**-2)
    by_square = (math.log(-2 * log_delta) - log_growth - log_rounds) / 2
    by_second_hump = math.log(2 * z * z * -math.log(q) + z * math.sqrt(-2 * log_delta))
    guess = np.minimum(by_square, by_second_hump) - FIRST_S
    return np.clip(guess, 0, last_block(q, z)).astype(np.int64)


def best_in_block(
    q: float, z: float, block: int, rounds: Floats, log_rounds: Floats, log_delta: float, conversion: str
) -> Floats:
    """Return the least epsilon of a block's orders: that of one of the two around the order sought."""
    nodes, rises = block_nodes(q, z, block)
    served = log_served_rounds(nodes, rises, log_delta, conversion)
    cell = np.clip(np.searchsorted(-served, -log_rounds) - 1, 0, CELLS - 1)
    cells, row = np.unique(cell, return_inverse=True)
    fine = nodes[cells, None] + np.arange(FINE_NODES) / (CELLS * (FINE_NODES - 1))
    moments, fine_rises = (
        values.reshape(fine.shape) for values in log_moments(q, z, 1 + np.exp(fine.ravel()), block_orders(block))
    )
    fine_served = log_served_rounds(fine, fine_rises, log_delta, conversion)[row]
    left = np.clip((fine_served >= log_rounds[:, None]).sum(axis=1) - 1, 0, FINE_NODES - 2)
    below, above = (
        epsilon_at(fine[row, at], moments[row, at], rounds, log_delta, conversion) for at in (left, left + 1)
    )
    return np.minimum(below, above)
