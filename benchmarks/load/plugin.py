"""What it costs that a plugin's functions run in a process of their own: one slider change, there and in place.

    python -m benchmarks.load.plugin

It renders the bench of tests/plugins as the page does, its figures, peek and all, with a value that moves every time.
The two ways take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from dashboard.rendering.bench_view import render
from dashboard.rendering.figures.style import Screen
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.track import Track
from tracks.loading.isolation.stand_ins import StandIn
from tracks.loading.registry import load_registry

PLUGINS = Path(__file__).parents[2] / "tests" / "plugins"
CHANGES = 400
TARGET_MS = 1.0


def in_place(bench: Bench) -> Bench:
    """Return the bench with its own functions."""

    def own(part: Any) -> Any:
        if isinstance(part, StandIn):
            return part.__dict__["__wrapped__"]
        if isinstance(part, tuple):
            return tuple(own(item) for item in part)
        if is_dataclass(part) and not isinstance(part, type):
            copy = object.__new__(type(part))
            for one in fields(part):
                object.__setattr__(copy, one.name, own(getattr(part, one.name)))
            return copy
        return part

    found: Bench = own(bench)
    return found


def change(track: Track, bench: Bench, number: int) -> Callable[[], object]:
    """Return one slider change of a bench."""
    values: dict[str, Value] = {**bench.defaults(), "model_bytes": 1e6 * (1 + number % 97)}
    return lambda: render(track, bench, values, {}, Screen(dark=False, narrow=False))


def main() -> None:
    """Measure and print."""
    registry = load_registry(folder=PLUGINS, builtins=("tracks.edge_guardian",), entry_points=False)
    track, apart = registry.track("edge_guardian"), registry.bench("edge_guardian", "downlink")
    ways = {"in place": in_place(apart), "in its process": apart}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(CHANGES):
        for name, bench in ways.items():
            once = change(track, bench, number)
            began = time.perf_counter()
            once()
            taken[name].append((time.perf_counter() - began) * 1e3)
    for name, times in taken.items():
        ordered = sorted(times)
        print(
            f"{name:>15}: {statistics.median(ordered):6.2f} ms in the middle, {ordered[0]:6.2f} ms at best, "
            f"{ordered[int(0.95 * len(ordered))]:6.2f} ms in 95 of 100"
        )
    more = statistics.median(taken["in its process"]) - statistics.median(taken["in place"])
    best = min(taken["in its process"]) - min(taken["in place"])
    print(f"{'more':>15}: {more:6.2f} ms in the middle, {best:6.2f} ms at best; target: under {TARGET_MS:g} ms")


if __name__ == "__main__":
    main()
