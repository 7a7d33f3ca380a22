"""The bench's two figures: they show the numbers of the cards, are small to send, and show nothing before the lock."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings

from dashboard.rendering.figures.style import Mark, Screen, empty, style_figure
from physics.federation import personalise, simulate
from tests.states import plain
from tests.sweeps import swept
from tests.tracks.missions.convergence.states import GUARDIAN, ON, any_state
from tracks.common.accuracy_figure import sampled_rounds
from tracks.common.federated_runs import excess_loss, participation
from tracks.common.proxy_fleet import city_names, problem
from tracks.missions.convergence.figures import MAX_POINTS
from tracks.missions.convergence.state import learning_of

COMMUNICATION, CONVERGENCE, EXCESS = "convergence_vs_communication", "fleet_convergence", "excess_loss"
every_track = pytest.mark.parametrize("one", swept(ON.values(), kept=[GUARDIAN]), ids=ON.keys())


def trace(figure, name):
    """Return one trace of a figure by its name."""
    (found,) = [item for item in figure["data"] if item["name"] == name]
    return found


def panel(one, panel_id):
    """Return a panel by its id."""
    return next(item for item in one.bench.panels if item.id == panel_id)


# P19: card, point, curve and table row show one number
@settings(max_examples=25)
@given(drawn=any_state)
def test_card_is_point_is_table_row_is_the_end_of_the_curve(drawn):
    one, state = drawn
    outcome = one.preview(**state)
    mean, worst, moved = (outcome.reading(name).value for name in ("mean_accuracy", "worst_city", "moved"))
    drawing, place = outcome.panels[COMMUNICATION], panel(one, COMMUNICATION)
    assert drawing.point == (moved, mean)
    row = drawing.table().rows[-1]
    assert (row[0], row[1]) == ("your setting", state["rounds"])
    assert row[2:5] == pytest.approx((moved, mean, worst))
    figure = drawing.figure()
    city = outcome.reading("worst_city").note.split(",")[0]
    for name, value in (("fleet", mean), (city, worst)):
        line, mark = trace(figure, name), trace(figure, f"{name}, here")
        assert (line["x"][-1], line["y"][-1]) == pytest.approx((moved, value), rel=1e-5)
        assert mark["x"][0] == pytest.approx(place.x.place(moved), rel=1e-5)
        assert mark["y"][0] == pytest.approx(place.y.place(value), rel=1e-5)
    drawing = outcome.panels[CONVERGENCE]
    assert drawing.point[0] == state["rounds"]
    assert drawing.table().rows[-1][2] == drawing.point[1]
    assert trace(drawing.figure(), "fleet")["y"][-1] == pytest.approx(drawing.point[1], rel=1e-5)


@every_track
def test_each_city_stands_after_own_steps_beside_the_shared_model(one):  # P18
    """An independent way: client after client from the last model of the run that a moving slider shows."""
    learning = learning_of(one.track.fleet.seed, one.setting(), seed=0)
    fleet = problem(learning.fleet_seed, learning.alpha)
    run = simulate(
        fleet, rounds=learning.rounds, clients_per_round=None, local_steps=learning.local_steps,
        learning_rate=learning.learning_rate, participation=participation(learning, 1)[0],
    )  # fmt: skip
    drawing = one.run().panels[COMMUNICATION]
    seed = trace(drawing.figure(), "fleet, seed 1")
    assert seed["y"][-1] == pytest.approx(run.accuracy[-1], rel=1e-4)
    rows = {row[0]: row[-1] for row in drawing.table().rows}
    for city, name in enumerate(city_names(one.track)):
        own = [
            personalise(fleet, run.weights, client=k, local_steps=20, learning_rate=learning.learning_rate).own
            for k in range(10 * city, 10 * city + 10)
        ]
        mark = trace(drawing.figure(), f"{name}, 20 own steps")
        assert mark["y"][0] == pytest.approx(np.mean(own), rel=1e-4)
        assert rows[f"{name}, 20 own steps"] == pytest.approx(np.mean(own), rel=1e-6)
    behind = one.run().reading("worst_city").note.split(",")[0]
    assert rows[f"{behind}, 20 own steps"] > rows[f"{behind}, shared model"] + 0.02, "who is left behind gains most"
    moving = one.preview().panels[COMMUNICATION].figure()["data"]
    assert not [item for item in moving if "own steps" in item["name"]]


# P12, P19
@every_track
def test_three_seeds_stand_thin_behind_their_score(one):
    for name in (COMMUNICATION, CONVERGENCE):
        data = one.run().panels[name].figure()["data"]
        seeds = [item for item in data if item["meta"] == "seed"]
        assert len(seeds) == 3
        score = trace({"data": data}, "fleet")
        names = [item["name"] for item in data]
        assert max(names.index(item["name"]) for item in seeds) < names.index("fleet")
        middle = np.mean([item["y"] for item in seeds], axis=0)
        assert np.abs(middle[-10:] - score["y"][-10:]).max() < 0.05
    loss = one.run().panels[CONVERGENCE].figure()["data"]
    assert [float(item["y"][0]) for item in loss if item["meta"] == "seed"] == pytest.approx([np.log(10)] * 3)


@every_track
def test_limits_are_the_tracks_own(one):
    figure = one.run().panels[COMMUNICATION].figure()
    lines = {(s["axis"], s["kind"]): s["value"] for s in figure["layout"]["shapes"] if s["type"] == "line"}
    targets = one.track.targets
    assert lines == {
        ("x", "cap"): one.run().reading("moved").limit,
        ("y", "target"): targets.mean_accuracy,
        ("y", "floor"): targets.worst_city_accuracy,
    }
    (band,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert (band["low"], band["high"]) == (targets.mean_accuracy, 1.0)


def test_the_loss_figure_shows_the_best_loss_and_where_all_clients_settle():
    parts = excess_loss(learning_of(GUARDIAN.track.fleet.seed, GUARDIAN.setting(), seed=0))
    values = [shape["value"] for shape in GUARDIAN.run().panels[CONVERGENCE].figure()["layout"]["shapes"]]
    assert values[1] - values[0] == pytest.approx(parts.drift)
    for outcome in (GUARDIAN.run(algorithm="scaffold", rounds=40), GUARDIAN.preview()):
        lines = outcome.panels[CONVERGENCE].figure()["layout"]["shapes"]
        assert [shape["value"] for shape in lines] == values[:1]


@every_track
def test_the_excess_figure_shows_its_parts_and_their_sum(one):
    drawing = one.run().panels[EXCESS]
    (bars,) = drawing.figure()["data"]
    parts = excess_loss(learning_of(one.track.fleet.seed, one.setting(), seed=0))
    assert list(bars["y"]) == pytest.approx([parts.unfinished, parts.drift, parts.sampling, parts.total], abs=1e-5)
    assert [row[0] for row in drawing.table().rows] == ["unfinished", "drift", "sampling", "all"]
    assert "many local steps pull the average away" in drawing.summary
    moving = one.preview().panels[EXCESS]
    assert [row[0] for row in moving.table().rows] == ["all"]
    assert "follow when the slider rests" in moving.summary


@pytest.mark.parametrize("rounds", [10, 99, 120, 121, 167, 200])
def test_lines_have_no_more_places_than_a_screen_shows_and_keep_both_ends(rounds):
    places = sampled_rounds(rounds, MAX_POINTS)
    assert (places[0], places[-1]) == (1, rounds)
    assert len(places) <= MAX_POINTS
    assert list(places) == sorted(set(places))
    assert max(np.diff(places)) <= 2
    for drawing in GUARDIAN.preview(rounds=rounds).panels.values():
        assert all(len(item["x"]) <= MAX_POINTS + 1 for item in drawing.figure()["data"])


# --- axes ------------------------------------------------------------------------------------------------------------


@every_track
def test_axes_hold_the_default_and_each_of_the_open_decisions_end_to_end(one):
    place = panel(one, COMMUNICATION).x
    for control in one.bench.controls[:3]:
        for value in control.positions(5):
            moved = one.preview(**{control.id: value}).reading("moved").value
            assert place.low <= moved <= place.high or moved < 0.05 * one.run().reading("moved").limit


def test_a_point_off_the_axis_is_clipped_and_the_sentence_still_says_the_number():
    values = {"payload_bytes": 10 * GUARDIAN.track.model.moved_bytes, "rounds": 200, "clients_per_round": 50}
    outcome = GUARDIAN.run(**values)
    drawing, place = outcome.panels[COMMUNICATION], panel(GUARDIAN, COMMUNICATION)
    assert drawing.point[0] > place.x.high
    assert trace(drawing.figure(), "fleet, here")["x"][0] == pytest.approx(place.x.high, rel=1e-5)
    assert "204 GB" in plain(drawing.summary)
    low = GUARDIAN.run(local_steps=100, clients_per_round=2, alpha=0.03)
    assert low.reading("worst_city").value < place.y.low
    city = low.reading("worst_city").note.split(",")[0]
    assert trace(low.panels[COMMUNICATION].figure(), f"{city}, here")["y"][0] == place.y.low
    assert plain(low.panels[COMMUNICATION].summary).endswith(f"{city} {100 * low.reading('worst_city').value:.3g}%.")


# --- sentences -------------------------------------------------------------------------------------------------------


def test_sentences_at_the_default():
    outcome = GUARDIAN.run()
    fleet, city, excess = (outcome.reading(name).value for name in ("mean_accuracy", "worst_city", "loss_above_best"))
    assert re.fullmatch(
        rf"No: the second half of 5.11 GB brought [+−]?0\.\d points; fleet {100 * fleet:.3g}%, Dusty Mesa "
        rf"{100 * city:.3g}%\.",
        plain(outcome.panels[COMMUNICATION].summary),
    )
    assert plain(outcome.panels[CONVERGENCE].summary).endswith(f", {excess:.3g} above the best.")


def test_other_answers_are_given_where_they_are_true():
    learning = GUARDIAN.run(local_steps=1, algorithm="scaffold")
    assert learning.panels[COMMUNICATION].summary.startswith("Yes: the second half of")
    assert "it still falls, by" in learning.panels[CONVERGENCE].summary
    calm = GUARDIAN.run(clients_per_round=50, reliability=1)
    assert plain(calm.panels[CONVERGENCE].summary).startswith("Yes: at 0.")


@settings(max_examples=25)
@given(drawn=any_state)
def test_sentences_answer_their_question_with_the_numbers_of_the_state(drawn):
    one, state = drawn
    outcome = one.preview(**state)
    first, second = (plain(outcome.panels[name].summary) for name in (COMMUNICATION, CONVERGENCE))
    rows = outcome.panels[COMMUNICATION].table().rows
    half = next((row[3] for row in rows if row[1] == state["rounds"] // 2), None)
    if half is not None:
        gain = round(100 * (rows[-1][3] - half), 1) + 0.0
        assert first.startswith("Yes: " if gain >= 1 else "No: ")
        assert f"brought {'+' if gain > 0 else ''}{gain:.3g} point".replace("-", "−") in first
    assert second.startswith(("Yes: ", "No: "))
    assert len(first) < 110
    assert len(second) < 90
    assert re.search(r"[^.]\.$", first + second)


# --- before the lock, and on the page --------------------------------------------------------------------------------


@every_track
def test_before_the_lock_only_limits_are_drawn(one):
    bare = panel(one, COMMUNICATION).limits()
    assert bare["data"] == []
    assert {shape["value"] for shape in bare["layout"]["shapes"] if shape["type"] == "line"} == {
        one.run().reading("moved").limit,
        one.track.targets.mean_accuracy,
        one.track.targets.worst_city_accuracy,
    }
    assert panel(one, CONVERGENCE).limits is None  # the optimum is a result


@every_track
@pytest.mark.parametrize("screen", [Screen(), Screen(dark=True, narrow=True)], ids=["wide", "narrow"])
def test_plotly_accepts_the_dressed_figures(one, screen):
    for values in ({}, {"algorithm": "scaffold", "rounds": 200}, {"clients_per_round": 2, "local_steps": 100}):
        outcome = one.preview(**values)
        for place in one.bench.panels:
            lock = Mark(x=1e12, y=2.0, text="your lock: +50 points")
            drawn = style_figure(outcome.panels[place.id].figure(), place, screen=screen, revision="r", marks=[lock])
            figure = go.Figure(drawn)
            assert figure.layout.xaxis.type == {"category": "linear"}.get(place.x.scale, place.x.scale)
            for item in figure.data:
                if getattr(item, "mode", "") == "markers":
                    assert all(place.x.low <= x <= place.x.high for x in item.x)
                    assert all(place.y.low <= y <= place.y.high for y in item.y)
    for place in one.bench.panels:
        go.Figure(empty(place, screen=screen, revision="r"))


@every_track
def test_cities_have_five_names_of_their_own(one):
    names = city_names(one.track)
    assert len(set(names)) == 5
    assert all(len(name) <= 14 for name in names)
