"""A whole ledger is verified, copied while it is in use, and restored, on either database and through the command."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dashboard.ledger import Event, Store, upgrade
from dashboard.ledger.identity import handle, pseudonym
from tests.dashboard.conftest import Ended, Run
from tracks.commands.terminal import ExitCode

OLD = Path(__file__).parents[2] / "data" / "ledger_0_1_0.sqlite3"
KEY = "k" * 48
# A text with what a file of pg_dump escapes, and the numbers that are written in different ways.
PAYLOAD = {"text": "a\tb\nc\\d “é” \\N", "numbers": [0.1, 1e-7, 1.0, 12], "none": None}


def event(student: str, number: int) -> Event:
    return Event(
        student=student,
        track="edge_guardian",
        bench="paradox",
        kind="try",
        payload={**PAYLOAD, "number": number},
        idempotency_key=f"try:{number}",
        model_version="1",
        seed=None,
        class_code="A-1" if number % 2 else None,
    )


def fill(store: Store, students: int = 3, events: int = 4) -> list[str]:
    names = [uuid.uuid4().hex for _ in range(students)]
    for student in names:
        for number in range(events):
            store.append(event(student, number))
    return names


@pytest.fixture
def own_url(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> str:
    """An upgraded ledger in a database of the test's own."""
    url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    if database == "postgresql":
        url = request.getfixturevalue("cluster").make_database(f"own_{uuid.uuid4().hex}")
    upgrade(url)
    return url


@pytest.fixture
def absent_url(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> str:
    """Where a ledger may be restored: no file, or a database without tables."""
    if database == "postgresql":
        url: str = request.getfixturevalue("cluster").make_database(f"other_{uuid.uuid4().hex}")
        return url
    return f"sqlite:///{tmp_path / 'other.sqlite3'}"


def environment(url: str) -> dict[str, str]:
    return {"EDGELAB_DATABASE_URL": url, "EDGELAB_SECRET_KEY": KEY}


def change_past_the_lab(url: str, student: str) -> None:
    """Change an event as somebody with all rights on the database can."""
    change = f"UPDATE events SET bench = 'memory' WHERE student = '{student}' AND sequence = 2"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("DROP TRIGGER events_refuse_update")
            connection.execute(change)
            connection.commit()
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")
            connection.execute(change)


def answer(process: Ended) -> dict[str, Any]:
    assert process.stdout, process.stderr
    found: dict[str, Any] = json.loads(process.stdout)
    return found


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_ledger_comes_back_from_its_copy_as_it_was(
    own_url: str, absent_url: str, edgelab: Run, new_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = new_store(own_url)
    students = fill(store)
    stored = {student: store.events(student) for student in students}
    copy = tmp_path / "copy"
    made = edgelab("db", "backup", str(copy), "--json", env=environment(own_url))  # the store is open: it is in use
    assert (made.returncode, made.stderr) == (ExitCode.OK, "")
    said = answer(made)
    assert (said["holds"], said["ledgers"], said["events"], said["problems"]) == (True, 3, 12, [])
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert said["bytes"] == copy.stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy"], "no draft is left"

    restored = edgelab("db", "restore", str(copy), env=environment(absent_url))
    assert (restored.returncode, restored.stderr) == (ExitCode.OK, "")
    again = new_store(absent_url)
    assert {student: again.events(student) for student in students} == stored
    assert again.append(event(students[0], 99)).sequence == 5, "it is written as before"
    refused = edgelab("db", "restore", str(copy), env=environment(absent_url))
    assert refused.returncode == ExitCode.USAGE
    assert "holds a ledger already" in refused.stderr
    assert len(again.events(students[0])) == 5

    before = copy.read_bytes()
    twice = edgelab("db", "backup", str(copy), env=environment(own_url))
    assert (twice.returncode, twice.stdout) == (ExitCode.USAGE, "")
    assert "is not overwritten" in twice.stderr
    assert copy.read_bytes() == before


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_event_that_was_changed_is_named_and_no_student_is(
    own_url: str, absent_url: str, edgelab: Run, new_store: Callable[..., Store], tmp_path: Path
) -> None:
    students = fill(new_store(own_url))
    sound = edgelab("db", "check", env=environment(own_url))
    assert sound.returncode == ExitCode.OK
    assert "3 ledgers with 12 events, every chain of hashes holds" in sound.stdout
    change_past_the_lab(own_url, students[1])
    name = f"{pseudonym(students[1])} ({handle(students[1])})"
    copy = tmp_path / "copy"
    for arguments in (["check"], ["backup", str(copy)], ["restore", str(copy)]):
        if arguments[0] == "restore":
            process = edgelab("db", *arguments, env=environment(absent_url))
            assert "Nothing was restored" in process.stdout
            assert edgelab("db", "status", env=environment(absent_url)).returncode == ExitCode.FAILED, "no tables"
        else:
            process = edgelab("db", *arguments, env=environment(own_url))
        assert (process.returncode, process.stderr) == (ExitCode.FAILED, "")
        assert f"{name}: Event 2 (try, edge_guardian/memory) was changed after it was stored." in process.stdout
        assert not any(student in process.stdout for student in students)
    said = answer(edgelab("db", "check", "--json", env=environment(own_url)))
    assert (said["holds"], said["current"]) == (False, True)
    assert [(row["ledger"], row["event"]) for row in said["problems"]] == [(name, 2)]


def test_copies_that_are_made_under_writers_are_whole(
    sqlite_url: str, edgelab: Run, new_store: Callable[..., Store], tmp_path: Path
) -> None:
    """No write waits for the copy for long, none is lost, and each copy is a state that the ledger had."""
    store = new_store(sqlite_url)
    fill(store, students=20, events=20)
    going, written = threading.Event(), list[int]()
    students = [uuid.uuid4().hex for _ in range(2)]

    def write(student: str) -> None:
        number = 0
        while not going.is_set():
            written.append(store.append(event(student, number)).sequence)
            number += 1

    writers = [threading.Thread(target=write, args=(student,)) for student in students]
    for writer in writers:
        writer.start()
    try:
        counts = []
        for number in range(4):
            copy = edgelab("db", "backup", str(tmp_path / f"{number}"), "--json", env=environment(sqlite_url))
            assert copy.returncode == ExitCode.OK, copy.stdout + copy.stderr
            counts.append(answer(copy)["events"])
    finally:
        going.set()
        for writer in writers:
            writer.join()
    assert counts == sorted(set(counts)), "the writers went on between the copies"
    assert sum(len(store.events(student)) for student in students) == len(written)


def test_a_ledger_in_use_is_not_replaced_and_a_stopped_one_is_kept_beside(
    sqlite_url: str, edgelab: Run, tmp_path: Path
) -> None:
    file, copy = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "copy"
    store = Store(sqlite_url)
    (student,) = fill(store, students=1)
    assert edgelab("db", "backup", str(copy), env=environment(sqlite_url)).returncode == ExitCode.OK
    store.append(event(student, 77))
    refused = edgelab("db", "restore", str(copy), "--replace", env=environment(sqlite_url))
    assert refused.returncode == ExitCode.USAGE
    assert "is in use; stop the lab first" in refused.stderr
    assert len(store.events(student)) == 5
    store.close()
    assert "restore with --replace" in edgelab("db", "restore", str(copy), env=environment(sqlite_url)).stderr
    done = answer(edgelab("db", "restore", str(copy), "--replace", "--json", env=environment(sqlite_url)))
    assert done["restored"]
    for path, events in ((file, 4), (Path(done["kept"]), 5)):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (events,)
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert Path(done["kept"]).name.startswith("ledger-until-20")


def test_a_damaged_ledger_is_kept_beside_the_restored_one(sqlite_url: str, edgelab: Run, tmp_path: Path) -> None:
    file, copy = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "copy"
    assert edgelab("db", "backup", str(copy), env=environment(sqlite_url)).returncode == ExitCode.OK
    file.write_bytes(b"no database" * 1000)
    assert edgelab("db", "check", env=environment(sqlite_url)).returncode == ExitCode.DATABASE
    done = answer(edgelab("db", "restore", str(copy), "--replace", "--json", env=environment(sqlite_url)))
    assert Path(done["kept"]).read_bytes() == b"no database" * 1000
    assert edgelab("db", "check", env=environment(sqlite_url)).returncode == ExitCode.OK


def test_a_copy_of_older_tables_is_verified_and_comes_back_up_to_date(edgelab: Run, tmp_path: Path) -> None:
    """The copy to make before an upgrade; it stays as the older version can read it."""
    old = tmp_path / "old.sqlite3"
    old.write_bytes(OLD.read_bytes())
    process = edgelab("db", "check", "--json", env=environment(f"sqlite:///{old}"))
    assert (process.returncode, answer(process)["current"]) == (ExitCode.FAILED, False)
    made = answer(edgelab("db", "backup", str(tmp_path / "copy"), "--json", env=environment(f"sqlite:///{old}")))
    assert made["holds"]
    assert made["events"] > 0
    with closing(sqlite3.connect(tmp_path / "copy")) as copy, closing(sqlite3.connect(OLD)) as first:
        version = "SELECT version_num FROM alembic_version"
        assert copy.execute(version).fetchone() == first.execute(version).fetchone()
    new = environment(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert edgelab("db", "restore", str(tmp_path / "copy"), env=new).returncode == ExitCode.OK
    assert answer(edgelab("db", "check", "--json", env=new))["events"] == made["events"]


@pytest.mark.parametrize("content", [b"", b"no database" * 500])
def test_what_is_no_copy_is_refused_and_makes_nothing(edgelab: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "copy").write_bytes(content)
    target = tmp_path / "data" / "ledger.sqlite3"
    for name in ("copy", "nowhere", "data"):
        process = edgelab("db", "restore", str(tmp_path / name))
        assert (process.returncode, process.stdout) == (ExitCode.USAGE, "")
        assert len(process.stderr.splitlines()) == 1
        assert not target.exists()
    missing = edgelab("db", "backup", str(tmp_path / "other"))
    assert missing.returncode == ExitCode.DATABASE, "there is no ledger to copy"
    assert not target.exists()


@pytest.mark.parametrize("database", ["postgresql"])
def test_without_the_programs_of_postgresql_a_sentence_says_what_to_run(
    own_url: str, edgelab: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    url = own_url.replace("edgelab@", "edgelab:hunter2@")
    process = edgelab("db", "backup", str(tmp_path / "copy"), env={**environment(url), "PATH": str(tmp_path)})
    assert (process.returncode, process.stdout) == (ExitCode.USAGE, "")
    assert "pg_dump is not on the path" in process.stderr
    assert f"--file={tmp_path / 'copy'}" in process.stderr
    assert "hunter2" not in process.stderr
    assert not os.path.lexists(tmp_path / "copy")
