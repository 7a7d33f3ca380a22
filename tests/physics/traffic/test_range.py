import dataclasses
import inspect
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import traffic

POSITIVE_CLIENTS = st.floats(0, 1e12, exclude_min=True)
BYTES = st.floats(0, 1e18)
ATTEMPTS = st.floats(1, 1e6)
SHARE = st.floats(0, 1)
POSITIVE_SHARE = st.floats(0, 1, exclude_min=True)
PER_DAY = st.floats(0, 1e9, exclude_min=True)
RAW = st.floats(1e-6, 1e18)
WHOLE_ATTEMPTS = st.integers(1, 10**6)
JOULES = st.floats(0, 1e12)
LEARNING = st.floats(1e-12, 1e12)
CLIENTS = st.integers(1, 10**9)

# Every public function with the whole legal range of every argument.
LEGAL = {
    "round_traffic_bytes": {
        "clients": POSITIVE_CLIENTS,
        "download_bytes": BYTES,
        "upload_bytes": BYTES,
        "attempts": ATTEMPTS,
    },
    "daily_traffic_bytes": {
        "fleet": POSITIVE_CLIENTS,
        "participation": POSITIVE_SHARE,
        "download_bytes": BYTES,
        "upload_bytes": BYTES,
        "rounds_per_day": PER_DAY,
        "attempts": ATTEMPTS,
    },
    "centralised_traffic_bytes": {"fleet": POSITIVE_CLIENTS, "raw_bytes_per_device": BYTES},
    "traffic_ratio": {
        "participation": POSITIVE_SHARE,
        "download_bytes": BYTES,
        "upload_bytes": BYTES,
        "rounds_per_day": PER_DAY,
        "raw_bytes_per_device": RAW,
        "attempts": ATTEMPTS,
    },
    "breakeven_compression": {
        "participation": POSITIVE_SHARE,
        "download_bytes": BYTES,
        "upload_bytes": BYTES,
        "rounds_per_day": PER_DAY,
        "raw_bytes_per_device": RAW,
        "attempts": ATTEMPTS,
    },
    "device_bytes": {
        "rounds": st.floats(0, 1e9),
        "selected_share": SHARE,
        "download_bytes": BYTES,
        "upload_bytes": BYTES,
        "attempts": ATTEMPTS,
    },
    "transfer_time_s": {"payload_bytes": BYTES, "bytes_per_s": st.floats(1e-6, 1e18)},
    "sparse_update_bytes": {
        "parameters": st.integers(1, 2**32),
        "fraction": POSITIVE_SHARE,
        "value_bits": st.integers(1, 64),
        "index": st.sampled_from(["uint32", "fixed", "bitmap", "entropy"]),
    },
    "dense_quantised_bytes": {"parameters": st.integers(1, 10**15), "value_bits": st.integers(1, 64)},
    "algorithm_payload_bytes": {
        "model_bytes": st.floats(0, 5e17),
        "algorithm": st.sampled_from(["fedavg", "fedprox", "scaffold"]),
    },
    "retry": {
        "success": SHARE,
        "max_attempts": WHOLE_ATTEMPTS,
        "compute_j": JOULES,
        "transmit_j": st.floats(0, 1e12, exclude_min=True),
    },
    "message_reliability": {
        "payload_bytes": BYTES,
        "packet_bytes": st.floats(1, 1e18),
        "packet_error_rate": SHARE,
    },
    "communication_to_compute": {
        "success": st.floats(1e-6, 1),
        "max_attempts": WHOLE_ATTEMPTS,
        "compute_s": LEARNING,
        "transmit_s": JOULES,
        "compute_j": LEARNING,
        "transmit_j": JOULES,
        "receive_s": JOULES,
        "receive_j": JOULES,
    },
    "round_success": {"selected": CLIENTS, "target": CLIENTS, "dropout": SHARE},
    "straggler_time": {
        "selected": CLIENTS,
        "waited_for": st.just(1),
        "spread": st.floats(0, 5, exclude_min=True),
        "distribution": st.sampled_from(["exponential", "lognormal"]),
    },
}

# One ordinary point of each, from which every argument is made invalid in turn.
ORDINARY = {
    "clients": 10,
    "fleet": 1e6,
    "participation": 0.01,
    "download_bytes": 1e6,
    "upload_bytes": 2e6,
    "rounds_per_day": 10,
    "raw_bytes_per_device": 1e3,
    "attempts": 1.2,
    "rounds": 100,
    "selected_share": 0.5,
    "payload_bytes": 100,
    "bytes_per_s": 1e3,
    "parameters": 1000,
    "fraction": 0.1,
    "value_bits": 8,
    "index": "entropy",
    "model_bytes": 1e6,
    "algorithm": "scaffold",
    "success": 0.7,
    "max_attempts": 3,
    "compute_j": 5.0,
    "transmit_j": 1.0,
    "compute_s": 3.0,
    "transmit_s": 1.0,
    "receive_s": 0.5,
    "receive_j": 0.5,
    "packet_bytes": 12,
    "packet_error_rate": 0.1,
    "selected": 130,
    "target": 100,
    "dropout": 0.1,
    "waited_for": 100,
    "spread": 0.5,
    "distribution": "lognormal",
}
WORDS = ("index", "algorithm", "distribution")
ONE_POINT_ONLY = ("breakeven_compression",)

# argument: just outside its range on both sides (None: no such side)
OUTSIDE = {
    "clients": (0, 1.1e12),
    "fleet": (0, 1.1e12),
    "participation": (0, 1.0000001),
    "download_bytes": (-1, 1.1e18),
    "upload_bytes": (-1, 1.1e18),
    "rounds_per_day": (0, 1.1e9),
    "raw_bytes_per_device": (-1, 1.1e18),
    "attempts": (0.999, 1.1e6),
    "rounds": (-1, 1.1e9),
    "selected_share": (-0.1, 1.1),
    "payload_bytes": (-1, 1.1e18),
    "bytes_per_s": (0, 1.1e18),
    "parameters": (0, 1.1e15),
    "fraction": (0, 1.1),
    "value_bits": (0, 65),
    "model_bytes": (-1, 6e17),
    "success": (-0.1, 1.1),
    "max_attempts": (0, 1.1e6),
    "compute_j": (-1, 1.1e12),
    "transmit_j": (-1, 1.1e12),
    "compute_s": (0, 1.1e12),
    "transmit_s": (-1, 1.1e12),
    "receive_s": (-1, 1.1e12),
    "receive_j": (-1, 1.1e12),
    "packet_bytes": (0.5, 1.1e18),
    "packet_error_rate": (-0.1, 1.1),
    "selected": (0, 1.1e9),
    "target": (0, 1.1e9),
    "dropout": (-0.1, 1.1),
    "waited_for": (0, 131),
    "spread": (-0.1, 5.1),
}
WHOLE = ("parameters", "value_bits", "max_attempts", "selected", "target", "waited_for")
CASES = [(function, argument) for function, legal in LEGAL.items() for argument in legal]


def values(answer):
    """Every number of an answer; None, the documented absence of a break-even, left out."""
    fields = (
        [getattr(answer, f.name) for f in dataclasses.fields(answer)] if dataclasses.is_dataclass(answer) else [answer]
    )
    return [field for field in fields if field is not None]


def ordinary(function, **changed):
    return {name: ORDINARY[name] for name in LEGAL[function]} | changed


def test_every_public_function_is_under_these_tests():
    functions = {name for name in traffic.__all__ if inspect.isfunction(getattr(traffic, name))}
    assert functions == set(LEGAL)
    for name in functions:
        assert set(inspect.signature(getattr(traffic, name)).parameters) == set(LEGAL[name])


def test_every_keyword_and_field_is_in_the_nomenclature():
    rows = traffic.__doc__.split("Nomenclature\n---")[1].split("References\n---")[0].splitlines()
    named = {row.split(" | ")[0] for row in rows if " | " in row}
    wanted = {argument for legal in LEGAL.values() for argument in legal}
    for name in traffic.__all__:
        if dataclasses.is_dataclass(getattr(traffic, name)):
            wanted |= {field.name for field in dataclasses.fields(getattr(traffic, name))}
    assert wanted == named
    assert all(row.count("|") == 3 for row in rows if " | " in row)


@pytest.mark.parametrize("function", LEGAL)
@given(data=st.data())
def test_no_legal_argument_gives_anything_but_a_finite_number_at_least_zero(function, data):
    arguments = {name: data.draw(legal, label=name) for name, legal in LEGAL[function].items()}
    for value in values(getattr(traffic, function)(**arguments)):
        assert isinstance(value, float)
        assert np.isfinite(value)
        assert value >= 0


@given(CLIENTS, st.data(), st.floats(0, 5), st.sampled_from(["exponential", "lognormal"]))
def test_straggler_time_is_finite_and_positive_for_any_rank(selected, data, spread, distribution):
    waited_for = data.draw(st.integers(1, selected))
    time = traffic.straggler_time(selected, waited_for=waited_for, spread=max(spread, 1e-9), distribution=distribution)
    assert np.isfinite(time)
    assert time > 0


@given(st.floats(1, 1e15).map(round), POSITIVE_SHARE, st.sampled_from(["fixed", "bitmap", "entropy"]))
def test_codec_is_finite_beyond_32_bit_indices(parameters, fraction, index):
    size = traffic.sparse_update_bytes(parameters, fraction=fraction, value_bits=1, index=index)
    assert np.isfinite(size)
    assert size > 4


@given(SHARE, WHOLE_ATTEMPTS, JOULES, st.floats(0, 1e12, exclude_min=True))
def test_retry_stays_within_its_own_limits(success, max_attempts, compute_j, transmit_j):
    outcome = traffic.retry(success, max_attempts=max_attempts, compute_j=compute_j, transmit_j=transmit_j)
    assert 0 <= outcome.delivered <= 1
    assert 1 <= outcome.attempts <= max_attempts
    assert 0 <= outcome.wasted <= 1


@pytest.mark.parametrize(("function", "argument"), [case for case in CASES if case[1] not in WORDS])
@pytest.mark.parametrize("bad", [None, "1", True, np.nan, np.inf, -np.inf, [None], ["1"], [np.nan], 1 + 2j])
def test_what_is_no_finite_number_is_refused_by_name(function, argument, bad):
    with pytest.raises(ValueError, match=rf"^{argument} must .*[\[(].*[\])]"):
        getattr(traffic, function)(**ordinary(function, **{argument: bad}))


@pytest.mark.parametrize(("function", "argument"), [case for case in CASES if case[1] not in WORDS])
@pytest.mark.parametrize("side", [0, 1])
def test_what_is_outside_the_range_is_refused_with_value_and_range(function, argument, side):
    bad = OUTSIDE[argument][side]
    with pytest.raises(ValueError, match=rf"^{argument} must lie in [\[(].*[\])].*, got {re.escape(f'{bad:g}'[:4])}"):
        getattr(traffic, function)(**ordinary(function, **{argument: bad}))
    if function not in ONE_POINT_ONLY:  # one bad element makes a whole curve invalid
        with pytest.raises(ValueError, match=rf"^{argument} must lie in"):
            getattr(traffic, function)(**ordinary(function, **{argument: [ORDINARY[argument], bad]}))


@pytest.mark.parametrize(("function", "argument"), [case for case in CASES if case[1] in WHOLE])
def test_a_fraction_of_what_is_counted_is_refused(function, argument):
    with pytest.raises(ValueError, match=rf"^{argument} must be a whole number in .*, got 2\.5"):
        getattr(traffic, function)(**ordinary(function, **{argument: 2.5}))


@pytest.mark.parametrize(("function", "argument"), [case for case in CASES if case[1] in WORDS])
@pytest.mark.parametrize("bad", ["", "FedAvg", "Uint32", None, 3, ["uint32"]])
def test_an_unknown_word_is_refused_with_the_known_ones(function, argument, bad):
    with pytest.raises(ValueError, match=rf"^{argument} must be one of \w+, "):
        getattr(traffic, function)(**ordinary(function, **{argument: bad}))


def test_waiting_for_more_than_were_invited_is_refused():
    with pytest.raises(ValueError, match=r"waited_for must lie in \[1, selected\] = \[1, 3\], got 4"):
        traffic.straggler_time([5, 3], waited_for=4, spread=1)


@pytest.mark.parametrize(("name", "value"), [("exponential", 0.0), ("lognormal", 0.0)])
def test_no_spread_is_no_exponential_but_is_a_fleet_of_equal_clients(name, value):
    if name == "exponential":
        with pytest.raises(ValueError, match=r"spread must lie in \(0, 1e\+12\], got 0"):
            traffic.straggler_time(10, waited_for=10, spread=value, distribution=name)
    else:
        assert traffic.straggler_time(10, waited_for=10, spread=value, distribution=name) == 1.0


def test_no_energy_has_no_wasted_share():
    with pytest.raises(ValueError, match=r"compute_j \+ transmit_j must lie in \(0, .*got 0"):
        traffic.retry(0.5, max_attempts=2, compute_j=[1, 0], transmit_j=0)


@pytest.mark.parametrize("function", [name for name in LEGAL if name not in ONE_POINT_ONLY])
def test_shapes_that_do_not_match_are_refused_by_name(function):
    first, *others = [name for name in LEGAL[function] if name not in WORDS]
    for second in others:
        curves = {first: [ORDINARY[first]] * 3, second: [ORDINARY[second]] * 2}
        with pytest.raises(ValueError, match=rf"broadcast, got (?=.*{first} \(3,\)).*{second} \(2,\)"):
            getattr(traffic, function)(**ordinary(function, **curves))


def test_break_even_takes_one_point():
    with pytest.raises(ValueError, match=r"upload_bytes must be one number, got an array of shape \(2,\)"):
        traffic.breakeven_compression(**ordinary("breakeven_compression", upload_bytes=[1.0, 2.0]))


@pytest.mark.parametrize(
    ("function", "argument"), [c for c in CASES if c[1] not in WORDS and c[0] not in ONE_POINT_ONLY]
)
def test_the_curve_at_a_point_is_the_point(function, argument):
    start = ORDINARY[argument]
    steps = [1.0, 1.0, 2.0, 1.0, 0.5, 0.25, 1.0, 1.0, 0.75]
    swept = [start * (step if start * step <= 1 or start > 1 else 1) for step in steps]
    swept = [max(1, round(v)) for v in swept] if argument in WHOLE else swept
    if argument == "selected":
        swept = [v + 200 for v in swept]
    if argument == "waited_for":
        swept = [min(v, 130) for v in swept]
    if argument == "attempts":
        swept = [1 + v for v in swept]
    call = getattr(traffic, function)
    curve = values(call(**ordinary(function, **{argument: np.array(swept)})))
    grid = values(call(**ordinary(function, **{argument: np.array(swept).reshape(3, 3)})))
    for n, value in enumerate(swept):
        point = values(call(**ordinary(function, **{argument: value})))
        assert all(isinstance(v, float) for v in point)
        assert [line[n] for line in curve] == point
    assert [line.shape for line in grid] == [(3, 3)] * len(curve)
    assert all(np.array_equal(a.ravel(), b) for a, b in zip(grid, curve, strict=True))


def test_arguments_are_left_as_they_were():
    clients = np.array([1.0, 2.0])
    total = traffic.round_traffic_bytes(clients, download_bytes=1, upload_bytes=0)
    total *= 5
    assert clients.tolist() == [1.0, 2.0]


def test_results_cannot_be_changed_afterwards():
    outcome = traffic.retry(0.5, max_attempts=2, compute_j=1, transmit_j=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcome.wasted = 0.0
