"""Every combination of bounds, and points between them, has a finite answer that is not negative."""

import itertools

import numpy as np
import pytest

from tests.physics.arguments.calls import CALLS, Call
from tests.physics.arguments.domains import FUNCTIONS, Domain, domain
from tests.physics.arguments.test_arguments import NAMES, numbers

POINTS = 300  # between the bounds
MAY_BE_NEGATIVE = {"energy.temperature_c", "serving.adapter_room_bytes"}  # below 0 degC; a model larger than the card
# Combinations that are refused, by what they must fulfil: the words of each are tested beside its subject.
FASTEST = {"lte": 1.25e6, "wifi": 1.25e6, "5g": 1.25e8, "ble": 2.5e5}  # bytes per second
LEGAL = {
    "energy.battery_hours": lambda at: at["base_w"] + at["duty"] * at["active_w"] > 1e-9,
    "energy.radio_energy_j": lambda at: at["rate_bytes_per_s"] <= FASTEST[at["radio"]],
    "gossip.flood_time_s": lambda at: at["degree"] <= at["nodes"] - 1,
    "memory.transformer_activation_bytes": lambda at: at["rank"] <= at["hidden"],
    "traffic.retry": lambda at: at["compute_j"] + at["transmit_j"] > 0,
    "traffic.sparse_update_bytes": lambda at: (at["parameters"] <= 2**32) | (at["index"] != "uint32"),
    "traffic.straggler_time": lambda at: at["waited_for"] <= at["selected"],
}
# A point takes milliseconds, or what one argument may be follows from a network: these have tests of their own.
ELSEWHERE = (
    "memory.training",
    "memory.inference",
    "energy.flop",
    "privacy.epsilon",
    "privacy.noise",
    "serving.serving",
)


def ends(is_a: Domain) -> list[float]:
    """The least and the greatest number of a range; 0 and the number next to it where 0 is the least."""
    low = np.nextafter(is_a.low, np.inf) if is_a.low_open else is_a.low
    high = np.nextafter(is_a.high, -np.inf) if is_a.high_open else min(is_a.high, 1e300)
    return [low, high]


def between(is_a: Domain, random: np.random.Generator) -> np.ndarray:
    """Numbers of every size within a range."""
    low, high = ends(is_a)
    if low < 0:
        return random.uniform(low, high, POINTS)
    least = max(low, 1.0 if is_a.whole else 1e-300 if high > 1 else 1e-18)
    drawn = np.exp(random.uniform(np.log(least), np.log(high), POINTS))
    return np.clip(np.rint(drawn) if is_a.whole else drawn, low, high)


def domains_of(name: str, call: Call) -> dict[str, Domain]:
    """The domains of the numbers of a call, those that others determine left out."""
    found = {
        argument: domain(name, argument, call.arguments, call.ranges.get(argument, "")) for argument in call.arguments
    }
    return {argument: is_a for argument, is_a in found.items() if is_a.number}


def is_swept(name: str) -> bool:
    """Whether a function takes arrays of all its numbers."""
    domains = domains_of(name, CALLS[name][0]).values()
    return len(domains) > 1 and all(is_a.array for is_a in domains) and not name.startswith(ELSEWHERE)


@pytest.mark.parametrize("name", [name for name in NAMES if is_swept(name)])
def test_every_combination_of_bounds_has_a_finite_answer(name):
    random = np.random.default_rng(0)
    function = FUNCTIONS[name]
    for call in CALLS[name]:
        domains = domains_of(name, call)
        corners = np.array(list(itertools.product(*(ends(is_a) for is_a in domains.values()))))
        inside = np.column_stack([between(is_a, random) for is_a in domains.values()])
        points = np.concatenate([corners, inside])
        words = [domain(name, argument, call.arguments).words or (good,) for argument, good in call.arguments.items()]
        for chosen in itertools.product(*words) if len(CALLS[name]) == 1 else [call.arguments.values()]:
            at = dict(zip(call.arguments, chosen, strict=True)) | dict(zip(domains, points.T, strict=True))
            legal = np.broadcast_to(LEGAL.get(name, lambda at: True)(at), len(points))
            answer = function(**at | {argument: at[argument][legal] for argument in domains})
            for value in numbers(answer):
                wrong = ~np.isfinite(value) | ((value < 0) & (name not in MAY_BE_NEGATIVE))
                assert not wrong.any(), (at, dict(zip(domains, points[legal][wrong][:1].T, strict=True)))
