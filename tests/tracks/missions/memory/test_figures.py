"""The bench's figures: parts that add up, one number on card, point and table, and nothing before the lock."""

import math

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings

from dashboard.rendering.figures.style import Mark, Screen, style_figure
from tests.tracks.missions.memory.states import NOMAD, ON, any_state
from tracks.api.quantities import in_words
from tracks.missions.memory.accuracy_gain import published

WATERFALL, MAP, GAIN = "on_device_memory_waterfall", "on_device_memory_map", "gain_by_memory"
every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def panel(one, panel_id):
    """Return a panel or a view by its id."""
    return next(item for outer in one.bench.panels for item in (outer, *outer.views) if item.id == panel_id)


def rows(outcome):
    """Return the waterfall's table by part: training, share, inference."""
    return {row[0]: row[1:] for row in outcome.panels[WATERFALL].table().rows}


# P8
@every_track
def test_the_first_panel_is_a_waterfall_that_switches_to_a_map(one):
    first = one.bench.panels[0]
    assert first.id == WATERFALL
    assert first.x.categories == ("Weights", "Gradients", "Optimizer", "Activations", "Total")
    assert [view.id for view in first.views] == [MAP]
    assert first.views[0].y.categories == ("Training", "Inference")


# P8
@settings(max_examples=60)
@given(drawn=any_state)
def test_card_is_sum_is_point_is_table(drawn):
    one, state = drawn
    outcome = one.run(**state)
    total, gain = (outcome.reading(name).value for name in ("total", "gain"))
    parts = rows(outcome)
    assert math.fsum(parts[name][0] for name in ("Weights", "Gradients", "Optimizer", "Activations")) == pytest.approx(
        total
    )
    assert parts["Total"][0] == total
    assert parts["Total"][0] / parts["Total"][2] == pytest.approx(outcome.reading("amplification").value)
    assert outcome.panels[WATERFALL].point == (4, total)
    assert outcome.panels[GAIN].point == (total, gain)
    assert outcome.panels[GAIN].table().rows[0][2:] == (total, gain)
    headroom = outcome.reading("headroom").value
    assert headroom == pytest.approx(one.track.device.learning_memory_bytes - total)


def bars(figure):
    """Return the bars of a figure, whichever trace they are in: (kind, category, where it begins, how long it is)."""
    found = []
    for trace in figure["data"]:
        if trace["type"] == "bar":
            along, across = ("x", "y") if trace.get("orientation") == "h" else ("y", "x")
            colours = trace["marker"]["color"]
            kinds = [colours] * len(trace[across]) if isinstance(colours, str) else colours
            found += zip(kinds, trace[across], trace["base"], trace[along], strict=True)
    return found


# P8
@every_track
def test_bars_of_the_waterfall_stand_on_one_another(one):
    outcome = one.run()
    figure = outcome.panels[WATERFALL].figure()
    budget, total = one.track.device.learning_memory_bytes, outcome.reading("total").value
    (line,) = [shape["value"] for shape in figure["layout"]["shapes"] if shape["type"] == "line"]
    assert line == budget
    steps = sorted((place, base, size) for _, place, base, size in bars(figure) if place < 4)
    assert [size for *_, size in steps] == pytest.approx([value for value, *_ in list(rows(outcome).values())[:4]])
    assert [base for _, base, _ in steps[1:]] == pytest.approx([base + size for _, base, size in steps[:3]])
    assert sum(steps[-1][1:]) == pytest.approx(total)
    above = {kind: (base, size) for kind, place, base, size in bars(figure) if place == 4}
    assert above["excess"] == pytest.approx((budget, total - budget))


# P8
@every_track
def test_the_map_puts_the_same_buffers_beside_inference(one):
    outcome = one.run(runtime="ideal", batch=1)
    parts, found = rows(outcome), bars(outcome.panels[MAP].figure())
    training = {kind: size for kind, place, _, size in found if place == 0}
    names = ("Weights", "Gradients", "Optimizer", "Activations")
    assert [training[name.lower()] for name in names] == pytest.approx([parts[name][0] for name in names])
    inference = {kind: size for kind, place, _, size in found if place == 1}
    budget = one.track.device.learning_memory_bytes
    assert inference["weights"] + inference["activations"] == pytest.approx(parts["Total"][2])
    assert sum(inference.values()) == pytest.approx(budget), "what is left is drawn as free"


def test_published_points_are_named_and_stand_where_they_were_printed():
    figure = NOMAD.run().panels[GAIN].figure()
    points = {trace["name"]: (trace["x"][0], trace["y"][0]) for trace in figure["data"] if trace["meta"] == "other"}
    written = " ".join(note["text"] for note in figure["layout"]["annotations"] if "text" in note)
    for name in ("FT-Last", "TinyTL-L+B@320", "FT-Full"):
        memory, _, gain = published()[name]
        assert points[name] == pytest.approx((memory, gain), rel=1e-4)
        assert name in written
    table = NOMAD.run().panels[GAIN].table().rows
    assert sum(row[0].startswith("published, batch 8") for row in table) == len(published())
    others = [one.run().panels[GAIN].table().rows for one in ON.values() if one is not NOMAD]
    assert not any(row[0].startswith("published") for table in others for row in table)


@every_track
def test_rank_buys_gain_and_hardly_any_memory_where_activations_lead(one):
    table = [row for row in one.run(rank=4).panels[GAIN].table().rows if row[1].startswith("LoRA") and row[0] != ""]
    by_rank = {int(row[1].split()[-1]): row[2:] for row in table if row[0] == "same state"}
    lowest, highest = by_rank[1], by_rank[max(by_rank)]
    assert highest[1] > 5 * lowest[1]
    share = highest[0] / lowest[0] - 1
    assert in_words(share, "share") in one.run(rank=4).panels[GAIN].summary
    if one.track.id == "cloud_titan":
        assert share < 0.01


# N1
@every_track
def test_limits_alone_are_drawn_before_the_lock(one):
    budget = one.track.device.learning_memory_bytes
    for item in (WATERFALL, MAP, GAIN):
        waiting = panel(one, item).limits()
        assert waiting["data"] == []
        assert budget in [shape.get("value") for shape in waiting["layout"]["shapes"]]


@every_track
@pytest.mark.parametrize("item", [WATERFALL, MAP, GAIN])
def test_default_and_budget_are_inside_the_frame(one, item):
    axes = panel(one, item)
    budget, outcome = one.track.device.learning_memory_bytes, one.run()
    axis = axes.y if item == WATERFALL else axes.x
    assert axis.shows(budget)
    assert axis.shows(outcome.reading("total").value)
    assert (
        outcome.panels[item].summary.split()[0].rstrip(",") in {"Yes", "No"}
        or outcome.panels[item].summary[0].isdigit()
    )


# P8: what the page draws is a valid figure, in every state and on every screen
@settings(max_examples=40, deadline=None)
@given(drawn=any_state)
def test_every_state_can_be_drawn(drawn):
    one, state = drawn
    outcome = one.run(**state)
    for item in (WATERFALL, MAP, GAIN):
        for screen in (Screen(), Screen(dark=True, narrow=True)):
            x, y = outcome.panels[item].point
            lock = Mark(x=x, y=y, text="your lock")
            drawn = outcome.panels[item].figure()
            figure = style_figure(drawn, panel(one, item), screen=screen, revision="r", marks=[lock])
            go.Figure(figure)
