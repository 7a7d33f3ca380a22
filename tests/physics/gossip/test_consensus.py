"""Averaging with neighbours: spectra against graphs, errors against simulated runs, and the limits of both."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.gossip import (
    best_rounds,
    consensus_rms,
    estimation_error,
    mesh,
    spectrum,
)
from tests.physics.reference.rows import on_every, rows

TOPOLOGIES = ["ring", "torus", "regular", "complete", "geometric"]


def averaging_matrix(network):
    """Metropolis weights link by link, the slow way."""
    matrix = np.eye(network.nodes)
    degree = Counter(network.links.ravel().tolist())
    for one, other in network.links.tolist():
        weight = 1 / (1 + max(degree[one], degree[other]))
        matrix[one, other] += weight
        matrix[other, one] += weight
        matrix[one, one] -= weight
        matrix[other, other] -= weight
    return matrix


def of_row(row):
    """The arguments of a row of the reference: rgg_deg12 is geometric with 12 neighbours."""
    kind = row["graph"]
    if kind.startswith("random_regular"):
        return {"topology": "regular", "nodes": row["n"], "degree": int(kind.split("_d")[1])}
    if kind.startswith("rgg"):
        degree = int(kind.split("_deg")[1])
        return {"topology": "geometric", "nodes": row["n"], "degree": degree, "seed": row["seed"]}
    return {"topology": kind, "nodes": row["n"]}


@on_every("row", rows("gossip.spectra_and_simulation"))
def test_reference_gossip_spectra_and_simulation(row):
    arguments = of_row(row)
    eigenvalues = spectrum(**arguments)
    regular = arguments["topology"] == "regular"
    # Drawn regular graphs differ, so theirs is a limit; the geometric one is the very graph of the row.
    assert eigenvalues[1] == pytest.approx(row["slem_mh"], rel=0.005 if regular else 1e-9)
    if regular:
        degree = arguments["degree"]
        assert eigenvalues[1] * (degree + 1) - 1 == pytest.approx(2 * np.sqrt(degree - 1), rel=0.02)
        assert row["closed_form"] == pytest.approx((1 + 2 * np.sqrt(degree - 1)) / (degree + 1), rel=1e-9)
    elif row["closed_form"]:
        assert eigenvalues[1] == pytest.approx(row["closed_form"], rel=1e-9)
    if arguments["topology"] == "geometric":
        assert mesh(**arguments).neighbours.mean() == pytest.approx(row["mean_degree"], rel=1e-12)
    for rounds, drawn in row["err_rms_after"].items():
        left = consensus_rms(eigenvalues, int(rounds))
        assert left <= eigenvalues[1] ** int(rounds) * (1 + 1e-9)
        if regular and int(rounds) > 10:
            continue  # what is left is below 1e-6 and depends on the last eigenvalues of the drawn graph
        # One drawn start: the mean square is a sum of lam^2t z^2, whose variance is known.
        powers = eigenvalues[1:] ** (2.0 * int(rounds))
        relative_se = np.sqrt(2 * (powers**2).sum()) / powers.sum() + np.sqrt(2 / row["n"])
        assert abs((drawn / left) ** 2 - 1) <= 4 * relative_se


@on_every("row", rows("gossip.bias_variance_mc"))
def test_reference_gossip_bias_variance_mc(row):
    error = estimation_error(
        spectrum("torus", row["side"] ** 2),
        row["t"],
        noise_variance=row["noise_var"],
        diversity_variance=row["hetero_var"],
    )
    assert error == pytest.approx(row["mse_closed"], rel=1e-9)
    assert error == pytest.approx(row["mse_mc"], abs=4 * row["mc_se"])


@on_every(
    ("topology", "nodes"),
    [("ring", 3), ("ring", 10), ("torus", 9), ("torus", 25), ("complete", 7), ("geometric", 40)],
)
def test_spectra_are_those_of_the_matrix_built_link_by_link(topology, nodes):
    exact = np.linalg.eigvalsh(averaging_matrix(mesh(topology, nodes, degree=6, seed=2)))[::-1]
    np.testing.assert_allclose(spectrum(topology, nodes, degree=6, seed=2), exact, rtol=0, atol=1e-12)


@pytest.mark.parametrize("degree", [3, 4, 6, 12])
def test_regular_spectra_disagree_as_drawn_regular_graphs_do(degree):
    limit = spectrum("regular", 200, degree=degree)
    graphs = [mesh("regular", 200, degree=degree, seed=seed) for seed in range(10)]
    drawn = [np.linalg.eigvalsh(averaging_matrix(graph))[::-1] for graph in graphs]
    for rounds, tolerance in ((1, 1e-9), (2, 0.01), (5, 0.04), (10, 0.12)):
        mean = np.mean([consensus_rms(eigenvalues, rounds) for eigenvalues in drawn])
        assert consensus_rms(limit, rounds) == pytest.approx(mean, rel=tolerance)


@on_every(("nodes", "degree"), [(4, 3), (10, 3), (50, 4), (1000, 6), (1000, 999), (99, 98)])
def test_regular_spectra_keep_the_traces_of_a_simple_graph(nodes, degree):
    # The diagonal of W is 1/(d+1) and its squared entries sum to n/(d+1).
    eigenvalues = spectrum("regular", nodes, degree=degree)
    assert eigenvalues.sum() == pytest.approx(nodes / (degree + 1), rel=1e-9)
    assert (eigenvalues**2).sum() == pytest.approx(nodes / (degree + 1), rel=1e-9)


def test_a_regular_graph_of_all_others_is_the_complete_graph():
    np.testing.assert_allclose(spectrum("regular", 20, degree=19), spectrum("complete", 20), atol=1e-12)


@on_every("topology", TOPOLOGIES)
@on_every("nodes", [9, 100, 400])
def test_spectra_start_with_one_descend_and_cannot_be_changed(topology, nodes):
    eigenvalues = spectrum(topology, nodes, degree=8)
    assert eigenvalues.shape == (nodes,)
    assert eigenvalues[0] == 1
    assert (np.diff(eigenvalues) <= 0).all()
    assert eigenvalues[-1] >= -1
    with pytest.raises(ValueError, match="read-only"):
        eigenvalues[0] = 2


def test_a_mesh_in_pieces_never_agrees():
    pieces = mesh("geometric", 100, degree=2, seed=0)
    eigenvalues = spectrum("geometric", 100, degree=2, seed=0)
    assert pieces.parts > 1
    assert (eigenvalues > 1 - 1e-9).sum() == pieces.parts
    assert consensus_rms(eigenvalues, 10**9) == pytest.approx(np.sqrt((pieces.parts - 1) / 99), rel=1e-3)


@on_every("topology", TOPOLOGIES)
def test_silence_costs_the_noise_and_full_consensus_the_diversity(topology):
    nodes = 100
    eigenvalues = spectrum(topology, nodes, degree=12)
    silent, agreed = estimation_error(eigenvalues, [0, 10**9], noise_variance=3, diversity_variance=0.7)
    assert silent == 3
    assert agreed == pytest.approx(3 / nodes + 0.7 * (1 - 1 / nodes), rel=1e-6)
    assert consensus_rms(eigenvalues, [0, 10**9]) == pytest.approx([1, 0], abs=1e-9)


@on_every("topology", TOPOLOGIES)
@on_every("ratio", [0.5, 2.0])
def test_consensus_pays_when_truths_differ_less_than_the_noise(topology, ratio):
    silent, agreed = estimation_error(
        spectrum(topology, 400, degree=12), [0, 10**9], noise_variance=1, diversity_variance=ratio
    )
    assert (agreed < silent) == (ratio < 1)


@on_every("diversity", [0.5, 0.75, 1.0])
def test_two_rounds_are_best_where_truths_differ_half_to_all_as_much_as_the_noise(diversity):
    eigenvalues = spectrum("torus", 400)
    assert best_rounds(eigenvalues, noise_variance=1, diversity_variance=diversity) == 2


def test_silence_is_best_where_truths_differ_more_than_the_noise_and_talk_where_they_do_not():
    eigenvalues = spectrum("torus", 400)
    assert best_rounds(eigenvalues, noise_variance=1, diversity_variance=2) == 0
    assert best_rounds(eigenvalues, noise_variance=1, diversity_variance=0, most_rounds=50) == 50
    errors = estimation_error(eigenvalues, np.arange(201), noise_variance=1, diversity_variance=0.2)
    assert best_rounds(eigenvalues, noise_variance=1, diversity_variance=0.2) == np.argmin(errors) > 10


def test_errors_are_the_sum_over_every_mode():
    eigenvalues = [1.0, 0.6, -0.3, 0.0]
    for rounds in (0, 1, 2, 7):
        powers = np.array([value**rounds for value in eigenvalues])
        expected = np.mean(2 * powers**2 + 0.3 * (1 - powers) ** 2)
        error = estimation_error(eigenvalues, rounds, noise_variance=2, diversity_variance=0.3)
        assert error == pytest.approx(expected, rel=1e-12)
        assert consensus_rms(eigenvalues, rounds) == pytest.approx(np.sqrt(np.mean(powers[1:] ** 2)), rel=1e-12)


def test_eigenvalues_may_come_in_any_order_after_the_first_and_from_a_solver():
    shuffled = np.concatenate([[1.0], np.random.default_rng(0).permutation(spectrum("torus", 100)[1:])])
    assert consensus_rms(shuffled, 9) == pytest.approx(consensus_rms(spectrum("torus", 100), 9), rel=1e-12)
    assert consensus_rms([1 + 2e-16, 0.5], 1) == 0.5
    assert consensus_rms([1.0], 3) == 0


def test_curves_at_a_point_are_the_points():
    eigenvalues = spectrum("geometric", 60, degree=8)
    rounds = np.arange(30)
    curve = consensus_rms(eigenvalues, rounds)
    assert curve.shape == (30,)
    assert [consensus_rms(eigenvalues, one) for one in rounds] == curve.tolist()
    surface = estimation_error(eigenvalues, rounds, noise_variance=1, diversity_variance=[[0.1], [2.0]])
    assert surface.shape == (2, 30)
    point = estimation_error(eigenvalues, 7, noise_variance=1, diversity_variance=2)
    assert type(point) is float
    assert point == surface[1, 7]
    assert consensus_rms(eigenvalues, []).shape == (0,)


@settings(max_examples=100, deadline=None)
@given(
    others=st.lists(st.floats(-1, 1), max_size=30),
    rounds=st.integers(0, 10**9),
    noise=st.floats(0, 1e12),
    diversity=st.floats(0, 1e12),
)
def test_every_legal_spectrum_gives_finite_errors_and_ever_less_disagreement(others, rounds, noise, diversity):
    eigenvalues = [1.0, *others]
    left = consensus_rms(eigenvalues, [rounds, min(rounds + 1, 10**9)])
    assert ((left >= 0) & (left <= 1)).all()
    assert left[1] <= left[0]
    error = estimation_error(eigenvalues, rounds, noise_variance=noise, diversity_variance=diversity)
    assert 0 <= error <= (noise + 4 * diversity) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"topology": "ring", "nodes": 2}, "nodes"),
        ({"topology": "complete", "nodes": 1}, "nodes"),
        ({"topology": "torus", "nodes": 4}, "nodes"),
        ({"topology": "torus", "nodes": 200}, "196 or 225"),
        ({"topology": "regular", "nodes": 10, "degree": 10}, "degree"),
        ({"topology": "regular", "nodes": 10, "degree": 2}, "degree"),
        ({"topology": "regular", "nodes": 11, "degree": 5}, "degree"),
        ({"topology": "regular", "nodes": 10, "degree": 3.5}, "degree"),
        ({"topology": "regular", "nodes": 3}, "degree"),
        ({"topology": "geometric", "nodes": 10, "degree": 0}, "degree"),
        ({"topology": "geometric", "nodes": 10, "degree": 10}, "degree"),
        ({"topology": "geometric", "nodes": 5000}, "nodes"),
    ],
)
def test_graphs_that_cannot_be_are_refused_by_name(arguments, named):
    with pytest.raises(ValueError, match=named):
        spectrum(**arguments)
