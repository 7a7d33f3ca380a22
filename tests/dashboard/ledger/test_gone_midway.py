"""The database goes in the middle of an import, an export or an erasure: a sentence, nothing half done, and again."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from dashboard.app import create_app
from dashboard.ledger import Store, upgrade
from dashboard.ledger.database import SILENT
from dashboard.ledger.exports.verification import verify
from dashboard.ledger.identity import COOKIE, read
from dashboard.settings import Settings
from tests.http_student import Student
from tracks.loading.registry import Registry

KEY = "edge_guardian/downlink"
COMMIT = "COMMIT"


@dataclass
class Breakable:
    """A real database that can be made to go at a statement, and to come back."""

    url: str
    go: Callable[[Any], None]
    come_back: Callable[[], None]

    @contextmanager
    def gone_at(self, words: str) -> Iterator[None]:
        """Let it go right before the first statement that begins with these words, or before the commit."""
        is_gone = False

        def before_statement(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            nonlocal is_gone
            if not is_gone and words != COMMIT and statement.startswith(words):
                is_gone = True
                self.go(cursor.connection)

        def before_commit(connection: Any) -> None:
            nonlocal is_gone
            if not is_gone and words == COMMIT:
                is_gone = True
                self.go(connection.connection.driver_connection)

        event.listen(Engine, "before_cursor_execute", before_statement)
        event.listen(Engine, "commit", before_commit)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", before_statement)
            event.remove(Engine, "commit", before_commit)
            self.come_back()
        assert is_gone, f"nothing began with {words}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Breakable:
    """PostgreSQL is killed as by a power cut; SQLite stops in the middle of its statement, as on a failing disk."""
    if request.param == "postgresql":
        server = request.getfixturevalue("new_cluster")()
        url = server.make_database("ledger")
        upgrade(url)
        return Breakable(url, lambda _: server.kill(), server.start)
    stopped: list[Any] = []

    def stop(connection: Any) -> None:
        driver = getattr(connection, "driver_connection", connection)
        driver.set_progress_handler(lambda: 1, 1)  # every next instruction of SQLite ends its statement
        stopped.append(driver)

    def start() -> None:
        while stopped:
            with suppress(sqlite3.ProgrammingError):  # not even its rollback worked, so it was closed
                stopped.pop().set_progress_handler(None, 0)

    return Breakable(request.getfixturevalue("sqlite_url"), stop, start)


@dataclass
class Running:
    """A lab on that database: its students, and the store beside it."""

    database: Breakable
    app: Any
    registry: Registry
    settings: Settings
    store: Store

    def student(self) -> Student:
        return Student.of(self.app, self.registry)

    def id_of(self, student: Student) -> str:
        cookie = student.client.get_cookie(COOKIE)
        assert cookie is not None
        found = read(cookie.value, self.settings.secret_keys)
        assert found is not None
        return found

    def refused(self, action: Callable[[], TestResponse], at: str) -> None:
        """An action while the database goes is answered by one sentence and no file."""
        with self.database.gone_at(at):
            answer = action()
        assert (answer.status_code, answer.get_json()) == (503, {"error": SILENT}), at
        assert answer.headers.get("Content-Disposition") is None


@pytest.fixture
def lab(database: Breakable, tmp_path: Path, registry: Registry, new_store: Callable[..., Store]) -> Running:
    settings = Settings.from_environment(
        {
            "EDGELAB_DATA_DIR": str(tmp_path / "data"),
            "EDGELAB_DATABASE_URL": database.url,
            "EDGELAB_SECRET_KEY": "k" * 40,
        }
    )
    return Running(database, create_app(settings, registry), registry, settings, new_store(database.url))


def taken(student: Student, kind: str) -> TestResponse:
    return student.client.get(f"/ledger/handin.{kind}?download")


def brought(student: Student, file: bytes) -> TestResponse:
    fields = MultiDict([("file", FileStorage(io.BytesIO(file), filename="a.json"))])
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return student.client.post("/ledger/import", data=body, content_type=kind)


def erased(student: Student) -> TestResponse:
    return student.client.post("/ledger/erase", data={"agreed": "yes"})


def test_what_the_database_leaves_unfinished_is_whole_or_not_there(lab: Running) -> None:
    student = lab.student()
    student.lock_all(KEY)
    student.try_once(KEY)
    before = lab.store.events(lab.id_of(student))
    for kind in ("html", "json", "csv", "md"):
        lab.refused(lambda kind=kind: taken(student, kind), "SELECT events")
    file = taken(student, "json").data
    assert verify(file, lab.settings.secret_keys).events == before
    fresh = lab.student()
    for at in ("INSERT INTO events", COMMIT):
        lab.refused(lambda: brought(fresh, file), at)
        assert lab.store.events(lab.id_of(fresh)) == (), at
    assert brought(fresh, file).status_code == 200
    imported = lab.store.events(lab.id_of(fresh))
    assert len(imported) == len(before) + 1
    assert lab.store.verify_chain(lab.id_of(fresh)) == ()
    for at in ("INSERT INTO erasures", COMMIT):
        lab.refused(lambda: erased(fresh), at)
        assert lab.store.events(lab.id_of(fresh)) == imported, at
        assert lab.store.receipt(imported[-1].hash) is None, at
    own = lab.id_of(fresh)
    assert erased(fresh).get_json()["go"].endswith(imported[-1].hash)
    assert lab.store.events(own) == ()
    assert lab.store.events(lab.id_of(student)) == before, "another's ledger was touched"
