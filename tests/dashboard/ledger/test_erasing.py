"""Erasing takes a student's chain whole, leaves a receipt, and is the only way past the triggers; on both databases."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from dashboard.ledger import Store, upgrade
from dashboard.ledger.erasure import ERASURES, StudentErased, digest_of
from dashboard.ledger.events import NO_HASH
from tests.dashboard.ledger.conftest import Events


def test_a_ledger_is_erased_whole_and_another_s_stays(store: Store, events: Any) -> None:
    other = Events(uuid.uuid4().hex)
    kept = store.append(other.attempt())
    stored = [store.append(event) for event in (events.lock(), events.attempt("a"), events.attempt("b"))]
    receipt = store.erase(events.student)
    assert receipt is not None
    assert (receipt.events, receipt.last_hash, receipt.reason) == (3, stored[-1].hash, "student")
    assert store.events(events.student) == ()
    assert store.lock(events.student, "edge_guardian", "paradox", "ratio") is None, "a lock was remembered"
    assert store.receipt(stored[-1].hash) == receipt
    assert store.events(other.student) == (kept,)
    assert store.erase(events.student) is None, "there is nothing to erase twice"


def test_the_receipt_holds_no_student(store: Store, database_url: str, events: Any) -> None:
    store.append(events.attempt())
    store.erase(events.student)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        (row,) = connection.execute(
            select(ERASURES).where(ERASURES.c.student_digest == digest_of(events.student))
        ).all()
    engine.dispose()
    assert row.student is None
    assert events.student not in str(row)


def test_nothing_is_stored_afterwards_for_a_page_that_is_still_open(store: Store, events: Any) -> None:
    store.append(events.attempt())
    store.erase(events.student)
    for event in (events.attempt("late"), events.lock()):
        with pytest.raises(StudentErased, match="were erased on"):
            store.append(event)
    assert store.events(events.student) == ()


def test_another_process_that_remembers_a_lock_lets_go_of_it(
    store: Store, database_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    elsewhere = new_store(database_url)
    store.append(events.lock())
    assert elsewhere.lock(events.student, "edge_guardian", "paradox", "ratio") is not None
    store.erase(events.student)
    with pytest.raises(StudentErased):
        elsewhere.append(events.lock())  # sent again from a page that is still open: nothing is stored any more
    assert elsewhere.events(events.student) == ()  # what every page reads first
    assert elsewhere.lock(events.student, "edge_guardian", "paradox", "ratio") is None


def insert_receipt(student: str, count: int, last_hash: str) -> str:
    return (
        "INSERT INTO erasures (time, reason, events, last_hash, student_digest, student) "
        f"VALUES ('2026-01-01 00:00:00', 'student', {count}, '{last_hash}', '{digest_of(student)}', '{student}')"
    )


def test_no_other_statement_deletes_an_event(store: Store, database_url: str, events: Any) -> None:
    stored = [store.append(events.attempt(key)) for key in "abc"]
    own = f"WHERE student = '{events.student}'"
    refused = (
        f"DELETE FROM events {own}",
        f"DELETE FROM events {own} AND sequence = 3",
        f"UPDATE events SET student = 'x' {own}",
        insert_receipt(events.student, 2, stored[-1].hash),  # of fewer events than there are
        insert_receipt(events.student, 3, stored[0].hash),  # of another end
        insert_receipt(events.student, 3, stored[-1].hash).replace(f"'{events.student}')", "NULL)"),
    )
    engine = create_engine(database_url)
    for statement in refused:
        with pytest.raises(Exception, match=r"append-only|names what it erases"), engine.begin() as connection:
            connection.execute(text(statement))
        assert store.events(events.student) == tuple(stored), statement
    # After an erasure the way is closed again, also within its transaction.
    other = Events(uuid.uuid4().hex)
    store.append(other.attempt())

    def erase_one_and_delete_another() -> None:
        with engine.begin() as connection:
            connection.execute(text(insert_receipt(events.student, 3, stored[-1].hash)))
            connection.execute(text(f"DELETE FROM events WHERE student = '{other.student}'"))

    with pytest.raises(Exception, match="append-only"):
        erase_one_and_delete_another()
    assert store.events(events.student) == tuple(stored), "what is refused takes the erasure back with it"
    engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE erasures SET events = 0", "DELETE FROM erasures"])
def test_a_receipt_stays_as_it_was_made(store: Store, database_url: str, events: Any, statement: str) -> None:
    last = store.append(events.attempt())
    receipt = store.erase(events.student)
    engine = create_engine(database_url)
    with pytest.raises(Exception, match="receipts are append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert store.receipt(last.hash) == receipt


def test_an_event_without_the_one_before_it_is_refused(store: Store, database_url: str, events: Any) -> None:
    store.append(events.attempt("a"))
    engine = create_engine(database_url)
    columns = "student, class, track, bench, kind, prediction, attempt, payload, model_version, seed, time"
    copied = (
        f"INSERT INTO events ({columns}, sequence, idempotency_key, previous_hash, hash) "
        f"SELECT {columns}, 3, 'c', hash, '{'1' * 64}' FROM events WHERE student = '{events.student}'"
    )
    with pytest.raises(Exception, match="continues the one before"), engine.begin() as connection:
        connection.execute(text(copied))
    engine.dispose()


def test_erasing_while_another_tab_writes_leaves_nothing_or_a_whole_chain(
    database_url: str, new_store: Callable[..., Store]
) -> None:
    for _ in range(5):
        student = uuid.uuid4().hex
        events, writer, eraser = Events(student), new_store(database_url), new_store(database_url)
        writer.append(events.attempt("first"))
        refused: list[StudentErased] = []

        def write(writer: Store = writer, events: Events = events, refused: list[StudentErased] = refused) -> None:
            for n in itertools.count():  # it ends with the refusal
                try:
                    writer.append(events.attempt(f"try-{n}"))
                except StudentErased as problem:
                    refused.append(problem)
                    return

        thread = threading.Thread(target=write)
        thread.start()
        receipt = eraser.erase(student)
        thread.join()
        assert receipt is not None
        assert receipt.events >= 1
        assert refused, "the tab was not told"
        assert writer.events(student) == ()


def test_a_department_forgets_what_is_older_than_a_date(
    empty_url: str, new_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(empty_url)
    store = new_store(empty_url)
    old, both, new = (Events(uuid.uuid4().hex) for _ in range(3))
    now = datetime.now(UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now - timedelta(days=400)

    with monkeypatch.context() as patched:
        patched.setattr("dashboard.ledger.store.datetime", Clock)
        store.append(old.attempt("a"))
        store.append(old.attempt("b"))
        store.append(both.attempt("a"))
    store.append(both.attempt("b"))
    store.append(new.attempt("a"))
    before = now - timedelta(days=365)
    assert store.forget(before, dry_run=True) == (1, 2)
    assert len(store.events(old.student)) == 2
    assert store.forget(before) == (1, 2)
    assert [len(store.events(item.student)) for item in (old, both, new)] == [0, 2, 1]
    assert store.verify_chain(both.student) == ()
    assert store.forget(before) == (0, 0)


def test_one_who_has_stored_nothing_is_erased_too(store: Store, student: str) -> None:
    receipt = store.erase(student)
    assert receipt is not None
    assert (receipt.events, receipt.last_hash) == (0, NO_HASH)
