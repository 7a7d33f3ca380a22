"""Append events and read them back: acknowledged means committed, a lock is written once, a retry adds nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, Text, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import IntegrityError

from dashboard.ledger import erasure, migrations
from dashboard.ledger.chain import chain_problems
from dashboard.ledger.database import BUSY, UNREADABLE, Database, LedgerUnavailable
from dashboard.ledger.erasure import Reason, Receipt
from dashboard.ledger.events import (
    LEARNT,
    NO_HASH,
    REPLACED,
    Event,
    EventRefused,
    LockKey,
    StoredEvent,
    write_name,
)
from dashboard.ledger.models import EventRow
from dashboard.ledger.resume import ResumeCodes

EVENTS = cast(Table, EventRow.__table__)
REMEMBERED_LOCKS = 20_000  # about 30 MB; dropped together when there are more

# The payload comes as its text: what is hashed is what is stored, and a row that somebody broke can still be named.
_COLUMNS = tuple(
    sql_cast(column, Text).label("payload_text") if column.name == "payload" else column
    for column in EVENTS.columns
    if column.name != "id"
)
_ATTRIBUTES = tuple(
    {"payload_text": "payload_text", "class": "class_code"}.get(column.name, column.name) for column in _COLUMNS
)


class QuotaMet(LedgerUnavailable):
    """A student has stored all that an hour allows; the sentence says when there is room again."""


class Store:
    """The ledger of every student, in one database; safe to share between threads and across a fork.

    Args:
        database_url: a SQLite file or PostgreSQL, upgraded before (``dashboard.ledger.upgrade``).
        patience_s: how long one call may wait for other writers or for a slow database, in seconds.
        per_hour: events that one student may have stored within an hour; None for any number.
    """

    def __init__(self, database_url: str, *, patience_s: float = 5.0, per_hour: int | None = None) -> None:
        self._per_hour = per_hour
        self._database = Database(database_url, patience_s=patience_s)
        self._patience_s = patience_s
        self.codes = ResumeCodes(self._database)
        self._locks: dict[LockKey, StoredEvent] = {}  # only locks that exist: those never change

    def append(self, event: Event) -> StoredEvent:
        """Store an event and return it committed.

        A lock that exists is returned as it was first written, whoever sends another. An idempotency key that the
        student has used before returns the event of its first use.

        Raises:
            EventRefused: the idempotency key belongs to an event of another kind or bench.
            StudentErased: the student's records were erased.
            QuotaMet: the student has stored all that an hour allows.
            LedgerUnavailable: the database did not confirm; send the same event again.
        """
        first = self._locks.get(event.lock_key) if event.lock_key else None
        if first is not None:
            return first
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                with self._database.writing() as connection:
                    stored = _find_first(connection, event) or _insert(connection, event, self._per_hour)
            except IntegrityError as problem:
                # Another tab of this student took the lock, the key or the place in the chain: look again.
                if time.monotonic() > deadline:
                    raise LedgerUnavailable(BUSY) from problem
            else:
                return self._remember(stored)

    def lock(self, student: str, track: str, bench: str, prediction: str, *, attempt: int = 1) -> StoredEvent | None:
        """Return the student's lock of a prediction, or None while there is none.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        key = (student, track, bench, prediction, attempt)
        found = self._locks.get(key) or self._one(select(*_COLUMNS).where(*_is_lock(key)))
        return found and self._remember(found)

    def locks(self, student: str) -> tuple[StoredEvent, ...]:
        """Return all locks of a student, first one first.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        return self._all(_of(student).where(EVENTS.c.kind == "lock"))

    def events(self, student: str) -> tuple[StoredEvent, ...]:
        """Return all events of a student, first one first.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        return self._known(student, self._all(_of(student)))

    def standing_events(self, student: str) -> tuple[StoredEvent, ...]:
        """Return the events that say how a student stands, first one first, however often something was saved.

        Of what is written again on a bench (``REPLACED``) the newest two are among them, and the revision that earned
        further tries; of every other kind all are, of which a bench has only so many.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        of_student = EVENTS.c.student == student
        group = (EVENTS.c.kind, EVENTS.c.track, EVENTS.c.bench)
        newest_first = func.row_number().over(partition_by=group, order_by=EVENTS.c.sequence.desc()).label("place")
        replaced = select(EVENTS.c.sequence, newest_first).where(of_student, EVENTS.c.kind.in_(REPLACED)).subquery()
        newest = select(replaced.c.sequence).where(replaced.c.place <= 2)
        revised = select(*group).where(of_student, EVENTS.c.kind == "revision").group_by(*group)
        with self._database.reading() as connection:
            learnt = [write_name(*row, LEARNT) for row in connection.execute(revised)]
            chosen = (
                EVENTS.c.kind.not_in(REPLACED),
                EVENTS.c.sequence.in_(newest),
                EVENTS.c.idempotency_key.in_(learnt),
            )
            found = {
                event.sequence: event
                for condition in chosen
                for event in _all(connection, select(*_COLUMNS).where(of_student, condition))
            }
        return self._known(student, tuple(found[sequence] for sequence in sorted(found)))

    def counts(self, student: str) -> Mapping[tuple[str, str, str], int]:
        """Return how many events a student has, by track, bench and kind.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        group = (EVENTS.c.track, EVENTS.c.bench, EVENTS.c.kind)
        query = select(*group, func.count()).where(EVENTS.c.student == student).group_by(*group)
        with self._database.reading() as connection:
            return {(track, bench, kind): int(count) for track, bench, kind, count in connection.execute(query)}

    def last_event(self, student: str) -> StoredEvent | None:
        """Return the student's newest event, or None before the first.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        return self._one(_newest(_of(student)))

    def reflection(self, student: str, track: str, bench: str) -> StoredEvent | None:
        """Return what the student last saved as reflection on a bench, or None.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        at_bench = (EVENTS.c.track == track, EVENTS.c.bench == bench, EVENTS.c.kind == "reflection")
        return self._one(_newest(_of(student).where(*at_bench)))

    def verify_chain(self, student: str) -> tuple[str, ...]:
        """Return what is wrong with a student's events, one sentence each; empty when every hash holds.

        Events cut off at its end do not break it (``dashboard.ledger.chain``).

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        return tuple(problem.sentence for problem in chain_problems(self.events(student)))

    def erase(self, student: str) -> Receipt | None:
        """Erase a student's events and resume code at the student's request; None where that was done before.

        Raises:
            LedgerUnavailable: the database did not confirm; ask again.
        """
        receipt = self._erase(student, "student")
        self._forget(student)
        return receipt

    def forget(self, before: datetime, *, dry_run: bool = False) -> tuple[int, int]:
        """Erase every ledger whose newest event is older than a moment; return how many, and their events.

        Args:
            dry_run: only count.

        Raises:
            LedgerUnavailable: the database did not confirm; ledgers that were erased by then stay erased.
        """
        with self._database.reading() as connection:
            students = erasure.idle_students(connection, before)
            if dry_run:
                return len(students), sum(erasure.count_events(connection, student) for student in students)
        receipts = [self._erase(student, "retention", before=before) for student in students]
        done = [receipt for receipt in receipts if receipt is not None]
        return len(done), sum(receipt.events for receipt in done)

    def restore(self, events: Sequence[StoredEvent]) -> None:
        """Store the events of a student who has none, all or nothing; once, however often it is asked.

        Args:
            events: a whole chain, as ``dashboard.ledger.restoring`` makes it.

        Raises:
            EventRefused: the student has events already.
            StudentErased: the student's records were erased.
            LedgerUnavailable: the database did not confirm; ask again.
        """
        student, mark = events[0].student, events[-1]
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                with self._database.writing() as connection:
                    last = connection.execute(_newest(_of(student))).first()
                    if last is None:
                        erasure.check_not_erased(connection, student)
                        connection.execute(EVENTS.insert(), [_row(event) for event in events])
                        return
                    if last.idempotency_key == mark.idempotency_key:
                        return
                    raise EventRefused(
                        f"There are {last.sequence} events here already, and a file goes into an empty ledger. Start "
                        "as another student first; that offers you a copy of these."
                    )
            except IntegrityError as problem:  # another tab was faster: look again
                if time.monotonic() > deadline:
                    raise LedgerUnavailable(BUSY) from problem

    def receipt(self, last_hash: str) -> Receipt | None:
        """Return the receipt of an erased ledger by the hash it ended with, or None.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        with self._database.reading() as connection:
            return erasure.receipt_with(connection, last_hash)

    def _erase(self, student: str, reason: Reason, *, before: datetime | None = None) -> Receipt | None:
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                with self._database.writing() as connection:
                    return erasure.erase(connection, student, reason, before=before)
            except IntegrityError as problem:  # an event was stored in between: count again
                if time.monotonic() > deadline:
                    raise LedgerUnavailable(BUSY) from problem

    def _known(self, student: str, found: tuple[StoredEvent, ...]) -> tuple[StoredEvent, ...]:
        """Return what was found; where that is nothing another process may have erased what this one remembers."""
        if not found:
            self._forget(student)
        return found

    def _forget(self, student: str) -> None:
        for key in [key for key in self._locks if key[0] == student]:
            self._locks.pop(key, None)

    def is_current(self) -> bool:
        """Whether the database answers and has the tables of this version.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        with self._database.reading() as connection:
            return migrations.has_head(connection)

    def close(self) -> None:
        """Close this process's connections; the next call makes new ones."""
        self._database.close()

    def _all(self, query: Select[Any]) -> tuple[StoredEvent, ...]:
        with self._database.reading() as connection:
            return _all(connection, query)

    def _one(self, query: Select[Any]) -> StoredEvent | None:
        found = self._all(query)
        return found[0] if found else None

    def _remember(self, event: StoredEvent) -> StoredEvent:
        if event.kind == "lock" and event.prediction is not None and event.attempt is not None:
            if len(self._locks) >= REMEMBERED_LOCKS:
                self._locks.clear()
            self._locks[event.student, event.track, event.bench, event.prediction, event.attempt] = event
        return event


def _all(connection: Connection, query: Select[Any]) -> tuple[StoredEvent, ...]:
    try:
        return tuple(_stored(row) for row in connection.execute(query))
    except ValueError as problem:  # a time that is none, say: somebody wrote past the lab
        raise LedgerUnavailable(UNREADABLE) from problem


def _of(student: str) -> Select[Any]:
    return select(*_COLUMNS).where(EVENTS.c.student == student).order_by(EVENTS.c.sequence)


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(None).order_by(EVENTS.c.sequence.desc()).limit(1)


def _is_lock(key: LockKey) -> tuple[ColumnElement[bool], ...]:
    columns = (EVENTS.c.student, EVENTS.c.track, EVENTS.c.bench, EVENTS.c.prediction, EVENTS.c.attempt)
    return tuple(column == value for column, value in zip(columns, key, strict=True))


def _find_first(connection: Connection, event: Event) -> StoredEvent | None:
    """Return the event that this one repeats, if there is one."""
    if event.lock_key is not None:
        row = connection.execute(select(*_COLUMNS).where(*_is_lock(event.lock_key))).first()
        if row is not None:
            return _stored(row)
    row = connection.execute(_of(event.student).where(EVENTS.c.idempotency_key == event.idempotency_key)).first()
    if row is None:
        return None
    first = _stored(row)
    asked = (event.kind, event.track, event.bench, event.prediction, event.attempt)
    if asked != (first.kind, first.track, first.bench, first.prediction, first.attempt):
        raise EventRefused(
            f"Event: idempotency_key '{event.idempotency_key}' is that of a {first.kind} of "
            f"{first.track}/{first.bench}; give every write its own"
        )
    return first


def _insert(connection: Connection, event: Event, per_hour: int | None) -> StoredEvent:
    last = connection.execute(_newest(_of(event.student))).first()
    if last is None:
        erasure.check_not_erased(connection, event.student)
    elif per_hour is not None and last.sequence >= per_hour:
        _check_quota(connection, event.student, last.sequence - per_hour + 1, per_hour)
    draft = StoredEvent(
        student=event.student,
        track=event.track,
        bench=event.bench,
        kind=event.kind,
        payload_text=event.payload_text(),
        idempotency_key=event.idempotency_key,
        model_version=event.model_version,
        seed=event.seed,
        class_code=event.class_code,
        prediction=event.prediction,
        attempt=event.attempt,
        sequence=1 if last is None else last.sequence + 1,
        time=datetime.now(UTC),
        previous_hash=NO_HASH if last is None else last.hash,
        hash="",
    )
    stored = replace(draft, hash=draft.expected_hash())
    connection.execute(EVENTS.insert(), _row(stored))
    return stored


def _check_quota(connection: Connection, student: str, sequence: int, per_hour: int) -> None:
    """Refuse a further event where the one so many places before the newest is less than an hour old.

    Raises:
        QuotaMet: it is.
    """
    place = (EVENTS.c.student == student, EVENTS.c.sequence == sequence)
    stored = connection.scalar(select(EVENTS.c.time).where(*place))
    free = None if stored is None else stored + timedelta(hours=1)
    if free is not None and free > datetime.now(UTC):
        raise QuotaMet(
            f"{per_hour:,} events were stored for you within an hour, which is all that one student may have. What you "
            f"enter is kept here and can be saved from {free:%H:%M} UTC on."
        )


def _row(event: StoredEvent) -> dict[str, Any]:
    values = asdict(event)
    values["class"] = values.pop("class_code")
    values["payload"] = event.payload
    del values["payload_text"]
    return values


def _stored(row: Row[Any]) -> StoredEvent:
    return StoredEvent(**dict(zip(_ATTRIBUTES, row, strict=True)))
