"""What only a server can do to a ledger: crash, restart, hold a table, cut connections."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from dashboard.ledger import LedgerUnavailable, Store, upgrade
from dashboard.ledger.database import BUSY, SILENT


def test_a_killed_server_keeps_what_was_acknowledged_and_is_found_again(
    new_cluster: Callable[[], Any], events: Any, new_store: Callable[..., Store]
) -> None:
    server = new_cluster()
    url = server.make_database("ledger")
    upgrade(url)
    store = new_store(url)
    stored = [store.append(events.attempt(f"try-{n}", payload={"n": n})) for n in range(10)]
    server.kill()
    start = time.monotonic()
    with pytest.raises(LedgerUnavailable) as refused:
        store.append(events.attempt("try-10"))
    assert str(refused.value) == SILENT
    assert time.monotonic() - start < 10
    server.start()
    # The same store, with connections to a server that no longer exists in its pool.
    assert store.events(events.student) == tuple(stored)
    assert store.append(events.attempt("try-9", payload={"n": 9})) == stored[9]
    assert store.append(events.attempt("try-10")).sequence == 11
    assert store.verify_chain(events.student) == ()


def test_cut_connections_cost_nobody_an_answer(
    shared_postgresql_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(shared_postgresql_url)
    stored = store.append(events.attempt())
    engine = create_engine(shared_postgresql_url)
    with engine.connect() as connection:
        others = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        cut = connection.scalars(text(f"SELECT pg_terminate_backend(pid) FROM ({others}) AS others")).all()
    engine.dispose()
    assert True in cut
    assert store.events(events.student) == (stored,)


def test_a_table_that_somebody_holds_is_waited_for_then_said(
    shared_postgresql_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(shared_postgresql_url, patience_s=0.4)
    store.append(events.attempt("before"))
    engine = create_engine(shared_postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
        start = time.monotonic()
        for action in (lambda: store.append(events.attempt("now")), lambda: store.events(events.student)):
            with pytest.raises(LedgerUnavailable) as refused:
                action()
            assert str(refused.value) == BUSY
        assert time.monotonic() - start < 4
    engine.dispose()
    assert store.append(events.attempt("now")).sequence == 2


def test_the_events_cannot_be_truncated(
    shared_postgresql_url: str, events: Any, new_store: Callable[..., Store]
) -> None:
    store = new_store(shared_postgresql_url)
    stored = store.append(events.attempt())
    engine = create_engine(shared_postgresql_url)
    with pytest.raises(Exception, match="events are append-only"), engine.begin() as connection:
        connection.execute(text("TRUNCATE events"))
    engine.dispose()
    assert store.events(events.student) == (stored,)


def test_a_server_that_is_not_there_is_said(events: Any, new_store: Callable[..., Store]) -> None:
    store = new_store("postgresql://edgelab@127.0.0.1:1/none", patience_s=1)
    with pytest.raises(LedgerUnavailable) as refused:
        store.append(events.attempt())
    assert str(refused.value) == SILENT
