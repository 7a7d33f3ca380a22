"""A fix of the bench has been tried: it helps, cures come first, and a slider is set one way."""

import pytest
from scipy.stats import qmc

from tests.states import failures, verdict
from tests.tracks.mobile_nomad.battery.states import BENCH, GLASSES, NOMAD, run
from tracks.api.fixes import changed
from tracks.mobile_nomad.battery.setting import MINUTES, setting_of
from tracks.mobile_nomad.battery.state import FAILURES, RAW_AUDIO_LEFT, limit


def offers():
    """Return (values, verdict) of what fails in a fixed spread of states over all sliders."""
    for places in qmc.Sobol(len(BENCH.controls), seed=7).random(64):
        values = NOMAD.at(places)
        yield from ((values, item) for item in run(**values).verdicts if item.level == "fail")


def test_every_change_helps_and_those_that_cure_come_first():
    seen = set()
    for values, item in offers():
        after = [verdict(run(**{**values, fix.control: fix.value}), item.code) for fix in item.fixes]
        assert all(one.margin > item.margin for one in after), (item.code, values)
        cured = [one.level == "ok" for one in after]
        assert cured == sorted(cured, reverse=True), (item.code, values)
        seen.add(item.code)
    assert seen == set(FAILURES)


def test_a_slider_is_set_one_way_and_never_to_where_it_stands():
    for values, item in offers():
        sliders = [fix.control for fix in item.fixes if not isinstance(fix.value, str)]
        assert len(sliders) == len(set(sliders))
        assert all(fix.value != values[fix.control] for fix in item.fixes)
        assert all(BENCH.control_map()[fix.control].read(fix.value) == fix.value for fix in item.fixes)


@pytest.mark.parametrize("radio", ["lte", "wifi"])
def test_the_minutes_offered_use_up_what_a_day_may_cost_and_no_more(radio):
    """Joules of learning are linear in the minutes, so that the longest day in 3 digits is known."""
    start = {"method": "tinytl_bias", "runtime": "ideal", "minutes": 60, "batch": 4, "radio": radio}
    (minutes,) = [fix.value for fix in verdict(run(**start), "over_battery").fixes if fix.control == "minutes"]
    assert MINUTES[0] < minutes < MINUTES[1]
    assert "over_battery" not in failures(run(**{**start, "minutes": minutes}))
    assert "over_battery" in failures(run(**{**start, "minutes": 1.01 * minutes}))


def test_either_way_of_keeping_the_voice_is_offered_against_the_upload():
    item = verdict(run(data="upload"), RAW_AUDIO_LEFT)
    assert {fix.value for fix in item.fixes} == {"local", "federated"}
    for fix in item.fixes:
        after = limit(RAW_AUDIO_LEFT, GLASSES, changed(setting_of(NOMAD.state(data="upload")), fix))
        assert (after.quantity, after.level) == (0, "ok")
