"""What raises an accuracy: tried changes by their runs, then what a survey found to help."""

import pytest

from tracks import Fix
from tracks.common.fleet_accuracy import CLEAR_GAIN, LEFT_BEHIND, accuracy_fixes, accuracy_limit

CURES, HELPS, HURTS = (Fix(control=name, value=1) for name in ("cures", "helps", "hurts"))
SURVEYED = Fix(control="algorithm", value="scaffold")
SCORES = {CURES: (0.93, 0.80), HELPS: (0.90, 0.88), HURTS: (0.80, 0.70)}  # of the fleet, of its worst city


def offered(code, now, *, candidates=(HURTS, HELPS, CURES), max_tried=3, untried=(SURVEYED,), scores=SCORES):
    return accuracy_fixes(code, now, candidates, scores.__getitem__, max_tried=max_tried, untried=untried)


def test_cures_come_first_then_what_a_survey_found_then_what_helps():
    assert offered("below_target", accuracy_limit(0.85, 0.92)) == (CURES, SURVEYED, HELPS)


def test_the_worst_city_is_judged_by_its_own_score():
    assert offered(LEFT_BEHIND, accuracy_limit(0.75, 0.87)) == (HELPS, SURVEYED, CURES)


def test_no_more_are_run_than_allowed():
    assert offered("below_target", accuracy_limit(0.85, 0.92), max_tried=2, untried=()) == (HELPS,)


@pytest.mark.parametrize(("gain", "fixes"), [(0.9 * CLEAR_GAIN, ()), (1.1 * CLEAR_GAIN, (HELPS,))])
def test_a_gain_has_to_be_clear(gain, fixes):
    scores = {HELPS: (0.85 + gain, 0.0)}
    now = accuracy_limit(0.85, 0.92)
    assert offered("below_target", now, candidates=(HELPS,), untried=(), scores=scores) == fixes


def test_a_gain_that_reaches_the_target_is_offered_however_small():
    scores = {HELPS: (0.92, 0.0)}
    assert offered("below_target", accuracy_limit(0.9199, 0.92), candidates=(HELPS,), untried=(), scores=scores) == (
        HELPS,
    )
