"""Parts of figures: plain dicts that name their role, in order, rounded to what a screen shows, without any style."""

import math
from itertools import pairwise

import numpy as np
import pytest

from tracks.api import charts

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
MIB = 2.0**20
PIECES = [
    ("weights", 84 * MIB, "weights"),
    ("gradients", 68 * MIB, "gradients"),
    ("optimizer", 137 * MIB, "optimizer"),
    ("activations", 453 * MIB, "activations"),
]
PARTS = {
    "curve": CURVE,
    "point": charts.point(2.0, 0.6, name="here", label="you", value="60%"),
    "limit": charts.limit(5e9, "cap 5 GB", axis="x"),
    "band": charts.band(0.92, 1.0),
    "note": charts.note(1.0, 0.5, "three seeds"),
    "waterfall": charts.waterfall(PIECES, budget=512 * MIB, unit="iB"),
    "stack": charts.stack([PIECES, [("free", 1.0, "free")]], unit="iB"),
    "bars": charts.bars([0.4, 0.8], name="accuracy", labels=("40%", "80%")),
    "spread": charts.spread([0, 1], [0, 1], [1, 2], name="seeds"),
    "mesh": charts.mesh([0, 1], [0, 1], place=[0, 1], stale=[True, False], links=[], bridges=[(0, 1)]),
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS.keys())
def test_a_part_has_three_lists_and_no_style(part):
    assert set(part) == {"data", "shapes", "annotations"}
    bars = [trace for trace in part["data"] if trace["meta"] == "bar"]
    assert style_words(part) <= ({"width"} if bars else set())  # of a bar in units of its axis: where it ends


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
    figure = charts.figure(*(PARTS[name] for name in ("curve", "point", "limit", "band", "note")))
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


def drawn_bars(part):
    """Return (position, base, size, kind) of each bar, in the order of positions and then of bases."""
    found = []
    for trace in part["data"]:
        if trace["meta"] == "bar":
            places, sizes = (trace["y"], trace["x"]) if trace.get("orientation") == "h" else (trace["x"], trace["y"])
            kind = trace["marker"]["color"]
            found += [
                (float(p), float(b), float(s), kind) for p, b, s in zip(places, trace["base"], sizes, strict=True)
            ]
    return sorted(found)


def texts(part, place):
    return [note["texts"] for note in part["annotations"] if note["place"] == place]


class TestWaterfall:
    PART = PARTS["waterfall"]

    def test_each_part_begins_where_the_last_one_ends_and_the_total_ends_at_their_sum(self):
        *parts, within, above = drawn_bars(self.PART)
        assert [kind for *_, kind in parts] == ["weights", "gradients", "optimizer", "activations"]
        assert parts[0][1] == 0
        for (_, base, size, _), (_, following, _, _) in pairwise(parts):
            assert following == pytest.approx(base + size)
        assert (within[0], above[0]) == (4, 4)
        assert (within[1], within[2], above[1]) == (0, 512 * MIB, 512 * MIB)
        assert above[1] + above[2] == pytest.approx(parts[-1][1] + parts[-1][2]) == 742 * MIB

    def test_every_value_the_largest_share_and_the_excess_are_written(self):
        nb = "\u00a0"
        values = ["84", "68", "137", "453", "742"]
        assert texts(self.PART, "over") == [[f"<b>{value}{nb}MiB</b>"] for value in values]
        assert texts(self.PART, "inside") == [["61.1%"], [f"<b>+230{nb}MiB</b>", "<b>+230</b>"]]

    def test_a_bare_excess_is_written_only_in_the_unit_of_the_total(self):
        """1.5 GiB with +512 inside would be read as GiB."""
        part = charts.waterfall([("weights", 1536 * MIB, "weights")], budget=1024 * MIB, unit="iB")
        assert texts(part, "inside")[1] == ["<b>+512\u00a0MiB</b>"]

    @pytest.mark.parametrize("budget", [742 * MIB, 1e12])
    def test_within_the_budget_nothing_is_marked(self, budget):
        part = charts.waterfall(PIECES, budget=budget, unit="iB")
        assert "excess" not in [kind for *_, kind in drawn_bars(part)]
        assert drawn_bars(part)[-1][2] == pytest.approx(742 * MIB)

    def test_a_line_joins_the_end_of_each_bar_to_the_next(self):
        (steps,) = [trace for trace in self.PART["data"] if trace["meta"] == "connector"]
        assert steps["y"][0::3] == pytest.approx(np.cumsum([84, 68, 137, 453]) * MIB)
        assert steps["y"][1::3] == pytest.approx(steps["y"][0::3])
        assert np.isnan(steps["y"][2::3]).all()
        assert steps["x"][1::3] - steps["x"][0::3] == pytest.approx(1 - charts.BAR)

    def test_an_axis_of_budgets_moves_the_bars_and_not_the_words(self):
        part = charts.waterfall(PIECES, budget=512 * MIB, unit="iB", in_budgets=True)
        for ours, usual in zip(drawn_bars(part), drawn_bars(self.PART), strict=True):
            assert ours[1:3] == pytest.approx([value / (512 * MIB) for value in usual[1:3]])
        for where in ("over", "inside"):
            assert texts(part, where) == texts(self.PART, where)

    def test_nothing_at_all_has_no_share(self):
        part = charts.waterfall([("weights", 0.0, "weights")], budget=1.0, unit="iB")
        assert texts(part, "inside") == []

    @pytest.mark.parametrize(
        ("parts", "message"),
        [
            ([], "at least one part"),
            ([("a", 1.0, "free")], "must be one of weights, gradients"),
            ([("a", -1.0, "weights")], "at least 0"),
            ([("a", math.nan, "weights")], "finite"),
        ],
    )
    def test_what_cannot_be_drawn_is_refused_with_what_could(self, parts, message):
        with pytest.raises(ValueError, match=message):
            charts.waterfall(parts, budget=1.0, unit="iB")


class TestStack:
    def test_segments_of_a_row_touch_and_rows_keep_their_positions(self):
        part = charts.stack([PIECES, [("a", 2.0, "part-0"), ("b", 3.0, "part-3"), ("c", 5.0, "free")]], unit="iB")
        rows = [[bar for bar in drawn_bars(part) if bar[0] == place] for place in (0, 1)]
        assert [len(row) for row in rows] == [4, 3]
        for row in rows:
            assert row[0][1] == 0
            for (_, base, size, _), (_, following, _, _) in pairwise(row):
                assert following == pytest.approx(base + size)
        assert [kind for *_, kind in rows[1]] == ["part-0", "part-3", "free"]

    def test_a_name_may_go_without_its_value_where_there_is_little_room(self):
        assert texts(PARTS["stack"], "inside")[0] == ["weights 84\u00a0MiB", "weights"]

    @pytest.mark.parametrize("rows", [[], [[]], [[("a", 1.0, "total")]], [[("a", math.inf, "free")]]])
    def test_what_cannot_be_drawn_is_refused(self, rows):
        with pytest.raises(ValueError, match="stack"):
            charts.stack(rows, unit="iB")


class TestBars:
    def test_they_stand_at_the_categories_or_where_they_are_put(self):
        first, second = drawn_bars(PARTS["bars"])
        assert first == (0, 0, pytest.approx(0.4), "series-0")
        assert second == (1, 0, pytest.approx(0.8), "series-0")
        assert texts(PARTS["bars"], "over") == [["<b>40%</b>"], ["<b>80%</b>"]]
        moved = charts.bars([1, 2], name="a", series=2, at=[-0.2, 0.8], width=0.3)
        assert [(x, kind) for x, _, _, kind in drawn_bars(moved)] == [
            (pytest.approx(-0.2), "series-2"),
            (pytest.approx(0.8), "series-2"),
        ]
        assert moved["data"][0]["width"] == 0.3
        assert moved["annotations"] == []

    @pytest.mark.parametrize("wrong", [{"labels": ("a",)}, {"at": [0]}])
    def test_a_label_or_position_too_few_is_refused(self, wrong):
        with pytest.raises(ValueError, match="for each of 2 values"):
            charts.bars([1, 2], name="a", **wrong)


def test_an_area_runs_along_its_upper_curve_and_back_along_its_lower_one():
    (trace,) = charts.spread([1, 2, 4], [0, 1, 2], [5, 6, 7], name="seeds", series=1)["data"]
    assert trace["x"].tolist() == [1, 2, 4, 4, 2, 1]
    assert trace["y"].tolist() == [5, 6, 7, 2, 1, 0]
    assert (trace["fill"], trace["line"]["color"], trace["meta"]) == ("toself", "series-1", "spread")


class TestMesh:
    PART = charts.mesh(
        [0.0, 1.0, 2.0, 3.0],
        [0.0, 0.1, 0.2, 0.3],
        place=[0, 0, 3, 3],
        stale=[False, True, False, False],
        links=[(0, 1), (2, 3)],
        bridges=[(1, 2)],
        names=[(0.5, 1.0, "Café 2")],
    )

    def test_every_node_is_drawn_once_with_its_place_and_its_age(self):
        nodes = {
            (float(x), float(y)): (trace["marker"]["color"], trace["meta"])
            for trace in self.PART["data"]
            if "marker" in trace
            for x, y in zip(trace["x"], trace["y"], strict=True)
        }
        assert [x for x, _ in sorted(nodes)] == [0, 1, 2, 3]
        assert [nodes[key] for key in sorted(nodes)] == [
            ("series-0", "node"), ("series-0", "stale"), ("series-3", "node"), ("series-3", "node"),
        ]  # fmt: skip

    def test_links_and_bridges_join_the_nodes_they_name_below_the_marks(self):
        roles = [trace["meta"] for trace in self.PART["data"]]
        assert roles[:2] == ["links", "bridges"]
        links, bridges = self.PART["data"][:2]
        assert links["x"].tolist() == pytest.approx([0, 1, math.nan, 2, 3, math.nan], nan_ok=True)
        assert bridges["y"].tolist() == pytest.approx([0.1, 0.2, math.nan], nan_ok=True)

    def test_positions_travel_with_four_decimals(self):
        """Of a map that is 1 wide a ten-thousandth is no pixel, and every node is sent with every state."""
        drawn = charts.mesh([1 / 3], [-2 / 3], place=[0], stale=[False], links=[], bridges=[])["data"][0]
        assert (drawn["x"][0], drawn["y"][0]) == (np.float32(0.3333), np.float32(-0.6667))

    def test_a_place_has_its_name_in_its_hue(self):
        (note,) = self.PART["annotations"]
        assert (note["text"], note["color"], note["x"], note["y"]) == ("Café 2", "label-0", 0.5, 1.0)

    @pytest.mark.parametrize(
        ("wrong", "message"), [({"place": [0]}, "for each node"), ({"place": [0, 4]}, "0 to 3"), ({"stale": []}, "for")]
    )
    def test_a_node_without_a_place_is_refused(self, wrong, message):
        with pytest.raises(ValueError, match=message):
            charts.mesh([0, 1], [0, 1], **{"place": [0, 1], "stale": [False] * 2, "links": [], "bridges": [], **wrong})
