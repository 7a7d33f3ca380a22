"""The simulated fleet of the proxy task: fifty clients in five cities, its data, and how accurate a model is on it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from physics.federation import FederatedProblem, digits_problem, problem_from_partition, simulate
from physics.validation import Floats
from tracks.api.track import Track

CLIENTS, CITIES = 50, 5  # ten clients in a city; each represents an equal part of the devices
PROXY = (
    "proxy task: softmax regression on 1,437 handwritten digits (UCI Optical Recognition, CC BY 4.0), in real "
    "federated runs; it stands in for the track’s own model"
)
# Steps of gradient descent on all data at once. After 500 of them not one test image changes its answer, after 1,000
# the loss is within 1e-6 of its least.
_BEST_STEPS, _BEST_RATE = 1000, 32.0


def city_names(track: Track) -> tuple[str, ...]:
    """Return the five cities by name, those with the best links first."""
    return track.cities if len(track.cities) == CITIES else tuple(f"City {letter}" for letter in "ABCDE")


def device_word(track: Track) -> str:
    """Return what one device of the fleet is called."""
    return track.texts.get("device_singular", "device")


def problem(fleet_seed: int, alpha: float) -> FederatedProblem:
    """Return the data of the fleet, partitioned once for a seed and a skew of the cities' class mixes."""
    return digits_problem(clients=CLIENTS, alpha=alpha, seed=fleet_seed, cities=CITIES)


@lru_cache(maxsize=64)
def best_model(fleet_seed: int, alpha: float) -> Floats:
    """Return the model that has all data of the fleet in one place, (d, 10): the least mean cross-entropy."""
    everything = np.concatenate(problem(fleet_seed, alpha).partition)
    run = simulate(
        problem_from_partition([everything]),
        rounds=1,
        clients_per_round=1,
        local_steps=_BEST_STEPS,
        learning_rate=_BEST_RATE,
        last=1,
    )
    return run.weights


def fleet_accuracy(fleet: FederatedProblem, weights: Floats) -> float:
    """Return the share of all test images that a model gets right, 0..1."""
    return float(fleet.data.correct(weights[None]).sum() / fleet.data.test_class_sizes.sum())


def city_accuracy(fleet: FederatedProblem, weights: Floats) -> Floats:
    """Return a model's accuracy in each city, (5,): the test images weighted by the class mix of its clients."""
    accuracy: Floats = (fleet.data.correct(weights[None])[0] / fleet.data.test_class_sizes) @ fleet.city_mix.T
    return accuracy
