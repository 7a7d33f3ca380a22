"""What holds on every bench of every track: one state has one set of numbers. Certificates say that controls move."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.rendering.bench_view import render
from dashboard.rendering.figures.style import Screen
from dashboard.web import ids
from tests.http_student import Student
from tests.sweeps import is_left_to_sweep
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.quantities import quantity
from tracks.api.track import Track
from tracks.loading.registry import Registry, load_registry

LAB = load_registry()
PAIRS = [(track.id, bench.id) for track in LAB.tracks.values() for bench in LAB.benches(track.id)]

PARAMS = [
    pytest.param(pair, marks=pytest.mark.sweep if is_left_to_sweep(*pair) else (), id="/".join(pair)) for pair in PAIRS
]


@pytest.fixture(params=PARAMS)
def pair(request: pytest.FixtureRequest) -> tuple[Track, Bench]:
    track_id, bench_id = request.param
    return LAB.track(track_id), LAB.bench(track_id, bench_id)


def states(bench: Bench) -> Iterator[dict[str, Value]]:
    """The default, each choice of it, and the presets: some controls matter only at some values of another."""
    yield bench.defaults()
    for preset in bench.presets:
        yield bench.defaults() | dict(preset.values)
    for control in bench.controls:
        if not hasattr(control, "minimum"):
            yield from (bench.defaults() | {control.id: value} for value in control.positions(2))


def test_card_figure_table_and_recorded_try_say_the_same(pair: tuple[Track, Bench], student: Student) -> None:  # L20
    track, bench = pair
    key = ids.bench_key(track.id, bench.id)
    student.lock_all(key)
    for values in list(states(bench))[:3]:
        outcome = bench.run(track, values)
        shown = render(track, bench, values, {}, Screen())
        _, view = student.seen(key, **values)
        for reading in outcome.readings:
            card = view["readings"][reading.id]
            if not isinstance(reading.value, str):
                assert (card["value"], card["unit"]) == quantity(float(reading.value), reading.unit)
        for panel in bench.panels:
            drawing = outcome.panels[panel.id]
            if drawing.point is None:
                continue
            x, y = (axis.place(v) for axis, v in zip((panel.x, panel.y), drawing.point, strict=True))
            places = marks(shown.figures[panel.id]["data"])
            drawn_at = [(panel.x.place(a), panel.y.place(b)) for a, b in places]  # bars are cut by the axis, too
            assert any(near(x, a) and near(y, b) for a, b in drawn_at), (panel.id, drawing.point, places)
            cells = [cell for row in drawing.table().rows for cell in row if not isinstance(cell, str)]
            assert any(near(drawing.point[1], float(cell)) for cell in cells), (panel.id, drawing.point)


def test_what_is_recorded_are_the_readings_of_the_state(pair: tuple[Track, Bench], student: Student) -> None:
    track, bench = pair
    key = ids.bench_key(track.id, bench.id)
    student.lock_all(key)
    told = student.record(key).get_json()["response"]
    rows = json.dumps(told, ensure_ascii=False)
    outcome = bench.run(track, bench.defaults())
    for name in bench.hud:
        reading = outcome.reading(name)
        if not isinstance(reading.value, str):
            assert quantity(float(reading.value), reading.unit)[0] in rows, name


def marks(traces: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Where a figure has its single points, and how high its bars stand, stacked where they share a position."""
    places = [(float(t["x"][0]), float(t["y"][0])) for t in traces if len(t["x"]) == 1 and t["type"] != "bar"]
    bars = [trace for trace in traces if trace["type"] == "bar" and trace.get("orientation") != "h"]
    heights: dict[float, float] = {}
    for trace in bars:
        for at, height in zip(trace["x"], trace["y"], strict=True):
            heights[float(at)] = heights.get(float(at), 0.0) + float(height)
    return [*places, *heights.items()]


def near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-9)


def test_all_twenty_benches_are_asked(registry: Registry) -> None:
    assert len(registry.tracks) == 4
    assert len(PAIRS) >= 16
