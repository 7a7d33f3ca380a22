"""What happened: nothing before a try is recorded, then what it showed, then the gap with its terms and feedback."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.layouts.bench.reveal import happened_section
from dashboard.student.predictions import Draft, Locked
from dashboard.student.progress import Progress, Try
from tests.dashboard.layouts.drawn import having, of_class, props, text
from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.loading.registry import Registry

KEY = "edge_guardian/downlink"
TRY = Try(number=1, values={}, readings={}, level="ok", binding="", what_if=(), won=True, decision={})
NOTHING = Progress(tries=(), limit=10, earned=False, observed=None, chosen=None, reflection=None, marks=None)
TRIED = replace(NOTHING, tries=(TRY,))


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
        shown = text(happened_section(KEY, track, bench, locks(), TRIED))
        assert "3.81× low|You locked 100\u00a0s; the same physics computes 6.35\u00a0min." in shown
        assert "For model 1\u00a0GB; right means within a factor of 2." in shown

    def test_right_and_wrong_are_marked_question_by_question(self, track: Track, bench: Bench) -> None:
        shown = having(happened_section(KEY, track, bench, locks("380", "largest"), TRIED), "data-reveal")
        assert {name: props(part)["data-right"] for name, part in shown.items()} == {"wait": "true", "who": "false"}

    def test_the_terms_make_the_computed_value(self, track: Track, bench: Bench) -> None:
        (table,) = of_class(happened_section(KEY, track, bench, locks(), TRIED), "terms")
        assert text(table) == "bits over rate|381|Computed|6.35\u00a0min"

    def test_only_what_was_chosen_gets_its_feedback(self, track: Track, bench: Bench) -> None:  # L18
        shown = text(happened_section(KEY, track, bench, locks(option="largest"), TRIED))
        assert "FEEDBACK-RATE" in shown
        assert "FEEDBACK-SIZE" not in shown
        assert "OPTION-LARGEST" in shown
        assert "OPTION-SLOWEST" not in shown

    @pytest.mark.parametrize("value", ["1e-3", "100", "380.952", "381", "1e9"])
    def test_lock_and_computed_lie_on_the_ruler_in_their_order(self, track: Track, bench: Bench, value: str) -> None:
        marks = of_class(happened_section(KEY, track, bench, locks(value), TRIED), "bell-mark")
        computed, lock = (float(props(mark)["style"]["--at"]) for mark in marks)
        assert 0 <= min(computed, lock) <= max(computed, lock) <= 1
        assert (lock < computed) == (float(value) < 380.95 - 0.5) or abs(lock - computed) < 1e-3
        ticks = [
            float(props(tick)["style"]["--at"])
            for tick in of_class(happened_section(KEY, track, bench, locks(value), TRIED), "bell-tick")
        ]
        assert 2 <= len(ticks) <= 8
        assert ticks == sorted(ticks)

    def test_it_waits_for_a_try_and_for_what_the_try_showed(self, track: Track, registry: Registry) -> None:
        bench = registry.bench("edge_guardian", "convergence")
        locked = {"more_rounds": locks("5")["wait"]}
        locked = {item.id: locked["more_rounds"] for item in bench.predictions}
        locked = {
            name: replace(lock, draft=replace(lock.draft, mechanism=bench.predictions[0].mechanisms[0].id))
            for name, lock in locked.items()
        }
        before, asked = (happened_section(KEY, track, bench, locked, p) for p in (NOTHING, TRIED))
        seen = happened_section(KEY, track, bench, locked, replace(TRIED, observed=bench.observation.answer))
        assert not having(before, "data-reveal")
        assert not having(asked, "data-reveal")
        assert bench.observation.text in text(asked)
        assert all(option.feedback not in text(asked) for option in bench.observation.options)
        assert having(seen, "data-reveal").keys() == set(locked)
        right = next(o for o in bench.observation.options if o.id == bench.observation.answer)
        assert f"Yes. |{right.feedback}" in text(seen)
