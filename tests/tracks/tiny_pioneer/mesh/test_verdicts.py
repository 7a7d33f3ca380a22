"""The Mesh Update's verdicts: each failure is reached and left, and a fix does what it says."""

import pytest
from hypothesis import given, settings
from scipy.stats import qmc

from tests.states import failures, plain, verdict
from tests.tracks.tiny_pioneer.mesh.states import CODES, GOSSIP_DESIGN, HUB_DESIGN, PIONEER, any_state
from tracks.api.controls import Slider
from tracks.api.fixes import Scale, distance_on
from tracks.tiny_pioneer.mesh.fixes import candidates
from tracks.tiny_pioneer.mesh.state import SATURATED, evaluate


def test_every_declared_failure_is_reached_from_a_win_and_left_again():
    reach = {
        "airtime_saturated": {"period_s": 60},
        "over_power": {"duty": 0.1},
        "stale_mixture": {"rounds": 12},
        "negative_transfer": {"mode": "flood"},
        "sram_overflow": {"payload_bytes": 100e3, "mode": "hub"},
        "weak_profile": {"mode": "local_only"},
    }
    assert set(PIONEER.bench.failures) == set(reach) == set(CODES)
    assert failures(PIONEER.run(**GOSSIP_DESIGN)) == set()
    for code, change in reach.items():
        assert code in failures(PIONEER.run(**{**GOSSIP_DESIGN, **change})), code


def test_the_worst_comes_first_and_says_why():
    causes = {item.code: plain(item.cause) for item in PIONEER.run().ranked_verdicts()}
    assert next(iter(causes)) == "airtime_saturated"
    assert causes["airtime_saturated"] == "200 adapters, each repeated by 12 relays in range, take 2.78 days."
    assert causes["over_power"] == "Listening 20% of the time draws 3.92 mW."
    assert "An adapter of 20 kB is held" in causes["sram_overflow"]


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"mode": "local_only"}, "weak_profile", "Noise of single estimates"),
        ({"mode": "flood"}, "weak_profile", "Other places’ sound"),
        ({"mode": "gossip", "coding": "int1"}, "weak_profile", "Coding"),
        ({"mode": "gossip", "coding": "int1"}, "negative_transfer", "Coding adds"),
        ({"mode": "hub"}, "airtime_saturated", "A hub and its cell"),
        ({"mode": "gossip"}, "airtime_saturated", "13 nodes in range"),
        ({"mode": "gossip"}, "stale_mixture", "5 rounds of 10 min"),
        ({"mode": "local_only"}, "over_power", "Learning alone draws"),
        ({"mode": "hub", "payload_bytes": 1e5, "period_s": 1, "duty": 0.005}, "over_power", "Listening"),
    ],
)
def test_causes_name_what_it_is_this_time(values, code, words):
    assert words in plain(verdict(PIONEER.run(**values), code).cause)


def test_a_small_adapter_is_named_as_what_is_missing():
    item = verdict(PIONEER.run(**{**GOSSIP_DESIGN, "payload_bytes": 100, "diversity": 30, "rounds": 1}), "weak_profile")
    assert "unsaid" in item.cause or "Other places" in item.cause


@settings(max_examples=40, deadline=None)
@given(state=any_state)
def test_margin_and_level_tell_the_same_story(state):
    for item in PIONEER.run(**state).verdicts:
        assert (item.margin < 0) == (item.level == "fail")
        assert item.level != "ok" or not item.fixes
        assert (item.level == "ok") == item.title.startswith(("Room", "Within", "Fresh", "No harm", "Fits", "Profile"))


def test_every_fix_is_a_decision_that_raises_the_margin_and_a_cure_comes_first():
    """A fixed spread of states over all sliders, those of the environment included."""
    offered, controls = 0, PIONEER.bench.control_map()
    for places in qmc.Sobol(len(controls), seed=5).random(128):
        state = PIONEER.at(places)
        for item in PIONEER.run(**state).verdicts:
            after = [verdict(PIONEER.run(**{**state, f.control: f.value}), item.code).margin for f in item.fixes]
            assert all(margin > item.margin for margin in after), (state, item.code)
            assert [margin >= 0 for margin in after] == sorted((margin >= 0 for margin in after), reverse=True)
            assert all(controls[f.control].role == "decision" for f in item.fixes)
            assert all(controls[f.control].read(f.value) == f.value != state[f.control] for f in item.fixes)
            offered += len(item.fixes)
    assert offered > 300


def test_of_the_cures_the_one_with_fewest_other_failures_comes_first_then_the_better_level_then_the_shorter_way():
    """Each cure is run here: what a fix costs elsewhere is read off the whole bench, not off the search."""
    compared, levels, controls = 0, ("ok", "warn", "fail"), PIONEER.bench.control_map()
    sliders = [control for control in controls.values() if isinstance(control, Slider)]
    scales = {slider.id: Scale(slider.minimum, slider.maximum, slider.scale == "log") for slider in sliders}
    for places in qmc.Sobol(len(controls), seed=9).random(64):
        state = PIONEER.at(places)
        way = distance_on(scales, state.__getitem__)
        for item in PIONEER.run(**state).verdicts:
            ranks = []
            for fix in item.fixes:
                outcome = PIONEER.run(**{**state, fix.control: fix.value})
                left = levels.index(verdict(outcome, item.code).level)
                if left < levels.index(item.level):
                    ranks.append((len(failures(outcome) - {item.code}), left, way(fix)))
            assert ranks == sorted(ranks), (state, item.code, item.fixes)
            compared += len(ranks) > 1
    assert compared > 60


def test_of_equals_what_is_sent_changes_before_how_and_a_hub_before_gossip_before_silence():
    """Candidates are proposed the mildest first, and the first of equals is offered."""
    order = ("payload_bytes", "period_s", "duty", "coding", "fan_out", "mode")
    state = evaluate(PIONEER.track, PIONEER.setting(mode="flood", duty=0.02), seed=0)
    proposed = list(candidates(SATURATED, state))
    assert list(dict.fromkeys(fix.control for fix in proposed)) == list(order)
    assert [fix.value for fix in proposed if fix.control == "mode"] == ["hub", "gossip", "local_only"]


def test_fixes_lead_from_a_failing_design_to_one_that_wins():
    """The first fix of the worst verdict, again and again, keeps talking and ends in a win."""
    state = PIONEER.state(**{**HUB_DESIGN, "duty": 0.3, "payload_bytes": 40e3, "rounds": 20})
    assert len(failures(PIONEER.run(**state))) >= 3
    for _ in range(6):
        worst = PIONEER.run(**state).ranked_verdicts()[0]
        if worst.level != "fail":
            break
        fix = next(fix for fix in worst.fixes if fix.value != "local_only")
        state = PIONEER.bench.read({**state, fix.control: fix.value})
    assert failures(PIONEER.run(**state)) == set()
    assert state["mode"] != "local_only"
