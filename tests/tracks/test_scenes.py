"""The scenes of the crises: they say what the Outcome says, tell nothing without one, and decide nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from dashboard.rendering.figures.palette import DARK, LIGHT
from dashboard.rendering.scenes import HEIGHT, NOT_DRAWN, WIDTH, drawn_scene, scene_svg
from tests.states import TRACKS
from tracks import Scene, Shape, SpecError

every_track = pytest.mark.parametrize("track", TRACKS, ids=[track.id for track in TRACKS])


def crisis(track):
    return track.crisis.on(track)


@every_track
def test_a_scene_is_drawn_inside_its_area_in_both_themes(track):
    bench = crisis(track)
    for outcome in (None, bench.run(track, bench.defaults())):
        scene = bench.scene(track, outcome)
        for palette in (LIGHT, DARK):
            drawn = ElementTree.fromstring(scene_svg(scene, palette))
            assert len(drawn) == len(scene.shapes)
        for shape in scene.shapes:
            assert -4 <= shape.x <= WIDTH + 4
            assert -4 <= shape.y <= HEIGHT + 4


@every_track
def test_without_an_outcome_it_has_no_number_of_an_answer(track):
    """Only the fixed sizes of the world: two hundred hearables in a hall."""
    bench = crisis(track)
    assert set(re.findall(r"\d+", bench.scene(track, None).sentence)) <= {"200"}


def numbers(scene):
    return [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", scene.sentence)]


@every_track
def test_its_sentence_follows_the_outcome_and_nothing_else(track):
    bench = crisis(track)
    start = bench.defaults()
    presets = [bench.read({**start, **preset.values}) for preset in bench.presets]
    said = {bench.scene(track, bench.run(track, values)).sentence for values in (start, *presets)}
    assert len(said) > 1, "another state is another picture"
    outcome = bench.run(track, start)
    found = numbers(bench.scene(track, outcome))
    if track.id == "edge_guardian":
        rows = outcome.panels["participation_by_city"].table().rows
        assert found[0] == pytest.approx(sum(row[3] for row in rows), abs=3)
        assert found[2] == pytest.approx(rows[-1][3], abs=0.5)
    elif track.id == "cloud_titan":
        in_memory = float(outcome.reading("hit").value)
        assert found[1] + found[2] == pytest.approx(50 * in_memory, abs=1)
        assert sum(found[1:]) == 50
    elif track.id == "mobile_nomad":
        assert found[0] == pytest.approx(100 * float(outcome.reading("battery").value), rel=0.01)
        assert found[2] == pytest.approx(float(outcome.reading("hottest").value), abs=0.5)
    else:
        assert outcome.panels["mesh_map"].summary.startswith(f"{found[1]:.0f} of {found[0]:.0f} hearables")


def test_a_scene_that_cannot_be_drawn_is_a_sentence(caplog):
    track = TRACKS[0]
    bench = crisis(track)
    for broken in (lambda track, outcome: 1 / 0, lambda track, outcome: "a picture"):
        drawn = drawn_scene(track, replace(bench, scene=broken), None)
        assert (drawn.light, drawn.dark, drawn.sentence) == ("", "", NOT_DRAWN)
    assert "cannot be drawn" in caplog.text
    assert drawn_scene(track, replace(bench, scene=None), None) is None


def test_text_of_an_author_is_text_in_the_picture():
    scene = Scene(shapes=(Shape(kind="text", x=0, y=10, text="<script>&"),), sentence="One.")
    (drawn,) = ElementTree.fromstring(scene_svg(scene, LIGHT))
    assert drawn.text == "<script>&"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "star"}, "kind 'star' is not one of"),
        ({"x": float("nan")}, "x must be a finite number"),
        ({"colour": "#ff0000"}, "colour '#ff0000' is not one of"),
        ({"kind": "text"}, "text must be a non-empty text"),
    ],
)
def test_a_shape_that_has_no_look_is_refused(change, words):
    with pytest.raises(SpecError, match=words):
        Shape(**{"kind": "disc", "x": 0, "y": 0, **change})


def test_a_scene_has_shapes_and_a_sentence():
    with pytest.raises(SpecError, match="has 0 shapes"):
        Scene(shapes=(), sentence="One.")
    with pytest.raises(SpecError, match="sentence must be a non-empty text"):
        Scene(shapes=(Shape(kind="disc", x=0, y=0),), sentence="")
