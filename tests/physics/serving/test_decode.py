"""Serving many adapters: tiers against a simulation, queues against arrivals one by one, and the limits."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.serving import (
    KV_BYTES_PER_TOKEN,
    MODEL_BYTES,
    Serving,
    adapter_room_bytes,
    decode_step_s,
    lru_hit_rate,
    serving,
    static_hit_rate,
    unique_items,
)
from physics.serving.queue import wait_for_link
from tests.physics.reference.rows import rows

FIELDS = list(Serving.__dataclass_fields__)
ADAPTER = 131_072_000.0  # rank 16 on q, k, v, o of Llama-3-70B in bf16
NODE = {
    "adapters": 1_000_000,
    "skew": 0.8,
    "adapter_bytes": ADAPTER,
    "hbm_bytes": 200e9,
    "host_bytes": 1e12,
    "request_rate": 20.0,
    "batch": 32,
    "context_tokens": 2000,
    "gpus": 8,
}


def node(**changes):
    return serving(**(NODE | changes))


def one_link(load, **changes):
    """Everything in host memory and nothing in HBM, one GPU: a plain M/D/1 queue, service 2.52 ms."""
    service_s = ADAPTER / 52e9
    return node(hbm_bytes=0, host_bytes=1e18, gpus=1, request_rate=np.divide(load, service_s), **changes), service_s


def waits(gaps, service_s):
    """Waiting times of arrivals one by one (Lindley), the first at an empty queue."""
    drift = np.concatenate([[0], np.cumsum(service_s - gaps)])
    return drift - np.minimum.accumulate(drift)


def test_reference_cache_two_level_lru():
    row = rows("cache.two_level_lru")[0]
    tiers = node(adapters=row["N"], skew=row["s"], adapter_bytes=1, hbm_bytes=row["C1"], host_bytes=row["C2"])
    assert tiers.hit_hbm == pytest.approx(row["h1"], abs=0.001)
    assert tiers.hit_hbm + tiers.hit_host == pytest.approx(row["total"], abs=0.003)


def test_published_times_to_load_one_adapter():
    # 131 MB take 2.5 ms at 52 GB/s and 18.7 ms at 7 GB/s.
    from_host = node(request_rate=0, hbm_bytes=0, host_bytes=1e18, gpus=1)
    from_disk = node(request_rate=0, hbm_bytes=0, host_bytes=0, gpus=1)
    assert from_host.ttft_added_mean_s * 1e3 == pytest.approx(2.5, abs=0.05)
    assert (from_disk.ttft_added_mean_s - from_host.ttft_added_mean_s) * 1e3 == pytest.approx(18.7, abs=0.05)
    assert KV_BYTES_PER_TOKEN == 327_680
    assert round(MODEL_BYTES / 1e9, 1) == 141.1


def test_the_mean_is_the_sum_of_its_terms():
    result = node()
    slots, host_slots = 200e9 // ADAPTER, 1e12 // ADAPTER
    h1 = lru_hit_rate(1_000_000, skew=0.8, capacity=slots)
    total = lru_hit_rate(1_000_000, skew=0.8, capacity=host_slots)
    assert (result.hit_hbm, result.hit_host) == pytest.approx((h1, total - h1), rel=1e-12)
    link_s, disk_s = ADAPTER / (8 * 52e9), ADAPTER / 7e9
    link, disk = 20 * (1 - h1) * link_s, 20 * (1 - total) * disk_s
    assert (result.link_utilisation, result.nvme_utilisation) == pytest.approx((link, disk), rel=1e-12)
    mean = (1 - h1) * (link_s + link * link_s / (2 * (1 - link)))
    mean += (1 - total) * (disk_s + disk * disk_s / (2 * (1 - disk)))
    assert result.ttft_added_mean_s == pytest.approx(mean, rel=1e-12)


def test_the_throughput_is_a_ratio_of_decode_steps():
    result = node()
    read = unique_items(1_000_000, skew=0.8, batch=32)
    alone = decode_step_s(batch=32, context_tokens=2000, gpus=8)
    busy = decode_step_s(batch=32, context_tokens=2000, gpus=8, adapters_read=read, adapter_bytes=ADAPTER)
    assert result.throughput_ratio == pytest.approx(alone / busy, rel=1e-12)
    assert alone == pytest.approx((141.107412992e9 + 32 * 2000 * 327_680) / (8 * 3.35e12), rel=1e-12)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8, 0.95])
def test_waits_agree_with_a_queue_simulated_arrival_by_arrival(load):
    result, service_s = one_link(load)
    gaps = np.random.default_rng(8).exponential(service_s / load, 1_500_000)
    simulated = waits(gaps, service_s) + service_s
    assert result.ttft_added_mean_s == pytest.approx(simulated.mean(), rel=0.05)
    assert result.ttft_added_p99_s == pytest.approx(np.quantile(simulated, 0.99), rel=0.05)


@pytest.mark.parametrize("load", [0.3, 0.5, 0.8, 0.95, 0.99])
def test_the_99th_percentile_is_that_of_erlangs_exact_distribution(load):
    result, service_s = one_link(load)
    waited = Decimal(result.ttft_added_p99_s / service_s - 1)  # in services
    rho = Decimal(load)
    with localcontext(prec=400):
        terms = (
            (-rho * (waited - k)) ** k / math.factorial(k) * (rho * (waited - k)).exp() for k in range(int(waited) + 1)
        )
        within = float((1 - rho) * sum(terms, Decimal(0)))
    assert 1 - within == pytest.approx(0.01, rel=0.05)


def test_two_busy_links_add_up_as_independent_queues():
    service_s, load = ADAPTER / 7e9, 0.6
    result = node(hbm_bytes=0, host_bytes=0, gpus=1, pcie_bytes_per_s=7e9, request_rate=load / service_s)
    rng = np.random.default_rng(5)
    first, second = (waits(rng.exponential(service_s / load, 1_000_000), service_s) for _ in range(2))
    added = first + rng.permutation(second) + 2 * service_s
    assert result.ttft_added_mean_s == pytest.approx(added.mean(), rel=0.03)
    assert result.ttft_added_p99_s == pytest.approx(np.quantile(added, 0.99), rel=0.03)


@pytest.mark.parametrize("rate", [20.0, 55.0])
def test_times_over_all_requests_agree_with_two_queues_in_a_row(rate):
    result = node(request_rate=rate)
    rng = np.random.default_rng(3)
    arrivals = np.cumsum(rng.exponential(1 / rate, 400_000))
    kind = rng.random(len(arrivals))
    in_hbm, on_disk = kind < result.hit_hbm, kind > result.hit_hbm + result.hit_host
    link_s, disk_s = ADAPTER / (8 * 52e9), ADAPTER / 7e9
    ready = arrivals.copy()
    ready[on_disk] += waits(np.diff(arrivals[on_disk]), disk_s) + disk_s
    loaded = np.flatnonzero(~in_hbm)
    order = loaded[np.argsort(ready[loaded], kind="stable")]
    done = arrivals.copy()
    done[order] = ready[order] + waits(np.diff(ready[order]), link_s) + link_s
    added = done - arrivals
    assert result.ttft_added_mean_s == pytest.approx(added.mean(), rel=0.05)
    assert result.ttft_added_p99_s == pytest.approx(np.quantile(added, 0.99), rel=0.05)


def test_added_times_rise_through_saturation_without_a_jump():
    load = np.concatenate([np.linspace(0, 1, 200), 1 + np.geomspace(1e-9, 10, 50)])
    result, _ = one_link(load)
    for times in (result.ttft_added_mean_s, result.ttft_added_p99_s):
        assert (np.diff(times) >= -1e-9).all()
    near, _ = one_link(np.array([1 - 1e-9, 1 + 1e-9]))
    assert near.ttft_added_mean_s[1] == pytest.approx(near.ttft_added_mean_s[0], rel=1e-4)
    assert near.ttft_added_p99_s[1] == pytest.approx(near.ttft_added_p99_s[0], rel=1e-4)
    np.testing.assert_allclose(result.link_utilisation, load, atol=1e-12)


def test_a_saturated_link_keeps_the_backlog_of_the_busy_hour():
    result, service_s = one_link(1.5)
    gaps = np.random.default_rng(1).exponential(service_s / 1.5, int(3600 * 1.5 / service_s))
    at_the_end = waits(gaps, service_s)[-1]
    assert result.ttft_added_mean_s == pytest.approx(at_the_end, rel=0.01)
    assert result.ttft_added_mean_s == pytest.approx(0.5 * 3600, rel=0.01)
    assert result.ttft_added_p99_s == pytest.approx(at_the_end, rel=0.03)
    quarter, _ = one_link(1.5, horizon_s=900)
    assert quarter.ttft_added_mean_s == pytest.approx(0.5 * 900, rel=0.01)


def test_a_link_just_saturated_has_the_wait_of_a_queue_that_began_empty():
    result, service_s = one_link(1.0, horizon_s=10)
    rng = np.random.default_rng(2)
    at_the_end = [waits(rng.exponential(service_s, int(10 / service_s)), service_s)[-1] for _ in range(800)]
    assert result.ttft_added_mean_s - service_s == pytest.approx(np.mean(at_the_end), rel=0.12)


def test_beside_the_backlog_a_saturated_wait_grows_with_the_root_of_the_load():
    """Requests arrive at random and bring D seconds of work each: work of variance rho D a second.

    So a reflected Brownian motion of that variance stands at sqrt(2 rho D t / pi) on average (Abate and Whitt 1987).
    """
    load, service_s, horizon_s = np.array([1.0, 2.25, 4.0, 9.0]), 0.1, 3600.0
    wait = wait_for_link(load, service_s, horizon_s)
    variance = load / service_s * service_s**2  # arrivals a second, each of D^2
    mean_s = np.sqrt(2 * variance * horizon_s / np.pi)
    np.testing.assert_allclose(wait.mean_s - (load - 1) * horizon_s, mean_s, rtol=1e-9)
    np.testing.assert_allclose(wait.scale_s, mean_s, rtol=1e-9)


def test_just_below_saturation_a_young_load_has_not_waited_as_long_as_an_old_one():
    """The steady wait at 99.9% is 50 s; 60 s after the start nobody waits longer than in a queue that began empty."""
    old, young = (wait_for_link(np.array([0.999]), 0.1, horizon_s) for horizon_s in (1e6, 60.0))
    assert old.mean_s == pytest.approx(0.999 * 0.1 / (2 * 0.001))
    assert young.mean_s == pytest.approx(np.sqrt(2 * 0.999 * 0.1 * 60 / np.pi))


def test_hbm_without_a_slot_serves_nothing_and_a_small_one_cuts_the_batch():
    result = node(hbm_bytes=np.array([0, ADAPTER - 1, ADAPTER, 10.5 * ADAPTER, 200e9]))
    assert result.throughput_ratio[0] == result.throughput_ratio[1] == 0
    assert result.hit_hbm[1] == 0
    assert (np.diff(result.throughput_ratio) >= 0).all()
    served = 10  # of 1,000,000 adapters at skew 0.8, 10 requests name 9.9 and 11 requests more than 10
    assert unique_items(1_000_000, skew=0.8, batch=served) <= 10 < unique_items(1_000_000, skew=0.8, batch=11)
    cut = node(batch=served).throughput_ratio
    alone = [decode_step_s(batch=batch, context_tokens=2000, gpus=8) for batch in (served, 32)]
    expected = served / 32 * cut * alone[1] / alone[0]
    assert result.throughput_ratio[3] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("skew", [0.0, 0.8, 2.0])
def test_a_slot_for_every_adapter_serves_every_batch(skew):
    adapters = np.arange(1, 400)
    result = node(adapters=adapters, skew=skew, adapter_bytes=1, hbm_bytes=adapters, batch=10**6, context_tokens=0)
    np.testing.assert_allclose(result.throughput_ratio, 1, rtol=1e-8)


def test_no_host_memory_sends_every_miss_to_the_drive():
    result = node(host_bytes=0)
    assert result.hit_host == 0
    assert result.nvme_utilisation == pytest.approx(20 * (1 - result.hit_hbm) * ADAPTER / 7e9, rel=1e-12)


def test_requests_that_all_hit_wait_for_nothing():
    resident = node(adapters=100)
    assert (resident.hit_hbm, resident.ttft_added_mean_s, resident.ttft_added_p99_s) == (1, 0, 0)
    rare = node(hbm_bytes=999 * ADAPTER, adapters=1000)  # less than 1% of the requests miss
    assert 0.99 < rare.hit_hbm < 1
    assert rare.ttft_added_p99_s == 0 < rare.ttft_added_mean_s


def test_more_gpus_widen_the_links_and_not_the_drive():
    four, eight = node(gpus=4), node(gpus=8)
    assert four.link_utilisation == pytest.approx(2 * eight.link_utilisation, rel=1e-12)
    assert four.nvme_utilisation == eight.nvme_utilisation


def test_pinned_adapters_hit_more_than_recent_ones():
    pinned = node(eviction="pinned")
    slots = 200e9 // ADAPTER
    assert pinned.hit_hbm == pytest.approx(static_hit_rate(1_000_000, skew=0.8, capacity=slots), rel=1e-12)
    assert pinned.hit_hbm > node().hit_hbm
    assert pinned.ttft_added_mean_s < node().ttft_added_mean_s


def test_rank_is_a_cache_capacity_decision():
    rank = np.array([4, 8, 16, 32, 64])
    result = node(adapter_bytes=ADAPTER * rank / 16)
    assert (np.diff(result.hit_hbm) < 0).all()
    assert (np.diff(result.throughput_ratio) < 0).all()
    assert (np.diff(result.ttft_added_p99_s) > 0).all()


def test_room_for_adapters_is_what_weights_and_cache_leave():
    room = adapter_room_bytes(gpus=8, batch=[0, 32], context_tokens=2000, memory_share=1.0)
    assert room[0] == pytest.approx(684.17e9 - 141.11e9, rel=1e-4)
    assert room[0] - room[1] == pytest.approx(32 * 2000 * 327_680, rel=1e-9)
    assert adapter_room_bytes(gpus=1, batch=0, context_tokens=0) < 0  # the model alone needs two cards


def powers(low, high):
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


@settings(max_examples=200, deadline=None)
@given(
    adapters=powers(0, 9).map(int),
    skew=st.floats(0, 5),
    adapter_bytes=powers(0, 12),
    hbm_bytes=st.one_of(st.just(0), powers(0, 18)),
    host_bytes=st.one_of(st.just(0), powers(0, 18)),
    request_rate=st.one_of(st.just(0), powers(-300, 9)),
    batch=powers(0, 6).map(int),
    context_tokens=st.one_of(st.just(0), powers(0, 9)),
    gpus=powers(0, 6).map(int),
    eviction=st.sampled_from(["lru", "pinned"]),
    pcie_bytes_per_s=powers(6, 18),
    nvme_bytes_per_s=powers(6, 18),
    model_bytes=powers(0, 18),
    horizon_s=powers(0, 6),
)
def test_no_legal_node_gives_anything_but_finite_numbers(**arguments):
    result = serving(**arguments)
    for field in FIELDS:
        value = getattr(result, field)
        assert np.isfinite(value), field
        assert value >= 0, field
    assert result.hit_hbm + result.hit_host <= 1 + 1e-12
    assert result.throughput_ratio <= 1 + 1e-12


@settings(max_examples=60, deadline=None)
@given(
    rate=powers(-3, 9),
    more=st.floats(1, 100),
    adapter_bytes=powers(0, 12),
    hbm_bytes=powers(0, 14),
    host_bytes=powers(0, 14),
)
def test_more_requests_never_wait_less(rate, more, adapter_bytes, hbm_bytes, host_bytes):
    rates = np.array([rate, min(rate * more, 1e9)])
    result = node(request_rate=rates, adapter_bytes=adapter_bytes, hbm_bytes=hbm_bytes, host_bytes=host_bytes)
    for times in (result.ttft_added_mean_s, result.ttft_added_p99_s):
        assert times[1] >= times[0] * (1 - 1e-4) or rates[0] == rates[1]
