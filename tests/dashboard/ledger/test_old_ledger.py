"""A ledger that version 0.1.0 wrote, one whole mission of one student, opens and says what it said then."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.ledger import identity
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from tests.http_student import Student, said

LEDGER = Path(__file__).parents[2] / "data" / "ledger_0_1_0.sqlite3"
EVENTS = 27


@pytest.fixture
def settings(tmp_path):
    shutil.copy(LEDGER, tmp_path / "ledger.sqlite3")
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path)})
    upgrade(settings.database_url)
    return settings


@pytest.fixture
def owner(tmp_path, settings):
    """Who wrote it."""
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection:
        ((student,),) = connection.execute("SELECT DISTINCT student FROM events").fetchall()
    return student


def test_every_event_is_there_and_its_hash_holds(settings, owner):
    events = Store(settings.database_url).events(owner)
    assert len(events) == EVENTS
    assert [event.expected_hash() for event in events] == [event.hash for event in events]


def test_the_student_finds_locks_tries_reflections_and_the_debrief_again(settings, owner, registry):
    student = Student.of(create_app(settings, registry), registry)
    student.client.set_cookie(identity.COOKIE, identity.sign(owner, settings.secret_keys))
    for bench in registry.benches("edge_guardian"):
        if bench.case_of or (bench.order is None and bench is not registry.benches("edge_guardian")[-1]):
            continue  # a case or the example plugin, which the old lab did not have
        page = said(student.page(f"/edge_guardian/{bench.id}"))
        assert "because of the bytes" in page, bench.id  # the reflection
        assert page.count("data-won=") == (2 if bench.id == "paradox" else 1), bench.id  # tries
        assert page.count('"disc is-') == 4, bench.id  # the stepper marks the four others
    last = said(student.page(f"/edge_guardian/{registry.track('edge_guardian').crisis.id}"))
    assert "Debrief" in last
    # what paradox decided is what memory and convergence start from
    assert student.act("edge_guardian/paradox", {"do": "carry", "try": 2}).status_code == 200
    assert len(Store(settings.database_url).events(owner)) == EVENTS + 1
