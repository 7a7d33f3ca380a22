"""Parts of figures: plain dicts that say what they are, in order, rounded to what a screen shows, without any style."""

import numpy as np
import pytest

from tracks import charts

STYLE = {"width", "dash", "opacity", "size", "symbol", "font", "fillcolor", "layer", "cliponaxis"}


def style_words(value):
    """Return every key of a nested part that would be a matter of style."""
    if isinstance(value, dict):
        own = {key for key in value if key in STYLE}
        return own.union(*(style_words(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(style_words(item) for item in value))
    return set()


CURVE = charts.curve([1.0, 2.0, 4.0], [0.5, 0.6, 0.7], name="fleet", label="Fleet", value="70%")
PARTS = {
    "curve": CURVE,
    "point": charts.point(2.0, 0.6, name="here", label="you", value="60%"),
    "limit": charts.limit(5e9, "cap 5 GB", axis="x"),
    "band": charts.band(0.92, 1.0),
    "note": charts.note(1.0, 0.5, "three seeds"),
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS.keys())
def test_a_part_has_three_lists_and_no_style(part):
    assert set(part) == {"data", "shapes", "annotations"}
    assert style_words(part) == set()


def test_a_curve_is_a_line_with_its_name_at_its_right_end():
    (trace,), (note,) = CURVE["data"], CURVE["annotations"]
    assert (trace["type"], trace["mode"], trace["name"], trace["meta"]) == ("scatter", "lines", "fleet", "mean")
    assert trace["line"] == {"color": "series-0"}
    assert trace["x"].tolist() == [1.0, 2.0, 4.0]
    assert trace["y"] == pytest.approx([0.5, 0.6, 0.7])
    assert (note["x"], note["y"], note["place"], note["color"]) == (4.0, pytest.approx(0.7), "end", "label-0")
    assert note["text"] == "<b>Fleet</b> 70%"


@pytest.mark.parametrize("role", ["mean", "seed", "ghost"])
@pytest.mark.parametrize("series", [0, 1, 2, 3])
def test_a_curve_says_its_role_and_its_series(role, series):
    part = charts.curve([0, 1], [0, 1], name="a", series=series, role=role)
    (trace,) = part["data"]
    assert (trace["meta"], trace["line"]["color"]) == (role, f"series-{series}")
    assert part["annotations"] == []  # without a label nothing is written


def test_numbers_travel_in_single_precision():
    values = np.array([1 / 3, 1e12 / 3])
    rounded = charts.significant(values)
    assert rounded.dtype == np.float32
    assert rounded == pytest.approx(values, rel=1e-6)
    assert rounded.nbytes == values.nbytes / 2
    assert charts.curve(values, values, name="a")["data"][0]["x"].dtype == np.float32
    (trace,) = charts.point(1 / 3, 123456789.0, name="b")["data"]
    assert (trace["x"], trace["y"]) == ([0.333333], [123457000.0])


def test_where_the_student_stands_has_the_series_colour_and_an_alternative_is_muted():
    you = charts.point(1, 2, name="here", series=1, label="you", value="2 GB", place="above")
    other = charts.point(1, 2, name="there", series=1, role="other", label="published")
    assert (you["data"][0]["meta"], other["data"][0]["meta"]) == ("you", "other")
    assert you["data"][0]["marker"] == {"color": "series-1"}
    assert (you["annotations"][0]["color"], other["annotations"][0]["color"]) == ("label-1", "muted")
    assert you["annotations"][0]["text"] == "<b>you</b> 2 GB"
    assert you["annotations"][0]["place"] == "above"
    assert charts.point(1, 2, name="here")["annotations"] == []


@pytest.mark.parametrize(
    ("kind", "axis", "text", "colour", "place"),
    [
        ("cap", "x", "<b>cap</b>", "ink", "limit-x"),
        ("target", "y", "cap", "muted", "limit-y"),
        ("floor", "y", "cap", "muted", "limit-y"),
    ],
)
def test_a_limit_goes_right_across_with_its_words(kind, axis, text, colour, place):
    part = charts.limit(0.92, "cap", axis=axis, kind=kind)
    assert part["shapes"] == [{"type": "line", "axis": axis, "value": 0.92, "kind": kind}]
    (note,) = part["annotations"]
    assert note == {"axis": axis, "value": 0.92, "text": text, "color": colour, "place": place}
    assert charts.limit(1, "cap", place="limit-y-right")["annotations"][0]["place"] == "limit-y-right"


def test_a_band_lies_between_two_values_of_one_axis():
    assert charts.band(0.92, 1.0)["shapes"] == [{"type": "rect", "axis": "y", "low": 0.92, "high": 1.0}]
    assert charts.band(1, 2, axis="x")["shapes"][0]["axis"] == "x"
    assert charts.band(1, 2)["data"] == charts.band(1, 2)["annotations"] == []


def test_a_figure_keeps_the_order_of_its_parts():
    figure = charts.figure(*PARTS.values())
    assert [trace["name"] for trace in figure["data"]] == ["fleet", "here"]
    assert [shape["type"] for shape in figure["layout"]["shapes"]] == ["line", "rect"]
    assert [note["text"] for note in figure["layout"]["annotations"]] == [
        "<b>Fleet</b> 70%",
        "<b>you</b> 60%",
        "<b>cap 5 GB</b>",
        "three seeds",
    ]
    assert charts.figure() == {"data": [], "layout": {"shapes": [], "annotations": []}}


def test_parts_are_not_shared_between_figures():
    first, second = charts.figure(CURVE), charts.figure(CURVE)
    first["data"].append({})
    first["layout"]["annotations"].clear()
    assert len(second["data"]) == 1
    assert len(charts.figure(CURVE)["layout"]["annotations"]) == 1
