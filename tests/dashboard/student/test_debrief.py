"""The debrief adds up what the ledger holds, and nothing else."""

from __future__ import annotations

import pytest

from tests.http_student import Student, an_answer, said

TRACK = "mobile_nomad"
STEPS = ("paradox", "memory", "convergence", "privacy", "crisis")


@pytest.fixture
def through(student: Student) -> Student:
    """A student who locked, recorded and observed every bench of a track once."""
    for step in STEPS:
        key = f"{TRACK}/{step}"
        student.lock_all(key)
        student.try_once(key)
    return student


def test_it_closes_the_crisis_once_the_gap_is_shown(student: Student) -> None:
    key = f"{TRACK}/crisis"
    student.lock_all(key)
    assert "Debrief" not in said(student.page(f"/{key}"))
    student.record(key)
    assert "Debrief" not in said(student.page(f"/{key}"))
    assert "Debrief" in said(student.observe(key))
    assert "Debrief" in said(student.page(f"/{key}"))
    student.lock_all(f"{TRACK}/paradox")
    student.try_once(f"{TRACK}/paradox")
    assert "Debrief" not in said(student.page(f"/{TRACK}/paradox"))


def test_each_part_stands_with_what_was_recorded(through: Student) -> None:  # P18 L20
    page = said(through.page(f"/{TRACK}/crisis"))
    for step in STEPS:
        bench = through.bench(f"{TRACK}/{step}")
        assert f'scope=\\"row\\">{bench.title.split(":")[0]}<' in page
    assert "explored" in page
    assert page.count("</span> fails: ") == 4, "every default fails"
    assert "0 of 4 recorded designs hold in this track’s own environment." in page
    assert "They took 5 recorded tries." in page
    assert "The guarantee you carried: " in page


def test_a_win_and_a_what_if_are_told_apart(through: Student) -> None:
    key = f"{TRACK}/convergence"
    through.record(key, reliability=1.0)
    assert "what if" in said(through.page(f"/{TRACK}/crisis"))
    through.act(key, {"do": "carry", "try": 1})
    assert "what if<" not in said(through.page(f"/{TRACK}/crisis"))


def test_a_task_that_is_met_is_told_from_a_design_that_holds(through: Student) -> None:
    through.record(f"{TRACK}/paradox", raw_bytes=3.7e6)
    page = said(through.page(f"/{TRACK}/crisis"))
    assert "</span> task met" in page
    assert "0 of 4 recorded designs hold" in page


def test_a_further_try_brings_it_up_to_date_and_leaves_the_reflection_alone(through: Student) -> None:
    answer = through.record(f"{TRACK}/crisis", minutes=1.0)
    parts = answer.get_json()["response"]
    assert "They took 6 recorded tries." in str(next(part for name, part in parts.items() if '"debrief"' in name))
    assert not any('"after"' in name for name in parts), "what is being written there would be lost"


def test_locks_are_counted_by_how_sure_the_student_was(student: Student) -> None:
    key = f"{TRACK}/crisis"
    (item,) = student.bench(key).predictions
    truth = student.bench(key).truth(student.registry.track(TRACK), item)
    student.lock(key, item, **{**an_answer(item), "value": repr(truth.value), "confidence": "certain"})
    student.try_once(key)
    page = said(student.page(f"/{key}"))
    assert "1 of 1 predictions were right; “certain” 1 of 1." in page
    assert "No guarantee was recorded" in page
