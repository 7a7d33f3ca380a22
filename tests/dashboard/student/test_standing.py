"""How a student stands on each bench, and what comes next: never a dead end, never a bench that is finished."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.layouts.bench.reflect import SLOTS
from dashboard.ledger.events import Event
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.student.standing import standings
from tests.http_student import Student, said
from tracks.loading.registry import Registry

TRACK = "mobile_nomad"
STEPS = ("paradox", "memory", "convergence", "privacy", "crisis")
LABELS = {"memory": "Memory", "convergence": "Convergence", "privacy": "Privacy"}


@pytest.mark.parametrize(
    ("tries", "reflected", "standing"),
    [
        ([], False, "locked"),
        ([{"won": False}], False, "locked"),
        ([{"won": False}], True, "done"),
        ([{"won": True, "helped": True}], False, "helped"),
        ([{"won": True, "helped": True}, {"won": True, "helped": False}], True, "won"),
        ([{"won": True}, {"won": False}], False, "won"),  # a ledger from before help was recorded
    ],
)
def test_a_standing_is_the_best_that_was_reached(
    tmp_path: Path, registry: Registry, tries, reflected, standing
) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite3"
    upgrade(url)
    store, student = Store(url), "0" * 32

    def save(kind: str, key: str, payload: dict, **more: object) -> None:
        event = Event(
            student=student, track=TRACK, bench="memory", kind=kind, payload=payload, idempotency_key=key,
            model_version="test", **more,
        )  # fmt: skip
        store.append(event)

    assert standings(registry, store.events(student))[TRACK] == {}
    for prediction in registry.bench(TRACK, "memory").predictions:
        save("lock", f"lock {prediction.id}".replace(" ", ":"), {}, prediction=prediction.id)
    for number, payload in enumerate(tries):
        save("try", f"try:{number}", payload)
    if reflected:
        save("reflection", "reflection", {})
    assert standings(registry, store.events(student))[TRACK] == {"memory": standing}


def finish(student: Student, step: str) -> str:
    """Lock, record, observe and reflect; return what saving the reflection answers."""
    key = f"{TRACK}/{step}"
    student.lock_all(key)
    student.try_once(key)
    check = student.bench(key).reflection.check
    fields = {name: "written" for name, _ in SLOTS} | ({"check": check.options[0].id} if check else {})
    answer = student.write(key, "reflect", fields)
    assert answer.status_code == 200
    return said(answer)


def test_after_reflecting_the_way_leads_through_the_mission_to_the_debrief_and_the_next_track(student: Student) -> None:
    """Convergence is left out at first, so that the way must come back to it."""
    assert "Next: " not in said(student.page(f"/{TRACK}/paradox"))
    begin = said(student.page(f"/{TRACK}"))
    assert "Begin with Keyboard fleet" in begin
    assert f"Skip it: {student.bench(f'{TRACK}/paradox').step_label}" in begin
    said_after = {step: finish(student, step) for step in ("paradox", "memory")}
    assert "Next: Memory" in said_after["paradox"]
    assert "Next: Convergence" in said_after["memory"]
    assert "It offers what you decided here: " in said_after["memory"], "the payload that convergence moves"
    assert "Continue with Convergence" in said(student.page(f"/{TRACK}"))
    assert "Next: Convergence" in said(student.page(f"/{TRACK}/memory")), "a reload says the same"
    finish(student, "privacy")
    last = finish(student, "crisis")
    assert "Next: Convergence" in last
    assert "Read the debrief" not in last
    assert f"Next: {student.bench(f'{TRACK}/crisis').step_label}" not in said(student.page(f"/{TRACK}/privacy"))
    done = finish(student, "convergence")
    for answer in (done, said(student.page(f"/{TRACK}"))):
        assert "Read the debrief" in answer
        assert f"/{TRACK}/crisis#debrief" in answer
        assert "Next track: Tiny Pioneer" in answer
        assert "Continue with" not in answer
    assert '"href": "#debrief"' in said(student.page(f"/{TRACK}/crisis"))
