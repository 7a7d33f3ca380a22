"""What the bench books and learns equals accountant and engine, at every placement of the noise."""

import math

import numpy as np
import pytest

from physics.federation import simulate, softmax_optimum
from physics.privacy import epsilon, gaussian_delta, gaussian_sigma
from tests.tracks.missions.privacy.states import GUARDIAN, ON, PIONEER
from tracks.common.proxy_fleet import ceiling, problem
from tracks.common.scoring import window_of
from tracks.missions.privacy.accounting import calibrated_noise, calibrated_noise_of, spent_by_round
from tracks.missions.privacy.closing import once_and_often
from tracks.missions.privacy.runs import CURVE_NOISES, SEEDS, USUAL_LENGTH, curve_seeds, learning_task
from tracks.missions.privacy.state import evaluate

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def state(one, **values):
    return evaluate(one.track, one.setting(**{**one.private(), **values}), seed=0)


# --- the accountant --------------------------------------------------------------------------------------------------


def test_once_and_a_hundred_times():  # N3
    """A z that gives eps = 1 once (classical) gives 11.1, .87 and .072 over 100 rounds at q = 1, .1 and .01."""
    z, hundred = once_and_often()
    assert z == pytest.approx(4.8448, abs=1e-4)
    assert gaussian_sigma(1, 1e-5) < z  # the classical form takes more than is needed below 1
    assert hundred == pytest.approx((11.1, 0.87, 0.072), rel=0.01)
    alone = epsilon(sampling_rate=1, noise_multiplier=z, rounds=1, delta=1e-5)
    assert alone < 1.2
    assert hundred[0] < 100 * alone  # rounds do not add as epsilons do, nor does one start anew
    assert hundred[0] > alone


@every_track
@pytest.mark.parametrize("noise", ["central", "local", "secure_aggregation"])
@pytest.mark.parametrize("promise", [0.1, 1, 8])
def test_the_noise_spends_the_promise_in_the_last_round_and_not_before(one, noise, promise):
    given = state(one, noise=noise, epsilon=promise, rounds=60, participating_share=0.1)
    assert given.spent[60] == pytest.approx(promise, rel=1e-6)
    assert given.spent[60] <= promise * (1 + 1e-9)
    assert (np.diff(given.spent) >= 0).all()
    assert given.spent[0] == 0
    assert given.spent[54 if noise != "local" else 50] < promise


@pytest.mark.parametrize("rounds", [1, 7, 60, 200])
def test_a_central_curve_is_the_accountant_at_every_round(rounds):  # N3
    setting = GUARDIAN.setting(**GUARDIAN.private(noise="central"))
    z = calibrated_noise_of(setting).multiplier
    curve = spent_by_round("central", z, setting.cohort, setting.fleet, setting.delta, 200)
    same = epsilon(sampling_rate=setting.rate, noise_multiplier=z, rounds=rounds, delta=setting.delta)
    assert curve[rounds] == same


def test_a_local_curve_is_the_gaussian_mechanism_at_every_participation():
    """k releases with sigma are one with sigma/sqrt(k), exactly (Balle, Wang 2018)."""
    setting = GUARDIAN.setting(**GUARDIAN.private(noise="local", participating_share=0.1, rounds=100))
    z = calibrated_noise_of(setting).multiplier
    curve = spent_by_round("local", z, setting.cohort, setting.fleet, setting.delta, 200)
    for rounds, taken in ((1, 1), (35, 4), (100, 10), (200, 20)):
        reached = gaussian_delta(z / (2 * math.sqrt(taken)), epsilon=curve[rounds])
        assert reached == pytest.approx(setting.delta, rel=1e-6)


@every_track
def test_secure_aggregation_has_the_central_figure_and_local_noise_is_louder(one):
    central, shares, local = (state(one, noise=noise) for noise in ("central", "secure_aggregation", "local"))
    assert shares.noise == central.noise
    assert shares.result == central.result
    assert local.noise.on_average > 10 * central.noise.on_average


def test_noise_on_the_average_falls_with_the_cohort_fully_or_by_its_root():
    def on_average(noise, share):
        return calibrated_noise_of(GUARDIAN.setting(**GUARDIAN.private(noise=noise, participating_share=share)))

    few, many = (on_average("local", share) for share in (0.001, 0.01))  # one participation each
    assert few.on_average / many.on_average == pytest.approx(math.sqrt(10), rel=1e-6)
    few, many = (on_average("central", share) for share in (0.001, 0.01))
    assert few.on_average / many.on_average == pytest.approx(10 * few.multiplier / many.multiplier, rel=1e-6)


# --- the runs --------------------------------------------------------------------------------------------------------


def directly(one, setting, noise, seed=0):
    """Return the final accuracy of a run of the engine, with the noise where the setting adds it."""
    run = simulate(
        problem(one.track.fleet.seed, one.track.fleet.skew_alpha),
        rounds=setting.rounds,
        clients_per_round=None,
        cohort=setting.cohort,
        local_steps=setting.local_steps,
        learning_rate=8.0,
        clip=setting.clip_norm,
        noise_multiplier=noise,
        noise=setting.noise,
        seed=seed,
        engine="softmax",
    )
    return float(run.accuracy[-window_of(setting.rounds) :].mean())


@every_track
@pytest.mark.parametrize("values", [
    {"noise": "central", "rounds": 40},
    {"noise": "secure_aggregation", "rounds": 40, "epsilon": 0.3, "participating_share": 0.002},
    {"noise": "local", "rounds": 40, "epsilon": 5, "participating_share": 0.05},
    {"noise": "local", "rounds": 30, "clip_norm": 2, "epsilon": 10, "participating_share": 0.02},
])  # fmt: skip
def test_what_is_learnt_is_what_the_engine_gives_with_the_noise_where_it_is_added(one, values):  # L14 L15
    """Nothing is read between runs: every digit is that of a run of this very setting."""
    setting = one.setting(**one.private(**values))
    given = evaluate(one.track, setting, seed=0)
    runs = [directly(one, setting, given.noise.multiplier, seed=seed) for seed in range(SEEDS)]
    assert given.result.accuracy == pytest.approx(np.mean(runs), abs=1e-11)


def test_three_seeds_are_three_runs_whose_mean_is_read_and_a_moving_slider_has_the_first():
    setting = GUARDIAN.setting(**GUARDIAN.private(noise="local", rounds=20))
    given = evaluate(GUARDIAN.track, setting, seed=2)
    runs = [directly(GUARDIAN, setting, given.noise.multiplier, seed=seed) for seed in (6, 7, 8)]
    assert given.result.seeds == pytest.approx(runs, abs=1e-11)
    assert given.result.accuracy == pytest.approx(np.mean(runs), abs=1e-11)
    moving = evaluate(GUARDIAN.track, setting, seed=2, moving=True)
    assert moving.result.seeds == given.result.seeds[:1]


@every_track
def test_a_curve_is_a_run_at_each_of_its_levels_and_near_one_between_them(one):
    """At a level every digit of the run; half-way between two of them within 3 points."""
    setting = one.setting(**one.private(noise="local", rounds=30, clip_norm=3, participating_share=0.01))
    task = learning_task(one.track, setting, seed=0)
    for place in (1, 2.5, 3):
        level = USUAL_LENGTH * float(np.interp(place, range(len(CURVE_NOISES)), CURVE_NOISES))
        noise = level * math.sqrt(setting.cohort) / setting.clip_norm
        straight = [directly(one, setting, noise, seed=seed) for seed in range(SEEDS)]
        assert curve_seeds(task, level) == pytest.approx(straight, abs=0.03 if place % 1 else 1e-11)


@every_track
def test_a_clip_has_a_best_length(one):
    """A short one starves the model and a long one lets in the noise, which is measured in clips."""
    clips = (0.3, 1.5, 20)
    states = [one.private(noise="local", clip_norm=clip, epsilon=local_promise(one), rounds=60) for clip in clips]
    short, middle, long = (evaluate(one.track, one.setting(**values), seed=0).result.accuracy for values in states)
    assert middle > max(short, long) + 0.02


def local_promise(one):
    """Return the epsilon at which local noise is a tenth of the clip on the average, whatever the fleet."""
    promises = np.geomspace(0.1, 10, 41)
    noises = [
        calibrated_noise_of(one.setting(**one.private(noise="local", epsilon=float(promise), clip_norm=1))).on_average
        for promise in promises
    ]
    return float(promises[np.abs(np.array(noises) - 0.1).argmin()])


def test_a_larger_cohort_buys_accuracy_at_the_same_guarantee():
    values = {"noise": "central", "clip_norm": 3, "epsilon": 0.2, "rounds": 60}
    few, many = (
        evaluate(PIONEER.track, PIONEER.setting(**PIONEER.private(**values, participating_share=share)), seed=0)
        for share in (0.002, 0.05)
    )
    assert many.spent[60] == pytest.approx(few.spent[60], rel=1e-6)
    assert many.result.accuracy > few.result.accuracy + 0.02


@every_track
def test_the_ceiling_is_the_least_mean_cross_entropy_of_all_data(one):
    """At the model of all data the gradient is zero, written out here: any other model has a larger loss."""
    fleet = problem(one.track.fleet.seed, one.track.fleet.skew_alpha)
    weights = softmax_optimum(fleet).weights
    images = np.concatenate(fleet.partition)
    inputs, labels = fleet.data.train_inputs[images], fleet.data.train_one_hot[images]
    chances = np.exp(inputs @ weights)
    chances /= chances.sum(axis=1, keepdims=True)
    gradient = inputs.T @ (chances - labels) / len(images) + fleet.regularization * weights
    assert np.abs(gradient).max() < 1e-4
    scores = fleet.data.test_inputs.T @ weights
    right = (scores.argmax(axis=1) == fleet.data.test_labels).mean()
    assert ceiling(one.track.fleet.seed, one.track.fleet.skew_alpha) == pytest.approx(right)


@every_track
def test_without_noise_nothing_is_clipped_and_without_a_fleet_nothing_is_drawn(one):
    plain = evaluate(one.track, one.setting(deployment="federated"), seed=0)
    assert (plain.noise, plain.spent, plain.result.clipped) == (None, None, 0.0)
    alone = evaluate(one.track, one.setting(deployment="centralised"), seed=0)
    assert alone.result.accuracy == pytest.approx(ceiling(one.track.fleet.seed, one.track.fleet.skew_alpha))
    assert alone.gap == 0
    assert alone.moved == one.track.fleet.devices * one.track.fleet.raw_bytes_per_device_day


@every_track
def test_another_seed_draws_other_rounds_on_the_same_partition(one):
    setting = one.setting(**one.private(noise="central", rounds=20))
    first, again, other = (evaluate(one.track, setting, seed=seed) for seed in (0, 0, 1))
    assert first.result == again.result
    assert first.result.seeds != other.result.seeds
    assert first.ceiling == other.ceiling


# --- bytes -----------------------------------------------------------------------------------------------------------


def test_what_may_move_is_what_the_caps_add_up_to_until_the_service_binds():
    assert GUARDIAN.run().reading("moved").limit == pytest.approx(500_000 * 5e9 / 30)
    assert GUARDIAN.run(fleet=100_000_000).reading("moved").limit == 1e15
    assert ON["cloud_titan"].run(fleet=1e9).reading("moved").limit == 50e12  # a cap of the service


def test_one_client_is_the_least_cohort():
    setting = PIONEER.setting(**PIONEER.private(fleet=1000, participating_share=0.001))
    assert (setting.cohort, setting.rate) == (1, 0.001)
    assert calibrated_noise("central", 1.0, 0.5, 1, 1000, 10, 1e-5).on_average > 0.1
