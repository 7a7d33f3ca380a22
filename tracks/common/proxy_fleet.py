"""What benches of a fleet in five cities share: names, axes and limits of accuracy, and two judgements."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from physics.federation import FederatedProblem, digits_problem
from tracks.api import charts
from tracks.api.bench import Fix, Verdict
from tracks.api.figures import Axis, Figure
from tracks.api.track import Track
from tracks.common.provenance import words

CLIENTS, CITIES = 50, 5  # of the proxy fleet, ten clients in a city
LEFT_BEHIND = "city_left_behind"
ACCURACY_SCALE = 0.1  # ten points weigh as much as a cap twice over

Range = tuple[float, float]


def city_names(track: Track) -> tuple[str, ...]:
    """Return the five cities by name, those with the best links first."""
    return track.cities if len(track.cities) == CITIES else tuple(f"City {letter}" for letter in "ABCDE")


def problem(fleet_seed: int, alpha: float) -> FederatedProblem:
    """Return the data of a proxy fleet: fifty clients in five cities, dealt once for a seed and a skew."""
    return digits_problem(clients=CLIENTS, alpha=alpha, seed=fleet_seed, cities=CITIES)


def device_word(track: Track) -> str:
    """Return what one device of the fleet is called."""
    return track.texts.get("device_singular", "device")


@lru_cache(maxsize=256)
def accuracy_axes(cap: float, label: str, caps_shown: Range, accuracy_shown: Range) -> tuple[Axis, Axis]:
    """Return the axes of accuracy against bytes; ``caps_shown`` are the ends of the first in caps."""
    return (
        Axis(label=label, unit="B", low=caps_shown[0] * cap, high=caps_shown[1] * cap, scale="log"),
        Axis(label="accuracy", unit="share", low=accuracy_shown[0], high=accuracy_shown[1]),
    )


def accuracy_limits(cap: float, target: float, floor: float, top: float) -> Iterator[charts.Part]:
    """Yield what bounds accuracy against bytes: the fleet's target up to ``top``, the cities' floor, the cap."""
    yield charts.band(target, top)
    yield charts.limit(target, f"fleet target {words(target, 'share')}", kind="target", place="limit-y-right")
    yield charts.limit(floor, f"city floor {words(floor, 'share')}", kind="floor", place="limit-y-right-below")
    yield charts.limit(cap, f"cap {words(cap, 'B')}", axis="x")


def bare_limits(cap: float, target: float, floor: float, top: float) -> Figure:
    """Return the same as a figure, for the frame before the lock."""
    return charts.figure(*accuracy_limits(cap, target, floor, top))


@lru_cache(maxsize=256)
def drawn_rounds(rounds: int, most: int) -> tuple[int, ...]:
    """Return at most so many rounds at which a line is drawn, the first and the last among them."""
    places = np.linspace(1, rounds, min(rounds, most)).round().astype(np.int64)
    return tuple(dict.fromkeys(places.tolist()))


def fleet_verdict(
    *, code: str, titles: tuple[str, str], mean: float, target: float, cause: str, fixes: tuple[Fix, ...]
) -> Verdict:
    """Judge the fleet's accuracy against its target; ``titles`` when it holds and when it does not."""
    low = mean < target
    return Verdict(
        code=code,
        level="fail" if low else "ok",
        title=titles[low],
        measure="Fleet accuracy",
        quantity=mean,
        limit=target,
        unit="share",
        at_most=False,
        scale=ACCURACY_SCALE,
        cause=cause,
        fixes=fixes if low else (),
    )


def city_verdict(*, city: str, worst: float, floor: float, cause: str, fixes: tuple[Fix, ...]) -> Verdict:
    """Judge the city that scores lowest against the floor of all; ``cause`` is said where it falls behind."""
    behind = worst < floor
    return Verdict(
        code=LEFT_BEHIND,
        level="fail" if behind else "ok",
        title="City left behind" if behind else "No city left behind",
        measure=city,
        quantity=worst,
        limit=floor,
        unit="share",
        at_most=False,
        scale=ACCURACY_SCALE,
        cause=cause if behind else f"{city} has the lowest score of the five.",
        fixes=fixes if behind else (),
    )
