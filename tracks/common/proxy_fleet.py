"""The simulated fleet of the proxy task: fifty clients in five cities, its data, and how accurate a model is on it."""

from __future__ import annotations

from functools import lru_cache

from physics.federation import FederatedProblem, digits_problem, softmax_optimum
from physics.validation import Floats
from tracks.api.track import Track
from tracks.common.cache import cached_on_disk

CLIENTS, CITIES = 50, 5  # ten clients in a city; each represents an equal part of the devices
PROXY = (
    "proxy task: softmax regression on 1,437 handwritten digits (UCI Optical Recognition, CC BY 4.0), in real "
    "federated runs; it stands in for the track’s own model"
)


def city_names(track: Track) -> tuple[str, ...]:
    """Return the five cities by name, those with the best links first."""
    return track.cities if len(track.cities) == CITIES else tuple(f"City {letter}" for letter in "ABCDE")


def problem(fleet_seed: int, alpha: float) -> FederatedProblem:
    """Return the data of the fleet, partitioned once for a seed and a skew of the cities' class mixes."""
    return digits_problem(clients=CLIENTS, alpha=alpha, seed=fleet_seed, cities=CITIES)


@lru_cache(maxsize=256)
@cached_on_disk
def ceiling(fleet_seed: int, alpha: float) -> float:
    """Return the accuracy of the best model of all data in one place, 0..1: no federated run is meant to reach more."""
    fleet = problem(fleet_seed, alpha)
    return fleet_accuracy(fleet, softmax_optimum(fleet).weights)


@lru_cache(maxsize=256)
@cached_on_disk
def city_ceilings(fleet_seed: int, alpha: float) -> tuple[float, ...]:
    """Return the accuracy of that best model in each city, 0..1."""
    fleet = problem(fleet_seed, alpha)
    return tuple(city_accuracy(fleet, softmax_optimum(fleet).weights).tolist())


def fleet_accuracy(fleet: FederatedProblem, weights: Floats) -> float:
    """Return the share of all test images that a model gets right, 0..1."""
    return float(fleet.data.correct(weights[None]).sum() / fleet.data.test_class_sizes.sum())


def city_accuracy(fleet: FederatedProblem, weights: Floats) -> Floats:
    """Return a model's accuracy in each city, (5,): the test images weighted by the class mix of its clients."""
    accuracy: Floats = (fleet.data.correct(weights[None])[0] / fleet.data.test_class_sizes) @ fleet.city_mix.T
    return accuracy
