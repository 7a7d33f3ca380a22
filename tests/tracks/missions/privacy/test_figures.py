"""Both figures show what the card shows: one engine for point and curve, one accountant for gauge and promise."""

import numpy as np
import pytest

from physics.privacy import epsilon
from tests.states import plain
from tests.tracks.missions.privacy.states import GUARDIAN, ON, PIONEER
from tracks.missions.privacy.figures import ACCURACY_SHOWN, BUDGET, FRONTIER, drawings, frontier
from tracks.missions.privacy.runs import learning_result
from tracks.missions.privacy.setting import setting_of
from tracks.missions.privacy.state import evaluate

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def mine(table):
    """Return the rows that are the student's own."""
    return [row for row in table.rows if row[0] == "your setting"]


def trace(figure, name):
    return next(item for item in figure["data"] if item["name"] == name)


@every_track
@pytest.mark.parametrize("values", [
    {"noise": "central", "epsilon": 0.47, "rounds": 40},
    {"noise": "local", "epsilon": 6.3, "rounds": 40, "participating_share": 0.05},
    {"noise": "secure_aggregation", "epsilon": 1, "rounds": 30},
])  # fmt: skip
def test_card_point_curve_and_table_are_one_number(one, values):  # L17
    state = one.private(**values)
    outcome = one.bench.run(one.track, state)
    drawing = outcome.panels[FRONTIER]
    card = outcome.reading("accuracy").value
    assert drawing.point == (state["epsilon"], card)
    placed = "local" if values["noise"] == "local" else "central"
    line = frontier(evaluate(one.track, setting_of(state), seed=0), placed)
    assert line.mean[np.flatnonzero(line.epsilons == state["epsilon"])[0]] == card
    (row,) = mine(drawing.table())
    assert row[1] == state["epsilon"]
    assert row[5 if placed == "local" else 2] == card  # after the mean, the least and the best seed
    drawn = trace(drawing.figure(), placed)
    place = int(np.argmin(np.abs(np.asarray(drawn["x"]) - state["epsilon"])))
    assert drawn["y"][place] == pytest.approx(max(card, ACCURACY_SHOWN[0]), abs=1e-6)


@every_track
def test_the_central_curve_lies_above_the_local_one_where_the_promise_is_strong(one):  # P16, the observation
    state = evaluate(one.track, setting_of(one.state()), seed=0)
    central, local = (frontier(state, noise) for noise in ("central", "local"))
    assert central.epsilons[0] == 0.1
    weakest = local.mean[0] if local.epsilons[0] == 0.1 else ACCURACY_SHOWN[0]
    assert central.mean[0] > weakest + 0.02


@every_track
def test_a_weaker_promise_costs_less_accuracy(one):
    line = frontier(evaluate(one.track, setting_of(one.private(rounds=40)), seed=0), "local")
    assert (np.diff(line.mean) > -0.01).all()  # one seed gives it to about a point


@pytest.mark.parametrize("deployment", ["centralised", "federated", "federated_dp"])
def test_the_curves_of_the_largest_cohort_are_drawn(deployment):
    values = {"fleet": 1e9, "participating_share": 1, "clip_norm": 0.3, "rounds": 10, "delta": 1e-12}
    outcome = PIONEER.run(deployment=deployment, **values)
    for placement in ("central", "local"):
        assert len(trace(outcome.panels[FRONTIER].figure(), placement)["x"]) > 0


def test_three_seeds_are_drawn_with_their_spread():
    """The point, the band and the table are those of the three runs."""
    state = evaluate(GUARDIAN.track, setting_of(GUARDIAN.private(noise="local", rounds=20)), seed=0)
    drawing = drawings(state)[FRONTIER]
    band = trace(drawing.figure(), "local, 3 seeds")
    assert band["meta"] == "spread"
    (row,) = mine(drawing.table())
    assert row[5:8] == (state.result.accuracy, min(state.result.seeds), max(state.result.seeds))
    place = int(np.argmin(np.abs(np.asarray(band["x"]) - state.setting.epsilon)))
    assert min(state.result.seeds) <= band["y"][place] <= max(state.result.seeds)


@every_track
@pytest.mark.parametrize("deployment", ["federated", "federated_dp"])
def test_while_a_slider_moves_the_point_is_one_run_and_no_other_is_made(one, deployment):
    """Its curves would be runs at six levels of noise and fixes two more, each of three seeds."""
    values = one.private(deployment=deployment, rounds=23, clip_norm=0.7)
    learning_result.cache_clear()
    moving = one.preview(**values)
    figure, table = moving.panels[FRONTIER].figure(), moving.panels[FRONTIER].table()
    assert learning_result.cache_info().misses == 1
    assert [item["name"] for item in figure["data"]] == ["here"]
    assert moving.panels[FRONTIER].point == (values["epsilon"], moving.reading("accuracy").value)
    assert table.rows == (("your setting", values["epsilon"], *table.rows[0][2:]),)
    assert table.rows[0][3] == moving.reading("accuracy").value
    assert all(item.fixes == () for item in moving.verdicts)
    assert "one seed, while the slider moves" in plain(moving.reading("accuracy").formula)
    rested = one.bench.run(one.track, values)
    assert moving.reading("accuracy").value == evaluate(one.track, setting_of(values), seed=0).result.seeds[0]
    assert moving.panels[BUDGET].table() == rested.panels[BUDGET].table()
    assert {"central", "local"} < {item["name"] for item in rested.panels[FRONTIER].figure()["data"]}


@every_track
def test_the_gauge_ends_at_what_the_accountant_says(one):  # N3
    state = one.private(noise="central", epsilon=0.7, rounds=73)
    outcome = one.bench.run(one.track, state)
    drawing, setting = outcome.panels[BUDGET], setting_of(state)
    z = outcome.reading("noise_multiplier").value
    end = epsilon(sampling_rate=setting.rate, noise_multiplier=z, rounds=73, delta=setting.delta)
    assert drawing.point == (73, end)
    assert end == pytest.approx(outcome.reading("epsilon").value, rel=1e-6)
    (row,) = mine(drawing.table())
    assert row[1:] == (73, end)
    drawn = trace(drawing.figure(), "spent")
    assert (drawn["x"][-1], drawn["y"][-1]) == (73, pytest.approx(end, rel=1e-6))
    first = outcome.reading("epsilon_per_round")
    assert drawing.table().rows[0][1:] == (1, first.value)


def test_the_stop_is_drawn_where_the_officers_bound_breaks():
    within = GUARDIAN.bench.run(GUARDIAN.track, GUARDIAN.private(noise="central", epsilon=0.5)).panels[BUDGET]
    assert within.summary.startswith("Yes")
    over = GUARDIAN.bench.run(GUARDIAN.track, GUARDIAN.private(noise="central", epsilon=3, participating_share=0.1))
    drawing = over.panels[BUDGET]
    assert drawing.summary.startswith("No")
    stops = [item["value"] for item in drawing.figure()["layout"]["shapes"] if item.get("axis") == "x"]
    assert len(stops) == 1
    assert f"round {stops[0]} of 100" in plain(drawing.summary)


@every_track
@pytest.mark.parametrize("deployment", ["centralised", "federated"])
def test_without_noise_the_gauge_says_so_and_the_point_is_no_promise(one, deployment):
    outcome = one.run(deployment=deployment)
    fuel, curve = outcome.panels[BUDGET], outcome.panels[FRONTIER]
    assert fuel.point is None
    assert "nothing to book" in fuel.summary
    assert len(fuel.table().rows) == 1
    assert fuel.figure()["data"] == []
    assert "no promise" in curve.summary
    assert trace(curve.figure(), "here")["meta"] == "other"


def test_the_context_changes_against_what_the_accuracy_is_read():  # L2
    central, fleet = (
        GUARDIAN.bench.run(GUARDIAN.track, GUARDIAN.private(noise="central", context=context)).panels[FRONTIER].summary
        for context in ("centralised", "federated")
    )
    assert "all data in one place" in central
    assert "safety accuracy" in fleet


def test_axes_and_limits_are_there_before_the_lock():
    for panel in GUARDIAN.bench.panels:
        assert panel.limits()["data"] == []
    assert PIONEER.bench.panels[1].y.shows(PIONEER.track.targets.epsilon)
