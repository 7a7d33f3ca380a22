import dataclasses
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import traffic

SHARE = st.floats(0, 1)
POSITIVE_SHARE = st.floats(0, 1, exclude_min=True)
WHOLE_ATTEMPTS = st.integers(1, 10**6)
JOULES = st.floats(0, 1e12)
CLIENTS = st.integers(1, 10**9)


def test_every_keyword_and_field_is_in_the_nomenclature():
    rows = traffic.__doc__.split("Nomenclature\n---")[1].split("References\n---")[0].splitlines()
    named = {row.split(" | ")[0] for row in rows if " | " in row}
    functions = [getattr(traffic, name) for name in traffic.__all__ if inspect.isfunction(getattr(traffic, name))]
    wanted = {argument for function in functions for argument in inspect.signature(function).parameters}
    for name in traffic.__all__:
        if dataclasses.is_dataclass(getattr(traffic, name)):
            wanted |= {field.name for field in dataclasses.fields(getattr(traffic, name))}
    assert wanted == named
    assert all(row.count("|") == 3 for row in rows if " | " in row)


@given(CLIENTS, st.data(), st.floats(0, 5), st.sampled_from(["exponential", "lognormal"]))
def test_straggler_time_is_finite_and_positive_for_any_rank(selected, data, spread, distribution):
    waited_for = data.draw(st.integers(1, selected))
    time = traffic.straggler_time(selected, waited_for=waited_for, spread=max(spread, 1e-9), distribution=distribution)
    assert np.isfinite(time)
    assert time > 0


@given(SHARE, WHOLE_ATTEMPTS, JOULES, st.floats(0, 1e12, exclude_min=True))
def test_retry_stays_within_its_own_limits(success, max_attempts, compute_j, transmit_j):
    outcome = traffic.retry(success, max_attempts=max_attempts, compute_j=compute_j, transmit_j=transmit_j)
    assert 0 <= outcome.delivered <= 1
    assert 1 <= outcome.attempts <= max_attempts
    assert 0 <= outcome.wasted <= 1


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


def test_arguments_are_left_as_they_were():
    clients = np.array([1.0, 2.0])
    total = traffic.round_traffic_bytes(clients, download_bytes=1, upload_bytes=0)
    total *= 5
    assert clients.tolist() == [1.0, 2.0]


def test_results_cannot_be_changed_afterwards():
    outcome = traffic.retry(0.5, max_attempts=2, compute_j=1, transmit_j=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcome.wasted = 0.0
