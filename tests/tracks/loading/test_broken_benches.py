"""A plugin that would fail in class is left out before it, whole; a bench must work on every track."""

import pytest

from tests.tracks.conftest import loaded
from tests.tracks.loading.bodies import A_GOOD, TWO, offers, picture, solves

UNDECLARED = (
    "Verdict(code='too_slow', title='Late', cause='It is.', "
    "reading=Reading(id='loop', label='Loop', value=2, limit=1, unit='s'))"
)

# Every bench below breaks what it declares; it is left out before a student opens it.
BROKEN_BENCHES = {
    # --- it does not settle on every track
    "its controls fail on one track": (
        "def controls(track):\n    if track.id == 'cloud_titan':\n        raise ValueError('no battery')\n"
        "    return BENCH.controls\n" + offers("replace(BENCH, controls=controls)"),
        ["bench 'downlink' does not work on track 'cloud_titan'", "ValueError: no battery", "b_broken.py, line"],
    ),
    "its controls are nonsense on one track": (
        "def controls(track):\n    return BENCH.controls * (2 if track.id == 'cloud_titan' else 1)\n"
        + offers("replace(BENCH, controls=controls)"),
        ["track 'cloud_titan'", "controls has 'epochs' twice"],
    ),
    "its brief is a function of a function": (
        "def brief(track):\n    return brief\n" + offers("replace(BENCH, brief=brief)"),
        ["brief must be a value for the track, got <function"],
    ),
    "its panels are a list": (
        "def panels(track):\n    return list(BENCH.panels)\n" + offers("replace(BENCH, panels=panels)"),
        ["panels must be a tuple of Panel"],
    ),
    # --- solve cannot be called by its controls' ids
    "solve misses a control": (
        solves("return solve", "track, *, seed"),
        ["solve does not accept the keyword 'epochs'"],
    ),
    "solve misses the seed": (solves("return solve", "track, *, epochs"), ["solve does not accept the keyword 'seed'"]),
    "solve takes a control by position only": (
        solves("return solve", "track, epochs, /, *, seed"),
        ["solve does not accept the keyword 'epochs'"],
    ),
    "solve needs what no control gives": (
        solves("return solve", "track, *, seed, epochs, rounds"),
        ["solve needs the keyword 'rounds', which is no control"],
    ),
    # --- its demonstration fails at an end of its slider
    "a demonstration cannot be drawn at an end": (
        "def draw(length):\n    1 / (2 - length)\n    return solve(None, seed=0, epochs=1).panels['main']\n"
        "SHOWN = Demonstration(title='Why', text='Because.', panel=BENCH.panels[0], draw=draw, sliders=(Slider(\n"
        "    id='length', label='Length', unit='', minimum=0, maximum=2, step=1, default=1),))\n"
        "def peek(track, outcome, **controls):\n    return None\n"
        + offers("replace(BENCH, peek=peek, demonstration=SHOWN)"),
        ["demonstration cannot be drawn at length 2", "ZeroDivisionError"],
    ),
    # --- nor can its preview
    "a preview misses what says whether fixes are needed": (
        "def mine(track, *, seed, epochs):\n    return solve(track, seed=seed, epochs=epochs)\n"
        + offers("replace(BENCH, preview=mine)"),
        ["preview does not accept the keyword 'fixes'"],
    ),
    "a preview raises": (
        "def mine(track, *, seed, fixes, epochs):\n    return 1 / 0\n" + offers("replace(BENCH, preview=mine)"),
        ["ZeroDivisionError"],
    ),
    # --- solve does not answer as declared
    "solve raises": (solves("return 1 / 0"), ["ZeroDivisionError", "b_broken.py, line"]),
    "solve exits": (solves("raise SystemExit"), ["SystemExit"]),
    "solve recurses": (solves("return mine(track, seed=seed, epochs=epochs)"), ["RecursionError"]),
    "solve returns nothing": (solves("solve(track, seed=seed, epochs=epochs)"), ["solve must return an Outcome"]),
    "a panel is not drawn": (
        solves("return replace(solve(track, seed=seed, epochs=epochs), panels={})"),
        ["the outcome has no drawing for panel 'main'"],
    ),
    "a HUD reading is missing": (
        solves("return replace(solve(track, seed=seed, epochs=epochs), readings=())"),
        ["the outcome has no reading 'cost' for the HUD"],
    ),
    "a verdict was not declared": (
        solves(f"return replace(solve(track, seed=seed, epochs=epochs), verdicts=({UNDECLARED},))"),
        ["verdict 'too_slow' is not among its failures"],
    ),
    # --- the reveal would fail after the lock
    "a truth raises": (
        "def truth(track, *, epochs):\n    return 1 / 0\n" + offers("replace(BENCH, predictions=(question(truth),))"),
        ["ZeroDivisionError"],
    ),
    "a truth is a bare number": (
        "def truth(track, *, epochs):\n    return 3.0\n" + offers("replace(BENCH, predictions=(question(truth),))"),
        ["prediction 'ratio': truth must return a Truth, got float"],
    ),
    "a truth misses a control": (
        "def truth(track):\n    return Truth(value=3.0)\n" + offers("replace(BENCH, predictions=(question(truth),))"),
        ["the truth of prediction 'ratio' does not accept the keyword 'epochs'"],
    ),
    # --- its crisis is a bench like any other
    "its crisis does not work": (
        "def mine(track, *, seed, epochs):\n    return 1 / 0\n"
        "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, crisis=replace(BENCH, solve=mine))]",
        ["the crisis of its track 'harbour_crane' does not work", "ZeroDivisionError"],
    ),
    # --- an id is taken
    "its track is there already": (
        "@hookimpl\ndef edgelab_tracks():\n    return [EDGE_GUARDIAN]",
        ["track 'edge_guardian' of b_broken.py", "is brought by tracks.edge_guardian already", "another id"],
    ),
    "its track is another plugin's": (
        "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, id='barge')]",
        ["track 'barge' of b_broken.py", "is brought by a_good.py (", "another id"],
    ),
    "its bench is another plugin's": (offers("replace(BENCH, id='uplink')"), ["bench 'uplink'", "a_good.py ("]),
    "it offers a track twice": (
        "@hookimpl\ndef edgelab_tracks():\n    return [TRACK, TRACK]",
        ["track 'harbour_crane' of b_broken.py", "brought by b_broken.py"],
    ),
    "it offers a bench twice": (offers("BENCH, BENCH"), ["bench 'downlink' of b_broken.py", "brought by b_broken.py"]),
    "its bench is called like a crisis": (
        offers("replace(BENCH, id='storm')"),
        ["bench 'storm'", "track 'barge' of a_good.py"],
    ),
    "its crisis is called like a bench": (
        "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, crisis=replace(BENCH, id='uplink'))]",
        ["bench 'uplink' of b_broken.py", "a_good.py ("],
    ),
    "its crisis is called like its own bench": (
        offers("BENCH") + "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, crisis=BENCH)]",
        ["bench 'downlink' of b_broken.py", "brought by b_broken.py"],
    ),
}


GOOD = {"a_good.py": A_GOOD, "c_good.py": offers("replace(BENCH, id='sidelink')")}


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """What the good plugins give when no broken one lies beside them."""
    return picture(loaded(tmp_path_factory.mktemp("good"), GOOD))


# N10
@pytest.mark.parametrize("name", BROKEN_BENCHES)
def test_a_plugin_that_would_fail_in_class_is_left_out_before_it(plugins, without, name):
    for good, text in GOOD.items():
        plugins.write(good, text)
    body, words = BROKEN_BENCHES[name]
    plugins.write("b_broken.py", body)
    registry = plugins.load()
    (row,) = [row for row in registry.found if row.reason]
    assert row.name == "b_broken.py"
    for word in words:
        assert word in row.reason
    assert (
        picture(registry)
        == without
        == {
            "edge_guardian": ["uplink", "sidelink"],
            "cloud_titan": ["uplink", "sidelink"],
            "barge": ["uplink", "sidelink", "storm"],
        }
    )


# N10: a plugin is used whole. Half of one would show a track without the bench its crisis builds on.
def test_a_plugin_with_one_broken_bench_gives_nothing_at_all(plugins):
    plugins.write(
        "plugin.py",
        "def mine(track, *, seed, epochs):\n    return None\n"
        + plugins.offers_track
        + offers("replace(BENCH, id='whole'), replace(BENCH, solve=mine)"),
    )
    registry = plugins.load()
    assert picture(registry) == {"edge_guardian": [], "cloud_titan": []}
    (row,) = [row for row in registry.found if row.reason]
    assert (row.tracks, row.benches) == ((), ())


# --- a bench must work on every track, a track with the course's own benches

PICKY = (
    "def controls(track):\n    if track.id == 'harbour_crane':\n        raise ValueError('cranes have no epochs')\n"
    "    return BENCH.controls\n" + offers("replace(BENCH, id='picky', controls=controls)")
)


@pytest.mark.parametrize("name", ["a_picky.py", "z_picky.py"], ids=["found before the track", "found after it"])
def test_a_plugins_bench_that_fails_on_a_plugins_track_goes_and_the_track_stays(plugins, name):
    plugins.write("m_track.py", plugins.offers_track)
    plugins.write(name, PICKY)
    registry = plugins.load()
    assert picture(registry) == {"edge_guardian": [], "cloud_titan": [], "harbour_crane": []}
    (row,) = [row for row in registry.found if row.reason]
    assert row.name == name
    assert "its bench 'picky' does not work on track 'harbour_crane'" in row.reason


@pytest.mark.parametrize("names", [("a_picky", "b_track"), ("b_picky", "a_track")], ids=["bench first", "track first"])
def test_a_packages_bench_that_fails_on_a_packages_track_goes_and_the_track_stays(plugins, names):
    """Only the course's own benches decide on a track: a stranger's package may not keep another's out."""
    for module, body in zip(names, (PICKY, plugins.offers_track), strict=True):
        plugins.install(module.replace("_", "-"), f"{module} = {plugins.module(module, body)}")
    registry = plugins.load()
    assert picture(registry) == {"edge_guardian": [], "cloud_titan": [], "harbour_crane": []}
    (row,) = [row for row in registry.found if row.reason]
    assert (row.name, row.kind) == (names[0], "package")
    assert "its bench 'picky' does not work on track 'harbour_crane'" in row.reason


@pytest.mark.parametrize("packaged", ["picky", "track"])
def test_a_bench_goes_whether_it_or_the_track_came_in_a_package(plugins, packaged):
    bodies = {"picky": PICKY, "track": plugins.offers_track}
    for name, body in bodies.items():
        if name == packaged:
            plugins.install(name, f"{name} = {plugins.module(name, body)}")
        else:
            plugins.write(f"{name}.py", body)
    registry = plugins.load()
    assert picture(registry) == {"edge_guardian": [], "cloud_titan": [], "harbour_crane": []}
    assert [row.name.removesuffix(".py") for row in registry.found if row.reason] == ["picky"]


def test_a_track_that_one_of_the_courses_benches_cannot_use_goes_although_it_came_in_a_package(plugins):
    """A course with a bench that asks for a word which the track does not have: the track is left out by name."""
    course = plugins.module("course", PICKY)
    plugins.builtins = (*plugins.builtins, course)
    plugins.install("crane", f"crane = {plugins.module('crane', plugins.offers_track)}")
    registry = plugins.load()
    assert "harbour_crane" not in registry.tracks
    (row,) = [row for row in registry.found if row.reason]
    assert "its track 'harbour_crane' does not work with bench 'picky'" in row.reason


def test_what_a_plugin_took_is_free_again_when_it_goes_later(plugins):
    """The picky plugin registers 'ferry' first; once it is removed, the next one that registers it is no duplicate."""
    plugins.write("a_picky.py", PICKY + "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, id='ferry')]\n")
    plugins.write("m_track.py", plugins.offers_track)
    plugins.write("z_ferry.py", "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, id='ferry')]\n")
    registry = plugins.load()
    assert {row.name: row.tracks for row in registry.found if row.kind == "folder"} == {
        "a_picky.py": (),
        "m_track.py": ("harbour_crane",),
        "z_ferry.py": ("ferry",),
    }


def test_a_plugins_track_that_the_course_cannot_use_goes(plugins):
    plugins.builtins += (plugins.module("own_bench", PICKY),)
    plugins.write("track.py", plugins.offers_track)
    registry = plugins.load()
    assert picture(registry) == {"edge_guardian": ["picky"], "cloud_titan": ["picky"]}
    assert "its track 'harbour_crane' does not work with bench 'picky'" in registry.found[-1].reason


def test_a_plugins_track_gets_every_bench_and_its_own_too(plugins):
    plugins.write("a_bench.py", offers("replace(BENCH, id='uplink')"))
    plugins.write("b_both.py", plugins.offers_track + plugins.offers_bench)
    plugins.write("c_bench.py", offers("replace(BENCH, id='sidelink')"))
    every = ["uplink", "downlink", "sidelink"]
    assert picture(plugins.load()) == dict.fromkeys([*TWO, "harbour_crane"], every)
