"""How a student stands on each bench, and what comes next: never a dead end, never a bench that is finished."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard.layouts.bench.reflect import SLOTS
from dashboard.ledger.events import Event
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.student.standing import standings
from tests.http_student import HOLDS, Student, said
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


def finish(student: Student, step: str, holds: Mapping[str, Any] = HOLDS) -> str:
    """Lock, record, observe and reflect; return what saving the reflection answers. A crisis is won by ``holds``."""
    key = f"{TRACK}/{step}"
    student.lock_all(key)
    student.try_once(key, **(holds if step == "crisis" else {}))
    check = student.bench(key).reflection.check
    fields = {name: "written" for name, _ in SLOTS} | ({"check": check.options[0].id} if check else {})
    answer = student.write(key, "reflect", fields)
    assert answer.status_code == 200
    return said(answer)


def test_after_reflecting_the_way_leads_through_the_mission_to_the_debrief_and_the_next_track(student: Student) -> None:
    """Convergence is left out at first, so that the way must come back to it."""
    assert "Next: " not in said(student.page(f"/{TRACK}/paradox"))
    begin = said(student.page(f"/{TRACK}"))
    assert f"Begin with {student.bench(f'{TRACK}/paradox').step_label}" in begin
    assert "Optional: Keyboard fleet" in begin
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


def test_a_crisis_that_fails_ends_the_track_only_by_a_win_or_when_its_tries_are_used(student: Student) -> None:  # L16
    """One failing try and any text opened the defence; without the second way out nobody could go on without a win."""
    crisis = f"{TRACK}/crisis"
    for step in ("paradox", *LABELS):
        finish(student, step)
    answer = finish(student, "crisis", {})
    for page in (answer, said(student.page(f"/{crisis}"))):
        assert "Every bench of this track is finished" not in page
        assert "a try of its first act holds, or all its tries are used" in page
        assert "Opens once a try of the first act holds, or all tries are used." in page
    assert student.write(crisis, "defend", {"choice": "a", "locality": "b"}).status_code == 403
    won = said(student.record(crisis, **HOLDS))
    for page in (won, said(student.page(f"/{crisis}"))):
        assert "Every bench of this track is finished" in page
        assert "Opens once" not in page


def test_whoever_used_every_try_of_a_crisis_goes_on_without_a_win(student: Student) -> None:
    crisis = f"{TRACK}/crisis"
    for step in ("paradox", *LABELS):
        finish(student, step)
    finish(student, "crisis", {})
    for n in range(1, student.bench(crisis).tries):
        assert "Every bench of this track is finished" not in said(student.page(f"/{crisis}"))
        student.record(crisis, minutes=40.0 + n)
    page = said(student.page(f"/{crisis}"))
    assert "Every bench of this track is finished" in page
    assert "Opens once" not in page
