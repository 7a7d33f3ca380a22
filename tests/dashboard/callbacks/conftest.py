"""What the tests of several callbacks look at."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.ledger.events import StoredEvent
from dashboard.ledger.store import Store
from tests.http_student import Student


@pytest.fixture
def ledger_of(tmp_path: Path) -> Iterator[Callable[[Student, str], list[StoredEvent]]]:
    """What this test's ledger holds of one kind of its one student's events."""
    path = tmp_path / "data" / "ledger.sqlite3"
    store = Store(f"sqlite:///{path}")

    def events(_: Student, kind: str) -> list[StoredEvent]:
        with closing(sqlite3.connect(path)) as connection:
            names = [name for (name,) in connection.execute("SELECT DISTINCT student FROM events")]
        return [event for name in names for event in store.events(name) if event.kind == kind]

    yield events
    store.close()
