"""Accuracy against bytes, the figure of every federated bench: axes, limits, the fleet and its worst city."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from physics.validation import Floats
from tracks.api import charts
from tracks.api.figures import Axis, Figure
from tracks.api.track import Track
from tracks.common.federated_runs import Runs
from tracks.common.provenance import quantity_text
from tracks.common.proxy_fleet import city_names

FLEET_SERIES, CITY_SERIES = 0, 1

Range = tuple[float, float]


@lru_cache(maxsize=256)
def accuracy_axes(cap: float, label: str, caps_shown: Range, accuracy_shown: Range) -> tuple[Axis, Axis]:
    """Return the axes of accuracy against bytes; ``caps_shown`` are the ends of the first in caps."""
    return (
        Axis(label=label, unit="B", low=caps_shown[0] * cap, high=caps_shown[1] * cap, scale="log"),
        Axis(label="accuracy", unit="share", low=accuracy_shown[0], high=accuracy_shown[1]),
    )


def accuracy_limits(cap: float, target: float, floor: float, top: float) -> Iterator[charts.Part]:
    """Yield the limits of accuracy against bytes: the fleet's target up to ``top``, the cities' floor, the cap."""
    yield charts.band(target, top)
    yield charts.limit(target, f"fleet target {quantity_text(target, 'share')}", kind="target", place="limit-y-right")
    yield charts.limit(floor, f"city floor {quantity_text(floor, 'share')}", kind="floor", place="limit-y-right-below")
    yield charts.limit(cap, f"cap {quantity_text(cap, 'B')}", axis="x")


def bare_limits(cap: float, target: float, floor: float, top: float) -> Figure:
    """Return the same as a figure, for the frame before the lock."""
    return charts.figure(*accuracy_limits(cap, target, floor, top))


@lru_cache(maxsize=256)
def sampled_rounds(rounds: int, max_points: int) -> tuple[int, ...]:
    """Return at most so many rounds at which a line is drawn, the first and the last among them."""
    sampled = np.linspace(1, rounds, min(rounds, max_points)).round().astype(np.int64)
    return tuple(dict.fromkeys(sampled.tolist()))


def accuracy_figure(
    track: Track,
    runs: Runs,
    moved: Floats,
    limits: Iterator[charts.Part],
    axes: tuple[Axis, Axis],
    *,
    max_points: int,
    beside: Iterable[charts.Part] = (),
) -> Figure:
    """Return fleet and worst city against the bytes that a device has moved after each round, three seeds behind.

    Args:
        limits, axes: of the panel. max_points: of a line. beside: what else a bench draws there.
    """
    sampled = list(sampled_rounds(runs.rounds, max_points))
    x, city = charts.significant(moved[sampled]), city_names(track)[runs.worst]
    bytes_axis, accuracy_axis = axes
    lines = (
        (city, city, CITY_SERIES, runs.cities[:, runs.worst], runs.final_worst),
        ("fleet", "Fleet", FLEET_SERIES, runs.mean, runs.final_mean),
    )
    parts = [
        charts.curve(x, curve[sampled], name=f"fleet, seed {run}", series=FLEET_SERIES, role="seed")
        for run, curve in enumerate(runs.accuracy, start=1)
    ]
    parts += [charts.curve(x, score[sampled], name=name, series=series) for name, _, series, score, _ in lines]
    parts += [
        charts.point(
            bytes_axis.place(float(moved[-1])),
            accuracy_axis.place(end),
            name=f"{name}, here",
            series=series,
            label=label,
            value=quantity_text(end, "share"),
            place="end",
        )
        for name, label, series, _, end in lines
    ]
    return charts.figure(*limits, *parts, *beside)
