"""Hit rates: against an exact sum over all items, a simulated LRU cache, limits and bounds."""

import time
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from physics.serving import lru_hit_rate, static_hit_rate, unique_items
from tests.physics.reference.rows import on_every, rows


def zipf(items, skew):
    shares = np.arange(1.0, items + 1) ** -skew
    return shares / shares.sum()


def exact_che(items, skew, capacity):
    """The sum over every rank, its characteristic time by bracketing: the slow way."""
    shares = zipf(items, skew)
    longest = np.log(40 / shares[-1])
    log_time = brentq(
        lambda x: -np.expm1(-np.exp(x) * shares).sum() - capacity, np.log(capacity) - 1, longest, xtol=1e-13
    )
    return float((shares * -np.expm1(-np.exp(log_time) * shares)).sum())


@on_every("row", rows("cache.lru_hit_rate"))
def test_reference_cache_lru_hit_rate(row):
    hit = lru_hit_rate(row["N"], skew=row["s"], capacity=row["C"])
    assert hit == pytest.approx(row["hit_che_exact"], abs=2e-6)  # tolerance of the group: 1e-4
    assert hit == pytest.approx(row["hit_lru_sim"], abs=4 * row["sim_se"] + 5e-4)
    pinned = static_hit_rate(row["N"], skew=row["s"], capacity=row["C"])
    assert pinned == pytest.approx(row["hit_lfu_ideal"], abs=1e-9)


@on_every("row", rows("cache.unique_adapters_per_batch"))
def test_reference_cache_unique_adapters_per_batch(row):
    assert unique_items(1_000_000, skew=row["s"], batch=row["B"]) == pytest.approx(row["unique_sim"], rel=0.01)


@on_every("row", rows("cache.che_exact_large"))
def test_a_hundred_million_items_agree_with_the_sum_over_all_of_them(row):
    assert lru_hit_rate(row["N"], skew=row["s"], capacity=row["C"]) == pytest.approx(row["hit_che_exact"], abs=2e-6)


@on_every("skew", [0.0, 0.05, 0.4, 0.8, 0.999, 1.0, 1.001, 1.3, 2.0, 3.0, 5.0])
@on_every("items", [2, 3, 10, 63, 64, 65, 66, 100, 1000, 20_000])
def test_agrees_with_the_sum_over_every_item(items, skew):
    capacities = np.array([1e-6, 0.3, 1, 2, 7, 64, 0.1 * items, 0.5 * items, 0.99 * items, items - 1e-3])
    capacities = capacities[capacities < items]
    exact = [exact_che(items, skew, capacity) for capacity in capacities]
    np.testing.assert_allclose(lru_hit_rate(items, skew=skew, capacity=capacities), exact, rtol=0, atol=2e-6)


@pytest.mark.parametrize(("skew", "capacity"), [(0.0, 60), (0.8, 20), (1.2, 60), (0.8, 150)])
def test_agrees_with_a_simulated_lru_cache(skew, capacity):
    items, requests = 200, 60_000
    draws = np.random.default_rng(4).choice(items, size=requests, p=zipf(items, skew))
    cache, hits = OrderedDict(), 0
    for position, item in enumerate(draws.tolist()):
        if item in cache:
            cache.move_to_end(item)
            hits += position >= 2000
        else:
            cache[item] = None
            if len(cache) > capacity:
                cache.popitem(last=False)
    simulated = hits / (requests - 2000)
    assert lru_hit_rate(items, skew=skew, capacity=capacity) == pytest.approx(simulated, abs=0.01)


@on_every("items", [1, 7, 64, 65, 10_000, 10**9])
@on_every("skew", [0.0, 0.7, 1.0, 5.0])
def test_nothing_is_hit_without_a_slot_and_all_with_a_slot_for_each(items, skew):
    capacity = np.array([0.0, items, items + 1, 1e18])
    for hit_rate in (lru_hit_rate, static_hit_rate):
        assert hit_rate(items, skew=skew, capacity=capacity).tolist() == [0.0, 1.0, 1.0, 1.0]


@on_every("items", [5, 70, 10**6, 10**9])
def test_uniform_demand_hits_in_proportion_to_the_slots(items):
    share = np.linspace(0, 1, 21)
    for hit_rate in (lru_hit_rate, static_hit_rate):
        np.testing.assert_allclose(hit_rate(items, skew=0, capacity=share * items), share, rtol=0, atol=1e-9)


def test_a_single_slot_of_a_tiny_share_hits_the_chance_of_a_repeat():
    # With C << 1 the characteristic time is C, so h = C sum p_i^2.
    repeat = float((zipf(1000, 0.9) ** 2).sum())
    assert lru_hit_rate(1000, skew=0.9, capacity=1e-9) == pytest.approx(1e-9 * repeat, rel=1e-5)


def test_published_shares_of_the_hottest_hundredth():
    # Of 1,000,000 adapters, the hottest 1% take 16/36/52/68/91/99% of the requests.
    hit = static_hit_rate(1_000_000, skew=[0.6, 0.8, 0.9, 1.0, 1.2, 1.5], capacity=10_000)
    np.testing.assert_array_equal(np.round(100 * hit), [16, 36, 52, 68, 91, 99])


@on_every("skew", [0.0, 0.3, 1.0, 1.7, 4.0])
@on_every("items", [3, 64, 65, 5000])
def test_pinned_shares_are_the_cumulated_shares(items, skew):
    cumulated = np.cumsum(zipf(items, skew))
    slots = np.arange(1, items + 1)
    np.testing.assert_allclose(static_hit_rate(items, skew=skew, capacity=slots), cumulated, rtol=0, atol=1e-12)


@on_every("skew", [0.0, 0.5, 1.0, 2.5])
@on_every("items", [1, 2, 65, 3000])
def test_unique_items_are_the_sum_over_every_item(items, skew):
    batches = np.array([0, 1, 2, 33, 1000, 1e6])
    shares = zipf(items, skew)
    exact = [(1 - (1 - shares) ** batch).sum() for batch in batches]
    np.testing.assert_allclose(unique_items(items, skew=skew, batch=batches), exact, rtol=2e-5, atol=1e-12)


def test_one_request_names_one_item_and_endless_requests_name_all():
    assert unique_items(10**8, skew=0.8, batch=[0, 0.5, 1, 1 + 1e-12]) == pytest.approx([0, 0.5, 1, 1], rel=1e-9)
    assert unique_items(10**6, skew=0.8, batch=1e12) == pytest.approx(10**6, rel=1e-9)


positions = st.floats(0, 1)


@settings(max_examples=150, deadline=None)
@given(size=st.floats(0, 9), skew=st.floats(0, 5), where=positions, step=positions)
def test_every_legal_cache_hits_a_share_that_grows_with_it_and_pinning_is_best(size, skew, where, step):
    items = int(10**size)
    small = where * items
    capacity = np.array([small, small + step * (items - small)])
    hit = lru_hit_rate(items, skew=skew, capacity=capacity)
    pinned = static_hit_rate(items, skew=skew, capacity=capacity)
    assert ((hit >= 0) & (hit <= pinned + 2e-6) & (pinned <= 1)).all()
    assert np.diff(hit)[0] >= -1e-9
    assert np.diff(pinned)[0] >= -1e-12


@settings(max_examples=100, deadline=None)
@given(size=st.floats(0, 9), skew=st.floats(0, 5), batch=st.floats(0, 1e15))
def test_every_legal_batch_names_no_more_items_than_it_draws_or_there_are(size, skew, batch):
    items = int(10**size)
    unique = unique_items(items, skew=skew, batch=batch)
    assert 0 <= unique <= min(items, batch) * (1 + 1e-4)


@settings(max_examples=50, deadline=None)
@given(size=st.floats(0.4, 9), skews=st.tuples(st.floats(0, 5), st.floats(0, 5)), where=positions)
def test_more_skew_never_hits_less(size, skews, where):
    items = int(10**size)
    hit = lru_hit_rate(items, skew=sorted(skews), capacity=where * items)
    assert hit[1] >= hit[0] - 4e-6


@pytest.mark.parametrize("function", [lru_hit_rate, static_hit_rate])
def test_the_curve_at_a_point_is_the_point(function):
    capacity = np.concatenate([[0], np.geomspace(1e-3, 1e6, 40)])
    curve = function(10**6, skew=0.8, capacity=capacity)
    assert [function(10**6, skew=0.8, capacity=one) for one in capacity] == curve.tolist()
    surface = function([[100], [10**6]], skew=[0.0, 0.8, 1.0], capacity=50)
    assert surface.shape == (2, 3)
    assert surface[1, 1] == function(10**6, skew=0.8, capacity=50)


def test_scalars_give_floats_and_empty_arrays_empty_arrays():
    assert type(lru_hit_rate(10, skew=1, capacity=3)) is float
    assert type(unique_items(np.int64(10), skew=1, batch=np.array(3))) is float
    assert lru_hit_rate(10, skew=1, capacity=[]).shape == (0,)
    assert unique_items([], skew=1, batch=3).shape == (0,)


def test_a_hit_rate_of_a_million_items_costs_far_less_than_the_sum_over_them():
    def seconds(run):
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    # Every skew is new, so nothing of the law is cached.
    skews = iter(np.linspace(0.7, 0.9, 20))
    fast = min(seconds(lambda: lru_hit_rate(10**6, skew=next(skews), capacity=1000)) for _ in range(20))
    slow = seconds(lambda: exact_che(10**6, 0.8, 1000))
    assert fast < slow / 50
