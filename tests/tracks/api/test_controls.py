import dataclasses
import json
import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tracks.api.checks import SpecError
from tracks.api.controls import BadValue, Choice, Option, Slider, Toggle

SLIDER = {
    "id": "epochs", "label": "Local epochs", "unit": "", "minimum": 1, "maximum": 20, "step": 1, "default": 5
}  # fmt: skip
TWO = (Option(id="mesh", text="Mesh"), Option(id="hub", text="Hub"))
CHOICE = {"id": "mode", "label": "Mode", "options": TWO, "default": "mesh"}
TOGGLE = {"id": "both_ways", "label": "Both ways", "default": False}
KINDS = {Slider: SLIDER, Choice: CHOICE, Toggle: TOGGLE}


def slider(**changes):
    return Slider(**SLIDER | changes)


# --- what may be made

NONSENSE = [
    # the id becomes a keyword of solve, a part of a key and of a URL
    (Slider, {"id": "Epochs"}, "id 'Epochs' must be lower-case"),
    (Slider, {"id": "local epochs"}, "must be lower-case"),
    (Slider, {"id": "1st"}, "starting with a letter"),
    (Slider, {"id": ""}, "must be lower-case"),
    (Slider, {"id": "épochs"}, "must be lower-case"),
    (Slider, {"id": "epochs\n"}, "must be lower-case"),
    (Slider, {"id": "x" * 49}, "must be lower-case"),
    (Slider, {"id": None}, "must be lower-case"),
    # solve has its own use for these
    (Slider, {"id": "seed"}, "'seed' is a reserved keyword"),
    (Choice, {"id": "track"}, "'track' is a reserved keyword"),
    (Toggle, {"id": "seed"}, "'seed' is a reserved keyword"),
    (Slider, {"id": "fixes"}, "'fixes' is a reserved keyword"),  # preview gets it beside the controls
    # a control without a name cannot be announced
    (Slider, {"label": "  "}, "label must be a non-empty text"),
    (Choice, {"label": None}, "label must be a non-empty text"),
    (Slider, {"unit": None}, "unit must be a text"),
    (Slider, {"source": 7}, "source must be a text"),
    (Slider, {"group": "basic"}, "group 'basic' is not one of primary, advanced"),
    (Toggle, {"role": "choice"}, "role 'choice' is not one of decision, environment, view"),
    (Slider, {"scale": "sqrt"}, "scale 'sqrt' is not one of linear, log"),
    (Slider, {"out_of_range": "wrap"}, "out_of_range 'wrap' is not one of clamp, refuse"),
    # "bench.name" or nothing
    (Slider, {"carried": "memory"}, "must read 'bench.name'"),
    (Slider, {"carried": "memory.payload.bytes"}, "must read 'bench.name'"),
    # the range
    (Slider, {"minimum": 20}, "minimum 20 must be below maximum 20"),
    (Slider, {"minimum": math.nan}, "minimum must be a finite number, got nan"),
    (Slider, {"maximum": math.inf}, "maximum must be a finite number, got inf"),
    (Slider, {"maximum": 10**400}, "maximum must be a finite number"),
    (Slider, {"default": True}, "default must be a finite number, got True"),
    (Slider, {"default": "5"}, "default must be a finite number, got '5'"),
    (Slider, {"default": 30}, "default 30 is outside 1..20"),
    (Slider, {"default": 20 - 1e-10}, "a billionth of a step from an end"),
    (Slider, {"scale": "log", "minimum": 0}, "a log scale needs a minimum above 0, got 0"),
    # no distance between the ends that a float can hold
    (Slider, {"minimum": -1e308, "maximum": 1e308, "step": 1e300}, "step 1e[+]300 is too fine"),
    # the step, in decades on a log scale
    (Slider, {"step": 0}, r"step 0 must lie in \(0, 19\]"),
    (Slider, {"step": -1}, r"step -1 must lie in \(0, 19\]"),
    (Slider, {"step": 20}, r"step 20 must lie in \(0, 19\]"),
    (Slider, {"step": None}, "step must be a finite number, got None"),
    (Slider, {"scale": "log", "maximum": 100, "step": 3}, r"step 3 must lie in \(0, 2\]"),
    # steps that 12 digits do not distinguish
    (Slider, {"maximum": 1e12, "step": 1}, "step 1 is too fine for 1..1e[+]12"),
    (Slider, {"minimum": 1e15, "maximum": 1e15 + 10, "default": 1e15, "step": 0.1}, "too fine"),
    (Slider, {"step": 1e-300}, "too fine"),
    # whole numbers that are not
    (Slider, {"whole": True, "minimum": 0.5}, "whole numbers only"),
    (Slider, {"whole": True, "default": 2.5}, "whole numbers only"),
    # choices
    (Choice, {"options": TWO[:1]}, "needs two options or more, got 1"),
    (Choice, {"options": list(TWO)}, "options must be a tuple of Option"),
    (Choice, {"options": ("mesh", "hub")}, "options must be a tuple of Option"),
    (Choice, {"options": (*TWO, TWO[0])}, "options has 'mesh' twice"),
    (Choice, {"default": "flood"}, "default 'flood' is not one of mesh, hub"),
    (Toggle, {"default": 1}, "default must be True or False, got 1"),
    (Toggle, {"default": None}, "default must be True or False"),
]


@pytest.mark.parametrize(("kind", "change", "words"), NONSENSE, ids=lambda value: str(value)[:40])
def test_a_control_refuses_nonsense_with_a_sentence_that_names_it(kind, change, words):
    with pytest.raises(SpecError, match=words) as error:
        kind(**KINDS[kind] | change)
    assert str(error.value).startswith(kind.__name__)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "Mesh"}, "Option: id 'Mesh' must be lower-case"),
        ({"text": ""}, "Option 'mesh': text must be a non-empty text"),
        ({"feedback": None}, "Option 'mesh': feedback must be a text"),
    ],
)
def test_an_option_refuses_nonsense(change, words):
    with pytest.raises(SpecError, match=words):
        Option(**{"id": "mesh", "text": "Mesh"} | change)


@pytest.mark.parametrize("control", [kind(**words) for kind, words in KINDS.items()], ids=lambda c: type(c).__name__)
def test_a_control_never_changes_and_is_never_made_by_position(control):
    with pytest.raises(dataclasses.FrozenInstanceError):
        control.default = control.default
    with pytest.raises(TypeError, match="positional"):
        type(control)("epochs", "Local epochs")


# --- what a client may send

NOT_NUMBERS = [
    (None, "has no value"),
    (True, "must be a number"),  # JSON's true is no 1
    (False, "must be a number"),
    ("5", "must be a number"),
    ("", "must be a number"),
    ([5], "must be a number"),
    ({"value": 5}, "must be a number"),
    (math.nan, "must be a finite number"),
    (math.inf, "must be a finite number"),
    (-math.inf, "must be a finite number"),
    (10**400, "must be a finite number"),  # JSON has no largest integer
    (-(10**400), "must be a finite number"),
]


@pytest.mark.parametrize("ask", [Slider.read, Slider.value_at])
@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize(("raw", "words"), NOT_NUMBERS, ids=lambda value: str(value)[:20])
def test_a_slider_refuses_what_is_no_number_with_a_sentence(ask, scale, raw, words):
    with pytest.raises(BadValue, match=words) as error:
        ask(slider(scale=scale), raw)
    assert str(error.value).startswith("'epochs' ")
    assert "1..20" in str(error.value)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "null", "true"])
def test_what_pythons_json_lets_through_is_refused(text):
    with pytest.raises(BadValue):
        slider().read(json.loads(text))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (5, 5),
        (5.4, 5),  # the nearest step
        (5.6, 6),
        (0, 1),  # below: the nearer end
        (21, 20),
        (1e308, 20),
        (-1e308, 1),
        (10**300, 20),  # an int that a float just holds
    ],
)
def test_a_slider_clamps_and_snaps(raw, value):
    assert slider().read(raw) == value


@pytest.mark.parametrize("raw", [0.999, 20.001, -5, 1e308])
def test_a_slider_may_refuse_what_is_out_of_range_instead(raw):
    with pytest.raises(BadValue, match=r"is outside 1\.\.20"):
        slider(out_of_range="refuse").read(raw)
    assert slider(out_of_range="refuse").read(20) == 20


def test_whole_numbers_are_ints_even_when_a_float_is_sent():
    value = slider(whole=True).read(7.0)
    assert (value, type(value)) == (7, int)


@pytest.mark.parametrize(
    ("change", "raw", "value"),
    [
        # .1 + 2 x .1 is .30000000000000004
        ({"minimum": 0.1, "maximum": 1, "step": 0.1, "default": 0.5}, 0.3, 0.3),
        # -.3 + 3 x .1 is 5.6e-17
        ({"minimum": -0.3, "maximum": 0.3, "step": 0.1, "default": 0.1}, 0.0, 0.0),
        # 1/3 has no 12 digits; the end is still the end
        ({"minimum": 1 / 3, "maximum": 2, "step": 0.5, "default": 1 / 3}, 0, 1 / 3),
        # the end lies between two steps
        ({"minimum": 0, "maximum": 10, "step": 3, "default": 0}, 10, 10),
        ({"minimum": 0, "maximum": 10, "step": 3, "default": 0}, 9.2, 9),
        # so does the default, which an author chose
        ({"minimum": 0, "maximum": 10, "step": 3, "default": 5}, 5, 5),
        ({"minimum": 0, "maximum": 10, "step": 3, "default": 5}, 5.4, 5),
        ({"minimum": 0, "maximum": 10, "step": 3, "default": 5}, 5.6, 6),
        ({"minimum": 0, "maximum": 10, "step": 3, "default": 0.1 + 0.2}, 0.3, 0.1 + 0.2),
    ],
)
def test_a_step_is_what_its_author_would_write(change, raw, value):
    assert slider(**change).read(raw) == value


NUMBERS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)
SENT = st.one_of(
    st.none(), st.booleans(), st.text(), st.floats(), st.integers(), st.just(10**400), st.lists(st.integers())
)


@st.composite
def sliders(draw):
    """Any slider an author could make."""
    scale = draw(st.sampled_from(["linear", "log"]))
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    if scale == "log":
        low, high = 10 ** (low / 1e11), 10 ** (high / 1e11)
    whole = draw(st.booleans()) and high - low > 2
    if whole:
        low, high = math.ceil(low), math.floor(high)
    assume(low < high and (scale == "linear" or low > 0))
    span = math.log10(high) - math.log10(low) if scale == "log" else high - low
    default = draw(st.floats(min_value=low, max_value=high))
    try:
        return Slider(
            id="any",
            label="Any",
            unit="",
            minimum=low,
            maximum=high,
            step=span / draw(st.floats(min_value=1, max_value=1e6)),
            default=round(default) if whole else default,
            scale=scale,
            whole=whole,
            out_of_range=draw(st.sampled_from(["clamp", "refuse"])),
        )
    except SpecError:
        assume(False)


@given(sliders(), SENT | NUMBERS)
@example(slider(minimum=1 / 3, maximum=2, step=0.5, default=1), 0.0)
def test_whatever_is_sent_a_slider_gives_a_finite_number_in_range_or_a_sentence(control, raw):
    for ask in (control.read, control.value_at):
        try:
            value = ask(raw)
        except BadValue:
            continue  # any other error fails this test
        assert isinstance(value, int if control.whole else (int, float))
        assert math.isfinite(value)
        assert control.minimum <= value <= control.maximum


@given(sliders(), st.floats(min_value=0, max_value=1))
def test_reading_twice_is_reading_once(control, share):
    """What a slider shows is sent back with the next change; it must not drift."""
    value = control.read(min(control.minimum + share * (control.maximum - control.minimum), control.maximum))
    assert control.read(value) == value


@given(sliders(), st.floats(min_value=0, max_value=1))
def test_a_linear_slider_stays_within_half_a_step(control, share):
    assume(control.scale == "linear")
    raw = min(control.minimum + share * (control.maximum - control.minimum), control.maximum)
    value = control.read(raw)
    rounding = 0.5 if control.whole else 0
    assert abs(value - raw) <= control.step / 2 * (1 + 1e-6) + rounding


@given(sliders(), st.floats(min_value=0, max_value=1), st.floats(min_value=0, max_value=1))
@example(slider(minimum=-2, maximum=1, step=3, default=0), 0.55, 0.65)
@example(slider(minimum=-1, maximum=3e-109, step=1, default=-1), 1.0, 0.75)
def test_sending_more_never_reads_as_less(control, one, other):
    span = control.maximum - control.minimum
    less, more = sorted(min(control.minimum + share * span, control.maximum) for share in (one, other))
    assert control.read(less) <= control.read(more)


@given(sliders())
def test_the_default_and_both_ends_can_always_be_reached(control):
    """Otherwise a bench could not be put back to where it started, nor a truth be asked at an end."""
    for value in (control.default, control.minimum, control.maximum):
        assert control.read(value) == value


@given(sliders(), st.integers(min_value=2, max_value=60))
def test_positions_rise_from_end_to_end(control, count):
    values = control.positions(count)
    assert len(values) == count
    assert (values[0], values[-1]) == (control.minimum, control.maximum)
    assert list(values) == sorted(values)


def test_positions_are_equally_spaced_along_the_sliders_own_scale():
    assert slider(minimum=0, maximum=10, step=1, default=0).positions(6) == (0, 2, 4, 6, 8, 10)
    decades = slider(scale="log", minimum=1, maximum=1e4, step=0.1, default=1).positions(5)
    assert decades == pytest.approx((1, 10, 100, 1e3, 1e4))


# --- a position on a log scale

LOG = {"scale": "log", "minimum": 1e3, "maximum": 1e12, "step": 0.05, "default": 51_114_064.0}


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (6, 1e6),
        (6.5, 3.16e6),  # 3 digits: a byte count of 10 digits would be more than is known
        (math.log10(51_114_064), 51_114_064),  # but the default stays what it is
        (math.log10(51_114_064) + 0.02, 51_114_064),
        (math.log10(51_114_064) + 0.03, 54_800_000),
        (2, 1e3),  # off the end: the nearer one
        (13, 1e12),
        (1e6, 1e12),
        (-1e6, 1e3),
    ],
)
def test_a_position_on_a_log_scale_is_the_power_of_ten(position, value):
    assert slider(**LOG).value_at(position) == value


def test_a_position_on_a_linear_scale_is_the_value():
    assert slider().value_at(7.2) == slider().read(7.2) == 7


@pytest.mark.parametrize(("whole", "default"), [(False, 51.5), (True, 51.0)])
def test_the_default_is_met_on_a_log_scale_as_it_was_declared(whole, default):
    control = slider(scale="log", minimum=1, maximum=1000, step=0.05, default=default, whole=whole)
    value = control.value_at(math.log10(default))
    assert value == default
    assert isinstance(value, int) == whole  # a count stays a whole number


def test_an_end_is_reached_even_where_three_digits_would_round_past_it():
    control = slider(scale="log", minimum=1.2345, maximum=9.8765, step=0.01, default=5, out_of_range="refuse")
    assert control.value_at(math.log10(1.2345)) == 1.2345
    assert control.value_at(math.log10(9.8765)) == 9.8765
    with pytest.raises(BadValue, match="is outside"):
        control.value_at(1.1)


@given(st.integers(min_value=0, max_value=180))
def test_moving_up_a_log_scale_never_lowers_the_value(step):
    control = slider(**LOG)
    assert control.value_at(3 + step * 0.05) <= control.value_at(3 + (step + 1) * 0.05)


# --- choices and toggles


@pytest.mark.parametrize("raw", [None, "", "Mesh", "mesh ", "flood", 0, True, ["mesh"], {"mesh": 1}])
def test_a_choice_takes_the_id_of_an_option_and_nothing_else(raw):
    control = Choice(**CHOICE)
    assert control.read("hub") == "hub"
    with pytest.raises(BadValue, match="'mode' must be one of mesh, hub"):
        control.read(raw)


@pytest.mark.parametrize("raw", [None, 0, 1, "true", "", [], 1.0])
def test_a_toggle_takes_true_or_false_and_nothing_else(raw):
    control = Toggle(**TOGGLE)
    assert control.read(True) is True
    assert control.read(False) is False
    with pytest.raises(BadValue, match="'both_ways' must be true or false"):
        control.read(raw)


def test_a_choice_and_a_toggle_have_each_of_their_states_as_position():
    assert Choice(**CHOICE).positions(41) == ("mesh", "hub")
    assert Toggle(**TOGGLE).positions(41) == (False, True)
