"""One state, one outcome: the figures, the readings and the table cannot disagree, because they were solved once."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest

from dashboard.rendering.bench_view import Overlays, lock_marks, render, render_reveal, waiting_figures
from dashboard.rendering.figures.style import Screen
from dashboard.student.predictions import Draft, Locked
from dashboard.student.reveal import reveal
from tracks.api.bench import Bench
from tracks.api.figures import Figure
from tracks.api.teaching import Prediction
from tracks.api.track import Track
from tracks.loading.registry import Registry

SCREEN = Screen()


@pytest.fixture
def track(registry: Registry) -> Track:
    return registry.track("edge_guardian")


@pytest.fixture
def bench(registry: Registry) -> Bench:
    return registry.bench("edge_guardian", "downlink")


def locked(bench: Bench, value: str = "1000", number: int = 0) -> dict[str, Locked]:
    prediction = bench.predictions[number]
    draft = Draft(value=value, mechanism=prediction.mechanisms[0].id, confidence="guess")
    return {prediction.id: Locked(draft=draft, time="2025-01-01T00:00:00+00:00")}


def test_view_and_figures_come_from_one_solve(track: Track, bench: Bench) -> None:
    """A second solve would be a second draw of every random bench, and card and chart would disagree."""
    calls: Counter[str] = Counter()

    def counted(name, function):
        def call(*positional, **named):
            calls[name] += 1
            return function(*positional, **named)

        return call

    watched = replace(bench, solve=counted("solve", bench.solve), peek=counted("peek", bench.peek))
    render(track, watched, watched.defaults(), {}, SCREEN)
    assert calls == {"solve": 1, "peek": 1}


def test_the_point_on_the_figure_is_the_reading_on_the_card(track: Track, bench: Bench) -> None:
    now = render(track, bench, {**bench.defaults(), "model_bytes": 1e8}, {}, SCREEN)
    (you,) = [trace for trace in now.figures["time"]["data"] if trace["name"] == "you"]
    assert you["y"][0] == pytest.approx(now.outcome.reading("time").value, rel=1e-5)
    assert now.texts["readings"]["time"]["value"] == "38.1"


def test_the_seed_reaches_the_bench_and_is_nought_unless_said(track: Track, bench: Bench) -> None:
    seeds = []

    def solve(track: Track, *, seed: int, **values):
        seeds.append(seed)
        return bench.solve(track, seed=seed, **values)

    watched = replace(bench, solve=solve)
    render(track, watched, bench.defaults(), {}, SCREEN)
    render(track, watched, bench.defaults(), {}, SCREEN, seed=7)
    assert seeds == [0, 7]


def test_focus_stays_while_values_move_and_differs_between_panels_benches_and_tracks(registry: Registry) -> None:
    def revisions(track_id: str, bench_id: str, **changes) -> dict[str, str]:
        bench = registry.bench(track_id, bench_id)
        now = render(registry.track(track_id), bench, {**bench.defaults(), **changes}, {}, SCREEN)
        return {name: figure["layout"]["uirevision"] for name, figure in now.figures.items()}

    usual = revisions("edge_guardian", "downlink")
    assert revisions("edge_guardian", "downlink", model_bytes=1e7) == usual
    others = [*revisions("edge_guardian", "paradox").values(), *revisions("tiny_pioneer", "downlink").values()]
    assert len({*usual.values(), *others}) == len(usual) + len(others)


def test_opening_a_bench_starts_its_figures_anew(track: Track, bench: Bench) -> None:
    locked_out = waiting_figures("edge_guardian/downlink", bench, SCREEN)
    opened = render(track, bench, bench.defaults(), {}, SCREEN).figures
    assert locked_out.keys() == opened.keys()
    assert all(locked_out[name]["layout"]["uirevision"] != opened[name]["layout"]["uirevision"] for name in locked_out)
    assert all(figure["data"] == [] for figure in locked_out.values())  # N1


def test_a_moving_slider_keeps_the_lines_that_its_preview_lacks_in_grey_and_says_so(registry: Registry) -> None:
    """The frame keeps its width too, since the names at the lines' ends stay."""
    track, privacy = registry.track("edge_guardian"), registry.bench("edge_guardian", "privacy")
    resting, moving = ({**privacy.defaults(), "local_steps": steps} for steps in (5, 6))
    full = render(track, privacy, resting, {}, SCREEN)
    kept = Overlays(before=lambda: full.outcome)
    now = render(track, privacy, moving, {}, SCREEN, overlays=kept, preview=True)
    panel = "accuracy_by_epsilon"
    lines = {trace["name"]: trace for trace in full.figures[panel]["data"]}
    drawn = {trace["name"]: trace for trace in now.figures[panel]["data"]}
    for name in ("central", "local"):
        grey = drawn[f"{name}, before"]
        assert list(grey["y"]) == list(lines[name]["y"])
        assert grey["line"]["color"] == SCREEN.palette["ghost"] != lines[name]["line"]["color"]
    assert now.texts["summaries"][panel].endswith("In grey: the curves before this move.")
    assert now.figures[panel]["layout"]["margin"] == full.figures[panel]["layout"]["margin"]
    bare = render(track, privacy, moving, {}, SCREEN, preview=True)
    assert [trace["name"] for trace in bare.figures[panel]["data"]] == ["here"]
    assert "grey" not in bare.texts["summaries"][panel]


class TestLockMarks:
    def test_a_locked_number_is_drawn_where_the_bench_says(self, track: Track, bench: Bench) -> None:  # L10
        marks = lock_marks(track, bench, locked(bench), bench.defaults())
        (mark,) = marks["time"]
        assert (mark.x, mark.y, mark.text) == (1e9, 1000.0, "your lock: 16.7\u00a0min")
        drawn = render(track, bench, bench.defaults(), locked(bench), SCREEN).figures["time"]
        assert "your lock" in [trace["name"] for trace in drawn["data"]]

    def test_an_option_has_no_place_on_an_axis(self, track: Track, bench: Bench) -> None:
        assert lock_marks(track, bench, locked(bench, "slowest", 1), bench.defaults()) == {}

    def test_without_a_lock_or_a_place_for_it_there_is_no_mark(self, track: Track, bench: Bench) -> None:
        assert lock_marks(track, bench, {}, bench.defaults()) == {}
        nowhere = replace(bench, predictions=(replace(bench.predictions[0], marks=None),))
        assert lock_marks(track, nowhere, locked(bench), bench.defaults()) == {}

    def test_a_lock_is_drawn_only_in_the_state_of_its_question(self, track: Track, bench: Bench) -> None:
        """Beside another state a number looks right or wrong that is neither."""
        for name, value in (("model_bytes", 1e8), ("codec", "int8"), ("cached", True)):
            assert lock_marks(track, bench, locked(bench), {**bench.defaults(), name: value}) == {}


class TestRevealFigure:
    def test_the_lock_and_the_computed_value_stand_in_the_state_asked_about(self, track: Track, bench: Bench) -> None:
        asked = replace(bench, predictions=(replace(bench.predictions[0], scenario={"model_bytes": 1e8}),))
        (item,) = reveal(track, asked, locked(asked))
        drawn = render_reveal(track, asked, item, SCREEN)
        traces = {trace["name"]: trace for trace in drawn.figure["data"]}
        assert traces["you"]["x"] == [pytest.approx(1e8)]
        assert traces["your lock"]["y"] == [1000.0]
        assert traces["computed"]["y"] == [pytest.approx(38.1, rel=1e-3)]
        words = [note["text"] for note in drawn.figure["layout"]["annotations"]]
        assert {"<b>your lock: 16.7\u00a0min</b>", "<b>computed: 38.1\u00a0s</b>"} <= set(words)

    def test_on_bars_the_computed_value_is_written_once(self, registry: Registry) -> None:
        """The bar says it at its end, where the mark is."""
        track, memory = registry.track("mobile_nomad"), registry.bench("mobile_nomad", "memory")
        (item,) = reveal(track, memory, locked(memory, "300 MB"))
        drawn = render_reveal(track, memory, item, SCREEN)
        assert marks_at_the_edge(drawn.figure).keys() == {"your lock", "computed"}
        notes = [note["text"] for note in drawn.figure["layout"]["annotations"]]
        words = [text.replace("</b><br><b>", " ").replace("<br>", "\u00a0") for text in notes]  # they are in lines
        assert not any("computed" in text for text in words)
        assert any("your lock" in text for text in words)
        assert sum(item.gap.computed in text for text in words) == 1

    @pytest.mark.parametrize("track_id", ["cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer"])
    def test_the_axes_reach_the_computed_value_and_a_time_is_drawn_over_a_time(
        self, registry: Registry, track_id: str
    ) -> None:
        """Pioneer's last blocks take 12.8 MiB, six times what its figure of memory shows while exploring."""
        track = registry.track(track_id)
        for name in ("paradox", "memory", "convergence", "crisis"):
            bench = registry.bench(track_id, name)
            for prediction in (item for item in bench.predictions if item.marks is not None):
                (item,) = reveal(track, replace(bench, predictions=(prediction,)), locked_as(prediction))
                drawn = render_reveal(track, bench, item, SCREEN)
                traces = {trace["name"]: trace for trace in drawn.figure["data"]}
                beside = marks_at_the_edge(drawn.figure)
                assert {"your lock", "computed"} <= set(traces) | set(beside)
                place = prediction.marks(track, float(item.truth.value))[drawn.panel.id]
                if "computed" in beside:
                    low, high = drawn.figure["layout"]["yaxis"]["range"]
                    assert beside["computed"] == pytest.approx((place[1] - low) / (high - low))
                else:
                    assert (traces["computed"]["x"], traces["computed"]["y"]) == ([place[0]], [place[1]])
                for axis, value in zip(("xaxis", "yaxis"), place, strict=True):
                    low, high = drawn.figure["layout"][axis]["range"]
                    if drawn.figure["layout"][axis]["type"] == "log":
                        value = math.log10(value)
                    assert min(low, high) <= value <= max(low, high)
                if prediction.unit == "s":
                    assert "s" in (drawn.panel.x.unit, drawn.panel.y.unit)


def marks_at_the_edge(figure: Figure) -> dict[str, float]:
    """The marks that stand beside the frame of bars, by their name: at which share of its height."""
    return {shape["name"]: shape["yanchor"] for shape in figure["layout"]["shapes"] if "name" in shape}


def locked_as(prediction: Prediction) -> dict[str, Locked]:
    """A lock at what the question names, or at one."""
    value = (
        f"{prediction.reference[1] if prediction.reference else 1:g}{' B' if prediction.unit in ('B', 'iB') else ''}"
    )
    draft = Draft(value=value, mechanism=prediction.mechanisms[0].id, confidence="guess")
    return {prediction.id: Locked(draft=draft, time="2025-01-01T00:00:00+00:00")}
