"""One contract for the arguments of every public function: what the docstring allows is taken, all else refused.

A docstring states each argument's range; the code must refuse the nearest number outside it, in a sentence that names
the argument and says what would be right, and take the bounds that belong to it.
"""

import dataclasses
import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import physics
from physics import networks
from tests.physics.arguments.calls import CALLS, GPT, Call
from tests.physics.arguments.domains import FUNCTIONS, PACKAGES, Domain, domain

NAMES = sorted(FUNCTIONS.keys() & CALLS.keys())  # one that lacks a call fails the first test
NAN, INFINITY = float("nan"), float("inf")
NOT_NUMBERS = [
    *(NAN, INFINITY, -INFINITY, 10**400, 1 + 2j, True, np.True_, "1", b"1", None, {}, {1.0}, object()),
    *([[1.0], [1.0, 2.0]], np.array(["1"]), np.array([None, 1.0]), np.datetime64("2020-01-01")),
]
NOT_WORDS = ["", "nonsense", None, 1, True, NAN, b"full", ["full"], {}]
NOT_FLAGS = [0, 1, 1.0, None, "yes", [True], np.array([True, False])]
CNN = networks.ds_cnn(width=2)
CONVOLUTION = networks.Convolution(inputs=1, outputs=1)
NOT_A_NUMBER_EACH = [None, "1", 1.0, [], [[1.0], [1.0]], [1.0, NAN], [1.0, "2"], [1.0, True], [1.0, 2e6]]
NOT_A_TUPLE_OF_LAYERS = [None, [], (1,), "layers", [CONVOLUTION], (CONVOLUTION, None), CONVOLUTION]
SPECTRA = [[], 1.0, [[1.0, 0.5]], [0.5, 1.0], [1.0, 1.1], [1.0, -1.1], [1.0, NAN], None, "ring", ["a"], [True, 0.5]]
# What is no number, word or flag has wrong values of its own.
WRONG: dict[str, list[Any]] = {
    "shape": [None, "gpt", 3, {}, [GPT], networks.Transformer, GPT.matrices],
    "problem": [None, "digits", 3, {}, [[0, 1]], np.zeros((3, 4))],
    "network": [None, "torus", 25, {}, [[0, 1]]],
    "eigenvalues": SPECTRA,
    "curve": [[1.0], 1.0, [[1.0, 2.0]], [1.0, NAN], [1.0, 2e15], [], None, "flat", [True, False]],
    "curvatures": [*NOT_A_NUMBER_EACH, [1.0, 0.9e-6], [1.0, -1.0]],
    "optima": [*NOT_A_NUMBER_EACH, [1.0, -2e6]],
    "shares": [*NOT_A_NUMBER_EACH, [1.0, 0.0], [1.0, -1.0]],
    "alpha": [0.2, 0, -1, NAN, INFINITY, None, "0.3", True, [0.3, 1.0], 1 + 2j],
    "name": [None, "", 3, b"net", ["net"]],
    "blocks": [*NOT_A_TUPLE_OF_LAYERS, ()],
    "convolutions": [*NOT_A_TUPLE_OF_LAYERS, ()],
    "lite_residual": NOT_A_TUPLE_OF_LAYERS,
    "projection": [3, "1x1", (CONVOLUTION,), True],
    "fixed_input": [49, (49,), (49, 10, 1), (49, 0), (49, 2049), (49, 2.5), (49, "10"), (True, 10), "49"],
    "partition": [
        *(None, 3, "all", [], {}, [[]], [[0], []], [[0.5]], [[-1]], [[1437]], [["0"]], [[0], 1], [[True]]),
        *([[0]] * 1438, [[[0]]], [[NAN]], [[[0], [1, 2]]], [[2**70]], [None], np.array(3), {0: [1]}),
    ],
    "matrix": [None, "zeros", 1.0, [1.0, 2.0], [[]], np.zeros((2, 3, 0)), np.full((2, 3), NAN), np.full((2, 3), 1e7)],
    "weights": [
        *(None, "zeros", np.zeros((4, 10)), np.zeros((10, 5)), np.zeros(5), np.full((5, 10), NAN)),
        *(np.full((5, 10), 1e7), np.zeros((5, 10), dtype=bool), np.full((5, 10), "0"), []),
    ],
}
MASKS = {
    "federation.simulate": (3, 6),
    "federation.client_updates": (3, 6),
    "federation.simulate_seeds": (2, 3, 6),
}


def bad_masks(shape: tuple[int, ...]) -> list[Any]:
    """Participations that are not one truth value for each round and client."""
    ones = np.ones(shape)
    return [
        *("all", 1, [], [[0, 1], [2]], ones[..., :-1] > 0, ones.T > 0, 2 * ones.astype(int), 0.5 * ones, NAN * ones),
        *(ones.astype(str), ones[:0] > 0, [[[True] * 6], [[True] * 5]]),
    ]


def cases() -> Iterator[tuple[str, Call, str, Domain]]:
    """Every argument of every call, with its domain."""
    for name in NAMES:
        for call in CALLS[name]:
            for argument in call.arguments:
                yield name, call, argument, domain(name, argument, call.arguments, call.ranges.get(argument, ""))


def bad_values(name: str, argument: str, is_a: Domain, good: Any) -> list[Any]:
    """Values of one argument that must be refused."""
    if argument == "participation" and not is_a.number:
        wrong = bad_masks(MASKS[name])
    elif is_a.flag:
        wrong = NOT_FLAGS
    elif is_a.words:
        wrong = NOT_WORDS
    elif is_a.number:
        fraction = [is_a.low + 0.5, 1.0000001 + is_a.low] if is_a.whole else []
        wrong = [*NOT_NUMBERS, *is_a.outside, *fraction]
        filled = good if good is not None and np.ndim(good) == 0 else is_a.closed[0]
        if is_a.array:
            wrong += [[filled, value] for value in (*is_a.outside, *fraction, NAN, None, "1", True)]
        else:
            wrong += [[filled], [filled, filled], np.array([filled]), []]
    else:
        wrong = WRONG[argument]
    return [value for value in wrong if not (value is None and is_a.optional)]


def refusal(name: str, arguments: dict[str, Any]) -> str:
    """Return the sentence with which a call is refused, or what happened instead."""
    try:
        FUNCTIONS[name](**arguments)
    except (ValueError, TypeError) as error:
        return str(error)
    except Exception as error:
        return f"!! raised {error!r}"
    return "!! was taken"


def numbers(answer: Any) -> Iterator[np.ndarray]:
    """Every number of an answer, whatever it is made of."""
    if dataclasses.is_dataclass(answer):
        for field in dataclasses.fields(answer):
            yield from numbers(getattr(answer, field.name))
    elif isinstance(answer, tuple):
        for part in answer:
            yield from numbers(part)
    elif answer is not None and not isinstance(answer, str):
        yield np.asarray(answer)


def test_every_public_function_has_a_call_with_all_its_arguments():
    assert set(FUNCTIONS) == set(CALLS)
    for name, calls in CALLS.items():
        for call in calls:
            assert call.arguments.keys() == set(inspect.signature(FUNCTIONS[name]).parameters), name


def test_a_class_that_checks_nothing_is_made_by_a_function_alone():
    made = " ".join(str(inspect.signature(function).return_annotation) for function in FUNCTIONS.values())
    classes = {
        name
        for package in PACKAGES
        for name, thing in inspect.getmembers(getattr(physics, package), dataclasses.is_dataclass)
        if name in getattr(physics, package).__all__ and thing not in FUNCTIONS.values()
    }
    assert "MemoryBreakdown" in classes
    assert {name for name in classes if not re.search(rf"\b{name}\b", made)} == set()


@pytest.mark.parametrize(
    ("name", "argument", "interval"),
    [
        ("traffic.daily_traffic_bytes", "fleet", "(0, 1e+12]"),
        ("energy.loop_latency_s", "bandwidth_share", "[0, 1)"),
        ("privacy.epsilon", "delta", "[1e-300, 1)"),
        ("federation.simulate", "learning_rate", "(0, 32]"),
        ("federation.digits_problem", "cities", "[1, 6]"),  # "1 to ``clients``"
        ("gossip.flood_time_s", "degree", "[1, 199]"),  # "1 to `nodes` - 1"
        ("gossip.gossip_trial", "seed", "[0, inf)"),
        ("serving.decode_step_s", "hbm_bytes_per_s", "[1, 1e+18]"),  # the third of three ranges for three names
        ("energy.flop_shares", "batch", "[1, 1e+06]"),  # "As in `physics.memory.training_memory`"
    ],
)
def test_a_range_is_read_as_it_is_written(name, argument, interval):
    is_a = domain(name, argument, CALLS[name][0].arguments)
    assert is_a.number
    assert is_a.interval == interval


def test_every_docstring_says_what_each_argument_may_be():
    for name, _, argument, is_a in cases():
        known = is_a.number or is_a.words or is_a.flag or argument in WRONG or argument == "participation"
        assert known, f"the docstring of {name} gives no range of {argument} that can be read, nor has it wrong values"


@pytest.mark.parametrize("name", NAMES)
def test_what_the_docstring_does_not_allow_is_refused_by_name_and_with_what_is_right(name):
    faults = []
    for call in CALLS[name]:
        for argument, good in call.arguments.items():
            text = call.ranges.get(argument, "")
            is_a = domain(name, argument, call.arguments, text)
            if argument in call.fixed and not is_a.number:
                continue
            for bad in bad_values(name, argument, is_a, good):
                said = refusal(name, call.arguments | {argument: bad})
                if not re.match(rf"{argument}(\[\d+\])? must ", said):
                    faults.append(f"{argument}={bad!r:.60}: {said}")
                elif is_a.fixed and not (is_a.interval in said or re.search("must be (None|one number)", said)):
                    faults.append(f"{argument}={bad!r:.60} is not told {is_a.interval}: {said}")
                elif is_a.words and is_a.words[0] not in said:
                    faults.append(f"{argument}={bad!r:.60} is not told the words {is_a.words}: {said}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", NAMES)
def test_the_bounds_that_a_docstring_includes_are_taken(name):
    faults = []
    for call in CALLS[name]:
        for argument in call.arguments.keys() - call.fixed:
            good = call.arguments[argument]
            is_a = domain(name, argument, call.arguments, call.ranges.get(argument, ""))
            ends = [int(end) if is_a.whole else end for end in is_a.closed if np.isfinite(end)]
            for end in [good, *ends]:
                try:
                    answer = FUNCTIONS[name](**call.arguments | {argument: end})
                    if not all(np.isfinite(value).all() for value in numbers(answer) if value.dtype.kind in "iuf"):
                        faults.append(f"{argument}={end!r}: not finite: {answer!r:.200}")
                except Exception as error:
                    faults.append(f"{argument}={end!r}: {error!r}")
    assert not faults, "\n".join(faults)


def sweeps(name: str, call: Call) -> dict[str, list[float]]:
    """Three legal values of every argument that may be an array."""
    found = {}
    for argument, good in call.arguments.items():
        is_a = domain(name, argument, call.arguments, call.ranges.get(argument, ""))
        if is_a.array and is_a.number and good is not None:
            ends = [] if argument in call.fixed else [end for end in is_a.closed if np.isfinite(end)]
            found[argument] = ([good, *ends] * 3)[:3]
    return found


SWEPT = [name for name in NAMES if any(sweeps(name, call) for call in CALLS[name])]


@pytest.mark.parametrize("name", SWEPT)
def test_an_array_has_the_answers_of_its_elements_and_none_where_it_is_empty(name):
    function = FUNCTIONS[name]
    for call in CALLS[name]:
        for argument, values in sweeps(name, call).items():
            points = [list(numbers(function(**call.arguments | {argument: value}))) for value in values]
            for shape in ((3,), (3, 1)):
                curves = list(numbers(function(**call.arguments | {argument: np.reshape(values, shape)})))
                for curve, *each in zip(curves, *points, strict=True):
                    expected = np.reshape(each, shape + each[0].shape)
                    np.testing.assert_allclose(curve, expected, rtol=1e-12, err_msg=argument, strict=True)
            empty = list(numbers(function(**call.arguments | {argument: []})))
            assert [curve.shape[0] for curve in empty] == [0] * len(empty), argument


@pytest.mark.parametrize("name", SWEPT)
def test_arrays_that_do_not_fit_together_are_refused_by_name_and_shape(name):
    for call in CALLS[name]:
        (first, values), *others = sweeps(name, call).items()
        for second, shorter in others:
            said = refusal(name, call.arguments | {first: values, second: shorter[:2]})
            assert "must have shapes that broadcast" in said
            assert f"{first} (3,)" in said
            assert f"{second} (2,)" in said
