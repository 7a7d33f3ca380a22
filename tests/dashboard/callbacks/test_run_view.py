"""The look into a run answers its fold and its round slider, once unlocked, for the state it was opened at."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.http_student import Student, said

KEY, CRISIS, PLAIN = "edge_guardian/convergence", "edge_guardian/crisis", "edge_guardian/paradox"


def looked(student: Student, key: str, number: Any, **changes: Any) -> dict[str, Any]:
    """Sentence, table, figure and number of rounds."""
    answer = student.look_into_run(key, {**student.bench(key).defaults(), **changes}, number)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    parts = answer.get_json()["response"]
    return {json.loads(name)["name"]: next(iter(part.values())) for name, part in parts.items()}


@pytest.mark.parametrize("key", [KEY, CRISIS])
def test_a_round_is_answered_for_the_state_that_was_sent(student: Student, key: str) -> None:
    student.lock_all(key)
    bench = student.bench(key)
    for changes in ({}, {"local_steps": 5}):
        parts, values = looked(student, key, 7, **changes), {**bench.defaults(), **changes}
        track = student.registry.track("edge_guardian")
        assert parts["run_view_told"] == {"max": bench.run_view.count(track, values)}
        assert parts["run_view_summary"] == bench.run_view.drawn(track, values, 7).summary


def test_a_round_past_the_last_is_the_last(student: Student) -> None:
    student.lock_all(KEY)
    assert looked(student, KEY, 1e9, rounds=20) == looked(student, KEY, 20, rounds=20)
    assert looked(student, KEY, 20, rounds=20)["run_view_told"] == {"max": 20}


def test_nothing_is_shown_before_the_lock_and_what_cannot_be_read_is_refused(student: Student) -> None:
    state = student.bench(KEY).defaults()
    assert student.look_into_run(KEY, state, 1).status_code == 403
    assert "run_view" not in said(student.page(f"/{KEY}"))
    for key in (KEY, PLAIN):
        student.lock_all(key)
    for asked, number, words in (
        (None, 1, "at a state of the controls and a round"),
        (state, None, "'round' has no value"),
        (state, "3", "'round' must be a number"),
        ({}, 1, "has no value"),
    ):
        answer = student.look_into_run(KEY, asked, number)
        assert answer.status_code == 422
        assert words in answer.get_json()["error"]
    answer = student.look_into_run(PLAIN, student.bench(PLAIN).defaults(), 1)
    assert answer.status_code == 422
    assert "has no run to look into" in answer.get_json()["error"]


def test_the_page_opens_without_a_run(student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the page nor a change of its controls computes what the fold would show."""
    monkeypatch.setattr("tracks.common.run_view.client_updates", None)
    student.lock_all(KEY)
    assert "Look into a run" in said(student.page(f"/{KEY}"))
    student.seen(KEY, local_steps=3)
