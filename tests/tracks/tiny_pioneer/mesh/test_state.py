"""The evaluated state: readings, verdicts and fixes are all made of its limits."""

import pytest
from hypothesis import given, settings

from tests.states import verdict
from tests.tracks.tiny_pioneer.mesh.states import GOSSIP_DESIGN, PIONEER, any_state
from tracks.tiny_pioneer.mesh.fixes import candidates
from tracks.tiny_pioneer.mesh.setting import setting_of
from tracks.tiny_pioneer.mesh.state import FAILURES, NEGATIVE, OVER_POWER, SATURATED, WEAK, evaluate


def evaluated(**values):
    """Return the evaluated state of the defaults with some values replaced."""
    return evaluate(PIONEER.track, PIONEER.setting(**values), seed=0)


@settings(max_examples=25, deadline=None)
@given(drawn=any_state)
def test_a_verdict_judges_the_limit_of_the_state(drawn):
    state = evaluate(PIONEER.track, setting_of(drawn), seed=0)
    assert set(state.limits) == set(FAILURES)
    for item in PIONEER.run(**drawn).verdicts:
        assert item.against == state.limits[item.code]
        assert item.level == state.limits[item.code].level


def test_the_share_that_is_worse_off_is_what_its_card_leaves_of_one():
    outcome = PIONEER.run(mode="flood")
    judged, card = verdict(outcome, NEGATIVE), outcome.reading("as_good")
    assert judged.quantity + card.value == pytest.approx(1)
    assert judged.limit + card.limit == pytest.approx(1)
    assert (judged.level == "fail") == (card.level == "fail")


# --- what is proposed ------------------------------------------------------------------------------------------------


def proposed(code, control, **values):
    """Return the values that are proposed for one control."""
    return [fix.value for fix in candidates(code, evaluated(**values)) if fix.control == control]


def test_a_slider_is_moved_no_further_than_the_limit_asks():
    """1 mW is 5.1% of listening at 19.6 mW; the next step up is over it."""
    (duty,) = proposed(OVER_POWER, "duty", **{**GOSSIP_DESIGN, "duty": 0.1})
    assert evaluated(**{**GOSSIP_DESIGN, "duty": duty}).limits[OVER_POWER].level != "fail"
    nearer = duty * (0.1 / 0.005) ** (1 / 16)
    assert evaluated(**{**GOSSIP_DESIGN, "duty": nearer}).limits[OVER_POWER].level == "fail"


def test_a_slider_that_warns_is_moved_to_comfort():
    design = {**GOSSIP_DESIGN, "duty": 0.045}
    assert evaluated(**design).limits[OVER_POWER].level == "warn"
    (duty,) = proposed(OVER_POWER, "duty", **design)
    assert evaluated(**{**design, "duty": duty}).limits[OVER_POWER].level == "ok"


def test_where_nothing_on_a_slider_is_enough_its_end_is_proposed():
    assert proposed(SATURATED, "payload_bytes", mode="flood") == [100.0]


def test_no_proposal_leaves_the_control_where_it_stands():
    for values in ({}, GOSSIP_DESIGN, {"mode": "local_only"}, {"mode": "hub", "coding": "int1", "payload_bytes": 100}):
        state = evaluated(**values)
        for code in FAILURES:
            for fix in candidates(code, state):
                assert fix.value != getattr(state.setting, fix.control)


def test_more_rounds_are_proposed_to_the_best_round_only():
    state = evaluated(**{**GOSSIP_DESIGN, "rounds": 1})
    assert proposed(WEAK, "rounds", **{**GOSSIP_DESIGN, "rounds": 1}) == [state.quality.best_round]
