"""Federated runs: the curves are simulate's own, scores are means, jitter agrees with theory, nothing runs twice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.federation import digits_problem, jitter, simulate, simulate_seeds, softmax_optimum
from tests.states import verdict
from tests.tracks.missions.convergence.states import GUARDIAN, ON, any_state
from tracks.common.cache import close, open_folder, switched_off
from tracks.common.federated_runs import (
    SEEDS,
    drift_of,
    excess_loss,
    final_scores,
    model_of,
    participation,
    runs,
    runs_and_excess,
    settling,
)
from tracks.common.federated_runs.curves import curves
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
                learning_rate=24,
                proximal=0.01 if algorithm == "fedprox" else 0.0,
                reliability=reliability,
                seed=SEEDS * seed + run,
            )
            assert found.accuracy[run] == pytest.approx(drawn.accuracy, abs=1.5 / 360)  # single precision: an image
            assert found.loss[run] == pytest.approx(drawn.loss, rel=1e-4)
            assert found.city_accuracy[run] == pytest.approx(drawn.group_accuracy, abs=0.02)


@every_track
def test_the_seeds_vary_the_draws_and_the_track_the_partition(one):
    fleet = problem(one.track.fleet.seed, one.track.fleet.skew_alpha)
    assert fleet.clients == 50
    assert np.bincount(fleet.city).tolist() == [10] * 5
    first, second = (runs(learning(one, seed=seed)) for seed in (0, 1))
    assert (first.loss[:, 0] == second.loss[:, 0]).all()
    assert len({tuple(curve) for curve in (*first.loss, *second.loss)}) == 2 * SEEDS


def test_the_proximal_weight_acts_in_fedprox_alone():
    assert learning(algorithm="fedavg", mu=0.05) == learning(algorithm="fedavg", mu=0.001)
    assert learning(algorithm="scaffold", mu=0.05).proximal == 0
    assert learning(algorithm="fedprox", mu=0.05).proximal == 0.05


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
    outcome = ON["mobile_nomad"].run(local_steps=24, clients_per_round=24)
    assert all(len(verdict(outcome, code).fixes) >= 2 for code in ("below_target", "city_left_behind"))
    assert final_scores.cache_info().misses == 2, "each change once, and the state itself not again"


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


@pytest.mark.parametrize("longer", [False, True])
def test_the_model_of_the_first_draw_is_that_of_simulate_whatever_is_kept(tmp_path, longer):
    """Of a run that is kept, its own; where a longer one is kept, which ends elsewhere, it is run again."""
    state = learning(rounds=12, local_steps=3)
    (arrived,) = participation(state, 1)
    fleet = problem(state.fleet_seed, state.alpha)
    how = {"local_steps": 3, "learning_rate": state.learning_rate, "clients_per_round": None}
    run = simulate(fleet, rounds=12, participation=arrived, last=1, **how)
    with switched_off():
        open_folder(tmp_path / "results", 10**8)
        if longer:
            curves(replace(state, rounds=20), 1)
        else:
            curves(state, SEEDS)
        found = model_of(state)
        close()
    np.testing.assert_array_equal(found, run.weights)


def test_runs_and_their_excess_at_once_are_those_of_one_after_the_other():
    state = learning(rounds=10, local_steps=4)
    found, parts = runs_and_excess(state)
    fleet, everyone = problem(state.fleet_seed, state.alpha), np.ones((1, 10, 50), dtype=bool)
    how = {"local_steps": 4, "learning_rate": state.learning_rate}
    alone = simulate_seeds(fleet, participation=participation(state), **how)
    compared = simulate_seeds(fleet, participation=everyone, **how).loss[0, -window_of(10) :].mean()
    np.testing.assert_array_equal(found.loss, alone.loss)
    assert parts.sampling == found.final_loss - compared


def test_jitter_is_the_physics_own_over_the_rounds_that_are_scored():
    found = runs(learning(rounds=30))
    assert found.jitter == pytest.approx(np.mean([jitter(curve, last=6) for curve in found.loss]))


@every_track
def test_more_steps_drift_further_and_scaffold_not_at_all(one):
    few, many = (drift_of(learning(one, local_steps=steps)) for steps in (5, 50))
    assert many > 3 * few > 0
    assert drift_of(learning(one, local_steps=50, algorithm="scaffold")) == 0
    assert drift_of(learning(one, local_steps=1)) == 0


@every_track
def test_a_full_run_ends_where_all_clients_are_said_to_settle(one):
    """All clients, all links: the loss after 200 rounds is the best model's plus the drift."""
    own = learning(one, clients_per_round=50, reliability=1, rounds=200)
    point = settling(own.fleet_seed, own.alpha, own.local_steps, own.learning_rate, own.proximal)
    best = softmax_optimum(problem(own.fleet_seed, own.alpha)).loss
    assert point.settled
    assert runs(own).mean_loss[-1] == pytest.approx(best + point.excess_loss, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "largest"),
    [
        ({"local_steps": 1, "learning_rate": 16, "rounds": 60}, "unfinished"),
        ({"local_steps": 50}, "drift"),
        ({"clients_per_round": 2, "local_steps": 10}, "sampling"),
    ],
)
def test_the_excess_loss_is_made_of_what_its_parts_are_called(values, largest):
    """By three runs: this one, that of all clients, and that of all clients for ten times as long."""
    own = learning(**values)
    parts, best = excess_loss(own), softmax_optimum(problem(own.fleet_seed, own.alpha)).loss
    assert parts.largest == largest

    def everyone(rounds):
        mask = np.ones((1, rounds, 50), dtype=bool)
        how = {"local_steps": own.local_steps, "learning_rate": own.learning_rate, "last": window_of(own.rounds)}
        return float(simulate_seeds(problem(own.fleet_seed, own.alpha), participation=mask, **how).loss.mean())

    now, endless = everyone(own.rounds), everyone(4000 // own.local_steps)
    assert parts.sampling == pytest.approx(runs(own).final_loss - now, abs=2e-3)
    assert parts.unfinished == pytest.approx(now - endless, abs=4e-3)
    assert parts.drift == pytest.approx(endless - best, abs=4e-3)
    assert parts.total == pytest.approx(runs(own).final_loss - best, abs=1e-9)


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
