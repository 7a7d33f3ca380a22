"""The best model of all data and where all clients settle, against other ways to the same points."""

import itertools

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

from physics.federation import (
    digits_problem,
    problem_from_partition,
    settling_point,
    simulate,
    softmax_optimum,
)

FLEET = digits_problem(clients=25, alpha=0.1, seed=3)
UNEQUAL = problem_from_partition([range(30), range(20, 300), [5], range(900, 1437)])


@pytest.mark.parametrize("problem", [FLEET, UNEQUAL], ids=["equal", "unequal"])
def test_the_optimum_is_that_of_another_solver(problem):
    """scikit-learn minimises C times the sum of the losses plus half the squared length."""
    images = np.concatenate(problem.partition)
    solver = LogisticRegression(
        C=1 / (problem.regularization * len(images)), fit_intercept=False, tol=1e-10, max_iter=5000
    )
    solver.fit(problem.data.train_inputs[images], problem.data.train_one_hot[images].argmax(axis=1))
    best = softmax_optimum(problem)
    apart = np.linalg.norm(best.weights - solver.coef_.T) / np.linalg.norm(best.weights)
    assert apart < 1e-3
    slope = problem.data.train_inputs[images].T @ chances(problem, images, best.weights)
    assert np.abs(slope + problem.regularization * best.weights).max() < 1e-7


def chances(problem, images, weights):
    scores = problem.data.train_inputs[images] @ weights
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True) - problem.data.train_one_hot[images]) / len(images)


def test_no_run_falls_below_the_loss_of_the_optimum_and_scaffold_reaches_it():
    best = softmax_optimum(FLEET).loss
    runs = [
        simulate(FLEET, rounds=400, clients_per_round=25, local_steps=5, learning_rate=16.0, algorithm=name, last=100)
        for name in ("fedavg", "scaffold")
    ]
    assert min(run.loss.min() for run in runs) > best
    assert runs[1].loss[-1] == pytest.approx(best, abs=1e-3)
    assert runs[0].loss[-1] > best + 0.002


@pytest.mark.parametrize(("steps", "rate", "mu"), [(20, 8.0, 0.0), (50, 16.0, 0.0), (20, 16.0, 0.002)])
def test_rounds_of_all_clients_end_where_they_are_said_to_settle(steps, rate, mu):
    point = settling_point(FLEET, local_steps=steps, learning_rate=rate, proximal=mu)
    run = simulate(FLEET, rounds=400, clients_per_round=25, local_steps=steps, learning_rate=rate, proximal=mu, last=1)
    assert point.settled
    assert np.linalg.norm(run.weights - point.weights) < 1e-3 * np.linalg.norm(point.weights)
    assert run.loss[-1] == pytest.approx(softmax_optimum(FLEET).loss + point.excess_loss, abs=1e-5)


def test_one_step_or_clients_with_the_same_images_do_not_drift():
    alike = problem_from_partition([range(0, 1437, 5)] * 4)
    assert settling_point(FLEET, local_steps=1, learning_rate=16.0).excess_loss < 1e-6
    assert settling_point(alike, local_steps=50, learning_rate=16.0).excess_loss < 1e-6


def test_drift_grows_with_the_steps_and_a_small_proximal_weight_lowers_it():
    drift = [settling_point(FLEET, local_steps=tau, learning_rate=8.0).excess_loss for tau in (2, 5, 20, 100)]
    assert all(low < high / 2 for low, high in itertools.pairwise(drift))
    held = settling_point(FLEET, local_steps=100, learning_rate=8.0, proximal=0.01).excess_loss
    assert held < drift[-1] / 4


def test_one_round_from_the_best_model_ranks_settings_as_the_settling_points_do():
    """The claim of the docstring: over steps and step sizes of the slider's range."""
    draw = np.random.default_rng(0)
    settings = [(int(2 * 50 ** draw.random()), 0.5 * 64 ** draw.random()) for _ in range(16)]
    ranked = {
        rounds: [
            settling_point(FLEET, local_steps=tau, learning_rate=eta, rounds=rounds).excess_loss
            for tau, eta in settings
        ]
        for rounds in (1, 200)
    }
    assert spearmanr(ranked[1], ranked[200]).statistic > 0.95


@pytest.mark.parametrize(
    "function", [softmax_optimum, lambda problem: settling_point(problem, local_steps=2, learning_rate=1.0)]
)
def test_without_a_ridge_there_may_be_no_best_model(function):
    with pytest.raises(ValueError, match="regularization of at least 1e-8, got 0"):
        function(problem_from_partition([range(10)], regularization=0))
