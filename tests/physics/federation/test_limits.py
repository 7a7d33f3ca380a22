"""Every legal call returns finite numbers, on any number of threads; runs that diverge say so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.federation import (
    digits_problem,
    fixed_point,
    jitter,
    personalise,
    problem_from_partition,
    simulate,
)
from physics.federation.rounds import LINKS, NOISE, SELECTION

PROBLEM = digits_problem(clients=6, alpha=0.1, seed=0, cities=2, features=4)


def assert_sound(run, rounds, problem):
    assert run.accuracy.shape == run.loss.shape == (rounds + 1,)
    assert run.group_accuracy.shape == (rounds + 1, problem.cities)
    assert run.survivors.shape == (rounds, problem.clients)
    assert run.clipped.shape == (rounds,)
    assert run.weights.size in (10 * problem.dimension, 32 * (problem.dimension + 10))
    for field in ("accuracy", "loss", "group_accuracy", "survivors", "clipped", "weights"):
        assert np.isfinite(getattr(run, field)).all(), field
    for field in ("accuracy", "group_accuracy", "clipped"):
        assert (getattr(run, field) >= 0).all(), field
        assert (getattr(run, field) <= 1 + 1e-12).all(), field
    assert (run.loss > -1e-9 * max(1, run.loss.max())).all()
    assert run.diverged_at is None or 1 <= run.diverged_at <= rounds


def mostly(low, high):
    """Numbers of a range, its ends and its decades."""
    decades = st.floats(np.log10(low), np.log10(high)).map(lambda power: min(high, max(low, 10**power)))
    return st.one_of(st.sampled_from([low, high]), decades)


WHOLE_RANGE = {
    "clients": st.integers(1, 12),
    "alpha": mostly(1e-3, 1e6),
    "features": st.sampled_from([1, 3, 32, 64]),
    "regularization": st.one_of(st.just(0.0), mostly(1e-9, 1.0)),
    "seed": st.integers(0, 2**53),
    "algorithm": st.sampled_from(["fedavg", "fedprox", "scaffold"]),
    "rounds": st.integers(1, 6),
    "proximal": st.one_of(st.just(0.0), mostly(1e-6, 100.0)),
    "server_learning_rate": mostly(1e-6, 10.0),
    "reliability": st.one_of(st.just(0.0), mostly(1e-6, 1.0)),
    "clip": st.one_of(st.none(), mostly(1e-9, 1e6)),
    "noise_multiplier": st.one_of(st.just(0.0), mostly(1e-6, 1e6)),
    "noise": st.sampled_from(["central", "local", "secure_aggregation"]),
    "cohort": st.one_of(st.none(), st.integers(1, 10**9)),
}


def run_anything(*, clients, alpha, features, regularization, seed, **arguments):
    problem = digits_problem(clients=clients, alpha=alpha, seed=seed, features=features, regularization=regularization)
    if arguments["clip"] is None:
        arguments["noise_multiplier"] = 0.0
    if arguments["algorithm"] == "scaffold":
        arguments["cohort"] = None
    run = simulate(problem, clients_per_round=1 + seed % clients, seed=seed, **arguments)
    assert_sound(run, arguments["rounds"], problem)


@given(
    local_steps=st.one_of(st.integers(1, 50), st.just(10_000)),
    learning_rate=mostly(1e-12, 1.5),
    **WHOLE_RANGE,
)
@settings(max_examples=100, deadline=None)
def test_exact_engine_is_finite_over_the_whole_legal_range(**arguments):
    run_anything(engine="exact", **arguments)


@given(local_steps=st.integers(1, 30), learning_rate=mostly(1e-12, 16.0), **WHOLE_RANGE)
@settings(max_examples=60, deadline=None)
def test_softmax_engine_is_finite_over_the_whole_legal_range(**arguments):
    run_anything(engine="softmax", **arguments)


@given(local_steps=st.integers(1, 30), learning_rate=mostly(1e-12, 32.0), **WHOLE_RANGE)
@settings(max_examples=60, deadline=None)
def test_network_is_finite_over_the_whole_legal_range(**arguments):
    run_anything(engine="network", **arguments)


@given(
    steps=st.integers(1, 10_000),
    learning_rate=mostly(1e-12, 1.5),
    proximal=st.one_of(st.just(0.0), mostly(1e-6, 100.0)),
    regularization=st.one_of(st.just(0.0), mostly(1e-9, 1.0)),
    size=st.sampled_from([0.0, 1e-9, 1.0, 1e6]),
    rank=st.one_of(st.none(), st.integers(1, 5)),
)
@settings(max_examples=150, deadline=None)
def test_closed_forms_are_finite_over_the_whole_legal_range(steps, learning_rate, proximal, regularization, size, rank):
    problem = digits_problem(clients=6, alpha=0.1, seed=0, features=4, regularization=regularization)
    point = fixed_point(problem, local_steps=steps, learning_rate=learning_rate, proximal=proximal)
    assert np.isfinite(point.weights).all()
    assert np.isfinite([point.excess_loss, point.rate]).all()
    assert point.excess_loss >= 0
    assert point.rate >= 0
    weights = size * np.cos(np.arange(50.0)).reshape(5, 10)
    own = personalise(
        problem, weights, client=2, local_steps=steps, learning_rate=learning_rate, rank=rank, engine="exact"
    )
    assert np.isfinite(own.weights).all()
    assert 0 <= own.own <= 1 + 1e-12
    assert 0 <= own.elsewhere <= 1


def test_least_squares_within_the_step_limit_never_diverges():
    # eta (1.25 + lam + mu) < 2 and a server step of one at most.
    for eta, mu in ((1.5, 0.0), (0.8, 1.0), (0.3, 5.0)):
        for steps in (1, 7, 100, 10_000):
            run = simulate(
                PROBLEM,
                rounds=60,
                clients_per_round=3,
                local_steps=steps,
                learning_rate=eta,
                proximal=mu,
                engine="exact",
            )
            assert run.diverged_at is None
            assert run.loss.max() < 1


@pytest.mark.parametrize(
    "changed",
    [
        {"learning_rate": 1.5, "proximal": 1.0, "local_steps": 40},
        {"learning_rate": 1.2, "proximal": 100.0, "local_steps": 10_000},
        {"server_learning_rate": 10.0, "local_steps": 50},
        {"algorithm": "scaffold", "learning_rate": 1.5, "proximal": 1.0, "local_steps": 40},
        {"algorithm": "scaffold", "server_learning_rate": 10.0, "local_steps": 50},
        {"algorithm": "scaffold", "learning_rate": 1.2, "proximal": 100.0, "local_steps": 10_000},
        {"engine": "softmax", "learning_rate": 16.0, "proximal": 1.0, "local_steps": 40, "rounds": 20},
        {"engine": "softmax", "learning_rate": 16.0, "proximal": 100.0, "local_steps": 400, "rounds": 3},
    ],
    ids=str,
)
def test_a_run_that_diverges_is_held_and_names_the_round(changed):
    arguments = {"rounds": 80, "clients_per_round": 6, "engine": "exact"} | changed
    run = simulate(PROBLEM, **arguments)
    assert run.diverged_at is not None
    assert np.linalg.norm(run.weights) <= 1e6 * (1 + 1e-9)
    assert run.loss[run.diverged_at] > run.loss[0]
    assert_sound(run, arguments["rounds"], PROBLEM)


@pytest.mark.parametrize(
    "way", [{}, {"clip": 1e5}, {"algorithm": "scaffold"}, {"engine": "softmax"}, {"noise": "local", "clip": 1e5}]
)
def test_a_sound_run_names_no_round_that_diverges(way):
    """However it is computed: by matrices alone, round by round, or with the softmax's gradient steps."""
    assert (
        simulate(PROBLEM, rounds=12, clients_per_round=6, local_steps=20, **({"engine": "exact"} | way)).diverged_at
        is None
    )


@pytest.mark.parametrize("algorithm", ["fedprox", "scaffold"])
def test_of_a_run_that_diverges_the_first_round_is_named_however_long_it_goes_on(algorithm):
    how = {"clients_per_round": 6, "local_steps": 7, "learning_rate": 1.5, "proximal": 2.0, "algorithm": algorithm}
    first = simulate(PROBLEM, rounds=60, **how, engine="exact").diverged_at
    assert first is not None
    named = [simulate(PROBLEM, rounds=first + more, **how, engine="exact").diverged_at for more in (-1, 0, 1, 5)]
    assert named == [None, first, first, first]


def test_the_draws_of_clients_of_links_and_of_noise_tell_nothing_of_each_other():
    """One stream for two of them would add the more noise, the more clients a link has let through."""
    assert len({SELECTION, LINKS, NOISE}) == 3


def test_holding_a_diverged_model_leaves_its_accuracy_alone():
    # The same run written out without scaling down; a server step of 4 overshoots by a factor of 3 each round.
    run = simulate(PROBLEM, rounds=20, clients_per_round=6, local_steps=9, server_learning_rate=4.0, engine="exact")
    model, models = np.zeros((5, 10)), []
    inputs, targets = PROBLEM.data.train_inputs, PROBLEM.data.train_one_hot - 0.1
    for _ in range(20):
        ends = []
        for own in PROBLEM.partition:
            x, y, local = inputs[own], targets[own], model
            for _ in range(9):
                local = local - 0.8 * (x.T @ (x @ local - y) / len(own) + 1e-4 * local)
            ends.append(local)
        model = model + 4.0 * (np.mean(ends, axis=0) - model)
        models.append(model)
    lengths = np.linalg.norm(models, axis=(1, 2))
    assert run.diverged_at == 1 + int((lengths > 1e6).argmax()) < 20
    assert lengths[-1] > 1e7
    right = (PROBLEM.data.test_inputs.T @ np.array(models)).argmax(axis=2) == PROBLEM.data.test_labels
    np.testing.assert_allclose(run.accuracy[1:], right.mean(axis=1), atol=0.006)  # two images


def test_a_rate_above_one_warns_of_divergence():
    stable = fixed_point(PROBLEM, local_steps=40, learning_rate=1.5)
    assert stable.rate < 1
    unstable = fixed_point(PROBLEM, local_steps=40, learning_rate=1.5, proximal=1.0)
    assert unstable.rate > 1


THREADED = """
import json
from physics.federation import digits_problem, simulate
runs = [
    simulate(
        digits_problem(clients=50, alpha=alpha, seed=3, cities=5),
        algorithm=name, rounds=40, clients_per_round=4, local_steps=20,
    )
    for alpha in (0.003, 0.3) for name in ("fedavg", "scaffold")
]
print(json.dumps([[run.accuracy.tolist(), run.loss.tolist()] for run in runs]))
"""


def test_results_do_not_depend_on_the_number_of_threads():
    # At alpha 0.003 whole classes are unseen for rounds: their scores tie, and rounding must not choose.
    one, two = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", THREADED],
                cwd=Path(__file__).parents[3],
                env=os.environ | {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for threads in ("1", "2")
    )
    np.testing.assert_allclose(one, two, rtol=1e-10)


def test_classes_never_seen_tie_and_the_first_of_them_is_the_answer():
    # The only training image is a 1: all other classes have equal scores, so 0 is the answer for them.
    problem = problem_from_partition([[0]])
    run = simulate(problem, rounds=1, clients_per_round=1, local_steps=3, engine="exact")
    likeness = problem.data.test_inputs.T @ problem.data.train_inputs[0]
    answer = np.where(likeness > 0, 1, 0)
    assert run.accuracy[1] == (answer == problem.data.test_labels).mean()


@given(
    curve=st.lists(st.floats(-1e15, 1e15), min_size=2, max_size=20),
    last=st.integers(1, 19),
)
@settings(deadline=None)
def test_jitter_is_finite_and_blind_to_the_level(curve, last):
    last = min(last, len(curve) - 1)
    shaking = jitter(curve, last=last)
    assert np.isfinite(shaking)
    assert shaking >= 0
    assert jitter([0.25] * len(curve), last=last) == 0


def test_jitter_of_white_noise_is_its_spread_and_a_slow_trend_hardly_counts():
    noise = np.random.default_rng(0).normal(0, 0.03, size=20_000)
    trend = np.linspace(0, 1, 20_000)
    assert jitter(noise, last=19_999) == pytest.approx(0.03, rel=0.03)
    assert jitter(noise + trend, last=19_999) == pytest.approx(0.03, rel=0.03)
