"""A drawn prediction: the number is read off it, a faulty drawing stops no lock, and every stored one can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboard.student.drawn_curve import Undrawn, stored_points
from dashboard.student.predictions import Locked, draft_from, locked_draft, problems
from dashboard.student.reveal import reveal
from dashboard.web import ids
from tests.http_student import Student, said
from tracks import Curve, SpecError

KEY = "edge_guardian/convergence"
DRAWN = ["60", "80", "0.9", "92%", "94.5"]


@pytest.fixture
def prediction(student: Student) -> Any:
    return student.bench(KEY).predictions[0]


def draft(prediction: Any, anchors: Any = DRAWN, **parts: Any) -> Any:
    whole = {"mechanism": prediction.mechanisms[0].id, "confidence": "guess", "anchors": anchors}
    return draft_from({**whole, **parts})


def test_the_number_is_the_difference_of_the_last_two_heights(prediction: Any) -> None:
    """94.5% after 100 rounds less 92% after 50 of them: 2.5 points; 0.9 in a box of percent is 0.9%, outside."""
    anchors = ["60", "80", "90", "92%", "94.5"]
    read = draft(prediction, anchors).with_read_off(prediction)
    assert read.number(prediction) == pytest.approx(2.5)
    assert problems(prediction, read) == {}
    assert draft(prediction, anchors, value="1").with_read_off(prediction).value == "1", "a number that was typed stays"


@pytest.mark.parametrize(
    ("anchors", "words"),
    [
        (["60", "", "90", "92", "94"], "no point at 10."),
        (["60", "80", "90", "92"], "no point at 100."),
        (DRAWN, "at 25, 0.9%, lies outside 50% to 100%"),
        (["60", "80", "about", "92", "94"], "cannot be read at 25"),
        (["60", "80", None, "92", "94"], "no point at 25"),
    ],
)
def test_a_faulty_drawing_is_a_sentence_and_the_lock_works_without(student: Student, anchors: Any, words: str) -> None:
    prediction = student.bench(KEY).predictions[0]
    faulty = draft(prediction, anchors, value="1")
    assert words in faulty.drawing_problem(prediction)
    assert problems(prediction, faulty) == {}
    assert "curve" not in faulty.as_locked(prediction)
    assert words in problems(prediction, draft(prediction, anchors))["value"], "without a number it is what is missing"
    entered = {f"anchor_{number}": text for number, text in enumerate(anchors)} | faulty.as_dict()
    review = said(student.press(KEY, "review", prediction=prediction.id, entered=entered))
    assert "The number is locked without it." in review
    assert student.lock(KEY, prediction, anchors=anchors).status_code == 200
    assert "Your lock and what is computed" in said(student.page(f"/{KEY}"))


def test_a_number_that_is_not_the_drawings_is_asked_to_be_changed(prediction: Any) -> None:
    anchors = ["60", "80", "90", "92", "94.5"]
    assert problems(prediction, draft(prediction, anchors, value="2.6")) == {}, "as near as a hand can draw"
    found = problems(prediction, draft(prediction, anchors, value="1"))
    assert "reads +2.5" in found["value"]
    assert "change one of the two" in found["value"]


def test_the_drawing_is_locked_with_the_number_and_revealed_over_the_curve(student: Student) -> None:
    prediction = student.bench(KEY).predictions[0]
    anchors = ["60", "80", "90", "92", "94.5"]
    assert student.lock(KEY, prediction, value="2.5", anchors=anchors).status_code == 200
    track, bench = student.registry.track("edge_guardian"), student.bench(KEY)
    page = json.dumps(student.page(f"/{KEY}").get_json())
    places = [place for _, place in prediction.curve.at]
    (figure,) = _figures(json.loads(page), ids.slot(KEY, f"reveal_{prediction.id}"))
    (trace,) = [one for one in figure["data"] if one["name"] == "your drawing"]
    assert trace["x"] == pytest.approx(places)
    assert trace["y"] == pytest.approx([0.6, 0.8, 0.9, 0.92, 0.945])
    assert "60%, 80%, 90%, 92%, 94.5%" in page
    assert bench.truth(track, prediction).value == pytest.approx(0, abs=1)


def _figures(part: Any, wanted: Any) -> list[Any]:
    """The figures of the graph of that id in a page."""
    if isinstance(part, list):
        return [found for item in part for found in _figures(item, wanted)]
    if not isinstance(part, dict):
        return []
    own = [part["figure"]] if part.get("id") == wanted and "figure" in part else []
    return own + [found for item in part.values() for found in _figures(item, wanted)]


def test_what_another_version_stored_is_read_or_said(student: Student) -> None:
    """A lock from before, one by a later version with other anchors, and drawings that cannot be shown."""
    track, bench = student.registry.track("edge_guardian"), student.bench(KEY)
    prediction = bench.predictions[0]
    stored = draft(prediction, None, value="1").as_locked(prediction)
    assert "curve" not in stored
    good = {"panel": prediction.curve.panel, "x": [1e8, 1e9, 2e9], "y": [0.6, 0.7, 0.8]}
    assert len(stored_points(prediction.curve, good)) == 3
    for change, words in (
        ({"x": [1e9, 1e8, 2e9]}, "cross"),
        ({"y": [0.6, 0.7]}, "missing"),
        ({"y": [0.6, 0.7, 4]}, "outside"),
        ({"y": [0.6, None, 0.8]}, "cannot be read"),
        ({"panel": "another"}, "has changed since"),
    ):
        with pytest.raises(Undrawn, match=words):
            stored_points(prediction.curve, {**good, **change})
        locked = Locked(draft=locked_draft({**stored, "curve": {**good, **change}}), time="2026-01-01T00:00:00+00:00")
        (item,) = reveal(track, bench, {prediction.id: locked})
        assert item.drawn == ()
        assert words in item.drawn_sentence


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"at": (("2", 2.0),) * 5}, "must ascend"),
        ({"at": (("2", 2.0), ("3", 3.0))}, "at has 2 entries; there are five anchors"),
        ({"weights": (1.0,)}, "weights has 1 entries"),
        ({"low": 2.0}, "low 2 must be below high 1"),
        ({"label": ""}, "label must be a non-empty text"),
    ],
)
def test_a_curve_that_cannot_be_drawn_is_refused_when_it_is_made(change: dict[str, Any], words: str) -> None:
    given = {
        "panel": "main",
        "label": "height",
        "at": tuple((str(n), float(n)) for n in range(5)),
        "weights": (0.0, 0.0, 0.0, -1.0, 1.0),
    }
    with pytest.raises(SpecError, match=words):
        Curve(**{**given, **change})
