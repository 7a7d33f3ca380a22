"""The reveal between lock and instruments, and what happened after a try: the observation alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.layouts.bench.reveal import happened_section, reveal_beat
from dashboard.student.predictions import Draft, Locked
from dashboard.student.progress import Progress, Try
from dashboard.student.reveal import reveal, reveal_payload
from tests.dashboard.layouts.drawn import every, having, of_class, props, text
from tracks.api.bench import Bench
from tracks.api.figures import Table
from tracks.api.teaching import Route, Term, Truth
from tracks.api.track import Track
from tracks.loading.registry import Registry

KEY = "edge_guardian/downlink"
TRY = Try(number=1, values={}, readings={}, level="ok", binding="", what_if=(), won=True, decision={})
NOTHING = Progress(
    opened=True,
    tries=(),
    limit=10,
    earned=False,
    observed=None,
    chosen=None,
    reflection=None,
    marks=None,
    opinions={},
)
TRIED = replace(NOTHING, tries=(TRY,))
TWICE = Route(name="two of them", value=lambda track, **controls: 100.0, why="2 × 50 s is one too many.")


@pytest.fixture
def track(registry: Registry) -> Track:
    return registry.track("edge_guardian")


@pytest.fixture
def bench(registry: Registry) -> Bench:
    return registry.bench("edge_guardian", "downlink")


def locks(value: str = "100", option: str = "slowest", mechanism: str = "rate") -> dict[str, Locked]:
    def locked(entered: str) -> Locked:
        return Locked(
            draft=Draft(value=entered, mechanism=mechanism, confidence="guess"), time="2025-01-01T00:00:00+00:00"
        )

    return {"wait": locked(value), "who": locked(option)}


def asking(bench: Bench, **changes) -> Bench:
    """The bench whose first question differs in some parts."""
    return replace(bench, predictions=(replace(bench.predictions[0], **changes), *bench.predictions[1:]))


def beat(track: Track, bench: Bench, locked: dict[str, Locked]):
    return reveal_beat(KEY, bench, reveal(track, bench, locked), ())


class TestReveal:  # L10 N6
    def test_the_gap_speaks_as_a_factor_and_with_both_numbers(self, track: Track, bench: Bench) -> None:
        shown = text(beat(track, bench, locks()))
        assert "3.81× low|You locked 100\u00a0s; the same physics computes 6.35\u00a0min." in shown
        assert "For model 1\u00a0GB; right means within a factor of 2." in shown

    def test_nothing_is_revealed_until_every_lock_is_in(self, track: Track, bench: Bench) -> None:
        both = locks()
        assert len(reveal(track, bench, both)) == 2
        for name in both:
            assert reveal(track, bench, {name: both[name]}) == ()

    def test_right_and_wrong_are_marked_question_by_question(self, track: Track, bench: Bench) -> None:
        shown = having(beat(track, bench, locks("380", "largest")), "data-reveal")
        assert {name: props(part)["data-right"] for name, part in shown.items()} == {"wait": "true", "who": "false"}

    def test_a_choice_is_answered_by_the_option_that_is_computed(self, track: Track, bench: Bench) -> None:
        answer = bench.truth(track, bench.predictions[1]).value
        computed = next(o.text for o in bench.predictions[1].options if o.id == answer)
        for option in bench.predictions[1].options:
            gap = reveal(track, bench, locks(option=option.id))[1].gap
            assert gap.headline == computed
            assert "as computed" not in f"{gap.headline} {gap.sentence}"
            assert gap.sentence == ("You locked the same." if option.id == answer else f"You locked “{option.text}”.")

    def test_a_choice_shows_the_case_that_tells_its_options_apart(self, track: Track, bench: Bench) -> None:
        table = Table(columns=("device", "waits, s"), rows=(("slow", 381.0), ("large", 40.0)))
        choice = replace(bench.predictions[1], case=lambda track, **controls: table)
        shown = text(beat(track, replace(bench, predictions=(bench.predictions[0], choice)), locks()))
        assert "device|waits, s|slow|381|large|40" in shown

    def test_the_terms_make_the_computed_value(self, track: Track, bench: Bench) -> None:
        (table,) = of_class(beat(track, bench, locks()), "terms")
        assert text(table) == "bits over rate|381|Computed|6.35\u00a0min"

    def test_what_a_share_gains_or_loses_is_in_percentage_points(self, track: Track, bench: Bench) -> None:
        terms = tuple(Term(name=name, value=value) for name, value in (("best", 0.9), ("drift", 0.05), ("lost", -0.2)))
        truth = Truth(value=0.75, terms=terms)
        asked = asking(bench, unit="share", right="points", low=0.0, high=1.0, truth=lambda track, **controls: truth)
        (table,) = of_class(beat(track, asked, locks("75 %")), "terms")
        assert text(table) == "best|90%|drift|+ 5\u00a0points|lost|− 20\u00a0points|Computed|75%"

    def test_only_what_was_chosen_gets_its_feedback(self, track: Track, bench: Bench) -> None:  # L18
        shown = text(beat(track, bench, locks(option="largest")))
        assert "FEEDBACK-RATE" in shown
        assert "FEEDBACK-SIZE" not in shown
        assert "OPTION-LARGEST" in shown
        assert "OPTION-SLOWEST" not in shown

    @pytest.mark.parametrize("value", ["1e-3", "100", "380.952", "381", "1e9"])
    def test_lock_and_computed_lie_on_the_ruler_in_their_order(self, track: Track, bench: Bench, value: str) -> None:
        marks = of_class(beat(track, bench, locks(value)), "bell-mark")
        computed, lock = (float(props(mark)["style"]["--at"]) for mark in marks)
        assert 0 <= min(computed, lock) <= max(computed, lock) <= 1
        assert (lock < computed) == (float(value) < 380.95 - 0.5) or abs(lock - computed) < 1e-3
        ticks = [
            float(props(tick)["style"]["--at"]) for tick in of_class(beat(track, bench, locks(value)), "bell-tick")
        ]
        assert 2 <= len(ticks) <= 8
        assert ticks == sorted(ticks)

    def test_the_button_opens_the_instruments(self, track: Track, bench: Bench) -> None:
        buttons = [props(part) for part in every(beat(track, bench, locks())) if "n_clicks" in props(part)]
        assert [(one["children"], one["id"]["name"]) for one in buttons] == [("Open the instruments", "open")]


class TestRoutes:
    @pytest.mark.parametrize(("value", "is_named"), [("100", True), ("109", True), ("92", True), ("113", False)])
    def test_a_route_within_a_tenth_of_the_lock_is_said_with_its_sum(
        self, track: Track, bench: Bench, value: str, is_named: bool
    ) -> None:
        one = asking(bench, routes=(TWICE,))
        shown = text(beat(track, one, locks(value)))
        assert (": two of them, 100\u00a0s. 2 × 50 s is one too many." in shown) == is_named
        (first, _) = reveal_payload(reveal(track, one, locks(value)))["revealed"]
        assert first["route"] == ("two of them" if is_named else "")
        assert first["said"].endswith("one too many.") == is_named
        assert first["computed"] == "6.35\u00a0min"

    def test_where_decades_are_asked_a_third_of_one_is_near(self, track: Track, bench: Bench) -> None:
        one = asking(bench, routes=(TWICE,), right="decade", tolerance=0.5)
        names = {value: reveal(track, one, locks(value))[0].route for value in ("47", "210", "45", "221")}
        assert names == {"47": "two of them", "210": "two of them", "45": "", "221": ""}

    def test_the_nearest_of_several_is_named(self, track: Track, bench: Bench) -> None:
        other = replace(TWICE, name="another", value=lambda track, **controls: 104.0)
        one = asking(bench, routes=(TWICE, other))
        assert reveal(track, one, locks("101"))[0].route == "two of them"
        assert reveal(track, one, locks("103"))[0].route == "another"

    def test_a_right_number_for_a_wrong_reason_is_answered_too(self, track: Track, bench: Bench) -> None:
        near = replace(TWICE, value=lambda track, **controls: 380.0)
        one = asking(bench, routes=(near,), reason="rate")
        wrong, right = (reveal(track, one, locks("381", mechanism=name))[0] for name in ("size", "rate"))
        assert (wrong.gap.right, right.gap.right) == (True, True)
        assert wrong.route == "two of them"
        assert wrong.reason == "The number is right, and this reason does not lead to it."
        assert (right.route, right.reason) == ("", "")

    def test_a_wrong_number_for_the_right_reason_is_told_that_the_reason_holds(
        self, track: Track, bench: Bench
    ) -> None:
        found = reveal(track, asking(bench, reason="rate"), locks("5"))[0]
        assert found.reason == "The reason holds; the number does not follow from it."


class TestGap:
    @pytest.mark.parametrize(
        ("unit", "right", "computed", "locked", "said"),
        [
            ("share", "relative", 0.362, "80%", "44 points high, 2.2×"),
            ("share", "relative", 0.762, "92%", "16 points high, 1.2×"),
            ("share", "points", 0.9, "86%", "4 points low"),
            ("share", "relative", 0.5, "0", "50 points low"),
            ("points", "points", 0.0, "5", "5 points high"),
            ("GB", "relative", 4.0, "5", "25% high"),
            ("GB", "relative", 4.0, "12", "3× high"),
            ("x", "factor", 4.0, "12", "3× high"),
        ],
    )
    def test_it_reads_in_the_questions_own_measure(
        self, track: Track, bench: Bench, unit: str, right: str, computed: float, locked: str, said: str
    ) -> None:
        truth = Truth(value=computed)
        low = 1e-9 if right == "factor" else -100.0
        one = asking(
            bench, unit=unit, right=right, tolerance=1.1, low=low, high=1e3, truth=lambda track, **controls: truth
        )
        assert reveal(track, one, locks(locked))[0].gap.headline == said


class TestWhatHappened:
    def test_it_waits_for_a_try_and_for_what_the_try_showed(self, track: Track, registry: Registry) -> None:
        bench = registry.bench("edge_guardian", "convergence")
        before, asked = (happened_section(KEY, bench, (), progress) for progress in (NOTHING, TRIED))
        seen = happened_section(KEY, bench, (), replace(TRIED, observed={"answer": bench.observation.answer}))
        assert bench.observation.text not in text(before)
        assert bench.observation.text in text(asked)
        assert all(option.feedback not in text(asked) for option in bench.observation.options)
        right = next(o for o in bench.observation.options if o.id == bench.observation.answer)
        assert f"Yes. {right.feedback}" in text(seen)

    def test_the_reveal_stays_within_reach(self, track: Track, bench: Bench) -> None:
        for progress in (NOTHING, TRIED):
            shown = happened_section(KEY, bench, reveal(track, bench, locks()), progress)
            assert having(of_class(shown, "reveal-again"), "data-reveal").keys() == {"wait", "who"}
