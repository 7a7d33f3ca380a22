"""The tables of the ledger, which the migrations make, and their rows as events; one that cannot be read is named."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dashboard.ledger.chain import LedgerAltered, checked, name_of
from dashboard.ledger.database import UNREADABLE, LedgerUnavailable
from dashboard.ledger.events import StoredEvent

LOCK_NAMES_ITS_PREDICTION = (
    "(kind = 'lock' AND prediction IS NOT NULL AND attempt IS NOT NULL)"
    " OR (kind <> 'lock' AND prediction IS NULL AND attempt IS NULL)"
)


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store an aware time in UTC; a naive one would be a guess."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored; use datetime.now(UTC)")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the stored time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The lab's tables, with constraint names that are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(constraint_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


class EventRow(Base):
    """One event of one student; triggers of the first migration refuse to change or delete it."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("student", "sequence", name="sequence"),
        UniqueConstraint("student", "idempotency_key", name="idempotency_key"),
        # NULLs differ from each other in a unique key, so this binds locks only.
        UniqueConstraint("student", "track", "bench", "prediction", "attempt", name="lock"),
        CheckConstraint(LOCK_NAMES_ITS_PREDICTION, name="lock_names_its_prediction"),
        Index("ix_events_by_kind", "student", "kind", "track", "bench", "sequence"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    student: Mapped[str] = mapped_column(String(32))
    sequence: Mapped[int] = mapped_column(BigInteger)
    class_code: Mapped[str | None] = mapped_column("class", String(32))
    track: Mapped[str] = mapped_column(String(48))
    bench: Mapped[str] = mapped_column(String(48))
    kind: Mapped[str] = mapped_column(String(16))
    prediction: Mapped[str | None] = mapped_column(String(48))
    attempt: Mapped[int | None] = mapped_column(Integer)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    model_version: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int | None] = mapped_column(BigInteger)
    time: Mapped[datetime] = mapped_column(UtcTime)
    idempotency_key: Mapped[str] = mapped_column(String(200))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ErasureRow(Base):
    """The receipt of a ledger that was erased; triggers of the third migration erase when one is inserted."""

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("student_digest", name="student_digest"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    time: Mapped[datetime] = mapped_column(UtcTime)
    reason: Mapped[str] = mapped_column(String(16))
    events: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(String(64))
    student_digest: Mapped[str] = mapped_column(String(64))
    student: Mapped[str | None] = mapped_column(String(32), index=True)  # only within the statement that erases


class ResumeCodeRow(Base):
    """The digest of a code with which a student continues elsewhere; a student has one at most."""

    __tablename__ = "resume_codes"
    __table_args__ = (UniqueConstraint("digest", name="digest"),)

    student: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    time: Mapped[datetime] = mapped_column(UtcTime)


EVENTS = cast(Table, EventRow.__table__)

# The payload comes as its text: what is hashed is what is stored, and a row that somebody broke can still be named.
COLUMNS = tuple(
    sql_cast(column, Text).label("payload_text") if column.name == "payload" else column
    for column in EVENTS.columns
    if column.name != "id"
)
_ATTRIBUTES = tuple({"class": "class_code"}.get(column.name, column.name) for column in COLUMNS)


def _kinds(column: Column[Any]) -> tuple[type, ...]:
    kind = str if column.name == "payload" else column.type.python_type
    return (kind, type(None)) if column.nullable else (kind,)


_KINDS = tuple(_kinds(column) for column in EVENTS.columns if column.name != "id")


def of_student(student: str) -> Select[Any]:
    """Return the query of a student's events, first one first."""
    return select(*COLUMNS).where(EVENTS.c.student == student).order_by(EVENTS.c.sequence)


def newest_first(query: Select[Any]) -> Select[Any]:
    """Return a query's events, last one first."""
    return query.order_by(None).order_by(EVENTS.c.sequence.desc())


def read_all(connection: Connection, query: Select[Any]) -> tuple[StoredEvent, ...]:
    """Return the events of a query as they stand, also those that were changed.

    Raises:
        LedgerAltered: something other than the lab wrote a row that cannot be read.
    """
    try:
        return tuple(_stored(row) for row in connection.execute(query))
    except (ValueError, OperationalError) as problem:
        if isinstance(problem, OperationalError) and "decode" not in str(problem.orig):
            raise
        raise _unreadable(connection, query) from problem


def read_first(connection: Connection, query: Select[Any]) -> StoredEvent | None:
    """Return the first event of a query, or None.

    Raises:
        LedgerAltered: something other than the lab changed it, or it cannot be read.
    """
    found = checked(read_all(connection, query.limit(1)))
    return found[0] if found else None


def row_of(event: StoredEvent) -> dict[str, Any]:
    """Return the columns of an event."""
    values = asdict(event)
    values["class"] = values.pop("class_code")
    values["payload"] = event.payload
    del values["payload_text"]
    return values


def _stored(row: Row[Any]) -> StoredEvent:
    if not all(map(isinstance, row, _KINDS)):  # SQLite keeps any value in any column
        raise ValueError("a column holds what is of another type")
    return StoredEvent(**dict(zip(_ATTRIBUTES, row, strict=True)))


def _unreadable(connection: Connection, query: Select[Any]) -> LedgerUnavailable:
    """Return what is to be said of the first row of a query that cannot be read."""
    named = (EVENTS.c.id, EVENTS.c.sequence, EVENTS.c.kind, EVENTS.c.track, EVENTS.c.bench)
    try:
        for row in connection.execute(query.with_only_columns(*named)).all():
            try:
                for found in connection.execute(select(*COLUMNS).where(EVENTS.c.id == row.id)):
                    _stored(found)
            except (ValueError, OperationalError):
                return LedgerAltered(f"{name_of(row)} cannot be read.")
    except OperationalError:  # its name is what cannot be read
        pass
    return LedgerUnavailable(UNREADABLE)
