"""The engine of fixes: what is returned, in which order, how often a model is called, and how values are proposed."""

import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracks.api.controls import Choice, Option, Slider
from tracks.api.fixes import (
    CHOICE_DISTANCE,
    JUST_INSIDE,
    LEAST_GAIN,
    Scale,
    best_fixes,
    best_step,
    distance_on,
    fix_text,
    mildest,
    rounded,
)
from tracks.api.outcome import Fix, Limit


def at(quantity, *, warn=8.0):
    """Return a quantity against a limit of 10, with a warning from 8 on."""
    return Limit(quantity=quantity, limit=10.0, warn=warn)


def slider(value, control="size"):
    """Return a fix that sets a slider."""
    return Fix(control=control, value=value)


def choice(value, control="mode"):
    """Return a fix that sets a choice."""
    return Fix(control=control, value=value)


def offered(now, left, **how):
    """Return the fixes where each change leaves the quantity that ``left`` names."""
    return best_fixes(now, left, lambda fix: left[fix], **how)


FAILS, WARNS, STANDS_WELL = at(20), at(9), at(7)
A, B, C, D = (slider(1.0, f"control_{name}") for name in "abcd")


# --- which changes are offered ---------------------------------------------------------------------------------------


def test_a_change_that_cures_stands_before_one_that_only_helps():
    assert offered(FAILS, {A: at(10.5), B: at(9.9)}) == (B, A)


def test_a_cure_of_a_failure_may_end_in_its_warning():
    """Less is missing after it than after a change that only helps, so that the next fix can finish."""
    assert offered(FAILS, {A: at(11), B: at(10)}) == (B, A)


def test_a_warning_is_cured_in_comfort_only():
    assert offered(WARNS, {A: at(8.5), B: at(8)}) == (B, A)


def test_a_change_that_worsens_the_level_is_never_offered():
    """A margin may rise while the level falls, where the limit itself moves."""
    worse = Limit(quantity=9.0, limit=20.0, warn=8.0, scale=10.0)
    assert worse.margin > at(7.9).margin
    assert offered(at(7.9), {A: worse}) == ()
    assert offered(WARNS, {A: Limit(quantity=10.1, limit=10.0, warn=8.0)}) == ()


def test_a_state_that_cannot_be_is_passed_over():
    assert offered(FAILS, {A: None, B: at(9)}) == (B,)


def test_what_changes_nothing_is_not_offered():
    assert offered(FAILS, {A: FAILS}, least_gain=0.0) == ()


def test_a_gain_counts_from_a_share_of_what_is_missing_on():
    """A failure misses its margin, here 1; a warning misses comfort, 0.15 of the limit here, with a margin of 0.05."""
    enough = 20 - 10 * LEAST_GAIN
    assert offered(FAILS, {A: at(enough - 1e-6)}) == (A,)
    assert offered(FAILS, {A: at(enough + 1e-6)}) == ()
    enough = 9.5 - 10 * LEAST_GAIN * 0.15
    assert offered(at(9.5), {A: at(enough - 1e-6)}) == (A,)
    assert offered(at(9.5), {A: at(enough + 1e-6)}) == ()


def test_a_gain_must_be_seen_on_the_page_and_a_fix_must_stand_inside_its_limit():
    """Margins are shown in whole percent, so 2% is two steps; a quantity once rounded differs by far less than 1e-9."""
    assert LEAST_GAIN == 0.02
    assert 1e6 * math.ulp(1.0) < 1 - JUST_INSIDE <= 1e-9 * (1 + 1e-6)


def test_exactly_the_least_gain_is_enough_and_no_gain_never_is():
    """In numbers that binary fractions hold exactly: from -1 a quarter more is -0.75."""
    assert offered(FAILS, {A: at(17.5)}, least_gain=0.25) == (A,)
    assert offered(FAILS, {A: at(20)}, least_gain=0.0) == ()


def test_a_bench_may_ask_for_another_gain():
    assert offered(FAILS, {A: at(15 - 1e-6)}, least_gain=0.5) == (A,)
    assert offered(FAILS, {A: at(15 + 1e-6)}, least_gain=0.5) == ()


def test_a_cure_is_offered_however_little_it_gains():
    """Close to the limit a cure gains little too."""
    assert offered(at(10 + 1e-12), {A: at(10)}, least_gain=0.5) == (A,)


def test_changes_are_compared_in_the_scale_of_the_limit_as_it_stands():
    """A quantity counted in itself is close to -1 whether it is a thousand times too large or five hundred times."""
    now, half = (Limit(quantity=value, limit=1.0, scale=value) for value in (1000.0, 500.0))
    assert half.margin < now.margin + LEAST_GAIN
    assert offered(now, {A: half}) == (A,)
    less = Limit(quantity=100.0, limit=1.0, scale=100.0)
    assert offered(now, {A: half, B: less}) == (B, A)


# --- in which order --------------------------------------------------------------------------------------------------


def test_of_cures_the_one_that_leaves_fewest_other_failures_comes_first():
    """Before the better level and the shorter way: a new failure is worse than a warning that stays."""
    failing = {A: 2, B: 0, C: 1}
    distance = {A: 0.1, B: 0.9, C: 0.5}
    left = {A: at(7), B: at(9), C: at(7)}
    order = offered(FAILS, left, failing=failing.__getitem__, distance=distance.__getitem__)
    assert order == (B, C, A)


def test_then_the_better_level_then_the_shorter_way_then_the_order_they_were_proposed_in():
    left = {A: at(9), B: at(7), C: at(1), D: at(7)}
    distance = {A: 0.0, B: 0.3, C: 0.3, D: 0.2}.__getitem__
    assert offered(FAILS, left, distance=distance) == (D, B, C)
    assert offered(FAILS, {C: at(1), B: at(7)}) == (C, B)
    assert offered(FAILS, {B: at(7), C: at(1)}) == (B, C)


def test_mere_help_is_ranked_by_what_it_leaves():
    assert offered(FAILS, {A: at(18), B: at(12), C: at(15)}) == (B, C, A)
    assert offered(FAILS, {A: at(12), B: at(12)}) == (A, B)


def test_only_cures_are_asked_what_else_fails_and_how_far_they_go():
    asked = []

    def counted(fix):
        asked.append(fix)
        return 0

    offered(FAILS, {A: at(12), B: at(9), C: at(7), D: at(25)}, failing=counted, distance=counted)
    assert asked == [B, B, C, C]


def test_one_of_a_slider_two_of_a_choice_three_at_most():
    sliders = {slider(value): at(7 - value / 10) for value in (1.0, 2.0, 3.0)}
    assert offered(FAILS, sliders) == (slider(1.0),)
    choices = {choice(value): at(7) for value in ("x", "y", "z")}
    assert offered(FAILS, choices) == (choice("x"), choice("y"))
    switches = {Fix(control="on", value=value): at(7) for value in (True, False)}
    assert len(offered(FAILS, switches)) == 1
    assert offered(FAILS, {**choices, **sliders, A: at(7)}) == (choice("x"), choice("y"), slider(1.0))
    assert offered(FAILS, {A: at(7), B: at(7), C: at(7), D: at(7)}) == (A, B, C)


def test_what_is_kept_of_a_control_is_its_best():
    far, near = slider(1.0), slider(2.0)
    assert offered(FAILS, {far: at(7), near: at(7)}, distance={far: 0.9, near: 0.1}.__getitem__) == (near,)


# --- how often the model is asked ------------------------------------------------------------------------------------


def tried(candidates, **how):
    """Return the candidates that the model was called with."""
    asked = []
    best_fixes(FAILS, candidates, lambda fix: asked.append(fix) or at(9), **how)
    return asked


def test_a_candidate_is_tried_once_however_often_it_is_proposed():
    assert tried([A, B, A, A, B]) == [A, B]


def test_no_more_than_the_first_few_different_ones_are_tried_where_trying_is_slow():
    assert tried([A, A, B, C, D], max_tried=2) == [A, B]
    assert tried(iter([A, B, C]), max_tried=9) == [A, B, C]
    assert tried([A, B, C], max_tried=0) == []


quantities = st.floats(0, 30)


@given(now=quantities, left=st.lists(st.tuples(st.sampled_from("abcd"), quantities), max_size=12))
def test_whatever_is_proposed_every_offer_helps_and_cures_come_first(now, left):
    now, left = at(now), {slider(float(n), f"control_{name}"): at(q) for n, (name, q) in enumerate(left)}
    order = offered(now, left)
    levels = ("ok", "warn", "fail")
    cures = [levels.index(left[fix].level) < levels.index(now.level) for fix in order]
    assert cures == sorted(cures, reverse=True)
    assert all(left[fix].margin > now.margin for fix in order)
    assert len(order) == len({fix.control for fix in order}) <= 3
    assert bool(order) >= any(levels.index(one.level) < levels.index(now.level) for one in left.values())


# --- the step that raises a margin most ------------------------------------------------------------------------------


def test_the_best_step_is_the_first_of_the_best_and_says_its_gain():
    margins = {"a": 1.0, "b": 3.0, "c": 3.0}
    assert best_step(margins, margins.__getitem__, now=0.5) == ("b", 2.5)


def test_a_step_has_to_gain_more_than_the_least():
    assert best_step(["a"], lambda _: 1.0, now=1.0) is None
    assert best_step(["a"], lambda _: 1.5, now=1.0, least_gain=0.5) is None
    assert best_step(["a"], lambda _: 1.5, now=1.0, least_gain=0.49) == ("a", 0.5)
    assert best_step([], lambda _: 1.0, now=0.0) is None


# --- the mildest value -----------------------------------------------------------------------------------------------

rising = st.lists(st.floats(0, 3), min_size=1, max_size=40).map(lambda steps: list(accumulate(steps, initial=-10.0)))


@given(margins=rising, goal=st.floats(-12, 60))
def test_the_mildest_is_what_trying_one_by_one_finds(margins, goal):
    places = range(len(margins))
    one_by_one = next((place for place in places if margins[place] >= goal), places[-1])
    assert mildest(places, margins.__getitem__, goal=goal) == one_by_one


@given(margins=rising, goal=st.floats(-12, 60))
def test_halving_asks_few_of_many(margins, goal):
    asked = []
    mildest(range(len(margins)), lambda place: asked.append(place) or margins[place], goal=goal)
    assert len(asked) <= 1 + math.ceil(math.log2(len(margins)))
    if margins[-1] < goal:
        assert asked == [len(margins) - 1]


def test_where_the_end_only_just_reaches_the_goal_a_milder_value_may_too():
    assert mildest([1, 2, 3], lambda value: min(value - 2, 0)) == 2


def test_the_goal_is_the_limit_itself_unless_given_and_no_value_is_none():
    assert mildest([1, 2, 3], lambda value: value - 2) == 2
    assert mildest([], lambda _: 1.0) is None
    assert mildest([5], lambda _: -1.0) == 5


# --- rounding --------------------------------------------------------------------------------------------------------

sizes = st.floats(1e-12, 1e15)


@given(value=sizes, sign=st.sampled_from((1, -1)))
def test_rounding_never_passes_the_value_and_stays_within_its_third_digit(value, sign):
    value *= sign
    below, above = rounded(value), rounded(value, up=True)
    assert below <= value <= above
    assert above - below <= 0.0101 * abs(value)


@given(value=sizes, up=st.booleans())
def test_a_rounded_value_has_three_digits_and_stays(value, up):
    once = rounded(value, up=up)
    assert float(f"{once:.3g}") == once
    assert rounded(once, up=up) == once


def test_what_has_three_digits_stays_although_its_neighbours_do_not():
    """0.000105 / 0.000001 is 105.00000000000001 in binary, so that digits are counted in decimals."""
    for exponent in range(-9, 10):
        for digits in range(100, 1000):
            value = float(f"{digits}e{exponent}")
            assert rounded(value) == rounded(value, up=True) == value
            assert rounded(math.nextafter(value, 0)) < value < rounded(math.nextafter(value, math.inf), up=True)


@given(value=st.floats(-1e6, 1e6), up=st.booleans())
def test_a_whole_number_is_the_next_one_on_that_side(value, up):
    assert rounded(value, up=up, whole=True) == (math.ceil(value) if up else math.floor(value))


def test_what_has_no_digits_stays():
    assert rounded(0.0) == 0.0
    assert rounded(math.inf) == math.inf
    assert math.isnan(rounded(math.nan))
    assert (rounded(1234.5), rounded(1234.5, up=True)) == (1230.0, 1240.0)


# --- how far a change goes -------------------------------------------------------------------------------------------

SCALES = (Scale(0.0, 400.0), Scale(0.01, 100.0, log=True))
places = st.floats(0, 1)


@given(scale=st.sampled_from(SCALES), one=places, other=places)
def test_distance_is_a_share_of_the_scale_and_the_same_both_ways(scale, one, other):
    def value(place):
        if scale.log:
            return scale.low * (scale.high / scale.low) ** place
        return scale.low + (scale.high - scale.low) * place

    far = scale.distance(value(one), value(other))
    assert far == pytest.approx(scale.distance(value(other), value(one)), abs=1e-12)
    assert far == pytest.approx(abs(one - other), abs=1e-9)
    assert 0 <= far <= 1 + 1e-12


def test_ends_of_a_scale_lie_one_apart_and_a_value_from_itself_nothing():
    for scale in SCALES:
        assert scale.distance(scale.low, scale.high) == pytest.approx(1)
        assert scale.distance(scale.high, scale.high) == 0


def test_a_bench_without_controls_knows_the_way_of_sliders_and_counts_choices_alike():
    distance = distance_on({"size": Scale(0, 10)}, {"size": 2, "mode": "x"}.__getitem__)
    assert distance(slider(7)) == pytest.approx(0.5)
    assert distance(choice("y")) == CHOICE_DISTANCE == 0.4


# --- in words --------------------------------------------------------------------------------------------------------


def test_a_fix_in_words_names_the_control_and_both_values_as_the_page_prints_them():
    controls = {
        "size": Slider(id="size", label="Size", unit="B", minimum=0, maximum=4000, step=1, default=1000),
        "mode": Choice(
            id="mode", label="Mode", options=(Option(id="x", text="Flood"), Option(id="y", text="Hub")), default="x"
        ),
    }
    values = {"size": 2000.0, "mode": "x"}
    one = fix_text(controls, values, slider(1000.0))
    assert (one.label, one.old, one.new) == ("Size", controls["size"].text(2000.0), controls["size"].text(1000.0))
    assert one.old != one.new
    other = fix_text(controls, values, choice("y"))
    assert (other.label, other.old, other.new) == ("Mode", "Flood", "Hub")
