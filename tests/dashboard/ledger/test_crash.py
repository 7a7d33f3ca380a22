"""Whatever is killed, and when: acknowledged events are there, and what is sent again is stored once."""

import time
from collections.abc import Callable
from typing import Any

from dashboard.ledger import Store

ADD = """
import sys
from dashboard.ledger import Event, Store
url, student = sys.argv[1:3]
store = Store(url)
def add(number):
    return store.append(Event(student=student, track="edge_guardian", bench="paradox", kind="try",
                              payload={"n": number}, idempotency_key=f"try-{number}", model_version="1"))
"""

STREAM = (
    ADD
    + """
for number in range(1000):
    print(number, add(number).hash, flush=True)
"""
)

UNTOLD = (
    ADD
    + """
add(0)
sys.stdin.readline()  # committed, but nobody has been told
"""
)

UNCOMMITTED = (
    ADD
    + """
from sqlalchemy import event
def stop(connection):
    print("inserted", flush=True)
    sys.stdin.readline()
event.listen(store._database.engine, "commit", stop)
add(0)
"""
)


def attempt(events: Any, number: int) -> Any:
    return events.attempt(f"try-{number}", payload={"n": number}, seed=None)


def test_killed_while_writing_keeps_what_was_acknowledged(
    database_url: str, store: Store, events: Any, start_python: Callable[..., Any]
) -> None:
    writer = start_python(STREAM, database_url, events.student)
    told = [writer.stdout.readline().split() for _ in range(12)]
    writer.kill()  # SIGKILL
    told += [line.split() for line in writer.communicate()[0].splitlines() if len(line.split()) == 2]
    kept = [event.hash for event in store.events(events.student)]
    assert kept[: len(told)] == [hash_ for _, hash_ in told]
    assert len(kept) - len(told) <= 1  # at most the one that was under way
    # The browser sends again what it was not told of, and more: every event is there once, in its order.
    for number in range(len(kept) + 3):
        store.append(attempt(events, number))
    stored = store.events(events.student)
    assert [event.payload["n"] for event in stored] == list(range(len(kept) + 3))
    assert store.verify_chain(events.student) == ()


def test_killed_between_commit_and_acknowledgement_stores_once(
    database_url: str, store: Store, events: Any, start_python: Callable[..., Any]
) -> None:
    writer = start_python(UNTOLD, database_url, events.student)
    deadline = time.monotonic() + 20
    while not (stored := store.events(events.student)) and time.monotonic() < deadline:
        time.sleep(0.02)
    writer.kill()
    writer.wait()
    assert (store.append(attempt(events, 0)),) == stored
    assert store.events(events.student) == stored


def test_killed_before_the_commit_stores_nothing_and_holds_nothing(
    database_url: str, store: Store, events: Any, start_python: Callable[..., Any]
) -> None:
    writer = start_python(UNCOMMITTED, database_url, events.student)
    assert writer.stdout.readline() == "inserted\n"
    assert store.events(events.student) == ()
    writer.kill()
    writer.wait()
    stored = store.append(attempt(events, 0))  # no lock is left behind
    assert store.events(events.student) == (stored,)
    assert stored.sequence == 1
