"""The stored search: recomputed cells, the figures it was made for, and what must hold for any fleet."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.privacy import build_client_updates as build
from physics.privacy import client_updates, epsilon, minimum_client_updates, noise_multiplier
from physics.privacy import update_counts as _client_updates

BUDGETS = (None, 8, 4, 2, 1, 0.5)  # from no privacy to the strongest


def updates(**search):
    try:
        return minimum_client_updates(**search)
    except ValueError:
        return math.inf


def test_the_table_holds_what_its_script_sweeps():
    with np.load(build.TABLE_FILE) as table:
        for name, expected in (
            ("alphas", build.ALPHAS),
            ("cohorts", build.COHORTS),
            ("rounds", build.ROUNDS),
            ("clips", build.CLIPS),
            ("noises", build.NOISES),
        ):
            assert table[name].tolist() == list(expected)
        shape = tuple(len(axis) for axis in (build.ALPHAS, build.COHORTS, build.ROUNDS, build.CLIPS, build.NOISES))
        assert table["accuracy"].shape == shape
        assert table["free"].shape == shape[:3]


@pytest.mark.parametrize(("alpha", "cohort", "clip", "noise"), [(0.3, 20, 1.2, 7), (0.05, 200, 0.6, 4)])
def test_two_stored_cells_are_recomputed(alpha, cohort, clip, noise):
    again = build.accuracy_by_rounds(alpha, cohort, clip, build.NOISES[noise])
    with np.load(build.TABLE_FILE) as table:
        stored = table["accuracy"][
            build.ALPHAS.index(alpha), build.COHORTS.index(cohort), :, build.CLIPS.index(clip), noise
        ]
    # One of 360 test images in one of ten rounds of four runs is 7e-5. Steps are in single precision, whose rounding
    # differs between machines: room for ten such images.
    assert again == pytest.approx(stored, abs=7e-4)


def test_the_script_writes_its_runs_and_no_clip_without_noise_beats_the_freest(tmp_path, monkeypatch):
    """On two cohorts, two lengths, two clips: each entry is the run of its own axes, and clipping may help too."""
    small = {
        "ALPHAS": (0.3,), "COHORTS": (10, 20), "ROUNDS": (10, 15), "CLIPS": (0.5, 1.0), "NOISES": (0.0, 0.05),
        "RUNS": 1,
    }  # fmt: skip
    for name, value in small.items():
        monkeypatch.setattr(build, name, value)
    build.build(tmp_path / "table.npz")
    with np.load(tmp_path / "table.npz") as table:
        accuracy, free = table["accuracy"], table["free"]
    assert accuracy.shape == (1, 2, 2, 2, 2)
    assert free.shape == (1, 2, 2)
    for m, cohort in enumerate(small["COHORTS"]):
        of_clips = np.stack([build.accuracy_by_rounds(0.3, cohort, clip, 0.0) for clip in small["CLIPS"]])
        assert pytest.approx(of_clips, abs=1e-6) == accuracy[0, m, :, :, 0].T
        unclipped = build.accuracy_by_rounds(0.3, cohort, math.inf, 0.0)
        assert free[0, m] == pytest.approx(np.maximum(unclipped, of_clips.max(axis=0)), abs=1e-6)


def test_unchanged_minimum_client_updates():
    """Guards against change: the figures that the texts quote."""
    large = [minimum_client_updates(fleet=10_000, epsilon=budget) for budget in BUDGETS]
    small = [minimum_client_updates(fleet=500, epsilon=budget) for budget in BUDGETS]
    assert large == [200, 200, 200, 400, 400, 400]
    assert small == [200, 200, 400, 400, 400, 800]


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3, 1, 100])
def test_noise_costs_client_updates_and_a_large_fleet_pays_less(alpha):
    by_fleet = {
        fleet: [updates(fleet=fleet, epsilon=budget, alpha=alpha) for budget in BUDGETS]
        for fleet in (500, 10_000, 1_000_000)
    }
    for costs in by_fleet.values():
        assert costs == sorted(costs)
        assert costs[-1] >= 2 * costs[0]
    for small, large in zip(by_fleet[500], by_fleet[1_000_000], strict=True):
        assert large <= small
    if alpha <= 0.3:
        assert by_fleet[500][-1] >= 2 * by_fleet[1_000_000][-1]


@given(
    fleet=st.floats(math.log(50), math.log(1e9)).map(lambda x: round(math.exp(x))),
    budget=st.floats(math.log(1e-3), math.log(1e3)).map(math.exp),
    alpha=st.sampled_from([0.05, 0.1, 0.3, 1, 100]),
)
@settings(max_examples=3, deadline=None)
def test_every_design_keeps_its_budget_and_fits_its_fleet(fleet, budget, alpha):
    designs = client_updates(fleet=fleet, epsilon=budget, alpha=alpha)
    assert (designs.updates == designs.cohort * designs.rounds).all()
    assert (np.diff(designs.updates) >= 0).all()
    assert (designs.cohort <= fleet).all()
    assert ((designs.accuracy >= 0) & (designs.accuracy <= 0.965)).all()
    assert np.isfinite(designs.clip).all()
    some = slice(None, None, 9)
    spent = epsilon(
        sampling_rate=designs.cohort[some] / fleet,
        noise_multiplier=designs.noise_multiplier[some],
        rounds=designs.rounds[some],
        delta=fleet**-1.1,
    )
    assert (spent <= budget).all()


def test_the_minimum_is_the_cheapest_design_that_reaches_the_target():
    for fleet, budget, target in ((10_000, 1, 0.90), (500, 2, 0.91), (100_000, None, 0.85)):
        designs = client_updates(fleet=fleet, epsilon=budget)
        reached = designs.updates[designs.accuracy >= target - 1 / 360]
        least = minimum_client_updates(fleet=fleet, epsilon=budget, target=target)
        assert isinstance(least, int)
        assert least == reached[0]


def test_between_stored_noise_levels_accuracy_agrees_with_a_run():
    search = _client_updates.stored_search()
    assert (np.diff(search.accuracy, axis=-1) <= 0).all()  # never worse with less noise
    designs = client_updates(fleet=500, epsilon=0.5)
    index = int(np.flatnonzero((designs.cohort == 200) & (designs.rounds == 40))[0])
    noise = noise_multiplier(epsilon=0.5, sampling_rate=0.4, rounds=40, delta=500**-1.1)
    assert designs.noise_multiplier[index] == pytest.approx(noise, rel=1e-12)
    run = build.accuracy_by_rounds(0.3, 200, float(designs.clip[index]), noise / 200)
    assert designs.accuracy[index] == pytest.approx(run[build.ROUNDS.index(40)], abs=0.002)


def test_without_privacy_there_is_neither_noise_nor_clipping():
    free = client_updates(fleet=10_000, epsilon=None)
    assert not free.noise_multiplier.any()
    assert not free.clip.any()
    private = client_updates(fleet=10_000, epsilon=1)
    assert (free.accuracy >= private.accuracy).all()


def test_an_alpha_that_is_not_stored_is_refused_with_the_list():
    with pytest.raises(ValueError, match=r"one of the stored 0\.05, 0\.1, 0\.3, 1, 100, got 0\.2"):
        minimum_client_updates(fleet=10_000, epsilon=1, alpha=0.2)


def test_a_target_out_of_reach_says_how_far_the_best_design_gets():
    with pytest.raises(ValueError, match=r"target must lie in \[0, 0\.\d+\].*got 0\.99"):
        minimum_client_updates(fleet=10_000, epsilon=1, target=0.99)
    with pytest.raises(ValueError, match="target"):
        minimum_client_updates(fleet=50, epsilon=0.01)


def test_a_stricter_delta_costs_more_and_the_usual_one_is_below_one_over_the_fleet():
    strict = client_updates(fleet=10_000, epsilon=1, delta=1e-9)
    usual = client_updates(fleet=10_000, epsilon=1)
    assert (strict.noise_multiplier > usual.noise_multiplier).all()
    assert (strict.accuracy <= usual.accuracy).all()
    assert client_updates(fleet=10_000, epsilon=1, delta=10_000**-1.1).accuracy.tolist() == usual.accuracy.tolist()
