"""Readings and verdicts against their limits, and the outcome that holds them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracks.api.one_bench import DRAWN, MOVED, OUTCOME, READING, VERDICT, judged
from tracks.api.checks import SpecError
from tracks.api.outcome import Limit, Outcome, Reading, Verdict


@pytest.mark.parametrize(
    ("value", "at_most", "level"),
    [
        # an upper limit of 5 with a warning from 4: exactly at it is still inside
        (3.9, True, "ok"), (4.0, True, "ok"), (4.1, True, "warn"), (5.0, True, "warn"), (5.1, True, "fail"),
        # the mirror image: a lower limit of -5 with a warning from -4
        (-3.9, False, "ok"), (-4.0, False, "ok"), (-4.1, False, "warn"), (-5.0, False, "warn"), (-5.1, False, "fail"),
    ],
)  # fmt: skip
def test_a_reading_stands_to_its_limit(value, at_most, level):
    sign = 1 if at_most else -1
    reading = Reading(**READING | {"value": value, "limit": sign * 5.0, "warn": sign * 4.0, "at_most": at_most})
    assert reading.level == level


def test_a_reading_without_a_limit_or_a_number_has_no_level():
    assert Reading(**READING).level is None
    assert Reading(**READING | {"value": "not formal", "limit": 1.0}).level is None
    assert Reading(**READING | {"value": 4.0, "limit": 5.0}).level == "ok"


# --- verdicts


@pytest.mark.parametrize(
    ("quantity", "limit", "at_most", "scale", "margin"),
    [
        (6e9, 5e9, True, None, -0.2),  # 20% over the cap
        (4e9, 5e9, True, None, 0.2),
        (5e9, 5e9, True, None, 0.0),
        (0.90, 0.92, False, 0.1, -0.2),  # two points short of "at least .92", in units of .1
        (0.93, 0.92, False, 0.1, 0.1),
        (0.46, 0.92, False, None, -0.5),
        (-3.0, -2.0, False, None, -0.5),  # the scale is |limit|: a negative limit turns no sign
        (-1.0, -2.0, False, None, 0.5),
        (1.0, 0.0, True, 4.0, -0.25),
    ],
)
def test_a_margin_is_positive_inside_and_negative_outside(quantity, limit, at_most, scale, margin):
    verdict = judged(quantity=quantity, limit=limit, at_most=at_most, scale=scale)
    assert verdict.margin == pytest.approx(margin)


@given(st.floats(-1e6, 1e6), st.floats(0.1, 1e6), st.floats(0.1, 1e6))
def test_at_least_is_the_mirror_image_of_at_most(quantity, limit, scale):
    most = judged(quantity=quantity, limit=limit, scale=scale)
    least = judged(quantity=quantity, limit=limit, scale=scale, at_most=False)
    assert least.margin == -most.margin
    assert (most.margin >= 0) == (quantity <= limit)


def test_a_verdict_says_what_its_reading_says_and_nothing_twice():
    verdict = judged()
    assert (verdict.quantity, verdict.limit, verdict.at_most, verdict.unit) == (6e9, 5e9, True, "B")
    assert (verdict.measure, verdict.level, verdict.margin) == ("Bytes per vehicle", "fail", pytest.approx(-0.2))
    close = Verdict(**VERDICT | {"reading": Reading(**MOVED | {"value": 4.5e9, "warn": 4e9}), "measure": "Here"})
    assert (close.level, close.measure) == ("warn", "Here")
    soft = judged(level="warn")
    assert soft.level == "warn"  # a limit that warns and never fails


@pytest.mark.parametrize(
    ("reading", "problem"),
    [
        ({"limit": None}, "reading 'moved' has no limit, so there is nothing to judge"),
        ({"value": "many"}, "reading 'moved' has no limit"),
        ({"limit": 0}, "needs a scale above 0, because its limit is 0"),
        ({"scale": 0}, "needs a scale above 0"),
    ],
)
def test_a_reading_that_cannot_be_judged_is_refused(reading, problem):
    with pytest.raises(SpecError, match=problem):
        Verdict(**VERDICT | {"reading": Reading(**MOVED | reading)})


def test_numbers_by_their_old_keywords_still_make_a_verdict_and_warn_what_to_write():
    old = {
        "code": "over_cap",
        "level": "fail",
        "title": "Over",
        "measure": "Bytes per vehicle and month",
        "cause": "c.",
    }
    with pytest.warns(DeprecationWarning, match=r"quantity, limit belong to a Reading now; pass reading=Reading\("):
        verdict = Verdict(**old, quantity=6e9, limit=5e9, unit="B")
    assert (verdict.quantity, verdict.limit, verdict.unit) == (6e9, 5e9, "B")
    assert (verdict.measure, verdict.level) == ("Bytes per vehicle and month", "fail")
    with pytest.warns(DeprecationWarning, match="quantity belong"):
        assert replace(verdict, quantity=7e9).quantity == 7e9


@pytest.mark.parametrize("quantity", [3.0, 4.0, 4.5, 5.0, 5.5])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_limit_is_the_same_from_above_and_from_below(quantity, sign):
    """Level, margin and comfort of q at most l are those of -q at least -l."""
    limit = Limit(quantity=sign * quantity, limit=sign * 5.0, warn=sign * 4.0, at_most=sign > 0, scale=2.0)
    assert limit.level == ("fail" if quantity > 5 else "warn" if quantity > 4 else "ok")
    assert limit.margin == pytest.approx((5 - quantity) / 2)
    assert limit.comfort == pytest.approx((4 - quantity) / 2)
    assert Reading.of(limit, id="x", label="x").against == limit


def test_the_verdict_that_binds_stands_first():
    def verdict(code, level, quantity):
        return judged(code, level, quantity=quantity)

    made = [
        verdict("fine", "ok", 1e9),
        verdict("tight", "ok", 4.9e9),
        verdict("close", "warn", 4.8e9),
        verdict("over", "fail", 6e9),
        verdict("far_over", "fail", 9e9),
    ]
    outcome = Outcome(**OUTCOME | {"verdicts": tuple(made)})
    assert [v.code for v in outcome.ranked_verdicts()] == ["far_over", "over", "close", "tight", "fine"]
    assert outcome.verdicts == tuple(made)


@given(st.permutations(range(6)))
def test_the_ranking_does_not_depend_on_the_order_of_the_verdicts(order):
    levels = ("ok", "warn", "fail", "fail", "warn", "ok")
    made = [judged(f"c{i}", levels[i], quantity=1e9 * (i + 1)) for i in range(6)]
    ranked = Outcome(**OUTCOME | {"verdicts": tuple(made[i] for i in order)}).ranked_verdicts()
    assert [v.code for v in ranked] == ["c3", "c2", "c4", "c1", "c5", "c0"]


# --- outcomes


def test_an_outcome_finds_its_readings_by_id():
    outcome = Outcome(**OUTCOME)
    assert outcome.reading("cost").value == 4e16
    with pytest.raises(KeyError, match="no reading 'speed'; there are cost"):
        outcome.reading("speed")


def test_an_outcome_never_changes_after_it_was_made():
    panels, decision = {"main": DRAWN}, {"rank": 8}
    outcome = Outcome(panels=panels, readings=(), decision=decision)
    panels.clear()
    decision["rank"] = 64
    assert (dict(outcome.panels), dict(outcome.decision)) == ({"main": DRAWN}, {"rank": 8})
    with pytest.raises(TypeError):
        outcome.decision["rank"] = 64
    with pytest.raises(TypeError):
        outcome.panels["main"] = DRAWN
