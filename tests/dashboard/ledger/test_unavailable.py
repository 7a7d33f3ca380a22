"""A busy, full, missing or unprepared database is said in a sentence, in time, and without the student's answers."""

import shutil
import sqlite3
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from dashboard.ledger import LedgerUnavailable, Store
from dashboard.ledger.database import BUSY, FULL, NOT_READY, SILENT, UNREADABLE

ANSWER = "forty-two"


def refusal(action: Callable[[], Any], *, within_s: float) -> LedgerUnavailable:
    start = time.monotonic()
    with pytest.raises(LedgerUnavailable) as refused:
        action()
    assert time.monotonic() - start < within_s
    whole = "".join(traceback.format_exception(refused.value))
    assert ANSWER not in whole  # a traceback ends in a log, and a log holds no answers
    return refused.value


def test_a_busy_ledger_is_waited_for_then_said(
    sqlite_url: str, tmp_path: Path, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url, patience_s=0.3)
    lock = store.append(events.lock())
    other = sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    attempt = events.attempt(payload={"answer": ANSWER})
    assert str(refusal(lambda: store.append(attempt), within_s=3)) == BUSY
    assert store.events(events.student) == (lock,)  # readers go on while somebody writes
    other.execute("ROLLBACK")
    other.close()
    assert store.append(attempt).sequence == 2  # the same again, as the sentence says


def test_a_writer_that_is_only_slow_costs_nobody_an_event(
    sqlite_url: str, tmp_path: Path, events: Any, new_store: Callable[..., Store], start_python: Callable[..., Any]
) -> None:
    code = """
import sqlite3, sys, time
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("busy", flush=True)
time.sleep(0.4)
other.execute("COMMIT")
"""
    other = start_python(code, str(tmp_path / "ledger.sqlite3"))
    assert other.stdout.readline() == "busy\n"
    assert new_store(sqlite_url).append(events.attempt()).sequence == 1


def test_a_full_disk_is_said_and_nothing_acknowledged_is_lost(
    sqlite_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url)
    room = {"pages": 24}

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {room['pages']}")  # SQLite itself then answers SQLITE_FULL

    sqlalchemy_event.listen(store._database.engine, "checkout", limit)
    stored = []
    problem = None
    for n in range(60):
        attempt = events.attempt(f"try-{n}", payload={"answer": ANSWER, "filling": "x" * 3000})
        try:
            stored.append(store.append(attempt))
        except LedgerUnavailable as full:
            problem = full
            break
    assert stored
    assert str(problem) == FULL
    assert ANSWER not in "".join(traceback.format_exception(problem))
    assert store.events(events.student) == tuple(stored)
    room["pages"] = 1000
    assert store.append(attempt).sequence == len(stored) + 1
    assert store.verify_chain(events.student) == ()


def test_a_ledger_that_is_gone_is_said(tmp_path: Path, events: Any, new_store: Callable[..., Store]) -> None:
    store = new_store(f"sqlite:///{tmp_path / 'nowhere' / 'ledger.sqlite3'}")
    for action in (
        lambda: store.append(events.attempt(payload={"answer": ANSWER})),
        lambda: store.lock(events.student, "edge_guardian", "paradox", "ratio"),
        lambda: store.standing_events(events.student),
        lambda: store.events(events.student),
        lambda: store.last_event(events.student),
        lambda: store.reflection(events.student, "edge_guardian", "paradox"),
        lambda: store.verify_chain(events.student),
        store.is_current,
    ):
        assert str(refusal(action, within_s=3)) == SILENT


def test_a_lock_that_is_known_outlives_the_database(
    sqlite_url: str, tmp_path: Path, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url)
    lock = store.append(events.lock())
    store.close()
    shutil.move(tmp_path / "ledger.sqlite3", tmp_path / "elsewhere")
    (tmp_path / "ledger.sqlite3").mkdir()
    assert store.lock(events.student, "edge_guardian", "paradox", "ratio") == lock
    refusal(lambda: store.lock(events.student, "edge_guardian", "paradox", "other"), within_s=3)


def test_a_ledger_without_tables_says_what_to_run(empty_url: str, events: Any, new_store: Callable[..., Store]) -> None:
    store = new_store(empty_url)
    assert str(refusal(lambda: store.append(events.attempt()), within_s=3)) == NOT_READY
    assert "edgelab db upgrade" in NOT_READY
    assert not store.is_current()


def test_a_file_that_is_no_database_is_said(tmp_path: Path, events: Any, new_store: Callable[..., Store]) -> None:
    (tmp_path / "notes.txt").write_text("this is no database\n" * 200)
    store = new_store(f"sqlite:///{tmp_path / 'notes.txt'}")
    assert str(refusal(lambda: store.append(events.attempt()), within_s=3)) == UNREADABLE
