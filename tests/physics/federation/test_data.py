"""The data under every federated run: the shipped digits, the features, the partition."""

from importlib.resources import files
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from physics.federation import (
    digits_problem,
    fixed_point,
    heterogeneity,
    problem_from_partition,
    simulate,
)
from tools.build_digits import build


def stored():
    with np.load(str(files("physics.federation") / "data" / "digits.npz")) as archive:
        return archive["images"], archive["labels"]


def test_a_city_has_the_classes_of_all_its_images_however_they_are_shared_out():
    """A client with a hundred images counts a hundred times as much as one with a single image."""
    split = [range(100), [100], range(101, 150)]
    shared, whole = problem_from_partition(split), problem_from_partition([range(150)])
    np.testing.assert_allclose(shared.city_mix, whole.class_mix, atol=1e-15)


def test_shipped_digits_are_those_of_scikit_learn():
    pixels, labels = load_digits(return_X_y=True)
    images, digits = stored()
    assert images.shape == (1797, 64)
    np.testing.assert_array_equal(images, pixels)
    np.testing.assert_array_equal(digits, labels)


def test_build_script_makes_the_shipped_file_again(tmp_path):
    build(tmp_path / "again.npz")
    with np.load(tmp_path / "again.npz") as again:
        np.testing.assert_array_equal(again["images"], stored()[0])
        np.testing.assert_array_equal(again["labels"], stored()[1])


def test_digits_come_with_their_licence():
    text = (files("physics.federation") / "data" / "digits-licence.txt").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text
    assert "Alpaydin" in text
    assert "10.24432/C50P49" in text


def test_features_are_the_leading_directions_of_the_centred_training_images():
    # An independent way to the singular vectors: eigenvectors of the covariance of the training images.
    images, labels = stored()
    pixels = images / 16
    train = np.arange(1797) % 5 != 0
    pixels = pixels - pixels[train].mean(axis=0)
    _, vectors = np.linalg.eigh(pixels[train].T @ pixels[train])
    expected = pixels @ vectors[:, ::-1][:, :32]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    data = problem_from_partition([range(1437)]).data
    np.testing.assert_allclose(np.abs(data.train_inputs[:, :32]), np.abs(expected[train]), atol=1e-9)
    np.testing.assert_allclose(np.abs(data.test_inputs[:32].T), np.abs(expected[~train]), atol=1e-9)
    assert (data.train_inputs[:, 32] == 0.5).all()
    np.testing.assert_array_equal(data.train_labels, labels[train])
    np.testing.assert_array_equal(data.test_labels, labels[~train])


def test_every_image_has_squared_length_five_quarters_so_that_the_step_limit_holds():
    for features in (1, 2, 32, 61, 64):
        inputs = problem_from_partition([range(1437)], features=features).data.train_inputs
        np.testing.assert_allclose((inputs**2).sum(axis=1), 1.25, rtol=1e-12)


def test_central_least_squares_is_right_on_333_of_360_the_ceiling_of_a_converged_run():
    problem = problem_from_partition([range(1437)])
    inputs, one_hot = problem.data.train_inputs, problem.data.train_one_hot
    augmented = np.vstack([inputs, np.sqrt(1e-4 * 1437) * np.eye(33)])
    best, *_ = np.linalg.lstsq(augmented, np.vstack([one_hot - 0.1, np.zeros((33, 10))]), rcond=None)
    np.testing.assert_allclose(problem.optimum, best, atol=1e-9)
    right = (problem.data.test_inputs.T @ best).argmax(axis=1) == problem.data.test_labels
    assert right.sum() == 333  # 0.925
    run = simulate(problem, rounds=1, clients_per_round=1, local_steps=10_000, engine="exact")
    assert run.accuracy[-1] == 333 / 360


def test_an_untrained_model_starts_at_the_losses_one_can_compute_by_hand():
    problem = digits_problem(clients=5, alpha=1, seed=0)
    common = {"rounds": 1, "clients_per_round": 1, "local_steps": 1}
    assert simulate(problem, **common, engine="exact").loss[0] == pytest.approx((0.9**2 + 9 * 0.1**2) / 2, abs=1e-15)
    assert simulate(problem, engine="softmax", **common).loss[0] == pytest.approx(log(10), abs=1e-12)


@given(
    clients=st.integers(1, 1437),
    alpha=st.floats(1e-3, 1e6),
    seed=st.integers(0, 2**53),
    grouped=st.floats(0, 1),
)
@settings(max_examples=20, deadline=None)
def test_every_client_holds_as_many_images_and_no_image_is_held_twice(clients, alpha, seed, grouped):
    cities = None if grouped < 0.3 else 1 + int(grouped * (clients - 1))
    problem = digits_problem(clients=clients, alpha=alpha, seed=seed, cities=cities, features=2)
    held = np.concatenate(problem.partition)
    assert {len(own) for own in problem.partition} == {1437 // clients}
    assert len(set(held.tolist())) == len(held)
    assert problem.clients == clients
    assert problem.cities == (cities or 1)
    np.testing.assert_allclose(problem.class_mix.sum(axis=1), 1)
    np.testing.assert_allclose(problem.city_mix.sum(axis=1), 1)
    assert (np.diff(problem.city) >= 0).all()
    assert np.ptp(np.bincount(problem.city)) <= 1


def test_alpha_sets_how_many_classes_a_client_sees():
    # The largest class share of a client: near 1 when alpha is small, near 0.1 when it is large.
    shares = [
        np.mean([digits_problem(clients=20, alpha=alpha, seed=s).class_mix.max(axis=1).mean() for s in range(5)])
        for alpha in (0.03, 0.3, 3, 100)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.7
    assert shares[-1] < 0.25


def test_clients_of_a_city_are_alike_and_cities_are_not():
    for seed in range(5):
        problem = digits_problem(clients=50, alpha=0.1, seed=seed, cities=5)
        within = np.abs(problem.class_mix - problem.city_mix[problem.city]).sum(axis=1).mean() / 2
        between = np.abs(problem.city_mix - problem.city_mix.mean(axis=0)).sum(axis=1).mean() / 2
        assert within < 0.3
        assert between > 0.5


def test_as_many_cities_as_clients_are_clients_with_mixes_of_their_own():
    alone = digits_problem(clients=20, alpha=0.1, seed=3)
    city_each = digits_problem(clients=20, alpha=0.1, seed=3, cities=20)
    for left, right in zip(alone.partition, city_each.partition, strict=True):
        np.testing.assert_array_equal(left, right)


def test_the_same_arguments_give_the_same_object_and_another_seed_another_deal():
    first = digits_problem(clients=20, alpha=0.3, seed=5)
    assert digits_problem(clients=20.0, alpha=0.3, seed=np.int64(5)) is first
    assert not np.array_equal(digits_problem(clients=20, alpha=0.3, seed=6).partition[0], first.partition[0])


def test_a_problem_cannot_be_changed():
    problem = digits_problem(clients=5, alpha=0.3, seed=5)
    with pytest.raises(ValueError, match="read-only"):
        problem.moments[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        problem.partition[0][0] = 0
    with pytest.raises(AttributeError):
        problem.regularization = 0.0


def test_gamma_is_the_objective_gap_of_least_squares_solved_client_by_client():
    problem = digits_problem(clients=20, alpha=0.3, seed=0)
    inputs, targets = problem.data.train_inputs, problem.data.train_one_hot - 0.1

    def lowest(rows):
        x, y = inputs[rows], targets[rows]
        best = np.linalg.solve(x.T @ x / len(x) + 1e-4 * np.eye(33), x.T @ y / len(x))
        return ((x @ best - y) ** 2).sum() / (2 * len(x)) + 1e-4 / 2 * (best**2).sum()

    expected = lowest(np.concatenate(problem.partition)) - np.mean([lowest(own) for own in problem.partition])
    assert heterogeneity(problem) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("alpha", "published"), [(100, 0.079), (0.3, 0.132), (0.05, 0.156)])
def test_gamma_of_twenty_clients_grows_from_079_over_132_to_156_as_they_get_skewed(alpha, published):
    # 20 clients of 71 images. Seeds 0 to 4 lie in .078-.082, .128-.134 and .154-.155 for the three alphas.
    gammas = [heterogeneity(digits_problem(clients=20, alpha=alpha, seed=seed)) for seed in range(5)]
    assert np.mean(gammas) == pytest.approx(published, abs=0.003)
    assert np.std(gammas) < 0.003


def test_gamma_vanishes_for_equal_clients_and_never_exceeds_the_optimal_loss():
    assert heterogeneity(problem_from_partition([range(300)] * 4)) == pytest.approx(0, abs=1e-12)
    problem = digits_problem(clients=300, alpha=0.03, seed=0)
    assert 0.9 * problem.optimal_loss < heterogeneity(problem) <= problem.optimal_loss


def test_more_features_lower_the_best_loss():
    losses = [problem_from_partition([range(1437)], features=f).optimal_loss for f in (1, 4, 16, 32, 64)]
    assert losses == sorted(losses, reverse=True)


def test_directions_without_data_neither_break_nor_move_the_model():
    # Without a ridge, one image leaves 64 of 65 directions without data.
    problem = problem_from_partition([[7]], features=64, regularization=0)
    run = simulate(problem, rounds=3, clients_per_round=1, local_steps=1000, engine="exact")
    assert run.loss[-1] == pytest.approx(0, abs=1e-12)
    assert np.linalg.matrix_rank(run.weights, tol=1e-9) == 1
    point = fixed_point(problem, local_steps=1000, learning_rate=0.8)
    np.testing.assert_allclose(point.weights, run.weights, atol=1e-9)
