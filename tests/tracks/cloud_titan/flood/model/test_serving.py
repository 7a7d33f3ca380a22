"""The model of the crisis: sizes as published, serving as in physics, and a proxy within its limits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from physics.federation import digits_problem, personalise, simulate
from physics.serving import (
    GPU_MEMORY_BYTES,
    HBM_BYTES_PER_S,
    KV_BYTES_PER_TOKEN,
    MODEL_BYTES,
    adapter_room_bytes,
    lru_hit_rate,
    serving,
    static_hit_rate,
    unique_items,
)
from tests.tracks.cloud_titan.flood.states import GB, NODE, TB, TITAN, any_state, setting
from tracks.cloud_titan.flood.model.quality import gain_points, gains, proxy_rank
from tracks.cloud_titan.flood.model.serving import first_tokens_s, serve, serve_all, today_tokens_per_s
from tracks.cloud_titan.flood.setting import CONTEXT_TOKENS, MEMORY_SHARE, adapter_bytes, setting_of


# P21
@pytest.mark.parametrize(
    ("rank", "targets", "megabytes"), [(16, "qv", 65.5), (16, "qkvo", 131.1), (16, "all", 414.2), (4, "qkvo", 32.8)]
)
def test_an_adapter_weighs_what_its_matrices_say(rank, targets, megabytes):
    """Hu et al. 2021: r (d_in + d_out) a matrix; Llama-3-70B at rank 16: 32.8, 65.5 and 207.1 M parameters, 2 B."""
    assert adapter_bytes(rank, targets) / 1e6 == pytest.approx(megabytes, abs=0.05)


def test_the_default_adapter_is_the_one_the_track_moves():
    assert adapter_bytes(16, "qkvo") == TITAN.model.moved_bytes
    assert NODE.adapters * adapter_bytes(16, "qkvo") == pytest.approx(131 * TB, rel=1e-3)


def test_the_node_is_the_one_physics_was_tested_on():
    assert (NODE.gpu_memory_bytes, NODE.weights_bytes) == (GPU_MEMORY_BYTES, MODEL_BYTES)
    assert (NODE.kv_bytes_per_token, NODE.hbm_bytes_per_s) == (KV_BYTES_PER_TOKEN, HBM_BYTES_PER_S)
    room = adapter_room_bytes(
        gpus=NODE.gpus, batch=96, context_tokens=CONTEXT_TOKENS.value, memory_share=MEMORY_SHARE.value
    )
    assert NODE.beside_weights_bytes - 96 * NODE.request_bytes == pytest.approx(room)


# --- serving ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eviction", ["lru", "pinned"])
def test_hits_loads_and_waits_are_those_of_physics(eviction):
    one = setting(rank=8, eviction=eviction, host_bytes=1 * TB)
    state, size = serve(NODE, one), adapter_bytes(8, "qkvo")
    rate = lru_hit_rate if eviction == "lru" else static_hit_rate
    hbm, both = (rate(10**6, skew=0.8, capacity=memory // size) for memory in (250 * GB, 1 * TB))
    assert (state.hit_hbm, state.hit) == pytest.approx((hbm, both))
    assert state.drive_load == pytest.approx(90 * (1 - both) * size / 7e9)
    assert state.link_load == pytest.approx(90 * (1 - hbm) * size / (8 * 52e9))
    cost = serving(
        adapters=10**6, skew=0.8, adapter_bytes=size, hbm_bytes=250 * GB, host_bytes=1 * TB, request_rate=90,
        batch=96, context_tokens=4096, gpus=8, eviction=eviction,
    )  # fmt: skip
    assert state.first_token_s == pytest.approx(cost.ttft_added_p99_s)


def test_tokens_follow_from_the_bytes_a_step_reads():
    state = serve(NODE, setting(batch=150))
    named = unique_items(10**6, skew=0.8, batch=150)
    step_s = (MODEL_BYTES + named * 131_072_000 + 150 * 4096 * 327_680) / (8 * 3.35e12)
    assert state.named == pytest.approx(named)
    assert state.tokens_per_s == pytest.approx(150 / step_s)
    assert state.floor_tokens_per_s == pytest.approx(0.95 * today_tokens_per_s(NODE))
    assert today_tokens_per_s(NODE) == pytest.approx(96 / ((MODEL_BYTES + 96 * 4096 * 327_680) / (8 * 3.35e12)))


def test_the_batch_is_cut_to_the_kv_cache_that_fits_and_then_to_the_adapters_that_fit():
    crowded = setting(hbm_bytes=400 * GB)
    starved = serve(NODE, crowded)
    assert starved.served == (NODE.beside_weights_bytes - 400 * GB) // NODE.request_bytes < 96
    assert starved.claimed_bytes > NODE.usable_bytes
    roomy, bare = serve(NODE, setting()), serve(NODE, setting(hbm_bytes=5 * GB))
    assert bare.held_hbm == 38 < bare.named
    assert bare.tokens_per_s < 0.6 * roomy.tokens_per_s
    assert serve(NODE, setting(hbm_bytes=0)).tokens_per_s == 0


@settings(max_examples=25)
@given(drawn=any_state)
def test_less_to_load_or_more_room_never_hurts_the_drive(drawn):
    """The premises of every fix: a lower rank, more host memory and pinning each take load off."""
    one = setting_of(drawn)
    others = (
        replace(one, rank=max(4, one.rank // 2)),
        replace(one, host_bytes=2 * TB),
        replace(one, eviction="pinned"),
    )
    now, *after = serve_all(NODE, (one, *others))
    for state in after:
        assert state.drive_load <= now.drive_load * (1 + 1e-3)  # the accuracy of Che's approximation of LRU


@settings(max_examples=25)
@given(drawn=any_state)
def test_many_states_at_once_are_each_as_alone(drawn):
    one = setting_of(drawn)
    several = (one, replace(one, rank=7), replace(one, eviction="pinned", batch=65), replace(one, hbm_bytes=0.0))
    assert serve_all(NODE, several) == tuple(serve(NODE, each) for each in several)


def test_the_curve_of_the_wait_passes_through_the_state():
    one = setting(rank=8, eviction="pinned")
    waits = first_tokens_s(NODE, one, ranks=(8, 16), rates=np.array([20.0, 90.0]))
    assert waits.shape == (2, 2)
    assert waits[0, 1] == pytest.approx(serve(NODE, one).first_token_s)
    assert waits[1, 1] == pytest.approx(serve(NODE, replace(one, rank=16)).first_token_s)


# --- rank and accuracy -----------------------------------------------------------------------------------------------


def test_doubling_the_rank_is_one_step_of_the_proxy():
    assert [proxy_rank(rank, "qkvo") for rank in (4, 8, 16, 32)] == [2, 3, 4, 5]
    assert proxy_rank(16, "qv") == proxy_rank(8, "qkvo")
    assert proxy_rank(1, "qv") == 1  # no adapter is thinner than the thinnest


def test_the_gains_are_those_of_personal_changes_of_limited_rank():
    problem = digits_problem(clients=50, alpha=TITAN.fleet.skew_alpha, seed=TITAN.fleet.seed, cities=5)
    shared = simulate(problem, rounds=20, clients_per_round=50, local_steps=1, learning_rate=8.0).weights
    own = np.mean(
        [personalise(problem, shared, client=k, local_steps=20, learning_rate=8.0, rank=3).own for k in range(50)]
    )
    table = gains(TITAN.fleet.seed, TITAN.fleet.skew_alpha)
    assert table.by_rank[2] == pytest.approx(own)
    assert table.by_rank[-1] == pytest.approx(table.whole)  # a change of 33 x 10 has no more than ten ranks
    nothing = [problem.class_mix[k] @ (problem.data.correct(shared[None])[0] / problem.data.test_class_sizes)
               for k in range(50)]  # fmt: skip
    assert table.shared == pytest.approx(np.mean(nothing))


def test_a_shared_model_that_has_learnt_more_leaves_less_for_rank_to_add():
    """Why the shared model stops early: after 100 rounds of five steps rank 2 gains all but a tenth of a point."""
    problem = digits_problem(clients=50, alpha=TITAN.fleet.skew_alpha, seed=TITAN.fleet.seed, cities=5)
    shared = simulate(problem, rounds=100, clients_per_round=50, local_steps=5, learning_rate=8.0).weights
    how = {"client": np.arange(50), "local_steps": 20, "learning_rate": 8.0}
    low, whole = (np.mean(personalise(problem, shared, rank=rank, **how).own) for rank in (2, None))
    assert whole - low < 0.001
    early = gains(TITAN.fleet.seed, TITAN.fleet.skew_alpha)
    assert early.whole - early.by_rank[1] > 0.01
    assert early.whole - early.shared > 0.03


def test_a_higher_rank_gains_more_and_each_doubling_less():
    points = [gain_points(r, "qkvo", seed=TITAN.fleet.seed, alpha=TITAN.fleet.skew_alpha) for r in (4, 8, 16, 32, 64)]
    steps = np.diff(points)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()
