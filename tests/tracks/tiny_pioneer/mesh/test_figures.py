"""The Mesh Update's three figures: they show the numbers of the cards, and every one has its table."""

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings

from dashboard.rendering.figures.style import Screen, empty, style_figure
from tests.states import plain
from tests.tracks.tiny_pioneer.mesh.states import GOSSIP_DESIGN, HUB_DESIGN, PIONEER, any_state
from tracks.tiny_pioneer.mesh.airtime import AIRTIME
from tracks.tiny_pioneer.mesh.figures import kinds, used_links
from tracks.tiny_pioneer.mesh.model.places import hall, places
from tracks.tiny_pioneer.mesh.setting import setting_of
from tracks.tiny_pioneer.mesh.state import evaluate

ERROR, MAP, ENERGY = "error_by_round", "mesh_map", "energy_day"
SEED = PIONEER.track.fleet.seed


def trace(figure, name):
    """Return one trace of a figure by its name."""
    (found,) = [item for item in figure["data"] if item["name"] == name]
    return found


# P19: card, point, curve and table row show one number
@settings(max_examples=25, deadline=None)
@given(state=any_state)
def test_card_point_and_table_show_one_number(state):
    outcome = PIONEER.run(**state)
    drawing, value = outcome.panels[ERROR], outcome.reading("error").value
    rounds = 0 if state["mode"] == "local_only" else state["rounds"]
    assert drawing.point == (rounds, value)
    (row,) = [row for row in drawing.table().rows if row[0] == "your setting"]
    assert row[1] == rounds
    shown = row[2] if state["mode"] == "local_only" else row[3] if state["mode"] == "gossip" else row[5]
    assert shown == pytest.approx(value)
    (mark,) = [item for item in drawing.figure()["data"] if item["name"] == "here"]
    assert mark["y"][0] == pytest.approx(min(max(value, 0.05), 20), rel=1e-5)


# P24
def test_first_figure_has_the_local_only_line_and_the_interior_optimum():
    drawing = PIONEER.run(**GOSSIP_DESIGN).panels[ERROR]
    figure = drawing.figure()
    line = trace(figure, "gossip")
    best = trace(figure, "best round of gossip")
    assert 0 < best["x"][0] < 20
    assert best["y"][0] <= 1.0101 * float(np.min(line["y"]))
    assert any("local-only" in note["text"] for note in figure["layout"]["annotations"])
    far = trace(figure, "gossip, four nodes in five")["y"]
    assert far[-1] > line["y"][-1], "at last most err by the mixture, and some of them most of all"
    assert trace(PIONEER.run(**HUB_DESIGN).panels[ERROR].figure(), "hub")["x"][-1] == 20


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ({**GOSSIP_DESIGN, "rounds": 1}, "Yes:"),
        ({**GOSSIP_DESIGN, "rounds": 20}, "No: round 20 is past the best"),
        ({**GOSSIP_DESIGN, "diversity": 30}, "No: silence is best here"),
        ({"mode": "local_only"}, "No: nobody talks"),
        ({"mode": "hub", "rounds": 20, "churn": 0}, "No: round 1 comes within a hundredth"),
    ],
)
def test_summary_answers_whether_another_round_helps(values, begins):
    assert PIONEER.run(**values).panels[ERROR].summary.startswith(begins)


def test_map_shows_two_hundred_nodes_by_place_and_who_is_worse_off():
    outcome = PIONEER.run(**{**GOSSIP_DESIGN, "diversity": 20})
    drawing = outcome.panels[MAP]
    figure = drawing.figure()
    nodes = [item for item in figure["data"] if item["meta"] in ("node", "stale")]
    assert sum(len(item["x"]) for item in nodes) == 200
    hollow = sum(len(item["x"]) for item in nodes if item["meta"] == "stale")
    rows = drawing.table().rows
    assert len(rows) == 200
    assert hollow == sum(row[-1] == "worse than alone" for row in rows) > 0
    assert drawing.summary.startswith(f"{hollow} of 200 hearables err more than alone")
    assert {note["text"] for note in figure["layout"]["annotations"]} >= {"café", "subway", "office", "street"}


def test_map_draws_the_links_that_a_mode_uses():
    assert [len(part) for part in used_links("local_only", "geometric", SEED)] == [0, 0]
    within, between = used_links("gossip", "geometric", SEED)
    assert len(within) + len(between) == len(hall("geometric", SEED).links)
    place = places("geometric", SEED)
    assert (place[within[:, 0]] == place[within[:, 1]]).all()
    assert (place[between[:, 0]] != place[between[:, 1]]).all()
    members, others = used_links("hub", "geometric", SEED)
    assert len(members) + len(others) < 200
    silent = PIONEER.run(mode="local_only").panels[MAP]
    assert "no link is used" in silent.summary
    assert not [item for item in silent.figure()["data"] if item["meta"] in ("links", "bridges")]


def test_the_legend_of_the_map_lies_under_its_lowest_node():
    """Its line of words is 18 pixels high, in a frame of 172 at least."""
    (panel,) = [one for one in PIONEER.bench.panels if one.id == MAP]
    figure = PIONEER.run(**GOSSIP_DESIGN).panels[MAP].figure()
    lowest = min(min(item["y"]) for item in figure["data"] if item["meta"] in ("node", "stale"))
    (legend,) = [note for note in figure["layout"]["annotations"] if note["text"].startswith("hollow")]
    pixel = (panel.y.high - panel.y.low) / 172
    assert legend["y"] + 9 * pixel < lowest
    assert legend["y"] - 9 * pixel > panel.y.low


def test_the_airtime_of_a_round_is_drawn_against_a_stay_and_is_the_reading():
    """The question asks for the time of a flood, so that the first figure has a view with times."""
    for values, begins in (
        ({}, "No: flooding"),
        (GOSSIP_DESIGN, "Yes: a round of gossip"),
        ({"mode": "local_only"}, "Yes: nobody sends"),
    ):
        outcome = PIONEER.run(**values)
        drawing = outcome.panels[AIRTIME]
        assert drawing.summary.startswith(begins)
        figure, rows = drawing.figure(), drawing.table().rows
        assert {"gossip", "flood", "hub"} <= {item["name"] for item in figure["data"]}
        assert any(note["text"] == "a stay 60\u00a0min" for note in figure["layout"]["annotations"])
        (own,) = [row for row in rows if row[0] == "your setting"]
        if drawing.point is None:
            continue
        mode = values.get("mode", "flood")
        state = evaluate(PIONEER.track, setting_of({**PIONEER.bench.defaults(), **values}), seed=0)
        assert own[1] == drawing.point[0] == state.setting.payload_bytes
        assert own[2 + ["gossip", "flood", "hub"].index(mode)] == drawing.point[1] == state.costs.air_s


def test_places_beside_each_other_are_mostly_told_apart_by_hue():
    kind, place = np.array(kinds("geometric", SEED)), places("geometric", SEED)
    links = hall("geometric", SEED).links
    between = links[place[links[:, 0]] != place[links[:, 1]]]
    same = kind[place[between[:, 0]]] == kind[place[between[:, 1]]]
    assert same.mean() < 0.1
    assert set(kind.tolist()) == {0, 1, 2, 3}


def test_energy_bars_add_up_to_the_power_and_stand_at_most_at_the_end_of_their_axis():
    outcome = PIONEER.run()
    drawing = outcome.panels[ENERGY]
    table = dict(drawing.table().rows)
    assert table["Budget"] == pytest.approx(86.4)  # 1 mW for a day
    assert table["Total"] == pytest.approx(outcome.reading("power").value * 86_400)
    assert table["Learning"] + table["Listening"] + table["Sending"] == pytest.approx(table["Total"])
    heights = [float(y) for item in drawing.figure()["data"] for y in item["y"]]
    assert max(heights) == pytest.approx(2 * 86.4)
    assert drawing.summary.startswith("No: 339")
    assert PIONEER.run(**GOSSIP_DESIGN).panels[ENERGY].summary.startswith("Yes: ")


def test_figures_dress_into_valid_plotly_on_every_screen():
    panels = {view.id: view for panel in PIONEER.bench.panels for view in (panel, *panel.views)}
    for screen in (Screen(), Screen(dark=True, narrow=True)):
        for values in ({}, GOSSIP_DESIGN, HUB_DESIGN, {"mode": "local_only"}):
            for name, drawing in PIONEER.run(**values).panels.items():
                drawn = go.Figure(style_figure(drawing.figure(), panels[name], screen=screen, revision="r"))
                assert len(drawn.data) >= 1
        for panel in panels.values():
            go.Figure(empty(panel, screen=screen, revision="r"))


def test_nothing_but_limits_is_drawn_before_the_lock():
    limits = {panel.id: panel.limits() for panel in PIONEER.bench.panels if panel.limits}
    assert set(limits) == {ERROR, ENERGY}
    assert all(figure["data"] == [] for figure in limits.values())
    words = [plain(note["text"]) for figure in limits.values() for note in figure["layout"]["annotations"]]
    assert words == ["target 0.7", "<b>budget 86.4 J</b>"]
