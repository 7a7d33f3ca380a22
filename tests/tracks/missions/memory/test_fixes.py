"""The memory bench's fixes: each is a change that helps, and cures come first."""

import pytest
from hypothesis import given, settings

from tests.states import failures, verdict
from tests.tracks.missions.memory.states import NOMAD, ON, PIONEER, TITAN, any_state
from tracks.api.outcome import LEVELS
from tracks.missions.memory.fixes import candidates, changed, fixes, quantities_after
from tracks.missions.memory.setting import setting_of
from tracks.missions.memory.state import evaluate


def state_of(one, values):
    """Return what follows from the values of the controls."""
    return evaluate(one.track, setting_of(one.network, values))


@settings(max_examples=150)
@given(drawn=any_state)
def test_every_fix_raises_the_margin_it_is_offered_for_and_a_cure_comes_first(drawn):
    one, state = drawn
    controls = one.bench.control_map()
    for found in one.run(**state).verdicts:
        after = [verdict(one.run(**{**state, fix.control: fix.value}), found.code) for fix in found.fixes]
        assert all(later.margin > found.margin for later in after), found.code
        cured = [LEVELS.index(later.level) < LEVELS.index(found.level) for later in after]
        assert cured == sorted(cured, reverse=True)
        assert len(set(found.fixes)) == len(found.fixes) <= 3
        assert all(controls[fix.control].read(fix.value) == fix.value != state[fix.control] for fix in found.fixes)
        assert found.level != "ok" or not found.fixes
        assert found.level != "fail" or found.fixes or found.code == "out_of_memory"


@settings(max_examples=80)
@given(drawn=any_state)
def test_what_a_change_leaves_is_what_the_state_after_it_has(drawn):
    one, values = drawn
    now = state_of(one, values)
    for code, limit in now.limits.items():
        assert limit.level != "ok" or not fixes(code, now)
        for fix in candidates(code, now):
            assert changed(now, fix) == setting_of(one.network, {**values, fix.control: fix.value})
            after = evaluate(one.track, changed(now, fix)).limits
            for name, quantity in quantities_after(now, fix).items():
                assert after[name] == now.limits[name].at(quantity)


@settings(max_examples=80)
@given(drawn=any_state)
def test_of_cures_none_that_leaves_fewer_failures_or_a_better_level_stands_behind(drawn):
    """An independent ranking of all candidates by the states they lead to."""
    one, values = drawn
    now = state_of(one, values)
    for code, limit in now.limits.items():
        if limit.level == "ok":
            continue
        ranks = {}
        for fix in candidates(code, now):
            left = evaluate(one.track, changed(now, fix)).limits
            others = sum(other.level == "fail" for name, other in left.items() if name != code)
            if LEVELS.index(left[code].level) < LEVELS.index(limit.level):
                ranks[fix] = others, LEVELS.index(left[code].level)
        offered = [ranks[fix] for fix in fixes(code, now) if fix in ranks]
        assert offered == sorted(offered)
        assert offered[:1] == sorted(ranks.values())[:1]


@pytest.mark.parametrize("one", ON.values(), ids=ON.keys())
def test_a_runtime_is_offered_only_where_it_is_the_students_and_then_at_a_price(one):
    """With a framework it is the world's: less than half the memory at no price was no decision."""
    role = one.bench.control_map()["runtime"].role
    offered = [fix.control for fix in verdict(one.run(), "out_of_memory").fixes]
    assert ("runtime" in offered) == (role == "decision") == (one is PIONEER)
    kept = [one.run(runtime=runtime).reading("gain").value for runtime in ("stock", "ideal")]
    assert (kept[1] < kept[0]) == (role == "decision")


def test_the_batch_offered_is_the_largest_that_leaves_the_allocator_its_slack():
    outcome = NOMAD.run(method="full", batch=32)
    (fix,) = [fix for fix in verdict(outcome, "out_of_memory").fixes if fix.control == "batch"]
    levels = [verdict(NOMAD.run(method="full", batch=n), "out_of_memory").level for n in (fix.value, fix.value + 1)]
    assert levels[0] == "ok" != levels[1]


def test_the_rank_offered_is_the_lowest_that_keeps_the_target():
    (fix,) = [fix for fix in verdict(TITAN.run(rank=1), "below_quality").fixes if fix.control == "rank"]
    assert "below_quality" not in failures(TITAN.run(rank=fix.value))
    assert "below_quality" in failures(TITAN.run(rank=fix.value - 1))


def test_an_update_too_heavy_is_offered_the_highest_rank_that_the_cap_carries():
    """22 is the first that a week's share of the cap does not carry."""
    offered = verdict(TITAN.run(rank=64), "update_too_heavy").fixes
    assert ("rank", 21) in [(fix.control, fix.value) for fix in offered]
