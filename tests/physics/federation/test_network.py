"""The network against a plain loop in double precision, its gradients against finite differences, and its bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, softmax

from physics.federation import (
    digits_problem,
    draw_participation,
    personalise,
    problem_from_partition,
    simulate,
    simulate_seeds,
)
from physics.federation.engines.by_name import local_engine
from physics.federation.engines.network import START
from physics.federation.rounds import NOISE
from tests.physics.federation.plain_loop import rounds_of

HIDDEN = 32
FLEET = digits_problem(clients=20, alpha=0.05, seed=3, cities=4)


def layers(model):
    """The hidden layer (32, d) and the output layer (10, 32) of a model that is one vector."""
    split = model.size - 10 * HIDDEN
    return model[:split].reshape(HIDDEN, -1), model[split:].reshape(10, HIDDEN)


def scores(model, inputs):
    first, second = layers(model)
    return np.maximum(inputs @ first.T, 0) @ second.T


def objective(problem, images, model):
    """Mean cross-entropy over some images, ridge included."""
    given_scores, labels = scores(model, problem.data.train_inputs[images]), problem.data.train_labels[images]
    missed = logsumexp(given_scores, axis=1) - given_scores[np.arange(len(images)), labels]
    return missed.mean() + problem.regularization / 2 * (model**2).sum()


def gradient(problem, images, model):
    """The chain rule, layer by layer."""
    first, second = layers(model)
    inputs, one_hot = problem.data.train_inputs[images], problem.data.train_one_hot[images]
    hidden = np.maximum(inputs @ first.T, 0)
    error = (softmax(hidden @ second.T, axis=1) - one_hot) / len(images)
    to_first = ((error @ second) * (hidden > 0)).T @ inputs
    return np.concatenate([to_first.ravel(), (error.T @ hidden).ravel()]) + problem.regularization * model


def step_of(problem, model, client, *, rate=1.0, proximal=0.0):
    """What one local step of the engine adds to a model."""
    engine = local_engine("network", problem, local_steps=1, learning_rate=rate, proximal=proximal)
    return engine.updates(model, np.array([client]), None)[0]


@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_is_that_of_finite_differences(seed):
    problem = problem_from_partition([range(5), range(40, 90)], features=8, regularization=0.03)
    random = np.random.default_rng(seed)
    model = random.normal(0, 0.7, HIDDEN * (9 + 10))
    small = 1e-6
    for client, images in enumerate(problem.partition):
        along = [
            (objective(problem, images, model + step) - objective(problem, images, model - step)) / (2 * small)
            for step in small * np.eye(model.size)
        ]
        assert step_of(problem, model, client) == pytest.approx(-np.array(along), rel=1e-4, abs=2e-6)


def test_the_loss_is_the_mean_over_the_clients_by_their_shares_of_the_images():
    problem = problem_from_partition([range(5), range(40, 90)], features=8, regularization=0.03)
    models = np.random.default_rng(0).normal(0, 2, (3, HIDDEN * 19))
    expected = [
        sum(
            share * objective(problem, own, model)
            for share, own in zip((5 / 55, 50 / 55), problem.partition, strict=True)
        )
        for model in models
    ]
    engine = local_engine("network", problem, local_steps=1, learning_rate=1.0, proximal=0.0)
    assert engine.losses(models) == pytest.approx(expected, rel=1e-5)
    right = [
        (scores(model, problem.data.test_inputs.T).argmax(axis=1) == problem.data.test_labels).sum() for model in models
    ]
    assert engine.correct(models).sum(axis=1) == pytest.approx(right, abs=1)


def plain_run(problem, mask, *, noise_multiplier, local_noise, seed, clip, **how):
    """Return the models of rounds written out, from a first model and noise of the same random numbers."""
    dimension, size = problem.dimension, HIDDEN * (problem.dimension + 10)
    deviations = np.where(np.arange(size) < HIDDEN * dimension, np.sqrt(2 / dimension), np.sqrt(2 / HIDDEN))
    start = deviations * np.random.default_rng((seed, START)).standard_normal(size)
    noise = None
    if clip is not None:
        noise = noise_multiplier * clip * np.random.default_rng((seed, NOISE)).standard_normal((len(mask), size))
    return rounds_of(
        problem,
        start,
        lambda client, model: gradient(problem, problem.partition[client], model),
        mask,
        clip=clip,
        noise=noise,
        spread=lambda parts: np.sqrt((parts**2).sum()) if local_noise else parts.max(),
        **how,
    )


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
    rounds=st.integers(1, 3),
    algorithm=st.sampled_from(["fedavg", "fedprox", "scaffold"]),
    tau=st.integers(1, 6),
    eta=st.floats(1e-6, 2.5),
    mu=st.sampled_from([0.0, 0.05, 0.7]),
    eta_s=st.sampled_from([1.0, 0.6, 1.4]),
    clip=st.sampled_from([None, 0.05, 0.5, 100.0]),
    noise_multiplier=st.sampled_from([0.0, 0.3]),
    noise=st.sampled_from(["central", "local"]),
    lam=st.sampled_from([0.0, 1e-4, 0.05]),
)
@settings(max_examples=60, deadline=None)
def test_the_engine_takes_the_steps_of_a_plain_loop_in_double_precision(
    sizes, seed, rounds, algorithm, tau, eta, mu, eta_s, clip, noise_multiplier, noise, lam
):
    random = np.random.default_rng(seed)
    problem = problem_from_partition([random.integers(0, 1437, size=n) for n in sizes], features=8, regularization=lam)
    mask = random.random((rounds, len(sizes))) < 0.7
    how = {"algorithm": algorithm, "clip": clip, "noise_multiplier": noise_multiplier if clip else 0.0, "seed": seed}
    run = simulate(
        problem,
        rounds=rounds,
        clients_per_round=None,
        local_steps=tau,
        learning_rate=eta,
        proximal=mu,
        server_learning_rate=eta_s,
        participation=mask,
        noise=noise,
        engine="network",
        **how,
    )
    models = plain_run(problem, mask, tau=tau, eta=eta, mu=mu, eta_s=eta_s, local_noise=noise == "local", **how)
    change = np.linalg.norm(models[-1] - models[0])
    # Single precision; a hidden value near zero may be on the other side of it.
    assert np.linalg.norm(run.weights - models[-1]) <= 1e-3 * change + 1e-12
    shares = problem.client_shares
    losses = [
        sum(p * objective(problem, own, m) for p, own in zip(shares, problem.partition, strict=True)) for m in models
    ]
    np.testing.assert_allclose(run.loss, losses, rtol=1e-4, atol=1e-5)
    right = [(scores(m, problem.data.test_inputs.T).argmax(axis=1) == problem.data.test_labels).mean() for m in models]
    np.testing.assert_allclose(run.accuracy, right, atol=1 / 360 + 1e-12)


def test_where_the_hidden_values_are_given_a_step_of_the_output_layer_is_softmax_regression():
    model = np.random.default_rng(1).normal(0, 0.5, HIDDEN * 43)
    first, second = layers(model)
    images = FLEET.partition[2]
    hidden = np.maximum(FLEET.data.train_inputs[images] @ first.T, 0)
    error = softmax(hidden @ second.T, axis=1) - FLEET.data.train_one_hot[images]
    moved = layers(step_of(FLEET, model, 2, rate=0.5))[1]
    np.testing.assert_allclose(moved, -0.5 * (error.T @ hidden / len(images) + 1e-4 * second), rtol=1e-4, atol=1e-6)


def test_a_unit_that_no_image_excites_only_shrinks():
    model = np.random.default_rng(1).normal(0, 0.5, HIDDEN * 43)
    first, second = layers(model)
    first[5] = 0
    first[5, -1] = -9  # the constant feature alone, so the value is below zero for every image
    moved_first, moved_second = layers(step_of(FLEET, model, 0))
    np.testing.assert_allclose(moved_first[5], -1e-4 * first[5], rtol=1e-5)
    np.testing.assert_allclose(moved_second[:, 5], -1e-4 * second[:, 5], rtol=1e-5)


def test_one_client_with_everything_is_gradient_descent_whatever_the_split_into_rounds():
    problem = problem_from_partition([range(1437)])
    how = {"clients_per_round": 1, "learning_rate": 4.0, "engine": "network"}
    once = simulate(problem, rounds=1, local_steps=40, **how)
    often = simulate(problem, rounds=40, local_steps=1, **how)
    assert np.linalg.norm(once.weights - often.weights) < 1e-4 * np.linalg.norm(once.weights)
    assert once.loss[-1] < 0.5 < once.loss[0]


def test_one_local_step_of_clients_of_equal_size_is_a_step_on_all_their_images():
    run = simulate(FLEET, rounds=1, clients_per_round=20, local_steps=1, learning_rate=4.0, engine="network")
    start = local_engine("network", FLEET, local_steps=1, learning_rate=1.0, proximal=0.0).start(0)
    step = -4 * gradient(FLEET, np.concatenate(FLEET.partition), start)
    assert np.linalg.norm(run.weights - start - step) < 1e-5 * np.linalg.norm(step)


def test_scaffold_is_fedavg_when_clients_are_equal():
    problem = problem_from_partition([range(0, 1437, 7)] * 5)
    how = {"rounds": 8, "clients_per_round": 5, "local_steps": 5, "learning_rate": 2.0, "engine": "network"}
    fedavg, scaffold = simulate(problem, **how), simulate(problem, algorithm="scaffold", **how)
    np.testing.assert_allclose(scaffold.loss, fedavg.loss, rtol=1e-4)


def test_the_first_model_is_drawn_from_a_stream_of_its_own():
    """Whoever takes part and however they learn, a seed starts at the same weights, and another seed at others."""
    how = {"rounds": 2, "local_steps": 1, "learning_rate": 1.0, "engine": "network"}
    some = simulate(FLEET, clients_per_round=2, seed=7, **how)
    others = simulate(FLEET, clients_per_round=20, clip=0.1, noise_multiplier=1.0, seed=7, **how)
    assert some.loss[0] == others.loss[0] != simulate(FLEET, clients_per_round=2, seed=8, **how).loss[0]
    starts = [local_engine("network", FLEET, local_steps=1, learning_rate=1, proximal=0).start(s) for s in range(20)]
    first, second = zip(*map(layers, starts), strict=True)
    assert np.var(first) == pytest.approx(2 / 33, rel=0.05)
    assert np.var(second) == pytest.approx(2 / 32, rel=0.05)


@pytest.mark.parametrize(("algorithm", "runs"), [("fedavg", 2), ("scaffold", 4)])
def test_several_runs_at_once_are_the_runs_one_by_one_each_from_its_own_start(algorithm, runs):
    masks = np.stack([draw_participation(FLEET, rounds=6, clients_per_round=7, seed=seed) for seed in range(runs)])
    how = {"algorithm": algorithm, "local_steps": 9, "learning_rate": 4.0, "engine": "network"}
    together = simulate_seeds(FLEET, participation=masks, **how)
    end = simulate_seeds(FLEET, participation=masks, last=2, **how)
    for seed, mask in enumerate(masks):
        alone = simulate(FLEET, participation=mask, rounds=6, clients_per_round=None, seed=seed, **how)
        np.testing.assert_allclose(together.loss[seed], alone.loss, rtol=1e-5)
        np.testing.assert_allclose(together.accuracy[seed], alone.accuracy, atol=1 / 360 + 1e-12)
        np.testing.assert_allclose(together.group_accuracy[seed], alone.group_accuracy, atol=0.04)  # one of 33 images
    assert len(set(together.loss[:, 0])) == runs
    np.testing.assert_allclose(end.loss, together.loss[:, -2:], rtol=1e-12)


@pytest.mark.parametrize("algorithm", ["fedavg", "fedprox", "scaffold"])
@pytest.mark.parametrize(
    "too_long",
    [
        {"learning_rate": 32.0, "server_learning_rate": 10.0, "local_steps": 50},
        {"learning_rate": 32.0, "proximal": 100.0, "local_steps": 60},
        {"learning_rate": 4.0, "server_learning_rate": 10.0, "local_steps": 5, "clip": 1e6, "noise_multiplier": 1e6},
    ],
    ids=["steps", "proximal", "noise"],
)
def test_a_run_that_grows_without_end_is_held_and_says_so(algorithm, too_long):
    how = {"proximal": 0.0} | too_long
    run = simulate(FLEET, algorithm=algorithm, rounds=12, clients_per_round=10, engine="network", **how)
    assert run.diverged_at is not None
    assert np.linalg.norm(run.weights) <= 1e6 * (1 + 1e-9)
    for figure in (run.loss, run.accuracy, run.group_accuracy, run.weights):
        assert np.isfinite(figure).all()


def test_a_sound_run_does_not_say_that_it_diverged():
    run = simulate(FLEET, rounds=30, clients_per_round=10, local_steps=20, learning_rate=4.0, engine="network")
    assert run.diverged_at is None
    assert run.weights.shape == (HIDDEN * 43,)


@pytest.mark.parametrize("learning_rate", [1e-300, 1e-30, 1e-6])
def test_steps_too_short_for_single_precision_leave_finite_control_variates(learning_rate):
    how = {"rounds": 4, "clients_per_round": 5, "local_steps": 3, "learning_rate": learning_rate, "engine": "network"}
    run = simulate(FLEET, algorithm="scaffold", **how)
    assert np.isfinite(run.loss).all()
    assert run.diverged_at is None
    assert run.loss[-1] == pytest.approx(run.loss[0], rel=1e-4)


def test_personalising_trains_on_and_cuts_the_change_of_each_layer_to_the_rank():
    how = {"local_steps": 10, "learning_rate": 4.0, "engine": "network"}
    shared = simulate(FLEET, rounds=10, clients_per_round=10, **how).weights
    model = shared
    for _ in range(10):
        model = model - 4 * gradient(FLEET, FLEET.partition[3], model)
    whole = personalise(FLEET, shared, client=3, **how)
    assert np.linalg.norm(whole.weights - model) < 1e-3 * np.linalg.norm(model - shared)
    right = scores(model, FLEET.data.test_inputs.T).argmax(axis=1) == FLEET.data.test_labels
    assert whole.elsewhere == pytest.approx(right.mean(), abs=1 / 360 + 1e-12)
    for rank in (1, 4):
        cut = personalise(FLEET, shared, client=3, rank=rank, **how)
        for change, all_of_it in zip(layers(cut.weights - shared), layers(whole.weights - shared), strict=True):
            lengths = np.linalg.svd(all_of_it, compute_uv=False)
            assert np.linalg.matrix_rank(change, tol=1e-6) == rank
            assert np.linalg.norm(all_of_it - change) == pytest.approx(np.sqrt((lengths[rank:] ** 2).sum()), rel=1e-3)


def test_a_model_of_another_engine_is_refused():
    with pytest.raises(ValueError, match=r"weights must have shape \(1376,\) or that for each client, got \(33, 10\)"):
        personalise(FLEET, np.zeros((33, 10)), client=0, local_steps=1, engine="network")
