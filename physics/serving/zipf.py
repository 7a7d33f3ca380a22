"""Sums over the ranks of a Zipf law of up to 1e9 items, from some hundred nodes.

The first ranks are summed one by one. Beyond them the sum is an integral over the logarithm of the rank
(Euler-Maclaurin, midpoint form), and Gauss-Legendre panels turn that integral into a weighted sum: each node
represents ``counts`` items of probability ``shares``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import exprel

from physics.validation import Floats, broadcast

MAX_ITEMS = 1_000_000_000
MAX_SKEW = 5.0

_HEAD = 64  # ranks summed one by one; the midpoint error of the rest falls as 1/_HEAD^2 (1e-6 in a hit rate)
_ABSCISSAS, _WEIGHTS = np.polynomial.legendre.leggauss(5)
_LOWEST_LOG_TIME = np.log(1e-2)  # requests: below it even the first item is seldom seen twice
_HIGHEST_EXPONENT = 30.0  # at p_N T = 30 all but 1e-13 of the items are in the cache
_MIN_CAPACITY = 1e-290  # below it numbers lose their digits, and nothing is hit anyway
_NEWTON_STEPS = 4  # from a cell one e-fold wide; three already leave less than 1e-8
_ROWS_AT_ONCE = 4096  # capacities solved together; bounds the memory of a very long curve


@dataclass(frozen=True, kw_only=True, slots=True)
class ZipfLaw:
    """A Zipf law as weighted nodes, first rank first: ``counts`` items, each of probability ``shares``."""

    items: int
    counts: Floats
    shares: Floats
    masses: Floats  # counts * shares, summing to 1


@lru_cache(maxsize=256)
def zipf_law(items: int, skew: float) -> ZipfLaw:
    """Return the nodes of p_i proportional to i^-skew, i = 1..items."""
    ranks = np.arange(1.0, min(items, _HEAD) + 1)
    counts = np.ones_like(ranks)
    if items > _HEAD:
        start, stop = np.log(_HEAD + 0.5), np.log(items + 0.5)
        panels = int(np.ceil((stop - start) * max(1.0, skew)))
        edges = np.linspace(start, stop, panels + 1)
        half = (edges[1] - edges[0]) / 2
        tail_ranks = np.exp((edges[:-1, None] + half * (1 + _ABSCISSAS)).ravel())
        tail_counts = np.tile(half * _WEIGHTS, panels) * tail_ranks
        tail_counts *= (items - _HEAD) / tail_counts.sum()
        ranks = np.concatenate([ranks, tail_ranks])
        counts = np.concatenate([counts, tail_counts])
    shares = np.exp(-skew * np.log(ranks))
    shares /= np.add.reduce(counts * shares)
    law = ZipfLaw(items=items, counts=counts, shares=shares, masses=counts * shares)
    for array in (law.counts, law.shares, law.masses):
        array.setflags(write=False)
    return law


@lru_cache(maxsize=256)
def _occupancy_table(items: int, skew: float) -> tuple[Floats, Floats]:
    """Return log times at steps of one e-fold, and there the log odds of being cached, ln(C / (N - C))."""
    law = zipf_law(items, skew)
    highest = np.log(_HIGHEST_EXPONENT / law.shares[-1])
    log_times = np.arange(_LOWEST_LOG_TIME, highest + 1.0)
    log_times[-1] = highest
    absent = np.add.reduce(law.counts * np.exp(-np.exp(log_times)[:, None] * law.shares), axis=-1)
    log_odds = np.log((items - absent) / absent)
    log_times.setflags(write=False)
    log_odds.setflags(write=False)
    return log_times, log_odds


def che_hit_rate(items: int, skew: float, capacities: Floats) -> Floats:
    """Return the hit rate of an LRU cache for capacities of shape (n,).

    The characteristic time T solves sum(1 - exp(-p_i T)) = C. Newton steps in ln T on the log odds
    ln(C / (N - C)), which are nearly straight at both ends; the slope of C(T) is the miss rate, so the hit
    rate comes with it. Rows are summed one by one, so that a capacity gives the same bits alone and in a
    curve.
    """
    hits = np.where(capacities >= items, 1.0, 0.0)
    inside = np.flatnonzero((capacities > 0) & (capacities < items))
    for start in range(0, len(inside), _ROWS_AT_ONCE):
        rows = inside[start : start + _ROWS_AT_ONCE]
        hits[rows] = _che_rows(items, skew, capacities[rows])
    return hits


def _che_rows(items: int, skew: float, capacities: Floats) -> Floats:
    law = zipf_law(items, skew)
    log_times, log_odds = _occupancy_table(items, skew)
    capacities = np.maximum(capacities, _MIN_CAPACITY)
    wanted = np.log(capacities) - np.log(items - capacities)
    below = np.minimum(wanted - log_odds[0], 0.0)  # there C is proportional to T
    log_time = np.interp(wanted, log_odds, log_times) + below
    for step in range(_NEWTON_STEPS + 1):
        time = np.exp(log_time)
        present = -np.expm1(time[:, None] * -law.shares)
        hits: Floats = np.add.reduce(law.masses * present, axis=-1)
        if step == _NEWTON_STEPS:
            break
        filled = np.add.reduce(law.counts * present, axis=-1)
        # Both floors matter only within rounding of a full cache, where the hit rate is 1 to 1e-12 anyway.
        free = np.maximum(items - filled, 1e-16 * items)
        slope = time * np.maximum(1 - hits, 1e-16) * items
        error = wanted - np.log(filled / free)
        log_time = log_time + np.clip(error * filled * free / slope, -1.0, 1.0)
    return np.minimum(hits, 1.0)


def top_share(items: int, skew: float, capacities: Floats) -> Floats:
    """Return the share of requests that ask for one of the ``capacities`` most popular items, shape (n,).

    A fraction of a slot holds that fraction of the next item, so the curve is continuous.
    """
    kept = np.minimum(capacities, items)
    whole = np.floor(kept)
    total = _harmonic(np.array([float(items)]), skew)[0]
    next_item = np.exp(-skew * np.log(np.minimum(whole + 1, items)))
    share: Floats = (_harmonic(whole, skew) + (kept - whole) * next_item) / total
    return np.where(capacities >= items, 1.0, np.minimum(share, 1.0))


def _harmonic(counts: Floats, skew: float) -> Floats:
    """Return H_n = sum of i^-skew over i <= n: by addition up to the head, by Euler-Maclaurin beyond it."""
    head = np.concatenate([[0.0], np.cumsum(np.exp(-skew * np.log(np.arange(1.0, _HEAD + 1))))])
    summed: Floats = head[np.minimum(counts, _HEAD).astype(np.int64)]
    n = np.maximum(counts, float(_HEAD))
    log_ratio = np.log(n / _HEAD)
    first, last = float(_HEAD) ** -skew, n**-skew
    integral = _HEAD * first * log_ratio * exprel((1 - skew) * log_ratio)
    slopes = skew * (first / _HEAD - last / n) / 12
    third = skew * (skew + 1) * (skew + 2) * (first / _HEAD**3 - last / n**3) / 720
    return np.where(counts > _HEAD, summed + integral + (last - first) / 2 + slopes - third, summed)


def unique_count(items: int, skew: float, draws: Floats) -> Floats:
    """Return the mean number of different items among ``draws`` requests, shape (n,).

    Below one draw the sum would name more items than requests; there it is the share of a request.
    """
    if items == 1:
        return np.minimum(draws, 1.0)
    law = zipf_law(items, skew)
    log_missed = np.log1p(-law.shares)
    unique = draws.copy()
    several = np.flatnonzero(draws > 1)
    for start in range(0, len(several), _ROWS_AT_ONCE):
        rows = several[start : start + _ROWS_AT_ONCE]
        named = -np.expm1(draws[rows, None] * log_missed)
        unique[rows] = np.add.reduce(law.counts * named, axis=-1)
    return unique


def over_laws(
    evaluate: Callable[[int, float, Floats], Floats], *, items: Floats, skew: Floats, **amount: Floats
) -> Floats:
    """Evaluate a function of (items, skew, amounts) over the common shape, once per different Zipf law."""
    every, exponents, amounts = broadcast(items=items, skew=skew, **amount)
    if items.ndim == 0 and skew.ndim == 0:
        return evaluate(int(items), float(skew), amounts.ravel()).reshape(amounts.shape)
    values = np.empty(amounts.shape)
    for count, exponent in sorted(set(zip(every.ravel().tolist(), exponents.ravel().tolist(), strict=True))):
        here = (every == count) & (exponents == exponent)
        values[here] = evaluate(int(count), exponent, amounts[here])
    return values
