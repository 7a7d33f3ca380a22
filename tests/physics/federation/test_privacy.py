"""Clipping, noise and cohorts: the parts of a guarantee, and their effect on the run."""

import numpy as np
import pytest

from physics.federation import digits_problem, problem_from_partition, simulate

PROBLEM = digits_problem(clients=20, alpha=0.3, seed=0)
COMMON = {"rounds": 30, "clients_per_round": 10, "local_steps": 5}


def noise_of_a_round(**changed):
    """One round from a zero model, with and without noise: the difference is the noise, 330 coordinates a seed."""
    arguments = {"rounds": 1, "clients_per_round": 10, "local_steps": 5, "clip": 0.5, "last": 1} | changed
    quiet = dict(arguments, noise_multiplier=0.0)
    return np.concatenate(
        [
            (
                simulate(PROBLEM, seed=seed, **({"engine": "exact"} | arguments)).weights
                - simulate(PROBLEM, seed=seed, **({"engine": "exact"} | quiet)).weights
            ).ravel()
            for seed in range(60)
        ]
    )


@pytest.mark.parametrize(
    ("engine", "noise", "arrivals", "spread"),
    [
        ("exact", "central", 10, 2 * 0.5 / 10),  # z C/n
        ("exact", "secure_aggregation", 10, 2 * 0.5 / 10),
        ("exact", "local", 10, 2 * 0.5 / np.sqrt(10)),  # z C/sqrt(n)
        ("exact", "central", 20, 2 * 0.5 / 20),
        ("exact", "local", 20, 2 * 0.5 / np.sqrt(20)),
        ("softmax", "central", 10, 2 * 0.5 / 10),  # both engines hand their updates to the same aggregation
        ("softmax", "local", 10, 2 * 0.5 / np.sqrt(10)),
    ],
)
def test_noise_on_the_average_has_the_spread_that_its_placement_says(engine, noise, arrivals, spread):
    drawn = noise_of_a_round(noise=noise, noise_multiplier=2.0, clients_per_round=arrivals, engine=engine)
    assert drawn.mean() == pytest.approx(0, abs=4 * spread / np.sqrt(drawn.size))
    assert drawn.std() == pytest.approx(spread, rel=0.03)


def test_a_cohort_of_a_thousand_gets_a_thousandth_of_the_noise():
    for noise, spread in (("central", 2 * 0.5 / 1000), ("local", 2 * 0.5 / np.sqrt(1000))):
        drawn = noise_of_a_round(cohort=1000, noise=noise, noise_multiplier=2.0)
        assert drawn.std() == pytest.approx(spread, rel=0.03)


def test_with_unequal_clients_the_largest_share_sets_the_central_noise():
    # Shares 3/4 and 1/4: one client can move the average by 3/4 C at most.
    problem = problem_from_partition([range(30), range(10)])
    common = {"rounds": 1, "clients_per_round": 2, "local_steps": 5, "clip": 0.5}
    quiet = simulate(problem, **common, engine="exact").weights
    for noise, share in (("central", 0.75), ("local", np.hypot(0.75, 0.25))):
        runs = [
            simulate(problem, noise=noise, noise_multiplier=2.0, seed=s, **common, engine="exact") for s in range(60)
        ]
        assert np.std([run.weights - quiet for run in runs]) == pytest.approx(share * 2 * 0.5, rel=0.03)


def test_the_server_step_scales_the_noise_too():
    drawn = noise_of_a_round(noise_multiplier=2.0, server_learning_rate=0.3)
    assert drawn.std() == pytest.approx(0.3 * 2 * 0.5 / 10, rel=0.03)


def test_central_and_secure_aggregation_are_the_same_run_and_local_noise_a_worse_one():
    noisy = dict(COMMON, clip=0.5, noise_multiplier=0.5)
    central, secure, local = (
        simulate(PROBLEM, noise=placement, **noisy, engine="exact")
        for placement in ("central", "secure_aggregation", "local")
    )
    np.testing.assert_array_equal(central.weights, secure.weights)
    assert local.accuracy[-10:].mean() < central.accuracy[-10:].mean()


def test_vanishing_noise_is_no_noise():
    quiet = simulate(PROBLEM, clip=0.5, reliability=0.7, **COMMON, engine="exact")
    nearly = simulate(PROBLEM, clip=0.5, reliability=0.7, noise_multiplier=1e-12, **COMMON, engine="exact")
    np.testing.assert_allclose(nearly.weights, quiet.weights, atol=1e-9)
    np.testing.assert_array_equal(nearly.survivors, quiet.survivors)


def test_no_round_moves_the_model_further_than_the_clip():
    problem = digits_problem(clients=20, alpha=0.05, seed=1)
    for clip in (0.01, 0.1, 1.0):
        weights = [
            simulate(
                problem, rounds=rounds, clients_per_round=6, local_steps=50, clip=clip, seed=3, engine="exact"
            ).weights
            for rounds in range(1, 8)
        ]
        moves = np.linalg.norm(np.diff([np.zeros((33, 10)), *weights], axis=0), axis=(1, 2))
        assert (moves <= clip * (1 + 1e-12)).all()


def test_clipped_is_the_share_of_arrived_updates_longer_than_the_clip():
    # In the first round every model starts at zero: the update of client k is what it learns alone.
    lengths = np.array(
        [
            np.linalg.norm(
                simulate(
                    PROBLEM,
                    rounds=1,
                    clients_per_round=None,
                    local_steps=5,
                    participation=np.eye(20)[[k]] == 1,
                    engine="exact",
                ).weights
            )
            for k in range(20)
        ]
    )
    clip = float(np.median(lengths))
    everyone = np.ones((1, 20), dtype=bool)
    run = simulate(
        PROBLEM, rounds=1, clients_per_round=20, local_steps=5, clip=clip, participation=everyone, engine="exact"
    )
    assert run.clipped[0] == 0.5
    assert run.lengths[0] == pytest.approx(lengths)
    half = everyone & (lengths > clip)
    run = simulate(
        PROBLEM, rounds=1, clients_per_round=20, local_steps=5, clip=clip, participation=half, engine="exact"
    )
    assert run.clipped[0] == 1
    assert (run.lengths[0] > 0).tolist() == half[0].tolist()
    assert simulate(PROBLEM, **COMMON, engine="exact").clipped.tolist() == [0] * 30
    assert simulate(PROBLEM, **COMMON, engine="exact").lengths is None


def test_a_tighter_clip_clips_more():
    clipped = [simulate(PROBLEM, clip=clip, **COMMON, engine="exact").clipped.mean() for clip in (0.01, 0.3, 1.0, 3.0)]
    assert clipped == sorted(clipped, reverse=True)
    assert clipped[0] == 1
    assert clipped[-1] < 0.2


def test_a_cohort_draws_its_devices_evenly_from_all_archetypes():
    run = simulate(PROBLEM, rounds=200, clients_per_round=None, local_steps=1, cohort=500, engine="exact")
    assert (run.survivors.sum(axis=1) == 500).all()
    assert run.survivors.mean() == pytest.approx(25)
    assert run.survivors.var() == pytest.approx(500 * 0.05 * 0.95, rel=0.1)  # binomial
    lossy = simulate(
        PROBLEM, rounds=200, clients_per_round=None, local_steps=1, cohort=500, reliability=0.4, engine="exact"
    )
    assert lossy.survivors.mean() == pytest.approx(10, rel=0.02)


def test_clipped_counts_devices_not_archetypes():
    # One archetype of three clips; the share is that of the devices drawn from it.
    problem = problem_from_partition([[0], range(1, 1437, 2), range(2, 1437, 2)])
    lengths = [
        np.linalg.norm(
            simulate(
                problem,
                rounds=1,
                clients_per_round=None,
                local_steps=2,
                participation=np.eye(3)[[k]] == 1,
                engine="exact",
            ).weights
        )
        for k in range(3)
    ]
    clip = sum(sorted(lengths)[1:]) / 2
    run = simulate(problem, rounds=50, clients_per_round=None, local_steps=2, cohort=40, clip=clip, engine="exact")
    assert run.clipped[0] == run.survivors[0, np.argmax(lengths)] / 40
    assert 0 < run.clipped[0] < 1


def test_clients_per_round_has_no_effect_with_a_cohort():
    runs = [
        simulate(PROBLEM, rounds=5, clients_per_round=s, local_steps=5, cohort=100, engine="exact")
        for s in (None, 1, 20, 1000)
    ]
    for run in runs[1:]:
        np.testing.assert_array_equal(run.weights, runs[0].weights)


def test_a_huge_cohort_is_full_participation():
    everyone = simulate(PROBLEM, rounds=30, clients_per_round=20, local_steps=5, engine="exact")
    crowd = simulate(PROBLEM, rounds=30, clients_per_round=None, local_steps=5, cohort=10**9, engine="exact")
    np.testing.assert_allclose(crowd.loss, everyone.loss, atol=1e-3)
    np.testing.assert_allclose(crowd.weights, everyone.weights, atol=2e-3)


def test_a_larger_cohort_carries_the_same_noise_better_and_local_noise_stays_ruinous():
    # The noise for eps = 1 at delta 1e-5 over 50 rounds with 1,000 of 10,000 devices: z = 3.18 central, 16.7 local.
    def end(cohort, noise, multiplier):
        return np.mean(
            [
                simulate(
                    digits_problem(clients=20, alpha=0.3, seed=seed),
                    rounds=50,
                    clients_per_round=None,
                    local_steps=5,
                    clip=0.5,
                    cohort=cohort,
                    noise=noise,
                    noise_multiplier=multiplier,
                    seed=seed,
                    engine="exact",
                ).accuracy[-1]
                for seed in range(5)
            ]
        )

    central = [end(cohort, "central", 3.18) for cohort in (20, 50, 200, 1000)]
    assert central == sorted(central)
    assert central[-1] > 0.9
    assert central[0] < central[-1] - 0.02
    assert end(1000, "local", 16.7) < 0.5


def test_links_are_drawn_per_client_and_apart_from_the_selection():
    reliability = np.linspace(0, 1, 20)
    sound = simulate(PROBLEM, rounds=400, clients_per_round=10, local_steps=1, seed=7, engine="exact")
    lossy = simulate(
        PROBLEM, rounds=400, clients_per_round=10, local_steps=1, seed=7, reliability=reliability, engine="exact"
    )
    assert (sound.survivors.sum(axis=1) == 10).all()
    assert (lossy.survivors <= sound.survivors).all()
    np.testing.assert_allclose(lossy.survivors.mean(axis=0), reliability / 2, atol=0.09)
    assert lossy.survivors[:, 0].sum() == 0
    np.testing.assert_array_equal(lossy.survivors[:, 19], sound.survivors[:, 19])


def test_inviting_more_clients_keeps_those_that_were_invited():
    few, many = (
        simulate(PROBLEM, rounds=40, clients_per_round=s, local_steps=1, seed=7, engine="exact").survivors
        for s in (5, 12)
    )
    assert (many >= few).all()


def test_invitations_are_even_over_the_clients():
    run = simulate(PROBLEM, rounds=4000, clients_per_round=5, local_steps=1, engine="exact")
    np.testing.assert_allclose(run.survivors.mean(axis=0), 0.25, atol=0.03)


@pytest.mark.parametrize("changed", [{}, {"clip": 0.5, "noise_multiplier": 1.0}, {"algorithm": "scaffold"}])
def test_a_round_in_which_nothing_arrives_changes_nothing(changed):
    mask = np.ones((6, 20), dtype=bool)
    mask[[0, 3, 4]] = False
    run = simulate(
        PROBLEM, rounds=6, clients_per_round=None, local_steps=5, participation=mask, **changed, engine="exact"
    )
    assert run.loss[1] == run.loss[0] == pytest.approx(0.45)
    assert run.loss[3] == run.loss[4] == run.loss[5]
    assert run.loss[2] != run.loss[3] != run.loss[6]
    dead = simulate(PROBLEM, reliability=0.0, **(COMMON | changed), engine="exact")
    assert not dead.weights.any()
    assert dead.survivors.sum() == 0
    assert (dead.accuracy == 42 / 360).all()
    assert not dead.clipped.any()


def test_seeds_draw_anew_and_repeat():
    first, again, other = (simulate(PROBLEM, seed=seed, **COMMON, engine="exact") for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert not np.array_equal(first.survivors, other.survivors)
