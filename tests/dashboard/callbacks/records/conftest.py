"""A student with something to hand in, and the keys of the lab that signs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.ledger.identity import COOKIE, read
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from tests.http_student import Student

KEY = "edge_guardian/downlink"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those that the lab of this test has."""
    return Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.database_url)


@pytest.fixture
def id_of(settings: Settings) -> Callable[[Student], str]:
    """The id behind a student's cookie."""

    def find(student: Student) -> str:
        cookie = student.client.get_cookie(COOKIE)
        found = read(cookie.value, settings.secret_keys) if cookie else None
        assert found
        return found

    return find


@pytest.fixture
def played(student: Student) -> Student:
    """One who has locked, tried, observed and reflected on one bench."""
    student.lock_all(KEY)
    student.try_once(KEY)
    written = {"why": "The ratio.", "change": "A smaller model.", "check": "smaller"}
    assert student.write(KEY, "reflect", written).status_code == 200
    return student
