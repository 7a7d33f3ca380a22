"""A bench may bring cases: benches in a world of their own, which a plugin registers like any other."""

from __future__ import annotations

import pytest

from dashboard.student.mission import steps_of
from tracks.api.checks import SpecError
from tracks.cases import as_case
from tracks.missions import PARADOX

CASE = """
def sea(track):
    devices = sourced(300, "assumed: the buoys of one bay")
    return replace(track, name="Bay", fleet=replace(track.fleet, devices=devices, unit="buoys"))

def told(track):
    return Brief(speaker="CTO", text=f"{track.fleet.devices} {track.fleet.unit}.", short="Is it?")

def counted(track, *, seed, epochs):
    outcome = solve(track, seed=seed, epochs=epochs)
    cost = Reading(id="cost", label="Cost", value=float(track.fleet.devices * epochs))
    return replace(outcome, readings=(cost,))

HOST = replace(BENCH, solve=counted, brief=told, order=2, presets=(Preset(id="p", label="P", values={"epochs": 9}),))

def made(**parts):
    return as_case(HOST, **{"id": "buoys", "title": "Buoys: three hundred", "world": sea, **parts})

def asked(track):
    value = float(track.fleet.devices)
    by = lambda track, **controls: float(track.fleet.devices) + 1
    return (replace(question(lambda track, **controls: Truth(value=value)), high=900, routes=(
        Route(name="one more", value=by, why="It is one too many."),),
        marks=lambda track, value: {"main": (float(track.fleet.devices), value)}),)
"""


def offers(*benches: str) -> str:
    return CASE + f"@hookimpl\ndef edgelab_benches():\n    return [{', '.join(benches)}]\n"


def test_a_plugin_brings_a_bench_with_a_case_in_a_world_of_its_own(plugins):
    """Every function of the case sees the world; the bench and its track are as they were."""
    plugins.write("a.py", offers("HOST", "made(start={'epochs': 7}, predictions=asked)"))
    registry = plugins.load()
    for track in registry.tracks.values():
        host, case = (registry.bench(track.id, name) for name in ("downlink", "buoys"))
        assert [bench.id for bench in registry.benches(track.id)][:2] == ["downlink", "buoys"]
        assert (case.brief.text, case.defaults()) == ("300 buoys.", {"epochs": 7})
        assert host.brief.text == f"{track.fleet.devices} {track.fleet.unit}."
        assert case.run(track, {"epochs": 2}).reading("cost").value == 600
        assert host.run(track, {"epochs": 2}).reading("cost").value == 2 * track.fleet.devices
        (prediction,) = case.predictions
        assert case.truth(track, prediction).value == 300
        assert [value for _, value in case.routes(track, prediction)] == [301]
        assert prediction.marks(track, 5.0) == {"main": (300.0, 5.0)}
        assert case.presets == (), "its bench's presets lead out of its world"
        steps = [(step.id, step.number, step.is_case) for step in steps_of(registry, track)]
        assert steps[:2] == [("downlink", 1, False), ("buoys", 0, True)]


def test_a_case_stands_before_its_bench_where_it_has_the_lower_order(plugins):
    """Also where its file is read first, and beside no other bench, whatever its order."""
    plugins.write("a.py", offers("made(id='first', title='First', order=-1)", "made(id='last', title='Last')"))
    plugins.write(
        "b.py",
        "@hookimpl\ndef edgelab_benches():\n    return [replace(BENCH, order=2), replace(BENCH, id='one', order=1)]",
    )
    registry = plugins.load()
    assert [bench.id for bench in registry.benches("edge_guardian")][:4] == ["one", "first", "downlink", "last"]


@pytest.mark.parametrize(
    ("benches", "words"),
    [
        (
            ["replace(BENCH, id='c', case_of='nobody')"],
            "its bench 'c' is a case of 'nobody', which no track has; there",
        ),
        (
            ["HOST", "made()", "replace(BENCH, id='c', case_of='buoys')"],
            "its bench 'c' is a case of 'buoys', which is a case of 'downlink' itself",
        ),
        (["replace(BENCH, case_of='downlink')"], "it is a case of itself; case_of names another bench"),
        (["replace(BENCH, once=True)"], "once says that a case is the same on every track; give case_of too"),
        (["replace(BENCH, once='yes')"], "once must be True or False"),
        (["replace(BENCH, case_of='No such')"], "case_of: id 'No such' must be lower-case letters"),
        (["replace(BENCH, case_of=7)"], "case_of must be a text"),
        (["HOST", "made(colour='red')"], "Case 'buoys': 'colour' is no part of a bench; there are acts, brief"),
        (["HOST", "made(world=7)"], "Case 'buoys': world must be a function"),
        (["HOST", "made(world=lambda track: None)"], "A world must be a Track, got None"),
        (
            ["HOST", "made(start={'epochs': 99})"],
            "its world cannot be reached by the controls of bench 'downlink': Slider 'epochs': default 99",
        ),
        (["HOST", "made(start={'rounds': 9})"], "start has 'rounds', which is no control of bench 'downlink'"),
        (["HOST", "as_case(made(), id='c', title='C', world=sea)"], "'buoys' is a case itself; make it from the bench"),
    ],
)
def test_a_case_that_cannot_work_is_refused_in_a_sentence_and_the_others_work(plugins, benches, words):
    plugins.write("a.py", offers(*benches))
    plugins.write("b.py", "@hookimpl\ndef edgelab_benches():\n    return [replace(BENCH, id='good')]")
    registry = plugins.load()
    (row,) = [row for row in registry.found if row.reason]
    assert words in row.reason
    assert "good" in [bench.id for bench in registry.benches("edge_guardian")]


def test_a_crisis_is_no_case(plugins):
    crisis = "replace(TRACK, crisis=replace(BENCH, id='storm', case_of='downlink'))"
    plugins.write("a.py", f"@hookimpl\ndef edgelab_tracks():\n    return [{crisis}]")
    reason = plugins.found("a.py").reason
    assert reason.endswith("is a case of 'downlink'; a crisis is a bench, so leave case_of out")


def test_a_part_that_no_bench_has_is_refused_where_the_case_is_made():
    with pytest.raises(SpecError, match="'colour' is no part of a bench"):
        as_case(PARADOX, id="c", title="C", world=lambda track: track, colour="red")
