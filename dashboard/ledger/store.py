"""Append events and read them back: acknowledged means committed, a lock is written once, a retry adds nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.exc import IntegrityError

from dashboard.ledger import erasure, migrations
from dashboard.ledger.chain import LedgerAltered, chain_problems, checked, in_sentences
from dashboard.ledger.database import BUSY, Database, LedgerUnavailable
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
from dashboard.ledger.models import COLUMNS, EVENTS, newest_first, of_student, read_all, read_first, row_of
from dashboard.ledger.resume import ResumeCodes

REMEMBERED_LOCKS = 20_000  # about 30 MB; dropped together when there are more


class QuotaMet(LedgerUnavailable):
    """A student has stored all that an hour allows; the sentence says when there is room again.

    Args:
        wait_s: until then, in seconds.
    """

    def __init__(self, sentence: str, *, wait_s: float) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


class Store:
    """The ledger of every student, in one database; safe to share between threads and across a fork.

    Args:
        database_url: a SQLite file or PostgreSQL, upgraded before (``dashboard.ledger.upgrade``).
        patience_s: how long one call may wait for other writers or for a slow database, in seconds.
        per_hour: events that one student may have stored within an hour; None for any number.
        written: told the kind of each event that was committed, and "erasure" and "restored" of whole ledgers.
    """

    def __init__(
        self,
        database_url: str,
        *,
        patience_s: float = 5.0,
        per_hour: int | None = None,
        written: Callable[[str], None] = lambda _kind: None,
    ) -> None:
        self._per_hour = per_hour
        self._written = written
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
            LedgerAltered: the event it repeats, or the newest one, was changed past the lab.
            StudentErased: the student's records were erased.
            QuotaMet: the student has stored all that an hour allows.
            LedgerUnavailable: the database did not confirm; send the same event again.
        """
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                with self._database.writing() as connection:
                    found = _find_first(connection, event)
                    stored = found or _insert(connection, event, self._per_hour)
            except IntegrityError as problem:
                # Another tab of this student took the lock, the key or the place in the chain: look again.
                if time.monotonic() > deadline:
                    raise LedgerUnavailable(BUSY) from problem
            else:
                if found is None:
                    self._written(event.kind)
                return self._remember(stored)

    def lock(self, student: str, track: str, bench: str, prediction: str, *, attempt: int = 1) -> StoredEvent | None:
        """Return the student's lock of a prediction, or None while there is none.

        Raises:
            LedgerAltered: it was changed past the lab.
            LedgerUnavailable: the database does not answer.
        """
        key = (student, track, bench, prediction, attempt)
        found = self._locks.get(key) or self._first(select(*COLUMNS).where(*_is_lock(key)))
        return found and self._remember(found)

    def events(self, student: str) -> tuple[StoredEvent, ...]:
        """Return all events of a student as they stand, first one first, also those that were changed past the lab.

        Raises:
            LedgerAltered: one cannot be read any more.
            LedgerUnavailable: the database does not answer.
        """
        return self._known(student, self._all(of_student(student)))

    def standing_events(self, student: str) -> tuple[StoredEvent, ...]:
        """Return the events that say how a student stands, first one first, however often something was saved.

        Of what is written again on a bench (``REPLACED``) the newest two are among them, and the revision that earned
        further tries; of every other kind all are, of which a bench has only so many.

        Raises:
            LedgerAltered: one of them was changed past the lab.
            LedgerUnavailable: the database does not answer.
        """
        own = EVENTS.c.student == student
        group = (EVENTS.c.kind, EVENTS.c.track, EVENTS.c.bench)
        place = func.row_number().over(partition_by=group, order_by=EVENTS.c.sequence.desc()).label("place")
        replaced = select(EVENTS.c.sequence, place).where(own, EVENTS.c.kind.in_(REPLACED)).subquery()
        newest = select(replaced.c.sequence).where(replaced.c.place <= 2)
        revised = select(*group).where(own, EVENTS.c.kind == "revision").group_by(*group)
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
                for event in read_all(connection, select(*COLUMNS).where(own, condition))
            }
        return self._known(student, checked(found[sequence] for sequence in sorted(found)))

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
        found = self._all(newest_first(of_student(student)).limit(1))
        return found[0] if found else None

    def reflection(self, student: str, track: str, bench: str) -> StoredEvent | None:
        """Return what the student last saved as reflection on a bench, or None.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        at_bench = (EVENTS.c.track == track, EVENTS.c.bench == bench, EVENTS.c.kind == "reflection")
        return self._first(newest_first(of_student(student).where(*at_bench)))

    def verify_chain(self, student: str) -> tuple[str, ...]:
        """Return what is wrong with a student's events, in sentences; empty when every hash holds.

        Events cut off at its end do not break it (``dashboard.ledger.chain``).

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        try:
            return tuple(in_sentences(chain_problems(self.events(student))))
        except LedgerAltered as problem:
            return (str(problem),)

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
                    last = read_first(connection, newest_first(of_student(student)))
                    if last is None:
                        erasure.check_not_erased(connection, student)
                        connection.execute(EVENTS.insert(), [row_of(event) for event in events])
                    elif last.idempotency_key == mark.idempotency_key:
                        return
                    else:
                        raise EventRefused(
                            f"There are {last.sequence} events here already, and a file goes into an empty ledger. "
                            "Start as another student first; that offers you a copy of these."
                        )
            except IntegrityError as problem:  # another tab was faster: look again
                if time.monotonic() > deadline:
                    raise LedgerUnavailable(BUSY) from problem
            else:
                self._written("restored")
                return

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
                    receipt = erasure.erase(connection, student, reason, before=before)
            except IntegrityError as problem:  # an event was stored in between: count again
                if time.monotonic() > deadline:
                    raise LedgerUnavailable(BUSY) from problem
            else:
                if receipt is not None:
                    self._written("erasure")
                return receipt

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
            return read_all(connection, query)

    def _first(self, query: Select[Any]) -> StoredEvent | None:
        with self._database.reading() as connection:
            return read_first(connection, query)

    def _remember(self, event: StoredEvent) -> StoredEvent:
        if event.kind == "lock" and event.prediction is not None and event.attempt is not None:
            if len(self._locks) >= REMEMBERED_LOCKS:
                self._locks.clear()
            self._locks[event.student, event.track, event.bench, event.prediction, event.attempt] = event
        return event


def _is_lock(key: LockKey) -> tuple[ColumnElement[bool], ...]:
    columns = (EVENTS.c.student, EVENTS.c.track, EVENTS.c.bench, EVENTS.c.prediction, EVENTS.c.attempt)
    return tuple(column == value for column, value in zip(columns, key, strict=True))


def _find_first(connection: Connection, event: Event) -> StoredEvent | None:
    """Return the event that this one repeats, if there is one."""
    if event.lock_key is not None:
        lock = read_first(connection, select(*COLUMNS).where(*_is_lock(event.lock_key)))
        if lock is not None:
            return lock
    of_key = of_student(event.student).where(EVENTS.c.idempotency_key == event.idempotency_key)
    first = read_first(connection, of_key)
    if first is None:
        return None
    asked = (event.kind, event.track, event.bench, event.prediction, event.attempt)
    if asked != (first.kind, first.track, first.bench, first.prediction, first.attempt):
        raise EventRefused(
            f"Event: idempotency_key '{event.idempotency_key}' is that of a {first.kind} of "
            f"{first.track}/{first.bench}; give every write its own"
        )
    return first


def _insert(connection: Connection, event: Event, per_hour: int | None) -> StoredEvent:
    last = read_first(connection, newest_first(of_student(event.student)))
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
    connection.execute(EVENTS.insert(), row_of(stored))
    return stored


def _check_quota(connection: Connection, student: str, sequence: int, per_hour: int) -> None:
    """Refuse a further event where the one so many places before the newest is less than an hour old.

    Raises:
        QuotaMet: it is.
    """
    place = (EVENTS.c.student == student, EVENTS.c.sequence == sequence)
    stored = connection.scalar(select(EVENTS.c.time).where(*place))
    free = None if stored is None else stored + timedelta(hours=1)
    now = datetime.now(UTC)
    if free is not None and free > now:
        raise QuotaMet(
            f"{per_hour:,} events were stored for you within an hour, which is all that one student may have. What you "
            f"enter is kept here and can be saved from {free:%H:%M} UTC on.",
            wait_s=(free - now).total_seconds(),
        )
