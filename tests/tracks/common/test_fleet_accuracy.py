"""What raises an accuracy: changes that are tried by runs of their own, ranked by what fleet or worst city gain."""

import pytest

from tracks import Fix
from tracks.common.fleet_accuracy import CLEAR_GAIN, LEFT_BEHIND, accuracy_fixes, accuracy_limit

CURES, HELPS, HURTS = (Fix(control=name, value=1) for name in ("cures", "helps", "hurts"))
GAINS = {CURES: (0.08, 0.05), HELPS: (0.05, 0.13), HURTS: (-0.05, -0.05)}  # of the fleet, of its worst city


def offered(code, now, *, candidates=(HURTS, HELPS, CURES), max_tried=3, gains=GAINS):
    return accuracy_fixes(code, now, candidates, gains.__getitem__, max_tried=max_tried)


def test_a_cure_comes_before_what_helps_and_what_hurts_is_left_out():
    assert offered("below_target", accuracy_limit(0.85, 0.92)) == (CURES, HELPS)


def test_the_worst_city_is_judged_by_its_own_gain():
    assert offered(LEFT_BEHIND, accuracy_limit(0.75, 0.87)) == (HELPS, CURES)


def test_no_more_are_run_than_allowed():
    assert offered("below_target", accuracy_limit(0.85, 0.92), max_tried=2) == (HELPS,)


@pytest.mark.parametrize(("gain", "fixes"), [(0.9 * CLEAR_GAIN, ()), (1.1 * CLEAR_GAIN, (HELPS,))])
def test_a_gain_has_to_be_clear(gain, fixes):
    found = offered("below_target", accuracy_limit(0.85, 0.92), candidates=(HELPS,), gains={HELPS: (gain, 0.0)})
    assert found == fixes


def test_a_gain_that_reaches_the_target_is_offered_however_small():
    gains = {HELPS: (0.0001, 0.0)}
    assert offered("below_target", accuracy_limit(0.9199, 0.92), candidates=(HELPS,), gains=gains) == (HELPS,)
