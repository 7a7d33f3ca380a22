"""What happened and what it means: the gap with its terms, feedback on what was chosen, then the model answer."""

from __future__ import annotations

import pytest

from dashboard.entries import Draft, Locked
from dashboard.layouts.reveal import check_feedback, reflect_section, reveal_section
from tests.dashboard.layouts.drawn import every, having, of_class, props, text
from tracks.registry import Registry
from tracks.spec import Bench, Track

KEY = "edge_guardian/downlink"
WRITTEN = {"showed": "The line.", "why": "The ratio.", "change": "A smaller model.", "check": "louder"}


@pytest.fixture
def track(registry: Registry) -> Track:
    return registry.track("edge_guardian")


@pytest.fixture
def bench(registry: Registry) -> Bench:
    return registry.bench("edge_guardian", "downlink")


def locks(value: str = "100", option: str = "slowest") -> dict[str, Locked]:
    def locked(entered: str) -> Locked:
        return Locked(
            draft=Draft(value=entered, mechanism="rate", confidence="guess"), time="2025-01-01T00:00:00+00:00"
        )

    return {"wait": locked(value), "who": locked(option)}


class TestReveal:  # L10 N6
    def test_the_gap_speaks_as_a_factor_and_with_both_numbers(self, track: Track, bench: Bench) -> None:
        shown = text(reveal_section(track, bench, locks()))
        assert "3.81× low|You locked 100\u00a0s; the same physics computes 6.35\u00a0min." in shown
        assert "For model 1\u00a0GB; right means within a factor of 2." in shown

    def test_right_and_wrong_are_marked_question_by_question(self, track: Track, bench: Bench) -> None:
        shown = having(reveal_section(track, bench, locks("380", "largest")), "data-reveal")
        assert {name: props(part)["data-right"] for name, part in shown.items()} == {"wait": "true", "who": "false"}

    def test_the_terms_make_the_computed_value(self, track: Track, bench: Bench) -> None:
        (table,) = of_class(reveal_section(track, bench, locks()), "terms")
        assert text(table) == "bits over rate|381|Computed|6.35\u00a0min"

    def test_only_what_was_chosen_gets_its_feedback(self, track: Track, bench: Bench) -> None:  # L18
        shown = text(reveal_section(track, bench, locks(option="largest")))
        assert "FEEDBACK-RATE" in shown
        assert "FEEDBACK-SIZE" not in shown
        assert "OPTION-LARGEST" in shown
        assert "OPTION-SLOWEST" not in shown

    @pytest.mark.parametrize("value", ["1e-3", "100", "380.952", "381", "1e9"])
    def test_lock_and_computed_lie_on_the_ruler_in_their_order(self, track: Track, bench: Bench, value: str) -> None:
        marks = of_class(reveal_section(track, bench, locks(value)), "bell-mark")
        computed, lock = (float(props(mark)["style"]["--at"]) for mark in marks)
        assert 0 <= min(computed, lock) <= max(computed, lock) <= 1
        assert (lock < computed) == (float(value) < 380.95 - 0.5) or abs(lock - computed) < 1e-3
        ticks = [
            float(props(tick)["style"]["--at"])
            for tick in of_class(reveal_section(track, bench, locks(value)), "bell-tick")
        ]
        assert 2 <= len(ticks) <= 8
        assert ticks == sorted(ticks)

    def test_it_is_folded_until_asked_for(self, track: Track, bench: Bench) -> None:
        (box,) = having(reveal_section(track, bench, locks()), "data-reveal-box").values()
        assert not getattr(box, "open", None)


class TestReflection:  # L11
    def test_the_model_answer_waits_for_the_students_own(self, bench: Bench) -> None:
        before = reflect_section(KEY, bench.reflection, None)
        everything = " ".join(str(props(part)) for part in every(before))
        for part in ("MODEL-ANSWER", "WEAK-SAMPLE", "STRONG-SAMPLE", "CHECK-", "rubric"):
            assert part not in everything
        after = text(reflect_section(KEY, bench.reflection, WRITTEN))
        for part in ("MODEL-ANSWER", "WEAK-SAMPLE", "STRONG-SAMPLE", "A smaller model.", *bench.reflection.rubric):
            assert part in after

    def test_what_was_written_is_kept_with_the_problem(self, bench: Bench) -> None:
        section = reflect_section(KEY, bench.reflection, None, draft=WRITTEN, problem="Not saved.")
        values = [props(part).get("value") for part in every(section)]
        assert all(value in values for value in WRITTEN.values())
        assert "Not saved." in text(section)

    def test_each_option_of_the_check_has_its_own_feedback(self, bench: Bench) -> None:
        check = bench.reflection.check
        assert check_feedback(check, "smaller") == "Yes. CHECK-SMALLER"
        assert check_feedback(check, "louder") == "Not this one. CHECK-LOUDER"
        assert check_feedback(check, "nothing") == ""

    def test_marks_are_shown_as_given(self, bench: Bench) -> None:
        section = reflect_section(KEY, bench.reflection, WRITTEN, marks=(2, 1, 0, 2))
        given = [
            part.value for part in every(section) if "mark" in str(props(part).get("id")) and hasattr(part, "value")
        ]
        assert given == ["m2", "m1", "m0", "m2"]
        assert "5 of 8 saved" in text(section)
