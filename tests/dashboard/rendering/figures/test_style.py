"""A figure in the lab's look: valid plotly, everything in its frame, axes that can be read."""

from __future__ import annotations

import copy
import json
import math
from itertools import pairwise
from typing import get_args

import plotly.graph_objects as go
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dashboard.rendering.figures.axes import FigurePlace
from dashboard.rendering.figures.style import DARK, GRAPH_CONFIG, LIGHT, Mark, Screen, empty, style_figure, ticks
from tests.figures.flaws import flaws
from tests.figures.geometry import measured
from tracks.api import charts
from tracks.api.figures import Axis, Panel
from tracks.api.quantities import read_quantity
from tracks.loading.registry import Registry

X = Axis(label="share", unit="share", low=0.01, high=0.1, scale="log")
Y = Axis(label="bytes a day", unit="B", low=1e9, high=1e15, scale="log")
PLAIN = Axis(label="points", unit="points", low=-2, high=8)
PANEL = Panel(id="p", question="Which?", x=X, y=Y, limits=lambda: charts.figure(charts.limit(1e12, "cap 1 TB")))
LINEAR = Panel(id="q", question="How many?", x=PLAIN, y=PLAIN)
SCREENS = [Screen(dark=dark, narrow=narrow) for dark in (False, True) for narrow in (False, True)]
UNITS = ("", "B", "iB", "share", "x", "s", "J", "W", "bit/s", "points", "steps", "°C")


def drawn(value: float = 1e12) -> dict:
    """A figure with a part of every kind."""
    return charts.figure(
        charts.band(1e10, 1e11),
        charts.limit(1e12, "cap 1 TB"),
        charts.limit(0.02, "target", axis="x", kind="target"),
        charts.limit(1e13, "floor", kind="floor", place="limit-y-right-below"),
        charts.curve([0.01, 0.1], [1e10, value], name="mean", label="Federated", value="1 TB"),
        charts.curve([0.01, 0.1], [1e10, 1e11], name="seed", role="seed", series=1),
        charts.curve([0.01, 0.1], [2e10, 2e11], name="ghost", role="ghost", series=2),
        charts.point(0.03, value, name="you", label="you", value="1 TB"),
        charts.point(0.05, 1e13, name="other", role="other", series=3),
        charts.note(0.02, 1e14, "a note", place="above"),
    )


def dressed(figure: dict | None = None, panel: Panel = PANEL, *, screen: Screen = SCREENS[0], **more) -> dict:
    return style_figure(figure or drawn(), panel, screen=screen, **{"revision": "r", **more})


class TestPlotlyTakesIt:
    @pytest.mark.parametrize("screen", SCREENS, ids=str)
    @pytest.mark.parametrize("place", get_args(FigurePlace))
    def test_every_part_on_every_screen(self, screen: Screen, place: FigurePlace) -> None:
        marks = (Mark(x=0.03, y=1e11, text="your lock: 3×"),)
        go.Figure(dressed(screen=screen, place=place, marks=marks))  # raises on a property that plotly does not know
        go.Figure(empty(PANEL, screen=screen, revision="r", place=place))

    def test_every_panel_of_every_bench(self, registry: Registry) -> None:
        for track in registry.tracks.values():
            for bench in registry.benches(track.id):
                outcome = bench.run(track, bench.defaults())
                for panel in bench.panels:
                    go.Figure(dressed(outcome.panels[panel.id].figure(), panel))
                    go.Figure(empty(panel, screen=SCREENS[3], revision="r"))

    def test_the_drawing_itself_is_left_as_it_was(self) -> None:
        """Table, export and the next request read the same drawing."""
        figure = drawn()
        before = copy.deepcopy(figure)
        dressed(figure, marks=(Mark(x=0.03, y=1e11, text="lock"),))
        assert repr(figure) == repr(before)

    def test_one_figure_leaves_nothing_on_the_next(self) -> None:
        plain = json.dumps(dressed(charts.figure())["layout"])
        dressed(marks=(Mark(x=0.03, y=1e11, text="lock"),))
        empty(PANEL, screen=SCREENS[0], revision="r")
        assert json.dumps(dressed(charts.figure())["layout"]) == plain

    def test_no_name_of_a_role_is_left_for_plotly_to_puzzle_over(self) -> None:
        text = repr(dressed(marks=(Mark(x=0.03, y=1e11, text="lock"),)))
        assert "series-" not in text
        assert "label-" not in text
        assert "meta" not in text


class TestPositions:
    def test_on_a_logarithmic_axis_words_stand_at_the_logarithm_and_lines_at_the_value(self) -> None:
        layout = dressed()["layout"]
        (cap,) = [note for note in layout["annotations"] if note["text"] == "<b>cap 1 TB</b>"]
        (target,) = [note for note in layout["annotations"] if note["text"] == "target"]
        (you,) = [note for note in layout["annotations"] if note["text"] == "<b>you</b> 1 TB"]
        assert cap["y"] == pytest.approx(12)
        assert target["x"] == pytest.approx(math.log10(0.02))
        assert (you["x"], you["y"]) == pytest.approx((math.log10(0.03), 12))
        assert 1e12 in [shape["y0"] for shape in layout["shapes"] if shape["type"] == "line"]
        assert layout["yaxis"]["range"] == pytest.approx([9, 15])

    def test_on_a_linear_axis_both_stand_at_the_value(self) -> None:
        figure = charts.figure(charts.limit(3, "limit"), charts.note(1, 2, "here"))
        layout = dressed(figure, LINEAR)["layout"]
        heights = {note["text"]: note["y"] for note in layout["annotations"]}
        assert (heights["<b>limit</b>"], heights["here"]) == (3, 2)
        assert layout["xaxis"]["type"] == "linear"

    @pytest.mark.parametrize("value", [9.9e8, 1.1e15, math.inf, math.nan])
    def test_a_limit_off_the_axis_is_left_out_with_its_words(self, value: float) -> None:
        layout = dressed(charts.figure(charts.limit(value, "cap")))["layout"]
        assert layout["shapes"] == []
        assert "<b>cap</b>" not in [note["text"] for note in layout["annotations"]]

    @pytest.mark.parametrize("value", [1e9, 1e15])
    def test_a_limit_at_the_axis_end_is_drawn(self, value: float) -> None:
        assert len(dressed(charts.figure(charts.limit(value, "cap")))["layout"]["shapes"]) == 1

    def test_a_band_ends_where_the_axis_does(self) -> None:
        (band,) = dressed(charts.figure(charts.band(1e3, 1e12)))["layout"]["shapes"]
        assert (band["y0"], band["y1"]) == (1e9, 1e12)

    @given(
        st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from([PANEL, LINEAR]),
    )  # fmt: skip
    @example(1e-12, 1e300, PANEL)
    def test_the_lock_is_inside_the_frame_however_far_off_it_was(self, x: float, y: float, panel: Panel) -> None:  # L10
        figure = dressed(charts.figure(), panel, marks=(Mark(x=x, y=y, text="your lock: 3×"),))
        (trace,) = figure["data"]
        (stem,) = figure["layout"]["shapes"]
        (words,) = [note for note in figure["layout"]["annotations"] if "your lock" in note["text"]]
        for axis, name in ((panel.x, "x"), (panel.y, "y")):
            assert axis.shows(trace[name][0])
            assert axis.shows(stem[f"{name}0"])
            assert axis.shows(stem[f"{name}1"])
            low, high = figure["layout"][f"{name}axis"]["range"]
            assert low <= words[name] <= high

    def test_the_lock_says_what_was_locked_and_is_told_from_the_students_point_by_its_shape(self) -> None:
        figure = dressed(marks=(Mark(x=0.03, y=1e11, text="your lock: 3×"),))
        symbols = [trace["marker"]["symbol"] for trace in figure["data"] if "marker" in trace]
        assert symbols.count("square") == 1
        assert "<b>your lock: 3×</b>" in [note["text"] for note in figure["layout"]["annotations"]]


class TestWordsOnLines:
    @pytest.mark.parametrize("value", [-2.0, -1.4, 3.0, 7.7, 8.0])
    def test_the_words_of_an_upright_limit_stand_in_the_figure_and_off_its_line(self, value: float) -> None:
        """ "stop: round 410" cut at the edge reads "stop: round 4"."""
        figure = charts.figure(charts.limit(value, "stop: round 410", axis="x", kind="floor"))
        assert flaws(measured(dressed(figure, LINEAR), 605, 296)) == []

    @pytest.mark.parametrize("height", [-2.0, 2.6, 3.0, 3.4, 8.0])
    def test_the_words_of_level_limits_keep_off_a_curve_and_each_other(self, height: float) -> None:
        flat = charts.curve([-2, 8], [height, height], name="mean", label="Fleet", value="3")
        limits = (charts.limit(3, "fleet target", kind="target"), charts.limit(2.9, "city floor", kind="floor"))
        figure = dressed(charts.figure(flat, *limits), LINEAR)
        assert flaws(measured(figure, 605, 296)) == []
        words = {note["text"]: note["y"] for note in figure["layout"]["annotations"]}
        assert (words["fleet target"], words["city floor"]) == (3, 2.9), "each is tied to its own line"


class TestPalettes:
    def test_both_name_the_same_roles_and_share_no_colour_of_text_or_ground(self) -> None:
        assert LIGHT.keys() == DARK.keys()
        assert all(LIGHT[role] != DARK[role] for role in LIGHT)

    @pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
    def test_words_reach_the_contrast_of_wcag_and_lines_that_of_graphics(self, palette) -> None:  # N13
        words = ("ink", "ink-2", "muted", "label-0", "label-1", "label-2", "label-3")
        assert all(contrast(palette[role], palette["paper"]) >= 4.5 for role in words)
        lines = ("edge", "ghost")
        assert all(contrast(palette[role], palette["paper"]) >= 3 for role in lines)

    def test_a_dark_figure_has_no_colour_of_the_light_one(self) -> None:
        marks = (Mark(x=0.03, y=1e11, text="lock"),)
        light, dark = (repr(dressed(screen=Screen(dark=d), marks=marks)) for d in (False, True))
        assert not any(colour in dark for colour in LIGHT.values())
        assert not any(colour in light for colour in DARK.values())
        assert LIGHT["series-0"] in light
        assert DARK["series-0"] in dark

    def test_series_differ_in_dash_and_symbol_too(self) -> None:
        """Colour alone would leave some students guessing."""
        lines = charts.figure(*(charts.curve([0.01, 0.1], [1e10, 1e11], name=str(n), series=n) for n in range(4)))
        points = charts.figure(*(charts.point(0.03, 1e10, name=str(n), series=n) for n in range(4)))
        assert len({trace["line"]["dash"] for trace in dressed(lines)["data"]}) == 4
        assert len({trace["marker"]["symbol"] for trace in dressed(points)["data"]}) == 4


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1..21; WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


FINITE = st.floats(min_value=-1e9, max_value=1e9)


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    """Axes of any unit, down to a hundred-thousandth of their own size."""
    unit = draw(st.sampled_from(UNITS))
    if draw(st.booleans()):
        low, decades = draw(st.floats(min_value=-12, max_value=15)), draw(st.floats(min_value=1e-4, max_value=20))
        return Axis(label="a", unit=unit, low=10**low, high=10 ** (low + decades), scale="log")
    low, span = draw(FINITE), draw(st.floats(min_value=1e-6, max_value=1e9))
    assume(span > 1e-5 * max(abs(low), abs(low + span)))
    return Axis(label="a", unit=unit, low=low, high=low + span)


class TestTicks:
    @given(axes())
    @example(Axis(label="a", low=0.2, high=99, scale="log"))  # 1, 2, 5 of each decade would be nine
    @example(Axis(label="a", low=15, high=18, scale="log"))  # no decade, no 1, 2 or 5 in it
    @example(Axis(label="year", low=2020, high=2030))  # three digits write each of them 2 020
    @example(Axis(label="a", unit="B", low=1e9, high=1.001e9))
    @example(Axis(label="a", low=10000, high=11000))  # three digits would put 10 250 at 10 300
    @example(Axis(label="a", unit="share", low=0.9999, high=1.0))
    @example(Axis(label="a", low=1e-300, high=1e300, scale="log"))
    @example(Axis(label="a", low=-1.0, high=1.0))
    def test_two_to_six_on_the_axis_increasing_and_each_reads_as_where_it_stands(self, axis: Axis) -> None:
        values, texts = ticks(axis)
        room = 1e-6 * (axis.high - axis.low)
        assert 2 <= len(values) <= 6
        assert len(values) == len(texts) == len(set(texts))
        assert all(low < high for low, high in pairwise(values))
        assert all(axis.low - room <= value <= axis.high + room for value in values)
        unit = "" if axis.unit in ("points", "steps", "°C") else axis.unit
        for n, (value, text) in enumerate(zip(values, texts, strict=True)):
            near = min(abs(value - other) for other in (*values[:n], *values[n + 1 :]))
            assert abs(read_quantity(text, unit) - value) <= 0.03 * near

    def test_the_axes_of_the_first_bench_read_as_drawn(self) -> None:
        assert ticks(Y)[1] == ("1\u00a0GB", "100\u00a0GB", "10\u00a0TB", "1\u00a0PB")
        assert ticks(X)[1] == ("1%", "2%", "5%", "10%")
        assert ticks(PLAIN)[1] == ("−2", "0", "2", "4", "6", "8")

    def test_memory_is_marked_at_whole_powers_of_two(self) -> None:
        memory = Axis(label="total", unit="iB", scale="log", low=2.0**37, high=2.0**43)
        assert "1\u202f024\u00a0GiB" in ticks(memory)[1]
        assert "4\u202f096\u00a0GiB" in ticks(memory)[1]

    @pytest.mark.parametrize(
        ("low", "high", "scale", "texts"),
        [
            (100, 1e6, "log", "10 min, 60 min, 6 h, 24 h, 10 days"),  # decades would be 16.7 min and 27.8 h
            (1000, 1e5, "log", "30 min, 60 min, 2 h, 6 h, 12 h, 24 h"),
            (0.005, 2e4, "log", "1 s, 60 s, 60 min"),
            (1e-2, 1e7, "log", "1 s, 60 s, 60 min, 24 h"),
            (0, 3600, "linear", "0 s, 15 min, 30 min, 45 min, 60 min"),
            (0, 86_400, "linear", "0 s, 6 h, 12 h, 18 h, 24 h"),
            (0, 0.02, "linear", "0 s, 5 ms, 10 ms, 15 ms, 20 ms"),
        ],
    )
    def test_times_are_those_of_a_clock(self, low: float, high: float, scale, texts: str) -> None:
        found = ticks(Axis(label="t", unit="s", low=low, high=high, scale=scale))[1]
        assert ", ".join(found).replace("\u00a0", " ") == texts

    def test_the_names_of_categories_stand_at_their_positions(self) -> None:
        axis = Axis(label="", scale="category", categories=("weights", "total"))
        assert ticks(axis) == ((0.0, 1.0), ("weights", "total"))

    def test_a_map_has_none(self) -> None:
        assert ticks(Axis(label="a", scale="none")) == ((), ())
        layout = dressed(charts.figure(), Panel(id="m", question="Where?", x=Axis(label="", scale="none"), y=PLAIN))
        assert layout["layout"]["xaxis"]["visible"] is False

    def test_the_margin_holds_the_longest_of_them(self) -> None:
        for panel in (PANEL, LINEAR):
            longest = max(len(text) for text in ticks(panel.y)[1])
            assert dressed(charts.figure(), panel)["layout"]["margin"]["l"] >= 7 * longest


class TestFocus:
    def test_zoom_and_focus_stay_while_values_move_and_part_with_the_panel(self) -> None:  # P5
        one, moved = dressed(drawn(1e12)), dressed(drawn(2e13))
        assert one["layout"]["uirevision"] == moved["layout"]["uirevision"]
        assert one["layout"]["uirevision"] != dressed(revision="s")["layout"]["uirevision"]

    def test_axes_do_not_move_with_the_values(self) -> None:
        one, moved = dressed(drawn(1e12))["layout"], dressed(drawn(2e13))["layout"]
        assert (one["xaxis"], one["yaxis"], one["margin"]) == (moved["xaxis"], moved["yaxis"], moved["margin"])


class TestBeforeTheLock:
    def test_the_frame_holds_limits_and_one_sentence_and_no_data(self) -> None:  # N1
        figure = empty(PANEL, screen=SCREENS[0], revision="r")
        assert figure["data"] == []
        assert len(figure["layout"]["shapes"]) == 1
        assert PANEL.waiting in [note["text"] for note in figure["layout"]["annotations"]]

    def test_its_axes_are_those_of_the_open_figure(self) -> None:
        locked_out, opened = empty(PANEL, screen=SCREENS[0], revision="r"), dressed()
        assert locked_out["layout"]["xaxis"] == opened["layout"]["xaxis"]
        assert locked_out["layout"]["yaxis"] == opened["layout"]["yaxis"]


def test_no_button_of_a_graph_sends_it_anywhere() -> None:  # N14
    assert GRAPH_CONFIG["showSendToCloud"] is False
    assert GRAPH_CONFIG["plotlyServerURL"] == ""
    assert GRAPH_CONFIG["displayModeBar"] is False
    assert not [name for name, value in GRAPH_CONFIG.items() if "http" in str(value)]
