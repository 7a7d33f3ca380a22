import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracks.api.one_bench import check_keeps_its_words, check_refused
from tracks.api.figures import Axis, Drawing, Panel, Table

AXIS = {"label": "GB per device", "unit": "B", "low": 1.0, "high": 1e12}
PANEL = {"id": "main", "question": "Where does it cross?", "x": Axis(**AXIS), "y": Axis(**AXIS)}
TABLE = {"columns": ("share [%]", "bytes"), "rows": ((1, 4e15), (10, 4e16))}
DRAWING = {"figure": dict, "summary": "No: 400 000 times more.", "table": lambda: Table(**TABLE)}
KINDS = {Axis: AXIS, Panel: PANEL, Table: TABLE, Drawing: DRAWING}

NONSENSE = [
    # an axis is fixed, so its range must be one that can be rendered
    (Axis, {"label": None}, "Axis: label must be a text"),
    (Axis, {"unit": 3}, "Axis 'GB per device': unit must be a text"),
    (Axis, {"low": 1e12}, r"low 1e\+12 must be below high 1e\+12"),
    (Axis, {"low": 2e12}, "must be below high"),
    (Axis, {"high": math.inf}, "high must be a finite number, got inf"),
    (Axis, {"low": math.nan}, "low must be a finite number, got nan"),
    (Axis, {"low": "1"}, "low must be a finite number, got '1'"),
    (Axis, {"scale": "log", "low": 0}, "a log scale needs low above 0, got 0"),
    (Axis, {"scale": "sqrt"}, "scale 'sqrt' is not one of linear, log, category, none"),
    # a panel's id is the drawing's name in the outcome
    (Panel, {"id": "Main"}, "Panel: id 'Main' must be lower-case"),
    (Panel, {"question": ""}, "Panel 'main': question must be a non-empty text"),
    (Panel, {"waiting": ""}, "waiting must be a non-empty text"),
    (Panel, {"x": (0, 1)}, r"x must be an Axis, got \(0, 1\)"),
    (Panel, {"y": None}, "y must be an Axis, got None"),
    (Panel, {"views": "map"}, "views must be a tuple of Panel, got 'map'"),
    (Axis, {"scale": "category"}, "a category scale needs the names of its categories"),
    (Axis, {"categories": ("weights",)}, "a category scale needs the names of its categories"),
    (Panel, {"limits": {}}, "limits must be a function, got {}"),
    # a table whose rows do not fit its heads cannot be read aloud
    (Table, {"columns": ["a", "b"]}, "columns must be a tuple of str"),
    (Table, {"rows": [(1, 2)]}, "rows must be a tuple of tuple"),
    (Table, {"rows": ((1, 2, 3),)}, r"row \(1, 2, 3\) has 3 cells for 2 columns"),
    # rendered when requested, never before
    (Drawing, {"figure": {"data": []}}, "figure must be a function"),
    (Drawing, {"table": Table(**TABLE)}, "table must be a function"),
    # the sentence is what a screen reader gets
    (Drawing, {"summary": " "}, "summary must be a non-empty text"),
    (Drawing, {"point": [1, 2]}, r"point must be \(x, y\) or None, got \[1, 2\]"),
    (Drawing, {"point": (1,)}, "point must be"),
    (Drawing, {"point": (1, math.nan)}, "point y must be a finite number, got nan"),
    (Drawing, {"point": ("1", 2)}, "point x must be a finite number, got '1'"),
]


@pytest.mark.parametrize(("kind", "change", "words"), NONSENSE, ids=lambda value: str(value)[:40])
def test_nonsense_is_refused_with_a_sentence_that_names_it(kind, change, words):
    check_refused(kind, KINDS[kind] | change, words)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_words_never_change_and_are_never_made_by_position(kind):
    check_keeps_its_words(kind, KINDS[kind])


def test_a_drawing_is_not_drawn_when_it_is_made():
    def never():
        raise AssertionError

    drawing = Drawing(figure=never, summary="No.", table=never, point=(0.01, 4e16))
    assert drawing.point == (0.01, 4e16)


@given(st.floats(allow_nan=False))
def test_an_axis_places_everything_where_it_can_be_shown(value):
    axis = Axis(**AXIS)
    placed = axis.place(value)
    assert axis.shows(placed)
    assert placed == value or not axis.shows(value)
    assert placed in (value, axis.low, axis.high)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, True), (1e12, True), (0.99, False), (1.01e12, False), (math.nan, False), (math.inf, False)],
)
def test_an_axis_shows_its_range_both_ends_included(value, shown):
    assert Axis(**AXIS).shows(value) is shown
