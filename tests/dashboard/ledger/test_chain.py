"""The database refuses to change an event, and where somebody overrules it the chain of hashes shows it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text, update

from dashboard.ledger import LedgerUnavailable, Store, upgrade
from dashboard.ledger.chain import LedgerAltered, intact
from dashboard.ledger.database import UNREADABLE
from dashboard.ledger.events import canonical
from dashboard.ledger.models import EVENTS

CHANGES = (
    "UPDATE events SET payload = '{}'",
    "UPDATE events SET student = 'x'",
    "DELETE FROM events",
)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_itself_refuses_to_change_or_delete_an_event(
    store: Store, database_url: str, events: Any, statement: str
) -> None:
    stored = store.append(events.attempt())
    engine = create_engine(database_url)  # as another program would open it
    with pytest.raises(Exception, match="events are append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert store.events(events.student) == (stored,)


def test_replacing_a_row_of_sqlite_is_a_delete_too(
    sqlite_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url)
    stored = store.append(events.attempt())
    with (
        pytest.raises(Exception, match="events are append-only"),
        store._database.writing() as connection,
    ):
        connection.execute(text("INSERT OR REPLACE INTO events SELECT * FROM events"))
    assert store.events(events.student) == (stored,)


def without_triggers(connection: Any) -> None:
    """Do what only the owner of the database can: switch the refusal off."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER events_refuse_update"))
        connection.execute(text("DROP TRIGGER events_refuse_delete"))
    else:
        connection.execute(text("ALTER TABLE events DISABLE TRIGGER USER"))


FALSIFIED: dict[str, Any] = {
    "sequence": 9,
    "class": "OTHER",
    "track": "tiny_pioneer",
    "bench": "memory",
    "kind": "revision",
    "prediction": "other",
    "attempt": 2,
    "payload": {"value": 4.0},
    "model_version": "2",
    "seed": 8,
    "time": datetime(2026, 1, 1, tzinfo=UTC),
    "idempotency_key": "other",
    "previous_hash": "1" * 64,
    "hash": "1" * 64,
}


def test_the_chain_shows_a_change_of_any_field(empty_url: str, events: Any, new_store: Callable[..., Store]) -> None:
    # The id is the database's own; an event moved to another student has a test below.
    assert set(FALSIFIED) == {column.name for column in EVENTS.columns} - {"id", "student"}
    upgrade(empty_url)
    store = new_store(empty_url)
    for event in (events.attempt("a"), events.lock("b"), events.attempt("c"), events.attempt("d")):
        store.append(event)
    engine = create_engine(empty_url, json_serializer=canonical)
    with engine.begin() as connection:
        without_triggers(connection)
        ids = connection.scalars(select(EVENTS.c.id).order_by(EVENTS.c.sequence)).all()
    for name, value in FALSIFIED.items():
        # Only a lock may have a prediction, so its kind cannot change: the try after it changes there.
        row = EVENTS.c.id == ids[2 if name == "kind" else 1]
        with engine.begin() as connection:
            before = connection.execute(select(EVENTS.c[name]).where(row)).scalar_one()
            assert before != value
            connection.execute(update(EVENTS).where(row).values({name: value}))
        assert store.verify_chain(events.student), f"a changed {name} went unseen"
        with engine.begin() as connection:
            connection.execute(update(EVENTS).where(row).values({name: before}))
        assert store.verify_chain(events.student) == (), f"{name} was put back"
    engine.dispose()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM events WHERE sequence = 2", "Event 3 (try, edge_guardian/paradox) follows event 1"),
        ("DELETE FROM events WHERE sequence = 1", "Event 2 (try, edge_guardian/paradox) follows event 0"),
        (
            "UPDATE events SET payload = 'not JSON' WHERE sequence = 2",
            "Event 2 (try, edge_guardian/paradox) was changed",
        ),
        ("UPDATE events SET sequence = 10 - sequence", "Event 7 (try, edge_guardian/paradox) follows event 0"),
    ],
)
def test_the_chain_names_what_is_wrong(
    sqlite_url: str, events: Any, new_store: Callable[..., Store], change: str, says: str
) -> None:
    store = new_store(sqlite_url)
    for key in "abc":
        store.append(events.attempt(key))
    with store._database.writing() as connection:
        without_triggers(connection)
        connection.execute(text(change))
    problems = store.verify_chain(events.student)
    assert any(problem.startswith(says) for problem in problems), problems


def test_a_forger_who_hashes_again_is_found_by_the_next_event(
    sqlite_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url)
    stored = [store.append(events.attempt(key)) for key in "abc"]
    forged = replace(stored[1], payload_text='{"participation":0.5}')
    with store._database.writing() as connection:
        without_triggers(connection)
        values = {"payload": forged.payload, "hash": forged.expected_hash()}
        connection.execute(update(EVENTS).where(EVENTS.c.sequence == 2).values(values))
    assert store.verify_chain(events.student) == (
        "Event 3 (try, edge_guardian/paradox) does not continue the event before it.",
    )


def test_an_event_moved_to_another_student_breaks_both_chains(
    sqlite_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url)
    other = "f" * 32
    for key in "ab":
        store.append(events.attempt(key))
    store.append(events.attempt("c"))
    with store._database.writing() as connection:
        without_triggers(connection)
        connection.execute(text("UPDATE events SET student = :other WHERE sequence = 2"), {"other": other})
    assert store.verify_chain(events.student)
    assert store.verify_chain(other)


UNREADABLE_ROWS = {
    "time": "'yesterday'",
    "sequence": "'two'",
    "seed": "x'00'",
    "payload": "CAST(x'ff' AS TEXT)",  # what a bit that falls over on the disk makes of a text
}


@pytest.mark.parametrize("column", UNREADABLE_ROWS)
def test_a_row_that_cannot_be_read_is_named(
    sqlite_url: str, events: Any, new_store: Callable[..., Store], column: str
) -> None:
    store = new_store(sqlite_url)
    for key in "abc":
        store.append(events.attempt(key))
    with store._database.writing() as connection:
        without_triggers(connection)
        connection.execute(text(f"UPDATE events SET {column} = {UNREADABLE_ROWS[column]} WHERE sequence = 2"))
    name = "Event two (try" if column == "sequence" else "Event 2 (try"
    for read in (store.events, store.standing_events):
        with pytest.raises(LedgerAltered, match=re.escape(f"{name}, edge_guardian/paradox) cannot be read.")):
            read(events.student)
    (problem,) = store.verify_chain(events.student)
    assert problem.startswith(name)


def test_where_not_even_its_name_can_be_read_that_is_said(
    sqlite_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url)
    store.append(events.attempt())
    with store._database.writing() as connection:
        without_triggers(connection)
        connection.execute(text("UPDATE events SET bench = CAST(x'ff' AS TEXT)"))
    with pytest.raises(LedgerUnavailable) as refused:
        store.events(events.student)
    assert str(refused.value) == UNREADABLE


@pytest.mark.parametrize("payload", ["{}", "not JSON", "[]", "null", '{"value": 3.0}', "[" * 3000])
def test_a_changed_event_is_not_read_answered_or_followed(
    sqlite_url: str, events: Any, new_store: Callable[..., Store], payload: str
) -> None:
    """What pages read, what a retry is answered with and what a further event continues are as they were stored."""
    new_store(sqlite_url).append(events.lock())
    store = new_store(sqlite_url)  # one that does not remember the lock
    with store._database.writing() as connection:
        without_triggers(connection)
        connection.execute(text("UPDATE events SET payload = :payload"), {"payload": payload})
    named = re.escape("Event 1 (lock, edge_guardian/paradox) was changed after it was stored.")
    for action in (
        lambda: store.standing_events(events.student),
        lambda: store.lock(events.student, "edge_guardian", "paradox", "ratio"),
        lambda: store.append(events.lock()),
        lambda: store.append(events.attempt()),
    ):
        with pytest.raises(LedgerAltered, match=named):
            action()
    (raw,) = store.events(events.student)
    assert raw.payload_text == payload
    assert intact([raw]) == ()
    assert store.erase(events.student), "what was changed can still be erased"
