import dataclasses

import pytest

from tests.tracks.conftest import loaded
from tests.tracks.loading.bodies import A_GOOD, offers, picture, solves
from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.loading.registry import (
    BUILTIN_MODULES,
    BuiltInError,
    UnknownBench,
    UnknownTrack,
    load_registry,
)

# --- built-ins


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("@hookimpl\ndef edgelab_tracks():\n    return [EDGE_GUARDIAN]", "brought by tracks.edge_guardian already"),
        ("from tracks.edge_guardian import edgelab_tracks", "imports the hook"),
        (solves("return None"), "does not work on track 'edge_guardian'"),
    ],
    ids=["import", "duplicate", "again", "solve"],
)
def test_a_broken_built_in_stops_everything(plugins, body, words):
    plugins.builtins += (plugins.module("own_broken", body),)
    with pytest.raises(BuiltInError, match=r"^Built-in 'own_broken'") as error:
        plugins.load()
    assert words in str(error.value)


def test_a_built_in_that_is_not_there_is_named():
    with pytest.raises(BuiltInError, match=r"Built-in 'tracks\.no_such_track'"):
        load_registry(builtins=("tracks.no_such_track",), entry_points=False)


# P1 to P4
def test_the_four_tracks_come_first_in_their_order():
    registry = load_registry(entry_points=False)
    assert list(registry.tracks) == ["cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer"]
    assert [row.name for row in registry.found] == list(BUILTIN_MODULES)


# --- the Registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    orders = {"other_b": None, "last": 9, "second": 1.5, "other_a": None, "first": -1, "third": 2}
    made = (f"replace(BENCH, id='{name}', order={order})" for name, order in orders.items())
    files = {
        "plugin.py": offers(", ".join(made)),
        "last.py": "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, crisis=replace(BENCH, id='a_storm'))]",
    }
    return loaded(tmp_path_factory.mktemp("ordered"), files)


def test_benches_stand_in_their_declared_order_then_that_of_discovery_then_the_crisis(registry):
    mission = ["first", "second", "third", "last", "other_b", "other_a"]
    assert [bench.id for bench in registry.benches("harbour_crane")] == [*mission, "a_storm"]
    assert [bench.id for bench in registry.benches("cloud_titan")] == [*mission, "crisis"]


def test_a_bench_is_settled_on_its_track(plugins):
    plugins.write(
        "plugin.py",
        "def brief(track):\n    return Brief(speaker='CTO', text=track.name, short='s')\n"
        + offers("replace(BENCH, brief=brief, controls=lambda track: BENCH.controls)"),
    )
    registry = plugins.load()
    for track in registry.tracks.values():
        bench = registry.bench(track.id, "downlink")
        assert isinstance(bench, Bench)
        assert bench.brief.text == track.name
        assert bench.defaults() == {"epochs": 5}


def test_solve_may_take_keywords_as_they_come(plugins):
    plugins.write("plugin.py", solves("return solve(track, **given)", "track, **given"))
    assert plugins.found("plugin.py").reason == ""


def test_a_plugins_figures_are_drawn_before_a_student_opens_them(plugins):
    plugins.write(
        "plugin.py",
        "def never():\n    raise AssertionError\n"
        + solves(
            "outcome = solve(track, seed=seed, epochs=epochs)\n"
            "    drawing = replace(outcome.panels['main'], figure=never, table=never)\n"
            "    return replace(outcome, panels={'main': drawing})"
        ),
    )
    assert "AssertionError (plugin.py, line" in plugins.found("plugin.py").reason


def test_track_and_bench_are_found_by_id(registry):
    assert isinstance(registry.track("cloud_titan"), Track)
    assert registry.track("cloud_titan") is registry.tracks["cloud_titan"]
    assert registry.bench("cloud_titan", "second") is registry.benches("cloud_titan")[1]


@pytest.mark.parametrize("bad", ["no_such", "", None, 7, ["cloud_titan"], "x" * 9999])
def test_an_unknown_id_is_answered_with_what_there_is(registry, bad):
    with pytest.raises(
        UnknownTrack, match=r"^There is no track .* There are: edge_guardian, cloud_titan, harbour_crane\.$"
    ) as error:
        registry.track(bad)
    assert len(str(error.value)) < 200, "what was sent is quoted in part only"
    with pytest.raises(UnknownTrack):
        registry.bench(bad, "second")
    with pytest.raises(UnknownTrack):
        registry.benches(bad)
    with pytest.raises(
        UnknownBench, match=r"^Cloud Titan has no bench .* It has: first, second, .*, other_a, crisis\.$"
    ) as error:
        registry.bench("cloud_titan", bad)
    assert isinstance(error.value, KeyError)
    assert len(str(error.value)) < 200, "what was sent is quoted in part only"


def test_nothing_in_it_changes_after_start(registry):
    with pytest.raises(dataclasses.FrozenInstanceError):
        registry.tracks = {}
    with pytest.raises(dataclasses.FrozenInstanceError):
        registry.found[0].reason = "x"
    with pytest.raises(TypeError):
        registry.tracks["cloud_titan"] = None
    with pytest.raises(TypeError):
        registry.missions["cloud_titan"] = {}
    with pytest.raises(TypeError):
        del registry.missions["cloud_titan"]["second"]


def test_two_workers_see_the_same(plugins):
    plugins.write("plugin.py", A_GOOD)
    first, second = plugins.load(), plugins.load()
    assert picture(first) == picture(second)
    assert first.found == second.found


# --- what benches read of a track

PORT = 'TRACK = replace(TRACK, texts={"port": "Rotterdam"})\n'
READS_PORT = (
    'BENCH = replace(BENCH, texts=(TextKey(name="%s", meaning="what the port is called"%s),))\n'
    "@hookimpl\ndef edgelab_benches():\n    return [BENCH]\n"
)


def test_a_track_that_says_what_no_bench_reads_is_left_out_with_the_reason(plugins):
    plugins.write("crane.py", PORT + plugins.offers_track)
    assert "Track 'harbour_crane': texts has 'port', which no bench reads" in plugins.found("crane.py").reason


def test_a_bench_that_reads_it_lets_the_track_in(plugins):
    plugins.write("crane.py", PORT + READS_PORT % ("port", ', otherwise="the port"') + plugins.offers_track)
    assert plugins.found("crane.py").reason == ""


def test_a_bench_that_cannot_do_without_what_a_track_lacks_is_left_out(plugins):
    plugins.write("quay.py", READS_PORT % ("port", ""))
    assert "needs texts['port'] for bench 'downlink': what the port is called" in plugins.found("quay.py").reason
