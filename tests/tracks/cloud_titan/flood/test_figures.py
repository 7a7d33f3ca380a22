"""The crisis's figures: card, curve and table agree on every number, and the axes never move."""

import numpy as np
import pytest
from hypothesis import given, settings

from dashboard.rendering.figures.style import Screen, style_figure
from tests.states import plain
from tests.tracks.cloud_titan.flood.states import FLOOD, GB, NODE, TB, TITAN, any_state, run, setting
from tracks.cloud_titan.flood.figures import HITS, MAP, WAIT, capacities, hbm_parts, hit_rates, other_ranks, rates
from tracks.cloud_titan.flood.model.serving import serve


def line(figure, name):
    """Return the x and y of the trace of that name."""
    trace = next(trace for trace in figure["data"] if trace["name"] == name)
    return np.asarray(trace["x"], dtype=float), np.asarray(trace["y"], dtype=float)


# P21
@pytest.mark.parametrize("eviction", ["lru", "pinned"])
def test_both_tiers_stand_on_the_curve(eviction):
    outcome = run(eviction=eviction)
    figure = outcome.panels[HITS].figure()
    x, y = line(figure, "rank 16")
    for name, place in (("HBM", 250 * GB), ("with host memory", 500 * GB)):
        (at,), (hit,) = line(figure, name)
        assert at == pytest.approx(place)
        assert hit == pytest.approx(np.interp(np.log(place), np.log(x), y), abs=0.004)
    assert outcome.panels[HITS].point == pytest.approx((500 * GB, outcome.reading("hit").value))


# P21: rank is a cache-capacity decision
def test_half_the_rank_moves_the_whole_curve_to_half_the_memory():
    own, half = setting(rank=16), setting(rank=8)
    rooms = capacities()
    assert hit_rates(NODE, half, rooms / 2) == pytest.approx(hit_rates(NODE, own, rooms))
    figure = run().panels[HITS].figure()
    assert {trace["name"] for trace in figure["data"]} >= {"rank 8", "rank 16", "rank 32"}


def test_the_figure_says_what_all_adapters_weigh():
    drawing = run().panels[HITS]
    assert plain(drawing.summary) == (
        "16.6%: at 131 MB each the memories hold 3 814 of 1 000 000 adapters; all weigh 131 TB."
    )
    assert any("all 131" in note["text"] for note in drawing.figure()["layout"]["annotations"])


def test_without_host_memory_the_student_stands_at_hbm():
    outcome = run(host_bytes=0.0)
    figure = outcome.panels[HITS].figure()
    (mark,) = [trace for trace in figure["data"] if trace["meta"] == "you"]
    assert mark["name"] == "HBM"
    assert outcome.panels[HITS].point == pytest.approx((250 * GB, outcome.reading("hit").value))


@pytest.mark.parametrize("values", [{}, {"rank": 8, "eviction": "pinned"}, {"rank": 4, "request_rate": 200}])
def test_the_student_stands_on_the_curve_of_the_wait(values):
    outcome = run(**values)
    figure = outcome.panels[WAIT].figure()
    x, y = line(figure, f"rank {outcome.decision['rank']}")
    (at,), (wait,) = line(figure, "you")
    assert (at, wait) == pytest.approx(
        (outcome.decision["request_rate"], outcome.reading("first_token").value), rel=1e-5
    )
    assert np.log(wait) == pytest.approx(np.interp(np.log(at), np.log(x), np.log(y)), abs=0.25)
    assert (np.diff(y) >= -1e-9).all()  # more requests never wait less


def test_the_summaries_answer_the_question():
    assert run().panels[WAIT].summary.startswith("No: at 90 requests a second the drive is at 140%")
    assert run(rank=8).panels[WAIT].summary.startswith("No: at 90 requests a second one request in a hundred waits")
    assert run(rank=8, eviction="pinned").panels[WAIT].summary.startswith("Yes: at 90")


def test_the_map_fills_the_cards():
    for values in ({}, {"hbm_bytes": 400 * GB}, {"hbm_bytes": 0, "batch": 64}, {"batch": 256}):
        one = setting(**values)
        parts = hbm_parts(NODE, one, serve(NODE, one))
        assert sum(size for _, size, _ in parts) == pytest.approx(NODE.gpus * NODE.gpu_memory_bytes)
    assert "96 of 96 requests" in run().panels[MAP].summary
    assert "55 of 96 requests" in run(hbm_bytes=400 * GB).panels[MAP].summary


def test_tables_hold_what_is_drawn():
    outcome = run()
    tables = {name: drawing.table() for name, drawing in outcome.panels.items()}
    assert tables[HITS].rows[0][:2] == ("HBM", 250 * GB)
    assert tables[HITS].rows[0][2] == pytest.approx(0.129, abs=1e-3)
    assert tables[WAIT].rows[0] == (
        "your setting", 90.0, pytest.approx(outcome.reading("first_token").value), pytest.approx(0.0600, abs=1e-3),
        pytest.approx(serve(NODE, setting(rank=32)).first_token_s),
    )  # fmt: skip
    assert len(tables[WAIT].rows) == len(rates()) + 1
    assert [row[0] for row in tables[MAP].rows] == ["weights", "KV cache", "adapters", "free", "workspace"]


def test_other_ranks_stay_on_the_control():
    assert [other_ranks(setting(rank=rank)) for rank in (4, 7, 16, 33, 64)] == [(8,), (14,), (8, 32), (16,), (32,)]


@settings(max_examples=30)
@given(values=any_state)
def test_every_state_draws_inside_the_axes(values):
    outcome = run(**values)
    for panel in FLOOD.panels:
        drawing = outcome.panels[panel.id]
        figure = drawing.figure()
        dressed = style_figure(figure, panel, screen=Screen(), revision="x", marks=(), place="right")
        assert dressed["data"]
        if panel.id != MAP:
            for trace in figure["data"]:
                x, y = (np.asarray(trace[name], dtype=float) for name in "xy")
                low, high = panel.y.low * (1 - 1e-6), panel.y.high * (1 + 1e-6)
                assert ((x >= panel.x.low * (1 - 1e-6)) & (x <= panel.x.high * (1 + 1e-6))).all()
                assert ((y >= low) & (y <= high)).all()
        assert drawing.table().rows
    assert FLOOD.on(TITAN).panels == FLOOD.panels


def test_the_lock_is_drawn_at_the_memory_that_the_pinned_adapters_take():
    (prediction,) = FLOOD.predictions
    (x, y) = prediction.marks(TITAN, 0.2)[HITS]
    assert (x, y) == pytest.approx((1.31 * TB, 0.2), rel=1e-3)
