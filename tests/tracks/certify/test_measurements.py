"""What the certificate measures: shares with their interval, the points, the path, two designs, states solved once."""

from dataclasses import replace

import numpy as np
import pytest

from tests.tracks.certify.spoilt_benches import POINTS, after_solve, certified, said
from tracks import (
    Reading,
    Toggle,
    Verdict,
)
from tracks.certify import certificate as testing
from tracks.certify.goals import wilson
from tracks.certify.sobol import even_points
from tracks.certify.survey import Survey, place_of, value_at
from tracks.certify.template import CRISIS, HARBOUR_CRANE, accuracy, airtime_s


# Newcombe 1998, Statistics in Medicine 17, table I: method 3, the Wilson score without continuity correction.
@pytest.mark.parametrize(
    ("wins", "points", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_interval_is_the_published_one(wins, points, low, high):
    assert wilson(wins, points) == pytest.approx((low, high), abs=5e-5)
    assert wilson(points - wins, points) == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_points_fill_every_scale_evenly_and_repeat_with_their_seed():
    points = even_points(64, 5, seed=3)
    assert points.shape == (64, 5)
    # A (t, m, s)-net in base 2 has one of its 2^m points in each 2^m-th of every axis.
    assert np.array_equal(np.sort((points * 64).astype(int), axis=0), np.arange(64)[:, None].repeat(5, 1))
    assert np.array_equal(even_points(40, 5, seed=3), points[:40])
    assert not np.array_equal(even_points(64, 5, seed=4), points)


def test_win_share_is_that_of_a_fine_grid():
    proof = certified(points=4096)
    rounds = np.round(np.geomspace(5, 100, 400))[:, None]
    compression = np.arange(1, 33)[None, :]
    # The whole numbers at both ends of the linear slider get half the interval of the others.
    weights = np.where((compression == 1) | (compression == 32), 0.5, 1.0)
    shares = []
    for radio in ("port", "depot"):
        wins = (airtime_s(HARBOUR_CRANE, rounds, compression, radio) <= 8 * 3600) & (
            accuracy(rounds, compression, radio) >= 0.9
        )
        shares.append(float((wins * weights).sum() / (weights.sum() * 400)))
    low, high = proof.interval
    assert low < np.mean(shares) < high
    assert proof.win_share == pytest.approx(np.mean(shares), abs=0.004)


@pytest.mark.parametrize(
    ("control", "place", "value"),
    [
        (CRISIS.controls[0], 0.0, 5),
        (CRISIS.controls[0], 1.0, 100),
        (CRISIS.controls[0], 0.5, 22),  # sqrt(5 x 100) = 22.4
        (CRISIS.controls[1], 0.5, 17),  # 16.5, a half is rounded up
        (CRISIS.controls[2], 0.49, "port"),
        (CRISIS.controls[2], 0.51, "depot"),
        (CRISIS.controls[2], 1.0, "depot"),
        (Toggle(id="on", label="On", default=False), 0.7, True),
    ],
)
def test_places_are_positions_of_the_controls_own_scale(control, place, value):
    assert value_at(control, place) == value


def test_place_and_value_are_each_others_inverse():
    for control in CRISIS.controls[:2]:
        for value in control.positions(9):
            assert value_at(control, place_of(control, value)) == value


def test_every_move_of_the_path_is_the_best_of_all_single_moves():
    survey = Survey(HARBOUR_CRANE, CRISIS, points=16)
    assert survey.path[0] == survey.default
    assert len(survey.path) <= 11
    for before, after in zip(survey.path, survey.path[1:], strict=False):
        assert sum(before[name] != after[name] for name in before) == 1
        heights = [survey.see(state).smallest for state in survey.moves(before)]
        assert survey.see(after).smallest == max(heights) > survey.see(before).smallest
        assert not survey.see(before).wins
    assert survey.see(survey.path[-1]).wins


def test_the_path_ends_after_ten_moves():
    """12 switches, each of which must be on, and each of which helps 1/12."""
    names = [f"switch_{at}" for at in range(12)]

    def change(outcome, **controls):
        missing = sum(not controls[name] for name in names)
        verdict = Verdict(
            code="late",
            title="Late",
            cause="Switches are off.",
            reading=Reading(id="off", label="Switches off", value=missing, limit=0.5),
        )
        return replace(outcome, verdicts=(verdict,))

    def solve(track, *, seed, rounds, compression, radio, **switches):
        outcome = CRISIS.solve(track, seed=seed, rounds=rounds, compression=compression, radio=radio)
        return change(outcome, **switches)

    switches = tuple(Toggle(id=name, label=name, default=False) for name in names)
    bench = replace(CRISIS, controls=(*CRISIS.controls, *switches), solve=solve, predictions=(), peek=None)
    assert "After 10 moves ten are up" in said(bench, "reachable")


def test_two_designs_really_win_and_really_differ():
    survey = Survey(HARBOUR_CRANE, CRISIS, points=POINTS)
    one, other = survey.designs
    for design in (one, other):
        outcome = CRISIS.on(HARBOUR_CRANE).run(HARBOUR_CRANE, design)
        assert all(verdict.level != "fail" for verdict in outcome.verdicts)
    named, gaps = survey.differences(one, other)
    assert named >= 1 or gaps[1] > 0.3


def test_one_slider_apart_is_one_design():
    survey = Survey(HARBOUR_CRANE, CRISIS, points=16)
    state = survey.default
    assert not survey.are_two_designs(state, state | {"rounds": 5})
    assert survey.are_two_designs(state, state | {"rounds": 5, "compression": 32})
    assert not survey.are_two_designs(state, state | {"rounds": 30, "compression": 32})  # .17 of a scale and 1
    assert survey.are_two_designs(state, state | {"radio": "depot"})


def test_a_state_is_solved_once():
    solved = []

    def noted(outcome, **controls):
        solved.append(tuple(controls.values()))
        return outcome

    survey = Survey(HARBOUR_CRANE, after_solve(noted), points=64)
    for check in (*testing.CHECKS,):
        if check.__name__ not in ("same_answer_twice", "readings_explain_themselves", "equations_open"):
            testing.found(check, survey)
    again = len(solved) - len(set(solved))
    assert survey.solved > 200
    assert again <= 3  # default_fails and the drawings need more than what is stored


def test_a_certificate_repeats_itself_but_for_the_time():
    assert replace(certified(points=64), seconds=0) == replace(certified(points=64), seconds=0)


@pytest.mark.parametrize("points", [0, -1])
def test_no_points_are_refused(points):
    with pytest.raises(ValueError, match="points must be 1 or more"):
        certified(points=points)
