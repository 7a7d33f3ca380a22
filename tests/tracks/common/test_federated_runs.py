"""Federated runs: the curves are simulate's own, scores are means, jitter agrees with theory, nothing runs twice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.federation import digits_problem, fixed_point, jitter, simulate
from tests.states import verdict
from tests.tracks.missions.convergence.states import GUARDIAN, ON, any_state
from tracks.common.federated_runs import SEEDS, final_scores, fixed, participation, runs
from tracks.common.links import invitation, link_reliabilities
from tracks.common.proxy_fleet import problem
from tracks.common.scoring import window_of
from tracks.missions.convergence.state import learning_of

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def learning(one=GUARDIAN, *, seed=0, **values):
    """Return what learning depends on in the defaults with some values replaced."""
    return learning_of(one.track.fleet.seed, one.setting(**values), seed=seed)


# N2: a real federated run behind every curve
@pytest.mark.parametrize("algorithm", ["fedavg", "fedprox", "scaffold"])
def test_every_seed_is_a_run_of_simulate_on_the_tracks_partition(algorithm):
    """Sampled by simulate itself, one client's reliability at a time: the masks are its own too."""
    for seed in (0, 2):
        found = runs(learning(algorithm=algorithm, rounds=40, local_steps=7, attempts=2, seed=seed))
        fleet = digits_problem(clients=50, alpha=0.05, seed=GUARDIAN.track.fleet.seed, cities=5)
        reliability = 1 - (1 - link_reliabilities(0.8)) ** 2
        for run in range(SEEDS):
            drawn = simulate(
                fleet,
                algorithm=algorithm,
                rounds=40,
                clients_per_round=25,
                local_steps=7,
                proximal=0.3 if algorithm == "fedprox" else 0.0,
                reliability=reliability,
                seed=SEEDS * seed + run,
                engine="exact",
            )
            assert found.accuracy[run] == pytest.approx(drawn.accuracy, abs=1e-12)
            assert found.loss[run] == pytest.approx(drawn.loss, rel=1e-9)
            assert found.city_accuracy[run] == pytest.approx(drawn.group_accuracy, abs=1e-12)


@every_track
def test_the_seeds_vary_the_draws_and_the_track_the_partition(one):
    fleet = problem(one.track.fleet.seed, one.track.fleet.skew_alpha)
    assert fleet.clients == 50
    assert np.bincount(fleet.city).tolist() == [10] * 5
    first, second = (runs(learning(one, seed=seed)) for seed in (0, 1))
    assert (first.loss[:, 0] == second.loss[:, 0]).all()
    assert len({tuple(curve) for curve in (*first.loss, *second.loss)}) == 2 * SEEDS


def test_the_proximal_weight_acts_in_fedprox_alone():
    assert learning(algorithm="fedavg", mu=0.9) == learning(algorithm="fedavg", mu=0.1)
    assert learning(algorithm="scaffold", mu=0.9).proximal == 0
    assert learning(algorithm="fedprox", mu=0.9).proximal == 0.9


# --- scores ----------------------------------------------------------------------------------------------------------


# P19: the curve at a round is the score of a run that ends there
@settings(max_examples=12)
@given(drawn=any_state, share=st.floats(0.05, 1))
def test_the_curve_at_a_round_is_the_score_of_a_run_of_that_length(drawn, share):
    one, state = drawn
    whole = learning_of(one.track.fleet.seed, one.setting(**state), seed=0)
    rounds = max(10, int(whole.rounds * share))
    long, short = runs(whole), runs(replace(whole, rounds=rounds))
    assert long.mean[rounds] == pytest.approx(short.mean[-1], abs=1e-12)
    assert long.cities[rounds] == pytest.approx(short.cities[-1], abs=1e-12)
    assert long.mean_loss[rounds] == pytest.approx(short.mean_loss[-1], rel=1e-9)


@settings(max_examples=12)
@given(drawn=any_state)
def test_final_scores_are_those_of_the_whole_run_and_the_worst_city_is_the_worst(drawn):
    one, state = drawn
    own = learning_of(one.track.fleet.seed, one.setting(**state), seed=0)
    found = runs(own)
    window = window_of(own.rounds)
    assert final_scores(own) == pytest.approx((found.mean[-1], found.cities[-1].min()), abs=1e-9)
    by_hand = [found.city_accuracy[:, -window:, city].mean() for city in range(5)]
    assert found.worst == int(np.argmin(by_hand))
    assert found.cities[-1, found.worst] == pytest.approx(min(by_hand))
    assert found.mean[-1] == pytest.approx(found.accuracy[:, -window:].mean())


def test_where_nothing_is_left_to_chance_three_seeds_are_one_line():
    found = runs(learning(clients_per_round=50, reliability=1))
    assert (found.accuracy[0] == found.accuracy[1]).all()
    assert (found.loss[0] == found.loss[2]).all()
    assert found.accuracy.shape == (3, 101)


def test_a_change_is_run_once_for_the_fleet_and_its_worst_city():
    """Both verdicts fail at the start and try the same two changes."""
    final_scores.cache_clear()
    outcome = GUARDIAN.run(local_steps=19, clients_per_round=24)
    assert all(len(verdict(outcome, code).fixes) >= 2 for code in ("below_target", "city_left_behind"))
    assert final_scores.cache_info().misses == 2


# --- jitter, drift, rate: what the bench is about --------------------------------------------------------------------


# P12
@every_track
def test_jitter_grows_with_skew_and_steps_and_falls_with_clients(one):
    def shaking(**values):
        return runs(learning(one, **values)).jitter

    usual = shaking()
    assert shaking(alpha=100) < usual / 2
    assert shaking(local_steps=100) > 1.25 * usual
    assert shaking(local_steps=1) < usual / 5
    assert shaking(clients_per_round=5) > 2 * usual
    assert shaking(clients_per_round=50) < usual


def test_jitter_is_the_physics_own_over_the_rounds_that_are_scored():
    found = runs(learning(rounds=30))
    assert found.jitter == pytest.approx(np.mean([jitter(curve, last=6) for curve in found.loss]))


@every_track
def test_more_steps_settle_faster_and_end_worse(one):
    few, many = (fixed(one.track.fleet.seed, one.track.fleet.skew_alpha, steps, 0.8, 0.0) for steps in (5, 40))
    assert many.rate < few.rate
    assert many.excess_loss > 3 * few.excess_loss
    again = fixed_point(problem(one.track.fleet.seed, one.track.fleet.skew_alpha), local_steps=40, learning_rate=0.8)
    assert (many.excess_loss, many.rate) == (again.excess_loss, again.rate)


@every_track
def test_a_full_run_ends_at_the_fixed_point_that_the_bias_speaks_of(one):
    """All clients, all links: the loss after 200 rounds is the optimum's plus the bias."""
    own = learning(one, clients_per_round=50, reliability=1, rounds=200)
    point = fixed(own.fleet_seed, own.alpha, own.local_steps, own.learning_rate, own.proximal)
    fleet = problem(own.fleet_seed, own.alpha)
    assert runs(own).mean_loss[-1] == pytest.approx(fleet.optimal_loss + point.excess_loss, abs=1e-4)


# --- whom a rule of selection hears ----------------------------------------------------------------------------------


# P14
@every_track
def test_the_best_links_first_waste_less_and_leave_the_city_of_poor_links_behind(one):
    usual, first = (learning(one, selection=rule) for rule in ("random", "reliable_first"))
    heard = participation(first).sum(axis=(0, 1)).reshape(5, 10).sum(axis=1)
    assert heard[-1] < 0.2 * heard[0]
    assert runs(first).worst == 4
    assert runs(first).cities[-1].min() < runs(usual).cities[-1].min() - 0.2
    assert invitation(25, 0.8, 1, "reliable_first").failed < 0.13
