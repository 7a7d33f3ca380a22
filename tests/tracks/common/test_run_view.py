"""A look into a run shows the run of the curve: its draws, its updates, and in words what one round did."""

from dataclasses import replace

import numpy as np
import pytest

from physics.federation import client_updates
from tests.tracks.missions.convergence.states import GUARDIAN, ON
from tracks.common import run_view
from tracks.common.federated_runs import participation, runs
from tracks.common.proxy_fleet import city_names, fleet_accuracy, problem
from tracks.edge_guardian.drift.bench import BENCH as DRIFT
from tracks.missions.convergence.bench import BENCH
from tracks.missions.convergence.state import learning_of

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


def learning(one=GUARDIAN, *, seed=0, **values):
    return learning_of(one.track.fleet.seed, one.setting(**values), seed=seed)


@every_track
def test_it_is_the_first_run_behind_the_curve(one):
    """Its draws are the curve's, and the models that its updates add up to are as accurate as the curve says."""
    asked = learning(one, rounds=30, seed=2)
    clients = run_view.client_rounds(asked)
    assert (clients.arrived == runs(asked).participation[0]).all()
    sent = client_updates(
        problem(asked.fleet_seed, asked.alpha),
        participation=participation(asked)[0],
        local_steps=asked.local_steps,
        learning_rate=asked.learning_rate,
    )
    assert clients.lengths == pytest.approx(sent.lengths)
    fleet = problem(asked.fleet_seed, asked.alpha)
    curve = runs(asked).accuracy[0]
    assert [fleet_accuracy(fleet, model) for model in sent.models] == pytest.approx(curve.tolist(), abs=1e-12)


def test_invited_arrived_and_angles_fit_together():
    clients = run_view.client_rounds(learning(rounds=40))
    assert (clients.invited.sum(axis=1) == 25).all()
    assert not (clients.arrived & ~clients.invited).any()
    assert (np.isnan(clients.angles) == ~clients.arrived).all()
    assert ((clients.lengths > 0) == clients.arrived).all()


@pytest.mark.parametrize(("bench", "track"), [(BENCH, GUARDIAN.track), (DRIFT, GUARDIAN.track)])
def test_sentence_and_table_say_the_same_of_a_round(bench, track):
    settled = bench.on(track)
    values = settled.defaults()
    last = settled.run_view.count(track, values)
    for number in (1, last):
        drawing = settled.run_view.drawn(track, values, number)
        rows = drawing.table().rows
        arrived = [row for row in rows if row[2] == "arrived"]
        assert drawing.summary.startswith(f"{len(arrived)} of {len(rows)} invited updates arrived")
        angles = {name: [row[4] for row in arrived if row[1] == name] for name in city_names(track)}
        farthest = max((name for name in angles if angles[name]), key=lambda name: np.mean(angles[name]))
        assert f"those of {farthest} most, {np.mean(angles[farthest]):.0f}°" in drawing.summary
        drawn = {trace["name"]: len(trace["x"]) for trace in drawing.figure()["data"]}
        assert drawn == {"not invited": 50 - len(rows), "lost": len(rows) - len(arrived), "arrived": len(arrived)}


def test_a_round_in_which_nothing_arrives_is_said():
    lost = replace(learning(rounds=10), delivered=(0.0,) * 50)
    view = run_view.fleet_run_view(lambda track, seed, values: lost)
    drawing = view.on(GUARDIAN.track).drawn(GUARDIAN.track, {}, 3)
    assert drawing.summary == "0 of 25 invited updates arrived: the shared model stays where it is."
    assert {row[2] for row in drawing.table().rows} == {"lost"}
    drawing.figure()
