"""Simulated runs of gossip: their mean against the formula, and with places, sleeping nodes and few calls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.gossip import (
    MESH_MESSAGE_BYTES,
    MESH_SEGMENT_BYTES,
    ble_time_s,
    estimation_error,
    gossip_trial,
    mesh,
    place_of_node,
    spectrum,
)

TOPOLOGIES = ["ring", "torus", "regular", "complete", "geometric"]


def metropolis_spectrum(network):
    """Eigenvalues of the averaging matrix of one drawn graph, the slow way."""
    matrix = np.eye(network.nodes)
    for one, other in network.links.tolist():
        step = np.zeros(network.nodes)
        step[[one, other]] = 1, -1
        matrix -= np.outer(step, step) / (1 + max(network.neighbours[one], network.neighbours[other]))
    return np.linalg.eigvalsh(matrix)[::-1]


def mean_error(topology, nodes, *, draws, **arguments):
    return np.mean([gossip_trial(topology, nodes, seed=seed, **arguments) for seed in range(draws)])


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_drawn_runs_have_the_error_of_the_formula_on_the_mean(topology):
    nodes, rounds, draws = 49, [0, 1, 3, 20], 400
    variances = {"noise_variance": 1, "diversity_variance": 0.4}
    runs = np.array(
        [
            gossip_trial(topology, nodes, rounds=rounds, degree=8, seed=seed, mesh_seed=5, **variances)
            for seed in range(draws)
        ]
    ).mean(axis=2)
    eigenvalues = metropolis_spectrum(mesh(topology, nodes, degree=8, seed=5))
    expected = estimation_error(eigenvalues, rounds, **variances)
    standard_error = runs.std(axis=0) / np.sqrt(draws)
    assert (np.abs(runs.mean(axis=0) - expected) <= 4 * standard_error).all()


def test_a_run_is_drawn_once_whatever_rounds_are_asked_for():
    arguments = {"noise_variance": 1, "diversity_variance": 0.2, "seed": 3, "churn": 0.2, "fan_out": 2}
    curve = gossip_trial("geometric", 50, rounds=[[0, 1], [5, 9]], **arguments)
    assert curve.shape == (2, 2, 50)
    np.testing.assert_array_equal(curve[1, 0], gossip_trial("geometric", 50, rounds=5, **arguments))
    other = gossip_trial("geometric", 50, rounds=5, **(arguments | {"seed": 4}))
    assert not np.array_equal(curve[1, 0], other)
    assert gossip_trial("geometric", 50, rounds=[], **arguments).shape == (0, 50)


@pytest.mark.parametrize(("diversity", "most_gain"), [(0.02, True), (4.0, False)])
def test_more_than_four_fifths_of_nodes_gain_only_where_truths_are_alike(diversity, most_gain):
    runs = np.array(
        [
            gossip_trial("geometric", 200, rounds=[0, 30], noise_variance=1, diversity_variance=diversity, seed=seed)
            for seed in range(10)
        ]
    )
    gained = (runs[:, 1] < runs[:, 0]).mean()
    assert (gained > 0.8) == most_gain
    assert most_gain or gained < 0.4


def test_nodes_of_one_place_share_a_truth_so_talk_among_them_only_takes_noise_away():
    arguments = {"rounds": 4, "noise_variance": 1}
    one, six, sixty = (
        mean_error("ring", 60, draws=250, diversity_variance=5, places=places, **arguments) for places in (1, 6, 60)
    )
    ring = spectrum("ring", 60)
    assert one == pytest.approx(estimation_error(ring, diversity_variance=0, **arguments), rel=0.1)
    assert sixty == pytest.approx(estimation_error(ring, diversity_variance=5, **arguments), rel=0.1)
    assert one < six < sixty


def test_a_place_of_its_own_for_every_node_is_the_default():
    arguments = {"rounds": 3, "noise_variance": 1, "diversity_variance": 2, "seed": 1}
    own = gossip_trial("torus", 25, places=25, **arguments)
    np.testing.assert_array_equal(own, gossip_trial("torus", 25, **arguments))


def test_sleepers_neither_send_nor_hear():
    arguments = {"noise_variance": 1, "diversity_variance": 0.1, "seed": 2}
    all_asleep = gossip_trial("geometric", 80, rounds=[0, 10], churn=1, **arguments)
    np.testing.assert_array_equal(all_asleep[1], all_asleep[0])
    awake, half, asleep = (
        mean_error("torus", 81, draws=30, rounds=5, churn=churn, noise_variance=1, diversity_variance=0)
        for churn in (0, 0.5, 0.9)
    )
    assert awake < half < asleep < 1


def test_the_mean_survives_churn_and_few_calls():
    # With one truth for all, everyone ends at the mean of the measurements, whichever nodes slept on the way.
    arguments = {"rounds": 2000, "noise_variance": 1, "diversity_variance": 0, "seed": 6}
    undisturbed = gossip_trial("torus", 36, **arguments)
    disturbed = gossip_trial("torus", 36, churn=0.3, fan_out=1, **arguments)
    np.testing.assert_allclose(disturbed, undisturbed, rtol=1e-6)


def test_calling_all_neighbours_is_no_limit_and_one_is_slower():
    arguments = {"rounds": 5, "noise_variance": 1, "diversity_variance": 0}
    everyone = gossip_trial("torus", 36, fan_out=4, **arguments)
    np.testing.assert_allclose(everyone, gossip_trial("torus", 36, **arguments), rtol=1e-12)
    one_call, two_calls, all_calls = (
        mean_error("torus", 100, draws=20, fan_out=calls, **arguments) for calls in (1, 2, None)
    )
    assert one_call > two_calls > all_calls


def test_three_nodes_that_call_one_each_agree_only_when_they_call_in_a_circle():
    # Two of the eight ways to call use all three links, after which all hold the mean.
    runs = [
        gossip_trial("complete", 3, rounds=1, noise_variance=1, diversity_variance=0, fan_out=1, seed=seed)
        for seed in range(400)
    ]
    assert np.mean(np.ptp(runs, axis=1) < 1e-12) == pytest.approx(0.25, abs=0.09)


def test_errors_scale_with_the_variances():
    arguments = {"rounds": [0, 3], "seed": 8}
    once = gossip_trial("geometric", 60, noise_variance=0.5, diversity_variance=0.1, **arguments)
    four_times = gossip_trial("geometric", 60, noise_variance=2, diversity_variance=0.4, **arguments)
    np.testing.assert_allclose(four_times, 4 * once, rtol=1e-12)


def test_a_call_uses_one_link_and_both_ends_talk():
    # Of two nodes each calls its only neighbour: both take the mean at once.
    error = gossip_trial("complete", 2, rounds=1, noise_variance=1, diversity_variance=0, fan_out=1)
    assert error[0] == pytest.approx(error[1], rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    topology=st.sampled_from(TOPOLOGIES),
    side=st.integers(3, 8),
    rounds=st.integers(0, 40),
    noise=st.floats(0, 1e12),
    diversity=st.floats(0, 1e12),
    churn=st.floats(0, 1),
    fan_out=st.one_of(st.none(), st.integers(1, 100)),
    seed=st.integers(0, 2**70),
    data=st.data(),
)
def test_every_legal_run_gives_finite_errors(topology, side, rounds, noise, diversity, churn, fan_out, seed, data):
    nodes = side**2
    degree = data.draw(st.integers(2, (nodes - 1) // 2).map(lambda half: 2 * half))
    places = data.draw(st.integers(1, nodes))
    network = mesh(topology, nodes, degree=degree, seed=seed)
    assert set(place_of_node(network, places).tolist()) == set(range(places))
    errors = gossip_trial(
        topology,
        nodes,
        rounds=rounds,
        noise_variance=noise,
        diversity_variance=diversity,
        degree=degree,
        seed=seed,
        places=places,
        churn=churn,
        fan_out=fan_out,
    )
    assert errors.shape == (nodes,)
    assert np.isfinite(errors).all()
    assert (errors >= 0).all()


def test_a_mesh_message_is_thirty_two_segments_of_twelve_bytes():
    """Zephyr's CONFIG_BT_MESH_TX_SEG_MAX allows 32; a segment of the advertising bearer holds 12 bytes."""
    assert MESH_MESSAGE_BYTES == 32 * MESH_SEGMENT_BYTES == 384
    one = ble_time_s(MESH_SEGMENT_BYTES, mode="mesh")
    assert ble_time_s(MESH_MESSAGE_BYTES, mode="mesh") == pytest.approx(32 * one)
