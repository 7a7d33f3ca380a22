"""The paradox's verdicts: each fix is one change on its slider that helps, and the mildest that mends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracks import Slider

CODES = ("dearer_than_data", "over_cap", "upload_too_slow")
# What shrinks each quantity, and the end of the slider that shrinks it most.
BEST = {"participation": 0.001, "rounds_per_day": 1, "moved_bytes": 1e3, "compression": 100, "direction": "both"}


def verdict(outcome, code):
    """Return one verdict by its code."""
    return next(item for item in outcome.verdicts if item.code == code)


def after(one, state, code, control, value):
    """Return the verdict of that code after one change."""
    return verdict(one.run(**{**state, control: value}), code)


def test_titles_and_causes(on, spelled):
    titan = on("cloud_titan")
    first = titan.run().ranked_verdicts()[0]
    assert (first.code, first.level, first.title) == ("dearer_than_data", "fail", "Dearer than the data")
    assert spelled(first.cause) == "What moves weighs 2 620× the raw data of a device and day."
    many = verdict(on("mobile_nomad").run(participation=0.1, rounds_per_day=100), "dearer_than_data")
    assert (many.level, many.cause) == ("warn", "The mean device takes part 10 times a day.")
    slow = verdict(on("edge_guardian").run(uplink=1e4), "upload_too_slow")
    assert slow.level == "fail"
    assert spelled(slow.cause) == "51.1 MB over 10 kb/s take 11.4 h; rounds are 2.4 h apart."
    cap = verdict(on("edge_guardian").run(moved_bytes=2e9), "over_cap")
    assert spelled(cap.cause) == "At (2 GB + 2 GB) a turn, the mean device moves 12 GB in 30 days."


def test_a_state_without_objection_is_headed_by_the_answer(on):
    for name in ("edge_guardian", "mobile_nomad", "tiny_pioneer"):
        ranked = on(name).run().ranked_verdicts()
        assert [item.level for item in ranked] == ["ok"] * 3
        assert ranked[0].title == "Federating is cheaper"
        assert not any(item.fixes for item in ranked)


def test_every_declared_failure_can_be_reached_and_left(paradox):
    reach = {
        "dearer_than_data": {"moved_bytes": 1e12, "participation": 0.1, "rounds_per_day": 100, "raw_bytes": 1e6},
        "over_cap": {"moved_bytes": 1e12, "participation": 0.1},
        "upload_too_slow": {"uplink": 1e3, "moved_bytes": 1e9},
    }
    assert set(paradox.bench.failures) == set(reach) == set(CODES)
    for code, values in reach.items():
        state = paradox.state(**values)
        bad = verdict(paradox.run(**state), code)
        assert bad.level == "fail"
        assert after(paradox, state, code, "moved_bytes", 1e3).level == "ok"


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
    """An independent scan of the sliders' best ends says whether one change can be enough."""
    one, state = data.draw(any_state)
    for item in one.run(**state).verdicts:
        if item.level == "ok":
            continue
        ends = {name: after(one, state, item.code, name, value) for name, value in BEST.items()}
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
            # A state that stands on the edge to the last digit may be taken one step inside.
            edge = {"dearer_than_data": 1, "over_cap": 0.8, "upload_too_slow": worse.limit}[item.code]
            assert worse.level != "ok" or worse.quantity == pytest.approx(edge, rel=1e-6)


def test_titans_way_out_is_to_move_less(on):
    fixes = on("cloud_titan").run().ranked_verdicts()[0].fixes
    # 50 kB / (2 x .1) = 250 kB would be break-even; no other single control reaches even the limit.
    assert [(fix.control, fix.value) for fix in fixes] == [
        ("moved_bytes", pytest.approx(250e3, rel=0.01)),
        ("participation", 0.001),
        ("rounds_per_day", 1),
    ]


def test_a_codec_that_runs_upwards_only_is_first_offered_both_ways(on):
    # 131 MB x .1 of 9 MB: 4/3 of that with the upload at 3, which is 1.94, and 2/3 of it both ways, 0.97
    state = {"raw_bytes": 9e6, "compression": 3}
    fixes = verdict(on("cloud_titan").run(**state), "dearer_than_data").fixes
    assert (fixes[0].control, fixes[0].value) == ("direction", "both")


@pytest.mark.parametrize("code", CODES)
def test_margin_and_level_tell_the_same_story(paradox, code):
    states = [{}, {"moved_bytes": 1e12, "uplink": 1e3}, {"moved_bytes": 1e3}]
    for values in states:
        item = verdict(paradox.run(**values), code)
        assert (item.margin < 0) == (item.level == "fail")
