"""The learning behind the bench: the curves are simulate's own, scores are means, jitter does what theory says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.federation import digits_problem, fixed_point, jitter, simulate
from tests.tracks.missions.convergence.states import GUARDIAN, ON, any_state
from tracks.common.proxy_fleet import problem
from tracks.common.scoring import scores, window_of
from tracks.missions.convergence.links import city_reliability, invited, link_reliabilities, links
from tracks.missions.convergence.runs import SEEDS, final_scores, fixed, learning_of, participations, runs

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def learning(one=GUARDIAN, *, seed=0, **values):
    """Return what learning depends on in the defaults with some values replaced."""
    return learning_of(one.track.fleet.seed, one.setting(**values), seed=seed)


# N2: a real federated run behind every curve
@pytest.mark.parametrize("algorithm", ["fedavg", "fedprox", "scaffold"])
def test_every_seed_is_a_run_of_simulate_on_the_tracks_partition(algorithm):
    """Drawn by simulate itself, one client's reliability at a time: not even the masks are ours."""
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


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=130))
def test_a_score_is_the_mean_of_the_last_fifth_ten_rounds_at_most(curve):
    found = scores(np.array(curve))
    for end in range(len(curve)):
        window = min(10, max(1, end // 5))
        assert window_of(end) == window
        assert found[end] == pytest.approx(np.mean(curve[end + 1 - window : end + 1]), abs=1e-9)


def test_cities_are_scored_one_by_one():
    curves = np.random.default_rng(0).random((61, 5))
    found = scores(curves)
    for city in range(5):
        assert found[:, city] == pytest.approx(scores(curves[:, city]))


# P19: the curve at a place is what a run that ends there is credited with
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


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.2, 0.35, 0.5, 0.8, 0.95, 1.0])
def test_links_spread_around_their_mean_as_far_as_they_can(mean):
    found = link_reliabilities(mean)
    assert found.mean() == pytest.approx(mean, abs=1e-12)
    assert (found.min(), found.max()) == pytest.approx((max(0.0, 2 * mean - 1), min(1.0, 2 * mean)), abs=1e-12)
    cities = [city_reliability(mean, city) for city in range(5)]
    assert cities == sorted(cities, reverse=True)
    spread = min(mean, 1 - mean)
    assert cities[0] - cities[-1] == pytest.approx(spread)
    assert np.ptp(found[:10]) == pytest.approx(spread)


@settings(max_examples=40)
@given(
    clients=st.integers(2, 50),
    reliability=st.sampled_from([0.2, 0.5, 0.8, 1.0]),
    attempts=st.integers(1, 4),
    selection=st.sampled_from(["random", "reliable_first", "city_balanced"]),
)
def test_an_invitation_comes_to_what_its_clients_links_make_of_it(clients, reliability, attempts, selection):
    found, each = invited(clients, reliability, attempts, selection), links(reliability, attempts)
    r = link_reliabilities(reliability)
    assert each.delivered == pytest.approx(1 - (1 - r) ** attempts)
    tries = sum((1 - r) ** n for n in range(attempts))  # one more for each failure before
    assert each.attempts == pytest.approx(tries)
    if selection == "reliable_first":
        who = np.argsort(-r, kind="stable")[:clients]
        assert found.busiest == (1 if reliability < 1 else clients / 50)
        weights = np.isin(np.arange(50), who) if len(set(np.sort(r)[-clients - 1 :])) == clients + 1 else None
    else:
        assert found.busiest == pytest.approx(clients / 50)
        weights = np.ones(50)
    if weights is not None:
        assert found.delivered == pytest.approx(np.average(each.delivered, weights=weights), abs=1e-9)
        assert found.failed == pytest.approx(1 - (weights @ each.delivered) / (weights @ each.attempts), abs=1e-9)


def test_a_fifth_fails_exactly_at_a_reliability_of_four_fifths():
    assert invited(25, 0.8, 1, "random").failed == 0.2
    assert invited(7, 0.8, 1, "city_balanced").failed == 0.2


def test_retries_fail_more_because_poor_links_make_most_of_them():
    failed = [invited(25, 0.8, attempts, "random").failed for attempts in (1, 2, 3, 4)]
    assert failed == sorted(failed)
    assert failed[1] == pytest.approx(0.2076, abs=1e-4)


# P14: whom a rule of selection hears
@every_track
def test_the_best_links_first_waste_less_and_leave_the_city_of_poor_links_behind(one):
    usual, first = (learning(one, selection=rule) for rule in ("random", "reliable_first"))
    heard = participations(first).sum(axis=(0, 1)).reshape(5, 10).sum(axis=1)
    assert heard[-1] < 0.2 * heard[0]
    assert runs(first).worst == 4
    assert runs(first).cities[-1].min() < runs(usual).cities[-1].min() - 0.2
    assert invited(25, 0.8, 1, "reliable_first").failed < 0.13
