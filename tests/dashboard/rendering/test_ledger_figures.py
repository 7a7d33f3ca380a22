"""The ledger's figures: drawn from what the ledger says, on every screen, and without touching what others share."""

from __future__ import annotations

import copy
from itertools import product

import pytest

from dashboard.rendering.figures.axes import base_layout
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.ledger_figures import (
    FARTHEST,
    calibration_figure,
    gap_figure,
    track_figure,
    tries_figure,
)
from dashboard.student.analytics.locks import calibration, lock_records
from dashboard.student.analytics.side_by_side import side_by_side
from dashboard.student.analytics.tries import bench_tries
from tests.dashboard.student.analytics.conftest import Deeds, chain
from tests.figures.flaws import flaws
from tests.figures.geometry import measured
from tracks.api.quantities import read_quantity

SCREENS = [Screen(dark=dark, narrow=narrow) for dark, narrow in product((False, True), repeat=2)]
TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")


@pytest.fixture(scope="module")
def deeds(registry) -> Deeds:
    return Deeds(registry)


def xs(figure, name):
    return [x for trace in figure["data"] if trace["name"] == name and trace["mode"] == "markers" for x in trace["x"]]


@pytest.mark.parametrize("screen", SCREENS)
def test_every_factor_is_drawn_where_it_is_and_said_beside_its_mark(registry, deeds, screen) -> None:
    made = [deed for track in TRACKS for deed in deeds.locks(track, "paradox", sure="certain")]
    locks = lock_records(registry, chain(made))
    drawn = gap_figure(locks, screen, across_tracks=True)
    words = [note["text"] for note in drawn.figure["layout"]["annotations"]]
    for lock in locks:
        (x,) = xs(drawn.figure, f"{lock.place.track_name}, {lock.label}")
        assert x == pytest.approx(lock.factor, rel=1e-4)
        assert abs(x) < FARTHEST**1.5
        assert any(lock.gap in text and lock.confidence_text in text for text in words)
    assert len(drawn.table.rows) == len(locks)
    assert drawn.sentence[0].isdigit()
    scale = drawn.figure["layout"]["xaxis"]
    for value, text in zip(scale["tickvals"], scale["ticktext"], strict=True):
        assert read_quantity(text.rpartition(" ")[0], "x") == pytest.approx(max(value, 1 / value))
        assert text.endswith("high" if value > 1 else "low")


def test_no_word_beside_a_lock_is_struck_by_its_own_line(registry, deeds) -> None:
    farther = {"cloud_titan": "1e-9", "edge_guardian": "0.5", "mobile_nomad": "0.08", "tiny_pioneer": "0.001"}
    made = [deed for track, value in farther.items() for deed in deeds.locks(track, "paradox", ratio=value)]
    locks = lock_records(registry, chain(made))
    drawn = gap_figure(locks, Screen(), across_tracks=True)
    notes = [note for note in drawn.figure["layout"]["annotations"] if note["text"].startswith("<b>")]
    assert len(notes) == len(locks)
    for lock, note in zip(locks, notes, strict=True):
        outwards = {"left"} if lock.factor >= 1 else {"right"}
        assert note["xanchor"] in outwards or abs(note["yshift"]) > 10, (lock.gap, note)


@pytest.mark.parametrize("screen", SCREENS)
def test_tries_are_lines_over_all_axes_and_a_target_is_a_stretch_of_its_own(registry, deeds, screen) -> None:
    place = ("edge_guardian", "memory")
    tried = [deeds.tried(*place, 1), deeds.tried(*place, 2, batch=4), deeds.tried(*place, 3, method="tinytl_bias")]
    (tries,) = bench_tries(registry, chain([*deeds.locks(*place), *tried]))
    drawn = tries_figure(tries, [1, 3], screen)
    names = [trace["name"] for trace in drawn.figure["data"]]
    assert {"try 1", "try 2", "try 3", "gate of Training memory", "gate of Gain kept"} <= set(names)
    gates = {trace["name"]: trace["x"] for trace in drawn.figure["data"] if trace["name"].startswith("gate")}
    assert gates["gate of Training memory"][0] == 0, "at most"
    assert gates["gate of Gain kept"][1] == 1, "at least"
    for item in tries.tries:  # inside the gate or out of it, as the reading was judged then
        (_, high) = gates["gate of Training memory"]
        row = list(drawn.table.columns[1:-1]).index("Training memory")
        line = next(t for t in drawn.figure["data"] if t["name"] == f"try {item.number}" and t["mode"] == "lines")
        assert (line["x"][row] <= high) == (item.reading("total").level != "fail")
    assert all(0 <= x <= 1 for trace in drawn.figure["data"] for x in trace["x"])
    assert drawn.figure["layout"]["xaxis"]["tickvals"] == []
    found = flaws(measured(drawn.figure, 358 if screen.narrow else 1200, drawn.height))
    assert [flaw for flaw in found if flaw[2].startswith("try")] == [], "a line of tries goes to and fro"


def test_a_confidence_is_a_point_from_five_locks_on_with_its_count(registry, deeds) -> None:
    made = [deed for track in TRACKS for deed in deeds.locks(track, "paradox", sure="certain")]
    few = calibration_figure(calibration(lock_records(registry, chain(made))), Screen())
    assert few.figure is None
    assert "too few" in few.sentence
    made += deeds.locks("edge_guardian", "memory", sure="certain")
    classes = calibration(lock_records(registry, chain(made)))
    many = calibration_figure(classes, Screen())
    assert xs(many.figure, "certain") == [3]
    assert any("0 of 5" in note["text"] for note in many.figure["layout"]["annotations"])


def test_the_line_between_either_way_stands_where_the_answer_turns_round(registry, deeds) -> None:  # N8
    made = [deed for track in TRACKS for bench in ("paradox", "memory") for deed in deeds.locks(track, bench)]
    for row in side_by_side(lock_records(registry, chain(made))):
        drawn = track_figure(row, Screen())
        said = [note["text"] for note in drawn.figure["layout"]["annotations"]]
        assert ("as much either way" in said) == (row.bench == "paradox")
        for lock in row.locks:
            assert xs(drawn.figure, f"{lock.place.track_name}, computed") == [pytest.approx(lock.truth, rel=1e-4)]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_figure_leaves_the_layouts_that_others_share_as_they_are(registry, deeds, screen) -> None:
    place = ("edge_guardian", "memory")
    tried = [deeds.tried(*place, 1), deeds.tried(*place, 2, batch=4)]
    (tries,) = bench_tries(registry, chain([*deeds.locks(*place), *tried]))
    base_layout.cache_clear()
    first = copy.deepcopy(tries_figure(tries, [1, 2], screen))
    assert tries_figure(tries, [1, 2], screen) == first
    assert base_layout.cache_info().hits
