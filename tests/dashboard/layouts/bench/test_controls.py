"""The instruments: each named, each with its default in sight, none that moves before the lock."""

from __future__ import annotations

import math

import pytest
from dash.development.base_component import Component
from hypothesis import given
from hypothesis import strategies as st

from dashboard.layouts.bench.controls import control_row, explore_section
from dashboard.web import ids
from tests.dashboard.layouts.drawn import every, having, props, text
from tracks.api.bench import Bench
from tracks.api.controls import Slider
from tracks.loading.registry import Registry

KEY = "edge_guardian/downlink"
MODEL = Slider(id="size", label="Model", unit="B", minimum=1e6, maximum=1e10, step=0.05, default=2.1e7, scale="log")


@pytest.fixture
def bench(registry: Registry) -> Bench:
    return registry.bench("edge_guardian", "downlink")


@given(st.floats(min_value=6, max_value=10))
def test_a_position_leads_back_to_its_value(decades: float) -> None:
    """Else moving a slider there and back would change the state."""
    value = MODEL.value_at(decades)
    assert MODEL.value_at(MODEL.position(value)) == value
    assert math.log10(MODEL.minimum) <= MODEL.position(value) <= math.log10(MODEL.maximum)


def test_the_default_stands_at_its_tick_and_in_words() -> None:
    row = control_row(KEY, MODEL, MODEL.default, is_unlocked=True)
    (tick,) = [part for part in every(row) if props(part).get("className") == "default-tick"]
    assert float(props(tick)["style"]["--at"]) == pytest.approx((math.log10(2.1e7) - 6) / 4, abs=1e-3)
    assert "default 21\u00a0MB" in text(row)


def test_every_control_of_a_bench_has_its_row_and_its_value(bench: Bench) -> None:
    section = explore_section(KEY, bench, {}, is_unlocked=True)
    assert having(section, "data-control").keys() == {control.id for control in bench.controls}
    stores = {str(part.id): part.data for part in every(section) if props(part).get("id", {}) and hasattr(part, "data")}
    for control in bench.controls:
        assert stores[str(ids.control(KEY, control.id))] == control.default


def test_before_the_lock_nothing_moves(bench: Bench) -> None:  # N1 L5
    locked_out = explore_section(KEY, bench, {}, is_unlocked=False)
    assert len(instruments(locked_out)) == len(bench.controls)
    assert all(stuck(part) for part in instruments(locked_out))
    assert {"undo", "redo", "reset"}.isdisjoint(having(locked_out, "data-do"))
    opened = explore_section(KEY, bench, {}, is_unlocked=True)
    assert {"undo", "redo", "reset"} <= having(opened, "data-do").keys()
    assert not any(stuck(part) for part in instruments(opened))


def instruments(section: list[Component]) -> list[Component]:
    """What the hand moves."""
    return [part for part in every(section) if dict_id(part).get("kind") in ("slider", "instrument")]


def dict_id(part: Component) -> dict[str, str]:
    name = props(part).get("id")
    return name if isinstance(name, dict) else {}


def stuck(part: Component) -> bool:
    options = getattr(part, "options", None)
    return all(option["disabled"] for option in options) if options else bool(part.disabled)


def test_every_input_has_a_label_that_points_at_it(bench: Bench) -> None:  # N13
    section = explore_section(KEY, bench, {}, is_unlocked=True)
    targets = {props(part)["htmlFor"] for part in every(section) if "htmlFor" in props(part)}
    sliders = [part for part in instruments(section) if getattr(part, "type", "") == "range"]
    assert len(sliders) == sum(isinstance(control, Slider) for control in bench.controls)
    assert {ids.dom(part.id) for part in sliders} <= targets
    labelled = having(section, "aria-labelledby")
    assert ids.dom(ids.instrument(KEY, "codec")) + "-label" in labelled


def test_the_worlds_control_says_so_and_the_students_does_not(bench: Bench) -> None:
    rows = having(explore_section(KEY, bench, {}, is_unlocked=True), "data-control")
    assert "environment" in text(rows["rate_bit_per_s"])
    assert "environment" not in text(rows["model_bytes"])


@pytest.mark.parametrize(("default", "hidden"), [(2e2, ["0"]), (5e5, ["0", "1"]), (9e8, ["1"])])
def test_an_end_hides_where_the_words_of_the_default_reach_it(default: float, hidden: list[str]) -> None:
    """Long words meet an end that is far from the default's tick."""
    fleet = Slider(id="fleet", label="Fleet", unit="devices", minimum=1e2, maximum=1e9, step=0.05,
                   default=default, scale="log")  # fmt: skip
    row = control_row(KEY, fleet, default, is_unlocked=True)
    ends = [
        str(props(part).get("className")) for part in every(row) if "end" in str(props(part).get("className")).split()
    ]
    assert [str(n) for n, name in enumerate(ends) if "gone" in name] == hidden
