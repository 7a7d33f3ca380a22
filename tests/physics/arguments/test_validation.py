import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import validation as checks
from tests.physics.reference.rows import on_every

NOT_NUMBERS = [
    None,
    "1",
    b"1",
    True,
    np.True_,
    np.array([True, False]),
    1 + 2j,
    np.array([1 + 2j]),
    ["1", "2"],
    [1, "2"],
    [1.0, True],  # numpy makes a 1.0 of the True
    (0.5, np.False_),
    [[0.5], [False]],
    np.array(["1"], dtype=object),
    np.array([1.0, True], dtype=object),
    [None, 1.0],
    np.datetime64("2020-01-01"),
    np.timedelta64(3, "s"),
    [[1.0], [1.0, 2.0]],  # ragged
    {},
    {"a": 1},
    {1.0, 2.0},
    object(),
    10**400,
]


@pytest.mark.parametrize("check", [checks.as_floats, checks.as_float, checks.as_int, checks.as_ints])
@on_every("bad", NOT_NUMBERS)
def test_what_is_no_number_is_refused_even_where_numpy_would_make_one_of_it(check, bad):
    with pytest.raises(ValueError, match=r"^share must be a number in \[0, 1\], got "):
        check("share", bad, low=0, high=1)


@pytest.mark.parametrize("check", [checks.as_floats, checks.as_float, checks.as_int, checks.as_ints])
@on_every(
    ("bad", "shown"),
    [
        (np.nan, "nan"),
        (np.inf, "inf"),
        (-np.inf, "-inf"),
        (-1, "-1"),
        (1.5, "1.5"),
        (1.0000001, "1.0000001"),
        (2**60, "1.152921504606847e+18"),
    ],
)
def test_a_number_outside_is_refused_with_name_value_and_range(check, bad, shown):
    with pytest.raises(ValueError, match=rf"^share must lie in \[0, 1\], got {re.escape(shown)}$"):
        check("share", bad, low=0, high=1)


@pytest.mark.parametrize("check", [checks.as_floats, checks.as_ints])
def test_one_bad_element_spoils_an_array_and_is_the_one_shown(check):
    with pytest.raises(ValueError, match=r"share must lie in \[0, 3\], got 7$"):
        check("share", [[0, 1], [7, 2]], low=0, high=3)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ({"low": 0, "high": 1}, r"[0, 1]"),
        ({"low": 0, "high": 1, "low_open": True}, r"(0, 1]"),
        ({"low": 0, "high": 1, "high_open": True}, r"[0, 1)"),
        ({"low": 0}, r"[0, inf)"),  # infinity itself is refused, so the end is open
        ({}, r"(-inf, inf)"),
        ({"low": 1, "high": 2**53}, r"[1, 9007199254740992.0]"),
    ],
)
def test_the_range_in_words_says_which_ends_belong_to_it(ends, words):
    with pytest.raises(ValueError, match=re.escape(f"must lie in {words}, got nan")):
        checks.as_floats("x", np.nan, **ends)


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0, 10), st.booleans(), st.booleans())
def test_an_element_passes_exactly_when_it_lies_in_the_range(value, low, span, low_open, high_open):
    high = low + span
    inside = (low < value if low_open else low <= value) and (value < high if high_open else value <= high)
    ends = {"low": low, "high": high, "low_open": low_open, "high_open": high_open}
    if inside:
        assert checks.as_floats("x", [value], **ends).tolist() == [value]
        assert checks.as_float("x", value, **ends) == value
    else:
        with pytest.raises(ValueError, match="x must lie in"):
            checks.as_floats("x", [value], **ends)


@pytest.mark.parametrize(
    "good", [1, 1.0, np.float32(1), np.int8(1), Fraction(1), Decimal(1), np.array(1), np.uint64(1), np.longdouble(1)]
)
def test_every_kind_of_real_number_is_read(good):
    array = checks.as_floats("x", good)
    assert array.dtype == np.float64
    assert array.ndim == 0
    assert array == 1
    assert isinstance(checks.as_float("x", good), float)
    assert checks.as_int("x", good) == 1


def test_a_long_double_beyond_float64_is_refused_without_a_warning():
    # Where a long double is no longer than float64 this reads as infinite at once, and is refused all the same.
    with np.errstate(over="ignore"), pytest.raises(ValueError, match=r"x must lie in \[0, inf\), got inf"):
        checks.as_floats("x", np.longdouble("1e400"), low=0)


def test_shapes_are_kept_and_an_empty_sweep_stays_empty_but_is_no_number():
    assert checks.as_floats("x", [[1, 2], [3, 4]]).shape == (2, 2)
    for check in (checks.as_floats, checks.as_ints):
        assert check("x", np.array([]), low=0, high=1).shape == (0,)
        assert check("x", [], low=0, high=1).shape == (0,)
    with pytest.raises(ValueError, match="x must be one number, got an array of shape"):
        checks.as_float("x", [], low=0, high=1)


@pytest.mark.parametrize("check", [checks.as_float, checks.as_int])
def test_one_number_is_not_an_array_of_one(check):
    with pytest.raises(ValueError, match=r"x must be one number, got an array of shape \(1,\)"):
        check("x", [1.0])


def test_whole_keeps_what_a_float_cannot():
    assert checks.as_int("seed", 2**53 + 1) == 2**53 + 1
    assert checks.as_int("seed", 3.0) == 3
    assert isinstance(checks.as_int("seed", np.int64(3)), int)


@pytest.mark.parametrize("check", [checks.as_int, checks.as_ints])
def test_a_fraction_is_no_whole_number(check):
    with pytest.raises(ValueError, match=r"rounds must be a whole number in \[1, 9\], got 3\.5"):
        check("rounds", 3.5, low=1, high=9)
    with pytest.raises(ValueError, match=r"rounds must be a whole number in \[1, inf\), got 3\.0000000001"):
        check("rounds", 3.0000000001, low=1)


def test_a_long_argument_is_shown_short():
    with pytest.raises(ValueError, match="x must be a number") as refusal:
        checks.as_floats("x", ["text"] * 10_000)
    assert len(str(refusal.value)) < 200


def test_together_broadcasts_or_names_who_disagrees():
    rounds, share = checks.broadcast(rounds=np.arange(3.0), share=np.full((2, 1), 0.5))
    assert rounds.shape == share.shape == (2, 3)
    with pytest.raises(ValueError, match=r"broadcast, got rounds \(3,\), share \(2,\)$"):
        checks.broadcast(rounds=np.ones(3), fleet=np.ones(()), share=np.ones(2))


def test_plain_gives_a_float_for_a_scalar_and_an_array_for_a_curve():
    assert type(checks.to_scalar(np.asarray(2.0))) is float
    assert type(checks.to_scalar(np.float64(2.0))) is float
    assert checks.to_scalar(np.ones(1)).shape == (1,)


def test_one_of_takes_the_exact_word_only():
    assert checks.one_of("mode", "mesh", ("1M", "mesh")) == "mesh"
    for bad in ("Mesh", "", " mesh", None, 1, ["mesh"], np.array(["mesh"])):
        with pytest.raises(ValueError, match=r"^mode must be one of 1M, mesh, got "):
            checks.one_of("mode", bad, ("1M", "mesh"))


def test_one_of_reads_its_choices_once():
    assert checks.one_of("mode", "b", (c for c in "abc")) == "b"
    with pytest.raises(ValueError, match="one of a, b, c"):
        checks.one_of("mode", "d", (c for c in "abc"))


def test_a_truth_value_is_true_or_false_and_no_number():
    assert checks.as_bool("tied", True) is True
    assert checks.as_bool("tied", False) is False
    for bad in (0, 1, 1.0, None, "True", np.True_, [True]):
        with pytest.raises(ValueError, match=r"^tied must be True or False, got "):
            checks.as_bool("tied", bad)
