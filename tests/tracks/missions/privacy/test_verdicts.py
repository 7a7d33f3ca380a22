"""The bench's verdicts: each failure is reached and left in the track's environment, and a fix does what it says."""

import pytest
from hypothesis import given, settings
from scipy.stats import qmc

from tests.states import failures, plain, verdict
from tests.tracks.missions.privacy.states import GUARDIAN, ON, PIONEER, any_state

CODES = {
    "claim_without_mechanism",
    "accuracy_below_target",
    "gap_to_ceiling",
    "budget_spent",
    "delta_too_large",
    "data_budget",
    "clip_bias",
}
every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


@every_track
def test_the_default_promises_without_a_mechanism_and_no_more(one):  # L13, L18
    outcome = one.run()
    assert failures(outcome) == {"claim_without_mechanism"}
    first = outcome.ranked_verdicts()[0]
    assert (first.title, first.quantity) == ("Claim without mechanism", 0)
    assert [(fix.control, fix.value) for fix in first.fixes] == [("deployment", "federated_dp")]
    assert outcome.reading("guarantee").value == "not formal"
    assert outcome.decision["epsilon"] == 0


@every_track
def test_the_obvious_fix_trades_the_claim_for_another_failure(one):
    outcome = one.run(deployment="federated_dp")
    assert "claim_without_mechanism" not in failures(outcome)
    assert failures(outcome)


@every_track
def test_the_officers_challenge_is_won_by_the_cohort_the_clip_and_where_the_noise_is_added(one):  # P17
    target = one.track.targets
    won = one.run(
        **one.private(noise="secure_aggregation", epsilon=target.epsilon * 0.9, participating_share=0.05, clip_norm=3)
    )
    assert failures(won) == set()
    assert won.reading("epsilon").value < target.epsilon
    assert won.reading("accuracy").value >= target.safety_accuracy
    few = one.run(**one.private(noise="local", epsilon=target.epsilon * 0.9, participating_share=0.001))
    assert "accuracy_below_target" in failures(few)


@every_track
def test_every_declared_failure_can_be_reached_and_left_in_the_tracks_own_world(one):  # L16
    private = one.private(noise="central", clip_norm=3)
    target = one.track.targets.epsilon
    reach = {
        "claim_without_mechanism": ({}, {"deployment": "federated_dp"}),
        "accuracy_below_target": ({"noise": "local", "epsilon": 0.1, "participating_share": 0.001}, private),
        "gap_to_ceiling": ({"noise": "local", "epsilon": 0.1, "participating_share": 0.001}, private),
        "budget_spent": ({"epsilon": min(10, 1.2 * target)}, {"epsilon": 0.5}),
        "delta_too_large": ({"delta": 1e-3}, {"delta": 1e-12}),
        "data_budget": ({"participating_share": 1, "rounds": 200}, {"participating_share": 0.001}),
        "clip_bias": ({"clip_norm": 0.3}, {"clip_norm": 4}),
    }
    assert set(one.bench.failures) == set(reach) == CODES
    for code, (bad, good) in reach.items():
        start = one.state() if code == "claim_without_mechanism" else private
        assert verdict(one.run(**{**start, **bad}), code).level in ("warn", "fail"), code
        assert verdict(one.run(**{**start, **bad, **good}), code).level == "ok", code


@pytest.mark.parametrize(("promise", "level"), [(0.955, "ok"), (0.994, "ok"), (1.0, "fail")])
def test_the_officer_grants_less_than_1_and_no_more(promise, level):  # P17
    nomad = ON["mobile_nomad"]
    found = verdict(nomad.run(**nomad.private(noise="central", epsilon=promise)), "budget_spent")
    assert found.level == level
    reading = nomad.run(**nomad.private(noise="central", epsilon=promise)).reading("epsilon")
    assert reading.level == level


def test_one_officer_asks_for_less_than_1_and_three_grant_a_bound_at_most():  # P17
    bounds = {name: one.track.targets.epsilon for name, one in ON.items()}
    assert bounds == {"cloud_titan": 8, "edge_guardian": 1, "mobile_nomad": 0.994, "tiny_pioneer": 4}


def test_the_budget_is_spent_in_the_round_that_reaches_it():
    """At twice the bound the noise keeps 2 to the last round, and passes 1 well before."""
    outcome = GUARDIAN.run(**GUARDIAN.private(noise="central", epsilon=2, participating_share=0.1, rounds=100))
    found = verdict(outcome, "budget_spent")
    spent = outcome.panels["epsilon_by_round"].table().rows
    stop = int(found.title.split()[-1])
    before = max(epsilon for _, rounds, epsilon in spent if rounds < stop)
    after = min(epsilon for _, rounds, epsilon in spent if rounds >= stop)
    assert before <= 1 < after
    assert 0 < stop < 100
    assert f"round {stop} of 100" in plain(found.cause)


@pytest.mark.parametrize(("fleet", "level"), [(1000, "ok"), (99_000, "ok"), (101_000, "fail"), (1e7, "fail")])
def test_delta_has_to_stay_below_one_over_the_fleet(fleet, level):
    outcome = GUARDIAN.run(deployment="federated_dp", delta=1e-5, fleet=fleet)
    assert verdict(outcome, "delta_too_large").level == level


def test_clip_bias_warns_where_most_updates_are_cut():  # P16
    short, long = (GUARDIAN.run(**GUARDIAN.private(noise="central", clip_norm=clip, rounds=40)) for clip in (0.3, 4))
    assert verdict(short, "clip_bias").level == "warn"
    assert verdict(short, "clip_bias").quantity > 0.9
    assert verdict(long, "clip_bias").quantity < 0.1
    assert verdict(PIONEER.run(), "clip_bias") is None  # without noise nothing is clipped


@settings(max_examples=25)
@given(drawn=any_state)
def test_margin_and_level_tell_the_same_story(drawn):
    one, state = drawn
    outcome = one.run(**state)
    controls = one.bench.control_map()
    for item in outcome.verdicts:
        fails = item.level == "warn" if item.code == "clip_bias" else item.level == "fail"
        assert (item.margin < 0) == fails
        assert item.level != "ok" or not item.fixes
        assert len(item.fixes) <= 3
        for fix in item.fixes:
            assert controls[fix.control].role == "decision"
            assert controls[fix.control].read(fix.value) == fix.value
            assert fix.value != state[fix.control]


def test_every_fix_raises_its_margin():
    """A fixed spread of states over all sliders, those of the environment included."""
    offered, failing, unaided = 0, 0, 0
    width = len(GUARDIAN.bench.controls)
    for places in qmc.Sobol(width + 1, seed=5).random(32):
        one = list(ON.values())[int(places[width] * 4)]
        state = {**one.at(places[:width])}
        if places[width] * 4 % 1 > 0.25:
            state["deployment"] = "federated_dp"
        for item in one.preview(fixes=True, **state).verdicts:
            failing += item.level == "fail"
            unaided += item.level == "fail" and not item.fixes
            for fix in item.fixes:
                after = verdict(one.preview(**{**state, fix.control: fix.value}), item.code)
                assert after.margin > item.margin, (item.code, fix, state)
                offered += 1
    assert offered > 50
    assert unaided < failing / 20
