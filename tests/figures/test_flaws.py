"""No word of a figure is hidden, struck, cut or over another: counted over many states by the figures' own geometry."""

from __future__ import annotations

from collections import Counter

import pytest

from dashboard.rendering.figures.style import Screen, style_figure
from tests.figures.flaws import flaws
from tests.figures.font import text_width
from tests.figures.geometry import measured
from tests.figures.states import seen
from tracks.api import charts
from tracks.api.figures import Axis, Panel
from tracks.loading.registry import Registry

PANEL = Panel(id="p", question="How fast?", x=Axis(label="round", high=200), y=Axis(label="accuracy", high=1))
ASKED = ("edge_guardian/paradox", "tiny_pioneer/memory", "cloud_titan/crisis")  # by `make test`


def drawn(*notes: dict, width: float = 600, height: float = 296) -> set[str]:
    """The kinds of flaws of a figure with one level line at 0.5, a mark at (100, 0.8), and these words."""
    line = charts.curve([0, 200], [0.5, 0.5], name="flat")
    figure = style_figure(
        charts.figure(line, charts.point(100, 0.8, name="here")), PANEL, screen=Screen(), revision="r"
    )
    common = {"showarrow": False, "font": {"size": 14, "color": "#000"}, "xanchor": "left", "yanchor": "middle"}
    figure["layout"]["annotations"] += [{**common, **note} for note in notes]
    return {kind for kind, *_ in flaws(measured(figure, width, height))}


class TestWhatIsAFlaw:
    """Each is found where it is, and not where it is not: else none would be counted at all."""

    def test_words_apart_from_everything_have_none(self) -> None:
        assert drawn({"text": "free", "x": 20, "y": 0.3}) == set()

    def test_words_over_words(self) -> None:
        one = {"text": "one", "x": 20, "y": 0.3}
        assert drawn(one, {"text": "two", "x": 24, "y": 0.32}) == {"overlap"}
        assert drawn(one, {"text": "two", "x": 20, "y": 0.3, "yshift": 16}) == set()

    def test_words_over_the_title_of_an_axis(self) -> None:
        title = {"text": "cap", "xref": "paper", "yref": "paper", "x": 0, "y": 1, "yanchor": "bottom", "yshift": 8}
        assert drawn(title) == {"title"}

    def test_words_that_a_line_goes_through_or_comes_within_two_pixels_of(self) -> None:
        assert drawn({"text": "gone", "x": 20, "y": 0.5}) == {"struck"}
        half = 9  # px from the middle of a line of 14 px to two below its g, and a little
        assert drawn({"text": "gone", "x": 20, "y": 0.5, "yshift": half - 1}) == {"struck"}
        assert drawn({"text": "free", "x": 20, "y": 0.5, "yshift": half + 1}) == set()

    def test_words_over_a_mark(self) -> None:
        assert drawn({"text": "gone", "x": 95, "y": 0.8}) == {"mark"}

    def test_words_that_leave_the_figure(self) -> None:
        assert drawn({"text": "cut off", "x": 199, "y": 0.3, "xshift": 90}) == {"outside"}

    def test_words_over_their_own_bar_are_none(self) -> None:
        x = Axis(label="", scale="category", categories=("a", "b"))
        panel = Panel(id="b", question="How many?", x=x, y=Axis(label="", high=10))
        bars = charts.bars([8, 2], name="n", labels=("8", "2"))
        figure = style_figure(charts.figure(bars), panel, screen=Screen(), revision="r")
        assert flaws(measured(figure, 600, 296)) == []


def test_the_width_of_words_is_that_of_the_font() -> None:
    """Figures are all as wide as each other; bold letters are wider, raised ones 0.7 as wide."""
    assert {text_width(figure, 1000) for figure in "0123456789"} == {497}
    assert text_width("<b>Fleet</b>", 14) > text_width("Fleet", 14)
    assert text_width("<sup>5</sup>", 1000) == pytest.approx(0.7 * 497)
    assert text_width("you<br>5.11 TB a day", 14) == text_width("5.11 TB a day", 14)


def counted(registry: Registry, keys: list[str], count: int) -> tuple[int, Counter[str]]:
    """The figures of some benches, and their flaws by kind."""
    kinds: Counter[str] = Counter()
    figures = 0
    for key in keys:
        track, bench = registry.track(key.split("/")[0]), registry.bench(*key.split("/"))
        for _, figure, _, width, height in seen(track, bench, count):
            figures += 1
            kinds.update(kind for kind, *_ in flaws(measured(figure, width, height)))
    return figures, kinds


@pytest.mark.parametrize("key", ASKED)
def test_no_words_are_hidden(registry: Registry, key: str) -> None:  # L21
    figures, kinds = counted(registry, [key], 4)
    assert figures > 100
    assert not kinds.total(), kinds


@pytest.mark.sweep
def test_no_words_are_hidden_on_any_bench(registry: Registry) -> None:
    keys = [f"{track.id}/{bench.id}" for track in registry.tracks.values() for bench in registry.benches(track.id)]
    _, kinds = counted(registry, keys, 6)
    assert not kinds.total(), kinds
