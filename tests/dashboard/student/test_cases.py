"""A case beside its bench, as a student meets it: offered, marked as optional, left out, and said where it is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.layouts.bench.reflect import SLOTS
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests.http_student import HOLDS, Student, said
from tracks.loading.registry import Registry, load_registry

TRACK, OTHER = "edge_guardian", "mobile_nomad"
GUEST = """
from dataclasses import replace
from tracks import Brief, Fact, as_case, hookimpl, sourced
from tracks.missions import MEMORY

def small(track):
    return replace(track, fleet=replace(track.fleet, devices=sourced(300, "assumed: the buoys of one bay")))

BUOYS = as_case(
    MEMORY, id="buoys", title="Buoys: three hundred of them", world=small, minutes=7, once=True,
    brief=Brief(speaker="Harbour master", text="BUOYS-TEXT", short="BUOYS-SHORT"),
    order=1.5,
)

@hookimpl
def edgelab_benches():
    return [BUOYS]
"""


@pytest.fixture(scope="module")
def with_a_case(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The course, and a guest's file that brings a case before memory."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "buoys.py").write_text(GUEST)
    registry = load_registry(folder=folder)
    assert [row.reason for row in registry.found if row.reason] == []
    return registry


@pytest.fixture
def guest(with_a_case: Registry, tmp_path: Path) -> Student:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
    upgrade(settings.database_url)
    return Student.of(create_app(settings, with_a_case), with_a_case)


def finish(student: Student, key: str) -> str:
    """Lock, record, observe and reflect; return what saving the reflection answers."""
    student.lock_all(key)
    student.try_once(key, **(HOLDS if key == f"{OTHER}/crisis" else {}))
    check = student.bench(key).reflection.check
    fields = {name: "written" for name, _ in SLOTS} | ({"check": check.options[0].id} if check else {})
    answer = student.write(key, "reflect", fields)
    assert answer.status_code == 200
    return said(answer)


def test_a_guests_case_is_locked_tried_and_recorded_by_itself_and_may_be_skipped(guest: Student) -> None:
    """Its route, its lock and its try are its own; the bench it belongs to stays as it was, and is next anyway."""
    after_paradox = finish(guest, f"{TRACK}/paradox")
    assert "Next: Memory" in after_paradox, "the way on is the mission's own bench"
    assert "Optional: Buoys" in after_paradox
    assert "Buoys is optional and takes about 7 minutes; Memory does not depend on it." in after_paradox
    page = said(guest.page(f"/{TRACK}/buoys"))
    assert "BUOYS-TEXT" in page
    assert "A case of its own: optional, and nothing of it is carried on." in page
    done = finish(guest, f"{TRACK}/buoys")
    assert "Next: Memory" in done
    assert "It starts from what you decided here" not in done, "a case carries nothing on"
    memory = said(guest.page(f"/{TRACK}/memory"))
    assert "Review" in memory, "memory's own question is still open"
    assert "0 of 10" in memory
    briefing = said(guest.page(f"/{TRACK}"))
    assert "Buoys: three hundred of them" in briefing
    assert ", about 7 minutes, optional" in briefing
    assert "Continue with Memory" in briefing


def test_a_case_that_is_the_same_everywhere_is_said_to_be_done_on_the_next_track(guest: Student) -> None:
    finish(guest, f"{TRACK}/buoys")
    there = said(guest.page(f"/{OTHER}/buoys"))
    assert "You finished this case on Edge Guardian. It is the same here, and may be skipped." in there
    assert "Review" in there, "and may be played again"
    briefing = said(guest.page(f"/{OTHER}"))
    assert "done on another track" in briefing
    assert "Begin with " in briefing, "nothing was begun on this track"
    assert "Optional: Buoys" not in finish(guest, f"{OTHER}/paradox")


def test_a_track_is_finished_without_its_cases(guest: Student) -> None:
    for bench in ("paradox", "memory", "convergence", "privacy", "crisis"):
        last = finish(guest, f"{OTHER}/{bench}")
    assert "Read the debrief" in last
    picker = said(guest.page("/"))
    assert "5 of 5 benches finished" in picker
