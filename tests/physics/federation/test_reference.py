"""The engines against independent ones: torch runs on file, an explicit loop over images, steps, clients."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, softmax

from physics.federation import digits_problem, fixed_point, personalise, problem_from_partition, simulate
from tests.physics.federation.plain_loop import rounds_of

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "fl.fedavg_reference_runs.json").read_text(encoding="utf-8")
)


def mask_of(row):
    mask = np.zeros((row["rounds"], row["K"]), dtype=bool)
    for index, present in enumerate(row["mask"]):
        mask[index, present] = True
    return mask


# N2: a federated run on real data behind every convergence figure
# FedProx is on file as FedAvg with a proximal term: both names must give it.
@pytest.mark.parametrize(
    ("row", "algorithm"),
    [(row, row["algo"]) for row in REFERENCE["rows"]] + [(row, "fedprox") for row in REFERENCE["rows"] if row["mu"]],
    ids=lambda value: value["name"] if isinstance(value, dict) else value,
)
def test_fl_fedavg_reference_runs(row, algorithm):
    """Group fl.fedavg_reference_runs: loss 1e-6, accuracy one image, length of the model 1e-6."""
    problem = problem_from_partition(row["partition"], regularization=row["lam"])
    run = simulate(
        problem,
        algorithm=algorithm,
        rounds=row["rounds"],
        clients_per_round=row["K"],
        local_steps=row["local_steps"],
        learning_rate=row["eta"],
        proximal=row["mu"],
        clip=row["clip"],
        participation=mask_of(row),
        engine="softmax" if row["loss"] == "ce" else "exact",
    )
    expected = row["expected"]
    for index, loss in expected["global_loss"].items():
        assert run.loss[int(index)] == pytest.approx(loss, abs=1e-6)
    for index, accuracy in expected["test_acc"].items():
        assert run.accuracy[int(index)] == pytest.approx(accuracy, abs=0.003)
    assert np.linalg.norm(run.weights) == pytest.approx(expected["W_fro"], rel=1e-6)
    np.testing.assert_array_equal(run.survivors, mask_of(row))


def explicit_run(problem, mask, *, engine, **how):
    """Return the models of rounds written out, and the fleet's loss at each; ``how`` as in `rounds_of`."""
    inputs, one_hot = problem.data.train_inputs, problem.data.train_one_hot
    lam = problem.regularization

    def gradient(client, model):
        x, y = inputs[problem.partition[client]], one_hot[problem.partition[client]]
        error = x @ model - (y - 0.1) if engine == "exact" else softmax(x @ model, axis=1) - y
        return x.T @ error / len(x) + lam * model

    def objective(client, model):
        x, y = inputs[problem.partition[client]], one_hot[problem.partition[client]]
        if engine == "exact":
            fit = ((x @ model - (y - 0.1)) ** 2).sum() / 2
        else:
            fit = (logsumexp(x @ model, axis=1) - (y * (x @ model)).sum(axis=1)).sum()
        return fit / len(x) + lam / 2 * (model**2).sum()

    models = rounds_of(problem, np.zeros((inputs.shape[1], 10)), gradient, mask, **how)
    shares = np.array([len(own) for own in problem.partition]) / sum(map(len, problem.partition))
    losses = [sum(p * objective(c, m) for c, p in enumerate(shares)) for m in models]
    return models, np.array(losses)


RUNS = {
    "sizes": st.lists(st.integers(1, 40), min_size=1, max_size=4),
    "seed": st.integers(0, 1000),
    "rounds": st.integers(1, 3),
    "algorithm": st.sampled_from(["fedavg", "fedprox", "scaffold"]),
    "tau": st.integers(1, 6),
    "mu": st.sampled_from([0.0, 0.05, 0.7]),
    "eta_s": st.sampled_from([1.0, 0.6, 1.4]),
    "clip": st.sampled_from([None, 0.05, 0.5, 100.0]),
    "lam": st.sampled_from([0.0, 1e-4, 0.05]),
}


def compare_with_loop(*, sizes, seed, rounds, algorithm, tau, eta, mu, eta_s, clip, lam, engine):
    random = np.random.default_rng(seed)
    partition = [random.integers(0, 1437, size=size) for size in sizes]
    problem = problem_from_partition(partition, features=8, regularization=lam)
    mask = random.random((rounds, len(sizes))) < 0.7
    run = simulate(
        problem,
        algorithm=algorithm,
        rounds=rounds,
        clients_per_round=None,
        local_steps=tau,
        learning_rate=eta,
        proximal=mu,
        server_learning_rate=eta_s,
        clip=clip,
        participation=mask,
        engine=engine,
    )
    models, losses = explicit_run(
        problem, mask, algorithm=algorithm, tau=tau, eta=eta, mu=mu, eta_s=eta_s, clip=clip, engine=engine
    )
    # Softmax learns in single precision, whose roundings of 6e-8 add up over the steps.
    close = {"rtol": 1e-10, "atol": 1e-12} if engine == "exact" else {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(run.loss, losses, **close)
    length = np.linalg.norm(models[-1])
    assert np.linalg.norm(run.weights - models[-1]) <= (1e-9 if engine == "exact" else 1e-5) * length + 1e-9
    best = (problem.data.test_inputs.T @ models).argmax(axis=2)
    clear = [len(np.unique(np.round(m, 12), axis=1).T) == 10 for m in models]  # no two classes alike: no ties
    accuracy = (best == problem.data.test_labels).mean(axis=1)
    one_image = 1e-12 if engine == "exact" else 1 / 360 + 1e-12
    np.testing.assert_allclose(run.accuracy[clear], accuracy[clear], atol=one_image)


@given(eta=st.floats(1e-6, 1.1), **RUNS)
@settings(max_examples=60, deadline=None)
def test_exact_engine_takes_the_very_steps_of_an_explicit_loop(**arguments):
    compare_with_loop(engine="exact", **arguments)


@given(eta=st.floats(1e-6, 2.5), **RUNS)
@settings(max_examples=40, deadline=None)
def test_softmax_engine_takes_the_very_steps_of_an_explicit_loop(**arguments):
    compare_with_loop(engine="softmax", **arguments)


def test_the_step_limit_is_that_of_the_images_a_step_of_one_over_the_curvature_stops_dead():
    # eta = 1/L: the only image is fitted in one step and stays fitted (rho is exactly or nearly zero).
    problem = problem_from_partition([[3]], regularization=0)
    for steps in (1, 2, 3, 999):
        run = simulate(problem, rounds=1, clients_per_round=1, local_steps=steps, learning_rate=0.8, engine="exact")
        assert run.loss[1] == pytest.approx(0, abs=1e-12)


def test_one_client_with_everything_is_gradient_descent_whatever_the_split_into_rounds():
    problem = problem_from_partition([range(1437)])
    once = simulate(problem, rounds=1, clients_per_round=1, local_steps=60, engine="exact")
    often = simulate(problem, rounds=60, clients_per_round=1, local_steps=1, engine="exact")
    np.testing.assert_allclose(once.weights, often.weights, atol=1e-12)


def test_one_local_step_with_all_clients_is_central_gradient_descent():
    problem = digits_problem(clients=20, alpha=0.05, seed=0)
    run = simulate(problem, rounds=40, clients_per_round=20, local_steps=1, engine="exact")
    model = np.zeros((33, 10))
    held = np.concatenate(problem.partition)
    x, y = problem.data.train_inputs[held], problem.data.train_one_hot[held] - 0.1
    for _ in range(40):
        model = model - 0.8 * (x.T @ (x @ model - y) / len(x) + 1e-4 * model)
    np.testing.assert_allclose(run.weights, model, atol=1e-12)


@pytest.mark.parametrize("engine", ["exact", "softmax"])
def test_scaffold_is_fedavg_when_clients_are_equal(engine):
    problem = problem_from_partition([range(0, 1437, 7)] * 5)
    common = {"rounds": 12, "clients_per_round": 5, "local_steps": 9, "engine": engine}
    fedavg = simulate(problem, **common)
    scaffold = simulate(problem, algorithm="scaffold", **common)
    np.testing.assert_allclose(scaffold.loss, fedavg.loss, atol=1e-12)


def test_scaffold_with_all_clients_converges_to_the_optimum_that_fedavg_misses():
    problem = digits_problem(clients=20, alpha=0.05, seed=1)
    common = {"rounds": 2000, "clients_per_round": 20, "local_steps": 5, "last": 1}
    scaffold = simulate(problem, algorithm="scaffold", **common, engine="exact")
    fedavg = simulate(problem, **common, engine="exact")
    assert scaffold.loss[-1] == pytest.approx(problem.optimal_loss, abs=1e-6)
    assert fedavg.loss[-1] > problem.optimal_loss + 0.005


@pytest.mark.parametrize("engine", ["exact", "softmax"])
@pytest.mark.parametrize(
    "changed",
    [
        {"algorithm": "fedprox", "proximal": 0.0},
        {"clip": 1e6},
        {"clip": 1e5, "noise_multiplier": 0.0},
        {"clip": 1e6, "noise": "local"},
        {"reliability": 1.0},
        {"reliability": np.ones(20)},
        {"server_learning_rate": 1},
        {"participation": np.ones((8, 20), dtype=bool)},
        {"participation": np.ones((8, 20), dtype=int), "reliability": 0.1, "clients_per_round": 1},
    ],
    ids=str,
)
def test_a_switch_that_does_nothing_changes_nothing(engine, changed):
    """Some switches compute the same sums in another way; two ways differ by about 1e-15 after 8 rounds.

    The accuracy counts images, and no score of these runs comes closer than 7e-6 to where another class would win.
    """
    problem = digits_problem(clients=20, alpha=0.1, seed=0)
    common = {"rounds": 8, "clients_per_round": 20, "local_steps": 7, "engine": engine}
    plain, other = simulate(problem, **common), simulate(problem, **(common | changed))
    np.testing.assert_allclose(other.loss, plain.loss, rtol=1e-12)
    np.testing.assert_allclose(other.accuracy, plain.accuracy, atol=1e-12)
    np.testing.assert_allclose(other.weights, plain.weights, atol=1e-12)


def test_replaying_the_survivors_of_a_run_as_a_mask_gives_the_run_again():
    problem = digits_problem(clients=50, alpha=0.1, seed=0, cities=5)
    common = {"rounds": 30, "clients_per_round": 25, "local_steps": 20}
    drawn = simulate(problem, reliability=0.6, seed=4, **common, engine="exact")
    replayed = simulate(problem, participation=drawn.survivors, **common, engine="exact")
    np.testing.assert_array_equal(replayed.weights, drawn.weights)
    np.testing.assert_array_equal(replayed.group_accuracy, drawn.group_accuracy)


def test_a_longer_run_begins_with_the_shorter_one_also_across_blocks_of_rounds():
    """Up to the order in which BLAS adds in products of another size: some 1e-15.

    The accuracy counts images, and no score of these runs comes closer than 3e-6 to where another class would win.
    """
    problem = digits_problem(clients=10, alpha=0.3, seed=0, features=6)
    for changed in ({}, {"algorithm": "scaffold"}, {"clip": 0.3, "noise_multiplier": 1.0}, {"cohort": 40}):
        common = {"clients_per_round": 4, "local_steps": 3, "reliability": 0.7, "seed": 2} | changed
        short, long = (
            simulate(problem, rounds=33, **common, engine="exact"),
            simulate(problem, rounds=300, **common, engine="exact"),
        )
        np.testing.assert_array_equal(long.survivors[:33], short.survivors)
        np.testing.assert_allclose(long.loss[:34], short.loss, rtol=1e-12)
        np.testing.assert_allclose(long.accuracy[:34], short.accuracy, atol=1e-12)


def test_endless_rounds_end_at_the_fixed_point_at_its_rate():
    # Clients of 20 to 437 images with a class or three each, so that their shares count.
    order = np.argsort(problem_from_partition([range(1437)]).data.train_labels, kind="stable")
    problem = problem_from_partition(np.split(order, [20, 60, 140, 300, 600, 1000]), features=6)
    for mu in (0.0, 0.3):
        point = fixed_point(problem, local_steps=50, learning_rate=0.8, proximal=mu)
        common = {"clients_per_round": 7, "local_steps": 50, "proximal": mu}
        runs = [simulate(problem, rounds=rounds, **common, engine="exact") for rounds in (15, 16, 300)]
        distances = [np.linalg.norm(run.weights - point.weights) for run in runs]
        assert distances[1] / distances[0] == pytest.approx(point.rate, rel=0.02)
        assert distances[2] < 1e-8
        excess = runs[2].loss[-1] - problem.optimal_loss
        assert point.excess_loss == pytest.approx(excess, abs=1e-9)


def test_a_curve_of_fixed_points_is_its_points():
    problem = digits_problem(clients=20, alpha=0.05, seed=0)
    curve = fixed_point(problem, local_steps=np.array([[1, 7], [20, 10_000]]), learning_rate=0.5)
    assert curve.rate.shape == curve.excess_loss.shape == (2, 2)
    point = fixed_point(problem, local_steps=20, learning_rate=0.5)
    assert isinstance(point.rate, float)
    assert isinstance(point.excess_loss, float)
    assert (curve.rate[1, 0], curve.excess_loss[1, 0]) == (point.rate, point.excess_loss)
    np.testing.assert_array_equal(curve.weights[1, 0], point.weights)


def test_personalising_is_a_run_of_one_client_from_the_shared_model():
    problem = digits_problem(clients=20, alpha=0.1, seed=2)
    shared = simulate(problem, rounds=30, clients_per_round=10, local_steps=5, engine="exact")
    own = personalise(problem, shared.weights, client=7, local_steps=6, learning_rate=0.4, engine="exact")
    x = problem.data.train_inputs[problem.partition[7]]
    y = problem.data.train_one_hot[problem.partition[7]] - 0.1
    model = shared.weights
    for _ in range(6):
        model = model - 0.4 * (x.T @ (x @ model - y) / len(x) + 1e-4 * model)
    np.testing.assert_allclose(own.weights, model, atol=1e-12)
    right = (problem.data.test_inputs.T @ model).argmax(axis=1) == problem.data.test_labels
    assert own.elsewhere == pytest.approx(right.mean())
    by_class = [right[problem.data.test_labels == digit].mean() for digit in range(10)]
    assert own.own == pytest.approx(np.dot(by_class, problem.class_mix[7]))


@pytest.mark.parametrize("engine", ["softmax", "exact"])
def test_several_clients_at_once_are_one_after_the_other_each_from_its_own_model(engine):
    problem = digits_problem(clients=20, alpha=0.1, seed=2)
    shared = simulate(problem, rounds=3, clients_per_round=10, local_steps=2).weights
    starts = np.stack([shared, 2 * shared, 0 * shared])
    how = {"local_steps": 9, "learning_rate": 0.7, "rank": 2, "engine": engine}
    together = personalise(problem, starts, client=[4, 7, 4], **how)
    for place, client in enumerate((4, 7, 4)):
        alone = personalise(problem, starts[place], client=client, **how)
        np.testing.assert_allclose(together.weights[place], alone.weights, rtol=1e-5, atol=1e-6)
        assert (together.own[place], together.elsewhere[place]) == (alone.own, alone.elsewhere)


def test_rank_cuts_the_change_to_its_leading_directions_and_full_rank_keeps_all_of_it():
    problem = digits_problem(clients=20, alpha=0.1, seed=2)
    shared = simulate(problem, rounds=30, clients_per_round=10, local_steps=5, engine="exact").weights
    whole = personalise(problem, shared, client=3, local_steps=50, engine="exact")
    lengths = np.linalg.svd(whole.weights - shared, compute_uv=False)
    for rank in range(1, 11):
        cut = personalise(problem, shared, client=3, local_steps=50, rank=rank, engine="exact")
        assert np.linalg.matrix_rank(cut.weights - shared, tol=1e-9) == min(rank, (lengths > 1e-9).sum())
        # Eckart-Young: what is lost is the length of the directions that were cut.
        lost = np.linalg.norm(whole.weights - cut.weights)
        assert lost == pytest.approx(np.sqrt((lengths[rank:] ** 2).sum()), abs=1e-9)
    np.testing.assert_allclose(cut.weights, whole.weights, atol=1e-12)
