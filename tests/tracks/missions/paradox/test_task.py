"""Where federating is green from the start there is something to find: the raw bytes at which both sides are equal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.http_student import Student, said
from tracks.api.checks import SpecError
from tracks.api.teaching import Task
from tracks.loading.registry import Registry

GREEN = {"edge_guardian": 10_222_812.8, "mobile_nomad": 3_692_742.4, "tiny_pioneer": 40_000.0}


def test_only_a_track_that_is_green_from_the_start_has_one(registry: Registry) -> None:
    assert {name for name in registry.tracks if registry.bench(name, "paradox").task is not None} == set(GREEN)
    titan = registry.bench("cloud_titan", "paradox")
    assert any(v.level != "ok" for v in titan.run(registry.track("cloud_titan"), titan.defaults()).verdicts)


@pytest.mark.parametrize("name", GREEN)
def test_it_is_met_within_a_tenth_and_nowhere_else(registry: Registry, name: str) -> None:
    """The ratio is bytes moved over raw bytes, so the answer is the start's ratio times the start's raw bytes."""
    track, bench = registry.track(name), registry.bench(name, "paradox")
    start = bench.defaults()
    equal = start["raw_bytes"] * bench.run(track, start).reading("ratio").value
    assert equal == pytest.approx(GREEN[name], rel=1e-9)

    def is_won(times: float, **more: float) -> bool:
        state = {**start, "raw_bytes": equal * times, **more}
        return bench.wins(state, bench.run(track, state))

    assert [is_won(times) for times in (0.9, 0.92, 1, 1.09, 1.12)] == [False, True, True, True, False]
    assert not bench.wins(start, bench.run(track, start))
    assert not is_won(1, fleet=start["fleet"] * 2), "the rest of the world stays the track's own"


def test_the_server_judges_it_and_stepper_and_briefing_follow(student: Student) -> None:
    key = "tiny_pioneer/paradox"
    student.lock_all(key)
    assert student.seen(key)[1]["task"]["text"].endswith("not yet.")
    assert student.seen(key, raw_bytes=41_000.0)[1]["task"] == {
        "text": "Find how many raw bytes a device and day make both sides equal, within 10%; they are under Advanced. "
        "Traffic ratio 0.976×: met; record it.",
        "level": "ok",
    }
    student.try_once(key)
    assert "is-won" not in said(student.page("/tiny_pioneer/memory"))
    student.record(key, raw_bytes=41_000.0)
    for page in ("/tiny_pioneer/memory", "/tiny_pioneer", "/"):
        assert "is-won" in said(student.page(page)), page


def test_before_the_lock_it_is_not_on_the_page(student: Student) -> None:  # N1
    assert "Your task" not in said(student.page("/tiny_pioneer/paradox"))


def test_a_range_without_width_and_a_task_beside_winning_are_refused(registry: Registry) -> None:
    with pytest.raises(SpecError, match="high"):
        Task(text="Find it.", reading="ratio", low=2.0, high=1.0)
    found = Task(text="Find it.", reading="ratio", low=1.0, high=2.0)
    with pytest.raises(SpecError, match="exploratory"):
        replace(registry.bench("tiny_pioneer", "memory"), task=found)
