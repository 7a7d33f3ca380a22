"""The accent on the proxy task: what few and many passes do at home and elsewhere, and whom averaging helps."""

from dataclasses import replace

import numpy as np
import pytest

from physics.federation import personalise
from tests.tracks.mobile_nomad.battery.states import GLASSES, START
from tracks.mobile_nomad.battery.model.personalisation import (
    FEATURES,
    LEARNING_RATE,
    _fleet,
    _trained,
    _wearers,
    personalisation_result,
    personalisation_task,
    steps_of,
    trained_share,
)


def learnt(steps, **values):
    """Return the proxy's answer for the start settings with some values replaced."""
    return personalisation_result(personalisation_task(GLASSES, replace(START, **values)), steps)


def test_nothing_learnt_changes_nothing():
    found = learnt(0)
    assert (found.gain_points, found.elsewhere_points) == (0, 0)


def test_the_accent_was_missing_and_not_once_it_was_heard():
    unheard, heard = (learnt(0, accent_distance=distance) for distance in (1.0, 0.0))
    assert heard.own_before > unheard.own_before + 0.15
    assert heard.elsewhere_before > unheard.elsewhere_before
    assert learnt(20, data="local", accent_distance=1.0).gain_points > 20
    assert learnt(20, data="local", accent_distance=0.0).gain_points < 5


def test_a_few_passes_help_everyone_and_many_cost_everyone_else():
    few, many = learnt(10, data="local"), learnt(200, data="local")
    assert few.elsewhere_points > 1
    assert many.elsewhere_points < -4
    # Beyond some 60 passes over 28 images the own accent loses, too: they are learnt by heart.
    best = learnt(60, data="local")
    assert best.gain_points > max(few.gain_points, many.gain_points) + 0.5


def test_averaging_with_the_fleet_learns_slower_and_forgets_less():
    for steps in (7, 15):
        assert learnt(steps).gain_points < learnt(steps, data="local").gain_points
    for steps in (60, 120, 250):
        assert learnt(steps).elsewhere_points > learnt(steps, data="local").elsewhere_points + 0.5
    assert learnt(250).elsewhere_points > -1 > learnt(250, data="local").elsewhere_points + 3


def test_fewer_directions_learn_less_and_forget_less():
    low, high = (learnt(250, data="local", method=method) for method in ("last_k", "full"))
    assert low.elsewhere_points > high.elsewhere_points + 2
    best = [
        max(learnt(steps, data="local", method=method).gain_points for steps in (10, 30, 100, 300))
        for method in ("head", "full")
    ]
    assert best[0] < 8 < best[1]


def test_last_blocks_reach_what_their_share_of_the_operations_does():
    """The last convolution and layer do 6% of the multiplications, all blocks all: between the last layer and all."""
    reached = [personalisation_task(GLASSES, replace(START, method="last_k", last_blocks=k)).reach for k in (1, 3, 16)]
    assert reached == pytest.approx([0.25 + 0.75 * share for share in (0.063, 0.201, 0.731)], abs=1e-3)
    assert personalisation_task(GLASSES, replace(START, method="head")).reach == 0.25 < reached[0]
    assert trained_share(22) == 1
    for method in ("full", "lora", "tinytl_bias", "tinytl_lite_residual"):  # something trains in every block
        assert personalisation_task(GLASSES, replace(START, method=method)).reach == 1
    gains = [
        max(learnt(steps, data="local", method="last_k", last_blocks=k).gain_points for steps in (10, 30, 100, 300))
        for k in (1, 3, 16)
    ]
    assert gains == sorted(gains)
    assert gains[0] < 8 < gains[2]


def test_a_coarser_spectrogram_knows_less_of_everyone():
    fine, coarse = (learnt(20, resolution=side) for side in (224, 96))
    assert coarse.elsewhere_points < fine.elsewhere_points - 1
    assert personalisation_task(GLASSES, replace(START, resolution=112)).features == FEATURES / 2


def test_the_cloud_learns_the_same_whatever_the_glasses_would_do():
    one = personalisation_task(GLASSES, replace(START, data="upload"))
    other = personalisation_task(GLASSES, replace(START, data="upload", method="head", resolution=96, minutes=0.5))
    assert one == other
    assert personalisation_result(one, 0) == personalisation_result(one, 500)
    assert personalisation_result(one, 0).gain_points > 8


def test_the_local_change_is_that_of_personalisation():
    fleet = _fleet(GLASSES.fleet_seed, GLASSES.skew_alpha, FEATURES)
    problem, start = fleet.problem, fleet.shipped(START.accent_distance)
    own, elsewhere = [], []
    for client in _wearers(problem):
        found = personalise(problem, start, client=client, local_steps=20, learning_rate=LEARNING_RATE)
        own.append(found.own)
        elsewhere.append(found.elsewhere)
    ours = learnt(20, data="local")
    assert ours.own == pytest.approx(np.mean(own))
    assert ours.elsewhere == pytest.approx(np.mean(elsewhere))


def test_the_shipped_model_was_made_without_one_city():
    fleet = _fleet(GLASSES.fleet_seed, GLASSES.skew_alpha, FEATURES)
    assert fleet.shipped(0.0) == pytest.approx(fleet.everyone)
    assert fleet.shipped(1.0) == pytest.approx(fleet.without)
    assert {int(fleet.problem.city[client]) for client in _wearers(fleet.problem)} == {4}


def test_the_shipped_models_are_the_best_of_their_images():
    """At each the gradient of the cross-entropy and its ridge is nothing, over all images or all but one city's."""
    fleet = _fleet(GLASSES.fleet_seed, GLASSES.skew_alpha, FEATURES)
    problem = fleet.problem
    for weights, left_out in ((fleet.everyone, -1), (fleet.without, 4)):
        used = np.concatenate([problem.partition[client] for client in np.flatnonzero(problem.city != left_out)])
        inputs, labels = problem.data.train_inputs[used], problem.data.train_one_hot[used]
        chances = np.exp(inputs @ weights)
        chances /= chances.sum(axis=1, keepdims=True)
        gradient = inputs.T @ (chances - labels) / len(used) + problem.regularization * weights
        assert np.abs(gradient).max() < 1e-6


def test_training_goes_on_from_models_that_are_kept():
    """A length of training between two that are kept is a run of as many steps from the start."""
    fleet = _fleet(GLASSES.fleet_seed, GLASSES.skew_alpha, FEATURES)
    wearers, start = tuple(_wearers(fleet.problem)), fleet.shipped(0.35)
    for steps in (1, 2, 60, 95, 1600):
        whole = personalise(fleet.problem, start, client=wearers, local_steps=steps, learning_rate=LEARNING_RATE)
        assert _trained(fleet, 0.35, wearers, steps) == pytest.approx(whole.weights, rel=1e-3, abs=1e-3)


def test_passes_are_counted_to_two_digits():
    assert [steps_of(passes) for passes in (0.2, 7.4, 38.9, 177.3, 20_000)] == [0, 7, 39, 180, 10_000]
