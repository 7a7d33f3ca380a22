"""The texts that move while dragging: bars on their track, the worst verdict first, three digits throughout."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.rendering import texts as views
from tracks.api.bench import Bench
from tracks.api.controls import Choice, Option, Slider, Toggle
from tracks.api.demonstration import Peek, PeekLine
from tracks.api.figures import Axis, Drawing, Panel, Table
from tracks.api.outcome import Outcome, Reading, Verdict
from tracks.api.quantities import in_words
from tracks.api.teaching import Brief
from tracks.loading.registry import Registry

EMPTY = {"data": [], "layout": {"shapes": [], "annotations": []}}
CONTROLS = (
    Slider(id="rounds", label="Rounds", unit="a day", minimum=1, maximum=100, step=1, default=10, whole=True),
    Choice(
        id="codec",
        label="Codec",
        options=(Option(id="raw", text="none"), Option(id="small", text="INT8")),
        default="raw",
    ),
    Toggle(id="cached", label="Half is cached", default=False, group="advanced"),
    Slider(
        id="rate",
        label="Uplink",
        unit="bit/s",
        minimum=1e5,
        maximum=1e9,
        step=0.1,
        default=1e6,
        scale="log",
        group="advanced",
        role="environment",
    ),
)
AXIS = Axis(label="time", unit="s", low=0, high=10)


def verdict(code: str = "late", level: str = "fail", quantity: float = 20.0, **more) -> Verdict:
    words = {name: more.pop(name) for name in ("title", "cause", "fixes") if name in more}
    numbers = {"label": more.pop("measure", "Download"), "limit": 10.0, "unit": "s", **more}
    reading = Reading(id="judged", value=quantity, **numbers)
    return Verdict(code=code, level=level, reading=reading, **{"title": code.capitalize(), "cause": f"{code}."} | words)


def outcome(*verdicts: Verdict, readings: tuple[Reading, ...] = ()) -> Outcome:
    table = Table(columns=("t",), rows=((1.0,),))
    drawing = Drawing(figure=lambda: EMPTY, summary="1 s to send it.", table=lambda: table)
    return Outcome(panels={"time": drawing}, readings=readings, verdicts=verdicts)


BENCH = Bench(
    id="bench",
    title="Bench",
    brief=Brief(speaker="Lead", text="Text.", short="Short."),
    controls=CONTROLS,
    panels=(Panel(id="time", question="How long?", x=AXIS, y=AXIS),),
    solve=lambda *_, **__: outcome(),
)
VALUES = BENCH.defaults()


def reading(value: float | str = 5.0, unit: str = "s", limit: float | None = 10.0, **more) -> Reading:
    return Reading(id="r", label="Reading", value=value, unit=unit, limit=limit, **more)


class TestBars:  # L8
    @given(
        value=st.floats(min_value=-1e30, max_value=1e30),
        limit=st.one_of(st.none(), st.floats(min_value=-1e30, max_value=1e30)),
        unit=st.sampled_from(["s", "x", "share", "B", "points", "steps"]),
    )
    def test_bar_and_tick_stay_on_their_track(self, value: float, limit: float | None, unit: str) -> None:
        shown = views.reading_texts(reading(value, unit, limit))
        assert (shown["bar"] is None) == (shown["tick"] is None)
        if shown["bar"] is not None:
            assert 0 <= shown["bar"] <= 1
            assert 0 < shown["tick"] < 1

    @pytest.mark.parametrize("unit", ["s", "x"])
    def test_the_bar_passes_the_tick_where_the_value_passes_the_limit(self, unit: str) -> None:
        """A bar that looks safe over a limit that is broken would be the card and the chart disagreeing again."""
        at, below, above = (views.reading_texts(reading(v, unit)) for v in (10.0, 9.9, 10.1))
        assert at["bar"] == pytest.approx(at["tick"], abs=1e-3)
        assert below["bar"] < at["bar"] < above["bar"]

    def test_a_factor_moves_by_decades(self) -> None:
        bars = [views.reading_texts(reading(v, "x"))["bar"] for v in (0.1, 1.0, 10.0, 100.0)]
        assert [b - a for a, b in pairwise(bars)] == pytest.approx([1 / 6] * 3, abs=1e-3)

    @pytest.mark.parametrize(("value", "limit"), [("none", 10.0), (5.0, None), (5.0, 0.0), (5.0, -1.0)])
    def test_without_a_measurable_limit_there_is_no_bar(self, value, limit) -> None:
        shown = views.reading_texts(reading(value, limit=limit))
        assert (shown["bar"], shown["tick"]) == (None, None)


class TestReadings:  # L8
    def test_the_level_is_the_readings_own(self) -> None:
        assert [views.reading_texts(reading(v, warn=8.0))["level"] for v in (8.0, 8.1, 10.0, 10.1)] == [
            "ok", "warn", "warn", "fail",
        ]  # fmt: skip
        assert views.reading_texts(reading(limit=None))["level"] == ""

    def test_words_stand_for_a_number_that_is_none(self) -> None:
        assert (views.reading_texts(reading("none"))["value"], views.reading_texts(reading("none"))["unit"]) == (
            "none",
            "",
        )

    def test_the_note_is_the_limit_unless_the_bench_words_it(self) -> None:
        assert views.reading_texts(reading())["note"] == "≤\u00a010\u00a0s"
        assert views.reading_texts(reading(at_most=False))["note"] == "≥\u00a010\u00a0s"
        assert views.reading_texts(reading(limit=None))["note"] == "no limit"
        assert views.reading_texts(reading(note="cap 10 s"))["note"] == "cap 10 s"

    @given(st.floats(min_value=1e-12, max_value=1e15), st.sampled_from(["s", "B", "x", "share", "W", "steps"]))
    @example(2049.0, "steps")
    def test_three_significant_digits_and_four_of_a_whole_number(self, value: float, unit: str) -> None:
        number = views.reading_texts(reading(value, unit, limit=None))["value"]
        mantissa = re.sub(r"\u202f×\u202f10.*|^10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+$", "", number)
        digits = re.sub(r"[^\d]", "", mantissa).lstrip("0")
        is_whole = len(digits) == 4 and "." not in mantissa
        assert len(digits if is_whole else digits.rstrip("0")) <= (4 if is_whole else 3)


class TestStatus:  # L16
    def test_the_worst_stands_first_and_the_next_is_named_with_how_many_more(self) -> None:
        verdicts = (
            verdict("warm", "warn", 9.0),
            verdict("fine", "ok", 1.0),
            verdict("late", "fail", 20.0),
            verdict("later", "fail", 40.0),
        )
        status = views.status_texts(outcome(*verdicts))
        assert (status["level"], status["title"]) == ("fail", "Later")
        assert status["also"] == "Also: late and 1 more; Download 20\u00a0s, at most 10\u00a0s (+100%)"
        assert status["also_level"] == "fail"
        assert views.binding_texts(outcome(*verdicts)) == {"level": "fail", "text": "Later"}

    def test_what_is_in_order_is_no_objection(self) -> None:
        calm = outcome(verdict("fine", "ok", 1.0), verdict("good", "ok", 2.0))
        assert views.status_texts(calm)["also"] == ""
        assert views.binding_texts(calm) == {"level": "ok", "text": "none"}

    def test_the_strip_has_the_same_fields_whatever_the_state(self) -> None:
        some = views.status_texts(outcome(verdict()))
        assert some.keys() == views.status_texts(outcome()).keys()

    def test_a_state_in_which_nothing_fails_names_every_target_the_tightest_last(self) -> None:
        verdicts = (
            verdict("tight", "ok", 9.99, measure="Tight"),
            verdict("loose", "ok", 1.0, measure="Loose"),
            verdict("near", "warn", 9.5, warn=9.0, measure="Near"),
        )
        status = views.status_texts(outcome(*verdicts))
        assert (status["title"], status["level"], status["facts"]) == ("All 2 targets met, 1 warning", "warn", "")
        assert status["met"] == [
            {"level": "ok", "text": "Loose 1\u00a0s, at most 10\u00a0s"},
            {"level": "warn", "text": "Near 9.5\u00a0s, warns above 9\u00a0s, at most 10\u00a0s"},
            {"level": "ok", "text": "Tight 9.99\u00a0s, at most 10\u00a0s"},
        ]
        assert not status["fails"]

    def test_a_limit_that_is_passed_with_a_warning_is_no_target_and_is_not_said_to_be_kept(self) -> None:
        """Where more than half of the updates are clipped the promise holds all the same: a warning, and no target."""
        clipped = {"measure": "Clipped", "unit": "share", "limit": 0.5}
        kept, passed = (outcome(verdict(), verdict("c", level, share, **clipped), verdict("d", "ok", 1.0))
                        for level, share in (("ok", 0.4), ("warn", 0.981)))  # fmt: skip
        kept, passed = (outcome(*one.verdicts[1:]) for one in (kept, passed))
        assert views.status_texts(kept)["title"] == "All 2 targets met"
        status = views.status_texts(passed)
        assert status["title"] == "1 target met, 1 warning"
        assert {"level": "warn", "text": "Clipped 98.1%, warns above 50%"} in status["met"]
        assert {"level": "ok", "text": "Clipped 40%, at most 50%"} in views.status_texts(kept)["met"]
        assert views.status_texts(outcome(passed.verdicts[0]))["title"] == "Nothing fails, 1 warning"

    def test_a_lower_limit_is_told_from_an_upper_one(self) -> None:
        """1.18 against 0.01 reads as a violation where the side of the limit is left out."""
        noise = verdict("claim", "ok", 1.18, measure="Noise multiplier", unit="", limit=0.01, at_most=False)
        assert views.verdict_facts(noise).startswith("Noise multiplier 1.18, at least 0.01")

    @pytest.mark.parametrize(
        ("value", "limit", "unit", "shown"),
        [
            (0.19998, 0.2, "share", "19.998%, at most 20%"),
            (0.2, 0.2, "share", "20%, at most 20%"),
            (5.0004e9, 5e9, "B", "5.0004\u00a0GB, at most 5\u00a0GB"),
            (14.2, 10.0, "s", "14.2\u00a0s, at most 10\u00a0s"),
        ],
    )
    def test_a_value_close_to_its_limit_is_told_apart_from_it(self, value, limit, unit, shown) -> None:
        near = verdict(quantity=value, limit=limit, unit=unit)
        assert f"Download {shown}" in views.verdict_facts(near)
        card = views.reading_texts(reading(value, unit, limit))
        number, words = shown.split(",")[0], card["unit"]
        assert f"{card['value']}{'' if words == '%' else chr(0xA0)}{words}" == number

    def test_a_value_that_passes_is_never_red(self) -> None:
        """What is written like its limit, or on its better side, is no failure."""
        for value in (0.2, 0.19999999, 0.1999):
            assert views.reading_texts(reading(value, "share", 0.2))["level"] == "ok"

    @pytest.mark.parametrize(
        ("quantity", "limit", "unit", "words"),
        [
            (14.2, 10.0, "s", "+42%"),
            (5.0, 10.0, "s", "−50%"),
            (100.0, 10.0, "s", "+900%"),  # ten times is still told in percent
            (5240.0, 10.0, "s", "524× the limit"),
            (0.01, 10.0, "s", ""),  # far inside, where a factor of the limit says nothing
            (0.828, 0.87, "share", "−4.2\u00a0points"),
            (0.9, 0.87, "share", "+3\u00a0points"),
            (-1.0, 10.0, "s", ""),  # no ratio of a gain to a loss
        ],
    )
    def test_the_distance_is_told_in_the_measure_that_fits(self, quantity, limit, unit, words) -> None:
        found = verdict(quantity=quantity, limit=limit, unit=unit)
        assert views.distance(found) == words
        assert words in views.verdict_facts(found)


class TestView:
    def test_what_if_names_the_world_that_was_moved_and_nothing_that_was_decided(self, registry: Registry) -> None:
        track = registry.track("edge_guardian")
        assert views.bench_texts(BENCH, track, outcome(), VALUES, {})["what_if"] == ""
        assert views.bench_texts(BENCH, track, outcome(), {**VALUES, "rounds": 20}, {})["what_if"] == ""
        moved = views.bench_texts(BENCH, track, outcome(), {**VALUES, "rate": 1e9}, {})["what_if"]
        assert moved == "What if: Uplink away from this track’s environment. Such a try cannot win."

    def test_the_closed_disclosure_tells_its_values(self) -> None:
        assert views.advanced_line(BENCH, {**VALUES, "cached": True}) == "on, 1\u00a0Mb/s"

    def test_peek_holds_the_equation_and_the_same_with_numbers(self) -> None:  # L12
        line = PeekLine(name="Time", equation="t = 8 m / r", numbers="8 × 1 MB / 1 Mb/s = 8 s", source="arithmetic")
        shown = views.peek_texts(Peek(lines=(line,), leaves_out="Loss."))
        assert shown["lines"] == [
            {"name": "Time", "equation": line.equation, "latex": "", "numbers": line.numbers, "source": "Source 1"}
        ]
        assert shown["sources"] == ["arithmetic"]
        assert views.peek_texts(None) == {"lines": [], "sources": [], "leaves_out": ""}

    def test_a_source_stands_once_on_a_page_and_lines_name_it_by_its_number(self) -> None:
        """A line's source is sentences, each on one input; "et al. 2021" is the end of none."""
        texts = (
            "Fleet: Hu et al. (2021), fig. 3. Uplink: assumed: 6 Mb/s.",
            "Cap: assumed. Fleet: Hu et al. (2021), fig. 3.",
        )
        lines = tuple(PeekLine(name=text, equation="e", numbers="n", source=text) for text in texts)
        shown = views.peek_texts(Peek(lines=lines, leaves_out="Loss."))
        assert shown["sources"] == ["Fleet: Hu et al. (2021), fig. 3", "Uplink: assumed: 6 Mb/s", "Cap: assumed"]
        assert [line["source"] for line in shown["lines"]] == ["Sources 1, 2", "Sources 1, 3"]

    def test_every_benchs_view_is_json_and_three_digits(self, registry: Registry) -> None:
        """Also where a bench writes the sentences itself."""
        for track in registry.tracks.values():
            for bench in registry.benches(track.id):
                values = bench.defaults()
                outcome_here = bench.run(track, values)
                summaries = {name: drawing.summary for name, drawing in outcome_here.panels.items()}
                shown = views.bench_texts(bench, track, outcome_here, values, summaries)
                text = json.dumps(shown, allow_nan=False, ensure_ascii=False)
                assert not re.search(r"(?<![\d.\u202f])0\.0*[1-9]\d{3}", json.dumps(shown["summaries"])), text[:200]
                for part in shown["summaries"].values():
                    for number in re.findall(r"\d+\.\d+", part):
                        assert len(number.replace(".", "").lstrip("0")) <= 3, part


class TestControlSpec:
    def test_the_browser_gets_what_it_needs_to_turn_positions_into_words(self) -> None:
        slider, choice, toggle, uplink = map(views.control_spec, CONTROLS)
        assert (slider["min"], slider["max"], slider["log"], slider["whole"]) == (1, 100, False, True)
        assert uplink["log"]
        assert uplink["unit"] == "bit/s"
        assert choice["texts"] == {"raw": "none", "small": "INT8"}
        assert toggle["kind"] == "toggle"

    def test_a_value_in_words_is_what_the_unit_says(self) -> None:
        assert CONTROLS[3].text(2.1e7) == in_words(2.1e7, "bit/s") == "21\u00a0Mb/s"
