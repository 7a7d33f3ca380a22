"""A state as a script: given to whoever has unlocked its bench, made from the values on the page."""

from __future__ import annotations

from tests.http_student import Student, said
from tracks.loading.registry import Registry

KEY = "edge_guardian/convergence"


def test_the_script_of_the_values_on_the_page(student: Student, registry: Registry) -> None:
    student.lock_all(KEY)
    bench, track = registry.bench("edge_guardian", "convergence"), registry.track("edge_guardian")
    values = {**bench.defaults(), "rounds": 12}
    answer = student.script(KEY, values)
    assert answer.status_code == 200, said(answer)
    (given,) = answer.get_json()["response"].values()
    assert given["data"]["filename"] == "edge_guardian_convergence.py"
    assert given["data"]["content"] == bench.script(track, seed=0, **values)
    assert "3 runs of 12 rounds" in given["data"]["content"]


def test_before_the_lock_there_is_no_script(student: Student) -> None:
    answer = student.script(KEY, student.bench(KEY).defaults())
    assert answer.status_code == 403
    assert said(answer) == '{"error": "Lock your prediction first; the instruments open after it."}'


def test_a_bench_without_runs_has_none(student: Student) -> None:
    key = "edge_guardian/paradox"
    student.lock_all(key)
    answer = student.script(key, student.bench(key).defaults())
    assert answer.status_code == 422
    assert "has no script" in said(answer)


def test_a_button_that_was_not_pressed_gives_nothing(student: Student) -> None:
    student.lock_all(KEY)
    assert student.script(KEY, student.bench(KEY).defaults(), clicks=0).status_code == 204
