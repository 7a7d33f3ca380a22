"""Bars, areas, maps and earlier tries in the lab's look: readable on small screens, told apart without colour."""

from __future__ import annotations

import json
from typing import get_args

import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from dashboard.rendering.figures.axes import FigurePlace
from dashboard.rendering.figures.palette import FILLS
from dashboard.rendering.figures.style import DARK, LIGHT, EarlierTry, Mark, Screen, empty, style_figure
from tests.figures.flaws import flaws
from tests.figures.geometry import measured
from tracks.api import charts
from tracks.api.figures import Axis, Panel

MIB = 2.0**20
NAMES = ("Weights", "Gradients", "Optimizer", "Activations")
SCREENS = [Screen(dark=dark, narrow=narrow) for dark in (False, True) for narrow in (False, True)]
SIZES = (84, 68, 137, 453)
LINE = Panel(id="l", question="How fast?", x=Axis(label="round", high=200), y=Axis(label="accuracy", high=1))


def memory_panel(high: float = 800, label: str = "memory") -> Panel:
    x = Axis(label="", scale="category", categories=(*NAMES, "Total"))
    return Panel(id="m", question="What fills it?", x=x, y=Axis(label=label, unit="iB", high=high * MIB))


def memory(sizes: tuple[float, ...] = SIZES, budget: float = 512) -> dict:
    parts = [(name, size * MIB, kind) for name, size, kind in zip(NAMES, sizes, charts.KINDS, strict=False)]
    fall = charts.waterfall(parts, budget=budget * MIB, unit="iB")
    return charts.figure(fall, charts.limit(budget * MIB, f"budget {budget} MiB"))


def rows() -> tuple[dict, Panel]:
    segments = [(name, size * MIB, kind) for name, size, kind in zip(NAMES, SIZES, charts.KINDS, strict=False)]
    figure = charts.figure(
        charts.stack([segments, [("free", 512 * MIB, "free")]], unit="iB"),
        charts.limit(512 * MIB, "budget 512 MiB", axis="x"),
    )
    y = Axis(label="", scale="category", categories=("full", "nothing"))
    return figure, Panel(id="s", question="Which?", x=Axis(label="memory", unit="iB", high=800 * MIB), y=y)


def heard() -> tuple[dict, Panel]:
    nowhere = Axis(label="", scale="none")
    part = charts.mesh(
        [0.1, 0.2, 0.8, 0.9],
        [0.1, 0.2, 0.8, 0.9],
        place=[0, 1, 2, 3],
        stale=[False, True, False, True],
        links=[(0, 1)],
        bridges=[(1, 2)],
        names=[(0.5, 0.5, "Café")],
    )
    return charts.figure(part), Panel(id="g", question="Who hears whom?", x=nowhere, y=nowhere)


def area() -> tuple[dict, Panel]:
    return charts.figure(charts.spread([0, 200], [0, 0.5], [0.2, 0.7], name="seeds", series=3)), LINE


def counts() -> tuple[dict, Panel]:
    x = Axis(label="", scale="category", categories=("a", "b"))
    figure = charts.figure(*(charts.bars([n + 1], name=str(n), series=n, labels=(str(n),), at=[0]) for n in range(4)))
    return figure, Panel(id="b", question="How many?", x=x, y=Axis(label="", high=5))


PARTS = {
    "waterfall": (memory(), memory_panel()),
    "stack": rows(),
    "bars": counts(),
    "spread": area(),
    "mesh": heard(),
}


def dressed(figure: dict, panel: Panel, *, screen: Screen = SCREENS[0], **more) -> dict:
    return style_figure(figure, panel, screen=screen, **{"revision": "r", **more})


def texts(figure: dict) -> list[str]:
    return [note["text"] for note in figure["layout"]["annotations"]]


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("screen", SCREENS, ids=str)
class TestEveryPart:
    def test_plotly_takes_it(self, name: str, screen: Screen) -> None:
        figure, panel = PARTS[name]
        for place in get_args(FigurePlace):
            go.Figure(dressed(figure, panel, screen=screen, place=place, marks=[Mark(x=0, y=0.5, text="your lock")]))
            go.Figure(empty(panel, screen=screen, revision="r", place=place))

    def test_no_word_for_a_colour_and_no_colour_of_the_other_theme_is_left(self, name: str, screen: Screen) -> None:
        traces = [{**trace, "name": ""} for trace in dressed(*PARTS[name], screen=screen)["data"]]
        text = repr(traces)
        assert not any(f"'{word}'" in text for word in (*FILLS, "links", "bridges", "connector", "meta"))
        other = LIGHT if screen.dark else DARK
        assert not any(colour in text for colour in other.values())


def test_small_values_above_neighbouring_bars_are_apart_on_a_phone() -> None:
    x = Axis(label="", scale="category", categories=tuple("abcde"))
    values = [f"{n}.25\u202f×\u202f10⁻⁴" for n in range(5)]
    figure = charts.figure(charts.bars([1e-4] * 5, name="parts", series=0, labels=values))
    panel = Panel(id="b", question="How many?", x=x, y=Axis(label="", high=1))
    shown = measured(dressed(figure, panel, screen=SCREENS[1]), 340, 260)
    assert [words for kind, words, _ in flaws(shown) if kind == "overlap"] == []
    assert len([text for text in shown.texts if "10⁻⁴" in text.words]) == 5


@pytest.mark.parametrize("kinds", [charts.KINDS[:4], ("part-0", "part-1", "part-2", "part-3"), charts.SERIES])
def test_bars_that_stand_together_differ_in_pattern_too(kinds) -> None:
    """Colour alone would leave some students guessing."""
    assert len({FILLS[kind][2] for kind in kinds}) == len(kinds)


class TestWaterfall:
    def test_the_budget_line_lies_above_the_bars(self) -> None:
        (line,) = [shape for shape in dressed(memory(), memory_panel())["layout"]["shapes"] if shape["type"] == "line"]
        assert (line["layer"], line["y0"]) == ("above", 512 * MIB)

    def test_what_exceeds_the_budget_looks_and_reads_as_a_failure(self) -> None:
        figure = dressed(memory(), memory_panel())
        (excess,) = [trace for trace in figure["data"] if trace["name"] == "excess"]
        assert (excess["marker"]["color"], excess["marker"]["line"]["color"]) == (LIGHT["over"], LIGHT["fail"])
        (words,) = [note for note in figure["layout"]["annotations"] if note["text"].startswith("<b>+230")]
        assert words["font"]["color"] == LIGHT["fail"]
        assert 512 * MIB < words["y"] < 742 * MIB

    def test_the_value_of_a_bar_that_the_top_cuts_is_written_at_the_top_with_an_arrow(self) -> None:
        notes = dressed(memory(), memory_panel(high=600))["layout"]["annotations"]
        cut = [note for note in notes if "↑" in note["text"]]
        assert [note["text"] for note in cut] == ["↑<b>453\u00a0MiB</b>", "↑<b>742\u00a0MiB</b>"]
        assert all(note["y"] == 600 * MIB for note in cut)
        assert not [note for note in dressed(memory(), memory_panel())["layout"]["annotations"] if "↑" in note["text"]]

    def test_on_a_phone_a_cut_value_goes_into_two_lines_and_stays_in_the_figure(self) -> None:
        figure = dressed(memory(), memory_panel(high=600), screen=SCREENS[1])
        assert [text for text in texts(figure) if "↑" in text] == ["↑<b>453<br>MiB</b>", "↑<b>742<br>MiB</b>"]
        assert not [words for kind, words, _ in flaws(measured(figure, 358, 340)) if kind == "outside"]

    @pytest.mark.parametrize(("sizes", "at"), [((300, 400, 100, 450), 800), ((400, 500, 70, 450), 900)])
    def test_the_value_of_a_bar_of_which_a_phone_shows_little_is_below_it_or_at_the_top(self, sizes, at) -> None:
        """A bar that hangs from the top is lower than two lines; of one above the frame nothing is shown."""
        figure = dressed(memory(sizes), memory_panel(high=900), screen=SCREENS[1])
        (note,) = [note for note in figure["layout"]["annotations"] if note["text"] == "↑<b>450<br>MiB</b>"]
        assert (note["y"], note["yanchor"]) == (at * MIB, "top")
        assert not [words for kind, words, _ in flaws(measured(figure, 358, 340)) if kind in ("bar", "struck")]

    def test_every_value_is_written_however_far_it_is_off(self) -> None:
        for size in (1e-6, 1.0, 5000.0, 1e9):
            written = "".join(texts(dressed(memory((size, 68, 137, 453)), memory_panel())))
            for value in (size, 68, 137, 453, size + 658):
                number, unit = charts.quantity(value * MIB, "iB")
                assert f"{number}\u00a0{unit}</b>" in written or f"{number}<br>{unit}</b>" in written

    @pytest.mark.parametrize("screen", [SCREENS[0], SCREENS[1]], ids=str)
    @pytest.mark.parametrize("sizes", [SIZES, (300, 200, 10, 10), (1, 1, 1, 700), (5000, 1, 1, 1), (0, 0, 0, 0)])
    def test_no_words_lie_over_each_other_or_reach_into_the_title(self, screen: Screen, sizes) -> None:
        panel = memory_panel(label="peak memory of a step")
        figure = dressed(memory(sizes), panel, screen=screen)
        boxes = [extent(note, panel, screen) for note in figure["layout"]["annotations"]]
        boxes = [box for box in boxes if box]
        for number, one in enumerate(boxes):
            for other in boxes[:number]:
                across = min(one[2], other[2]) - max(one[0], other[0])
                upwards = min(one[3], other[3]) - max(one[1], other[1])
                assert across <= 1 or upwards <= 3

    def test_a_share_that_the_budget_line_would_strike_moves_to_the_longer_side(self) -> None:
        figure = dressed(memory((100, 100, 100, 400)), memory_panel(), place="page")  # its middle is at 500 MiB
        (share,) = [note for note in figure["layout"]["annotations"] if note["text"] == "57.1%"]
        assert 300 * MIB < share["y"] < 450 * MIB


def extent(note: dict, panel: Panel, screen: Screen) -> tuple[float, float, float, float] | None:
    """The pixels of words over or inside a bar, or of the y axis' title, from the frame's lower left corner."""
    width, height = (247, 256) if screen.narrow else (417, 212)
    size = note["font"]["size"]
    lines = note["text"].replace("<b>", "").replace("</b>", "").split("<br>")
    long, tall = 6.9 * size / 14 * max(map(len, lines)), 17 * len(lines)
    if note.get("xref") == "paper" or note.get("yref") == "paper":
        return (0, height + 8, 6 * len(note["text"]), height + 24) if note["text"] == panel.y.label else None
    x = (note["x"] - panel.x.low) / (panel.x.high - panel.x.low) * width
    y = note["y"] / panel.y.high * height + note.get("yshift", 0)
    bottom = y - {"top": tall, "middle": tall / 2, "bottom": 0}[note["yanchor"]]
    return x - long / 2, bottom, x + long / 2, bottom + tall


class TestCategories:
    def test_names_stand_at_their_positions_and_are_cut_where_they_would_touch(self) -> None:
        wide = dressed(memory(), memory_panel(), place="page")["layout"]["xaxis"]
        side = dressed(memory(), memory_panel())["layout"]["xaxis"]
        narrow = dressed(memory(), memory_panel(), screen=SCREENS[1])["layout"]["xaxis"]
        assert (wide["tickvals"], wide["range"]) == ([0, 1, 2, 3, 4], [-0.5, 4.5])
        assert wide["ticktext"] == [*NAMES, "Total"]
        assert side["ticktext"] == ["Weights", "Gradients", "Optim.", "Activations", "Total"], "no more than must be"
        assert narrow["ticktext"] == ["Weig.", "Grad.", "Optim.", "Activ.", "Total"]

    def test_two_words_go_into_two_lines(self) -> None:
        x = Axis(
            label="", scale="category", categories=("device with privacy", "device with none", "server with privacy")
        )
        panel = Panel(id="p", question="Which?", x=x, y=Axis(label="accuracy", unit="share"))
        assert dressed(charts.figure(), panel)["layout"]["xaxis"]["ticktext"][0] == "device with<br>privacy"

    def test_rows_are_read_from_the_top_down_and_labels_know_it(self) -> None:
        figure, panel = rows()
        assert dressed(figure, panel)["layout"]["yaxis"]["range"] == [1.5, -0.5]
        top = charts.figure(charts.note(700 * MIB, -0.5, "top", place="above"))
        (note,) = [n for n in dressed(top, panel)["layout"]["annotations"] if n["text"] == "top"]
        assert note["y"] == -0.5
        assert flaws(measured(dressed(top, panel), 605, 296)) == [], "it turns aside: above is the axis"

    def test_a_name_inside_a_segment_is_left_out_where_it_does_not_fit(self) -> None:
        figure, panel = rows()
        wide, narrow = (" ".join(texts(dressed(figure, panel, screen=screen))) for screen in SCREENS[:2])
        assert "free 512\u00a0MiB" in wide
        assert "Weights, Gradients, Optimizer" in wide, "below the row"
        assert "Optimizer" not in narrow
        for screen, size in zip(SCREENS[:2], ((605, 296), (358, 340)), strict=True):
            assert flaws(measured(dressed(figure, panel, screen=screen), *size)) == []

    def test_a_name_keeps_off_a_line_that_goes_through_its_segment(self) -> None:
        """The value is dropped before the line is covered."""
        figure, panel = rows()
        notes = dressed(figure, panel)["layout"]["annotations"]
        (name,) = [note for note in notes if note["text"].startswith("Activations")]
        assert name["text"] == "Activations"
        assert 512 * MIB < name["x"] < 742 * MIB


def test_memory_is_ticked_in_powers_of_two() -> None:
    """200 MB would be written 191 MiB."""
    layout = dressed(memory(), memory_panel())["layout"]
    assert layout["yaxis"]["ticktext"] == ["0", *(f"{n}\u00a0MiB" for n in (200, 400, 600, 800))]
    log = Axis(label="memory", unit="iB", low=32 * MIB, high=4096 * MIB, scale="log")
    panel = Panel(id="p", question="Which?", x=log, y=log)
    assert dressed(charts.figure(), panel)["layout"]["xaxis"]["ticktext"] == [
        "64\u00a0MiB", "256\u00a0MiB", "1\u00a0GiB", "4\u00a0GiB",
    ]  # fmt: skip


class TestMesh:
    def test_a_place_has_a_shape_and_a_stale_node_is_hollow(self) -> None:
        nodes = [trace["marker"] for trace in dressed(*PARTS["mesh"])["data"] if "marker" in trace]
        assert len({marker["symbol"] for marker in nodes}) == 4
        hollow = [marker["color"] == LIGHT["paper"] for marker in nodes]
        assert hollow == [False, True, False, True]
        assert all(7 <= marker["size"] <= 9 for marker in nodes)

    def test_two_hundred_nodes_with_their_links_are_a_small_answer(self) -> None:
        places = [number % 4 for number in range(200)]
        x, y = ([(number * step % 997) / 997 for number in range(200)] for step in (37, 101))
        links = [(number, (number * 7 + 3) % 200) for number in range(400 // 2)] * 2
        part = charts.mesh(x, y, place=places, stale=[False] * 200, links=links, bridges=[(0, 1)])
        figure = dressed(charts.figure(part), PARTS["mesh"][1])
        assert len(to_json_plotly(figure)) < 25_000


class TestEarlierTries:
    CURVE = charts.curve([0, 50, 100], [0.1, 0.5, 0.6], name="fleet", label="Fleet")
    SEED = charts.curve([0, 100], [0.1, 0.3], name="seed", role="seed")
    NOW = charts.figure(charts.curve([0, 200], [0.2, 0.8], name="now"))

    def beside_earlier(self, *earlier_tries: EarlierTry) -> dict:
        return dressed(self.NOW, LINE, earlier_tries=earlier_tries)

    def test_an_earlier_try_is_the_first_mean_line_of_its_figure_thin_and_below(self) -> None:
        other = charts.curve([0, 1], [0, 1], name="other")
        figure = self.beside_earlier(EarlierTry(number=3, figure=charts.figure(self.SEED, self.CURVE, other)))
        first, last = figure["data"]
        assert (first["name"], last["name"]) == ("try 3", "now")
        assert first["x"].tolist() == [0, 50, 100]
        assert first["line"] == {"color": LIGHT["ghost"], "width": 1.25, "dash": "solid"}

    def test_its_number_stands_in_a_circle_at_its_end(self) -> None:
        figure = self.beside_earlier(EarlierTry(number=12, figure=charts.figure(self.CURVE)))
        (disc,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "circle"]
        (note,) = [note for note in figure["layout"]["annotations"] if note["text"] == "<b>12</b>"]
        assert (disc["xref"], disc["yref"]) == ("paper", "paper"), "not cut at the frame, and round on every axis"
        assert (disc["xanchor"] * 200, disc["yanchor"]) == (note["x"], note["y"])
        assert (note["x"], note["y"]) in ((100, 0.6), (50, 0.5)), "at the end, or farther back on its line"
        assert (disc["x0"] + disc["x1"]) / 2 == note["xshift"]
        assert (disc["y0"] + disc["y1"]) / 2 == note["yshift"]
        assert (note["xanchor"], note["yanchor"]) == ("center", "middle")

    def test_circles_at_one_end_keep_apart(self) -> None:
        earlier_tries = [EarlierTry(number=n, figure=charts.figure(self.CURVE)) for n in range(1, 5)]
        shapes = self.beside_earlier(*earlier_tries)["layout"]["shapes"]
        middles = [((s["x0"] + s["x1"]) / 2, (s["y0"] + s["y1"]) / 2) for s in shapes if s["type"] == "circle"]
        for number, (x, y) in enumerate(middles):
            assert all(abs(x - a) >= 18 or abs(y - b) >= 18 for a, b in middles[:number])

    def test_a_line_that_leaves_the_frame_is_numbered_where_it_was_last_seen(self) -> None:
        gone = charts.curve([0, 100, 150], [0.1, 0.9, 3.0], name="fleet")
        layout = self.beside_earlier(EarlierTry(number=1, figure=charts.figure(gone)))["layout"]
        (note,) = [note for note in layout["annotations"] if note["text"] == "<b>1</b>"]
        assert (note["x"], note["y"]) == (100, pytest.approx(0.9))

    def test_without_a_line_its_point_is_a_hollow_circle_with_the_circled_number_on_it(self) -> None:
        figure = self.beside_earlier(EarlierTry(number=2, figure=charts.figure(self.SEED), point=(300, 0.5)))
        ring, _ = figure["data"]
        assert (ring["x"], ring["y"]) == ([200], [0.5])  # in the frame
        assert ring["marker"]["color"] == LIGHT["paper"]
        assert "<b>2</b>" in texts(figure)
        (disc,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "circle"]
        assert (disc["xanchor"], disc["yanchor"]) == (1, 0.5)

    def test_with_neither_there_is_nothing_to_draw(self) -> None:
        plain = self.beside_earlier()
        assert json.dumps(self.beside_earlier(EarlierTry(number=2, figure=memory()))["layout"]) == json.dumps(
            plain["layout"]
        )


@pytest.mark.parametrize("screen", SCREENS)
def test_the_words_of_a_limit_make_way_for_a_mark(screen: Screen) -> None:
    """They stand beside the frame, at the height of their line, and a mark's words keep off them."""
    target = charts.limit(0.5, "target 50%", kind="target", place="limit-y-right")
    for x, y in ((20, 0.9), (185, 0.52), (200, 0.5)):
        figure = charts.figure(target, charts.point(x, y, name="here", label="here", value="52%"))
        styled = style_figure(figure, LINE, screen=screen, revision="r")
        assert flaws(measured(styled, *((358, 340) if screen.narrow else (605, 296)))) == []
        (words,) = [note for note in styled["layout"]["annotations"] if note["text"] == "target 50%"]
        assert (words["xref"], words["x"], words["y"]) == ("paper", 1, 0.5)


def test_words_beside_a_mark_keep_clear_of_a_limit_across() -> None:
    words = {"label": "each city, 20 steps", "value": "94.4 to 99.6%", "place": "above-left"}
    figure = charts.figure(charts.limit(80, "cap", axis="x"), charts.point(100, 0.5, name="here", **words))
    notes = style_figure(figure, LINE, screen=Screen(), revision="r")["layout"]["annotations"]
    (found,) = [note for note in notes if "20 steps" in note["text"]]
    assert found["xanchor"] != "right", "at the left the cap would go through the words"
