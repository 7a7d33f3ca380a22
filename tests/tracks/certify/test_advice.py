"""What a line of a certificate that fails says of the constants that move it."""  # N9

from dataclasses import replace

import pytest

from physics.sources import sourced
from tests.tracks.certify.spoilt_benches import SPOILT, certified, with_default
from tracks.certify.advice import OF_THE_CODE, advice, with_constant
from tracks.certify.certificate import CHECKS, certify
from tracks.certify.survey import Survey
from tracks.certify.template import HARBOUR_CRANE
from tracks.missions.memory import BENCH as MEMORY


def test_every_line_that_no_constant_moves_says_so():
    assert set(OF_THE_CODE) - {"act_needs"} <= {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("check", ["win_share", "no_single_control_win", "reachable", "controls_move"])
def test_a_failing_line_says_what_moves_it(check):
    (found,) = [
        one for one in certified(SPOILT[check], draw=True, points=16, advise=True).findings if one.check == check
    ]
    assert found.passed or found.advice.endswith(".")


def test_the_advice_is_right_about_the_direction():
    """An update is never too heavy: the cap has to be lower, says the line, and with an eighth of it the line holds."""
    track = replace(HARBOUR_CRANE, fleet=replace(HARBOUR_CRANE.fleet, cap_bytes=sourced(1e9, "assumed: 1 GB")))
    said = advice(Survey(track, MEMORY, points=64), "failures_reachable")
    assert "'update_too_heavy'" in said
    assert "lower fleet.cap_bytes" in said
    lower = with_constant(track, "fleet.cap_bytes", 1 / 8)
    assert {one.check: one.passed for one in certify(lower, MEMORY, points=64).findings}["failures_reachable"]


def test_a_default_that_wins_is_made_to_fail_by_its_nearest_limit():
    said = advice(Survey(HARBOUR_CRANE, with_default(rounds=30, compression=6), points=16), "default_fails")
    assert "'below_target'" in said or "'late'" in said
    assert "device.uplink_bit_per_s" in said or "no assumed constant" in said
