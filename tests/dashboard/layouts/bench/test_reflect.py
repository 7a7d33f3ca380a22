"""What it means: the student's own words first, then the model answer, the rubric and the samples."""

from __future__ import annotations

import pytest

from dashboard.layouts.bench.reflect import reflect_section
from dashboard.student.answers import feedback_on
from tests.dashboard.layouts.drawn import every, props, text
from tracks.api.bench import Bench
from tracks.loading.registry import Registry

KEY = "edge_guardian/downlink"
WRITTEN = {"why": "The line, by the ratio.", "change": "A smaller model.", "check": "louder"}


@pytest.fixture
def bench(registry: Registry) -> Bench:
    return registry.bench("edge_guardian", "downlink")


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
        assert feedback_on(check, "smaller") == "Yes. CHECK-SMALLER"
        assert feedback_on(check, "louder") == "Not this one. CHECK-LOUDER"
        assert feedback_on(check, "nothing") == ""

    def test_marks_are_shown_as_given(self, bench: Bench) -> None:
        section = reflect_section(KEY, bench.reflection, WRITTEN, marks=(2, 1, 0, 2))
        given = [
            part.value for part in every(section) if "mark" in str(props(part).get("id")) and hasattr(part, "value")
        ]
        assert given == ["m2", "m1", "m0", "m2"]
        assert "5 of 8 saved" in text(section)
