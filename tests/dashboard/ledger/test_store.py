"""Locks are written once, retries add nothing and the chain shows every change, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from dashboard.ledger import Event, EventRefused, Store, StoredEvent
from dashboard.ledger.events import LEARNT, NO_HASH, REPLACED, write_name


def at_once(actions: list[Callable[[], Any]]) -> list[Any]:
    """Return what the actions return, run in as many threads that start together; the first error is raised."""
    gate = threading.Barrier(len(actions))
    answers: list[Any] = [None] * len(actions)

    def run(place: int) -> None:
        gate.wait()
        try:
            answers[place] = actions[place]()
        except Exception as problem:
            answers[place] = problem

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


def test_an_event_is_stored_whole(store: Store, events: Any) -> None:
    before = datetime.now(UTC)
    stored = store.append(
        events.attempt(seed=-(2**63), class_code="MLS-26", payload={"x": 0.1, "y": [1, None, "µ"], "z": 2**62})
    )
    assert store.events(events.student) == (stored,)
    assert (stored.track, stored.bench, stored.kind, stored.seed) == ("edge_guardian", "paradox", "try", -(2**63))
    assert (stored.class_code, stored.model_version, stored.prediction) == ("MLS-26", "1", None)
    assert stored.payload == {"x": 0.1, "y": [1, None, "µ"], "z": 2**62}
    assert (stored.sequence, stored.previous_hash) == (1, NO_HASH)
    assert before <= stored.time <= datetime.now(UTC)
    assert stored.time.tzinfo is UTC


def test_events_of_a_student_are_a_chain(store: Store, events: Any) -> None:
    stored = [store.append(events.attempt(f"try-{n}", payload={"n": n})) for n in range(5)]
    assert store.events(events.student) == tuple(stored)
    assert [event.sequence for event in stored] == [1, 2, 3, 4, 5]
    assert [event.previous_hash for event in stored[1:]] == [event.hash for event in stored[:-1]]
    assert store.last_event(events.student) == stored[-1]
    assert store.verify_chain(events.student) == ()


def test_students_do_not_see_each_other(store: Store, events: Any) -> None:
    other = "f" * 31 + "0"
    store.append(events.lock())
    # The same key and the same prediction are another student's own.
    theirs = store.append(events.lock(student=other, payload={"value": 8.0}))
    assert theirs.payload == {"value": 8.0}
    assert theirs.previous_hash == NO_HASH
    assert store.events(other) == (theirs,)


def test_an_unknown_student_has_nothing(store: Store) -> None:
    nobody = "e" * 32
    assert store.events(nobody) == store.standing_events(nobody) == store.verify_chain(nobody) == ()
    assert store.last_event(nobody) is None
    assert store.lock(nobody, "edge_guardian", "paradox", "ratio") is None
    assert store.reflection(nobody, "edge_guardian", "paradox") is None


# N1
def test_a_second_lock_returns_the_first(
    store: Store, events: Any, database_url: str, new_store: Callable[..., Store]
) -> None:
    first = store.append(events.lock(payload={"value": 3.0}))
    for asked in (store, new_store(database_url)):  # one that remembers the lock, one that has to ask
        assert asked.append(events.lock("lock-2", payload={"value": 99.0})) == first
        assert asked.lock(events.student, "edge_guardian", "paradox", "ratio") == first
    assert store.events(events.student) == (first,)


def test_each_prediction_and_each_attempt_has_its_own_lock(store: Store, events: Any) -> None:
    made = [
        store.append(events.lock("a", prediction="ratio")),
        store.append(events.lock("b", prediction="deployment")),
        store.append(events.lock("c", bench="memory")),
        store.append(events.lock("d", track="tiny_pioneer")),
        store.append(events.lock("e", attempt=2)),
    ]
    assert store.events(events.student) == tuple(made)
    assert store.lock(events.student, "edge_guardian", "paradox", "ratio") == made[0]
    assert store.lock(events.student, "edge_guardian", "paradox", "ratio", attempt=2) == made[4]


# N1
def test_locks_that_race_in_threads_are_one_lock(
    database_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    stores = [new_store(database_url) for _ in range(3)]
    for round_ in range(3):
        locks = [events.lock(f"{round_}-{n}", prediction=f"p{round_}", payload={"value": n}) for n in range(6)]
        answers = at_once([lambda n=n, lock=lock: stores[n % 3].append(lock) for n, lock in enumerate(locks)])
        assert len(set(answers)) == 1
    assert len(stores[0].events(events.student)) == 3
    assert stores[0].verify_chain(events.student) == ()


WRITER = """
import sys
from dashboard.ledger import Event, Store
url, student, name, count = sys.argv[1:]
store = Store(url)
def event(key, **more):
    fields = dict(track="edge_guardian", bench="paradox", model_version="1", student=student, idempotency_key=key)
    return Event(**fields, **more)
store.last_event(student)
print("ready", flush=True)
sys.stdin.readline()
print(store.append(event("lock-" + name, kind="lock", prediction="ratio", payload={"value": name})).hash, flush=True)
for number in range(int(count)):
    store.append(event(f"{name}-{number}", kind="try", payload={"number": number}))
print("done", flush=True)
"""


# N1
def test_processes_that_race_make_one_lock_and_one_chain(
    database_url: str, store: Store, student: str, start_python: Callable[..., Any]
) -> None:
    writers = [start_python(WRITER, database_url, student, f"w{n}", "12") for n in range(2)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    answers = [writer.communicate(timeout=30)[0].split() for writer in writers]
    (lock,) = [event for event in store.events(student) if event.kind == "lock"]
    assert answers == [[lock.hash, "done"]] * 2
    stored = store.events(student)
    assert [event.sequence for event in stored] == list(range(1, 2 + 2 * 12))
    assert store.verify_chain(student) == ()


def test_a_retry_returns_the_event_of_the_first_time(store: Store, events: Any) -> None:
    first = store.append(events.attempt("try-1", payload={"n": 1}))
    second = store.append(events.attempt("try-2"))
    assert store.append(events.attempt("try-1", payload={"n": 1})) == first
    assert store.events(events.student) == (first, second)


def test_retries_that_race_are_one_event(store: Store, events: Any) -> None:
    answers = at_once([lambda: store.append(events.attempt("try-1"))] * 6)
    assert len(set(answers)) == 1
    assert len(store.events(events.student)) == 1


@pytest.mark.parametrize("changes", [{"kind": "observation"}, {"bench": "memory"}, {"track": "tiny_pioneer"}])
def test_a_key_that_belongs_to_another_event_is_refused(store: Store, events: Any, changes: dict[str, str]) -> None:
    store.append(events.attempt("mine"))
    with pytest.raises(
        EventRefused, match="'mine' is that of a try of edge_guardian/paradox; give every write its own"
    ):
        store.append(events.attempt("mine", **changes))
    with pytest.raises(EventRefused, match="'mine'"):
        store.append(events.lock("mine"))
    assert len(store.events(events.student)) == 1  # an answer for another event would have been a lie


def test_tabs_that_write_at_once_all_find_their_place(store: Store, events: Any) -> None:
    at_once([lambda n=n: store.append(events.attempt(f"tab-{n}")) for n in range(8)])
    assert [event.sequence for event in store.events(events.student)] == list(range(1, 9))
    assert store.verify_chain(events.student) == ()


def test_a_restart_keeps_everything(database_url: str, events: Any, new_store: Callable[..., Store]) -> None:
    before = new_store(database_url)
    lock, attempt = before.append(events.lock()), before.append(events.attempt())
    before.close()
    after = new_store(database_url)
    assert after.events(events.student) == (lock, attempt)
    assert after.lock(events.student, "edge_guardian", "paradox", "ratio") == lock


def test_that_a_lock_is_missing_is_never_remembered(
    store: Store, database_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    assert store.lock(events.student, "edge_guardian", "paradox", "ratio") is None
    written = new_store(database_url).append(events.lock())  # another worker
    assert store.lock(events.student, "edge_guardian", "paradox", "ratio") == written


def test_a_lock_that_exists_is_not_asked_for_again(
    sqlite_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(sqlite_url)
    lock = store.append(events.lock())
    statements: list[str] = []
    sqlalchemy_event.listen(
        store._database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    assert store.lock(events.student, "edge_guardian", "paradox", "ratio") == lock
    assert statements == []


def test_remembered_locks_are_bounded(
    sqlite_url: str, events: Any, new_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.ledger.store.REMEMBERED_LOCKS", 2)
    store = new_store(sqlite_url)
    made = [store.append(events.lock(f"k{n}", prediction=f"p{n}")) for n in range(5)]
    assert len(store._locks) <= 2
    assert [store.lock(events.student, "edge_guardian", "paradox", f"p{n}") for n in range(5)] == made


def test_the_last_reflection_of_a_bench_is_found(store: Store, events: Any) -> None:
    for key, bench, what in [("a", "paradox", "first"), ("b", "memory", "other"), ("c", "paradox", "second")]:
        store.append(events.attempt(key, kind="reflection", bench=bench, payload={"what": what}))
    store.append(events.attempt("d"))
    found = store.reflection(events.student, "edge_guardian", "paradox")
    assert found is not None
    assert found.payload == {"what": "second"}
    assert store.reflection(events.student, "tiny_pioneer", "paradox") is None


def test_how_a_student_stands_is_read_from_few_events_however_often_something_was_saved(
    store: Store, events: Any
) -> None:
    """Two of each kind that is written again, what earned further tries, and all others: 14 of 87 events."""
    store.append(events.lock("lock"))
    store.append(
        events.attempt(
            write_name("revision", "edge_guardian", "paradox", LEARNT), kind="revision", payload={LEARNT: "that"}
        )
    )
    for n in range(20):
        for kind in REPLACED:
            store.append(events.attempt(f"{kind}{n}", kind=kind, payload={"n": n}))
    for n in range(3):
        store.append(events.attempt(f"try{n}"))
    store.append(events.attempt("elsewhere", kind="reflection", bench="memory", payload={"n": 0}))
    store.append(events.attempt("newest", kind="decision", payload={"try": 3}))
    every = store.events(events.student)
    found = store.standing_events(events.student)
    assert [event.sequence for event in found] == sorted(event.sequence for event in found)
    assert set(found) <= set(every)
    assert found[-1] == every[-1] == store.last_event(events.student)
    for kind in REPLACED:
        own = [event for event in every if event.kind == kind and event.bench == "paradox"]
        assert own[-2:] == [e for e in found if e.kind == kind and e.bench == "paradox" and LEARNT not in e.payload]
    assert [event.payload for event in found if LEARNT in event.payload] == [{LEARNT: "that"}]
    assert [e for e in found if e.kind not in REPLACED] == [e for e in every if e.kind not in REPLACED]
    assert len(found) == 14
    counts = store.counts(events.student)
    assert sum(counts.values()) == len(every)
    assert counts["edge_guardian", "paradox", "decision"] == 21
    assert store.standing_events("0" * 32) == ()


FORK = """
import os, sys
from dashboard.ledger import Event, Store
url, student = sys.argv[1:]
store = Store(url)
def append(key):
    return store.append(Event(student=student, track="t", bench="b", kind="try", payload={}, idempotency_key=key,
                              model_version="1"))
append("parent-1")
engine = store._database.engine
child = os.fork()
if child == 0:
    append("child-1")
    os._exit(0 if store._database.engine is not engine else 7)
_, status = os.waitpid(child, 0)
append("parent-2")
assert store._database.engine is engine
print(os.waitstatus_to_exitcode(status), [event.idempotency_key for event in store.events(student)])
"""


def test_a_forked_worker_makes_connections_of_its_own(
    database_url: str, student: str, start_python: Callable[..., Any]
) -> None:
    answer, _ = start_python(FORK, database_url, student).communicate(timeout=20)
    assert answer == "0 ['parent-1', 'child-1', 'parent-2']\n"


def test_what_is_returned_is_frozen(store: Store, events: Any) -> None:
    stored = store.append(events.lock())
    assert isinstance(stored, StoredEvent)
    assert isinstance(events.lock(), Event)
    for item in (stored, events.lock()):
        with pytest.raises(AttributeError):
            item.kind = "try"
