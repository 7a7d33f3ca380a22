"""Links between nodes, their positions, and the airtime of a payload."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.gossip import ble_time_s, flood_time_s, mesh, place_of_node
from tests.physics.reference.rows import on_every


@on_every(
    ("nodes", "degree"),
    [(4, 3), (6, 3), (7, 4), (7, 6), (8, 3), (10, 8), (50, 25), (50, 24), (101, 12), (2000, 5)],
)
@on_every("seed", [0, 1, 2])
def test_regular_graphs_are_simple_and_give_every_node_its_degree(nodes, degree, seed):
    links = mesh("regular", nodes, degree=degree, seed=seed).links
    assert (np.bincount(links.ravel(), minlength=nodes) == degree).all()
    assert (links[:, 0] < links[:, 1]).all()
    assert len(np.unique(links, axis=0)) == len(links)


def test_regular_graphs_are_drawn_without_favour():
    # Every pair of six nodes should be linked in 3/5 of all 3-regular graphs.
    seen = np.zeros((6, 6))
    for seed in range(600):
        one, other = mesh("regular", 6, degree=3, seed=seed).links.T
        seen[one, other] += 1
    shares = seen[np.triu_indices(6, 1)] / 600
    assert np.abs(shares - 0.6).max() < 5 * np.sqrt(0.24 / 600)


def test_radios_are_linked_when_and_only_when_they_are_in_range():
    network = mesh("geometric", 200, degree=12, seed=3)
    apart = np.linalg.norm(network.positions[:, None] - network.positions[None], axis=2)
    one, other = np.nonzero(np.triu(apart <= np.sqrt(12 / (np.pi * 200)), 1))
    assert set(map(tuple, network.links.tolist())) == set(zip(one.tolist(), other.tolist(), strict=True))
    assert network.neighbours.tolist() == [int((row <= np.sqrt(12 / (np.pi * 200))).sum()) - 1 for row in apart]


@pytest.mark.parametrize("topology", ["ring", "torus", "regular", "complete", "geometric"])
def test_maps_lie_in_the_unit_square_and_cannot_be_changed(topology):
    network = mesh(topology, 196, seed=1)
    assert network.nodes == 196
    assert network.positions.shape == (196, 2)
    assert (network.positions >= 0).all()
    assert (network.positions <= 1).all()
    assert len(np.unique(network.positions, axis=0)) == 196
    assert network is mesh(topology, 196, seed=1)
    for array in (network.positions, network.links, network.neighbours):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_links_of_ring_and_torus_join_the_nearest_on_the_map():
    torus = mesh("torus", 25)
    step = np.abs(torus.positions[torus.links[:, 0]] - torus.positions[torus.links[:, 1]])
    around = np.minimum(step, 1 - step)
    np.testing.assert_allclose(around.sum(axis=1), 0.2)
    ring = mesh("ring", 12)
    reach = np.linalg.norm(ring.positions[ring.links[:, 0]] - ring.positions[ring.links[:, 1]], axis=1)
    np.testing.assert_allclose(reach, np.sin(np.pi / 12))


def test_a_node_at_the_edge_hears_fewer_so_the_mean_is_below_the_degree():
    heard = [mesh("geometric", 200, degree=12, seed=seed).neighbours.mean() for seed in range(40)]
    assert 10 < np.mean(heard) < 11


def test_few_radios_in_range_leave_a_mesh_in_pieces():
    assert mesh("geometric", 200, degree=3, seed=0).parts > 1
    assert mesh("geometric", 200, degree=40, seed=0).parts == 1


def test_places_of_a_map_are_the_neighbourhoods_of_their_centres():
    network = mesh("geometric", 200, seed=9)
    apart = np.linalg.norm(network.positions[:, None] - network.positions[None, :5], axis=2)
    np.testing.assert_array_equal(place_of_node(network, 5), apart.argmin(axis=1))
    np.testing.assert_array_equal(place_of_node(mesh("ring", 10), 5), np.repeat(np.arange(5), 2))


@pytest.mark.parametrize(("mode", "kilobits_per_s"), [("1M", 791), ("2M", 1402)])
def test_published_rates_of_a_connection(mode, kilobits_per_s):
    assert 244e6 * 8 / 1e3 / ble_time_s(244e6, mode=mode) == pytest.approx(kilobits_per_s, abs=0.5)


def test_published_rates_of_the_mesh():
    assert 12e6 * 8 / 1e3 / ble_time_s(12e6, mode="mesh") == pytest.approx(1.6, rel=1e-9)
    fast = ble_time_s(12e6, mode="mesh", advertising_interval_s=0.010, transmissions=1)
    assert 12e6 * 8 / 1e3 / fast == pytest.approx(9.6, rel=1e-9)
    # 100 kB takes 8.3 minutes on one free hop; a day's 0.5 MB 2.9 s connected and 42 minutes on the mesh.
    assert ble_time_s(100e3, mode="mesh") / 60 == pytest.approx(8.3, abs=0.05)
    assert ble_time_s(0.5e6, mode="2M") == pytest.approx(2.9, abs=0.06)
    assert ble_time_s(0.5e6, mode="mesh") / 60 == pytest.approx(42, abs=0.5)


def test_one_packet_is_the_sum_of_its_parts():
    # 2M: frame of 11 bytes, 7 of headers, 100 of payload, gap, empty answer of 11 bytes, gap; 4 us a byte.
    assert ble_time_s(100, mode="2M") == pytest.approx((11 + 7 + 100) * 4e-6 + 150e-6 + 11 * 4e-6 + 150e-6)
    # 1M, two packets: one byte more than fits into the first.
    two = (10 + 7 + 244) * 8e-6 + (10 + 7 + 1) * 8e-6 + 2 * (300e-6 + 10 * 8e-6)
    assert ble_time_s(245, mode="1M") == pytest.approx(two)
    assert ble_time_s([0, 1, 12, 13], mode="mesh").tolist() == [0, 0.06, 0.06, 0.12]


def hears(side):
    """Nodes of a torus, and which are in range of each other: four neighbours each."""
    links = mesh("torus", side * side).links
    in_range = np.zeros((side * side, side * side), dtype=bool)
    in_range[links[:, 0], links[:, 1]] = in_range[links[:, 1], links[:, 0]] = True
    return in_range


@pytest.mark.parametrize("in_range", [hears(4), hears(6), ~np.eye(12, dtype=bool)], ids=["4x4", "6x6", "complete"])
def test_flooding_takes_as_long_as_a_schedule_slot_by_slot(in_range):
    nodes = len(in_range)
    rng = np.random.default_rng(0)
    heard, sent = np.eye(nodes, dtype=bool), np.zeros((nodes, nodes), dtype=bool)
    slots = 0
    while not (heard.all() and sent.all()):
        slots += 1
        taken = np.zeros(nodes, dtype=bool)  # a node does not send in a slot in which it receives another
        now = []
        for node in rng.permutation(nodes):
            waiting = np.flatnonzero(heard[node] & ~sent[node])
            if not taken[node] and len(waiting):
                now.append((node, rng.choice(waiting)))
                taken |= in_range[node]
                taken[node] = True
        for node, message in now:
            sent[node, message] = True
            heard[in_range[node], message] = True
    degree = in_range.sum(axis=1).mean()
    formula = flood_time_s(nodes, payload_bytes=12, mode="mesh", degree=degree) / 0.06
    assert slots / 2 < formula < slots * 2


def test_flooding_grows_with_the_nodes_the_relays_and_the_payload():
    base = flood_time_s(1000, payload_bytes=120, mode="mesh", degree=10)
    assert flood_time_s(2000, payload_bytes=120, mode="mesh", degree=10) == 2 * base
    assert flood_time_s(1000, payload_bytes=120, mode="mesh", degree=20) == 2 * base
    assert flood_time_s(1000, payload_bytes=240, mode="mesh", degree=10) == 2 * base
    assert flood_time_s(1000, payload_bytes=120, mode="2M", degree=10) < base / 100
    # 200 kB from each of 10,000 hearables with 12 in range: years.
    assert flood_time_s(10_000, payload_bytes=200e3, mode="mesh", degree=12) > 3 * 365 * 86_400


def test_curves_at_a_point_are_the_points():
    sizes = np.geomspace(1, 1e6, 20)
    for mode in ("1M", "2M", "mesh"):
        curve = ble_time_s(sizes, mode=mode)
        assert [ble_time_s(size, mode=mode) for size in sizes] == curve.tolist()
    surface = flood_time_s([[20], [200]], payload_bytes=sizes, mode="mesh", degree=12)
    assert surface.shape == (2, 20)
    point = flood_time_s(200, payload_bytes=sizes[3], mode="mesh", degree=12)
    assert type(point) is float
    assert point == surface[1, 3]


@settings(max_examples=100, deadline=None)
@given(
    payload=st.floats(0, 1e12),
    more=st.floats(0, 1e6),
    nodes=st.integers(2, 10**9),
    share=st.floats(0, 1),
    mode=st.sampled_from(["1M", "2M", "mesh"]),
)
def test_every_legal_payload_takes_a_finite_time_and_more_takes_no_less(payload, more, nodes, share, mode):
    one, two = ble_time_s([payload, min(payload + more, 1e12)], mode=mode)
    assert 0 <= one <= two < np.inf
    degree = 1 + share * (nodes - 2)
    assert one <= flood_time_s(nodes, payload_bytes=payload, mode=mode, degree=degree) < np.inf
