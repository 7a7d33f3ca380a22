"""Several runs at once are the runs one by one: the same models, however they are computed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.federation import digits_problem, draw_participation, problem_from_partition, simulate, simulate_seeds
from physics.federation.engines.least_squares import MAX_WEIGHTS

FLEET = digits_problem(clients=20, alpha=0.05, seed=3, cities=4)
ALGORITHMS = ("fedavg", "fedprox", "scaffold")


def masks(problem, *, rounds, clients, reliability=0.8, runs=3):
    """Return the draws of several seeds."""
    return np.stack(
        [
            draw_participation(problem, rounds=rounds, clients_per_round=clients, reliability=reliability, seed=seed)
            for seed in range(runs)
        ]
    )


def one_by_one(problem, drawn, **how):
    """Return what simulate gives for each mask."""
    return [
        simulate(problem, participation=mask, rounds=len(mask), clients_per_round=None, **how, engine="exact")
        for mask in drawn
    ]


def assert_same(found, runs):
    for index, run in enumerate(runs):
        assert found.accuracy[index] == pytest.approx(run.accuracy, abs=1e-12)
        assert found.loss[index] == pytest.approx(run.loss, rel=1e-9, abs=1e-12)
        assert found.group_accuracy[index] == pytest.approx(run.group_accuracy, abs=1e-12)
        assert found.models[index] == pytest.approx(run.weights, rel=1e-9, abs=1e-12)


def assert_end(end, whole):
    """The same models, judged with others beside them or without: equal up to the order in which BLAS adds.

    A sum of n products of doubles, in any order and with fused steps or without, is wrong by at most n 2**-53 times
    the sum of the sizes of its terms; so two of them differ by twice that at most.

    group accuracy: 10 terms, none negative, that add up to at most 1, so 2.3e-15.
    accuracy: a score has 33 terms whose sizes add up to 1.3 here, so 1e-14. No score here comes closer than 5e-5 to
    where another class would win: the counts of right answers are equal, and their shares of 360.
    loss: 400 terms whose sizes add up to 1.4 here at losses of 0.16 and more, so 8e-13 of the loss.
    """
    last = np.s_[..., -6:]
    assert end.accuracy == pytest.approx(whole.accuracy[last], abs=1e-12)
    assert end.loss == pytest.approx(whole.loss[last], rel=1e-12)
    assert end.group_accuracy == pytest.approx(whole.group_accuracy[..., -6:, :], rel=0, abs=2.3e-15)


@settings(max_examples=40)
@given(
    algorithm=st.sampled_from(ALGORITHMS),
    local_steps=st.sampled_from([1, 2, 7, 20, 100]),
    learning_rate=st.sampled_from([0.1, 0.8, 1.2, 1.5]),
    proximal=st.sampled_from([0.0, 0.3, 1.0]),
    clients=st.sampled_from([1, 5, 20]),
    reliability=st.sampled_from([0.0, 0.3, 1.0]),
    rounds=st.sampled_from([1, 12]),
)
def test_equal_to_simulate_one_by_one(algorithm, local_steps, learning_rate, proximal, clients, reliability, rounds):
    drawn = masks(FLEET, rounds=rounds, clients=clients, reliability=reliability)
    how = {"algorithm": algorithm, "local_steps": local_steps, "learning_rate": learning_rate, "proximal": proximal}
    assert_same(simulate_seeds(FLEET, participation=drawn, **how, engine="exact"), one_by_one(FLEET, drawn, **how))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_runs_that_outgrow_their_bounds_are_held_as_simulate_holds_them(algorithm):
    drawn = masks(FLEET, rounds=40, clients=5)
    how = {"algorithm": algorithm, "local_steps": 100, "learning_rate": 1.5, "proximal": 3.0}
    runs = one_by_one(FLEET, drawn, **how)
    assert all(run.diverged_at for run in runs)
    found = simulate_seeds(FLEET, participation=drawn, **how, engine="exact")
    assert np.isfinite(found.loss).all()
    assert_same(found, runs)


@pytest.mark.parametrize(
    ("how", "seed", "clients", "rounds", "outgrown"),
    [
        ({"local_steps": 7, "learning_rate": 1.5, "proximal": 2.0}, 1, 2, 3, "an update"),
        ({"local_steps": 2, "learning_rate": 1.2, "proximal": 2.0}, 0, 1, 66, "a model"),
    ],
)
def test_scaffold_is_held_when_only_one_of_updates_and_models_outgrows_its_bound(how, seed, clients, rounds, outgrown):
    """Two updates may cancel in the mean, and small ones add up: either alone must send the run round by round."""
    mask = draw_participation(FLEET, rounds=80, clients_per_round=clients, reliability=1, seed=seed)[:rounds]
    (run,) = one_by_one(FLEET, [mask], algorithm="scaffold", **how)
    assert run.diverged_at == rounds
    assert (np.linalg.norm(run.weights) < 0.9 * MAX_WEIGHTS) == (outgrown == "an update")
    assert_same(simulate_seeds(FLEET, participation=[mask], algorithm="scaffold", **how, engine="exact"), [run])


def test_clients_of_unequal_size_weigh_as_in_simulate():
    problem = problem_from_partition([range(100), range(100, 120), [7, 8, 9]])
    drawn = masks(problem, rounds=15, clients=2)
    for algorithm in ALGORITHMS:
        how = {"algorithm": algorithm, "local_steps": 9}
        assert_same(
            simulate_seeds(problem, participation=drawn, **how, engine="exact"), one_by_one(problem, drawn, **how)
        )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_last_models_alone_are_the_end_of_all(algorithm):
    drawn = masks(FLEET, rounds=30, clients=8)
    whole, end = (
        simulate_seeds(FLEET, participation=drawn, algorithm=algorithm, local_steps=20, last=last, engine="exact")
        for last in (None, 6)
    )
    assert whole.accuracy.shape == (3, 31)
    assert end.accuracy.shape == (3, 6)
    assert_end(end, whole)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("clients", [5, 50])
def test_a_longer_run_begins_with_the_shorter_to_the_last_bit(algorithm, clients):
    """So that what was run for one length serves every shorter one; the last rounds alone are judged the same too."""
    fleet = digits_problem(clients=50, alpha=0.05, seed=1, cities=5)
    masks = [draw_participation(fleet, rounds=60, clients_per_round=clients, seed=seed) for seed in range(2)]
    how = {"algorithm": algorithm, "local_steps": 10, "learning_rate": 20.0}
    long = simulate_seeds(fleet, participation=masks, **how)
    for rounds in (1, 3, 8, 10, 27, 59):
        short = simulate_seeds(fleet, participation=[mask[:rounds] for mask in masks], **how)
        end = simulate_seeds(fleet, participation=[mask[:rounds] for mask in masks], last=min(rounds, 9), **how)
        for name in ("accuracy", "loss", "group_accuracy"):
            curve = getattr(long, name)[:, : rounds + 1]
            assert np.array_equal(getattr(short, name), curve)
            assert np.array_equal(getattr(end, name), curve[:, -min(rounds, 9) :])


@pytest.mark.parametrize("how", [{}, {"clip": 0.5, "noise_multiplier": 0.3, "noise": "local"}])
def test_the_last_models_of_one_run_are_the_end_of_all(how):
    whole, end = (
        simulate(FLEET, rounds=30, clients_per_round=8, local_steps=20, last=last, seed=4, **how, engine="exact")
        for last in (None, 6)
    )
    assert (len(whole.accuracy), len(end.accuracy)) == (31, 6)
    assert_end(end, whole)
    # Not judged but run: the same steps in both, to the last bit.
    assert (end.clipped == whole.clipped).all()
    assert (end.weights == whole.weights).all()


def test_what_is_returned_cannot_be_changed_and_what_is_given_is_not():
    drawn = masks(FLEET, rounds=5, clients=8)
    before = drawn.copy()
    found = simulate_seeds(FLEET, participation=drawn, algorithm="scaffold", local_steps=3, engine="exact")
    assert (drawn == before).all()
    for field in (found.accuracy, found.loss, found.group_accuracy):
        with pytest.raises(ValueError, match="read-only"):
            field[0] = 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"participation": np.ones((2, 20), dtype=bool)}, r"runs x rounds x 20 masks .* got shape \(2, 20\)"),
        ({"participation": np.full((1, 3, 20), 2)}, "values other than 0 and 1"),
        ({"participation": np.full((1, 3, 20), 0.5)}, "got float64 values"),
        ({"participation": [[[True] * 20], [[True] * 19]]}, "masks of different lengths"),
        ({"last": 4}, r"last must lie in \[1, 3\], got 4"),
    ],
)
def test_a_bad_argument_is_named(change, message):
    usual = {"participation": np.ones((2, 3, 20), dtype=bool), "local_steps": 5}
    with pytest.raises(ValueError, match=message):
        simulate_seeds(FLEET, **{**usual, **change}, engine="exact")


def test_zeros_and_ones_are_read_as_a_mask():
    drawn = masks(FLEET, rounds=5, clients=8)
    first, second = (
        simulate_seeds(FLEET, participation=one, local_steps=5, engine="exact") for one in (drawn, drawn.astype(int))
    )
    assert (first.loss == second.loss).all()


def test_of_equal_scores_the_first_class_counts():
    """The untrained model scores all classes alike and calls every image a 0: 42 of the 360 test images are."""
    found = simulate_seeds(FLEET, participation=masks(FLEET, rounds=1, clients=8), local_steps=5, engine="exact")
    assert (found.accuracy[:, 0] * 360).round() == pytest.approx(42)
