"""The paradox's fixes: each is one change on its slider that helps, and the mildest that cures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.states import TRACKS, verdict
from tracks import Slider
from tracks.api.outcome import LEVELS
from tracks.missions.paradox.fixes import MOST_SMALLER, candidates, changed, fixes, limit_after
from tracks.missions.paradox.keyboard import CASE
from tracks.missions.paradox.setting import setting_of
from tracks.missions.paradox.state import evaluate

# What shrinks each quantity, and the end of the slider that shrinks it most.
BEST = {"participation": 0.001, "rounds_per_day": 1, "compression": 100, "direction": "both"}


def after(one, state, code, control, value):
    """Return the verdict of that code after one change."""
    return verdict(one.run(**{**state, control: value}), code)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_what_a_change_leaves_by_proportion_is_what_the_state_after_it_has(any_state, data):
    one, state = data.draw(any_state)
    now = evaluate(one.track, setting_of(state))
    for code in now.limits:
        for fix in candidates(code, now):
            asked = evaluate(one.track, changed(now.setting, fix)).limits
            for other, limit in asked.items():
                same = limit._replace(quantity=pytest.approx(limit.quantity, rel=1e-12))
                assert limit_after(other, now, fix) == same, (code, fix, other)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_what_is_comfortable_is_offered_nothing(any_state, data):
    one, state = data.draw(any_state)
    now = evaluate(one.track, setting_of(state))
    assert not any(fixes(code, now) for code, limit in now.limits.items() if limit.level == "ok")


def test_of_changes_that_mend_those_that_mend_more_come_first(on):
    """131 MB at 110 kb/s take 2.6 h of an interval of 2.4, which fewer devices do not change and all others do."""
    titan, state = on("cloud_titan"), {"uplink": 1.1e5, "raw_bytes": 2e7}  # a ratio of 1.31, a warning
    outcome = titan.run(**state)
    assert [item.level for item in outcome.verdicts] == ["warn", "ok", "fail"]
    offered = verdict(outcome, "dearer_than_data").fixes
    assert [fix.control for fix in offered] == ["moved_bytes", "rounds_per_day", "compression"]
    left = [titan.run(**state, **{fix.control: fix.value}) for fix in offered]
    assert all(item.level == "ok" for one in left for item in one.verdicts)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_every_fix_is_on_its_slider_and_raises_the_margin(any_state, data):
    one, state = data.draw(any_state)
    controls = one.bench.control_map()
    for item in one.run(**state).verdicts:
        assert item.level != "ok" or not item.fixes
        assert len({fix.control for fix in item.fixes}) == len(item.fixes) <= 3
        for fix in item.fixes:
            assert controls[fix.control].role == "decision"
            assert controls[fix.control].read(fix.value) == fix.value
            assert fix.value != state[fix.control]
            assert after(one, state, item.code, fix.control, fix.value).margin > item.margin


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_what_one_control_can_mend_is_mended_by_the_first_fix(any_state, data):
    """An independent scan of the sliders' best ends shows whether one change can be enough."""
    one, state = data.draw(any_state)
    for item in one.run(**state).verdicts:
        if item.level == "ok":
            continue
        ends = {name: after(one, state, item.code, name, value) for name, value in BEST.items()}
        smaller = after(one, state, item.code, "moved_bytes", max(1e3, state["moved_bytes"] / (MOST_SMALLER - 1)))
        ends |= {"moved_bytes": smaller} if LEVELS.index(smaller.level) < LEVELS.index(item.level) else {}
        if any(end.level == "ok" for end in ends.values()):
            fix = item.fixes[0]
            assert after(one, state, item.code, fix.control, fix.value).level == "ok"
        elif any(end.margin > item.margin + 0.02 * abs(item.margin) for end in ends.values()):
            assert item.fixes
            if item.level == "fail" and any(end.level == "warn" for end in ends.values()):
                fix = item.fixes[0]
                assert after(one, state, item.code, fix.control, fix.value).level == "warn"


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_fix_that_mends_is_the_mildest_that_does(any_state, data):
    one, state = data.draw(any_state)
    controls = one.bench.control_map()
    for item in one.run(**state).verdicts:
        for fix in item.fixes:
            slider = controls[fix.control]
            if not isinstance(slider, Slider) or after(one, state, item.code, fix.control, fix.value).level != "ok":
                continue
            if slider.whole:
                milder = fix.value + 1
            else:
                milder = fix.value / 1.02 if fix.control == "compression" else fix.value * 1.02
            worse = after(one, state, item.code, fix.control, milder)
            # A state exactly on the limit may be moved one step inside.
            edge = {"dearer_than_data": 1.1, "over_cap": 0.8, "upload_too_slow": worse.limit}[item.code]
            assert worse.level != "ok" or worse.quantity == pytest.approx(edge, rel=1e-6)


def test_no_model_is_asked_for_that_nobody_could_build():
    """2 GB of a keyboard's model were to become 4.99 kB."""
    track = TRACKS[0]
    keyboard = CASE.on(track)
    offered = [fix for item in keyboard.run(track, keyboard.defaults()).verdicts for fix in item.fixes]
    assert offered
    assert all(fix.value >= 2e9 / MOST_SMALLER for fix in offered if fix.control == "moved_bytes")


def test_titans_way_out_is_to_move_less(on):
    fixes = on("cloud_titan").run().ranked_verdicts()[0].fixes
    # 50 kB / (2 x .1) = 250 kB would be break-even, 1/524 of what moves; 2.5 MB is at the limit, and can be built.
    assert [(fix.control, fix.value) for fix in fixes] == [
        ("moved_bytes", pytest.approx(2.5e6, rel=0.01)),
        ("participation", 0.001),
        ("rounds_per_day", 1),
    ]


def test_a_codec_that_runs_upwards_only_is_first_offered_both_ways(on):
    # 131 MB x .1 of 9 MB: 4/3 of that with the upload at 3, which is 1.94, and 2/3 of it both ways, 0.97
    state = {"raw_bytes": 9e6, "compression": 3}
    fixes = verdict(on("cloud_titan").run(**state), "dearer_than_data").fixes
    assert (fixes[0].control, fixes[0].value) == ("direction", "both")
