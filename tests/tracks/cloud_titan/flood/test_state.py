"""The evaluated state: readings, verdicts and fixes are all made of its limits."""

from hypothesis import given, settings

from tests.tracks.cloud_titan.flood.states import FLOOD, NODE, TITAN, any_state
from tracks.api.fixes import changed
from tracks.cloud_titan.flood.fixes import ACTING, PINNED, candidates
from tracks.cloud_titan.flood.model.changes import sweep
from tracks.cloud_titan.flood.model.serving import serve
from tracks.cloud_titan.flood.setting import setting_of
from tracks.cloud_titan.flood.state import FAILURES, LATE, THRASH, evaluate, limits_of


@settings(max_examples=25, deadline=None)
@given(drawn=any_state)
def test_a_verdict_judges_the_limit_of_the_state(drawn):
    state = evaluate(TITAN, setting_of(drawn))
    assert tuple(state.limits) == FAILURES
    for item in FLOOD.run(TITAN, drawn).verdicts:
        assert item.against == state.limits[item.code]
        assert item.level == state.limits[item.code].level


def test_more_tenants_find_less_in_the_same_memory():
    few, many = (
        evaluate(TITAN, setting_of({**FLOOD.defaults(), "tenants": n})).results
        for n in (NODE.adapters, 2 * NODE.adapters)
    )
    assert many.hit < few.hit
    assert many.drive_load > few.drive_load
    assert many.gain == few.gain


@settings(max_examples=15, deadline=None)
@given(drawn=any_state)
def test_what_a_change_leaves_is_what_its_state_does_alone(drawn):
    setting = setting_of(drawn)
    results, after = sweep(NODE, setting)
    assert results == serve(NODE, setting)
    for fix, left in after.items():
        assert left == serve(NODE, changed(setting, fix))


@settings(max_examples=25, deadline=None)
@given(drawn=any_state)
def test_every_candidate_moves_one_decision_and_the_nearest_of_a_slider_come_first(drawn):
    state, controls = evaluate(TITAN, setting_of(drawn)), FLOOD.control_map()
    for code in FAILURES:
        proposed = list(candidates(code, state))
        assert len(set(proposed)) == len(proposed)
        assert (PINNED in proposed) == (code in (THRASH, LATE) and drawn["eviction"] != "pinned")
        for fix in proposed:
            assert controls[fix.control].role == "decision"
            assert controls[fix.control].read(fix.value) == fix.value != drawn[fix.control]
        for control in ("hbm_bytes", "batch"):
            ways = [abs(fix.value - drawn[control]) for fix in proposed if fix.control == control]
            assert ways == sorted(ways)


@settings(max_examples=25, deadline=None)
@given(drawn=any_state)
def test_a_control_that_is_not_proposed_for_a_limit_does_not_act_on_it(drawn):
    setting = setting_of(drawn)
    results, after = sweep(NODE, setting)
    now = limits_of(NODE, results)
    for fix, left in after.items():
        then = limits_of(NODE, left)
        assert all(then[code] == now[code] for code in FAILURES if fix.control not in ACTING[code])
